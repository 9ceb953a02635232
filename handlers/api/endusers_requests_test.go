package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/request"
)

// standing is what the test asks of the person behind the portal.
func standing(t *testing.T, s *kit.Site, p kit.Person, method string, parts ...string) *kit.Response {
	t.Helper()
	return endUser(t, s, p).Call(method, strings.Join(parts, ""), nil)
}

func TestThePeopleOfTheCustomerSeeItsRequests(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	waits := s.Request(t, kit.DeveloperA, s.System(t, kit.DeveloperA, "one"), kit.CustomerP, "avd-1")
	agent := agentRequest(t, s, kit.CustomerP, func(r *request.Request) {
		r.Purpose, r.ValidTo, r.ContactEmail = models.Text{NB: "Vi fører regnskap"}, kit.Start.Add(24*time.Hour), "hjelp@a.example"
	})
	for _, path := range []string{requestBase + "/" + string(waits.ID), partyPath(t, s, requestBase, kit.CustomerP, string(waits.ID))} {
		got := standing(t, s, kit.ApproverP, http.MethodGet, path).Want(http.StatusOK).JSON()
		for name, want := range map[string]any{
			"id": string(waits.ID), "status": "New", "externalRef": "avd-1", "partyOrgNo": string(kit.CustomerP), "partyUuid": s.PartyUUID(t, kit.CustomerP),
			"systemUserType": "standard", "userMayEscalateButNotApprove": false, "escalated": false, "timedOut": false,
			"confirmUrl": kit.PublicURL + "/accessmanagement/ui/systemuser/request?id=" + string(waits.ID) + "&DONTCHOOSEREPORTEE=true",
		} {
			if got[name] != want {
				t.Errorf("%s: %s is %v, want %v", path, name, got[name], want)
			}
		}
	}
	// Who only has a relation may forward it (section 6).
	if got := standing(t, s, kit.ClerkP, http.MethodGet, requestBase, "/", string(waits.ID)).Want(http.StatusOK).JSON(); got["userMayEscalateButNotApprove"] != true {
		t.Errorf("a clerk: %v", got)
	}
	body := standing(t, s, kit.ApproverP, http.MethodGet, requestBase, "/agent/", string(agent.ID)).Want(http.StatusOK).Body
	for _, want := range []string{
		`"systemUserType":"agent"`, `"accessPackages":[{"urn":"` + kit.AccountantPackage + `"}]`, `"purpose":{"nb":"Vi fører regnskap"`,
		`"validTo":"2026-01-16T12:00:00Z"`, `"contactEmail":"hjelp@a.example"`, `/agentrequest?id=`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("agent request lacks %s: %s", want, body)
		}
	}
	if strings.Contains(body, `"rights"`) {
		t.Errorf("an agent request has rights: %s", body)
	}
	// Each kind has its own path.
	wants(t, standing(t, s, kit.ApproverP, http.MethodGet, requestBase, "/", string(agent.ID)), http.StatusNotFound, "AUTH-00010")
	wants(t, standing(t, s, kit.ApproverP, http.MethodGet, requestBase, "/agent/", string(waits.ID)), http.StatusNotFound, "AUTH-00030")
	for _, act := range []string{"approve", "reject", "escalate"} {
		wants(t, standing(t, s, kit.ApproverP, http.MethodPost, partyPath(t, s, requestBase, kit.CustomerP, string(agent.ID), act)), http.StatusNotFound, "AUTH-00010")
		wants(t, standing(t, s, kit.ApproverP, http.MethodPost, partyPath(t, s, requestBase+"/agent", kit.CustomerP, string(waits.ID), act)), http.StatusNotFound, "AUTH-00030")
	}
}

