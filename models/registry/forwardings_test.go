package registry_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/listing"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/systemuser"
)

func (x failingTx) AddForwarding(ctx context.Context, f request.Forwarding) error {
	return x.f.after(x.Tx.AddForwarding(ctx, f))
}

func (x failingTx) RecallForwarding(ctx context.Context, f request.Forwarding, at time.Time) error {
	return x.f.after(x.Tx.RecallForwarding(ctx, f, at))
}

// passes has the accountant send the question on to Kari.
func passes(t *testing.T, w *modelstest.World, q registry.Ref) request.Forwarding {
	t.Helper()
	f, err := w.ForwardTo(t.Context(), w.As(even, bakeri), q, request.Forwarding{To: w.ID(kari), Note: "Kan du se på denne?", Due: w.Clock.Now().Add(48 * time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// sentOn is what the question's page tells the person of who has sent it on.
func sentOn(t *testing.T, w *modelstest.World, reader modelstest.Name, q registry.Ref) ([]registry.Forwarded, error) {
	t.Helper()
	if q.Change {
		v, err := w.ReviewChange(t.Context(), w.As(reader, bakeri), q.ID)
		return v.SentOn, err
	}
	v, err := w.Review(t.Context(), w.As(reader, bakeri), q.ID)
	return v.SentOn, err
}

// askedOf is who has sent the question to whom, as "Even to Kari".
func askedOf(t *testing.T, w *modelstest.World, q registry.Ref) []string {
	t.Helper()
	fs, err := sentOn(t, w, ola, q)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range fs {
		out = append(out, f.FromPerson.Name+" to "+f.ToPerson.Name)
	}
	return out
}

// questions are one of each kind that waits for the bakery.
func questions(t *testing.T, w *modelstest.World) map[string]registry.Ref {
	t.Helper()
	c := changed(t, w, "two")
	return map[string]registry.Ref{"request": {ID: w.Sent(t, "one").ID}, "change": {ID: c.ID, Change: true}}
}

// What is sent on stands in both people's lists, with its note for them alone,
// and either kind can be.
func TestSendingOnToOneWhoCan(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		for kind, q := range questions(t, w) {
			before := marked(t, w)
			f := passes(t, w, q)
			e := before.mustHaveDone(t, kind+".forward", q.Subject())
			if e.Detail["forwarding"] != string(f.ID) || strings.Contains(fmt.Sprint(e.Detail), "denne") {
				t.Errorf("recorded %v", e.Detail)
			}
			if diff := cmp.Diff([]string{"Even to Kari"}, askedOf(t, w, q)); diff != "" {
				t.Errorf("%s is with (-want +got):\n%s", kind, diff)
			}
			for who, status := range map[modelstest.Name]string{kari: registry.SentToMe, even: registry.SentByMe} {
				h, err := w.Handed(t.Context(), w.As(who, bakeri))
				if err != nil {
					t.Fatal(err)
				}
				inbox, err := w.Inbox(t.Context(), w.As(who, bakeri), registry.ListQuery{Query: listing.Query{Status: status}}, h.All)
				if err != nil || !slices.ContainsFunc(inbox.Rows, func(r registry.InboxRow) bool {
					return r.Ref == q && len(r.Forwarded) == 1 && r.Forwarded[0].Note == f.Note
				}) {
					t.Errorf("%s: the inbox of %s has %+v, %v", kind, who, inbox.Rows, err)
				}
			}
			if h, err := w.Handed(t.Context(), w.As(ola, bakeri)); err != nil || len(h.All)+len(h.Mine) != 0 {
				t.Errorf("a colleague was handed %+v, %v", h, err)
			}
		}
	})
}

// What somebody wants the reader to answer is at the top of his list, and where
// it was in the others'.
func TestWhatWasSentOnComesFirst(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	w.Registered(t)
	questions(t, w)
	inbox := func(who modelstest.Name) (refs []registry.Ref) {
		t.Helper()
		h, err := w.Handed(t.Context(), w.As(who, bakeri))
		if err != nil {
			t.Fatal(err)
		}
		list, err := w.Inbox(t.Context(), w.As(who, bakeri), registry.ListQuery{}, h.All)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range list.Rows {
			refs = append(refs, row.Ref)
		}
		return refs
	}
	before := inbox(kari)
	if len(before) < 2 {
		t.Fatalf("kari has %v", before)
	}
	passes(t, w, before[1])
	after := inbox(kari)
	if after[0] != before[1] || after[1] != before[0] {
		t.Errorf("kari had %v, and has %v", before, after)
	}
	if diff := cmp.Diff(before, inbox(ola)); diff != "" {
		t.Errorf("ola (-before +after):\n%s", diff)
	}
}

// Whom a question may go to, and what may go along.
func TestWhatIsNotSentOn(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	w.Registered(t)
	for kind, q := range questions(t, w) {
		deadline := modelstest.Noon.Add(request.Life)
		for name, tc := range map[string]struct {
			who  modelstest.Name
			in   request.Forwarding
			want string // code, or the faulty field with its fault
		}{
			"to one who administers access without the package": {even, request.Forwarding{To: w.ID(nils)}, "forward.person"},
			"to one without authority":                          {kari, request.Forwarding{To: w.ID(even)}, "forward.person"},
			"to one of another organisation":                    {even, request.Forwarding{To: w.ID(turid)}, "forward.person"},
			"to one who is nowhere":                             {even, request.Forwarding{To: w.ID(siri)}, "forward.person"},
			"to nobody there is":                                {even, request.Forwarding{To: "x"}, "forward.person"},
			"to himself, who can":                               {kari, request.Forwarding{To: w.ID(kari)}, "forward.person"},
			"to himself, who cannot":                            {even, request.Forwarding{To: w.ID(even)}, "forward.person"},
			"to nobody":                                         {even, request.Forwarding{}, "to required"},
			"for a day that is over":                            {even, request.Forwarding{To: w.ID(kari), Due: modelstest.Noon}, "due due.past"},
			"for a day after the last":                          {even, request.Forwarding{To: w.ID(kari), Due: deadline.Add(24 * time.Hour)}, "due due.late"},
			"with a book":                                       {even, request.Forwarding{To: w.ID(kari), Note: strings.Repeat("å", request.MaxNote+1)}, "note too_long"},
		} {
			if kind == "change" && strings.Contains(name, "without the package") {
				continue // nothing is given by this one
			}
			before := marked(t, w)
			_, err := w.ForwardTo(t.Context(), w.As(tc.who, bakeri), q, tc.in)
			if field, fault, ok := strings.Cut(tc.want, " "); ok {
				mustFault(t, err, field+" "+fault)
			} else {
				mustBe(t, err, models.Conflict, models.Code(tc.want))
			}
			before.mustHaveDoneNothing(t)
			if t.Failed() {
				t.Fatalf("%s %s", kind, name)
			}
		}
		before := marked(t, w)
		_, err := w.ForwardTo(t.Context(), w.As(turid, verft), q, request.Forwarding{To: w.ID(kari)})
		mustBe(t, err, models.NotFound, models.CodeNotFound)
		before.mustHaveDenied(t, kind+".forward", models.CodeNotFound)
		_, err = w.ForwardForm(t.Context(), w.As(turid, verft), q)
		mustBe(t, err, models.NotFound, models.CodeNotFound)
	}
}

// The form names those who can, what they hold, and whom the reader has asked.
func TestTheFormOfSendingOn(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	q := registry.Ref{ID: w.Sent(t, "one").ID}
	passes(t, w, q)
	to := func(who modelstest.Name) (map[string]bool, registry.ForwardView) {
		t.Helper()
		v, err := w.ForwardForm(t.Context(), w.As(who, bakeri), q)
		if err != nil {
			t.Fatal(err)
		}
		sent := map[string]bool{}
		for _, one := range v.To {
			sent[one.Person.Name] = one.Sent
			if len(one.Roles) == 0 {
				t.Errorf("%s may, by nothing", one.Person.Name)
			}
		}
		return sent, v
	}
	sent, v := to(even)
	if diff := cmp.Diff(map[string]bool{"Kari": true, "Ola": false}, sent); diff != "" || v.Reader {
		t.Errorf("to (-want +got):\n%s", diff)
	}
	sent, v = to(kari)
	if diff := cmp.Diff(map[string]bool{"Ola": false}, sent); diff != "" || !v.Reader {
		t.Errorf("from one who can (-want +got):\n%s", diff)
	}
	if _, err := w.ForwardTo(t.Context(), w.As(kari, bakeri), q, request.Forwarding{To: w.ID(ola)}); err != nil {
		t.Errorf("from one who can: %v", err)
	}
	w.Exec(t, "DELETE FROM role_package WHERE package_urn = ?", modelstest.Salary)
	w.Exec(t, "UPDATE catalogue_version SET version = version + 1")
	sent, v = to(even)
	if len(sent) != 0 || len(v.Missing) != 1 || v.Missing[0].Item != salary || len(v.Givers) != 3 {
		t.Errorf("when nobody can: to %v, missing %+v, help from %v", sent, v.Missing, v.Givers)
	}
}

// Asked twice, the same stands; another colleague may be asked too.
func TestSendingOnTwice(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		q := registry.Ref{ID: w.Sent(t, "one").ID}
		f, before := passes(t, w, q), marked(t, w)
		again, err := w.ForwardTo(t.Context(), w.As(even, bakeri), q, request.Forwarding{To: w.ID(kari), Note: "Igjen"})
		if diff := cmp.Diff(f, again); diff != "" || err != nil {
			t.Errorf("again (-want +got):\n%s%v", diff, err)
		}
		before.mustHaveDoneNothing(t)
		if _, err := w.ForwardTo(t.Context(), w.As(even, bakeri), q, request.Forwarding{To: w.ID(ola)}); err != nil {
			t.Fatal(err)
		}
		before.mustHaveDone(t, "request.forward", q.Subject())

		q = registry.Ref{ID: w.Sent(t, "two").ID}
		before = marked(t, w)
		one := func(ctx context.Context) error {
			return second(w.ForwardTo(ctx, w.As(even, bakeri), q, request.Forwarding{To: w.ID(kari)}))
		}
		for _, err := range together(t.Context(), one, one, one, one) {
			if err != nil && models.CodeOf(err) != models.CodeConflict {
				t.Errorf("at once: %v", err)
			}
		}
		before.mustHaveDone(t, "request.forward", q.Subject())
		if diff := cmp.Diff([]string{"Even to Kari"}, askedOf(t, w, q)); diff != "" {
			t.Errorf("at once (-want +got):\n%s", diff)
		}
	})
}

