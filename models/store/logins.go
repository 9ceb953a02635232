package store

import (
	"context"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
)

type loginRow struct {
	ID        string `gorm:"column:id"`
	PersonID  string `gorm:"column:person_id"`
	Provider  string `gorm:"column:provider"`
	Issuer    string `gorm:"column:issuer"`
	Subject   string `gorm:"column:subject"`
	SID       string `gorm:"column:sid"`
	Level     int    `gorm:"column:level"`
	AuthAt    int64  `gorm:"column:auth_at"`
	StartedAt int64  `gorm:"column:started_at"`
	SeenAt    int64  `gorm:"column:seen_at"`
	EndedAt   *int64 `gorm:"column:ended_at"`
	Agent     string `gorm:"column:agent"`
}

func (loginRow) TableName() string { return "login" }

func toLogin(l party.Login) loginRow {
	return loginRow{
		ID: string(l.ID), PersonID: string(l.Person), Provider: l.Provider, Issuer: l.Issuer, Subject: l.Subject, SID: l.SID,
		Level: l.Level, AuthAt: millis(l.AuthTime), StartedAt: millis(l.Started), SeenAt: millis(l.Seen),
		EndedAt: millisOrNull(l.Ended), Agent: l.Agent,
	}
}

func (r loginRow) domain() party.Login {
	return party.Login{
		ID: models.ID(r.ID), Person: models.ID(r.PersonID), Provider: r.Provider, Issuer: r.Issuer, Subject: r.Subject, SID: r.SID,
		Level: r.Level, AuthTime: instant(r.AuthAt), Started: instant(r.StartedAt), Seen: instant(r.SeenAt),
		Ended: instantOrZero(r.EndedAt), Agent: r.Agent,
	}
}

// Login implements registry.LoginReader, as do the functions below.
func (t *transaction) Login(ctx context.Context, id models.ID) (party.Login, error) {
	row, err := one[loginRow](t.q(ctx).Where("id = ?", string(id)))
	if err != nil {
		return party.Login{}, err
	}
	return row.domain(), nil
}

func (t *transaction) Logins(ctx context.Context, person models.ID) ([]party.Login, error) {
	rows, err := all[loginRow](t.q(ctx).Where("person_id = ?", string(person)).Order("started_at DESC, id"))
	return mapped(rows, loginRow.domain), err
}

// AddLogin implements registry.LoginTx, as do the functions below.
func (t *transaction) AddLogin(ctx context.Context, l party.Login) error {
	row := toLogin(l)
	return t.q(ctx).Create(&row).Error
}

func (t *transaction) ProveLogin(ctx context.Context, l party.Login) error {
	row := toLogin(l)
	r := t.q(ctx).Model(&row).Where("id = ? AND person_id = ? AND ended_at IS NULL", row.ID, row.PersonID).
		Select("provider", "issuer", "subject", "sid", "level", "auth_at", "seen_at").Updates(&row)
	if r.Error == nil && r.RowsAffected == 0 {
		return models.NewError(models.NotFound, models.CodeNotFound)
	}
	return r.Error
}

func (t *transaction) SawLogin(ctx context.Context, id models.ID, at time.Time) error {
	return t.q(ctx).Exec("UPDATE login SET seen_at = ? WHERE id = ? AND ended_at IS NULL AND seen_at < ?",
		millis(at), string(id), millis(at)).Error
}

func (t *transaction) EndLogins(ctx context.Context, which registry.WhichLogins, at time.Time) ([]party.Login, error) {
	if which == (registry.WhichLogins{Except: which.Except}) {
		return nil, nil // which names nobody's
	}
	q := t.q(ctx).Where("ended_at IS NULL")
	for _, c := range []struct{ where, value string }{
		{"id = ?", string(which.ID)},
		{"person_id = ?", string(which.Person)},
		{"issuer = ?", which.Issuer},
		{"subject = ?", which.Subject},
		{"sid = ? AND sid <> ''", which.SID},
		{"id <> ?", string(which.Except)},
	} {
		if c.value != "" {
			q = q.Where(c.where, c.value)
		}
	}
	rows, err := all[loginRow](q.Order("id"))
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	ended, ids := millis(at), make([]string, len(rows))
	for i := range rows {
		ids[i], rows[i].EndedAt = rows[i].ID, &ended
	}
	err = t.q(ctx).Exec("UPDATE login SET ended_at = ? WHERE id IN ? AND ended_at IS NULL", ended, ids).Error
	return mapped(rows, loginRow.domain), err
}

func (t *transaction) PurgeLogins(ctx context.Context, before time.Time) (int64, error) {
	r := t.q(ctx).Exec("DELETE FROM login WHERE started_at < ?", millis(before))
	return r.RowsAffected, r.Error
}
