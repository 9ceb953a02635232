package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
)

// HoldingIn implements registry.MemberReader, as do the functions below.
func (t *transaction) HoldingIn(ctx context.Context, o party.OrgNo, id models.ID) (party.Holding, error) {
	row, err := one[holdingRow](t.q(ctx).Where("id = ? AND org_no = ?", string(id), string(o)))
	if err != nil {
		return party.Holding{}, err
	}
	return row.domain(), nil
}

func (t *transaction) HistoryIn(ctx context.Context, o party.OrgNo, person models.ID, limit int) ([]party.Holding, error) {
	rows, err := all[holdingRow](t.q(ctx).Where("person_id = ? AND org_no = ?", string(person), string(o)).
		Order("from_at DESC, id").Limit(limit))
	return mapped(rows, holdingRow.domain), err
}

func (t *transaction) PastHoldings(ctx context.Context, o party.OrgNo, since, now time.Time, limit int) ([]party.Holding, error) {
	rows, err := all[holdingRow](t.q(ctx).Where("org_no = ?", string(o)).
		Where("ended_at > ? OR (ended_at IS NULL AND until_at > ? AND until_at <= ?)", millis(since), millis(since), millis(now)).
		Order("COALESCE(ended_at, until_at) DESC, id").Limit(limit))
	return mapped(rows, holdingRow.domain), err
}

// AddHolding implements registry.MemberTx, as does the function below. The
// unique index knows no time, so what has run out is ended in writing first.
func (t *transaction) AddHolding(ctx context.Context, h party.Holding) error {
	row := toHolding(h)
	err := t.q(ctx).Model(&holdingRow{}).
		Where("person_id = ? AND org_no = ? AND urn = ? AND source = ?", row.PersonID, row.OrgNo, row.URN, row.Source).
		Where("ended_at IS NULL AND until_at <= ?", row.FromAt).
		Update("ended_at", gorm.Expr("until_at")).Error
	if err != nil {
		return err
	}
	return add(t.q(ctx), &row, models.CodeConflict)
}

func (t *transaction) EndHolding(ctx context.Context, id models.ID, at time.Time) error {
	done := t.q(ctx).Model(&holdingRow{}).
		Where("id = ? AND ended_at IS NULL AND (until_at IS NULL OR until_at > ?)", string(id), millis(at)).
		Update("ended_at", millis(at))
	if done.Error == nil && done.RowsAffected == 0 {
		return models.NewError(models.Conflict, models.CodeConflict)
	}
	return done.Error
}
