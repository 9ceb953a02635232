package registry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

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
	Kept    []Asked // what it would keep
	Over    bool    // the system user has ended, so there is nothing to change
}

// ReviewChange shows a change request to the organisation that the actor acts
// for: what it would add, remove and leave as it is if it were approved now, or
// what it did when it was, with the check of what he may grant. Any member of
// the organisation may look.
func (r *Registry) ReviewChange(ctx context.Context, a models.Actor, id models.ID) (ChangeReview, error) {
	var out ChangeReview
	err := r.read(ctx, a, policy.ChangeRead, func(tx Reader, s policy.Standing, c *catalog.Catalog) error {
		var err error
		out, err = r.reviewChange(ctx, tx, a, s, c, id)
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

// ChangeInbox lists the change requests to the organisation that the actor acts
// for, newest first, answered ones too.
func (r *Registry) ChangeInbox(ctx context.Context, a models.Actor) ([]RequestView, error) {
	var out []RequestView
	err := r.read(ctx, a, policy.ChangeRead, func(tx Reader, _ policy.Standing, _ *catalog.Catalog) error {
		changes, err := tx.ChangesTo(ctx, party.OrgNo(a.OrgNo), maxList)
		if err != nil {
			return err
		}
		rs := make([]request.Request, len(changes))
		for i, one := range changes {
			rs[i] = one.Request
		}
		out, err = r.named(ctx, tx, rs)
		return err
	})
	return out, err
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
	if v.Status == request.Accepted {
		if added, removed, err = wasChanged(ctx, tx, v.Change); err != nil {
			return v, err
		}
		kept = slices.DeleteFunc(kept, func(i catalog.Item) bool { return slices.Contains(added, i) })
	}
	would := v.Change.Request
	would.Items = added
	v.Asked = askedFor(c, s, v.System, would)
	v.Removed, v.Kept = described(c, v.System, removed), described(c, v.System, kept)
	return v, r.settleReview(ctx, tx, c, &v)
}

// settleReview works out who may answer, and by whom it has been.
func (r *Registry) settleReview(ctx context.Context, tx Reader, c *catalog.Catalog, v *ChangeReview) error {
	customers, err := tx.Customers(ctx, []system.ID{v.Change.System})
	if err != nil {
		return err
	}
	v.Customers = customers[v.Change.System]
	v.Over = v.User.Status == systemuser.Revoked || v.User.Over(r.Now())
	v.StruckOff = !v.Customer.StruckOff.IsZero()
	open := v.Status == request.Pending && !v.System.Deleted && !v.Over
	all := v.Manager && granted(v.Asked) == nil
	v.CanApprove, v.CanReject = open && all && !v.StruckOff, open && v.Manager
	if open && !all && !v.StruckOff {
		if err := r.findApprovers(ctx, tx, &v.Review, c); err != nil {
			return err
		}
	}
	if by := v.Change.DecidedBy; by != "" {
		persons, err := tx.Persons(ctx, []models.ID{by})
		if err != nil {
			return err
		}
		v.DecidedBy = persons[by]
	}
	v.Seen = v.digest()
	return nil
}

// wasChanged is what an approved change request added and removed, as the audit
// log has it.
func wasChanged(ctx context.Context, tx Reader, c request.Change) (added, removed []catalog.Item, err error) {
	entries, err := tx.AuditOf(ctx, []string{changeSubject(c.ID)}, c.Customer, 0)
	for _, e := range entries {
		if e.Action == string(policy.ChangeApprove) && e.Outcome == audit.Done {
			return parseItems(e.Detail["added"]), parseItems(e.Detail["removed"]), err
		}
	}
	return nil, nil, err
}

// described says what items are, without a check of who may grant them.
func described(c *catalog.Catalog, s system.System, items []catalog.Item) []Asked {
	out := make([]Asked, len(items))
	for i, item := range items {
		out[i] = askedOf(c, s, item)
	}
	return out
}

// digest covers what a Review covers, and what would go and stay.
func (v ChangeReview) digest() string {
	h := sha256.New()
	for _, said := range []string{
		v.Review.digest(), string(v.User.ID), strconv.FormatInt(v.User.Version, 10),
		listOf(v.Removed), listOf(v.Kept), v.User.Title,
	} {
		_, _ = h.Write([]byte(strconv.Itoa(len(said)) + ":" + said))
	}
	return hex.EncodeToString(h.Sum(nil))
}

func listOf(asked []Asked) string {
	var b strings.Builder
	for _, a := range asked {
		b.WriteString(itemList([]catalog.Item{a.Item}) + "\n")
	}
	return b.String()
}
