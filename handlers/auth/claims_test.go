package auth_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models/party"
)

const (
	orgA   = "313367002"
	orgB   = "313775429"
	viewer = "urn:stafett:role:viewer"
	admin  = "urn:altinn:accesspackage:tilgangsstyrer"
	own    = "urn:altinn:external-role:ccr:daglig-leder"
)

// A number that stands in another claim as well is not kept there, and the
// operator is told of a provider that names people by it.
func TestANationalIDIsReadFromItsClaimAlone(t *testing.T) {
	const pid = "02857010054"
	p := newProvider(t)
	p.claims = func(c object) {
		c["name"], c["email"], c["email_verified"] = "Kari 028570 10054", pid+"@example.com", true
	}
	s := newSiteOf(t, p, `"claims":{"pid":"pid","email":"email"}`)
	if status, _, body := s.signIn(t); status != http.StatusSeeOther {
		t.Fatalf("%d %s", status, body)
	}
	if got := s.people.seen[0]; got.Name != "" || got.Email != "" || got.PID.IsZero() {
		t.Errorf("name %q, address %q", got.Name, got.Email)
	}
	p.claims = func(c object) { c["sub"] = pid }
	if status, _, body := s.signIn(t); status != http.StatusTeapot {
		t.Errorf("%d %s", status, body)
	}
	if log := s.log.String(); !strings.Contains(log, "login refused") || !strings.Contains(log, "pairwise") || strings.Contains(log, pid) {
		t.Errorf("the log: %s", log)
	}
}

func TestAddressCountsWhenItIsVerified(t *testing.T) {
	for name, c := range map[string]struct {
		config, userinfo string
		claims           object
		want             string
	}{
		"verified":                {`"claims":{"email":"email"}`, ``, object{"email": "Kari@Example.COM", "email_verified": true}, "kari@example.com"},
		"verified, as text":       {`"claims":{"email":"email"}`, ``, object{"email": "kari@example.com", "email_verified": "true"}, "kari@example.com"},
		"not verified":            {`"claims":{"email":"email"}`, ``, object{"email": "kari@example.com", "email_verified": false}, ""},
		"verified is a number":    {`"claims":{"email":"email"}`, ``, object{"email": "kari@example.com", "email_verified": 1}, ""},
		"nobody says":             {`"claims":{"email":"email"}`, ``, object{"email": "kari@example.com"}, ""},
		"not asked for":           {`"claims":{"name":"name"}`, ``, object{"email": "kari@example.com", "email_verified": true}, ""},
		"trusted by the operator": {`"claims":{"email":"mail","email_trusted":true}`, ``, object{"mail": "kari@example.com"}, "kari@example.com"},
		"verified by another name": {
			`"claims":{"email":"email","email_verified":"xms_edov"}`, ``,
			object{"email": "kari@example.com", "xms_edov": true, "email_verified": false},
			"kari@example.com",
		},
		"empty":                   {`"claims":{"email":"email"}`, ``, object{"email": "", "email_verified": true, "name": ""}, ""},
		"null":                    {`"claims":{"email":"email"}`, ``, object{"email": nil, "email_verified": nil, "name": nil}, ""},
		"no address":              {`"claims":{"email":"email"}`, ``, object{"email": "kari", "email_verified": true}, ""},
		"two addresses":           {`"claims":{"email":"email"}`, ``, object{"email": "a@example.com, b@example.com", "email_verified": true}, ""},
		"hidden characters":       {`"claims":{"email":"email"}`, ``, object{"email": "ka\u200bri@example.com", "email_verified": true}, ""},
		"another K (U+212A)":      {`"claims":{"email":"email"}`, ``, object{"email": "\u212aari@example.com", "email_verified": true}, ""},
		"a domain in its letters": {`"claims":{"email":"email"}`, ``, object{"email": "kari@ex\u0430mple.com", "email_verified": true}, ""},
		"too long":                {`"claims":{"email":"email"}`, ``, object{"email": strings.Repeat("k", 250) + "@example.com", "email_verified": true}, ""},
		"verified by userinfo":    {`"userinfo":true,"claims":{"email":"email"}`, `ok`, object{}, "kari@example.com"},
		"said here, proved there": {`"userinfo":true,"claims":{"email":"email"}`, `other`, object{"email": "evil@example.com"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProvider(t)
			p.claims = func(into object) {
				for k, v := range c.claims {
					into[k] = v
				}
			}
			p.userInfo = object{"sub": "person-1", "email": "kari@example.com", "email_verified": true}
			s := newSiteOf(t, p, c.config)
			if status, _, body := s.signIn(t); status != http.StatusSeeOther {
				t.Fatalf("%d %s %s", status, body, s.log)
			}
			if got := s.people.seen[0].Email; got != c.want {
				t.Errorf("the address is %q, want %q", got, c.want)
			}
		})
	}
}

