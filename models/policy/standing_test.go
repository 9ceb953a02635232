package policy_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models/policy"
)

// What a person is told to be: by what he administers access, by what he
// manages systems, clients, other roles, packages, a viewer last; each as they
// came.
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
		{"AS", []string{viewer, salary, clientAdm, accountant, sysAdmin}, []string{sysAdmin, clientAdm, accountant, salary, viewer}},
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

// TestPowersAreSeparate says what each is, and that none follows from another
// but that main administrators administer access, and access managers systems.
func TestPowersAreSeparate(t *testing.T) {
	t.Parallel()
	type powers struct{ access, main, clients, systems bool }
	manages := powers{access: true, systems: true}
	for _, tc := range []struct {
		name string
		form string
		held []string
		want powers
	}{
		{"nobody", "AS", nil, powers{}},
		{"a viewer", "AS", []string{viewer}, powers{}},
		{"an employee", "AS", []string{accountant, salary}, powers{}},
		{"a system administrator", "AS", []string{sysAdmin}, powers{systems: true}},
		{"an access manager", "AS", []string{manager}, manages},
		{"an access manager of the older scheme", "AS", []string{oldManager}, manages},
		{"a client administrator", "AS", []string{clientAdm}, powers{clients: true}},
		{"a client administrator of the older scheme", "AS", []string{oldClients}, powers{clients: true}},
		{"one who is both", "AS", []string{manager, clientAdm}, powers{access: true, clients: true, systems: true}},
		{"a director, whom the matrix gives both", "AS", []string{director}, powers{access: true, clients: true, systems: true}},
		{"a main administrator", "AS", []string{mainAdmin}, powers{access: true, main: true, systems: true}},
		{"one who was given that power", "AS", []string{hadm}, powers{access: true, main: true, systems: true}},
		{"a main administrator of the older scheme", "AS", []string{oldMain}, powers{access: true, main: true, systems: true}},
		{"an owner, by the matrix", "AS", []string{owner}, powers{access: true, main: true, systems: true}},
		{"a director in a form where the matrix makes him that", "KS", []string{director}, powers{access: true, main: true, clients: true, systems: true}},
		{"one who may pass the power on and has it not", "AS", []string{deputy}, powers{}},
		{"an estate's chair", "KBO", []string{estateChair}, manages},
		{"an estate's manager of the older scheme", "KBO", []string{"urn:altinn:rolecode:boadm"}, manages},
		{"an estate's chair elsewhere", "AS", []string{estateChair}, powers{}},
		{"a branch's business manager", "NUF", []string{branchHead}, manages},
		{"a business manager elsewhere", "BRL", []string{branchHead}, powers{}},
	} {
		s := policy.Standing{Holdings: tc.held, Form: tc.form}
		c := catalogue()
		if got := (powers{s.AccessManager(c), s.MainAdministrator(c), s.ClientAdministrator(c), s.ManagesSystems(c)}); got != tc.want {
			t.Errorf("%s: %+v, want %+v", tc.name, got, tc.want)
		}
	}
}
