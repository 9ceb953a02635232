package policy_test

import (
	"testing"

	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/systemuser"
)

// Whoever administers access approves an agent, whether or not he holds what its
// packages hold; what cannot be passed on for clients nobody approves.
func TestGrantsToAnAgent(t *testing.T) {
	t.Parallel()
	pack := catalog.PackageOf
	for _, tc := range []struct {
		name  string
		holds []string
		level int
		item  catalog.Item
		want  policy.Cause
	}{
		{"a package for agents", []string{director}, 3, pack(clients), ""},
		{"by an access manager who holds nothing", []string{manager}, 3, pack(clients), ""},
		{"a package that can be both", []string{manager}, 3, pack(fish), ""},
		{"by an employee", []string{accountant}, 3, pack(clients), policy.NotManager},
		{"by one who holds it and administers nothing", []string{clients}, 3, pack(clients), policy.NotManager},
		{"at too low a level", []string{director}, 2, pack(clients), policy.Level},
		{"a package that is not passed on for clients", []string{director}, 3, pack(branch), policy.NotDelegable},
		{"a locked package", []string{director}, 3, pack(locked), policy.NotDelegable},
		{"a right", []string{director}, 3, catalog.Right("free", ""), policy.NotDelegable},
		{"nothing that anybody knows", []string{director}, 3, pack(catalog.PackagePrefix + "ukjent"), policy.UnknownCause},
	} {
		s := policy.Standing{Holdings: tc.holds, Form: "AS", Level: tc.level, MinLevel: 3}
		if got := s.GrantsTo(systemuser.Agent, catalogue(), tc.item); got.Cause != tc.want || got.Item != tc.item {
			t.Errorf("%s: %+v, want %q", tc.name, got, tc.want)
		}
		standard, direct := s.GrantsTo(systemuser.Standard, catalogue(), tc.item), s.Grants(catalogue(), tc.item)
		if standard.Cause != direct.Cause {
			t.Errorf("%s: a standard one %q, Grants says %q", tc.name, standard.Cause, direct.Cause)
		}
	}
}
