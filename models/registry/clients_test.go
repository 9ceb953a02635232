package registry_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/systemuser"
	"github.com/stafett/stafett/rar"
)

func (x failingTx) AttachClient(ctx context.Context, d registry.ClientDelegation) error {
	return x.f.after(x.Tx.AttachClient(ctx, d))
}

func (x failingTx) DetachClients(ctx context.Context, agent models.ID, client party.OrgNo, at time.Time) (int, error) {
	n, err := x.Tx.DetachClients(ctx, agent, client, at)
	return n, x.f.after(err)
}

const clientAdministrator = catalog.PackagePrefix + "klientadministrator"

// facilitates makes the yard the accountant of the bakery and of Loggen, with an
// agent system user that reports pay for them.
func facilitates(t *testing.T, w *modelstest.World) models.ID {
	t.Helper()
	brings(t, w, exchange.AccessPackages, catalog.Package{URN: clientAdministrator, Name: models.Text{NB: "K", NN: "K", EN: "K"}})
	brings(t, w, exchange.RolePackages, catalog.RolePackage{RoleURN: modelstest.Director, PackageURN: clientAdministrator, HasAccess: true})
	brings(t, w, exchange.Relations,
		party.Relation{Facilitator: verft, Client: bakeri, RoleURN: modelstest.Accountant},
		party.Relation{Facilitator: verft, Client: loggen, RoleURN: modelstest.Accountant})
	s := w.Registered(t)
	u := systemuser.SystemUser{
		ID: models.NewID(), Kind: systemuser.Agent, System: s.ID, Customer: verft, ExternalRef: "agent", Title: "Lønn", Status: systemuser.Active,
		Delegated: []catalog.Item{catalog.PackageOf(modelstest.Salary)}, ApprovedBy: w.ID(turid), CreatedAt: w.Clock.Now(),
	}
	if err := w.DB.Write(t.Context(), func(tx registry.Tx) error { return tx.AddSystemUser(t.Context(), u) }); err != nil {
		t.Fatal(err)
	}
	return u.ID
}

// attached is such an agent, which serves the bakery.
func attached(t *testing.T, w *modelstest.World) models.ID {
	t.Helper()
	id := facilitates(t, w)
	if _, err := w.AttachClient(t.Context(), w.As(turid, verft), id, bakeri); err != nil {
		t.Fatal(err)
	}
	return id
}

func brings(t *testing.T, w *modelstest.World, kind exchange.Kind, rows ...any) {
	t.Helper()
	report, err := w.Import(t.Context(), modelstest.Operator, kind, "more", modelstest.Rows(rows...))
	if err != nil || len(report.Refused) > 0 {
		t.Fatal(report, err)
	}
}

// serves reports whether the agent reports pay for the party now.
func serves(t *testing.T, w *modelstest.World, agent models.ID, p party.OrgNo) bool {
	t.Helper()
	h, err := w.DB.Holds(t.Context(), rar.Question{SystemUser: agent, Resource: modelstest.Amelding, Action: "write", Party: p})
	if err != nil {
		t.Fatal(err)
	}
	return h.Holds
}

