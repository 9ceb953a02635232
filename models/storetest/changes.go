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
)

// change asks that the system user lose tax, and have reading vat and accounts.
func change(u systemuser.SystemUser) request.Change {
	return request.Change{
		Request: request.Request{
			Kind: u.Kind, System: u.System, Customer: u.Customer, ExternalRef: u.ExternalRef, Title: u.Title, Status: request.Pending,
			Items:    []catalog.Item{catalog.Right("vat", "read"), catalog.PackageOf(accounts)},
			Purposes: map[catalog.Item]models.Text{catalog.PackageOf(accounts): {NN: "Føre rekneskap"}},
			Purpose:  models.Text{EN: "A new form"}, ContactEmail: "hjelp@rotor.example", RedirectURL: "https://a.example/done?t=1",
			CreatedAt: Now(), ExpiresAt: Now().Add(time.Hour),
		},
		Correlation: models.NewID(), SystemUser: u.ID, Unwanted: []catalog.Item{catalog.Right("tax", "")},
	}
}

func addChange(t testing.TB, k *kit, c request.Change) request.Change {
	t.Helper()
	k.write(t, func(ctx context.Context, tx registry.Tx) (err error) { c, err = tx.AddChange(ctx, c); return err })
	return c
}

func changeBy(o party.OrgNo, correlation models.ID) func(context.Context, registry.Reader) (request.Change, error) {
	return func(ctx context.Context, r registry.Reader) (request.Change, error) {
		return r.ChangeByCorrelation(ctx, o, correlation)
	}
}

func changeTo(id models.ID, customers ...party.OrgNo) func(context.Context, registry.Reader) (request.Change, error) {
	return func(ctx context.Context, r registry.Reader) (request.Change, error) {
		return r.ChangeTo(ctx, customers, id)
	}
}

