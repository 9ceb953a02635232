package audit_test

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 123456789, time.UTC)

func Example() {
	first := audit.Entry{
		At: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC), Actor: models.Actor{Kind: models.Operator, ID: "import"},
		Action: "catalogue.import", Subject: "import:roles", Outcome: audit.Done, Detail: audit.Detail{"new": "148"},
	}.Link(0, "")
	second := audit.Entry{
		At: time.Date(2026, 11, 21, 12, 0, 1, 0, time.UTC), Actor: models.Actor{Kind: models.Person, ID: "5b6f0c3e", OrgNo: "313775429", Level: 4},
		Action: "request.approve", Subject: "request:704013ee", OrgNo: "313775429", Outcome: audit.Done,
	}.Link(first.Seq, first.Hash)

	fmt.Println(audit.Verify(walk([]audit.Entry{first, second}), second.Seq, second.Hash))
	first.Detail["new"] = "149"
	fmt.Println(audit.Verify(walk([]audit.Entry{first, second}), second.Seq, second.Hash))
	// Output:
	// 2 <nil>
	// 0 audit entry 1: has been changed
}

// chain makes n entries that follow each other; salt makes another history.
func chain(n int, salt string) []audit.Entry {
	entries := make([]audit.Entry, 0, n)
	var seq int64
	var prev string
	for i := range n {
		e := audit.Entry{
			At:    noon.Add(time.Duration(i) * time.Second),
			Actor: models.Actor{Kind: models.Person, ID: "kari" + salt, OrgNo: "313775429", Level: 3}, Role: "urn:altinn:external-role:ccr:daglig-leder",
			Action: "request.approve", Subject: fmt.Sprint("request:", i), OrgNo: "313775429", Outcome: audit.Done, Detail: audit.Detail{"items": "a b"},
		}.Link(seq, prev)
		entries, seq, prev = append(entries, e), e.Seq, e.Hash
	}
	return entries
}

