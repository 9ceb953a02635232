package store

import (
	"context"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
	"github.com/stafett/stafett/rar"
)

// SystemsRunAs implements registry.DiagnoseReader, as do the functions below.
func (t *transaction) SystemsRunAs(ctx context.Context, issuers []string, clientID string) (map[string]system.ID, error) {
	rows, err := all[clientRow](t.q(ctx).Where("issuer IN ? AND client_id = ?", issuers, clientID))
	runs := make(map[string]system.ID, len(rows))
	for _, r := range rows {
		runs[r.Issuer] = system.ID(r.SystemID)
	}
	return runs, err
}

func (t *transaction) RefusalsOf(ctx context.Context, caller, clientID string, since time.Time) ([]registry.Refused, error) {
	var rows []struct {
		Reason string
		N      int64
		LastAt int64
	}
	err := t.q(ctx).Raw(`SELECT reason, SUM(n) AS n, MAX(last_at) AS last_at FROM decision
		WHERE kind = ? AND caller = ? AND client_id = ? AND reason <> '' AND last_at >= ? GROUP BY reason ORDER BY last_at DESC, reason`,
		string(rar.Enrich), caller, clientID, millis(since)).Scan(&rows).Error
	var out []registry.Refused
	for _, r := range rows {
		out = append(out, registry.Refused{Reason: r.Reason, Count: r.N, Last: instant(r.LastAt)})
	}
	return out, err
}

func (t *transaction) RequestsAt(ctx context.Context, s system.ID, customer party.OrgNo, ref string, limit int) ([]request.Request, error) {
	return t.requests(ctx, t.q(ctx).Where("system_id = ? AND customer = ? AND external_ref = ?", string(s), string(customer), ref).Order(newestFirst).Limit(limit))
}

func (t *transaction) RevokedAt(ctx context.Context, s system.ID, customer party.OrgNo, ref string, limit int) ([]systemuser.SystemUser, error) {
	rows, err := all[userRow](t.q(ctx).Where("system_id = ? AND customer = ? AND external_ref = ? AND status = 'revoked'", string(s), string(customer), ref).
		Order("revoked_at DESC, id").Limit(limit))
	return mapped(rows, userRow.domain), err
}

func (t *transaction) LiveUsersOf(ctx context.Context, supplier, customer party.OrgNo, limit int) ([]systemuser.SystemUser, error) {
	rows, err := all[userRow](t.q(ctx).Where("customer = ? AND status <> 'revoked'", string(customer)).
		Where("system_id IN (SELECT s.id FROM system s WHERE s.supplier = ? AND NOT s.deleted)", string(supplier)).Order("created_at, id").Limit(limit))
	return mapped(rows, userRow.domain), err
}

func (t *transaction) AgentsServing(ctx context.Context, supplier, client party.OrgNo, limit int) ([]systemuser.SystemUser, error) {
	rows, err := all[userRow](t.q(ctx).Where("kind = 'agent' AND status <> 'revoked'").
		Where("id IN (SELECT d.system_user_id FROM client_delegation d WHERE d.client = ? AND d.ended_at IS NULL)", string(client)).
		Where("system_id IN (SELECT s.id FROM system s WHERE s.supplier = ? AND NOT s.deleted)", string(supplier)).Order("created_at, id").Limit(limit))
	return mapped(rows, userRow.domain), err
}

func (t *transaction) HoldsRight(ctx context.Context, u models.ID, resource, action string, p party.OrgNo, now time.Time) (registry.HeldRight, error) {
	h, given, err := scanHeld(t.q(ctx).Raw(holdsSQL, string(u), resource, action, string(p), millis(now)).Row())
	return registry.HeldRight{Known: h.ResourceKnown, Attached: h.Attached, Given: given}, err
}
