package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

// serves are the relations that a question finds.
func serves(f func(registry.Reader) ([]party.Relation, error)) func(context.Context, registry.Reader) ([]string, error) {
	return func(_ context.Context, r registry.Reader) ([]string, error) {
		found, err := f(r)
		var pairs []string
		for _, one := range found {
			pairs = append(pairs, string(one.Facilitator)+" "+string(one.Client)+" "+one.Source)
		}
		return pairs, err
	}
}

func testRegister(t *testing.T, k *kit) {
	settle(t, k)
	ctx := t.Context()
	var keys []string
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		for _, client := range []party.OrgNo{bakeri, verft} {
			for _, source := range []string{"file", "register"} {
				c, err := tx.PutRelation(ctx, party.Relation{Facilitator: rotor, Client: client, RoleURN: director, Source: source})
				if err != nil {
					return err
				}
				keys = append(keys, c.Key)
			}
		}
		return nil
	})
	clients := serves(func(r registry.Reader) ([]party.Relation, error) { return r.Clients(ctx, rotor, Now()) })
	same(t, "clients", []string{
		string(rotor + " " + bakeri + " file"), string(rotor + " " + bakeri + " register"),
		string(rotor + " " + verft + " file"), string(rotor + " " + verft + " register"),
	}, sorted(read(t, k, clients)))
	k.write(t, func(ctx context.Context, tx registry.Tx) error { return tx.End(ctx, exchange.Relations, keys[:1]) })
	k.write(t, func(ctx context.Context, tx registry.Tx) error { return tx.End(ctx, exchange.Relations, nil) })
	facilitators := serves(func(r registry.Reader) ([]party.Relation, error) { return r.Facilitators(ctx, bakeri, Now()) })
	same(t, "facilitators", []string{string(rotor + " " + bakeri + " register")}, read(t, k, facilitators))
	before := serves(func(r registry.Reader) ([]party.Relation, error) {
		return r.Clients(ctx, rotor, Now().Add(-time.Second))
	})
	same(t, "clients before there were any", []string(nil), read(t, k, before))
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		for of, want := range map[party.OrgNo]int{"": 2, bakeri: 1, verft: 1, rotor: 0} {
			things, err := tx.Standing(ctx, exchange.Relations, "register", of)
			if err != nil || len(things) != want {
				t.Errorf("standing of %q: %v, %v; want %d", of, things, err, want)
			}
		}
		return nil
	})

	first := read(t, k, func(ctx context.Context, r registry.Reader) ([]party.OrgNo, error) {
		return r.OrganisationsAfter(ctx, "", 2)
	})
	rest := read(t, k, func(ctx context.Context, r registry.Reader) ([]party.OrgNo, error) {
		return r.OrganisationsAfter(ctx, first[1], 100)
	})
	all := slices.Concat(first, rest)
	if len(first) != 2 || !slices.IsSorted(all) || len(slices.Compact(all)) != len(all) || !slices.Contains(all, bakeri) {
		t.Errorf("organisations by number: %v, then %v", first, rest)
	}
	testCursor(t, k)
	testDenials(t, k)
}

func sorted(s []string) []string { slices.Sort(s); return s }

func testCursor(t *testing.T, k *kit) {
	t.Helper()
	at := func(want string) {
		t.Helper()
		same(t, "cursor", want, read(t, k, func(ctx context.Context, r registry.Reader) (string, error) { return r.Cursor(ctx, "a") }))
	}
	move := func(was, to string) error {
		return k.try(t, func(ctx context.Context, tx registry.Tx) error { return tx.MoveCursor(ctx, "a", was, to) })
	}
	at("")
	failsWith(t, move("1", "2"), models.Conflict, models.CodeConflict)
	for _, step := range [][2]string{{"", "1"}, {"1", "22"}} {
		if err := move(step[0], step[1]); err != nil {
			t.Fatal(err)
		}
		at(step[1])
	}
	for _, was := range []string{"", "1", "2"} {
		failsWith(t, move(was, "3"), models.Conflict, models.CodeConflict)
	}
	at("22")
}

func testDenials(t *testing.T, k *kit) {
	t.Helper()
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		for _, e := range []audit.Entry{
			{Outcome: audit.Denied, Action: "a", Actor: models.Actor{ID: "p"}, At: Now().Add(-time.Minute)},
			{Outcome: audit.Denied, Action: "a", Actor: models.Actor{ID: "p"}, At: Now()},
			{Outcome: audit.Done, Action: "a", Actor: models.Actor{ID: "p"}, At: Now()},
			{Outcome: audit.Denied, Action: "b", Actor: models.Actor{ID: "p"}, At: Now()},
			{Outcome: audit.Denied, Action: "a", Actor: models.Actor{ID: "q"}, At: Now()},
		} {
			if err := tx.AppendAudit(ctx, e); err != nil {
				return err
			}
		}
		return nil
	})
	for since, want := range map[time.Time]int{Now(): 1, Now().Add(-time.Minute): 2} {
		n := read(t, k, func(ctx context.Context, r registry.Reader) (int, error) { return r.Denials(ctx, "p", "a", since) })
		same(t, "denials", want, n)
	}
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		_, err := tx.PutPerson(ctx, exchange.Person{PID: pid(t, pidVidar), OrgNo: bakeri, URN: director}, "test")
		return err
	})
	for who, want := range map[models.ID]bool{read(t, k, byPID(pid(t, pidVidar))): true, berit: false, models.NewID(): false} {
		same(t, "national id known", want, read(t, k, func(ctx context.Context, r registry.Reader) (bool, error) { return r.HasPID(ctx, who) }))
	}
}

