package registry_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/registry"
)

const mainAdministrator = catalog.PackagePrefix + "hovedadministrator"

// staffed is a world whose bakery has, besides its director Kari, its access
// manager Nils and its accountant Even, a main administrator Hedda by the
// register and a viewer Jonas by invitation. Turid and Siri are outsiders.
func staffed(t *testing.T, w *modelstest.World) *modelstest.World {
	t.Helper()
	const mainRole = "urn:altinn:role:hovedadministrator"
	for kind, rows := range map[exchange.Kind][]any{
		exchange.AccessPackages: {catalog.Package{
			URN: mainAdministrator, Name: models.Text{NB: "Hovedadministrator", NN: "Hovudadministrator", EN: "Main administrator"}, Assignable: true,
		}},
		exchange.Roles: {catalog.Role{URN: mainRole}},
	} {
		mustImport(t, w, kind, rows...)
	}
	mustImport(t, w, exchange.RolePackages,
		catalog.RolePackage{RoleURN: modelstest.Director, PackageURN: mainAdministrator, CanDelegate: true, HasAccess: true},
		catalog.RolePackage{RoleURN: mainRole, PackageURN: modelstest.Manager, CanDelegate: true},
		catalog.RolePackage{RoleURN: mainRole, PackageURN: modelstest.Salary, CanDelegate: true},
	)
	mustImport(t, w, exchange.People, exchange.Person{PID: modelstest.PID(hedda), OrgNo: bakeri, URN: mainAdministrator})
	joins(t, w, jonas, policy.Viewer)
	return w
}

func mustImport(t *testing.T, w *modelstest.World, kind exchange.Kind, rows ...any) {
	t.Helper()
	report, err := w.Import(t.Context(), modelstest.Operator, kind, party.SourceImport, modelstest.Rows(rows...))
	if err != nil || len(report.Refused) > 0 {
		t.Fatal(report, report.Refused, err)
	}
}

// joins has Kari invite the person to the bakery, and him accept.
func joins(t *testing.T, w *modelstest.World, who modelstest.Name, urn string) party.Holding {
	t.Helper()
	_, secret, err := w.Invite(t.Context(), w.As(kari, bakeri), registry.Invite{URN: urn})
	if err != nil {
		t.Fatal(err)
	}
	h, err := w.AcceptInvitation(t.Context(), w.As(who, ""), secret)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// strikeOff says that the bakery has been struck off its register.
func strikeOff(t *testing.T, w *modelstest.World) {
	t.Helper()
	w.Exec(t, "UPDATE organisation SET struck_off_at = 1 WHERE org_no = '366209808'")
}

// TestWhoMayGiveAndInviteToWhat: the same for giving to a colleague and for
// inviting somebody. y is yes, n Forbidden, ? Invalid, - NotFound, s struck off.
func TestWhoMayGiveAndInviteToWhat(t *testing.T) {
	t.Parallel()
	urns := []string{
		policy.Viewer, policy.SystemAdministrator, modelstest.Manager, mainAdministrator, modelstest.Salary, modelstest.Tax,
		modelstest.Director, catalog.PackagePrefix + "ukjent",
	}
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := staffed(t, open(t))
		must := func(t *testing.T, err error, want string) {
			t.Helper()
			switch want {
			case "y":
				if err != nil {
					t.Error(err)
				}
			case "n":
				mustBe(t, err, models.Forbidden, models.CodeForbidden)
			case "?":
				mustFault(t, err, "urn catalogue.unknown")
			case "-":
				mustBe(t, err, models.NotFound, models.CodeNotFound)
			case "s":
				mustBe(t, err, models.Conflict, models.CodeStruckOff)
			}
		}
		try := func(t *testing.T, a models.Actor, urn, want string) {
			t.Helper()
			before := marked(t, w)
			h, err := w.Give(t.Context(), a, w.ID(even), urn, time.Time{})
			if must(t, err, want); err == nil {
				e := before.mustHaveDone(t, "member.give", "holding:"+string(h.ID))
				if diff := cmp.Diff(map[string]string{"urn": urn, "source": "given"}, map[string]string(e.Detail)); diff != "" {
					t.Errorf("the entry says (-want +got):\n%s", diff)
				}
				if err := w.End(t.Context(), w.As(hedda, bakeri), h.ID); err != nil {
					t.Error(err)
				}
			}
			if want == "n" || want == "-" {
				before.mustHaveDenied(t, "member.give", models.CodeOf(err))
			}
			before = marked(t, w)
			i, secret, err := w.Invite(t.Context(), a, registry.Invite{URN: urn})
			if must(t, err, want); err == nil {
				before.mustHaveDone(t, "invitation.send", "invitation:"+string(i.ID))
			} else if secret != "" || i.ID != "" {
				t.Error("what was refused made an invitation")
			}
			if want == "n" || want == "-" {
				before.mustHaveDenied(t, "invitation.send", models.CodeOf(err))
			}
		}
		for _, row := range []struct {
			who  modelstest.Name
			want string
		}{
			{kari, "yyyyynn?"}, // director
			{hedda, "yyynynn?"},
			{nils, "yyynnnn?"}, // access manager
			{ola, "yyynynn?"},  // chair, whom this matrix makes no main administrator
			{jonas, "nnnnnnnn"},
			{even, "nnnnnnnn"},
			{turid, "--------"},
			{siri, "--------"},
		} {
			for n, urn := range urns {
				t.Run(fmt.Sprint(row.who, " ", urn), func(t *testing.T) { try(t, w.As(row.who, bakeri), urn, row.want[n:n+1]) })
			}
		}
		low := w.As(kari, bakeri)
		low.Level = 2
		_, err := w.Give(t.Context(), low, w.ID(even), policy.Viewer, time.Time{})
		mustBe(t, err, models.Forbidden, models.CodeLevelTooLow)
		_, _, err = w.Invite(t.Context(), low, registry.Invite{URN: policy.Viewer})
		mustBe(t, err, models.Forbidden, models.CodeLevelTooLow)
		operator := modelstest.Operator
		operator.OrgNo = string(bakeri)
		_, _, err = w.Invite(t.Context(), operator, registry.Invite{URN: policy.Viewer}) // his way is another
		mustBe(t, err, models.Forbidden, models.CodeForbidden)
		strikeOff(t, w)
		for n, urn := range urns {
			try(t, w.As(kari, bakeri), urn, "ssssssss"[n:n+1])
		}
	})
}

