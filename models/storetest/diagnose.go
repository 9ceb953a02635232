package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
	"github.com/stafett/stafett/rar"
)

// userIDs are those of system users.
func userIDs(users []systemuser.SystemUser) (ids []models.ID) {
	for _, u := range users {
		ids = append(ids, u.ID)
	}
	return ids
}

func testDiagnose(t *testing.T, k *kit) {
	settle(t, k)
	s := addSystem(t, k, ledger())
	gone := ledger()
	gone.ID, gone.Clients = rotorLedg+"2", []system.Client{{Issuer: "https://other.example/", ID: "client-a"}}
	gone = addSystem(t, k, gone)
	exec(t, k, "UPDATE system SET deleted = TRUE WHERE id = '"+string(gone.ID)+"'")

	runs := read(t, k, func(ctx context.Context, r registry.Reader) (map[string]system.ID, error) {
		return r.SystemsRunAs(ctx, []string{maskin, "https://other.example/", "https://third.example/"}, "client-a")
	})
	same(t, "systems by issuer", map[string]system.ID{maskin: s.ID, "https://other.example/": gone.ID}, runs)
	runs = read(t, k, func(ctx context.Context, r registry.Reader) (map[string]system.ID, error) {
		return r.SystemsRunAs(ctx, []string{"https://third.example/"}, "client-a")
	})
	same(t, "under no such issuer", map[string]system.ID{}, runs)

	old, last := ask(s, bakeri, "ref"), ask(s, bakeri, "ref")
	old.Status, old.DecidedAt, last.CreatedAt = request.Withdrawn, Now(), Now().Add(time.Second)
	old, last = addRequest(t, k, old), addRequest(t, k, last)
	addRequest(t, k, ask(s, bakeri, "other"))
	asked := read(t, k, func(ctx context.Context, r registry.Reader) ([]request.Request, error) {
		return r.RequestsAt(ctx, s.ID, bakeri, "ref", 2)
	})
	same(t, "requests of the triple", []request.Request{last, old}, asked)

	ended := revoke(t, k, addUser(t, k, userOf(old, berit)))
	live, agent := addUser(t, k, userOf(last, berit)), userOf(ask(s, verft, "agent"), vidar)
	agent.Kind = systemuser.Agent
	agent = addUser(t, k, agent)
	addUser(t, k, userOf(ask(gone, bakeri, "ref"), berit))
	exec(t, k, "INSERT INTO client_delegation (id, system_user_id, client, from_at, ended_at) VALUES ('1', '"+string(agent.ID)+"', '"+string(bakeri)+"', 1, NULL)")
	exec(t, k, "INSERT INTO client_delegation (id, system_user_id, client, from_at, ended_at) VALUES ('2', '"+string(agent.ID)+"', '"+string(verft)+"', 1, 2)")
	users := func(f func(context.Context, registry.Reader) ([]systemuser.SystemUser, error)) []models.ID {
		t.Helper()
		return userIDs(read(t, k, f))
	}
	same(t, "revoked", []models.ID{ended.ID}, users(func(ctx context.Context, r registry.Reader) ([]systemuser.SystemUser, error) {
		return r.RevokedAt(ctx, s.ID, bakeri, "ref", 5)
	}))
	for _, c := range []struct {
		supplier, customer party.OrgNo
		live, agents       []models.ID
	}{
		{rotor, bakeri, []models.ID{live.ID}, []models.ID{agent.ID}}, // and not that of the deleted system
		{rotor, verft, []models.ID{agent.ID}, nil},
		{bakeri, bakeri, nil, nil},
	} {
		same(t, "live ones of "+string(c.customer), c.live, users(func(ctx context.Context, r registry.Reader) ([]systemuser.SystemUser, error) {
			return r.LiveUsersOf(ctx, c.supplier, c.customer, 5)
		}))
		same(t, "agents that serve "+string(c.customer), c.agents, users(func(ctx context.Context, r registry.Reader) ([]systemuser.SystemUser, error) {
			return r.AgentsServing(ctx, c.supplier, c.customer, 5)
		}))
	}

	holds := func(u systemuser.SystemUser, resource string, p party.OrgNo) registry.HeldRight {
		t.Helper()
		return read(t, k, func(ctx context.Context, r registry.Reader) (registry.HeldRight, error) {
			return r.HoldsRight(ctx, u.ID, resource, "read", p, Now())
		})
	}
	same(t, "a right", registry.HeldRight{Known: true, Given: true}, holds(live, "vat", bakeri))
	exec(t, k, "UPDATE system_user SET paused = 'struck_off' WHERE id = '"+string(live.ID)+"'")
	same(t, "a right, while paused", registry.HeldRight{Known: true, Given: true}, holds(live, "vat", bakeri))
	same(t, "no resource", registry.HeldRight{}, holds(live, "none", bakeri))
	same(t, "a client", true, holds(agent, "vat", bakeri).Attached)
	same(t, "no client", false, holds(agent, "vat", verft).Attached)
}

func testRefusals(t *testing.T, k *kit) {
	settle(t, k)
	addSystem(t, k, ledger())
	decision := func(reason rar.Reason, at time.Time, caller, client string) rar.Count {
		return rar.Count{Decision: rar.Decision{ID: models.NewID(), At: at, Kind: rar.Enrich, Caller: caller, ClientID: client, Reason: reason}, Bucket: at.Unix(), N: 2}
	}
	err := k.Repeat(t.Context(), []rar.Count{
		decision(rar.ReasonRevoked, Now(), maskin, "client-a"),
		decision(rar.ReasonRevoked, Now().Add(time.Minute), maskin, "client-a"),
		decision(rar.ReasonPending, Now().Add(time.Hour), maskin, "client-a"),
		decision(rar.ReasonPaused, Now().Add(-time.Millisecond), maskin, "client-a"),
		decision(rar.ReasonPaused, Now(), maskin, "client-b"),
		decision(rar.ReasonPaused, Now(), "https://other.example/", "client-a"),
		decision("", Now(), maskin, "client-a"),
	})
	if err != nil {
		t.Fatal(err)
	}
	got := read(t, k, func(ctx context.Context, r registry.Reader) ([]registry.Refused, error) {
		return r.RefusalsOf(ctx, maskin, "client-a", Now())
	})
	same(t, "refusals", []registry.Refused{
		{Reason: string(rar.ReasonPending), Count: 2, Last: Now().Add(time.Hour)}, {Reason: string(rar.ReasonRevoked), Count: 4, Last: Now().Add(time.Minute)},
	}, got)
}