func TestAttachingClients(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		ctx, id := t.Context(), facilitates(t, w)
		a, subject := w.As(turid, verft), "systemuser:"+string(id)
		seq := func() int64 {
			v, err := w.SystemUser(ctx, a, id)
			if err != nil {
				t.Fatal(err)
			}
			return v.SystemUser.Seq
		}

		before, first := marked(t, w), seq()
		got, err := w.AttachClient(ctx, a, id, bakeri)
		if err != nil || got.Delegation == "" || !serves(t, w, id, bakeri) || serves(t, w, id, loggen) || seq() <= first {
			t.Errorf("attached: %+v, %v", got, err)
		}
		e := before.mustHaveDone(t, "client.attach", subject)
		if e.Detail["client"] != string(bakeri) || e.OrgNo != string(verft) || e.Role != modelstest.Director {
			t.Errorf("recorded %+v", e)
		}
		if events := w.Events(t); len(events) == 0 || !containsAll(events[len(events)-1], "client.attached", string(fjord), string(verft), string(bakeri)) {
			t.Errorf("told %v", events)
		}
		before = marked(t, w)
		if again, err := w.AttachClient(ctx, a, id, bakeri); err != nil || again.Delegation != got.Delegation {
			t.Errorf("once more: %+v, %v", again, err)
		}
		before.mustHaveDoneNothing(t)

		old := a
		old.Level, old.AuthTime = 1, time.Time{} // to end it is never barred
		if err := w.DetachClient(ctx, old, id, bakeri); err != nil || serves(t, w, id, bakeri) {
			t.Errorf("detached: %v", err)
		}
		before.mustHaveDone(t, "client.detach", subject)
		before = marked(t, w)
		mustBe(t, w.DetachClient(ctx, old, id, bakeri), models.Conflict, models.CodeConflict)
		before.mustHaveDoneNothing(t)
		_, err = w.AttachClient(ctx, old, id, bakeri)
		mustBe(t, err, models.Forbidden, models.CodeLevelTooLow)
		before.mustHaveDenied(t, "client.attach", models.CodeLevelTooLow)

		before = marked(t, w)
		if _, err := w.AttachSelf(ctx, a, id); err != nil || !serves(t, w, id, verft) {
			t.Errorf("itself: %v", err)
		}
		before.mustHaveDone(t, "client.attach_self", subject)
		mustBe(t, w.DetachClient(ctx, a, id, verft), models.Conflict, models.CodeConflict)
		before = marked(t, w)
		if err := w.DetachSelf(ctx, a, id); err != nil || serves(t, w, id, verft) {
			t.Errorf("itself no more: %v", err)
		}
		before.mustHaveDone(t, "client.detach_self", subject)
		before = marked(t, w)
		if err := w.DetachSelf(ctx, a, id); err != nil {
			t.Errorf("once more: %v", err)
		}
		before.mustHaveDoneNothing(t)
	})
}

func containsAll(s string, parts ...string) bool {
	return !slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(s, part) })
}

func TestWhatIsNotAttached(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	ctx, id, a, standard := t.Context(), facilitates(t, w), w.As(turid, verft), w.Approved(t, "one").ID
	attach := func(client party.OrgNo) error { return second(w.AttachClient(ctx, a, id, client)) }
	mustBe(t, attach(fjord), models.Conflict, models.CodeClientUnknown)
	mustBe(t, attach("999999999"), models.Conflict, models.CodeClientUnknown)
	mustBe(t, attach(verft), models.Conflict, models.CodeClientUnknown)
	mustBe(t, second(w.AttachClient(ctx, a, models.NewID(), bakeri)), models.NotFound, models.CodeNotFound)
	mustBe(t, second(w.AttachClient(ctx, w.As(kari, bakeri), id, bakeri)), models.NotFound, models.CodeNotFound)
	mustBe(t, second(w.AttachClient(ctx, w.As(kari, verft), id, bakeri)), models.NotFound, models.CodeNotFound)
	mustBe(t, second(w.AttachClient(ctx, models.Actor{Kind: models.Organisation, ID: "x", OrgNo: string(verft)}, id, bakeri)), models.Forbidden, models.CodeForbidden)

	w.Exec(t, "UPDATE system SET deleted = TRUE")
	mustBe(t, attach(bakeri), models.Gone, models.CodeSystemDeleted)
	w.Exec(t, "UPDATE system SET deleted = FALSE")
	w.Exec(t, "UPDATE system_user SET paused = 'struck_off'")
	mustBe(t, attach(bakeri), models.Conflict, models.CodeStruckOff)
	w.Exec(t, "UPDATE system_user SET paused = ''")
	w.Exec(t, "UPDATE delegation SET ref = ? WHERE ref = ? AND system_user_id = ?", modelstest.Tax, modelstest.Salary, string(id)) // which the system does not ask for
	mustBe(t, attach(bakeri), models.Conflict, models.CodeClientLacks)
	w.Exec(t, "UPDATE delegation SET ref = ? WHERE ref = ? AND system_user_id = ?", modelstest.Salary, modelstest.Tax, string(id))
	w.Exec(t, "UPDATE role_package SET has_access = FALSE WHERE role_urn = ?", modelstest.Accountant)
	w.Exec(t, "UPDATE catalogue_version SET version = version + 1")
	got, err := w.AttachClient(ctx, a, id, bakeri)
	mustBe(t, err, models.Conflict, models.CodeClientLacks)
	if !slices.Equal(got.Lacks, []catalog.Item{catalog.PackageOf(modelstest.Salary)}) {
		t.Errorf("it lacks %v", got.Lacks)
	}
	if serves(t, w, id, bakeri) || len(w.Tables(t)["client_delegation"]) != 0 {
		t.Error("something was attached")
	}

	// Whoever may not grant what the agent has does not let it have that here.
	w.Exec(t, "UPDATE role_package SET can_delegate = FALSE WHERE role_urn = ? AND package_urn = ?", modelstest.Director, modelstest.Salary)
	w.Exec(t, "UPDATE catalogue_version SET version = version + 1")
	mustBe(t, second(w.AttachSelf(ctx, a, id)), models.Forbidden, models.CodeRequestNotGranted)
	w.Exec(t, "UPDATE access_package SET assignable = FALSE WHERE urn = ?", modelstest.Salary)
	w.Exec(t, "UPDATE catalogue_version SET version = version + 1")
	mustBe(t, second(w.AttachSelf(ctx, a, id)), models.Conflict, models.CodeClientLacks)

	mustBe(t, second(w.AttachSelf(ctx, w.As(kari, bakeri), standard)), models.Conflict, models.CodeUserKind)
	mustBe(t, w.DeleteAgent(ctx, w.As(kari, bakeri), standard), models.Conflict, models.CodeUserKind)
}

