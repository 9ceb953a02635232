package seed_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/cmd/demo/seed"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
)

type named struct {
	ID          string
	URN         string
	Identifier  string
	Name        models.Text
	Title       models.Text
	Owner       models.Text
	Description models.Text
	AreaID      string
	GroupID     string
	IsDelegable bool
	Assignable  bool `json:"isAssignable"`
	Delegable   *bool
	Packages    []string
	Roles       []string
	Actions     []string
}

type catalogue struct {
	AreaGroups, Areas, Packages, Roles, Resources, EntityVariants []named
}

func read(t *testing.T, kind string) []byte {
	t.Helper()
	for _, f := range seed.Files() {
		if f.Kind == kind {
			b, err := seed.Read(f)
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
	}
	t.Fatalf("no file of kind %q", kind)
	return nil
}

func objects(t *testing.T, kind string) catalogue {
	t.Helper()
	var c catalogue
	if err := json.Unmarshal(read(t, kind), &c); err != nil {
		t.Fatalf("%s: %v", kind, err)
	}
	return c
}

func rows(t *testing.T, kind string, head ...string) []map[string]string {
	t.Helper()
	all, err := csv.NewReader(bytes.NewReader(read(t, kind))).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", kind, err)
	}
	if diff := cmp.Diff(head, all[0]); diff != "" {
		t.Fatalf("%s: heading (-want +got)\n%s", kind, diff)
	}
	var out []map[string]string
	for _, r := range all[1:] {
		m := map[string]string{}
		for i, h := range head {
			m[h] = r[i]
		}
		out = append(out, m)
	}
	return out
}

func organisations(t *testing.T) []map[string]string {
	t.Helper()
	return rows(t, "organisations", "orgNo", "name", "orgForm", "partyId", "partyUuid", "kind")
}

func people(t *testing.T) []map[string]string {
	t.Helper()
	return rows(t, "people", "orgNo", "role", "userId", "userPartyUuid", "pid", "name")
}

func matrix(t *testing.T) []map[string]string {
	t.Helper()
	return rows(t, "role-packages", "roleUrn", "packageUrn", "onlyEntityVariant", "canDelegate", "canAssign", "hasAccess")
}

func TestThereIsEnoughToTry(t *testing.T) {
	persons, err := seed.Persons()
	if err != nil {
		t.Fatal(err)
	}
	p := objects(t, "access-packages")
	for what, n := range map[string]struct{ got, least int }{
		"packages":  {len(p.Packages), 25},
		"areas":     {len(p.Areas), 8},
		"resources": {len(objects(t, "resources").Resources), 15},
		"roles":     {len(objects(t, "roles").Roles), 8},
		"persons":   {len(persons), 10},
		"relations": {len(rows(t, "relations", "facilitatorOrgNo", "clientOrgNo", "roleUrn")), 5},
	} {
		if n.got < n.least {
			t.Errorf("%s: %d, want at least %d", what, n.got, n.least)
		}
	}
	if got := len(organisations(t)); got != 147 {
		t.Errorf("organisations: %d, want 147", got)
	}
}

func TestEveryTextIsThereInThreeLanguages(t *testing.T) {
	check := func(kind, id, what string, text models.Text) {
		t.Helper()
		for _, l := range models.Languages() {
			s, in := text.In(l)
			if in != l {
				t.Errorf("%s %s: %s is missing in %s", kind, id, what, l)
			}
			if i := strings.IndexFunc(s, func(r rune) bool { return unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r) }); i >= 0 {
				t.Errorf("%s %s: %s in %s has a letter of another alphabet: %q", kind, id, what, l, s[i:])
			}
		}
		if text.NB == text.EN && strings.Contains(text.NB, " ") {
			t.Errorf("%s %s: %s is not translated: %q", kind, id, what, text.NB)
		}
	}
	packages := objects(t, "access-packages")
	for _, o := range slices.Concat(packages.AreaGroups, packages.Areas, packages.Packages, objects(t, "roles").Roles) {
		check("catalogue", o.URN+o.ID, "name", o.Name)
		check("catalogue", o.URN+o.ID, "description", o.Description)
	}
	for _, o := range objects(t, "resources").Resources {
		check("resource", o.Identifier, "title", o.Title)
		check("resource", o.Identifier, "description", o.Description)
		if o.Owner.Empty() {
			t.Errorf("resource %s names no owner", o.Identifier)
		}
	}
}

