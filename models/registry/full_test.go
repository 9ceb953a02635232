package registry_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
)

// staff are rows of a people file of the yard.
func staff(n int) []any {
	rows := make([]any, n)
	for i := range rows {
		rows[i] = exchange.Person{UserID: int64(i + 1), Name: fmt.Sprint("P", i+1), OrgNo: verft, URN: modelstest.Chair}
	}
	return rows
}

func bring(t *testing.T, w *modelstest.World, kind exchange.Kind, how registry.How, rows ...any) (registry.Report, error) {
	t.Helper()
	return w.ImportAs(t.Context(), modelstest.Operator, kind, how, modelstest.Rows(rows...))
}

func mustBring(t *testing.T, w *modelstest.World, kind exchange.Kind, how registry.How, want string, rows ...any) registry.Report {
	t.Helper()
	report, err := bring(t, w, kind, how, rows...)
	if err != nil || report.String() != want {
		t.Errorf("%s %v, %v; want %s", report, report.Refused, err, want)
	}
	return report
}

// A full import ends what its source has said and says no more. What other
// sources say stays, and so does the history.
func TestAFullImportEndsWhatItsSourceNoLongerSays(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		rows := staff(5)
		hr, other := registry.How{Source: "hr", Full: true}, registry.How{Source: "other", Full: true}
		mustBring(t, w, exchange.People, hr, "people: 5 new, 0 changed, 0 same, 0 ended, 0 refused", rows...)
		mustBring(t, w, exchange.People, other, "people: 0 new, 1 changed, 0 same, 0 ended, 0 refused", rows[0])
		before := marked(t, w)
		mustBring(t, w, exchange.People, hr, "people: 0 new, 0 changed, 3 same, 2 ended, 0 refused", rows[2:]...)
		entries := before.since(t)
		if len(entries) != 1 || entries[0].Detail["ended"] != "2" {
			t.Errorf("recorded %+v", entries)
		}
		var held []party.Holding
		err := w.DB.Read(t.Context(), func(tx registry.Reader) (err error) {
			held, err = tx.Holdings(t.Context(), verft, w.Clock.Now())
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		sources := map[string]int{}
		for _, h := range held {
			sources[h.Source]++
		}
		if diff := cmp.Diff(map[string]int{"hr": 3, "other": 1, "test": 1}, sources); diff != "" {
			t.Errorf("holdings by source (-want +got):\n%s", diff)
		}
		mustBring(t, w, exchange.People, hr, "people: 0 new, 0 changed, 3 same, 0 ended, 0 refused", rows[2:]...)
		// Whom the source names again holds it again, from now on.
		mustBring(t, w, exchange.People, hr, "people: 0 new, 2 changed, 3 same, 0 ended, 0 refused", rows...)
		mustVerify(t, w)
	})
}

// Somebody whose row has gone approves nothing from then on.
func TestAFullImportTakesAuthorityAtOnce(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	sent := w.Sent(t, "one")
	director := exchange.Person{PID: modelstest.PID(even), OrgNo: bakeri, URN: modelstest.Director}
	how := registry.How{Source: "hr", Full: true}
	if _, err := bring(t, w, exchange.People, how, append(staff(2), director)...); err != nil {
		t.Fatal(err)
	}
	seen := w.Seen(t, even, sent.ID)
	if _, err := bring(t, w, exchange.People, how, staff(2)...); err != nil {
		t.Fatal(err)
	}
	_, err := w.Approve(t.Context(), w.As(even, bakeri), sent.ID, seen)
	mustBe(t, err, models.Forbidden, models.CodeForbidden)
}

// What a full import would end for most, or in place of rows that it cannot
// read, is an accident until the operator says that it is none.
func TestAFullImportStopsBeforeAnAccident(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	how := registry.How{Source: "hr", Full: true}
	rows := staff(6)
	mustBring(t, w, exchange.People, how, "people: 6 new, 0 changed, 0 same, 0 ended, 0 refused", rows...)
	broken := exchange.Person{UserID: 6, OrgNo: verft, URN: "urn:borte"}
	for _, tc := range []struct {
		name string
		rows []any
		stop bool
	}{
		{"half is gone", rows[3:], false},
		{"more than half is gone", rows[4:], true},
		{"the file is empty", nil, true},
		{"one is gone and one refused", append(slices.Clone(rows[1:5]), broken), true},
		{"one more is refused", append(slices.Clone(rows), broken), false},
	} {
		before := marked(t, w)
		dry := how
		dry.Dry = true
		report, err := bring(t, w, exchange.People, dry, tc.rows...)
		if tc.stop {
			mustBe(t, err, models.Conflict, models.CodeConflict)
		} else if err != nil {
			t.Errorf("%s: %v", tc.name, err)
		}
		if tc.stop && report.Ended == 0 {
			t.Errorf("%s: the report does not tell what would end: %s", tc.name, report)
		}
		if tc.stop {
			_, err = bring(t, w, exchange.People, how, tc.rows...)
			mustBe(t, err, models.Conflict, models.CodeConflict)
		}
		before.mustHaveDoneNothing(t)
	}
	how.Force = true
	mustBring(t, w, exchange.People, how, "people: 0 new, 0 changed, 0 same, 6 ended, 0 refused")
}

