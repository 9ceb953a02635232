package registry

import (
	"context"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
)

// Config is what a Registry needs to be told.
type Config struct {
	Store Store
	// Now is the clock. It must be set.
	Now func() time.Time
	// Numbers says which organisation numbers are admitted.
	Numbers party.Numbers
	// Issuers lists the identifiers of the trusted issuers that a system's
	// OAuth clients may belong to; the first is the default.
	Issuers []string
	// MinLevel is the authentication level below which nobody grants anything.
	MinLevel int
	// RequestLife is how long a request can be answered; request.Life when zero.
	RequestLife time.Duration
}

// Registry carries out the use cases. It is safe for concurrent use.
type Registry struct{ Config }

// New makes a Registry.
func New(c Config) *Registry { return &Registry{c} }

// standing reads what the person of the actor holds in the organisation. It is
// the zero Standing for actors that are no persons.
func (r *Registry) standing(ctx context.Context, tx Reader, a models.Actor, o party.OrgNo) (policy.Standing, error) {
	s := policy.Standing{Level: a.Level, MinLevel: r.MinLevel}
	if a.Kind != models.Person {
		return s, nil
	}
	holdings, err := tx.HoldingsOf(ctx, models.ID(a.ID), r.Now())
	if err != nil {
		return s, err
	}
	for _, h := range holdings {
		if h.OrgNo == o {
			s.Holdings = append(s.Holdings, h.URN)
		}
	}
	org, err := tx.Organisation(ctx, o)
	if err != nil && models.CodeOf(err) != models.CodeNotFound {
		return s, err
	}
	s.Form = org.Form
	return s, nil
}

// read runs a question of the actor about the organisation he acts for: the
// policy first, then f on the same snapshot. What may not be known is NotFound.
func (r *Registry) read(ctx context.Context, a models.Actor, act policy.Action, f func(Reader, policy.Standing, *catalog.Catalog) error) error {
	return r.Store.Read(ctx, func(tx Reader) error {
		s, c, err := r.check(ctx, tx, a, act)
		if err != nil {
			return err
		}
		return f(tx, s, c)
	})
}

// check reads the actor's standing in the organisation he acts for and asks
// the policy.
func (r *Registry) check(ctx context.Context, tx Reader, a models.Actor, act policy.Action) (policy.Standing, *catalog.Catalog, error) {
	c, err := tx.Catalog(ctx)
	if err != nil {
		return policy.Standing{}, nil, err
	}
	s, err := r.standing(ctx, tx, a, party.OrgNo(a.OrgNo))
	if err != nil {
		return s, c, err
	}
	s.Holdings = s.Strongest(c)
	return s, c, policy.Check(a, act, s, c)
}
