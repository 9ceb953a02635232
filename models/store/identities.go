package store

import (
	"context"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
)

// Identities implements registry.IdentityReader, as do the functions below.
func (t *transaction) Identities(ctx context.Context, person models.ID) ([]party.Identity, error) {
	rows, err := all[identityRow](t.q(ctx).Where("person_id = ?", string(person)).Order("linked_at, issuer, subject"))
	return mapped(rows, identityRow.domain), err
}

func (t *transaction) IssuersByEmail(ctx context.Context, email string) ([]string, error) {
	if email == "" {
		return nil, nil
	}
	var issuers []string
	err := t.q(ctx).Raw("SELECT DISTINCT issuer FROM identity WHERE email = ? AND email <> '' ORDER BY issuer", email).Scan(&issuers).Error
	return issuers, err
}

// TieIdentity implements registry.IdentityTx, as do the functions below.
func (t *transaction) TieIdentity(ctx context.Context, person models.ID, id party.Identity) error {
	row := identityRow{
		Issuer: id.Issuer, Subject: id.Subject, PersonID: string(person), Email: id.Email,
		LinkedAt: millis(id.Linked), SeenAt: millis(id.Seen),
	}
	return add(t.q(ctx), &row, models.CodeConflict)
}

func (t *transaction) SawIdentity(ctx context.Context, id party.Identity) error {
	return t.q(ctx).Exec("UPDATE identity SET email = ?, seen_at = ? WHERE issuer = ? AND subject = ?",
		id.Email, millis(id.Seen), id.Issuer, id.Subject).Error
}

func (t *transaction) UntieIdentity(ctx context.Context, issuer, subject string) error {
	r := t.q(ctx).Exec("DELETE FROM identity WHERE issuer = ? AND subject = ?", issuer, subject)
	if r.Error == nil && r.RowsAffected == 0 {
		return models.NewError(models.NotFound, models.CodeNotFound)
	}
	return r.Error
}

func (t *transaction) MoveIdentity(ctx context.Context, from, to party.Identity) error {
	for _, query := range []string{
		"DELETE FROM identity WHERE EXISTS (SELECT 1 FROM identity WHERE issuer = ? AND subject = ?) AND issuer = ? AND subject = ?",
		"UPDATE identity SET issuer = ?, subject = ? WHERE issuer = ? AND subject = ?",
		"UPDATE login SET issuer = ?, subject = ? WHERE issuer = ? AND subject = ? AND ended_at IS NULL",
	} {
		if err := t.q(ctx).Exec(query, to.Issuer, to.Subject, from.Issuer, from.Subject).Error; err != nil {
			return err
		}
	}
	return nil
}

func (t *transaction) GivePID(ctx context.Context, person models.ID, pid party.PersonID) error {
	row := personRow{ID: string(person)}
	if err := t.seal(ctx, &row, pid); err != nil {
		return err
	}
	r := t.q(ctx).Model(&row).Where("id = ? AND pid_hash IS NULL AND erased_at IS NULL", row.ID).
		Select("pid_hash", "pid_cipher", "pid_key").Updates(&row)
	if r.Error == nil && r.RowsAffected == 0 {
		return models.NewError(models.Conflict, models.CodeConflict)
	}
	return r.Error
}

func (t *transaction) RememberOrganisation(ctx context.Context, person models.ID, o party.OrgNo) error {
	return t.q(ctx).Exec("UPDATE person SET last_org_no = ? WHERE id = ? AND erased_at IS NULL", orNull(o), string(person)).Error
}

func (t *transaction) RenewHoldings(ctx context.Context, ids []models.ID, until time.Time) error {
	if len(ids) == 0 {
		return nil
	}
	return t.q(ctx).Exec("UPDATE holding SET until_at = ? WHERE id IN ? AND ended_at IS NULL", millis(until), ids).Error
}
