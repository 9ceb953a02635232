package policy_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/policy"
)

const (
	accountants = "urn:altinn:external-role:ccr:regnskapsforer"
	auditors    = "urn:altinn:external-role:ccr:revisor"
	housing     = "urn:altinn:external-role:ccr:forretningsforer"
)

func named(names ...string) []string {
	var urns []string
	for _, n := range names {
		urns = append(urns, catalog.PackagePrefix+n)
	}
	return urns
}

// The table of section 4 of the contract, by the national catalogue.
func TestClientPackagesOfTheNationalCatalogue(t *testing.T) {
	t.Parallel()
	d := national(t)
	c := catalog.New(d)
	for _, tc := range []struct {
		role, form string
		want       []string
	}{
		{accountants, "AS", named("regnskapsforer-lonn", "regnskapsforer-med-signeringsrettighet", "regnskapsforer-uten-signeringsrettighet")},
		{accountants, "", named("regnskapsforer-lonn", "regnskapsforer-med-signeringsrettighet", "regnskapsforer-uten-signeringsrettighet")},
		{auditors, "AS", named("ansvarlig-revisor", "revisormedarbeider")},
		{housing, "BRL", named("forretningsforer-eiendom")},
		{housing, "ESEK", named("forretningsforer-eiendom")},
		{housing, "AS", nil},
	} {
		var got []string
		for _, a := range (policy.Serving{Relations: []string{tc.role}, Form: tc.form}).Access(c) {
			if a.Relation != tc.role {
				t.Errorf("through %s", a.Relation)
			}
			got = append(got, a.Packages...)
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s of a client of form %q (-want +got):\n%s", tc.role, tc.form, diff)
		}
	}
	only := 0
	for _, p := range d.Packages {
		if p.Delegable && !p.Assignable && !p.ForPersons {
			only++
			// A client cannot give what only a role gives, whatever a row says.
			if s := (policy.Serving{Relations: []string{p.URN}}); s.Gives(c, p.URN) {
				t.Errorf("%s was given by a client", p.URN)
			}
		}
		if s := (policy.Serving{Relations: []string{p.URN}}); s.Gives(c, p.URN) != (p.Delegable && p.Assignable && !p.ForPersons) {
			t.Errorf("%s given by a client: %v", p.URN, s.Gives(c, p.URN))
		}
	}
	if only != 6 {
		t.Errorf("%d packages are for agents alone, want 6", only)
	}
}

func TestServing(t *testing.T) {
	t.Parallel()
	p := func(name string) string { return catalog.PackagePrefix + name }
	c := catalog.New(catalog.Data{
		Packages: []catalog.Package{
			{URN: p("pay"), Delegable: true},
			{URN: p("tax"), Delegable: true, Assignable: true},
			{URN: p("kept"), Assignable: true},
			{URN: p("own"), Delegable: true, Assignable: true, ForPersons: true},
		},
		Matrix: []catalog.RolePackage{
			{RoleURN: "accountant", PackageURN: p("pay"), HasAccess: true},
			{RoleURN: "accountant", PackageURN: p("kept"), HasAccess: true, CanDelegate: true},
			{RoleURN: "accountant", PackageURN: p("own"), HasAccess: true},
			{RoleURN: "house", PackageURN: p("pay"), Variant: "BRL", HasAccess: true},
			{RoleURN: "passer", PackageURN: p("pay"), CanDelegate: true, CanAssign: true},
		},
	})
	items := []catalog.Item{catalog.PackageOf(p("pay")), catalog.PackageOf(p("tax"))}
	for name, tc := range map[string]struct {
		s     policy.Serving
		items []catalog.Item
		lacks []catalog.Item
	}{
		"no relation":                        {policy.Serving{Form: "AS"}, items, items},
		"a role that has access":             {policy.Serving{Relations: []string{"accountant"}}, items, items[1:]},
		"a role, and what the client gave":   {policy.Serving{Relations: []string{"accountant", p("tax")}}, items, nil},
		"what the client gave":               {policy.Serving{Relations: []string{p("tax")}}, items, items[:1]},
		"a role of the form":                 {policy.Serving{Relations: []string{"house"}, Form: "BRL"}, items[:1], nil},
		"a role of another form":             {policy.Serving{Relations: []string{"house"}, Form: "AS"}, items[:1], items[:1]},
		"a role that passes on without":      {policy.Serving{Relations: []string{"passer"}}, items[:1], items[:1]},
		"what is not for agents":             {policy.Serving{Relations: []string{"accountant", p("kept")}}, []catalog.Item{catalog.PackageOf(p("kept"))}, []catalog.Item{catalog.PackageOf(p("kept"))}},
		"what concerns persons":              {policy.Serving{Relations: []string{"accountant", p("own")}}, []catalog.Item{catalog.PackageOf(p("own"))}, []catalog.Item{catalog.PackageOf(p("own"))}},
		"what the catalogue does not know":   {policy.Serving{Relations: []string{p("x")}}, []catalog.Item{catalog.PackageOf(p("x"))}, []catalog.Item{catalog.PackageOf(p("x"))}},
		"a right, which agents do not have":  {policy.Serving{Relations: []string{"r", "accountant"}}, []catalog.Item{catalog.Right("r", "")}, []catalog.Item{catalog.Right("r", "")}},
		"a package that only looks like one": {policy.Serving{Relations: []string{p("tax")}}, []catalog.Item{{Kind: catalog.PackageItem, Ref: p("tax"), Action: "read"}}, []catalog.Item{{Kind: catalog.PackageItem, Ref: p("tax"), Action: "read"}}},
	} {
		if got := tc.s.Lacks(c, tc.items); !slices.Equal(tc.lacks, got) {
			t.Errorf("%s: lacks %v, want %v", name, got, tc.lacks)
		}
	}
	all := append(items, catalog.PackageOf(p("kept")), catalog.PackageOf(p("own")), catalog.Right("r", ""))
	if got, want := policy.OwnLacks(c, all), []catalog.Item{all[0], all[3], all[4]}; !slices.Equal(want, got) {
		t.Errorf("for itself it lacks %v, want %v", got, want)
	}
}

