package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/system"
)

const diagnose = "/api/v1/diagnose"

// body writes JSON.
func body(t testing.TB, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

type members = map[string]any

// said is the answer to a diagnosis, and the codes of its findings.
func said(t testing.TB, c *kit.Client, in members) (answer members, codes []string) {
	t.Helper()
	answer = c.PostJSON(diagnose, body(t, in)).Want(http.StatusOK).JSON()
	for _, f := range answer["findings"].([]any) {
		codes = append(codes, f.(members)["code"].(string))
		if s := fmt.Sprint(f); strings.ContainsAny(s, "{}") || f.(members)["fix"] == "" || f.(members)["message"] == "" {
			t.Errorf("a finding is not said in words: %s", s)
		}
	}
	return answer, codes
}

// case of a diagnosis: what has happened, what the client asks, and what is told.
type situation struct {
	do   func(t *testing.T, s *kit.Site, of system.System)
	ask  members // beside clientId and customer
	want []string
}

func situations() map[string]situation {
	send := func(ref string) func(*testing.T, *kit.Site, system.System) {
		return func(t *testing.T, s *kit.Site, of system.System) {
			s.Request(t, kit.DeveloperA, of, kit.CustomerP, ref)
		}
	}
	grant := func(ref string, then ...func(t *testing.T, s *kit.Site, id string)) func(*testing.T, *kit.Site, system.System) {
		return func(t *testing.T, s *kit.Site, of system.System) {
			id := approved(t, s, of, ref)
			for _, f := range then {
				f(t, s, id)
			}
		}
	}
	set := func(column string, value any) func(*testing.T, *kit.Site, string) {
		return func(_ *testing.T, s *kit.Site, id string) {
			s.Exec("UPDATE system_user SET "+column+" = ? WHERE id = ?", value, id)
		}
	}
	pause := func(t *testing.T, s *kit.Site, id string) {
		supplier(t, s, kit.SupplierA).PostJSON(ownUsers+"/"+id+"/pause", `{}`).Want(http.StatusOK)
	}
	asked := func(then func(t *testing.T, s *kit.Site, id models.ID) error) func(*testing.T, *kit.Site, system.System) {
		return func(t *testing.T, s *kit.Site, of system.System) {
			if err := then(t, s, s.Request(t, kit.DeveloperA, of, kit.CustomerP, "").ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	reject := func(t *testing.T, s *kit.Site, id models.ID) error {
		return s.Registry.Reject(t.Context(), s.Actor(kit.ApproverP), id, "Vi bruker et annet program")
	}
	return map[string]situation{
		"granted":                        {grant(""), nil, nil},
		"granted with a reference":       {grant("r1"), members{"externalRef": "r1"}, nil},
		"never asked":                    {nil, nil, []string{"no_system_user"}},
		"pending":                        {send(""), nil, []string{"request_pending"}},
		"pending with another reference": {send("r1"), nil, []string{"no_system_user"}},
		"rejected":                       {asked(reject), nil, []string{"request_rejected"}},
		"withdrawn": {asked(func(t *testing.T, s *kit.Site, id models.ID) error {
			return s.Registry.Withdraw(t.Context(), s.Actor(kit.DeveloperA), id)
		}), nil, []string{"request_withdrawn"}},
		"expired": {func(t *testing.T, s *kit.Site, of system.System) {
			send("")(t, s, of)
			s.Clock.Advance(29 * 24 * time.Hour)
		}, nil, []string{"request_expired"}},
		"revoked": {grant("", func(t *testing.T, s *kit.Site, id string) { s.Revoke(t, kit.ApproverP, models.ID(id)) }), nil, []string{"revoked"}},
		"given up": {grant("", func(t *testing.T, s *kit.Site, id string) {
			supplier(t, s, kit.SupplierA).Do(http.MethodDelete, ownUsers+"/"+id, "", "").Want(http.StatusOK)
		}), nil, []string{"revoked"}},
		"revoked, asked anew and rejected": {func(t *testing.T, s *kit.Site, of system.System) {
			s.Revoke(t, kit.ApproverP, models.ID(approved(t, s, of, "")))
			s.Clock.Advance(time.Minute)
			asked(reject)(t, s, of)
		}, nil, []string{"request_rejected", "revoked"}},
		"other references":          {func(t *testing.T, s *kit.Site, of system.System) { grant("r1")(t, s, of); grant("r2")(t, s, of) }, nil, []string{"no_system_user", "other_external_ref"}},
		"a reference, and none":     {grant(""), members{"externalRef": "r1"}, []string{"no_system_user", "other_external_ref"}},
		"a reference in other case": {grant("R1"), members{"externalRef": "r1"}, []string{"no_system_user", "other_external_ref"}},
		"paused":                    {grant("", pause), nil, []string{"paused"}},
		"paused by the register":    {grant("", set("paused", "struck_off")), nil, []string{"paused"}},
		"paused by both":            {grant("", set("paused", "struck_off"), pause), nil, []string{"paused", "paused"}},
		"paused and resumed": {grant("", pause, func(t *testing.T, s *kit.Site, id string) {
			supplier(t, s, kit.SupplierA).PostJSON(ownUsers+"/"+id+"/resume", `{}`).Want(http.StatusOK)
		}), nil, nil},
		"over":                       {grant("", set("valid_to_at", kit.Start.UnixMilli())), nil, []string{"over"}},
		"over within a second":       {grant("", set("valid_to_at", kit.Start.Add(time.Second).UnixMilli())), nil, []string{"over"}},
		"over in more than a second": {grant("", set("valid_to_at", kit.Start.Add(time.Second+time.Millisecond).UnixMilli())), nil, nil},
		"paused and over":            {grant("", pause, set("valid_to_at", kit.Start.UnixMilli())), nil, []string{"paused", "over"}},
		"the system is deleted": {func(t *testing.T, s *kit.Site, of system.System) {
			approved(t, s, of, "")
			s.Exec("UPDATE system SET deleted = 1 WHERE id = ?", string(of.ID))
		}, nil, []string{"system_deleted"}},
		"an unknown client":          {grant(""), members{"clientId": "nobody"}, []string{"client_unknown", "user_on_other_system"}},
		"an unknown customer":        {grant(""), members{"customer": string(kit.Unknown)}, []string{"customer_unknown", "no_system_user"}},
		"another customer":           {grant(""), members{"customer": string(kit.CustomerQ)}, []string{"no_system_user"}},
		"a customer with its prefix": {grant(""), members{"customer": kit.CustomerP.ISO6523()}, nil},
		"a sub-unit": {func(t *testing.T, s *kit.Site, of system.System) {
			approved(t, s, of, "")
			s.Exec("UPDATE organisation SET parent = ? WHERE org_no = ?", string(kit.CustomerP), string(kit.CustomerQ))
		}, members{"customer": string(kit.CustomerQ)}, []string{"customer_subunit", "no_system_user"}},
		"struck off": {func(_ *testing.T, s *kit.Site, _ system.System) {
			s.Exec("UPDATE organisation SET struck_off_at = ? WHERE org_no = ?", kit.Start.UnixMilli(), string(kit.CustomerP))
		}, nil, []string{"customer_struck_off", "no_system_user"}},
		"an agent's client": {func(t *testing.T, s *kit.Site, of system.System) { agent(t, s, of) }, nil, []string{"client_of_agent", "no_system_user"}},
		"an agent":          {func(t *testing.T, s *kit.Site, of system.System) { agent(t, s, of) }, members{"customer": string(kit.FacilitatorF)}, nil},
		"on another system": {func(t *testing.T, s *kit.Site, _ system.System) {
			approved(t, s, s.System(t, kit.DeveloperA, "mva"), "")
		}, nil, []string{"no_system_user", "user_on_other_system"}},
		"another supplier's client": {
			func(t *testing.T, s *kit.Site, _ system.System) { s.System(t, kit.DeveloperB, "lonn") },
			members{"clientId": kit.ClientID(system.ID(kit.SupplierB) + "_lonn")},
			[]string{"client_unknown"},
		},
	}
}

// agent makes an agent system user of the facilitator with CustomerP as its
// client.
func agent(t *testing.T, s *kit.Site, of system.System) string {
	t.Helper()
	r := s.Request(t, kit.DeveloperA, of, kit.FacilitatorF, "")
	s.Approve(t, kit.DirectorF, r.ID)
	s.Exec("UPDATE system_user SET kind = 'agent' WHERE id = ?", string(r.ID))
	s.Exec("INSERT INTO client_delegation (id, system_user_id, client, from_at) VALUES ('d1', ?, ?, 1)", string(r.ID), string(kit.CustomerP))
	return string(r.ID)
}

// What is told agrees with what the issuer is answered, whatever has happened:
// a diagnosis that finds nothing means a token, and one that finds something
// means none.
func TestADiagnosisAgreesWithEnrichment(t *testing.T) {
	t.Parallel()
	for name, c := range situations() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := kit.New(t)
			of := s.System(t, kit.DeveloperA, "lonn")
			if c.do != nil {
				c.do(t, s, of)
			}
			in := members{"clientId": kit.ClientID(of.ID), "customer": string(kit.CustomerP)}
			maps.Copy(in, c.ask)
			answer, codes := said(t, supplier(t, s, kit.SupplierA), in)
			if diff := cmp.Diff(c.want, codes); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			ref, _ := in["externalRef"].(string)
			status := issuerAsks(t, s, in["clientId"].(string), kit.SupplierA, strings.TrimPrefix(in["customer"].(string), "0192:"), ref)
			if answer["ok"] != (status == http.StatusOK) {
				t.Errorf("ok is %v, and the issuer is answered %d", answer["ok"], status)
			}
			if answer["ok"] == true && answer["systemUserId"] == nil {
				t.Errorf("no system user: %v", answer)
			}
		})
	}
}

// issuerAsks is enrichment for a client that the issuer knows to be the
// supplier's.
func issuerAsks(t *testing.T, s *kit.Site, client string, of party.OrgNo, customer, ref string) int {
	t.Helper()
	detail := members{"type": "urn:altinn:systemuser", "systemuser_org": members{"authority": party.ISO6523, "ID": "0192:" + customer}}
	if ref != "" {
		detail["externalRef"] = ref
	}
	return s.Bearer(t, s.IssuerCall(kit.Issuer1, nil)).PostJSON("/v1/enrich", body(t, members{
		"issuer": kit.Issuer1, "client": members{"id": client, "org": members{"authority": party.ISO6523, "ID": of.ISO6523()}}, "authorization_details": []any{detail},
	})).Status
}

// MP-303 and the like have no reason; here each has, with what is known of it.
func TestADiagnosisTellsWhatIsKnown(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of := s.System(t, kit.DeveloperA, "lonn")
	c := supplier(t, s, kit.SupplierA)
	first := func(more members) members {
		in := members{"clientId": kit.ClientID(of.ID), "customer": string(kit.CustomerP)}
		maps.Copy(in, more)
		answer, _ := said(t, c, in)
		f := answer["findings"].([]any)
		if len(f) == 0 {
			return members{}
		}
		return f[0].(members)
	}
	has := func(what string, f members, want members) {
		t.Helper()
		for name, v := range want {
			if !cmp.Equal(f[name], v) {
				t.Errorf("%s: %s is %v, want %v", what, name, f[name], v)
			}
		}
	}
	at := kit.Start.Format(time.RFC3339)
	r := s.Request(t, kit.DeveloperA, of, kit.CustomerP, "")
	has("pending", first(nil), members{"code": "request_pending", "since": at, "until": kit.Start.Add(28 * 24 * time.Hour).Format(time.RFC3339)})
	if err := s.Registry.Reject(t.Context(), s.Actor(kit.ApproverP), r.ID, "Vi bruker et annet program"); err != nil {
		t.Fatal(err)
	}
	has("rejected", first(nil), members{"code": "request_rejected", "since": at, "reason": "Vi bruker et annet program"})
	id := approved(t, s, of, "r1")
	has("granted", first(members{"externalRef": "r1"}), members{"code": nil})
	c.PostJSON(ownUsers+"/"+id+"/pause", `{}`).Want(http.StatusOK)
	has("paused", first(members{"externalRef": "r1"}), members{"code": "paused", "by": "supplier", "since": at})
	s.Revoke(t, kit.ApproverP, models.ID(id))
	has("revoked", first(members{"externalRef": "r1"}), members{"code": "revoked", "by": "customer", "since": at})
	c.Do(http.MethodDelete, ownUsers+"/"+approved(t, s, of, "r2"), "", "").Want(http.StatusOK)
	has("given up", first(members{"externalRef": "r2"}), members{"code": "revoked", "by": "supplier", "since": at})

	agent(t, s, of)
	has("a client", first(nil), members{"code": "client_of_agent", "organisations": []any{string(kit.FacilitatorF)}})

	s.Exec("UPDATE system_client SET issuer = ? WHERE client_id = ?", kit.Issuer2, kit.ClientID(of.ID))
	has("another issuer", first(nil), members{"code": "client_other_issuer", "issuer": kit.Issuer2, "systemId": string(of.ID)})
	has("that issuer", first(members{"issuer": kit.Issuer2, "customer": string(kit.FacilitatorF)}), members{"code": nil})
	has("no issuer of ours", first(members{"issuer": "https://issuer.example"}), members{"code": "issuer_unknown"})
	mva := s.System(t, kit.DeveloperA, "mva")
	has("another system", first(members{"clientId": kit.ClientID(mva.ID), "systemId": string(of.ID)}), members{"code": "client_other_system", "systemId": string(mva.ID)})
	has("no system of ours", first(members{"clientId": kit.ClientID(mva.ID), "systemId": "343940092_none"}), members{"code": "system_unknown"})
}

// What the issuer itself was refused stands beside, as the journal has it.
func TestADiagnosisTellsOfRefusals(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of := s.System(t, kit.DeveloperA, "lonn")
	approved(t, s, of, "r1")
	c := supplier(t, s, kit.SupplierA)
	in := members{"clientId": kit.ClientID(of.ID), "customer": string(kit.CustomerP), "externalRef": "r1"}
	if answer, _ := said(t, c, in); answer["refusals"] != nil {
		t.Errorf("before: %v", answer)
	}
	enriches(t, s, kit.ClientID(of.ID), kit.CustomerP, "r2")
	answer, _ := said(t, c, in)
	if want := []any{members{"reason": "other_external_ref", "count": 1.0, "last": kit.Start.Format(time.RFC3339)}}; !cmp.Equal(want, answer["refusals"]) {
		t.Errorf("refusals: %v, want %v", answer["refusals"], want)
	}
	if answer, _ := said(t, supplier(t, s, kit.SupplierB), in); answer["refusals"] != nil {
		t.Errorf("another supplier is told: %v", answer)
	}
	s.Clock.Advance(time.Hour + time.Second)
	if answer, _ := said(t, supplier(t, s, kit.SupplierA), in); answer["refusals"] != nil {
		t.Errorf("an hour later: %v", answer)
	}
}

// A right is judged as a decision judges it.
func TestADiagnosisOfARightAgreesWithDecisions(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do               func(s *kit.Site, of system.System)
		agent            bool
		resource, action string
		party            party.OrgNo
		want             []string
	}{
		"in a package":           {nil, false, kit.Resource, "read", "", nil},
		"another action of it":   {nil, false, kit.Resource, "write", kit.CustomerP, nil},
		"no action of it":        {nil, false, kit.Resource, "delete", "", []string{"action_unknown"}},
		"a right of its own":     {nil, false, kit.OwnResource, "read", "", nil},
		"no resource":            {nil, false, "nothing", "read", "", []string{"resource_unknown"}},
		"not asked for":          {nil, false, kit.PayResource, "read", "", []string{"right_not_on_system"}},
		"for another":            {nil, false, kit.Resource, "read", kit.CustomerQ, []string{"other_party"}},
		"left the system":        {func(s *kit.Site, _ system.System) { s.Exec("DELETE FROM system_ask WHERE ref = ?", kit.OwnResource) }, false, kit.OwnResource, "read", "", []string{"right_left_system"}},
		"not granted":            {func(s *kit.Site, _ system.System) { s.Exec("DELETE FROM delegation WHERE ref = ?", kit.OwnResource) }, false, kit.OwnResource, "read", "", []string{"right_not_delegated"}},
		"paused":                 {func(s *kit.Site, _ system.System) { s.Exec("UPDATE system_user SET paused = 'struck_off'") }, false, kit.PayResource, "read", "", []string{"paused", "right_not_on_system"}},
		"an agent without party": {nil, true, kit.PayResource, "read", "", []string{"party_missing"}},
		"an agent":               {nil, true, kit.PayResource, "read", kit.CustomerP, nil},
		"no client of an agent":  {nil, true, kit.PayResource, "read", kit.CustomerQ, []string{"no_client"}},
		"an agent that lacks it": {func(s *kit.Site, _ system.System) { s.Exec("DELETE FROM relation") }, true, kit.PayResource, "read", kit.CustomerP, []string{"agent_lacks"}},
		"an agent with a right":  {nil, true, kit.OwnResource, "read", kit.CustomerP, []string{"right_not_on_system"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := kit.New(t)
			of := s.System(t, kit.DeveloperA, "lonn")
			customer, id := kit.CustomerP, ""
			if c.agent {
				customer, id = kit.FacilitatorF, agent(t, s, of)
				for _, table := range []string{"system_ask", "delegation"} {
					s.Exec("UPDATE "+table+" SET ref = ? WHERE ref = ?", kit.AccountantPackage, kit.TaxPackage)
				}
			} else {
				id = approved(t, s, of, "")
			}
			if c.do != nil {
				c.do(s, of)
			}
			in := members{
				"clientId": kit.ClientID(of.ID), "systemuser_org": string(customer),
				"right": members{"action": c.action, "resource": []any{members{"id": catalog.ResourceAttribute, "value": c.resource}}},
			}
			asked := customer
			if c.party != "" {
				in["party"], asked = string(c.party), c.party
			}
			answer, codes := said(t, supplier(t, s, kit.SupplierA), in)
			if diff := cmp.Diff(c.want, codes); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			r := s.Bearer(t, s.AccessToken(kit.SupplierB, "stafett:decide", nil)).PostJSON("/access/v1/evaluation", body(t, members{
				"subject": members{"type": "urn:altinn:systemuser", "id": id}, "action": members{"name": c.action},
				"resource": members{"type": "urn:altinn:resource", "id": c.resource, "properties": members{"party": string(asked)}},
			})).Want(http.StatusOK)
			if answer["ok"] != r.JSON()["decision"] {
				t.Errorf("ok is %v, and the decision %v", answer["ok"], r.JSON()["decision"])
			}
		})
	}
}

