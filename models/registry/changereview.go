package registry

import (
	"context"
	"slices"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

// ChangeReview is everything that an approver is shown before he answers a
// change request. Of the Review, Asked are the rights that would be new.
type ChangeReview struct {
	Review
	Change  request.Change
	User    systemuser.SystemUser
	Removed []Asked // what the system user would lose
	Kept    []Asked // what it would keep; nil where that is not known of an answer that was given long ago
	LeftOut []Asked // what an approval did not give, as the system can do without it
	Over    bool    // the system user has ended, so there is nothing to change
}

// ReviewChange shows a change request to the organisation that the actor acts
// for: what it would add, remove and leave as it is if it were approved now, or
// what it did or would have done when it was answered, with the check of what he
// may grant. Any member of the organisation may look.
func (r *Registry) ReviewChange(ctx context.Context, a models.Actor, id models.ID) (ChangeReview, error) {
	var out ChangeReview
	err := r.read(ctx, a, policy.ChangeRead, func(tx Reader, s policy.Standing, c *catalog.Catalog) error {
		var err error
		if out, err = r.reviewChange(ctx, tx, a, s, c, id); err != nil {
			return err
		}
		out.SentOn, err = sentOn(ctx, tx, a, Ref{ID: out.Change.ID, Change: true})
		return err
	})
	return out, err
}

// ChangeCustomer tells whom a change request concerns if the person of the actor
// holds anything in that organisation. Otherwise NotFound, as for one that does
// not exist.
func (r *Registry) ChangeCustomer(ctx context.Context, person models.ID, id models.ID) (party.OrgNo, error) {
	var customer party.OrgNo
	err := r.Store.Read(ctx, func(tx Reader) error {
		holdings, err := tx.HoldingsOf(ctx, person, r.Now())
		if err != nil {
			return err
		}
		nos := make([]party.OrgNo, len(holdings))
		for i, h := range holdings {
			nos[i] = h.OrgNo
		}
		one, err := tx.ChangeTo(ctx, nos, id)
		customer = one.Customer
		return err
	})
	return customer, err
}

func (r *Registry) reviewChange(ctx context.Context, tx Reader, a models.Actor, s policy.Standing, c *catalog.Catalog, id models.ID) (ChangeReview, error) {
	var v ChangeReview
	var err error
	if v.Change, err = tx.ChangeTo(ctx, []party.OrgNo{party.OrgNo(a.OrgNo)}, id); err != nil {
		return v, err
	}
	if v.User, err = tx.SystemUserOf(ctx, v.Change.Customer, v.Change.SystemUser); err != nil {
		return v, err
	}
	views, err := r.named(ctx, tx, []request.Request{v.Change.Request})
	if err != nil {
		return v, err
	}
	v.RequestView, v.Manager, v.Roles = views[0], s.AccessManager(c), titles(c, s)
	switch code := models.CodeOf(policy.Check(a, policy.ChangeApprove, s, c)); code {
	case models.CodeLevelTooLow, models.CodeLoginTooOld:
		v.Again = code
	}
	s.Level = max(s.Level, s.MinLevel, 1) // what a new login would not change
	added, removed, kept := v.Change.Needed(v.User.Asked(v.System))
	kept = slices.DeleteFunc(kept, func(i catalog.Item) bool { return slices.Contains(added, i) })
	if v.Change.DecidedBy != "" {
		entry, err := answer(ctx, tx, changeSubject(v.Change.ID), v.Change.Customer, policy.ChangeApprove, policy.ChangeReject)
		if err != nil {
			return v, err
		}
		v.answered(c, entry)
		added, removed, kept = answeredOf(v.Change, entry)
	}
	would := v.Change.Request
	would.Items = added
	v.Asked = askedFor(c, s, v.System, would)
	for i, one := range v.Asked {
		_, had := lostServices(c, v.System, []catalog.Item{one.Item}, slices.Concat(kept, removed))
		for _, service := range had {
			v.Asked[i].Had = append(v.Asked[i].Had, service.Resource)
		}
	}
	v.LeftOut = described(c, v.System, v.Change.LeftOut)
	v.Removed, v.Kept = described(c, v.System, removed), described(c, v.System, kept)
	return v, r.settleChange(ctx, tx, c, &v)
}

// answeredOf is what an answer to the change request did, or did not do, and what
// stayed, as the audit log has it and not as it would be now. Of a no that the log
// has without it, it is what was asked.
func answeredOf(q request.Change, e audit.Entry) (added, removed, kept []catalog.Item) {
	kept = parseItems(e.Detail["kept"])
	if q.Status == request.Accepted {
		return parseItems(e.Detail["added"]), parseItems(e.Detail["removed"]), kept
	}
	added, removed = parseItems(e.Detail["not_added"]), parseItems(e.Detail["not_removed"])
	if len(added)+len(removed)+len(kept) == 0 {
		return q.Items, q.Unwanted, nil
	}
	return added, removed, kept
}

// settleChange works out who may answer, and by whom it has been.
func (r *Registry) settleChange(ctx context.Context, tx Reader, c *catalog.Catalog, v *ChangeReview) error {
	customers, err := tx.Customers(ctx, []system.ID{v.Change.System})
	if err != nil {
		return err
	}
	v.Customers = customers[v.Change.System]
	v.Over = v.User.Status == systemuser.Revoked || v.User.Over(r.Now())
	if err := r.settle(ctx, tx, c, &v.Review, v.Open() && !v.Over); err != nil {
		return err
	}
	v.Seen = sealed(v.pieces())
	return nil
}

// described says what items are, without a check of who may grant them.
func described(c *catalog.Catalog, s system.System, items []catalog.Item) []Asked {
	out := make([]Asked, len(items))
	for i, item := range items {
		out[i] = askedOf(c, s, item)
	}
	return out
}
