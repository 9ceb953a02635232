package registry_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

var (
	salary   = catalog.PackageOf(modelstest.Salary)
	register = catalog.Right(modelstest.Register, "")
)

// program is the supplier's own.
var program = models.Actor{Kind: models.Organisation, ID: "fjord-program", OrgNo: string(fjord)}

// changed asks for a change of a system user of System at the bakery, which it
// makes first: salary goes, unless the test says otherwise.
func changed(t *testing.T, w *modelstest.World, ref string, alter ...func(*request.Change)) request.Change {
	t.Helper()
	return changedAgain(t, w, w.Approved(t, ref).ID, alter...)
}

func changedAgain(t *testing.T, w *modelstest.World, user models.ID, alter ...func(*request.Change)) request.Change {
	t.Helper()
	in := request.Change{Correlation: models.NewID(), SystemUser: user, Unwanted: []catalog.Item{salary}}
	for _, f := range alter {
		f(&in)
	}
	c, repeat, err := w.AskChange(t.Context(), program, in)
	if err != nil || repeat != "" {
		t.Fatalf("%v %q", err, repeat)
	}
	return c
}

func wants(items, unwanted []catalog.Item) func(*request.Change) {
	return func(c *request.Change) { c.Items, c.Unwanted = items, unwanted }
}

func changeSeen(t *testing.T, w *modelstest.World, id models.ID) string {
	t.Helper()
	v, err := w.ReviewChange(t.Context(), w.As(kari, bakeri), id)
	if err != nil {
		t.Fatal(err)
	}
	return v.Seen
}

func held(t *testing.T, w *modelstest.World, user models.ID) []catalog.Item {
	t.Helper()
	v, err := w.SystemUser(t.Context(), w.As(kari, bakeri), user)
	if err != nil {
		t.Fatal(err)
	}
	return v.SystemUser.Delegated
}

func approveChange(t *testing.T, w *modelstest.World, c request.Change) {
	t.Helper()
	if _, err := w.ApproveChange(t.Context(), w.As(kari, bakeri), c.ID, changeSeen(t, w, c.ID)); err != nil {
		t.Fatal(err)
	}
}

func TestAChangeTakesAwayAndGives(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		before := w.Approved(t, "one").ID
		c := changedAgain(t, w, before)
		if diff := cmp.Diff([]catalog.Item{salary, register}, held(t, w, c.SystemUser)); diff != "" {
			t.Errorf("before (-want +got):\n%s", diff)
		}
		m := marked(t, w)
		approveChange(t, w, c)
		e := m.mustHaveDone(t, "change.approve", "change:"+string(c.ID))
		if e.Detail["added"] != "" || e.Detail["removed"] != salary.String() || e.Detail["systemuser"] != string(c.SystemUser) {
			t.Errorf("recorded %v", e.Detail)
		}
		if diff := cmp.Diff([]catalog.Item{register}, held(t, w, c.SystemUser)); diff != "" {
			t.Errorf("afterwards (-want +got):\n%s", diff)
		}
		back := changedAgain(t, w, before, wants([]catalog.Item{salary, register}, nil))
		approveChange(t, w, back)
		if diff := cmp.Diff([]catalog.Item{register, salary}, held(t, w, before)); diff != "" {
			t.Errorf("when it is back (-want +got):\n%s", diff)
		}
		v, err := w.ReviewChange(t.Context(), w.As(kari, bakeri), back.ID)
		if err != nil || len(v.Asked) != 1 || v.Asked[0].Item != salary || len(v.Kept) != 1 || v.Kept[0].Item != register {
			t.Errorf("the receipt says %+v, %v", v, err)
		}
	})
}

