package store

import (
	"context"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/systemuser"
)

type blockRow struct {
	ID       string `gorm:"column:id"`
	Customer string `gorm:"column:customer"`
	Supplier string `gorm:"column:supplier"`
	Reason   string `gorm:"column:reason"`
	By       string `gorm:"column:blocked_by"`
	At       int64  `gorm:"column:at"`
	EndedAt  *int64 `gorm:"column:ended_at"`
}

func (blockRow) TableName() string { return "supplier_block" }

// dealingsSQL goes through what the customer has, by its own indexes.
const dealingsSQL = `
SELECT supplier, SUM(live) AS live, SUM(paused) AS paused, SUM(ended) AS ended, SUM(waiting) AS waiting, MAX(blocked_at) AS blocked_at FROM (
  SELECT s.supplier,
    CASE WHEN u.status <> 'revoked' AND COALESCE(u.valid_to_at > ?, TRUE) THEN 1 ELSE 0 END AS live,
    CASE WHEN u.status <> 'revoked' AND COALESCE(u.valid_to_at > ?, TRUE) AND u.customer_paused_at IS NOT NULL THEN 1 ELSE 0 END AS paused,
    CASE WHEN u.status <> 'revoked' AND COALESCE(u.valid_to_at > ?, TRUE) THEN 0 ELSE 1 END AS ended,
    0 AS waiting, CAST(NULL AS BIGINT) AS blocked_at
  FROM system_user u JOIN system s ON s.id = u.system_id WHERE u.customer = ?
  UNION ALL
  SELECT supplier, 0, 0, 0, CASE WHEN status = 'pending' AND expires_at > ? THEN 1 ELSE 0 END, NULL FROM request WHERE customer = ?
  UNION ALL
  SELECT supplier, 0, 0, 0, CASE WHEN status = 'pending' AND expires_at > ? THEN 1 ELSE 0 END, NULL FROM change_request WHERE customer = ?
  UNION ALL
  SELECT supplier, 0, 0, 0, 0, at FROM supplier_block WHERE customer = ? AND ended_at IS NULL
) d GROUP BY supplier ORDER BY supplier`

// DealingsOf implements registry.SupplierReader, as do the functions below.
func (t *transaction) DealingsOf(ctx context.Context, customer party.OrgNo, now time.Time) ([]registry.Dealings, error) {
	var rows []struct {
		Supplier                     string
		Live, Paused, Ended, Waiting int
		BlockedAt                    *int64
	}
	at, who := millis(now), string(customer)
	err := t.q(ctx).Raw(dealingsSQL, at, at, at, who, at, who, at, who, who).Scan(&rows).Error
	var out []registry.Dealings
	for _, r := range rows {
		out = append(out, registry.Dealings{
			Supplier: party.OrgNo(r.Supplier), Live: r.Live, Paused: r.Paused, Ended: r.Ended, Waiting: r.Waiting, Blocked: instantOrZero(r.BlockedAt),
		})
	}
	return out, err
}

func (t *transaction) BlockOf(ctx context.Context, customer, supplier party.OrgNo) (registry.Block, error) {
	r, err := one[blockRow](t.q(ctx).Where("customer = ? AND supplier = ? AND ended_at IS NULL", string(customer), string(supplier)))
	if err != nil {
		return registry.Block{}, err
	}
	return registry.Block{
		ID: models.ID(r.ID), Customer: party.OrgNo(r.Customer), Supplier: party.OrgNo(r.Supplier), Reason: r.Reason, By: models.ID(r.By), At: instant(r.At),
	}, nil
}

func (t *transaction) SystemUsersFrom(ctx context.Context, customer, supplier party.OrgNo, limit int) ([]systemuser.SystemUser, error) {
	return t.users(ctx, t.q(ctx).Where("customer = ? AND system_id IN (SELECT s.id FROM system s WHERE s.supplier = ?)", string(customer), string(supplier)).
		Order("CASE status WHEN 'revoked' THEN 1 ELSE 0 END, "+newestFirst).Limit(limit))
}

func (t *transaction) WaitingFrom(ctx context.Context, customer, supplier party.OrgNo, now time.Time) ([]request.Request, []request.Change, error) {
	const waits = "customer = ? AND supplier = ? AND status = 'pending' AND expires_at > ?"
	requests, err := t.requests(ctx, t.q(ctx).Where(waits, string(customer), string(supplier), millis(now)).Order("created_at, id"))
	if err != nil {
		return nil, nil, err
	}
	changes, err := t.changes(ctx, t.q(ctx).Where(waits, string(customer), string(supplier), millis(now)).Order("created_at, id"))
	return requests, changes, err
}

// AddBlock implements registry.SupplierTx, as does the function below.
func (t *transaction) AddBlock(ctx context.Context, b registry.Block) error {
	row := blockRow{ID: string(b.ID), Customer: string(b.Customer), Supplier: string(b.Supplier), Reason: b.Reason, By: string(b.By), At: millis(b.At)}
	return add(t.q(ctx), &row, models.CodeConflict)
}

func (t *transaction) EndBlock(ctx context.Context, id models.ID, at time.Time) error {
	done := t.q(ctx).Model(&blockRow{}).Where("id = ? AND ended_at IS NULL", string(id)).Update("ended_at", millis(at))
	if done.Error == nil && done.RowsAffected == 0 {
		return models.NewError(models.Conflict, models.CodeConflict)
	}
	return done.Error
}
