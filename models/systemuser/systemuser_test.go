package systemuser_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

var (
	salary = catalog.PackageOf(catalog.PackagePrefix + "lonn")
	read   = catalog.Right("skd-amelding", "read")
	write  = catalog.Right("skd-amelding", "write")
	whole  = catalog.Right("skd-amelding", "")
)

func asking(items ...catalog.Item) system.System {
	var s system.System
	for _, i := range items {
		s.Asks = append(s.Asks, system.Ask{Item: i})
	}
	return s
}

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func TestEffectiveIsWhatWasApprovedAndIsStillAskedFor(t *testing.T) {
	t.Parallel()
	deleted := asking(salary, read)
	deleted.Deleted = true
	for _, tc := range []struct {
		name   string
		status systemuser.Status
		given  []catalog.Item
		system system.System
		want   []catalog.Item
	}{
		{"nothing changed", systemuser.Active, []catalog.Item{salary, read}, asking(salary, read), []catalog.Item{salary, read}},
		{"the system asks for less", systemuser.Active, []catalog.Item{salary, read}, asking(read), []catalog.Item{read}},
		{"the system asks for more", systemuser.Active, []catalog.Item{read}, asking(salary, read, write), []catalog.Item{read}},
		{"the system asks for another action", systemuser.Active, []catalog.Item{read}, asking(write), []catalog.Item{}},
		{"the system asks for the whole where one action was given", systemuser.Active, []catalog.Item{read}, asking(whole), []catalog.Item{read}},
		{"the system asks for one action where the whole was given", systemuser.Active, []catalog.Item{whole}, asking(read), []catalog.Item{}},
		{"the system asks for nothing", systemuser.Active, []catalog.Item{salary}, asking(), []catalog.Item{}},
		{"the system is deleted", systemuser.Active, []catalog.Item{salary, read}, deleted, nil},
		{"revoked", systemuser.Revoked, []catalog.Item{salary, read}, asking(salary, read), nil},
		{"a status that does not exist", "paused", []catalog.Item{salary}, asking(salary), nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			u := systemuser.SystemUser{Status: tc.status, Delegated: tc.given}
			before := slices.Clone(tc.given)
			if diff := cmp.Diff(tc.want, u.Effective(tc.system, now)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(before, u.Delegated); diff != "" {
				t.Errorf("what was approved has changed (-want +got):\n%s", diff)
			}
		})
	}
}

// Invariant I8: what a system user holds is never more than was approved, nor
// more than its system asks for, whatever becomes of the system.
func TestEffectiveNeverGrows(t *testing.T) {
	t.Parallel()
	some := rapid.SliceOfDistinct(rapid.SampledFrom([]catalog.Item{salary, read, write, whole}), func(i catalog.Item) catalog.Item { return i })
	rapid.Check(t, func(t *rapid.T) {
		given := some.Draw(t, "approved")
		u := systemuser.SystemUser{Status: systemuser.Active, Delegated: given}
		for range rapid.IntRange(1, 4).Draw(t, "changes of the system") {
			s := asking(some.Draw(t, "asks")...)
			for _, item := range u.Effective(s, time.Time{}) {
				if !slices.Contains(given, item) || !slices.ContainsFunc(s.Asked(), func(a catalog.Item) bool { return a.Covers(item) }) {
					t.Fatalf("holds %v: approved %v, asked %v", item, given, s.Asked())
				}
			}
		}
	})
}

// What the supplier has paused, and what was granted for a time that has run
// out, holds nothing, to the millisecond.
func TestAStoppedSystemUserHoldsNothing(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*systemuser.SystemUser)
		holds  bool
	}{
		"live":                        {func(*systemuser.SystemUser) {}, true},
		"struck off":                  {func(u *systemuser.SystemUser) { u.Paused = systemuser.StruckOff }, false},
		"paused by its supplier":      {func(u *systemuser.SystemUser) { u.SupplierPaused = now.Add(-time.Hour) }, false},
		"paused by its customer":      {func(u *systemuser.SystemUser) { u.CustomerPaused = now.Add(-time.Hour) }, false},
		"ends in a millisecond":       {func(u *systemuser.SystemUser) { u.ValidTo = now.Add(time.Millisecond) }, true},
		"ends now":                    {func(u *systemuser.SystemUser) { u.ValidTo = now }, false},
		"has ended a millisecond ago": {func(u *systemuser.SystemUser) { u.ValidTo = now.Add(-time.Millisecond) }, false},
	} {
		u := systemuser.SystemUser{Status: systemuser.Active, Delegated: []catalog.Item{salary}}
		tc.change(&u)
		if held := u.Effective(asking(salary), now); (len(held) == 1) != tc.holds {
			t.Errorf("%s: holds %v", name, held)
		}
		if ended := u.Current(now); (ended.Status == systemuser.Revoked) != u.Over(now) || ended.RevokedBy == systemuser.EndedByTime != u.Over(now) {
			t.Errorf("%s: is %+v", name, ended)
		}
		if len(u.Asked(asking(salary))) != 1 {
			t.Errorf("%s: what was approved is gone", name)
		}
	}
}