// A dry run tells each thing member by member, and not even the ledgers know
// of it.
func TestADryRunChangesNothing(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		how := registry.How{Source: "hr", Full: true}
		rows := staff(3)
		mustBring(t, w, exchange.People, how, "people: 3 new, 0 changed, 0 same, 0 ended, 0 refused", rows...)
		how.Dry = true
		before := marked(t, w)
		longer := rows[1].(exchange.Person)
		longer.Until = modelstest.Noon.AddDate(1, 0, 0)
		next := []any{rows[0], longer, exchange.Person{UserID: 9, Name: "Ny", OrgNo: verft, URN: modelstest.Chair}}
		report := mustBring(t, w, exchange.People, how, "people: 1 new, 1 changed, 1 same, 1 ended, 0 refused", next...)
		before.mustHaveDoneNothing(t)
		did := map[registry.Did]int{}
		for _, l := range report.Lines {
			did[l.Did]++
			if l.Did == registry.Updated {
				want := []registry.Difference{{Name: "until_at", New: fmt.Sprint(longer.Until.UnixMilli())}}
				if diff := cmp.Diff(want, l.Members); diff != "" || l.Place != "row 2" {
					t.Errorf("%s: (-want +got)\n%s", l.Place, diff)
				}
			}
		}
		if diff := cmp.Diff(map[registry.Did]int{registry.Added: 1, registry.Updated: 1, registry.Ended: 1}, did); diff != "" {
			t.Errorf("lines (-want +got):\n%s", diff)
		}
		how.Dry = false
		mustBring(t, w, exchange.People, how, "people: 1 new, 1 changed, 1 same, 1 ended, 0 refused", next...)

		dry := registry.How{Dry: true}
		report = mustBring(t, w, exchange.Organisations, dry, "organisations: 0 new, 1 changed, 0 same, 0 refused", party.Organisation{OrgNo: bakeri, Name: "Nytt navn AS", Form: "ASA"})
		want := []registry.Difference{{Name: "name", Old: "Nes Bakeri AS", New: "Nytt navn AS"}, {Name: "form", Old: "AS", New: "ASA"}}
		if diff := cmp.Diff(want, report.Lines[0].Members); diff != "" || report.Lines[0].What != string(bakeri) {
			t.Errorf("%s (-want +got)\n%s", report.Lines[0].What, diff)
		}
		report = mustBring(t, w, exchange.Resources, dry, "resources: 0 new, 1 changed, 0 same, 0 refused",
			catalog.Resource{ID: modelstest.Amelding, Title: models.Text{NB: "A-melding", NN: "A-melding", EN: "Payroll"}, Description: models.Text{NB: "Meldingen om lønn.", NN: "Meldinga om løn.", EN: "The report of pay."}, Actions: []string{"read"}})
		want = []registry.Difference{{Name: "title_en", Old: "Payroll report", New: "Payroll"}, {Name: "actions", Old: "read write", New: "read"}}
		if diff := cmp.Diff(want, report.Lines[0].Members); diff != "" {
			t.Errorf("resource (-want +got)\n%s", diff)
		}
	})
}

// Nothing of a person's own is in what a dry run tells.
func TestADryRunTellsNothingPersonal(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	report, err := bring(t, w, exchange.People, registry.How{Source: "hr", Dry: true},
		exchange.Person{PID: modelstest.PID(kari), UserID: 4711, Name: "Kari Hemmelig", OrgNo: bakeri, URN: modelstest.Chair})
	if err != nil || len(report.Lines) != 1 {
		t.Fatal(report, err)
	}
	if told := fmt.Sprint(report.Lines); containsAny(told, "Hemmelig", "4711", "04836171239", "Kari") || !containsAny(told, "name", "user_id") {
		t.Errorf("it tells %s", told)
	}
}

