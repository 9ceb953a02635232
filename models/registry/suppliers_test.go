package registry_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/systemuser"
)

const tellsIt = "Virksomheten har blokkert leverandøren"

// All that a supplier has stops at once, each with a record of its own, and what
// the stop paused, and no more, goes on again.
func TestASupplierIsStoppedAndStarted(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		one, two, alone := w.Approved(t, "one"), w.Approved(t, "two"), w.Approved(t, "alone")
		ended := w.Approved(t, "ended")
		if err := w.Revoke(t.Context(), w.As(kari, bakeri), ended.ID); err != nil {
			t.Fatal(err)
		}
		if err := w.SuspendSystemUser(t.Context(), w.As(kari, bakeri), alone.ID, "Ferie"); err != nil {
			t.Fatal(err)
		}
		paused := func() string {
			t.Helper()
			p, err := w.Supplier(t.Context(), w.As(kari, bakeri), fjord)
			if err != nil {
				t.Fatal(err)
			}
			var refs []string
			for _, u := range p.Users {
				if !u.SystemUser.CustomerPaused.IsZero() {
					refs = append(refs, u.SystemUser.ExternalRef+" "+u.SystemUser.PauseReason)
				}
			}
			return strings.Join(refs, ", ")
		}
		low := w.As(kari, bakeri)
		low.Level = 0
		before := marked(t, w)
		n, err := w.StopSupplier(t.Context(), low, fjord, "Datainnbrudd")
		if err != nil || n != 2 {
			t.Fatalf("stopped %d, %v", n, err)
		}
		got := map[string]string{}
		for _, e := range before.since(t) {
			got[e.Subject] = e.Action + " " + e.Role + " " + e.Detail["stop"]
			if e.Detail["reason"] != "" {
				t.Errorf("the log holds the reason: %+v", e)
			}
		}
		each := "systemuser.suspend " + modelstest.Director + " " + string(fjord)
		if diff := cmp.Diff(map[string]string{"systemuser:" + string(one.ID): each, "systemuser:" + string(two.ID): each}, got); diff != "" {
			t.Errorf("recorded (-want +got):\n%s", diff)
		}
		if n := len(w.Events(t)) - before.events; n != 2 {
			t.Errorf("%d events, want one for each", n)
		}
		if p := paused(); !strings.Contains(p, "one Datainnbrudd") || !strings.Contains(p, "two Datainnbrudd") || !strings.Contains(p, "alone Ferie") {
			t.Errorf("paused are %s", p)
		}
		before = marked(t, w)
		if n, err := w.StopSupplier(t.Context(), low, fjord, "igjen"); n != 0 || err != nil {
			t.Errorf("stopped again: %d, %v", n, err)
		}
		before.mustHaveDoneNothing(t)

		_, err = w.StartSupplier(t.Context(), low, fjord)
		mustBe(t, err, models.Forbidden, models.CodeLevelTooLow)
		// One that is let go on and paused anew is paused for itself.
		if err := errors.Join(w.UnsuspendSystemUser(t.Context(), w.As(kari, bakeri), two.ID), w.SuspendSystemUser(t.Context(), w.As(kari, bakeri), two.ID, "For seg")); err != nil {
			t.Fatal(err)
		}
		page, err := w.Supplier(t.Context(), w.As(ola, bakeri), fjord)
		if err != nil || page.Stopped != 1 || page.CanStop || page.StartFor != nil {
			t.Errorf("the page says %d, %v, %v; %v", page.Stopped, page.CanStop, page.StartFor, err)
		}
		before = marked(t, w)
		if n, err := w.StartSupplier(t.Context(), w.As(ola, bakeri), fjord); n != 1 || err != nil {
			t.Errorf("started %d, %v", n, err)
		}
		before.mustHaveDone(t, "systemuser.unsuspend", "systemuser:"+string(one.ID))
		if p := paused(); strings.Contains(p, "one Data") || !strings.Contains(p, "two For seg") || !strings.Contains(p, "alone Ferie") {
			t.Errorf("still paused are %s", p)
		}
	})
}