// A colleague is given something once, from now on, until a time to come.
func TestGive(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := staffed(t, open(t))
		ctx, boss := t.Context(), w.As(kari, bakeri)
		until := modelstest.Noon.Add(time.Hour + 300*time.Microsecond)
		h, err := w.Give(ctx, boss, w.ID(even), modelstest.Manager, until)
		if err != nil {
			t.Fatal(err)
		}
		want := party.Holding{
			ID: h.ID, Person: w.ID(even), OrgNo: bakeri, URN: modelstest.Manager, Source: "given", From: modelstest.Noon,
			Until: modelstest.Noon.Add(time.Hour), GivenBy: w.ID(kari),
		}
		if diff := cmp.Diff(want, h); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		before := marked(t, w)
		_, err = w.Give(ctx, boss, w.ID(even), modelstest.Manager, time.Time{})
		mustFault(t, err, "urn duplicate")
		for _, past := range []time.Time{modelstest.Noon, modelstest.Noon.Add(-time.Millisecond), time.UnixMilli(0)} {
			_, err = w.Give(ctx, boss, w.ID(jonas), modelstest.Manager, past)
			mustFault(t, err, "until until.past")
		}
		before.mustHaveDoneNothing(t)
		for _, stranger := range []models.ID{w.ID(turid), models.NewID(), "", "x"} {
			before := marked(t, w)
			_, err = w.Give(ctx, boss, stranger, policy.Viewer, time.Time{})
			mustBe(t, err, models.NotFound, models.CodeNotFound)
			before.mustHaveDenied(t, "member.give", models.CodeNotFound)
		}

		// It counts at once, and no longer than it was given for.
		if _, _, err := w.Invite(ctx, w.As(even, bakeri), registry.Invite{URN: policy.Viewer}); err != nil {
			t.Error(err)
		}
		w.Clock.Set(h.Until.Add(-time.Millisecond))
		if _, _, err := w.Invite(ctx, w.As(even, bakeri), registry.Invite{URN: policy.Viewer}); err != nil {
			t.Error(err)
		}
		w.Clock.Set(h.Until)
		_, _, err = w.Invite(ctx, w.As(even, bakeri), registry.Invite{URN: policy.Viewer})
		mustBe(t, err, models.Forbidden, models.CodeForbidden)
		mustBe(t, w.End(ctx, boss, h.ID), models.Conflict, models.CodeConflict)
		if _, err := w.Give(ctx, boss, w.ID(even), modelstest.Manager, time.Time{}); err != nil {
			t.Error("once it has run out it can be given again:", err)
		}
	})
}

