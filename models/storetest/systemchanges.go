package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
	"github.com/stafett/stafett/rar"
)

func changesOf(id system.ID, before int64, limit int) func(context.Context, registry.Reader) ([]system.Change, error) {
	return func(ctx context.Context, r registry.Reader) ([]system.Change, error) {
		return r.SystemChanges(ctx, id, before, limit)
	}
}

func owners(clients ...system.Client) func(context.Context, registry.Reader) (map[system.Client]system.ID, error) {
	return func(ctx context.Context, r registry.Reader) (map[system.Client]system.ID, error) {
		return r.ClientSystems(ctx, clients)
	}
}

func (k *kit) update(t testing.TB, s system.System) error {
	t.Helper()
	return k.try(t, func(ctx context.Context, tx registry.Tx) error { return tx.UpdateSystem(ctx, s) })
}

func testSystemUpdates(t *testing.T, k *kit) {
	settle(t, k)
	s := addSystem(t, k, ledger())
	other := addSystem(t, k, system.System{
		ID: "310000022_other", Supplier: lodd, Name: text("Annen"), Description: text("Annen"), CreatedAt: Now(), ChangedAt: Now(),
		Clients: []system.Client{{Issuer: maskin, ID: "client-o"}},
	})
	next := s
	next.Name, next.Description, next.Visible, next.ExactRedirects = text("Ny bok"), text("Nytt"), false, true
	next.Clients = []system.Client{{Issuer: maskin, ID: "client-a"}, {Issuer: "https://other.example/", ID: "client-o"}}
	next.Asks = []system.Ask{{Item: catalog.PackageOf(wages)}, {Item: catalog.Right("tax", ""), Purpose: text("Skatt")}}
	next.RedirectURLs, next.ChangedAt = []string{"https://c.example/"}, Now().Add(time.Second)

	for name, change := range map[string]func(*system.System){
		"of another version":  func(s *system.System) { s.Version++ },
		"of another supplier": func(s *system.System) { s.Supplier = lodd },
		"that is not there":   func(s *system.System) { s.ID = "310000011_none" },
	} {
		wrong := next
		change(&wrong)
		t.Log(name)
		failsWith(t, k.update(t, wrong), models.Conflict, models.CodeConflict)
	}
	taken := next
	taken.Clients = other.Clients
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		failsWith(t, tx.UpdateSystem(ctx, taken), models.Conflict, models.CodeClientTaken)
		return nil // a conflict leaves the transaction fit to record it
	})
	same(t, "the system after all that", s, read(t, k, theSystem(s.ID)))

	oneWins(t, race(8, func(int) error { return k.update(t, next) }), models.CodeConflict)
	next.Version = 2
	same(t, "the updated system", next, read(t, k, theSystem(s.ID)))
	same(t, "whose clients they are", map[system.Client]system.ID{next.Clients[0]: s.ID, next.Clients[1]: s.ID, other.Clients[0]: other.ID},
		read(t, k, owners(s.Clients[0], next.Clients[0], next.Clients[1], other.Clients[0])))

	next.Deleted, next.Clients = true, nil
	if err := k.update(t, next); err != nil {
		t.Fatal(err)
	}
	next.Version = 3
	same(t, "the deleted system", next, read(t, k, theSystem(s.ID)))
	failsWith(t, k.update(t, next), models.Conflict, models.CodeConflict)
	same(t, "whose clients they are now", map[system.Client]system.ID{}, read(t, k, owners(s.Clients...)))
	same(t, "no clients", map[system.Client]system.ID{}, read(t, k, owners()))
}