// The catalogue and organisations are never deleted: what a full import does
// not find is named.
func TestAFullImportOfACatalogueDeletesNothing(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	before := marked(t, w)
	for kind, missing := range map[exchange.Kind]int{
		exchange.AccessPackages: 3, exchange.Roles: 3, exchange.RolePackages: 6, exchange.Resources: 2, exchange.Organisations: 4,
	} {
		report, err := bring(t, w, kind, registry.How{Full: true})
		if err != nil || report.Ended != 0 || len(report.Missing) != missing {
			t.Errorf("%s, missing %q, %v; want %d missing", report, report.Missing, err, missing)
		}
	}
	before.mustBeUnchanged(t)
}

// A role that has run out counts no more; when its source says it anew, it is
// held anew, and the old one stays as history.
func TestARoleThatIsHeldForATime(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		how := registry.How{Source: "hr"}
		row := exchange.Person{PID: modelstest.PID(siri), OrgNo: bakeri, URN: modelstest.Chair}
		holds := func(at time.Time, want int) {
			t.Helper()
			w.Clock.Set(at)
			ms, err := w.Memberships(t.Context(), w.ID(siri))
			if err != nil || len(ms) != want {
				t.Errorf("at %s: member of %d, %v; want %d", at, len(ms), err, want)
			}
		}
		day := 24 * time.Hour
		row.From, row.Until = modelstest.Noon.Add(day), modelstest.Noon.Add(3*day)
		mustBring(t, w, exchange.People, how, "people: 0 new, 1 changed, 0 same, 0 refused", row)
		mustBring(t, w, exchange.People, how, "people: 0 new, 0 changed, 1 same, 0 refused", row)
		holds(modelstest.Noon, 0)
		holds(row.From, 1)
		holds(row.Until.Add(-time.Millisecond), 1)
		holds(row.Until, 0)
		mustBring(t, w, exchange.People, how, "people: 0 new, 0 changed, 1 same, 0 refused", row)
		row.Until = modelstest.Noon.Add(9 * day)
		mustBring(t, w, exchange.People, how, "people: 0 new, 1 changed, 0 same, 0 refused", row)
		mustBring(t, w, exchange.People, how, "people: 0 new, 0 changed, 1 same, 0 refused", row)
		holds(modelstest.Noon.Add(8*day), 1)
		holds(row.Until, 0)
	})
}

// Relations end in the same way, and a facilitator's clients are those of now.
func TestRelationsAreOfNow(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		serves := func(client party.OrgNo) party.Relation {
			return party.Relation{Facilitator: fjord, Client: client, RoleURN: modelstest.Accountant}
		}
		how := registry.How{Source: "hr", Full: true}
		mustBring(t, w, exchange.Relations, how, "relations: 2 new, 0 changed, 0 same, 0 ended, 0 refused", serves(bakeri), serves(verft))
		mustBring(t, w, exchange.Relations, how, "relations: 0 new, 0 changed, 1 same, 1 ended, 0 refused", serves(verft))
		err := w.DB.Read(t.Context(), func(tx registry.Reader) error {
			clients, err := tx.Clients(t.Context(), fjord, w.Clock.Now())
			if err != nil || len(clients) != 1 || clients[0].Client != verft || clients[0].Source != "hr" {
				t.Errorf("clients %+v, %v", clients, err)
			}
			for o, want := range map[party.OrgNo]int{bakeri: 0, verft: 1, fjord: 0} {
				if by, err := tx.Facilitators(t.Context(), o, w.Clock.Now()); err != nil || len(by) != want {
					t.Errorf("%s is served by %+v, %v; want %d", o, by, err, want)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// What is to begin later and is said no more never begins.
func TestAFullImportEndsWhatHasNotBegun(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		tomorrow := w.Clock.Now().Add(24 * time.Hour)
		rows := staff(3)
		later := exchange.Person{UserID: 1, OrgNo: verft, URN: modelstest.Director, From: tomorrow}
		hr := registry.How{Source: "hr", Full: true}
		mustBring(t, w, exchange.People, hr, "people: 3 new, 1 changed, 0 same, 0 ended, 0 refused", append(slices.Clone(rows), later)...)
		mustBring(t, w, exchange.People, hr, "people: 0 new, 0 changed, 3 same, 1 ended, 0 refused", rows...)
		w.Clock.Set(tomorrow.Add(time.Hour))
		held := read(t, w, func(tx registry.Reader) ([]party.Holding, error) {
			return tx.Holdings(t.Context(), verft, w.Clock.Now())
		})
		for _, h := range held {
			if h.URN == modelstest.Director && h.Source == "hr" {
				t.Errorf("begun all the same: %+v", h)
			}
		}
	})
}
