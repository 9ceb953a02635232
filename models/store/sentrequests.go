package store

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
)

// Of several requests of a triple, the pending one counts, or else the newest.
const pendingFirst = "CASE WHEN status = 'pending' THEN 0 ELSE 1 END, " + newestFirst

// triple finds the requests of the triple of r that are shown.
func (t *transaction) triple(ctx context.Context, r request.Request) *gorm.DB {
	return t.q(ctx).Where("system_id = ? AND customer = ? AND external_ref = ? AND removed_at IS NULL",
		string(r.System), string(r.Customer), r.ExternalRef)
}

// StandingRequest implements registry.SupplierRequestReader, as do the functions
// below.
func (t *transaction) StandingRequest(ctx context.Context, r request.Request) (request.Request, bool, error) {
	found, err := t.requests(ctx, t.triple(ctx, r).Where("status IN ('pending', 'rejected')").Order(pendingFirst).Limit(1))
	if err != nil || len(found) == 0 {
		return request.Request{}, false, err
	}
	return found[0], true, nil
}

func (t *transaction) RequestByRef(ctx context.Context, supplier party.OrgNo, r request.Request) (request.Request, error) {
	return t.request(ctx, t.triple(ctx, r).Where("supplier = ? AND kind = ? AND status <> 'withdrawn'", string(supplier), string(r.Kind)).Order(pendingFirst))
}

func (t *transaction) RequestPage(ctx context.Context, q registry.RequestQuery) ([]request.Request, error) {
	return t.requests(ctx, pageOf(t.q(ctx), q))
}

// pageOf is one page of what the query means, in order.
func pageOf(db *gorm.DB, q registry.RequestQuery) *gorm.DB {
	page := queried(db, q)
	if q.After.ID != "" {
		page = page.Where("(created_at, id) > (?, ?)", millis(q.After.At), string(q.After.ID))
	}
	return page.Order("created_at, id").Limit(q.Limit)
}

func (t *transaction) CountRequests(ctx context.Context, q registry.RequestQuery) (int, error) {
	var n int64
	err := queried(t.q(ctx).Model(&requestRow{}), q).Count(&n).Error
	return int(n), err
}

// queried finds what the query means, on whatever page.
func queried(db *gorm.DB, q registry.RequestQuery) *gorm.DB {
	db = db.Where("system_id = ? AND supplier = ? AND kind = ? AND removed_at IS NULL AND status <> 'withdrawn'",
		string(q.System), string(q.Supplier), string(q.Kind))
	switch now := millis(q.Now); q.Status {
	case "":
	case request.Pending:
		db = db.Where("status = 'pending' AND expires_at > ?", now)
	case request.Expired:
		db = db.Where("(status = 'expired' OR status = 'pending' AND expires_at <= ?)", now)
	case request.Accepted, request.Rejected, request.Withdrawn:
		db = db.Where("status = ?", string(q.Status))
	}
	if q.Customer != "" {
		db = db.Where("customer = ?", string(q.Customer))
	}
	if q.Text != "" {
		p := pattern(q.Text)
		db = db.Where("("+folded("title")+like+" OR "+folded("external_ref")+like+" OR customer"+like+
			" OR EXISTS (SELECT 1 FROM organisation AS o WHERE o.org_no = request.customer AND "+folded("o.name")+like+"))",
			p, p, p, p)
	}
	return db
}

// RemoveRequest implements registry.SupplierRequestTx, as does RenewRequest.
func (t *transaction) RemoveRequest(ctx context.Context, r request.Request) error {
	done := t.q(ctx).Model(&requestRow{}).
		Where("id = ? AND version = ? AND status <> 'pending' AND removed_at IS NULL", string(r.ID), r.Version).
		Updates(map[string]any{"removed_at": millis(r.Removed), "version": gorm.Expr("version + 1")})
	return decided(done)
}

func (t *transaction) RenewRequest(ctx context.Context, r request.Request) error {
	err := t.whole(ctx, func() error {
		return decided(t.q(ctx).Model(&requestRow{}).
			Where("id = ? AND version = ? AND status IN ('pending', 'expired') AND removed_at IS NULL", string(r.ID), r.Version).
			Updates(map[string]any{
				"status": string(request.Pending), "decided_at": nil, "expires_at": millis(r.ExpiresAt), "version": gorm.Expr("version + 1"),
			}))
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return models.NewError(models.Conflict, models.CodeRequestExists)
	}
	return err
}

// decided is a Conflict when no row was as the caller believed.
func decided(done *gorm.DB) error {
	if done.Error == nil && done.RowsAffected == 0 {
		return models.NewError(models.Conflict, models.CodeRequestDecided)
	}
	return done.Error
}
