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
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
	"github.com/stafett/stafett/rar"
)

func (x failingTx) KeepSystemUser(ctx context.Context, u systemuser.SystemUser) error {
	return x.f.after(x.Tx.KeepSystemUser(ctx, u))
}

// unsure is the actor after a login at too low a level.
func unsure(a models.Actor) models.Actor { a.Level = 2; return a }

// tokens reports whether the bakery's system user "one" is given tokens, by the
// look-up of enrichment, and whether decisions say the same.
func tokens(t *testing.T, w *modelstest.World, id models.ID) bool {
	t.Helper()
	b := binding(t, w, "one")
	over := !b.ValidTo.IsZero() && !w.Clock.Now().Before(b.ValidTo)
	given := b.UserFound && !b.Paused && !over
	if held := may(t, w, id, modelstest.Amelding) || may(t, w, id, modelstest.Register); held != given && !over {
		t.Errorf("enrichment says %v and a decision %v", given, held)
	}
	return given
}

// may asks whether the bakery's system user may write to the resource.
func may(t *testing.T, w *modelstest.World, id models.ID, resource string) bool {
	t.Helper()
	h, err := w.DB.Holds(t.Context(), rar.Question{SystemUser: id, Resource: resource, Action: "write", Party: bakeri})
	if err != nil {
		t.Fatal(err)
	}
	return h.Holds
}

// userOf reads the bakery's system user.
func userOf(t *testing.T, w *modelstest.World, id models.ID) systemuser.SystemUser {
	t.Helper()
	page, err := w.SystemUser(t.Context(), w.As(kari, bakeri), id)
	if err != nil {
		t.Fatal(err)
	}
	return page.SystemUser
}

// From the moment the customer has paused it, it is given no tokens, until the
// customer lets it go on (C9). The log has the act and not the words.
func TestACustomerPausesAndResumes(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		id := w.Approved(t, "one").ID
		subject := "systemuser:" + string(id)
		nilsHere := w.As(nils, bakeri) // he has no package, and need not

		before := marked(t, w)
		if err := w.SuspendSystemUser(t.Context(), unsure(nilsHere), id, "Vi bytter lønnsprogram"); err != nil {
			t.Fatal(err)
		}
		e := before.mustHaveDone(t, "systemuser.suspend", subject)
		if diff := cmp.Diff(audit.Detail{"system": string(modelstest.System().ID), "customer": string(bakeri)}, e.Detail); diff != "" {
			t.Errorf("detail (-want +got):\n%s", diff)
		}
		if event := w.Events(t)[before.events]; !containsAll(event, "systemuser.suspended", string(fjord), string(bakeri)) || containsAny(event, "lønnsprogram") {
			t.Errorf("event %s", event)
		}
		if tokens(t, w, id) {
			t.Error("it is given tokens still")
		}
		u := userOf(t, w, id)
		if u.PauseReason != "Vi bytter lønnsprogram" || !u.CustomerPaused.Equal(w.Clock.Now()) {
			t.Errorf("paused %+v", u)
		}

		w.Clock.Set(w.Clock.Now().Add(time.Hour))
		before = marked(t, w)
		if err := w.SuspendSystemUser(t.Context(), nilsHere, id, "Noe annet"); err != nil {
			t.Error(err)
		}
		before.mustHaveDoneNothing(t)

		mustBe(t, w.UnsuspendSystemUser(t.Context(), unsure(nilsHere), id), models.Forbidden, models.CodeLevelTooLow)
		before.mustHaveDenied(t, "systemuser.unsuspend", models.CodeLevelTooLow)
		before = marked(t, w)
		if err := w.UnsuspendSystemUser(t.Context(), nilsHere, id); err != nil {
			t.Fatal(err)
		}
		before.mustHaveDone(t, "systemuser.unsuspend", subject)
		if u := userOf(t, w, id); !tokens(t, w, id) || u.PauseReason != "" || !u.CustomerPaused.IsZero() {
			t.Errorf("it does not go on: %+v", u)
		}
		before = marked(t, w)
		mustBe(t, w.UnsuspendSystemUser(t.Context(), nilsHere, id), models.Conflict, models.CodeNotPaused)
		mustFault(t, w.SuspendSystemUser(t.Context(), nilsHere, id, ""), "reason required")
		before.mustHaveDoneNothing(t)
	})
}

