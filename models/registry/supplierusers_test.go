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
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/systemuser"
)

// fjordProgram is a program of the supplier's; loggenProgram of another's.
var (
	fjordProgram  = models.Actor{Kind: models.Organisation, ID: "fjord-api", OrgNo: string(fjord)}
	loggenProgram = models.Actor{Kind: models.Organisation, ID: "loggen-api", OrgNo: string(loggen)}
)

// act is what a supplier does to a system user.
type act func(context.Context, models.Actor, models.ID, string) (systemuser.SystemUser, error)

func TestASupplierPausesResumesAndGivesUp(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		sent := w.Approved(t, "one")
		for _, step := range []struct {
			action, reason, event string
			do                    act
			check                 func(systemuser.SystemUser) bool
		}{
			{"systemuser.pause", "Ubetalt", "systemuser.paused", w.PauseSystemUser, func(u systemuser.SystemUser) bool { return u.SupplierPaused.Equal(modelstest.Noon) }},
			{"systemuser.resume", "", "systemuser.resumed", w.ResumeSystemUser, func(u systemuser.SystemUser) bool { return u.SupplierPaused.IsZero() }},
			{"systemuser.give_up", "Slutt", "systemuser.given_up", w.GiveUpSystemUser, func(u systemuser.SystemUser) bool {
				return u.Status == systemuser.Revoked && u.RevokedBy == systemuser.EndedBySupplier && u.RevokedAt.Equal(modelstest.Noon)
			}},
		} {
			before := marked(t, w)
			_, err := step.do(t.Context(), loggenProgram, sent.ID, "")
			mustBe(t, err, models.NotFound, models.CodeNotFound)
			before.mustHaveDenied(t, step.action, models.CodeNotFound)

			before = marked(t, w)
			u, err := step.do(t.Context(), fjordProgram, sent.ID, step.reason)
			if err != nil || !step.check(u) {
				t.Fatalf("%s: %+v, %v", step.action, u, err)
			}
			e := before.mustHaveDone(t, step.action, "systemuser:"+string(sent.ID))
			if e.Detail["reason"] != step.reason || e.Detail["customer"] != string(bakeri) || e.Actor != fjordProgram {
				t.Errorf("recorded %+v", e)
			}
			if events := w.Events(t); !strings.Contains(events[len(events)-1], step.event) {
				t.Errorf("told %s", events[len(events)-1])
			}
			stored, err := w.SystemUser(t.Context(), w.As(kari, bakeri), sent.ID)
			if err != nil || !step.check(stored.SystemUser) {
				t.Errorf("stored %+v, %v", stored.SystemUser, err)
			}

			before = marked(t, w)
			if again, err := step.do(t.Context(), fjordProgram, sent.ID, "again"); err != nil || !step.check(again) {
				t.Errorf("%s again: %+v, %v", step.action, again, err)
			}
			before.mustHaveDoneNothing(t)
		}
		for _, do := range []act{w.PauseSystemUser, w.ResumeSystemUser} {
			_, err := do(t.Context(), fjordProgram, sent.ID, "")
			mustBe(t, err, models.Conflict, models.CodeUserRevoked)
		}
	})
}

// What ends for the customer's sake is not the supplier's to give up, and who
// is first decides.
func TestOneEndsASystemUser(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		for range 5 {
			sent := w.Approved(t, "one")
			errs := together(t.Context(),
				func(ctx context.Context) error { return second(w.GiveUpSystemUser(ctx, fjordProgram, sent.ID, "")) },
				func(ctx context.Context) error { return w.Revoke(ctx, w.As(kari, bakeri), sent.ID) },
				func(ctx context.Context) error {
					_, err := w.PauseSystemUser(ctx, fjordProgram, sent.ID, "")
					if models.CodeOf(err) == models.CodeUserRevoked {
						err = nil
					}
					return errors.Join(err, errNotCounted)
				},
			)
			if winners(errs) != 1 {
				t.Errorf("%v", errs)
			}
			page, err := w.SystemUser(t.Context(), w.As(kari, bakeri), sent.ID)
			if want := map[bool]systemuser.Ender{true: systemuser.EndedBySupplier, false: systemuser.EndedByCustomer}[errs[0] == nil]; err != nil || page.SystemUser.RevokedBy != want {
				t.Errorf("ended by %s, want %s (%v)", page.SystemUser.RevokedBy, want, err)
			}
		}
	})
}

