package systemuser_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/systemuser"
)

// told is what an error says in a word: its code, and its fields.
func told(err error) string {
	e, ok := errors.AsType[*models.Error](err)
	if !ok {
		return ""
	}
	out := string(e.Code)
	for _, f := range e.Fields {
		out += " " + f.Field + ":" + f.Fault
	}
	return out
}

const (
	hour    = time.Hour
	revoked = string(models.CodeUserRevoked)
)

func TestACustomerPausesAndLetsGoOn(t *testing.T) {
	t.Parallel()
	live := systemuser.SystemUser{Status: systemuser.Active, ChangedAt: now.Add(-hour)}
	with := func(change func(*systemuser.SystemUser)) systemuser.SystemUser {
		u := live
		change(&u)
		return u
	}
	paused := with(func(u *systemuser.SystemUser) {
		u.CustomerPaused, u.PauseReason, u.ChangedAt = now, "Feil i programmet", now
	})
	both := with(func(u *systemuser.SystemUser) { u.SupplierPaused, u.Paused = now.Add(-hour), systemuser.StruckOff })
	bothAndOurs := paused
	bothAndOurs.SupplierPaused, bothAndOurs.Paused = both.SupplierPaused, both.Paused
	later := now.Add(hour)
	for _, tc := range []struct {
		name   string
		from   systemuser.SystemUser
		act    func(systemuser.SystemUser) (systemuser.SystemUser, error)
		want   systemuser.SystemUser
		failed string
	}{
		{"pause", live, pause("Feil i programmet", now), paused, ""},
		{"pause what is paused, in other words", paused, pause("Noe annet", later), paused, ""},
		{"pause what is paused, without a reason", paused, pause(" ", later), paused, ""},
		{"pause what the supplier and the register have paused", both, pause("Feil i programmet", now), bothAndOurs, ""},
		{"pause without a reason", live, pause(" ", now), live, "invalid reason:required"},
		{"pause for longer than fits", live, pause(strings.Repeat("å", systemuser.MaxPauseReason+1), now), live, "invalid reason:too_long"},
		{"pause with what cannot be seen", live, pause("a\u202eb", now), live, "invalid reason:text.control"},
		{"pause what is revoked", with(func(u *systemuser.SystemUser) { u.Status = systemuser.Revoked }), pause("x", now), with(func(u *systemuser.SystemUser) { u.Status = systemuser.Revoked }), revoked},
		{"pause what is over", with(func(u *systemuser.SystemUser) { u.ValidTo = now }), pause("x", now), with(func(u *systemuser.SystemUser) { u.ValidTo = now }), revoked},
		{"go on", paused, resume(later), with(func(u *systemuser.SystemUser) { u.ChangedAt = later }), ""},
		{"go on, the others' pauses stay", bothAndOurs, resume(later), with(func(u *systemuser.SystemUser) {
			u.SupplierPaused, u.Paused, u.ChangedAt = both.SupplierPaused, both.Paused, later
		}), ""},
		{"go on with what is not paused", live, resume(later), live, string(models.CodeNotPaused)},
		{"go on with what the supplier has paused", both, resume(later), both, string(models.CodeNotPaused)},
		{"go on with what is over", with(func(u *systemuser.SystemUser) { u.CustomerPaused, u.ValidTo = now, later }), resume(later), with(func(u *systemuser.SystemUser) { u.CustomerPaused, u.ValidTo = now, later }), revoked},
	} {
		got, err := tc.act(tc.from)
		if told(err) != tc.failed {
			t.Errorf("%s: %v, want %q", tc.name, err, tc.failed)
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		}
	}
}

type act = func(systemuser.SystemUser) (systemuser.SystemUser, error)

func pause(reason string, at time.Time) act {
	return func(u systemuser.SystemUser) (systemuser.SystemUser, error) { return u.Suspended(reason, at) }
}

func resume(at time.Time) act {
	return func(u systemuser.SystemUser) (systemuser.SystemUser, error) { return u.Unsuspended(at) }
}

