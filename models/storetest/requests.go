package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/systemuser"
)

func requestFor(o party.OrgNo, id models.ID) func(context.Context, registry.Reader) (request.Request, error) {
	return func(ctx context.Context, r registry.Reader) (request.Request, error) { return r.RequestFor(ctx, o, id) }
}

func requestFrom(o party.OrgNo, id models.ID) func(context.Context, registry.Reader) (request.Request, error) {
	return func(ctx context.Context, r registry.Reader) (request.Request, error) {
		return r.RequestFrom(ctx, o, id)
	}
}

func waiting(o party.OrgNo, now time.Time) func(context.Context, registry.Reader) (int, error) {
	return func(ctx context.Context, r registry.Reader) (int, error) {
		n, _, _, err := r.Awaiting(ctx, o, berit, now)
		return n, err
	}
}

func testRequests(t *testing.T, k *kit) {
	settle(t, k)
	s := addSystem(t, k, ledger())
	r := addRequest(t, k, ask(s, bakeri, "ref"))
	same(t, "request for the customer", r, read(t, k, requestFor(bakeri, r.ID)))
	same(t, "request from the supplier", r, read(t, k, requestFrom(rotor, r.ID)))
	more := ask(s, bakeri, "more")
	more.Purpose, more.ContactEmail, more.ValidTo = models.Text{NN: "Føre rekneskap"}, "hjelp@rotor.example", Now().Add(time.Hour)
	more.Purposes = map[catalog.Item]models.Text{more.Items[0]: text("Lese"), more.Items[2]: {EN: "Tax"}}
	more.Escalated = true
	more = addRequest(t, k, more)
	same(t, "request with purposes, an end and a contact", more, read(t, k, requestFor(bakeri, more.ID)))
	same(t, "the same from the supplier", more, read(t, k, requestFrom(rotor, more.ID)))
	same(t, "customer of the request", bakeri, read(t, k, func(ctx context.Context, x registry.Reader) (party.OrgNo, error) {
		return x.RequestCustomer(ctx, r.ID)
	}))
	_, err := tryRead(t, k, func(ctx context.Context, x registry.Reader) (party.OrgNo, error) {
		return x.RequestCustomer(ctx, models.NewID())
	})
	notFound(t, err)
	same(t, "waiting", 2, read(t, k, waiting(bakeri, Now())))
	same(t, "waiting for another", 0, read(t, k, waiting(verft, Now())))
	same(t, "waiting when the time has run out", 0, read(t, k, waiting(bakeri, r.ExpiresAt)))

	unknown := ask(s, bakeri, "x")
	unknown.System = "310000011_none"
	err = k.try(t, func(ctx context.Context, tx registry.Tx) error { return tx.AddRequest(ctx, unknown) })
	notFound(t, err)
	for _, ref := range []string{"' OR 1=1 --", "æøå 🙂 \\ % _ \"", "ref?"} {
		r := addRequest(t, k, ask(s, bakeri, ref))
		same(t, "external reference", ref, read(t, k, requestFor(bakeri, r.ID)).ExternalRef)
	}
}

func testPendingTriple(t *testing.T, k *kit) {
	settle(t, k)
	s := addSystem(t, k, ledger())
	errs := race(8, func(int) error {
		r := ask(s, bakeri, "ref")
		return k.try(t, func(ctx context.Context, tx registry.Tx) error { return tx.AddRequest(ctx, r) })
	})
	oneWins(t, errs, models.CodeRequestExists)
	addRequest(t, k, ask(s, bakeri, "other"))
	addRequest(t, k, ask(s, verft, "ref"))

	// A conflict leaves the transaction fit for more.
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		failsWith(t, tx.AddRequest(ctx, ask(s, bakeri, "ref")), models.Conflict, models.CodeRequestExists)
		return tx.AddRequest(ctx, ask(s, bakeri, "third"))
	})
	same(t, "waiting", 3, read(t, k, waiting(bakeri, Now())))

	// Once decided, the triple is free again.
	r := read(t, k, func(ctx context.Context, x registry.Reader) ([]request.Request, error) {
		return x.PendingRequests(ctx, bakeri, systemuser.Standard, false, Now(), registry.After{}, 10)
	})[0]
	decided, err := r.Apply(request.Reject, berit, "nei", Now())
	if err != nil {
		t.Fatal(err)
	}
	k.write(t, func(ctx context.Context, tx registry.Tx) error { return tx.DecideRequest(ctx, decided) })
	addRequest(t, k, ask(s, bakeri, r.ExternalRef))
}

