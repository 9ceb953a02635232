package registry

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

// SystemUserView is a system user with the names that a list shows.
type SystemUserView struct {
	SystemUser systemuser.SystemUser
	System     system.System
	Supplier   party.Organisation
	Customer   party.Organisation
	Use        Use
	Held       int // how many items it effectively holds
}

// namedUsers adds systems, suppliers and use, in one question each.
func (r *Registry) namedUsers(ctx context.Context, tx Reader, users []systemuser.SystemUser) ([]SystemUserView, error) {
	var sids []system.ID
	var ids []models.ID
	for _, u := range users {
		sids, ids = append(sids, u.System), append(ids, u.ID)
	}
	systems, err := tx.Systems(ctx, sids)
	if err != nil {
		return nil, err
	}
	var nos []party.OrgNo
	for _, u := range users {
		nos = append(nos, u.Customer, systems[u.System].Supplier)
	}
	orgs, err := tx.Organisations(ctx, nos)
	if err != nil {
		return nil, err
	}
	uses, err := tx.Uses(ctx, ids)
	if err != nil {
		return nil, err
	}
	out, now := make([]SystemUserView, len(users)), r.Now()
	for i, u := range users {
		s := systems[u.System]
		out[i] = SystemUserView{SystemUser: u.Current(now), System: s, Supplier: orgs[s.Supplier], Customer: orgs[u.Customer], Use: uses[u.ID], Held: len(u.Effective(s, now))}
	}
	return out, nil
}

// namedUser is one of them.
func (r *Registry) namedUser(ctx context.Context, tx Reader, u systemuser.SystemUser) (SystemUserView, error) {
	views, err := r.namedUsers(ctx, tx, []systemuser.SystemUser{u})
	if err != nil {
		return SystemUserView{}, err
	}
	return views[0], nil
}

// SystemUserPage is a system user with what it holds and its history.
type SystemUserPage struct {
	SystemUserView
	Asked     []Asked // what was delegated; Verdict is empty
	Lost      []catalog.Item
	History   []HistoryLine // oldest first, from the request on
	CanRevoke bool
	StruckOff time.Time // when the organisation was struck off its register; zero while it stands
	Days      []DayUse  // on which of the last UseDays days it was used, today among them
	Care      Care
}

// SystemUser shows one system user of the organisation that the actor acts for.
func (r *Registry) SystemUser(ctx context.Context, a models.Actor, id models.ID) (SystemUserPage, error) {
	var out SystemUserPage
	err := r.read(ctx, a, policy.SystemUserRead, func(tx Reader, s policy.Standing, c *catalog.Catalog) error {
		u, err := tx.SystemUserOf(ctx, party.OrgNo(a.OrgNo), id)
		if err != nil {
			return err
		}
		if out.SystemUserView, err = r.namedUser(ctx, tx, u); err != nil {
			return err
		}
		u, out.StruckOff = out.SystemUser, out.Customer.StruckOff
		still := u.Asked(out.System) // what a pause takes is not lost
		for _, item := range u.Delegated {
			out.Asked = append(out.Asked, askedOf(c, out.System, item))
			if u.Status == systemuser.Active && !slices.Contains(still, item) {
				out.Lost = append(out.Lost, item)
			}
		}
		out.CanRevoke = u.Status == systemuser.Active && policy.Check(a, policy.SystemUserRevoke, s, c) == nil
		out.Care.Manage = policy.Check(a, policy.SystemUserSuspend, s, c) == nil
		if u.Status == systemuser.Active {
			if out.Care, err = r.care(ctx, tx, a, s, c, out.SystemUserView); err != nil {
				return err
			}
		}
		if out.Days, err = r.usedOn(ctx, tx, u.ID, UseDays); err != nil {
			return err
		}
		out.History, err = r.userHistory(ctx, tx, a, c, u, out.System)
		return err
	})
	return out, err
}

// Revoke ends a system user for good. From the moment this returns nil, no
// enrichment and no decision says yes for it, whatever it was given; the request
// that it came from is removed, so that the supplier may ask anew, and change
// requests of it are withdrawn. Conflict systemuser.revoked when
// it has ended already; those of the policy. No fresh login is asked for.
func (r *Registry) Revoke(ctx context.Context, a models.Actor, id models.ID) error {
	return r.guard(ctx, a, policy.SystemUserRevoke, userSubject(id), func(tx Tx, _ policy.Standing, _ *catalog.Catalog) (change, error) {
		u, err := tx.SystemUserOf(ctx, party.OrgNo(a.OrgNo), id)
		if err != nil {
			return change{}, err
		}
		if u.Status == systemuser.Revoked {
			return change{}, models.NewError(models.Conflict, models.CodeUserRevoked)
		}
		return r.end(ctx, tx, a, u, systemuser.EndedByCustomer, "systemuser.revoked")
	})
}

// end ends a live system user for good, whoever's act it is: no client is served
// any more, the request that it came from is removed, change requests of it are
// withdrawn.
func (r *Registry) end(ctx context.Context, tx Tx, a models.Actor, u systemuser.SystemUser, by systemuser.Ender, event string) (change, error) {
	detail := audit.Detail{"system": string(u.System), "customer": string(u.Customer)}
	if u.Kind == systemuser.Agent {
		n, err := tx.DetachClients(ctx, u.ID, "", r.Now())
		if err != nil {
			return change{}, err
		}
		detail["clients"] = strconv.Itoa(n)
	}
	u.Status, u.RevokedAt, u.RevokedBy = systemuser.Revoked, r.Now(), by
	if err := tx.RevokeSystemUser(ctx, u); err != nil {
		return change{}, err
	}
	s, err := tx.System(ctx, u.System)
	if err != nil {
		return change{}, err
	}
	return change{
		subject: userSubject(u.ID), event: event, orgs: []party.OrgNo{s.Supplier, u.Customer}, detail: detail,
	}, r.closeRequests(ctx, tx, a, u, s.Supplier)
}

// closeRequests does what follows for requests when a system user has ended,
// and records the change requests that are withdrawn by it.
func (r *Registry) closeRequests(ctx context.Context, tx Tx, a models.Actor, u systemuser.SystemUser, supplier party.OrgNo) error {
	withdrawn, err := tx.CloseRequestsOf(ctx, u.ID, r.Now())
	if err != nil {
		return err
	}
	for _, id := range withdrawn {
		err := r.record(ctx, tx, a, "", policy.ChangeWithdraw, change{
			subject: changeSubject(id), event: "change.withdrawn", orgs: []party.OrgNo{supplier, u.Customer},
			detail: audit.Detail{"system": string(u.System), "customer": string(u.Customer), "systemuser": string(u.ID)},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func userSubject(id models.ID) string { return "systemuser:" + string(id) }
