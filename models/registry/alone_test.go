package registry_test

import (
	"context"
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
)

// loner notes whether what a person holds was read before his change was alone.
type loner struct {
	registry.Store
	early bool
}

func (l *loner) Write(ctx context.Context, do func(registry.Tx) error) error {
	return l.Store.Write(ctx, func(tx registry.Tx) error { return do(&lonerTx{Tx: tx, l: l}) })
}

type lonerTx struct {
	registry.Tx
	l     *loner
	alone bool
}

func (x *lonerTx) Alone(ctx context.Context) error {
	x.alone = true
	return x.Tx.Alone(ctx)
}

func (x *lonerTx) HoldingsOf(ctx context.Context, person models.ID, now time.Time) ([]party.Holding, error) {
	x.l.early = x.l.early || !x.alone
	return x.Tx.HoldingsOf(ctx, person, now)
}

func (x *lonerTx) LapseDue(ctx context.Context, now time.Time, limit int) ([]request.Request, error) {
	x.l.early = x.l.early || !x.alone
	return x.Tx.LapseDue(ctx, now, limit)
}

// Where transactions run side by side, a role that ends while its holder
// approves must not end between the look at it and the commit (invariant I1).
func TestAuthorityIsReadAlone(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		sent := w.Sent(t, "one")
		seen := w.Seen(t, kari, sent.ID)
		l := &loner{Store: w.Store}
		c := w.Config
		c.Store = l
		r := registry.New(c)
		if _, err := r.Approve(t.Context(), w.As(kari, bakeri), sent.ID, seen); err != nil {
			t.Fatal(err)
		}
		if err := r.Revoke(t.Context(), w.As(kari, bakeri), sent.ID); err != nil {
			t.Fatal(err)
		}
		if l.early {
			t.Error("what he holds was read while others could change it")
		}
	})
}

// An answer waits for the audit log and then for the request. A lapse that took
// them the other way round would stand in its way for good, where transactions
// run side by side.
func TestRequestsLapseAlone(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		var l *loner
		w := open(t, func(s registry.Store) registry.Store { l = &loner{Store: s}; return l })
		w.Clock.Set(w.Sent(t, "one").ExpiresAt)
		l.early = false
		if n, err := w.LapseRequests(t.Context()); err != nil || n != 1 {
			t.Fatalf("lapsed %d, %v", n, err)
		}
		if l.early {
			t.Error("the request was taken before the audit log")
		}
	})
}

// beaten is a store in which somebody else is faster once.
type beaten struct {
	registry.Store
	times int
}

func (b *beaten) Write(ctx context.Context, do func(registry.Tx) error) error {
	return b.Store.Write(ctx, func(tx registry.Tx) error { return do(beatenTx{tx, b}) })
}

type beatenTx struct {
	registry.Tx
	b *beaten
}

func (x beatenTx) TieIdentity(ctx context.Context, person models.ID, id party.Identity) error {
	if x.b.times++; x.b.times == 1 {
		return models.NewError(models.Conflict, models.CodeConflict)
	}
	return x.Tx.TieIdentity(ctx, person, id)
}

// Whoever signs in twice at once, where transactions run side by side, is
// signed in twice.
func TestSigningInIsTriedAgain(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		b := &beaten{}
		w := open(t, func(s registry.Store) registry.Store {
			b.Store = s
			return b
		})
		login, err := w.SignIn(t.Context(), party.Arrival{Identity: party.Identity{Issuer: modelstest.Login, Subject: "new", Name: "Ny"}})
		id := login.Person
		if err != nil || id == "" || b.times != 2 {
			t.Errorf("%q, %v after %d times", id, err, b.times)
		}
	})
}

// Nobody fills the log by being denied: so much of it is kept an hour, for each
// action of each person, and what he does is recorded as ever.
func TestDenialsAreKeptUpToABound(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	before := marked(t, w)
	try := func(who modelstest.Name) {
		mustBe(t, w.End(t.Context(), w.As(who, bakeri), models.NewID()), models.Forbidden, models.CodeForbidden)
	}
	for range 105 {
		try(even)
	}
	if e := before.since(t); len(e) != 100 || len(e[98].Detail) > 0 || e[99].Detail["more"] == "" {
		t.Errorf("%d entries, the last of them %+v", len(e), e[len(e)-1])
	}
	mustBe(t, w.RevokeInvitation(t.Context(), w.As(even, bakeri), models.NewID()), models.Forbidden, models.CodeForbidden)
	mustBe(t, w.End(t.Context(), w.As(turid, bakeri), models.NewID()), models.NotFound, models.CodeNotFound)
	if e := before.since(t); len(e) != 102 {
		t.Errorf("another action, and another person: %d entries, want 102", len(e))
	}
	w.Clock.Set(w.Clock.Now().Add(time.Hour + time.Millisecond))
	try(even)
	if e := before.since(t); len(e) != 103 || len(e[102].Detail) > 0 {
		t.Errorf("an hour later: %d entries, want 103", len(e))
	}
	program := models.Actor{Kind: models.Organisation, ID: "a-client", OrgNo: string(bakeri)}
	for range 105 {
		mustBe(t, w.Withdraw(t.Context(), program, models.NewID()), models.NotFound, models.CodeNotFound)
	}
	if e := before.since(t); len(e) != 203 || e[202].Detail["more"] == "" {
		t.Errorf("a program: %d entries, want 203", len(e))
	}
	before.mustBeUnchanged(t)
}