func TestListsOfClients(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		ctx, id, a := t.Context(), facilitates(t, w), w.As(turid, verft)
		if err := second(w.AttachClient(ctx, a, id, bakeri)); err != nil {
			t.Fatal(err)
		}
		w.Exec(t, "UPDATE relation SET ended_at = from_at WHERE client = ?", string(bakeri))
		list := func(page registry.ClientPage, err error) (nos []party.OrgNo, lame int) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range page.Clients {
				nos, lame = append(nos, c.Organisation.OrgNo), lame+len(c.Lacks)
			}
			return nos, lame
		}
		if nos, lame := list(w.AvailableClients(ctx, a, id, registry.ClientQuery{Limit: 10})); !slices.Equal(nos, []party.OrgNo{loggen}) || lame != 0 {
			t.Errorf("available: %v, %d", nos, lame)
		}
		if nos, lame := list(w.AttachedClients(ctx, a, id, registry.ClientQuery{Limit: 10})); !slices.Equal(nos, []party.OrgNo{bakeri}) || lame != 1 {
			t.Errorf("attached: %v, %d", nos, lame)
		}
		if nos, lame := list(w.AttachedClients(ctx, a, id, registry.ClientQuery{Limit: 10, Ready: true})); len(nos) != 0 || lame != 0 {
			t.Errorf("attached and not lame: %v", nos)
		}
		viewer := onlooker(t, w)
		mustBe(t, second(w.AttachedClients(ctx, viewer, id, registry.ClientQuery{Limit: 10})), models.Forbidden, models.CodeForbidden)
		mustBe(t, second(w.FacilitatorClients(ctx, viewer, registry.ClientQuery{Limit: 10})), models.Forbidden, models.CodeForbidden)
		mustBe(t, second(w.Agents(ctx, viewer, "", 10)), models.Forbidden, models.CodeForbidden)
		mustBe(t, second(w.ServesSelf(ctx, viewer, id)), models.Forbidden, models.CodeForbidden)
		if page, err := w.Agents(ctx, a, "", 10); err != nil || len(page.Agents) != 1 || page.More || page.Owner.OrgNo != verft {
			t.Errorf("agents: %+v, %v", page, err)
		}
		for who, want := range map[modelstest.Name]party.OrgNo{turid: verft, siri: verft, kari: ""} {
			got, err := w.OwnerFor(ctx, w.ID(who), id)
			if got != want || (err != nil) != (want == "") {
				t.Errorf("%s learns %q, %v", who, got, err)
			}
		}
	})
}

// onlooker is Siri, who may look at what the yard has and no more.
func onlooker(t *testing.T, w *modelstest.World) models.Actor {
	t.Helper()
	brings(t, w, exchange.People, exchange.Person{PID: modelstest.PID(siri), Name: string(siri), OrgNo: verft, URN: policy.Viewer})
	return w.As(siri, verft)
}

