package registry_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/systemuser"
)

// fjordsProgram is a program of the supplier's.
var fjordsProgram = models.Actor{Kind: models.Organisation, ID: "fjord-lonn", OrgNo: string(fjord)}

// wanted is what it asks, with the external reference.
func wanted(ref string) request.Request {
	in := modelstest.Request()
	in.Kind, in.ExternalRef = systemuser.Standard, ref
	return in
}

func mustAsk(t testing.TB, w *modelstest.World, in request.Request, want registry.Repeat) request.Request {
	t.Helper()
	sent, repeat, err := w.Ask(t.Context(), fjordsProgram, in)
	if err != nil || repeat != want {
		t.Fatalf("asked %q: %q, %v, want %q", in.ExternalRef, repeat, err, want)
	}
	return sent
}

// A supplier that asks again is told how what is stored compares, and nothing is
// done; what stands no more does not stand in the way.
func TestAskAgain(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		w.Registered(t)
		before := marked(t, w)
		first := mustAsk(t, w, wanted("one"), "")
		before.mustHaveDone(t, "request.send", "request:"+string(first.ID))
		stored, err := w.AskedRequest(t.Context(), fjordsProgram, first.ID)
		if diff := cmp.Diff(first, stored, cmpopts.EquateEmpty()); diff != "" || err != nil {
			t.Errorf("%v; the answer is not what is stored (-answer +stored):\n%s", err, diff)
		}

		before = marked(t, w)
		if again := mustAsk(t, w, wanted("one"), registry.RepeatSame); again.ID != first.ID {
			t.Errorf("again it is %s, not %s", again.ID, first.ID)
		}
		other := wanted("one")
		other.Items = other.Items[:1]
		if again := mustAsk(t, w, other, registry.RepeatDifferent); len(again.Items) != len(first.Items) {
			t.Errorf("the stored one has become %+v", again)
		}
		agent := wanted("one")
		agent.Kind = systemuser.Agent
		mustBe(t, failed(w.Ask(t.Context(), fjordsProgram, agent)), models.Conflict, models.CodeRequestExists)
		before.mustHaveDoneNothing(t)

		if err := w.Reject(t.Context(), w.As(kari, bakeri), first.ID, "Nei"); err != nil {
			t.Fatal(err)
		}
		before = marked(t, w)
		if again := mustAsk(t, w, other, registry.RepeatRejected); again.ID != first.ID || again.Reason != "Nei" {
			t.Errorf("after the rejection it is %+v", again)
		}
		mustBe(t, failed(w.Ask(t.Context(), fjordsProgram, agent)), models.Conflict, models.CodeRequestDecided)
		before.mustHaveDoneNothing(t)

		if err := w.RemoveRequest(t.Context(), fjordsProgram, first.ID); err != nil {
			t.Fatal(err)
		}
		second := mustAsk(t, w, wanted("one"), "")
		if _, err := w.Approve(t.Context(), w.As(kari, bakeri), second.ID, w.Seen(t, kari, second.ID)); err != nil {
			t.Fatal(err)
		}
		before = marked(t, w)
		mustBe(t, failed(w.Ask(t.Context(), fjordsProgram, wanted("one"))), models.Conflict, models.CodeUserExists)
		before.mustHaveDoneNothing(t)
		if err := w.RemoveRequest(t.Context(), fjordsProgram, second.ID); err != nil { // the system user lives on
			t.Fatal(err)
		}
		mustBe(t, failed(w.Ask(t.Context(), fjordsProgram, wanted("one"))), models.Conflict, models.CodeUserExists)
		if err := w.Revoke(t.Context(), w.As(kari, bakeri), second.ID); err != nil {
			t.Fatal(err)
		}
		last := mustAsk(t, w, wanted("one"), "")

		w.Clock.Set(last.ExpiresAt)
		if next := mustAsk(t, w, wanted("one"), ""); next.ID == last.ID {
			t.Error("one whose time has run out stands in the way")
		}
		mustVerify(t, w)
	})
}

// failed drops the first two of three answers.
func failed[A, B any](_ A, _ B, err error) error { return err }

// Whoever asks at once for the same gets the same, and one is stored.
func TestAskedAtOnce(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		w.Registered(t)
		for round := range 5 { // the first few only open connections
			before := marked(t, w)
			ids, repeats := make([]models.ID, 8), make([]registry.Repeat, 8)
			fs := make([]func(context.Context) error, len(ids))
			for i := range fs {
				fs[i] = func(ctx context.Context) error {
					sent, repeat, err := w.Ask(ctx, fjordsProgram, wanted(fmt.Sprint("at once ", round)))
					ids[i], repeats[i] = sent.ID, repeat
					return err
				}
			}
			stored := 0
			for i, err := range together(t.Context(), fs...) {
				if err != nil || ids[i] != ids[0] {
					t.Errorf("%q, %v; the first is %q", ids[i], err, ids[0])
				}
				if repeats[i] == "" {
					stored++
				}
			}
			if stored != 1 {
				t.Errorf("%d were told that theirs is new: %q", stored, repeats)
			}
			before.mustHaveDone(t, "request.send", "request:"+string(ids[0]))
		}
	})
}

