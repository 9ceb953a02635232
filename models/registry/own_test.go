package registry_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

// own is a program of the bakery's for itself and for its clients.
func own() registry.OwnProgram {
	return registry.OwnProgram{
		Name: models.Text{NB: "Lønn & bøker"}, Client: system.Client{Issuer: modelstest.Issuer, ID: "bakeriet"},
		Items:     []catalog.Item{catalog.PackageOf(modelstest.Salary), catalog.Right(modelstest.Register, "")},
		ForItself: true, ForClients: true,
	}
}

func named(name string) func(party.Person) bool {
	return func(p party.Person) bool { return p.Name == name }
}

// One press registers the program and makes both system users, each recorded as
// by itself.
func TestSetUpOwn(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		m := marked(t, w)
		of, err := w.SetUpOwn(t.Context(), w.As(kari, bakeri), own())
		if err != nil {
			t.Fatal(err)
		}
		if of.ID != system.ID(bakeri)+"_lonn-boker" || of.Visible || of.Supplier != bakeri || of.Name.EN != "Lønn & bøker" {
			t.Errorf("registered %+v", of)
		}
		var recorded []string
		for _, e := range m.since(t) {
			recorded = append(recorded, e.Action+" "+strings.SplitN(e.Subject, ":", 2)[0]+" "+e.Detail["items"])
		}
		want := []string{
			"system.register system ", "systemuser.create systemuser " + modelstest.Salary + " " + modelstest.Register, "systemuser.create systemuser " + modelstest.Salary,
		}
		if diff := cmp.Diff(want, recorded); diff != "" {
			t.Errorf("recorded (-want +got):\n%s", diff)
		}
		if n := len(w.Events(t)) - m.events; n != 3 {
			t.Errorf("%d events", n)
		}
		ready, err := w.OwnReady(t.Context(), w.As(kari, bakeri), of.ID)
		if err != nil || len(ready.Users) != 2 {
			t.Fatalf("ready: %+v, %v", ready, err)
		}
		itself, clients := ready.Users[0], ready.Users[1]
		if itself.Kind != systemuser.Standard || itself.ExternalRef != string(bakeri) || len(itself.Delegated) != 2 {
			t.Errorf("for itself: %+v", itself)
		}
		if clients.Kind != systemuser.Agent || clients.ExternalRef != registry.ClientsRef || len(clients.Delegated) != 1 {
			t.Errorf("for clients: %+v", clients)
		}
		// Another of the same name has an id of its own; the client is taken.
		_, err = w.SetUpOwn(t.Context(), w.As(kari, bakeri), own())
		mustBe(t, err, models.Conflict, models.CodeClientTaken)
		next := own()
		next.Client.ID, next.ForItself, next.Items = "bakeriet-2", false, next.Items[:1]
		if of, err = w.SetUpOwn(t.Context(), w.As(kari, bakeri), next); err != nil || of.ID != system.ID(bakeri)+"_lonn-boker-2" {
			t.Errorf("the next: %s, %v", of.ID, err)
		}
		if ready, err = w.OwnReady(t.Context(), w.As(kari, bakeri), of.ID); err != nil || len(ready.Users) != 1 || ready.Users[0].ExternalRef != string(bakeri) {
			t.Errorf("ready: %+v, %v", ready, err)
		}
		_, err = w.OwnReady(t.Context(), w.As(turid, "277391007"), of.ID)
		mustBe(t, err, models.NotFound, models.CodeNotFound)
		mustVerify(t, w)
	})
}

func TestSetUpOwnTellsAllFaults(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	m := marked(t, w)
	_, err := w.SetUpOwn(t.Context(), w.As(kari, bakeri), registry.OwnProgram{Until: modelstest.Noon})
	mustFault(t, err, "name.nb required", "name.nn required", "name.en required", "clients[0] required", "uses required", "asks items.none", "valid_to date.past")
	rights := own()
	rights.Items, rights.ForItself = rights.Items[1:], false
	_, err = w.SetUpOwn(t.Context(), w.As(kari, bakeri), rights)
	mustFault(t, err, "asks[0] own.unfit", "asks own.none_for_agent")
	m.mustHaveDoneNothing(t)
}

func TestSetUpOwnDenied(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	m := marked(t, w)
	_, err := w.SetUpOwn(t.Context(), w.As(nils, bakeri), own())
	mustBe(t, err, models.Forbidden, models.CodeRequestNotGranted)
	m.mustHaveDenied(t, "systemuser.create", models.CodeRequestNotGranted)
	m = marked(t, w)
	_, err = w.SetUpOwn(t.Context(), w.As(jonas, fjord), own()) // manages systems, and grants nothing
	mustBe(t, err, models.Forbidden, models.CodeForbidden)
	m.mustHaveDenied(t, "systemuser.create", models.CodeForbidden)
	low := w.As(kari, bakeri)
	low.Level = 0
	_, err = w.SetUpOwn(t.Context(), low, own())
	mustBe(t, err, models.Forbidden, models.CodeLevelTooLow)
}

func TestCheckOwn(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	v, err := w.CheckOwn(t.Context(), w.As(nils, bakeri), own())
	if err != nil || !v.Manager || v.Asked[0].Verdict.Cause != policy.MissingPack || !v.Asked[1].Verdict.OK() {
		t.Fatalf("Nils is told %+v, %v", v, err)
	}
	if !v.Asked[0].ForItself || !v.Asked[0].ForClients || !v.Asked[1].ForItself || v.Asked[1].ForClients {
		t.Errorf("what goes where: %+v", v.Asked)
	}
	if len(v.Asked[0].Others) == 0 {
		t.Error("nobody is named who can")
	}
	v, err = w.CheckOwn(t.Context(), w.As(jonas, fjord), own())
	if err != nil || v.Manager || len(v.Managers) != 0 {
		t.Errorf("Jonas is told %+v, %v", v, err)
	}
	_, err = w.CheckOwn(t.Context(), w.As(even, bakeri), own())
	mustBe(t, err, models.Forbidden, models.CodeForbidden)
}
