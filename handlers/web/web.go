package web

import (
	"cmp"
	"errors"
	"log/slog"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/auth"
	"github.com/stafett/stafett/handlers/mail"
	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/static"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/layout"
	"github.com/stafett/stafett/views/paths"
	"github.com/stafett/stafett/views/ui"
)

// Config is what the pages need to be told.
type Config struct {
	Registry  *registry.Registry
	OIDC      *auth.Login
	Sessions  *auth.Sessions
	Assets    *static.Assets
	PortalURL string       // of links to customers, without a slash at the end
	Secure    bool         // cookies are for https alone
	Contact   string       // who runs this registry; may be empty
	Mail      *mail.Sender // nil where no mail is sent
	Logger    *slog.Logger
}

// Web serves the pages.
type Web struct{ Config }

// New makes the pages.
func New(c Config) *Web { return &Web{c} }

// visit is what the middleware found out about the request. It is kept in the
// echo context.
type visit struct {
	scheme  string
	session auth.Session
	known   bool   // a person is signed in
	person  string // his name, once it has been read
	at      string // the page to come back to, where it is not the request's own
	acting  registry.Membership
	acts    bool // and acts for an organisation
}

const visitKey = "visit"

func visitOf(c echo.Context) visit {
	v, _ := c.Get(visitKey).(visit)
	return v
}

// actor is who acts in the request.
func actor(c echo.Context) models.Actor {
	v := visitOf(c)
	if !v.known {
		return models.Actor{}
	}
	return v.session.Actor()
}

// Visit settles the language, the colours and who is signed in. A choice of
// language or colours in the query is kept in a cookie; it is a preference and
// changes nothing else.
func (w *Web) Visit(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		l := w.prefer(c, "lang", func(s string) bool { _, ok := i18n.Known(s); return ok })
		if l == "" {
			l = string(i18n.Accept(r.Header.Get("Accept-Language")))
		}
		v := visit{scheme: w.prefer(c, "scheme", func(s string) bool { return s == "light" || s == "dark" || s == "auto" })}
		c.SetRequest(r.WithContext(i18n.With(r.Context(), models.Language(l))))
		var err error
		if v.session, v.known, err = w.signedIn(c); err != nil {
			return err
		}
		c.Set(visitKey, v)
		return next(c)
	}
}

// signedIn returns the session of the person who is signed in. A session whose
// login has been ended, here or at the provider, ends with it.
func (w *Web) signedIn(c echo.Context) (auth.Session, bool, error) {
	ctx := c.Request().Context()
	session, ok := w.Sessions.Current(ctx)
	if !ok {
		return auth.Session{}, false, nil
	}
	lasts, err := w.Registry.LoggedIn(ctx, session.Login)
	if err != nil || lasts {
		return session, lasts, err
	}
	return auth.Session{}, false, w.Sessions.SignOut(ctx)
}

// prefer reads a preference from the query or the cookie of that name.
func (w *Web) prefer(c echo.Context, name string, valid func(string) bool) string {
	if q := c.QueryParam(name); valid(q) {
		c.SetCookie(&http.Cookie{ //nolint:gosec // Secure wherever the address is https; the value is one of a few words
			Name: "stafett_" + name, Value: q, Path: "/", MaxAge: 365 * 24 * 3600,
			Secure: w.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
		})
		return q
	}
	if cookie, err := c.Cookie("stafett_" + name); err == nil && valid(cookie.Value) {
		return cookie.Value
	}
	return ""
}

// SignedIn lets a signed-in person through. Anybody else who wants to look is
// taken to the log-in and back; one who wants to do something, or data, is told.
func (w *Web) SignedIn(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if visitOf(c).known {
			return next(c)
		}
		if wantsData(c.Request()) {
			c.Set(respond.MachineKey, true)
			return models.NewError(models.Unauthenticated, models.CodeUnauthenticated)
		}
		if !looks(c.Request()) {
			return models.NewError(models.Unauthenticated, models.CodeUnauthenticated)
		}
		return c.Redirect(http.StatusSeeOther, paths.LoginTo(c.Request().URL.RequestURI()))
	}
}

// Recognised finds out for whom a signed-in person acts, for a page that stands
// open to all. Nobody is kept out by it.
func (w *Web) Recognised(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if v := visitOf(c); v.session.Organisation != "" {
			if m, err := w.Registry.Acting(c.Request().Context(), actor(c)); err == nil {
				v.acting, v.acts, v.person = m, true, m.Person.Name
				c.Set(visitKey, v)
			}
		}
		return next(c)
	}
}

// wantsData reports whether the request asks for JSON and for no page.
func wantsData(r *http.Request) bool {
	accept := r.Header.Get(echo.HeaderAccept)
	return strings.Contains(accept, echo.MIMEApplicationJSON) && !strings.Contains(accept, echo.MIMETextHTML)
}

// looks reports whether the request asks for a page and for nothing to be done.
func looks(r *http.Request) bool { return r.Method == http.MethodGet || r.Method == http.MethodHead }

