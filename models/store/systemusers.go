package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/systemuser"
)

// SystemUserOf implements registry.SystemUserReader, as do the functions below.
func (t *transaction) SystemUserOf(ctx context.Context, customer party.OrgNo, id models.ID) (systemuser.SystemUser, error) {
	found, err := t.users(ctx, t.q(ctx).Where("id = ? AND customer = ?", string(id), string(customer)))
	if err != nil {
		return systemuser.SystemUser{}, err
	}
	if len(found) == 0 {
		return systemuser.SystemUser{}, models.NewError(models.NotFound, models.CodeNotFound)
	}
	return found[0], nil
}

func (t *transaction) SystemUsersOf(ctx context.Context, customer party.OrgNo, limit int) ([]systemuser.SystemUser, error) {
	return t.users(ctx, t.q(ctx).Where("customer = ?", string(customer)).
		Order("CASE status WHEN 'revoked' THEN 1 ELSE 0 END, "+newestFirst).Limit(limit))
}

// users reads what q finds, with the delegations in one statement more.
func (t *transaction) users(ctx context.Context, q *gorm.DB) ([]systemuser.SystemUser, error) {
	rows, err := all[userRow](q)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	users, at, ids := make([]systemuser.SystemUser, len(rows)), make(map[string]int, len(rows)), make([]string, len(rows))
	for i, r := range rows {
		users[i], at[r.ID], ids[i] = r.domain(), i, r.ID
	}
	delegations, err := all[delegationRow](t.q(ctx).Where("system_user_id IN ?", ids).Order("system_user_id, position"))
	for _, d := range delegations {
		u := &users[at[d.SystemUserID]]
		u.Delegated = append(u.Delegated, d.Item.domain())
	}
	return users, err
}

func (t *transaction) Uses(ctx context.Context, ids []models.ID) (map[models.ID]registry.Use, error) {
	uses := make(map[models.ID]registry.Use, len(ids))
	if len(ids) == 0 {
		return uses, nil
	}
	var rows []struct {
		ID          string
		FirstUsedAt *int64
		LastUsedAt  *int64
		Uses        int64
	}
	err := t.q(ctx).Raw("SELECT id, first_used_at, last_used_at, uses FROM system_user WHERE id IN ?", ids).Scan(&rows).Error
	for _, r := range rows {
		uses[models.ID(r.ID)] = registry.Use{First: instantOrZero(r.FirstUsedAt), Last: instantOrZero(r.LastUsedAt), Count: r.Uses}
	}
	return uses, err
}

// Ended implements registry.SystemUserReader.
func (t *transaction) Ended(ctx context.Context, ids []models.ID) (map[models.ID]time.Time, error) {
	ended := map[models.ID]time.Time{}
	if len(ids) == 0 {
		return ended, nil
	}
	var rows []struct {
		ID        string
		RevokedAt int64
	}
	err := t.q(ctx).Raw("SELECT id, revoked_at FROM system_user WHERE id IN ? AND status = 'revoked'", ids).Scan(&rows).Error
	for _, r := range rows {
		ended[models.ID(r.ID)] = instant(r.RevokedAt)
	}
	return ended, err
}

// AddSystemUser implements registry.Tx, as do the functions below.
func (t *transaction) AddSystemUser(ctx context.Context, u systemuser.SystemUser) error {
	u.Version = 1
	if u.ChangedAt.IsZero() {
		u.ChangedAt = u.CreatedAt
	}
	var err error
	if u.Seq, err = t.nextSeq(ctx, 1); err != nil {
		return err
	}
	row := toUser(u)
	n, err := insert(t.q(ctx), &row)
	if err == nil && n == 0 {
		return t.giveBackSeq(ctx, models.NewError(models.Conflict, models.CodeUserExists))
	}
	if err != nil {
		return err
	}
	if err := t.countCustomer(ctx, u, 1); err != nil {
		return err
	}
	delegations := make([]delegationRow, len(u.Delegated))
	for i, item := range u.Delegated {
		delegations[i] = delegationRow{SystemUserID: row.ID, Position: i, Item: toItem(item)}
	}
	return create(t.q(ctx), delegations)
}

// nextSeq takes the next n numbers in the order of changes and returns the
// first. The counter's row is held until the transaction ends, so that numbers
// are in the order of commits and none is missing. It is taken after the head of
// the audit log (Alone), as every change does.
func (t *transaction) nextSeq(ctx context.Context, n int) (int64, error) {
	var first int64
	err := t.q(ctx).Raw("UPDATE system_user_counter SET next = next + ? RETURNING next - ?", n, n).Scan(&first).Error
	return first, err
}

// giveBackSeq returns the conflict for which the number just taken is not used.
func (t *transaction) giveBackSeq(ctx context.Context, conflict error) error {
	if _, err := t.nextSeq(ctx, -1); err != nil {
		return err
	}
	return conflict
}

func (t *transaction) SystemUsersDue(ctx context.Context, now time.Time, limit int) ([]systemuser.SystemUser, error) {
	return t.users(ctx, t.q(ctx).Where("status <> 'revoked' AND valid_to_at <= ?", millis(now)).Order("valid_to_at, id").Limit(limit))
}

func (t *transaction) RevokeSystemUser(ctx context.Context, u systemuser.SystemUser) error {
	seq, err := t.nextSeq(ctx, 1)
	if err != nil {
		return err
	}
	done := t.q(ctx).Model(&userRow{}).
		Where("id = ? AND customer = ? AND status <> 'revoked' AND version = ?", string(u.ID), string(u.Customer), u.Version).
		Updates(map[string]any{
			"status": string(systemuser.Revoked), "revoked_at": millisOrNull(u.RevokedAt), "revoked_by": string(u.RevokedBy),
			"changed_at": millisOrNull(u.RevokedAt), "seq": seq, "version": gorm.Expr("version + 1"),
		})
	if done.Error == nil && done.RowsAffected == 0 {
		return t.giveBackSeq(ctx, models.NewError(models.Conflict, models.CodeUserRevoked))
	}
	if done.Error != nil {
		return done.Error
	}
	return t.countCustomer(ctx, u, -1)
}

// countCustomer counts the customer of u to or from those of its system when u
// is its first live system user there, or was its last. Who counts has taken a
// number (nextSeq), so that no two count at once.
func (t *transaction) countCustomer(ctx context.Context, u systemuser.SystemUser, by int) error {
	return t.q(ctx).Exec(`UPDATE system SET customers = customers + ? WHERE id = ? AND NOT EXISTS (
		SELECT 1 FROM system_user WHERE system_id = ? AND customer = ? AND id <> ? AND status <> 'revoked')`,
		by, string(u.System), string(u.System), string(u.Customer), string(u.ID)).Error
}
