package registry

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
)

// Refusal is a row of an import that was not taken, and why.
type Refusal struct {
	Place  string
	Reason string
}

// Report counts what an import did.
type Report struct {
	Kind                 exchange.Kind
	Added, Updated, Same int
	Refused              []Refusal
}

// String is the report in one line.
func (r Report) String() string {
	return fmt.Sprintf("%s: %d new, %d changed, %d same, %d refused", r.Kind, r.Added, r.Updated, r.Same, len(r.Refused))
}

// Import upserts rows of a file in one transaction and never deletes. A row
// that does not hold is refused and changes nothing; the others are taken.
// source tells where the rows come from, for the holdings of people.
func (r *Registry) Import(ctx context.Context, a models.Actor, kind exchange.Kind, source string, rows iter.Seq[exchange.Row]) (Report, error) {
	report := Report{Kind: kind}
	act := policy.CatalogueImport
	if kind == exchange.Organisations || kind == exchange.People || kind == exchange.Relations {
		act = policy.PartyImport
	}
	subject := "import:" + string(kind)
	err := r.guard(ctx, a, act, subject, func(tx Tx, _ policy.Standing, _ *catalog.Catalog) (change, error) {
		report = Report{Kind: kind}
		for row := range rows {
			did, err := Same, row.Err
			if err == nil {
				did, err = put(ctx, tx, row.Value, source)
			}
			switch _, invalid := errors.AsType[*models.Error](err); {
			case row.Err != nil || invalid:
				report.Refused = append(report.Refused, Refusal{Place: row.Place, Reason: reason(err)})
			case err != nil:
				return change{}, fmt.Errorf("import %s, %s: %w", kind, row.Place, err)
			case did == Added:
				report.Added++
			case did == Updated:
				report.Updated++
			default:
				report.Same++
			}
		}
		return change{subject: subject, detail: audit.Detail{
			"new": strconv.Itoa(report.Added), "changed": strconv.Itoa(report.Updated),
			"same": strconv.Itoa(report.Same), "refused": strconv.Itoa(len(report.Refused)),
		}}, nil
	})
	return report, err
}

// put stores one row of any kind.
func put(ctx context.Context, tx Tx, value any, source string) (Change, error) {
	switch v := value.(type) {
	case catalog.Area:
		return tx.PutArea(ctx, v)
	case catalog.Package:
		return tx.PutPackage(ctx, v)
	case catalog.Role:
		return tx.PutRole(ctx, v)
	case catalog.RolePackage:
		return tx.PutRolePackage(ctx, v)
	case catalog.Resource:
		return tx.PutResource(ctx, v)
	case party.Organisation:
		return tx.PutOrganisation(ctx, v)
	case party.Relation:
		v.Source = source
		return tx.PutRelation(ctx, v)
	case exchange.Person:
		return tx.PutPerson(ctx, v, source)
	}
	return Same, fmt.Errorf("a row of type %T", value)
}

// reason says why a row was refused: the faults of the domain by name.
func reason(err error) string {
	e, ok := errors.AsType[*models.Error](err)
	if !ok || len(e.Fields) == 0 {
		return err.Error()
	}
	words := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		words[i] = strings.TrimSpace(f.Field + " " + f.Fault)
	}
	return strings.Join(words, ", ")
}
