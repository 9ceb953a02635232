package storetest

import (
	"context"
	"iter"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
	"github.com/stafett/stafett/rar"
)

// served is a facilitator, the yard, with clients and an agent.
type served struct {
	agent systemuser.SystemUser
	registry.Agent
	keys map[string]string // of the relations, by client and role
}

const accountant = "urn:altinn:external-role:ccr:regnskapsforer"

// facilitating makes the yard the accountant of the bakery, which has given it
// accounts as well, and of another organisation.
func facilitating(t *testing.T, k *kit) served {
	t.Helper()
	s := ledger()
	s.Asks = []system.Ask{{Item: catalog.PackageOf(accounts), Purpose: text("Regnskap")}, {Item: catalog.PackageOf(wages), Purpose: text("Lønn")}}
	s = addSystem(t, k, s)
	u := userOf(ask(s, verft, "a"), vidar)
	u.Kind, u.Delegated = systemuser.Agent, s.Asked()
	g := served{agent: addUser(t, k, u), keys: map[string]string{}}
	g.Agent = registry.Agent{ID: u.ID, Facilitator: verft}
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		if _, err := tx.PutRole(ctx, catalog.Role{URN: accountant, Name: text("Regnskapsfører")}); err != nil {
			return err
		}
		for urn, assignable := range map[string]bool{accounts: true, wages: false} {
			if _, err := tx.PutPackage(ctx, catalog.Package{URN: urn, Name: text(urn), Area: "money", Delegable: true, Assignable: assignable}); err != nil {
				return err
			}
		}
		if _, err := tx.PutRolePackage(ctx, catalog.RolePackage{RoleURN: accountant, PackageURN: wages, Variant: "AS", HasAccess: true}); err != nil {
			return err
		}
		for _, r := range []party.Relation{
			{Client: bakeri, RoleURN: accountant, Source: "file"},
			{Client: bakeri, RoleURN: accountant, Source: "register"},
			{Client: bakeri, RoleURN: accounts, Source: "file"},
			{Client: lodd, RoleURN: accountant, Source: "file"},
		} {
			r.Facilitator = verft
			c, err := tx.PutRelation(ctx, r)
			if err != nil {
				return err
			}
			g.keys[string(r.Client)+r.RoleURN+r.Source] = c.Key
		}
		return nil
	})
	return g
}

func (g served) attach(t *testing.T, k *kit, client party.OrgNo) registry.ClientDelegation {
	t.Helper()
	d := registry.ClientDelegation{ID: models.NewID(), Agent: g.ID, Client: client, By: vidar, From: Now().Add(time.Minute)}
	k.write(t, func(ctx context.Context, tx registry.Tx) error { return tx.AttachClient(ctx, d) })
	return d
}

func (g served) end(t *testing.T, k *kit, keys ...string) {
	t.Helper()
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		for i := range keys {
			keys[i] = g.keys[keys[i]]
		}
		return tx.End(ctx, exchange.Relations, keys)
	})
}

func walked(walk func(context.Context, registry.Reader) iter.Seq2[registry.Client, error]) func(context.Context, registry.Reader) ([]registry.Client, error) {
	return func(ctx context.Context, r registry.Reader) ([]registry.Client, error) {
		var out []registry.Client
		for one, err := range walk(ctx, r) {
			if err != nil {
				return nil, err
			}
			one.Organisation = party.Organisation{OrgNo: one.Organisation.OrgNo, Name: one.Organisation.Name, Form: one.Organisation.Form}
			out = append(out, one)
		}
		return out, nil
	}
}

func (g served) clients(after party.OrgNo, now time.Time) func(context.Context, registry.Reader) ([]registry.Client, error) {
	return walked(func(ctx context.Context, r registry.Reader) iter.Seq2[registry.Client, error] {
		return r.ClientsAfter(ctx, g.Agent, after, now)
	})
}