// Who ends what, and what nobody ends by hand. Ending needs no fresh login.
func TestEnd(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := staffed(t, open(t))
		ctx := t.Context()
		sleepy := func(who modelstest.Name) models.Actor {
			a := w.As(who, bakeri)
			a.Level, a.AuthTime = 0, time.Time{}
			return a
		}
		given := func(urn string) models.ID {
			t.Helper()
			h, err := w.Give(ctx, w.As(kari, bakeri), w.ID(even), urn, time.Time{})
			if err != nil {
				t.Fatal(err)
			}
			return h.ID
		}
		viewer, admin := given(policy.Viewer), given(mainAdministrator)
		director := holdingOf(t, w, kari, modelstest.Director)
		for _, tc := range []struct {
			who     modelstest.Name
			holding models.ID
			kind    models.Kind
			code    models.Code
		}{
			{jonas, viewer, models.Forbidden, models.CodeForbidden},
			{turid, viewer, models.NotFound, models.CodeNotFound},
			{siri, viewer, models.NotFound, models.CodeNotFound},
			{nils, admin, models.Forbidden, models.CodeForbidden},
			{nils, models.NewID(), models.NotFound, models.CodeNotFound},
			{nils, holdingOf(t, w, turid, modelstest.Director), models.NotFound, models.CodeNotFound},
		} {
			before := marked(t, w)
			err := w.End(ctx, sleepy(tc.who), tc.holding)
			mustBe(t, err, tc.kind, tc.code)
			before.mustHaveDenied(t, "member.end", tc.code)
		}
		before := marked(t, w)
		mustBe(t, w.End(ctx, sleepy(hedda), director), models.Conflict, models.CodeHoldingFixed)
		before.mustHaveDoneNothing(t)

		strikeOff(t, w) // no reason to keep what somebody has
		before = marked(t, w)
		if err := w.End(ctx, sleepy(nils), viewer); err != nil {
			t.Fatal(err)
		}
		before.mustHaveDone(t, "member.end", "holding:"+string(viewer))
		mustBe(t, w.End(ctx, sleepy(nils), viewer), models.Conflict, models.CodeConflict)
		if err := w.End(ctx, sleepy(hedda), admin); err != nil {
			t.Fatal(err)
		}
	})
}

// holdingOf finds a holding of the person anywhere.
func holdingOf(t *testing.T, w *modelstest.World, who modelstest.Name, urn string) models.ID {
	t.Helper()
	var found models.ID
	err := w.DB.Read(t.Context(), func(tx registry.Reader) error {
		hs, err := tx.HoldingsOf(t.Context(), w.ID(who), w.Clock.Now())
		for _, h := range hs {
			if h.URN == urn {
				found = h.ID
			}
		}
		return err
	})
	if err != nil || found == "" {
		t.Fatalf("%s does not hold %s: %v", who, urn, err)
	}
	return found
}

// The last one who administers access stays one, unless somebody does by a
// register: else nobody could give the power again.
func TestTheLastAdministratorStays(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := staffed(t, open(t))
		ctx := t.Context()
		mine := joins(t, w, siri, modelstest.Manager)
		if err := w.End(ctx, w.As(siri, bakeri), mine.ID); err != nil {
			t.Error("the register has other administrators:", err)
		}
		mine = joins(t, w, siri, modelstest.Manager)
		second, err := w.Give(ctx, w.As(siri, bakeri), w.ID(even), modelstest.Manager, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		viewer, err := w.Give(ctx, w.As(even, bakeri), w.ID(siri), policy.Viewer, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		w.Exec(t, "UPDATE holding SET ended_at = from_at WHERE org_no = '366209808' AND source IN ('test', 'import')") // all leave
		if err := w.End(ctx, w.As(siri, bakeri), second.ID); err != nil {
			t.Fatal("one of two:", err)
		}
		m, err := w.Member(ctx, w.As(siri, bakeri), w.ID(siri))
		if err != nil || len(m.Holds) != 2 || m.Holds[0].Barred != models.CodeHoldingLast || m.Holds[1].Barred != "" {
			t.Errorf("the page says %+v, %v; want the power barred as the last one", m.Holds, err)
		}
		before := marked(t, w)
		mustBe(t, w.End(ctx, w.As(siri, bakeri), mine.ID), models.Conflict, models.CodeHoldingLast)
		before.mustHaveDoneNothing(t)
		if err := w.End(ctx, w.As(siri, bakeri), viewer.ID); err != nil {
			t.Error("what does not administer access:", err)
		}
	})
}

