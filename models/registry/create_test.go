package registry_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

// visible registers System so that customers find it. It can do without Salary.
func visible(t *testing.T, w *modelstest.World) system.System {
	t.Helper()
	s := w.Registered(t)
	w.Exec(t, "UPDATE system SET visible = ?", true)
	w.Exec(t, "UPDATE system_ask SET optional = ? WHERE position = 0", true)
	return s
}

func seen(t *testing.T, w *modelstest.World, who modelstest.Name, of system.ID) registry.Prospect {
	t.Helper()
	v, err := w.Prospect(t.Context(), w.As(who, bakeri), registry.Creation{System: of})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestCreateGivesWhatWasShown(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		of := visible(t, w)
		v := seen(t, w, kari, of.ID)
		if !v.CanApprove || !v.Manager || v.Exists != "" || v.Supplier.OrgNo != fjord || v.Customer.OrgNo != bakeri || len(v.Asked) != 2 {
			t.Fatalf("shown %+v", v)
		}
		until := modelstest.Noon.Add(48 * time.Hour)
		m := marked(t, w)
		made, err := w.Create(t.Context(), w.As(kari, bakeri), registry.Creation{
			System: of.ID, Title: "Lønn i butikken", Without: []catalog.Item{catalog.PackageOf(modelstest.Salary)}, Until: until, Seen: v.Seen,
		})
		if err != nil {
			t.Fatal(err)
		}
		u := made.SystemUser
		if u.Title != "Lønn i butikken" || u.ExternalRef != string(bakeri) || !u.ValidTo.Equal(until) || u.Kind != systemuser.Standard || u.ApprovedBy != w.ID(kari) {
			t.Errorf("made %+v", u)
		}
		if diff := cmp.Diff([]catalog.Item{catalog.Right(modelstest.Register, "")}, u.Delegated); diff != "" {
			t.Errorf("given (-want +got):\n%s", diff)
		}
		e := m.mustHaveDone(t, "systemuser.create", "systemuser:"+string(u.ID))
		if e.Detail["seen"] != v.Seen || e.Detail["items"] != modelstest.Register || e.Detail["again"] != "" {
			t.Errorf("recorded %v", e.Detail)
		}
		receipt, err := w.Made(t.Context(), w.As(even, bakeri), u.ID)
		if err != nil || receipt.By.Name != "Kari" || len(receipt.Asked) != 1 || !receipt.At.Equal(modelstest.Noon) {
			t.Errorf("receipt %+v, %v", receipt, err)
		}
		// The next needs a reference of its own.
		if again := seen(t, w, kari, of.ID); again.Exists != u.ID {
			t.Errorf("in its place stands %q", again.Exists)
		}
		in := registry.Creation{System: of.ID, Seen: v.Seen}
		mustBe(t, second(w.Create(t.Context(), w.As(kari, bakeri), in)), models.Conflict, models.CodeUserExists)
		in.ExternalRef = "avdeling 2"
		if next, err := w.Create(t.Context(), w.As(kari, bakeri), in); err != nil || next.SystemUser.Title != of.Name.NB {
			t.Errorf("with a reference: %+v, %v", next, err)
		}
	})
}

// What could never be approved any more is answered first; beside it, one with
// another reference may be made.
func TestNothingIsMadeWhereARequestWaits(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		old := w.Approved(t, "one")
		if err := w.Revoke(t.Context(), w.As(kari, bakeri), old.ID); err != nil {
			t.Fatal(err)
		}
		w.Exec(t, "UPDATE system SET visible = ?", true)
		waits := w.Sent(t, "one")
		for name, in := range map[string]registry.Creation{
			"again": {Again: old.ID}, "with its reference": {System: old.System, ExternalRef: " one "},
		} {
			v, err := w.Prospect(t.Context(), w.As(even, bakeri), in)
			if err != nil || v.Waits != waits.ID || v.Exists != "" {
				t.Errorf("%s: what has the place: %q %q, %v", name, v.Waits, v.Exists, err)
			}
			if v, err = w.Prospect(t.Context(), w.As(kari, bakeri), in); err != nil {
				t.Fatal(err)
			}
			before := marked(t, w)
			in.Seen = v.Seen
			mustBe(t, second(w.Create(t.Context(), w.As(kari, bakeri), in)), models.Conflict, models.CodeRequestExists)
			before.mustHaveDoneNothing(t)
		}
		in := registry.Creation{System: old.System, ExternalRef: "two", Seen: seen(t, w, kari, old.System).Seen}
		two, err := w.Create(t.Context(), w.As(kari, bakeri), in)
		if err != nil {
			t.Fatal(err)
		}
		if v, err := w.Prospect(t.Context(), w.As(kari, bakeri), in); err != nil || v.Exists != two.SystemUser.ID || v.Waits != "" {
			t.Errorf("the place of the other: %q %q, %v", v.Exists, v.Waits, err)
		}
		if _, err := w.Approve(t.Context(), w.As(kari, bakeri), waits.ID, w.Seen(t, kari, waits.ID)); err != nil {
			t.Errorf("what waited cannot be approved: %v", err)
		}

		late := w.Sent(t, "three")
		w.Clock.Set(late.ExpiresAt)
		in = registry.Creation{System: old.System, ExternalRef: "three", Seen: seen(t, w, kari, old.System).Seen}
		if _, err := w.Create(t.Context(), w.As(kari, bakeri), in); err != nil {
			t.Errorf("where one was not answered in time: %v", err)
		}
	})
}