func TestWhoMayStopAndBlockASupplier(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		w.Approved(t, "one")
		acts := map[string]func(models.Actor, party.OrgNo) error{
			"systemuser.suspend": func(a models.Actor, o party.OrgNo) error {
				_, err := w.StopSupplier(t.Context(), a, o, "Nok")
				return err
			},
			"systemuser.unsuspend": func(a models.Actor, o party.OrgNo) error { _, err := w.StartSupplier(t.Context(), a, o); return err },
			"supplier.block": func(a models.Actor, o party.OrgNo) error {
				return w.BlockSupplier(t.Context(), a, o, "Nok", tellsIt)
			},
			"supplier.unblock": func(a models.Actor, o party.OrgNo) error { return w.UnblockSupplier(t.Context(), a, o) },
		}
		for action, act := range acts {
			before := marked(t, w)
			mustBe(t, act(w.As(even, bakeri), fjord), models.Forbidden, models.CodeForbidden)
			before.mustHaveDenied(t, action, models.CodeForbidden)
			for _, absent := range []party.OrgNo{loggen, "", "x"} {
				mustBe(t, act(w.As(kari, bakeri), absent), models.NotFound, models.CodeNotFound)
			}
			mustBe(t, act(w.As(turid, verft), fjord), models.NotFound, models.CodeNotFound)
		}
		for _, reason := range []string{"", " ", strings.Repeat("x", 501), "a\x00"} {
			if models.CodeOf(w.BlockSupplier(t.Context(), w.As(kari, bakeri), fjord, reason, tellsIt)) != models.CodeInvalid {
				t.Errorf("blocked with the reason %q", reason)
			}
			if _, err := w.StopSupplier(t.Context(), w.As(kari, bakeri), fjord, reason); models.CodeOf(err) != models.CodeInvalid {
				t.Errorf("stopped with the reason %q: %v", reason, err)
			}
		}
		for _, who := range []models.Actor{w.As(even, bakeri), w.As(kari, bakeri)} {
			_, err := w.Supplier(t.Context(), who, loggen)
			mustBe(t, err, models.NotFound, models.CodeNotFound)
		}
		p, err := w.Supplier(t.Context(), w.As(even, bakeri), fjord)
		if err != nil || p.CanStop || p.CanBlock || p.StartFor == nil {
			t.Errorf("an employee may %v %v %v, %v", p.CanStop, p.CanBlock, p.StartFor, err)
		}
	})
}

// A blocked supplier asks in vain however it asks, its other customers
// are asked as before, and what waited is rejected.
func TestABlockedSupplierMayNotAsk(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		user, c := changing(t, w)
		waits := w.Sent(t, "waits")
		late := w.Sent(t, "late")
		w.Exec(t, "UPDATE request SET status = 'expired', decided_at = expires_at WHERE id = ?", string(late.ID))
		before := marked(t, w)
		if err := w.BlockSupplier(t.Context(), w.As(kari, bakeri), fjord, "Spør hver dag", tellsIt); err != nil {
			t.Fatal(err)
		}
		var did []string
		for _, e := range before.since(t) {
			did = append(did, e.Action)
			if strings.Contains(e.Detail.JSON(), "Spør") {
				t.Errorf("the log holds the reason: %+v", e)
			}
		}
		if diff := cmp.Diff([]string{"request.reject", "change.reject", "supplier.block"}, did); diff != "" {
			t.Errorf("recorded (-want +got):\n%s", diff)
		}
		sent, err := w.SentRequest(t.Context(), w.As(jonas, fjord), waits.ID)
		if err != nil || sent.Status != request.Rejected || sent.Request.Reason != tellsIt {
			t.Errorf("the supplier reads %s %q, %v", sent.Status, sent.Request.Reason, err)
		}
		answered, err := w.SentChange(t.Context(), fjordProgram, c.Correlation)
		if err != nil || answered.Status != request.Rejected || answered.Reason != tellsIt {
			t.Errorf("the supplier reads %s %q, %v", answered.Status, answered.Reason, err)
		}
		page, err := w.Supplier(t.Context(), w.As(even, bakeri), fjord)
		if err != nil || page.Block.Reason != "Spør hver dag" || page.BlockedBy != string(kari) || page.Waiting != 0 || page.Live != 1 {
			t.Errorf("the page: %+v, %v", page.Dealings, err)
		}

		before = marked(t, w)
		if err := w.BlockSupplier(t.Context(), w.As(ola, bakeri), fjord, "igjen", tellsIt); err != nil {
			t.Error(err)
		}
		before.mustHaveDoneNothing(t)

		w.Exec(t, "UPDATE system SET visible = TRUE")
		ask := func(customer party.OrgNo, ref string) error {
			in := modelstest.Request()
			in.Kind, in.Customer, in.ExternalRef = systemuser.Standard, customer, ref
			_, _, err := w.Ask(t.Context(), fjordProgram, in)
			return err
		}
		ways := map[string]func() error{
			"by program": func() error { return ask(bakeri, "new") },
			"once more":  func() error { return ask(bakeri, "waits") },
			"in the page": func() error {
				in := modelstest.Request()
				in.ExternalRef = "new"
				_, err := w.SendRequest(t.Context(), w.As(jonas, fjord), in)
				return err
			},
			"for a change": func() error {
				_, _, err := w.AskChange(t.Context(), fjordProgram, request.Change{
					Correlation: models.NewID(), SystemUser: user.ID, Unwanted: []catalog.Item{catalog.PackageOf(modelstest.Salary)},
				})
				return err
			},
			"by renewing": func() error { _, err := w.RenewRequest(t.Context(), fjordProgram, late.ID); return err },
			"through a visible system": func() error {
				_, err := w.CreateSystemUser(t.Context(), w.As(kari, bakeri), modelstest.System().ID, "", registry.Portal{Kind: systemuser.Standard})
				return err
			},
		}
		for way, do := range ways {
			before := marked(t, w)
			if err := do(); models.CodeOf(err) != models.CodeBlocked {
				t.Errorf("asked %s: %v", way, err)
			}
			before.mustBeUnchanged(t)
		}
		if err := ask(verft, "new"); err != nil {
			t.Errorf("another customer is not asked: %v", err)
		}
		before = marked(t, w)
		if err := w.UnblockSupplier(t.Context(), w.As(kari, bakeri), fjord); err != nil {
			t.Fatal(err)
		}
		before.mustHaveDone(t, "supplier.unblock", "block:"+string(page.Block.ID))
		for _, way := range []string{"by program", "for a change", "by renewing"} {
			if err := ways[way](); err != nil {
				t.Errorf("asked %s afterwards: %v", way, err)
			}
		}
		before = marked(t, w)
		if err := w.UnblockSupplier(t.Context(), w.As(kari, bakeri), fjord); err != nil {
			t.Error(err)
		}
		before.mustHaveDoneNothing(t)
	})
}

