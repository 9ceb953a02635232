package rar_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/rar"
)

func refusal(at time.Time) rar.Decision {
	return rar.Decision{ID: "r", At: at, Kind: rar.Enrich, Caller: issuer, ClientID: client, Reason: rar.ReasonRevoked}
}

func use(id models.ID) rar.Decision {
	return rar.Decision{ID: "g", At: noon, Kind: rar.Enrich, Caller: issuer, ClientID: client, SystemUser: id}
}

func record(t *testing.T, j *rar.Journal, ds ...rar.Decision) {
	t.Helper()
	for _, d := range ds {
		if err := j.Record(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
}

func flush(t *testing.T, j *rar.Journal, now time.Time) {
	t.Helper()
	if err := j.Flush(t.Context(), now); err != nil {
		t.Fatal(err)
	}
}

func TestTheFirstRefusalOfAMinuteIsDurable(t *testing.T) {
	b := &book{}
	j := rar.NewJournal(b)
	record(t, j, refusal(noon), refusal(noon.Add(time.Second)), refusal(noon.Add(2*time.Second)))
	if len(b.firsts) != 1 {
		t.Fatalf("%d lines durable, want the first", len(b.firsts))
	}
	if want := noon.Truncate(time.Minute).Unix(); b.buckets[0] != want {
		t.Errorf("bucket %d, want the minute's start %d", b.buckets[0], want)
	}
	flush(t, j, noon.Add(3*time.Second))
	want := []rar.Count{{Decision: refusal(noon.Add(2 * time.Second)), Bucket: b.buckets[0], N: 2}}
	if diff := cmp.Diff(want, b.repeats); diff != "" {
		t.Errorf("repeats (-want +got):\n%s", diff)
	}
}

func TestARefusalStaysKnownForItsMinute(t *testing.T) {
	b := &book{}
	j := rar.NewJournal(b)
	record(t, j, refusal(noon))
	flush(t, j, noon.Add(time.Second))
	record(t, j, refusal(noon.Add(2*time.Second)))
	if len(b.firsts) != 1 {
		t.Errorf("%d lines, want the repeat counted", len(b.firsts))
	}
	flush(t, j, noon.Add(time.Minute))
	record(t, j, refusal(noon.Add(time.Minute)))
	if len(b.firsts) != 2 {
		t.Errorf("%d lines, want one for the next minute", len(b.firsts))
	}
}

func TestWhatMakesALineOfItsOwn(t *testing.T) {
	differ := map[string]func(*rar.Decision){
		"caller": func(d *rar.Decision) { d.Caller = "https://another.example/" },
		"client": func(d *rar.Decision) { d.ClientID = "another" },
		"reason": func(d *rar.Decision) { d.Reason = rar.ReasonPending },
		"kind":   func(d *rar.Decision) { d.Kind = rar.Evaluate },
		"minute": func(d *rar.Decision) { d.At = d.At.Add(time.Minute) },
	}
	for name, change := range differ {
		t.Run(name, func(t *testing.T) {
			b := &book{}
			d := refusal(noon)
			change(&d)
			record(t, rar.NewJournal(b), refusal(noon), d)
			if len(b.firsts) != 2 {
				t.Errorf("%d lines, want two", len(b.firsts))
			}
		})
	}
	t.Run("not the system user of a refusal", func(t *testing.T) {
		b := &book{}
		d := refusal(noon)
		d.SystemUser = user
		record(t, rar.NewJournal(b), refusal(noon), d)
		if len(b.firsts) != 1 || b.firsts[0].SystemUser != "" {
			t.Errorf("lines %+v, want one without a system user", b.firsts)
		}
	})
}

func TestTheFirstUseIsDurableEachTimeItIsClaimed(t *testing.T) {
	b := &book{}
	j := rar.NewJournal(b)
	first := use(user)
	first.FirstUse = true
	record(t, j, first, first)
	if len(b.firsts) != 2 {
		t.Errorf("%d durable, want both: the ledger knows which came first", len(b.firsts))
	}
	b.down = errors.New("disk full")
	if err := j.Record(t.Context(), first); !errors.Is(err, b.down) {
		t.Errorf("error %v, want the ledger's", err)
	}
}

func TestUsesAreCountedPerSystemUserAndDay(t *testing.T) {
	b := &book{}
	j := rar.NewJournal(b)
	tomorrow := use(user)
	tomorrow.At = noon.Add(24 * time.Hour)
	record(t, j, use(user), use("another"), use(user), tomorrow)
	flush(t, j, noon)
	day := noon.Truncate(24 * time.Hour).Unix()
	want := []rar.Count{
		{Decision: use("another"), Bucket: day, N: 1},
		{Decision: use(user), Bucket: day, N: 2},
		{Decision: tomorrow, Bucket: day + 86400, N: 1},
	}
	order := cmpopts.SortSlices(func(a, b rar.Count) bool {
		return fmt.Sprint(a.Bucket, a.N) < fmt.Sprint(b.Bucket, b.N)
	})
	if diff := cmp.Diff(want, b.repeats, order); diff != "" {
		t.Errorf("repeats (-want +got):\n%s", diff)
	}
}

func TestAFailedFlushKeepsItsCounts(t *testing.T) {
	b := &book{down: errors.New("locked")}
	j := rar.NewJournal(b)
	record(t, j, use(user), use(user))
	for range 3 {
		if err := j.Flush(t.Context(), noon); !errors.Is(err, b.down) {
			t.Fatalf("error %v, want the ledger's", err)
		}
	}
	record(t, j, use(user))
	b.down = nil
	flush(t, j, noon)
	if len(b.repeats) != 1 || b.repeats[0].N != 3 {
		t.Fatalf("flushed %+v, want all 3", b.repeats)
	}
	flush(t, j, noon)
	if len(b.repeats) != 1 {
		t.Error("the counts were written twice")
	}
}

// A ledger that is away for long must not fill the memory: beyond the bound a
// use is written through, and refused when that fails.
func TestPendingCountsAreBounded(t *testing.T) {
	b := &book{down: errors.New("away")}
	j := rar.NewJournal(b)
	accepted := 0
	hurry := func() {
		for range 6000 {
			if j.Record(t.Context(), use(models.NewID())) == nil {
				accepted++
			}
		}
	}
	b.during = hurry
	for range 3 {
		hurry()
		if err := j.Flush(t.Context(), noon); err == nil {
			t.Fatal("flushed into a ledger that is away")
		}
	}
	if accepted != 10_000 {
		t.Errorf("%d uses held in memory, want the bound of 10 000", accepted)
	}
}

func TestManyRecordAtOnce(t *testing.T) {
	b := &book{}
	j := rar.NewJournal(b)
	done := make(chan error)
	const n = 50
	for range n {
		go func() { done <- errors.Join(j.Record(t.Context(), use(user)), j.Flush(t.Context(), noon)) }()
	}
	for range n {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	flush(t, j, noon)
	var sum int64
	for _, c := range b.repeats {
		sum += c.N
	}
	if sum != n {
		t.Errorf("%d uses counted, want %d", sum, n)
	}
}
