package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models/catalog"
)

// codesOf are the codes of validationErrors, then the names in errors.
func codesOf(t *testing.T, r *kit.Response) string {
	t.Helper()
	var p struct {
		Code             string
		ValidationErrors []struct {
			Code, Title, Detail string
			Paths               []string
		}
		Errors map[string][]string
	}
	if err := json.Unmarshal([]byte(r.Body), &p); err != nil {
		t.Fatalf("%v: %s", err, r.Body)
	}
	if p.Code != "STD-00000" {
		t.Errorf("code %s: %s", p.Code, r.Body)
	}
	var all []string
	for _, v := range p.ValidationErrors {
		all = append(all, strings.TrimPrefix(v.Code, "AUTH.VLD-000")+" "+strings.Join(v.Paths, " "))
		if v.Title == "" || v.Title != v.Detail {
			t.Errorf("title %q, detail %q: clients read either", v.Title, v.Detail)
		}
	}
	names := make([]string, 0, len(p.Errors))
	for name := range p.Errors {
		names = append(names, name)
	}
	if len(names) > 0 {
		all = append(all, fmt.Sprint(len(names))+" members")
	}
	return strings.ReplaceAll(strings.Join(all, ", "), "/registersystemrequest/", "")
}

// Every code of altinn-api.md section 2.2 about the register, with its path.
func TestFaultsOfARegistration(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	c := supplier(t, s, kit.SupplierA)
	c.Call(http.MethodPost, register+"/vendor", registrationOf(kit.SupplierA, "tatt")).Want(http.StatusOK)
	c.Call(http.MethodPost, register+"/vendor", registrationOf(kit.SupplierA, "min")).Want(http.StatusOK)
	c.Call(http.MethodPost, register+"/vendor", registrationOf(kit.SupplierA, "tredje")).Want(http.StatusOK)
	right := func(id, value string) object { return object{"resource": []object{{"id": id, "value": value}}} }
	many := make([]string, 300)
	for i := range many {
		many[i] = "c" + strconv.Itoa(i)
	}
	for _, tc := range []struct {
		name    string
		changes object
		want    string
		put     string // when another
	}{
		{"no vendor", object{"vendor": nil, "id": "x y", "name": nil}, "00 vendor/id", ""},
		{"a vendor without prefix", object{"vendor": object{"ID": string(kit.SupplierA)}}, "00 vendor/id", ""},
		{"a number that does not hold", object{"vendor": object{"ID": "0192:343940093"}}, "00 vendor/id", ""},
		{"another's id", object{"id": "399177944_ny"}, "01 systemid", "12 systemid"},
		{"no id", object{"id": nil}, "01 systemid", "12 systemid"},
		{"an id that is taken", object{"id": "343940092_tatt"}, "02 systemid", "12 systemid"},
		{"a space in the id", object{"id": "343940092_en to"}, "13 systemid", "12 systemid"},
		{"a space in another's id", object{"id": "en to"}, "01 systemid, 13 systemid", "12 systemid"},
		{"an id with letters beyond ours", object{"id": "343940092_lønn"}, "1 members", "12 systemid"},
		{"an id that is too long", object{"id": "343940092_" + strings.Repeat("x", 100)}, "1 members", "12 systemid"},
		{"an unknown resource", object{"rights": []object{rightTo("borte")}}, "03 rights/resource", ""},
		{"an unknown action", object{"rights": []object{but(rightTo(kit.Resource), object{"action": "fly"})}}, "03 rights/resource", ""},
		{"no resource", object{"rights": []object{{"resource": []object{}}, {}}}, "03 rights/resource", ""},
		{"two resources in one name", object{"rights": []object{rightTo(kit.OwnResource + " " + kit.Resource)}}, "03 rights/resource", ""},
		{"another's client", object{"clientId": []string{"client-tatt"}}, "04 clientid", ""},
		{"http", object{"allowedRedirectUrls": []string{"http://a.example/"}}, "05 allowedredirecturls", ""},
		{"what is no URL", object{"allowedRedirectUrls": []string{"", "/a", "https://", "::", "https://a.example/#x"}}, "05 allowedredirecturls", ""},
		{"a right twice", object{"rights": []object{rightTo(kit.OwnResource), rightTo(kit.OwnResource)}}, "06 rights/resource", ""},
		{"a package twice", object{"accessPackages": []object{{"urn": kit.TaxPackage}, {"urn": kit.TaxPackage}}}, "07 accesspackages", ""},
		{"a URN of three parts", object{"accessPackages": []object{{"urn": "urn:altinn:skatt"}}}, "08 accesspackages", ""},
		{"an unknown package", object{"accessPackages": []object{{"urn": catalog.PackagePrefix + "borte"}, {}}}, "08 accesspackages", ""},
		{"a package that nobody can give", object{"accessPackages": []object{{"urn": kit.ClientPackage}}}, "08 accesspackages", ""},
		{"another attribute", object{"rights": []object{right("urn:altinn:app", kit.OwnResource), right("", "x")}}, "09 rights/resource", ""},
		{"a client twice", object{"clientId": []string{"a", "b", " a "}}, "11 clientid", ""},
		{"a resource that is kept", object{"rights": []object{rightTo(kit.KeptResource)}}, "17 rights/resource", ""},
		{"a visible one for clients", object{"accessPackages": []object{{"urn": kit.AccountantPackage}}}, "18 accesspackages", ""},
		{"a visible one, which is what is not said", object{"accessPackages": []object{{"urn": kit.AccountantPackage}}, "isVisible": nil}, "18 accesspackages", ""},
		{"no names", object{"name": nil, "description": object{"nb": "x"}}, "5 members", ""},
		{"names that are blank, long and odd", object{"name": object{"nb": "  ", "nn": strings.Repeat("x", 200), "en": "a\u202eb"}}, "3 members", ""},
		{"clients that are none", object{"clientId": []string{"", "a b", "ø"}}, "3 members", ""},
		{"too many of all", object{"clientId": many, "allowedRedirectUrls": strings.Split(strings.Repeat("https://a.example/ ", 30), " ")[:30]}, "2 members", ""},
		{"a long purpose", object{"rights": []object{but(rightTo(kit.OwnResource), object{"purpose": object{"nb": strings.Repeat("x", 301)}})}}, "1 members", ""},
		{
			"all at once",
			object{
				"id": "343940092_tatt", "clientId": []string{"client-tredje", "x", "x"}, "allowedRedirectUrls": []string{"x"}, "name": nil,
				"rights":         []object{rightTo("borte"), right("x", "y"), rightTo(kit.KeptResource), rightTo(kit.OwnResource), rightTo(kit.OwnResource)},
				"accessPackages": []object{{"urn": "x"}, {"urn": kit.TaxPackage}, {"urn": kit.TaxPackage}, {"urn": kit.AccountantPackage}},
			},
			"02 systemid, 03 rights/resource, 04 clientid, 05 allowedredirecturls, 06 rights/resource, 07 accesspackages, 08 accesspackages, 09 rights/resource, 11 clientid, 17 rights/resource, 18 accesspackages, 3 members",
			"03 rights/resource, 04 clientid, 05 allowedredirecturls, 06 rights/resource, 07 accesspackages, 08 accesspackages, 09 rights/resource, 11 clientid, 12 systemid, 17 rights/resource, 18 accesspackages, 3 members",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			before := s.Snapshot()
			c := c.In(t)
			if got := codesOf(t, c.Call(http.MethodPost, register+"/vendor", but(registrationOf(kit.SupplierA, "ny"), tc.changes)).Want(http.StatusBadRequest)); got != tc.want {
				t.Errorf("POST: %s, want %s", got, tc.want)
			}
			if tc.put == "" {
				tc.put = tc.want
			}
			if got := codesOf(t, c.Call(http.MethodPut, systemAt("min"), but(registrationOf(kit.SupplierA, "min"), tc.changes)).Want(http.StatusBadRequest)); got != tc.put {
				t.Errorf("PUT: %s, want %s", got, tc.put)
			}
			if s.Snapshot() != before {
				t.Error("the database has changed")
			}
		})
	}
	if r := c.Call(http.MethodPost, register+"/vendor", registrationOf(kit.SupplierA, "tatt")); !strings.Contains(r.Body, "already exists") {
		t.Errorf("clients look for the words: %s", r.Body)
	}
	// A foreign vendor is told nothing of what else is wrong.
	if r := c.Call(http.MethodPost, register+"/vendor", but(registrationOf(kit.SupplierB, "ny"), object{"name": nil})).Want(http.StatusForbidden); strings.Contains(r.Body, "VLD") {
		t.Error(r.Body)
	}
}

