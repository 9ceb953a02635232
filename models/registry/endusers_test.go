package registry_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

var portal = registry.Portal{Issuer: "https://portal.example/", Kind: systemuser.Standard}

// forAgents asks the bakery for an agent with the packages.
func forAgents(t *testing.T, w *modelstest.World, packages ...string) request.Request {
	t.Helper()
	w.Registered(t)
	in := request.Request{Kind: systemuser.Agent, System: modelstest.System().ID, Customer: bakeri, ExternalRef: "agent"}
	for _, urn := range packages {
		in.Items = append(in.Items, catalog.PackageOf(urn))
	}
	sent, _, err := w.Ask(t.Context(), w.As(jonas, fjord), in)
	if err != nil {
		t.Fatal(err)
	}
	return sent
}

// Nils administers access and holds nothing: he may let an agent be, and may not
// give a standard system user what an agent may do (altinn-api.md section 4).
func TestAnAgentNeedsOnlyAnAccessManager(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	standard, agent := w.Sent(t, "one"), forAgents(t, w, modelstest.Salary)
	refused, err := w.ApproveThrough(t.Context(), w.As(nils, bakeri), standard.ID, portal)
	mustBe(t, err, models.Forbidden, models.CodeRequestNotGranted)
	no, ok := errors.AsType[*registry.NotGrantedError](err)
	if want := (policy.Verdict{Item: catalog.PackageOf(modelstest.Salary), Cause: policy.MissingPack}); !ok || refused.ID != "" || len(no.Verdicts) != 1 || no.Verdicts[0].Item != want.Item || no.Verdicts[0].Cause != want.Cause {
		t.Errorf("refused %+v, %v", refused, err)
	}
	v, err := w.Review(t.Context(), w.As(nils, bakeri), agent.ID)
	if err != nil || !v.CanApprove || !v.Asked[0].Verdict.OK() {
		t.Fatalf("the agent: %+v, %v", v, err)
	}
	m := marked(t, w)
	user, err := w.Approve(t.Context(), w.As(nils, bakeri), agent.ID, v.Seen)
	if err != nil || user.Kind != systemuser.Agent {
		t.Fatalf("approved %+v, %v", user, err)
	}
	if e := m.mustHaveDone(t, "request.approve", "request:"+string(agent.ID)); e.Detail["portal"] != "" {
		t.Errorf("on our page: %v", e.Detail)
	}
	// An employee may not.
	_, err = w.ApproveThrough(t.Context(), w.As(even, bakeri), standard.ID, portal)
	mustBe(t, err, models.Forbidden, models.CodeForbidden)
}

// What a request says of itself is shown, and an answer is to what was shown.
func TestWhatARequestSaysOfItselfIsSeen(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	w.Registered(t)
	in := modelstest.Request()
	in.Kind, in.Purpose, in.ContactEmail, in.ValidTo = systemuser.Standard, models.Text{NB: "Derfor"}, "hjelp@fjord.example", modelstest.Noon.Add(48*time.Hour)
	in.Purposes = map[catalog.Item]models.Text{in.Items[0]: {NB: "Nettopp her"}}
	sent, err := w.SendRequest(t.Context(), w.As(jonas, fjord), in)
	if err != nil {
		t.Fatal(err)
	}
	v, err := w.Review(t.Context(), w.As(kari, bakeri), sent.ID)
	if err != nil || v.Asked[0].Purpose.NB != "Nettopp her" || v.Asked[1].Purpose != modelstest.System().Asks[1].Purpose {
		t.Errorf("purposes: %+v, %v", v.Asked, err)
	}
	for _, change := range []string{
		"UPDATE request SET purpose_nn = 'Difor'", "UPDATE request SET contact_email = 'hjelp@ond.example'", "UPDATE request SET valid_to_at = NULL",
		"UPDATE request_item SET purpose_nb = 'Noe annet' WHERE position = 0", "UPDATE request SET kind = 'agent'",
	} {
		seen := w.Seen(t, kari, sent.ID)
		w.Exec(t, change)
		if w.Seen(t, kari, sent.ID) == seen {
			t.Errorf("%s is not seen", change)
		}
	}
}

func TestApprovedThroughAPortal(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		w.Registered(t)
		in := modelstest.Request()
		in.ValidTo = modelstest.Noon.Add(48 * time.Hour)
		sent, err := w.SendRequest(t.Context(), w.As(jonas, fjord), in)
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.ApproveThrough(t.Context(), w.As(kari, bakeri), sent.ID, registry.Portal{Issuer: portal.Issuer, Kind: systemuser.Agent})
		mustBe(t, err, models.NotFound, models.CodeNotFound)
		m := marked(t, w)
		user, err := w.ApproveThrough(t.Context(), w.As(kari, bakeri), sent.ID, portal)
		if err != nil || !user.ValidTo.Equal(in.ValidTo) {
			t.Fatalf("made %+v, %v", user, err)
		}
		if e := m.mustHaveDone(t, "request.approve", "request:"+string(sent.ID)); e.Detail["portal"] != portal.Issuer {
			t.Errorf("recorded %v", e.Detail)
		}
		v, err := w.Review(t.Context(), w.As(even, bakeri), sent.ID)
		if err != nil || v.Portal != portal.Issuer {
			t.Errorf("shown %q, %v", v.Portal, err)
		}
		again := w.Sent(t, "two")
		if err := w.RejectThrough(t.Context(), w.As(kari, bakeri), again.ID, portal); err != nil {
			t.Fatal(err)
		}
		mustBe(t, w.RejectThrough(t.Context(), w.As(kari, bakeri), again.ID, portal), models.Conflict, models.CodeRequestDecided)
	})
}

