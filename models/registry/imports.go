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

// Did says what an import did with a row.
type Did int

// What an import did with a row. Only what a full import no longer finds is
// ended.
const (
	Same Did = iota
	Added
	Updated
	Ended
)

// Thing is what a row stands for. Key tells things of a kind apart; What names
// it for people, and holds nothing personal.
type Thing struct {
	Key  string
	What string
}

// Difference is one member of a row that has changed.
type Difference struct {
	Name, Old, New string
}

// Change says what a row has changed.
type Change struct {
	Thing
	Did     Did
	Members []Difference // what is different, when Did is Updated; nothing personal
}

// ImportTx upserts rows of imports. A row that refers to something unknown is
// an Invalid error that names the member, and changes nothing.
type ImportTx interface {
	PutArea(ctx context.Context, a catalog.Area) (Change, error)
	PutPackage(ctx context.Context, p catalog.Package) (Change, error)
	PutResource(ctx context.Context, r catalog.Resource) (Change, error)
	PutRole(ctx context.Context, r catalog.Role) (Change, error)
	PutRolePackage(ctx context.Context, m catalog.RolePackage) (Change, error)
	// PutOrganisation leaves alone whether the organisation stands; StrikeOff
	// is for that.
	PutOrganisation(ctx context.Context, o party.Organisation) (Change, error)
	// ForgetEmail takes away the organisation's address, and tells whether there
	// was one.
	ForgetEmail(ctx context.Context, o party.OrgNo) (bool, error)
	// PutPerson stores who somebody is and one holding; source says where the
	// holding comes from. The key is the holding's id.
	PutPerson(ctx context.Context, p exchange.Person, source string) (Change, error)
	// PutRelation stores a relation from r.Source. The key is its id.
	PutRelation(ctx context.Context, r party.Relation) (Change, error)
	// Standing lists what is there of the kind: for people and relations what
	// counts now and comes from the source, of one organisation (the client of a
	// relation) when of is not empty; else everything.
	Standing(ctx context.Context, kind exchange.Kind, source string, of party.OrgNo) ([]Thing, error)
	// End ends holdings (people) or relations by their keys. They stay as
	// history.
	End(ctx context.Context, kind exchange.Kind, keys []string) error
}

// How says in which way a file is imported.
type How struct {
	Source string // where the rows come from, for holdings and relations
	Full   bool   // what the source said before and the file does not have has ended
	Force  bool   // a full import may end most of what there is, and take a file with refused rows
	Dry    bool   // change nothing, and tell in Report.Lines what would be
}

// Refusal is a row of an import that was not taken, and why.
type Refusal struct {
	Place  string
	Reason string
}

// Line is one thing that an import changes.
type Line struct {
	Place string // empty for what has ended
	Change
}

// Report counts what an import did.
type Report struct {
	Kind                        exchange.Kind
	Full                        bool
	Added, Updated, Same, Ended int
	Refused                     []Refusal
	Missing                     []string // what a full import of a catalogue or of organisations did not find; it stays
	Lines                       []Line   // of a dry run: what is not the same
}

// String is the report in one line.
func (r Report) String() string {
	ended := ""
	if r.Full {
		ended = fmt.Sprintf("%d ended, ", r.Ended)
	}
	return fmt.Sprintf("%s: %d new, %d changed, %d same, %s%d refused", r.Kind, r.Added, r.Updated, r.Same, ended, len(r.Refused))
}

func (r Report) detail() audit.Detail {
	d := audit.Detail{
		"new": strconv.Itoa(r.Added), "changed": strconv.Itoa(r.Updated), "same": strconv.Itoa(r.Same), "refused": strconv.Itoa(len(r.Refused)),
	}
	if r.Full {
		d["ended"] = strconv.Itoa(r.Ended)
	}
	return d
}

// note counts a change.
func (r *Report) note(place string, c Change, how How) {
	switch c.Did {
	case Added:
		r.Added++
	case Updated:
		r.Updated++
	case Ended:
		r.Ended++
	case Same:
		r.Same++
	}
	if how.Dry && c.Did != Same {
		r.Lines = append(r.Lines, Line{Place: place, Change: c})
	}
}

// errDry undoes a dry run.
var errDry = errors.New("a dry run is undone")