// Of another supplier's system nothing is told, whatever its customers have; the
// attempt is recorded.
func TestAskForAnothersSystem(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	w.Approved(t, "live")
	w.Sent(t, "waits")
	stranger := models.Actor{Kind: models.Organisation, ID: "loggen", OrgNo: string(loggen)}
	for _, ref := range []string{"live", "waits", "none", "a\nb"} {
		before := marked(t, w)
		sent, repeat, err := w.Ask(t.Context(), stranger, wanted(ref))
		mustBe(t, err, models.NotFound, models.CodeNotFound)
		if sent.ID != "" || repeat != "" {
			t.Errorf("%s: told of %+v, %s", ref, sent, repeat)
		}
		before.mustHaveDenied(t, "request.send", models.CodeNotFound)
	}
	for _, id := range []models.ID{w.Sent(t, "other").ID, models.NewID()} {
		before := marked(t, w)
		mustBe(t, w.RemoveRequest(t.Context(), stranger, id), models.NotFound, models.CodeNotFound)
		before.mustHaveDenied(t, "request.withdraw", models.CodeNotFound)
		before = marked(t, w)
		mustBe(t, second(w.RenewRequest(t.Context(), stranger, id)), models.NotFound, models.CodeNotFound)
		before.mustHaveDenied(t, "request.renew", models.CodeNotFound)
		mustBe(t, second(w.AskedRequest(t.Context(), stranger, id)), models.NotFound, models.CodeNotFound)
	}
	mustBe(t, second(w.AskedByRef(t.Context(), stranger, wanted("waits"))), models.NotFound, models.CodeNotFound)
	_, _, err := w.AskedPage(t.Context(), stranger, registry.RequestQuery{System: modelstest.System().ID, Kind: systemuser.Standard, Limit: 9}, true)
	mustBe(t, err, models.NotFound, models.CodeNotFound)
}

func TestAskRefuses(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	w.Registered(t)
	w.Exec(t, "UPDATE organisation SET parent = ? WHERE org_no = ?", string(bakeri), string(verft))
	before := marked(t, w)
	for _, tc := range []struct {
		name   string
		change func(*request.Request)
		faults []string
		unit   party.OrgNo
	}{
		{"an organisation that is not here", func(r *request.Request) { r.Customer = "991825827" }, []string{"customer organisation.unknown"}, ""},
		{"no organisation", func(r *request.Request) { r.Customer = "" }, []string{"customer organisation.unknown"}, ""},
		{"a sub-unit", func(r *request.Request) { r.Customer = verft }, []string{"customer organisation.sub_unit"}, bakeri},
		{"a sub-unit, by what is not on the system", func(r *request.Request) {
			r.Customer, r.Items = verft, []catalog.Item{catalog.PackageOf(modelstest.Tax)}
		}, []string{"customer organisation.sub_unit"}, bakeri},
		{"a reference of two lines", func(r *request.Request) { r.ExternalRef = "a\nb" }, []string{"external_ref text.spaces"}, ""},
		{"a reference that no database takes", func(r *request.Request) { r.ExternalRef = "a\x00" }, []string{"external_ref text.control"}, ""},
		{"several faults", func(r *request.Request) { r.RedirectURL, r.Title = "https://evil.example/", "a\nb" }, []string{"title text.control", "redirect_url url.not_registered"}, ""},
	} {
		in := wanted("one")
		tc.change(&in)
		_, _, err := w.Ask(t.Context(), fjordsProgram, in)
		mustFault(t, err, tc.faults...)
		if no, ok := errors.AsType[*registry.CustomerError](err); tc.unit != "" && (!ok || no.Unit != tc.unit) {
			t.Errorf("%s: the cause is %v", tc.name, no)
		}
	}
	before.mustHaveDoneNothing(t)

	w.Exec(t, "UPDATE organisation SET struck_off_at = 1 WHERE org_no = ?", string(bakeri))
	mustFault(t, failed(w.Ask(t.Context(), fjordsProgram, wanted("one"))), "customer organisation.struck_off")
	w.Exec(t, "UPDATE system SET deleted = TRUE")
	mustBe(t, failed(w.Ask(t.Context(), fjordsProgram, wanted("one"))), models.Gone, models.CodeSystemDeleted)
}

