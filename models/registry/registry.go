package registry

import (
	"context"
	"slices"
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
	// MaxAge is how long ago a person may have proved who he is when he grants
	// something; any time when zero.
	MaxAge time.Duration
	// RequestLife is how long a request can be answered; request.Life when zero.
	RequestLife time.Duration
	// Quotas bound what suppliers ask and customers are asked.
	Quotas Quotas
	// InvitationLife is how long an invitation can be accepted; invitation.Life
	// when zero.
	InvitationLife time.Duration
	// ClaimLife is how long what a provider claims at a login counts; eight
	// hours when zero.
	ClaimLife time.Duration
	// FlagStruckOff: the system users of an organisation that is struck off its
	// register are only flagged, not paused.
	FlagStruckOff bool
	// Register is the business register; nil when none is asked.
	Register Register
	// RegisterRoles: the register also tells of persons, by national id.
	RegisterRoles bool
	// Mails: what people are told is sent by e-mail to those who want that.
	Mails bool
}

// Registry carries out the use cases. It is safe for concurrent use.
type Registry struct{ Config }

// New makes a Registry.
func New(c Config) *Registry { return &Registry{c} }

// place is what an actor is in the organisation that he acts for.
type place struct {
	policy.Standing
	org     party.Organisation // zero when we do not know it, or the actor is no person
	several bool               // the person holds something in other organisations too
}

// place reads what the person of the actor holds in the organisation that he
// acts for. Actors that are no persons hold nothing.
func (r *Registry) place(ctx context.Context, tx Reader, a models.Actor) (place, error) {
	p := place{Standing: policy.Standing{Level: a.Level, MinLevel: r.MinLevel}}
	if a.Kind != models.Person {
		return p, nil
	}
	p.Age, p.MaxAge = r.Now().Sub(a.AuthTime), r.MaxAge
	holdings, err := tx.HoldingsOf(ctx, models.ID(a.ID), r.Now())
	if err != nil {
		return p, err
	}
	o := party.OrgNo(a.OrgNo)
	for _, h := range holdings {
		switch {
		case h.OrgNo != o:
			p.several = true
		case !slices.Contains(p.Holdings, h.URN): // it may come from two sources
			p.Holdings = append(p.Holdings, h.URN)
		}
	}
	p.org, err = tx.Organisation(ctx, o)
	if err != nil && models.CodeOf(err) != models.CodeNotFound {
		return p, err
	}
	p.Form = p.org.Form
	return p, nil
}

// read runs a question of the actor about the organisation he acts for: the
// policy first, then f on the same snapshot. What may not be known is NotFound.
func (r *Registry) read(ctx context.Context, a models.Actor, act policy.Action, f func(Reader, policy.Standing, *catalog.Catalog) error) error {
	return r.Store.Read(ctx, func(tx Reader) error {
		p, c, err := r.check(ctx, tx, a, act)
		if err != nil {
			return err
		}
		return f(tx, p.Standing, c)
	})
}

// check reads what the actor is in the organisation he acts for and asks the
// policy.
func (r *Registry) check(ctx context.Context, tx Reader, a models.Actor, act policy.Action) (place, *catalog.Catalog, error) {
	c, err := tx.Catalog(ctx)
	if err != nil {
		return place{}, nil, err
	}
	p, err := r.place(ctx, tx, a)
	if err != nil {
		return p, c, err
	}
	p.Holdings = p.Strongest(c)
	return p, c, policy.Check(a, act, p.Standing, c)
}