func testSystemChanges(t *testing.T, k *kit) {
	settle(t, k)
	s := addSystem(t, k, ledger())
	bare := addSystem(t, k, system.System{ID: "310000011_bare", Supplier: rotor, Name: text("Bar"), Description: text("Bar"), CreatedAt: Now(), ChangedAt: Now()})
	var want []system.Change // newest first
	for i, kind := range []system.ChangeType{system.Created, system.Updated, system.RightsUpdated, system.PackagesUpdated, system.Deleted} {
		c := system.Change{Type: kind, By: rotor, ClientID: "client " + string(kind), At: Now().Add(time.Duration(i) * time.Second), System: s}
		c.System.Version, c.System.ChangedAt = int64(i+1), c.At
		if kind == system.Deleted {
			c.System.Deleted, c.System.Clients, c.ClientID = true, nil, ""
		}
		k.write(t, func(ctx context.Context, tx registry.Tx) error { return tx.AddSystemChange(ctx, c) })
		want = append([]system.Change{c}, want...)
	}
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		return tx.AddSystemChange(ctx, system.Change{Type: system.Created, By: rotor, At: Now(), System: bare})
	})
	same(t, "the log", want, read(t, k, changesOf(s.ID, 0, 10)))
	same(t, "the two newest", want[:2], read(t, k, changesOf(s.ID, 0, 2)))
	same(t, "the two before them", want[2:4], read(t, k, changesOf(s.ID, want[1].System.Version, 2)))
	same(t, "before the first", []system.Change{}, read(t, k, changesOf(s.ID, 1, 2)))
	same(t, "of a bare system", []system.Change{{Type: system.Created, By: rotor, At: Now(), System: bare}}, read(t, k, changesOf(bare.ID, 0, 10)))
	same(t, "of none", []system.Change{}, read(t, k, changesOf("310000011_none", 0, 10)))
	if err := k.try(t, func(ctx context.Context, tx registry.Tx) error { return tx.AddSystemChange(ctx, want[0]) }); err == nil {
		t.Error("a version has two entries")
	}
}

func testSystemPages(t *testing.T, k *kit) {
	settle(t, k)
	var own, visible []system.System
	for i, at := range []int{0, 1, 1, 1, 2} {
		s := ledger()
		s.ID, s.Clients, s.Visible = system.ID(fmt.Sprintf("310000011_s%d", i)), nil, i != 1
		s.CreatedAt = Now().Add(time.Duration(at) * time.Second)
		s = addSystem(t, k, s)
		own = append([]system.System{s}, own...)
		if s.Visible {
			visible = append(visible, s)
		}
	}
	exec(t, k, "UPDATE system SET deleted = TRUE WHERE id = '310000011_s0'")
	own, visible = own[:4], visible[1:]
	var gotOwn, gotVisible []system.System
	at, id := registry.SystemPlace{}, system.ID("")
	for range 5 {
		page := read(t, k, func(ctx context.Context, r registry.Reader) ([]system.System, error) {
			return r.SystemsAfter(ctx, rotor, at, 1)
		})
		for _, s := range page {
			at = registry.SystemPlace{At: s.CreatedAt, ID: s.ID}
		}
		gotOwn = append(gotOwn, page...)
		page = read(t, k, func(ctx context.Context, r registry.Reader) ([]system.System, error) {
			return r.VisibleAfter(ctx, id, 1)
		})
		for _, s := range page {
			id = s.ID
		}
		gotVisible = append(gotVisible, page...)
	}
	same(t, "own systems, one at a time", own, gotOwn)
	same(t, "visible systems, one at a time", visible, gotVisible)
	same(t, "another's", []system.System{}, read(t, k, func(ctx context.Context, r registry.Reader) ([]system.System, error) {
		return r.SystemsAfter(ctx, lodd, registry.SystemPlace{}, 10)
	}))
}

