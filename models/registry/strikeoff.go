package registry

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

// StrikeOffTx notes what a register says of an organisation's existence.
type StrikeOffTx interface {
	// StrikeOff notes when the organisation was struck off, the zero time that
	// it stands, and returns what was noted before.
	StrikeOff(ctx context.Context, o party.OrgNo, at time.Time) (was time.Time, err error)
	// Pause pauses the customer's live system users that are not paused yet,
	// and returns the system of each. Each takes a number of its own in the order
	// of changes.
	Pause(ctx context.Context, customer party.OrgNo, why systemuser.Pause, at time.Time) ([]system.ID, error)
	// Resume ends the pause of those that are paused for that, likewise.
	Resume(ctx context.Context, customer party.OrgNo, why systemuser.Pause, at time.Time) ([]system.ID, error)
}

// strikeOff is what follows from an organisation being struck off, in the audit
// log. It is nobody's to do: it comes with an import.
const strikeOff policy.Action = "organisation.strike_off"

// turn is an organisation that was struck off, or stands again.
type turn struct {
	org       party.OrgNo
	struckOff time.Time // zero: it stands
}

// putOrganisation stores an organisation and, when the source says so, whether
// it stands.
func putOrganisation(ctx context.Context, tx Tx, o party.Organisation, says bool, turned *[]turn) (Change, error) {
	c, err := tx.PutOrganisation(ctx, o)
	if err != nil || !says {
		return c, err
	}
	was, err := tx.StrikeOff(ctx, o.OrgNo, o.StruckOff)
	if err != nil || was.Equal(o.StruckOff) {
		return c, err
	}
	if was.IsZero() != o.StruckOff.IsZero() {
		*turned = append(*turned, turn{o.OrgNo, o.StruckOff})
	}
	if c.Did != Added {
		c.Did = Updated
		c.Members = append(c.Members, Difference{Name: "struck_off", Old: day(was), New: day(o.StruckOff)})
	}
	return c, nil
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

// follow does for each organisation what follows for its system users. An
// approval at the same time has either been committed, and its system user is
// among them, or finds the organisation struck off: Alone decides which.
func (r *Registry) follow(ctx context.Context, tx Tx, a models.Actor, turned []turn) error {
	if len(turned) == 0 {
		return nil
	}
	if err := tx.Alone(ctx); err != nil {
		return err
	}
	for _, t := range turned {
		if err := r.followOne(ctx, tx, a, t); err != nil {
			return err
		}
	}
	return nil
}

func (r *Registry) followOne(ctx context.Context, tx Tx, a models.Actor, t turn) error {
	act, event, detail := strikeOff, "organisation.struck_off", audit.Detail{}
	var systems []system.ID
	var err error
	switch {
	case t.struckOff.IsZero():
		act, event = policy.OrganisationRestore, "organisation.restored"
		systems, err = tx.Resume(ctx, t.org, systemuser.StruckOff, r.Now())
		detail["resumed"] = strconv.Itoa(len(systems))
	case r.FlagStruckOff:
		systems, err = liveSystems(ctx, tx, t.org)
		detail["flagged"] = strconv.Itoa(len(systems))
	default:
		systems, err = tx.Pause(ctx, t.org, systemuser.StruckOff, r.Now())
		detail["paused"] = strconv.Itoa(len(systems))
	}
	if err != nil {
		return err
	}
	concerned, err := suppliers(ctx, tx, systems)
	if err != nil {
		return err
	}
	return r.record(ctx, tx, a, "", act, change{
		subject: "organisation:" + string(t.org), event: event, orgs: append([]party.OrgNo{t.org}, concerned...), detail: detail,
	})
}

// liveSystems lists the system of each live system user of the customer.
func liveSystems(ctx context.Context, tx Reader, customer party.OrgNo) ([]system.ID, error) {
	users, err := tx.SystemUsersOf(ctx, customer, maxList)
	var ids []system.ID
	for _, u := range users {
		if u.Status == systemuser.Active {
			ids = append(ids, u.System)
		}
	}
	return ids, err
}

// suppliers lists whose systems they are, each once.
func suppliers(ctx context.Context, tx Reader, ids []system.ID) ([]party.OrgNo, error) {
	found, err := tx.Systems(ctx, ids)
	var out []party.OrgNo
	for _, s := range found {
		out = append(out, s.Supplier)
	}
	slices.Sort(out)
	return slices.Compact(out), err
}