// is is a claim as it arrives.
func is(org, urn string) party.Claim { return party.Claim{OrgNo: party.OrgNo(org), URN: urn} }

func TestGroupsAreRoles(t *testing.T) {
	usual := `{"claim":"cognito:groups","organisation":"` + orgA + `"}`
	inName := `{"claim":"groups","value":"stafett:{org}:admin","role":"` + admin + `"}`
	inClaim := `{"claim":"groups","value":"Boss","organisation_claim":"org_no","role":"` + own + `"}`
	for name, c := range map[string]struct {
		rules  string
		claims object
		want   []party.Claim // nil with failed: no login
		failed bool
	}{
		"the usual two":             {usual, object{"cognito:groups": []string{"Viewer", "Admin", "Other"}}, []party.Claim{is(orgA, viewer), is(orgA, admin)}, false},
		"one as text":               {usual, object{"cognito:groups": "Viewer"}, []party.Claim{is(orgA, viewer)}, false},
		"in another case":           {usual, object{"cognito:groups": []string{"viewer", "ADMIN", " Admin"}}, nil, false},
		"none":                      {usual, object{}, nil, false},
		"an empty list":             {usual, object{"cognito:groups": []string{}}, nil, false},
		"twice":                     {usual, object{"cognito:groups": []string{"Viewer", "Viewer"}}, []party.Claim{is(orgA, viewer)}, false},
		"a number":                  {usual, object{"cognito:groups": 1}, nil, true},
		"null":                      {usual, object{"cognito:groups": nil}, nil, true},
		"a list with a number":      {usual, object{"cognito:groups": []any{"Viewer", 1}}, nil, true},
		"organisation in the name":  {inName, object{"groups": []string{"stafett:" + orgA + ":admin", "stafett:" + orgB + ":admin", "x"}}, []party.Claim{is(orgA, admin), is(orgB, admin)}, false},
		"no number in the name":     {inName, object{"groups": []string{"stafett:313367003:admin", "stafett::admin", "stafett:" + orgA + ":admin2", "stafett:" + orgA}}, nil, false},
		"short name":                {inName, object{"groups": []string{"stafett:admin", "stafett:", ":admin"}}, nil, false},
		"organisation in a claim":   {inClaim, object{"groups": []string{"Boss"}, "org_no": orgA}, []party.Claim{is(orgA, own)}, false},
		"two in the claim":          {inClaim, object{"groups": []string{"Boss"}, "org_no": []string{orgA, orgB}}, []party.Claim{is(orgA, own), is(orgB, own)}, false},
		"not in the claim":          {inClaim, object{"groups": []string{"Boss"}}, nil, false},
		"wrong number in the claim": {inClaim, object{"groups": []string{"Boss"}, "org_no": "313367003"}, nil, true},
		"another group":             {inClaim, object{"groups": []string{"Clerk"}, "org_no": "313367003"}, nil, false},
		"a path":                    {`{"claim":"realm_access.roles","organisation":"` + orgA + `"}`, object{"realm_access": object{"roles": []string{"Admin"}}}, []party.Claim{is(orgA, admin)}, false},
		"the name before the path": {
			`{"claim":"realm_access.roles","organisation":"` + orgA + `"}`,
			object{"realm_access.roles": []string{"Viewer"}, "realm_access": object{"roles": []string{"Admin"}}},
			[]party.Claim{is(orgA, viewer)},
			false,
		},
		"a path through text": {`{"claim":"realm_access.roles","organisation":"` + orgA + `"}`, object{"realm_access": "roles"}, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProvider(t)
			p.claims = func(into object) {
				for k, v := range c.claims {
					into[k] = v
				}
			}
			s := newSiteOf(t, p, `"claims":{"roles":[`+c.rules+`]}`)
			arrives(t, s, c.want, c.failed)
		})
	}
}

