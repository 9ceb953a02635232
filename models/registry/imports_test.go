package registry_test

import (
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
)

func TestImportCountsAndIsRepeatable(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	rows := modelstest.Rows(
		catalog.Role{URN: "urn:altinn:role:ny", Name: models.Text{NB: "Ny"}},
		catalog.Role{URN: modelstest.Director, Name: models.Text{NB: "Daglig leder", NN: "Dagleg leiar", EN: "General manager"}},
		catalog.Role{URN: modelstest.Chair, Name: models.Text{NB: "Styrets leder", NN: "Styreleiar", EN: "Chair of the board"}},
	)
	for _, want := range []string{
		"roles: 1 new, 1 changed, 1 same, 0 refused",
		"roles: 0 new, 0 changed, 3 same, 0 refused",
	} {
		before := marked(t, w)
		report, err := w.Import(t.Context(), modelstest.Operator, exchange.Roles, "test", rows)
		if err != nil || report.String() != want {
			t.Errorf("%s, %v; want %s", report, err, want)
		}
		entries := before.since(t)
		if len(entries) != 1 || entries[0].Action != "catalogue.import" || entries[0].Subject != "import:roles" || entries[0].Detail["same"] != fmt.Sprint(report.Same) {
			t.Errorf("recorded %+v", entries)
		}
	}
	c, err := w.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if r, _ := c.Role(modelstest.Director); r.Name.EN != "General manager" {
		t.Errorf("the catalogue says %q", r.Name.EN)
	}
}

// A refused row is named with its reason and changes nothing; its neighbours
// are taken.
func TestRefusedRowsChangeNothing(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	unreadable := errors.New("the organisation number does not hold")
	for _, tc := range []struct {
		name string
		kind exchange.Kind
		row  any // or an error
		why  string
	}{
		{"a row that could not be read", exchange.Organisations, unreadable, "the organisation number does not hold"},
		{"a package in an area that is not there", exchange.AccessPackages, catalog.Package{URN: catalog.PackagePrefix + "ny", Name: models.Text{NB: "Ny"}, Area: "borte"}, ""},
		{"a row of the matrix for a role that is not there", exchange.RolePackages, catalog.RolePackage{RoleURN: "urn:borte", PackageURN: modelstest.Salary}, ""},
		{"a row of the matrix for a package that is not there", exchange.RolePackages, catalog.RolePackage{RoleURN: modelstest.Director, PackageURN: catalog.PackagePrefix + "borte"}, ""},
		{"a resource in a package that is not there", exchange.Resources, catalog.Resource{ID: "ny", Packages: []string{catalog.PackagePrefix + "borte"}}, ""},
		{"a person in an organisation that is not there", exchange.People, exchange.Person{UserID: 1, OrgNo: "991825827", URN: modelstest.Director}, ""},
		{"a person in a role that is not there", exchange.People, exchange.Person{UserID: 1, OrgNo: bakeri, URN: "urn:borte"}, ""},
		{"a person whom nothing names", exchange.People, exchange.Person{Name: "Kari", OrgNo: bakeri, URN: modelstest.Director}, ""},
		{"a relation with an organisation that is not there", exchange.Relations, party.Relation{Facilitator: fjord, Client: "991825827", RoleURN: modelstest.Accountant}, ""},
		{"an organisation with another's party id", exchange.Organisations, party.Organisation{OrgNo: "991825827", UUID: uuidOf(t, w)}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			before := marked(t, w)
			rows := func(yield func(exchange.Row) bool) {
				row := exchange.Row{Place: "line 7", Value: tc.row}
				if err, ok := tc.row.(error); ok {
					row = exchange.Row{Place: "line 7", Err: err}
				}
				yield(row)
			}
			report, err := w.Import(t.Context(), modelstest.Operator, tc.kind, "test", rows)
			if err != nil {
				t.Fatal(err)
			}
			if len(report.Refused) != 1 || report.Refused[0].Place != "line 7" || report.Refused[0].Reason == "" ||
				tc.why != "" && report.Refused[0].Reason != tc.why {
				t.Errorf("refused %+v", report.Refused)
			}
			if report.Added+report.Updated+report.Same > 0 {
				t.Errorf("%s", report)
			}
			before.mustBeUnchanged(t)
		})
	}
	t.Run("its neighbours are taken", func(t *testing.T) {
		report, err := w.Import(t.Context(), modelstest.Operator, exchange.People, "test", modelstest.Rows(
			exchange.Person{UserID: 1, Name: "A", OrgNo: bakeri, URN: modelstest.Chair},
			exchange.Person{UserID: 2, Name: "B", OrgNo: bakeri, URN: "urn:borte"},
			exchange.Person{UserID: 3, Name: "C", OrgNo: bakeri, URN: modelstest.Chair},
		))
		if err != nil || report.String() != "people: 2 new, 0 changed, 0 same, 1 refused" || report.Refused[0].Place != "row 2" {
			t.Errorf("%s %v, %v", report, report.Refused, err)
		}
	})
}

