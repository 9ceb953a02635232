package registry_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
	"github.com/stafett/stafett/rar"
)

// struckOff and standing are rows of an organisations file.
var (
	struckOff = exchange.Organisation{Organisation: party.Organisation{OrgNo: bakeri, StruckOff: modelstest.Noon.AddDate(0, 0, -1)}}
	standing  = exchange.Organisation{Organisation: party.Organisation{OrgNo: bakeri}, Stands: true}
)

func strike(t *testing.T, w *modelstest.World, row exchange.Organisation) {
	t.Helper()
	report, err := w.Import(t.Context(), modelstest.Operator, exchange.Organisations, "test", modelstest.Rows(row))
	if err != nil || report.Updated != 1 {
		t.Fatalf("%s %v, %v", report, report.Refused, err)
	}
}

// binding is what an issuer's question about the bakery's system user meets.
func binding(t *testing.T, w *modelstest.World, ref string) rar.Binding {
	t.Helper()
	b, err := w.DB.Binding(t.Context(), rar.Query{Issuer: modelstest.Issuer, ClientID: modelstest.System().Clients[0].ID, Customer: bakeri, ExternalRef: ref})
	if err != nil || !b.UserFound {
		t.Fatalf("%+v, %v", b, err)
	}
	return b
}

// An organisation that is struck off has its system users paused in the same
// transaction, once, with one entry and one event that the supplier can be told
// by; when it stands again they are as before. A revoked one is left alone.
func TestAnOrganisationIsStruckOff(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		one := w.Approved(t, "one")
		w.Approved(t, "two")
		gone := w.Approved(t, "gone")
		if err := w.Revoke(t.Context(), w.As(kari, bakeri), gone.ID); err != nil {
			t.Fatal(err)
		}
		for _, step := range []struct {
			row           exchange.Organisation
			action, event string
			detail        map[string]string
			paused        bool
		}{
			{struckOff, "organisation.strike_off", "organisation.struck_off", map[string]string{"paused": "2"}, true},
			{standing, "organisation.restore", "organisation.restored", map[string]string{"resumed": "2"}, false},
		} {
			before := marked(t, w)
			strike(t, w, step.row)
			entries := before.since(t)
			if len(entries) != 2 || entries[0].Action != step.action || entries[0].Subject != "organisation:"+string(bakeri) {
				t.Fatalf("recorded %+v", entries)
			}
			if diff := cmp.Diff(step.detail, map[string]string(entries[0].Detail)); diff != "" {
				t.Errorf("detail (-want +got):\n%s", diff)
			}
			events := w.Events(t)[before.events:]
			if len(events) != 1 || !containsAny(events[0], step.event) || !containsAny(events[0], string(fjord)) || !containsAny(events[0], string(bakeri)) {
				t.Errorf("events %q", events)
			}
			if b := binding(t, w, "one"); b.Paused != step.paused {
				t.Errorf("paused: %v, want %v", b.Paused, step.paused)
			}
			page, err := w.SystemUser(t.Context(), w.As(kari, bakeri), one.ID)
			if err != nil || (page.SystemUser.Paused == systemuser.StruckOff) != step.paused || page.StruckOff.IsZero() == step.paused || (page.Held == 0) != step.paused {
				t.Errorf("page %+v, %v", page, err)
			}
			// Said again, nothing more happens.
			before = marked(t, w)
			if report, err := w.Import(t.Context(), modelstest.Operator, exchange.Organisations, "test", modelstest.Rows(step.row)); err != nil || report.Same != 1 {
				t.Errorf("again: %s, %v", report, err)
			}
			before.mustBeUnchanged(t)
		}
		mustVerify(t, w)
	})
}

// The operator may have them flagged only.
func TestAnOrganisationIsOnlyFlagged(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	w.Approved(t, "one")
	w.FlagStruckOff = true
	before := marked(t, w)
	strike(t, w, struckOff)
	if e := before.since(t)[0]; e.Action != "organisation.strike_off" || e.Detail["flagged"] != "1" || e.Detail["paused"] != "" {
		t.Errorf("recorded %+v", e)
	}
	if binding(t, w, "one").Paused {
		t.Error("it is paused")
	}
}

