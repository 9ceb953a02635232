package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/auth"
	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
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
	if visitOf(c).known {
		return see(c, paths.Requests())
	}
	next := c.QueryParam("next")
	v := public.LoginView{Next: auth.OwnPath(next)}
	if v.Next != "" && v.Next != paths.Front() {
		v.Why = public.WhyNeeded
	}
	for _, p := range w.OIDC.Choices() {
		v.Providers = append(v.Providers, way(c, p, paths.LoginWithTo(p.ID, next)))
	}
	return respond.Page(c, http.StatusOK, public.Login(w.Shell(c), v))
}

// way is a provider's button on a page.
func way(c echo.Context, p auth.Choice, href string) public.Provider {
	ctx := c.Request().Context()
	return public.Provider{Name: i18n.In(ctx, p.Name), About: i18n.In(ctx, p.Message), Href: href}
}

// LoginAgain handles GET /login/again: a signed-in person is asked to show anew
// who he is, at a level at which he may grant something. `next` is what he was
// about to do. He is offered the providers that know him, since nobody else may
// come back from there, and the one that he has used first.
func (w *Web) LoginAgain(c echo.Context) error {
	session := visitOf(c).session
	v := public.LoginView{Why: public.WhyAge, Next: auth.OwnPath(c.QueryParam("next"))}
	level := w.level(c, v.Next)
	if session.Level < level {
		v.Why = public.WhyLevel
	}
	ids, err := w.Registry.Identities(c.Request().Context(), actor(c))
	if err != nil {
		return err
	}
	for _, p := range w.OIDC.Reaching(level) {
		if !slices.ContainsFunc(ids, func(id party.Identity) bool { return id.Issuer == p.Issuer }) {
			continue
		}
		button := way(c, p, paths.LoginAgainWith(p.ID, v.Next))
		if p.ID == session.Provider {
			v.Providers = slices.Insert(v.Providers, 0, button)
		} else {
			v.Providers = append(v.Providers, button)
		}
	}
	if len(v.Providers) == 0 {
		return models.NewError(models.Forbidden, models.CodeLevelTooLow)
	}
	return respond.Page(c, http.StatusOK, public.Login(w.Shell(c), v))
}

// level is the one that a person needs for what is at next: that from which on
// somebody may grant, which an unknown one never is. What he does for himself
// takes none, unless it binds him and he is known more surely than now.
func (w *Web) level(c echo.Context, next string) int {
	if strings.HasPrefix(next, paths.Account()) && models.CodeOf(w.Registry.MayBind(c.Request().Context(), actor(c))) != models.CodeLevelTooLow {
		return 0
	}
	return max(w.Registry.MinLevel, 1)
}

// StartLogin handles GET /login/:provider. `purpose` is nothing, again or link;
// a link needs the press of a button of ours first, see AddIdentity.
func (w *Web) StartLogin(c echo.Context) error {
	ctx, provider := c.Request().Context(), c.Param("provider")
	var to string
	var err error
	switch c.QueryParam("purpose") {
	case "again":
		to, err = w.OIDC.Again(ctx, provider, c.QueryParam("next"), w.level(c, c.QueryParam("next")), i18n.Lang(ctx))
	case "link":
		var asked bool
		if to, asked, err = w.OIDC.StartLink(ctx, provider, i18n.Lang(ctx)); err == nil && !asked {
			return see(c, paths.Account())
		}
	default:
		to, err = w.OIDC.Start(ctx, provider, c.QueryParam("next"), i18n.Lang(ctx))
	}
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return c.Redirect(http.StatusSeeOther, to)
}

// AddIdentity handles POST /account/identities/:provider.
func (w *Web) AddIdentity(c echo.Context) error {
	ctx, provider := c.Request().Context(), c.Param("provider")
	barred := w.Registry.MayBind(ctx, actor(c))
	switch models.CodeOf(barred) {
	case models.CodeLoginTooOld:
		return see(c, paths.LoginAgain(paths.Account()))
	case models.CodeLevelTooLow:
	default:
		if barred != nil {
			return barred
		}
	}
	if err := w.OIDC.AllowLink(ctx, provider); err != nil {
		return err
	}
	if barred != nil { // he comes back to the way out
		return see(c, paths.LoginAgain(paths.IdentityAdd(provider)))
	}
	return see(c, paths.IdentityAdd(provider))
}

// Callback handles GET /login/callback.
func (w *Web) Callback(c echo.Context) error {
	end, err := w.OIDC.Callback(c.Request().Context(), c.QueryParams(), browser(c.Request().UserAgent()))
	if err != nil {
		return w.failedLogin(c, end.Target, err)
	}
	if !end.Began {
		return see(c, cmp.Or(end.Target, paths.Front()))
	}
	return w.enter(c, end.Target)
}

// failedLogin is the failure of a login: its page leads on to where the person
// was on his way to, and carries nothing of the provider's answer.
func (w *Web) failedLogin(c echo.Context, target string, err error) error {
	v := visitOf(c)
	v.at = cmp.Or(target, paths.Front())
	if v.known { // in a session that stays as it was
		if p, unread := w.Registry.Person(c.Request().Context(), v.session.Person); unread == nil {
			v.person = p.Name
		}
	}
	c.Set(visitKey, v)
	return err
}

// enter settles whom a person acts for whose session has begun, and takes him
// where he was on his way to. With one organisation he acts for it straight
// away, with several for the one of last time; otherwise he chooses.
func (w *Web) enter(c echo.Context, next string) error {
	ctx := c.Request().Context()
	session, ok := w.Sessions.Current(ctx)
	if !ok {
		return models.NewError(models.Unauthenticated, models.CodeLoginFailed)
	}
	all, err := w.Registry.Memberships(ctx, session.Person)
	if err != nil {
		return err
	}
	i := 0
	if len(all) != 1 {
		last, err := w.Registry.LastOrganisation(ctx, session.Person)
		if err != nil {
			return err
		}
		i = slices.IndexFunc(all, func(m registry.Membership) bool { return m.Organisation.OrgNo == last })
	}
	if i < 0 { // a page that needs an organisation leads to the choice, and back
		return see(c, cmp.Or(next, paths.Organisations()))
	}
	if err := w.Sessions.ChooseOrganisation(ctx, string(all[i].Organisation.OrgNo)); err != nil {
		return err
	}
	return see(c, cmp.Or(next, landing(all[i])))
}

// Logout handles POST /logout. The page after it carries the link to the
// provider's own log-out, since no form may end on another site.
func (w *Web) Logout(c echo.Context) error {
	provider := visitOf(c).session.Provider
	if err := w.OIDC.SignOut(c.Request().Context()); err != nil {
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
