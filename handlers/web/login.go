package web

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/auth"
	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/paths"
	"github.com/stafett/stafett/views/public"
)

// Front handles GET /. Whoever is signed in goes to his work.
func (w *Web) Front(c echo.Context) error {
	if visitOf(c).known {
		return see(c, paths.Requests())
	}
	return respond.Page(c, http.StatusOK, public.Front(w.Shell(c)))
}

// Login handles GET /login: the choice of provider. `next` is where the login
// ends.
func (w *Web) Login(c echo.Context) error {
	next := c.QueryParam("next")
	if visitOf(c).known {
		return see(c, paths.Requests())
	}
	var v public.LoginView
	for _, p := range w.OIDC.Choices() {
		v.Providers = append(v.Providers, public.Provider{
			Name: i18n.In(c.Request().Context(), p.Name), Href: paths.LoginWithTo(p.ID, next),
		})
	}
	return respond.Page(c, http.StatusOK, public.Login(w.Shell(c), v))
}

// StartLogin handles GET /login/:provider.
func (w *Web) StartLogin(c echo.Context) error {
	ctx := c.Request().Context()
	to, err := w.OIDC.Start(ctx, c.Param("provider"), c.QueryParam("next"), i18n.Lang(ctx))
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return c.Redirect(http.StatusSeeOther, to)
}

// Callback handles GET /login/callback. A person with one organisation acts for
// it straight away; with several he chooses.
func (w *Web) Callback(c echo.Context) error {
	ctx := c.Request().Context()
	next, err := w.OIDC.Callback(ctx, c.QueryParams())
	if err != nil {
		return err
	}
	session, ok := w.Sessions.Current(ctx)
	if !ok {
		return models.NewError(models.Unauthenticated, models.CodeLoginFailed)
	}
	all, err := w.Registry.Memberships(ctx, session.Person)
	if err != nil {
		return err
	}
	if len(all) != 1 {
		return see(c, paths.OrganisationsTo(next))
	}
	if next == "" {
		next = landing(all[0])
	}
	if err := w.Sessions.ChooseOrganisation(ctx, string(all[0].Organisation.OrgNo)); err != nil {
		return err
	}
	return see(c, next)
}

// Logout handles POST /logout. The page after it carries the link to the
// provider's own log-out, since no form may end on another site.
func (w *Web) Logout(c echo.Context) error {
	provider := visitOf(c).session.Provider
	if err := w.Sessions.SignOut(c.Request().Context()); err != nil {
		return err
	}
	c.Response().Header().Set("Clear-Site-Data", `"cache"`)
	return see(c, paths.LoggedOutOf(provider))
}

// LoggedOut handles GET /logged-out.
func (w *Web) LoggedOut(c echo.Context) error {
	var v public.LoggedOutView
	for _, p := range w.OIDC.Choices() {
		if p.ID != c.QueryParam("provider") {
			continue
		}
		if end, ok := w.OIDC.LogoutURL(c.Request().Context(), p.ID); ok {
			v.EndURL, v.Provider = end, i18n.In(c.Request().Context(), p.Name)
		}
	}
	return respond.Page(c, http.StatusOK, public.LoggedOut(w.Shell(c), v))
}

// Organisations handles GET /organisations: whom to act for.
func (w *Web) Organisations(c echo.Context) error {
	all, err := w.memberships(c)
	if err != nil {
		return err
	}
	v := visitOf(c)
	if len(all) == 0 {
		return respond.Page(c, http.StatusOK, public.NoOrganisation(w.Shell(c), public.NoOrganisationView{Person: v.person, Contact: w.Contact}))
	}
	page := public.OrganisationsView{Return: auth.OwnPath(c.QueryParam("return"))}
	shell := w.Shell(c)
	wanted := c.QueryParam("for")
	for _, m := range all {
		o := m.Organisation
		if wanted != "" && string(o.OrgNo) == wanted {
			shell.Flash = i18n.T(c.Request().Context(), "public.orgs.for", "Org", o.Display())
		}
		page.Rows = append(page.Rows, public.OrganisationRow{
			Name: o.Display(), No: string(o.OrgNo), Roles: m.Roles, Current: string(o.OrgNo) == v.session.Organisation,
		})
	}
	if shell.Flash != "" {
		page.Rows = slices.DeleteFunc(page.Rows, func(r public.OrganisationRow) bool { return r.No != wanted })
	}
	return respond.Page(c, http.StatusOK, public.Organisations(shell, page))
}

// ChooseOrganisation handles POST /organisations.
func (w *Web) ChooseOrganisation(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	all, err := w.memberships(c)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(m registry.Membership) bool { return string(m.Organisation.OrgNo) == one(f, "org") })
	if i < 0 {
		return models.NewError(models.NotFound, models.CodeNotFound)
	}
	if err := w.Sessions.ChooseOrganisation(c.Request().Context(), string(all[i].Organisation.OrgNo)); err != nil {
		return err
	}
	if to := auth.OwnPath(one(f, "return")); to != "" {
		return see(c, to)
	}
	return see(c, landing(all[i]))
}

// landing is the page where a person's work begins: whoever is there to manage
// systems begins with those, anybody else with what waits for an answer.
func landing(m registry.Membership) string {
	if m.Supplier && !m.Manager {
		return paths.SupplierSystems()
	}
	return paths.Requests()
}

// memberships reads for whom the person can act, and his name for the header.
func (w *Web) memberships(c echo.Context) ([]registry.Membership, error) {
	v := visitOf(c)
	all, err := w.Registry.Memberships(c.Request().Context(), v.session.Person)
	if err != nil {
		return nil, err
	}
	p, err := w.Registry.Person(c.Request().Context(), v.session.Person)
	if err != nil {
		return nil, err
	}
	v.person = p.Name
	c.Set(visitKey, v)
	return all, nil
}
