package store

import (
	"context"
	"iter"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/bulk"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
)

// ClientJobOf implements registry.ClientJobReader, as does the function below.
func (t *transaction) ClientJobOf(ctx context.Context, owner party.OrgNo, id models.ID) (bulk.Job, error) {
	row, err := one[bulkJobRow](t.q(ctx).Where("id = ? AND owner = ? AND person_id IS NOT NULL", string(id), string(owner)))
	return row.domain(), err
}

func (t *transaction) ClientJobs(ctx context.Context, agent models.ID, limit int) ([]bulk.Job, error) {
	rows, err := all[bulkJobRow](t.q(ctx).Where("system_user_id = ?", string(agent)).Order("created_at DESC, id DESC").Limit(limit))
	return mapped(rows, bulkJobRow.domain), err
}

type clientRuleRow struct {
	ID           string `gorm:"column:id"`
	SystemUserID string `gorm:"column:system_user_id"`
	Relation     string `gorm:"column:relation"`
	GivenBy      string `gorm:"column:given_by"`
	Level        int    `gorm:"column:level"`
	FromAt       int64  `gorm:"column:from_at"`
	EndedAt      *int64 `gorm:"column:ended_at"`
	Owner        string `gorm:"column:owner;->;-:migration"`
}

func (clientRuleRow) TableName() string { return "client_rule" }

func (r clientRuleRow) domain() registry.ClientRule {
	return registry.ClientRule{
		ID: models.ID(r.ID), Agent: models.ID(r.SystemUserID), Owner: party.OrgNo(r.Owner), Relation: r.Relation,
		By: models.ID(r.GivenBy), Level: r.Level, From: instant(r.FromAt),
	}
}

// clientRulesSQL reads rules that last, of agents that do.
const clientRulesSQL = `SELECT c.*, u.customer AS owner
FROM client_rule c
JOIN system_user u ON u.id = c.system_user_id AND u.status <> 'revoked'
WHERE c.ended_at IS NULL AND `

// ClientRules implements registry.ClientRuleReader, as do the functions below.
func (t *transaction) ClientRules(ctx context.Context, agent models.ID) ([]registry.ClientRule, error) {
	return t.rules(ctx, "c.system_user_id = ? ORDER BY c.relation", string(agent))
}

func (t *transaction) ClientRulesAfter(ctx context.Context, after models.ID, limit int) ([]registry.ClientRule, error) {
	return t.rules(ctx, "c.id > ? ORDER BY c.id LIMIT ?", string(after), limit)
}

func (t *transaction) rules(ctx context.Context, which string, args ...any) ([]registry.ClientRule, error) {
	var rows []clientRuleRow
	err := t.q(ctx).Raw(clientRulesSQL+which, args...).Scan(&rows).Error
	return mapped(rows, clientRuleRow.domain), err
}

func (t *transaction) ClientRuleRuns(ctx context.Context, id models.ID) (bool, error) {
	return exists[bulkJobRow](t.q(ctx), "rule_id = ? AND status = 'running'", string(id))
}

// newClientsSQL reads clients as clientsSQL does: those that a rule concerns.
const newClientsSQL = clientColumns + `
FROM relation r
JOIN organisation o ON o.org_no = r.client
LEFT JOIN client_delegation d ON d.system_user_id = ? AND d.client = r.client AND d.ended_at IS NULL
WHERE r.facilitator = ? AND r.client > '' AND r.from_at <= ? AND r.ended_at IS NULL
AND EXISTS (SELECT 1 FROM relation n WHERE n.facilitator = r.facilitator AND n.client = r.client AND n.role_urn = ?
	AND n.from_at >= ? AND n.from_at <= ? AND n.ended_at IS NULL)
AND NOT EXISTS (SELECT 1 FROM relation b WHERE b.facilitator = r.facilitator AND b.client = r.client AND b.role_urn = ?
	AND b.from_at < ? AND b.ended_at IS NULL)
AND NOT EXISTS (SELECT 1 FROM client_delegation g WHERE g.system_user_id = ? AND g.client = r.client
	AND (g.ended_at IS NULL OR g.ended_at >= ?))
ORDER BY r.client, r.role_urn`

func (t *transaction) NewClients(ctx context.Context, c registry.ClientRule, now time.Time) iter.Seq2[registry.Client, error] {
	from, until, agent := millis(c.From), millis(now), string(c.Agent)
	return t.walk(ctx, newClientsSQL, agent, string(c.Owner), until, c.Relation, from, until, c.Relation, from, agent, from)
}

// AddClientRule implements registry.ClientRuleTx, as does the function below.
func (t *transaction) AddClientRule(ctx context.Context, c registry.ClientRule) error {
	return add(t.q(ctx).Omit("Owner"), &clientRuleRow{
		ID: string(c.ID), SystemUserID: string(c.Agent), Relation: c.Relation, GivenBy: string(c.By), Level: c.Level, FromAt: millis(c.From),
	}, models.CodeConflict)
}

func (t *transaction) EndClientRule(ctx context.Context, agent models.ID, relation string, at time.Time) (bool, error) {
	done := t.q(ctx).Model(&clientRuleRow{}).Where("system_user_id = ? AND relation = ? AND ended_at IS NULL", string(agent), relation).
		Update("ended_at", millis(at))
	return done.RowsAffected > 0, done.Error
}
