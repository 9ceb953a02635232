package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
)

const (
	requests      = "/authentication/api/v1/systemuser/request/vendor"
	agentRequests = requests + "/agent"
	requestRead   = "altinn:authentication/systemuser.request.read"
	requestWrite  = "altinn:authentication/systemuser.request.write"
)

// fields is JSON that a test changes.
type fields = map[string]any

func packagesOf(urns ...string) []fields {
	out := []fields{}
	for _, urn := range urns {
		out = append(out, fields{"urn": urn})
	}
	return out
}

func oneRight(resource, action string) fields {
	r := fields{"resource": []fields{{"id": catalog.ResourceAttribute, "value": resource}}}
	if action != "" {
		r["action"] = action
	}
	return r
}

// askFor is the least that asks the customer for a system user of the system.
func askFor(of system.System, customer party.OrgNo, ref string) fields {
	return fields{"systemId": of.ID, "partyOrgNo": customer, "externalRef": ref, "accessPackages": packagesOf(kit.TaxPackage)}
}

// ours is where an absolute address of ours leads.
func ours(t *testing.T, address string) string {
	t.Helper()
	p, is := strings.CutPrefix(address, kit.PublicURL)
	if !is {
		t.Fatalf("%q is not ours", address)
	}
	return p
}

func TestASupplierAsks(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of := s.System(t, kit.DeveloperA, "lonn")
	c := supplier(t, s, kit.SupplierA)
	reader := s.Bearer(t, s.AccessToken(kit.SupplierA, requestRead, nil))
	common := fields{
		"externalRef": "r1", "systemId": string(of.ID), "partyOrgNo": string(kit.CustomerP), "status": "New", "escalated": false, "timedOut": false,
		"created": kit.Start.Format(time.RFC3339), "expires": kit.Start.Add(request.Life).Format(time.RFC3339),
	}
	for _, tc := range []struct {
		kind, at, page string
		sent, want     fields
	}{
		{
			"standard", requests, "request",
			fields{
				"systemId": " " + string(of.ID) + " ", "partyOrgNo": " " + string(kit.CustomerP), "EXTERNALREF": " r1 ", "integrationTitle": " Lønn ",
				"rights": []fields{oneRight(" "+kit.OwnResource, "")}, "accessPackages": packagesOf(kit.TaxPackage + " "),
				"redirectUrl": " https://lonn.example/back?tenant=7 ", "purpose": fields{"nb": " Vi fører lønn "}, "validTo": "2027-01-01T00:00:00+01:00",
				"contactEmail": "hjelp@lonn.example ", "externalReference": "misspelt", "more": fields{"a": nil},
			},
			fields{
				"integrationTitle": "Lønn", "rights": []any{oneRight(kit.OwnResource, "read")}, "accessPackages": packagesOf(kit.TaxPackage),
				"redirectUrl": "https://lonn.example/back?tenant=7", "purpose": fields{"nb": "Vi fører lønn", "nn": "", "en": ""}, "validTo": "2026-12-31T23:00:00Z",
				"contactEmail": "hjelp@lonn.example",
			},
		},
		{
			"agent", agentRequests, "agentrequest",
			fields{"systemId": of.ID, "partyOrgNo": kit.CustomerP, "externalRef": "r1a", "accessPackages": packagesOf(kit.TaxPackage), "rights": []fields{oneRight("nothing", "")}},
			fields{"integrationTitle": "Program lonn", "externalRef": "r1a", "accessPackages": packagesOf(kit.TaxPackage)},
		},
	} {
		r := c.Call("POST", tc.at, tc.sent).Want(http.StatusCreated)
		got := r.JSON()
		id, _ := got["id"].(string)
		want := fields{"id": id, "confirmUrl": kit.PublicURL + "/accessmanagement/ui/systemuser/" + tc.page + "?id=" + id + "&DONTCHOOSEREPORTEE=true"}
		for _, from := range []fields{common, tc.want} {
			for name, v := range from {
				want[name] = v
			}
		}
		if diff := cmp.Diff(asRead(t, want), asRead(t, got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.kind, diff)
		}
		if r.Location() != kit.PublicURL+tc.at+"/"+id || r.Header.Get("Stafett-Repeat") != "" {
			t.Errorf("%s: Location %q, Stafett-Repeat %q", tc.kind, r.Location(), r.Header.Get("Stafett-Repeat"))
		}
		for _, at := range []string{ours(t, r.Location()), tc.at + "/byexternalref/" + string(of.ID) + "/" + string(kit.CustomerP) + "/" + want["externalRef"].(string)} {
			for _, who := range []*kit.Client{c, reader} {
				if again := who.Get(at).Want(http.StatusOK); again.Body != r.Body {
					t.Errorf("%s is read back as %s, not %s", at, again.Body, r.Body)
				}
			}
		}
	}
	reader.Call("POST", requests, askFor(of, kit.CustomerQ, "x")).Want(http.StatusForbidden)
	s.Bearer(t, s.AccessToken(kit.SupplierA, registerWrite, nil)).Get(requests + "/bysystem/" + string(of.ID)).Want(http.StatusForbidden)
	nobody := s.Bearer(t, s.AccessToken(kit.SupplierA, supplierScopes, kit.Claims{"consumer": nil}))
	if r := nobody.Call("POST", requests, askFor(of, kit.CustomerQ, "x")); r.Status != http.StatusUnauthorized {
		t.Errorf("a token of no organisation: %d %s", r.Status, r.Body)
	}
}

