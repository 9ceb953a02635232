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
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/invitation"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/registry"
)

// invited has the person invite to a power in the bakery.
func invited(t *testing.T, w *modelstest.World, who modelstest.Name, urn string) (invitation.Invitation, string) {
	t.Helper()
	i, secret, err := w.Invite(t.Context(), w.As(who, bakeri), registry.Invite{URN: urn})
	if err != nil {
		t.Fatal(err)
	}
	return i, secret
}

// mustBeUseless demands that the secret opens nothing and tells no cause.
func mustBeUseless(t *testing.T, w *modelstest.World, secret string) {
	t.Helper()
	before := marked(t, w)
	_, err := w.Invitation(t.Context(), w.As(siri, ""), secret)
	mustBe(t, err, models.Gone, models.CodeInvitationEnded)
	h, err := w.AcceptInvitation(t.Context(), w.As(siri, ""), secret)
	mustBe(t, err, models.Gone, models.CodeInvitationEnded)
	if h.ID != "" {
		t.Errorf("it gives %+v", h)
	}
	before.mustHaveDoneNothing(t)
}

// From sending to accepting: what each of the two sees, what is recorded, and
// what it gives.
func TestInvitation(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := staffed(t, open(t))
		ctx := t.Context()
		const email = "siri@kanari.example"
		until := modelstest.Noon.Add(30 * 24 * time.Hour)
		before := marked(t, w)
		i, secret, err := w.Invite(ctx, w.As(nils, bakeri), registry.Invite{URN: policy.Viewer, Email: email, RoleUntil: until})
		if err != nil {
			t.Fatal(err)
		}
		want := invitation.Invitation{
			ID: i.ID, OrgNo: bakeri, URN: policy.Viewer, RoleUntil: until, Email: email, InvitedBy: w.ID(nils), Status: invitation.Open,
			CreatedAt: modelstest.Noon, ExpiresAt: modelstest.Noon.Add(7 * 24 * time.Hour), Version: 1,
		}
		if diff := cmp.Diff(want, i); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		e := before.mustHaveDone(t, "invitation.send", "invitation:"+string(i.ID))
		if diff := cmp.Diff(map[string]string{"urn": policy.Viewer, "source": "invitation", "until": "2026-12-21T12:00:00Z"}, map[string]string(e.Detail)); diff != "" || e.OrgNo != string(bakeri) {
			t.Errorf("the entry of %s says (-want +got):\n%s", e.OrgNo, diff)
		}

		v, err := w.Invitation(ctx, w.As(siri, ""), secret)
		if err != nil || v.Organisation.OrgNo != bakeri || v.By.Name != "Nils" || v.Invitation.URN != policy.Viewer || v.Description.Empty() ||
			v.Status != invitation.Open || v.Invitation.Email != "" {
			t.Errorf("the invited sees %+v, %v", v, err)
		}
		_, err = w.Invitation(ctx, models.Actor{}, secret)
		mustBe(t, err, models.Unauthenticated, models.CodeUnauthenticated)
		for _, a := range []models.Actor{modelstest.Operator, {Kind: models.Organisation, ID: "client", OrgNo: string(bakeri)}} {
			_, err = w.AcceptInvitation(ctx, a, secret)
			mustBe(t, err, models.Forbidden, models.CodeForbidden)
		}

		before = marked(t, w)
		w.Clock.Set(modelstest.Noon.Add(time.Hour))
		weak := w.As(siri, verft) // whatever he acts for, however he is signed in
		weak.Level = 0
		h, err := w.AcceptInvitation(ctx, weak, secret)
		if err != nil {
			t.Fatal(err)
		}
		held := party.Holding{
			ID: h.ID, Person: w.ID(siri), OrgNo: bakeri, URN: policy.Viewer, Source: "invitation",
			From: modelstest.Noon.Add(time.Hour), Until: until, GivenBy: w.ID(nils),
		}
		if diff := cmp.Diff(held, h); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		e = before.mustHaveDone(t, "invitation.accept", "invitation:"+string(i.ID))
		if e.OrgNo != string(bakeri) || e.Actor.ID != string(w.ID(siri)) || e.Detail["holding"] != string(h.ID) {
			t.Errorf("recorded %+v", e)
		}
		if _, err := w.Inbox(ctx, w.As(siri, bakeri), registry.ListQuery{}, nil); err != nil {
			t.Error("he does not belong:", err)
		}
		mustBeUseless(t, w, secret)

		list, err := w.Invitations(ctx, w.As(kari, bakeri))
		if err != nil || len(list) != 2 {
			t.Fatalf("the inviter's list: %+v, %v", list, err)
		}
		v = list[slices.IndexFunc(list, func(v registry.InvitationView) bool { return v.Invitation.ID == i.ID })]
		if v.Status != invitation.Accepted || v.EndedBy.Name != "Siri" || v.Invitation.Email != email || v.By.Name != "Nils" || v.Name.Empty() {
			t.Errorf("in the inviter's list it is %+v", v)
		}
		for who, code := range map[modelstest.Name]models.Code{even: models.CodeForbidden, siri: models.CodeForbidden, turid: models.CodeNotFound} {
			if _, err := w.Invitations(ctx, w.As(who, bakeri)); models.CodeOf(err) != code {
				t.Errorf("%s asks for the list: %v, want %s", who, err, code)
			}
		}
		for _, ledger := range []string{"audit_entry", "outbox_event"} {
			for _, row := range w.Tables(t)[ledger] {
				if strings.Contains(row, "kanari") || strings.Contains(row, secret) || strings.Contains(row, "Siri") {
					t.Errorf("%s tells who was invited: %s", ledger, row)
				}
			}
		}
	})
}

