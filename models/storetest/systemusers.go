package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
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

func userOfCustomer(o party.OrgNo, id models.ID) func(context.Context, registry.Reader) (systemuser.SystemUser, error) {
	return func(ctx context.Context, r registry.Reader) (systemuser.SystemUser, error) {
		return r.SystemUserOf(ctx, o, id)
	}
}

func usersOf(o party.OrgNo, limit int) func(context.Context, registry.Reader) ([]systemuser.SystemUser, error) {
	return func(ctx context.Context, r registry.Reader) ([]systemuser.SystemUser, error) {
		return r.SystemUsersOf(ctx, o, limit)
	}
}

func customers(ids ...system.ID) func(context.Context, registry.Reader) (map[system.ID]int, error) {
	return func(ctx context.Context, r registry.Reader) (map[system.ID]int, error) { return r.Customers(ctx, ids) }
}

func testSystemUsers(t *testing.T, k *kit) {
	settle(t, k)
	s := addSystem(t, k, ledger())
	u := addUser(t, k, userOf(ask(s, bakeri, "a"), berit))
	same(t, "system user", u, read(t, k, userOfCustomer(bakeri, u.ID)))
	short := userOf(ask(s, bakeri, "b"), berit)
	short.Kind, short.ValidTo, short.SupplierPaused = systemuser.Agent, Now().Add(time.Hour), Now().Add(time.Second)
	short.Delegated = []catalog.Item{catalog.RightTo([]string{"vat", "tax"}, "read"), catalog.Right("tax", "read")}
	short = addUser(t, k, short)
	same(t, "an agent with an end, paused by its supplier", short, read(t, k, userOfCustomer(bakeri, short.ID)))
	v := addUser(t, k, userOf(ask(s, verft, "a"), vidar))
	same(t, "customers", map[system.ID]int{s.ID: 2}, read(t, k, customers(s.ID, "310000011_none")))
	revoke(t, k, v)
	same(t, "customers after revoking", map[system.ID]int{s.ID: 1}, read(t, k, customers(s.ID)))
	revoke(t, k, u) // the bakery has another one
	same(t, "customers after revoking one of two", map[system.ID]int{s.ID: 1}, read(t, k, customers(s.ID)))
	revoke(t, k, short)
	same(t, "customers after revoking both", map[system.ID]int{s.ID: 0}, read(t, k, customers(s.ID)))
	latest := addUser(t, k, userOf(ask(s, bakeri, "c"), berit))
	same(t, "customers after one has come back", map[system.ID]int{s.ID: 1}, read(t, k, customers(s.ID)))

	same(t, "uses", map[models.ID]registry.Use{u.ID: {}}, read(t, k, func(ctx context.Context, r registry.Reader) (map[models.ID]registry.Use, error) {
		return r.Uses(ctx, []models.ID{u.ID, "nobody"})
	}))

	ended := read(t, k, func(ctx context.Context, r registry.Reader) (map[models.ID]time.Time, error) {
		return r.Ended(ctx, []models.ID{u.ID, v.ID, latest.ID, "nobody"})
	})
	if len(ended) != 2 || ended[u.ID].IsZero() || ended[v.ID].IsZero() {
		t.Errorf("ended are %v, want %s and %s", ended, u.ID, v.ID)
	}
}

func testUsersDue(t *testing.T, k *kit) {
	settle(t, k)
	s := addSystem(t, k, ledger())
	ends := func(ref string, in time.Duration) systemuser.SystemUser {
		u := userOf(ask(s, bakeri, ref), berit)
		u.ValidTo = Now().Add(in)
		return addUser(t, k, u)
	}
	addUser(t, k, userOf(ask(s, bakeri, "for ever"), berit))
	second, first := ends("second", 0), ends("first", -time.Hour)
	ends("later", time.Millisecond)
	revoke(t, k, ends("revoked", -time.Hour))
	for limit, want := range map[int][]systemuser.SystemUser{1: {first}, 10: {first, second}} {
		k.write(t, func(ctx context.Context, tx registry.Tx) error {
			due, err := tx.SystemUsersDue(ctx, Now(), limit)
			same(t, fmt.Sprintf("at most %d due", limit), want, due)
			return err
		})
	}
}

func testLiveTriple(t *testing.T, k *kit) {
	settle(t, k)
	s := addSystem(t, k, ledger())
	errs := race(8, func(int) error {
		u := userOf(ask(s, bakeri, "ref"), berit)
		return k.try(t, func(ctx context.Context, tx registry.Tx) error { return tx.AddSystemUser(ctx, u) })
	})
	oneWins(t, errs, models.CodeUserExists)
	u := read(t, k, usersOf(bakeri, 10))[0]
	for _, c := range []struct {
		customer party.OrgNo
		ref      string
		want     bool
	}{{bakeri, "ref", true}, {bakeri, "other", false}, {verft, "ref", false}} {
		same(t, "live system user "+c.ref, c.want, isLive(t, k, ask(s, c.customer, c.ref)))
	}
	revoke(t, k, u)
	same(t, "live system user after revoking", false, isLive(t, k, ask(s, bakeri, "ref")))
	addUser(t, k, userOf(ask(s, bakeri, "ref"), berit))
}