// Whatever the catalogue and the relations are, nothing is had that the rule,
// read as it stands in the contract, does not give.
func TestServingIsNeverMoreThanTheRule(t *testing.T) {
	t.Parallel()
	urns, rs, forms := named("a", "b", "c"), []string{"r1", "r2"}, []string{"", "AS", "BRL"}
	yes, no := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		var d catalog.Data
		for _, urn := range urns {
			if rapid.Bool().Draw(t, "known") {
				d.Packages = append(d.Packages, catalog.Package{URN: urn, Delegable: rapid.Bool().Draw(t, "delegable"), Assignable: rapid.Bool().Draw(t, "assignable"), ForPersons: rapid.IntRange(0, 4).Draw(t, "persons") == 0})
			}
		}
		for range rapid.IntRange(0, 8).Draw(t, "rows") {
			d.Matrix = append(d.Matrix, catalog.RolePackage{
				RoleURN: rapid.SampledFrom(rs).Draw(t, "role"), PackageURN: rapid.SampledFrom(urns).Draw(t, "package"), Variant: rapid.SampledFrom(forms).Draw(t, "variant"),
				CanDelegate: rapid.Bool().Draw(t, "delegate"), HasAccess: rapid.Bool().Draw(t, "access"),
			})
		}
		s := policy.Serving{Relations: rapid.SliceOfN(rapid.SampledFrom(slices.Concat(urns, rs)), 0, 3).Draw(t, "relations"), Form: rapid.SampledFrom(forms).Draw(t, "form")}
		var items []catalog.Item
		for _, urn := range rapid.SliceOfDistinct(rapid.SampledFrom(urns), rapid.ID[string]).Draw(t, "items") {
			items = append(items, catalog.PackageOf(urn))
		}
		may := true
		for _, i := range items {
			may = may && slowlyGives(d, s, i.Ref)
		}
		if got := len(s.Lacks(catalog.New(d), items)) == 0; got != may {
			t.Fatalf("attached: %v, by the rule %v", got, may)
		}
		if may {
			yes++
		} else {
			no++
		}
	})
	if yes == 0 || no == 0 {
		t.Errorf("%d attached, %d not: nothing is tested", yes, no)
	}
}

func slowlyGives(d catalog.Data, s policy.Serving, urn string) bool {
	for _, p := range d.Packages {
		if p.URN != urn || !p.Delegable || p.ForPersons {
			continue
		}
		for _, relation := range s.Relations {
			if relation == urn && p.Assignable {
				return true
			}
			for _, m := range d.Matrix {
				if m.RoleURN == relation && m.PackageURN == urn && m.HasAccess && (m.Variant == "" || m.Variant == s.Form) {
					return true
				}
			}
		}
	}
	return false
}