// arrives signs in and compares what the person is then said to be.
func arrives(t *testing.T, s *site, want []party.Claim, failed bool) {
	t.Helper()
	status, _, body := s.signIn(t)
	if failed {
		if status != http.StatusTeapot || strings.TrimSpace(body) != "login.failed" || len(s.people.seen) != 0 {
			t.Errorf("%d %s", status, body)
		}
		return
	}
	if status != http.StatusSeeOther {
		t.Fatalf("%d %s %s", status, body, s.log)
	}
	if diff := cmp.Diff(want, s.people.seen[0].Claims); diff != "" {
		t.Errorf("claims (-want +got):\n%s", diff)
	}
}

// resource is an entry as Ansattporten writes it for the resource.
func resource(parties ...any) object {
	return object{"type": "ansattporten:altinn:resource", "resource": "urn:altinn:resource:stafett", "resource_name": "Stafett", "authorized_parties": append([]any{}, parties...)}
}

func authorized(id string) object {
	return object{"orgno": object{"authority": "iso6523-actorid-upis", "ID": id}, "resource": "stafett", "name": "Blid Tiger AS", "unit_type": "AS"}
}

func TestOrganisationsOfAuthorizationDetails(t *testing.T) {
	tiger := func(org string) party.Claim {
		return party.Claim{OrgNo: party.OrgNo(org), OrgName: "Blid Tiger AS", URN: admin}
	}
	var thousand []any
	for range 1000 {
		thousand = append(thousand, authorized("0192:"+orgA))
	}
	service := object{"type": "ansattporten:altinn:service", "resource": "urn:altinn:resource:2480:40"}
	reportee := object{"Rights": []string{"Read"}, "Authority": "iso6523-actorid-upis", "ID": "0192:" + orgA, "Name": "Blid Tiger AS"}
	with := func(o object, name string, v any) object {
		c := object{}
		for k, old := range o {
			c[k] = old
		}
		c[name] = v
		return c
	}
	for name, c := range map[string]struct {
		details any
		want    []party.Claim
		failed  bool
	}{
		"one":                          {[]any{resource(authorized("0192:" + orgA))}, []party.Claim{tiger(orgA)}, false},
		"two":                          {[]any{resource(authorized("0192:"+orgA), authorized("0192:"+orgB))}, []party.Claim{tiger(orgA), tiger(orgB)}, false},
		"for himself":                  {[]any{}, nil, false},
		"nobody to act for":            {[]any{resource()}, nil, false},
		"a service":                    {[]any{with(service, "reportees", []any{reportee})}, []party.Claim{tiger(orgA)}, false},
		"the employer":                 {[]any{object{"type": "ansattporten:orgno", "orgno": object{"Authority": "iso6523-actorid-upis", "ID": "0192:" + orgA}}}, []party.Claim{is(orgA, viewer)}, false},
		"the employer's name":          {[]any{object{"type": "ansattporten:orgno", "authorized_parties": []any{authorized("0192:" + orgA)}}}, []party.Claim{{OrgNo: orgA, OrgName: "Blid Tiger AS", URN: viewer}}, false},
		"another resource":             {[]any{with(resource(authorized("0192:"+orgA)), "resource", "urn:altinn:resource:other")}, nil, false},
		"another type":                 {[]any{with(resource(authorized("0192:"+orgA)), "type", "ansattporten:entra")}, nil, false},
		"the resource in another case": {[]any{with(resource(authorized("0192:"+orgA)), "resource", "urn:altinn:resource:STAFETT")}, nil, false},

		"wrong authority":      {[]any{resource(object{"orgno": object{"authority": "other", "ID": "0192:" + orgA}})}, nil, true},
		"no authority":         {[]any{resource(object{"orgno": object{"ID": "0192:" + orgA}})}, nil, true},
		"wrong check digit":    {[]any{resource(authorized("0192:313367003"))}, nil, true},
		"one of two is wrong":  {[]any{resource(authorized("0192:"+orgA), authorized("0192:313367003"))}, nil, true},
		"no prefix":            {[]any{resource(authorized(orgA))}, nil, true},
		"another country":      {[]any{resource(authorized("0007:" + orgA))}, nil, true},
		"a person":             {[]any{resource(authorized("0192:02857010054"))}, nil, true},
		"no number":            {[]any{resource(object{"orgno": object{"authority": "iso6523-actorid-upis"}})}, nil, true},
		"no orgno":             {[]any{resource(object{"name": "Blid Tiger AS"})}, nil, true},
		"orgno as text":        {[]any{resource(object{"orgno": "0192:" + orgA})}, nil, true},
		"party as text":        {[]any{resource("0192:" + orgA)}, nil, true},
		"parties as an object": {[]any{with(resource(), "authorized_parties", authorized("0192:"+orgA))}, nil, true},
		"an entry as text":     {[]any{"ansattporten:orgno"}, nil, true},
		"an entry is null":     {[]any{nil}, nil, true},
		"no type":              {[]any{object{"resource": "urn:altinn:resource:stafett"}}, nil, true},
		"not a list":           {resource(authorized("0192:" + orgA)), nil, true},
		"as text":              {`[]`, nil, true},
		"null":                 {nil, nil, true},
		"a thousand":           {[]any{resource(thousand...)}, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProvider(t)
			p.claims = func(into object) { into["authorization_details"] = c.details }
			s := newSiteOf(t, p, `"authorization_details":[{"type":"ansattporten:altinn:resource","resource":"urn:altinn:resource:stafett","representation_is_required":"true"},
				{"type":"ansattporten:altinn:service","resource":"urn:altinn:resource:2480:40"},{"type":"ansattporten:orgno"}],
				"claims":{"roles":[{"type":"ansattporten:altinn:resource","resource":"urn:altinn:resource:stafett","role":"`+admin+`"},
				{"type":"ansattporten:altinn:service","resource":"urn:altinn:resource:2480:40","role":"`+admin+`"},{"type":"ansattporten:orgno","role":"`+viewer+`"}]}`)
			arrives(t, s, c.want, c.failed)
		})
	}
}

