package registry

import (
	"context"
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

// RequestQuery says which requests of one system are meant: those that the
// supplier is still shown, of the kind.
type RequestQuery struct {
	Supplier party.OrgNo
	System   system.ID
	Kind     systemuser.Kind
	Status   request.Status // as of Now; every status when empty
	Now      time.Time
	Customer party.OrgNo  // every customer when empty
	Text     string       // stands in title, external reference, or the customer's name or number; anything when empty
	After    RequestPlace // the page begins behind it
	Limit    int
}

// RequestPlace is the place of a request among all: lists go by when they were
// made, then by id.
type RequestPlace struct {
	At time.Time
	ID models.ID
}

// SupplierRequestReader reads what suppliers' programs have asked.
type SupplierRequestReader interface {
	// StandingRequest finds what stands where r would: the pending request of
	// its triple, or else the newest rejected one that has not been removed, of
	// any kind. ok is false when there is none.
	StandingRequest(ctx context.Context, r request.Request) (stands request.Request, ok bool, err error)
	// RequestByRef finds the request of the triple and kind of r that the
	// supplier is shown: a pending one, or else the newest.
	RequestByRef(ctx context.Context, supplier party.OrgNo, r request.Request) (request.Request, error)
	// RequestPage lists requests in their order.
	RequestPage(ctx context.Context, q RequestQuery) ([]request.Request, error)
	// CountRequests counts them all, whatever the page.
	CountRequests(ctx context.Context, q RequestQuery) (int, error)
}

// SupplierRequestTx writes what suppliers do with requests that they have sent.
type SupplierRequestTx interface {
	// RemoveRequest stores that r, which is not pending, is removed: Conflict
	// request.decided when the stored one has another version or is removed.
	RemoveRequest(ctx context.Context, r request.Request) error
	// RenewRequest stores r as pending until its ExpiresAt if the stored one has
	// its version and is pending or expired: Conflict request.decided otherwise,
	// request.exists when another of its triple is pending.
	RenewRequest(ctx context.Context, r request.Request) error
}

// AskedRequest finds a request that the actor's organisation has sent and is
// still shown: neither withdrawn nor removed. Otherwise NotFound.
func (r *Registry) AskedRequest(ctx context.Context, a models.Actor, id models.ID) (request.Request, error) {
	var out request.Request
	err := r.read(ctx, a, policy.RequestTrack, func(tx Reader, _ policy.Standing, _ *catalog.Catalog) (err error) {
		out, err = shown(tx.RequestFrom(ctx, party.OrgNo(a.OrgNo), id))
		return err
	})
	return out, err
}

// AskedByRef finds the one of the triple and kind of in: a pending one, or else
// the newest.
func (r *Registry) AskedByRef(ctx context.Context, a models.Actor, in request.Request) (request.Request, error) {
	var out request.Request
	err := r.read(ctx, a, policy.RequestTrack, func(tx Reader, _ policy.Standing, _ *catalog.Catalog) (err error) {
		out, err = tx.RequestByRef(ctx, party.OrgNo(a.OrgNo), in)
		return err
	})
	return out, err
}

// AskedPage lists those of one of the actor's systems, and counts them all when
// count is true. Another supplier's system is NotFound.
func (r *Registry) AskedPage(ctx context.Context, a models.Actor, q RequestQuery, count bool) (page []request.Request, total int, err error) {
	q.Supplier, q.Now = party.OrgNo(a.OrgNo), r.Now()
	err = r.read(ctx, a, policy.RequestTrack, func(tx Reader, _ policy.Standing, _ *catalog.Catalog) error {
		if _, err := ownSystem(ctx, tx, a, q.System); err != nil {
			return err
		}
		if page, err = tx.RequestPage(ctx, q); err != nil || !count {
			return err
		}
		total, err = tx.CountRequests(ctx, q)
		return err
	})
	return page, total, err
}

// shown is NotFound for what has been taken back: no API shows it any more.
func shown(one request.Request, err error) (request.Request, error) {
	if err == nil && (one.Status == request.Withdrawn || !one.Removed.IsZero()) {
		err = models.NewError(models.NotFound, models.CodeNotFound)
	}
	return one, err
}

// RemoveRequest takes a request back, whatever has become of it, so that the
// supplier is shown it no more and may ask anew after a rejection: a pending one
// is withdrawn, another one removed. What came of an accepted one lives on.
// Errors: NotFound for one of another supplier, and for one taken back before.
func (r *Registry) RemoveRequest(ctx context.Context, a models.Actor, id models.ID) error {
	return r.guard(ctx, a, policy.RequestWithdraw, requestSubject(id), func(tx Tx, _ policy.Standing, _ *catalog.Catalog) (change, error) {
		old, err := shown(tx.RequestFrom(ctx, party.OrgNo(a.OrgNo), id))
		if err != nil {
			return change{}, err
		}
		now := r.Now()
		if old.Current(now) == request.Pending {
			return r.decide(ctx, tx, a, old, request.Withdraw, "", "request.withdrawn")
		}
		if old.Status == request.Pending { // its time has run out, which is not written yet
			lapsed, ok, err := tx.LapseTriple(ctx, old, now)
			if err != nil {
				return change{}, err
			}
			if !ok {
				return change{}, models.NewError(models.Conflict, models.CodeRequestDecided)
			}
			if err := r.recordLapse(ctx, tx, party.OrgNo(a.OrgNo), lapsed); err != nil {
				return change{}, err
			}
			old = lapsed
		}
		old.Removed = now
		return bySender(a, old, "request.removed"), tx.RemoveRequest(ctx, old)
	})
}

// RenewRequest gives a request of the actor's organisation a full time to be
// answered in, from now on: one that is pending, or whose time has run out.
// Errors: NotFound as of AskedRequest; Conflict request.decided when it has been
// answered, or a newer one for its triple rejected, request.exists or
// systemuser.exists when another stands in its place, organisation.struck_off;
// Gone system.deleted; Invalid with the field valid_to; TooMany, for the customer is
// told as of a new one; Forbidden supplier.blocked.
func (r *Registry) RenewRequest(ctx context.Context, a models.Actor, id models.ID) (request.Request, error) {
	var renewed request.Request
	err := r.guard(ctx, a, policy.RequestRenew, requestSubject(id), func(tx Tx, _ policy.Standing, _ *catalog.Catalog) (change, error) {
		old, err := shown(tx.RequestFrom(ctx, party.OrgNo(a.OrgNo), id))
		if err != nil {
			return change{}, err
		}
		if renewed, err = old.Renewed(r.Now().UTC().Truncate(time.Millisecond), r.requestLife()); err != nil {
			return change{}, err
		}
		if err := r.renewable(ctx, tx, old); err != nil {
			return change{}, err
		}
		if err := r.charge(ctx, tx, party.OrgNo(a.OrgNo), old.Customer); err != nil {
			return change{}, err
		}
		if err := tx.RenewRequest(ctx, renewed); err != nil {
			return change{}, err
		}
		renewed.Version++
		return bySender(a, renewed, "request.renewed"), nil
	})
	return renewed, err
}

// renewable refuses a request that could not be sent now, or in whose place
// another stands.
func (r *Registry) renewable(ctx context.Context, tx Tx, old request.Request) error {
	s, err := tx.System(ctx, old.System)
	if err != nil {
		return err
	}
	if s.Deleted {
		return models.NewError(models.Gone, models.CodeSystemDeleted)
	}
	if err := r.unblocked(ctx, tx, s.Supplier, old.Customer); err != nil {
		return err
	}
	o, err := tx.Organisation(ctx, old.Customer)
	if err != nil {
		return err
	}
	if !o.StruckOff.IsZero() {
		return models.NewError(models.Conflict, models.CodeStruckOff)
	}
	if old.Status == request.Pending {
		return nil
	}
	if err := r.freeTriple(ctx, tx, s.Supplier, old); err != nil {
		return err
	}
	other, ok, err := tx.StandingRequest(ctx, old)
	switch {
	case err != nil || !ok:
		return err
	case other.Status == request.Rejected:
		return models.NewError(models.Conflict, models.CodeRequestDecided)
	}
	return models.NewError(models.Conflict, models.CodeRequestExists)
}

// bySender is a change of a request by its supplier.
func bySender(a models.Actor, one request.Request, event string) change {
	return change{
		subject: requestSubject(one.ID), event: event, orgs: []party.OrgNo{party.OrgNo(a.OrgNo), one.Customer},
		detail: audit.Detail{"system": string(one.System), "customer": string(one.Customer), "status": string(one.Status)},
	}
}