func walk(entries []audit.Entry) iter.Seq2[audit.Entry, error] {
	return func(yield func(audit.Entry, error) bool) {
		for _, e := range entries {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// TestVerifyNamesTheFirstBadEntry does each kind of harm at each place of a log,
// and at many places of a long one (security H1, H2). The entry named is the
// first at which the log is no longer what was written.
func TestVerifyNamesTheFirstBadEntry(t *testing.T) {
	t.Parallel()
	t.Run("each place of 100", func(t *testing.T) { t.Parallel(); harmEach(t, 100, 1) })
	t.Run("places of 1000", func(t *testing.T) { t.Parallel(); harmEach(t, 1000, 111) })
}

func harmEach(t *testing.T, n, step int) {
	t.Helper()
	good, other := chain(n, ""), chain(n, "x")
	head, size := good[n-1], int64(n)
	for _, harm := range []struct {
		name string
		do   func(entries []audit.Entry, i int) []audit.Entry
		bad  func(i int) int64 // place 0 is entry 1
	}{
		{"change", func(es []audit.Entry, i int) []audit.Entry { es[i].Subject += "!"; return es }, func(i int) int64 { return int64(i) + 1 }},
		{"change and hash anew", func(es []audit.Entry, i int) []audit.Entry {
			es[i].Subject += "!"
			es[i].Hash = es[i].Sum()
			return es
		}, func(i int) int64 { return min(int64(i)+2, size) }}, // the next no longer follows; the last is not what the head names
		{"delete", func(es []audit.Entry, i int) []audit.Entry { return slices.Delete(es, i, i+1) }, func(i int) int64 { return int64(i) + 1 }},
		{"delete and number anew", func(es []audit.Entry, i int) []audit.Entry {
			es = slices.Delete(es, i, i+1)
			for j := i; j < len(es); j++ {
				es[j].Seq = int64(j) + 1
			}
			return es
		}, func(i int) int64 { return int64(i) + 1 }},
		{"insert a copy", func(es []audit.Entry, i int) []audit.Entry { return slices.Insert(es, i, es[i]) }, func(i int) int64 { return int64(i) + 2 }},
		{"swap with the next", func(es []audit.Entry, i int) []audit.Entry {
			j := (i + 1) % n
			es[i], es[j] = es[j], es[i]
			return es
		}, func(i int) int64 { return int64(min(i, (i+1)%n)) + 1 }},
		{"truncate", func(es []audit.Entry, i int) []audit.Entry { return es[:i] }, func(i int) int64 { return int64(i) + 1 }},
		{"fork: another history from here on", func(es []audit.Entry, i int) []audit.Entry {
			copy(es[i:], other[i:])
			return es
		}, func(i int) int64 {
			if i == 0 {
				return size // whole and consistent: only the head tells
			}
			return int64(i) + 1
		}},
		{"fork, hashed anew", func(es []audit.Entry, i int) []audit.Entry {
			for j := i; j < n; j++ {
				prev := ""
				if j > 0 {
					prev = es[j-1].Hash
				}
				es[j] = other[j].Link(int64(j), prev)
			}
			return es
		}, func(int) int64 { return size }}, // consistent again: only the head tells
		{"append one too many", func(es []audit.Entry, _ int) []audit.Entry {
			return append(es, audit.Entry{At: noon, Subject: "x"}.Link(size, head.Hash))
		}, func(int) int64 { return size + 1 }},
	} {
		t.Run(harm.name, func(t *testing.T) {
			t.Parallel()
			for i := 0; i < n; i += step {
				entries := harm.do(slices.Clone(good), i)
				_, err := audit.Verify(walk(entries), head.Seq, head.Hash)
				broken, ok := errors.AsType[*audit.BrokenError](err)
				if !ok {
					t.Fatalf("at place %d: %v, want a broken chain", i, err)
				}
				if broken.Seq != harm.bad(i) {
					t.Fatalf("at place %d: names entry %d (%v), want %d", i, broken.Seq, err, harm.bad(i))
				}
			}
		})
	}
}

func TestVerifyCountsWhatHolds(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 2, 1000} {
		entries := chain(n, "")
		var seq int64
		var hash string
		if n > 0 {
			seq, hash = entries[n-1].Seq, entries[n-1].Hash
		}
		if got, err := audit.Verify(walk(entries), seq, hash); err != nil || got != int64(n) {
			t.Errorf("a chain of %d: %d, %v", n, got, err)
		}
	}
	entries := chain(3, "")
	if _, err := audit.Verify(walk(nil), 3, entries[2].Hash); err == nil {
		t.Error("an empty log passes where the head says three")
	}
}

func TestVerifyPassesOnAFaultOfReading(t *testing.T) {
	t.Parallel()
	cause := errors.New("disk is gone")
	entries := chain(3, "")
	n, err := audit.Verify(func(yield func(audit.Entry, error) bool) {
		_ = yield(entries[0], nil) && yield(audit.Entry{}, cause)
	}, 3, entries[2].Hash)
	if _, broken := errors.AsType[*audit.BrokenError](err); broken || !errors.Is(err, cause) || n != 1 {
		t.Errorf("%d, %v; want the fault of reading, not a broken chain", n, err)
	}
}

// Every member is under the hash, and none can pass its bytes to its
// neighbour.
func TestEveryMemberIsUnderTheHash(t *testing.T) {
	t.Parallel()
	sums := map[string]string{}
	for name, change := range map[string]func(*audit.Entry){
		"as it was":           func(*audit.Entry) {},
		"sequence number":     func(e *audit.Entry) { e.Seq++ },
		"time":                func(e *audit.Entry) { e.At = e.At.Add(time.Millisecond) },
		"kind of actor":       func(e *audit.Entry) { e.Actor.Kind = models.Operator },
		"actor":               func(e *audit.Entry) { e.Actor.ID += "x" },
		"actor's company":     func(e *audit.Entry) { e.Actor.OrgNo = "991825827" },
		"level":               func(e *audit.Entry) { e.Actor.Level = 4 },
		"role":                func(e *audit.Entry) { e.Role = "" },
		"action":              func(e *audit.Entry) { e.Action = "request.reject" },
		"subject":             func(e *audit.Entry) { e.Subject = "request:1" },
		"organisation":        func(e *audit.Entry) { e.OrgNo = "" },
		"outcome":             func(e *audit.Entry) { e.Outcome = audit.Denied },
		"code":                func(e *audit.Entry) { e.Code = models.CodeForbidden },
		"detail":              func(e *audit.Entry) { e.Detail = audit.Detail{"items": "a"} },
		"name of a detail":    func(e *audit.Entry) { e.Detail = audit.Detail{"item": "a b"} },
		"no detail":           func(e *audit.Entry) { e.Detail = nil },
		"hash before":         func(e *audit.Entry) { e.Prev = "00" },
		"shifted to the left": func(e *audit.Entry) { e.Actor.ID, e.Actor.OrgNo = e.Actor.ID+"3", e.Actor.OrgNo[1:] },
		"shifted to the right": func(e *audit.Entry) {
			e.Action, e.Subject = e.Action[:len(e.Action)-1], e.Action[len(e.Action)-1:]+e.Subject
		},
	} {
		e := chain(1, "")[0]
		change(&e)
		if twin, taken := sums[e.Sum()]; taken {
			t.Errorf("%q and %q have the same hash", name, twin)
		}
		sums[e.Sum()] = name
	}
}

func TestLinkKeepsWhatTheStoreKeeps(t *testing.T) {
	t.Parallel()
	e := audit.Entry{At: noon.In(time.FixedZone("CET", 3600)), Detail: audit.Detail{}}.Link(6, "ab")
	if e.Seq != 7 || e.Prev != "ab" || e.Hash != e.Sum() {
		t.Errorf("linked as %+v", e)
	}
	if want := noon.Truncate(time.Millisecond); e.At != want {
		t.Errorf("the time is %v, want %v", e.At, want)
	}
	back := e
	back.Detail = nil // as an empty detail comes back from a store
	if back.Sum() != e.Hash {
		t.Error("no detail and an empty one have different hashes")
	}
}
