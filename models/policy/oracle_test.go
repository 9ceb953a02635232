package policy_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/policy"
)

// mayGrant is design.md 7 once more, written as its sentences stand there and
// without an eye to speed, for Grants to be compared with.
func mayGrant(d catalog.Data, s policy.Standing, item catalog.Item) bool {
	holds := map[string]bool{}
	for _, h := range s.Holdings {
		holds[h] = true
	}
	if holds[hadm] {
		holds[mainAdmin] = true // the package makes a main administrator
	}
	applies := func(m catalog.RolePackage) bool { return holds[m.RoleURN] && (m.Variant == "" || m.Variant == s.Form) }

	administers := holds[mainAdmin] || holds[manager] || holds[estate]
	for _, m := range d.Matrix {
		if (m.PackageURN == manager || m.PackageURN == hadm || m.PackageURN == estate) && applies(m) && m.HasAccess {
			administers = true
		}
	}
	if !administers || s.Level < s.MinLevel {
		return false
	}
	mayPassOn := func(urn string) bool {
		for _, p := range d.Packages {
			if p.URN != urn || !p.Assignable {
				continue
			}
			if holds[urn] {
				return true
			}
			for _, m := range d.Matrix {
				if m.PackageURN == urn && m.CanDelegate && applies(m) {
					return true
				}
			}
		}
		return false
	}
	if item.Kind == catalog.PackageItem {
		return mayPassOn(item.Ref)
	}
	for _, r := range d.Resources {
		if r.ID != item.Ref || r.Refused {
			continue
		}
		if len(r.Packages) == 0 && len(r.Roles) == 0 {
			return true
		}
		for _, role := range r.Roles {
			if holds[role] && role != mainAdmin || role == mainAdmin && contains(s.Holdings, role) {
				return true
			}
		}
		for _, p := range r.Packages {
			if mayPassOn(p) {
				return true
			}
		}
	}
	return false
}

func contains(all []string, one string) bool {
	for _, s := range all {
		if s == one {
			return true
		}
	}
	return false
}

// TestGrantsAgreesWithTheSlowReading draws whole catalogues and persons.
func TestGrantsAgreesWithTheSlowReading(t *testing.T) {
	t.Parallel()
	roles := []string{director, owner, accountant, deputy, mainAdmin}
	packages := []string{manager, hadm, estate, salary, tax}
	forms := []string{"", "AS", "ENK"}
	granted, denied := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		var d catalog.Data
		for _, urn := range packages {
			d.Packages = append(d.Packages, catalog.Package{
				URN: urn, Assignable: rapid.IntRange(0, 4).Draw(t, "assignable") > 0, Delegable: rapid.Bool().Draw(t, "delegable"),
			})
		}
		for i := range 3 {
			d.Resources = append(d.Resources, catalog.Resource{
				ID: fmt.Sprint("r", i), Refused: rapid.IntRange(0, 5).Draw(t, "refused") == 0,
				Packages: rapid.SliceOfNDistinct(rapid.SampledFrom(packages), 0, 2, rapid.ID[string]).Draw(t, "packages"),
				Roles:    rapid.SliceOfNDistinct(rapid.SampledFrom(roles), 0, 2, rapid.ID[string]).Draw(t, "roles"),
			})
		}
		for range rapid.IntRange(0, 12).Draw(t, "rows") {
			d.Matrix = append(d.Matrix, catalog.RolePackage{
				RoleURN: rapid.SampledFrom(roles).Draw(t, "role"), PackageURN: rapid.SampledFrom(packages).Draw(t, "package"),
				Variant:     rapid.SampledFrom(forms).Draw(t, "variant"),
				CanDelegate: rapid.Bool().Draw(t, "can delegate"), HasAccess: rapid.Bool().Draw(t, "has access"),
			})
		}
		c := catalog.New(d)
		s := policy.Standing{
			Holdings: rapid.SliceOfNDistinct(rapid.SampledFrom(append(roles, packages...)), 0, 4, rapid.ID[string]).Draw(t, "holdings"),
			Form:     rapid.SampledFrom(forms).Draw(t, "form"), MinLevel: 3, Level: rapid.IntRange(2, 4).Draw(t, "level"),
		}
		items := []catalog.Item{catalog.Right("nowhere", ""), catalog.PackageOf("nowhere")}
		for _, p := range packages {
			items = append(items, catalog.PackageOf(p))
		}
		for _, r := range d.Resources {
			items = append(items, catalog.Right(r.ID, ""))
		}
		for _, item := range items {
			got, want := s.Grants(c, item), mayGrant(d, s, item)
			if got.OK() != want {
				t.Fatalf("%v: %+v, want granted %t\nholds %v in %q", item, got, want, s.Holdings, s.Form)
			}
			if want {
				granted++
			} else {
				denied++
			}
		}
	})
	t.Logf("%d granted, %d denied", granted, denied)
	if granted == 0 || denied == 0 {
		t.Errorf("%d granted, %d denied: the draws do not try both", granted, denied)
	}
}

// More of anything never takes away what a person may grant.
func TestHoldingMoreNeverTakesAway(t *testing.T) {
	t.Parallel()
	all := []string{director, owner, accountant, deputy, mainAdmin, sysAdmin, manager, hadm, salary, tax, fish, clients}
	rapid.Check(t, func(t *rapid.T) {
		some := rapid.SliceOfNDistinct(rapid.SampledFrom(all), 0, 4, rapid.ID[string]).Draw(t, "holds")
		more := append(append([]string{}, some...), rapid.SampledFrom(all).Draw(t, "and then"))
		for _, item := range []catalog.Item{catalog.PackageOf(salary), catalog.PackageOf(tax), catalog.PackageOf(fish), catalog.Right("kvote", ""), catalog.Right("styre", ""), catalog.Right("free", "")} {
			before := policy.Standing{Holdings: some, Form: "ENK"}.Grants(catalogue(), item)
			after := policy.Standing{Holdings: more, Form: "ENK"}.Grants(catalogue(), item)
			if before.OK() && !after.OK() {
				t.Fatalf("%v: granted with %v, %q with %v", item, some, after.Cause, more)
			}
		}
	})
}