func (g served) attached(after party.OrgNo, now time.Time) func(context.Context, registry.Reader) ([]registry.Client, error) {
	return walked(func(ctx context.Context, r registry.Reader) iter.Seq2[registry.Client, error] {
		return r.AttachedAfter(ctx, g.Agent, after, now)
	})
}

func client(o party.OrgNo, relations ...string) registry.Client {
	return registry.Client{Organisation: party.Organisation{OrgNo: o, Name: "Org " + string(o), Form: "AS"}, Relations: relations}
}

func testClients(t *testing.T, k *kit) {
	settle(t, k)
	g := facilitating(t, k)
	same(t, "clients", []registry.Client{client(lodd, accountant), client(bakeri, accounts, accountant)}, read(t, k, g.clients("", Now())))
	same(t, "clients after the first", []registry.Client{client(bakeri, accounts, accountant)}, read(t, k, g.clients(lodd, Now())))
	same(t, "clients before there were any", []registry.Client{}, read(t, k, g.clients("", Now().Add(-time.Second))))
	same(t, "attached at first", []registry.Client{}, read(t, k, g.attached("", Now())))

	d := g.attach(t, k, bakeri)
	g.attach(t, k, lodd)
	own := g.attach(t, k, verft)
	with := client(bakeri, accounts, accountant)
	with.Delegation, with.Since, with.By = d.ID, d.From, vidar
	same(t, "the attached client", with, read(t, k, g.clients(lodd, Now()))[0])
	same(t, "attached", []registry.Client{with}, read(t, k, g.attached(lodd, Now())))
	for o, want := range map[party.OrgNo]models.ID{bakeri: d.ID, verft: own.ID, rotor: ""} {
		got := read(t, k, func(ctx context.Context, r registry.Reader) (registry.Client, error) {
			return r.ClientOf(ctx, g.Agent, o, Now())
		})
		same(t, "delegation of "+string(o), want, got.Delegation)
	}
	for facilitator, want := range map[party.OrgNo]map[party.OrgNo][]models.ID{verft: {bakeri: {g.ID}, lodd: {g.ID}}, rotor: {}} {
		got := read(t, k, func(ctx context.Context, r registry.Reader) (map[party.OrgNo][]models.ID, error) {
			return r.ServedBy(ctx, facilitator, []party.OrgNo{bakeri, lodd, rotor})
		})
		same(t, "who serves the clients of "+string(facilitator), want, got)
		same(t, "it facilitates", len(want) > 0, read(t, k, func(ctx context.Context, r registry.Reader) (bool, error) {
			_, _, facilitates, err := r.Awaiting(ctx, facilitator, vidar, Now())
			return facilitates, err
		}))
	}
	_, err := tryRead(t, k, func(ctx context.Context, r registry.Reader) (registry.Client, error) {
		return r.ClientOf(ctx, g.Agent, "310000099", Now())
	})
	notFound(t, err)

	g.end(t, k, string(bakeri)+accountant+"file")
	same(t, "with a relation from another source", with, read(t, k, g.attached(lodd, Now()))[0])
	g.end(t, k, string(bakeri)+accountant+"register", string(bakeri)+accounts+"file")
	with.Relations = nil
	same(t, "attached when the relations have ended", []registry.Client{with}, read(t, k, g.attached(lodd, Now())))
	same(t, "clients when the relations have ended", 1, len(read(t, k, g.clients("", Now()))))

	for id, want := range map[models.ID]party.OrgNo{g.ID: verft, "none": ""} {
		got, err := tryRead(t, k, func(ctx context.Context, r registry.Reader) (party.OrgNo, error) { return r.OwnerOf(ctx, id) })
		if got != want || (err != nil) != (want == "") {
			t.Errorf("owner of %s: %s, %v", id, got, err)
		}
	}
}

