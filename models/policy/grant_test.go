package policy_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/policy"
)

const (
	ccr         = "urn:altinn:external-role:ccr:"
	director    = ccr + "daglig-leder"
	owner       = ccr + "innehaver"
	accountant  = ccr + "regnskapsforer"
	deputy      = ccr + "varamedlem"
	estateChair = ccr + "bostyrer"
	mainAdmin   = "urn:altinn:role:hovedadministrator"
	sysAdmin    = policy.SystemAdministrator
	viewer      = policy.Viewer
	oldManager  = "urn:altinn:rolecode:admai"
	oldMain     = "urn:altinn:rolecode:hadm"
	oldClients  = "urn:altinn:rolecode:kladm"
	branchHead  = ccr + "forretningsforer"

	manager = catalog.PackagePrefix + "tilgangsstyrer"
	hadm    = catalog.PackagePrefix + "hovedadministrator"
	estate  = catalog.PackagePrefix + "konkursbo-tilgangsstyrer"
	branch  = catalog.PackagePrefix + "ffor-tilgangsstyrer-nuf"
	salary  = catalog.PackagePrefix + "lonn"
	tax     = catalog.PackagePrefix + "skatt"
	fish    = catalog.PackagePrefix + "fiske"
	clients = catalog.PackagePrefix + "regnskapsforer-lonn"
	citizen = catalog.PackagePrefix + "innbygger-skatt"

	clientAdm = catalog.PackagePrefix + "klientadministrator"
	locked    = catalog.PackagePrefix + "laast"
	shadow    = catalog.PackagePrefix + "skygge"
)

// catalogue has one row of the matrix for each way in which a role can relate
// to a package.
func catalogue() *catalog.Catalog {
	return catalog.New(catalog.Data{
		Packages: []catalog.Package{
			{URN: manager, Delegable: true, Assignable: true},
			{URN: hadm, Delegable: true, Assignable: true},
			{URN: estate},
			{URN: salary, Delegable: true, Assignable: true},
			{URN: tax, Delegable: true, Assignable: true},
			{URN: fish, Delegable: true, Assignable: true},
			{URN: shadow, Delegable: true, Assignable: true},
			{URN: clientAdm, Assignable: true},
			{URN: branch, Assignable: true},
			{URN: citizen, Delegable: true, Assignable: true, ForPersons: true},
			{URN: clients, Delegable: true},
			{URN: locked},
		},
		Resources: []catalog.Resource{
			{ID: "free", Actions: []string{"read", "write"}},
			{ID: "amelding", Packages: []string{salary}},
			{ID: "skattekort", Packages: []string{salary, tax}},
			{ID: "skatt", Packages: []string{tax}},
			{ID: "kvote", Packages: []string{fish}, Roles: []string{owner}},
			{ID: "styre", Roles: []string{deputy}},
			{ID: "klient", Packages: []string{clients}},
			{ID: "gaatt", Packages: []string{catalog.PackagePrefix + "borte"}},
			{ID: "kept", Refused: true},
			{ID: "samtykke", Type: "Consent"},
			{ID: "skjermet", Packages: []string{citizen, locked}},
			{ID: "blandet", Packages: []string{clients, salary}},
			{ID: "alt", Roles: []string{mainAdmin}},
		},
		Roles: []catalog.Role{
			{URN: director}, {URN: owner}, {URN: accountant}, {URN: mainAdmin}, {URN: oldManager}, {URN: oldMain},
		},
		Matrix: []catalog.RolePackage{
			{RoleURN: director, PackageURN: manager, CanDelegate: true, HasAccess: true},
			{RoleURN: owner, PackageURN: manager, CanDelegate: true, HasAccess: true},
			{RoleURN: accountant, PackageURN: manager, CanAssign: true},
			{RoleURN: estateChair, PackageURN: estate, Variant: "KBO", HasAccess: true},
			{RoleURN: director, PackageURN: salary, CanDelegate: true, HasAccess: true},
			{RoleURN: branchHead, PackageURN: branch, Variant: "NUF", CanDelegate: true, CanAssign: true, HasAccess: true},
			{RoleURN: branchHead, PackageURN: tax, Variant: "NUF", CanDelegate: true, HasAccess: true},
			{RoleURN: owner, PackageURN: hadm, CanDelegate: true, HasAccess: true},
			{RoleURN: director, PackageURN: hadm, Variant: "KS", CanDelegate: true, HasAccess: true},
			{RoleURN: deputy, PackageURN: hadm, CanDelegate: true},
			{RoleURN: director, PackageURN: clientAdm, CanDelegate: true, HasAccess: true},
			{RoleURN: mainAdmin, PackageURN: clientAdm, CanDelegate: true},
			{RoleURN: mainAdmin, PackageURN: manager, CanDelegate: true},
			{RoleURN: mainAdmin, PackageURN: salary, CanDelegate: true},
			{RoleURN: mainAdmin, PackageURN: tax, CanDelegate: true},
			{RoleURN: director, PackageURN: tax, HasAccess: true},
			{RoleURN: owner, PackageURN: tax, Variant: "ENK", CanDelegate: true, HasAccess: true},
			{RoleURN: director, PackageURN: fish, Variant: "ENK", CanDelegate: true, HasAccess: true},
			{RoleURN: director, PackageURN: shadow, CanAssign: true},
			{RoleURN: accountant, PackageURN: clients, CanDelegate: true, HasAccess: true},
			{RoleURN: director, PackageURN: clients, CanDelegate: true, HasAccess: true},
			{RoleURN: director, PackageURN: locked, CanDelegate: true, HasAccess: true},
		},
	})
}

