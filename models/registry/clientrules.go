package registry

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/bulk"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
)

// ClientRule says that clients which the facilitator gets by the relation are
// attached to the agent system user as they come.
type ClientRule struct {
	ID       models.ID
	Agent    models.ID
	Owner    party.OrgNo // whose system user it is
	Relation string      // URN, as in Client.Relations
	By       models.ID   // person, in whose name it is done
	Level    int         // at which he said so
	From     time.Time
}

// ClientRuleReader reads rules that last.
type ClientRuleReader interface {
	// ClientRules lists the agent's rules by relation.
	ClientRules(ctx context.Context, agent models.ID) ([]ClientRule, error)
	// ClientRulesAfter lists the rules of live agents by id, after the id, at most
	// limit.
	ClientRulesAfter(ctx context.Context, after models.ID, limit int) ([]ClientRule, error)
	// ClientRuleRuns reports whether a job of the rule's runs.
	ClientRuleRuns(ctx context.Context, id models.ID) (bool, error)
	// NewClients walks, as ClientsAfter does, the clients whose relation of the
	// rule's kind began after the rule, and which have neither been attached to
	// nor detached from the agent since.
	NewClients(ctx context.Context, rule ClientRule, now time.Time) iter.Seq2[Client, error]
}

// ClientRuleTx stores rules.
type ClientRuleTx interface {
	// AddClientRule stores a new rule: Conflict when the agent has one for the
	// relation.
	AddClientRule(ctx context.Context, rule ClientRule) error
	// EndClientRule ends the agent's rule for the relation; ok is false when there
	// is none.
	EndClientRule(ctx context.Context, agent models.ID, relation string, at time.Time) (ok bool, err error)
}

// AddClientRule lets clients with which the facilitator gets the relation from now on be
// attached to its agent system user, in the name of the person and for as long as
// he may attach clients; when there is such a rule, nothing changes. Errors:
// those of AvailableClients; Invalid, field relation, for one that the catalogue
// does not know; those of the policy.
func (r *Registry) AddClientRule(ctx context.Context, a models.Actor, id models.ID, relation string) error {
	return r.guard(ctx, a, policy.ClientRule, userSubject(id), func(tx Tx, _ policy.Standing, c *catalog.Catalog) (change, error) {
		g, err := r.agent(ctx, tx, a, id)
		if err == nil {
			err = g.grows()
		}
		if err != nil {
			return change{}, err
		}
		_, role := c.Role(relation)
		if _, given := c.Package(relation); !role && !given {
			var f models.Faults
			f.Add("relation", "required")
			return change{}, f.Err()
		}
		rule := ClientRule{
			ID: models.NewID(), Agent: id, Owner: g.Facilitator, Relation: relation, By: models.ID(a.ID), Level: a.Level, From: stored(r.Now()),
		}
		err = tx.AddClientRule(ctx, rule)
		if err != nil && models.CodeOf(err) == models.CodeConflict {
			return change{}, nil
		}
		return change{
			subject: userSubject(id), event: "client.rule_added", orgs: []party.OrgNo{g.Facilitator},
			detail: audit.Detail{"rule": string(rule.ID), "relation": relation},
		}, err
	})
}

// EndClientRule ends the rule for the relation; what it attached stays attached.
// When there is none, nothing changes. Errors: those of AvailableClients; those
// of the policy. No fresh login is asked for.
func (r *Registry) EndClientRule(ctx context.Context, a models.Actor, id models.ID, relation string) error {
	return r.guard(ctx, a, policy.ClientRuleEnd, userSubject(id), func(tx Tx, _ policy.Standing, _ *catalog.Catalog) (change, error) {
		if _, err := r.agent(ctx, tx, a, id); err != nil {
			return change{}, err
		}
		ok, err := tx.EndClientRule(ctx, id, relation, stored(r.Now()))
		if err != nil || !ok {
			return change{}, err
		}
		return change{
			subject: userSubject(id), event: "client.rule_ended", orgs: []party.OrgNo{party.OrgNo(a.OrgNo)}, detail: audit.Detail{"relation": relation},
		}, nil
	})
}

