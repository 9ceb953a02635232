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
	"github.com/stafett/stafett/models/systemuser"
)

// NotGrantedError is the refusal of what the person may not grant, with the
// reason for each thing. It wraps Forbidden request.not_granted.
type NotGrantedError struct {
	Verdicts []policy.Verdict // those that are no
}

// Error is for logs.
func (e *NotGrantedError) Error() string {
	words := make([]string, len(e.Verdicts))
	for i, v := range e.Verdicts {
		words[i] = v.Item.String() + " " + string(v.Cause)
	}
	return string(models.CodeRequestNotGranted) + ": " + strings.Join(words, ", ")
}

// Unwrap gives the error that it is.
func (e *NotGrantedError) Unwrap() error {
	return models.NewError(models.Forbidden, models.CodeRequestNotGranted)
}

// granted is nil when all of it may be granted, else a *NotGrantedError.
func granted(asked []Asked) error {
	var refused []policy.Verdict
	for _, one := range asked {
		if !one.Verdict.OK() {
			refused = append(refused, one.Verdict)
		}
	}
	if len(refused) > 0 {
		return &NotGrantedError{Verdicts: refused}
	}
	return nil
}

// Portal is who lets persons answer elsewhere than on our pages: an issuer that
// is a portal by configuration (design.md 5). It answers for what the person
// was shown, and for how lately he logged in.
type Portal struct {
	Issuer string
	Kind   systemuser.Kind // what the portal takes the request to be for
}

// of reports whether the portal may answer the request: it shows no requests of
// the other kind, nor those that have been taken back.
func (p Portal) of(one request.Request) bool {
	_, gone := shown(one, nil)
	return one.Kind == p.Kind && gone == nil
}

// Approve makes the system user that a request asks for, with all but what is
// left out. seen is that of the Review that the actor answered. The check of
// what he may grant is made again here, on the data of the same transaction.
// Errors: Conflict request.decided, request.expired, organisation.struck_off or
// request.changed (what was shown is no longer so; the request stays as it is),
// or systemuser.exists for the triple; Gone system.deleted; Invalid with the
// fields of request.Without; Forbidden request.not_granted, which is a
// *NotGrantedError, or authentication.level; those of the policy.
func (r *Registry) Approve(ctx context.Context, a models.Actor, id models.ID, seen string, without ...catalog.Item) (systemuser.SystemUser, error) {
	return r.approve(ctx, a, id, seen, without, nil)
}

// ApproveThrough is Approve through a portal: all that stands now is approved,
// and the audit log names the portal. A request of another kind than the portal
// says, or one that the API shows no more, is NotFound.
func (r *Registry) ApproveThrough(ctx context.Context, a models.Actor, id models.ID, portal Portal) (systemuser.SystemUser, error) {
	return r.approve(ctx, a, id, "", nil, &portal)
}

func (r *Registry) approve(ctx context.Context, a models.Actor, id models.ID, seen string, without []catalog.Item, portal *Portal) (systemuser.SystemUser, error) {
	var user systemuser.SystemUser
	err := r.guard(ctx, a, policy.RequestApprove, requestSubject(id), func(tx Tx, s policy.Standing, c *catalog.Catalog) (change, error) {
		v, err := r.review(ctx, tx, a, s, c, id)
		if err != nil {
			return change{}, err
		}
		if portal != nil {
			if !portal.of(v.Request) {
				return change{}, models.NewError(models.NotFound, models.CodeNotFound)
			}
			seen = v.Seen
		}
		if err := approvable(v, seen, false); err != nil {
			return change{}, err
		}
		items, err := v.Request.Without(without, v.System)
		if err != nil {
			return change{}, err
		}
		if err := granted(only(v.Asked, items)); err != nil {
			return change{}, err
		}
		v.Request.LeftOut = leftOut(v.Request.Items, items)
		if err := r.freeUser(ctx, tx, v.Request); err != nil {
			return change{}, err
		}
		done, err := r.decide(ctx, tx, a, v.Request, request.Approve, "", "request.accepted")
		if err != nil {
			return change{}, err
		}
		user = systemuser.SystemUser{
			ID: v.Request.ID, Kind: v.Request.Kind, System: v.Request.System, Customer: v.Request.Customer,
			ExternalRef: v.Request.ExternalRef, Title: v.Request.Title, Status: systemuser.Active,
			Delegated: items, ApprovedBy: models.ID(a.ID), CreatedAt: r.Now(), ChangedAt: r.Now(),
			ValidTo: v.Request.ValidTo, Version: 1,
		}
		done.detail["seen"], done.detail["items"] = v.digest(), itemList(user.Delegated)
		leaves(done, v.Request.LeftOut)
		through(done, portal)
		return done, tx.AddSystemUser(ctx, user)
	})
	return user, err
}