// Taken back, it asks nobody any more, and may be sent anew.
func TestRecall(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		for kind, q := range questions(t, w) {
			f, before := passes(t, w, q), marked(t, w)
			_, err := w.Recall(t.Context(), w.As(kari, bakeri), f.ID)
			mustBe(t, err, models.Forbidden, models.CodeForbidden)
			before.mustHaveDenied(t, "forward.recall", models.CodeForbidden)
			before = marked(t, w)
			_, err = w.Recall(t.Context(), w.As(turid, verft), f.ID)
			mustBe(t, err, models.NotFound, models.CodeNotFound)
			before.mustHaveDenied(t, "forward.recall", models.CodeNotFound)

			before = marked(t, w)
			if of, err := w.Recall(t.Context(), w.As(even, bakeri), f.ID); of != q || err != nil {
				t.Errorf("%s: of %v, %v", kind, of, err)
			}
			before.mustHaveDone(t, "forward.recall", q.Subject())
			before = marked(t, w)
			if of, err := w.Recall(t.Context(), w.As(even, bakeri), f.ID); of != q || err != nil {
				t.Errorf("%s again: of %v, %v", kind, of, err)
			}
			before.mustHaveDoneNothing(t)
			h, err := w.Handed(t.Context(), w.As(kari, bakeri))
			still := slices.ContainsFunc(h.All, func(one registry.Forwarded) bool { return one.ID == f.ID })
			if err != nil || still || len(askedOf(t, w, q)) != 0 {
				t.Errorf("%s: still with %v, %v", kind, h.All, err)
			}
			if anew := passes(t, w, q); anew.ID == f.ID {
				t.Errorf("%s: what was taken back came back", kind)
			}
		}
	})
}