// registerEnriches reports whether the client is given the customer's system user.
func registerEnriches(t *testing.T, s *kit.Site, client string) bool {
	t.Helper()
	c := s.Bearer(t, s.IssuerCall(kit.Issuer1, nil))
	r := c.PostJSON("/v1/enrich", `{"issuer":"`+kit.Issuer1+`","client":{"id":"`+client+`"},"authorization_details":[`+
		`{"type":"urn:altinn:systemuser","systemuser_org":{"authority":"iso6523-actorid-upis","ID":"`+kit.CustomerP.ISO6523()+`"}}]}`)
	if r.Status != http.StatusOK && r.Status != http.StatusForbidden {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	return r.Status == http.StatusOK
}

// Fault 8: deleting answered 400 although it was done, when there were no clients.
func TestAltinnFault08_DeletingASystemWithoutClientsSucceeds(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	c := supplier(t, s, kit.SupplierA)
	c.Call(http.MethodPost, register+"/vendor", but(registrationOf(kit.SupplierA, "uten"), object{"clientId": nil})).Want(http.StatusOK)
	if r := c.Call(http.MethodDelete, systemAt("uten"), nil).Want(http.StatusOK); r.Body != `{"succeeded":true}` {
		t.Error(r.Body)
	}
	mustHave(t, c.Get(systemAt("uten")), `"isDeleted":true`)
}

// Fault 9, the register's part: users of a deleted system looked active.
func TestAltinnFault09_NobodyEnrichesForADeletedSystem(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	made := s.System(t, kit.DeveloperA, "lonn")
	s.Approve(t, kit.ApproverP, s.Request(t, kit.DeveloperA, made, kit.CustomerP, "").ID)
	waiting := s.Request(t, kit.DeveloperA, made, kit.CustomerQ, "")
	client := kit.ClientID(made.ID)
	if !registerEnriches(t, s, client) {
		t.Fatal("it does not even live")
	}
	c := supplier(t, s, kit.SupplierA)
	c.Call(http.MethodDelete, register+"/vendor/"+string(made.ID), nil).Want(http.StatusOK)
	if registerEnriches(t, s, client) {
		t.Error("a deleted system is given tokens")
	}
	if _, err := s.Registry.Approve(t.Context(), s.Actor(kit.ApproverQ), waiting.ID, ""); err == nil {
		t.Error("its request can still be approved")
	}
	// Its client is free for another, which gets nothing of the old one's.
	c.Call(http.MethodPost, register+"/vendor", but(registrationOf(kit.SupplierA, "ny"), object{"clientId": []string{client}})).Want(http.StatusOK)
	if registerEnriches(t, s, client) {
		t.Error("the new system acts for the old one's customer")
	}
}

// Fault 21: the admin scope was looked for anywhere in the text, in any case.
func TestAltinnFault21_TheAdminScopeMatchesExactly(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	made := s.System(t, kit.DeveloperA, "lonn")
	address := register + "/vendor/" + string(made.ID)
	for scope, ok := range map[string]bool{
		registerAdmin: true, registerAdmin + " x:y": true, registerAdmin + "istrator": false, "x" + registerAdmin: false, "x/" + registerAdmin: false,
		strings.ToUpper(registerAdmin): false, "altinn:authentication/systemregister": false, registerWrite + ".admin": false,
	} {
		c := s.Bearer(t, s.AccessToken(kit.SupplierB, scope, nil))
		before := s.Snapshot()
		read := c.Get(address).Status
		written := c.Call(http.MethodPut, address+"/accesspackages", []object{{"urn": kit.TaxPackage}}).Status
		if (read == http.StatusOK) != ok || (written == http.StatusOK) != ok || (before != s.Snapshot()) != ok {
			t.Errorf("%q: read %d, written %d; want it to pass %t", scope, read, written, ok)
		}
	}
	// Nor does a person's or a system user's token pass, whatever it carries.
	s.Bearer(t, s.EndUserToken(kit.Portal, kit.ApproverP, registerAdmin, nil)).Get(address).Want(http.StatusForbidden)
	s.Bearer(t, s.AccessToken(kit.SupplierA, registerAdmin, kit.Claims{"authorization_details": []object{{"type": "urn:altinn:systemuser"}}})).Get(address).Want(http.StatusForbidden)
}

// Fault 22, the register's part: reading needed the power to write.
func TestAltinnFault22_TheRegisterIsReadWithAReadScope(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	made := s.System(t, kit.DeveloperA, "lonn")
	c := s.Bearer(t, s.AccessToken(kit.SupplierA, registerRead, nil))
	for _, path := range []string{"", "/" + string(made.ID), "/" + string(made.ID) + "/changelog"} {
		c.Get(register + "/vendor" + path).Want(http.StatusOK)
	}
	address := register + "/vendor/" + string(made.ID)
	for method, path := range map[string]string{http.MethodDelete: "", http.MethodPut: "/rights"} {
		c.Call(method, address+path, []object{}).Want(http.StatusForbidden)
	}
}

// Fault 23: these were 500, or 409 that told of something else.
func TestAltinnFault23_BadRegistrationsAreToldSo(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	c := supplier(t, s, kit.SupplierA)
	for _, part := range []string{"/rights", "/accesspackages"} {
		if r := c.Call(http.MethodPut, systemAt("borte")+part, []object{}).Want(http.StatusNotFound); r.Code() != "AUTH-00011" {
			t.Errorf("an unknown system: %s", r.Body)
		}
	}
	c.Call(http.MethodDelete, systemAt("borte"), nil).Want(http.StatusNotFound)
	c.Call(http.MethodPut, systemAt("borte"), registrationOf(kit.SupplierA, "borte")).Want(http.StatusNotFound)
	for what, changes := range map[string]object{
		"a name in two languages": {"name": object{"nb": "a", "nn": "b"}}, "no name": {"name": object{}},
		"a redirect URL that is none": {"allowedRedirectUrls": []string{"https://exa mple"}}, "a client twice": {"clientId": []string{"a", "a"}},
	} {
		if r := c.Call(http.MethodPost, register+"/vendor", but(registrationOf(kit.SupplierA, "ny"), changes)); r.Status != http.StatusBadRequest || r.Code() != "STD-00000" {
			t.Errorf("%s: %d %s", what, r.Status, r.Body)
		}
	}
	s.System(t, kit.DeveloperA, "lonn")
	for _, body := range []string{"null", "{}", "", "[null]x", `[{"resource":"x"}]`, `"x"`} {
		for _, part := range []string{"", "/rights", "/accesspackages"} {
			r := c.Call(http.MethodPut, systemAt("lonn")+part, body)
			if body == "" {
				r = c.Do(http.MethodPut, systemAt("lonn")+part, "application/json", "")
			}
			if r.Status != http.StatusBadRequest {
				t.Errorf("%s %q: %d %s", part, body, r.Status, r.Body)
			}
		}
	}
}

// Fault 24: an update did not test redirect URLs as the registration does.
func TestAltinnFault24_AnUpdateTestsRedirectURLs(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	c := supplier(t, s, kit.SupplierA)
	c.Call(http.MethodPost, register+"/vendor", registrationOf(kit.SupplierA, "lonn")).Want(http.StatusOK)
	for _, u := range []string{"http://a.example/", "javascript:alert(1)", "https://user@a.example/", "https://a.example/#x", "https://127.0.0.1/", "//a.example", ""} {
		r := c.Call(http.MethodPut, systemAt("lonn"), but(registrationOf(kit.SupplierA, "lonn"), object{"allowedRedirectUrls": []string{u}})).Want(http.StatusBadRequest)
		if got := codesOf(t, r); got != "05 allowedredirecturls" {
			t.Errorf("%q: %s", u, got)
		}
	}
	mustHave(t, c.Get(systemAt("lonn")), `"allowedRedirectUrls":["https://lonn.example/back"]`)
}

// Fault 26, the register's part: its lists had no pages.
func TestAltinnFault26_ListsOfTheRegisterHavePages(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	c, u := supplier(t, s, kit.SupplierA), endUser(t, s, kit.ApproverP)
	for i := range 5 {
		c.Call(http.MethodPost, register+"/vendor", registrationOf(kit.SupplierA, "p"+strconv.Itoa(i))).Want(http.StatusOK)
		c.Call(http.MethodPut, systemAt("p0"), registrationOf(kit.SupplierA, "p0")).Want(http.StatusOK)
	}
	for path, c := range map[string]*kit.Client{
		register: u, register + "?Q=PROGRAM%20skyen": u, register + "/vendor": c, systemAt("p0") + "/changelog": c,
	} {
		rows := func(r *kit.Response) (rows []json.RawMessage) {
			if err := json.Unmarshal([]byte(r.Want(http.StatusOK).Body), &rows); err != nil {
				t.Fatal(err)
			}
			return rows
		}
		whole := c.Get(path)
		if whole.Header.Get("Link") != "" {
			t.Errorf("%s: all of it, and a link %s", path, whole.Header.Get("Link"))
		}
		var walked []json.RawMessage
		joint := "?"
		if strings.Contains(path, "?") {
			joint = "&"
		}
		for next := path + joint + "pageSize=2"; next != ""; {
			r := c.Get(next)
			got := rows(r)
			if len(got) > 2 || len(got) == 0 {
				t.Fatalf("%s: %d rows", next, len(got))
			}
			walked = append(walked, got...)
			link := r.Header.Get("Link")
			if next = ""; link != "" {
				address, err := url.Parse(strings.TrimSuffix(strings.TrimPrefix(link, "<"), `>; rel="next"`))
				if err != nil || !strings.HasPrefix(link, "<"+kit.PublicURL+"/") {
					t.Fatalf("link %s, %v", link, err)
				}
				next = address.RequestURI()
			}
		}
		if fmt.Sprint(walked) != fmt.Sprint(rows(whole)) || len(walked) < 5 {
			t.Errorf("%s: by pages %s\nwhole %s", path, walked, rows(whole))
		}
		for _, wrong := range []string{"pageSize=0", "pageSize=501", "pageSize=x", "token=x", "token=eyJpZCI6IlwwMDAwIn0", "pageSize=1&pageSize=2"} {
			c.Get(path + joint + wrong).Want(http.StatusBadRequest)
		}
	}
}

// Fault 27, the part of versions: the last writer won, and nobody saw it.
func TestAltinnFault27_ETagsKeepTheLastWriterFromWinningUnseen(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	c := supplier(t, s, kit.SupplierA)
	address := systemAt("lonn")
	c.Call(http.MethodPost, register+"/vendor", registrationOf(kit.SupplierA, "lonn")).Want(http.StatusOK)
	seen := c.Get(address).Header.Get("ETag")
	c.Call(http.MethodPut, address+"/rights", []object{}).Want(http.StatusOK)
	put := func(tag string) *kit.Response {
		return c.With("If-Match", tag).Call(http.MethodPut, address+"/rights", []object{rightTo(kit.OwnResource)})
	}
	before := s.Snapshot()
	for tag, status := range map[string]int{
		seen: 412, `"7"`: 412, `W/"2"`: 412, `"abc"`: 412, `""`: 412, `"02"`: 412, `"1", "3"`: 412,
		"2": 400, `"2`: 400, "x": 400, `"2" "2"`: 400, `*, "2"`: 400, `"2",`: 400, " ": 400,
	} {
		if r := put(tag); r.Status != status || status == 412 && r.Code() != "precondition" {
			t.Errorf("If-Match: %s: %d %s, want %d", tag, r.Status, r.Body, status)
		}
		for method, path := range map[string]string{http.MethodDelete: "", http.MethodPut: "/accesspackages"} {
			if r := c.With("If-Match", tag).Call(method, address+path, []object{}); r.Status != status {
				t.Errorf("%s with If-Match: %s: %d, want %d", method, tag, r.Status, status)
			}
		}
		if r := c.With("If-Match", tag).Call(http.MethodPut, address, registrationOf(kit.SupplierA, "lonn")); r.Status != status {
			t.Errorf("whole with If-Match: %s: %d, want %d", tag, r.Status, status)
		}
	}
	if s.Snapshot() != before {
		t.Error("the database has changed")
	}
	for i, tag := range []string{`"2"`, `"1" , "3"`, `*`, `W/"9","5"`} {
		if r := put(tag).Want(http.StatusOK); r.Header.Get("ETag") != strconv.Quote(strconv.Itoa(3+i)) {
			t.Errorf("If-Match: %s: now %s", tag, r.Header.Get("ETag"))
		}
	}
	c.With("If-Match", `"6"`).Call(http.MethodDelete, address, nil).Want(http.StatusOK)
}

// Fault 30, the register's part: plain text, empty bodies and wrong statuses.
func TestAltinnFault30_TheRegisterAnswersInProblemDocuments(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	c := supplier(t, s, kit.SupplierA)
	c.Call(http.MethodPost, register+"/vendor", registrationOf(kit.SupplierA, "lonn")).Want(http.StatusOK)
	c.Call(http.MethodPost, register+"/vendor", registrationOf(kit.SupplierA, "slettet")).Want(http.StatusOK)
	c.Call(http.MethodDelete, systemAt("slettet"), nil).Want(http.StatusOK)
	for what, tc := range map[string]struct {
		r      *kit.Response
		status int
		code   string
	}{
		"a taken id":            {c.Call(http.MethodPost, register+"/vendor", registrationOf(kit.SupplierA, "lonn")), 400, "STD-00000"},
		"a deleted system's id": {c.Call(http.MethodPost, register+"/vendor", registrationOf(kit.SupplierA, "slettet")), 400, "STD-00000"},
		"a deleted system":      {c.Call(http.MethodPut, systemAt("slettet"), registrationOf(kit.SupplierA, "slettet")), 400, "AUTH-00005"},
		"an unknown system":     {c.Get(systemAt("borte")), 404, "AUTH-00011"},
		"another vendor":        {c.Call(http.MethodPost, register+"/vendor", registrationOf(kit.SupplierB, "ny")), 403, "caller_not_allowed"},
		"no token":              {s.Anonymous(t).With("Accept", "*/*").Get(register + "/vendor"), 401, "invalid_token"},
		"no organisation":       {s.Bearer(t, s.ServiceToken("x", kit.Claims{"scope": registerWrite})).Get(register + "/vendor"), 401, "AUTH-00023"},
		"text":                  {c.Do(http.MethodPost, register+"/vendor", "text/plain", "x"), 415, "media_type"},
	} {
		if tc.r.Status != tc.status || tc.r.Code() != tc.code || tc.r.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s %s", what, tc.r.Status, tc.r.Header.Get("Content-Type"), tc.r.Body)
		}
	}
}
