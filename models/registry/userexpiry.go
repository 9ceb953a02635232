package registry

import (
	"context"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/systemuser"
)

// EndSystemUsers ends system users whose time is up, in batches, and returns how
// many there were. They have been given no tokens since; this frees their place,
// and tells those whom it concerns. A job calls it.
func (r *Registry) EndSystemUsers(ctx context.Context) (int, error) {
	const batch = 100
	total := 0
	for {
		n := 0
		err := r.Store.Write(ctx, func(tx Tx) error {
			if err := tx.Alone(ctx); err != nil { // as every change: the log first
				return err
			}
			due, err := tx.SystemUsersDue(ctx, r.Now(), batch)
			if err != nil {
				return err
			}
			for _, u := range due {
				if err := r.endOver(ctx, tx, u); err != nil {
					return err
				}
			}
			n = len(due)
			return nil
		})
		total += n
		if err != nil || n < batch {
			return total, err
		}
	}
}

// endOver ends a live system user whose time is up.
func (r *Registry) endOver(ctx context.Context, tx Tx, u systemuser.SystemUser) error {
	done, err := r.end(ctx, tx, expiry, u, systemuser.EndedByTime, "systemuser.ended")
	if err != nil {
		return err
	}
	return r.record(ctx, tx, expiry, "", policy.SystemUserEnd, done)
}

// freeUser makes sure that no live system user stands where that of the request
// will: one whose time is up is ended, another is a Conflict.
func (r *Registry) freeUser(ctx context.Context, tx Tx, in request.Request) error {
	u, err := tx.SystemUserAt(ctx, in.System, in.Customer, in.ExternalRef)
	switch {
	case err != nil && models.CodeOf(err) == models.CodeNotFound:
		return nil
	case err != nil:
		return err
	case u.Over(r.Now()):
		return r.endOver(ctx, tx, u)
	}
	return models.NewError(models.Conflict, models.CodeUserExists)
}