// testSystemEnd: what a system has ends with it, and nothing else does.
func testSystemEnd(t *testing.T, k *kit) {
	settle(t, k)
	s := addSystem(t, k, ledger())
	bare := addSystem(t, k, system.System{ID: "310000011_bare", Supplier: rotor, Name: text("Bar"), Description: text("Bar"), CreatedAt: Now(), ChangedAt: Now()})
	accepted := addRequest(t, k, ask(s, bakeri, "a"))
	decided := accepted
	decided.Status, decided.DecidedBy, decided.DecidedAt = request.Accepted, berit, Now()
	k.write(t, func(ctx context.Context, tx registry.Tx) error { return tx.DecideRequest(ctx, decided) })
	a, b := addUser(t, k, userOf(accepted, berit)), addUser(t, k, userOf(ask(s, verft, "b"), vidar))
	gone := revoke(t, k, addUser(t, k, userOf(ask(s, verft, "c"), vidar)))
	stays := addUser(t, k, userOf(ask(bare, bakeri, "d"), berit))
	waits, late := addRequest(t, k, ask(s, lodd, "e")), ask(s, bakeri, "f")
	late.ExpiresAt = Now().Add(time.Minute)
	late = addRequest(t, k, late)
	asked := addChange(t, k, change(b))

	at := Now().Add(time.Minute)
	var end registry.SystemEnd
	k.write(t, func(ctx context.Context, tx registry.Tx) (err error) {
		end, err = tx.EndSystem(ctx, s.ID, at)
		return err
	})
	same(t, "what ended", registry.SystemEnd{SystemUsers: 2, Requests: 2, ChangeRequests: 1, Customers: []party.OrgNo{lodd, bakeri, verft}}, end)
	for i, u := range []systemuser.SystemUser{a, b} {
		u.Status, u.RevokedAt, u.ChangedAt, u.RevokedBy, u.Version = systemuser.Revoked, at, at, systemuser.EndedBySystem, 2
		u.Seq = stays.Seq + 1 + int64(i)
		same(t, "an ended system user", u, read(t, k, userOfCustomer(u.Customer, u.ID)))
	}
	same(t, "one that had ended", gone, read(t, k, userOfCustomer(verft, gone.ID)))
	same(t, "another system's", stays, read(t, k, userOfCustomer(bakeri, stays.ID)))
	waits.Status, waits.DecidedAt, waits.Version = request.Withdrawn, at, 2
	same(t, "a pending request", waits, read(t, k, requestFor(lodd, waits.ID)))
	late.Status, late.DecidedAt, late.Version = request.Expired, at, 2
	same(t, "one whose time had run out", late, read(t, k, requestFor(bakeri, late.ID)))
	decided.Removed, decided.Version = at, 2
	same(t, "the accepted one", decided, read(t, k, requestFor(bakeri, decided.ID)))
	asked.Status, asked.DecidedAt, asked.Version = request.Withdrawn, at, 2
	same(t, "the change request", asked, read(t, k, changeTo(asked.ID, verft)))
	if found := k.binding(t, rar.Query{Issuer: maskin, ClientID: "client-a", Customer: bakeri, ExternalRef: "a"}); found.UserFound {
		t.Error("the system user is still found")
	}

	k.write(t, func(ctx context.Context, tx registry.Tx) (err error) {
		end, err = tx.EndSystem(ctx, s.ID, at)
		return err
	})
	same(t, "what ended the second time", registry.SystemEnd{}, end)
	next := addUser(t, k, userOf(ask(bare, bakeri, "g"), berit))
	same(t, "the next number", stays.Seq+3, next.Seq)
}

// testSystemEndRace: whoever makes a system user while the system ends comes
// before it or after it, and each change has a number.
func testSystemEndRace(t *testing.T, k *kit) {
	settle(t, k)
	s := addSystem(t, k, ledger())
	for i := range 3 {
		addUser(t, k, userOf(ask(s, bakeri, fmt.Sprint("old", i)), berit))
	}
	for _, err := range race(8, func(i int) error {
		return k.try(t, func(ctx context.Context, tx registry.Tx) error {
			if i%4 == 0 {
				_, err := tx.EndSystem(ctx, s.ID, Now())
				return err
			}
			return tx.AddSystemUser(ctx, userOf(ask(s, bakeri, fmt.Sprint("new", i)), berit))
		})
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	seen := map[int64]bool{}
	for _, u := range read(t, k, usersOf(bakeri, 100)) {
		seen[u.Seq] = true
		if (u.Status == systemuser.Revoked) != (u.RevokedBy == systemuser.EndedBySystem) {
			t.Errorf("%s ended by %q", u.Status, u.RevokedBy)
		}
	}
	if len(seen) != 9 {
		t.Errorf("numbers %v of 9 system users", seen)
	}
}
