package api_test

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
)

// lookUp asks for the system user as an issuer does.
func lookUp(t *testing.T, s *kit.Site, sys system.System) *kit.Response {
	t.Helper()
	issuer := s.Bearer(t, s.AccessToken(kit.SupplierA, "altinn:maskinporten/systemuser.read", nil))
	return issuer.Get(userBase + "/byExternalId?clientId=" + kit.ClientID(sys.ID) + "&systemProviderOrgNo=" + string(kit.SupplierA) + "&systemUserOwnerOrgNo=" + string(kit.CustomerP))
}

// Whoever answers first has answered; every other answer is a conflict.
func TestAltinnFault03_OneAnswerWins(t *testing.T) {
	t.Parallel()
	for round := range 5 {
		s := kit.New(t)
		sys := s.System(t, kit.DeveloperA, "one")
		waits := s.Request(t, kit.DeveloperA, sys, kit.CustomerP, "")
		path := partyPath(t, s, requestBase, kit.CustomerP, string(waits.ID))
		var answers []func() *kit.Response
		for i := range 12 {
			c, act := endUser(t, s, kit.ApproverP), []string{"/approve", "/reject"}[i%2]
			answers = append(answers, func() *kit.Response { return c.Call(http.MethodPost, path+act, nil) })
		}
		withdraws := supplier(t, s, kit.SupplierA)
		answers = append(answers, func() *kit.Response {
			return withdraws.Call(http.MethodDelete, requestBase+"/vendor/"+string(waits.ID), nil)
		})
		got := make([]*kit.Response, len(answers))
		var all sync.WaitGroup
		ready := make(chan struct{})
		for i, answer := range answers {
			all.Go(func() { <-ready; got[i] = answer() })
		}
		close(ready)
		all.Wait()
		won, approved := 0, false
		for i, r := range got[:12] {
			switch {
			case r.Status == http.StatusOK && r.Body == "true":
				won++
				approved = i%2 == 0
			case r.Status == http.StatusConflict && r.Code() == "AUTH-00013", r.Status == http.StatusNotFound && r.Code() == "AUTH-00010": // the latter once it is removed
			default:
				t.Errorf("round %d, answer %d: %d %s", round, i, r.Status, r.Body)
			}
		}
		// The supplier may take back what has been answered, so that it is shown no
		// more; what came of the answer lives on.
		if found := lookUp(t, s, sys).Status == http.StatusOK; found != approved {
			t.Errorf("round %d: approved %t, system user %t", round, approved, found)
		}
		outcomes := map[string]int{}
		for _, event := range []string{"request.accepted", "request.rejected", "request.withdrawn"} {
			outcomes[event] = strings.Count(s.Dump(), `"`+event+`"`)
		}
		answered := outcomes["request.accepted"] + outcomes["request.rejected"]
		if won != answered || answered+outcomes["request.withdrawn"] != 1 {
			t.Errorf("round %d: %d won, and there are %v", round, won, outcomes)
		}
	}
}

// failing makes the next writes to a table fail, as a full disk would.
func failing(s *kit.Site, event, table string) (mend func()) {
	s.Exec("CREATE TRIGGER broken BEFORE " + event + " ON " + table + " BEGIN SELECT RAISE(ABORT, 'broken'); END")
	return func() { s.Exec("DROP TRIGGER broken") }
}

// writes are what an approval writes.
var writes = map[string]string{
	"request": "UPDATE", "system_user_counter": "UPDATE", "system_user": "INSERT", "delegation": "INSERT", "audit_entry": "INSERT", "outbox_event": "INSERT",
}

// After an approval that failed halfway the request waits as before, and the
// same person approves it when all is well again.
func TestAltinnFault04_AFailedApprovalCanBeRepeated(t *testing.T) {
	t.Parallel()
	for table, event := range writes {
		s := kit.New(t)
		waits := s.Request(t, kit.DeveloperA, s.System(t, kit.DeveloperA, "one"), kit.CustomerP, "")
		path := partyPath(t, s, requestBase, kit.CustomerP, string(waits.ID))
		before, mend := s.Snapshot(), failing(s, event, table)
		for range 2 {
			if r := endUser(t, s, kit.ApproverP).Failing().Call(http.MethodPost, path+"/approve", nil); r.Status < 500 {
				t.Errorf("%s fails: %d %s", table, r.Status, r.Body)
			}
		}
		mend()
		if s.Snapshot() != before {
			t.Errorf("%s fails and something is left", table)
		}
		if got := endUser(t, s, kit.ApproverP).Get(path).Want(http.StatusOK).JSON(); got["status"] != "New" {
			t.Errorf("%s failed: %v", table, got)
		}
		if r := endUser(t, s, kit.ApproverP).Call(http.MethodPost, path+"/approve", nil); r.Status != http.StatusOK {
			t.Errorf("%s failed, and then: %d %s", table, r.Status, r.Body)
		}
	}
}

