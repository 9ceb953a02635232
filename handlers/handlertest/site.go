package handlertest

import (
	"context"
	"database/sql" //nolint:depguard // see observe.go
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stafett/stafett/handlers"
	"github.com/stafett/stafett/handlers/api"
	"github.com/stafett/stafett/handlers/auth"
	"github.com/stafett/stafett/handlers/hooks"
	"github.com/stafett/stafett/handlers/mail"
	"github.com/stafett/stafett/handlers/openapi/openapitest"
	"github.com/stafett/stafett/handlers/web"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/store"
	"github.com/stafett/stafett/rar"
	"github.com/stafett/stafett/static"
)

// PublicURL is the address of every site.
const PublicURL = "https://stafett.example"

// MinLevel is the level below which nobody of the cast grants anything.
const MinLevel = 3

// MaxAge is how long ago they may have proved who they are when they do.
const MaxAge = 15 * time.Minute

// Start is when the clock of every site stands at first. It lies in the past,
// since the session library ends sessions by the machine's clock as well.
var Start = time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)

// Site is a registry that answers HTTP, for one test.
type Site struct {
	Registry *registry.Registry
	Store    *store.Store
	Server   *handlers.Server
	Clock    *Clock
	Logs     *Logs

	t         testing.TB
	file      string
	sessions  *auth.Sessions
	journal   *rar.Journal
	persons   map[string]models.ID
	validator *openapitest.Validator
	trace     *trace
	provider  *provider
	register  *register
	db        *sql.DB

	snapshotOf int64 // data_version that snapshot is of
	watch      *sql.Stmt
	snapshot   string
}

// Option changes what New builds.
type Option func(*options)

type options struct {
	noLogin bool
	life    time.Duration
	mail    *mail.Sender
	ready   func(context.Context) error
}

// WithoutLogin builds a site whose login is not set up.
func WithoutLogin() Option { return func(o *options) { o.noLogin = true } }

// RequestLife sets how long requests can be answered.
func RequestLife(d time.Duration) Option { return func(o *options) { o.life = d } }

// WithMail sets who sends the site's mail; without it no mail is sent.
func WithMail(sender *mail.Sender) Option { return func(o *options) { o.mail = sender } }

// Ready sets what the readiness check asks, in place of the store.
func Ready(ready func(context.Context) error) Option { return func(o *options) { o.ready = ready } }

// New builds a site with the cast in it.
func New(t testing.TB, opts ...Option) *Site {
	t.Helper()
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	dir := t.TempDir()
	s := &Site{t: t, file: filepath.Join(dir, "stafett.db"), Clock: &Clock{now: Start}, Logs: &Logs{}, trace: &trace{}}
	made := template()
	s.persons = made.persons
	if err := os.WriteFile(s.file, made.database, 0o600); err != nil {
		t.Fatal(err)
	}
	s.build(dir, o)
	s.validator = validators(t)
	return s
}