// What ends an invitation, seen from the link: always the same.
func TestWhatEndsAnInvitation(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		type world = *modelstest.World
		for name, change := range map[string]func(*testing.T, world, invitation.Invitation){
			"it was revoked": func(t *testing.T, w world, i invitation.Invitation) {
				if err := w.RevokeInvitation(t.Context(), w.As(kari, bakeri), i.ID); err != nil {
					t.Fatal(err)
				}
			},
			"its time ran out":      func(_ *testing.T, w world, i invitation.Invitation) { w.Clock.Set(i.ExpiresAt) },
			"its time ran out then": func(_ *testing.T, w world, i invitation.Invitation) { w.Clock.Set(i.ExpiresAt.Add(time.Millisecond)) },
			"the inviter left": func(t *testing.T, w world, _ invitation.Invitation) {
				w.Exec(t, "UPDATE holding SET until_at = from_at")
			},
			"the inviter lost the power": func(t *testing.T, w world, _ invitation.Invitation) {
				w.Exec(t, "UPDATE holding SET urn = 'urn:stafett:role:viewer' WHERE urn LIKE '%tilgangsstyrer'")
			},
			"the inviter administers another organisation": func(t *testing.T, w world, _ invitation.Invitation) {
				w.Exec(t, "UPDATE holding SET org_no = '277391007' WHERE urn LIKE '%tilgangsstyrer'")
			},
			"the power is not given any more": func(t *testing.T, w world, _ invitation.Invitation) {
				mustImport(t, w, exchange.AccessPackages, catalog.Package{URN: modelstest.Manager, Name: models.Text{NB: "Tilgangsstyrer"}})
			},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				w := open(t)
				i, secret := invited(t, w, nils, modelstest.Manager)
				w.Clock.Set(i.ExpiresAt.Add(-time.Millisecond))
				if _, err := w.Invitation(t.Context(), w.As(siri, ""), secret); err != nil {
					t.Fatal("before:", err)
				}
				change(t, w, i)
				mustBeUseless(t, w, secret)
			})
		}
		t.Run("nothing", func(t *testing.T) {
			t.Parallel()
			w := open(t)
			i, secret := invited(t, w, nils, modelstest.Manager)
			for _, wrong := range []string{"", " ", secret[1:], secret + "=", secret + "\n", strings.ToUpper(secret), string(i.ID), "' OR 1=1 --", "%", strings.Repeat("x", 5000)} {
				mustBeUseless(t, w, wrong)
			}
			w.Clock.Set(i.ExpiresAt.Add(-time.Millisecond))
			if _, err := w.AcceptInvitation(t.Context(), w.As(siri, ""), secret); err != nil {
				t.Error("in the last moment:", err)
			}
		})
		t.Run("the organisation was struck off", func(t *testing.T) {
			t.Parallel()
			w := open(t)
			_, secret := invited(t, w, nils, modelstest.Manager)
			strikeOff(t, w)
			before := marked(t, w)
			_, err := w.Invitation(t.Context(), w.As(siri, ""), secret)
			mustBe(t, err, models.Conflict, models.CodeStruckOff)
			_, err = w.AcceptInvitation(t.Context(), w.As(siri, ""), secret)
			mustBe(t, err, models.Conflict, models.CodeStruckOff)
			before.mustHaveDoneNothing(t)
		})
	})
}