// Of a package that would be new, each service that the system user has whole
// already by something else is known as such: by another package, by a right to
// all of it, by what goes at the same time, but not by a right to a part.
func TestAChangeKnowsWhatIsHadAlready(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	user := w.Approved(t, "one")
	whole := catalog.PackageOf("urn:altinn:accesspackage:all")
	brings(t, w, exchange.AccessPackages, catalog.Package{URN: whole.Ref, Name: models.Text{NB: "Alt", NN: "Alt", EN: "All"}, Delegable: true, Assignable: true})
	both, alone := []string{modelstest.Salary, whole.Ref}, []string{whole.Ref}
	for id, packages := range map[string][]string{modelstest.Amelding: both, modelstest.Register: alone, "mva": alone, "ny": alone} {
		brings(t, w, exchange.Resources, catalog.Resource{ID: id, Title: models.Text{NB: id}, Actions: []string{"read", "write"}, Packages: packages})
	}
	grows := func(s *system.System) models.Faults {
		for _, item := range []catalog.Item{whole, catalog.Right("mva", "read"), catalog.Right(modelstest.Amelding, "read")} {
			s.Asks = append(s.Asks, system.Ask{Item: item, Purpose: s.Name})
		}
		return nil
	}
	if _, err := w.UpdateSystem(t.Context(), w.As(jonas, fjord), user.System, registry.SystemEdit{Type: system.Updated, Edit: grows}); err != nil {
		t.Fatal(err)
	}
	w.Exec(t, "INSERT INTO delegation (system_user_id, position, kind, ref, action) VALUES (?, 2, 'right', 'mva', 'read')", string(user.ID))
	c := changedAgain(t, w, user.ID, wants([]catalog.Item{whole, catalog.Right(modelstest.Amelding, "read")}, []catalog.Item{register}))
	v, err := w.ReviewChange(t.Context(), w.As(kari, bakeri), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]string{}
	for _, one := range v.Asked {
		for _, had := range one.Had {
			got[one.Item.String()] = append(got[one.Item.String()], had.ID)
		}
	}
	want := map[string][]string{
		whole.String(): {modelstest.Register, modelstest.Amelding}, catalog.Right(modelstest.Amelding, "read").String(): {modelstest.Amelding},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("had already (-want +got):\n%s", diff)
	}
}

// What an answer did, or did not do, stays as it was then, whatever happens to
// the system user afterwards.
func TestAnAnswerToAChangeStaysAsItWas(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		user := w.Approved(t, "one").ID
		no := changedAgain(t, w, user, wants([]catalog.Item{register}, []catalog.Item{salary}))
		if err := w.RejectChange(t.Context(), w.As(kari, bakeri), no.ID, "Nei"); err != nil {
			t.Fatal(err)
		}
		takes := changedAgain(t, w, user)
		approveChange(t, w, takes)
		gives := changedAgain(t, w, user, wants([]catalog.Item{salary}, nil))
		approveChange(t, w, gives)
		approveChange(t, w, changedAgain(t, w, user, wants([]catalog.Item{salary}, []catalog.Item{register})))

		items := func(asked []registry.Asked) (out []catalog.Item) {
			for _, one := range asked {
				out = append(out, one.Item)
			}
			return out
		}
		type parts struct{ Added, Removed, Kept []catalog.Item }
		shown := func(id models.ID) parts {
			t.Helper()
			v, err := w.ReviewChange(t.Context(), w.As(even, bakeri), id)
			if err != nil {
				t.Fatal(err)
			}
			return parts{items(v.Asked), items(v.Removed), items(v.Kept)}
		}
		for name, tc := range map[string]struct {
			id   models.ID
			want parts
		}{
			"a no":           {no.ID, parts{Removed: []catalog.Item{salary}, Kept: []catalog.Item{register}}},
			"what took away": {takes.ID, parts{Removed: []catalog.Item{salary}, Kept: []catalog.Item{register}}},
			"what gave":      {gives.ID, parts{Added: []catalog.Item{salary}, Kept: []catalog.Item{register}}},
		} {
			if diff := cmp.Diff(tc.want, shown(tc.id)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
	})
}