func TestManyOrganisationsAreBounded(t *testing.T) {
	for n, failed := range map[int]bool{500: false, 501: true, 6000: true} {
		p := newProvider(t)
		var groups []string
		for i := 100_000_00; len(groups) < n; i++ {
			if org, ok := withCheckDigit(i); ok {
				groups = append(groups, "g"+org)
			}
		}
		p.userInfo = object{"sub": "person-1", "groups": groups}
		s := newSiteOf(t, p, `"userinfo":true,"claims":{"roles":[{"claim":"groups","value":"g{org}","role":"`+viewer+`"}]}`)
		status, _, body := s.signIn(t)
		if (status != http.StatusSeeOther) != failed || !failed && len(s.people.seen[0].Claims) != n {
			t.Errorf("%d organisations: %d %s %s", n, status, body, s.log)
		}
	}
}

// withCheckDigit makes an organisation number of eight digits.
func withCheckDigit(eight int) (string, bool) {
	s := fmt.Sprintf("%08d", eight)
	for digit := range 10 {
		if n, err := (party.Numbers{}).Parse(fmt.Sprint(s, digit)); err == nil {
			return string(n), true
		}
	}
	return "", false
}

// What is asked for is asked for as the operator wrote it, and nothing that he
// wrote replaces what the login stands on.
func TestWhatAProviderIsAskedFor(t *testing.T) {
	s := newSiteOf(t, newProvider(t), `"scopes":["openid","email"],"acr_values":["a","b"],"max_age":60,"ui_locales":true,
		"authorize":{"prompt":"select_account","onbehalfof":"x y&z"},
		"authorization_details":[ {"type": "ansattporten:orgno", "representation_is_required": "true"} ]`)
	q := must(url.Parse(s.begin(t, "/"))).Query()
	for name, want := range map[string]string{
		"scope": "openid email", "acr_values": "a b", "max_age": "60", "ui_locales": "nb", "prompt": "select_account", "onbehalfof": "x y&z",
		"authorization_details": `[{"type":"ansattporten:orgno","representation_is_required":"true"}]`, "response_type": "code", "client_id": "client",
	} {
		if len(q[name]) != 1 || q.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, q[name], want)
		}
	}
	s.signIn(t)
	if got := must(url.Parse(s.goTo(t, "/login/again"))).Query()["prompt"]; len(got) != 1 || got[0] != "login" {
		t.Errorf("a fresh login is asked for with prompt %q", got)
	}
}