// The inviter's power is judged on what he holds when it is accepted: one who
// has it again, or by another way, still invites.
func TestTheInviterIsJudgedAsHeStandsThen(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		_, secret := invited(t, w, nils, modelstest.Manager)
		w.Exec(t, "UPDATE holding SET urn = 'urn:altinn:external-role:ccr:daglig-leder' WHERE urn LIKE '%tilgangsstyrer'")
		if _, err := w.AcceptInvitation(t.Context(), w.As(siri, ""), secret); err != nil {
			t.Error(err)
		}
	})
}

func TestRevokeInvitation(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := staffed(t, open(t))
		ctx := t.Context()
		i, _ := invited(t, w, kari, mainAdministrator)
		for who, code := range map[modelstest.Name]models.Code{
			even: models.CodeForbidden, jonas: models.CodeForbidden, turid: models.CodeNotFound, siri: models.CodeNotFound,
		} {
			before := marked(t, w)
			if err := w.RevokeInvitation(ctx, w.As(who, bakeri), i.ID); models.CodeOf(err) != code {
				t.Errorf("%s: %v, want %s", who, err, code)
			}
			before.mustHaveDenied(t, "invitation.revoke", code)
		}
		before := marked(t, w)
		mustBe(t, w.RevokeInvitation(ctx, w.As(turid, verft), i.ID), models.NotFound, models.CodeNotFound)
		before.mustHaveDenied(t, "invitation.revoke", models.CodeNotFound)

		strikeOff(t, w)
		tired := w.As(nils, bakeri)
		tired.Level, tired.AuthTime = 0, time.Time{}
		before = marked(t, w)
		if err := w.RevokeInvitation(ctx, tired, i.ID); err != nil {
			t.Fatal(err)
		}
		before.mustHaveDone(t, "invitation.revoke", "invitation:"+string(i.ID))
		before = marked(t, w)
		mustBe(t, w.RevokeInvitation(ctx, tired, i.ID), models.Gone, models.CodeInvitationEnded)
		before.mustHaveDoneNothing(t)
	})
}