// asRead is v as JSON reads it.
func asRead(t *testing.T, v any) any {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// What is wrong is told in the order of the contract, and changes nothing.
func TestRequestsThatAreRefused(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of, bare, gone, foreign := s.System(t, kit.DeveloperA, "lonn"), s.System(t, kit.DeveloperA, "bare"), s.System(t, kit.DeveloperA, "gone"), s.System(t, kit.DeveloperB, "logg")
	s.Exec("DELETE FROM system_redirect WHERE system_id = ?", string(bare.ID))
	s.Exec("UPDATE system SET deleted = 1 WHERE id = ?", string(gone.ID))
	s.Exec("UPDATE organisation SET parent = ? WHERE org_no = ?", string(kit.CustomerQ), string(kit.FacilitatorF))
	s.Exec("UPDATE organisation SET struck_off_at = 1 WHERE org_no = ?", string(kit.SupplierB))
	for _, p := range []string{kit.AccountantPackage, kit.ManagerPackage} {
		s.Exec("INSERT INTO system_ask (system_id, position, kind, ref, action, purpose_nb, purpose_nn, purpose_en) SELECT ?, COUNT(*), 'package', ?, '', '', '', '' FROM system_ask WHERE system_id = ?", string(of.ID), p, string(of.ID))
	}
	c := supplier(t, s, kit.SupplierA)
	before := s.Snapshot()
	for _, tc := range []struct {
		name   string
		agent  bool
		change fields // nil takes a member out
		status int
		code   string
		says   string // stands in the problem document
	}{
		{"no system", false, fields{"systemId": nil}, 400, "STD-00000", `"systemId":["systemId is required."]`},
		{"no customer", false, fields{"partyOrgNo": "  "}, 400, "STD-00000", `"partyOrgNo":["partyOrgNo is required."]`},
		{"a system of the wrong type", false, fields{"systemId": 7}, 400, "STD-00000", `$.systemId has the wrong type. It must be text.`},
		{"a date that is no time", false, fields{"validTo": "2027-06-30"}, 400, "STD-00000", `$.validTo has the wrong type. It must be a time with its zone, such as`},
		{"packages that are no list", false, fields{"accessPackages": "x"}, 400, "STD-00000", `It must be a list.`},
		{"a system that is not there", false, fields{"systemId": "310000011_x"}, 404, "AUTH-00011", ""},
		{"what is no system's id", false, fields{"systemId": "a b\u0000"}, 404, "AUTH-00011", ""},
		{"another supplier's system, and no customer's number", false, fields{"systemId": foreign.ID, "partyOrgNo": "1"}, 404, "AUTH-00011", ""},
		{"a deleted system", false, fields{"systemId": gone.ID}, 404, "AUTH-00011", "deleted"},
		{"no organisation's number, and a redirect to elsewhere", false, fields{"partyOrgNo": "123", "redirectUrl": "https://evil.example/"}, 400, "AUTH-00000", "partyOrgNo"},
		{"an organisation that is not here", false, fields{"partyOrgNo": kit.Unknown}, 400, "AUTH-00000", "partyOrgNo"},
		{"a sub-unit", false, fields{"partyOrgNo": kit.FacilitatorF}, 400, "AUTH-00000", `"unit":"` + string(kit.CustomerQ) + `"`},
		{"an organisation that is struck off", false, fields{"partyOrgNo": kit.SupplierB}, 400, "AUTH-00005", "struck off"},
		{"a redirect to elsewhere, and no rights", false, fields{"redirectUrl": "https://evil.example/", "accessPackages": nil}, 400, "AUTH-00021", ""},
		{"a redirect where none is registered", false, fields{"systemId": bare.ID, "redirectUrl": "https://lonn.example/back"}, 400, "AUTH-00026", ""},
		{"neither rights nor packages", false, fields{"accessPackages": nil}, 400, "AUTH-00001", "left out"},
		{"no packages", false, fields{"accessPackages": []any{}}, 400, "AUTH-00059", ""},
		{"no rights", false, fields{"accessPackages": nil, "rights": []any{}}, 400, "AUTH-00059", ""},
		{"a right that is not on the system, and such a package", false, fields{"rights": []fields{oneRight(kit.Resource, "")}, "accessPackages": packagesOf("x")}, 400, "AUTH-00001", kit.Resource},
		{"another action", false, fields{"rights": []fields{oneRight(kit.OwnResource, "write")}}, 400, "AUTH-00001", kit.OwnResource + "#write"},
		{"a right named in another way", false, fields{"rights": []fields{{"resource": []fields{{"id": "urn:altinn:app", "value": kit.OwnResource}}}}}, 400, "AUTH-00001", ""},
		{"a right to nothing", false, fields{"rights": []fields{{}}}, 400, "AUTH-00001", ""},
		{"two resources in one value", false, fields{"rights": []fields{oneRight(kit.OwnResource+" "+kit.OwnResource, "")}}, 400, "AUTH-00001", ""},
		{"packages that are not on the system", false, fields{"accessPackages": packagesOf(kit.VATPackage, kit.TaxPackage, "urn:x", kit.AccountantPackage)}, 400, "AUTH-00063", `"NotFoundPackages":"` + kit.VATPackage + `, urn:x"`},
		{"a package for agents", false, fields{"accessPackages": packagesOf(kit.AccountantPackage)}, 400, "AUTH-00064", `"NotDelegablePackages":"` + kit.AccountantPackage + `"`},
		{"an agent without packages", true, fields{"accessPackages": nil, "rights": []fields{oneRight(kit.OwnResource, "")}}, 400, "AUTH-00058", ""},
		{"an agent with none", true, fields{"accessPackages": []any{}}, 400, "AUTH-00058", ""},
		{"an agent with what is not on the system", true, fields{"accessPackages": packagesOf(kit.VATPackage)}, 400, "AUTH-00063", kit.VATPackage},
		{"an agent with what cannot be passed on", true, fields{"accessPackages": packagesOf(kit.ManagerPackage)}, 400, "AUTH-00065", `"NotDelegablePackages":"` + kit.ManagerPackage + `"`},
		{"a title of two lines", false, fields{"integrationTitle": "a\nb"}, 400, "STD-00000", `integrationTitle has characters`},
		{"a reference that is too long", false, fields{"externalRef": strings.Repeat("r", 256)}, 400, "STD-00000", `externalRef is too long`},
		{"a reference that no database takes", false, fields{"externalRef": "a\u0000b"}, 400, "STD-00000", `externalRef has characters`},
		{"an end in the past", false, fields{"validTo": "2020-01-01T00:00:00Z"}, 400, "STD-00000", `validTo must be in the future`},
		{"an end that is no time", false, fields{"validTo": "soon"}, 400, "STD-00000", `validTo`},
		{"a contact that is no address", false, fields{"contactEmail": "Kari <kari@lonn.example>"}, 400, "STD-00000", `contactEmail must be`},
		{"a purpose that is too long", false, fields{"purpose": fields{"en": strings.Repeat("p", 301)}}, 400, "STD-00000", `purpose is too long`},
		{"a purpose of a package that turns around", false, fields{"accessPackages": []fields{{"urn": kit.TaxPackage, "purpose": fields{"nb": "a\u202eb"}}}}, 400, "STD-00000", `accessPackages.purpose has characters`},
		{"too many packages", false, fields{"accessPackages": packagesOf(slices.Repeat([]string{kit.TaxPackage}, 201)...)}, 400, "STD-00000", `at most 200`},
	} {
		sent := askFor(of, kit.CustomerP, "r1")
		for name, v := range tc.change {
			if sent[name] = v; v == nil {
				delete(sent, name)
			}
		}
		at := requests
		if tc.agent {
			at = agentRequests
		}
		r := c.Call("POST", at, sent)
		if r.Status != tc.status || r.Code() != tc.code || !strings.Contains(r.Body, tc.says) {
			t.Errorf("%s: %d %s, want %d %s with %s", tc.name, r.Status, r.Body, tc.status, tc.code, tc.says)
		}
	}
	if after := s.Snapshot(); after != before {
		t.Errorf("something has changed (-before +after):\n%s", cmp.Diff(before, after))
	}
}

func TestARequestForAnotherKind(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of := s.System(t, kit.DeveloperA, "lonn")
	c := supplier(t, s, kit.SupplierA)
	standard := ours(t, c.Call("POST", requests, askFor(of, kit.CustomerP, "s")).Want(http.StatusCreated).Location())
	agent := ours(t, c.Call("POST", agentRequests, askFor(of, kit.CustomerP, "a")).Want(http.StatusCreated).Location())
	refused(t, c.Call("POST", agentRequests, askFor(of, kit.CustomerP, "s")), 400, "AUTH-00007")
	refused(t, c.Call("POST", requests, askFor(of, kit.CustomerP, "a")), 400, "AUTH-00007")
	refused(t, c.Get(strings.Replace(standard, requests, agentRequests, 1)), 400, "AUTH-00025")
	refused(t, c.Get(strings.Replace(agent, agentRequests, requests, 1)), 404, "AUTH-00010")
	for at, code := range map[string]string{requests: "AUTH-00010", agentRequests: "AUTH-00030"} {
		for _, id := range []string{"4c3e8a6e-33a1-4a1c-8f1a-2f1f6a6c1111", "x", "4C3E8A6E"} {
			refused(t, c.Get(at+"/"+id), 404, code)
		}
		for _, ref := range []string{"none", strings.Repeat("r", 300), map[string]string{requests: "a", agentRequests: "s"}[at]} {
			refused(t, c.Get(at+"/byexternalref/"+string(of.ID)+"/"+string(kit.CustomerP)+"/"+ref), 404, code)
		}
		refused(t, c.Get(at+"/byexternalref/"+string(of.ID)+"/1/s"), 404, code)
		refused(t, c.Get(at+"/byexternalref/a%20b/"+string(kit.CustomerP)+"/s"), 404, code)
	}
	s.Exec("UPDATE request SET status = 'rejected', decided_at = 1, reason = 'Nei'")
	refused(t, c.Call("POST", agentRequests, askFor(of, kit.CustomerP, "s")), 400, "AUTH-00009")
	if r := c.Get(standard).Want(http.StatusOK).JSON(); r["status"] != "Rejected" || r["reason"] != "Nei" {
		t.Errorf("rejected: %v", r)
	}
	c.Call("DELETE", strings.Replace(agent, agentRequests, requests, 1), nil).Want(http.StatusAccepted)
	refused(t, c.Get(agent), 404, "AUTH-00030")
	c.Call("POST", requests, askFor(of, kit.CustomerP, "a")).Want(http.StatusCreated)
}

// refused demands a problem document of the code.
func refused(t *testing.T, r *kit.Response, status int, code string) {
	t.Helper()
	if r.Status != status || r.Code() != code {
		t.Errorf("%d %s, want %d %s", r.Status, r.Body, status, code)
	}
}

func TestARequestOutOfTime(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of := s.System(t, kit.DeveloperA, "lonn")
	at := ours(t, supplier(t, s, kit.SupplierA).Call("POST", requests, askFor(of, kit.CustomerP, "")).Want(http.StatusCreated).Location())
	id := at[strings.LastIndex(at, "/")+1:]
	s.Clock.Advance(request.Life)
	c := supplier(t, s, kit.SupplierA)
	if r := c.Get(at).JSON(); r["status"] != "Timedout" || r["timedOut"] != true {
		t.Errorf("out of time: %v", r)
	}
	if r := c.Call("POST", "/api/v1/requests/"+id+"/renew", nil).Want(http.StatusOK).JSON(); r["status"] != "New" || r["timedOut"] != false ||
		r["expires"] != s.Clock.Now().Add(request.Life).Format(time.RFC3339) || r["created"] != kit.Start.Format(time.RFC3339) {
		t.Errorf("renewed: %v", r)
	}
	c.Call("POST", "/api/v1/requests/x/renew", nil).Want(http.StatusNotFound)
	supplier(t, s, kit.SupplierB).Call("POST", "/api/v1/requests/"+id+"/renew", nil).Want(http.StatusNotFound)
	s.Bearer(t, s.AccessToken(kit.SupplierA, requestRead, nil)).Call("POST", "/api/v1/requests/"+id+"/renew", nil).Want(http.StatusForbidden)
	s.Approve(t, kit.ApproverP, models.ID(id))
	c.Call("POST", "/api/v1/requests/"+id+"/renew", nil).Want(http.StatusConflict)
}

// A customer that only the business register knows can be asked at once, with an
// Idempotency-Key or without; while the register is out of reach it can not, and
// nobody else notices.
func TestACustomerOfTheBusinessRegister(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"", "one"} {
		s := kit.New(t)
		of := s.System(t, kit.DeveloperA, "lonn")
		c := supplier(t, s, kit.SupplierA).With("Idempotency-Key", key)
		s.RegisterDown(true)
		before := s.Snapshot()
		refused(t, c.Call("POST", requests, askFor(of, kit.Registered, "")), 400, "AUTH-00000")
		if after := s.Snapshot(); after != before {
			t.Errorf("something has changed (-before +after):\n%s", cmp.Diff(before, after))
		}
		c.With("Idempotency-Key", "").Call("POST", requests, askFor(of, kit.CustomerP, "")).Want(http.StatusCreated)
		s.RegisterDown(false)
		s.Clock.Advance(time.Minute) // it is left alone for a while
		c = supplier(t, s, kit.SupplierA).With("Idempotency-Key", key)
		refused(t, supplier(t, s, kit.SupplierB).Call("POST", requests, askFor(of, kit.Registered, "")), 404, "AUTH-00011")
		r := c.Call("POST", requests, askFor(of, kit.Registered, "")).Want(http.StatusCreated)
		if r.JSON()["externalRef"] != string(kit.Registered) {
			t.Errorf("asked: %s", r.Body)
		}
	}
}

