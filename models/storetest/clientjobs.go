package storetest

import (
	"context"
	"iter"
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/bulk"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
)

func testClientJobs(t *testing.T, k *kit) {
	settle(t, k)
	g := facilitating(t, k)
	rule := g.rule(t, k, accountant)
	var jobs []bulk.Job // newest first
	for i := range 3 {
		j := bulk.Job{
			ID: models.NewID(), Owner: verft, Person: vidar, Level: 3, Agent: g.ID, Kind: bulk.Attach, Defaults: []byte{}, Status: bulk.Running, Total: 1,
			CreatedAt: Now().Add(time.Duration(i) * time.Minute), Next: Now(),
		}
		if i == 1 {
			j.Rule, j.Kind = rule.ID, bulk.Detach
		}
		k.write(t, func(ctx context.Context, tx registry.Tx) error {
			return tx.AddBulk(ctx, j, []bulk.Row{{Customer: string(bakeri), Status: bulk.RowWaiting, Next: Now()}})
		})
		jobs = append([]bulk.Job{j}, jobs...)
	}
	theirs, _ := addBulk(t, k, verft, Now(), 1)
	same(t, "jobs of the agent", jobs[:2], read(t, k, func(ctx context.Context, r registry.Reader) ([]bulk.Job, error) {
		return r.ClientJobs(ctx, g.ID, 2)
	}))
	of := func(owner party.OrgNo, id models.ID) func(context.Context, registry.Reader) (bulk.Job, error) {
		return func(ctx context.Context, r registry.Reader) (bulk.Job, error) { return r.ClientJobOf(ctx, owner, id) }
	}
	same(t, "a job", jobs[1], read(t, k, of(verft, jobs[1].ID)))
	for id, owner := range map[models.ID]party.OrgNo{jobs[1].ID: bakeri, theirs.ID: verft, "none": verft} {
		_, err := tryRead(t, k, of(owner, id))
		notFound(t, err)
	}
	runs := func() bool {
		return read(t, k, func(ctx context.Context, r registry.Reader) (bool, error) { return r.ClientRuleRuns(ctx, rule.ID) })
	}
	same(t, "a job of the rule runs", true, runs())
	k.write(t, func(ctx context.Context, tx registry.Tx) error { return tx.SaveBulk(ctx, jobs[1].Count(1, 0, Now())) })
	same(t, "a job of the rule runs when it is done", false, runs())
}

// rule makes clients of the relation be attached from now on.
func (g served) rule(t *testing.T, k *kit, relation string) registry.ClientRule {
	t.Helper()
	rule := registry.ClientRule{ID: models.NewID(), Agent: g.ID, Owner: verft, Relation: relation, By: vidar, Level: 3, From: Now()}
	k.write(t, func(ctx context.Context, tx registry.Tx) error { return tx.AddClientRule(ctx, rule) })
	return rule
}

func comers(rule registry.ClientRule, now time.Time) func(context.Context, registry.Reader) iter.Seq2[registry.Client, error] {
	return func(ctx context.Context, r registry.Reader) iter.Seq2[registry.Client, error] {
		return r.NewClients(ctx, rule, now)
	}
}

func testClientRules(t *testing.T, k *kit) {
	settle(t, k)
	g := facilitating(t, k)
	rule := g.rule(t, k, accountant)
	failsWith(t, k.try(t, func(ctx context.Context, tx registry.Tx) error {
		return tx.AddClientRule(ctx, registry.ClientRule{ID: models.NewID(), Agent: g.ID, Relation: accountant, By: vidar, From: Now()})
	}), models.Conflict, models.CodeConflict)
	other := g.rule(t, k, accounts)
	of := func() []registry.ClientRule {
		return read(t, k, func(ctx context.Context, r registry.Reader) ([]registry.ClientRule, error) {
			return r.ClientRules(ctx, g.ID)
		})
	}
	after := func(id models.ID, limit int) []registry.ClientRule {
		return read(t, k, func(ctx context.Context, r registry.Reader) ([]registry.ClientRule, error) {
			return r.ClientRulesAfter(ctx, id, limit)
		})
	}
	same(t, "rules by relation", []registry.ClientRule{other, rule}, of())
	byID := []registry.ClientRule{rule, other}
	if other.ID < rule.ID {
		byID = []registry.ClientRule{other, rule}
	}
	same(t, "rules by id", byID, after("", 10))
	same(t, "the first", byID[:1], after("", 1))
	same(t, "the next", byID[1:], after(byID[0].ID, 10))

	newOnes := func() []registry.Client {
		return read(t, k, walked(comers(rule, Now().Add(time.Hour))))
	}
	exec(t, k, "UPDATE relation SET from_at = "+ms(Now().Add(-time.Second)))
	same(t, "clients of before the rule", []registry.Client(nil), newOnes())
	exec(t, k, "UPDATE relation SET from_at = "+ms(Now().Add(time.Minute))+" WHERE source = 'file'")
	same(t, "new clients, but for one that another source knew before", []registry.Client{client(lodd, accountant)}, newOnes())
	exec(t, k, "UPDATE relation SET from_at = "+ms(Now().Add(time.Minute)))
	same(t, "new clients", []registry.Client{client(lodd, accountant), client(bakeri, accounts, accountant)}, newOnes())
	same(t, "before they are", []registry.Client(nil), read(t, k, walked(comers(rule, Now()))))
	g.attach(t, k, lodd)
	same(t, "one is attached", []registry.Client{client(bakeri, accounts, accountant)}, newOnes())
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		_, err := tx.DetachClients(ctx, g.ID, lodd, Now().Add(time.Hour))
		return err
	})
	same(t, "one is detached", []registry.Client{client(bakeri, accounts, accountant)}, newOnes())
	exec(t, k, "UPDATE client_delegation SET ended_at = "+ms(Now().Add(-time.Hour)))
	same(t, "one was detached before the rule", 2, len(newOnes()))

	end := func() (ok bool) {
		k.write(t, func(ctx context.Context, tx registry.Tx) (err error) {
			ok, err = tx.EndClientRule(ctx, g.ID, accountant, Now())
			return err
		})
		return ok
	}
	same(t, "ended once", []bool{true, false}, []bool{end(), end()})
	same(t, "the rule that is left", []registry.ClientRule{other}, of())
	g.rule(t, k, accountant) // anew
	revoke(t, k, read(t, k, userOfCustomer(verft, g.ID)))
	same(t, "rules of an agent that has ended", 0, len(after("", 10)))
}
