package policy_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
)

// reading is the rules once more, written as their sentences stand in design.md
// 7 and in the issue, without an eye to speed or to the code, for Standing to
// be compared with.
type reading struct {
	d catalog.Data
	s policy.Standing
}

func (r reading) holds(urn string) bool {
	for _, h := range r.s.Holdings {
		if h == urn {
			return true
		}
	}
	return false
}

// byRole: a role of his, or one that the condition admits, has a row for the
// package that concerns this form of organisation and of which yes holds.
func (r reading) byRole(urn string, is func(role string) bool, yes func(catalog.RolePackage) bool) bool {
	for _, m := range r.d.Matrix {
		if m.PackageURN == urn && is(m.RoleURN) && (m.Variant == "" || m.Variant == r.s.Form) && yes(m) {
			return true
		}
	}
	return false
}

func access(m catalog.RolePackage) bool { return m.HasAccess }
func passes(m catalog.RolePackage) bool { return m.CanDelegate }

// A main administrator is who was given that power, who has the role of that
// name, new or old, and whose register role has access to the power.
func (r reading) main() bool {
	return r.holds(hadm) || r.holds(mainAdmin) || r.holds(oldMain) || r.byRole(hadm, r.holds, access)
}

// A main administrator holds the role by which the matrix knows him.
func (r reading) is(role string) bool { return r.holds(role) || role == mainAdmin && r.main() }

// Access managers are those who hold one of the administrative packages in
// person or by a role, or a role of the older scheme that says so.
func (r reading) administers() bool {
	for _, p := range []string{manager, estate, branch} {
		if r.holds(p) || r.byRole(p, r.is, access) {
			return true
		}
	}
	return r.main() || r.holds(oldManager) || r.holds("urn:altinn:rolecode:boadm")
}

func (r reading) clients() bool {
	return r.holds(clientAdm) || r.holds(oldClients) || r.byRole(clientAdm, r.is, access)
}

// Self-identified users grant nothing, and nobody does below the level.
func (r reading) sure() bool { return r.s.Level > 0 && r.s.Level >= r.s.MinLevel }

// A package for organisations that can be assigned is passed on by who was
// given it, or holds a role that may. The power of a main administrator only
// main administrators pass on, and only by a role.
func (r reading) passesOn(urn string) bool {
	for _, p := range r.d.Packages {
		if p.URN != urn || !p.Assignable || p.ForPersons {
			continue
		}
		if urn == hadm {
			return r.main() && r.byRole(urn, r.is, passes)
		}
		return r.holds(urn) || r.byRole(urn, r.is, passes)
	}
	return false
}

func (r reading) mayGrant(item catalog.Item) bool {
	if !r.administers() || !r.sure() {
		return false
	}
	if item.Kind == catalog.PackageItem {
		return item.Action == "" && r.passesOn(item.Ref)
	}
	if item.Kind != catalog.RightItem {
		return false
	}
	for _, res := range r.d.Resources {
		if res.ID != item.Ref || res.Refused || res.Type == "Consent" || res.Type == "MaskinportenSchema" || res.Type == "Altinn2Service" {
			continue
		}
		known := item.Action == "" || len(res.Actions) == 0
		for _, a := range res.Actions {
			known = known || a == item.Action
		}
		carried := len(res.Packages) == 0 && len(res.Roles) == 0
		for _, role := range res.Roles {
			carried = carried || r.is(role)
		}
		for _, p := range res.Packages {
			carried = carried || r.passesOn(p)
		}
		return known && carried
	}
	return false
}

func (r reading) mayGive(urn string) bool {
	return r.administers() && r.sure() && (urn == sysAdmin || urn == viewer || r.passesOn(urn))
}

// mayEnd: an access manager ends what people gave, at any level; the power of a
// main administrator is for main administrators to end.
func (r reading) mayEnd(h party.Holding) bool {
	alone := reading{r.d, policy.Standing{Holdings: []string{h.URN}, Form: r.s.Form}}
	return r.administers() && (h.Source == "given" || h.Source == "invitation") && (r.main() || !alone.main())
}

// The world that the comparison draws from.
var (
	someRoles    = []string{director, owner, accountant, deputy, mainAdmin}
	somePackages = []string{manager, hadm, estate, branch, clientAdm, salary, tax}
	someForms    = []string{"", "AS", "ENK"}
	someHoldings = slices.Concat(someRoles, []string{oldManager, oldMain, oldClients, "urn:altinn:rolecode:boadm", sysAdmin, viewer}, somePackages)
)