// Revoking is never barred, and what is revoked is not resumed.
func TestAPausedSystemUserCanBeRevoked(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		sent := w.Approved(t, "one")
		strike(t, w, struckOff)
		old := w.As(kari, bakeri)
		old.Level = 0
		page, err := w.SystemUser(t.Context(), old, sent.ID)
		if err != nil || !page.CanRevoke {
			t.Errorf("%+v, %v; want that it can be revoked", page, err)
		}
		if err := w.Revoke(t.Context(), old, sent.ID); err != nil {
			t.Fatal(err)
		}
		before := marked(t, w)
		strike(t, w, standing)
		if e := before.since(t)[0]; e.Detail["resumed"] != "0" {
			t.Errorf("recorded %+v", e)
		}
	})
}

// Nobody approves for an organisation that has been struck off between page
// and answer, or before; a no can still be given.
func TestNobodyApprovesForAnOrganisationThatIsStruckOff(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		sent := w.Sent(t, "one")
		seen := w.Seen(t, kari, sent.ID)
		strike(t, w, struckOff)
		before := marked(t, w)
		_, err := w.Approve(t.Context(), w.As(kari, bakeri), sent.ID, seen)
		mustBe(t, err, models.Conflict, models.CodeStruckOff)
		before.mustHaveDoneNothing(t)
		v, err := w.Review(t.Context(), w.As(kari, bakeri), sent.ID)
		if err != nil || !v.StruckOff || v.CanApprove || !v.CanReject {
			t.Errorf("struck off %v, approve %v, reject %v, %v", v.StruckOff, v.CanApprove, v.CanReject, err)
		}
		strike(t, w, standing)
		if _, err := w.Approve(t.Context(), w.As(kari, bakeri), sent.ID, seen); err != nil {
			t.Errorf("when it stands again: %v", err)
		}
	})
}

// An approval and the register meet: either the approval is refused, or its
// system user is paused with the others.
func TestAnApprovalMeetsTheRegister(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		for i := range 8 {
			ref := string(rune('a' + i))
			sent := w.Sent(t, ref)
			seen := w.Seen(t, kari, sent.ID)
			errs := together(t.Context(), func(ctx context.Context) error {
				return second(w.Approve(ctx, w.As(kari, bakeri), sent.ID, seen))
			}, func(ctx context.Context) error {
				return second(w.Import(ctx, modelstest.Operator, exchange.Organisations, "test", modelstest.Rows(struckOff)))
			})
			if errs[1] != nil {
				t.Fatal(errs[1])
			}
			if errs[0] == nil {
				if b := binding(t, w, ref); !b.Paused {
					t.Fatal("a system user that was approved at the same time is not paused")
				}
			} else {
				mustBe(t, errs[0], models.Conflict, models.CodeStruckOff)
			}
			strike(t, w, standing)
		}
	})
}

// The writes of these use cases, each of which TestNothingOfItIsHalfDone fails.
func (x failingTx) PutRelation(ctx context.Context, r party.Relation) (registry.Change, error) {
	c, err := x.Tx.PutRelation(ctx, r)
	return c, x.f.after(err)
}

func (x failingTx) StrikeOff(ctx context.Context, o party.OrgNo, at time.Time) (time.Time, error) {
	was, err := x.Tx.StrikeOff(ctx, o, at)
	return was, x.f.after(err)
}

func (x failingTx) Pause(ctx context.Context, o party.OrgNo, why systemuser.Pause, at time.Time) ([]system.ID, error) {
	ids, err := x.Tx.Pause(ctx, o, why, at)
	return ids, x.f.after(err)
}

func (x failingTx) Resume(ctx context.Context, o party.OrgNo, why systemuser.Pause, at time.Time) ([]system.ID, error) {
	ids, err := x.Tx.Resume(ctx, o, why, at)
	return ids, x.f.after(err)
}

func (x failingTx) End(ctx context.Context, kind exchange.Kind, keys []string) error {
	return x.f.after(x.Tx.End(ctx, kind, keys))
}

func (x failingTx) MoveCursor(ctx context.Context, name, was, to string) error {
	return x.f.after(x.Tx.MoveCursor(ctx, name, was, to))
}