func TestCreateRefuses(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	of := visible(t, w)
	digest := seen(t, w, kari, of.ID).Seen
	create := func(who modelstest.Name, change func(*registry.Creation)) error {
		in := registry.Creation{System: of.ID, Seen: digest}
		if change != nil {
			change(&in)
		}
		return second(w.Create(t.Context(), w.As(who, bakeri), in))
	}
	m := marked(t, w)
	mustFault(t, create(kari, func(in *registry.Creation) {
		in.Title, in.ExternalRef, in.Until = "a\nb", "a\nb", modelstest.Noon
	}), "external_ref text.spaces", "title text.control", "valid_to date.past")
	mustFault(t, create(kari, func(in *registry.Creation) { in.Without = []catalog.Item{catalog.Right(modelstest.Register, "")} }), "without items.not_optional")
	mustBe(t, create(kari, func(in *registry.Creation) { in.Seen = "" }), models.Conflict, models.CodeRequestChanged)
	m.mustHaveDoneNothing(t)
	// Nils lacks Salary, and sees another page than Kari.
	nilsSees := seen(t, w, nils, of.ID)
	if !nilsSees.CanApprove || nilsSees.Asked[0].Verdict.Cause != policy.MissingPack || !slices.ContainsFunc(nilsSees.Asked[0].Others, named("Kari")) {
		t.Errorf("Nils is shown %+v", nilsSees.Asked)
	}
	mustBe(t, create(nils, nil), models.Conflict, models.CodeRequestChanged)
	mustBe(t, create(nils, func(in *registry.Creation) { in.Seen = nilsSees.Seen }), models.Forbidden, models.CodeRequestNotGranted)
	if err := create(nils, func(in *registry.Creation) {
		in.Seen, in.Without, in.ExternalRef = nilsSees.Seen, []catalog.Item{catalog.PackageOf(modelstest.Salary)}, "nils"
	}); err != nil {
		t.Errorf("without what he lacks: %v", err)
	}
	if evens := seen(t, w, even, of.ID); evens.CanApprove || evens.Manager || !slices.ContainsFunc(evens.Approvers, named("Kari")) {
		t.Errorf("Even is shown %+v", evens)
	}
	m = marked(t, w)
	mustBe(t, create(even, nil), models.Forbidden, models.CodeForbidden)
	m.mustHaveDenied(t, "systemuser.create", models.CodeForbidden)
	w.Exec(t, "UPDATE system SET version = version + 1")
	mustBe(t, create(kari, nil), models.Conflict, models.CodeRequestChanged)
	w.Exec(t, "UPDATE organisation SET struck_off_at = ? WHERE org_no = ?", modelstest.Noon.UnixMilli(), string(bakeri))
	mustBe(t, create(kari, nil), models.Conflict, models.CodeStruckOff)
	w.Exec(t, "UPDATE system SET visible = ?", false)
	mustBe(t, create(kari, nil), models.NotFound, models.CodeNotFound)
	_, err := w.Prospect(t.Context(), w.As(kari, bakeri), registry.Creation{System: of.ID})
	mustBe(t, err, models.NotFound, models.CodeNotFound)
}