// Acting lets a person through who acts for an organisation in which he still
// holds something. Others are taken to the chooser and back.
func (w *Web) Acting(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		v := visitOf(c)
		if v.session.Organisation != "" {
			m, err := w.Registry.Acting(c.Request().Context(), actor(c))
			if err == nil {
				v.acting, v.acts, v.person = m, true, m.Person.Name
				c.Set(visitKey, v)
				return w.meant(c, m.Organisation.OrgNo, next)
			}
			if models.CodeOf(err) != models.CodeNotFound {
				return err
			}
		}
		if !looks(c.Request()) {
			return models.NewError(models.Forbidden, models.CodeNoOrganisation)
		}
		return c.Redirect(http.StatusSeeOther, paths.OrganisationsTo(c.Request().URL.RequestURI()))
	}
}

// meant goes on unless the form says that it was read by somebody who acted for
// another organisation, which he has left in another tab: what it asks for would be
// done where he did not mean it. He is offered to switch back instead.
func (w *Web) meant(c echo.Context, acting party.OrgNo, next echo.HandlerFunc) error {
	if looks(c.Request()) {
		return next(c)
	}
	f, err := form(c)
	if err != nil {
		return err
	}
	if o := one(f, ui.ActsForField); o != "" && o != string(acting) {
		return see(c, paths.OrganisationsFor(o, formPage(c)))
	}
	return next(c)
}

// Shell frames the page of a request. It serves error pages too, so it makes do
// with what is known.
func (w *Web) Shell(c echo.Context) layout.Shell {
	v := visitOf(c)
	s := layout.Shell{
		Path: c.Request().URL.RequestURI(), Scheme: v.scheme, Asset: w.Assets.URL,
		LoginReady: len(w.OIDC.Choices()) > 0,
	}
	if !looks(c.Request()) { // the form's own page is the one to come back to
		s.Path = formPage(c)
	}
	s.Path = cmp.Or(v.at, s.Path)
	if !v.known {
		return s
	}
	s.Person = cmp.Or(v.person, i18n.T(c.Request().Context(), "common.nameless")) // a provider need not give a name
	if !v.acts {
		return s
	}
	m := v.acting
	s.CanSwitch = m.Several
	s.OrgName, s.OrgNo, s.Inbox = m.Organisation.Display(), string(m.Organisation.OrgNo), m.Waiting
	s.Notices, s.Clients = m.Unread, m.Clients
	s.IsCustomer, s.CanSupply = true, m.Supplier
	if paths.HasSwitched(c.QueryParams()) {
		s.Flash = i18n.T(c.Request().Context(), "common.switched", "Org", s.OrgName)
	}
	s.IsSupplier = m.Supplies || m.Supplier && strings.HasPrefix(s.Path, paths.Supplier())
	if len(m.Roles) > 0 {
		s.Why = i18n.In(c.Request().Context(), m.Roles[0])
	}
	return s
}

// formPage is the page of the form that the request posts: the longest beginning
// of its route that is a page, or the front page where there is none.
func formPage(c echo.Context) string {
	routes := c.Echo().Routes()
	isPage := func(path string) bool {
		return slices.ContainsFunc(routes, func(r *echo.Route) bool { return r.Method == http.MethodGet && r.Path == path })
	}
	for page := c.Path(); len(page) > 1; page = path.Dir(page) {
		if isPage(page) {
			at := strings.Split(c.Request().URL.EscapedPath(), "/")
			return strings.Join(at[:strings.Count(page, "/")+1], "/")
		}
	}
	return paths.Front()
}

// pathID reads the id of the path. What can be no id is NotFound.
func pathID(c echo.Context) (models.ID, error) { return models.ParseID(c.Param("id")) }

// see answers 303 to a page of ours.
func see(c echo.Context, path string) error { return c.Redirect(http.StatusSeeOther, path) }

// form reads the fields of a form in the body alone, never of the query.
func form(c echo.Context) (map[string][]string, error) {
	r := c.Request()
	if err := r.ParseForm(); err != nil {
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			return nil, err
		}
		return nil, &models.Error{Kind: models.Invalid, Code: models.CodeMediaType, Err: err}
	}
	for _, values := range r.PostForm {
		if len(values) > 200 {
			return nil, models.NewError(models.Invalid, models.CodeTooLarge)
		}
	}
	return r.PostForm, nil
}

// posted reads the id of the path and the fields of the form.
func posted(c echo.Context) (models.ID, map[string][]string, error) {
	id, err := pathID(c)
	if err != nil {
		return "", nil, err
	}
	f, err := form(c)
	return id, f, err
}

// faultsOf are the faults of a form that was not taken; nil for any other error.
func faultsOf(err error) []models.FieldError {
	if e, ok := errors.AsType[*models.Error](err); ok && e.Kind == models.Invalid {
		return e.Fields
	}
	return nil
}

// one is the only value of a field, or "".
func one(f map[string][]string, name string) string {
	if len(f[name]) == 0 {
		return ""
	}
	return f[name][0]
}
