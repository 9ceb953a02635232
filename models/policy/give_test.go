package policy_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
)

// TestWhatAPersonMayGive is about one person giving another something in their
// own organisation.
func TestWhatAPersonMayGive(t *testing.T) {
	t.Parallel()
	holds := func(urns ...string) []string { return urns }
	for _, tc := range []struct {
		name    string
		holds   []string
		form    string
		urn     string
		want    policy.Cause
		through []string
	}{
		// The powers of our own are the access managers'.
		{"a director makes a viewer", holds(director), "AS", viewer, "", nil},
		{"a director makes a system administrator", holds(director), "AS", sysAdmin, "", nil},
		{"so does who was given access management", holds(manager), "AS", sysAdmin, "", nil},
		{"a viewer makes no viewer", holds(viewer), "AS", viewer, policy.NotManager, nil},
		{"a system administrator makes no other", holds(sysAdmin), "AS", sysAdmin, policy.NotManager, nil},
		{"a client administrator makes no viewer", holds(clientAdm), "AS", viewer, policy.NotManager, nil},
		{"an estate's chair where it is no estate", holds(estateChair), "AS", viewer, policy.NotManager, nil},
		{"an estate's chair", holds(estateChair), "KBO", viewer, "", nil},

		// Administration, by the matrix.
		{"a director makes an access manager", holds(director), "AS", manager, "", holds(director)},
		{"an access manager makes another", holds(manager), "AS", manager, "", holds(manager)},
		{"a main administrator makes an access manager", holds(mainAdmin), "AS", manager, "", holds(mainAdmin)},
		{"a director makes a client administrator", holds(director), "AS", clientAdm, "", holds(director)},
		{"a main administrator makes a client administrator and is none", holds(hadm), "AS", clientAdm, "", holds(mainAdmin)},
		{"an access manager makes no client administrator", holds(manager), "AS", clientAdm, policy.MissingPack, holds(director, mainAdmin)},
		{"one who is both does", holds(manager, clientAdm), "AS", clientAdm, "", holds(clientAdm)},
		{"a client administrator makes no other", holds(clientAdm), "AS", clientAdm, policy.NotManager, holds(clientAdm)},
		{"an owner makes a main administrator", holds(owner), "AS", hadm, "", holds(owner)},
		{"a main administrator makes no other", holds(mainAdmin), "AS", hadm, policy.NotPassedOn, holds(owner, deputy)},
		{"nor who was given that power", holds(hadm, manager), "AS", hadm, policy.NotPassedOn, holds(owner, deputy)},
		{"nor an access manager", holds(manager), "AS", hadm, policy.MissingPack, holds(owner, deputy)},
		{"nor who may and is none himself", holds(manager, deputy), "AS", hadm, policy.MissingPack, holds(owner, deputy)},

		// Other packages, as to a system user.
		{"a director gives what he may pass on", holds(director), "AS", salary, "", holds(director)},
		{"but not what he only has", holds(director), "AS", tax, policy.NotPassedOn, holds(mainAdmin)},
		{"nor what his role has in another form", holds(director), "AS", fish, policy.MissingPack, nil},
		{"an access manager gives what he was given", holds(manager, tax), "AS", tax, "", holds(tax)},
		{"and nothing else", holds(manager, tax), "AS", salary, policy.MissingPack, holds(director, mainAdmin)},
		{"an employee gives not even what he was given", holds(tax), "AS", tax, policy.NotManager, holds(tax)},
		{"a package for persons", holds(director, citizen), "AS", citizen, policy.NotDelegable, nil},
		{"a package for agents", holds(director, clients), "AS", clients, policy.NotDelegable, nil},
		{"a package that is locked", holds(director, locked), "AS", locked, policy.NotDelegable, nil},

		// What registers confer nobody gives, whatever he is.
		{"the role of a director", holds(director, owner), "AS", director, policy.NotDelegable, nil},
		{"the role of a main administrator", holds(owner, mainAdmin), "AS", mainAdmin, policy.NotDelegable, nil},
		{"a role of the older scheme", holds(owner, oldMain), "AS", oldMain, policy.NotDelegable, nil},
		{"a role that nobody knows", holds(owner), "AS", ccr + "ukjent", policy.UnknownCause, nil},
		{"a package that nobody knows", holds(owner, salary+"x"), "AS", salary + "x", policy.UnknownCause, nil},
		{"a resource", holds(owner), "AS", "free", policy.UnknownCause, nil},
		{"nothing", holds(owner), "AS", "", policy.UnknownCause, nil},
		{"what nobody gives, asked by an employee", holds(accountant), "AS", director, policy.NotDelegable, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := policy.Standing{Holdings: tc.holds, Form: tc.form, Level: 3, MinLevel: 3}
			got := s.Gives(catalogue(), tc.urn)
			if got.Cause != tc.want || !cmp.Equal(got.Through, tc.through) || got.Item.Ref != tc.urn {
				t.Errorf("%+v, want cause %q through %v", got, tc.want, tc.through)
			}
			if slices.Contains(s.Givable(catalogue()), tc.urn) != got.OK() {
				t.Errorf("what he may give lists %v", s.Givable(catalogue()))
			}
		})
	}
}

