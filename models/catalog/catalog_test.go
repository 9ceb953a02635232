package catalog_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
)

const (
	salary    = catalog.PackagePrefix + "lonn"
	tax       = catalog.PackagePrefix + "skatt"
	clients   = catalog.PackagePrefix + "regnskapsforer-lonn"
	bankrupt  = catalog.PackagePrefix + "konkursbo-tilgangsstyrer"
	ownHealth = catalog.PackagePrefix + "innbygger-helse"
	director  = "urn:altinn:external-role:ccr:daglig-leder"
)

func text(nb, nn, en string) models.Text { return models.Text{NB: nb, NN: nn, EN: en} }

// data is a small catalogue in which everything occurs once.
func data() catalog.Data {
	return catalog.Data{
		Areas: []catalog.Area{{ID: "pay", Name: text("Personale", "Personale", "Staff")}},
		Packages: []catalog.Package{
			{URN: tax, Name: text("Skatt næring", "Skatt næring", "Business tax"), Description: text("Skattemelding og avgift", "Skattemelding", "Tax return and duties"), Delegable: true, Assignable: true},
			{URN: salary, Name: text("Lønn", "Løn", "Salary"), Description: text("Gir tilgang til a-melding og skattekort", "Gjev tilgang til a-melding", "Reports of pay"), Area: "pay", Delegable: true, Assignable: true},
			{URN: clients, Name: text("Regnskapsfører lønn", "Rekneskapsførar løn", "Accountant salary"), Delegable: true},
			{URN: bankrupt, Name: text("Konkursbo", "Konkursbu", "Bankruptcy estate")},
			{URN: ownHealth, Name: text("Helse", "Helse", "Health"), Delegable: true, Assignable: true, ForPersons: true},
		},
		Resources: []catalog.Resource{
			{ID: "skd-amelding", Title: text("A-melding", "A-melding", "Payroll report"), Actions: []string{"read", "write"}, Packages: []string{salary}},
			{ID: "skd-skattekort", Title: text("Skattekort", "Skattekort", "Tax card"), Packages: []string{salary, tax}, Roles: []string{director}},
			{ID: "brreg-register", Title: text("Registermelding", "", ""), Description: text("", "", "Change of what the register says")},
			{ID: "nav-schema", Title: text("Maskinporten-scope", "", ""), Type: "MaskinportenSchema"},
			{ID: "old-service", Title: text("Gammel tjeneste", "", ""), Type: "Altinn2Service"},
			{ID: "consent", Title: text("Samtykke", "", ""), Type: "Consent"},
			{ID: "kept", Title: text("Lukket", "", ""), Refused: true},
			{ID: "newfangled", Title: text("Ny type", "", ""), Type: "NobodyKnows"},
		},
		Roles:  []catalog.Role{{URN: director, Name: text("Daglig leder", "Dagleg leiar", "Managing director")}},
		Matrix: []catalog.RolePackage{{RoleURN: director, PackageURN: salary, CanDelegate: true, HasAccess: true}},
	}
}

func TestLookUps(t *testing.T) {
	t.Parallel()
	c := catalog.New(data())
	if p, ok := c.Package(salary); !ok || p.Name.EN != "Salary" {
		t.Errorf("Package = %v, %v", p, ok)
	}
	if r, ok := c.Resource("skd-amelding"); !ok || r.Title.EN != "Payroll report" {
		t.Errorf("Resource = %v, %v", r, ok)
	}
	if r, ok := c.Role(director); !ok || r.Name.NN != "Dagleg leiar" {
		t.Errorf("Role = %v, %v", r, ok)
	}
	if a, ok := c.Area("pay"); !ok || a.Name.EN != "Staff" {
		t.Errorf("Area = %v, %v", a, ok)
	}
	if rows := c.Matrix(salary); len(rows) != 1 || rows[0].RoleURN != director {
		t.Errorf("Matrix = %v", rows)
	}
	for what, found := range map[string]bool{
		"a package by another's letter case": second(c.Package("URN:altinn:accesspackage:lonn")),
		"a package by its code":              second(c.Package("lonn")),
		"a resource that is not there":       second(c.Resource("skd")),
		"a role by nothing":                  second(c.Role("")),
		"an area by nothing":                 second(c.Area("")),
	} {
		if found {
			t.Errorf("finds %s", what)
		}
	}
}

