package modelstest

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/store"
	"github.com/stafett/stafett/models/system"
)

// Noon is when the clock of every world starts.
var Noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// Operator is who runs the registry's commands.
var Operator = models.Actor{Kind: models.Operator, ID: "test"}

// Clock is a clock that the test moves.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now is the time on the clock.
func (c *Clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.now }

// Set puts the clock.
func (c *Clock) Set(t time.Time) { c.mu.Lock(); defer c.mu.Unlock(); c.now = t }

// World is a registry of the test's own, with everybody of people.go in it.
type World struct {
	*registry.Registry
	Engine Engine
	Clock  *Clock
	DB     *store.Store // what the registry stands on, before any wrapping
	ids    map[Name]models.ID
	raw    *sql.DB
}

// key is the master key of every test database.
var key = bytes.Repeat([]byte{7}, 32)

func connect(ctx context.Context, address string) (*store.Store, error) {
	return store.Open(ctx, store.Config{URL: address, Keys: store.FixedKeys(key), Now: func() time.Time { return Noon }})
}

func config(s registry.Store, now func() time.Time) registry.Config {
	return registry.Config{Store: s, Now: now, Issuers: []string{Issuer}, MinLevel: 3}
}

// settle brings the fixtures in as an operator does.
func settle(ctx context.Context, s *store.Store) error {
	r := registry.New(config(s, func() time.Time { return Noon }))
	for _, file := range []struct {
		kind exchange.Kind
		rows []any
	}{
		{exchange.AccessPackages, packages},
		{exchange.Roles, roles},
		{exchange.RolePackages, matrix},
		{exchange.Resources, resources},
		{exchange.Organisations, organisations},
		{exchange.People, people()},
	} {
		report, err := r.Import(ctx, Operator, file.kind, "test", Rows(file.rows...))
		if err != nil || len(report.Refused) > 0 {
			return fmt.Errorf("settle %s: %v, %w", report, report.Refused, err)
		}
	}
	for who := range pids {
		if _, err := r.SignIn(ctx, party.Arrival{Identity: Identity(who), Provider: "test", Level: 4, AuthTime: Noon}); err != nil {
			return fmt.Errorf("sign in %s: %w", who, err)
		}
	}
	return nil
}

func place(i int) string { return fmt.Sprintf("row %d", i+1) }

