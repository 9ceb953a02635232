package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
)

// Clients implements registry.RegisterReader, as do the functions below.
func (t *transaction) Clients(ctx context.Context, facilitator party.OrgNo, now time.Time) ([]party.Relation, error) {
	return t.relations(ctx, "facilitator = ?", facilitator, now)
}

func (t *transaction) Facilitators(ctx context.Context, client party.OrgNo, now time.Time) ([]party.Relation, error) {
	return t.relations(ctx, "client = ?", client, now)
}

func (t *transaction) relations(ctx context.Context, where string, o party.OrgNo, now time.Time) ([]party.Relation, error) {
	rows, err := all[relationRow](t.q(ctx).Where(where, string(o)).
		Where("from_at <= ? AND ended_at IS NULL", millis(now)).Order("facilitator, client, role_urn, source"))
	return mapped(rows, relationRow.domain), err
}

func (t *transaction) OrganisationsAfter(ctx context.Context, o party.OrgNo, limit int) ([]party.OrgNo, error) {
	var nos []party.OrgNo
	err := t.q(ctx).Raw("SELECT org_no FROM organisation WHERE org_no > ? ORDER BY org_no LIMIT ?", string(o), limit).Scan(&nos).Error
	return nos, err
}

// cursorPrefix stands before the names of cursors among the settings.
const cursorPrefix = "register."

type cursorRow struct {
	Name  string `gorm:"column:name"`
	Value []byte `gorm:"column:value"`
}

func (cursorRow) TableName() string { return "setting" }

func (t *transaction) Cursor(ctx context.Context, name string) (string, error) {
	var at []byte
	err := t.q(ctx).Raw("SELECT value FROM setting WHERE name = ?", cursorPrefix+name).Row().Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return string(at), err
}

// MoveCursor implements registry.RegisterTx.
func (t *transaction) MoveCursor(ctx context.Context, name, was, to string) error {
	row := cursorRow{Name: cursorPrefix + name, Value: []byte(to)}
	if was == "" {
		return add(t.q(ctx), &row, models.CodeConflict)
	}
	moved := t.q(ctx).Model(&row).Where("name = ? AND value = ?", row.Name, []byte(was)).Update("value", row.Value)
	if moved.Error == nil && moved.RowsAffected == 0 {
		return models.NewError(models.Conflict, models.CodeConflict)
	}
	return moved.Error
}

func (t *transaction) HasPID(ctx context.Context, person models.ID) (bool, error) {
	return exists[personRow](t.q(ctx), "id = ? AND pid_hash IS NOT NULL", string(person))
}

func (t *transaction) Denials(ctx context.Context, actor, action string, since time.Time) (int, error) {
	var n int64
	err := t.q(ctx).Model(&auditRow{}).
		Where("actor_id = ? AND action = ? AND outcome = 'denied' AND at >= ?", actor, action, millis(since)).Count(&n).Error
	return int(n), err
}