// What the customer, the supplier and the register stop, each of them lets go on
// alone: with three pauses there are tokens when the last is gone, in any order.
func TestPausesOfThreeStandBesideEachOther(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		id := w.Approved(t, "one").ID
		stops := []func() error{
			func() error { return w.SuspendSystemUser(t.Context(), w.As(kari, bakeri), id, "Ferie") },
			func() error { return second(w.PauseSystemUser(t.Context(), w.As(jonas, fjord), id, "")) },
			func() error { strike(t, w, struckOff); return nil },
		}
		starts := []func() error{
			func() error { return w.UnsuspendSystemUser(t.Context(), w.As(kari, bakeri), id) },
			func() error { return second(w.ResumeSystemUser(t.Context(), w.As(jonas, fjord), id, "")) },
			func() error { strike(t, w, standing); return nil },
		}
		for _, order := range [][]int{{0, 1, 2}, {1, 2, 0}, {2, 0, 1}} {
			for i := range order {
				if err := stops[order[(i+1)%3]](); err != nil {
					t.Fatal(err)
				}
			}
			d, err := w.Diagnose(t.Context(), fjordsProgram, registry.Doubt{Client: modelstest.System().Clients[0], Customer: bakeri, ExternalRef: "one"})
			if err != nil {
				t.Fatal(err)
			}
			by := map[string]string{}
			for _, f := range d.Findings {
				if f.Cause == registry.CausePaused {
					by[f.By] = f.Reason
				}
			}
			if diff := cmp.Diff(map[string]string{"struck_off": "", "supplier": "", "customer": "Ferie"}, by); diff != "" {
				t.Errorf("the supplier is told (-want +got):\n%s", diff)
			}
			for i, which := range order {
				if tokens(t, w, id) {
					t.Errorf("%v: there are tokens with %d pauses left", order, 3-i)
				}
				if err := starts[which](); err != nil {
					t.Fatal(err)
				}
			}
			if !tokens(t, w, id) {
				t.Errorf("%v: there are no tokens with no pause left", order)
			}
		}
	})
}

// An earlier end asks for no more than revoking does; a later one is a grant.
func TestWhoMovesAnEnd(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		id := w.Approved(t, "one").ID
		subject := "systemuser:" + string(id)
		soon, late := w.Clock.Now().Add(24*time.Hour), w.Clock.Now().Add(48*time.Hour)
		set := func(a models.Actor, at time.Time) error {
			return w.SetSystemUserEnd(t.Context(), a, id, at, userOf(t, w, id).Version)
		}
		must := func(action string, want audit.Detail, a models.Actor, at time.Time) {
			t.Helper()
			before := marked(t, w)
			if err := set(a, at); err != nil {
				t.Fatalf("%s: %v", action, err)
			}
			e := before.mustHaveDone(t, action, subject)
			want["system"], want["customer"] = string(modelstest.System().ID), string(bakeri)
			if diff := cmp.Diff(want, e.Detail); diff != "" {
				t.Errorf("%s (-want +got):\n%s", action, diff)
			}
			if got := userOf(t, w, id).ValidTo; !got.Equal(at) {
				t.Errorf("it ends %v, want %v", got, at)
			}
		}
		lateSaid, soonSaid := late.Format(time.RFC3339), soon.Format(time.RFC3339)
		must("systemuser.limit", audit.Detail{"from": "", "to": lateSaid}, unsure(w.As(nils, bakeri)), late)
		must("systemuser.limit", audit.Detail{"from": lateSaid, "to": soonSaid}, unsure(w.As(nils, bakeri)), soon)

		before := marked(t, w)
		if err := set(w.As(nils, bakeri), soon); err != nil {
			t.Error(err)
		}
		mustFault(t, set(w.As(nils, bakeri), w.Clock.Now()), "until until.past")
		mustBe(t, w.SetSystemUserEnd(t.Context(), w.As(kari, bakeri), id, late, userOf(t, w, id).Version-1), models.Conflict, models.CodeConflict)
		before.mustHaveDoneNothing(t)

		mustBe(t, set(unsure(w.As(kari, bakeri)), late), models.Forbidden, models.CodeLevelTooLow)
		before.mustHaveDenied(t, "systemuser.prolong", models.CodeLevelTooLow)
		before = marked(t, w)
		err := set(w.As(nils, bakeri), late) // he has no power over pay
		mustBe(t, err, models.Forbidden, models.CodeRequestNotGranted)
		if no, ok := errors.AsType[*registry.NotGrantedError](err); !ok || len(no.Verdicts) != 1 || no.Verdicts[0].Item.Ref != modelstest.Salary {
			t.Errorf("refused %v", err)
		}
		before.mustHaveDenied(t, "systemuser.prolong", models.CodeRequestNotGranted)

		must("systemuser.prolong", audit.Detail{"from": soonSaid, "to": lateSaid}, w.As(kari, bakeri), late)
		must("systemuser.prolong", audit.Detail{"from": lateSaid, "to": ""}, w.As(ola, bakeri), time.Time{})
		must("systemuser.limit", audit.Detail{"from": "", "to": soonSaid}, w.As(ola, bakeri), soon)

		if !tokens(t, w, id) {
			t.Error("it ends before its time")
		}
		w.Clock.Set(soon)
		if tokens(t, w, id) {
			t.Error("it is given tokens after its time")
		}
		before = marked(t, w)
		mustBe(t, set(w.As(kari, bakeri), late), models.Conflict, models.CodeUserRevoked)
		before.mustHaveDoneNothing(t)
	})
}