func TestDeletingAnAgent(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		ctx, id, a := t.Context(), facilitates(t, w), w.As(turid, verft)
		for _, client := range []party.OrgNo{bakeri, loggen} {
			if err := second(w.AttachClient(ctx, a, id, client)); err != nil {
				t.Fatal(err)
			}
		}
		before := marked(t, w)
		mustBe(t, w.DeleteAgent(ctx, w.As(kari, bakeri), id), models.NotFound, models.CodeNotFound)
		before.mustHaveDenied(t, "systemuser.revoke", models.CodeNotFound)
		before = marked(t, w)
		if err := w.DeleteAgent(ctx, a, id); err != nil {
			t.Fatal(err)
		}
		if e := before.mustHaveDone(t, "systemuser.revoke", "systemuser:"+string(id)); e.Detail["clients"] != "2" {
			t.Errorf("recorded %+v", e.Detail)
		}
		if serves(t, w, id, bakeri) || serves(t, w, id, loggen) {
			t.Error("it serves clients")
		}
		mustBe(t, w.DeleteAgent(ctx, a, id), models.NotFound, models.CodeNotFound)
		mustBe(t, second(w.AttachClient(ctx, a, id, bakeri)), models.NotFound, models.CodeNotFound)
		mustBe(t, w.DetachClient(ctx, a, id, bakeri), models.NotFound, models.CodeNotFound)
	})
}

// However the customer ends an agent, nobody is left attached to it.
func TestRevokingAnAgent(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	id := attached(t, w)
	if err := w.Revoke(t.Context(), w.As(turid, verft), id); err != nil {
		t.Fatal(err)
	}
	for _, row := range w.Tables(t)["client_delegation"] {
		if strings.Contains(row, "<nil>") {
			t.Errorf("a delegation lives on: %s", row)
		}
	}
}

// Attached by several at once it is attached once; attached and deleted at once,
// nothing lives on.
func TestClientsAtOnce(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		id, a := facilitates(t, w), w.As(turid, verft)
		attach := func(ctx context.Context) error { return second(w.AttachClient(ctx, a, id, bakeri)) }
		before := marked(t, w)
		if n := winners(together(t.Context(), attach, attach, attach, attach)); n != 4 {
			t.Errorf("%d of 4 were told that it is attached", n)
		}
		before.mustHaveDone(t, "client.attach", "systemuser:"+string(id))
		detach := func(ctx context.Context) error { return w.DetachClient(ctx, a, id, bakeri) }
		before = marked(t, w)
		mustHaveOneWinner(t, together(t.Context(), detach, detach, detach))
		before.mustHaveDone(t, "client.detach", "systemuser:"+string(id))

		errs := together(t.Context(), attach, func(ctx context.Context) error { return w.DeleteAgent(ctx, a, id) }, attach)
		if errs[1] != nil {
			t.Errorf("deleted: %v", errs[1])
		}
		if serves(t, w, id, bakeri) {
			t.Error("it serves a client after its end")
		}
		for _, row := range w.Tables(t)["client_delegation"] {
			if strings.Contains(row, "<nil>") {
				t.Errorf("a delegation lives on: %s", row)
			}
		}
		mustVerify(t, w)
	})
}

// Whoever may not decide about clients is told who may: those who attach them, or
// where there are none, those who administer access. A stranger is told nobody.
func TestWhoDecidesAboutClients(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	told := func(who modelstest.Name) (out []string) {
		t.Helper()
		people, err := w.ClientDeciders(t.Context(), w.As(who, bakeri))
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range people {
			out = append(out, p.Name)
		}
		slices.Sort(out)
		return out
	}
	if manage := told(even); !slices.Equal(manage, []string{"Kari", "Nils", "Ola"}) {
		t.Errorf("who administer access, where nobody attaches: %v", manage)
	}
	w.Exec(t, "UPDATE holding SET urn = 'urn:altinn:rolecode:kladm' WHERE org_no = ? AND person_id = ?", string(bakeri), string(w.ID(ola)))
	if attach := told(even); !slices.Equal(attach, []string{"Ola"}) {
		t.Errorf("who attach: %v", attach)
	}
	_, err := w.ClientDeciders(t.Context(), w.As(turid, bakeri))
	mustBe(t, err, models.NotFound, models.CodeNotFound)
}