// Who has accepted the same before uses the invitation up and holds it once.
func TestAcceptingTheSameTwice(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := staffed(t, open(t))
		ctx := t.Context()
		_, elsewhere, err := w.Invite(ctx, w.As(turid, verft), registry.Invite{URN: policy.Viewer})
		if err != nil {
			t.Fatal(err)
		}
		if h, err := w.AcceptInvitation(ctx, w.As(siri, ""), elsewhere); err != nil || h.OrgNo != verft {
			t.Fatal(h, err)
		}
		first := joins(t, w, siri, policy.Viewer) // in another organisation it is not the same
		if first.OrgNo != bakeri {
			t.Errorf("she holds %+v", first)
		}
		_, secret := invited(t, w, nils, policy.Viewer)
		for who, has := range map[modelstest.Name]bool{siri: true, turid: false, kari: false} {
			if v, err := w.Invitation(ctx, w.As(who, ""), secret); err != nil || v.Has != has {
				t.Errorf("%s is told that she has it already: %t, %v", who, v.Has, err)
			}
		}
		before := marked(t, w)
		again, err := w.AcceptInvitation(ctx, w.As(siri, bakeri), secret)
		if err != nil || again.ID != first.ID {
			t.Errorf("%+v, %v; want the one that he holds", again, err)
		}
		if e := before.mustHaveDone(t, "invitation.accept", before.since(t)[0].Subject); e.Detail["holding"] != string(first.ID) {
			t.Errorf("the entry names %s", e.Detail)
		}
		mustBeUseless(t, w, secret)
		m, err := w.Member(ctx, w.As(kari, bakeri), w.ID(siri))
		if err != nil || len(m.Holds) != 1 {
			t.Errorf("he holds %+v, %v", m.Holds, err)
		}
		given, err := w.Give(ctx, w.As(kari, bakeri), w.ID(siri), policy.Viewer, time.Time{}) // from another source
		if err != nil {
			t.Fatal(err)
		}
		if err := w.End(ctx, w.As(kari, bakeri), first.ID); err != nil {
			t.Fatal(err)
		}
		if third := joins(t, w, siri, policy.Viewer); third.ID == first.ID || third.ID == given.ID {
			t.Error("what was ended came back")
		}
	})
}

// An organisation has so many open invitations and no more; those that ended
// or expired are not counted.
func TestOpenInvitationsAreBounded(t *testing.T) {
	t.Parallel()
	w := staffed(t, modelstest.Open(t))
	var last invitation.Invitation
	for range invitation.MaxOpen {
		last, _ = invited(t, w, kari, policy.Viewer)
	}
	invite := func() error {
		_, _, err := w.Invite(t.Context(), w.As(nils, bakeri), registry.Invite{URN: policy.Viewer})
		return err
	}
	before := marked(t, w)
	mustBe(t, invite(), models.Conflict, models.CodeInvitationsMany)
	before.mustHaveDoneNothing(t)
	if _, _, err := w.Invite(t.Context(), w.As(turid, verft), registry.Invite{URN: policy.Viewer}); err != nil {
		t.Error("another organisation:", err)
	}
	if err := w.RevokeInvitation(t.Context(), w.As(kari, bakeri), last.ID); err != nil {
		t.Fatal(err)
	}
	if err := invite(); err != nil {
		t.Error("after one was revoked:", err)
	}
	mustBe(t, invite(), models.Conflict, models.CodeInvitationsMany)
	w.Clock.Set(last.ExpiresAt)
	if err := invite(); err != nil {
		t.Error("after they expired:", err)
	}
}

func TestFaultsOfAnInvite(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	before := marked(t, w)
	for name, tc := range map[string]struct {
		in   registry.Invite
		want string
	}{
		"no address":    {registry.Invite{URN: policy.Viewer, Email: "siri"}, "email form"},
		"two headers":   {registry.Invite{URN: policy.Viewer, Email: "a@b.example\r\nBcc: c@d.example"}, "email form"},
		"already over":  {registry.Invite{URN: policy.Viewer, RoleUntil: modelstest.Noon}, "role_until until.past"},
		"nothing":       {registry.Invite{}, "urn choice"},
		"what is a lie": {registry.Invite{URN: "urn:x"}, "urn catalogue.unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := w.Invite(t.Context(), w.As(kari, bakeri), tc.in)
			mustFault(t, err, tc.want)
		})
	}
	before.mustHaveDoneNothing(t)
}

// InvitationLife is how long it lasts, to the millisecond.
func TestInvitationLifeIsConfigured(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	c := w.Config
	c.InvitationLife = time.Hour
	i, _, err := registry.New(c).Invite(t.Context(), w.As(kari, bakeri), registry.Invite{URN: policy.Viewer})
	if err != nil || !i.ExpiresAt.Equal(modelstest.Noon.Add(time.Hour)) {
		t.Errorf("it expires at %v, %v", i.ExpiresAt, err)
	}
}

