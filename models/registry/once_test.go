package registry_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/registry"
)

// asks is a program's question to send a request with the external reference,
// under a key that is the reference too.
func asks(ref string) registry.Question {
	return registry.Question{Caller: modelstest.Issuer + " fjord-lonn", Route: "POST /requests", Key: ref, Digest: []byte(ref)}
}

// sends does what asks asks.
func sends(t testing.TB, a models.Actor, ref string) func(*registry.Registry) (registry.Kept, error) {
	return func(r *registry.Registry) (registry.Kept, error) {
		in := modelstest.Request()
		in.ExternalRef = ref
		sent, err := r.SendRequest(t.Context(), a, in)
		if err != nil {
			return registry.Kept{}, err
		}
		return registry.Kept{Status: 201, Header: http.Header{"Location": {"/" + string(sent.ID)}}, Body: []byte(sent.ID)}, nil
	}
}

// repeated drops the first of three answers.
func repeated(_ registry.Kept, again bool, err error) (bool, error) { return again, err }

// Asked again within a day, under the same key, nothing is done and the answer
// is the same; another caller's key, another route's and the key a day later
// are other questions.
func TestOnceIsDoneOnce(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		w.Registered(t)
		q, a := asks("one"), w.As(jonas, fjord)
		before := marked(t, w)
		first, again, err := w.Once(t.Context(), q, sends(t, a, "one"))
		if err != nil || again || first.Status != 201 || len(first.Body) == 0 {
			t.Fatalf("answered %+v, %t, %v", first, again, err)
		}
		before.mustHaveDone(t, "request.send", "request:"+string(first.Body))

		before = marked(t, w)
		for _, later := range []time.Duration{0, time.Hour, 24*time.Hour - time.Millisecond} {
			w.Clock.Set(modelstest.Noon.Add(later))
			got, again, err := w.Once(t.Context(), q, func(*registry.Registry) (registry.Kept, error) {
				t.Errorf("done again %v later", later)
				return registry.Kept{}, nil
			})
			if diff := cmp.Diff(first, got); diff != "" || !again || err != nil {
				t.Errorf("%v later: repeated %t, %v (-first +again):\n%s", later, again, err, diff)
			}
		}
		before.mustHaveDoneNothing(t)

		w.Clock.Set(modelstest.Noon.Add(24 * time.Hour))
		for i, change := range []func(*registry.Question){
			func(*registry.Question) {}, // a day later
			func(q *registry.Question) { q.Caller = modelstest.Issuer + " another" },
			func(q *registry.Question) { q.Route = "POST /changes" },
			func(q *registry.Question) { q.Key = "two" },
		} {
			other := q
			change(&other)
			got, again, err := w.Once(t.Context(), other, sends(t, a, string(rune('a'+i))))
			if again || err != nil || slices.Equal(got.Body, first.Body) {
				t.Errorf("question %d has the answer of another: %+v, %t, %v", i, got, again, err)
			}
		}
	})
}

func TestOnceRefusesAKeyThatStandsForSomethingElse(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		w.Registered(t)
		if _, _, err := w.Once(t.Context(), asks("one"), sends(t, w.As(jonas, fjord), "one")); err != nil {
			t.Fatal(err)
		}
		before := marked(t, w)
		other := asks("one")
		other.Digest = []byte("two")
		got, again, err := w.Once(t.Context(), other, sends(t, w.As(jonas, fjord), "two"))
		mustBe(t, err, models.Conflict, models.CodeKeyReused)
		if again || got.Status != 0 || len(got.Body) != 0 {
			t.Errorf("and it is told %+v, %t", got, again)
		}
		before.mustHaveDoneNothing(t)
	})
}