// TestWhatAPersonMayGrant has a row for every reason to say yes or no.
func TestWhatAPersonMayGrant(t *testing.T) {
	t.Parallel()
	pack, right := catalog.PackageOf, catalog.Right
	holds := func(urns ...string) []string { return urns }
	for _, tc := range []struct {
		name    string
		holds   []string
		form    string
		item    catalog.Item
		want    policy.Cause
		through []string
	}{
		// Packages by role.
		{"a director passes on what his role holds", holds(director), "AS", pack(salary), "", holds(director)},
		{"a director may not pass on what his role only has", holds(director), "AS", pack(tax), policy.NotPassedOn, holds(mainAdmin)},
		{"a role that has nothing of it does not hold it", holds(director), "AS", pack(shadow), policy.MissingPack, nil},
		{"an owner, whose role makes him main administrator, passes on what his role does not hold", holds(owner), "AS", pack(salary), "", holds(mainAdmin)},
		{"a main administrator passes on what he has no access to himself", holds(mainAdmin), "AS", pack(salary), "", holds(mainAdmin)},
		{"so does one who was given the power as a package", holds(hadm), "AS", pack(salary), "", holds(mainAdmin)},
		{"and one by the role of the older scheme", holds(oldMain), "AS", pack(salary), "", holds(mainAdmin)},
		{"an access manager has nothing by that alone", holds(manager), "AS", pack(salary), policy.MissingPack, holds(director, mainAdmin)},
		{"roles add up", holds(deputy, owner, director), "AS", pack(salary), "", holds(director)},

		// Rows for one form of organisation.
		{"a row for his form counts", holds(owner), "ENK", pack(tax), "", holds(owner)},
		{"a business manager of a foreign company's branch", holds(branchHead), "NUF", pack(tax), "", holds(branchHead)},
		{"a row for another form does not", holds(manager, branchHead), "AS", pack(tax), policy.MissingPack, holds(mainAdmin)},
		{"nor when the form is not known", holds(manager, branchHead), "", pack(tax), policy.MissingPack, holds(mainAdmin)},
		{"a business manager of another form administers nothing", holds(branchHead), "AS", pack(tax), policy.NotManager, holds(mainAdmin)},
		{"and names nobody who would not help", holds(director), "AS", pack(fish), policy.MissingPack, nil},

		// Packages given in person.
		{"what was given in person is passed on", holds(manager, salary), "AS", pack(salary), "", holds(salary)},
		{"even where his role may not", holds(director, tax), "AS", pack(tax), "", holds(tax)},
		{"but not by one who does not administer access", holds(salary), "AS", pack(salary), policy.NotManager, holds(salary)},
		{"nor a package that is for agents", holds(director, clients), "AS", pack(clients), policy.NotDelegable, nil},

		// The power of a main administrator.
		{"is the owner's to grant", holds(owner), "AS", pack(hadm), "", holds(owner)},
		{"but not a main administrator's", holds(mainAdmin), "AS", pack(hadm), policy.NotPassedOn, holds(owner, deputy)},
		{"nor his who was given it", holds(hadm), "AS", pack(hadm), policy.NotPassedOn, holds(owner, deputy)},
		{"nor an access manager's", holds(director), "AS", pack(hadm), policy.MissingPack, holds(owner, deputy)},
		{"nor his who may pass it on and has it not", holds(director, deputy), "AS", pack(hadm), policy.MissingPack, holds(owner, deputy)},

		// Who does not administer access grants nothing.
		{"an accountant", holds(accountant), "AS", right("free", ""), policy.NotManager, nil},
		{"a system administrator", holds(sysAdmin), "AS", right("free", ""), policy.NotManager, nil},
		{"a viewer", holds(viewer), "AS", right("free", ""), policy.NotManager, nil},
		{"a client administrator", holds(clientAdm), "AS", right("free", ""), policy.NotManager, nil},
		{"a deputy with the very role", holds(deputy), "AS", right("styre", ""), policy.NotManager, holds(deputy)},
		{"nobody", nil, "AS", right("free", ""), policy.NotManager, nil},

		// Resources.
		{"a resource that names nothing is the access manager's to give", holds(manager), "AS", right("free", ""), "", nil},
		{"with an action too", holds(director), "AS", right("free", "read"), "", nil},
		{"a resource by a role", holds(director, deputy), "AS", right("styre", ""), "", holds(deputy)},
		{"a resource by a role that he lacks", holds(director), "AS", right("styre", ""), policy.MissingRole, holds(deputy)},
		{"a resource by a package", holds(director), "AS", right("amelding", ""), "", holds(director)},
		{"a resource by a package given in person", holds(manager, salary), "AS", right("amelding", ""), "", holds(salary)},
		{"a resource by one of two packages", holds(manager, tax), "AS", right("skattekort", ""), "", holds(tax)},
		{"a resource by a package that he lacks", holds(manager), "AS", right("amelding", ""), policy.MissingRole, holds(salary)},
		{"a resource by role where the package fails", holds(owner), "AS", right("kvote", ""), "", holds(owner)},
		{"a resource of which he may pass on no package", holds(director), "AS", right("kvote", ""), policy.MissingRole, holds(owner, fish)},
		{"a resource that he has by a package and may not pass on", holds(director), "AS", right("skatt", ""), policy.NotPassedOn, holds(tax)},
		{"two resources, each by what he holds", holds(director, deputy), "AS", right("amelding styre", ""), "", holds(deputy)},
		{"two resources of which he lacks the first", holds(manager, deputy), "AS", right("amelding styre", ""), policy.MissingRole, holds(salary)},
		{"two resources of which he lacks the second", holds(director), "AS", right("amelding styre", ""), policy.MissingRole, holds(deputy)},
		{"two resources of which he may not pass on the first", holds(director), "AS", right("skatt styre", ""), policy.NotPassedOn, holds(tax)},
		{"two resources of which one is kept", holds(director), "AS", right("free kept", ""), policy.NotDelegable, nil},
		{"two resources of which one is for agents", holds(director, clients), "AS", right("free klient", ""), policy.NotDelegable, nil},
		{"two resources with an action that one lacks", holds(director), "AS", right("amelding free", "sign"), policy.UnknownCause, nil},
		{"a resource of main administrators, to one by a package", holds(hadm), "AS", right("alt", ""), "", holds(mainAdmin)},
		{"a resource of main administrators, to an access manager", holds(manager), "AS", right("alt", ""), policy.MissingRole, holds(mainAdmin)},
		{"a resource of two packages, one of them for agents", holds(manager), "AS", right("blandet", ""), policy.MissingRole, holds(salary)},
		{"to him who holds the one for agents", holds(manager, clients), "AS", right("blandet", ""), policy.MissingRole, holds(salary)},
		{"to him who holds the other", holds(manager, salary), "AS", right("blandet", ""), "", holds(salary)},

		// What nobody may grant.
		{"a package that is locked", holds(director), "AS", pack(locked), policy.NotDelegable, nil},
		{"a package for agents, by who holds it", holds(director), "AS", pack(clients), policy.NotDelegable, nil},
		{"a package for persons, by who was given it", holds(director, citizen), "AS", pack(citizen), policy.NotDelegable, nil},
		{"a resource of a package for agents", holds(director, clients), "AS", right("klient", ""), policy.NotDelegable, nil},
		{"a resource of packages for persons and guardians", holds(director, citizen, locked), "AS", right("skjermet", ""), policy.NotDelegable, nil},
		{"a resource of a package that is gone", holds(director), "AS", right("gaatt", ""), policy.NotDelegable, nil},
		{"a resource for consents", holds(director), "AS", right("samtykke", ""), policy.NotDelegable, nil},
		{"a resource that is kept", holds(director), "AS", right("kept", ""), policy.NotDelegable, nil},
		{"an unknown package", holds(director), "AS", pack(salary + "x"), policy.UnknownCause, nil},
		{"an unknown package that somebody was given", holds(director, salary+"x"), "AS", pack(salary + "x"), policy.UnknownCause, nil},
		{"an unknown resource", holds(director), "AS", right("ukjent", ""), policy.UnknownCause, nil},
		{"an unknown action", holds(director), "AS", right("free", "sign"), policy.UnknownCause, nil},
		{"an item of no kind", holds(director), "AS", catalog.Item{Ref: "free"}, policy.UnknownCause, nil},
		{"what nobody may grant, to one who grants nothing", holds(accountant), "AS", pack(locked), policy.NotDelegable, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := policy.Standing{Holdings: tc.holds, Form: tc.form, Level: 3, MinLevel: 3}
			want := policy.Verdict{Item: tc.item, Cause: tc.want, Through: tc.through}
			got := s.Grants(catalogue(), tc.item)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if got.OK() != (tc.want == "") {
				t.Errorf("OK is %t with cause %q", got.OK(), got.Cause)
			}
		})
	}
}

