package policy_test

import (
	"slices"
	"testing"

	"github.com/stafett/stafett/models/policy"
)

// Who is found by the list administers access, and who administers access is
// found by it, in each form.
func TestManagersAreThoseWhoAdministerAccess(t *testing.T) {
	t.Parallel()
	c := catalogue()
	for _, form := range []string{"AS", "KBO", "NUF", ""} {
		listed := policy.Managers(c, form)
		for _, urn := range []string{director, manager, sysAdmin, clientAdm, accountant, deputy, viewer, salary, tax, estateChair, "urn:altinn:rolecode:hadm"} {
			is := policy.Standing{Holdings: []string{urn}, Form: form}.AccessManager(c)
			if got := slices.Contains(listed, urn); got != is {
				t.Errorf("%s in a %q: listed is %t, administers access is %t", urn, form, got, is)
			}
		}
	}
}