func testStruckOff(t *testing.T, k *kit) {
	settle(t, k)
	s := addSystem(t, k, ledger())
	one := addUser(t, k, userOf(ask(s, bakeri, "one"), berit))
	revoke(t, k, addUser(t, k, userOf(ask(s, bakeri, "gone"), berit)))
	other := addUser(t, k, userOf(ask(s, verft, "one"), berit))
	paused := func() []systemuser.Pause {
		return []systemuser.Pause{read(t, k, userOfCustomer(bakeri, one.ID)).Paused, read(t, k, userOfCustomer(verft, other.ID)).Paused}
	}
	gone := Now().Truncate(24 * time.Hour)
	for _, step := range []struct{ at, was time.Time }{{gone, time.Time{}}, {gone, gone}, {time.Time{}, gone}} {
		k.write(t, func(ctx context.Context, tx registry.Tx) error {
			was, err := tx.StrikeOff(ctx, bakeri, step.at)
			same(t, "what was noted", step.was, was)
			return err
		})
		same(t, "struck off", step.at, read(t, k, organisation(bakeri)).StruckOff)
	}
	notFound(t, k.try(t, func(ctx context.Context, tx registry.Tx) error {
		_, err := tx.StrikeOff(ctx, "310000066", gone)
		return err
	}))
	// A row of an import leaves alone whether the organisation stands.
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		_, err := tx.PutOrganisation(ctx, party.Organisation{OrgNo: bakeri, Parent: verft, StruckOff: gone})
		return err
	})
	o := read(t, k, organisation(bakeri))
	same(t, "parent", verft, o.Parent)
	same(t, "struck off", time.Time{}, o.StruckOff)

	do := func(f func(context.Context, registry.Tx) ([]system.ID, error), want ...system.ID) {
		t.Helper()
		k.write(t, func(ctx context.Context, tx registry.Tx) error {
			ids, err := f(ctx, tx)
			same(t, "systems", want, ids)
			return err
		})
	}
	pause := func(ctx context.Context, tx registry.Tx) ([]system.ID, error) {
		return tx.Pause(ctx, bakeri, systemuser.StruckOff, Now().Add(time.Minute))
	}
	resume := func(ctx context.Context, tx registry.Tx) ([]system.ID, error) {
		return tx.Resume(ctx, bakeri, systemuser.StruckOff, Now().Add(time.Minute))
	}
	last := func() int64 {
		return read(t, k, func(ctx context.Context, r registry.Reader) (int64, error) { return r.LastSeq(ctx) })
	}
	turned := func(of models.ID, seq int64) {
		t.Helper()
		u := read(t, k, userOfCustomer(bakeri, of))
		same(t, "number", seq, u.Seq)
		same(t, "changed", Now().Add(time.Minute), u.ChangedAt)
		same(t, "version", int64(1), u.Version)
	}
	made := last()
	do(pause, s.ID)
	turned(one.ID, made+1)
	do(pause)
	same(t, "the last number, when nothing was to pause", made+1, last())
	same(t, "paused", []systemuser.Pause{systemuser.StruckOff, ""}, paused())
	do(resume, s.ID)
	turned(one.ID, made+2)
	do(resume)
	same(t, "paused", []systemuser.Pause{"", ""}, paused())
	do(pause, s.ID)
	revoke(t, k, one) // by the version that it had
	do(resume)
}

// testRunOut: what has run out has ended; when its source says it anew, that is
// another holding, and the old one is history.
func testRunOut(t *testing.T, k *kit) {
	settle(t, k)
	hour := func(n int) time.Time { return Now().Add(time.Duration(n) * time.Hour) }
	row := exchange.Person{UserID: 7, OrgNo: verft, URN: director, From: hour(-9), Until: hour(-5)}
	put := func(p exchange.Person, want registry.Did) string {
		t.Helper()
		var key string
		k.write(t, func(ctx context.Context, tx registry.Tx) error {
			c, err := tx.PutPerson(ctx, p, "hr")
			same(t, "change", want, c.Did)
			key = c.Key
			return err
		})
		return key
	}
	live := func() int {
		return len(read(t, k, func(ctx context.Context, r registry.Reader) ([]party.Holding, error) {
			return r.Holdings(ctx, verft, Now())
		}))
	}
	before := live()
	old := put(row, registry.Added)
	same(t, "one that has run out, said again", old, put(row, registry.Same))
	same(t, "live", before, live())
	row.Until = time.Time{}
	anew := put(row, registry.Updated)
	if anew == old {
		t.Error("a holding that has run out goes on as if it had not")
	}
	same(t, "live", before+1, live())
	same(t, "said again", anew, put(row, registry.Same))
	row.Until = hour(5)
	same(t, "for a time now", anew, put(row, registry.Updated))
	same(t, "live", before+1, live())
}