// A right to several resources is to one thing that is all of them.
func TestSeveralResourcesStandTogether(t *testing.T) {
	t.Parallel()
	c := catalog.New(data())
	got, ok := c.Resource("skd-amelding skd-skattekort")
	want := catalog.Resource{
		ID: "skd-amelding skd-skattekort", Title: text("A-melding, Skattekort", "A-melding, Skattekort", "Payroll report, Tax card"),
		Packages: []string{salary, salary, tax}, Roles: []string{director},
	}
	if diff := cmp.Diff(want, got); !ok || diff != "" {
		t.Errorf("found %t (-want +got):\n%s", ok, diff)
	}
	for ids, delegable := range map[string]bool{
		"skd-amelding skd-skattekort": true, "kept skd-amelding": false, "skd-amelding kept": false,
		"nav-schema skd-amelding": false, "skd-amelding nav-schema": false,
	} {
		if r, ok := c.Resource(ids); !ok || r.Delegable() != delegable {
			t.Errorf("%q: found %t, delegable %t", ids, ok, r.Delegable())
		}
	}
	for _, ids := range []string{"skd-amelding borte", "borte skd-amelding", " ", " skd-amelding"} {
		if r, ok := c.Resource(ids); ok {
			t.Errorf("%q is found: %+v", ids, r)
		}
	}
	if diff := cmp.Diff(data().Resources[0], must(c.Resource("skd-amelding"))); diff != "" {
		t.Errorf("the first of them was changed (-want +got):\n%s", diff)
	}
}

func must[T any](v T, _ bool) T { return v }

func second[T any](_ T, ok bool) bool { return ok }

func TestWithinListsWhatAPackageCarries(t *testing.T) {
	t.Parallel()
	c := catalog.New(data())
	for urn, want := range map[string][]string{
		salary: {"skd-amelding", "skd-skattekort"}, tax: {"skd-skattekort"}, clients: nil, "urn:unknown": nil,
	} {
		var got []string
		for _, r := range c.Within(urn) {
			got = append(got, r.ID)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Within(%s) (-want +got):\n%s", urn, diff)
		}
	}
}

func TestFault(t *testing.T) {
	t.Parallel()
	c := catalog.New(data())
	for _, tc := range []struct {
		name string
		item catalog.Item
		want string
	}{
		{"a package for standard and agent", catalog.PackageOf(salary), ""},
		{"a package for agents alone", catalog.PackageOf(clients), ""},
		{"a package that nobody may pass on", catalog.PackageOf(bankrupt), "catalogue.not_delegable"},
		{"a package that does not exist", catalog.PackageOf(catalog.PackagePrefix + "guld"), "catalogue.unknown"},
		{"a resource with every action", catalog.Right("skd-amelding", ""), ""},
		{"a resource with one of its actions", catalog.Right("skd-amelding", "write"), ""},
		{"a resource with an action that it lacks", catalog.Right("skd-amelding", "sign"), "catalogue.unknown"},
		{"an action in another letter case", catalog.Right("skd-amelding", "Read"), "catalogue.unknown"},
		{"any action where none are listed", catalog.Right("skd-skattekort", "read"), ""},
		{"a resource that does not exist", catalog.Right("skd", ""), "catalogue.unknown"},
		{"two resources with every action", catalog.Right("skd-amelding skd-skattekort", ""), ""},
		{"two resources with an action that one lists and the other lists none", catalog.Right("skd-amelding skd-skattekort", "read"), ""},
		{"two resources with an action that the first lacks", catalog.Right("skd-amelding skd-skattekort", "sign"), "catalogue.unknown"},
		{"two resources with an action that the second lacks", catalog.Right("brreg-register skd-amelding", "sign"), "catalogue.unknown"},
		{"two resources of which one does not exist", catalog.Right("skd-amelding skd-borte", ""), "catalogue.unknown"},
		{"two resources of which the second is kept", catalog.Right("brreg-register kept", ""), "catalogue.not_delegable"},
		{"two resources of which the first is a consent", catalog.Right("consent skd-amelding", "read"), "catalogue.not_delegable"},
		{"two resources in another order", catalog.Right("skd-skattekort skd-amelding", ""), "catalogue.unknown"},
		{"two resources, one of them twice", catalog.Right("skd-amelding skd-amelding", ""), "catalogue.unknown"},
		{"two resources two spaces apart", catalog.Right("skd-amelding  skd-skattekort", ""), "catalogue.unknown"},
		{"two resources and a line feed", catalog.Right("skd-amelding skd-skattekort\n", ""), "catalogue.unknown"},
		{"a scheme of Maskinporten", catalog.Right("nav-schema", ""), "catalogue.not_delegable"},
		{"a service of Altinn 2", catalog.Right("old-service", ""), "catalogue.not_delegable"},
		{"a consent", catalog.Right("consent", ""), "catalogue.not_delegable"},
		{"a resource that its owner keeps", catalog.Right("kept", ""), "catalogue.not_delegable"},
		{"a type that nobody knows", catalog.Right("newfangled", ""), ""},
		{"the resource of a package's name", catalog.Right(salary, ""), "catalogue.unknown"},
		{"an item of no kind", catalog.Item{Ref: salary}, "catalogue.unknown"},
		{"an item of another kind", catalog.Item{Kind: "role", Ref: director}, "catalogue.unknown"},
		{"a package with an action", catalog.Item{Kind: catalog.PackageItem, Ref: salary, Action: "read"}, "catalogue.unknown"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := c.Fault(tc.item); got != tc.want {
				t.Errorf("Fault(%v) = %q, want %q", tc.item, got, tc.want)
			}
		})
	}
}