func TestADescriptionSaysInOneOrTwoSentencesWhatCanBeDone(t *testing.T) {
	for _, p := range objects(t, "access-packages").Packages {
		for _, s := range []string{p.Description.NB, p.Description.NN, p.Description.EN} {
			if n := strings.Count(s, "."); n < 1 || n > 2 || len(s) < 40 || len(s) > 200 {
				t.Errorf("%s: %q", p.URN, s)
			}
		}
	}
}

func TestReferencesResolve(t *testing.T) {
	packages, roles := objects(t, "access-packages"), objects(t, "roles")
	known := map[string]bool{}
	for _, o := range slices.Concat(packages.AreaGroups, packages.Areas) {
		known[o.ID] = true
	}
	for _, o := range slices.Concat(packages.Packages, roles.Roles) {
		if known[o.URN] {
			t.Errorf("%s stands twice", o.URN)
		}
		known[o.URN] = true
	}
	for _, o := range organisations(t) {
		known[o["orgNo"]] = true
	}
	want := func(where, id string) {
		t.Helper()
		if !known[id] {
			t.Errorf("%s refers to %q, which is not there", where, id)
		}
	}
	carried := map[string]bool{}
	for _, a := range packages.Areas {
		want(a.URN, a.GroupID)
	}
	for _, p := range packages.Packages {
		want(p.URN, p.AreaID)
	}
	for _, r := range objects(t, "resources").Resources {
		for _, urn := range slices.Concat(r.Packages, r.Roles) {
			want(r.Identifier, urn)
			carried[urn] = true
		}
		if len(r.Actions) == 0 {
			t.Errorf("%s has no action", r.Identifier)
		}
	}
	for _, p := range packages.Packages {
		if !carried[p.URN] {
			t.Errorf("%s carries no resource", p.URN)
		}
	}
	for _, m := range matrix(t) {
		want("the matrix", m["roleUrn"])
		want("the matrix", m["packageUrn"])
	}
	for _, p := range people(t) {
		want("the people", p["orgNo"])
		want("the people", p["role"])
	}
	for _, r := range rows(t, "relations", "facilitatorOrgNo", "clientOrgNo", "roleUrn") {
		want("the relations", r["facilitatorOrgNo"])
		want("the relations", r["clientOrgNo"])
		want("the relations", r["roleUrn"])
	}
	for _, no := range []string{seed.Customer, seed.OtherCustomer, seed.Supplier, seed.OtherSupplier, seed.Accountant, seed.APIOwner} {
		want("the cast", no)
	}
	want("the policy", policy.SystemAdministrator)
}

func TestNumbersAreSyntheticAndValid(t *testing.T) {
	for _, o := range organisations(t) {
		if _, err := (party.Numbers{}).Parse(o["orgNo"]); err != nil {
			t.Errorf("organisation number %s: %v", o["orgNo"], err)
		}
		if no := o["orgNo"]; no[0] != '2' && no[0] != '3' {
			t.Errorf("organisation number %s is not in the synthetic range", no)
		}
	}
	persons, err := seed.Persons()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range persons {
		if p.PID == "" && slices.Equal(p.At, []string{seed.Jobbkonto}) {
			continue // nobody there asks for it
		}
		if _, err := party.ParsePersonID(p.PID); err != nil {
			t.Errorf("%s: %v", p.Name, err)
		}
		if month := p.PID[2:4]; month < "81" || month > "92" {
			t.Errorf("%s: month %s is not a month plus 80", p.Name, month)
		}
	}
}

func TestLoginsAndPeopleAreTheSamePersons(t *testing.T) {
	persons, err := seed.Persons()
	if err != nil {
		t.Fatal(err)
	}
	byPID := map[string]seed.Person{}
	for _, p := range persons {
		byPID[p.PID] = p
	}
	holds := map[string][]string{}
	for _, r := range people(t) {
		p, ok := byPID[r["pid"]]
		if !ok || p.Name != r["name"] || p.UserID != r["userId"] || p.PartyUUID != r["userPartyUuid"] {
			t.Errorf("%s has no login that agrees with his row", r["name"])
		}
		if !slices.Contains(holds[p.Name], r["orgNo"]) {
			holds[p.Name] = append(holds[p.Name], r["orgNo"])
		}
	}
	for name, n := range map[string]int{
		seed.Approver: 1, seed.Employee: 1, seed.Developer: 1, "Terje Havnås": 5, "Amund Drift": 0,
		seed.Administrator: 0, seed.Viewer: 0, seed.NewEmployee: 0, seed.Representative: 0,
	} {
		if len(holds[name]) != n {
			t.Errorf("%s acts for %d organisations, want %d", name, len(holds[name]), n)
		}
	}
}

