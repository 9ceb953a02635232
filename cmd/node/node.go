package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/stafett/stafett/handlers"
	"github.com/stafett/stafett/handlers/api"
	"github.com/stafett/stafett/handlers/auth"
	"github.com/stafett/stafett/handlers/hooks"
	"github.com/stafett/stafett/handlers/mail"
	"github.com/stafett/stafett/handlers/web"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/brreg"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/store"
	"github.com/stafett/stafett/rar"
	"github.com/stafett/stafett/static"
)

// Operator is the actor of commands.
var Operator = models.Actor{Kind: models.Operator, ID: "cli"}

// Node is one running registry.
type Node struct {
	Registry *registry.Registry
	Handler  http.Handler // people and programs
	Admin    http.Handler // metrics

	settings Serving
	store    *store.Store
	journal  *rar.Journal
	door     *auth.Door
	calls    *api.API
	post     registry.Post // nil where no mail is sent
	logger   *slog.Logger
}

// JSONLogger logs to w, one JSON object a line.
func JSONLogger(w io.Writer) *slog.Logger { return slog.New(slog.NewJSONHandler(w, nil)) }

// New builds a node. It refuses a database whose schema is older or newer than
// the program's, and a binary that was built without the assets of its pages.
func New(ctx context.Context, s Serving, logger *slog.Logger) (*Node, error) {
	assets, err := static.Embedded()
	if err != nil {
		return nil, err
	}
	if err := assets.Check(); err != nil {
		return nil, err
	}
	st, err := store.Open(ctx, store.Config{URL: s.URL, Keys: s.Keys, Logger: logger})
	if err != nil {
		return nil, err
	}
	n := &Node{settings: s, store: st, logger: logger, journal: rar.NewJournal(st), Registry: registryOn(st, s.Settings, s.Issuers, s.Register)}
	if n.Handler, err = n.handler(assets); err != nil { //nolint:contextcheck // requests bring their own
		return nil, errors.Join(err, st.Close())
	}
	return n, nil
}

// registryOn builds the use cases over a store.
func registryOn(st *store.Store, s Settings, issuers auth.Issuers, register *brreg.Client) *registry.Registry {
	var ids []string
	for _, i := range issuers.All() {
		if i.ID == issuers.Default() {
			ids = append([]string{i.ID}, ids...)
		} else {
			ids = append(ids, i.ID)
		}
	}
	c := registry.Config{
		Store: st, Now: time.Now, Numbers: party.Numbers{AdmitDocumentation: s.DocumentationOrgNos},
		Issuers: ids, MinLevel: s.MinLevel, MaxAge: time.Duration(s.MaxAge) * time.Minute, RequestLife: time.Duration(s.RequestDays) * 24 * time.Hour,
		Quotas:        registry.Quotas{Supplier: s.SupplierQuota, Customer: s.CustomerQuota},
		FlagStruckOff: s.StruckOff == flagOnly,
		Mails:         s.SMTP != "",
	}
	if register != nil {
		c.Register, c.RegisterRoles = register, s.RegisterClientID != ""
	}
	return registry.New(c)
}