// A system user is there with all that was approved, or not at all.
func TestAltinnFault05_NoSystemUserWithoutItsRights(t *testing.T) {
	t.Parallel()
	for table, event := range writes {
		s := kit.New(t)
		sys := s.System(t, kit.DeveloperA, "one")
		s.Exec("UPDATE system SET visible = 1")
		waits := s.Request(t, kit.DeveloperA, sys, kit.CustomerP, "")
		approve, create := partyPath(t, s, requestBase, kit.CustomerP, string(waits.ID), "approve"), partyPath(t, s, userBase, kit.CustomerP, "create")
		mend := failing(s, event, table)
		endUser(t, s, kit.ApproverP).Failing().Call(http.MethodPost, approve, nil)
		if table != "request" { // which creating does not write
			endUser(t, s, kit.ApproverP).Failing().Call(http.MethodPost, create, map[string]any{"systemId": string(sys.ID)})
		}
		mend()
		if r := lookUp(t, s, sys); r.Status != http.StatusNotFound {
			t.Errorf("%s failed: the look-up says %d %s", table, r.Status, r.Body)
		}
		endUser(t, s, kit.ApproverP).Call(http.MethodPost, approve, nil).Want(http.StatusOK)
		id, _ := lookUp(t, s, sys).Want(http.StatusOK).JSON()["id"].(string)
		if held := endUser(t, s, kit.ApproverP).Get(partyPath(t, s, userBase, kit.CustomerP, id, "delegations")).Body; !strings.Contains(held, kit.TaxPackage) || !strings.Contains(held, kit.OwnResource) {
			t.Errorf("%s failed, and then it holds %s", table, held)
		}
	}
}

// What was delegated and has left the system's list is gone from decisions, and
// nothing of it outlives the revocation.
func TestAltinnFault07_NothingOutlivesTheRevocation(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	sys := s.System(t, kit.DeveloperA, "one")
	made := s.Request(t, kit.DeveloperA, sys, kit.CustomerP, "")
	s.Approve(t, kit.ApproverP, made.ID)
	if !decides(t, s, string(made.ID), kit.CustomerP) {
		t.Fatal("it does not hold what was approved")
	}
	asks := func(urn string) { s.Exec("UPDATE system_ask SET ref = ? WHERE kind = 'package'", urn) }
	asks(kit.VATPackage)
	held := partyPath(t, s, userBase, kit.CustomerP, string(made.ID), "delegations")
	if body := endUser(t, s, kit.ApproverP).Get(held).Body; strings.Contains(body, kit.TaxPackage) || decides(t, s, string(made.ID), kit.CustomerP) {
		t.Errorf("it holds what its system asks for no more: %s", body)
	}
	endUser(t, s, kit.ApproverP).Call(http.MethodDelete, partyPath(t, s, userBase, kit.CustomerP, string(made.ID)), nil).Want(http.StatusAccepted)
	asks(kit.TaxPackage)
	if decides(t, s, string(made.ID), kit.CustomerP) {
		t.Error("it holds something after it was revoked")
	}
}

