package web_test

import (
	"net/http"
	"strings"
	"testing"

	kit "github.com/stafett/stafett/handlers/handlertest"
)

func TestTheAccessibilityStatementIsForAnybodyAndOnEveryPage(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	c := s.Anonymous(t)
	for _, page := range []string{"/", "/docs", "/accessibility"} {
		if body := c.Get(page).Want(http.StatusOK).Body; !strings.Contains(body, `href="/accessibility"`) {
			t.Errorf("%s does not lead to the statement", page)
		}
	}
	body := c.Get("/accessibility").Want(http.StatusOK).Body
	for _, want := range []string{"WCAG 2.2", "uutilsynet.no", "Sist gått"} {
		if !strings.Contains(strings.ToLower(body), strings.ToLower(want)) {
			t.Errorf("the statement does not tell of %s", want)
		}
	}
	if r := s.As(t, kit.ApproverP).Get("/accessibility").Want(http.StatusOK); !strings.Contains(r.Body, "Fjordbris Seilmakeri AS") {
		t.Error("who is signed in is not told for whom he acts")
	}
}
