package registry

import (
	"context"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/systemuser"
)

// Forward sends a request of the kind to those in the actor's organisation who
// administer access, on behalf of a member who cannot answer it himself. It can
// be answered as before; sent on already, nothing happens. Errors: Conflict
// request.decided or request.expired; NotFound; those of the policy.
func (r *Registry) Forward(ctx context.Context, a models.Actor, id models.ID, kind systemuser.Kind) error {
	return r.guard(ctx, a, policy.RequestForward, requestSubject(id), func(tx Tx, _ policy.Standing, _ *catalog.Catalog) (change, error) {
		one, err := shown(tx.RequestFor(ctx, party.OrgNo(a.OrgNo), id))
		if err != nil {
			return change{}, err
		}
		if one.Kind != kind {
			return change{}, models.NewError(models.NotFound, models.CodeNotFound)
		}
		if _, err := one.Current(r.Now()).Next(request.Reject); err != nil || one.Escalated {
			return change{}, err
		}
		if err := tx.EscalateRequest(ctx, one); err != nil {
			return change{}, err
		}
		s, err := tx.System(ctx, one.System)
		if err != nil {
			return change{}, err
		}
		return change{
			subject: requestSubject(id), event: "request.forwarded", orgs: []party.OrgNo{s.Supplier, one.Customer},
			detail: audit.Detail{"system": string(one.System), "customer": string(one.Customer)},
		}, nil
	})
}
