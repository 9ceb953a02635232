package store

import (
	"context"
	"time"

	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
)

// ReviewState implements registry.UserReviewReader.
func (t *transaction) ReviewState(ctx context.Context, customer party.OrgNo, before, now time.Time) (registry.ReviewState, error) {
	var row struct {
		Last *int64
		Due  *int
	}
	err := t.q(ctx).Raw(`SELECT MAX(reviewed_at) AS last, SUM(CASE WHEN status <> 'revoked' AND COALESCE(valid_to_at > ?, TRUE)
		AND COALESCE(reviewed_at, created_at) < ? THEN 1 ELSE 0 END) AS due FROM system_user WHERE customer = ?`,
		millis(now), millis(before), string(customer)).Scan(&row).Error
	s := registry.ReviewState{Last: instantOrZero(row.Last)}
	if row.Due != nil {
		s.Due = *row.Due
	}
	return s, err
}