func TestSearch(t *testing.T) {
	t.Parallel()
	c := catalog.New(data())
	for _, tc := range []struct {
		name, q             string
		packages, resources []string
	}{
		{"in Bokmål", "lønn", []string{salary}, nil},
		{"by its first ten words alone", strings.Repeat("lønn ", 10) + "zebra", []string{salary}, nil},
		{"in Nynorsk", "løn", []string{salary}, nil},
		{"in English", "business TAX", []string{tax}, nil},
		{"what has the word in its name comes first", "skatt", []string{tax, salary}, []string{"skd-skattekort"}},
		{"in a description", "duties", []string{tax}, nil},
		{"by identifier", "brreg-reg", nil, []string{"brreg-register"}},
		{"by URN", "accesspackage:lonn", []string{salary}, nil},
		{"a text that is in English alone", "register says", nil, []string{"brreg-register"}},
		{"every word must be there, in any language", "skattekort salary", []string{salary}, nil},
		{"not what is for persons", "helse", nil, nil},
		{"not what is for agents alone", "regnskapsfører", nil, nil},
		{"not what cannot be delegated", "samtykke", nil, nil},
		{"a word that is nowhere", "lønn marsvin", nil, nil},
		{"no wildcards", "%", nil, nil},
		{"with spaces around", "  lønn\t", []string{salary}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			packages, resources := found(c.Search(tc.q, 10))
			if diff := cmp.Diff(tc.packages, packages); diff != "" {
				t.Errorf("packages for %q (-want +got):\n%s", tc.q, diff)
			}
			if diff := cmp.Diff(tc.resources, resources); diff != "" {
				t.Errorf("resources for %q (-want +got):\n%s", tc.q, diff)
			}
		})
	}
	t.Run("nothing asked finds what there is, up to the limit", func(t *testing.T) {
		t.Parallel()
		packages, resources := found(c.Search("", 1))
		if len(packages) != 1 || len(resources) != 1 {
			t.Errorf("found %v and %v, want one of each", packages, resources)
		}
	})
}

func found(packages []catalog.Package, resources []catalog.Resource) (urns, ids []string) {
	for _, p := range packages {
		urns = append(urns, p.URN)
	}
	for _, r := range resources {
		ids = append(ids, r.ID)
	}
	return urns, ids
}

// A catalogue is shared by every request: nothing that a caller holds may
// reach into it.
func TestCatalogNeverChanges(t *testing.T) {
	t.Parallel()
	d := data()
	c := catalog.New(d)
	d.Packages[1].Name = text("x", "x", "x")
	d.Resources[0].ID = "x"
	d.Matrix[0].HasAccess = false
	slices.Reverse(d.Resources)
	rows := c.Matrix(salary)
	_ = append(rows[:0], catalog.RolePackage{RoleURN: "urn:evil"})
	within := c.Within(salary)
	within[0].Title = text("x", "x", "x")
	packages, _ := c.Search("", 10)
	packages[0].URN = "x"

	want := catalog.New(data())
	for _, urn := range []string{salary, tax} {
		a, _ := c.Package(urn)
		b, _ := want.Package(urn)
		if diff := cmp.Diff(b, a); diff != "" {
			t.Errorf("package (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(want.Within(urn), c.Within(urn)); diff != "" {
			t.Errorf("within (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(want.Matrix(urn), c.Matrix(urn)); diff != "" {
			t.Errorf("matrix (-want +got):\n%s", diff)
		}
	}
}
