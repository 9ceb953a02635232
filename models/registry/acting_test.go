package registry_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/party"
)

// The header says who acts for whom, what he is there, and whether the
// supplier's menu is for him.
func TestActing(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	report, err := w.Import(t.Context(), modelstest.Operator, exchange.People, "test", modelstest.Rows(
		exchange.Person{PID: modelstest.PID(kari), OrgNo: bakeri, URN: modelstest.Accountant},
		exchange.Person{PID: modelstest.PID(kari), OrgNo: bakeri, URN: modelstest.Salary},
		exchange.Person{PID: modelstest.PID(siri), OrgNo: bakeri, URN: modelstest.Salary},
	))
	if err != nil || len(report.Refused) > 0 {
		t.Fatal(report, err)
	}
	for _, tc := range []struct {
		who                         modelstest.Name
		org                         party.OrgNo
		roles                       []string
		manager, supplier, supplies bool
	}{
		{kari, bakeri, []string{"Managing director", "Accountant"}, true, true, false},
		{nils, bakeri, []string{"Access manager"}, true, true, false},
		{siri, bakeri, []string{"Salary"}, false, false, false},
		{even, bakeri, []string{"Accountant"}, false, false, false},
		{jonas, fjord, []string{"System administrator"}, false, true, true},
		{hedda, loggen, []string{"Managing director"}, true, true, false},
	} {
		m, err := w.Acting(t.Context(), w.As(tc.who, tc.org))
		if err != nil {
			t.Fatal(err)
		}
		var roles []string
		for _, r := range m.Roles {
			roles = append(roles, r.EN)
		}
		if diff := cmp.Diff(tc.roles, roles); diff != "" || m.Person.Name != string(tc.who) || m.Organisation.OrgNo != tc.org ||
			m.Manager != tc.manager || m.Supplier != tc.supplier || m.Supplies != tc.supplies {
			t.Errorf("%s: %+v; roles (-want +got):\n%s", tc.who, m, diff)
		}
	}
	_, err = w.Acting(t.Context(), w.As(turid, bakeri))
	mustBe(t, err, models.NotFound, models.CodeNotFound)

	s := modelstest.System()
	s.ID, s.Clients = "298144700_eget", nil
	if _, err := w.RegisterSystem(t.Context(), w.As(hedda, loggen), s); err != nil {
		t.Fatal(err)
	}
	if m, err := w.Acting(t.Context(), w.As(hedda, loggen)); err != nil || !m.Supplies {
		t.Errorf("with a system of its own: %+v, %v", m, err)
	}
}

// The log names what let a person act, not what else he is.
func TestTheLogNamesWhatLetHimAct(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	if _, err := w.Import(t.Context(), modelstest.Operator, exchange.People, "test", modelstest.Rows(
		exchange.Person{PID: modelstest.PID(kari), OrgNo: bakeri, URN: modelstest.Salary},
		exchange.Person{PID: modelstest.PID(jonas), OrgNo: fjord, URN: modelstest.Accountant},
	)); err != nil {
		t.Fatal(err)
	}
	w.Approved(t, "one")
	roles := map[string]string{}
	for _, e := range w.Entries(t) {
		roles[e.Action] = e.Role
	}
	for action, want := range map[string]string{
		"system.register": "urn:stafett:role:systemadministrator", "request.approve": modelstest.Director, "party.import": "",
	} {
		if roles[action] != want {
			t.Errorf("%s by %q, want %q", action, roles[action], want)
		}
	}
}
