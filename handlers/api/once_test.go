package api_test

import (
	"net/http"
	"strings"
	"testing"

	kit "github.com/stafett/stafett/handlers/handlertest"
)

// A key belongs to whom the token speaks for, and its answer to a token that
// could have asked.
func TestAnAnswerIsGivenAgainToWhoMayAskAlone(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of := s.System(t, kit.DeveloperA, "lonn")
	body := askFor(of, kit.CustomerP, "r")
	token := func(scope string, changes kit.Claims) *kit.Client {
		return s.Bearer(t, s.AccessToken(kit.SupplierA, scope, changes)).With("Idempotency-Key", "k")
	}
	first := token(supplierScopes, nil).Call("POST", requests, body).Want(http.StatusCreated)
	for name, c := range map[string]struct {
		scope   string
		changes kit.Claims
		want    int
	}{
		"for another organisation": {supplierScopes, kit.Claims{"consumer": map[string]string{"authority": "iso6523-actorid-upis", "ID": kit.SupplierB.ISO6523()}}, 404},
		"as a system user":         {supplierScopes, kit.Claims{"authorization_details": []any{}}, 403},
		"without the scope":        {requestRead, nil, 422},
	} {
		r := token(c.scope, c.changes).Call("POST", requests, body).Want(c.want)
		if strings.Contains(r.Body, first.JSON()["id"].(string)) || r.Header.Get("Idempotency-Replayed") != "" {
			t.Errorf("%s: %s", name, r.Body)
		}
	}
	// The order of scopes says nothing.
	words := strings.Fields(supplierScopes)
	words[0], words[2] = words[2], words[0]
	if r := token(strings.Join(words, " "), nil).Call("POST", requests, body).Want(http.StatusCreated); r.Body != first.Body {
		t.Errorf("again: %s", r.Body)
	}
}
