package registry

import (
	"context"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
)

// SentChange returns a change request of the supplier that the actor acts for,
// by the supplier's own id for it. One that it deleted is NotFound.
func (r *Registry) SentChange(ctx context.Context, a models.Actor, correlation models.ID) (request.Change, error) {
	var out request.Change
	err := r.read(ctx, a, policy.ChangeTrack, func(tx Reader, _ policy.Standing, _ *catalog.Catalog) error {
		var err error
		out, err = sentChange(ctx, tx, a, correlation)
		return err
	})
	return out, err
}

// maxRef bounds an external reference that is searched for, in characters.
const maxRef = 255

func sentChange(ctx context.Context, tx Reader, a models.Actor, correlation models.ID) (request.Change, error) {
	c, err := tx.ChangeByCorrelation(ctx, party.OrgNo(a.OrgNo), correlation)
	if err == nil && !c.Removed.IsZero() {
		return request.Change{}, models.NewError(models.NotFound, models.CodeNotFound)
	}
	return c, err
}

// SentChanges lists the change requests to system users of a system of the
// supplier that the actor acts for, newest first, at most limit; more tells that
// there are others behind. total counts them all when it is asked for. NotFound
// for another supplier's system.
func (r *Registry) SentChanges(ctx context.Context, a models.Actor, q ChangeQuery, limit int, count bool) (page []request.Change, more bool, total int, err error) {
	q.Supplier, q.Now = party.OrgNo(a.OrgNo), r.Now()
	// What a database cannot hold stands in none.
	none := models.LineFault(q.ExternalRef, maxRef, false) != ""
	err = r.read(ctx, a, policy.ChangeTrack, func(tx Reader, _ policy.Standing, _ *catalog.Catalog) error {
		if _, err := ownSystem(ctx, tx, a, q.System); err != nil || none {
			return err
		}
		if count {
			if total, err = tx.ChangeCount(ctx, q); err != nil {
				return err
			}
		}
		page, err = tx.ChangePage(ctx, q, limit+1)
		if len(page) > limit {
			page, more = page[:limit], true
		}
		return err
	})
	return page, more, total, err
}

// RemoveChange takes back a pending change request of the supplier that the
// actor acts for, and shows it no more; one that has been answered is shown no
// more. correlation is the supplier's own id for it.
func (r *Registry) RemoveChange(ctx context.Context, a models.Actor, correlation models.ID) error {
	return r.guard(ctx, a, policy.ChangeWithdraw, changeSubject(correlation), func(tx Tx, _ policy.Standing, _ *catalog.Catalog) (change, error) {
		c, err := sentChange(ctx, tx, a, correlation)
		if err != nil {
			return change{}, err
		}
		now, event := stored(r.Now()), "change.removed"
		switch {
		case c.Current(now) == request.Pending:
			c.Request, err = c.Apply(request.Withdraw, "", "", now)
			event = "change.withdrawn"
		case c.Status == request.Pending:
			c.Request, err = c.Apply(request.Lapse, "", "", now)
		}
		if err != nil {
			return change{}, err
		}
		c.Removed = now
		return changed(c, party.OrgNo(a.OrgNo), event), tx.SaveChange(ctx, c)
	})
}

// RenewChange lets a change request that is pending or has expired be answered
// for as long again. Conflict request.decided when it has been answered,
// systemuser.revoked when its system user has ended; TooMany and Forbidden as of
// RenewRequest.
func (r *Registry) RenewChange(ctx context.Context, a models.Actor, correlation models.ID) (request.Change, error) {
	var out request.Change
	err := r.guard(ctx, a, policy.RequestRenew, changeSubject(correlation), func(tx Tx, _ policy.Standing, _ *catalog.Catalog) (change, error) {
		c, err := sentChange(ctx, tx, a, correlation)
		if err != nil {
			return change{}, err
		}
		if c.Request, err = c.Renewed(stored(r.Now()), r.requestLife()); err != nil {
			return change{}, err
		}
		if err := r.unblocked(ctx, tx, party.OrgNo(a.OrgNo), c.Customer); err != nil {
			return change{}, err
		}
		_, err = tx.Changeable(ctx, party.OrgNo(a.OrgNo), c)
		if models.CodeOf(err) == models.CodeNotFound && err != nil {
			err = models.NewError(models.Conflict, models.CodeUserRevoked)
		}
		if err != nil {
			return change{}, err
		}
		if err := r.charge(ctx, tx, party.OrgNo(a.OrgNo), c.Customer); err != nil {
			return change{}, err
		}
		out = c
		out.Version++
		return changed(c, party.OrgNo(a.OrgNo), "change.renewed"), tx.SaveChange(ctx, c)
	})
	return out, err
}

// LapseChanges sets change requests whose time has run out to expired, in
// batches, and returns how many there were. A job calls it.
func (r *Registry) LapseChanges(ctx context.Context) (int, error) {
	const batch = 200
	total := 0
	for {
		n := 0
		err := r.Store.Write(ctx, func(tx Tx) error {
			if err := tx.Alone(ctx); err != nil { // as an answer does: the log first
				return err
			}
			due, err := tx.ChangesDue(ctx, r.Now(), batch)
			if err != nil {
				return err
			}
			n = len(due)
			return r.lapseChanges(ctx, tx, due)
		})
		total += n
		if err != nil || n < batch {
			return total, err
		}
	}
}

func (r *Registry) lapseChanges(ctx context.Context, tx Tx, due []request.Change) error {
	ids := make([]system.ID, len(due))
	for i, c := range due {
		ids[i] = c.System
	}
	systems, err := tx.Systems(ctx, ids)
	if err != nil {
		return err
	}
	for _, c := range due {
		if c.Request, err = c.Apply(request.Lapse, "", "", stored(r.Now())); err != nil {
			return err
		}
		if err := tx.SaveChange(ctx, c); err != nil {
			return err
		}
		if err := r.record(ctx, tx, expiry, "", policy.RequestLapse, changed(c, systems[c.System].Supplier, "change.expired")); err != nil {
			return err
		}
	}
	return nil
}