// What the client sends is read by the issuer's own door.
func TestADiagnosisReadsTheDetails(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of := s.System(t, kit.DeveloperA, "lonn")
	approved(t, s, of, "r1")
	c := supplier(t, s, kit.SupplierA)
	whole := func() members {
		return members{"type": "urn:altinn:systemuser", "systemuser_org": members{"authority": party.ISO6523, "ID": kit.CustomerP.ISO6523()}, "externalRef": "r1"}
	}
	for name, tc := range map[string]struct {
		details any
		field   string // empty: it holds
	}{
		"one in a list":     {[]any{whole()}, ""},
		"one alone":         {whole(), ""},
		"two":               {[]any{whole(), whole()}, "/authorizationDetails"},
		"none":              {[]any{}, "/authorizationDetails/0"},
		"text":              {"x", "/authorizationDetails"},
		"null in it":        {[]any{nil}, "/authorizationDetails/0"},
		"another type":      {members{"type": "x"}, "/authorizationDetails/0/type"},
		"a misspelt member": {func() any { d := whole(); d["externalReference"] = "r1"; return d }(), "/authorizationDetails/0/externalReference"},
		"a number with less": {func() any {
			d := whole()
			d["systemuser_org"] = members{"authority": party.ISO6523, "ID": "355913619"}
			return d
		}(), "/authorizationDetails/0/systemuser_org"},
	} {
		answer, codes := said(t, c, members{"clientId": kit.ClientID(of.ID), "authorizationDetails": tc.details})
		if tc.field == "" {
			if answer["ok"] != true {
				t.Errorf("%s: %v", name, answer)
			}
			continue
		}
		if !slices.Equal(codes, []string{"details_invalid"}) || answer["findings"].([]any)[0].(members)["field"] != tc.field {
			t.Errorf("%s: %v, want the field %s", name, answer, tc.field)
		}
		if strings.Contains(name, "misspelt") && answer["warnings"].([]any)[0].(members)["suggestion"] != "externalRef" {
			t.Errorf("%s: %v", name, answer["warnings"])
		}
	}
}