// What an import brings takes effect at the next question.
func TestImportedAuthorityCountsAtOnce(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	sent := w.Sent(t, "one")
	if v, err := w.Review(t.Context(), w.As(even, bakeri), sent.ID); err != nil || v.CanApprove {
		t.Fatalf("%+v, %v", v, err)
	}
	report, err := w.Import(t.Context(), modelstest.Operator, exchange.People, "register", modelstest.Rows(
		exchange.Person{PID: modelstest.PID(even), OrgNo: bakeri, URN: modelstest.Director},
	))
	if err != nil || report.Updated != 1 {
		t.Fatal(report, err)
	}
	if v, err := w.Review(t.Context(), w.As(even, bakeri), sent.ID); err != nil || !v.CanApprove {
		t.Errorf("a director by import: %+v, %v", v, err)
	}
}

// The whole of the public test data goes in, and neither a second time, nor a
// full import, nor a dry run changes anything.
func TestPublicTestDataTwice(t *testing.T) {
	t.Parallel()
	files := []struct {
		kind exchange.Kind
		name string
		rows int
	}{
		{exchange.AccessPackages, "access-packages.json", 223 + 49},
		{exchange.Roles, "roles.json", 148},
		{exchange.RolePackages, "role-packages.csv", 1285},
		{exchange.Resources, "resources.json", 428},
		{exchange.Organisations, "synthetic-organisations.csv", 449},
		{exchange.People, "synthetic-end-users.csv", 349},
		{exchange.Relations, "made-up-relations.csv", 1402},
	}
	w := modelstest.Open(t)
	var first map[string][]string
	for round, how := range []registry.How{{Source: "public"}, {Source: "public"}, {Source: "public", Full: true}, {Source: "public", Full: true, Dry: true}} {
		for _, f := range files {
			report, err := w.ImportAs(t.Context(), modelstest.Operator, f.kind, how, sharedRows(t, f.kind, f.name))
			if err != nil || len(report.Refused) > 0 {
				t.Fatalf("%s: %.3v, %v", report, report.Refused, err)
			}
			if n := report.Added + report.Updated + report.Same; n != f.rows {
				t.Errorf("%s: %d rows, want %d", report, n, f.rows)
			}
			if round > 0 && report.Added+report.Updated+report.Ended > 0 {
				t.Errorf("again, %+v: %s", how, report)
			}
		}
		tables := w.Tables(t, ledgers...)
		if round > 0 {
			if diff := cmp.Diff(first, tables); diff != "" {
				t.Errorf("again, %+v, something changed (-first +now):\n%.2000s", how, diff)
			}
		}
		first = tables
	}
	mustVerify(t, w)
}

func sharedRows(t *testing.T, kind exchange.Kind, name string) iter.Seq[exchange.Row] {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "..", "..", "shared", "data", name))
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("the public test data %s is not beside the checkout (../shared/data)", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	rows, err := exchange.Read(kind, file, party.Numbers{})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func containsAny(text string, parts ...string) bool {
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(text, part) })
}

// uuidOf is the party uuid of an organisation that is there.
func uuidOf(t *testing.T, w *modelstest.World) string {
	t.Helper()
	var o party.Organisation
	err := w.DB.Read(t.Context(), func(tx registry.Reader) (err error) { o, err = tx.Organisation(t.Context(), bakeri); return err })
	if err != nil {
		t.Fatal(err)
	}
	return o.UUID
}