// Members are listed with what each holds, from where and by whom, for whoever
// belongs there; what the reader may do is in the answer.
func TestMembers(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := staffed(t, open(t))
		ctx := t.Context()
		w.Clock.Set(modelstest.Noon.Add(-400 * 24 * time.Hour))
		w.Exec(t, "UPDATE holding SET from_at = from_at - 40000000000")
		old, err := w.Give(ctx, w.As(kari, bakeri), w.ID(ola), policy.Viewer, w.Clock.Now().Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		w.Clock.Set(modelstest.Noon)
		out, err := w.Give(ctx, w.As(kari, bakeri), w.ID(ola), policy.Viewer, modelstest.Noon.Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		tax := exchange.Person{PID: modelstest.PID(nils), OrgNo: bakeri, URN: modelstest.Tax}
		mustImport(t, w, exchange.People, tax)
		w.Clock.Set(modelstest.Noon.Add(2 * time.Hour))

		describe := func(hs []registry.Held) string {
			var words []string
			for _, h := range hs {
				word := h.Name.EN + " of " + h.Person.Name + " from " + h.Holding.Source
				if h.By.ID != "" {
					word += " by " + h.By.Name
				}
				if h.Barred != "" {
					word += " (" + string(h.Barred) + ")"
				}
				words = append(words, word)
			}
			return strings.Join(words, ", ")
		}
		list := func(who modelstest.Name) (registry.Members, []string) {
			m, err := w.Members(ctx, w.As(who, bakeri))
			if err != nil {
				t.Fatal(err)
			}
			var lines []string
			for _, p := range m.People {
				line := describe(p.Holds)
				if p.Manager {
					line += " *"
				}
				if p.Reader {
					line += " (reader)"
				}
				lines = append(lines, line)
			}
			return m, lines
		}
		m, lines := list(kari)
		want := []string{
			"Main administrator of Hedda from import (holding.fixed) *",
			"Access manager of Nils from test (holding.fixed), Tax of Nils from import (holding.fixed) *",
			"Managing director of Kari from test (holding.fixed) * (reader)",
			"Chair of the board of Ola from test (holding.fixed) *",
			"Accountant of Even from test (holding.fixed)",
			"Viewer of Jonas from invitation by Kari",
		}
		slices.Sort(want[:4]) // those who administer access have an order of their own
		slices.Sort(lines[:4])
		if diff := cmp.Diff(want, lines); diff != "" {
			t.Errorf("Kari sees (-want +got):\n%s", diff)
		}
		if got := describe(m.Past); got != "Viewer of Ola from given by Kari" || !m.Past[0].End.Equal(out.Until) {
			t.Errorf("the past year: %s, until %v", got, m.Past)
		}
		if m.Organisation.OrgNo != bakeri || m.Giving.Barred != "" {
			t.Errorf("%+v", m)
		}
		_, lines = list(jonas)
		if got := lines[len(lines)-1]; got != "Viewer of Jonas from invitation by Kari (forbidden) (reader)" {
			t.Errorf("a viewer sees himself as %s", got)
		}
		for _, outsider := range []modelstest.Name{turid, siri} {
			_, err := w.Members(ctx, w.As(outsider, bakeri))
			mustBe(t, err, models.NotFound, models.CodeNotFound)
			_, err = w.Member(ctx, w.As(outsider, bakeri), w.ID(kari))
			mustBe(t, err, models.NotFound, models.CodeNotFound)
		}

		one, err := w.Member(ctx, w.As(nils, bakeri), w.ID(ola))
		if err != nil || one.Person.Name != "Ola" || !one.Manager || one.Reader ||
			describe(one.Holds) != "Chair of the board of Ola from test (holding.fixed)" ||
			len(one.Past) != 2 || one.Past[0].Holding.ID != out.ID || one.Past[1].Holding.ID != old.ID {
			t.Errorf("one member: %+v, %v", one, err)
		}
		for _, stranger := range []models.ID{w.ID(turid), models.NewID(), ""} {
			_, err := w.Member(ctx, w.As(kari, bakeri), stranger)
			mustBe(t, err, models.NotFound, models.CodeNotFound)
		}
		if err := w.End(ctx, w.As(kari, bakeri), holdingOf(t, w, jonas, policy.Viewer)); err != nil {
			t.Fatal(err)
		}
		left, err := w.Member(ctx, w.As(kari, bakeri), w.ID(jonas))
		if err != nil || left.Person.Name != "Jonas" || len(left.Holds) != 0 || len(left.Past) != 1 || !left.Past[0].End.Equal(w.Clock.Now()) {
			t.Errorf("one who has left: %+v, %v", left, err)
		}
		_, err = w.Members(ctx, w.As(jonas, bakeri))
		mustBe(t, err, models.NotFound, models.CodeNotFound)
	})
}