func testDecide(t *testing.T, k *kit) {
	settle(t, k)
	r := addRequest(t, k, ask(addSystem(t, k, ledger()), bakeri, "ref"))
	approved, err := r.Apply(request.Approve, berit, "", Now())
	if err != nil {
		t.Fatal(err)
	}
	approved.LeftOut = r.Items[1:2]
	decide := func(r request.Request) error {
		return k.try(t, func(ctx context.Context, tx registry.Tx) error { return tx.DecideRequest(ctx, r) })
	}
	for name, tc := range map[string]struct {
		change func(*request.Request)
		want   models.Code
	}{
		"of another version":    {func(r *request.Request) { r.Version++ }, models.CodeRequestDecided},
		"of another customer":   {func(r *request.Request) { r.Customer = verft }, models.CodeRequestDecided},
		"when time has run out": {func(r *request.Request) { r.DecidedAt = r.ExpiresAt }, models.CodeRequestExpired},
		"that is not there":     {func(r *request.Request) { r.ID = models.NewID() }, models.CodeRequestDecided},
	} {
		wrong := approved
		tc.change(&wrong)
		t.Log(name)
		failsWith(t, decide(wrong), models.Conflict, tc.want)
	}
	same(t, "request", r, read(t, k, requestFor(bakeri, r.ID)))

	oneWins(t, race(8, func(int) error { return decide(approved) }), models.CodeRequestDecided)
	approved.Version = 2
	same(t, "decided request", approved, read(t, k, requestFor(bakeri, r.ID)))
	same(t, "waiting", 0, read(t, k, waiting(bakeri, Now())))
}

// A node whose clock is behind does not answer what has run out by the clock of
// the store.
func testDecideLate(t *testing.T, k *kit) {
	settle(t, k)
	s := addSystem(t, k, ledger())
	for _, e := range []request.Event{request.Approve, request.Reject} {
		late := ask(s, bakeri, string(e))
		late.CreatedAt, late.ExpiresAt = Now().Add(-2*time.Hour), Now()
		late = addRequest(t, k, late)
		decided, err := late.Apply(e, berit, "nei", Now().Add(-time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		failsWith(t, k.try(t, func(ctx context.Context, tx registry.Tx) error { return tx.DecideRequest(ctx, decided) }), models.Conflict, models.CodeRequestExpired)
		same(t, "request", late, read(t, k, requestFor(bakeri, late.ID)))
		withdrawn, err := late.Apply(request.Withdraw, "", "", Now().Add(-time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		k.write(t, func(ctx context.Context, tx registry.Tx) error { return tx.DecideRequest(ctx, withdrawn) })
	}
}

func testLapse(t *testing.T, k *kit) {
	settle(t, k)
	s := addSystem(t, k, ledger())
	due := func(ref string, at time.Time) request.Request {
		r := ask(s, bakeri, ref)
		r.ExpiresAt = at
		return addRequest(t, k, r)
	}
	a, b, c := due("a", Now()), due("b", Now().Add(-time.Second)), due("c", Now().Add(time.Millisecond))
	lapsed := func(r request.Request) request.Request {
		r.Status, r.DecidedAt, r.Version = request.Expired, Now(), 2
		return r
	}
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		if _, ok, err := tx.LapseTriple(ctx, c, Now()); ok || err != nil {
			t.Errorf("a request with time left lapsed: %v, %v", ok, err)
		}
		if _, ok, err := tx.LapseTriple(ctx, ask(s, verft, "a"), Now()); ok || err != nil {
			t.Errorf("another customer's request lapsed: %v, %v", ok, err)
		}
		got, ok, err := tx.LapseTriple(ctx, ask(s, bakeri, "a"), Now())
		if !ok || err != nil {
			t.Fatalf("lapse: %v, %v", ok, err)
		}
		same(t, "lapsed request", lapsed(a), got)
		return tx.AddRequest(ctx, ask(s, bakeri, "a"))
	})
	same(t, "stored request", lapsed(a), read(t, k, requestFor(bakeri, a.ID)))

	d := due("d", Now().Add(-time.Minute))
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		for _, want := range [][]request.Request{{lapsed(d)}, {lapsed(b)}, nil} {
			got, err := tx.LapseDue(ctx, Now(), 1)
			if err != nil {
				return err
			}
			same(t, "lapsed requests", want, got)
		}
		return nil
	})
	same(t, "stored request", lapsed(b), read(t, k, requestFor(bakeri, b.ID)))
	same(t, "waiting", 2, read(t, k, waiting(bakeri, Now())))
}