func drawData(t *rapid.T) catalog.Data {
	d := catalog.Data{Roles: []catalog.Role{{URN: director}, {URN: mainAdmin}}}
	for _, urn := range somePackages {
		d.Packages = append(d.Packages, catalog.Package{
			URN: urn, Assignable: rapid.IntRange(0, 5).Draw(t, "assignable") > 0, Delegable: rapid.Bool().Draw(t, "delegable"),
			ForPersons: rapid.IntRange(0, 7).Draw(t, "for persons") == 0,
		})
	}
	for i := range 3 {
		d.Resources = append(d.Resources, catalog.Resource{
			ID: fmt.Sprint("r", i), Refused: rapid.IntRange(0, 7).Draw(t, "refused") == 0,
			Type:     rapid.SampledFrom([]string{"", "", "GenericAccessResource", "Consent"}).Draw(t, "type"),
			Actions:  rapid.SampledFrom([][]string{nil, {"read"}, {"read", "write"}}).Draw(t, "actions"),
			Packages: rapid.SliceOfNDistinct(rapid.SampledFrom(append([]string{"gone"}, somePackages...)), 0, 2, rapid.ID[string]).Draw(t, "packages"),
			Roles:    rapid.SliceOfNDistinct(rapid.SampledFrom(someRoles), 0, 2, rapid.ID[string]).Draw(t, "roles"),
		})
	}
	for range rapid.IntRange(0, 16).Draw(t, "rows") {
		d.Matrix = append(d.Matrix, catalog.RolePackage{
			RoleURN: rapid.SampledFrom(someRoles).Draw(t, "role"), PackageURN: rapid.SampledFrom(somePackages).Draw(t, "package"),
			Variant:     rapid.SampledFrom([]string{"", "", "AS", "ENK"}).Draw(t, "variant"),
			CanDelegate: rapid.Bool().Draw(t, "can delegate"), HasAccess: rapid.Bool().Draw(t, "has access"), CanAssign: rapid.Bool().Draw(t, "can assign"),
		})
	}
	return d
}

// itemsOf are all things of d that can be asked for, and some that can not.
func itemsOf(d catalog.Data) []catalog.Item {
	items := []catalog.Item{catalog.Right("nowhere", ""), catalog.PackageOf("nowhere"), {Ref: "r0"}, {Kind: catalog.PackageItem, Ref: salary, Action: "read"}}
	for _, p := range d.Packages {
		items = append(items, catalog.PackageOf(p.URN))
	}
	for _, r := range d.Resources {
		items = append(items, catalog.Right(r.ID, ""), catalog.Right(r.ID, "write"))
	}
	return items
}

// holdingsUpToTwo is every way to hold none, one or two of all.
func holdingsUpToTwo(all []string) [][]string {
	out := [][]string{nil}
	for i, a := range all {
		out = append(out, []string{a})
		for _, b := range all[i+1:] {
			out = append(out, []string{b, a})
		}
	}
	return out
}

// tally counts answers, and fails a comparison that tries too little.
type tally struct{ yes, no int }

func (y *tally) add(yes bool) {
	if yes {
		y.yes++
	} else {
		y.no++
	}
}

func (y *tally) want(t *testing.T, what string, least int) {
	t.Helper()
	t.Logf("%s: %d yes, %d no", what, y.yes, y.no)
	if y.yes+y.no < least || y.yes == 0 || y.yes < least/50 || y.no < least/20 {
		t.Errorf("%s: %d yes and %d no are too few for %d that try both", what, y.yes, y.no, least)
	}
}

