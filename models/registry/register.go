package registry

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/party"
)

// Register is the business register that organisations, relations and the roles
// of persons come from. Answers about organisations may be from memory; they
// come with the time that they are from. Errors: NotFound for what it does not
// know, Unavailable register.unavailable.
type Register interface {
	Organisation(ctx context.Context, o party.OrgNo) (party.Organisation, time.Time, error)
	// Relations tells which organisations serve the unit.
	Relations(ctx context.Context, o party.OrgNo) ([]party.Relation, time.Time, error)
	// Roles tells which persons hold which role in the unit, by national id.
	Roles(ctx context.Context, o party.OrgNo) ([]exchange.Row, error)
	// Updates tells of which organisations something has changed in the feed
	// after the number, and the number to go on from; when the number is zero,
	// from the time on.
	Updates(ctx context.Context, feed string, after int64, since time.Time, limit int) (changed []party.OrgNo, next int64, err error)
}

// RegisterReader reads what comes from a register.
type RegisterReader interface {
	// Clients lists whom the facilitator serves at now, and as what.
	Clients(ctx context.Context, facilitator party.OrgNo, now time.Time) ([]party.Relation, error)
	// Facilitators lists who serves the client at now, and as what.
	Facilitators(ctx context.Context, client party.OrgNo, now time.Time) ([]party.Relation, error)
	// OrganisationsAfter lists organisations by number, at most limit.
	OrganisationsAfter(ctx context.Context, o party.OrgNo, limit int) ([]party.OrgNo, error)
	// Cursor is how far we have come in what the name stands for; empty when
	// that has not begun.
	Cursor(ctx context.Context, name string) (string, error)
	// HasPID reports whether we know the person's national id.
	HasPID(ctx context.Context, person models.ID) (bool, error)
	// Denials counts what the actor was denied since then, of the action.
	Denials(ctx context.Context, actor, action string, since time.Time) (int, error)
}

// RegisterTx writes how far we have come.
type RegisterTx interface {
	// MoveCursor moves a cursor, or begins it when was is empty: Conflict when
	// another has moved it meanwhile.
	MoveCursor(ctx context.Context, name, was, to string) error
}

// RegisterReport counts what a register brought.
type RegisterReport struct {
	Asked                 int // organisations that the register was asked about
	Unknown               int // of them, those that it does not know
	Added, Updated, Ended int // organisations, relations and holdings
	Refused               []Refusal
}

// String is the report in one line.
func (r RegisterReport) String() string {
	return fmt.Sprintf("register: %d asked about, %d unknown, %d new, %d changed, %d ended, %d refused",
		r.Asked, r.Unknown, r.Added, r.Updated, r.Ended, len(r.Refused))
}

func (r *RegisterReport) add(more RegisterReport) {
	r.Asked += more.Asked
	r.Unknown += more.Unknown
	r.Added += more.Added
	r.Updated += more.Updated
	r.Ended += more.Ended
	r.Refused = append(r.Refused, more.Refused...)
}

func (r RegisterReport) detail() audit.Detail {
	return audit.Detail{
		"asked": strconv.Itoa(r.Asked), "unknown": strconv.Itoa(r.Unknown), "new": strconv.Itoa(r.Added),
		"changed": strconv.Itoa(r.Updated), "ended": strconv.Itoa(r.Ended), "refused": strconv.Itoa(len(r.Refused)),
	}
}

// errNoRegister is the cause when no register is set up.
var errNoRegister = errors.New("no register is set up")

func registerDown(cause error) error {
	return &models.Error{Kind: models.Unavailable, Code: models.CodeRegisterDown, Err: cause}
}
