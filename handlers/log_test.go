package handlers_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
)

// requestEvents are the lines of the log about requests.
func requestEvents(t *testing.T, s *kit.Site) []map[string]any {
	t.Helper()
	return slices.DeleteFunc(s.Logs.Events(t), func(e map[string]any) bool { return e["msg"] != "request" })
}

// Each request is one event with its route, and what was asked for is not in it.
func TestARequestIsOneEvent(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	sent := s.Request(t, kit.DeveloperA, s.System(t, kit.DeveloperA, "one"), kit.CustomerP, "")
	id := string(sent.ID)
	person, nobody := s.As(t, kit.ApproverP), s.Anonymous(t)
	program := s.Bearer(t, s.AccessToken(kit.SupplierA, "stafett:enrich", nil))
	for _, tc := range []struct {
		do          func() *kit.Response
		route, code string
		status      int
	}{
		{func() *kit.Response { return person.Get("/requests/" + id + "?secret=canary") }, "/requests/:id", "", 200},
		{func() *kit.Response { return person.Get("/requests/canary") }, "/requests/:id", "not_found", 404},
		{func() *kit.Response { return nobody.Get("/requests/" + id) }, "/requests/:id", "", 303},
		{func() *kit.Response { return person.Post("/requests/"+id+"/approve", url.Values{"seen": {"canary"}}) }, "/requests/:id/approve", "request.changed", 409},
		{func() *kit.Response {
			return person.Post("/requests/"+id+"/reject", url.Values{"reason": {"canary\x00"}})
		}, "/requests/:id/reject", "invalid", 422},
		{func() *kit.Response { return program.PostJSON("/v1/enrich", `{"canary": 1}`) }, "/v1/enrich", "invalid", 400},
		{func() *kit.Response { return program.PostJSON("/access/v1/evaluation", `{"canary": 1}`) }, "/access/v1/evaluation", "caller_not_allowed", 403},
		{func() *kit.Response { return nobody.Get("/canary") }, "", "not_found", 404},
		{func() *kit.Response { return nobody.Do(http.MethodDelete, "/requests/canary", "", "") }, "", "method_not_allowed", 405},
		{func() *kit.Response { return nobody.Do("CANARY", "/canary", "", "") }, "", "not_found", 404},
		{func() *kit.Response { return nobody.Get("/login/callback?code=canary&state=canary") }, "/login/callback", "login.failed", 400},
		{func() *kit.Response { return nobody.With("X-Request-Id", "canary").Get("/") }, "/", "", 200},
	} {
		before := len(requestEvents(t, s))
		tc.do()
		events := requestEvents(t, s)
		if len(events) != before+1 {
			t.Errorf("%s: %d events", tc.route, len(events)-before)
			continue
		}
		e := events[before]
		code, _ := e["code"].(string)
		if tc.route != "" && e["route"] != tc.route || code != tc.code || e["status"] != float64(tc.status) || e["request_id"] == "" || e["method"] == "" {
			t.Errorf("want %s %s %d, got %v", tc.route, tc.code, tc.status, e)
		}
	}
	log := s.Logs.Text()
	for _, secret := range []string{"canary", "CANARY", id, string(kit.CustomerP), kit.ApproverP.Name, "client-of-", "eyJ", person.Cookie("__Host-stafett")} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q:\n%s", secret, log)
		}
	}
}

// An event tells what went wrong with us, and the page does not.
func TestAFaultOfOursIsLoggedAndNotShown(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	c := s.As(t, kit.ApproverP)
	s.Exec("ALTER TABLE request RENAME TO gone")
	r := c.Failing().Get("/requests").Want(http.StatusInternalServerError)
	if strings.Contains(r.Body, "no such table") || !strings.Contains(r.Body, r.Header.Get("X-Request-Id")) {
		t.Errorf("the page: %s", r.Page().Text())
	}
	if !strings.Contains(s.Logs.Text(), "no such table") || !strings.Contains(s.Logs.Text(), r.Header.Get("X-Request-Id")) {
		t.Errorf("the log: %s", s.Logs.Text())
	}
}

