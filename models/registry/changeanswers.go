package registry

import (
	"context"
	"slices"
	"strings"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

// ApproveChange changes what the system user holds, as the change request asks,
// but for what is left out of what would be new. seen is that of the
// ChangeReview that the actor answered. What is new is
// checked again here, on the data of the same transaction; what the system user
// holds already stays without a new check. From the moment this returns nil,
// enrichments and decisions go by what it holds then. Errors: Conflict
// request.decided, request.expired, systemuser.revoked, organisation.struck_off
// or request.changed; Gone system.deleted; Invalid with the fields of
// request.Change.Without; Forbidden request.not_granted, which is a *NotGrantedError,
// or authentication.level; those of the policy.
func (r *Registry) ApproveChange(ctx context.Context, a models.Actor, id models.ID, seen string, without ...catalog.Item) (systemuser.SystemUser, error) {
	return r.approveChange(ctx, a, id, seen, without, nil)
}

// ApproveChangeThrough is ApproveChange through a portal: what stands now is
// approved, and the audit log names the portal. One that the API shows no more
// is NotFound.
func (r *Registry) ApproveChangeThrough(ctx context.Context, a models.Actor, id models.ID, portal Portal) (systemuser.SystemUser, error) {
	return r.approveChange(ctx, a, id, "", nil, &portal)
}

func (r *Registry) approveChange(ctx context.Context, a models.Actor, id models.ID, seen string, without []catalog.Item, portal *Portal) (systemuser.SystemUser, error) {
	var user systemuser.SystemUser
	err := r.guard(ctx, a, policy.ChangeApprove, changeSubject(id), func(tx Tx, s policy.Standing, c *catalog.Catalog) (change, error) {
		v, err := r.reviewChange(ctx, tx, a, s, c, id)
		if err != nil {
			return change{}, err
		}
		if portal != nil {
			if !v.Change.Removed.IsZero() {
				return change{}, models.NewError(models.NotFound, models.CodeNotFound)
			}
			seen = v.Seen
		}
		if err := approvable(v.Review, seen, v.Over); err != nil {
			return change{}, err
		}
		held := v.User.Asked(v.System)
		given, err := v.Change.Without(without, held, v.System)
		if err != nil {
			return change{}, err
		}
		added, removed, after := given.Needed(held)
		if err := granted(only(v.Asked, added)); err != nil {
			return change{}, err
		}
		v.Change.LeftOut = given.LeftOut
		done, err := r.decideChange(ctx, tx, a, v.Change, request.Approve, "", "change.accepted")
		if err != nil {
			return change{}, err
		}
		done.detail["seen"], done.detail["added"], done.detail["removed"] = digestOf(v.Seen), itemList(added), itemList(removed)
		done.detail["kept"] = itemList(after[:len(after)-len(added)])
		leaves(done, given.LeftOut)
		through(done, portal)
		user = v.User
		after = append(after, dormant(v.User, v.System, v.Change)...)
		if sameItems(user.Delegated, after) {
			return done, nil
		}
		user.Delegated, user.ChangedAt = after, stored(r.Now())
		if err := tx.SaveDelegated(ctx, user); err != nil {
			return change{}, err
		}
		user.Version++
		return done, nil
	})
	return user, err
}

// dormant is what was approved, is not asked for by the system now, and is not
// unwanted: a change leaves it as it is.
func dormant(u systemuser.SystemUser, s system.System, c request.Change) []catalog.Item {
	held := u.Asked(s)
	rest := slices.DeleteFunc(slices.Clone(u.Delegated), func(i catalog.Item) bool { return slices.Contains(held, i) })
	_, _, rest = request.Change{Unwanted: c.Unwanted}.Needed(rest)
	return rest
}

// RejectChange answers no, with the reason for the supplier. Errors: Invalid
// with the field reason; Conflict when it can not be answered any more; those of
// the policy.
func (r *Registry) RejectChange(ctx context.Context, a models.Actor, id models.ID, reason string) error {
	return r.rejectChange(ctx, a, id, reason, nil)
}

// RejectChangeThrough is RejectChange through a portal, which gives no reason.
func (r *Registry) RejectChangeThrough(ctx context.Context, a models.Actor, id models.ID, portal Portal) error {
	return r.rejectChange(ctx, a, id, "", &portal)
}

func (r *Registry) rejectChange(ctx context.Context, a models.Actor, id models.ID, reason string, portal *Portal) error {
	return r.guard(ctx, a, policy.ChangeReject, changeSubject(id), func(tx Tx, _ policy.Standing, _ *catalog.Catalog) (change, error) {
		if err := reasoned(reason, portal); err != nil {
			return change{}, err
		}
		old, err := tx.ChangeTo(ctx, []party.OrgNo{party.OrgNo(a.OrgNo)}, id)
		if err == nil && portal != nil && !old.Removed.IsZero() {
			err = models.NewError(models.NotFound, models.CodeNotFound)
		}
		if err != nil {
			return change{}, err
		}
		done, err := r.decideChange(ctx, tx, a, old, request.Reject, strings.TrimSpace(reason), "change.rejected")
		if err == nil {
			through(done, portal)
		}
		return done, err
	})
}

// decideChange moves a change request by the event and stores it, compare-and-set.
func (r *Registry) decideChange(ctx context.Context, tx Tx, a models.Actor, c request.Change, e request.Event, reason, event string) (change, error) {
	decided, err := c.Apply(e, models.ID(a.ID), reason, stored(r.Now()))
	if err != nil {
		return change{}, err
	}
	c.Request = decided
	s, err := tx.System(ctx, c.System)
	if err != nil {
		return change{}, err
	}
	if err := tx.SaveChange(ctx, c); err != nil {
		return change{}, err
	}
	done := changed(c, s.Supplier, event)
	if e == request.Reject {
		return done, spares(ctx, tx, c, s, done)
	}
	return done, nil
}

// spares notes in done what a yes would have done to the system user, since it
// would do something else later.
func spares(ctx context.Context, tx Reader, c request.Change, of system.System, done change) error {
	user, err := tx.SystemUserOf(ctx, c.Customer, c.SystemUser)
	added, removed, after := c.Needed(user.Asked(of))
	done.detail["not_added"], done.detail["not_removed"] = itemList(added), itemList(removed)
	done.detail["kept"] = itemList(after[:len(after)-len(added)])
	return err
}

// parseItems reads what itemList wrote.
func parseItems(list string) []catalog.Item {
	var items []catalog.Item
	for word := range strings.SplitSeq(list, " ") {
		if item, ok := catalog.ParseItem(strings.ReplaceAll(word, "+", " ")); ok {
			items = append(items, item)
		}
	}
	return items
}