// What its system asks for no more, it would hold again if it did: nobody gives
// that for longer either, who may not give it.
func TestALaterEndIsOfAllThatWasGiven(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	id := w.Approved(t, "one").ID
	soon, late := w.Clock.Now().Add(24*time.Hour), w.Clock.Now().Add(48*time.Hour)
	if err := w.SetSystemUserEnd(t.Context(), w.As(kari, bakeri), id, soon, 1); err != nil {
		t.Fatal(err)
	}
	shrink := func(s *system.System) models.Faults {
		s.Asks = slices.DeleteFunc(slices.Clone(s.Asks), func(ask system.Ask) bool { return ask.Item == salary })
		return nil
	}
	if _, err := w.UpdateSystem(t.Context(), w.As(jonas, fjord), modelstest.System().ID, registry.SystemEdit{Type: system.Updated, Edit: shrink}); err != nil {
		t.Fatal(err)
	}
	before := marked(t, w)
	mustBe(t, w.SetSystemUserEnd(t.Context(), w.As(nils, bakeri), id, late, userOf(t, w, id).Version), models.Forbidden, models.CodeRequestNotGranted)
	before.mustHaveDenied(t, "systemuser.prolong", models.CodeRequestNotGranted)
	if page, err := w.SystemUser(t.Context(), w.As(nils, bakeri), id); err != nil || len(page.Care.Lacking) != 1 || page.Care.Lacking[0].Item != salary {
		t.Errorf("he is told that he lacks %+v, %v", page.Care.Lacking, err)
	}
	if err := w.SetSystemUserEnd(t.Context(), w.As(kari, bakeri), id, late, userOf(t, w, id).Version); err != nil {
		t.Errorf("who may give it all: %v", err)
	}
}

