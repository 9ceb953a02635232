package handlers

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/api"
	"github.com/stafett/stafett/handlers/hooks"
	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/handlers/web"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/static"
)

// Config is what the server needs to be told.
type Config struct {
	Web    *web.Web
	Hooks  *hooks.Hooks
	API    *api.API
	Assets *static.Assets
	Logger *slog.Logger
	Now    func() time.Time
	// PublicURL is the address by which people and programs reach us, without
	// a slash at the end. Nothing in a request changes it.
	PublicURL string
	// Secure says that PublicURL is https: browsers are told to stay there.
	Secure bool
	// Proxies are the networks whose X-Forwarded-For counts; none by default.
	Proxies []string
	// Contact is who runs this registry, for error pages; may be empty.
	Contact string
	// Sessions loads and saves the session of a request for people. Its
	// OnError is SessionFailed.
	Sessions func(http.Handler) http.Handler
	// Ready reports whether we can serve; nil is yes.
	Ready func(context.Context) error
	// Middleware runs around every request, outermost: metrics, tracing.
	Middleware []echo.MiddlewareFunc
}

// Server answers HTTP. Start with New.
type Server struct {
	Config
	web     *web.Web
	hooks   *hooks.Hooks
	respond respond.Responder
	echo    *echo.Echo
	paths   *paths
}

// New builds the server: routes by the table, each behind the middleware of its
// audience and its guard. It fails when a proxy is no network.
func New(c Config) (*Server, error) {
	s := &Server{Config: c, web: c.Web, hooks: c.Hooks, echo: echo.New()}
	s.respond = respond.Responder{Logger: c.Logger, Contact: c.Contact, Shell: c.Web.Shell}
	extract, err := clientAddress(c.Proxies)
	if err != nil {
		return nil, err
	}
	e := s.echo
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = extract
	e.HTTPErrorHandler = s.respond.Error
	e.Use(c.Middleware...)
	e.Use(s.identify, s.logged, s.headers, s.bounded, answered, s.recovered)
	for _, r := range s.Routes() {
		e.Add(r.Method, r.Path, r.handler, s.chain(r)...).Name = r.Name
		if r.Method == http.MethodGet { // RFC 9110 section 9.1: whoever answers GET answers HEAD
			e.Add(http.MethodHead, r.Path, r.handler, s.chain(r)...).Name = r.Name
		}
	}
	for _, everywhere := range []string{"/*", static.Prefix + "*"} {
		e.RouteNotFound(everywhere, s.lost())
	}
	for _, r := range s.Routes() {
		// A value at the end of a path would otherwise take whatever follows it.
		if last := r.Path[strings.LastIndex(r.Path, "/")+1:]; strings.HasPrefix(last, ":") {
			e.RouteNotFound(r.Path+"/*", s.lost())
		}
	}
	s.paths = newPaths(s.Routes())
	return s, nil
}

// lost answers an address that is no route, or has no such method: a page in
// the person's language, or a problem document for a program.
func (s *Server) lost() echo.HandlerFunc {
	notFound := func(c echo.Context) error {
		methods, _ := s.paths.allowed(c.Request().URL.Path)
		if len(methods) == 0 {
			return models.NewError(models.NotFound, models.CodeNotFound)
		}
		c.Response().Header().Set(echo.HeaderAllow, strings.Join(methods, ", "))
		return models.NewError(models.Invalid, models.CodeMethodNotAllowed)
	}
	page := s.web.Recognised(notFound)
	chain := s.chain(Route{Audience: People, Guard: Open})
	for i := range chain {
		page = chain[len(chain)-1-i](page)
	}
	return func(c echo.Context) error {
		if methods, a := s.paths.allowed(c.Request().URL.Path); len(methods) > 0 {
			c.Set(respond.MachineKey, a == Programs)
		}
		if respond.ForProgram(c) {
			return notFound(c)
		}
		return page(c)
	}
}

// chain is the middleware of a route by its audience and guard.
func (s *Server) chain(r Route) []echo.MiddlewareFunc {
	audience := func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			c.Set(respond.MachineKey, r.Audience == Programs)
			return next(c)
		}
	}
	if r.Audience == Programs || r.Name == "assets" {
		return []echo.MiddlewareFunc{audience}
	}
	chain := []echo.MiddlewareFunc{audience, sameSite, s.session, answered, s.web.Visit}
	switch r.Guard {
	case SignedIn:
		chain = append(chain, s.web.SignedIn, s.web.Recognised)
	case Acting:
		chain = append(chain, s.web.SignedIn, s.web.Acting)
	case Open, Token:
	}
	return chain
}

// answered turns an error into its answer here: within the time of the request,
// and inside the session, so that what the handler did to it is saved.
func answered(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if err := next(c); err != nil {
			c.Error(err)
		}
		return nil
	}
}

// ServeHTTP answers a request. Paths and query names for programs match without
// regard to case and with or without a slash at the end; that is settled here,
// one step before the router.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.echo.ServeHTTP(w, s.paths.canonical(r))
}

// live answers that the process runs. GET /health/live.
func (s *Server) live(c echo.Context) error {
	return respond.JSON(c, http.StatusOK, map[string]string{"status": "ok"})
}

// ready answers whether requests can be served, and nothing about why not.
// GET /health/ready.
func (s *Server) ready(c echo.Context) error {
	if s.Ready == nil {
		return s.live(c)
	}
	if err := s.Ready(c.Request().Context()); err != nil {
		return &models.Error{Kind: models.Unavailable, Code: models.CodeUnavailable, Err: err}
	}
	return respond.JSON(c, http.StatusOK, map[string]string{"status": "ok"})
}