// Whatever another supplier does, registers, is granted and loses, the answers
// to our questions stay the same.
func TestADiagnosisTellsNothingOfOthers(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	own := s.System(t, kit.DeveloperB, "egen")
	theirs := system.ID(kit.SupplierA) + "_lonn"
	var questions []string
	for _, client := range []string{kit.ClientID(own.ID), kit.ClientID(theirs), "nobody"} {
		for _, issuer := range []string{"", kit.Issuer2} {
			for _, of := range []system.ID{"", own.ID, theirs} {
				for _, customer := range []party.OrgNo{kit.CustomerP, kit.CustomerQ, kit.FacilitatorF, kit.Unknown} {
					for _, ref := range []string{"", "r1"} {
						questions = append(questions, body(t, members{
							"clientId": client, "issuer": issuer, "systemId": of, "customer": customer, "externalRef": ref, "party": kit.CustomerP,
							"right": members{"action": "read", "resource": []any{members{"id": catalog.ResourceAttribute, "value": kit.Resource}}},
						}))
					}
				}
			}
		}
	}
	c := supplier(t, s, kit.SupplierB)
	answers := func() (all []string) {
		for _, q := range questions {
			all = append(all, c.PostJSON(diagnose, q).Want(http.StatusOK).Body)
		}
		return all
	}
	before := answers()
	of := s.System(t, kit.DeveloperA, "lonn")
	same := func(what string) {
		t.Helper()
		if diff := cmp.Diff(before, answers()); diff != "" {
			t.Errorf("it shows that another supplier %s (-before +after):\n%s", what, diff)
		}
	}
	s.Request(t, kit.DeveloperA, of, kit.CustomerQ, "")
	approved(t, s, of, "")
	id := approved(t, s, of, "r1")
	agent(t, s, of)
	enriches(t, s, kit.ClientID(of.ID), kit.CustomerQ, "r9")
	same("has system users")
	s.Revoke(t, kit.ApproverP, models.ID(id))
	s.Exec("UPDATE system SET deleted = 1 WHERE id = ?", string(of.ID))
	same("has a deleted system")
}