// What has ended is made anew under a new id, with what its system still asks
// for, by a fresh check; also when the system is hidden now.
func TestMadeAnew(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		old := w.Approved(t, "one")
		_, err := w.Prospect(t.Context(), w.As(kari, bakeri), registry.Creation{Again: old.ID})
		mustBe(t, err, models.Conflict, models.CodeUserExists)
		_, err = w.Prospect(t.Context(), w.As(turid, "277391007"), registry.Creation{Again: old.ID})
		mustBe(t, err, models.NotFound, models.CodeNotFound)
		if err := w.Revoke(t.Context(), w.As(kari, bakeri), old.ID); err != nil {
			t.Fatal(err)
		}
		w.Exec(t, "DELETE FROM system_ask WHERE position = 0")
		v, err := w.Prospect(t.Context(), w.As(kari, bakeri), registry.Creation{Again: old.ID})
		if err != nil || !v.CanApprove || len(v.Asked) != 1 || len(v.Lost) != 1 || v.Request.ExternalRef != "one" {
			t.Fatalf("shown %+v, %v", v, err)
		}
		m := marked(t, w)
		in := registry.Creation{Again: old.ID, Title: "Et annet navn", ExternalRef: "to", Seen: v.Seen}
		made, err := w.Create(t.Context(), w.As(kari, bakeri), in)
		if err != nil {
			t.Fatal(err)
		}
		u := made.SystemUser
		if u.ID == old.ID || u.ExternalRef != "one" || u.Title != old.Title || len(u.Delegated) != 1 || u.Status != systemuser.Active {
			t.Errorf("made %+v", u)
		}
		if e := m.mustHaveDone(t, "systemuser.create", "systemuser:"+string(u.ID)); e.Detail["again"] != string(old.ID) {
			t.Errorf("recorded %v", e.Detail)
		}
		mustBe(t, second(w.Create(t.Context(), w.As(kari, bakeri), in)), models.Conflict, models.CodeUserExists)
		if v, err = w.Prospect(t.Context(), w.As(kari, bakeri), registry.Creation{Again: old.ID}); err != nil || v.Exists != u.ID {
			t.Errorf("then %+v, %v", v, err)
		}
	})
}

func TestAnAgentMadeAnew(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	old := forAgents(t, w, modelstest.Salary)
	if _, err := w.Approve(t.Context(), w.As(kari, bakeri), old.ID, w.Seen(t, kari, old.ID)); err != nil {
		t.Fatal(err)
	}
	if err := w.Revoke(t.Context(), w.As(kari, bakeri), old.ID); err != nil {
		t.Fatal(err)
	}
	v, err := w.Prospect(t.Context(), w.As(nils, bakeri), registry.Creation{Again: old.ID})
	if err != nil || !v.CanApprove {
		t.Fatalf("shown %+v, %v", v, err)
	}
	made, err := w.Create(t.Context(), w.As(nils, bakeri), registry.Creation{Again: old.ID, Seen: v.Seen})
	if err != nil || made.SystemUser.Kind != systemuser.Agent {
		t.Errorf("made %+v, %v", made, err)
	}
	if _, err := w.DeleteSystem(t.Context(), w.As(jonas, fjord), old.System, nil); err != nil {
		t.Fatal(err)
	}
	v, err = w.Prospect(t.Context(), w.As(nils, bakeri), registry.Creation{Again: old.ID})
	if err != nil || v.CanApprove || !v.System.Deleted {
		t.Errorf("of a system that is gone: %+v, %v", v, err)
	}
	mustBe(t, second(w.Create(t.Context(), w.As(nils, bakeri), registry.Creation{Again: old.ID, Seen: v.Seen})), models.Gone, models.CodeSystemDeleted)
}

// Two who create at once make one.
func TestCreateTwiceAtOnce(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		of := visible(t, w)
		digest := seen(t, w, kari, of.ID).Seen
		create := func(ctx context.Context) error {
			return second(w.Create(ctx, w.As(kari, bakeri), registry.Creation{System: of.ID, Seen: digest}))
		}
		errs := together(t.Context(), create, create, create)
		if winners(errs) != 1 {
			t.Errorf("made %v", errs)
		}
	})
}

func TestFindSystems(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	of := visible(t, w)
	found, n, more, err := w.FindSystems(t.Context(), w.As(even, bakeri), " fjord  PAYROLL ", 1)
	if err != nil || n != 1 || more || len(found) != 1 || found[0].System.ID != of.ID || found[0].Supplier.OrgNo != fjord || len(found[0].Asked) != 2 {
		t.Errorf("found %+v, %d, %t, %v", found, n, more, err)
	}
	if found, n, more, err = w.FindSystems(t.Context(), w.As(even, bakeri), "", 2); err != nil || n != 1 || more || len(found) != 0 {
		t.Errorf("behind the end: %+v, %d, %t, %v", found, n, more, err)
	}
	_, _, _, err = w.FindSystems(t.Context(), w.As(siri, bakeri), "", 1)
	mustBe(t, err, models.NotFound, models.CodeNotFound)
}
