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

// ChangeByCorrelation implements registry.ChangeReader, as do the functions below.
func (t *transaction) ChangeByCorrelation(ctx context.Context, supplier party.OrgNo, correlation models.ID) (request.Change, error) {
	return t.change(ctx, t.q(ctx).Where("supplier = ? AND correlation_id = ?", string(supplier), string(correlation)))
}

func (t *transaction) ChangeTo(ctx context.Context, customers []party.OrgNo, id models.ID) (request.Change, error) {
	return t.change(ctx, t.q(ctx).Where("customer IN ? AND (id = ? OR correlation_id = ?)", customers, string(id), string(id)).
		Order(gorm.Expr("CASE WHEN id = ? THEN 0 ELSE 1 END, created_at, id", string(id))))
}

func (t *transaction) ChangesOf(ctx context.Context, customer party.OrgNo, systemUser models.ID, limit int) ([]models.ID, error) {
	var ids []models.ID
	err := t.q(ctx).Model(&changeRow{}).Where("customer = ? AND system_user_id = ?", string(customer), string(systemUser)).
		Order(newestFirst).Limit(limit).Pluck("id", &ids).Error
	return ids, err
}

func (t *transaction) ChangePage(ctx context.Context, q registry.ChangeQuery, limit int) ([]request.Change, error) {
	rows := t.asked(ctx, q)
	if q.After.ID != "" {
		at := millis(q.After.At)
		rows = rows.Where("(created_at < ? OR created_at = ? AND id < ?)", at, at, string(q.After.ID))
	}
	return t.changes(ctx, rows.Order(newestFirst).Limit(limit))
}

func (t *transaction) ChangeCount(ctx context.Context, q registry.ChangeQuery) (int, error) {
	var n int64
	err := t.asked(ctx, q).Model(&changeRow{}).Count(&n).Error
	return int(n), err
}

// asked is what a supplier's list of a system holds. The states are those of
// now: one whose time has run out is expired, whether or not that is written.
func (t *transaction) asked(ctx context.Context, q registry.ChangeQuery) *gorm.DB {
	rows := t.q(ctx).Where("supplier = ? AND system_id = ? AND removed_at IS NULL", string(q.Supplier), string(q.System))
	if q.Customer != "" {
		rows = rows.Where("customer = ?", string(q.Customer))
	}
	if q.ExternalRef != "" {
		rows = rows.Where("system_user_id IN (SELECT id FROM system_user WHERE external_ref = ?)", q.ExternalRef)
	}
	switch q.Status {
	case "":
	case request.Pending:
		rows = rows.Where("status = 'pending' AND expires_at > ?", millis(q.Now))
	case request.Expired:
		rows = rows.Where("(status = 'expired' OR status = 'pending' AND expires_at <= ?)", millis(q.Now))
	default:
		rows = rows.Where("status = ?", string(q.Status))
	}
	return rows
}

func (t *transaction) Changeable(ctx context.Context, supplier party.OrgNo, c request.Change) (systemuser.SystemUser, error) {
	q := t.q(ctx).Where("status <> 'revoked' AND system_id IN (SELECT id FROM system WHERE supplier = ? AND NOT deleted)", string(supplier))
	if c.SystemUser != "" {
		q = q.Where("id = ?", string(c.SystemUser))
	} else {
		q = q.Where("system_id = ? AND customer = ? AND external_ref = ?", string(c.System), string(c.Customer), c.ExternalRef)
	}
	found, err := t.users(ctx, q.Limit(1))
	if err == nil && len(found) == 0 {
		err = models.NewError(models.NotFound, models.CodeNotFound)
	}
	if err != nil {
		return systemuser.SystemUser{}, err
	}
	return found[0], nil
}

func (t *transaction) change(ctx context.Context, q *gorm.DB) (request.Change, error) {
	found, err := t.changes(ctx, q.Limit(1))
	if err == nil && len(found) == 0 {
		err = models.NewError(models.NotFound, models.CodeNotFound)
	}
	if err != nil {
		return request.Change{}, err
	}
	return found[0], nil
}

// changes reads what q finds, with the items in one statement more, and what
// stands in the system users in another.
func (t *transaction) changes(ctx context.Context, q *gorm.DB) ([]request.Change, error) {
	rows, err := all[changeRow](q)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	changes, at := make([]request.Change, len(rows)), make(map[string]int, len(rows))
	ids, users := make([]string, len(rows)), make([]string, len(rows))
	for i, r := range rows {
		changes[i], at[r.ID], ids[i], users[i] = r.domain(), i, r.ID, r.SystemUserID
	}
	items, err := all[changeItemRow](t.q(ctx).Where("change_id IN ?", ids).Order("change_id, position"))
	if err != nil {
		return nil, err
	}
	for _, i := range items {
		i.into(&changes[at[i.ChangeID]])
	}
	about, err := all[userRow](t.q(ctx).Where("id IN ?", users))
	byID := make(map[string]userRow, len(about))
	for _, u := range about {
		byID[u.ID] = u
	}
	for i := range changes {
		u := byID[users[i]]
		changes[i].Kind, changes[i].ExternalRef, changes[i].Title = systemuser.Kind(u.Kind), u.ExternalRef, u.Title
	}
	return changes, err
}