func testAgents(t *testing.T, k *kit) {
	settle(t, k)
	g := facilitating(t, k)
	addUser(t, k, userOf(ask(ledger(), verft, "standard"), vidar))
	other := userOf(ask(ledger(), bakeri, "other"), berit)
	other.Kind = systemuser.Agent
	addUser(t, k, other)
	gone := userOf(ask(ledger(), verft, "gone"), vidar)
	gone.Kind = systemuser.Agent
	revoke(t, k, addUser(t, k, gone))
	agents := func(after models.ID, limit int) []systemuser.SystemUser {
		return read(t, k, func(ctx context.Context, r registry.Reader) ([]systemuser.SystemUser, error) {
			return r.AgentsAfter(ctx, verft, after, limit)
		})
	}
	same(t, "agents", []systemuser.SystemUser{g.agent}, agents("", 10))
	same(t, "agents after the last", []systemuser.SystemUser{}, agents(g.ID, 10))
	same(t, "no agents", []systemuser.SystemUser{}, agents("", 0))
}

func testAttach(t *testing.T, k *kit) {
	settle(t, k)
	g := facilitating(t, k)
	attach := func() error {
		return k.try(t, func(ctx context.Context, tx registry.Tx) error {
			return tx.AttachClient(ctx, registry.ClientDelegation{ID: models.NewID(), Agent: g.ID, Client: bakeri, By: vidar, From: Now()})
		})
	}
	oneWins(t, race(8, func(int) error { return attach() }), models.CodeConflict)
	u := read(t, k, userOfCustomer(verft, g.ID))
	want := g.agent
	want.Seq, want.ChangedAt = g.agent.Seq+1, Now()
	same(t, "the agent has changed once", want, u)

	k.write(t, func(ctx context.Context, tx registry.Tx) error { // a conflict leaves nothing behind
		failsWith(t, tx.AttachClient(ctx, registry.ClientDelegation{ID: models.NewID(), Agent: g.ID, Client: bakeri, From: Now()}), models.Conflict, models.CodeConflict)
		return nil
	})
	same(t, "the agent after a conflict", want, read(t, k, userOfCustomer(verft, g.ID)))

	g.attach(t, k, lodd)
	detach := func(client party.OrgNo) int {
		n := 0
		k.write(t, func(ctx context.Context, tx registry.Tx) (err error) {
			n, err = tx.DetachClients(ctx, g.ID, client, Now().Add(time.Hour))
			return err
		})
		return n
	}
	same(t, "one detached", []int{1, 0, 1, 0}, []int{detach(bakeri), detach(bakeri), detach(""), detach("")})
	want.Seq, want.ChangedAt = g.agent.Seq+4, Now().Add(time.Hour)
	same(t, "the agent when all are detached", want, read(t, k, userOfCustomer(verft, g.ID)))
	if err := attach(); err != nil {
		t.Errorf("attached anew: %v", err)
	}
	revoke(t, k, read(t, k, userOfCustomer(verft, g.ID)))
	failsWith(t, k.try(t, func(ctx context.Context, tx registry.Tx) error {
		_, err := tx.DetachClients(ctx, g.ID, bakeri, Now())
		return err
	}), models.Conflict, models.CodeUserRevoked)
	failsWith(t, k.try(t, func(ctx context.Context, tx registry.Tx) error {
		return tx.AttachClient(ctx, registry.ClientDelegation{ID: models.NewID(), Agent: g.ID, Client: lodd, From: Now()})
	}), models.Conflict, models.CodeUserRevoked)
}