// WithRegistry opens the database for one command, runs f, and closes it.
func WithRegistry(ctx context.Context, st Storage, s Settings, f func(*registry.Registry) error) error {
	opened, err := store.Open(ctx, store.Config{URL: st.URL, Keys: st.Keys, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	return errors.Join(f(registryOn(opened, s, auth.Issuers{}, nil)), opened.Close())
}

// handler builds what answers HTTP.
func (n *Node) handler(assets *static.Assets) (http.Handler, error) {
	s := n.settings
	numbers := n.Registry.Numbers
	door, err := auth.NewDoor(auth.DoorConfig{
		Issuers: s.Issuers, PublicURL: s.PublicURL, Client: auth.NewClient(), Replays: n.store,
		Now: time.Now, Logger: n.logger, Numbers: numbers,
	})
	if err != nil {
		return nil, err
	}
	n.door = door
	sessions, err := auth.NewSessions(auth.SessionsConfig{
		Store: n.store.Sessions(), PublicURL: s.PublicURL, Now: time.Now, OnError: handlers.SessionFailed,
	})
	if err != nil {
		return nil, err
	}
	login, err := auth.NewLogin(auth.LoginConfig{
		Providers: s.Providers, PublicURL: s.PublicURL, People: n.Registry, Replays: n.store, Sessions: sessions,
		Client: auth.NewClient(), Now: time.Now, Logger: n.logger, Numbers: numbers,
	})
	if err != nil {
		return nil, err
	}
	var sender *mail.Sender
	if s.Mail != nil {
		sender = mail.New(*s.Mail)
		n.post = Post(sender, s.PortalURL, s.Contact)
	}
	pages := web.New(web.Config{
		Registry: n.Registry, OIDC: login, Sessions: sessions, Assets: assets,
		PortalURL: s.PortalURL, Secure: s.Secure, Contact: s.Contact, Mail: sender, Logger: n.logger,
	})
	machine := hooks.New(hooks.Config{
		Door: door, Logins: login, Lookup: n.store, Journal: n.journal, Numbers: numbers, Now: time.Now, PublicURL: s.PublicURL, Logger: n.logger,
	})
	n.calls = api.New(api.Config{
		Registry: n.Registry, Door: door, Numbers: numbers, Now: time.Now, PublicURL: s.PublicURL, PortalURL: s.PortalURL, CallsPerSecond: s.CallQuota,
	})
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	n.Admin = promhttp.HandlerFor(metrics, promhttp.HandlerOpts{})
	return handlers.New(handlers.Config{
		Web: pages, Hooks: machine, API: n.calls, Assets: assets, Logger: n.logger, Now: time.Now,
		PublicURL: s.PublicURL, Secure: s.Secure, Proxies: s.TrustedProxies, Contact: s.Contact,
		Sessions: sessions.Middleware, Ready: n.store.Ping,
		Middleware: []echo.MiddlewareFunc{counted(metrics)},
	})
}

// Serve listens until ctx ends, then stops accepting, lets what runs finish,
// writes down what the journal still holds, and closes the store.
func (n *Node) Serve(ctx context.Context) error {
	var lc net.ListenConfig
	public, err := lc.Listen(ctx, "tcp", n.settings.Listen)
	if err != nil {
		return errors.Join(fmt.Errorf("listen: %w", err), n.store.Close())
	}
	admin, err := lc.Listen(ctx, "tcp", n.settings.AdminListen)
	if err != nil {
		return errors.Join(fmt.Errorf("listen for metrics: %w", err), public.Close(), n.store.Close())
	}
	n.logger.InfoContext(ctx, "listening", "address", public.Addr().String(), "public_url", n.settings.PublicURL)
	return n.ServeOn(ctx, public, admin)
}

// ServeOn is Serve on listeners that are open already.
func (n *Node) ServeOn(ctx context.Context, public, admin net.Listener) error {
	servers := []*http.Server{httpServer(n.Handler), httpServer(n.Admin)}
	failed := make(chan error, len(servers))
	for i, l := range []net.Listener{public, admin} {
		go func() { failed <- servers[i].Serve(l) }()
	}
	jobs, stopJobs := context.WithCancel(context.WithoutCancel(ctx))
	done := n.startJobs(jobs)
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	n.logger.InfoContext(ctx, "stopping")
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), 25*time.Second)
	defer cancel()
	for _, s := range servers {
		err = errors.Join(err, s.Shutdown(drain))
	}
	stopJobs()
	<-done
	err = errors.Join(err, n.Close(drain))
	n.logger.InfoContext(drain, "stopped")
	return err
}

// Close writes down what the journal still holds and closes the store. Serve
// does so itself.
func (n *Node) Close(ctx context.Context) error {
	return errors.Join(n.journal.Flush(ctx, time.Now()), n.store.Close())
}

// httpServer has the limits of security-minded servers: no request may hold a
// connection for long.
func httpServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
		WriteTimeout: 30 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
	}
}
