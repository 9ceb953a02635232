package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/party"
)

// news is what the register says of one organisation. What was not asked for
// is nil.
type news struct {
	org     party.OrgNo
	unknown bool
	is      *party.Organisation
	served  *served
	roles   *[]exchange.Row
}

// served is who serves an organisation.
type served struct {
	relations []party.Relation
	by        []party.Organisation // for they may be new here
}

var errOld = errors.New("what it said last is too old")

// askAll asks for everything about the organisation. Answers from before
// freshest are an outage: what is stored must not go back in time.
func (r *Registry) askAll(ctx context.Context, o party.OrgNo, freshest time.Time) (news, error) {
	n, err := r.askUnit(ctx, o, freshest)
	if err != nil || n.unknown || n.is.Parent != "" { // services and roles are the unit's
		return n, err
	}
	more, err := r.askRoles(ctx, o, freshest)
	n.served, n.roles = more.served, more.roles
	return n, err
}

// askUnit asks what the organisation is, and whether it stands.
func (r *Registry) askUnit(ctx context.Context, o party.OrgNo, freshest time.Time) (news, error) {
	is, at, err := r.Register.Organisation(ctx, o)
	switch {
	case unknown(err):
		return news{org: o, unknown: true}, nil
	case err != nil:
		return news{}, fmt.Errorf("organisation %s: %w", o, err)
	case at.Before(freshest):
		return news{}, registerDown(errOld)
	}
	return news{org: o, is: &is}, nil
}

// askRoles asks who serves the unit and, where persons are told of, who holds a
// role in it.
func (r *Registry) askRoles(ctx context.Context, o party.OrgNo, freshest time.Time) (news, error) {
	n := news{org: o, served: &served{}}
	relations, at, err := r.Register.Relations(ctx, o)
	switch {
	case unknown(err):
	case err != nil:
		return n, fmt.Errorf("organisation %s: %w", o, err)
	case at.Before(freshest):
		return n, registerDown(errOld)
	}
	n.served.relations = relations
	for _, relation := range relations {
		by, _, err := r.Register.Organisation(ctx, relation.Facilitator)
		switch {
		case unknown(err):
		case err != nil:
			return n, fmt.Errorf("organisation %s: %w", relation.Facilitator, err)
		default:
			n.served.by = append(n.served.by, by)
		}
	}
	if !r.RegisterRoles {
		return n, nil
	}
	rows, err := r.Register.Roles(ctx, o)
	if err != nil && !unknown(err) {
		return n, fmt.Errorf("organisation %s: %w", o, err)
	}
	n.roles = &rows
	return n, nil
}

// unknown reports that the register does not know the organisation, or could
// not by its number.
func unknown(err error) bool {
	e, ok := errors.AsType[*models.Error](err)
	return ok && (e.Kind == models.NotFound || e.Kind == models.Invalid)
}

// putRegistered stores all that the register says of an organisation. What it
// says of no address is that there is none.
func putRegistered(ctx context.Context, tx Tx, o party.Organisation, turned *[]turn) (Change, error) {
	c, err := putOrganisation(ctx, tx, o, true, turned)
	if err != nil || o.Email != "" {
		return c, err
	}
	had, err := tx.ForgetEmail(ctx, o.OrgNo)
	if had {
		c.Did = Updated
		c.Members = append(c.Members, Difference{Name: "email"})
	}
	return c, err
}

// absorb stores what the register says.
func (r *Registry) absorb(ctx context.Context, tx Tx, n news, report *RegisterReport, turned *[]turn) error {
	report.Asked++
	if n.unknown {
		report.Unknown++
		return nil
	}
	if n.is != nil {
		c, err := putRegistered(ctx, tx, *n.is, turned)
		if err := report.note(string(n.org), c, err); err != nil {
			return err
		}
	}
	if n.served != nil {
		if err := r.absorbServed(ctx, tx, n, report, turned); err != nil {
			return err
		}
	}
	if n.roles == nil {
		return nil
	}
	found := map[string]bool{}
	for _, row := range *n.roles {
		var c Change
		err := row.Err
		if p, ok := row.Value.(exchange.Person); ok && err == nil {
			c, err = tx.PutPerson(ctx, p, party.SourceRegister)
		} else if err != nil {
			report.Refused = append(report.Refused, Refusal{Place: row.Place, Reason: reason(err)})
			continue
		}
		found[c.Key] = true
		if err := report.note(row.Place, c, err); err != nil {
			return err
		}
	}
	return endOthers(ctx, tx, exchange.People, n.org, found, report)
}

func (r *Registry) absorbServed(ctx context.Context, tx Tx, n news, report *RegisterReport, turned *[]turn) error {
	var nos []party.OrgNo
	for _, by := range n.served.by {
		nos = append(nos, by.OrgNo)
	}
	held, err := tx.Organisations(ctx, nos)
	if err != nil {
		return err
	}
	for _, by := range n.served.by {
		if _, ok := held[by.OrgNo]; ok {
			continue
		}
		c, err := putRegistered(ctx, tx, by, turned)
		if err := report.note(string(by.OrgNo), c, err); err != nil {
			return err
		}
	}
	found := map[string]bool{}
	for _, relation := range n.served.relations {
		relation.Source = party.SourceRegister
		c, err := tx.PutRelation(ctx, relation)
		found[c.Key] = true
		if err := report.note("relation of "+string(n.org), c, err); err != nil {
			return err
		}
	}
	return endOthers(ctx, tx, exchange.Relations, n.org, found, report)
}

// endOthers ends what the register has said of the organisation before and
// does not say any more.
func endOthers(ctx context.Context, tx Tx, kind exchange.Kind, o party.OrgNo, found map[string]bool, report *RegisterReport) error {
	stood, err := tx.Standing(ctx, kind, party.SourceRegister, o)
	if err != nil {
		return err
	}
	stood = slices.DeleteFunc(stood, func(thing Thing) bool { return found[thing.Key] })
	keys := make([]string, len(stood))
	for i, thing := range stood {
		keys[i] = thing.Key
	}
	report.Ended += len(keys)
	return tx.End(ctx, kind, keys)
}

// note counts a change. A row that does not hold is refused; other errors come
// back.
func (r *RegisterReport) note(place string, c Change, err error) error {
	switch e, ok := errors.AsType[*models.Error](err); {
	case ok && e.Kind == models.Invalid:
		r.Refused = append(r.Refused, Refusal{Place: place, Reason: reason(err)})
		return nil
	case err != nil:
		return err
	}
	switch c.Did {
	case Added:
		r.Added++
	case Updated:
		r.Updated++
	case Ended:
		r.Ended++
	case Same:
	}
	return nil
}