// testHoldsForClients takes the ground away under what an agent holds for a
// client, bit by bit.
func testHoldsForClients(t *testing.T, k *kit) {
	settle(t, k)
	g := facilitating(t, k)
	exec(t, k, "DELETE FROM resource_package WHERE package_urn = '"+accounts+"'") // so that vat comes of wages alone
	holds := func(party party.OrgNo) (attached, holds bool) {
		t.Helper()
		h, err := k.Holds(t.Context(), rar.Question{SystemUser: g.ID, Resource: "vat", Action: "read", Party: party})
		if err != nil {
			t.Fatal(err)
		}
		want := rar.Held{Known: true, Live: true, Kind: "agent", Customer: verft, SystemID: string(rotorLedg), ResourceKnown: true}
		if diff := cmp.Diff(want, h, cmpopts.IgnoreFields(rar.Held{}, "Attached", "Holds")); diff != "" {
			t.Error(diff)
		}
		return h.Attached, h.Holds
	}
	says := func(name string, client party.OrgNo, attached, held bool) {
		t.Helper()
		if a, h := holds(client); a != attached || h != held {
			t.Errorf("%s: attached %v, holds %v; want %v, %v", name, a, h, attached, held)
		}
	}
	says("a client that is not attached", bakeri, false, false)
	g.attach(t, k, bakeri)
	g.attach(t, k, lodd)
	says("an attached client", bakeri, true, true)
	says("another attached client", lodd, true, true)
	says("the facilitator itself", verft, false, false)
	says("somebody else", rotor, false, false)
	says("nobody", "", false, false)

	for _, c := range []struct{ name, do, undo string }{
		{"the role has no access", "UPDATE role_package SET has_access = FALSE, can_delegate = TRUE WHERE role_urn = '" + accountant + "'", "UPDATE role_package SET has_access = TRUE WHERE role_urn = '" + accountant + "'"},
		{"the client has another form", "UPDATE organisation SET form = 'ENK' WHERE org_no = '" + string(bakeri) + "'", "UPDATE organisation SET form = 'AS' WHERE org_no = '" + string(bakeri) + "'"},
		{"the package is delegable no more", "UPDATE access_package SET delegable = FALSE WHERE urn = '" + wages + "'", "UPDATE access_package SET delegable = TRUE WHERE urn = '" + wages + "'"},
		{"the package is for persons", "UPDATE access_package SET for_persons = TRUE WHERE urn = '" + wages + "'", "UPDATE access_package SET for_persons = FALSE WHERE urn = '" + wages + "'"},
		{"the package was not approved", "UPDATE delegation SET ref = '-' WHERE ref = '" + wages + "'", "UPDATE delegation SET ref = '" + wages + "' WHERE ref = '-'"},
		{"the relation has not begun", "UPDATE relation SET from_at = " + ms(Now().Add(time.Second)), "UPDATE relation SET from_at = " + ms(Now())},
	} {
		exec(t, k, c.do)
		says(c.name, bakeri, true, false)
		exec(t, k, c.undo)
	}
	says("with all of it back", bakeri, true, true)
	g.end(t, k, string(bakeri)+accountant+"file")
	says("with the relation of another source", bakeri, true, true)
	g.end(t, k, string(bakeri)+accountant+"register")
	says("when the relation has ended", bakeri, true, false)
	says("another client then", lodd, true, true)

	// What a client gives must be what a client can give.
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		_, err := tx.PutRelation(ctx, party.Relation{Facilitator: verft, Client: bakeri, RoleURN: wages, Source: "file"})
		return err
	})
	says("given by the client, which cannot", bakeri, true, false)
	g.attach(t, k, verft)
	says("the facilitator itself, of what only a role gives", verft, true, false)
	exec(t, k, "UPDATE access_package SET assignable = TRUE WHERE urn = '"+wages+"'")
	says("given by the client", bakeri, true, true)
	says("the facilitator itself", verft, true, true)

	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		_, err := tx.DetachClients(ctx, g.ID, lodd, Now())
		return err
	})
	says("a detached client", lodd, false, false)
	exec(t, k, "UPDATE system_user SET kind = 'standard'")
	if h, err := k.Holds(t.Context(), rar.Question{SystemUser: g.ID, Resource: "vat", Action: "read", Party: bakeri}); err != nil || h.Attached || !h.Holds {
		t.Errorf("a standard system user: %+v, %v", h, err) // whose party the caller compares
	}
}
