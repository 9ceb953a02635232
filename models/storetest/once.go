package storetest

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stafett/stafett/models/registry"
)

const day = 24 * time.Hour

func question(key string) registry.Question {
	return registry.Question{Caller: maskin + " client-a", Route: "POST /v1/x", Key: key, Digest: []byte{1, 2, 0}}
}

// claim claims a question that others asked within a day and, when nobody has,
// keeps the answer. It returns what was kept before.
func (k *kit) claim(t testing.TB, q registry.Question, at time.Time, answer registry.Kept) (kept registry.Kept, digest []byte, ok bool) {
	t.Helper()
	k.write(t, func(ctx context.Context, tx registry.Tx) (err error) {
		if kept, digest, ok, err = tx.ClaimQuestion(ctx, q, at, at.Add(-day)); err != nil || !ok {
			return err
		}
		return tx.KeepAnswer(ctx, q, answer)
	})
	return kept, digest, ok
}

func testQuestions(t *testing.T, k *kit) {
	q := question("a")
	answer := registry.Kept{Status: 201, Header: http.Header{"Location": {"/x/1"}, "Etag": {`"1"`, "é"}}, Body: []byte("{\"a\":\"æ\"}\x00")}
	if kept, digest, ok := k.claim(t, q, Now(), answer); !ok || kept.Status != 0 || digest != nil {
		t.Errorf("the first has %v, %v, %t", kept, digest, ok)
	}
	again := q
	again.Digest = []byte{9} // the caller is told what was asked before
	for _, at := range []time.Time{Now(), Now().Add(time.Hour), Now().Add(day - time.Millisecond)} {
		kept, digest, ok := k.claim(t, again, at, registry.Kept{Status: 500})
		if ok {
			t.Errorf("claimed twice, %v later", at.Sub(Now()))
		}
		same(t, "the answer that is kept", answer, kept)
		same(t, "the digest that is kept", q.Digest, digest)
	}
	for name, change := range map[string]func(*registry.Question){
		"of another caller":   func(q *registry.Question) { q.Caller += "b" },
		"of another route":    func(q *registry.Question) { q.Route = "POST /v1/y" },
		"under another key":   func(q *registry.Question) { q.Key = "A" },
		"under key and space": func(q *registry.Question) { q.Key += " " },
	} {
		other := q
		change(&other)
		if _, _, ok := k.claim(t, other, Now(), registry.Kept{Status: 204}); !ok {
			t.Errorf("a question %s is taken for the same", name)
		}
		if kept, _, ok := k.claim(t, other, Now(), answer); ok || kept.Status != 204 || len(kept.Header)+len(kept.Body) != 0 {
			t.Errorf("an answer without header or body comes back as %+v, %t", kept, ok)
		}
	}
	// Answering one question anew leaves those beside it as they are.
	newer := registry.Kept{Status: 200, Header: http.Header{}, Body: []byte("new")}
	if _, _, ok := k.claim(t, again, Now().Add(day), newer); !ok {
		t.Error("a day later it is still kept")
	}
	kept, digest, _ := k.claim(t, q, Now().Add(day), answer)
	same(t, "the answer of the day after", newer, kept)
	same(t, "the digest of the day after", again.Digest, digest)

	beside := q
	beside.Route = "POST /v1/y"
	kept, _, _ = k.claim(t, beside, Now(), answer)
	same(t, "the answer beside it", 204, kept.Status)

	// What was dropped or undone was never asked.
	for name, end := range map[string]func(context.Context, registry.Tx, registry.Question) error{
		"dropped": func(ctx context.Context, tx registry.Tx, q registry.Question) error { return tx.DropQuestion(ctx, q) },
		"undone":  func(context.Context, registry.Tx, registry.Question) error { return errors.New("undone") },
	} {
		q := question(name)
		err := k.try(t, func(ctx context.Context, tx registry.Tx) error {
			if _, _, ok, err := tx.ClaimQuestion(ctx, q, Now(), Now().Add(-day)); err != nil || !ok {
				t.Fatalf("claimed %t, %v", ok, err)
			}
			return end(ctx, tx, q)
		})
		if (err != nil) != (name == "undone") {
			t.Fatal(err)
		}
		if _, _, ok := k.claim(t, q, Now(), answer); !ok {
			t.Errorf("what was %s is kept", name)
		}
	}
	if _, _, ok := k.claim(t, question("dropped"), Now(), answer); ok {
		t.Error("dropping one question forgot another")
	}
}

// testQuestionRace: of those who ask at once one does it, and the others have
// his answer, not an error and not an empty one.
func testQuestionRace(t *testing.T, k *kit) {
	const callers = 8
	answers, did := make([]registry.Kept, callers), make([]bool, callers)
	errs := race(callers, func(i int) error {
		return k.try(t, func(ctx context.Context, tx registry.Tx) (err error) {
			q := question("a")
			if answers[i], _, did[i], err = tx.ClaimQuestion(ctx, q, Now(), Now().Add(-day)); err != nil || !did[i] {
				return err
			}
			answers[i] = registry.Kept{Status: 201, Body: []byte(strconv.Itoa(i))}
			return tx.KeepAnswer(ctx, q, answers[i])
		})
	})
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	n := 0
	for i := range callers {
		if did[i] {
			n++
		}
		same(t, "answer", answers[0], answers[i])
	}
	if n != 1 || answers[0].Status != 201 {
		t.Errorf("%d of %d did it, and the answer is %+v", n, callers, answers[0])
	}
}

func testPurgeAnswers(t *testing.T, k *kit) {
	for i, at := range []time.Time{Now().Add(-time.Second), Now(), Now().Add(-time.Hour), Now().Add(time.Millisecond)} {
		k.claim(t, question(strconv.Itoa(i)), at, registry.Kept{Status: 200})
	}
	for _, want := range []int{2, 1, 0} {
		k.write(t, func(ctx context.Context, tx registry.Tx) error {
			n, err := tx.PurgeAnswers(ctx, Now(), 2)
			same(t, "deleted", want, n)
			return err
		})
		if want == 2 {
			if _, _, ok := k.claim(t, question("1"), Now(), registry.Kept{}); ok {
				t.Error("an older answer is kept and a newer one deleted")
			}
		}
	}
	if _, _, ok := k.claim(t, question("3"), Now(), registry.Kept{}); ok {
		t.Error("an answer that is younger was deleted")
	}
}
