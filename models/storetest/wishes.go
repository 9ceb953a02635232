package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
)

// A wish stands with the request that waits, of either kind; what has been
// answered, has run out or has become another takes none.
func testWish(t *testing.T, k *kit) {
	settle(t, k)
	s := addSystem(t, k, ledger())
	r := addRequest(t, k, ask(s, bakeri, "ref"))
	c := addChange(t, k, change(addUser(t, k, userOf(ask(s, bakeri, "a"), berit))))
	wished := func(r request.Request) request.Request {
		r, err := r.Wished("Bare lønn", berit, Now())
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	save := func(r request.Request) error {
		return k.try(t, func(ctx context.Context, tx registry.Tx) error { return tx.SaveWish(ctx, r) })
	}
	saveChange := func(r request.Request) error {
		c := c
		c.Request = r
		return k.try(t, func(ctx context.Context, tx registry.Tx) error { return tx.SaveChangeWish(ctx, c) })
	}
	for kind, tc := range map[string]struct {
		of   request.Request
		save func(request.Request) error
		read func() request.Request
	}{
		"request": {wished(r), save, func() request.Request { return read(t, k, requestFor(bakeri, r.ID)) }},
		"change":  {wished(c.Request), saveChange, func() request.Request { return read(t, k, changeTo(c.ID, bakeri)).Request }},
	} {
		before := tc.read()
		for name, alter := range map[string]func(*request.Request){
			"of another version":    func(r *request.Request) { r.Version++ },
			"of another customer":   func(r *request.Request) { r.Customer = verft },
			"when time has run out": func(r *request.Request) { r.Wish.At = r.ExpiresAt },
			"that is not there":     func(r *request.Request) { r.ID = models.NewID() },
		} {
			wrong := tc.of
			alter(&wrong)
			t.Log(kind, name)
			failsWith(t, tc.save(wrong), models.Conflict, models.CodeRequestDecided)
		}
		same(t, kind, before, tc.read())
		oneWins(t, race(4, func(int) error { return tc.save(tc.of) }), models.CodeRequestDecided)
		want := tc.of
		want.Version = 2
		same(t, kind+" with a wish", want, tc.read())
		again := want
		again.Wish = request.Wish{Text: "Likevel begge", By: berit, At: Now().Add(time.Minute)}
		if err := tc.save(again); err != nil {
			t.Error(err)
		}
		again.Version = 3
		same(t, kind+" with another wish", again, tc.read())
	}
	decided := read(t, k, requestFor(bakeri, r.ID))
	answered, err := decided.Apply(request.Reject, berit, "Nei", Now())
	if err != nil {
		t.Fatal(err)
	}
	k.write(t, func(ctx context.Context, tx registry.Tx) error { return tx.DecideRequest(ctx, answered) })
	decided.Version++
	failsWith(t, save(decided), models.Conflict, models.CodeRequestDecided)
}