const (
	// ruleBatch is how many clients a rule attaches in one job; the others follow.
	ruleBatch = 1000
	// rulesAtOnce is how many rules are read at a time.
	rulesAtOnce = 100
)

// WorkClientRules starts a job for each rule that has new clients which lack
// nothing, and returns how many it started. A rule rests while its person may
// not attach clients, or the system user can be given nothing. A job of the node
// calls it.
func (r *Registry) WorkClientRules(ctx context.Context) (int, error) {
	started, after := 0, models.ID("")
	var failed error
	for {
		var rules []ClientRule
		err := r.Store.Read(ctx, func(tx Reader) (err error) {
			rules, err = tx.ClientRulesAfter(ctx, after, rulesAtOnce)
			return err
		})
		if err != nil {
			return started, errors.Join(failed, err)
		}
		for _, rule := range rules {
			ok, err := r.workRule(ctx, rule)
			failed = errors.Join(failed, err)
			if ok {
				started++
			}
			after = rule.ID
		}
		if len(rules) < rulesAtOnce || ctx.Err() != nil {
			return started, failed
		}
	}
}

// workRule looks first whether there is anything to do, so that a rule that has
// nothing holds nobody up.
func (r *Registry) workRule(ctx context.Context, rule ClientRule) (bool, error) {
	a, found := r.ruler(rule), false
	err := r.Store.Read(ctx, func(tx Reader) error {
		_, c, err := r.check(ctx, tx, a, policy.ClientsAttach)
		if err != nil {
			return err
		}
		_, clients, err := r.ruled(ctx, tx, rule, c)
		found = len(clients) > 0
		return err
	})
	if err == nil && found {
		err = r.guard(ctx, a, policy.ClientsAttach, userSubject(rule.Agent), func(tx Tx, _ policy.Standing, c *catalog.Catalog) (change, error) {
			found = false
			g, clients, err := r.ruled(ctx, tx, rule, c)
			if err != nil || len(clients) == 0 {
				return change{}, err
			}
			found = true
			j, err := r.addClientJob(ctx, tx, a, g, bulk.Attach, clients, rule.ID)
			return jobStarted(j), err
		})
	}
	if _, rests := errors.AsType[*models.Error](err); rests && models.CodeOf(err) != models.CodeUnavailable {
		return false, nil
	}
	return found && err == nil, err
}

// ruler is the person of the rule, as starter has that of a job.
func (r *Registry) ruler(rule ClientRule) models.Actor {
	return r.starter(bulk.Job{Person: rule.By, Owner: rule.Owner, Level: rule.Level})
}

// ruled are the clients that the rule has attached next, if it lasts and none of
// its jobs runs.
func (r *Registry) ruled(ctx context.Context, tx Reader, rule ClientRule, c *catalog.Catalog) (agent, []party.OrgNo, error) {
	g, err := r.agent(ctx, tx, r.ruler(rule), rule.Agent)
	if err == nil {
		err = g.grows()
	}
	if err != nil || len(g.needs) == 0 {
		return g, nil, err
	}
	live, err := tx.ClientRules(ctx, rule.Agent)
	if err != nil || !lasts(live, rule.ID) {
		return g, nil, err
	}
	if runs, err := tx.ClientRuleRuns(ctx, rule.ID); err != nil || runs {
		return g, nil, err
	}
	var out []party.OrgNo
	for one, err := range tx.NewClients(ctx, rule, r.Now()) {
		if err != nil {
			return g, nil, err
		}
		if len(one.serving().Lacks(c, g.needs)) > 0 {
			continue
		}
		if out = append(out, one.Organisation.OrgNo); len(out) == ruleBatch {
			break
		}
	}
	return g, out, nil
}

func lasts(rules []ClientRule, id models.ID) bool {
	for _, rule := range rules {
		if rule.ID == id {
			return true
		}
	}
	return false
}
