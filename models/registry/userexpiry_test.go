package registry_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/systemuser"
)

// lent is a system user of the bakery with a time that runs out in a day.
func lent(t *testing.T, w *modelstest.World, ref string) request.Request {
	t.Helper()
	w.Registered(t)
	in := wanted(ref)
	in.ValidTo = w.Clock.Now().Add(24 * time.Hour)
	sent, _, err := w.Ask(t.Context(), fjordsProgram, in)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Approve(t.Context(), w.As(kari, bakeri), sent.ID, w.Seen(t, kari, sent.ID)); err != nil {
		t.Fatal(err)
	}
	return sent
}

// lastNumber is the greatest in the order of changes.
func lastNumber(t *testing.T, w *modelstest.World) int64 {
	t.Helper()
	n := int64(0)
	err := w.DB.Read(t.Context(), func(tx registry.Reader) (err error) {
		n, err = tx.LastSeq(t.Context())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// When its time is up a system user ends as if somebody had ended it: with its
// request, its change requests and its clients, a number of its own, a record
// and an event.
func TestSystemUsersEndWhenTheirTimeIsUp(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		agent := attached(t, w)
		sent := lent(t, w, "one")
		w.Exec(t, "UPDATE system_user SET valid_to_at = ? WHERE id = ?", sent.ValidTo.UnixMilli(), string(agent))
		w.Approved(t, "for ever")
		asked, _, err := w.AskChange(t.Context(), fjordsProgram, request.Change{Correlation: models.NewID(), SystemUser: sent.ID, Unwanted: sent.Items[:1]})
		if err != nil {
			t.Fatal(err)
		}

		made := lastNumber(t, w)
		w.Clock.Set(sent.ValidTo.Add(-time.Millisecond))
		before := marked(t, w)
		if n, err := w.EndSystemUsers(t.Context()); n != 0 || err != nil {
			t.Fatalf("before the time: %d, %v", n, err)
		}
		before.mustHaveDoneNothing(t)

		w.Clock.Set(sent.ValidTo)
		if n, err := w.EndSystemUsers(t.Context()); n != 2 || err != nil {
			t.Fatalf("ended %d, %v", n, err)
		}
		got := map[string]string{}
		for _, e := range before.since(t) {
			got[e.Action+" "+e.Subject] = e.Actor.ID
		}
		want := map[string]string{
			"systemuser.end systemuser:" + string(sent.ID): "expiry", "systemuser.end systemuser:" + string(agent): "expiry",
			"change.withdraw change:" + string(asked.ID): "expiry",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("recorded (-want +got):\n%s", diff)
		}
		told := 0
		for _, e := range w.Events(t)[before.events:] {
			if containsAll(e, "systemuser.ended", string(fjord)) {
				told++
			}
		}
		if told != 2 {
			t.Errorf("told of %d ends", told)
		}
		err = w.DB.Read(t.Context(), func(tx registry.Reader) error {
			u, err := tx.SystemUserFrom(t.Context(), fjord, sent.ID)
			if err != nil || u.Status != systemuser.Revoked || u.RevokedBy != systemuser.EndedByTime || !u.ChangedAt.Equal(sent.ValidTo) || u.Seq <= made {
				t.Errorf("it is %+v, %v", u, err)
			}
			r, err := tx.RequestFrom(t.Context(), fjord, sent.ID)
			if err != nil || r.Removed.IsZero() {
				t.Errorf("the request is shown still: %v", err)
			}
			c, err := tx.ClientOf(t.Context(), registry.Agent{ID: agent, Facilitator: verft}, bakeri, w.Clock.Now())
			if c.Delegation != "" {
				t.Error("the client is attached still")
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
		before = marked(t, w)
		if n, err := w.EndSystemUsers(t.Context()); n != 0 || err != nil {
			t.Errorf("once more: %d, %v", n, err)
		}
		before.mustHaveDoneNothing(t)
		mustVerify(t, w)
	})
}

// A request for what would be over already has expired, on its page, in the
// inbox and in the number of those that wait.
func TestNothingWaitsThatWouldBeOver(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		w.Registered(t)
		in := wanted("one")
		in.ValidTo = w.Clock.Now().Add(24 * time.Hour)
		sent := mustAsk(t, w, in, "")
		w.Clock.Set(in.ValidTo)
		a := w.As(kari, bakeri)
		page, err := w.Review(t.Context(), a, sent.ID)
		if err != nil || page.Status != request.Expired || page.CanApprove || page.CanReject {
			t.Errorf("its page: %s, %v", page.Status, err)
		}
		inbox, err := w.Inbox(t.Context(), a, registry.ListQuery{}, nil)
		if err != nil || len(inbox.Rows) != 1 || inbox.Rows[0].Status != request.Expired {
			t.Errorf("the inbox: %+v, %v", inbox, err)
		}
		acting, err := w.Acting(t.Context(), a)
		if err != nil || acting.Waiting != 0 {
			t.Errorf("%d wait, %v", acting.Waiting, err)
		}
	})
}

// A system user that is over stands in nobody's way, whether or not the job has
// come by: the same triple can be asked for, approved and created.
func TestATripleIsFreeWhenItsTimeIsUp(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		one := lent(t, w, "one")
		mustBe(t, failed(w.Ask(t.Context(), fjordsProgram, wanted("one"))), models.Conflict, models.CodeUserExists)
		w.Clock.Set(one.ValidTo)
		again, repeat, err := w.Ask(t.Context(), fjordsProgram, wanted("one"))
		if err != nil || repeat != "" || again.ID == one.ID {
			t.Fatalf("asked anew: %s %q, %v", again.ID, repeat, err)
		}

		// Of two requests one is approved late, when the other's time is up.
		two := lent(t, w, "two")
		w.Exec(t, "UPDATE system_user SET external_ref = ? WHERE id = ?", "one", string(two.ID))
		mustBe(t, second(w.Approve(t.Context(), w.As(kari, bakeri), again.ID, w.Seen(t, kari, again.ID))), models.Conflict, models.CodeUserExists)
		w.Clock.Set(two.ValidTo)
		if _, err := w.Approve(t.Context(), w.As(kari, bakeri), again.ID, w.Seen(t, kari, again.ID)); err != nil {
			t.Errorf("approved: %v", err)
		}

		// What a customer makes himself has his number as reference.
		mine := lent(t, w, string(bakeri))
		w.Exec(t, "UPDATE system SET visible = ?", true)
		w.Clock.Set(mine.ValidTo)
		if _, err := w.CreateSystemUser(t.Context(), w.As(kari, bakeri), mine.System, "", registry.Portal{}); err != nil {
			t.Errorf("created: %v", err)
		}
		if n, err := w.EndSystemUsers(t.Context()); n != 0 || err != nil {
			t.Errorf("%d are left to end, %v", n, err)
		}
	})
}
