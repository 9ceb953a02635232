package registry

import (
	"context"
	"strconv"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/policy"
)

// KeyTx changes the keys that national ids are kept under. The keys themselves
// come to the store from outside the database.
type KeyTx interface {
	// AddKey names the newest key given as the one to use from now on; added
	// is false when the database names it already.
	AddKey(ctx context.Context) (added bool, err error)
	// Reseal moves at most limit national ids to the newest key, and counts
	// those that are left under another.
	Reseal(ctx context.Context, limit int) (moved, left int, err error)
	// RetireKeys forgets the keys that nothing is kept under, and counts them.
	RetireKeys(ctx context.Context) (int, error)
}

const keySubject = "key:personal data"

// AddKey makes the newest key given the one that national ids are kept under
// from now on. Programs that run find out at their next look-up. added is false
// when it is that already.
func (r *Registry) AddKey(ctx context.Context, a models.Actor) (added bool, err error) {
	err = r.guard(ctx, a, policy.KeyRotate, keySubject, func(tx Tx, _ policy.Standing, _ *catalog.Catalog) (change, error) {
		err := tx.Alone(ctx) // as who signs in: the log first, then the keys
		if err != nil {
			return change{}, err
		}
		added, err = tx.AddKey(ctx)
		return change{subject: keySubject, detail: audit.Detail{"step": "add", "added": strconv.FormatBool(added)}}, err
	})
	return added, err
}

// resealed is how many national ids are moved in one transaction.
const resealed = 500

// Reseal moves every national id to the newest key, some at a time so that
// nobody waits for long, and forgets the keys that are out of use. It goes on
// where it was cut short when it is run again.
func (r *Registry) Reseal(ctx context.Context, a models.Actor) (moved int, err error) {
	for left := 1; left > 0; {
		err := r.guard(ctx, a, policy.KeyRotate, keySubject, func(tx Tx, _ policy.Standing, _ *catalog.Catalog) (change, error) {
			if err := tx.Alone(ctx); err != nil {
				return change{}, err
			}
			now, rest, err := tx.Reseal(ctx, resealed)
			if err != nil {
				return change{}, err
			}
			retired := 0
			if left = rest; left == 0 {
				if retired, err = tx.RetireKeys(ctx); err != nil {
					return change{}, err
				}
			}
			moved += now
			return change{subject: keySubject, detail: audit.Detail{
				"step": "reseal", "moved": strconv.Itoa(now), "left": strconv.Itoa(left), "retired": strconv.Itoa(retired),
			}}, nil
		})
		if err != nil {
			return moved, err
		}
	}
	return moved, nil
}
