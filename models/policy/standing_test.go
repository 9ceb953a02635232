package policy_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models/policy"
)

// What a person is told to be: by what he administers access, by what he
// manages systems, other roles, packages; each as they came.
func TestStrongestHoldingsComeFirst(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		form       string
		held, want []string
	}{
		{"AS", nil, nil},
		{"AS", []string{salary, accountant, sysAdmin, director}, []string{director, sysAdmin, accountant, salary}},
		{"AS", []string{tax, salary}, []string{tax, salary}},
		{"AS", []string{accountant, deputy}, []string{accountant, deputy}},
		{"AS", []string{accountant, manager}, []string{manager, accountant}},
		{"AS", []string{accountant, estateChair}, []string{accountant, estateChair}},
		{"KBO", []string{accountant, estateChair}, []string{estateChair, accountant}},
	} {
		s := policy.Standing{Holdings: slices.Clone(tc.held), Form: tc.form}
		if diff := cmp.Diff(tc.want, s.Strongest(catalogue())); diff != "" {
			t.Errorf("of %v in a %s (-want +got):\n%s", tc.held, tc.form, diff)
		}
		if diff := cmp.Diff(tc.held, s.Holdings); diff != "" {
			t.Errorf("Strongest reorders what it was given:\n%s", diff)
		}
	}
}