// A program writes a right as it knows it: without an action it stands for what
// the system asks for, and what it says twice counts once.
func TestAskSpellsOutRights(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	s := modelstest.System()
	s.Asks[0].Item, s.Asks[1].Item = catalog.Right(modelstest.Amelding, "read"), catalog.Right(modelstest.Amelding, "write")
	if _, err := w.RegisterSystem(t.Context(), w.As(jonas, fjord), s); err != nil {
		t.Fatal(err)
	}
	whole, why := catalog.Right(modelstest.Amelding, ""), models.Text{NB: "Vi melder lønn"}
	in := wanted("one")
	in.Items, in.Purposes = []catalog.Item{whole, whole, s.Asks[1].Item}, map[catalog.Item]models.Text{whole: why}
	sent := mustAsk(t, w, in, "")
	if diff := cmp.Diff(s.Asked(), sent.Items); diff != "" || sent.Purposes[s.Asks[0].Item] != why || sent.Purposes[s.Asks[1].Item] != why {
		t.Errorf("asked with %v (-want +got):\n%s", sent.Purposes, diff)
	}
	mustAsk(t, w, in, registry.RepeatSame)
}

// Removing takes a request out of its supplier's sight, whatever has become of
// it, once.
func TestRemoveRequest(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		pending, accepted, rejected, late := w.Sent(t, "pending"), w.Approved(t, "accepted"), w.Sent(t, "rejected"), w.Sent(t, "late")
		if err := w.Reject(t.Context(), w.As(kari, bakeri), rejected.ID, "Nei"); err != nil {
			t.Fatal(err)
		}
		for _, tc := range []struct {
			r       request.Request
			event   string
			entries int
		}{{pending, "request.withdrawn", 1}, {accepted, "request.removed", 1}, {rejected, "request.removed", 1}, {late, "request.removed", 2}} {
			if tc.r.ID == late.ID {
				w.Clock.Set(late.ExpiresAt)
			}
			before := marked(t, w)
			if err := w.RemoveRequest(t.Context(), fjordsProgram, tc.r.ID); err != nil {
				t.Fatalf("%s: %v", tc.r.ExternalRef, err)
			}
			if entries := before.since(t); len(entries) != tc.entries || entries[len(entries)-1].Action != "request.withdraw" {
				t.Errorf("%s: recorded %+v", tc.r.ExternalRef, entries)
			}
			want := fmt.Sprintf("%s request:%s", tc.event, tc.r.ID)
			if events := w.Events(t); !strings.Contains(events[len(events)-1], want) {
				t.Errorf("%s: the event is %s", tc.r.ExternalRef, events[len(events)-1])
			}
			mustBe(t, w.RemoveRequest(t.Context(), fjordsProgram, tc.r.ID), models.NotFound, models.CodeNotFound)
			mustBe(t, second(w.AskedRequest(t.Context(), fjordsProgram, tc.r.ID)), models.NotFound, models.CodeNotFound)
			mustBe(t, second(w.AskedByRef(t.Context(), fjordsProgram, wanted(tc.r.ExternalRef))), models.NotFound, models.CodeNotFound)
			mustBe(t, second(w.RenewRequest(t.Context(), fjordsProgram, tc.r.ID)), models.NotFound, models.CodeNotFound)
		}
		page, total, err := w.AskedPage(t.Context(), fjordsProgram, registry.RequestQuery{System: pending.System, Kind: systemuser.Standard, Limit: 9}, true)
		if len(page) != 0 || total != 0 || err != nil {
			t.Errorf("still listed: %+v, %d, %v", page, total, err)
		}
		if users, err := w.SystemUsers(t.Context(), w.As(kari, bakeri), registry.ListQuery{}); err != nil || len(users.Rows) != 1 || users.Rows[0].SystemUser.Status != systemuser.Active {
			t.Errorf("the system user is %+v, %v", users, err)
		}
		mustVerify(t, w)
	})
}