// Import adds and changes by the rows of a file, in one transaction, and ends
// nothing. A row that does not hold is refused and changes nothing; the others
// are taken. source tells where the rows come from, for the holdings of people.
func (r *Registry) Import(ctx context.Context, a models.Actor, kind exchange.Kind, source string, rows iter.Seq[exchange.Row]) (Report, error) {
	return r.ImportAs(ctx, a, kind, How{Source: source}, rows)
}

// ImportAs is Import in another way. A full import of people or relations ends
// what the source said before and the rows do not; of other kinds it names what
// the rows do not have and lets it stay. Conflict when it would end more than
// half of that, or when a row is refused, unless it is forced. The report is
// there also with a Conflict.
func (r *Registry) ImportAs(ctx context.Context, a models.Actor, kind exchange.Kind, how How, rows iter.Seq[exchange.Row]) (Report, error) {
	var report Report
	act := policy.CatalogueImport
	if kind == exchange.Organisations || kind == exchange.People || kind == exchange.Relations {
		act = policy.PartyImport
	}
	subject := "import:" + string(kind)
	err := r.guard(ctx, a, act, subject, func(tx Tx, _ policy.Standing, _ *catalog.Catalog) (change, error) {
		report = Report{Kind: kind, Full: how.Full}
		if err := r.intake(ctx, tx, a, how, rows, &report); err != nil {
			return change{}, err
		}
		if how.Dry {
			return change{}, errDry
		}
		return change{subject: subject, detail: report.detail()}, nil
	})
	if errors.Is(err, errDry) {
		err = nil
	}
	return report, err
}

// intake puts the rows, ends what a full import ends, and does what follows for
// organisations that were struck off.
func (r *Registry) intake(ctx context.Context, tx Tx, a models.Actor, how How, rows iter.Seq[exchange.Row], report *Report) error {
	var stood []Thing
	if how.Full {
		var err error
		if stood, err = tx.Standing(ctx, report.Kind, how.Source, ""); err != nil {
			return err
		}
	}
	found := map[string]bool{}
	var turned []turn
	for row := range rows {
		var c Change
		err := row.Err
		if err == nil {
			c, err = r.put(ctx, tx, row.Value, how.Source, &turned)
		}
		switch _, invalid := errors.AsType[*models.Error](err); {
		case row.Err != nil || invalid:
			report.Refused = append(report.Refused, Refusal{Place: row.Place, Reason: reason(err)})
		case err != nil:
			return fmt.Errorf("import %s, %s: %w", report.Kind, row.Place, err)
		default:
			found[c.Key] = true
			report.note(row.Place, c, how)
		}
	}
	if how.Full {
		if err := settle(ctx, tx, how, stood, found, report); err != nil {
			return err
		}
	}
	return r.follow(ctx, tx, a, turned)
}

// settle ends what stood and was not found, or names it.
func settle(ctx context.Context, tx Tx, how How, stood []Thing, found map[string]bool, report *Report) error {
	var gone []string
	for _, thing := range stood {
		if found[thing.Key] {
			continue
		}
		if report.Kind != exchange.People && report.Kind != exchange.Relations {
			report.Missing = append(report.Missing, thing.What)
			continue
		}
		gone = append(gone, thing.Key)
		report.note("", Change{Thing: thing, Did: Ended}, how)
	}
	switch {
	case how.Force:
	case len(gone) > 0 && len(report.Refused) > 0:
		return conflict(fmt.Errorf("%d rows are refused, and what they stand for would end with %d others", len(report.Refused), len(gone)))
	case 2*len(gone) > len(stood):
		return conflict(fmt.Errorf("it would end %d of the %d that %q has said before", len(gone), len(stood), how.Source))
	}
	return tx.End(ctx, report.Kind, gone)
}

func conflict(cause error) error {
	return &models.Error{Kind: models.Conflict, Code: models.CodeConflict, Err: cause}
}

// put stores one row of any kind. Organisations that it finds struck off, or
// standing again, are added to turned.
func (r *Registry) put(ctx context.Context, tx Tx, value any, source string, turned *[]turn) (Change, error) {
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
		return putOrganisation(ctx, tx, v, !v.StruckOff.IsZero(), turned)
	case exchange.Organisation:
		return putOrganisation(ctx, tx, v.Organisation, v.Stands || !v.StruckOff.IsZero(), turned)
	case party.Relation:
		v.Source = source
		return tx.PutRelation(ctx, v)
	case exchange.Person:
		return tx.PutPerson(ctx, v, source)
	}
	return Change{}, fmt.Errorf("a row of type %T", value)
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