// Each provider has somebody for each thing that can be tried at it.
func TestEachProviderHasItsCases(t *testing.T) {
	persons, err := seed.Persons()
	if err != nil {
		t.Fatal(err)
	}
	orgs := map[string]bool{}
	for _, o := range organisations(t) {
		orgs[o["orgNo"]] = true
	}
	addresses := map[string]int{}
	got := map[string]map[string]bool{seed.BankID: {}, seed.Ansattporten: {}, seed.Jobbkonto: {}}
	for _, p := range persons {
		if len(p.At) == 0 {
			t.Errorf("%s can log in nowhere", p.Name)
		}
		for _, at := range p.At {
			cases, ok := got[at]
			if !ok {
				t.Fatalf("%s is at %q, which is no provider", p.Name, at)
			}
			cases[fmt.Sprintf("represents %d", len(p.Represents))] = true
			cases[fmt.Sprintf("groups %s", p.Groups)] = true
			cases["email at another"] = cases["email at another"] || p.Email != "" && len(p.At) > 1
			if at == seed.Jobbkonto && p.Email == "" {
				t.Errorf("%s has no e-mail address at %s", p.Name, at)
			}
		}
		for _, o := range p.Represents {
			if !orgs[o] {
				t.Errorf("%s represents %s, which is not there", p.Name, o)
			}
		}
		if addresses[p.Email]++; p.Email != "" && addresses[p.Email] > 1 {
			t.Errorf("%s stands twice", p.Email)
		}
	}
	for at, wanted := range map[string][]string{
		seed.BankID:       {"email at another"},
		seed.Ansattporten: {"represents 0", "represents 1", "represents 2"},
		seed.Jobbkonto:    {"email at another", "groups []", "groups [Admin]", "groups [Viewer]"},
	} {
		for _, w := range wanted {
			if !got[at][w] {
				t.Errorf("%s has nobody with: %s", at, w)
			}
		}
	}
}

// The importer takes every row of every file.
func TestTheImporterRefusesNothing(t *testing.T) {
	for _, f := range seed.Files() {
		b, err := seed.Read(f)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := exchange.Read(exchange.Kind(f.Kind), bytes.NewReader(b), party.Numbers{})
		if err != nil {
			t.Errorf("%s: %v", f.Name, err)
			continue
		}
		n := 0
		for row := range rows {
			if n++; row.Err != nil {
				t.Errorf("%s, %s: %v", f.Name, row.Place, row.Err)
			}
		}
		if n < 5 {
			t.Errorf("%s has %d rows", f.Name, n)
		}
	}
	if len(seed.Files()) != len(exchange.Kinds()) {
		t.Errorf("%d files for %d kinds", len(seed.Files()), len(exchange.Kinds()))
	}
}

// The login page tells what each of the cast may do; the policy is asked
// whether that is so.
func TestTheCastMayDoWhatTheLoginPageSays(t *testing.T) {
	c := built(t)
	standing := func(name, orgNo string) policy.Standing {
		s := policy.Standing{Form: "AS", Level: 4, MinLevel: 3}
		for _, p := range people(t) {
			if p["name"] == name && p["orgNo"] == orgNo {
				s.Holdings = append(s.Holdings, p["role"])
			}
		}
		return s
	}
	vat := catalog.Right("app_skd_mva-melding-innsending-v1", "write")
	payroll := catalog.PackageOf(catalog.PackagePrefix + "a-ordning")
	for _, tc := range []struct {
		name, orgNo           string
		manages, vat, payroll bool
		systems               bool
	}{
		{seed.Approver, seed.Customer, true, true, true, true},
		{seed.PartialManager, seed.Customer, true, true, false, true},
		{seed.Employee, seed.Customer, false, false, false, false},
		{"Ragnhild Tinnstøl", seed.OtherCustomer, true, true, true, true},
		{"Mathea Solbakk", seed.Accountant, false, false, false, false},
		{seed.Developer, seed.Supplier, false, false, false, true},
		{seed.Director, seed.Supplier, true, true, true, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := standing(tc.name, tc.orgNo)
			if !s.Member() {
				t.Fatal("holds nothing there")
			}
			if got := s.AccessManager(c); got != tc.manages {
				t.Errorf("administers access: %v, want %v", got, tc.manages)
			}
			if got := s.Grants(c, vat); got.OK() != tc.vat {
				t.Errorf("may grant VAT: %+v, want %v", got, tc.vat)
			}
			if got := s.Grants(c, payroll); got.OK() != tc.payroll {
				t.Errorf("may grant payroll reporting: %+v, want %v", got, tc.payroll)
			}
			if got := s.ManagesSystems(c); got != tc.systems {
				t.Errorf("manages systems: %v, want %v", got, tc.systems)
			}
		})
	}
}