func (e Engine) open(t testing.TB, wrap []func(registry.Store) registry.Store) *World {
	t.Helper()
	w := &World{Engine: e, Clock: &Clock{now: Noon}, ids: map[Name]models.ID{}}
	address, raw := e.database(t)
	w.raw = raw
	var err error
	if w.DB, err = connect(t.Context(), address); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.DB.Close(); err != nil {
			t.Error(err)
		}
	})
	var s registry.Store = w.DB
	for _, f := range wrap {
		s = f(s)
	}
	w.Registry = registry.New(config(s, w.Clock.Now))
	err = w.DB.Read(t.Context(), func(tx registry.Reader) error {
		for who := range pids {
			id, err := tx.PersonByIdentity(t.Context(), Login, string(who))
			if err != nil {
				return err
			}
			w.ids[who] = id
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// ID is the person's id in this world.
func (w *World) ID(who Name) models.ID { return w.ids[who] }

// As is the person, signed in at level 4 and acting for the organisation.
func (w *World) As(who Name, o party.OrgNo) models.Actor {
	return models.Actor{Kind: models.Person, ID: string(w.ids[who]), OrgNo: string(o), Level: 4}
}

// System is a system of Fjord with nothing wrong: it asks for Salary and for
// Register.
func System() system.System {
	why := text("Sende lønn", "Sende løn", "Report pay")
	return system.System{
		ID: system.ID(Fjord) + "_lonn", Supplier: Fjord, Name: text("Fjord Lønn", "Fjord Løn", "Fjord Payroll"),
		Description: text("Lønn for små bedrifter.", "Løn for små verksemder.", "Payroll for small firms."),
		Clients:     []system.Client{{Issuer: Issuer, ID: "fjord-lonn"}},
		Asks: []system.Ask{
			{Item: catalog.PackageOf(Salary), Purpose: why},
			{Item: catalog.Right(Register, ""), Purpose: why},
		},
		RedirectURLs: []string{"https://lonn.example/svar"},
	}
}

// Registered registers System, once.
func (w *World) Registered(t testing.TB) system.System {
	t.Helper()
	view, err := w.System(t.Context(), w.As(Jonas, Fjord), System().ID)
	if err == nil {
		return view.System
	}
	s, err := w.RegisterSystem(t.Context(), w.As(Jonas, Fjord), System())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Request is a request of System to the bakery with nothing wrong.
func Request() request.Request {
	return request.Request{System: System().ID, Customer: Bakeri, Items: System().Asked(), RedirectURL: "https://lonn.example/svar?kunde=1"}
}

// Sent sends Request with the external reference, registering System first.
func (w *World) Sent(t testing.TB, ref string) request.Request {
	t.Helper()
	w.Registered(t)
	in := Request()
	in.ExternalRef = ref
	sent, err := w.SendRequest(t.Context(), w.As(Jonas, Fjord), in)
	if err != nil {
		t.Fatal(err)
	}
	return sent
}

// Seen is the digest of what the person is shown of a request.
func (w *World) Seen(t testing.TB, who Name, id models.ID) string {
	t.Helper()
	v, err := w.Review(t.Context(), w.As(who, Bakeri), id)
	if err != nil {
		t.Fatal(err)
	}
	return v.Seen
}

// Approved sends a request and has Kari approve it.
func (w *World) Approved(t testing.TB, ref string) request.Request {
	t.Helper()
	sent := w.Sent(t, ref)
	if _, err := w.Approve(t.Context(), w.As(Kari, Bakeri), sent.ID, w.Seen(t, Kari, sent.ID)); err != nil {
		t.Fatal(err)
	}
	return sent
}

// Entries returns the audit log.
func (w *World) Entries(t testing.TB) []audit.Entry {
	t.Helper()
	var entries []audit.Entry
	err := w.DB.Read(t.Context(), func(tx registry.Reader) error {
		for e, err := range tx.AuditAll(t.Context()) {
			if err != nil {
				return err
			}
			entries = append(entries, e)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

// Exec changes the database behind the registry's back, as a use case that is
// not there yet would. The arguments stand for question marks.
func (w *World) Exec(t testing.TB, query string, args ...any) {
	t.Helper()
	r, err := w.raw.ExecContext(t.Context(), w.Engine.numbered(query), args...)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		t.Fatalf("%s changed nothing (%v)", query, err)
	}
}

// Tables returns every row of every table as text, sorted, without the tables
// left out: for telling whether anything has changed.
func (w *World) Tables(t testing.TB, without ...string) map[string][]string {
	t.Helper()
	tables := map[string][]string{}
	for _, name := range w.query(t, w.Engine.tables()) {
		if !slices.Contains(without, name) {
			tables[name] = w.query(t, fmt.Sprintf("SELECT * FROM %q", name))
		}
	}
	return tables
}

// Events returns the outbox in its order, as "number type subject
// organisations". The number is only there to sort by.
func (w *World) Events(t testing.TB) []string {
	t.Helper()
	return w.query(t, "SELECT 1000000 + seq, type, subject, org_nos FROM outbox_event")
}

// query returns rows as text, sorted.
func (w *World) query(t testing.TB, query string) []string {
	t.Helper()
	rows, err := w.raw.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for rows.Next() {
		cells := make([]any, len(columns))
		for i := range cells {
			cells[i] = new(any)
		}
		if err := rows.Scan(cells...); err != nil {
			t.Fatal(err)
		}
		words := make([]string, len(cells))
		for i, c := range cells {
			words[i] = fmt.Sprint(*c.(*any))
		}
		lines = append(lines, strings.Join(words, " "))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(lines)
	return lines
}