func TestRenewRequest(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		r := w.Sent(t, "one")
		seen := w.Seen(t, kari, r.ID)
		w.Clock.Set(modelstest.Noon.Add(time.Hour))
		before := marked(t, w)
		renewed, err := w.RenewRequest(t.Context(), fjordsProgram, r.ID)
		if err != nil || !renewed.ExpiresAt.Equal(w.Clock.Now().Add(request.Life)) || renewed.Status != request.Pending {
			t.Fatalf("renewed to %+v, %v", renewed, err)
		}
		before.mustHaveDone(t, "request.renew", "request:"+string(r.ID))
		stored, err := w.AskedRequest(t.Context(), fjordsProgram, r.ID)
		if diff := cmp.Diff(renewed, stored, cmpopts.EquateEmpty()); diff != "" || err != nil {
			t.Errorf("%v; the answer is not what is stored (-answer +stored):\n%s", err, diff)
		}

		w.Clock.Set(renewed.ExpiresAt.Add(time.Hour))
		if n, err := w.LapseRequests(t.Context()); n != 1 || err != nil {
			t.Fatalf("%d lapsed, %v", n, err)
		}
		other := mustAsk(t, w, wanted("one"), "")
		before = marked(t, w)
		mustBe(t, second(w.RenewRequest(t.Context(), fjordsProgram, r.ID)), models.Conflict, models.CodeRequestExists)
		before.mustHaveDoneNothing(t)
		if err := w.Reject(t.Context(), w.As(kari, bakeri), other.ID, "Nei"); err != nil {
			t.Fatal(err)
		}
		before = marked(t, w)
		mustBe(t, second(w.RenewRequest(t.Context(), fjordsProgram, r.ID)), models.Conflict, models.CodeRequestDecided)
		mustBe(t, second(w.RenewRequest(t.Context(), fjordsProgram, other.ID)), models.Conflict, models.CodeRequestDecided)
		before.mustHaveDoneNothing(t)
		if err := w.RemoveRequest(t.Context(), fjordsProgram, other.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := w.RenewRequest(t.Context(), fjordsProgram, r.ID); err != nil {
			t.Fatal(err)
		}
		_, err = w.Approve(t.Context(), w.As(kari, bakeri), r.ID, seen) // what was shown before
		mustBe(t, err, models.Conflict, models.CodeRequestChanged)
		if _, err := w.Approve(t.Context(), w.As(kari, bakeri), r.ID, w.Seen(t, kari, r.ID)); err != nil {
			t.Errorf("renewed, it can not be approved: %v", err)
		}
		mustBe(t, second(w.RenewRequest(t.Context(), fjordsProgram, r.ID)), models.Conflict, models.CodeRequestDecided)

		struck := w.Sent(t, "struck")
		w.Exec(t, "UPDATE organisation SET struck_off_at = 1 WHERE org_no = ?", string(bakeri))
		mustBe(t, second(w.RenewRequest(t.Context(), fjordsProgram, struck.ID)), models.Conflict, models.CodeStruckOff)
		w.Exec(t, "UPDATE system SET deleted = TRUE")
		mustBe(t, second(w.RenewRequest(t.Context(), fjordsProgram, struck.ID)), models.Gone, models.CodeSystemDeleted)
		mustVerify(t, w)
	})
}

// A renewal against an approval: one of the two sees the other.
func TestRenewalAgainstApproval(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		for i := range 5 {
			r := w.Sent(t, fmt.Sprint(i))
			seen := w.Seen(t, kari, r.ID)
			errs := together(t.Context(),
				func(ctx context.Context) error { return second(w.RenewRequest(ctx, fjordsProgram, r.ID)) },
				func(ctx context.Context) error { return second(w.Approve(ctx, w.As(kari, bakeri), r.ID, seen)) },
			)
			mustHaveOneWinner(t, errs)
		}
		mustVerify(t, w)
	})
}

// TestAltinnFault11_ARequestWhoseTimeHasRunOutIsNotAnswered: a node whose clock
// is behind does not answer it either (altinn-api.md section 7.1).
func TestAltinnFault11_ARequestWhoseTimeHasRunOutIsNotAnswered(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t) // the clock of its store stands at noon
		w.Exec(t, "UPDATE holding SET from_at = 0")
		w.Clock.Set(modelstest.Noon.Add(-30 * 24 * time.Hour))
		r := w.Sent(t, "one") // which runs out two days before noon
		seen := w.Seen(t, kari, r.ID)
		before := marked(t, w)
		_, err := w.Approve(t.Context(), w.As(kari, bakeri), r.ID, seen)
		mustBe(t, err, models.Conflict, models.CodeRequestExpired)
		mustBe(t, w.Reject(t.Context(), w.As(kari, bakeri), r.ID, "Nei"), models.Conflict, models.CodeRequestExpired)
		before.mustHaveDoneNothing(t)

		w.Clock.Set(r.ExpiresAt) // and one whose clock is right does not either
		_, err = w.Approve(t.Context(), w.As(kari, bakeri), r.ID, seen)
		mustBe(t, err, models.Conflict, models.CodeRequestExpired)
		before.mustHaveDoneNothing(t)
	})
}

func (x failingTx) RemoveRequest(ctx context.Context, r request.Request) error {
	return x.f.after(x.Tx.RemoveRequest(ctx, r))
}

func (x failingTx) RenewRequest(ctx context.Context, r request.Request) error {
	return x.f.after(x.Tx.RenewRequest(ctx, r))
}