// TestTheRulesAgreeWithTheSlowReading draws whole catalogues, and judges in
// each of them persons with every pair of holdings.
func TestTheRulesAgreeWithTheSlowReading(t *testing.T) {
	t.Parallel()
	persons := holdingsUpToTwo(someHoldings)
	levels := [][2]int{{3, 3}, {4, 3}, {1, 0}, {2, 3}, {3, 3}, {4, 4}, {0, 0}, {-1, -2}, {3, 3}, {1, 1}}
	var granted, given, ended, powers tally
	rapid.Check(t, func(t *rapid.T) {
		d := drawData(t)
		c, items := catalog.New(d), itemsOf(d)
		more := rapid.SliceOfN(rapid.SliceOfNDistinct(rapid.SampledFrom(someHoldings), 3, 6, rapid.ID[string]), 10, 10).Draw(t, "holdings")
		form := rapid.SampledFrom(someForms).Draw(t, "form")
		for i, held := range slices.Concat(persons, more) {
			level := levels[i%len(levels)]
			s := policy.Standing{Holdings: held, Form: form, Level: level[0], MinLevel: level[1]}
			r := reading{d, s}
			judge := func(all *tally, what any, got, want bool) {
				if all.add(want); got != want {
					t.Fatalf("%v: %t, want %t\nholds %v in %q at level %v", what, got, want, held, form, level)
				}
			}
			judge(&powers, "access manager", s.AccessManager(c), r.administers())
			judge(&powers, "main administrator", s.MainAdministrator(c), r.main())
			judge(&powers, "client administrator", s.ClientAdministrator(c), r.clients())
			judge(&powers, "systems", s.ManagesSystems(c), r.administers() || r.holds(sysAdmin))
			for _, item := range items {
				judge(&granted, item, s.Grants(c, item).OK(), r.mayGrant(item))
			}
			for _, urn := range slices.Concat(someHoldings, []string{"nowhere"}) {
				judge(&given, "to give "+urn, s.Gives(c, urn).OK(), r.mayGive(urn))
				h := party.Holding{URN: urn, Source: []string{"given", "invitation", "register", "claim:a", "import", "", "demo", "given", "given"}[i%9]}
				judge(&ended, h, s.Ends(c, h) == nil, r.mayEnd(h))
			}
		}
	})
	granted.want(t, "granted", 100_000)
	given.want(t, "given", 100_000)
	ended.want(t, "ended", 100_000)
	powers.want(t, "powers", 10_000)
}

// TestNobodyGivesMoreThanHeHas proves of giving that it makes nobody able to
// grant, give or end what the giver was not: neither whoever receives it and
// holds nothing else, nor the giver himself.
func TestNobodyGivesMoreThanHeHas(t *testing.T) {
	t.Parallel()
	persons := holdingsUpToTwo(someHoldings)
	var reach tally
	rapid.Check(t, func(t *rapid.T) {
		d := drawData(t)
		c, items := catalog.New(d), itemsOf(d)
		form := rapid.SampledFrom(someForms).Draw(t, "form")
		for i := rapid.IntRange(0, 2).Draw(t, "first"); i < len(persons); i += 3 {
			held := persons[i]
			giver := policy.Standing{Holdings: held, Form: form, Level: 1}
			could := abilities(c, items, giver)
			for _, urn := range giver.Givable(c) {
				for who, after := range map[string][]string{"another": {urn}, "himself": append([]string{urn}, held...)} {
					can := abilities(c, items, policy.Standing{Holdings: after, Form: form, Level: 1})
					reach.add(slices.Contains(can, true))
					for k := range can {
						if can[k] && !could[k] {
							t.Fatalf("%v gives %s %s in %q, and something becomes possible that was not (number %d of %v, %v)", held, who, urn, form, k, items, someHoldings)
						}
					}
				}
			}
		}
	})
	if t.Logf("%d gifts made somebody able to grant, %d did not", reach.yes, reach.no); reach.yes < 1000 || reach.no < 1000 {
		t.Error("the draws do not try both")
	}
}

// abilities is all that a person can do with his powers: to each of the items,
// and to each thing that can be held, in that order.
func abilities(c *catalog.Catalog, items []catalog.Item, s policy.Standing) []bool {
	var can []bool
	for _, item := range items {
		can = append(can, s.Grants(c, item).OK())
	}
	for _, urn := range someHoldings {
		can = append(can, s.Gives(c, urn).OK(), s.Ends(c, party.Holding{URN: urn, Source: party.SourceGiven}) == nil)
	}
	return append(can, s.AccessManager(c), s.MainAdministrator(c))
}

// More of anything never takes away what a person may grant or give.
func TestHoldingMoreNeverTakesAway(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := drawData(t)
		c := catalog.New(d)
		some := rapid.SliceOfNDistinct(rapid.SampledFrom(someHoldings), 0, 4, rapid.ID[string]).Draw(t, "holds")
		more := append(slices.Clone(some), rapid.SampledFrom(someHoldings).Draw(t, "and then"))
		before := policy.Standing{Holdings: some, Form: "ENK", Level: 1}
		after := policy.Standing{Holdings: more, Form: "ENK", Level: 1}
		for _, item := range itemsOf(d) {
			if before.Grants(c, item).OK() && !after.Grants(c, item).OK() {
				t.Fatalf("%v: granted with %v, not with %v", item, some, more)
			}
		}
		for _, urn := range before.Givable(c) {
			if !after.Gives(c, urn).OK() {
				t.Fatalf("%v: given with %v, not with %v", urn, some, more)
			}
		}
	})
}