// only is what is asked for of the items.
func only(asked []Asked, items []catalog.Item) []Asked {
	return slices.DeleteFunc(slices.Clone(asked), func(one Asked) bool { return !slices.Contains(items, one.Item) })
}

// leftOut is what of all is not among the items.
func leftOut(all, items []catalog.Item) []catalog.Item {
	return slices.DeleteFunc(slices.Clone(all), func(i catalog.Item) bool { return slices.Contains(items, i) })
}

// leaves names in what is recorded that which was left out.
func leaves(done change, items []catalog.Item) {
	if len(items) > 0 {
		done.detail["left_out"] = itemList(items)
	}
}

// approvable says why what stands now can not be approved by this answer, or nil.
// over tells that the system user which it would change has ended. What of it he
// may grant is another question.
func approvable(v Review, seen string, over bool) error {
	if _, err := v.Status.Next(request.Approve); err != nil {
		return err
	}
	switch {
	case v.System.Deleted:
		return models.NewError(models.Gone, models.CodeSystemDeleted)
	case over:
		return models.NewError(models.Conflict, models.CodeUserRevoked)
	case v.StruckOff:
		return models.NewError(models.Conflict, models.CodeStruckOff)
	case v.Seen != seen:
		return models.NewError(models.Conflict, models.CodeRequestChanged)
	}
	return nil
}

// through names the portal in what is recorded.
func through(done change, portal *Portal) {
	if portal != nil {
		done.detail["portal"] = portal.Issuer
	}
}

// Reject answers no, with the reason for the supplier. Errors: Invalid with the
// field reason; Conflict when it can not be answered any more; those of the
// policy.
func (r *Registry) Reject(ctx context.Context, a models.Actor, id models.ID, reason string) error {
	return r.reject(ctx, a, id, reason, nil)
}

// RejectThrough is Reject through a portal, which gives no reason. NotFound as
// in ApproveThrough.
func (r *Registry) RejectThrough(ctx context.Context, a models.Actor, id models.ID, portal Portal) error {
	return r.reject(ctx, a, id, "", &portal)
}

// reasoned is nil for a reason that does. A portal gives none.
func reasoned(reason string, portal *Portal) error {
	var f models.Faults
	if portal == nil {
		f.Add("reason", request.ReasonFault(reason))
	}
	return f.Err()
}

func (r *Registry) reject(ctx context.Context, a models.Actor, id models.ID, reason string, portal *Portal) error {
	return r.guard(ctx, a, policy.RequestReject, requestSubject(id), func(tx Tx, _ policy.Standing, _ *catalog.Catalog) (change, error) {
		if err := reasoned(reason, portal); err != nil {
			return change{}, err
		}
		old, err := tx.RequestFor(ctx, party.OrgNo(a.OrgNo), id)
		if err != nil {
			return change{}, err
		}
		if portal != nil && !portal.of(old) {
			return change{}, models.NewError(models.NotFound, models.CodeNotFound)
		}
		done, err := r.decide(ctx, tx, a, old, request.Reject, strings.TrimSpace(reason), "request.rejected")
		if err == nil {
			through(done, portal)
		}
		return done, err
	})
}
