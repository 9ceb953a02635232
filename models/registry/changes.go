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
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

// ChangeQuery is what a supplier asks of the change requests to a system user of
// its system. Whatever is empty says nothing.
type ChangeQuery struct {
	Supplier    party.OrgNo
	System      system.ID
	Customer    party.OrgNo
	ExternalRef string
	Status      request.Status // as of Now
	Now         time.Time
	After       ChangePlace // the last one of the page before
}

// ChangePlace is where in the list, newest first, a change request stands.
type ChangePlace struct {
	At time.Time
	ID models.ID
}

// ChangeReader reads change requests. The organisation is part of each question,
// so that no answer crosses from one to another.
type ChangeReader interface {
	// ChangeByCorrelation finds the supplier's change request by its own id for
	// it, one that it has deleted too.
	ChangeByCorrelation(ctx context.Context, supplier party.OrgNo, correlation models.ID) (request.Change, error)
	// ChangeTo finds a change request to one of the customers by its id, or else
	// by its supplier's: the oldest of several suppliers.
	ChangeTo(ctx context.Context, customers []party.OrgNo, id models.ID) (request.Change, error)
	// ChangesOf names the customer's change requests of a system user, newest
	// first, at most limit.
	ChangesOf(ctx context.Context, customer party.OrgNo, systemUser models.ID, limit int) ([]models.ID, error)
	// ChangePage lists what q asks for, newest first, at most limit. What the
	// supplier deleted is left out.
	ChangePage(ctx context.Context, q ChangeQuery, limit int) ([]request.Change, error)
	// ChangeCount counts what q asks for, After aside.
	ChangeCount(ctx context.Context, q ChangeQuery) (int, error)
	// Changeable finds the live system user of a system of the supplier's that c
	// names: by SystemUser, or by System, Customer and ExternalRef.
	Changeable(ctx context.Context, supplier party.OrgNo, c request.Change) (systemuser.SystemUser, error)
}

// ChangeTx stores change requests, and what comes of them.
type ChangeTx interface {
	// AddChange stores a new change request with version 1. Its ID becomes the
	// correlation id, or a new one where another supplier has that. Conflict
	// change.exists when the supplier has used the correlation id.
	AddChange(ctx context.Context, c request.Change) (request.Change, error)
	// SaveChange stores the state, the times, the reason and what is left out of c
	// if the stored one has c.Version, and, for an answer of the customer, its
	// time has not run out at c.DecidedAt; its version goes up by one. Otherwise
	// Conflict request.decided.
	SaveChange(ctx context.Context, c request.Change) error
	// SaveChangeWish is SaveWish for a change request.
	SaveChangeWish(ctx context.Context, c request.Change) error
	// ChangesDue lists at most limit pending ones whose time ran out at now.
	ChangesDue(ctx context.Context, now time.Time, limit int) ([]request.Change, error)
	// SaveDelegated stores what u holds if the stored one is live with
	// u.Version, and gives it the next number in the order of changes. Otherwise
	// Conflict.
	SaveDelegated(ctx context.Context, u systemuser.SystemUser) error
}

// AskChange asks a customer for other rights of a live system user of one of the
// supplier's systems. in holds Correlation, SystemUser (or else System, Customer
// and ExternalRef), Items, Unwanted, Purpose, Purposes, ContactEmail and
// RedirectURL.
//
// Asked before with the correlation id, the stored one comes back as it is, and
// the Repeat says how it compares. One that asks for nothing is not stored and
// comes back without an ID; one for what the system user has already is stored, for
// it may have lost that when it is answered. Errors: Invalid with the fields of request.NewChange
// (then the change says which system it is about); Conflict change.exists for a
// correlation id of one that has been deleted; NotFound for a system user that
// is not there or another supplier's; TooMany; Forbidden supplier.blocked; those
// of the policy.
func (r *Registry) AskChange(ctx context.Context, a models.Actor, in request.Change) (request.Change, Repeat, error) {
	var out request.Change
	var repeat Repeat
	supplier, now := party.OrgNo(a.OrgNo), stored(r.Now())
	if in.ExternalRef == "" {
		in.ExternalRef = string(in.Customer)
	}
	subject := userSubject(in.SystemUser)
	if in.SystemUser == "" {
		subject = "system:" + string(in.System)
	}
	err := r.guard(ctx, a, policy.ChangeSend, subject, func(tx Tx, _ policy.Standing, c *catalog.Catalog) (change, error) {
		out, repeat = request.Change{}, ""
		old, err := tx.ChangeByCorrelation(ctx, supplier, in.Correlation)
		switch {
		case err == nil && !old.Removed.IsZero():
			return change{}, models.NewError(models.Conflict, models.CodeChangeExists)
		case err == nil:
			s, err := tx.System(ctx, old.System)
			out, repeat = old, repeated(old, in, s)
			return change{}, err
		case models.CodeOf(err) != models.CodeNotFound:
			return change{}, err
		}
		u, err := tx.Changeable(ctx, supplier, in)
		if err != nil {
			return change{}, err
		}
		if err := r.unblocked(ctx, tx, supplier, u.Customer); err != nil {
			return change{}, err
		}
		s, err := tx.System(ctx, u.System)
		if err != nil {
			return change{}, err
		}
		if out, err = request.NewChange(meant(in, s), u, s, c, now, r.requestLife()); err != nil || out.Empty() {
			return change{}, err
		}
		if err := r.charge(ctx, tx, supplier, u.Customer); err != nil {
			return change{}, err
		}
		if out, err = tx.AddChange(ctx, out); err != nil {
			return change{}, err
		}
		done := changed(out, supplier, "change.sent")
		done.detail["items"], done.detail["unwanted"] = strconv.Itoa(len(out.Items)), strconv.Itoa(len(out.Unwanted))
		return done, nil
	})
	return out, repeat, err
}

// repeated compares a stored change request with what is asked for now.
func repeated(stored, now request.Change, s system.System) Repeat {
	if stored.Status == request.Rejected {
		return RepeatRejected
	}
	now = meant(now, s)
	now.Kind, now.Title, now.ValidTo = stored.Kind, stored.Title, stored.ValidTo
	if sameUser(stored, now) && stored.SameAs(now.Request) && sameItems(stored.Unwanted, now.Unwanted) {
		return RepeatSame
	}
	return RepeatDifferent
}

// sameUser reports whether both are about the same system user.
func sameUser(stored, now request.Change) bool {
	if now.SystemUser != "" {
		return stored.SystemUser == now.SystemUser
	}
	return stored.System == now.System && stored.Customer == now.Customer && stored.ExternalRef == now.ExternalRef
}

// sameItems reports whether both name the same things, in any order.
func sameItems(a, b []catalog.Item) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(i catalog.Item) bool { return !slices.Contains(b, i) })
}

// meant is what a program asks for in the words of its system. What it names
// twice counts once.
func meant(c request.Change, s system.System) request.Change {
	c.Request = spelt(c.Request, s)
	var unwanted []catalog.Item
	for _, item := range c.Unwanted {
		if !slices.Contains(unwanted, item) {
			unwanted = append(unwanted, item)
		}
	}
	c.Unwanted = unwanted
	return c
}

// changed is what is recorded of a change request.
func changed(c request.Change, supplier party.OrgNo, event string) change {
	return change{
		subject: changeSubject(c.ID), event: event, orgs: []party.OrgNo{supplier, c.Customer},
		detail: audit.Detail{
			"system": string(c.System), "customer": string(c.Customer), "systemuser": string(c.SystemUser), "status": string(c.Status),
		},
	}
}

func changeSubject(id models.ID) string { return "change:" + string(id) }