// Of an answer from before that was noted, what stayed is not guessed, and a no is
// to what was asked.
func TestAnOldAnswerToAChangeIsNotGuessed(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	user := w.Approved(t, "one").ID
	for act, tc := range map[policy.Action]struct {
		event  request.Event
		detail audit.Detail
		added  int
	}{
		policy.ChangeReject:  {request.Reject, audit.Detail{}, 1},
		policy.ChangeApprove: {request.Approve, audit.Detail{"added": "", "removed": salary.String()}, 0},
	} {
		c := changedAgain(t, w, user, wants([]catalog.Item{register}, []catalog.Item{salary}))
		decided, err := c.Apply(tc.event, w.ID(kari), "", w.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		c.Request = decided
		if err := w.DB.Write(t.Context(), func(tx registry.Tx) error {
			return errors.Join(tx.SaveChange(t.Context(), c), tx.AppendAudit(t.Context(), audit.Entry{
				At: w.Clock.Now(), Actor: w.As(kari, bakeri), Action: string(act), Subject: "change:" + string(c.ID), OrgNo: string(bakeri),
				Outcome: audit.Done, Detail: tc.detail,
			}))
		}); err != nil {
			t.Fatal(err)
		}
		v, err := w.ReviewChange(t.Context(), w.As(kari, bakeri), c.ID)
		if err != nil || len(v.Removed) != 1 || v.Removed[0].Item != salary || len(v.Kept) != 0 || len(v.Asked) != tc.added {
			t.Errorf("%s: %+v, %+v, %+v, %v", act, v.Asked, v.Removed, v.Kept, err)
		}
	}
}

// What is held and not asked for any more neither counts nor goes by itself.
func TestAChangeOfAShrunkSystem(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	c := changed(t, w, "one", wants([]catalog.Item{catalog.Right(modelstest.Register, "read")}, nil))
	shrink := func(s *system.System) models.Faults {
		s.Asks[1].Item = catalog.Right(modelstest.Register, "read")
		return nil
	}
	if _, err := w.UpdateSystem(t.Context(), w.As(jonas, fjord), c.System, registry.SystemEdit{Type: system.Updated, Edit: shrink}); err != nil {
		t.Fatal(err)
	}
	approveChange(t, w, c)
	if diff := cmp.Diff([]catalog.Item{salary, catalog.Right(modelstest.Register, "read"), register}, held(t, w, c.SystemUser)); diff != "" {
		t.Errorf("held (-want +got):\n%s", diff)
	}
}

func TestAChangeIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		user := w.Approved(t, "one").ID
		for i := range 8 {
			unwanted := []catalog.Item{salary}
			wanted := []catalog.Item(nil)
			if i%2 == 1 {
				wanted, unwanted = unwanted, wanted
			}
			c := changedAgain(t, w, user, wants(wanted, unwanted))
			seen, m := changeSeen(t, w, c.ID), marked(t, w)
			conf := w.Config
			conf.Now = func() time.Time { return c.ExpiresAt }
			late := registry.New(conf)
			errs := together(t.Context(),
				func(ctx context.Context) error { return second(w.ApproveChange(ctx, w.As(kari, bakeri), c.ID, seen)) },
				func(ctx context.Context) error { return second(w.ApproveChange(ctx, w.As(ola, bakeri), c.ID, seen)) },
				func(ctx context.Context) error { return w.RejectChange(ctx, w.As(ola, bakeri), c.ID, "nei") },
				func(ctx context.Context) error { return second(late.LapseChanges(ctx)) },
			)
			if n := winners(errs[:3]); n > 1 {
				t.Errorf("%d answered", n)
			}
			done := slices.DeleteFunc(m.since(t), func(e audit.Entry) bool { return e.Outcome != audit.Done })
			if len(done) != 1 || len(w.Events(t))-m.events != 1 {
				t.Errorf("%d entries: %+v", len(done), done)
			}
			// Each next one begins where the last one ended.
			if got, err := w.SentChange(t.Context(), program, c.Correlation); err != nil || got.Status == request.Pending {
				t.Errorf("left %s, %v", got.Status, err)
			}
		}
	})
}

func TestTwoChangesOfOneSystemUserAtOnce(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		for _, ref := range []string{"a", "b", "c", "d"} {
			a := changed(t, w, ref)
			b := changedAgain(t, w, a.SystemUser, wants(nil, []catalog.Item{register}))
			seenA, seenB := changeSeen(t, w, a.ID), changeSeen(t, w, b.ID)
			errs := together(t.Context(),
				func(ctx context.Context) error { return second(w.ApproveChange(ctx, w.As(kari, bakeri), a.ID, seenA)) },
				func(ctx context.Context) error { return second(w.ApproveChange(ctx, w.As(kari, bakeri), b.ID, seenB)) },
			)
			mustHaveOneWinner(t, errs) // for the other, what was shown is no longer so
			if left := held(t, w, a.SystemUser); len(left) != 1 {
				t.Errorf("held %v", left)
			}
			// Through a portal, what stands now is what is approved.
			for i, c := range []request.Change{a, b} {
				if errs[i] == nil {
					continue
				}
				mustBe(t, errs[i], models.Conflict, models.CodeRequestChanged)
				if _, err := w.ApproveChangeThrough(t.Context(), w.As(kari, bakeri), c.ID, registry.Portal{Issuer: "p"}); err != nil {
					t.Error(err)
				}
			}
			if left := held(t, w, a.SystemUser); len(left) != 0 {
				t.Errorf("held %v", left)
			}
		}
	})
}

