package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
)

// given is what Vidar gave Berit in the bakery, with nothing wrong.
func given() party.Holding {
	return party.Holding{
		ID: models.NewID(), Person: berit, OrgNo: bakeri, URN: accounts, Source: party.SourceGiven,
		From: Now(), Until: Now().Add(time.Hour), GivenBy: vidar,
	}
}

func addHolding(t testing.TB, k *kit, h party.Holding) party.Holding {
	t.Helper()
	k.write(t, func(ctx context.Context, tx registry.Tx) error { return tx.AddHolding(ctx, h) })
	return h
}

func holdingIn(o party.OrgNo, id models.ID) func(context.Context, registry.Reader) (party.Holding, error) {
	return func(ctx context.Context, r registry.Reader) (party.Holding, error) { return r.HoldingIn(ctx, o, id) }
}

// heldAt lists the ids of what is held in the organisation at the time.
func heldAt(t testing.TB, k *kit, o party.OrgNo, at time.Time) []models.ID {
	t.Helper()
	return idsOf(read(t, k, func(ctx context.Context, r registry.Reader) ([]party.Holding, error) { return r.Holdings(ctx, o, at) }))
}

func idsOf(hs []party.Holding) []models.ID {
	var ids []models.ID
	for _, h := range hs {
		ids = append(ids, h.ID)
	}
	return ids
}

func end(k *kit, id models.ID, at time.Time) func(context.Context) error {
	return func(ctx context.Context) error {
		return k.Write(ctx, func(tx registry.Tx) error { return tx.EndHolding(ctx, id, at) })
	}
}

// The same from the same source is held once; what has run out is in nobody's
// way, and stays as it was.
func testGiven(t *testing.T, k *kit) {
	settle(t, k)
	h := addHolding(t, k, given())
	same(t, "the holding", h, read(t, k, holdingIn(bakeri, h.ID)))
	_, err := tryRead(t, k, holdingIn(verft, h.ID))
	notFound(t, err)

	again := given()
	for name, change := range map[string]func(*party.Holding){
		"the same again": func(*party.Holding) {}, "by another": func(h *party.Holding) { h.GivenBy = berit },
		"without end":              func(h *party.Holding) { h.Until = time.Time{} },
		"just before it runs out":  func(h *party.Holding) { h.From = h.Until.Add(-time.Millisecond) },
		"under an id that is used": func(x *party.Holding) { x.ID, x.URN = h.ID, wages },
	} {
		other := again
		change(&other)
		err := k.try(t, func(ctx context.Context, tx registry.Tx) error { return tx.AddHolding(ctx, other) })
		if failsWith(t, err, models.Conflict, models.CodeConflict); t.Failed() {
			t.Fatal(name)
		}
	}
	for name, change := range map[string]func(*party.Holding){
		"from another source": func(h *party.Holding) { h.Source = party.SourceInvitation }, "of another power": func(h *party.Holding) { h.URN = wages },
		"by another person": func(h *party.Holding) { h.Person = vidar }, "in another organisation": func(h *party.Holding) { h.OrgNo = verft },
	} {
		other := given()
		change(&other)
		if err := k.try(t, func(ctx context.Context, tx registry.Tx) error { return tx.AddHolding(ctx, other) }); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}

	again.From, again.Until, again.GivenBy = h.Until, time.Time{}, ""
	addHolding(t, k, again)
	same(t, "after it has run out", again, read(t, k, holdingIn(bakeri, again.ID)))
	was := h
	was.Ended = h.Until
	same(t, "what has run out", was, read(t, k, holdingIn(bakeri, h.ID)))
	history := read(t, k, func(ctx context.Context, r registry.Reader) ([]party.Holding, error) {
		return r.HistoryIn(ctx, bakeri, berit, 2)
	})
	if len(history) != 2 || history[0].ID != again.ID {
		t.Errorf("the latest two of his history: %+v, want %s first", history, again.ID)
	}
	all := read(t, k, func(ctx context.Context, r registry.Reader) ([]party.Holding, error) {
		return r.HistoryIn(ctx, bakeri, berit, 9)
	})
	if len(all) != 4 {
		t.Errorf("%d in his history, want 4: his own, in this organisation alone", len(all))
	}
}

// What has ended counts no more from that moment, and does not end again.
func testEnding(t *testing.T, k *kit) {
	settle(t, k)
	h := addHolding(t, k, given())
	failsWith(t, end(k, h.ID, h.Until)(t.Context()), models.Conflict, models.CodeConflict) // it has run out by then
	failsWith(t, end(k, models.NewID(), Now())(t.Context()), models.Conflict, models.CodeConflict)
	same(t, "before it is ended", []models.ID{h.ID}, heldAt(t, k, bakeri, Now()))
	at := h.Until.Add(-time.Millisecond)
	errs := race(4, func(int) error { return end(k, h.ID, at)(t.Context()) })
	oneWins(t, errs, models.CodeConflict)
	was := h
	was.Ended = at
	same(t, "ended", was, read(t, k, holdingIn(bakeri, h.ID)))
	if left := heldAt(t, k, bakeri, Now()); len(left) != 0 {
		t.Errorf("it counts still: %v", left)
	}

	errs = race(4, func(int) error {
		return k.Write(t.Context(), func(tx registry.Tx) error { return tx.AddHolding(t.Context(), given()) })
	})
	oneWins(t, errs, models.CodeConflict)
}

// The past of an organisation is what was ended or ran out within a time, the
// latest first; what lasts is no part of it.
func testPast(t *testing.T, k *kit) {
	settle(t, k)
	at := func(d time.Duration) time.Time { return Now().Add(d) }
	add := func(urn string, o party.OrgNo, until, ended time.Duration) models.ID {
		h := given()
		h.URN, h.OrgNo, h.From, h.Until = urn, o, at(-48*time.Hour), time.Time{}
		if until != 0 {
			h.Until = at(until)
		}
		addHolding(t, k, h)
		if ended != 0 {
			k.write(t, func(ctx context.Context, tx registry.Tx) error { return tx.EndHolding(ctx, h.ID, at(ended)) })
		}
		return h.ID
	}
	add("lasts", bakeri, 0, 0)
	add("lasts for a while", bakeri, time.Millisecond, 0)
	ended := add("ended", bakeri, 0, -2*time.Hour)
	early := add("ended before its time", bakeri, time.Hour, -time.Hour)
	out := add("has run out", bakeri, -3*time.Hour, 0)
	now := add("runs out now", bakeri, 0, 0)
	if err := k.Exec(t.Context(), "UPDATE holding SET until_at = "+ms(Now())+" WHERE id = '"+string(now)+"'"); err != nil {
		t.Fatal(err)
	}
	add("ended long ago", bakeri, 0, -24*time.Hour)
	add("ran out long ago", bakeri, -24*time.Hour, 0)
	add("ended elsewhere", verft, 0, -time.Hour)
	past := func(limit int) []models.ID {
		return idsOf(read(t, k, func(ctx context.Context, r registry.Reader) ([]party.Holding, error) {
			return r.PastHoldings(ctx, bakeri, at(-24*time.Hour), Now(), limit)
		}))
	}
	same(t, "the past", []models.ID{now, early, ended, out}, past(9))
	same(t, "the latest of it", []models.ID{now, early}, past(2))
	before := k.Statements()
	past(9)
	if got := k.Statements() - before; got != 1 {
		t.Errorf("the past takes %d statements, want 1", got)
	}
}
