package registry

import (
	"context"
	"slices"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/invitation"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
)

// Offer is a power or an access package that the reader may give, or not.
type Offer struct {
	URN         string
	Name        models.Text
	Description models.Text
	// Verdict is the answer if need be after a login at a higher level.
	Verdict policy.Verdict
}

// Giving is what the reader may give to others in the organisation.
type Giving struct {
	// Barred says why he gives nothing now: forbidden, authentication.level,
	// authentication.age or organisation.struck_off. Empty when he may give.
	Barred models.Code
	Offers []Offer // those that administer first; none for who does not administer access
}

// giving is what the actor may give in the organisation, where he stands as s.
func giving(a models.Actor, s policy.Standing, c *catalog.Catalog, org party.Organisation) Giving {
	var g Giving
	if err := policy.Check(a, policy.MemberGive, s, c); err != nil {
		g.Barred = models.CodeOf(err)
	}
	if g.Barred == models.CodeForbidden || g.Barred == models.CodeNotFound {
		return g
	}
	if !org.StruckOff.IsZero() {
		g.Barred = models.CodeStruckOff
	}
	urns := policy.Powers()
	for _, p := range c.Packages() {
		if p.Assignable && !p.ForPersons {
			urns = append(urns, p.URN)
		}
	}
	s.Level = max(s.Level, s.MinLevel, 1)
	for _, urn := range (policy.Standing{Holdings: urns, Form: s.Form}).Strongest(c) {
		g.Offers = append(g.Offers, Offer{URN: urn, Name: HoldingName(c, urn), Description: holdingDescription(c, urn), Verdict: s.Gives(c, urn)})
	}
	return g
}

// Give gives a power or an access package to a person who holds something in
// the organisation that the actor acts for already, until the time, or for now
// without end when it is zero. Nobody gives himself anything: what he holds for
// a day could outlive the day. Errors: Forbidden for what he may not give, and
// holding.self;
// Invalid with the fields urn and until; NotFound for who is no member; Conflict
// organisation.struck_off; those of the policy.
func (r *Registry) Give(ctx context.Context, a models.Actor, person models.ID, urn string, until time.Time) (party.Holding, error) {
	h := party.Holding{
		ID: models.NewID(), Person: person, OrgNo: party.OrgNo(a.OrgNo), URN: urn, Source: party.SourceGiven,
		Until: stored(until), GivenBy: models.ID(a.ID),
	}
	err := r.guard(ctx, a, policy.MemberGive, "person:"+string(person), func(tx Tx, s policy.Standing, c *catalog.Catalog) (change, error) {
		if _, err := standingOrganisation(ctx, tx, h.OrgNo); err != nil {
			return change{}, err
		}
		if err := mayGive(s, c, urn); err != nil {
			return change{}, err
		}
		if string(person) == a.ID {
			return change{}, models.NewError(models.Forbidden, models.CodeHoldingSelf)
		}
		h.From = stored(r.Now())
		held, err := tx.HoldingsOf(ctx, person, h.From)
		if err != nil {
			return change{}, err
		}
		held = slices.DeleteFunc(held, func(x party.Holding) bool { return x.OrgNo != h.OrgNo })
		if len(held) == 0 {
			return change{}, models.NewError(models.NotFound, models.CodeNotFound)
		}
		var f models.Faults
		f.Add("until", invitation.UntilFault(h.Until, h.From))
		if slices.ContainsFunc(held, func(x party.Holding) bool { return x.URN == urn && x.Source == h.Source }) {
			f.Add("urn", "duplicate")
		}
		if err := f.Err(); err != nil {
			return change{}, err
		}
		return holdingChange(h, "holding.given"), tx.AddHolding(ctx, h)
	})
	if err != nil {
		return party.Holding{}, err
	}
	return h, nil
}

// mayGive says whether the person who stands as s may give urn: nil, Forbidden,
// or Invalid for what nobody knows.
func mayGive(s policy.Standing, c *catalog.Catalog, urn string) error {
	if urn == "" {
		return models.Faults{{Field: "urn", Fault: "choice"}}.Err()
	}
	switch s.Gives(c, urn).Cause {
	case "":
		return nil
	case policy.UnknownCause:
		return models.Faults{{Field: "urn", Fault: "catalogue.unknown"}}.Err()
	case policy.Level:
		return models.NewError(models.Forbidden, models.CodeLevelTooLow)
	default:
		return models.NewError(models.Forbidden, models.CodeForbidden)
	}
}

// standingOrganisation reads the organisation: Conflict organisation.struck_off
// when it has been struck off its register, for nothing is given there any more.
func standingOrganisation(ctx context.Context, tx Reader, o party.OrgNo) (party.Organisation, error) {
	org, err := tx.Organisation(ctx, o)
	if err == nil && !org.StruckOff.IsZero() {
		err = models.NewError(models.Conflict, models.CodeStruckOff)
	}
	return org, err
}
