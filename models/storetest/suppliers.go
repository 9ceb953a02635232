package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/systemuser"
)

func dealings(t testing.TB, k *kit, customer party.OrgNo, now time.Time) []registry.Dealings {
	t.Helper()
	return read(t, k, func(ctx context.Context, r registry.Reader) ([]registry.Dealings, error) {
		return r.DealingsOf(ctx, customer, now)
	})
}

func blockOf(customer, supplier party.OrgNo) func(context.Context, registry.Reader) (registry.Block, error) {
	return func(ctx context.Context, r registry.Reader) (registry.Block, error) {
		return r.BlockOf(ctx, customer, supplier)
	}
}

func usersFrom(customer, supplier party.OrgNo, limit int) func(context.Context, registry.Reader) ([]systemuser.SystemUser, error) {
	return func(ctx context.Context, r registry.Reader) ([]systemuser.SystemUser, error) {
		return r.SystemUsersFrom(ctx, customer, supplier, limit)
	}
}

func testDealings(t *testing.T, k *kit) {
	settle(t, k)
	s := addSystem(t, k, ledger())
	theirs := ledger()
	theirs.ID, theirs.Supplier, theirs.Clients = "310000022_a", lodd, nil
	theirs = addSystem(t, k, theirs)
	same(t, "none", []registry.Dealings{}, dealings(t, k, bakeri, Now()))

	live := addUser(t, k, userOf(ask(s, bakeri, "live"), berit))
	paused := userOf(ask(s, bakeri, "paused"), berit)
	paused.CustomerPaused, paused.PauseReason = Now(), "x"
	paused = addUser(t, k, paused)
	over := userOf(ask(s, bakeri, "over"), berit)
	over.ValidTo = Now().Add(time.Hour)
	over = addUser(t, k, over)
	gone := revoke(t, k, addUser(t, k, userOf(ask(s, bakeri, "gone"), berit)))
	addUser(t, k, userOf(ask(s, verft, "elsewhere"), vidar))
	waits := addRequest(t, k, ask(s, bakeri, "waits"))
	other := addRequest(t, k, ask(theirs, bakeri, "waits"))
	c := addChange(t, k, change(live))
	b := registry.Block{ID: models.NewID(), Customer: bakeri, Supplier: lodd, Reason: "Nok", By: berit, At: Now()}
	k.write(t, func(ctx context.Context, tx registry.Tx) error { return tx.AddBlock(ctx, b) })

	same(t, "dealings", []registry.Dealings{
		{Supplier: rotor, Live: 3, Paused: 1, Ended: 1, Waiting: 2}, {Supplier: lodd, Waiting: 1, Blocked: Now()},
	}, dealings(t, k, bakeri, Now()))
	same(t, "an hour later", registry.Dealings{Supplier: rotor, Live: 2, Paused: 1, Ended: 2}, dealings(t, k, bakeri, Now().Add(time.Hour))[0])
	same(t, "of another customer", []registry.Dealings{{Supplier: rotor, Live: 1}}, dealings(t, k, verft, Now()))

	users := read(t, k, usersFrom(bakeri, rotor, 10))
	same(t, "how many", 4, len(users))
	same(t, "the ended one last", gone, users[3])
	for _, u := range []systemuser.SystemUser{live, paused, over} {
		same(t, u.ExternalRef, u, users[indexOf(users, u.ID)])
	}
	same(t, "at most", 2, len(read(t, k, usersFrom(bakeri, rotor, 2))))
	same(t, "of another supplier", []systemuser.SystemUser{}, read(t, k, usersFrom(bakeri, lodd, 10)))

	waiting := func(customer, supplier party.OrgNo, now time.Time) (rs []request.Request, cs []request.Change) {
		t.Helper()
		err := k.Read(t.Context(), func(r registry.Reader) (err error) {
			rs, cs, err = r.WaitingFrom(t.Context(), customer, supplier, now)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return rs, cs
	}
	rs, cs := waiting(bakeri, rotor, Now())
	same(t, "requests", []request.Request{waits}, rs)
	same(t, "change requests", []request.Change{c}, cs)
	rs, cs = waiting(bakeri, lodd, Now())
	same(t, "another's requests", []request.Request{other}, rs)
	same(t, "another's change requests", []request.Change{}, cs)
	rs, cs = waiting(verft, rotor, Now())
	same(t, "of another customer", 0, len(rs)+len(cs))
	rs, _ = waiting(bakeri, rotor, waits.ExpiresAt)
	same(t, "out of time", []request.Request{}, rs)
}

func indexOf(users []systemuser.SystemUser, id models.ID) int {
	for i, u := range users {
		if u.ID == id {
			return i
		}
	}
	return 0
}

func testBlocks(t *testing.T, k *kit) {
	settle(t, k)
	b := registry.Block{ID: models.NewID(), Customer: bakeri, Supplier: rotor, Reason: "Nok", By: berit, At: Now()}
	_, err := tryRead(t, k, blockOf(bakeri, rotor))
	notFound(t, err)
	add := func(b registry.Block) error {
		return k.try(t, func(ctx context.Context, tx registry.Tx) error { return tx.AddBlock(ctx, b) })
	}
	oneWins(t, race(4, func(int) error {
		again := b
		again.ID = models.NewID()
		return add(again)
	}), models.CodeConflict)
	b.ID = read(t, k, blockOf(bakeri, rotor)).ID
	same(t, "the block", b, read(t, k, blockOf(bakeri, rotor)))
	for _, wrong := range [][2]party.OrgNo{{verft, rotor}, {bakeri, lodd}, {rotor, bakeri}} {
		_, err := tryRead(t, k, blockOf(wrong[0], wrong[1]))
		notFound(t, err)
	}
	end := func(id models.ID) error {
		return k.try(t, func(ctx context.Context, tx registry.Tx) error { return tx.EndBlock(ctx, id, Now().Add(time.Second)) })
	}
	failsWith(t, end(models.NewID()), models.Conflict, models.CodeConflict)
	oneWins(t, race(4, func(int) error { return end(b.ID) }), models.CodeConflict)
	_, err = tryRead(t, k, blockOf(bakeri, rotor))
	notFound(t, err)
	b.ID = models.NewID()
	if err := add(b); err != nil {
		t.Errorf("blocked anew: %v", err)
	}
}
