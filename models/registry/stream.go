package registry

import (
	"context"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/systemuser"
)

// Streamed is a system user as the platform follows it.
type Streamed struct {
	systemuser.SystemUser
	Party int64 // Altinn's number of the customer
}

// StreamReader reads all system users in the order in which their last changes
// were committed, ended ones too. What was delegated is not read along.
type StreamReader interface {
	// StreamedAfter lists those whose number is greater than after, in the order
	// of the numbers, at most limit.
	StreamedAfter(ctx context.Context, after int64, limit int) ([]Streamed, error)
	// LastSeq is the greatest number; 0 when there is no system user.
	LastSeq(ctx context.Context) (int64, error)
	// StreamedBy finds one by its id.
	StreamedBy(ctx context.Context, id models.ID) (Streamed, error)
}

// Stream lists what has changed after the number, for a service of the
// platform, at most limit, and the number of the last change of all. Who goes on
// after the last number that he was given misses no change.
func (r *Registry) Stream(ctx context.Context, a models.Actor, after int64, limit int) (found []Streamed, last int64, err error) {
	err = r.read(ctx, a, policy.SystemUserStream, func(tx Reader, _ policy.Standing, _ *catalog.Catalog) error {
		var err error
		if found, err = tx.StreamedAfter(ctx, after, limit); err != nil {
			return err
		}
		last, err = tx.LastSeq(ctx)
		return err
	})
	return found, last, err
}

// StreamedUser finds one system user for a service of the platform. NotFound for
// one that is not there, and for one that has ended.
func (r *Registry) StreamedUser(ctx context.Context, a models.Actor, id models.ID) (Streamed, error) {
	var u Streamed
	err := r.read(ctx, a, policy.SystemUserStream, func(tx Reader, _ policy.Standing, _ *catalog.Catalog) error {
		var err error
		u, err = tx.StreamedBy(ctx, id)
		if err == nil && u.Status == systemuser.Revoked {
			err = models.NewError(models.NotFound, models.CodeNotFound)
		}
		return err
	})
	return u, err
}

// SupplierOf is whose a system is, from its id, for ever.
func SupplierOf(u systemuser.SystemUser) party.OrgNo {
	return party.OrgNo(u.System[:min(len(u.System), 9)])
}
