package store

import (
	"context"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/request"
)

type forwardingRow struct {
	ID         string `gorm:"column:id"`
	Subject    string `gorm:"column:subject"`
	Customer   string `gorm:"column:customer"`
	FromPerson string `gorm:"column:from_person"`
	ToPerson   string `gorm:"column:to_person"`
	Note       string `gorm:"column:note"`
	DueAt      *int64 `gorm:"column:due_at"`
	At         int64  `gorm:"column:at"`
	RecalledAt *int64 `gorm:"column:recalled_at"`
}

func (forwardingRow) TableName() string { return "forwarding" }

func toForwarding(f request.Forwarding) forwardingRow {
	return forwardingRow{
		ID: string(f.ID), Subject: f.Subject, Customer: string(f.Customer), FromPerson: string(f.From), ToPerson: string(f.To),
		Note: f.Note, DueAt: millisOrNull(f.Due), At: millis(f.At), RecalledAt: millisOrNull(f.Recalled),
	}
}

func (r forwardingRow) domain() request.Forwarding {
	return request.Forwarding{
		ID: models.ID(r.ID), Subject: r.Subject, Customer: party.OrgNo(r.Customer), From: models.ID(r.FromPerson), To: models.ID(r.ToPerson),
		Note: r.Note, Due: instantOrZero(r.DueAt), At: instant(r.At), Recalled: instantOrZero(r.RecalledAt),
	}
}

// ForwardingOf implements registry.ForwardingReader, as do the functions below.
func (t *transaction) ForwardingOf(ctx context.Context, customer party.OrgNo, id models.ID) (request.Forwarding, error) {
	row, err := one[forwardingRow](t.q(ctx).Where("id = ? AND customer = ?", string(id), string(customer)))
	if err != nil {
		return request.Forwarding{}, err
	}
	return row.domain(), nil
}

func (t *transaction) ForwardingsOf(ctx context.Context, customer party.OrgNo, subject string) ([]request.Forwarding, error) {
	rows, err := all[forwardingRow](t.q(ctx).Where("subject = ? AND customer = ? AND recalled_at IS NULL", subject, string(customer)).Order("at, id"))
	return mapped(rows, forwardingRow.domain), err
}

// withSQL walks the indexes by person.
const withSQL = `
SELECT * FROM forwarding WHERE from_person = ? AND customer = ? AND recalled_at IS NULL
UNION ALL
SELECT * FROM forwarding WHERE to_person = ? AND customer = ? AND recalled_at IS NULL
ORDER BY at DESC, id DESC`

func (t *transaction) ForwardingsWith(ctx context.Context, customer party.OrgNo, person models.ID) ([]request.Forwarding, error) {
	id, o := string(person), string(customer)
	rows, err := all[forwardingRow](t.q(ctx).Raw(withSQL, id, o, id, o))
	return mapped(rows, forwardingRow.domain), err
}

func (t *transaction) ForwardingsAbout(ctx context.Context, person models.ID) ([]request.Forwarding, error) {
	rows, err := all[forwardingRow](t.q(ctx).Where("from_person = ? OR to_person = ?", string(person), string(person)).Order("at, id"))
	return mapped(rows, forwardingRow.domain), err
}

// AddForwarding implements registry.ForwardingTx, as does the function below.
func (t *transaction) AddForwarding(ctx context.Context, f request.Forwarding) error {
	row := toForwarding(f)
	return add(t.q(ctx), &row, models.CodeConflict)
}

func (t *transaction) RecallForwarding(ctx context.Context, f request.Forwarding, at time.Time) error {
	done := t.q(ctx).Model(&forwardingRow{}).Where("id = ? AND customer = ? AND recalled_at IS NULL", string(f.ID), string(f.Customer)).
		Update("recalled_at", millis(at))
	if done.Error == nil && done.RowsAffected == 0 {
		return models.NewError(models.Conflict, models.CodeConflict)
	}
	return done.Error
}
