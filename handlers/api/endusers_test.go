package api_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

const (
	userBase    = "/authentication/api/v1/systemuser"
	requestBase = userBase + "/request"
	portalBase  = "/accessmanagement/api/v1"
)

// through is a person behind the issuer, with the claims changed.
func through(t *testing.T, s *kit.Site, issuer string, p kit.Person, changes kit.Claims) *kit.Client {
	t.Helper()
	return s.Bearer(t, s.EndUserToken(issuer, p, "altinn:portal/enduser", changes))
}

// partyPath is an address of the organisation's.
func partyPath(t *testing.T, s *kit.Site, base string, o party.OrgNo, rest ...string) string {
	t.Helper()
	return strings.Join(append([]string{base, s.PartyID(t, o)}, rest...), "/")
}

// agentRequest asks the customer for an agent that has AccountantPackage.
func agentRequest(t *testing.T, s *kit.Site, customer party.OrgNo, change func(*request.Request)) request.Request {
	t.Helper()
	id := system.ID(string(kit.SupplierA) + "_agent")
	if _, err := s.Registry.System(t.Context(), s.Actor(kit.DeveloperA), id); err != nil {
		words := models.Text{NB: "Agent", NN: "Agent", EN: "Agent"}
		_, err := s.Registry.RegisterSystem(t.Context(), s.Actor(kit.DeveloperA), system.System{
			ID: id, Name: words, Description: words, Clients: []system.Client{{Issuer: kit.Issuer1, ID: kit.ClientID(id)}},
			Asks:         []system.Ask{{Item: catalog.PackageOf(kit.AccountantPackage)}, {Item: catalog.PackageOf(kit.VATPackage)}},
			RedirectURLs: []string{"https://agent.example/back"},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	in := request.Request{Kind: systemuser.Agent, System: id, Customer: customer, Items: []catalog.Item{catalog.PackageOf(kit.AccountantPackage)}}
	if change != nil {
		change(&in)
	}
	sent, _, err := s.Registry.Ask(t.Context(), s.Actor(kit.DeveloperA), in)
	if err != nil {
		t.Fatal(err)
	}
	return sent
}

// array reads the body as a list of objects.
func array(t *testing.T, r *kit.Response) []map[string]any {
	t.Helper()
	var out []map[string]any
	if err := json.Unmarshal([]byte(r.Body), &out); err != nil {
		t.Fatalf("%v: %s", err, r.Body)
	}
	return out
}

// wants demands a status and Altinn's code.
func wants(t *testing.T, r *kit.Response, status int, code string) {
	t.Helper()
	if r.Status != status || r.Code() != code {
		t.Errorf("%d %s, want %d %s", r.Status, r.Body, status, code)
	}
}

func TestThePeopleOfTheOwnerSeeItsSystemUsers(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	sys := s.System(t, kit.DeveloperA, "one")
	made := s.Request(t, kit.DeveloperA, sys, kit.CustomerP, "")
	s.Approve(t, kit.ApproverP, made.ID)
	agent := agentRequest(t, s, kit.CustomerP, nil)
	s.Approve(t, kit.ApproverP, agent.ID)
	s.Approve(t, kit.ApproverQ, s.Request(t, kit.DeveloperA, sys, kit.CustomerQ, "").ID)
	c := through(t, s, kit.Front, kit.ClerkP, nil) // any member looks, by any issuer of end users
	users := array(t, c.Get(partyPath(t, s, userBase, kit.CustomerP)).Want(http.StatusOK))
	if len(users) != 1 || users[0]["id"] != string(made.ID) {
		t.Fatalf("standard ones: %v", users)
	}
	for name, want := range map[string]any{
		"systemId": string(sys.ID), "productName": string(sys.ID), "reporteeOrgNo": string(kit.CustomerP), "partyId": s.PartyID(t, kit.CustomerP),
		"partyUuId": s.PartyUUID(t, kit.CustomerP), "supplierOrgno": string(kit.SupplierA), "userType": "standard", "isDeleted": false,
		"systemInternalId": string(sys.UUID), "externalRef": string(kit.CustomerP), "integrationTitle": "Program one",
	} {
		if users[0][name] != want {
			t.Errorf("%s is %v, want %v", name, users[0][name], want)
		}
	}
	if _, ok := users[0]["rights"]; ok {
		t.Errorf("a list has rights: %v", users[0])
	}
	agents := array(t, c.Get(partyPath(t, s, userBase+"/agent", kit.CustomerP)).Want(http.StatusOK))
	if len(agents) != 1 || agents[0]["id"] != string(agent.ID) || agents[0]["userType"] != "agent" {
		t.Errorf("agents: %v", agents)
	}
	one := c.Get(partyPath(t, s, userBase, kit.CustomerP, string(made.ID))).Want(http.StatusOK)
	if !strings.Contains(one.Body, `"rights":[{"action":"read","resource":[{"id":"urn:altinn:resource","value":"postkasse"}]}]`) ||
		!strings.Contains(one.Body, `"accessPackages":[{"urn":"`+kit.TaxPackage+`"}]`) {
		t.Errorf("detail: %s", one.Body)
	}
	held := c.Get(partyPath(t, s, userBase, kit.CustomerP, string(made.ID), "delegations")).Want(http.StatusOK)
	if !strings.Contains(held.Body, kit.TaxPackage) || !strings.Contains(held.Body, "postkasse") {
		t.Errorf("delegations: %s", held.Body)
	}
	empty := c.Get(partyPath(t, s, userBase, kit.CustomerP, string(agent.ID), "delegations")).Want(http.StatusOK)
	if want := `{"systemUserId":"` + string(agent.ID) + `","rights":[],"accessPackages":[]}`; empty.Body != want {
		t.Errorf("an agent holds %s", empty.Body)
	}
	if r := through(t, s, kit.Front, kit.ApproverP, nil).Get(partyPath(t, s, userBase, kit.SupplierA)); r.Status != http.StatusForbidden {
		t.Errorf("another organisation: %d %s", r.Status, r.Body)
	}
}

// Nobody learns whether an organisation, or a thing of one where he is nobody,
// is there.
func TestForeignThingsCannotBeToldApart(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	sys := s.System(t, kit.DeveloperA, "one")
	theirs := s.Request(t, kit.DeveloperA, sys, kit.CustomerQ, "")
	user := s.Request(t, kit.DeveloperA, sys, kit.CustomerQ, "live")
	s.Approve(t, kit.ApproverQ, user.ID)
	own := s.Request(t, kit.DeveloperA, sys, kit.CustomerP, "")
	nobody := string(models.NewID())
	same := func(name string, c *kit.Client, method string, paths ...string) {
		t.Helper()
		first := ""
		for _, path := range paths {
			r := c.Call(method, path, nil)
			if r.Status < 400 {
				t.Errorf("%s: %s %s is %d", name, method, path, r.Status)
			}
			said := r.JSON()
			delete(said, "traceId")
			delete(said, "request_id")
			if got, _ := json.Marshal([]any{r.Status, said}); first == "" {
				first = string(got)
			} else if string(got) != first {
				t.Errorf("%s: %s %s: %s, and the first %s", name, method, path, got, first)
			}
		}
	}
	p := func() *kit.Client { return through(t, s, kit.Portal, kit.ApproverP, nil) }
	q := s.PartyID(t, kit.CustomerQ)
	for _, party := range []string{"", "/agent"} {
		same("party", p(), http.MethodGet, userBase+party+"/"+q, userBase+party+"/999999999", userBase+party+"/0", userBase+party+"/07", userBase+party+"/x")
		same("pending", p(), http.MethodGet, requestBase+party+"/"+q+"/"+string(kit.CustomerQ)+"/pending", requestBase+party+"/999999999/"+string(kit.CustomerQ)+"/pending")
		for _, act := range []string{"/approve", "/reject", "/escalate"} {
			same("by party"+act, p(), http.MethodPost, requestBase+party+"/"+q+"/"+string(theirs.ID)+act, requestBase+party+"/999999999/"+string(theirs.ID)+act)
			same("at his own"+act, p(), http.MethodPost, partyPath(t, s, requestBase+party, kit.CustomerP, string(theirs.ID)+act), partyPath(t, s, requestBase+party, kit.CustomerP, nobody+act), partyPath(t, s, requestBase+party, kit.CustomerP, "x"+act))
		}
		same("request", p(), http.MethodGet, requestBase+party+"/"+string(theirs.ID), requestBase+party+"/"+nobody, requestBase+party+"/x")
		same("request at his own", p(), http.MethodGet, partyPath(t, s, requestBase+party, kit.CustomerP, string(theirs.ID)), partyPath(t, s, requestBase+party, kit.CustomerP, nobody))
	}
	same("user", p(), http.MethodGet, partyPath(t, s, userBase, kit.CustomerP, string(user.ID)), partyPath(t, s, userBase, kit.CustomerP, nobody), partyPath(t, s, userBase, kit.CustomerP, "x"), partyPath(t, s, userBase, kit.CustomerP, string(own.ID)))
	for _, id := range []string{string(user.ID), nobody, "x", string(own.ID)} {
		if r := p().Call(http.MethodDelete, partyPath(t, s, userBase, kit.CustomerP, id), nil); r.Status != http.StatusNotFound || r.Body != "0" {
			t.Errorf("deleting %s: %d %s", id, r.Status, r.Body)
		}
	}
	// Who belongs to both is told that he has the wrong one.
	several := through(t, s, kit.Portal, kit.Several, nil)
	wants(t, several.Get(partyPath(t, s, requestBase, kit.CustomerP, string(theirs.ID))), http.StatusForbidden, "AUTH-00041")
	wants(t, several.Call(http.MethodPost, partyPath(t, s, requestBase, kit.CustomerQ, string(own.ID), "approve"), nil), http.StatusForbidden, "AUTH-00041")
}

// What a token must be for what grants something.
func TestWhoAnswersThroughThePortal(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	sys := s.System(t, kit.DeveloperA, "one")
	waits := s.Request(t, kit.DeveloperA, sys, kit.CustomerP, "")
	agent := agentRequest(t, s, kit.CustomerP, nil)
	s.Exec("UPDATE system SET visible = 1")
	before := s.Snapshot()
	refused := func(name string, c func() *kit.Client, status int, codes ...string) {
		t.Helper()
		for _, path := range []string{
			partyPath(t, s, requestBase, kit.CustomerP, string(waits.ID), "approve"), partyPath(t, s, requestBase, kit.CustomerP, string(waits.ID), "reject"),
			partyPath(t, s, requestBase+"/agent", kit.CustomerP, string(agent.ID), "approve"), partyPath(t, s, requestBase+"/agent", kit.CustomerP, string(agent.ID), "reject"),
			partyPath(t, s, portalBase+"/systemuser/request", kit.CustomerP, string(waits.ID), "approve"),
			partyPath(t, s, userBase, kit.CustomerP, "create"),
		} {
			if strings.HasSuffix(path, "reject") && name == "too low a level" {
				continue // saying no asks for no level
			}
			r := c().Call(http.MethodPost, path, map[string]any{"systemId": string(sys.ID)})
			if r.Status != status || len(codes) > 0 && r.Code() != codes[0] {
				t.Errorf("%s: %s is %d %s", name, path, r.Status, r.Body)
			}
		}
	}
	by := func(issuer string, p kit.Person, changes kit.Claims) func() *kit.Client {
		return func() *kit.Client { return through(t, s, issuer, p, changes) }
	}
	refused("no portal", by(kit.Front, kit.ApproverP, nil), http.StatusForbidden)
	refused("an end user whom nobody knows", by(kit.Portal, kit.ApproverP, kit.Claims{"pid": nil, "urn:altinn:userid": 987654}), http.StatusForbidden)
	refused("an end user of elsewhere", by(kit.Portal, kit.Nobody, nil), http.StatusForbidden)
	refused("a clerk", by(kit.Portal, kit.ClerkP, nil), http.StatusForbidden, "AUTH-00066")
	refused("a viewer", by(kit.Portal, kit.ViewerP, nil), http.StatusForbidden, "AUTH-00066")
	refused("another customer's director", by(kit.Portal, kit.ApproverQ, nil), http.StatusForbidden)
	refused("too low a level", by(kit.Portal, kit.ApproverP, kit.Claims{"urn:altinn:authlevel": 2}), http.StatusForbidden, "AUTH-00020")
	refused("a supplier", func() *kit.Client { return supplier(t, s, kit.SupplierA) }, http.StatusForbidden)
	refused("nobody", func() *kit.Client { return s.Anonymous(t) }, http.StatusUnauthorized)
	refused("an expired token", by(kit.Portal, kit.ApproverP, kit.Claims{"exp": kit.Start.Add(-time.Hour).Unix()}), http.StatusUnauthorized)
	if s.Snapshot() != before {
		t.Error("a refusal changed something")
	}
	// The portal answers for how lately he logged in.
	old := kit.Claims{"auth_time": kit.Start.Add(-24 * time.Hour).Unix()}
	if r := through(t, s, kit.Portal, kit.ApproverP, old).Call(http.MethodPost, partyPath(t, s, requestBase, kit.CustomerP, string(waits.ID), "approve"), nil); r.Status != http.StatusOK || r.Body != "true" {
		t.Errorf("%d %s", r.Status, r.Body)
	}
	for _, kept := range []string{kit.ApproverP.PID, kit.ApproverP.Name, kit.ClerkP.PID} {
		if strings.Contains(s.Logs.Text(), kept) {
			t.Errorf("the log has %q", kept)
		}
	}
}

func TestRevoking(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	sys := s.System(t, kit.DeveloperA, "one")
	made := s.Request(t, kit.DeveloperA, sys, kit.CustomerP, "")
	s.Approve(t, kit.ApproverP, made.ID)
	agent := agentRequest(t, s, kit.CustomerP, nil)
	s.Approve(t, kit.ApproverP, agent.ID)
	path := partyPath(t, s, userBase, kit.CustomerP, string(made.ID))
	wants(t, through(t, s, kit.Front, kit.ClerkP, nil).Call(http.MethodDelete, path, nil), http.StatusForbidden, "AUTH-00066")
	c := through(t, s, kit.Front, kit.ApproverP, kit.Claims{"urn:altinn:authlevel": 0}) // no portal, no level
	wants(t, c.Call(http.MethodDelete, partyPath(t, s, userBase, kit.CustomerP, string(agent.ID)), nil), http.StatusBadRequest, "AUTH-00036")
	if r := c.Call(http.MethodDelete, path, nil); r.Status != http.StatusAccepted || r.Body != "1" {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	if r := c.Call(http.MethodDelete, path, nil); r.Status != http.StatusNotFound || r.Body != "0" {
		t.Errorf("again: %d %s", r.Status, r.Body)
	}
	wants(t, c.Get(path), http.StatusNotFound, "AUTH-00015")
	wants(t, through(t, s, kit.Portal, kit.ApproverP, nil).Get(requestBase+"/"+string(made.ID)), http.StatusNotFound, "AUTH-00010")
	// The triple is free, and the look-up finds the new one (section 6).
	again := supplier(t, s, kit.SupplierA).Call(http.MethodPost, requestBase+"/vendor", map[string]any{
		"systemId": string(sys.ID), "partyOrgNo": string(kit.CustomerP), "accessPackages": []any{map[string]any{"urn": kit.TaxPackage}},
	}).Want(http.StatusCreated)
	id, _ := again.JSON()["id"].(string)
	if id == string(made.ID) {
		t.Error("the old request came back")
	}
	through(t, s, kit.Portal, kit.ApproverP, nil).Call(http.MethodPost, partyPath(t, s, requestBase, kit.CustomerP, id, "approve"), nil).Want(http.StatusOK)
	issuer := s.Bearer(t, s.AccessToken(kit.SupplierA, "altinn:maskinporten/systemuser.read", nil))
	found := issuer.Get(userBase + "/byExternalId?clientId=" + kit.ClientID(sys.ID) + "&systemProviderOrgNo=" + string(kit.SupplierA) + "&systemUserOwnerOrgNo=" + string(kit.CustomerP)).Want(http.StatusOK)
	if found.JSON()["id"] != id {
		t.Errorf("the look-up finds %s, want %s", found.Body, id)
	}
}

// What has ended or is stopped never looks active; what is over by its own time
// is gone, as what has been deleted.
func TestWhatHasEndedDoesNotLookActive(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	for i, tc := range []struct {
		name            string
		end             func(of system.System, id models.ID)
		deleted, paused bool
	}{
		{"live", func(system.System, models.ID) {}, false, false},
		{"of a deleted system", func(of system.System, _ models.ID) {
			s.Exec("UPDATE system SET deleted = 1 WHERE id = ?", string(of.ID))
		}, true, false},
		{"paused by its supplier", func(_ system.System, id models.ID) {
			if _, err := s.Registry.PauseSystemUser(t.Context(), s.Actor(kit.DeveloperA), id, ""); err != nil {
				t.Fatal(err)
			}
		}, false, true},
	} {
		sys := s.System(t, kit.DeveloperA, "s"+strconv.Itoa(i))
		made := s.Request(t, kit.DeveloperA, sys, kit.CustomerP, "")
		s.Approve(t, kit.ApproverP, made.ID)
		tc.end(sys, made.ID)
		c := through(t, s, kit.Front, kit.ApproverP, nil)
		one := c.Get(partyPath(t, s, userBase, kit.CustomerP, string(made.ID))).Want(http.StatusOK).JSON()
		_, paused := one["paused"]
		if one["isDeleted"] != tc.deleted || paused != tc.paused || (one["status"] == "active") != (tc.name == "live") {
			t.Errorf("%s: %v", tc.name, one)
		}
		held := c.Get(partyPath(t, s, userBase, kit.CustomerP, string(made.ID), "delegations")).Want(http.StatusOK).Body
		if (len(held) > 100) != (tc.name == "live") {
			t.Errorf("%s holds %s", tc.name, held)
		}
	}
	sys := s.System(t, kit.DeveloperA, "over")
	made := s.Request(t, kit.DeveloperA, sys, kit.CustomerP, "")
	s.Approve(t, kit.ApproverP, made.ID)
	s.Exec("UPDATE system_user SET valid_to_at = ? WHERE id = ?", kit.Start.UnixMilli(), string(made.ID))
	wants(t, through(t, s, kit.Front, kit.ApproverP, nil).Get(partyPath(t, s, userBase, kit.CustomerP, string(made.ID))), http.StatusNotFound, "AUTH-00015")
}

func TestCreatingWithoutARequest(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	sys := s.System(t, kit.DeveloperA, "one")
	path := partyPath(t, s, userBase, kit.CustomerP, "create")
	create := func(p kit.Person, id string) *kit.Response {
		return through(t, s, kit.Portal, p, nil).Call(http.MethodPost, path, map[string]any{"systemId": id, "integrationTitle": " I butikken "})
	}
	wants(t, create(kit.ApproverP, string(sys.ID)), http.StatusNotFound, "AUTH-00011") // not visible
	wants(t, create(kit.ApproverP, string(sys.ID)+"x"), http.StatusNotFound, "AUTH-00011")
	wants(t, create(kit.ApproverP, "no id \x01"), http.StatusNotFound, "AUTH-00011")
	s.Exec("UPDATE system SET visible = 1")
	wants(t, create(kit.PartialP, string(sys.ID)), http.StatusBadRequest, "AUTH-00053")
	r := through(t, s, kit.Portal, kit.ApproverP, nil).Call(http.MethodPost, path, map[string]any{"systemId": string(sys.ID), "integrationTitle": strings.Repeat("x", 101)})
	wants(t, r, http.StatusBadRequest, "STD-00000")
	waits := s.Request(t, kit.DeveloperA, sys, kit.CustomerP, "")
	wants(t, create(kit.ApproverP, string(sys.ID)), http.StatusBadRequest, "AUTH-00007")
	if err := s.Registry.Withdraw(t.Context(), s.Actor(kit.DeveloperA), waits.ID); err != nil {
		t.Fatal(err)
	}
	made := create(kit.ApproverP, string(sys.ID)).Want(http.StatusOK).JSON()
	if made["externalRef"] != string(kit.CustomerP) || made["integrationTitle"] != "I butikken" || made["userType"] != "standard" || made["isDeleted"] != false {
		t.Errorf("made %v", made)
	}
	id, _ := made["id"].(string)
	if held := through(t, s, kit.Portal, kit.ApproverP, nil).Get(partyPath(t, s, userBase, kit.CustomerP, id, "delegations")).Body; !strings.Contains(held, kit.TaxPackage) || !strings.Contains(held, "postkasse") {
		t.Errorf("holds %s", held)
	}
	wants(t, create(kit.ApproverP, string(sys.ID)), http.StatusBadRequest, "AUTH-00004")
	if entries := s.Dump(); !strings.Contains(entries, "systemuser.create") || !strings.Contains(entries, kit.Portal) {
		t.Error("the audit log does not name the portal")
	}
	agentRequest(t, s, kit.CustomerQ, nil)
	s.Exec("UPDATE system SET visible = 1")
	r = create(kit.ApproverP, string(kit.SupplierA)+"_agent") // a package that is for agents alone
	wants(t, r, http.StatusBadRequest, "AUTH-00064")
	s.Exec("UPDATE system SET deleted = 1")
	wants(t, create(kit.ApproverP, string(sys.ID)), http.StatusNotFound, "AUTH-00011")
}

// Lists have pages that lose nothing.
func TestListsOfAnOrganisationHavePages(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	sys := s.System(t, kit.DeveloperA, "one")
	want := map[string]int{"users": 0, "waiting": 0}
	for i := range 5 {
		if i%2 == 0 {
			s.Clock.Advance(time.Millisecond) // some are of the same moment
		}
		s.Approve(t, kit.ApproverP, s.Request(t, kit.DeveloperA, sys, kit.CustomerP, "u"+strconv.Itoa(i)).ID)
		s.Request(t, kit.DeveloperA, sys, kit.CustomerP, "w"+strconv.Itoa(i))
	}
	for name, path := range map[string]string{
		"users": partyPath(t, s, userBase, kit.CustomerP), "waiting": partyPath(t, s, requestBase, kit.CustomerP, string(kit.CustomerP), "pending"),
	} {
		seen, next := map[any]bool{}, path+"?pageSize=2"
		for next != "" {
			r := endUser(t, s, kit.ApproverP).Get(next).Want(http.StatusOK)
			for _, row := range array(t, r) {
				seen[row["externalRef"]] = true
				want[name]++
			}
			link := strings.TrimSuffix(strings.TrimPrefix(r.Header.Get("Link"), "<"+kit.PublicURL), `>; rel="next"`)
			if next = link; len(seen) > 5 {
				t.Fatal("it never ends")
			}
		}
		if len(seen) != 5 || want[name] != 5 {
			t.Errorf("%s: %d rows, %d of them different", name, want[name], len(seen))
		}
		if r := endUser(t, s, kit.ApproverP).Get(path).Want(http.StatusOK); len(array(t, r)) != 5 || r.Header.Get("Link") != "" {
			t.Errorf("%s whole: %s", name, r.Body)
		}
	}
}
