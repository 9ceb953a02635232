package web

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/auth"
	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/paths"
	"github.com/stafett/stafett/views/public"
)

// Known handles GET /login/known: somebody new has an e-mail address that we
// know. He signs in the way he did before, or goes on as a new user. Who has
// signed in by now, and has the address, is asked whether to connect the two.
func (w *Web) Known(c echo.Context) error {
	who, err := w.waiting(c)
	if err != nil {
		return err
	}
	if same, err := w.OIDC.WaitingForSelf(c.Request().Context()); err != nil {
		return err
	} else if same {
		return see(c, paths.LoginKnownLink())
	}
	issuers, err := w.Registry.KnownAt(c.Request().Context(), who.Email)
	if err != nil {
		return err
	}
	v := public.KnownView{Email: who.Email, Provider: w.nameOf(c, who.Provider)}
	var others []public.Provider
	for _, p := range w.OIDC.Choices() {
		button := way(c, p, paths.LoginWith(p.ID))
		if button.Known = slices.Contains(issuers, p.Issuer); button.Known {
			v.Providers = append(v.Providers, button)
		} else if p.ID != who.Provider {
			others = append(others, button)
		}
	}
	v.Providers = append(v.Providers, others...)
	return respond.Page(c, http.StatusOK, public.Known(w.Shell(c), v))
}

// GoOnAsNew handles POST /login/known/new.
func (w *Web) GoOnAsNew(c echo.Context) error {
	next, err := w.OIDC.GoOnAsNew(c.Request().Context())
	if err != nil {
		return err
	}
	return w.enter(c, next)
}

// ConnectForm handles GET /login/known/link: whoever has shown that he is the
// same person is asked whether to connect the two ways to log in.
func (w *Web) ConnectForm(c echo.Context) error {
	who, err := w.waiting(c)
	if err != nil {
		return err
	}
	if same, err := w.OIDC.WaitingForSelf(c.Request().Context()); err != nil {
		return err
	} else if !same {
		return see(c, paths.LoginKnown())
	}
	if _, err := w.memberships(c); err != nil { // his name, for the page
		return err
	}
	return respond.Page(c, http.StatusOK, public.Link(w.Shell(c), public.LinkView{Provider: w.nameOf(c, who.Provider), Email: who.Email}))
}

// Connect handles POST /login/known/link.
func (w *Web) Connect(c echo.Context) error {
	next, err := w.OIDC.LinkWaiting(c.Request().Context())
	if err != nil {
		return err
	}
	return w.enter(c, next)
}

// waiting returns who waits in this browser. NotFound when nobody does.
func (w *Web) waiting(c echo.Context) (party.Arrival, error) {
	who, ok := w.OIDC.Waiting(c.Request().Context())
	if !ok {
		return party.Arrival{}, models.NewError(models.NotFound, models.CodeNotFound)
	}
	return who, nil
}

// nameOf is the name of a provider; its id when it is not offered any more.
func (w *Web) nameOf(c echo.Context, id string) string {
	choices := w.OIDC.Choices()
	i := slices.IndexFunc(choices, func(p auth.Choice) bool { return p.ID == id })
	if i < 0 {
		return id
	}
	return i18n.In(c.Request().Context(), choices[i].Name)
}