// What nobody reads is pointed out, with what was meant.
func TestADiagnosisWarnsOfMisspeltMembers(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	c := supplier(t, s, kit.SupplierA)
	for sent, want := range map[string][]string{
		`{"request":{"systemId":"x","partyOrgNo":"1","EXTERNALREF":"x","rights":[],"accessPackages":[]}}`: nil,
		`{"request":{"externalReference":"x"}}`:                                                           {"$.request.externalReference externalRef"},
		`{"request":{"external_ref":"x","orgNo":"1","system_id":"x"}}`:                                    {"$.request.external_ref externalRef", "$.request.orgNo partyOrgNo", "$.request.system_id systemId"},
		`{"request":{"intergrationTitle":"x","partyOrgno":"1","redirectUri":"x"}}`:                        {"$.request.intergrationTitle integrationTitle", "$.request.redirectUri redirectUrl"},
		`{"request":{"rights":[{"resource":[{"id":"x","vaule":"y"}]},{"ressource":[]}]}}`:                 {"$.request.rights[0].resource[0].vaule value", "$.request.rights[1].ressource resource"},
		`{"request":{"wholly_other":1}}`:                                                                  {"$.request.wholly_other "},
		`{"changeRequest":{"rights":[],"requiredRigths":[]}}`:                                             {"$.changeRequest.rights requiredRights", "$.changeRequest.requiredRigths requiredRights"},
		`{"system":{"id":"x","clientIds":[],"vendor":{"ID":"x"},"name":{"no":"x"},"visible":true}}`:       {"$.system.clientIds clientId", "$.system.name.no nb", "$.system.visible isVisible"},
		`{"request":[1,"x",null],"system":7}`:                                                             nil,
	} {
		r := c.PostJSON(diagnose, sent).Want(http.StatusOK)
		var got []string
		for _, w := range r.JSON()["warnings"].([]any) {
			m := w.(members)
			suggestion, _ := m["suggestion"].(string)
			got = append(got, m["path"].(string)+" "+suggestion)
		}
		if diff := cmp.Diff(want, got); diff != "" || r.JSON()["ok"] != true {
			t.Errorf("%s (-want +got):\n%s", sent, diff)
		}
	}
	if r := c.PostJSON(diagnose, `{"request":{"system_id":"x"}}`).Want(http.StatusOK); !strings.Contains(r.Body, "read here as systemId") {
		t.Errorf("what is read is said to be ignored: %s", r.Body)
	}
	r := c.PostJSON(diagnose, `{"request":{"`+strings.Repeat("x", 5000)+`":1}}`).Want(http.StatusOK)
	if len(r.Body) > 500 {
		t.Errorf("it repeats %d bytes", len(r.Body))
	}
}

