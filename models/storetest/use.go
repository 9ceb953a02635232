package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/rar"
)

// usedOn is on which days, of all that are kept, the system users were used.
func usedOn(t testing.TB, k *kit, ids ...models.ID) map[models.ID][]registry.DayUse {
	t.Helper()
	return read(t, k, func(ctx context.Context, r registry.Reader) (map[models.ID][]registry.DayUse, error) {
		return r.UseByDay(ctx, ids, -1000, 1_000_000)
	})
}

// A day's sum is what the count of uses grew by on it: through several flushes,
// on two nodes, over midnight.
func testUseByDay(t *testing.T, k *kit) {
	settle(t, k)
	s := addSystem(t, k, ledger())
	one, two := addUser(t, k, userOf(ask(s, bakeri, "one"), berit)), addUser(t, k, userOf(ask(s, bakeri, "two"), berit))
	today := registry.Day(Now())
	midnight := time.Unix((today+1)*86400, 0)
	nodes := []*rar.Journal{rar.NewJournal(k), rar.NewJournal(k)}
	record := func(j *rar.Journal, id models.ID, at time.Time, first bool) {
		t.Helper()
		d := use(id)
		d.At, d.FirstUse = at, first
		if err := j.Record(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	for i, at := range []time.Time{Now(), midnight.Add(-time.Millisecond), midnight, midnight.Add(time.Hour)} {
		for n, j := range nodes {
			record(j, one.ID, at, i == 0)
			record(j, one.ID, at, false)
			if n == 0 {
				record(j, two.ID, at, false)
			}
		}
		errs := race(len(nodes), func(n int) error { return nodes[n].Flush(t.Context(), at) })
		for _, err := range errs {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	// What is no use of theirs: a refusal, a decision, a system user that is not there.
	no, asked, absent := use(one.ID), use(one.ID), use(models.NewID())
	no.Reason, no.SystemUser, asked.Kind = rar.ReasonRevoked, "", rar.Evaluate
	err := k.Repeat(t.Context(), []rar.Count{{Decision: no, N: 5}, {Decision: asked, N: 5}, {Decision: absent, N: 5}})
	if err != nil {
		t.Fatal(err)
	}

	used := usedOn(t, k, one.ID, two.ID, absent.SystemUser)
	same(t, "days", map[models.ID][]registry.DayUse{
		one.ID: {{Day: today, N: 8}, {Day: today + 1, N: 8}}, two.ID: {{Day: today, N: 2}, {Day: today + 1, N: 2}},
	}, used)
	uses := read(t, k, func(ctx context.Context, r registry.Reader) (map[models.ID]registry.Use, error) {
		return r.Uses(ctx, []models.ID{one.ID, two.ID})
	})
	for id, days := range used {
		sum := int64(0)
		for _, d := range days {
			sum += d.N
		}
		same(t, "the sum of the days", uses[id].Count, sum)
	}
	same(t, "one day of one", map[models.ID][]registry.DayUse{two.ID: {{Day: today, N: 2}}},
		read(t, k, func(ctx context.Context, r registry.Reader) (map[models.ID][]registry.DayUse, error) {
			return r.UseByDay(ctx, []models.ID{two.ID}, today, today)
		}))
	same(t, "of none", map[models.ID][]registry.DayUse{}, usedOn(t, k))
}

func testPurgeUse(t *testing.T, k *kit) {
	settle(t, k)
	u := addUser(t, k, userOf(ask(addSystem(t, k, ledger()), bakeri, "ref"), berit))
	for day := range int64(5) {
		d := use(u.ID)
		if err := k.Repeat(t.Context(), []rar.Count{{Decision: d, Bucket: day * 86400, N: 1}}); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []int{2, 1, 0} {
		k.write(t, func(ctx context.Context, tx registry.Tx) error {
			n, err := tx.PurgeUse(ctx, 3, 2)
			same(t, "deleted", want, n)
			return err
		})
	}
	same(t, "left", []registry.DayUse{{Day: 3, N: 1}, {Day: 4, N: 1}}, usedOn(t, k, u.ID)[u.ID])
}