// PUT gives the system user the title that it says.
func TestAltinnFault14_PutChangesTheTitle(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	sys := s.System(t, kit.DeveloperA, "one")
	made := s.Request(t, kit.DeveloperA, sys, kit.CustomerP, "")
	s.Approve(t, kit.ApproverP, made.ID)
	party, one := s.PartyID(t, kit.CustomerP), partyPath(t, s, userBase, kit.CustomerP, string(made.ID))
	put := func(p kit.Person, change map[string]any) *kit.Response {
		body := map[string]any{"id": string(made.ID), "partyId": party, "integrationTitle": "Butikken", "systemId": string(sys.ID), "reporteeOrgNo": string(kit.CustomerP)}
		for name, v := range change {
			if body[name] = v; v == nil {
				delete(body, name)
			}
		}
		return endUser(t, s, p).Call(http.MethodPut, userBase, body)
	}
	number, _ := strconv.Atoi(party)
	for title, change := range map[string]map[string]any{"A": nil, "B": {"partyId": number}, "C": {"partyId": nil}, "D": {"reporteeOrgNo": nil, "systemId": nil}} {
		if change == nil {
			change = map[string]any{}
		}
		change["integrationTitle"] = title
		if got := put(kit.ApproverP, change).Want(http.StatusOK).JSON(); got["integrationTitle"] != title {
			t.Errorf("answered %v", got)
		}
		if got := endUser(t, s, kit.ClerkP).Get(one).JSON(); got["integrationTitle"] != title {
			t.Errorf("reads %v, want %s", got["integrationTitle"], title)
		}
	}
	before := s.Snapshot()
	wants(t, put(kit.ClerkP, nil), http.StatusForbidden, "AUTH-00066")
	wants(t, put(kit.ApproverP, map[string]any{"id": string(models.NewID())}), http.StatusNotFound, "AUTH-00015")
	wants(t, put(kit.ApproverP, map[string]any{"id": "x"}), http.StatusNotFound, "AUTH-00015")
	for name, change := range map[string]map[string]any{
		"no title": {"integrationTitle": nil}, "too long": {"integrationTitle": strings.Repeat("x", 101)}, "two lines": {"integrationTitle": "a\nb"},
		"another system": {"systemId": string(sys.ID) + "x"}, "another organisation": {"reporteeOrgNo": string(kit.CustomerQ)}, "no party": {"partyId": nil, "reporteeOrgNo": nil},
	} {
		if r := put(kit.ApproverP, change); r.Status != http.StatusBadRequest || r.Code() != "STD-00000" {
			t.Errorf("%s: %d %s", name, r.Status, r.Body)
		}
	}
	if r := put(kit.ApproverQ, nil); r.Status != http.StatusForbidden {
		t.Errorf("another customer's director: %d %s", r.Status, r.Body)
	}
	if r := put(kit.ApproverQ, map[string]any{"partyId": nil}); r.Status != http.StatusNotFound {
		t.Errorf("by the number: %d %s", r.Status, r.Body)
	}
	if s.Snapshot() != before {
		t.Error("a refusal changed something")
	}
}

// The list is of the party in the path, whatever number stands behind it.
func TestAltinnFault17_PendingIsTiedToTheParty(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	s.Request(t, kit.DeveloperA, s.System(t, kit.DeveloperA, "one"), kit.CustomerQ, "")
	for path, code := range map[string]string{requestBase: "AUTH-00041", requestBase + "/agent": "AUTH-00042"} {
		for _, no := range []string{string(kit.CustomerQ), string(kit.Unknown), "x"} {
			wants(t, endUser(t, s, kit.ApproverP).Get(partyPath(t, s, path, kit.CustomerP, no, "pending")), http.StatusForbidden, code)
		}
		if got := array(t, endUser(t, s, kit.ApproverP).Get(partyPath(t, s, path, kit.CustomerP, string(kit.CustomerP), "pending"))); len(got) != 0 {
			t.Errorf("another's requests: %v", got)
		}
	}
}

// Only who belongs to the organisation that is asked sends a request on.
func TestAltinnFault18_OnlyMembersForward(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	waits := s.Request(t, kit.DeveloperA, s.System(t, kit.DeveloperA, "one"), kit.CustomerP, "")
	before := s.Snapshot()
	for _, p := range []kit.Person{kit.ApproverQ, kit.DeveloperA, kit.Nobody} {
		if r := endUser(t, s, p).Call(http.MethodPost, partyPath(t, s, requestBase, kit.CustomerP, string(waits.ID), "escalate"), nil); r.Status != http.StatusForbidden {
			t.Errorf("%s: %d %s", p.Name, r.Status, r.Body)
		}
		if p.Org() == "" {
			continue
		}
		wants(t, endUser(t, s, p).Call(http.MethodPost, partyPath(t, s, requestBase, p.Org(), string(waits.ID), "escalate"), nil), http.StatusNotFound, "AUTH-00010")
	}
	if s.Snapshot() != before {
		t.Error("somebody else sent it on")
	}
	if r := endUser(t, s, kit.ClerkP).Call(http.MethodPost, partyPath(t, s, requestBase, kit.CustomerP, string(waits.ID), "escalate"), nil); r.Body != "true" {
		t.Errorf("a member: %d %s", r.Status, r.Body)
	}
}

