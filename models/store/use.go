package store

import (
	"context"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/registry"
)

// UseByDay implements registry.UseReader.
func (t *transaction) UseByDay(ctx context.Context, ids []models.ID, from, to int64) (map[models.ID][]registry.DayUse, error) {
	used := map[models.ID][]registry.DayUse{}
	if len(ids) == 0 {
		return used, nil
	}
	var rows []struct {
		SystemUserID string
		Day          int64
		N            int64
	}
	err := t.q(ctx).Raw("SELECT system_user_id, day, n FROM system_user_day WHERE system_user_id IN ? AND day BETWEEN ? AND ? ORDER BY system_user_id, day", ids, from, to).
		Scan(&rows).Error
	for _, r := range rows {
		id := models.ID(r.SystemUserID)
		used[id] = append(used[id], registry.DayUse{Day: r.Day, N: r.N})
	}
	return used, err
}

// PurgeUse implements registry.UseTx.
func (t *transaction) PurgeUse(ctx context.Context, before int64, limit int) (int, error) {
	done := t.q(ctx).Exec(`DELETE FROM system_user_day WHERE (system_user_id, day) IN (
		SELECT d.system_user_id, d.day FROM system_user_day d WHERE d.day < ? ORDER BY d.day LIMIT ?)`, before, limit)
	return int(done.RowsAffected), done.Error
}