// The same key gives the same answer, whoever is first; a failure is not kept,
// and what it recorded stays.
func TestAskingOnce(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of, foreign := s.System(t, kit.DeveloperA, "lonn"), s.System(t, kit.DeveloperB, "logg")
	c := supplier(t, s, kit.SupplierA)
	keyed := c.With("Idempotency-Key", "k1")
	denied := strings.Count(s.Dump(), "denied")
	refused(t, keyed.Call("POST", requests, askFor(foreign, kit.CustomerP, "r")), 404, "AUTH-00011")
	if n := strings.Count(s.Dump(), "denied") - denied; n != 1 {
		t.Errorf("%d denied attempts are recorded, want 1", n)
	}
	answers := make([]*kit.Response, 6)
	var done sync.WaitGroup
	for i := range answers {
		done.Go(func() { answers[i] = keyed.Call("POST", requests, askFor(of, kit.CustomerP, "r")) })
	}
	done.Wait()
	replayed := 0
	for _, r := range answers {
		if r.Want(http.StatusCreated); r.Body != answers[0].Body || r.Location() != answers[0].Location() {
			t.Errorf("answered %s at %s, and %s at %s", r.Body, r.Location(), answers[0].Body, answers[0].Location())
		}
		if r.Header.Get("Idempotency-Replayed") == "true" {
			replayed++
		}
	}
	if replayed != len(answers)-1 {
		t.Errorf("%d of %d are replays", replayed, len(answers))
	}
	keyed.Call("POST", requests, askFor(of, kit.CustomerQ, "r")).Want(http.StatusUnprocessableEntity)
	r := c.Call("POST", requests, askFor(of, kit.CustomerP, "r")).Want(http.StatusOK)
	if r.Header.Get("Stafett-Repeat") != "same" || r.Body != answers[0].Body {
		t.Errorf("without the key: %q %s", r.Header.Get("Stafett-Repeat"), r.Body)
	}
}

