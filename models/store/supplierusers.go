package store

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

// SystemUserFrom implements registry.SupplierUserReader, as do the functions below.
func (t *transaction) SystemUserFrom(ctx context.Context, supplier party.OrgNo, id models.ID) (systemuser.SystemUser, error) {
	return t.user(ctx, t.q(ctx).Where("id = ? AND system_id IN (SELECT s.id FROM system s WHERE s.supplier = ?)", string(id), string(supplier)))
}

func (t *transaction) SystemUserAt(ctx context.Context, s system.ID, customer party.OrgNo, ref string) (systemuser.SystemUser, error) {
	return t.user(ctx, t.q(ctx).Where("system_id = ? AND customer = ? AND external_ref = ? AND status <> 'revoked'", string(s), string(customer), ref))
}

// user reads the one system user that q finds, with its delegations.
func (t *transaction) user(ctx context.Context, q *gorm.DB) (systemuser.SystemUser, error) {
	found, err := t.users(ctx, q)
	if err != nil {
		return systemuser.SystemUser{}, err
	}
	if len(found) == 0 {
		return systemuser.SystemUser{}, models.NewError(models.NotFound, models.CodeNotFound)
	}
	return found[0], nil
}

func (t *transaction) SystemUsersWhere(ctx context.Context, f registry.UserFilter, now time.Time, after int64, limit int) ([]systemuser.SystemUser, error) {
	rows, err := all[userRow](t.chosen(ctx, f, now).Where("seq > ?", after).Order("seq").Limit(limit))
	return mapped(rows, userRow.domain), err
}

func (t *transaction) CountSystemUsers(ctx context.Context, f registry.UserFilter, now time.Time) (int, error) {
	var n int64
	err := t.chosen(ctx, f, now).Model(&userRow{}).Count(&n).Error
	return int(n), err
}

// chosen is the statement that finds what f chooses. The states are those of
// registry.StateOf.
func (t *transaction) chosen(ctx context.Context, f registry.UserFilter, now time.Time) *gorm.DB {
	q := t.q(ctx).Where("system_id = ?", string(f.System))
	const paused, over = "(paused <> '' OR supplier_paused_at IS NOT NULL OR customer_paused_at IS NOT NULL)", "COALESCE(valid_to_at <= ?, FALSE)"
	switch f.State {
	case registry.UsersLive:
		q = q.Where("status <> 'revoked' AND NOT "+over, millis(now))
	case registry.UsersActive:
		q = q.Where("status <> 'revoked' AND NOT "+paused+" AND NOT "+over, millis(now))
	case registry.UsersPaused:
		q = q.Where("status <> 'revoked' AND "+paused+" AND NOT "+over, millis(now))
	case registry.UsersEnded:
		q = q.Where("(status = 'revoked' OR "+over+")", millis(now))
	default:
		q = q.Where("FALSE")
	}
	if f.Customer != "" {
		q = q.Where("customer = ?", string(f.Customer))
	}
	if f.Text != "" {
		like := "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(f.Text) + "%"
		q = q.Where(`(lower(title) LIKE lower(?) ESCAPE '\' OR lower(external_ref) LIKE lower(?) ESCAPE '\'
			OR EXISTS (SELECT 1 FROM organisation o WHERE o.org_no = customer AND (o.org_no = ? OR lower(o.name) LIKE lower(?) ESCAPE '\')))`, like, like, f.Text, like)
	}
	return q
}

// HoldSystemUser implements registry.SupplierUserTx, as does CloseRequestsOf.
func (t *transaction) HoldSystemUser(ctx context.Context, u systemuser.SystemUser) error {
	return t.changeUser(ctx, u, map[string]any{"supplier_paused_at": millisOrNull(u.SupplierPaused)})
}

// KeepSystemUser implements registry.CustomerUserTx.
func (t *transaction) KeepSystemUser(ctx context.Context, u systemuser.SystemUser) error {
	return t.changeUser(ctx, u, map[string]any{
		"customer_paused_at": millisOrNull(u.CustomerPaused), "pause_reason": u.PauseReason,
		"valid_to_at": millisOrNull(u.ValidTo), "reviewed_at": millisOrNull(u.Reviewed),
	})
}

// changeUser stores what is set and u.ChangedAt, if the stored system user is not
// revoked and has u.Version, under the next number in the order of changes.
func (t *transaction) changeUser(ctx context.Context, u systemuser.SystemUser, set map[string]any) error {
	seq, err := t.nextSeq(ctx, 1)
	if err != nil {
		return err
	}
	set["changed_at"], set["seq"], set["version"] = millis(u.ChangedAt), seq, gorm.Expr("version + 1")
	done := t.q(ctx).Model(&userRow{}).
		Where("id = ? AND customer = ? AND status <> 'revoked' AND version = ?", string(u.ID), string(u.Customer), u.Version).Updates(set)
	if done.Error == nil && done.RowsAffected == 0 {
		return t.giveBackSeq(ctx, models.NewError(models.Conflict, models.CodeUserRevoked))
	}
	return done.Error
}

func (t *transaction) CloseRequestsOf(ctx context.Context, systemUser models.ID, at time.Time) ([]models.ID, error) {
	err := t.q(ctx).Exec("UPDATE request SET removed_at = ? WHERE id = ? AND removed_at IS NULL", millis(at), string(systemUser)).Error
	if err != nil {
		return nil, err
	}
	var withdrawn []models.ID
	err = t.q(ctx).Raw("UPDATE change_request SET status = 'withdrawn', decided_at = ?, version = version + 1 WHERE system_user_id = ? AND status = 'pending' RETURNING id",
		millis(at), string(systemUser)).Scan(&withdrawn).Error
	return withdrawn, err
}

// streamedRow is a system user with the number of its customer.
type streamedRow struct {
	User    userRow `gorm:"embedded"`
	PartyID int64   `gorm:"column:party_id"`
}

func (r streamedRow) domain() registry.Streamed {
	return registry.Streamed{SystemUser: r.User.domain(), Party: r.PartyID}
}

const (
	streamedSQL = "SELECT u.*, o.party_id FROM system_user u JOIN organisation o ON o.org_no = u.customer WHERE u.id = ?"
	// The page first, so that its cost is that of its rows.
	streamSQL = `SELECT u.*, o.party_id FROM (SELECT * FROM system_user WHERE seq > ? ORDER BY seq LIMIT ?) u
		JOIN organisation o ON o.org_no = u.customer ORDER BY u.seq`
)

// StreamedAfter implements registry.StreamReader, as do the functions below.
func (t *transaction) StreamedAfter(ctx context.Context, after int64, limit int) ([]registry.Streamed, error) {
	var rows []streamedRow
	err := t.q(ctx).Raw(streamSQL, after, limit).Scan(&rows).Error
	return mapped(rows, streamedRow.domain), err
}

func (t *transaction) LastSeq(ctx context.Context) (int64, error) {
	var n int64
	err := t.q(ctx).Raw("SELECT COALESCE(MAX(seq), 0) FROM system_user").Scan(&n).Error
	return n, err
}

func (t *transaction) StreamedBy(ctx context.Context, id models.ID) (registry.Streamed, error) {
	var rows []streamedRow
	err := t.q(ctx).Raw(streamedSQL, string(id)).Scan(&rows).Error
	if err != nil {
		return registry.Streamed{}, err
	}
	if len(rows) == 0 {
		return registry.Streamed{}, models.NewError(models.NotFound, models.CodeNotFound)
	}
	return rows[0].domain(), nil
}