// After a revocation nothing of the request or of changes to it waits.
func TestRevokingClosesWhatIsOpen(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		sent := w.Approved(t, "one")
		wanted := request.Change{SystemUser: sent.ID, Correlation: models.NewID(), Unwanted: sent.Items[:1]}
		asked, _, err := w.AskChange(t.Context(), w.As(jonas, fjord), wanted)
		if err != nil {
			t.Fatal(err)
		}
		m := marked(t, w)
		if err := w.Revoke(t.Context(), w.As(kari, bakeri), sent.ID); err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, e := range m.since(t) {
			got[e.Action] = e.Subject + " " + string(e.Outcome)
		}
		want := map[string]string{"systemuser.revoke": "systemuser:" + string(sent.ID) + " done", "change.withdraw": "change:" + string(asked.ID) + " done"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("recorded (-want +got):\n%s", diff)
		}
		if _, err := w.ReviewChange(t.Context(), w.As(kari, bakeri), asked.ID); err == nil {
			if _, err := w.ApproveChangeThrough(t.Context(), w.As(kari, bakeri), asked.ID, portal); err == nil {
				t.Error("the change can be approved")
			}
		}
		w.Sent(t, "one") // the triple is free
		mustVerify(t, w)
	})
}

func TestForwardAndRename(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	sent := w.Sent(t, "one")
	mustBe(t, w.Forward(t.Context(), w.As(turid, bakeri), sent.ID, systemuser.Standard), models.NotFound, models.CodeNotFound)
	mustBe(t, w.Forward(t.Context(), w.As(turid, verft), sent.ID, systemuser.Standard), models.NotFound, models.CodeNotFound)
	mustBe(t, w.Forward(t.Context(), w.As(even, bakeri), sent.ID, systemuser.Agent), models.NotFound, models.CodeNotFound)
	seen, m := w.Seen(t, kari, sent.ID), marked(t, w)
	for range 2 {
		if err := w.Forward(t.Context(), w.As(even, bakeri), sent.ID, systemuser.Standard); err != nil {
			t.Fatal(err)
		}
	}
	m.mustHaveDone(t, "request.forward", "request:"+string(sent.ID))
	if _, err := w.Approve(t.Context(), w.As(kari, bakeri), sent.ID, seen); err != nil {
		t.Errorf("who had read it before it was sent on: %v", err)
	}
	mustBe(t, w.Forward(t.Context(), w.As(even, bakeri), sent.ID, systemuser.Standard), models.Conflict, models.CodeRequestDecided)

	m = marked(t, w)
	_, err := w.Rename(t.Context(), w.As(even, bakeri), sent.ID, "Ny")
	mustBe(t, err, models.Forbidden, models.CodeForbidden)
	m.mustHaveDenied(t, "systemuser.rename", models.CodeForbidden)
	m = marked(t, w)
	for range 2 {
		if v, err := w.Rename(t.Context(), w.As(nils, bakeri), sent.ID, "I butikken"); err != nil || v.SystemUser.Title != "I butikken" {
			t.Fatalf("renamed %+v, %v", v, err)
		}
	}
	m.mustHaveDone(t, "systemuser.rename", "systemuser:"+string(sent.ID))
	if err := w.Revoke(t.Context(), w.As(kari, bakeri), sent.ID); err != nil {
		t.Fatal(err)
	}
	_, err = w.Rename(t.Context(), w.As(kari, bakeri), sent.ID, "For sent")
	mustBe(t, err, models.Conflict, models.CodeUserRevoked)
}

// Two who create at once make one; what the person may not give is not made.
func TestCreatingASystemUser(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		of := w.Registered(t).ID
		create := func(who modelstest.Name, id system.ID) error {
			return second(w.CreateSystemUser(t.Context(), w.As(who, bakeri), id, "", portal))
		}
		mustBe(t, create(kari, of), models.NotFound, models.CodeNotFound)
		w.Exec(t, "UPDATE system SET visible = ?", true)
		mustBe(t, create(nils, of), models.Forbidden, models.CodeRequestNotGranted)
		mustBe(t, create(even, of), models.Forbidden, models.CodeForbidden)
		m := marked(t, w)
		var errs []error
		for range 2 {
			errs = append(errs, create(kari, of))
		}
		if winners(errs) != 1 {
			t.Errorf("made %v", errs)
		}
		mustBe(t, errs[1], models.Conflict, models.CodeUserExists)
		done := 0
		for _, e := range m.since(t) {
			if e.Action == "systemuser.create" && e.Outcome == audit.Done && e.Detail["portal"] == portal.Issuer {
				done++
			}
		}
		if done != 1 {
			t.Errorf("recorded %d times", done)
		}
	})
}
