package registry

import (
	"context"
	"slices"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
)

// A person may be wrong about a number this often, so that nobody tries them
// all to learn who is where.
const (
	claimTries  = 10
	claimWindow = time.Hour
)

// ClaimOrganisation lets a person into an organisation in which the register
// says, by his national id, that he holds a role: the organisation is added or
// brought up to date, and he holds what the register says, no more. Nobody is
// ever matched by name or birth date. Errors: Forbidden person.no_national_id
// when we know none of his; TooMany organisation.claims_many after too many
// wrong ones in an hour; Invalid with the field organisation; NotFound when he
// holds no role there, the organisation has been struck off, or there is none,
// which look the same; Unavailable register.unavailable.
func (r *Registry) ClaimOrganisation(ctx context.Context, a models.Actor, o party.OrgNo) (party.Organisation, error) {
	if _, err := r.Numbers.Parse(string(o)); err != nil {
		return party.Organisation{}, models.Faults{{Field: "organisation", Fault: "orgno.check_digit"}}.Err()
	}
	if err := r.mayClaim(ctx, a); err != nil {
		return party.Organisation{}, err
	}
	if !r.TellsRoles() {
		return party.Organisation{}, registerDown(errNoRegister)
	}
	n, err := r.askClaim(ctx, a, o)
	if err != nil {
		return party.Organisation{}, err
	}
	subject := "organisation:" + string(o)
	var joined party.Organisation
	err = r.guard(ctx, a, policy.OrganisationClaim, subject, func(tx Tx, _ policy.Standing, _ *catalog.Catalog) (change, error) {
		if _, err := present(ctx, tx, a); err != nil { // or his national id would come back
			return change{}, err
		}
		if n.is == nil || len(*n.roles) == 0 {
			return change{}, models.NewError(models.NotFound, models.CodeNotFound)
		}
		var turned []turn
		if _, err := putRegistered(ctx, tx, *n.is, &turned); err != nil {
			return change{}, err
		}
		held, err := r.hold(ctx, tx, a, n)
		if err != nil {
			return change{}, err
		}
		if err := r.follow(ctx, tx, a, turned); err != nil {
			return change{}, err
		}
		joined, err = tx.Organisation(ctx, o)
		return change{subject: subject, event: "organisation.claimed", orgs: []party.OrgNo{o}, detail: audit.Detail{"roles": held}}, err
	})
	return joined, err
}

// TellsRoles reports whether there is a register that tells what persons are in
// organisations.
func (r *Registry) TellsRoles() bool { return r.Register != nil && r.RegisterRoles }

// mayClaim asks the policy, whether we know who he is to the register, and
// whether he has been wrong too often.
func (r *Registry) mayClaim(ctx context.Context, a models.Actor) error {
	return r.read(ctx, a, policy.OrganisationClaim, func(tx Reader, _ policy.Standing, _ *catalog.Catalog) error {
		known, err := tx.HasPID(ctx, models.ID(a.ID))
		if err != nil {
			return err
		}
		if !known {
			return models.NewError(models.Forbidden, models.CodeNoNationalID)
		}
		wrong, err := tx.Denials(ctx, a.ID, string(policy.OrganisationClaim), r.Now().Add(-claimWindow))
		if err == nil && wrong >= claimTries {
			err = models.NewError(models.TooMany, models.CodeClaimsMany)
		}
		return err
	})
}

// askClaim asks the register for the person's own roles in the organisation,
// and for the organisation when he has any.
func (r *Registry) askClaim(ctx context.Context, a models.Actor, o party.OrgNo) (news, error) {
	n := news{org: o, roles: &[]exchange.Row{}}
	rows, err := r.Register.Roles(ctx, o)
	if err != nil && !unknown(err) {
		return n, err
	}
	err = r.Store.Read(ctx, func(tx Reader) error {
		for _, row := range rows {
			p, ok := row.Value.(exchange.Person)
			if !ok || row.Err != nil || p.PID.IsZero() || p.OrgNo != o {
				continue
			}
			who, err := orNobody(tx.PersonByPID(ctx, p.PID))
			if err != nil {
				return err
			}
			if who == models.ID(a.ID) {
				p.Name = "" // how he is called he has told us himself
				*n.roles = append(*n.roles, exchange.Row{Place: row.Place, Value: p})
			}
		}
		return nil
	})
	if err != nil || len(*n.roles) == 0 {
		return n, err
	}
	is, err := r.askUnit(ctx, o, r.Now().Add(-oldest))
	if err == nil && !is.unknown && is.is.StruckOff.IsZero() {
		n.is = is.is
	}
	return n, err
}

// hold stores what the person holds and ends what he no longer does, all of it
// by the register, and names what he holds.
func (r *Registry) hold(ctx context.Context, tx Tx, a models.Actor, n news) (string, error) {
	var report RegisterReport
	var found []string
	roles := ""
	for _, row := range *n.roles {
		c, err := r.put(ctx, tx, row.Value, party.SourceRegister, nil)
		if err := report.note(row.Place, c, err); err != nil {
			return "", err
		}
		if p, ok := row.Value.(exchange.Person); ok && err == nil {
			found = append(found, p.URN)
			roles += " " + p.URN
		}
	}
	if len(found) == 0 { // roles that the catalogue does not have
		return "", models.NewError(models.NotFound, models.CodeNotFound)
	}
	holdings, err := tx.HoldingsOf(ctx, models.ID(a.ID), r.Now())
	if err != nil {
		return "", err
	}
	var over []string
	for _, h := range holdings {
		if h.OrgNo == n.org && h.Source == party.SourceRegister && !slices.Contains(found, h.URN) {
			over = append(over, string(h.ID))
		}
	}
	return roles[1:], tx.End(ctx, exchange.People, over)
}