func testChanges(t *testing.T, k *kit) {
	settle(t, k)
	s := addSystem(t, k, ledger())
	u := addUser(t, k, userOf(ask(s, bakeri, "a"), berit))
	c := addChange(t, k, change(u))
	same(t, "its id", c.Correlation, c.ID)
	same(t, "its version", int64(1), c.Version)
	same(t, "from the supplier", c, read(t, k, changeBy(rotor, c.Correlation)))
	same(t, "to the customer", c, read(t, k, changeTo(c.ID, verft, bakeri)))
	same(t, "waiting", 1, read(t, k, waiting(bakeri, Now())))
	same(t, "waiting when the time has run out", 0, read(t, k, waiting(bakeri, c.ExpiresAt)))
	same(t, "the customer's", []request.Change{c}, read(t, k, func(ctx context.Context, r registry.Reader) ([]request.Change, error) {
		return r.ChangesAmong(ctx, bakeri, []models.ID{c.ID, models.NewID()})
	}))
	for _, of := range []struct {
		customer party.OrgNo
		user     models.ID
		want     []models.ID
	}{{bakeri, c.SystemUser, []models.ID{c.ID}}, {verft, c.SystemUser, nil}, {bakeri, models.NewID(), nil}} {
		same(t, "of a system user", of.want, read(t, k, func(ctx context.Context, r registry.Reader) ([]models.ID, error) {
			return r.ChangesOf(ctx, of.customer, of.user, 10)
		}))
	}
	for _, wrong := range []party.OrgNo{lodd, bakeri, ""} {
		_, err := tryRead(t, k, changeBy(wrong, c.Correlation))
		notFound(t, err)
	}
	for _, wrong := range [][]party.OrgNo{{verft}, {rotor}, nil} {
		_, err := tryRead(t, k, changeTo(c.ID, wrong...))
		notFound(t, err)
	}

	// The same correlation id: once for a supplier, and unnoticed by another.
	err := k.try(t, func(ctx context.Context, tx registry.Tx) error {
		_, err := tx.AddChange(ctx, c)
		failsWith(t, err, models.Conflict, models.CodeChangeExists)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	theirs := ledger()
	theirs.ID, theirs.Supplier, theirs.Clients = system.ID(string(lodd)+"_bok"), lodd, nil
	their := change(addUser(t, k, userOf(ask(addSystem(t, k, theirs), bakeri, "b"), berit)))
	their.Correlation = c.Correlation
	their = addChange(t, k, their)
	if their.ID == c.ID || their.ID == "" {
		t.Errorf("two have the id %s", their.ID)
	}
	same(t, "the other supplier's", their, read(t, k, changeBy(lodd, c.Correlation)))
	same(t, "the first one's", c, read(t, k, changeBy(rotor, c.Correlation)))
	same(t, "the customer's by the id of both", c, read(t, k, changeTo(c.ID, bakeri)))
	same(t, "the customer's by the id of the second", their, read(t, k, changeTo(their.ID, bakeri)))
}

func testChangeable(t *testing.T, k *kit) {
	settle(t, k)
	s := addSystem(t, k, ledger())
	u := addUser(t, k, userOf(ask(s, bakeri, "a"), berit))
	find := func(o party.OrgNo, c request.Change) (systemuser.SystemUser, error) {
		return tryRead(t, k, func(ctx context.Context, r registry.Reader) (systemuser.SystemUser, error) {
			return r.Changeable(ctx, o, c)
		})
	}
	byTriple := request.Change{Request: request.Request{System: s.ID, Customer: bakeri, ExternalRef: "a"}}
	for _, c := range []request.Change{{SystemUser: u.ID}, byTriple} {
		got, err := find(rotor, c)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "system user", u, got)
		_, err = find(lodd, c)
		notFound(t, err)
	}
	byTriple.ExternalRef = "b"
	_, err := find(rotor, byTriple)
	notFound(t, err)
	revoke(t, k, u)
	_, err = find(rotor, request.Change{SystemUser: u.ID})
	notFound(t, err)
}

func testSaveChange(t *testing.T, k *kit) {
	settle(t, k)
	u := addUser(t, k, userOf(ask(addSystem(t, k, ledger()), bakeri, "a"), berit))
	c := addChange(t, k, change(u))
	save := func(c request.Change) error {
		return k.try(t, func(ctx context.Context, tx registry.Tx) error { return tx.SaveChange(ctx, c) })
	}
	approved := c
	var err error
	if approved.Request, err = c.Apply(request.Approve, berit, "", Now()); err != nil {
		t.Fatal(err)
	}
	approved.LeftOut = c.Items[:1]
	for name, alter := range map[string]func(*request.Change){
		"of another version":     func(c *request.Change) { c.Version++ },
		"of another customer":    func(c *request.Change) { c.Customer = verft },
		"of another system user": func(c *request.Change) { c.SystemUser = models.NewID() },
		"when time has run out":  func(c *request.Change) { c.DecidedAt = c.ExpiresAt },
		"that is not there":      func(c *request.Change) { c.ID = models.NewID() },
	} {
		wrong := approved
		alter(&wrong)
		t.Log(name)
		failsWith(t, save(wrong), models.Conflict, models.CodeRequestDecided)
	}
	same(t, "change request", c, read(t, k, changeTo(c.ID, bakeri)))
	oneWins(t, race(8, func(int) error { return save(approved) }), models.CodeRequestDecided)
	approved.Version = 2
	same(t, "decided", approved, read(t, k, changeTo(c.ID, bakeri)))
	approved.Removed = Now().Add(time.Minute)
	if err := save(approved); err != nil {
		t.Error(err)
	}
	approved.Version = 3
	same(t, "removed", approved, read(t, k, changeBy(rotor, c.Correlation)))
}

func testChangesDue(t *testing.T, k *kit) {
	settle(t, k)
	u := addUser(t, k, userOf(ask(addSystem(t, k, ledger()), bakeri, "a"), berit))
	due := func(at time.Time) request.Change {
		c := change(u)
		c.ExpiresAt = at
		return addChange(t, k, c)
	}
	a, b := due(Now()), due(Now().Add(-time.Second))
	due(Now().Add(time.Millisecond))
	for limit, want := range map[int][]request.Change{1: {b}, 10: {b, a}} {
		k.write(t, func(ctx context.Context, tx registry.Tx) error {
			got, err := tx.ChangesDue(ctx, Now(), limit)
			same(t, "due", want, got)
			return err
		})
	}
}

func testChangePages(t *testing.T, k *kit) {
	settle(t, k)
	s := addSystem(t, k, ledger())
	u := addUser(t, k, userOf(ask(s, bakeri, "a"), berit))
	other := addUser(t, k, userOf(ask(s, verft, "b"), berit))
	var newest []request.Change
	for i := range 9 {
		c := change(u)
		if i == 4 {
			c = change(other)
		}
		c.CreatedAt = Now().Add(time.Duration(i/3) * time.Second) // three at a time
		newest = append(newest, addChange(t, k, c))
	}
	gone := addChange(t, k, change(u))
	gone.Removed = Now()
	k.write(t, func(ctx context.Context, tx registry.Tx) error { return tx.SaveChange(ctx, gone) })
	q := registry.ChangeQuery{Supplier: rotor, System: s.ID, Now: Now()}
	page := func(q registry.ChangeQuery, limit int) []request.Change {
		return read(t, k, func(ctx context.Context, r registry.Reader) ([]request.Change, error) {
			return r.ChangePage(ctx, q, limit)
		})
	}
	for _, limit := range []int{1, 2, 4, 20} {
		seen, at := map[models.ID]int{}, q
		for range 20 {
			rows := page(at, limit)
			for _, c := range rows {
				seen[c.ID]++
			}
			if len(rows) < limit {
				break
			}
			last := rows[len(rows)-1]
			at.After = registry.ChangePlace{At: last.CreatedAt, ID: last.ID}
		}
		want := map[models.ID]int{}
		for _, c := range newest {
			want[c.ID] = 1
		}
		same(t, fmt.Sprint("by ", limit), want, seen)
	}
	count := func(alter func(*registry.ChangeQuery)) int {
		q := q
		alter(&q)
		n := read(t, k, func(ctx context.Context, r registry.Reader) (int, error) { return r.ChangeCount(ctx, q) })
		same(t, "as many as are listed", n, len(page(q, 50)))
		return n
	}
	for want, alter := range map[int]func(*registry.ChangeQuery){
		9: func(*registry.ChangeQuery) {}, 1: func(q *registry.ChangeQuery) { q.Customer = verft },
		8: func(q *registry.ChangeQuery) { q.ExternalRef, q.Status = "a", request.Pending },
		0: func(q *registry.ChangeQuery) { q.Supplier = lodd },
	} {
		same(t, "count", want, count(alter))
	}
	late := func(q *registry.ChangeQuery) { q.Now = Now().Add(time.Hour); q.Status = request.Expired }
	same(t, "expired, though nobody has written it", 9, count(late))
	same(t, "accepted", 0, count(func(q *registry.ChangeQuery) { q.Status = request.Accepted }))
	for _, n := range []int{1, 9} {
		before := k.Statements()
		page(q, n)
		same(t, "statements", int64(3), k.Statements()-before)
	}
}

func testSaveDelegated(t *testing.T, k *kit) {
	settle(t, k)
	s := addSystem(t, k, ledger())
	u := addUser(t, k, userOf(ask(s, bakeri, "a"), berit))
	last := addUser(t, k, userOf(ask(s, verft, "b"), berit))
	u.Delegated, u.ChangedAt = []catalog.Item{catalog.Right("tax", "read"), catalog.PackageOf(accounts)}, Now().Add(time.Minute)
	save := func(u systemuser.SystemUser) error {
		return k.try(t, func(ctx context.Context, tx registry.Tx) error { return tx.SaveDelegated(ctx, u) })
	}
	for _, alter := range []func(*systemuser.SystemUser){
		func(u *systemuser.SystemUser) { u.Version++ },
		func(u *systemuser.SystemUser) { u.Customer = verft },
	} {
		wrong := u
		alter(&wrong)
		failsWith(t, save(wrong), models.Conflict, models.CodeConflict)
	}
	oneWins(t, race(8, func(int) error { return save(u) }), models.CodeConflict)
	u.Version, u.Seq = 2, last.Seq+1
	same(t, "system user", u, read(t, k, userOfCustomer(bakeri, u.ID)))
	u.Delegated = nil
	if err := save(u); err != nil {
		t.Error(err)
	}
	u.Version, u.Seq = 3, u.Seq+1
	same(t, "with nothing left", u, read(t, k, userOfCustomer(bakeri, u.ID)))
	revoke(t, k, u)
	u.Version++
	failsWith(t, save(u), models.Conflict, models.CodeConflict)
}