func (s *Site) build(dir string, o options) {
	s.t.Helper()
	logger := slog.New(slog.NewJSONHandler(s.Logs, nil))
	var err error
	s.Store, err = store.Open(context.Background(), store.Config{URL: "sqlite:" + s.file, Keys: store.FixedKeys(masterKey), Now: s.Clock.Now, Logger: logger, Trace: s.trace.note})
	s.fatal(err)
	s.t.Cleanup(func() { _ = s.Store.Close() })
	s.register = &register{}
	s.Registry = newRegistry(s.Store, s.Clock.Now, s.register, o.life)
	s.provider = &provider{now: s.Clock.Now, people: People()}
	client := &http.Client{Transport: s.provider}
	issuers, err := auth.ParseIssuers(issuersFile(dir), dir)
	s.fatal(err)
	door, err := auth.NewDoor(auth.DoorConfig{Issuers: issuers, PublicURL: PublicURL, Client: client, Replays: s.Store, Now: s.Clock.Now, Logger: logger})
	s.fatal(err)
	s.sessions, err = auth.NewSessions(auth.SessionsConfig{
		Store: s.Store.Sessions(), PublicURL: PublicURL, Now: s.Clock.Now, OnError: handlers.SessionFailed,
	})
	s.fatal(err)
	var providers auth.Providers
	if !o.noLogin {
		providers, err = auth.ParseProviders([]byte(providerFile), dir)
		s.fatal(err)
	}
	login, err := auth.NewLogin(auth.LoginConfig{
		Providers: providers, PublicURL: PublicURL, Client: client, People: s.Registry, Replays: s.Store, Sessions: s.sessions, Now: s.Clock.Now, Logger: logger,
	})
	s.fatal(err)
	assets, err := static.New(fstest.MapFS{
		"stafett.css": {Data: []byte(":root{}")}, "app.js": {Data: []byte("//")}, "htmx.js": {Data: []byte("//")}, "icon.svg": {Data: []byte("<svg/>")},
	})
	s.fatal(err)
	if o.ready == nil {
		o.ready = s.Store.Ping
	}
	s.journal = rar.NewJournal(s.Store)
	s.Server, err = handlers.New(handlers.Config{
		Web: web.New(web.Config{
			Registry: s.Registry, OIDC: login, Sessions: s.sessions, Assets: assets, PortalURL: PublicURL, Secure: true, Contact: "drift@stafett.example", Mail: o.mail, Logger: logger,
		}),
		Hooks: hooks.New(hooks.Config{
			Door: door, Logins: login, Lookup: s.Store, Journal: s.journal, Now: s.Clock.Now, PublicURL: PublicURL, Logger: logger,
		}),
		API: api.New(api.Config{
			Registry: s.Registry, Door: door, Now: s.Clock.Now, PublicURL: PublicURL, PortalURL: PublicURL,
		}),
		Assets: assets, Logger: logger, Now: s.Clock.Now, PublicURL: PublicURL, Secure: true, Contact: "drift@stafett.example",
		Sessions: s.sessions.Middleware, Ready: o.ready,
	})
	s.fatal(err)
}

func (s *Site) fatal(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func newRegistry(st *store.Store, now func() time.Time, from *register, life time.Duration) *registry.Registry {
	return registry.New(registry.Config{
		Store: st, Now: now, Numbers: party.Numbers{}, Issuers: []string{Issuer1, Issuer2}, MinLevel: MinLevel, MaxAge: MaxAge, RequestLife: life,
		Register: from.client(now), RegisterRoles: true,
	})
}

// masterKey is the key for personal data in the databases of tests.
var masterKey = []byte(strings.Repeat("k", 32))

type filled struct {
	database []byte
	persons  map[string]models.ID
}

// template is a database with the cast in it, made once and copied for each
// site: migrations take longer than most tests.
var template = sync.OnceValue(func() filled {
	ctx := context.Background()
	dir := must(os.MkdirTemp("", "handlertest"))
	defer func() { _ = os.RemoveAll(dir) }()
	file := filepath.Join(dir, "stafett.db")
	must(store.Migrate(ctx, "sqlite:"+file))
	st := must(store.Open(ctx, store.Config{URL: "sqlite:" + file, Keys: store.FixedKeys(masterKey), Now: func() time.Time { return Start }}))
	ids := fill(ctx, newRegistry(st, func() time.Time { return Start }, &register{}, 0))
	if err := st.Close(); err != nil {
		panic(err)
	}
	return filled{database: must(os.ReadFile(file)), persons: ids}
})

var (
	validatorOnce sync.Once
	validator     *openapitest.Validator
)

// validators reads the description once for all sites.
func validators(t testing.TB) *openapitest.Validator {
	t.Helper()
	validatorOnce.Do(func() { validator = openapitest.New(t) })
	return validator
}

// Clock is a time that tests move by hand.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now is the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the time.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}