func TestApprovingThroughThePortal(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	ends := kit.Start.Add(24 * time.Hour)
	agent := agentRequest(t, s, kit.CustomerP, func(r *request.Request) { r.ValidTo = ends })
	waits := s.Request(t, kit.DeveloperA, s.System(t, kit.DeveloperA, "one"), kit.CustomerP, "")
	// PartialP administers access and holds no AccountantPackage: an agent gets
	// nothing by being approved.
	path := partyPath(t, s, requestBase+"/agent", kit.CustomerP, string(agent.ID), "approve")
	if r := standing(t, s, kit.PartialP, http.MethodPost, path); r.Status != http.StatusOK || r.Body != "true" {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	wants(t, standing(t, s, kit.PartialP, http.MethodPost, path), http.StatusConflict, "AUTH-00013")
	user := standing(t, s, kit.ApproverP, http.MethodGet, partyPath(t, s, userBase, kit.CustomerP, string(agent.ID))).Want(http.StatusOK).JSON()
	if user["userType"] != "agent" || user["validTo"] != "2026-01-16T12:00:00Z" || user["isDeleted"] != false {
		t.Errorf("made %v", user)
	}
	// The receipt on our pages names the portal.
	if page := s.As(t, kit.ApproverP).Get("/requests/" + string(agent.ID) + "/receipt").Want(http.StatusOK).Page(); !page.Has("portal.example") || !page.Has("klientadministrator") {
		t.Errorf("the receipt: %s", page.Text())
	}
	s.Clock.Advance(24 * time.Hour)
	// From its end on it is gone, as one that has been deleted.
	wants(t, standing(t, s, kit.ApproverP, http.MethodGet, partyPath(t, s, userBase, kit.CustomerP, string(agent.ID))), http.StatusNotFound, "AUTH-00015")
	reject := partyPath(t, s, requestBase, kit.CustomerP, string(waits.ID), "reject")
	if r := standing(t, s, kit.PartialP, http.MethodPost, reject); r.Status != http.StatusOK || r.Body != "true" {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	wants(t, standing(t, s, kit.PartialP, http.MethodPost, reject), http.StatusConflict, "AUTH-00013")
	if got := standing(t, s, kit.ApproverP, http.MethodGet, requestBase, "/", string(waits.ID)).Want(http.StatusOK).JSON(); got["status"] != "Rejected" {
		t.Errorf("rejected: %v", got)
	}
}

// What can not be approved, and what is said of it.
func TestApprovingWhatCanNotBe(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		before func(*kit.Site, request.Request)
		status int
		code   string
	}{
		{"expired", func(s *kit.Site, r request.Request) { s.Clock.Advance(r.ExpiresAt.Sub(s.Clock.Now())) }, http.StatusConflict, "AUTH-00013"},
		{"would have ended already", func(s *kit.Site, _ request.Request) {
			s.Exec("UPDATE request SET valid_to_at = ?, expires_at = ?", kit.Start.UnixMilli(), kit.Start.UnixMilli())
		}, http.StatusConflict, "AUTH-00013"},
		{"withdrawn", func(s *kit.Site, r request.Request) {
			if err := s.Registry.Withdraw(t.Context(), s.Actor(kit.DeveloperA), r.ID); err != nil {
				t.Fatal(err)
			}
		}, http.StatusNotFound, "AUTH-00010"},
		{"removed", func(s *kit.Site, _ request.Request) { s.Exec("UPDATE request SET removed_at = 1") }, http.StatusNotFound, "AUTH-00010"},
		{"of a deleted system", func(s *kit.Site, _ request.Request) { s.Exec("UPDATE system SET deleted = 1") }, http.StatusNotFound, "AUTH-00011"},
		{"no longer asked for", func(s *kit.Site, _ request.Request) { s.Exec("DELETE FROM system_ask WHERE kind = 'right'") }, http.StatusBadRequest, "AUTH-00001"},
	} {
		s := kit.New(t)
		waits := s.Request(t, kit.DeveloperA, s.System(t, kit.DeveloperA, "one"), kit.CustomerP, "")
		tc.before(s, waits)
		before := s.Snapshot()
		r := standing(t, s, kit.ApproverP, http.MethodPost, partyPath(t, s, requestBase, kit.CustomerP, string(waits.ID), "approve"))
		if wants(t, r, tc.status, tc.code); s.Snapshot() != before {
			t.Errorf("%s: something changed", tc.name)
		}
	}
}

func TestForwarding(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	agent := agentRequest(t, s, kit.CustomerP, nil)
	list := partyPath(t, s, requestBase+"/agent", kit.CustomerP, string(kit.CustomerP), "pending")
	if got := array(t, standing(t, s, kit.ApproverP, http.MethodGet, list).Want(http.StatusOK)); len(got) != 0 {
		t.Errorf("before: %v", got)
	}
	path := partyPath(t, s, requestBase+"/agent", kit.CustomerP, string(agent.ID), "escalate")
	for range 2 {
		if r := standing(t, s, kit.ViewerP, http.MethodPost, path); r.Status != http.StatusOK || r.Body != "true" {
			t.Fatalf("%d %s", r.Status, r.Body)
		}
	}
	got := array(t, standing(t, s, kit.ApproverP, http.MethodGet, list).Want(http.StatusOK))
	if len(got) != 1 || got[0]["id"] != string(agent.ID) || got[0]["escalated"] != true {
		t.Errorf("after: %v", got)
	}
	if n := strings.Count(s.Dump(), `"request.forwarded"`); n != 1 {
		t.Errorf("told of %d times", n)
	}
	wants(t, standing(t, s, kit.ClerkP, http.MethodGet, list), http.StatusForbidden, "AUTH-00066")
	standing(t, s, kit.PartialP, http.MethodPost, partyPath(t, s, requestBase+"/agent", kit.CustomerP, string(agent.ID), "approve")).Want(http.StatusOK)
	wants(t, standing(t, s, kit.ViewerP, http.MethodPost, path), http.StatusConflict, "AUTH-00013")
}

// The paths of the portal itself (section 1.6).
func TestThePortalsOwnPaths(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	waits := s.Request(t, kit.DeveloperA, s.System(t, kit.DeveloperA, "one"), kit.CustomerP, "")
	if r := standing(t, s, kit.ApproverP, http.MethodPost, partyPath(t, s, portalBase+"/systemuser/request", kit.CustomerP, string(waits.ID), "approve")); r.Body != "true" {
		t.Errorf("approve: %d %s", r.Status, r.Body)
	}
	if r := standing(t, s, kit.ApproverP, http.MethodDelete, partyPath(t, s, portalBase+"/systemuser", kit.CustomerP, string(waits.ID))); r.Status != http.StatusAccepted || r.Body != "1" {
		t.Errorf("delete: %d %s", r.Status, r.Body)
	}
	search := portalBase + "/meta/info/accesspackages/search"
	for term, want := range map[string]int{"": 5, "MVA-melding": 1, "regnskapsf%C3%B8rer": 1, "skatt+LEVERE": 1, "finnes-ikke": 0, strings.Repeat("x", 200): 0} {
		got := array(t, standing(t, s, kit.ClerkP, http.MethodGet, search, "?Term=", term).Want(http.StatusOK))
		if len(got) != want {
			t.Errorf("%.20q finds %d, want %d: %v", term, len(got), want, got)
		}
	}
	body := standing(t, s, kit.ClerkP, http.MethodGet, search, "?term=", "regnskapsforer-lonn").Body
	if want := `[{"object":{"urn":"` + kit.AccountantPackage + `","name":"Regnskapsfører lønn","description":"Melde lønn for klienter","area":"Skatt og avgift","isDelegable":true,"isAssignable":false}}]`; body != want {
		t.Errorf("found %s", body)
	}
	wants(t, standing(t, s, kit.ClerkP, http.MethodGet, search, "?term=", strings.Repeat("x", 201)), http.StatusBadRequest, "STD-00000")
	wants(t, standing(t, s, kit.ClerkP, http.MethodGet, search, "?term=%00"), http.StatusBadRequest, "STD-00000")
}