func isLive(t testing.TB, k *kit, r request.Request) bool {
	t.Helper()
	_, err := tryRead(t, k, func(ctx context.Context, x registry.Reader) (systemuser.SystemUser, error) {
		return x.SystemUserAt(ctx, r.System, r.Customer, r.ExternalRef)
	})
	if err != nil {
		notFound(t, err)
	}
	return err == nil
}

func testRevoke(t *testing.T, k *kit) {
	settle(t, k)
	u := addUser(t, k, userOf(ask(addSystem(t, k, ledger()), bakeri, "ref"), berit))
	gone := u
	gone.Status, gone.RevokedAt, gone.RevokedBy = systemuser.Revoked, Now().Add(time.Second), systemuser.EndedBySupplier
	try := func(u systemuser.SystemUser) error {
		return k.try(t, func(ctx context.Context, tx registry.Tx) error { return tx.RevokeSystemUser(ctx, u) })
	}
	for name, change := range map[string]func(*systemuser.SystemUser){
		"of another version":  func(u *systemuser.SystemUser) { u.Version++ },
		"of another customer": func(u *systemuser.SystemUser) { u.Customer = verft },
		"that is not there":   func(u *systemuser.SystemUser) { u.ID = models.NewID() },
	} {
		wrong := gone
		change(&wrong)
		t.Log(name)
		failsWith(t, try(wrong), models.Conflict, models.CodeUserRevoked)
	}
	same(t, "system user", u, read(t, k, userOfCustomer(bakeri, u.ID)))
	oneWins(t, race(8, func(int) error { return try(gone) }), models.CodeUserRevoked)
	gone.Version, gone.ChangedAt, gone.Seq = 2, gone.RevokedAt, u.Seq+1
	same(t, "revoked system user", gone, read(t, k, userOfCustomer(bakeri, u.ID)))
}

// testSeq: each change takes the next number, and one that is undone takes none.
func testSeq(t *testing.T, k *kit) {
	settle(t, k)
	s := addSystem(t, k, ledger())
	a, b := addUser(t, k, userOf(ask(s, bakeri, "a"), berit)), addUser(t, k, userOf(ask(s, verft, "b"), vidar))
	a = revoke(t, k, a)
	undone := errors.New("undone")
	err := k.try(t, func(ctx context.Context, tx registry.Tx) error {
		return errors.Join(tx.AddSystemUser(ctx, userOf(ask(s, bakeri, "undone"), berit)), undone)
	})
	if !errors.Is(err, undone) {
		t.Fatal(err)
	}
	k.write(t, func(ctx context.Context, tx registry.Tx) error { // a conflict leaves nothing behind
		failsWith(t, tx.AddSystemUser(ctx, userOf(ask(s, verft, "b"), vidar)), models.Conflict, models.CodeUserExists)
		failsWith(t, tx.RevokeSystemUser(ctx, a), models.Conflict, models.CodeUserRevoked)
		return nil
	})
	c := addUser(t, k, userOf(ask(s, bakeri, "c"), berit))
	same(t, "numbers", []int64{3, 2, 4}, []int64{a.Seq, b.Seq, c.Seq})
}