func TestRequestsAreFiltered(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of := s.System(t, kit.DeveloperA, "lonn")
	p := s.Request(t, kit.DeveloperA, of, kit.CustomerP, "first")
	s.Approve(t, kit.ApproverP, p.ID)
	s.Clock.Advance(time.Second)
	s.Request(t, kit.DeveloperA, of, kit.CustomerQ, "second")
	c := supplier(t, s, kit.SupplierA)
	for query, want := range map[string][]string{
		"": {"first", "second"}, "status=New": {"second"}, "Status=Accepted": {"first"}, "status=Rejected": {}, "status=Timedout": {},
		"customer=" + string(kit.CustomerQ): {"second"}, "q=FIRST": {"first"}, "q=" + url.QueryEscape("granlia"): {"second"},
		"q=" + string(kit.CustomerP): {"first"}, "q=%25": {}, "q=FIRST&status=New": {},
	} {
		var refs []string
		for r := range allOf(t, c, requests+"/bysystem/"+string(of.ID)+"?"+query+"&total=true") {
			refs = append(refs, r)
		}
		if diff := cmp.Diff(want, append([]string{}, refs...)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", query, diff)
		}
		if total := c.Get(requests + "/bysystem/" + string(of.ID) + "?" + query + "&total=true").JSON()["total"]; total != float64(len(want)) {
			t.Errorf("%q: total %v", query, total)
		}
	}
	for _, query := range []string{"status=Denied", "status=new", "customer=1", "q=%00", "pageSize=0", "pageSize=501", "token=x", "token=e30", "total=maybe", "status=New&status=New"} {
		refused(t, c.Get(requests+"/bysystem/"+string(of.ID)+"?"+query), 400, "STD-00000")
	}
	refused(t, supplier(t, s, kit.SupplierB).Get(requests+"/bysystem/"+string(of.ID)), 404, "AUTH-00011")
	refused(t, c.Get(agentRequests+"/bysystem/310000011_none"), 404, "AUTH-00011")
}