// What is taken is gone at once and what is left stays, and the one before whom
// another has done it is told (C10).
func TestACustomerTakesOneRight(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		id := w.Approved(t, "one").ID
		all := modelstest.System().Asked()
		pay, register := all[:1], all[1:]
		look := func(who modelstest.Name) registry.NarrowPreview {
			t.Helper()
			p, err := w.NarrowPreview(t.Context(), w.As(who, bakeri), id, pay)
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		p := look(kari)
		if len(p.Gone) != 1 || p.Gone[0].Resource.ID != modelstest.Amelding || len(p.Stay) != 0 || len(p.Kept) != 1 || p.Clients != 0 {
			t.Errorf("preview %+v", p)
		}
		before := marked(t, w)
		mustBe(t, w.NarrowSystemUser(t.Context(), w.As(kari, bakeri), id, pay, "seen another"), models.Conflict, models.CodeConflict)
		mustBe(t, w.NarrowSystemUser(t.Context(), w.As(kari, bakeri), id, register, p.Seen), models.Conflict, models.CodeConflict)
		mustFault(t, w.NarrowSystemUser(t.Context(), w.As(kari, bakeri), id, all, p.Seen), "items items.last")
		mustFault(t, w.NarrowSystemUser(t.Context(), w.As(kari, bakeri), id, nil, p.Seen), "items items.none")
		mustFault(t, second(w.NarrowPreview(t.Context(), w.As(kari, bakeri), id, all)), "items items.last")
		before.mustHaveDoneNothing(t)

		if err := w.NarrowSystemUser(t.Context(), unsure(w.As(nils, bakeri)), id, pay, p.Seen); err != nil {
			t.Fatal(err)
		}
		e := before.mustHaveDone(t, "systemuser.narrow", "systemuser:"+string(id))
		if e.Detail["removed"] != modelstest.Salary || e.Detail["seen"] != p.Seen {
			t.Errorf("recorded %v", e.Detail)
		}
		if may(t, w, id, modelstest.Amelding) || !may(t, w, id, modelstest.Register) || !tokens(t, w, id) {
			t.Error("a decision does not go by it")
		}
		page, err := w.SystemUser(t.Context(), w.As(kari, bakeri), id)
		if err != nil {
			t.Fatal(err)
		}
		if last := page.History[len(page.History)-1]; len(last.Removed) != 1 || last.Removed[0].Item != pay[0] {
			t.Errorf("the history says %+v", last)
		}
		before = marked(t, w)
		mustBe(t, w.NarrowSystemUser(t.Context(), w.As(kari, bakeri), id, pay, p.Seen), models.Conflict, models.CodeConflict)
		mustFault(t, second(w.NarrowPreview(t.Context(), w.As(kari, bakeri), id, pay)), "items items.not_held")
		mustFault(t, second(w.NarrowPreview(t.Context(), w.As(kari, bakeri), id, register)), "items items.last")
		before.mustHaveDoneNothing(t)

		if err := w.Revoke(t.Context(), w.As(kari, bakeri), id); err != nil {
			t.Fatal(err)
		}
		mustBe(t, w.NarrowSystemUser(t.Context(), w.As(kari, bakeri), id, register, ""), models.Conflict, models.CodeUserRevoked)
	})
}

// The preview follows the data: what the catalogue says meanwhile is not what was seen.
func TestTakingIsOfWhatWasSeen(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	id := w.Approved(t, "one").ID
	pay := modelstest.System().Asked()[:1]
	p, err := w.NarrowPreview(t.Context(), w.As(kari, bakeri), id, pay)
	if err != nil {
		t.Fatal(err)
	}
	brings(t, w, exchange.Resources, catalog.Resource{ID: "bank", Title: models.Text{NB: "Bank"}, Packages: []string{modelstest.Salary}})
	before := marked(t, w)
	mustBe(t, w.NarrowSystemUser(t.Context(), w.As(kari, bakeri), id, pay, p.Seen), models.Conflict, models.CodeConflict)
	before.mustHaveDoneNothing(t)
}