func TestADiagnosisNeedsAQuestion(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	c := supplier(t, s, kit.SupplierA)
	for sent, field := range map[string]string{
		`{}`: "clientId", `{"clientId":"x"}`: "customer", `{"customer":"355913619"}`: "clientId", `{"clientId":"a b","customer":"355913619"}`: "clientId",
		`{"clientId":"x","customer":"355913618"}`: "customer", `{"clientId":"x","customer":"355913619","systemuser_org":"233505862"}`: "systemuser_org",
		`{"clientId":"x","customer":"355913619","systemId":"a b"}`: "systemId", `{"clientId":"x","customer":"355913619","party":"x"}`: "party",
		`{"clientId":"x","customer":"355913619","externalRef":"a\nb"}`: "externalRef", `{"clientId":"x","customer":"355913619","issuer":"a b"}`: "issuer",
		`{"clientId":"x","customer":"355913619","right":{"action":"read","resource":[]}}`:                         "right",
		`{"clientId":"x","customer":"355913619","right":{"resource":[{"id":"urn:altinn:resource","value":"x"}]}}`: "right",
	} {
		r := c.PostJSON(diagnose, sent).Want(http.StatusBadRequest)
		if faults, _ := r.JSON()["errors"].(members); faults[field] == nil {
			t.Errorf("%s: %s", sent, r.Body)
		}
	}
	for _, scope := range []string{registerRead, "altinn:authentication/systemuser.request.read"} {
		s.Bearer(t, s.AccessToken(kit.SupplierA, scope, nil)).PostJSON(diagnose, `{"clientId":"x","customer":"355913619"}`).Want(http.StatusOK)
	}
	s.Bearer(t, s.AccessToken(kit.SupplierA, "altinn:maskinporten/systemuser.read", nil)).PostJSON(diagnose, `{}`).Want(http.StatusForbidden)
	endUser(t, s, kit.DeveloperA).PostJSON(diagnose, `{}`).Want(http.StatusForbidden)
}