// built makes a catalogue of the demo's files, as an import would.
func built(t *testing.T) *catalog.Catalog {
	t.Helper()
	var d catalog.Data
	for _, p := range objects(t, "access-packages").Packages {
		d.Packages = append(d.Packages, catalog.Package{URN: p.URN, Name: p.Name, Delegable: p.IsDelegable, Assignable: p.Assignable})
	}
	for _, r := range objects(t, "resources").Resources {
		d.Resources = append(d.Resources, catalog.Resource{
			ID: r.Identifier, Title: r.Title, Refused: r.Delegable != nil && !*r.Delegable,
			Actions: r.Actions, Packages: r.Packages, Roles: r.Roles,
		})
	}
	for _, m := range matrix(t) {
		d.Matrix = append(d.Matrix, catalog.RolePackage{
			RoleURN: m["roleUrn"], PackageURN: m["packageUrn"], Variant: m["onlyEntityVariant"],
			CanDelegate: m["canDelegate"] == "true", CanAssign: m["canAssign"] == "true", HasAccess: m["hasAccess"] == "true",
		})
	}
	return catalog.New(d)
}

// None of the demo's numbers is one of the public test data's, so that both
// can be imported into the same registry.
func TestNumbersAreNotThoseOfThePublicTestData(t *testing.T) {
	ours := map[string]bool{}
	for _, o := range organisations(t) {
		ours[o["orgNo"]], ours[o["partyId"]], ours[o["partyUuid"]] = true, true, true
	}
	persons, err := seed.Persons()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range persons {
		ours[p.PID], ours[p.UserID], ours[p.PartyUUID] = true, true, true
	}
	delete(ours, "")
	for _, name := range []string{"synthetic-organisations.csv", "synthetic-end-users.csv"} {
		for _, r := range shared(t, name) {
			for _, cell := range r {
				if ours[cell] {
					t.Errorf("%s is in %s", cell, name)
				}
			}
		}
	}
}

// What is a fact of the public catalogue is the same here as there; what is
// prose is not copied from it.
func TestFactsAgreeWithThePublicCatalogue(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(sharedDir(t), "access-packages.json"))
	if err != nil {
		t.Fatal(err)
	}
	var public catalogue
	if err := json.Unmarshal(b, &public); err != nil {
		t.Fatal(err)
	}
	there := map[string]named{}
	for _, p := range public.Packages {
		there[p.URN] = p
	}
	for _, p := range objects(t, "access-packages").Packages {
		q, ok := there[p.URN]
		if !ok || p.IsDelegable != q.IsDelegable || p.Assignable != q.Assignable || p.AreaID != q.AreaID {
			t.Errorf("%s differs from the public catalogue", p.URN)
		}
		if p.Description.NB == q.Description.NB || p.Description.NN == q.Description.NN || p.Description.EN == q.Description.EN {
			t.Errorf("%s: the description is not ours", p.URN)
		}
	}
	var theirs []string
	for _, r := range shared(t, "role-packages.csv") {
		theirs = append(theirs, strings.Join(r, ","))
	}
	for _, m := range matrix(t) {
		row := strings.Join([]string{m["roleUrn"], m["packageUrn"], m["onlyEntityVariant"], m["canDelegate"], m["canAssign"], m["hasAccess"]}, ",")
		if !slices.Contains(theirs, row) {
			t.Errorf("matrix row %s is not in the public matrix", row)
		}
	}
}

func sharedDir(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../../../../shared/data")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skip("../shared/data is not here; nothing to compare with")
	}
	return dir
}

func shared(t *testing.T, name string) [][]string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(sharedDir(t), name))
	if err != nil {
		t.Fatal(err)
	}
	all, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all[1:]
}
