package registry

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
)

// MemberReader reads what people hold in an organisation, and have held. What
// they hold now is in PartyReader.
type MemberReader interface {
	// HoldingIn finds what somebody holds or has held in the organisation.
	HoldingIn(ctx context.Context, o party.OrgNo, id models.ID) (party.Holding, error)
	// HistoryIn lists what the person holds and has held in the organisation,
	// what began last first, at most limit.
	HistoryIn(ctx context.Context, o party.OrgNo, person models.ID, limit int) ([]party.Holding, error)
	// PastHoldings lists what in the organisation was ended or ran out after
	// since, by now, the latest first, at most limit.
	PastHoldings(ctx context.Context, o party.OrgNo, since, now time.Time, limit int) ([]party.Holding, error)
}

// MemberTx changes what people hold. Nothing is ever deleted.
type MemberTx interface {
	// AddHolding stores a new holding: Conflict when the person has one of the
	// URN from the source in the organisation that lasts. One that has run out
	// by h.From is in nobody's way.
	AddHolding(ctx context.Context, h party.Holding) error
	// EndHolding ends a holding at the time: Conflict when it had ended, or had
	// run out, by then.
	EndHolding(ctx context.Context, id models.ID, at time.Time) error
}

// How much of what is past the pages show.
const (
	pastFor   = 365 * 24 * time.Hour
	pastLimit = 200
)

// Held is what somebody holds, or has held, in an organisation.
type Held struct {
	Holding     party.Holding
	Name        models.Text
	Description models.Text  // may be empty
	Person      party.Person // who holds it
	By          party.Person // who gave it; zero where no person did
	End         time.Time    // when it ended; zero while it lasts
	// Barred says why the reader may not end it: forbidden, holding.fixed (it is
	// ended where it comes from) or holding.last. Empty when he may.
	Barred models.Code
}

// Member is somebody who holds something in an organisation.
type Member struct {
	Person  party.Person
	Holds   []Held // the strongest first
	Manager bool   // administers access
	Reader  bool   // is the reader himself
}

// Members is who holds what in an organisation.
type Members struct {
	Organisation party.Organisation
	People       []Member // the strongest first, then by name
	Past         []Held   // of the last year, the latest first
	Giving       Giving
}

// MemberView is one person in an organisation, with history.
type MemberView struct {
	Member
	Organisation party.Organisation
	Past         []Held // whenever it was, the latest first
	Giving       Giving
}

// Members lists who holds what in the organisation that the actor acts for, for
// any of its members. What he may do is in the answer.
func (r *Registry) Members(ctx context.Context, a models.Actor) (Members, error) {
	var out Members
	err := r.read(ctx, a, policy.MemberRead, func(tx Reader, s policy.Standing, c *catalog.Catalog) error {
		now, o := r.Now(), party.OrgNo(a.OrgNo)
		org, err := tx.Organisation(ctx, o)
		if err != nil {
			return err
		}
		live, err := tx.Holdings(ctx, o, now)
		if err != nil {
			return err
		}
		past, err := tx.PastHoldings(ctx, o, now.Add(-pastFor), now, pastLimit)
		if err != nil {
			return err
		}
		held, err := r.held(ctx, tx, s, c, live, live)
		if err != nil {
			return err
		}
		out = Members{Organisation: org, People: people(s, c, held, models.ID(a.ID)), Giving: giving(a, s, c, org)}
		out.Past, err = r.held(ctx, tx, s, c, past, live)
		return err
	})
	return out, err
}

// Member shows one person in the organisation that the actor acts for: what he
// holds and has held there. NotFound for who never held anything there.
func (r *Registry) Member(ctx context.Context, a models.Actor, person models.ID) (MemberView, error) {
	var out MemberView
	err := r.read(ctx, a, policy.MemberRead, func(tx Reader, s policy.Standing, c *catalog.Catalog) error {
		o := party.OrgNo(a.OrgNo)
		org, err := tx.Organisation(ctx, o)
		if err != nil {
			return err
		}
		history, err := tx.HistoryIn(ctx, o, person, pastLimit)
		if err != nil {
			return err
		}
		if len(history) == 0 {
			return models.NewError(models.NotFound, models.CodeNotFound)
		}
		live, err := tx.Holdings(ctx, o, r.Now())
		if err != nil {
			return err
		}
		all, err := r.held(ctx, tx, s, c, history, live)
		if err != nil {
			return err
		}
		out = MemberView{
			Member:       Member{Person: all[0].Person, Reader: string(person) == a.ID},
			Organisation: org, Giving: giving(a, s, c, org),
		}
		lasting := slices.DeleteFunc(slices.Clone(all), func(h Held) bool { return !h.End.IsZero() })
		for _, m := range people(s, c, lasting, models.ID(a.ID)) { // one, or none
			out.Member = m
		}
		out.Past = slices.DeleteFunc(all, func(h Held) bool { return h.End.IsZero() })
		slices.SortStableFunc(out.Past, func(a, b Held) int { return b.End.Compare(a.End) })
		return nil
	})
	return out, err
}

