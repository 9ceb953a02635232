package registry

import (
	"context"
	"strconv"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
)

// Remapping says how a provider that has changed its subjects, or its issuer,
// names somebody from now on.
type Remapping struct {
	Place    string // where the row stands, for the report
	From, To party.Identity
}

// RemapReport says what a remapping did, or would do.
type RemapReport struct {
	Mapped  int       // got their new name, or lost an old one beside it
	Same    int       // had it already
	Unknown []string  // places of rows whose old name nobody has
	Refused []Refusal // rows that contradict what is known, or each other
}

// Remap gives identities new names at their provider, all of them or none. A
// row whose old name nobody has is passed over. When a row contradicts what is
// known, nothing is changed: Conflict, and the report says which. With dry
// nothing is changed in any case. A second run finds everything in place.
func (r *Registry) Remap(ctx context.Context, a models.Actor, rows []Remapping, dry bool) (RemapReport, error) {
	var report RemapReport
	if dry {
		err := r.read(ctx, a, policy.PersonRemap, func(tx Reader, _ policy.Standing, _ *catalog.Catalog) error {
			var err error
			report, _, err = plan(ctx, tx, rows)
			return err
		})
		return report, err
	}
	err := r.guard(ctx, a, policy.PersonRemap, "identities", func(tx Tx, _ policy.Standing, _ *catalog.Catalog) (change, error) {
		if err := tx.Alone(ctx); err != nil {
			return change{}, err
		}
		var moves []Remapping
		var err error
		report, moves, err = plan(ctx, tx, rows)
		if err == nil && len(report.Refused) > 0 {
			err = models.NewError(models.Conflict, models.CodeConflict)
		}
		if err != nil || len(moves) == 0 {
			return change{}, err
		}
		for _, m := range moves {
			if err := tx.MoveIdentity(ctx, m.From, m.To); err != nil {
				return change{}, err
			}
		}
		return change{subject: "identities", detail: audit.Detail{
			"mapped": strconv.Itoa(report.Mapped), "same": strconv.Itoa(report.Same), "unknown": strconv.Itoa(len(report.Unknown)),
		}}, nil
	})
	return report, err
}

// name is an identity as providers tell them apart.
type name struct{ issuer, subject string }

func nameOf(id party.Identity) name { return name{id.Issuer, id.Subject} }

// plan compares the rows with what is known, and returns those that change
// something.
func plan(ctx context.Context, tx Reader, rows []Remapping) (RemapReport, []Remapping, error) {
	var report RemapReport
	var moves []Remapping
	olds, news := map[name]bool{}, map[name]bool{}
	for _, row := range rows {
		olds[nameOf(row.From)] = false
	}
	for _, row := range rows {
		from, to := nameOf(row.From), nameOf(row.To)
		_, chained := olds[to]
		switch {
		case from.issuer == "" || from.subject == "" || to.issuer == "" || to.subject == "":
			report.refuse(row, "a subject is missing")
			continue
		case isNationalID(to.subject):
			report.refuse(row, "the new subject is a national id, by which nobody can log in")
			continue
		case olds[from]:
			report.refuse(row, "the old subject stands in the file twice")
			continue
		case news[to]:
			report.refuse(row, "the new subject stands in the file twice")
			continue
		case from != to && chained:
			report.refuse(row, "the new subject is the old one of another row")
			continue
		}
		olds[from], news[to] = true, true
		was, err := orNobody(tx.PersonByIdentity(ctx, from.issuer, from.subject))
		if err != nil {
			return report, nil, err
		}
		is, err := orNobody(tx.PersonByIdentity(ctx, to.issuer, to.subject))
		if err != nil {
			return report, nil, err
		}
		switch {
		case was == "" && is == "":
			report.Unknown = append(report.Unknown, row.Place)
		case was == "" || from == to:
			report.Same++
		case is != "" && is != was:
			report.refuse(row, "the new subject belongs to another person than the old one")
		default:
			report.Mapped++
			moves = append(moves, row)
		}
	}
	return report, moves, nil
}

// isNationalID reports whether a subject is one, which the login refuses and
// which is not to be stored.
func isNationalID(subject string) bool {
	_, err := party.ParsePersonID(subject)
	return err == nil
}

func (r *RemapReport) refuse(row Remapping, reason string) {
	r.Refused = append(r.Refused, Refusal{Place: row.Place, Reason: reason})
}
