package registry

import (
	"context"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
)

// Wish tells the supplier what the customer would have instead of a request that
// nobody has answered, which stays as it is. Said again, the last words stand.
// The supplier is not told who said it. Errors: Invalid with the field wish;
// Conflict request.decided or request.expired; Gone system.deleted; those of the
// policy.
func (r *Registry) Wish(ctx context.Context, a models.Actor, id models.ID, text string) error {
	return r.guard(ctx, a, policy.RequestWish, requestSubject(id), func(tx Tx, _ policy.Standing, _ *catalog.Catalog) (change, error) {
		one, err := tx.RequestFor(ctx, party.OrgNo(a.OrgNo), id)
		if err != nil {
			return change{}, err
		}
		if one, err = one.Wished(text, models.ID(a.ID), stored(r.Now())); err != nil {
			return change{}, err
		}
		s, err := tx.System(ctx, one.System)
		if err != nil {
			return change{}, err
		}
		if s.Deleted {
			return change{}, models.NewError(models.Gone, models.CodeSystemDeleted)
		}
		return change{
			subject: requestSubject(id), event: "request.wished", orgs: []party.OrgNo{s.Supplier, one.Customer},
			detail: audit.Detail{"system": string(one.System), "customer": string(one.Customer), "status": string(one.Status)},
		}, tx.SaveWish(ctx, one)
	})
}

// WishChange is Wish for a change request. Conflict systemuser.revoked, too, when
// there is nothing left to change.
func (r *Registry) WishChange(ctx context.Context, a models.Actor, id models.ID, text string) error {
	return r.guard(ctx, a, policy.ChangeWish, changeSubject(id), func(tx Tx, _ policy.Standing, _ *catalog.Catalog) (change, error) {
		one, err := tx.ChangeTo(ctx, []party.OrgNo{party.OrgNo(a.OrgNo)}, id)
		if err != nil {
			return change{}, err
		}
		if one.Request, err = one.Wished(text, models.ID(a.ID), stored(r.Now())); err != nil {
			return change{}, err
		}
		s, err := tx.System(ctx, one.System)
		if err != nil {
			return change{}, err
		}
		u, err := tx.SystemUserOf(ctx, one.Customer, one.SystemUser)
		switch {
		case err != nil:
			return change{}, err
		case s.Deleted:
			return change{}, models.NewError(models.Gone, models.CodeSystemDeleted)
		case u.Over(r.Now()):
			return change{}, models.NewError(models.Conflict, models.CodeUserRevoked)
		}
		return changed(one, s.Supplier, "change.wished"), tx.SaveChangeWish(ctx, one)
	})
}