// What an approval and a revocation cost does not grow with what is asked for.
func TestAltinnFault25_StatementsDoNotGrowWithRights(t *testing.T) {
	t.Parallel()
	cost := map[int][3]int{}
	for _, n := range []int{1, 60} {
		s := kit.New(t)
		var resources []exchange.Row
		sys := system.System{ID: system.ID(string(kit.SupplierA) + "_many"), Clients: []system.Client{{Issuer: kit.Issuer1, ID: "many"}}}
		sys.Name = models.Text{NB: "Mange", NN: "Mange", EN: "Many"}
		sys.Description = sys.Name
		for i := range n {
			id := "res-" + strconv.Itoa(i)
			resources = append(resources, exchange.Row{Place: id, Value: catalog.Resource{ID: id, Title: sys.Name}})
			sys.Asks = append(sys.Asks, system.Ask{Item: catalog.Right(id, "")})
		}
		operator := models.Actor{Kind: models.Operator, ID: "test"}
		report, err := s.Registry.Import(t.Context(), operator, exchange.Resources, "many", func(yield func(exchange.Row) bool) {
			for _, row := range resources {
				if !yield(row) {
					return
				}
			}
		})
		if err != nil || len(report.Refused) > 0 {
			t.Fatal(err, report.Refused)
		}
		if _, err := s.Registry.RegisterSystem(t.Context(), s.Actor(kit.DeveloperA), sys); err != nil {
			t.Fatal(err)
		}
		waits, err := s.Registry.SendRequest(t.Context(), s.Actor(kit.DeveloperA), request.Request{System: sys.ID, Customer: kit.CustomerP, Items: sys.Asked()})
		if err != nil {
			t.Fatal(err)
		}
		c := endUser(t, s, kit.ApproverP)
		read, user := partyPath(t, s, requestBase, kit.CustomerP, string(waits.ID)), partyPath(t, s, userBase, kit.CustomerP, string(waits.ID))
		c.Get(read).Want(http.StatusOK) // fills the catalogue and the cache of tokens
		cost[n] = [3]int{
			len(s.Statements(func() { c.Call(http.MethodPost, read+"/approve", nil).Want(http.StatusOK) })),
			len(s.Statements(func() { c.Get(user).Want(http.StatusOK) })),
			len(s.Statements(func() { c.Call(http.MethodDelete, user, nil).Want(http.StatusAccepted) })),
		}
	}
	if t.Logf("approve, read, delete: %v", cost[1]); cost[1] != cost[60] {
		t.Errorf("statements with one right %v, with sixty %v", cost[1], cost[60])
	}
}

// Lists cost the same whatever they hold.
func TestStatementsOfAnOrganisationsLists(t *testing.T) {
	t.Parallel()
	cost := map[int][2]int{}
	for _, n := range []int{1, 30} {
		s := kit.New(t)
		sys := s.System(t, kit.DeveloperA, "one")
		for i := range n {
			s.Approve(t, kit.ApproverP, s.Request(t, kit.DeveloperA, sys, kit.CustomerP, "u"+strconv.Itoa(i)).ID)
			s.Request(t, kit.DeveloperA, sys, kit.CustomerP, "w"+strconv.Itoa(i))
		}
		c := endUser(t, s, kit.ApproverP)
		users, waiting := partyPath(t, s, userBase, kit.CustomerP), partyPath(t, s, requestBase, kit.CustomerP, string(kit.CustomerP), "pending")
		c.Get(users).Want(http.StatusOK)
		cost[n] = [2]int{
			len(s.Statements(func() { c.Get(users).Want(http.StatusOK) })), len(s.Statements(func() { c.Get(waiting).Want(http.StatusOK) })),
		}
	}
	if t.Logf("users, pending: %v", cost[1]); cost[1] != cost[30] {
		t.Errorf("statements with one row %v, with thirty %v", cost[1], cost[30])
	}
}

// A refusal tells everything that is in the way, not the first thing alone.
func TestAltinnFault29_EveryReasonIsTold(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	id := system.ID(string(kit.SupplierA) + "_wide")
	words := models.Text{NB: "Vid", NN: "Vid", EN: "Wide"}
	items := []catalog.Item{catalog.PackageOf(kit.VATPackage), catalog.PackageOf(kit.TaxPackage), catalog.Right(kit.Resource, "read"), catalog.Right(kit.OwnResource, "read")}
	wide := system.System{ID: id, Name: words, Description: words}
	for _, item := range items {
		wide.Asks = append(wide.Asks, system.Ask{Item: item})
	}
	if _, err := s.Registry.RegisterSystem(t.Context(), s.Actor(kit.DeveloperA), wide); err != nil {
		t.Fatal(err)
	}
	waits, err := s.Registry.SendRequest(t.Context(), s.Actor(kit.DeveloperA), request.Request{System: id, Customer: kit.CustomerP, Items: items})
	if err != nil {
		t.Fatal(err)
	}
	before := s.Snapshot()
	r := endUser(t, s, kit.PartialP).Call(http.MethodPost, partyPath(t, s, requestBase, kit.CustomerP, string(waits.ID), "approve"), nil)
	wants(t, r, http.StatusBadRequest, "AUTH-00053")
	want := `"reasons":[{"item":"` + kit.TaxPackage + `","cause":"missing_pack","code":"AUTH-00053"},{"item":"` + kit.Resource + `#read","cause":"missing_role","code":"AUTH-00068"}]`
	if !strings.Contains(r.Body, want) || s.Snapshot() != before {
		t.Errorf("said %s, want %s", r.Body, want)
	}
}