func TestOneCorrelationIDAtOnce(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		in := request.Change{Correlation: models.NewID(), SystemUser: w.Approved(t, "one").ID, Unwanted: []catalog.Item{salary}}
		m := marked(t, w)
		repeats := make(chan registry.Repeat, 8)
		fs := make([]func(context.Context) error, 8)
		for i := range fs {
			fs[i] = func(ctx context.Context) error {
				_, repeat, err := w.AskChange(ctx, program, in)
				repeats <- repeat
				return err
			}
		}
		for _, err := range together(t.Context(), fs...) {
			if err != nil {
				t.Error(err)
			}
		}
		counts := map[registry.Repeat]int{}
		for range fs {
			counts[<-repeats]++
		}
		if diff := cmp.Diff(map[registry.Repeat]int{"": 1, registry.RepeatSame: 7}, counts); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		m.mustHaveDone(t, "change.send", "change:"+string(in.Correlation))
	})
}

func TestWhatStandsInTheWayOfAChange(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		do   func(*testing.T, *modelstest.World, request.Change)
		kind models.Kind
		code models.Code
	}{
		{"its time", func(_ *testing.T, w *modelstest.World, c request.Change) { w.Clock.Set(c.ExpiresAt) }, models.Conflict, models.CodeRequestExpired},
		{"its supplier", func(t *testing.T, w *modelstest.World, c request.Change) {
			if err := w.RemoveChange(t.Context(), program, c.Correlation); err != nil {
				t.Fatal(err)
			}
		}, models.Conflict, models.CodeRequestDecided},
		{"the end of the system user", func(t *testing.T, w *modelstest.World, c request.Change) {
			if err := w.Revoke(t.Context(), w.As(kari, bakeri), c.SystemUser); err != nil {
				t.Fatal(err)
			}
		}, models.Conflict, models.CodeRequestDecided},
		{"another change", func(t *testing.T, w *modelstest.World, c request.Change) {
			approveChange(t, w, changedAgain(t, w, c.SystemUser, wants(nil, []catalog.Item{register})))
		}, models.Conflict, models.CodeRequestChanged},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := modelstest.Open(t)
			c := changed(t, w, "one")
			seen := changeSeen(t, w, c.ID)
			tc.do(t, w, c)
			m := marked(t, w)
			_, err := w.ApproveChange(t.Context(), w.As(kari, bakeri), c.ID, seen)
			mustBe(t, err, tc.kind, tc.code)
			m.mustHaveDoneNothing(t)
		})
	}
}

func TestDeniedChangesAreRecorded(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	c := changed(t, w, "one")
	approveChange(t, w, c)
	back := changedAgain(t, w, c.SystemUser, wants([]catalog.Item{salary}, nil))
	seen := changeSeen(t, w, back.ID)
	for _, tc := range []struct {
		name, action string
		do           func() error
		kind         models.Kind
		code         models.Code
	}{
		{"to approve what he may not", "change.approve", func() error {
			return second(w.ApproveChange(t.Context(), w.As(even, bakeri), back.ID, seen))
		}, models.Forbidden, models.CodeForbidden},
		{"to approve for another organisation", "change.approve", func() error {
			return second(w.ApproveChange(t.Context(), w.As(turid, verft), back.ID, seen))
		}, models.NotFound, models.CodeNotFound},
		{"to reject what he may not", "change.reject", func() error {
			return w.RejectChange(t.Context(), w.As(even, bakeri), back.ID, "nei")
		}, models.Forbidden, models.CodeForbidden},
		{"to ask about another's system user", "change.send", func() error {
			_, _, err := w.AskChange(t.Context(), models.Actor{Kind: models.Organisation, ID: "x", OrgNo: string(loggen)},
				request.Change{Correlation: models.NewID(), SystemUser: c.SystemUser, Unwanted: []catalog.Item{register}})
			return err
		}, models.NotFound, models.CodeNotFound},
		{"to delete another's", "change.withdraw", func() error {
			return w.RemoveChange(t.Context(), models.Actor{Kind: models.Organisation, ID: "x", OrgNo: string(loggen)}, back.Correlation)
		}, models.NotFound, models.CodeNotFound},
	} {
		m := marked(t, w)
		t.Log(tc.name)
		mustBe(t, tc.do(), tc.kind, tc.code)
		m.mustHaveDenied(t, tc.action, tc.code)
	}
}