// What fails is not kept, so that the same key may be tried again.
func TestOnceForgetsWhatFails(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		sent := w.Sent(t, "one") // in the way of the next
		a := w.As(jonas, fjord)
		before := marked(t, w)
		for range 2 {
			_, again, err := w.Once(t.Context(), asks("one"), sends(t, a, "one"))
			mustBe(t, err, models.Conflict, models.CodeRequestExists)
			if again {
				t.Error("a failure was repeated")
			}
		}
		before.mustHaveDoneNothing(t)

		// Nor is what was written before it failed.
		_, _, err := w.Once(t.Context(), asks("one"), func(r *registry.Registry) (registry.Kept, error) {
			return registry.Kept{Status: 201}, r.Store.Write(t.Context(), func(tx registry.Tx) error {
				half := modelstest.System()
				half.ID, half.Clients = "312506106_halv", nil
				return errors.Join(models.NewError(models.Conflict, models.CodeConflict), tx.AddSystem(t.Context(), half))
			})
		})
		mustBe(t, err, models.Conflict, models.CodeConflict)
		before.mustHaveDoneNothing(t)

		// A failure that is ours undoes everything, whatever was done before it.
		_, _, err = w.Once(t.Context(), asks("one"), func(r *registry.Registry) (registry.Kept, error) {
			return registry.Kept{Status: 500}, errors.Join(r.Withdraw(t.Context(), a, sent.ID), errDisk)
		})
		if !errors.Is(err, errDisk) {
			t.Errorf("got %v, want the fault", err)
		}
		before.mustHaveDoneNothing(t)

		if err := w.Withdraw(t.Context(), a, sent.ID); err != nil {
			t.Fatal(err)
		}
		if _, again, err := w.Once(t.Context(), asks("one"), sends(t, a, "one")); again || err != nil {
			t.Errorf("the key cannot be tried again: %t, %v", again, err)
		}
	})
}

// A denial is recorded as ever, each time, and nothing else is left.
func TestOnceRecordsDenials(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		w.Registered(t)
		for range 2 {
			before := marked(t, w)
			_, again, err := w.Once(t.Context(), asks("one"), sends(t, w.As(even, bakeri), "one"))
			mustBe(t, err, models.Forbidden, models.CodeForbidden)
			if again {
				t.Error("a denial was repeated")
			}
			before.mustHaveDenied(t, "request.send", models.CodeForbidden)
		}
	})
}

// Those who ask at the same time wait for him who does it, and have his answer.
func TestOnceAtOnce(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		w.Registered(t)
		before := marked(t, w)
		const callers = 6
		answers, again := make([]registry.Kept, callers), make([]bool, callers)
		var asking []func(context.Context) error
		for i := range callers {
			asking = append(asking, func(ctx context.Context) (err error) {
				answers[i], again[i], err = w.Once(ctx, asks("one"), sends(t, w.As(jonas, fjord), "one"))
				return err
			})
		}
		if err := errors.Join(together(t.Context(), asking...)...); err != nil {
			t.Fatal(err)
		}
		before.mustHaveDone(t, "request.send", "request:"+string(answers[0].Body))
		did := 0
		for i := range callers {
			if !again[i] {
				did++
			}
			if diff := cmp.Diff(answers[0], answers[i]); diff != "" {
				t.Errorf("two answers (-first +%d):\n%s", i, diff)
			}
		}
		if did != 1 {
			t.Errorf("%d did it, want 1", did)
		}
	})
}

// However many answers there are, those that are kept no longer go.
func TestPurgeAnswers(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		w.Registered(t)
		if _, _, err := w.Once(t.Context(), asks("one"), sends(t, w.As(jonas, fjord), "one")); err != nil {
			t.Fatal(err)
		}
		w.Exec(t, `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
			INSERT INTO idempotency (caller, route, key, digest, status, header, body, at)
			SELECT caller, route, key || '-' || n.i, digest, status, header, body, at FROM idempotency, n`)
		w.Clock.Set(modelstest.Noon.Add(24*time.Hour - time.Millisecond))
		if _, _, err := w.Once(t.Context(), asks("two"), sends(t, w.As(jonas, fjord), "two")); err != nil {
			t.Fatal(err)
		}
		before := marked(t, w)
		if n, err := w.PurgeAnswers(t.Context()); n != 0 || err != nil {
			t.Errorf("a millisecond before a day is over, %d are deleted, %v", n, err)
		}
		before.mustHaveDoneNothing(t)
		w.Clock.Set(modelstest.Noon.Add(24 * time.Hour))
		if n, err := w.PurgeAnswers(t.Context()); n != 2501 || err != nil {
			t.Errorf("deleted %d, %v, want 2501", n, err)
		}
		if rows := w.Tables(t)["idempotency"]; len(rows) != 1 {
			t.Errorf("%d answers are left, want the one of today", len(rows))
		}
	})
}
