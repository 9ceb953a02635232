package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/invitation"
	"github.com/stafett/stafett/models/party"
)

type invitationRow struct {
	ID          string  `gorm:"column:id"`
	Secret      []byte  `gorm:"column:secret"` // the hash of it
	OrgNo       string  `gorm:"column:org_no"`
	URN         string  `gorm:"column:urn"`
	RoleUntilAt *int64  `gorm:"column:role_until_at"`
	Email       string  `gorm:"column:email"`
	InvitedBy   *string `gorm:"column:invited_by"`
	Status      string  `gorm:"column:status"`
	CreatedAt   int64   `gorm:"column:created_at;autoCreateTime:false"`
	ExpiresAt   int64   `gorm:"column:expires_at"`
	EndedAt     *int64  `gorm:"column:ended_at"`
	EndedBy     *string `gorm:"column:ended_by"`
	Version     int64   `gorm:"column:version"`
}

func (invitationRow) TableName() string { return "invitation" }

func toInvitation(i invitation.Invitation, hash []byte) invitationRow {
	return invitationRow{
		ID: string(i.ID), Secret: hash, OrgNo: string(i.OrgNo), URN: i.URN, RoleUntilAt: millisOrNull(i.RoleUntil), Email: i.Email,
		InvitedBy: orNull(i.InvitedBy), Status: string(i.Status), CreatedAt: millis(i.CreatedAt), ExpiresAt: millis(i.ExpiresAt),
		EndedAt: millisOrNull(i.EndedAt), EndedBy: orNull(i.EndedBy), Version: i.Version,
	}
}

func (r invitationRow) domain() invitation.Invitation {
	return invitation.Invitation{
		ID: models.ID(r.ID), OrgNo: party.OrgNo(r.OrgNo), URN: r.URN, RoleUntil: instantOrZero(r.RoleUntilAt), Email: r.Email,
		InvitedBy: models.ID(orEmpty(r.InvitedBy)), Status: invitation.Status(r.Status), CreatedAt: instant(r.CreatedAt),
		ExpiresAt: instant(r.ExpiresAt), EndedAt: instantOrZero(r.EndedAt), EndedBy: models.ID(orEmpty(r.EndedBy)), Version: r.Version,
	}
}

// InvitationBySecret implements registry.InvitationReader, as do the functions
// below.
func (t *transaction) InvitationBySecret(ctx context.Context, hash []byte) (invitation.Invitation, error) {
	return t.invitation(t.q(ctx).Where("secret = ?", hash))
}

func (t *transaction) InvitationOf(ctx context.Context, o party.OrgNo, id models.ID) (invitation.Invitation, error) {
	return t.invitation(t.q(ctx).Where("id = ? AND org_no = ?", string(id), string(o)))
}

func (t *transaction) invitation(q *gorm.DB) (invitation.Invitation, error) {
	row, err := one[invitationRow](q)
	if err != nil {
		return invitation.Invitation{}, err
	}
	return row.domain(), nil
}

func (t *transaction) InvitationsOf(ctx context.Context, o party.OrgNo, now time.Time, limit int) ([]invitation.Invitation, error) {
	openFirst := clause.OrderBy{Expression: clause.Expr{
		SQL: "CASE WHEN status = 'open' AND expires_at > ? THEN 0 ELSE 1 END, " + newestFirst, Vars: []any{millis(now)},
	}}
	rows, err := all[invitationRow](t.q(ctx).Where("org_no = ?", string(o)).Clauses(openFirst).Limit(limit))
	return mapped(rows, invitationRow.domain), err
}

func (t *transaction) OpenInvitations(ctx context.Context, o party.OrgNo, now time.Time) (int, error) {
	var n int64
	err := t.q(ctx).Model(&invitationRow{}).
		Where("org_no = ? AND status = 'open' AND expires_at > ?", string(o), millis(now)).Count(&n).Error
	return int(n), err
}

// AddInvitation implements registry.InvitationTx, as does the function below.
func (t *transaction) AddInvitation(ctx context.Context, i invitation.Invitation, hash []byte) error {
	i.Version = 1
	row := toInvitation(i, hash)
	return add(t.q(ctx), &row, models.CodeConflict)
}

func (t *transaction) EndInvitation(ctx context.Context, i invitation.Invitation) error {
	done := t.q(ctx).Model(&invitationRow{}).
		Where("id = ? AND org_no = ? AND status = 'open' AND version = ? AND expires_at > ?",
			string(i.ID), string(i.OrgNo), i.Version, millis(i.EndedAt)).
		Updates(map[string]any{
			"status": string(i.Status), "ended_at": millisOrNull(i.EndedAt), "ended_by": orNull(i.EndedBy), "version": gorm.Expr("version + 1"),
		})
	if done.Error == nil && done.RowsAffected == 0 {
		return invitation.Ended()
	}
	return done.Error
}
