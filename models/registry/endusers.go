package registry

import (
	"context"
	"slices"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/systemuser"
)

// After is where a list in the order of making goes on: after what was made
// then and has the id. The zero After is the beginning.
type After struct {
	Made time.Time
	ID   models.ID
}

// EndUserReader reads lists of one customer, the oldest first.
type EndUserReader interface {
	// PendingRequests lists the customer's requests of the kind that can be
	// answered at now, at most limit; of those alone that have been sent on,
	// when escalated is set.
	PendingRequests(ctx context.Context, customer party.OrgNo, kind systemuser.Kind, escalated bool, now time.Time, after After, limit int) ([]request.Request, error)
	// LiveSystemUsers lists the customer's system users of the kind that have not
	// been revoked, at most limit.
	LiveSystemUsers(ctx context.Context, customer party.OrgNo, kind systemuser.Kind, after After, limit int) ([]systemuser.SystemUser, error)
}

// EndUserTx writes what end users do beside answering.
type EndUserTx interface {
	// EscalateRequest stores whether r has been sent on: Conflict request.decided
	// when it is no longer pending. Its version stays, for it asks for the same.
	EscalateRequest(ctx context.Context, r request.Request, on bool) error
	// RenameSystemUser stores u.Title and u.ChangedAt if the stored one is not
	// revoked and has u.Version; otherwise Conflict systemuser.revoked. It takes
	// the next number in the order of changes.
	RenameSystemUser(ctx context.Context, u systemuser.SystemUser) error
}

// EndUser finds the person whom a platform's token names. NotFound when nobody
// is, or two are.
func (r *Registry) EndUser(ctx context.Context, u party.EndUser) (models.ID, error) {
	var id models.ID
	err := r.Store.Read(ctx, func(tx Reader) (err error) {
		id, err = tx.PersonByEndUser(ctx, u)
		return err
	})
	return id, err
}

// PartyOf finds the organisation with the party id in which the person holds
// anything. One where he holds nothing is as one that is not there: Forbidden.
func (r *Registry) PartyOf(ctx context.Context, person models.ID, partyID int64) (party.Organisation, error) {
	var o party.Organisation
	err := r.Store.Read(ctx, func(tx Reader) error {
		found, err := tx.OrganisationByParty(ctx, partyID)
		if err != nil && models.CodeOf(err) != models.CodeNotFound {
			return err
		}
		holdings, err := tx.HoldingsOf(ctx, person, r.Now())
		if err != nil {
			return err
		}
		if found.OrgNo == "" || !slices.ContainsFunc(holdings, func(h party.Holding) bool { return h.OrgNo == found.OrgNo }) {
			return models.NewError(models.Forbidden, models.CodeForbidden)
		}
		o = found
		return nil
	})
	return o, err
}

// Pending lists the requests of the kind to the actor's organisation that can be
// answered, for those who administer access; of requests for agents those that
// somebody has sent on to them. more tells whether there are others.
func (r *Registry) Pending(ctx context.Context, a models.Actor, kind systemuser.Kind, after After, limit int) (out []RequestView, more bool, err error) {
	// The list is for whoever could answer.
	err = r.read(ctx, a, policy.RequestReject, func(tx Reader, _ policy.Standing, _ *catalog.Catalog) error {
		rs, err := tx.PendingRequests(ctx, party.OrgNo(a.OrgNo), kind, kind == systemuser.Agent, r.Now(), after, limit+1)
		if err != nil {
			return err
		}
		if more = len(rs) > limit; more {
			rs = rs[:limit]
		}
		out, err = r.named(ctx, tx, rs)
		return err
	})
	return out, more, err
}

// LiveSystemUsers lists the system users of the kind of the actor's organisation
// that have not been revoked. more tells whether there are others.
func (r *Registry) LiveSystemUsers(ctx context.Context, a models.Actor, kind systemuser.Kind, after After, limit int) (out []SystemUserView, more bool, err error) {
	err = r.read(ctx, a, policy.SystemUserRead, func(tx Reader, _ policy.Standing, _ *catalog.Catalog) error {
		users, err := tx.LiveSystemUsers(ctx, party.OrgNo(a.OrgNo), kind, after, limit+1)
		if err != nil {
			return err
		}
		if more = len(users) > limit; more {
			users = users[:limit]
		}
		out, err = r.namedUsers(ctx, tx, users)
		return err
	})
	return out, more, err
}

// LiveSystemUser is one system user of the actor's organisation; NotFound also
// when it has been revoked.
func (r *Registry) LiveSystemUser(ctx context.Context, a models.Actor, id models.ID) (SystemUserView, error) {
	var out SystemUserView
	err := r.read(ctx, a, policy.SystemUserRead, func(tx Reader, _ policy.Standing, _ *catalog.Catalog) error {
		u, err := tx.SystemUserOf(ctx, party.OrgNo(a.OrgNo), id)
		if err != nil {
			return err
		}
		if u.Current(r.Now()).Status == systemuser.Revoked {
			return models.NewError(models.NotFound, models.CodeNotFound)
		}
		out, err = r.namedUser(ctx, tx, u)
		return err
	})
	return out, err
}

// Rename gives a system user of the actor's organisation another title, by which
// people there know it. The title that it has already changes nothing. Errors:
// Invalid with the field title; Conflict systemuser.revoked; NotFound; those of
// the policy.
func (r *Registry) Rename(ctx context.Context, a models.Actor, id models.ID, title string) (SystemUserView, error) {
	var out SystemUserView
	err := r.guard(ctx, a, policy.SystemUserRename, userSubject(id), func(tx Tx, _ policy.Standing, _ *catalog.Catalog) (change, error) {
		u, err := tx.SystemUserOf(ctx, party.OrgNo(a.OrgNo), id)
		if err != nil {
			return change{}, err
		}
		renamed, err := u.Renamed(title, r.Now())
		if err != nil {
			return change{}, err
		}
		if out, err = r.namedUser(ctx, tx, renamed); err != nil || u.Title == title {
			return change{}, err
		}
		return change{
			subject: userSubject(id), event: "systemuser.renamed", orgs: []party.OrgNo{out.System.Supplier, u.Customer},
			detail: audit.Detail{"system": string(u.System), "customer": string(u.Customer)},
		}, tx.RenameSystemUser(ctx, renamed)
	})
	return out, err
}