func TestLapseChanges(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		c := changed(t, w, "one")
		if n, err := w.LapseChanges(t.Context()); n != 0 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		w.Clock.Set(c.ExpiresAt)
		m := marked(t, w)
		if n, err := w.LapseChanges(t.Context()); n != 1 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		m.mustHaveDone(t, string(policy.RequestLapse), "change:"+string(c.ID))
		m = marked(t, w)
		if got, err := w.RenewChange(t.Context(), program, c.Correlation); err != nil || got.Status != request.Pending || !got.ExpiresAt.Equal(c.ExpiresAt.Add(request.Life)) {
			t.Errorf("renewed %+v, %v", got, err)
		}
		m.mustHaveDone(t, string(policy.RequestRenew), "change:"+string(c.ID))
	})
}

func (x failingTx) AddChange(ctx context.Context, c request.Change) (request.Change, error) {
	c, err := x.Tx.AddChange(ctx, c)
	return c, x.f.after(err)
}

func (x failingTx) SaveChange(ctx context.Context, c request.Change) error {
	return x.f.after(x.Tx.SaveChange(ctx, c))
}

func (x failingTx) SaveDelegated(ctx context.Context, u systemuser.SystemUser) error {
	return x.f.after(x.Tx.SaveDelegated(ctx, u))
}

func TestAFaultLeavesNothingOfAChange(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		for name, tc := range map[string]struct {
			writes int
			act    func(*modelstest.World, request.Change) error
		}{
			"ask": {3, func(w *modelstest.World, c request.Change) error {
				_, _, err := w.AskChange(t.Context(), program, request.Change{Correlation: "5f0c7f0e-8f0b-4a8e-9a39-0d3f6d2b1c11", SystemUser: c.SystemUser, Unwanted: c.Unwanted})
				return err
			}},
			"approve": {4, func(w *modelstest.World, c request.Change) error {
				return second(w.ApproveChangeThrough(t.Context(), w.As(kari, bakeri), c.ID, registry.Portal{Issuer: "p"}))
			}},
			"reject": {3, func(w *modelstest.World, c request.Change) error {
				return w.RejectChange(t.Context(), w.As(kari, bakeri), c.ID, "nei")
			}},
			"remove": {3, func(w *modelstest.World, c request.Change) error {
				return w.RemoveChange(t.Context(), program, c.Correlation)
			}},
			"renew": {3, func(w *modelstest.World, c request.Change) error {
				return second(w.RenewChange(t.Context(), program, c.Correlation))
			}},
			"lapse": {3, func(w *modelstest.World, c request.Change) error {
				conf := w.Config
				conf.Now = func() time.Time { return c.ExpiresAt }
				return second(registry.New(conf).LapseChanges(t.Context()))
			}},
		} {
			t.Run(name, func(t *testing.T) {
				f := &failing{}
				w := open(t, func(s registry.Store) registry.Store { f.Store = s; return f })
				c := changed(t, w, "one")
				before := w.Tables(t)
				for n := 1; n <= tc.writes; n++ {
					f.at, f.writes = n, 0
					if err := tc.act(w, c); !errors.Is(err, errDisk) {
						t.Fatalf("with write %d failing: %v", n, err)
					}
					if diff := cmp.Diff(before, w.Tables(t)); diff != "" {
						t.Fatalf("write %d fails and something is left:\n%s", n, diff)
					}
				}
				f.at, f.writes = 0, 0
				if err := tc.act(w, c); err != nil || f.writes != tc.writes {
					t.Errorf("without a fault: %v, %d writes", err, f.writes)
				}
			})
		}
	})
}

func TestAChangeIsShownInItsOrganisationAlone(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	c := changed(t, w, "one")
	_, err := w.ReviewChange(t.Context(), w.As(turid, verft), c.ID)
	mustBe(t, err, models.NotFound, models.CodeNotFound)
	if o, err := w.ChangeCustomer(t.Context(), w.ID(kari), c.ID); o != bakeri || err != nil {
		t.Errorf("%s, %v", o, err)
	}
	_, err = w.ChangeCustomer(t.Context(), w.ID(turid), c.ID)
	mustBe(t, err, models.NotFound, models.CodeNotFound)
	if v, err := w.ReviewChange(t.Context(), w.As(even, bakeri), c.ID); err != nil || v.CanApprove || v.CanReject || len(v.Approvers) == 0 {
		t.Errorf("to who may not answer: %+v, %v", v, err)
	}
}