// TestLevelOfWhoGrants is C4: levels are compared, an unknown one is the
// lowest, and self-identified users grant nothing whatever is configured.
func TestLevelOfWhoGrants(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		holds      string
		level, min int
		want       policy.Cause
	}{
		{director, 4, 4, ""},
		{director, 4, 3, ""},
		{director, 3, 4, policy.Level},
		{director, 0, 1, policy.Level},
		{director, 1, 1, ""},
		{director, 1, 0, ""},
		{director, 0, 0, policy.Level},
		{director, -1, -1, policy.Level},
		{accountant, 0, 4, policy.NotManager}, // a higher level would not help him
	} {
		s := policy.Standing{Holdings: []string{tc.holds}, Level: tc.level, MinLevel: tc.min}
		if got := s.Grants(catalogue(), catalog.PackageOf(salary)).Cause; got != tc.want {
			t.Errorf("%s grants at level %d where %d is asked for: %q, want %q", tc.holds, tc.level, tc.min, got, tc.want)
		}
		for _, urn := range []string{salary, viewer} {
			if got := s.Gives(catalogue(), urn).Cause; got != tc.want {
				t.Errorf("%s gives %s at level %d where %d is asked for: %q, want %q", tc.holds, urn, tc.level, tc.min, got, tc.want)
			}
		}
	}
	s := policy.Standing{Holdings: []string{director}, Level: 0, MinLevel: 4}
	if got := s.Grants(catalogue(), catalog.PackageOf(locked)).Cause; got != policy.NotDelegable {
		t.Errorf("what nobody may grant: %q; a higher level would not help", got)
	}
}

// TestSubsetsOfWhatIsAsked is B2: for every subset of six items, the whole may
// be granted exactly when each of them may.
func TestSubsetsOfWhatIsAsked(t *testing.T) {
	t.Parallel()
	items := []catalog.Item{
		catalog.Right("free", ""), catalog.Right("amelding", ""), catalog.PackageOf(salary),
		catalog.PackageOf(tax), catalog.Right("styre", ""), catalog.Right("free", "sign"),
	}
	s := policy.Standing{Holdings: []string{director}, Form: "AS", Level: 1}
	may := []bool{true, true, true, false, false, false} // the director
	for set := range 1 << len(items) {
		var asked []catalog.Item
		want := true
		for i, item := range items {
			if set&(1<<i) != 0 {
				asked, want = append(asked, item), want && may[i]
			}
		}
		barred := slices.ContainsFunc(asked, func(i catalog.Item) bool { return !s.Grants(catalogue(), i).OK() })
		if barred == want {
			t.Errorf("%v: all %t, want %t", asked, !barred, want)
		}
	}
}