// AddChange implements registry.ChangeTx, as do the functions below.
func (t *transaction) AddChange(ctx context.Context, c request.Change) (request.Change, error) {
	s, err := one[systemRow](t.q(ctx).Select("supplier").Where("id = ?", string(c.System)))
	if err != nil {
		return c, err
	}
	c.ID, c.Version = c.Correlation, 1
	row := toChange(c, s.Supplier)
	n, err := insert(t.q(ctx), &row)
	if err == nil && n == 0 { // another supplier's, or taken by this one
		c.ID = models.NewID()
		row.ID = string(c.ID)
		err = add(t.q(ctx), &row, models.CodeChangeExists)
	}
	if err != nil {
		return c, err
	}
	return c, create(t.q(ctx), toChangeItems(c))
}

func (t *transaction) SaveChange(ctx context.Context, c request.Change) error {
	q := t.q(ctx).Model(&changeRow{}).Where("id = ? AND customer = ? AND system_user_id = ? AND version = ?",
		string(c.ID), string(c.Customer), string(c.SystemUser), c.Version)
	if answered := c.Status == request.Accepted || c.Status == request.Rejected; answered && c.Removed.IsZero() {
		q = t.unexpired(q.Where("status = 'pending' AND expires_at > ?", millis(c.DecidedAt)))
	}
	done := q.Updates(map[string]any{
		"status": string(c.Status), "reason": c.Reason, "decided_by": orNull(c.DecidedBy), "decided_at": millisOrNull(c.DecidedAt),
		"expires_at": millis(c.ExpiresAt), "removed_at": millisOrNull(c.Removed), "version": gorm.Expr("version + 1"),
	})
	if done.Error == nil && done.RowsAffected == 0 {
		return models.NewError(models.Conflict, models.CodeRequestDecided)
	}
	if done.Error != nil || len(c.LeftOut) == 0 {
		return done.Error
	}
	return leaveOut(t.q(ctx).Model(&changeItemRow{}).Where("change_id = ? AND NOT unwanted", string(c.ID)), c.Request)
}

func (t *transaction) SaveChangeWish(ctx context.Context, c request.Change) error {
	done := t.unexpired(t.q(ctx).Model(&changeRow{}).
		Where("id = ? AND customer = ? AND system_user_id = ? AND status = 'pending' AND version = ? AND expires_at > ?",
			string(c.ID), string(c.Customer), string(c.SystemUser), c.Version, millis(c.Wish.At))).Updates(wished(c.Wish))
	if done.Error == nil && done.RowsAffected == 0 {
		return models.NewError(models.Conflict, models.CodeRequestDecided)
	}
	return done.Error
}

func (t *transaction) ChangesDue(ctx context.Context, now time.Time, limit int) ([]request.Change, error) {
	// The status is in the text, not a parameter, so that the partial index serves.
	return t.changes(ctx, t.q(ctx).Where("status = 'pending' AND expires_at <= ?", millis(now)).Order("expires_at, id").Limit(limit))
}

func (t *transaction) SaveDelegated(ctx context.Context, u systemuser.SystemUser) error {
	seq, err := t.nextSeq(ctx, 1)
	if err != nil {
		return err
	}
	done := t.q(ctx).Model(&userRow{}).
		Where("id = ? AND customer = ? AND status <> 'revoked' AND version = ?", string(u.ID), string(u.Customer), u.Version).
		Updates(map[string]any{"changed_at": millis(u.ChangedAt), "seq": seq, "version": gorm.Expr("version + 1")})
	if done.Error == nil && done.RowsAffected == 0 {
		return t.giveBackSeq(ctx, models.NewError(models.Conflict, models.CodeConflict))
	}
	if done.Error != nil {
		return done.Error
	}
	if err := t.q(ctx).Where("system_user_id = ?", string(u.ID)).Delete(&delegationRow{}).Error; err != nil {
		return err
	}
	delegations := make([]delegationRow, len(u.Delegated))
	for i, item := range u.Delegated {
		delegations[i] = delegationRow{SystemUserID: string(u.ID), Position: i, Item: toItem(item)}
	}
	return create(t.q(ctx), delegations)
}

func toChangeItems(c request.Change) []changeItemRow {
	rows := make([]changeItemRow, 0, len(c.Items)+len(c.Unwanted))
	for i, item := range c.Items {
		rows = append(rows, changeItemRow{ChangeID: string(c.ID), Position: i, Item: toItem(item), Purpose: toText(c.Purposes[item])})
	}
	for i, item := range c.Unwanted {
		rows = append(rows, changeItemRow{ChangeID: string(c.ID), Position: len(c.Items) + i, Unwanted: true, Item: toItem(item)})
	}
	return rows
}