var errNotCounted = errors.New("not counted")

// With its system user a change request is withdrawn, and the request is shown
// no more.
func TestGivingUpClosesRequests(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		sent, c := changing(t, w)
		before := marked(t, w)
		if _, err := w.GiveUpSystemUser(t.Context(), fjordProgram, sent.ID, ""); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range before.since(t) {
			got = append(got, e.Action+" "+e.Subject)
		}
		if diff := cmp.Diff([]string{"change.withdraw change:" + string(c.ID), "systemuser.give_up systemuser:" + string(sent.ID)}, got); diff != "" {
			t.Errorf("recorded (-want +got):\n%s", diff)
		}
		after, err := w.SentChange(t.Context(), fjordProgram, c.Correlation)
		if err != nil || after.Status != request.Withdrawn {
			t.Errorf("the change request is %s, %v", after.Status, err)
		}
		err = w.DB.Read(t.Context(), func(tx registry.Reader) error {
			r, err := tx.RequestFrom(t.Context(), fjord, sent.ID)
			if r.Removed.IsZero() {
				t.Error("the request is shown still")
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// Giving up an agent ends that it serves its clients, as its end by the customer
// does: no delegation of a client outlives its system user.
func TestGivingUpAnAgentDetachesItsClients(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		id := attached(t, w)
		before := marked(t, w)
		if _, err := w.GiveUpSystemUser(t.Context(), fjordProgram, id, "Vi legger ned"); err != nil {
			t.Fatal(err)
		}
		if e := before.mustHaveDone(t, "systemuser.give_up", "systemuser:"+string(id)); e.Detail["clients"] != "1" || e.Detail["reason"] != "Vi legger ned" {
			t.Errorf("recorded %+v", e)
		}
		err := w.DB.Read(t.Context(), func(tx registry.Reader) error {
			c, err := tx.ClientOf(t.Context(), registry.Agent{ID: id, Facilitator: verft}, bakeri, w.Clock.Now())
			if c.Delegation != "" {
				t.Error("the client is attached still")
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// changing is a system user of Fjord with a pending change request.
func changing(t *testing.T, w *modelstest.World) (request.Request, request.Change) {
	t.Helper()
	sent := w.Approved(t, "one")
	c, _, err := w.AskChange(t.Context(), fjordProgram, request.Change{
		Correlation: models.NewID(), SystemUser: sent.ID, Unwanted: []catalog.Item{catalog.PackageOf(modelstest.Salary)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return sent, c
}

func (x failingTx) HoldSystemUser(ctx context.Context, u systemuser.SystemUser) error {
	return x.f.after(x.Tx.HoldSystemUser(ctx, u))
}

func (x failingTx) CloseRequestsOf(ctx context.Context, id models.ID, at time.Time) ([]models.ID, error) {
	ids, err := x.Tx.CloseRequestsOf(ctx, id, at)
	return ids, x.f.after(err)
}

func TestNothingOfASuppliersActIsHalfDone(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		var f *failing
		w := open(t, func(s registry.Store) registry.Store { f = &failing{Store: s}; return f })
		sent, _ := changing(t, w)
		for _, step := range []struct {
			name   string
			writes int
			do     act
		}{
			{"pause", 3, w.PauseSystemUser},
			{"resume", 3, w.ResumeSystemUser},
			{"give up", 6, w.GiveUpSystemUser}, // and a change request, with its record
		} {
			before := w.Tables(t)
			for n := 1; n <= step.writes; n++ {
				f.at, f.writes = n, 0
				_, err := step.do(t.Context(), fjordProgram, sent.ID, "")
				if !errors.Is(err, errDisk) {
					t.Errorf("%s, with write %d failing: %v", step.name, n, err)
				}
				if diff := cmp.Diff(before, w.Tables(t)); diff != "" {
					t.Fatalf("%s: write %d fails and something is left (-before +after):\n%s", step.name, n, diff)
				}
			}
			f.at, f.writes = 0, 0
			if _, err := step.do(t.Context(), fjordProgram, sent.ID, ""); err != nil || f.writes != step.writes {
				t.Errorf("%s: %v after %d writes", step.name, err, f.writes)
			}
		}
	})
}