// Asked and blocked at once: either the request came first and is rejected, or
// it is refused.
func TestAskingWhileBeingBlocked(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		w.Approved(t, "one")
		for range 5 {
			in := modelstest.Request()
			in.Kind, in.ExternalRef = systemuser.Standard, string(models.NewID())
			errs := together(t.Context(),
				func(ctx context.Context) error { _, _, err := w.Ask(ctx, fjordProgram, in); return err },
				func(ctx context.Context) error {
					return w.BlockSupplier(ctx, w.As(kari, bakeri), fjord, "Nok", tellsIt)
				},
			)
			if errs[1] != nil || errs[0] != nil && models.CodeOf(errs[0]) != models.CodeBlocked {
				t.Fatal(errs)
			}
			p, err := w.Supplier(t.Context(), w.As(kari, bakeri), fjord)
			if err != nil || p.Waiting != 0 {
				t.Errorf("%d wait of a blocked supplier, %v", p.Waiting, err)
			}
			if err := w.UnblockSupplier(t.Context(), w.As(kari, bakeri), fjord); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestSuppliersOfACustomer(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		w.Approved(t, "one")
		w.Sent(t, "two")
		found, err := w.Suppliers(t.Context(), w.As(even, bakeri))
		if err != nil || len(found) != 1 || found[0].Organisation.Name != "Fjord Programvare AS" || found[0].Live != 1 || found[0].Waiting != 1 {
			t.Errorf("%+v, %v", found, err)
		}
		w.Clock.Set(w.Clock.Now().Add(request.Life + time.Second))
		if found, err = w.Suppliers(t.Context(), w.As(even, bakeri)); err != nil || found[0].Waiting != 0 {
			t.Errorf("what has run out waits: %+v, %v", found, err)
		}
		if found, err := w.Suppliers(t.Context(), w.As(turid, verft)); err != nil || len(found) != 0 {
			t.Errorf("another's: %+v, %v", found, err)
		}
	})
}

func (x failingTx) AddBlock(ctx context.Context, b registry.Block) error {
	return x.f.after(x.Tx.AddBlock(ctx, b))
}

func (x failingTx) EndBlock(ctx context.Context, id models.ID, at time.Time) error {
	return x.f.after(x.Tx.EndBlock(ctx, id, at))
}

func TestNothingOfStoppingOrBlockingIsHalfDone(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		var f *failing
		w := open(t, func(s registry.Store) registry.Store { f = &failing{Store: s}; return f })
		changing(t, w)
		w.Approved(t, "two")
		w.Sent(t, "waits")
		a := w.As(kari, bakeri)
		for _, step := range []struct {
			name   string
			writes int // at least
			do     func() error
		}{
			{"stop", 4, func() error { _, err := w.StopSupplier(t.Context(), a, fjord, "Nok"); return err }},
			{"start", 4, func() error { _, err := w.StartSupplier(t.Context(), a, fjord); return err }},
			{"block", 9, func() error { return w.BlockSupplier(t.Context(), a, fjord, "Nok", tellsIt) }},
			{"unblock", 3, func() error { return w.UnblockSupplier(t.Context(), a, fjord) }},
		} {
			before := w.Tables(t)
			for f.at = 1; ; f.at++ {
				f.writes = 0
				err := step.do()
				if err == nil && f.writes < f.at {
					break // it has no more writes
				}
				if !errors.Is(err, errDisk) {
					t.Fatalf("%s, with write %d failing: %v", step.name, f.at, err)
				}
				if diff := cmp.Diff(before, w.Tables(t)); diff != "" {
					t.Fatalf("%s: write %d fails and something is left (-before +after):\n%s", step.name, f.at, diff)
				}
			}
			if f.writes < step.writes {
				t.Errorf("%s writes %d times", step.name, f.writes)
			}
			f.at = 0
		}
	})
}