// testSeqRace: whoever takes a number sees the changes of all lower ones, so
// that a reader who goes by the numbers misses none.
func testSeqRace(t *testing.T, k *kit) {
	settle(t, k)
	s := addSystem(t, k, ledger())
	const writers, each = 8, 4
	errs := race(writers, func(i int) error {
		for n := range each {
			u := userOf(ask(s, bakeri, fmt.Sprint(i, n)), berit)
			err := k.try(t, func(ctx context.Context, tx registry.Tx) error {
				if err := tx.AddSystemUser(ctx, u); err != nil {
					return err
				}
				seen, err := tx.SystemUsersOf(ctx, bakeri, writers*each+1)
				last := int64(0)
				for _, other := range seen {
					last = max(last, other.Seq)
				}
				if err == nil && last != int64(len(seen)) {
					t.Errorf("took number %d and sees %d system users", last, len(seen))
				}
				if n == each-1 {
					return errors.New("undone") // and its number is another's
				}
				return err
			})
			if (err != nil) != (n == each-1) {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	var got, want []int64
	for i, u := range read(t, k, usersOf(bakeri, writers*each)) {
		got, want = append(got, u.Seq), append(want, int64(i+1))
	}
	slices.Sort(got)
	if len(got) != writers*(each-1) {
		t.Errorf("%d system users, want %d", len(got), writers*(each-1))
	}
	same(t, "numbers", want, got)
}

func testTenants(t *testing.T, k *kit) {
	settle(t, k)
	s := addSystem(t, k, ledger())
	r := addRequest(t, k, ask(s, bakeri, "ref"))
	u := addUser(t, k, userOf(ask(s, bakeri, "ref"), berit))
	for _, wrong := range []party.OrgNo{verft, rotor, ""} {
		_, err := tryRead(t, k, requestFor(wrong, r.ID))
		notFound(t, err)
		_, err = tryRead(t, k, userOfCustomer(wrong, u.ID))
		notFound(t, err)
		same(t, "system users", []systemuser.SystemUser{}, read(t, k, usersOf(wrong, 10)))
		same(t, "requests", []request.Request{}, read(t, k, func(ctx context.Context, x registry.Reader) ([]request.Request, error) {
			return x.RequestsTo(ctx, wrong, []models.ID{r.ID})
		}))
		same(t, "waiting", 0, read(t, k, waiting(wrong, Now())))
	}
	for _, wrong := range []party.OrgNo{lodd, bakeri, ""} {
		_, err := tryRead(t, k, requestFrom(wrong, r.ID))
		notFound(t, err)
		for _, id := range []system.ID{"", s.ID} {
			same(t, "requests from", []request.Request{}, read(t, k, requestsFrom(wrong, id, 10)))
		}
		same(t, "systems", []system.System{}, read(t, k, systemsOf(wrong)))
	}
	b, err := k.Binding(t.Context(), rar.Query{Issuer: maskin, ClientID: "client-a", Customer: verft, ExternalRef: "ref"})
	if err != nil || b.UserFound {
		t.Errorf("another customer's system user was found: %+v, %v", b, err)
	}
}

func requestsFrom(o party.OrgNo, id system.ID, limit int) func(context.Context, registry.Reader) ([]request.Request, error) {
	return func(ctx context.Context, r registry.Reader) ([]request.Request, error) {
		return r.RequestsFrom(ctx, o, id, limit)
	}
}

func testLists(t *testing.T, k *kit) {
	settle(t, k)
	s := addSystem(t, k, ledger())
	other := ledger()
	other.ID, other.Clients = "310000011_other", nil
	other = addSystem(t, k, other)
	var newest []request.Request
	for i := range 5 {
		r := ask(s, bakeri, fmt.Sprint(i))
		if i == 2 {
			r.System = other.ID
		}
		r.CreatedAt = Now().Add(time.Duration(i) * time.Second)
		newest = append([]request.Request{addRequest(t, k, r)}, newest...)
	}
	same(t, "requests from", newest[:4], read(t, k, requestsFrom(rotor, "", 4)))
	same(t, "requests from one system", []request.Request{newest[0], newest[1], newest[3]}, read(t, k, requestsFrom(rotor, s.ID, 3)))

	var users []systemuser.SystemUser
	for _, r := range newest {
		u := userOf(r, berit)
		u.CreatedAt = r.CreatedAt
		users = append(users, addUser(t, k, u))
	}
	users[0] = revoke(t, k, users[0])
	want := append(append([]systemuser.SystemUser{}, users[1:]...), users[0])
	same(t, "system users", want, read(t, k, usersOf(bakeri, 10)))
	same(t, "system users, bounded", want[:2], read(t, k, usersOf(bakeri, 2)))
}

func testStatements(t *testing.T, k *kit) {
	settle(t, k)
	s := addSystem(t, k, ledger())
	add := func(n int) {
		for range n {
			r := addRequest(t, k, ask(s, bakeri, string(models.NewID())))
			addUser(t, k, userOf(r, berit))
			other := ledger()
			other.ID, other.Clients = system.ID("310000011_"+string(r.ID)), nil
			addSystem(t, k, other)
		}
	}
	theCatalog(t, k)
	for _, n := range []int{1, 20} {
		add(n)
		for _, c := range []struct {
			name string
			run  func()
			want int64
		}{
			{"requests", func() {
				asks := read(t, k, asksOf(bakeri))
				read(t, k, func(ctx context.Context, r registry.Reader) ([]request.Request, error) {
					return r.RequestsTo(ctx, bakeri, askIDs(asks))
				})
			}, 3},
			{"system users in few words", func() { read(t, k, holdersOf(bakeri)) }, 1},
			{"requests from", func() { read(t, k, requestsFrom(rotor, "", 50)) }, 2},
			{"system users", func() { read(t, k, usersOf(bakeri, 50)) }, 2},
			{"systems", func() { read(t, k, systemsOf(rotor)) }, 4},
			{"catalogue", func() { theCatalog(t, k) }, 1},
			{"binding", func() {
				_, _ = k.Binding(t.Context(), rar.Query{Issuer: maskin, ClientID: "client-a", Customer: bakeri, ExternalRef: "x"})
			}, 1},
			{"holds", func() { _, _ = k.Holds(t.Context(), rar.Question{Resource: "vat"}) }, 1},
		} {
			before := k.Statements()
			c.run()
			if got := k.Statements() - before; got != c.want {
				t.Errorf("%s: %d statements, want %d", c.name, got, c.want)
			}
		}
	}
}