// allOf reads a list to its end, by its own links, and yields external
// references.
func allOf(t *testing.T, c *kit.Client, at string) func(func(string) bool) {
	return func(yield func(string) bool) {
		t.Helper()
		for at != "" {
			r := c.Get(at).Want(http.StatusOK)
			if !strings.HasPrefix(r.Body, `{"links":{`) || strings.Index(r.Body, `"data":`) < strings.Index(r.Body, `"links":`) {
				t.Fatalf("links do not stand before data: %s", r.Body)
			}
			var p struct {
				Links struct{ Next string }
				Data  []struct{ ExternalRef string }
			}
			if err := json.Unmarshal([]byte(r.Body), &p); err != nil {
				t.Fatal(err)
			}
			for _, one := range p.Data {
				if !yield(one.ExternalRef) {
					return
				}
			}
			if at = p.Links.Next; at != "" {
				at = ours(t, at)
			}
		}
	}
}

// However many requests there are, a call costs the same.
func TestStatementsOfRequests(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of := s.System(t, kit.DeveloperA, "lonn")
	c := supplier(t, s, kit.SupplierA)
	cost := map[string][]int{}
	for _, n := range []int{2, 30} {
		for i := range n {
			s.Request(t, kit.DeveloperA, of, kit.CustomerP, fmt.Sprint(n, "-", i))
		}
		one := ours(t, c.Call("POST", requests, askFor(of, kit.CustomerQ, fmt.Sprint(n))).Want(http.StatusCreated).Location())
		for name, do := range map[string]func() *kit.Response{
			"a page": func() *kit.Response {
				return c.Get(requests + "/bysystem/" + string(of.ID) + "?pageSize=20&total=true&q=a")
			},
			"one": func() *kit.Response { return c.Get(one) },
			"ask": func() *kit.Response {
				return c.Call("POST", requests, askFor(of, kit.CustomerQ, fmt.Sprint("ask ", n)))
			},
			"ask again": func() *kit.Response { return c.Call("POST", requests, askFor(of, kit.CustomerQ, fmt.Sprint(n))) },
		} {
			cost[name] = append(cost[name], len(s.Statements(func() { do() })))
		}
	}
	want := map[string][]int{"a page": {8, 8}, "one": {3, 3}, "ask": {17, 17}, "ask again": {10, 10}}
	if diff := cmp.Diff(want, cost); diff != "" {
		t.Errorf("statements (-want +got):\n%s", diff)
	}
}
