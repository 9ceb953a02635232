package registry

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/stafett/stafett/models"
)

// keptAnswers is how long an answer is kept for the same question.
const keptAnswers = 24 * time.Hour

// Question is one that a caller may ask twice and wants done once: his
// Idempotency-Key names it.
type Question struct {
	Caller string // issuer and client, or person: keys of one are not another's
	Route  string
	Key    string
	Digest []byte // of what is asked, so that a key used for something else is noticed
}

// Kept is an answer as it went out.
type Kept struct {
	Status int
	Header http.Header // what the answer adds, such as Location
	Body   []byte
}

// OnceTx keeps answers.
type OnceTx interface {
	// ClaimQuestion notes the question at the time, for this transaction to
	// answer: ok is true when nobody has since the time before. Otherwise the
	// answer and the digest that are kept come back. Whoever asks at the same
	// time waits here.
	ClaimQuestion(ctx context.Context, q Question, at, since time.Time) (kept Kept, digest []byte, ok bool, err error)
	// KeepAnswer stores the answer to a question that this transaction claimed.
	KeepAnswer(ctx context.Context, q Question, k Kept) error
	// DropQuestion forgets a question that this transaction claimed.
	DropQuestion(ctx context.Context, q Question) error
	// PurgeAnswers deletes at most limit of those kept before the time, and
	// returns how many there were.
	PurgeAnswers(ctx context.Context, before time.Time, limit int) (int, error)
}

// Once does what is asked and keeps the answer in the same transaction; asked
// again within 24 hours it gives the answer and does nothing. do works on a
// registry that is bound to the transaction, and may run more than once; it
// makes one change, for of several those before one that fails would stay. An
// error of do is not kept, so the same key can be tried again; what it recorded
// as denied stays. Errors: Conflict idempotency.reused when the key stands for
// another question; those of do.
func (r *Registry) Once(ctx context.Context, q Question, do func(*Registry) (Kept, error)) (answer Kept, repeated bool, err error) {
	answer, repeated, err = r.once(ctx, q, do)
	if r.meets(ctx, err) { // whom the transaction could not wait for
		return r.once(ctx, q, do)
	}
	return answer, repeated, err
}

func (r *Registry) once(ctx context.Context, q Question, do func(*Registry) (Kept, error)) (answer Kept, repeated bool, err error) {
	var failed error
	err = r.Store.Write(ctx, func(tx Tx) error {
		failed, repeated = nil, false
		if err := tx.Alone(ctx); err != nil { // as every change: the log first
			return err
		}
		now := r.Now()
		kept, digest, ok, err := tx.ClaimQuestion(ctx, q, now, now.Add(-keptAnswers))
		switch {
		case err != nil:
			return err
		case !ok && !bytes.Equal(digest, q.Digest):
			return models.NewError(models.Conflict, models.CodeKeyReused)
		case !ok:
			answer, repeated = kept, true
			return nil
		}
		bound := *r
		bound.Store = within{tx}
		answer, failed = do(&bound)
		if failed == nil {
			return tx.KeepAnswer(ctx, q, answer)
		}
		if _, ours := errors.AsType[*models.Error](failed); !ours {
			return failed
		}
		return tx.DropQuestion(ctx, q)
	})
	if err == nil {
		err = failed
	}
	return answer, repeated, err
}

// PurgeAnswers deletes answers that are kept no longer, and returns how many
// there were. A job calls it.
func (r *Registry) PurgeAnswers(ctx context.Context) (int, error) {
	const batch = 1000
	total := 0
	for {
		n := 0
		err := r.Store.Write(ctx, func(tx Tx) (err error) {
			n, err = tx.PurgeAnswers(ctx, r.Now().Add(-keptAnswers), batch)
			return err
		})
		total += n
		if err != nil || n < batch {
			return total, err
		}
	}
}

// within is a Store inside a transaction: a write that fails is undone while
// the transaction goes on.
type within struct{ tx Tx }

func (w within) Read(_ context.Context, f func(Reader) error) error { return f(w.tx) }

func (w within) Write(ctx context.Context, f func(Tx) error) error {
	return w.tx.Nested(ctx, func() error { return f(w.tx) })
}