// What the form offers is what giving allows, and it says why not.
func TestWhatAReaderIsOffered(t *testing.T) {
	t.Parallel()
	w := staffed(t, modelstest.Open(t))
	giving := func(a models.Actor) registry.Giving {
		t.Helper()
		m, err := w.Members(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		return m.Giving
	}
	causes := func(g registry.Giving) map[string]policy.Cause {
		out := map[string]policy.Cause{}
		for _, o := range g.Offers {
			if o.Name.Empty() {
				t.Errorf("%s has no name", o.URN)
			}
			out[o.URN] = o.Verdict.Cause
		}
		return out
	}
	want := map[string]policy.Cause{
		policy.Viewer: "", policy.SystemAdministrator: "", modelstest.Manager: "", mainAdministrator: policy.MissingPack,
		modelstest.Salary: policy.MissingPack, modelstest.Tax: policy.MissingPack,
	}
	low := w.As(nils, bakeri)
	low.Level = 1
	for name, tc := range map[string]struct {
		a      models.Actor
		barred models.Code
	}{"surely": {w.As(nils, bakeri), ""}, "at a low level": {low, models.CodeLevelTooLow}} {
		g := giving(tc.a)
		if diff := cmp.Diff(want, causes(g)); diff != "" || g.Barred != tc.barred {
			t.Errorf("an access manager signed in %s is barred by %q and offered (-want +got):\n%s", name, g.Barred, diff)
		}
	}
	if g := giving(w.As(jonas, bakeri)); g.Barred != models.CodeForbidden || len(g.Offers) != 0 {
		t.Errorf("a viewer is offered %+v", g)
	}
	if first := giving(w.As(kari, bakeri)).Offers[0].URN; first != mainAdministrator && first != modelstest.Manager {
		t.Errorf("the first offer is %s, want one that administers access", first)
	}
	strikeOff(t, w)
	if g := giving(w.As(kari, bakeri)); g.Barred != models.CodeStruckOff {
		t.Errorf("struck off: barred by %q", g.Barred)
	}
}

// A role that is ended between page and answer grants nothing (security B3).
func TestNobodyApprovesByARoleThatWasEnded(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := staffed(t, open(t))
		ctx := t.Context()
		power := joins(t, w, siri, modelstest.Manager)
		salary, err := w.Give(ctx, w.As(kari, bakeri), w.ID(siri), modelstest.Salary, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		sent := w.Sent(t, "one")
		seen := w.Seen(t, siri, sent.ID)
		if err := w.End(ctx, w.As(nils, bakeri), salary.ID); err != nil {
			t.Fatal(err)
		}
		_, err = w.Approve(ctx, w.As(siri, bakeri), sent.ID, seen)
		mustBe(t, err, models.Conflict, models.CodeRequestChanged)
		if err := w.End(ctx, w.As(nils, bakeri), power.ID); err != nil {
			t.Fatal(err)
		}
		before := marked(t, w)
		_, err = w.Approve(ctx, w.As(siri, bakeri), sent.ID, seen)
		mustBe(t, err, models.NotFound, models.CodeNotFound)
		before.mustHaveDenied(t, "request.approve", models.CodeNotFound)

		joins(t, w, siri, modelstest.Manager)
		if _, err := w.Give(ctx, w.As(kari, bakeri), w.ID(siri), modelstest.Salary, time.Time{}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Approve(ctx, w.As(siri, bakeri), sent.ID, w.Seen(t, siri, sent.ID)); err != nil {
			t.Error("with both again:", err)
		}
	})
}

// What somebody holds for a day, or by an employer's account, he could make last
// by giving it to himself.
func TestNobodyGivesHimselfAnything(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		a := w.As(kari, bakeri)
		before := marked(t, w)
		_, err := w.Give(t.Context(), a, w.ID(kari), policy.Viewer, time.Time{})
		mustBe(t, err, models.Forbidden, models.CodeHoldingSelf)
		before.mustHaveDenied(t, string(policy.MemberGive), models.CodeHoldingSelf)
		_, secret, err := w.Invite(t.Context(), a, registry.Invite{URN: policy.Viewer})
		if err != nil {
			t.Fatal(err)
		}
		before = marked(t, w)
		_, err = w.AcceptInvitation(t.Context(), a, secret)
		mustBe(t, err, models.Forbidden, models.CodeHoldingSelf)
		before.mustHaveDenied(t, string(policy.InvitationAccept), models.CodeHoldingSelf)
		if _, err := w.AcceptInvitation(t.Context(), w.As(siri, ""), secret); err != nil {
			t.Error("another accepts it:", err)
		}
	})
}
