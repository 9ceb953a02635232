package storetest

import (
	"context"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/systemuser"
)

// pendingRefs are the external references of what waits for the bakery, page by
// page of two.
func pendingRefs(t testing.TB, k *kit, kind systemuser.Kind, escalated bool, now time.Time) []string {
	t.Helper()
	var out []string
	after := registry.After{}
	for {
		page := read(t, k, func(ctx context.Context, r registry.Reader) ([]request.Request, error) {
			return r.PendingRequests(ctx, bakeri, kind, escalated, now, after, 2)
		})
		for _, r := range page {
			out = append(out, r.ExternalRef)
			after = registry.After{Made: r.CreatedAt, ID: r.ID}
		}
		if len(page) < 2 || len(out) > 20 {
			return out
		}
	}
}

// What waits comes the oldest first, and pages lose and repeat nothing, also
// where several are of the same moment.
func testPendingRequests(t *testing.T, k *kit) {
	settle(t, k)
	s := addSystem(t, k, ledger())
	for i := range 5 {
		r := ask(s, bakeri, "r"+strconv.Itoa(i))
		r.CreatedAt = Now().Add(time.Duration(i/3) * time.Millisecond)
		addRequest(t, k, r)
	}
	agent, removed := ask(s, bakeri, "agent"), ask(s, bakeri, "removed")
	agent.Kind, removed.Removed = systemuser.Agent, Now()
	agent = addRequest(t, k, agent)
	addRequest(t, k, removed)
	addRequest(t, k, ask(s, verft, "theirs"))
	got := pendingRefs(t, k, systemuser.Standard, false, Now())
	if sorted := slices.Sorted(slices.Values(got)); !slices.Equal(sorted, []string{"r0", "r1", "r2", "r3", "r4"}) || !slices.Equal(slices.Sorted(slices.Values(got[3:])), []string{"r3", "r4"}) {
		t.Errorf("what waits: %v", got)
	}
	same(t, "when their time has run out", []string(nil), pendingRefs(t, k, systemuser.Standard, false, agent.ExpiresAt.Add(time.Hour)))
	same(t, "agents", []string{"agent"}, pendingRefs(t, k, systemuser.Agent, false, Now()))
	same(t, "agents that were sent on", []string(nil), pendingRefs(t, k, systemuser.Agent, true, Now()))
	mark := func(r request.Request, on bool) error {
		return k.try(t, func(ctx context.Context, tx registry.Tx) error { return tx.EscalateRequest(ctx, r, on) })
	}
	escalate := func(r request.Request) error { return mark(r, true) }
	wrong := agent
	wrong.Customer = verft
	failsWith(t, escalate(wrong), models.Conflict, models.CodeRequestDecided)
	if err := escalate(agent); err != nil {
		t.Fatal(err)
	}
	same(t, "after it was sent on", []string{"agent"}, pendingRefs(t, k, systemuser.Agent, true, Now()))
	stored := read(t, k, func(ctx context.Context, r registry.Reader) (request.Request, error) {
		return r.RequestFor(ctx, bakeri, agent.ID)
	})
	agent.Escalated = true
	same(t, "the request that was sent on", agent, stored)
	if err := mark(agent, false); err != nil {
		t.Fatal(err)
	}
	same(t, "after that was taken back", []string(nil), pendingRefs(t, k, systemuser.Agent, true, Now()))
	agent.Status, agent.DecidedAt = request.Withdrawn, Now()
	if err := k.try(t, func(ctx context.Context, tx registry.Tx) error { return tx.DecideRequest(ctx, agent) }); err != nil {
		t.Fatal(err)
	}
	failsWith(t, escalate(agent), models.Conflict, models.CodeRequestDecided)
}

func testLiveSystemUsers(t *testing.T, k *kit) {
	settle(t, k)
	s := addSystem(t, k, ledger())
	for i := range 5 {
		u := userOf(ask(s, bakeri, "u"+strconv.Itoa(i)), berit)
		u.CreatedAt = Now().Add(time.Duration(i/3) * time.Millisecond)
		addUser(t, k, u)
	}
	agent := userOf(ask(s, bakeri, "agent"), berit)
	agent.Kind = systemuser.Agent
	agent = addUser(t, k, agent)
	revoke(t, k, addUser(t, k, userOf(ask(s, bakeri, "gone"), berit)))
	addUser(t, k, userOf(ask(s, verft, "theirs"), vidar))
	list := func(kind systemuser.Kind) (out []string) {
		after := registry.After{}
		for {
			page := read(t, k, func(ctx context.Context, r registry.Reader) ([]systemuser.SystemUser, error) {
				return r.LiveSystemUsers(ctx, bakeri, kind, after, 2)
			})
			for _, u := range page {
				out = append(out, u.ExternalRef)
				after = registry.After{Made: u.CreatedAt, ID: u.ID}
			}
			if len(page) < 2 || len(out) > 20 {
				return slices.Sorted(slices.Values(out))
			}
		}
	}
	same(t, "standard ones", []string{"u0", "u1", "u2", "u3", "u4"}, list(systemuser.Standard))
	same(t, "agents", []string{"agent"}, list(systemuser.Agent))

	rename := func(u systemuser.SystemUser) error {
		return k.try(t, func(ctx context.Context, tx registry.Tx) error { return tx.RenameSystemUser(ctx, u) })
	}
	named := agent
	named.Title, named.ChangedAt = "I butikken", Now().Add(time.Second)
	for name, change := range map[string]func(*systemuser.SystemUser){
		"of another version":  func(u *systemuser.SystemUser) { u.Version++ },
		"of another customer": func(u *systemuser.SystemUser) { u.Customer = verft },
		"that is not there":   func(u *systemuser.SystemUser) { u.ID = models.NewID() },
	} {
		wrong := named
		change(&wrong)
		t.Log(name)
		failsWith(t, rename(wrong), models.Conflict, models.CodeUserRevoked)
	}
	if err := rename(named); err != nil {
		t.Fatal(err)
	}
	stored := read(t, k, userOfCustomer(bakeri, agent.ID))
	if stored.Seq <= agent.Seq {
		t.Errorf("its number is %d, and was %d", stored.Seq, agent.Seq)
	}
	named.Version, named.Seq = named.Version+1, stored.Seq
	same(t, "renamed", named, stored)
	revoke(t, k, stored)
	failsWith(t, rename(stored), models.Conflict, models.CodeUserRevoked)
}
