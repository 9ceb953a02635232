package registry

import (
	"context"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

// CreateSystemUser makes a standard system user for the actor's organisation
// without being asked: a person has found a visible system in a portal, and
// gives it all that it asks for (altinn-api.md section 4). Its external
// reference is the organisation's number; an empty title becomes the system's
// name. Errors: NotFound for a system that is not visible; Forbidden
// request.not_granted, which is a *NotGrantedError; Conflict systemuser.exists,
// organisation.struck_off; Invalid with the fields title and items, the latter
// when the system asks for nothing; those of the policy.
func (r *Registry) CreateSystemUser(ctx context.Context, a models.Actor, of system.ID, title string, portal Portal) (SystemUserView, error) {
	var out SystemUserView
	err := r.guard(ctx, a, policy.SystemUserCreate, "system:"+string(of), func(tx Tx, s policy.Standing, c *catalog.Catalog) (change, error) {
		found, err := tx.System(ctx, of)
		if err != nil {
			return change{}, err
		}
		if found.Deleted || !found.Visible {
			return change{}, models.NewError(models.NotFound, models.CodeNotFound)
		}
		customer, err := standingOrganisation(ctx, tx, party.OrgNo(a.OrgNo))
		if err != nil {
			return change{}, err
		}
		whole := request.Request{Kind: systemuser.Standard, Customer: customer.OrgNo, Title: title, Items: found.Asked()}
		if err := granted(askedFor(c, s, found, whole)); err != nil {
			return change{}, err
		}
		if whole, err = request.New(whole, found, c, r.Now(), request.Life); err != nil {
			return change{}, err
		}
		if err := r.freeUser(ctx, tx, whole); err != nil {
			return change{}, err
		}
		user := systemuser.SystemUser{
			ID: models.NewID(), Kind: whole.Kind, System: found.ID, Customer: customer.OrgNo, ExternalRef: whole.ExternalRef,
			Title: whole.Title, Status: systemuser.Active, Delegated: whole.Items, ApprovedBy: models.ID(a.ID),
			CreatedAt: r.Now(), ChangedAt: r.Now(), Version: 1,
		}
		if err := tx.AddSystemUser(ctx, user); err != nil {
			return change{}, err
		}
		views, err := r.namedUsers(ctx, tx, []systemuser.SystemUser{user})
		if err != nil {
			return change{}, err
		}
		out = views[0]
		done := change{
			subject: userSubject(user.ID), event: "systemuser.created", orgs: []party.OrgNo{found.Supplier, customer.OrgNo},
			detail: audit.Detail{"system": string(found.ID), "customer": string(customer.OrgNo), "items": itemList(user.Delegated)},
		}
		through(done, &portal)
		return done, nil
	})
	return out, err
}