// Nobody fills another's mailbox by sending on and taking back.
func TestSendingOnAgainAndAgain(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	q, a := registry.Ref{ID: w.Sent(t, "one").ID}, w.As(even, bakeri)
	for range 60 {
		f := passes(t, w, q)
		if again := passes(t, w, q); again.ID != f.ID { // which tells nobody, and counts for nothing
			t.Fatalf("another: %+v", again)
		}
		if _, err := w.Recall(t.Context(), a, f.ID); err != nil {
			t.Fatal(err)
		}
	}
	before := marked(t, w)
	_, err := w.ForwardTo(t.Context(), a, q, request.Forwarding{To: w.ID(kari)})
	mustBe(t, err, models.TooMany, models.CodeTooMany)
	before.mustHaveDoneNothing(t)
	if _, err := w.ForwardTo(t.Context(), w.As(nils, bakeri), q, request.Forwarding{To: w.ID(kari)}); err != nil {
		t.Errorf("another sends it on: %v", err)
	}
	w.Clock.Set(w.Clock.Now().Add(time.Hour))
	passes(t, w, q)
}

// An answer ends it: nothing is sent on or taken back, and who sent it on sees
// what became of it and by whom.
func TestSendingOnWhatIsAnswered(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		for name, tc := range map[string]struct {
			ends func(*testing.T, *modelstest.World, registry.Ref) error
			kind models.Kind
			code models.Code
			by   string
		}{
			"rejected": {func(t *testing.T, w *modelstest.World, q registry.Ref) error {
				if q.Change {
					return w.RejectChange(t.Context(), w.As(ola, bakeri), q.ID, "Nei")
				}
				return w.Reject(t.Context(), w.As(ola, bakeri), q.ID, "Nei")
			}, models.Conflict, models.CodeRequestDecided, "Ola"},
			"run out": {func(_ *testing.T, w *modelstest.World, _ registry.Ref) error {
				w.Clock.Set(modelstest.Noon.Add(request.Life))
				return nil
			}, models.Conflict, models.CodeRequestExpired, ""},
			"of a system that is gone": {func(t *testing.T, w *modelstest.World, _ registry.Ref) error {
				w.Exec(t, "UPDATE system SET deleted = TRUE")
				return nil
			}, models.Gone, models.CodeSystemDeleted, ""},
			"of an organisation that is struck off": {func(t *testing.T, w *modelstest.World, _ registry.Ref) error {
				w.Exec(t, "UPDATE organisation SET struck_off_at = 1 WHERE org_no = ?", string(bakeri))
				return nil
			}, models.Conflict, models.CodeStruckOff, ""},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				w := open(t)
				asked := questions(t, w)
				sent := map[registry.Ref]request.Forwarding{}
				for _, q := range asked {
					sent[q] = passes(t, w, q)
				}
				for _, q := range asked {
					if err := tc.ends(t, w, q); err != nil {
						t.Fatal(err)
					}
				}
				for _, q := range asked {
					before := marked(t, w)
					mustBe(t, second(w.ForwardForm(t.Context(), w.As(even, bakeri), q)), tc.kind, tc.code)
					mustBe(t, second(w.ForwardTo(t.Context(), w.As(even, bakeri), q, request.Forwarding{To: w.ID(ola)})), tc.kind, tc.code)
					if tc.code == models.CodeRequestDecided || tc.code == models.CodeRequestExpired {
						mustBe(t, second(w.Recall(t.Context(), w.As(even, bakeri), sent[q].ID)), tc.kind, tc.code)
					}
					before.mustHaveDoneNothing(t)
				}
				h, err := w.Handed(t.Context(), w.As(even, bakeri))
				if err != nil || len(h.Mine) != 2 {
					t.Fatalf("handed %+v, %v", h, err)
				}
				for _, m := range h.Mine {
					if m.AnsweredBy.Name != tc.by || m.Request.ID != m.ID {
						t.Errorf("answered by %q: %+v", m.AnsweredBy.Name, m.Ref)
					}
				}
			})
		}
		t.Run("of a system user that has ended", func(t *testing.T) {
			t.Parallel()
			w := open(t)
			c := changed(t, w, "one")
			w.Exec(t, "UPDATE system_user SET valid_to_at = ?", modelstest.Noon.UnixMilli())
			mustBe(t, second(w.ForwardForm(t.Context(), w.As(even, bakeri), registry.Ref{ID: c.ID, Change: true})), models.Conflict, models.CodeUserRevoked)
		})
	})
}

