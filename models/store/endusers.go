package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/systemuser"
)

// PendingRequests implements registry.EndUserReader, as does the function below.
func (t *transaction) PendingRequests(
	ctx context.Context, customer party.OrgNo, kind systemuser.Kind, escalated bool, now time.Time, after registry.After, limit int,
) ([]request.Request, error) {
	q := t.q(ctx).Where("customer = ? AND kind = ? AND status = 'pending' AND removed_at IS NULL AND expires_at > ?", string(customer), string(kind), millis(now))
	if escalated {
		q = q.Where("escalated = ?", true)
	}
	return t.requests(ctx, inOrder(q, after, limit))
}

func (t *transaction) LiveSystemUsers(ctx context.Context, customer party.OrgNo, kind systemuser.Kind, after registry.After, limit int) ([]systemuser.SystemUser, error) {
	q := t.q(ctx).Where("customer = ? AND kind = ? AND status <> 'revoked'", string(customer), string(kind))
	return t.users(ctx, inOrder(q, after, limit))
}

// inOrder goes on in the order of making. It walks the index by customer and time.
func inOrder(q *gorm.DB, after registry.After, limit int) *gorm.DB {
	if after.ID != "" {
		q = q.Where("(created_at, id) > (?, ?)", millis(after.Made), string(after.ID))
	}
	return q.Order("created_at, id").Limit(limit)
}

// EscalateRequest implements registry.EndUserTx, as does the function below.
func (t *transaction) EscalateRequest(ctx context.Context, r request.Request, on bool) error {
	done := t.q(ctx).Model(&requestRow{}).Where("id = ? AND customer = ? AND status = 'pending'", string(r.ID), string(r.Customer)).Update("escalated", on)
	if done.Error == nil && done.RowsAffected == 0 {
		return models.NewError(models.Conflict, models.CodeRequestDecided)
	}
	return done.Error
}

func (t *transaction) RenameSystemUser(ctx context.Context, u systemuser.SystemUser) error {
	return t.whole(ctx, func() error {
		seq, err := t.nextSeq(ctx, 1)
		if err != nil {
			return err
		}
		done := t.q(ctx).Model(&userRow{}).
			Where("id = ? AND customer = ? AND status <> 'revoked' AND version = ?", string(u.ID), string(u.Customer), u.Version).
			Updates(map[string]any{"title": u.Title, "changed_at": millis(u.ChangedAt), "seq": seq, "version": gorm.Expr("version + 1")})
		if done.Error == nil && done.RowsAffected == 0 {
			return models.NewError(models.Conflict, models.CodeUserRevoked)
		}
		return done.Error
	})
}
