package web_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/views/i18n"
)

// nb is the context of a page in Bokmål.
func nb(t *testing.T) context.Context { return i18n.With(t.Context(), models.NB) }

// says is a text of the pages in Bokmål.
func says(t *testing.T, key string) string { return i18n.T(nb(t), key) }

// poster sends forms.
type poster interface {
	Post(target string, form url.Values) *kit.Response
}

// press sends the register form as the button op does.
func press(c poster, form url.Values, op string) *kit.Response {
	form.Set("op", op)
	return c.Post("/supplier/systems/new", form)
}

// hasFault demands that the fault stands beside the field.
func hasFault(t *testing.T, p *kit.Page, field, key string) {
	t.Helper()
	if got, want := p.Fault(field), says(t, "fault."+key); !strings.Contains(got, want) {
		t.Errorf("beside %s stands %q, want %q", field, got, want)
	}
}

// isFailure demands the page of an error.
func isFailure(t *testing.T, r *kit.Response, status int, code models.Code) {
	t.Helper()
	r.Want(status)
	if got, want := r.Page().H1(), says(t, "error."+string(code)+".title"); got != want {
		t.Errorf("the page says %q, want %q", got, want)
	}
}

// pending is a site where a system of A has asked P.
func pending(t *testing.T, opts ...kit.Option) (s *kit.Site, path string, id models.ID) {
	t.Helper()
	s = kit.New(t, opts...)
	r := s.Request(t, kit.DeveloperA, s.System(t, kit.DeveloperA, "fjordlonn"), kit.CustomerP, "")
	return s, "/requests/" + string(r.ID), r.ID
}