// The form lists what can be given in a fixed order, and the same to one who
// must first log in again: giving asks for that.
func TestGivableIsSortedAndLeavesTheLoginAside(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		holds, want []string
	}{
		"a director":       {[]string{director}, []string{clientAdm, salary, manager, sysAdmin, viewer}},
		"an owner in a AS": {[]string{owner}, []string{hadm, clientAdm, salary, tax, manager, sysAdmin, viewer}},
		"an employee":      {[]string{salary, deputy}, nil},
		"nobody":           {nil, nil},
	} {
		for _, level := range []int{0, 2, 4} {
			s := policy.Standing{Holdings: tc.holds, Form: "AS", Level: level, MinLevel: 3, Age: 100, MaxAge: 1}
			got := s.Givable(catalogue())
			if tc.want != nil {
				slices.Sort(tc.want)
			}
			if diff := cmp.Diff(tc.want, got); len(tc.want)+len(got) > 0 && diff != "" {
				t.Errorf("%s at level %d (-want +got):\n%s", name, level, diff)
			}
		}
	}
}

// TestWhoEndsAHolding: what was given by hand is ended by hand, by access
// managers, at any level and at any time.
func TestWhoEndsAHolding(t *testing.T) {
	t.Parallel()
	const yes, no, fixed = models.Code(""), models.CodeForbidden, models.CodeHoldingFixed
	for _, tc := range []struct {
		name   string
		holds  string
		urn    string
		source string
		want   models.Code
	}{
		{"an access manager, what was given", manager, salary, party.SourceGiven, yes},
		{"an access manager, what came by invitation", manager, viewer, party.SourceInvitation, yes},
		{"an access manager, the power of another", manager, manager, party.SourceGiven, yes},
		{"an access manager, a role given by hand for want of a register", manager, deputy, party.SourceGiven, yes},
		{"a director, a client administrator", director, clientAdm, party.SourceGiven, yes},
		{"an access manager, a main administrator", manager, hadm, party.SourceGiven, no},
		{"an access manager, a main administrator of the older scheme", manager, oldMain, party.SourceInvitation, no},
		{"an access manager, a role that makes a main administrator", manager, owner, party.SourceInvitation, no},
		{"a main administrator, another", hadm, hadm, party.SourceGiven, yes},
		{"an owner, a main administrator", owner, hadm, party.SourceInvitation, yes},
		{"a viewer", viewer, viewer, party.SourceGiven, no},
		{"a client administrator, another", clientAdm, clientAdm, party.SourceGiven, no},
		{"a holder of a package, his own", salary, salary, party.SourceGiven, no},
		{"an owner, what the register says", owner, director, party.SourceRegister, fixed},
		{"an owner, what was imported", owner, salary, party.SourceImport, fixed},
		{"an owner, what a provider says", owner, manager, party.SourceClaim + "entra", fixed},
		{"an owner, what comes from nowhere", owner, salary, "", fixed},
		{"an access manager, a main administrator by the register", manager, owner, party.SourceRegister, fixed},
		{"a viewer, what the register says", viewer, director, party.SourceRegister, no},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			for _, level := range []int{0, 4} {
				s := policy.Standing{Holdings: []string{tc.holds}, Form: "AS", Level: level, MinLevel: 4, Age: 2, MaxAge: 1}
				err := s.Ends(catalogue(), party.Holding{URN: tc.urn, Source: tc.source})
				e, _ := errors.AsType[*models.Error](err)
				if err == nil && tc.want == yes {
					continue
				}
				kind := models.Forbidden
				if tc.want == fixed {
					kind = models.Conflict
				}
				if e == nil || e.Code != tc.want || e.Kind != kind {
					t.Errorf("at level %d: %v, want %q", level, err, tc.want)
				}
			}
		})
	}
}