// Whoever runs the registry invites the first administrator of an organisation,
// which need not be known; the power does not depend on anybody's.
func TestInviteFirst(t *testing.T) {
	t.Parallel()
	const newOrg party.OrgNo = "313775429"
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := staffed(t, open(t))
		ctx := t.Context()
		org := party.Organisation{OrgNo: newOrg, Name: "Ny Virksomhet AS"}
		before := marked(t, w)
		i, secret, err := w.InviteFirst(ctx, modelstest.Operator, org, mainAdministrator, "siri@ny.example")
		if err != nil {
			t.Fatal(err)
		}
		e := before.mustHaveDone(t, "invitation.send", "invitation:"+string(i.ID))
		if e.OrgNo != string(newOrg) || i.InvitedBy != "" || e.Actor.Kind != models.Operator {
			t.Errorf("%+v, recorded as %+v", i, e)
		}
		if v, err := w.Invitation(ctx, w.As(siri, ""), secret); err != nil || v.Organisation.Name != "Ny Virksomhet AS" || v.By.ID != "" {
			t.Errorf("the invited sees %+v, %v", v, err)
		}
		if _, err := w.AcceptInvitation(ctx, w.As(siri, ""), secret); err != nil {
			t.Fatal(err)
		}
		if _, _, err := w.Invite(ctx, w.As(siri, newOrg), registry.Invite{URN: modelstest.Manager}); err != nil {
			t.Error("the first administrator cannot go on:", err)
		}

		_, _, err = w.InviteFirst(ctx, modelstest.Operator, party.Organisation{OrgNo: bakeri, Name: "Another name"}, policy.Viewer, "")
		if err != nil {
			t.Fatal(err)
		}
		if m, err := w.Members(ctx, w.As(kari, bakeri)); err != nil || m.Organisation.Name != "Nes Bakeri AS" {
			t.Errorf("an organisation that is known is now %+v, %v", m.Organisation, err)
		}

		before = marked(t, w)
		for name, tc := range map[string]struct {
			org        party.Organisation
			urn, email string
			want       string
		}{
			"two lines":    {party.Organisation{OrgNo: newOrg, Name: "A\nB"}, policy.Viewer, "", "name text.control"},
			"unknown role": {org, "urn:x", "", "urn catalogue.unknown"},
			"a register's": {org, modelstest.Director, "", "urn catalogue.unknown"},
			"no address":   {org, policy.Viewer, "x", "email form"},
			"no name":      {party.Organisation{OrgNo: "974760673"}, policy.Viewer, "", "name required"},
		} {
			t.Run(name, func(t *testing.T) {
				_, _, err := w.InviteFirst(ctx, modelstest.Operator, tc.org, tc.urn, tc.email)
				mustFault(t, err, tc.want)
			})
		}
		before.mustHaveDoneNothing(t)
		_, _, err = w.InviteFirst(ctx, w.As(kari, bakeri), party.Organisation{OrgNo: bakeri}, modelstest.Tax, "")
		mustBe(t, err, models.Forbidden, models.CodeForbidden)
		before.mustHaveDenied(t, "invitation.send", models.CodeForbidden)
		strikeOff(t, w)
		_, _, err = w.InviteFirst(ctx, modelstest.Operator, party.Organisation{OrgNo: bakeri}, policy.Viewer, "")
		mustBe(t, err, models.Conflict, models.CodeStruckOff)
	})
}