// A service that something else gives too stays, and one of which something else
// gives a part goes, with what is left of it; what the system asks for no more
// takes nothing along.
func TestWhatIsLostWithARight(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	brings(t, w, exchange.AccessPackages, catalog.Package{URN: "urn:altinn:accesspackage:all", Name: models.Text{NB: "Alt", NN: "Alt", EN: "All"}, Delegable: true, Assignable: true})
	brings(t, w, exchange.Resources, catalog.Resource{
		ID: modelstest.Amelding, Title: models.Text{NB: "A-melding"}, Actions: []string{"read", "write"}, Packages: []string{modelstest.Salary, "urn:altinn:accesspackage:all"},
	})
	salary, whole := catalog.PackageOf(modelstest.Salary), catalog.PackageOf("urn:altinn:accesspackage:all")
	read, write := catalog.Right(modelstest.Amelding, "read"), catalog.Right(modelstest.Amelding, "write")
	in := modelstest.System()
	in.ID, in.Clients, in.Asks = system.ID(fjord)+"_mer", nil, nil
	for _, item := range []catalog.Item{salary, whole, read} {
		in.Asks = append(in.Asks, system.Ask{Item: item, Purpose: in.Name})
	}
	if _, err := w.RegisterSystem(t.Context(), w.As(jonas, fjord), in); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		holds, loses []catalog.Item
		want         string
	}{
		"a package of two":                {[]catalog.Item{salary, whole}, []catalog.Item{salary}, "stays skd-amelding by urn:altinn:accesspackage:all. "},
		"both of three":                   {[]catalog.Item{salary, whole, read}, []catalog.Item{salary, whole}, "goes skd-amelding by skd-amelding#read. "},
		"a right that the package gives":  {[]catalog.Item{salary, read}, []catalog.Item{read}, "stays skd-amelding#read by urn:altinn:accesspackage:lonn. "},
		"a right that is not asked for":   {[]catalog.Item{salary, write}, []catalog.Item{write}, ""},
		"what only such a right would do": {[]catalog.Item{salary, write}, []catalog.Item{salary}, "goes skd-amelding by . "},
	} {
		u := systemuser.SystemUser{
			ID: models.NewID(), Kind: systemuser.Standard, System: in.ID, Customer: bakeri, ExternalRef: name, Title: "Mer", Status: systemuser.Active,
			Delegated: tc.holds, ApprovedBy: w.ID(kari), CreatedAt: w.Clock.Now(),
		}
		if err := w.DB.Write(t.Context(), func(tx registry.Tx) error { return tx.AddSystemUser(t.Context(), u) }); err != nil {
			t.Fatal(err)
		}
		p, err := w.NarrowPreview(t.Context(), w.As(kari, bakeri), u.ID, tc.loses)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for what, list := range map[string][]registry.Service{"goes": p.Gone, "stays": p.Stay} {
			for _, one := range list {
				by := ""
				for _, asked := range one.By {
					by += asked.Item.String()
				}
				got += what + " " + catalog.Right(one.Resource.ID, one.Action).String() + " by " + by + ". "
			}
		}
		if got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

// An agent's preview says how many clients it is about.
func TestTakingFromAnAgentCountsItsClients(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	id := attached(t, w)
	w.Exec(t, "INSERT INTO delegation (system_user_id, position, kind, ref, action) VALUES (?, 1, 'package', ?, '')", string(id), modelstest.Tax)
	p, err := w.NarrowPreview(t.Context(), w.As(turid, verft), id, []catalog.Item{catalog.PackageOf(modelstest.Salary)})
	if err != nil || p.Clients != 1 || len(p.Gone) != 1 {
		t.Fatalf("%+v, %v", p, err)
	}
	if err := w.NarrowSystemUser(t.Context(), w.As(turid, verft), id, []catalog.Item{catalog.PackageOf(modelstest.Salary)}, p.Seen); err != nil || serves(t, w, id, bakeri) {
		t.Errorf("it serves its client still, %v", err)
	}
}

// Who has no authority does none of it, and it is recorded; to who has no tie it
// is not there.
func TestWhoMayNotKeepASystemUser(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	id := w.Approved(t, "one").ID
	pay := modelstest.System().Asked()[:1]
	for action, act := range map[string]func(models.Actor) error{
		"systemuser.suspend":   func(a models.Actor) error { return w.SuspendSystemUser(t.Context(), a, id, "x") },
		"systemuser.unsuspend": func(a models.Actor) error { return w.UnsuspendSystemUser(t.Context(), a, id) },
		"systemuser.limit": func(a models.Actor) error {
			return w.SetSystemUserEnd(t.Context(), a, id, w.Clock.Now().Add(time.Hour), 1)
		},
		"systemuser.narrow": func(a models.Actor) error { return w.NarrowSystemUser(t.Context(), a, id, pay, "") },
	} {
		for who, want := range map[models.Actor]models.Code{
			w.As(even, bakeri): models.CodeForbidden, w.As(siri, bakeri): models.CodeNotFound, w.As(turid, verft): models.CodeNotFound, w.As(jonas, fjord): models.CodeForbidden,
		} {
			before := marked(t, w)
			err := act(who)
			if models.CodeOf(err) != want {
				t.Errorf("%s by %s: %v, want %s", action, who.OrgNo, err, want)
			}
			before.mustHaveDenied(t, action, want)
		}
	}
}

// Two press at once: of pauses, resumes, revocations and takings each is done
// once, and whatever is done is in the log once.
func TestTwoKeepASystemUserAtOnce(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		pay := modelstest.System().Asked()[:1]
		for i, ref := range []string{"one", "two", "three"} {
			id := w.Approved(t, ref).ID
			subject := "systemuser:" + string(id)
			k, o := w.As(kari, bakeri), w.As(ola, bakeri)
			each := func(act func(context.Context, models.Actor) error) []error {
				fs := []func(context.Context) error{
					func(ctx context.Context) error { return act(ctx, k) }, func(ctx context.Context) error { return act(ctx, o) },
				}
				if i%2 == 1 {
					slices.Reverse(fs)
				}
				return together(t.Context(), fs...)
			}
			before := marked(t, w)
			if n := winners(each(func(ctx context.Context, a models.Actor) error { return w.SuspendSystemUser(ctx, a, id, "Stopp") })); n != 2 {
				t.Errorf("%d of two have it paused", n)
			}
			before.mustHaveDone(t, "systemuser.suspend", subject)
			before = marked(t, w)
			mustHaveOneWinner(t, each(func(ctx context.Context, a models.Actor) error { return w.UnsuspendSystemUser(ctx, a, id) }))
			before.mustHaveDone(t, "systemuser.unsuspend", subject)
			before = marked(t, w)
			version := userOf(t, w, id).Version
			mustHaveOneWinner(t, each(func(ctx context.Context, a models.Actor) error {
				days := map[string]time.Duration{k.ID: 24 * time.Hour, o.ID: 48 * time.Hour}
				return w.SetSystemUserEnd(ctx, a, id, w.Clock.Now().Add(days[a.ID]), version)
			}))
			before.mustHaveDone(t, "systemuser.limit", subject)
			p, err := w.NarrowPreview(t.Context(), k, id, pay)
			if err != nil {
				t.Fatal(err)
			}
			before = marked(t, w)
			mustHaveOneWinner(t, each(func(ctx context.Context, a models.Actor) error { return w.NarrowSystemUser(ctx, a, id, pay, p.Seen) }))
			before.mustHaveDone(t, "systemuser.narrow", subject)

			// Of a pause and a revocation the end stands, whichever was first.
			before = marked(t, w)
			errs := together(t.Context(),
				func(ctx context.Context) error { return w.SuspendSystemUser(ctx, k, id, "Stopp") },
				func(ctx context.Context) error { return w.Revoke(ctx, o, id) })
			if errs[1] != nil || errs[0] != nil && models.CodeOf(errs[0]) != models.CodeUserRevoked {
				t.Errorf("they are told %v", errs)
			}
			if n := len(before.since(t)); n != winners(errs) {
				t.Errorf("%d entries for %v", n, errs)
			}
			if may(t, w, id, modelstest.Register) {
				t.Error("it may still do something")
			}
		}
		mustVerify(t, w)
	})
}