// An outage is an answer of its own: nothing is let in, and it says when to
// try again.
func TestWhenTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	person := s.As(t, kit.ApproverP).Failing()
	token := s.AccessToken(kit.SupplierA, "stafett:enrich stafett:decide altinn:maskinporten/systemuser.read", nil)
	program := s.Bearer(t, token).Failing()
	if err := s.Store.Close(); err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]*kit.Response{
		"a call":       program.PostJSON("/v1/enrich", enrichment(kit.Issuer1, "c", string(kit.CustomerP), "r")),
		"a look-up":    program.Get("/authentication/api/v1/systemuser/byExternalId?clientId=c&systemProviderOrgNo=343940092&systemUserOwnerOrgNo=355913619"),
		"a decision":   program.PostJSON("/access/v1/evaluation", evaluation("704013ee-e82a-433e-83c5-a40e6e00d746", string(kit.CustomerP), "x", "read")),
		"an own call":  s.Bearer(t, s.IssuerCall(kit.Issuer1, nil)).Failing().PostJSON("/v1/enrich", "{}"),
		"a page":       person.Get("/requests"),
		"an approval":  person.Post("/requests/704013ee-e82a-433e-83c5-a40e6e00d746/approve", url.Values{"seen": {"x"}}),
		"a start page": s.Anonymous(t).Failing().Get("/login/test"),
	} {
		if r.Status != http.StatusServiceUnavailable && r.Status != http.StatusInternalServerError || strings.Contains(r.Body, "sql:") {
			t.Errorf("%s: %d %.300s", name, r.Status, r.Body)
		}
		if r.Status != http.StatusServiceUnavailable {
			t.Errorf("%s: %d", name, r.Status)
		}
		if r.Header.Get("Retry-After") == "" {
			t.Errorf("%s: no Retry-After", name)
		}
	}
}

// A fault that ends a handler ends nothing else, and the caller learns no more
// than a reference.
func TestAPanicIsAFaultOfOurs(t *testing.T) {
	t.Parallel()
	s := kit.New(t, kit.Ready(func(context.Context) error { panic("secret of the handler") }))
	r := s.Bearer(t, "x").Failing().Get("/health/ready")
	isProblem(t, r, http.StatusInternalServerError, models.CodeInternal)
	if strings.Contains(r.Body, "secret") || !strings.Contains(s.Logs.Text(), "secret of the handler") || !strings.Contains(s.Logs.Text(), "log_test.go") {
		t.Errorf("answered %s, logged %s", r.Body, s.Logs.Text())
	}
	s.Bearer(t, "x").Get("/health/live").Want(http.StatusOK)
}

// The trace of a fault that happens while somebody is handled tells no national
// id, neither in what is printed nor among the words of the stack.
func TestAPanicTellsNoNationalID(t *testing.T) {
	t.Parallel()
	const canary = "03874998779"
	pid, err := party.ParsePersonID(canary)
	if err != nil {
		t.Fatal(err)
	}
	s := kit.New(t, kit.Ready(func(context.Context) error { return failOn(party.Identity{Subject: "s", PID: pid}, pid) }))
	r := s.Bearer(t, "x").Failing().Get("/health/ready")
	isProblem(t, r, http.StatusInternalServerError, models.CodeInternal)
	log := s.Logs.Text()
	if !strings.Contains(log, "failOn(") {
		t.Errorf("the log has no trace: %s", log)
	}
	for _, form := range []string{canary, canary[1:], strconv.FormatUint(3874998779, 16), strconv.FormatUint(3874998780, 16)} {
		if strings.Contains(log, form) || strings.Contains(r.Body, form) {
			t.Errorf("%q in the log or the answer:\n%s\n%s", form, log, r.Body)
		}
	}
}

//go:noinline
func failOn(who party.Identity, pid party.PersonID) error {
	panic(struct {
		Who party.Identity
		PID party.PersonID
	}{who, pid})
}