// The flag of the API's escalate is set by either way of sending on, and says
// nothing of persons. Taken back from everybody, it is gone; what was sent on to
// whoever administers access stays so.
func TestSendingOnAndTheFlagOfTheAPI(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		escalated := func(id models.ID) bool {
			t.Helper()
			v, err := w.Review(t.Context(), w.As(kari, bakeri), id)
			if err != nil {
				t.Fatal(err)
			}
			return v.Request.Escalated
		}
		forward := func(id models.ID) {
			t.Helper()
			if err := w.Forward(t.Context(), w.As(even, bakeri), id, systemuser.Standard); err != nil {
				t.Fatal(err)
			}
		}
		one, two := w.Sent(t, "one"), w.Sent(t, "two")
		before := marked(t, w)
		forward(one.ID)
		if e := before.mustHaveDone(t, "request.forward", "request:"+string(one.ID)); e.Detail["forwarding"] != "" || !escalated(one.ID) {
			t.Errorf("escalated: %v, recorded %v", escalated(one.ID), e.Detail)
		}
		if got := askedOf(t, w, registry.Ref{ID: one.ID}); got != nil {
			t.Errorf("it is with %v", got)
		}
		before = marked(t, w)
		forward(one.ID)
		before.mustHaveDoneNothing(t)
		f := passes(t, w, registry.Ref{ID: one.ID})
		before.mustHaveDone(t, "request.forward", "request:"+string(one.ID))
		recall := func(f request.Forwarding) {
			t.Helper()
			if _, err := w.Recall(t.Context(), w.As(even, bakeri), f.ID); err != nil {
				t.Fatal(err)
			}
		}
		if recall(f); !escalated(one.ID) {
			t.Error("taken back from one, those who administer access do not have it any more")
		}

		if escalated(two.ID) {
			t.Error("it was escalated before")
		}
		f = passes(t, w, registry.Ref{ID: two.ID})
		g, err := w.ForwardTo(t.Context(), w.As(even, bakeri), registry.Ref{ID: two.ID}, request.Forwarding{To: w.ID(ola)})
		if err != nil || !escalated(two.ID) {
			t.Fatalf("sent on to two, it is not escalated, %v", err)
		}
		if recall(f); !escalated(two.ID) {
			t.Error("taken back from one of two, nobody has it")
		}
		if recall(g); escalated(two.ID) {
			t.Error("taken back from everybody, it is still escalated")
		}

		f = passes(t, w, registry.Ref{ID: two.ID})
		before = marked(t, w)
		forward(two.ID)
		before.mustHaveDone(t, "request.forward", "request:"+string(two.ID))
		if recall(f); !escalated(two.ID) {
			t.Error("sent on to all since, it went with what was taken back")
		}
	})
}