func TestAFaultLeavesNothingOfACustomersActs(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		type world = *modelstest.World
		pay := modelstest.System().Asked()[:1]
		for name, set := range map[string]func(*testing.T, world, models.ID) func() error{
			"pause": func(t *testing.T, w world, id models.ID) func() error {
				return func() error { return w.SuspendSystemUser(t.Context(), w.As(kari, bakeri), id, "Ferie") }
			},
			"resume": func(t *testing.T, w world, id models.ID) func() error {
				if err := w.SuspendSystemUser(t.Context(), w.As(kari, bakeri), id, "Ferie"); err != nil {
					t.Fatal(err)
				}
				return func() error { return w.UnsuspendSystemUser(t.Context(), w.As(kari, bakeri), id) }
			},
			"limit": func(t *testing.T, w world, id models.ID) func() error {
				return func() error {
					return w.SetSystemUserEnd(t.Context(), w.As(kari, bakeri), id, w.Clock.Now().Add(time.Hour), 1)
				}
			},
			"narrow": func(t *testing.T, w world, id models.ID) func() error {
				p, err := w.NarrowPreview(t.Context(), w.As(kari, bakeri), id, pay)
				if err != nil {
					t.Fatal(err)
				}
				return func() error { return w.NarrowSystemUser(t.Context(), w.As(kari, bakeri), id, pay, p.Seen) }
			},
		} {
			t.Run(name, func(t *testing.T) {
				f := &failing{}
				w := open(t, func(s registry.Store) registry.Store { f.Store = s; return f })
				act := set(t, w, w.Approved(t, "one").ID)
				before := w.Tables(t)
				for n := 1; n <= 3; n++ {
					f.at, f.writes = n, 0
					if err := act(); !errors.Is(err, errDisk) {
						t.Fatalf("with write %d failing: %v", n, err)
					}
					if diff := cmp.Diff(before, w.Tables(t)); diff != "" {
						t.Fatalf("write %d fails and something is left:\n%s", n, diff)
					}
				}
				f.at, f.writes = 0, 0
				if err := act(); err != nil || f.writes != 3 {
					t.Errorf("without a fault: %v, %d writes", err, f.writes)
				}
			})
		}
	})
}
