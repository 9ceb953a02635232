package api_test

import (
	"encoding/json"
	"net/http"
	"testing"

	kit "github.com/stafett/stafett/handlers/handlertest"
)

// A blocked supplier is refused in the same way by each of its systems and
// whatever it asks, and asks other customers as before.
func TestABlockedSupplierIsRefused(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	one, two := s.System(t, kit.DeveloperA, "one"), s.System(t, kit.DeveloperA, "two")
	r := s.Request(t, kit.DeveloperA, one, kit.CustomerP, "r")
	s.Approve(t, kit.ApproverP, r.ID)
	if err := s.Registry.BlockSupplier(t.Context(), s.Actor(kit.ApproverP), kit.SupplierA, "Nok", "Blokkert"); err != nil {
		t.Fatal(err)
	}
	c := supplier(t, s, kit.SupplierA)
	for name, ask := range map[string]func() *kit.Response{
		"by one":   func() *kit.Response { return c.Call(http.MethodPost, requests, askFor(one, kit.CustomerP, "new")) },
		"by two":   func() *kit.Response { return c.Call(http.MethodPost, requests, askFor(two, kit.CustomerP, "new")) },
		"an agent": func() *kit.Response { return c.Call(http.MethodPost, agentRequests, askFor(one, kit.CustomerP, "new")) },
	} {
		answer := ask().Want(http.StatusForbidden)
		var p struct{ Type, Code string }
		if err := json.Unmarshal([]byte(answer.Body), &p); err != nil || p.Type != "urn:stafett:problem:supplier.blocked" || p.Code != "supplier.blocked" {
			t.Errorf("%s: %s", name, answer.Body)
		}
	}
	c.Call(http.MethodPost, requests, askFor(one, kit.CustomerQ, "new")).Want(http.StatusCreated)
}