func TestAnEndMovesEitherWay(t *testing.T) {
	t.Parallel()
	soon, late, never := now.Add(hour), now.Add(2*hour), time.Time{}
	for name, tc := range map[string]struct {
		has, wants time.Time
		move       systemuser.EndMove
		failed     string
	}{
		"an end where there was none":           {never, soon, systemuser.EndEarlier, ""},
		"an earlier one":                        {late, soon, systemuser.EndEarlier, ""},
		"a later one":                           {soon, late, systemuser.EndLater, ""},
		"none":                                  {soon, never, systemuser.EndLater, ""},
		"the same":                              {soon, soon, systemuser.EndKept, ""},
		"the same in another zone":              {soon, soon.In(time.FixedZone("", 3600)), systemuser.EndKept, ""},
		"none where there was none":             {never, never, systemuser.EndKept, ""},
		"in a millisecond":                      {never, now.Add(time.Millisecond), systemuser.EndEarlier, ""},
		"now":                                   {never, now, systemuser.EndEarlier, "invalid until:until.past"},
		"what has been":                         {never, now.Add(-hour), systemuser.EndEarlier, "invalid until:until.past"},
		"later, of what is over":                {now, late, systemuser.EndLater, revoked},
		"none, of what has been over for long":  {now.Add(-hour), never, systemuser.EndLater, revoked},
		"the same of what is over changes none": {now, now, systemuser.EndKept, revoked},
	} {
		u := systemuser.SystemUser{Status: systemuser.Active, ValidTo: tc.has, ChangedAt: now.Add(-hour)}
		if got := u.EndMoved(tc.wants); got != tc.move {
			t.Errorf("%s: moves %d, want %d", name, got, tc.move)
		}
		got, err := u.Ending(tc.wants, now)
		want := u
		if tc.failed == "" && tc.move != systemuser.EndKept {
			want.ValidTo, want.ChangedAt = tc.wants, now
		}
		if diff := cmp.Diff(want, got); diff != "" || told(err) != tc.failed {
			t.Errorf("%s: %v, want %q (-want +got):\n%s", name, err, tc.failed, diff)
		}
	}
}

func TestNarrowingTakesWhatIsNamed(t *testing.T) {
	t.Parallel()
	type items = []catalog.Item
	for name, tc := range map[string]struct {
		takes, left items
		failed      string
	}{
		"one":                      {items{salary}, items{read, write}, ""},
		"two":                      {items{write, salary}, items{read}, ""},
		"one twice":                {items{salary, salary}, items{read, write}, ""},
		"none":                     {nil, nil, "invalid items:items.none"},
		"what it was not given":    {items{whole}, nil, "invalid items:items.not_held"},
		"one of them it has not":   {items{salary, whole}, nil, "invalid items:items.not_held"},
		"all, which is to end it":  {items{salary, read, write}, nil, "invalid items:items.last"},
		"all and what it has not ": {items{salary, read, write, whole}, nil, "invalid items:items.not_held"},
	} {
		u := systemuser.SystemUser{Status: systemuser.Active, Delegated: items{salary, read, write}, ChangedAt: now.Add(-hour)}
		got, err := u.Narrowed(tc.takes, now)
		want := u
		if tc.failed == "" {
			want.Delegated, want.ChangedAt = tc.left, now
		}
		if diff := cmp.Diff(want, got); diff != "" || told(err) != tc.failed {
			t.Errorf("%s: %v, want %q (-want +got):\n%s", name, err, tc.failed, diff)
		}
		if len(u.Delegated) != 3 || u.Delegated[0] != salary {
			t.Errorf("%s: what it held before has changed: %v", name, u.Delegated)
		}
	}
	over := systemuser.SystemUser{Status: systemuser.Active, Delegated: items{salary, read}, ValidTo: now}
	if _, err := over.Narrowed(items{read}, now); told(err) != revoked {
		t.Errorf("what is over: %v", err)
	}
}
