package store

import (
	"context"
	"time"
)

// Count implements registry.QuotaTx.
func (t *transaction) Count(ctx context.Context, name string, window time.Time) (int, error) {
	var n int
	err := t.q(ctx).Raw(`INSERT INTO quota (name, window_at, n) VALUES (?, ?, 1)
		ON CONFLICT (name, window_at) DO UPDATE SET n = quota.n + 1 RETURNING n`, name, millis(window)).Scan(&n).Error
	return n, err
}

// PurgeQuotas implements registry.QuotaTx.
func (t *transaction) PurgeQuotas(ctx context.Context, before time.Time) error {
	return t.q(ctx).Exec("DELETE FROM quota WHERE window_at < ?", millis(before)).Error
}
