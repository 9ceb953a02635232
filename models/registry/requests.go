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
)

// maxList bounds every list of one organisation.
const maxList = 500

// freeTriple makes sure that nothing live stands where the request will: an
// outdated request is set to expired, and then as in freeUser.
func (r *Registry) freeTriple(ctx context.Context, tx Tx, supplier party.OrgNo, in request.Request) error {
	lapsed, ok, err := tx.LapseTriple(ctx, in, r.Now())
	if err != nil {
		return err
	}
	if ok {
		if err := r.recordLapse(ctx, tx, supplier, lapsed); err != nil {
			return err
		}
	}
	return r.freeUser(ctx, tx, in)
}

// LapseRequests sets requests whose time has run out to expired, in batches,
// and returns how many there were. A job calls it.
func (r *Registry) LapseRequests(ctx context.Context) (int, error) {
	const batch = 200
	total := 0
	for {
		n := 0
		err := r.Store.Write(ctx, func(tx Tx) error {
			// As an answer does: the log first, then the request. The other way
			// round, each would hold what the other waits for.
			if err := tx.Alone(ctx); err != nil {
				return err
			}
			lapsed, err := tx.LapseDue(ctx, r.Now(), batch)
			if err != nil {
				return err
			}
			ids := make([]system.ID, len(lapsed))
			for i, l := range lapsed {
				ids[i] = l.System
			}
			systems, err := tx.Systems(ctx, ids)
			if err != nil {
				return err
			}
			for _, l := range lapsed {
				if err := r.recordLapse(ctx, tx, systems[l.System].Supplier, l); err != nil {
					return err
				}
			}
			n = len(lapsed)
			return nil
		})
		total += n
		if err != nil || n < batch {
			return total, err
		}
	}
}

// expiry is who lets requests lapse, whoever happened to notice.
var expiry = models.Actor{Kind: models.Operator, ID: "expiry"}

func (r *Registry) recordLapse(ctx context.Context, tx Tx, supplier party.OrgNo, l request.Request) error {
	return r.record(ctx, tx, expiry, "", policy.RequestLapse, change{
		subject: requestSubject(l.ID), event: "request.expired", orgs: []party.OrgNo{supplier, l.Customer},
		detail: audit.Detail{"system": string(l.System), "customer": string(l.Customer)},
	})
}

// RequestView is a request with the names that a list shows.
type RequestView struct {
	Request  request.Request
	Status   request.Status // as of now
	System   system.System
	Supplier party.Organisation
	Customer party.Organisation
	Ended    time.Time // when the customer revoked the system user that came of it; zero otherwise
}

// SentRequests lists what the supplier that the actor acts for has sent, newest
// first; of one system when id is not empty.
func (r *Registry) SentRequests(ctx context.Context, a models.Actor, id system.ID) ([]RequestView, error) {
	var out []RequestView
	err := r.read(ctx, a, policy.RequestTrack, func(tx Reader, _ policy.Standing, _ *catalog.Catalog) error {
		rs, err := tx.RequestsFrom(ctx, party.OrgNo(a.OrgNo), id, maxList)
		if err != nil {
			return err
		}
		out, err = r.named(ctx, tx, rs)
		return err
	})
	return out, err
}

// SentRequest returns one request that the actor's organisation has sent.
func (r *Registry) SentRequest(ctx context.Context, a models.Actor, id models.ID) (RequestView, error) {
	var out RequestView
	err := r.read(ctx, a, policy.RequestTrack, func(tx Reader, _ policy.Standing, _ *catalog.Catalog) error {
		one, err := tx.RequestFrom(ctx, party.OrgNo(a.OrgNo), id)
		if err != nil {
			return err
		}
		views, err := r.named(ctx, tx, []request.Request{one})
		if err == nil {
			out = views[0]
		}
		return err
	})
	return out, err
}

// named adds systems, organisations and what became of them to requests, in one
// question each.
func (r *Registry) named(ctx context.Context, tx Reader, rs []request.Request) ([]RequestView, error) {
	ids := make([]system.ID, len(rs))
	var accepted []models.ID
	for i, one := range rs {
		ids[i] = one.System
		if one.Status == request.Accepted {
			accepted = append(accepted, one.ID)
		}
	}
	ended, err := tx.Ended(ctx, accepted)
	if err != nil {
		return nil, err
	}
	systems, err := tx.Systems(ctx, ids)
	if err != nil {
		return nil, err
	}
	var nos []party.OrgNo
	for _, one := range rs {
		nos = append(nos, one.Customer, systems[one.System].Supplier)
	}
	orgs, err := tx.Organisations(ctx, nos)
	if err != nil {
		return nil, err
	}
	out := make([]RequestView, len(rs))
	for i, one := range rs {
		s := systems[one.System]
		out[i] = RequestView{Request: one, Status: one.Current(r.Now()), System: s, Supplier: orgs[s.Supplier], Customer: orgs[one.Customer], Ended: ended[one.ID]}
	}
	return out, nil
}

// Withdraw takes back a pending request of the actor's organisation. Conflict
// when it has been answered meanwhile.
func (r *Registry) Withdraw(ctx context.Context, a models.Actor, id models.ID) error {
	return r.guard(ctx, a, policy.RequestWithdraw, requestSubject(id), func(tx Tx, _ policy.Standing, _ *catalog.Catalog) (change, error) {
		old, err := tx.RequestFrom(ctx, party.OrgNo(a.OrgNo), id)
		if err != nil {
			return change{}, err
		}
		return r.decide(ctx, tx, a, old, request.Withdraw, "", "request.withdrawn")
	})
}

// decide moves a request by the event and stores it, compare-and-set.
func (r *Registry) decide(ctx context.Context, tx Tx, a models.Actor, old request.Request, e request.Event, reason, event string) (change, error) {
	decided, err := old.Apply(e, models.ID(a.ID), reason, r.Now())
	if err != nil {
		return change{}, err
	}
	if err := tx.DecideRequest(ctx, decided); err != nil {
		return change{}, err
	}
	s, err := tx.System(ctx, old.System)
	if err != nil {
		return change{}, err
	}
	return change{
		subject: requestSubject(old.ID), event: event, orgs: []party.OrgNo{s.Supplier, old.Customer},
		detail: audit.Detail{"system": string(old.System), "customer": string(old.Customer), "status": string(decided.Status)},
	}, nil
}

func requestSubject(id models.ID) string { return "request:" + string(id) }