// Two people with the same link at once, or accepting while it is revoked: one
// wins, the other is told that it is gone.
func TestAnInvitationIsUsedOnce(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := staffed(t, open(t))
		ends := map[invitation.Status]int{}
		for round := range 12 {
			i, secret := invited(t, w, nils, policy.Viewer)
			before := marked(t, w)
			accept := func(who modelstest.Name) func(context.Context) error {
				return func(ctx context.Context) error { return second(w.AcceptInvitation(ctx, w.As(who, ""), secret)) }
			}
			acts := []func(context.Context) error{accept(siri), accept(turid), accept(siri), func(ctx context.Context) error {
				return w.RevokeInvitation(ctx, w.As(kari, bakeri), i.ID)
			}}
			for range round { // each takes its turn at the front
				acts = append(acts[1:], acts[0])
			}
			errs := together(t.Context(), acts...)
			if n := winners(errs); n != 1 {
				t.Errorf("%d of %d did it: %v", n, len(errs), errs)
			}
			for _, err := range errs {
				if err != nil {
					mustBe(t, err, models.Gone, models.CodeInvitationEnded)
				}
			}
			if entries := before.since(t); len(entries) != 1 {
				t.Fatalf("recorded %+v", entries)
			}
			list, err := w.Invitations(t.Context(), w.As(kari, bakeri))
			if err != nil {
				t.Fatal(err)
			}
			n := slices.IndexFunc(list, func(v registry.InvitationView) bool { return v.Invitation.ID == i.ID })
			ends[list[n].Status]++
			if members, err := w.Members(t.Context(), w.As(kari, bakeri)); err != nil {
				t.Fatal(err)
			} else {
				for _, m := range members.People { // each starts the next round as an outsider
					if name := modelstest.Name(m.Person.Name); name == siri || name == turid {
						if err := w.End(t.Context(), w.As(kari, bakeri), m.Holds[0].Holding.ID); err != nil || len(m.Holds) != 1 {
							t.Fatalf("%s holds %d, %v", name, len(m.Holds), err)
						}
					}
				}
			}
		}
		mustVerify(t, w)
		t.Logf("the races ended %v", ends)
	})
}

// A power is ended while its holder approves, and while what he offered is
// accepted: by the order of the log, nothing is done by a power after its end.
func TestNothingIsDoneByAPowerAfterItsEnd(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := staffed(t, open(t))
		orders := map[string]int{}
		for round := range 16 {
			power := joins(t, w, siri, modelstest.Manager)
			given, err := w.Give(t.Context(), w.As(kari, bakeri), w.ID(siri), modelstest.Salary, time.Time{})
			if err != nil {
				t.Fatal(err)
			}
			sent := w.Sent(t, fmt.Sprint(round))
			seen := w.Seen(t, siri, sent.ID)
			_, secret := invited(t, w, siri, policy.Viewer)
			before := marked(t, w)
			acts := []func(context.Context) error{
				func(ctx context.Context) error { return second(w.Approve(ctx, w.As(siri, bakeri), sent.ID, seen)) },
				func(ctx context.Context) error { return w.End(ctx, w.As(nils, bakeri), power.ID) },
				func(ctx context.Context) error { return second(w.AcceptInvitation(ctx, w.As(turid, ""), secret)) },
			}
			for range round {
				acts = append(acts[1:], acts[0])
			}
			errs := together(t.Context(), acts...)
			var order []string
			for _, e := range before.since(t) {
				order = append(order, e.Action+" "+string(e.Outcome))
			}
			orders[strings.Join(order, ", ")]++
			ended := slices.Index(order, "member.end done")
			if ended < 0 {
				t.Fatalf("the end itself failed: %v", errs)
			}
			for _, late := range order[ended+1:] {
				if late == "request.approve done" || late == "invitation.accept done" {
					t.Errorf("done by a power that had ended: %v", order)
				}
			}
			if err := w.End(t.Context(), w.As(kari, bakeri), given.ID); err != nil {
				t.Fatal(err)
			}
			if m, err := w.Member(t.Context(), w.As(kari, bakeri), w.ID(turid)); err == nil && len(m.Holds) == 1 {
				if err := w.End(t.Context(), w.As(kari, bakeri), m.Holds[0].Holding.ID); err != nil {
					t.Fatal(err)
				}
			}
		}
		mustVerify(t, w)
		t.Logf("the orders were %v", orders)
	})
}