// held describes holdings for the reader who stands as s in their organisation.
// live is everything that is held there now.
func (r *Registry) held(ctx context.Context, tx Reader, s policy.Standing, c *catalog.Catalog, hs, live []party.Holding) ([]Held, error) {
	var ids []models.ID
	for _, h := range hs {
		ids = append(ids, h.Person)
		if h.GivenBy != "" {
			ids = append(ids, h.GivenBy)
		}
	}
	slices.Sort(ids)
	persons, err := tx.Persons(ctx, slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	now, out := r.Now(), make([]Held, len(hs))
	for i, h := range hs {
		out[i] = Held{Holding: h, Name: HoldingName(c, h.URN), Description: holdingDescription(c, h.URN), Person: persons[h.Person], By: persons[h.GivenBy]}
		switch {
		case !h.Ended.IsZero():
			out[i].End = h.Ended
		case !h.Until.IsZero() && !now.Before(h.Until):
			out[i].End = h.Until
		default:
			if err := mayEnd(s, c, h, live); err != nil {
				out[i].Barred = models.CodeOf(err)
			}
		}
	}
	return out, nil
}

// people gathers holdings by person: the strongest first, then by name.
func people(s policy.Standing, c *catalog.Catalog, held []Held, reader models.ID) []Member {
	urns := make([]string, len(held))
	for i, h := range held {
		urns[i] = h.Holding.URN
	}
	slices.Sort(urns)
	rank := map[string]int{}
	for i, urn := range (policy.Standing{Holdings: slices.Compact(urns), Form: s.Form}).Strongest(c) {
		rank[urn] = i
	}
	slices.SortStableFunc(held, func(a, b Held) int {
		return cmp.Or(rank[a.Holding.URN]-rank[b.Holding.URN], cmp.Compare(a.Person.Name, b.Person.Name), cmp.Compare(a.Holding.Person, b.Holding.Person))
	})
	var out []Member
	at := map[models.ID]int{}
	for _, h := range held {
		i, ok := at[h.Holding.Person]
		if !ok {
			i = len(out)
			at[h.Holding.Person] = i
			out = append(out, Member{Person: h.Person, Reader: h.Holding.Person == reader})
		}
		out[i].Holds = append(out[i].Holds, h)
		out[i].Manager = out[i].Manager || administers(c, s.Form, h.Holding)
	}
	return out
}

// End ends what somebody holds in the organisation that the actor acts for,
// from this moment. It needs no fresh login. Errors: Conflict when it has ended
// already, holding.fixed for what is ended where it comes from, and holding.last
// where nobody would administer access any more; Forbidden for what makes a main
// administrator, unless he is one; those of the policy.
func (r *Registry) End(ctx context.Context, a models.Actor, holding models.ID) error {
	return r.guard(ctx, a, policy.MemberEnd, "holding:"+string(holding), func(tx Tx, s policy.Standing, c *catalog.Catalog) (change, error) {
		o, now := party.OrgNo(a.OrgNo), stored(r.Now())
		h, err := tx.HoldingIn(ctx, o, holding)
		if err != nil {
			return change{}, err
		}
		live, err := tx.Holdings(ctx, o, now)
		if err != nil {
			return change{}, err
		}
		if err := mayEnd(s, c, h, live); err != nil {
			return change{}, err
		}
		return holdingChange(h, "holding.ended"), tx.EndHolding(ctx, h.ID, now)
	})
}

// mayEnd says whether the person who stands as s may end the holding; live is
// everything that is held in the organisation. The last power to administer
// access stays, or nobody could give it again.
func mayEnd(s policy.Standing, c *catalog.Catalog, h party.Holding, live []party.Holding) error {
	if err := s.Ends(c, h); err != nil {
		return err
	}
	if administers(c, s.Form, h) && !slices.ContainsFunc(live, func(x party.Holding) bool { return x.ID != h.ID && administers(c, s.Form, x) }) {
		return models.NewError(models.Conflict, models.CodeHoldingLast)
	}
	return nil
}

// administers reports whether the holding alone lets a person administer access.
func administers(c *catalog.Catalog, form string, h party.Holding) bool {
	return policy.Standing{Holdings: []string{h.URN}, Form: form}.AccessManager(c)
}

// holdingChange is what happened to a holding, for the audit log and the outbox.
func holdingChange(h party.Holding, event string) change {
	return change{
		subject: "holding:" + string(h.ID), event: event, orgs: []party.OrgNo{h.OrgNo},
		detail: roleDetail(h.URN, h.Source, h.Until),
	}
}

func roleDetail(urn, source string, until time.Time) audit.Detail {
	d := audit.Detail{"urn": urn, "source": source}
	if !until.IsZero() {
		d["until"] = until.UTC().Format(time.RFC3339)
	}
	return d
}

// stored is a time as the store keeps it, so that what a use case returns is
// what is read later.
func stored(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC().Truncate(time.Millisecond)
}

// holdingDescription says what the holder of a power or a package can do; empty
// for roles, whose names say what they are.
func holdingDescription(c *catalog.Catalog, urn string) models.Text {
	switch urn {
	case policy.SystemAdministrator:
		return models.Text{
			NB: "Registrere virksomhetens egne fagsystemer og sende forespørsler til kunder.",
			NN: "Registrere dei eigne fagsystema til verksemda og sende førespurnader til kundar.",
			EN: "Register the organisation's own systems and send requests to customers.",
		}
	case policy.Viewer:
		return models.Text{
			NB: "Se forespørsler og systemtilganger og sende dem videre. Kan ikke godkjenne noe.",
			NN: "Sjå førespurnader og systemtilgangar og sende dei vidare. Kan ikkje godkjenne noko.",
			EN: "See requests and system users and forward them. Cannot approve anything.",
		}
	}
	p, _ := c.Package(urn)
	return p.Description
}