// Erased, a person leaves no words behind, and can be asked no more.
func TestErasingWhoSentOn(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		q := registry.Ref{ID: w.Sent(t, "one").ID}
		passes(t, w, q)
		if err := w.Erase(t.Context(), modelstest.Operator, w.ID(even)); err != nil {
			t.Fatal(err)
		}
		fs, err := sentOn(t, w, kari, q)
		if err != nil || len(fs) != 1 || fs[0].Note != "" || fs[0].FromPerson.Name != "" || fs[0].FromPerson.Erased.IsZero() {
			t.Errorf("left is %+v, %v", fs, err)
		}
		mustHoldNoTrace(t, w, "forwarding", "denne")
		if err := w.Erase(t.Context(), modelstest.Operator, w.ID(kari)); err != nil {
			t.Fatal(err)
		}
		_, err = w.ForwardTo(t.Context(), w.As(nils, bakeri), q, request.Forwarding{To: w.ID(kari)})
		mustBe(t, err, models.Conflict, models.CodeForwardPerson)
	})
}

// Part of it is no whole: one who may give only what the system needs can
// answer, one who may not give that cannot.
func TestSendingOnWhatIsPartlyOptional(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	q := registry.Ref{ID: w.Sent(t, "one").ID}
	w.Exec(t, "UPDATE system_ask SET optional = 1 WHERE ref = ?", modelstest.Salary)
	f, err := w.ForwardTo(t.Context(), w.As(even, bakeri), q, request.Forwarding{To: w.ID(nils)})
	if err != nil || f.To != w.ID(nils) {
		t.Fatalf("%+v, %v", f, err)
	}
	v, err := w.Review(t.Context(), w.As(nils, bakeri), q.ID)
	if err != nil || !v.CanApprove {
		t.Fatalf("he cannot, %v", err)
	}
	if user, err := w.Approve(t.Context(), w.As(nils, bakeri), q.ID, v.Seen, salary); err != nil || !slices.Equal(user.Delegated, []catalog.Item{register}) {
		t.Errorf("given %v, %v", user.Delegated, err)
	}
}
