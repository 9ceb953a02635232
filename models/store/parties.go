package store

import (
	"context"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/party"
)

// Organisation implements registry.PartyReader, as do the functions below.
func (t *transaction) Organisation(ctx context.Context, o party.OrgNo) (party.Organisation, error) {
	row, err := one[organisationRow](t.q(ctx).Where("org_no = ?", string(o)))
	if err != nil {
		return party.Organisation{}, err
	}
	return row.domain(), nil
}

func (t *transaction) Organisations(ctx context.Context, os []party.OrgNo) (map[party.OrgNo]party.Organisation, error) {
	found := make(map[party.OrgNo]party.Organisation, len(os))
	if len(os) == 0 {
		return found, nil
	}
	rows, err := all[organisationRow](t.q(ctx).Where("org_no IN ?", os))
	for _, r := range rows {
		found[party.OrgNo(r.OrgNo)] = r.domain()
	}
	return found, err
}

func (t *transaction) Holdings(ctx context.Context, o party.OrgNo, now time.Time) ([]party.Holding, error) {
	return t.holdings(ctx, "org_no = ?", string(o), now)
}

func (t *transaction) HoldingsOf(ctx context.Context, person models.ID, now time.Time) ([]party.Holding, error) {
	return t.holdings(ctx, "person_id = ?", string(person), now)
}

func (t *transaction) holdings(ctx context.Context, where string, value any, now time.Time) ([]party.Holding, error) {
	rows, err := all[holdingRow](t.q(ctx).Where(where, value).
		Where("from_at <= ? AND ended_at IS NULL AND (until_at IS NULL OR until_at > ?)", millis(now), millis(now)).
		Order("org_no, person_id, urn, source"))
	return mapped(rows, holdingRow.domain), err
}

func (t *transaction) Persons(ctx context.Context, ids []models.ID) (map[models.ID]party.Person, error) {
	found := make(map[models.ID]party.Person, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	rows, err := all[personRow](t.q(ctx).Select("id", "name", "erased_at").Where("id IN ?", ids))
	for _, r := range rows {
		found[models.ID(r.ID)] = r.domain()
	}
	return found, err
}

func (t *transaction) PersonByIdentity(ctx context.Context, issuer, subject string) (models.ID, error) {
	row, err := one[identityRow](t.q(ctx).Where("issuer = ? AND subject = ?", issuer, subject))
	return models.ID(row.PersonID), err
}

func (t *transaction) PersonByPID(ctx context.Context, pid party.PersonID) (models.ID, error) {
	if pid.IsZero() {
		return "", models.NewError(models.NotFound, models.CodeNotFound)
	}
	keys, err := t.ring(ctx)
	if err != nil {
		return "", err
	}
	row, err := one[personRow](t.q(ctx).Select("id").Where("pid_hash IN ?", keys.hashes(pid)))
	return models.ID(row.ID), err
}

func (t *transaction) PersonByEndUser(ctx context.Context, u party.EndUser) (models.ID, error) {
	none := models.NewError(models.NotFound, models.CodeNotFound)
	if u == (party.EndUser{}) {
		return "", none
	}
	row, err := t.findPerson(ctx, exchange.Person{UserID: u.UserID, PartyUUID: u.PartyUUID, PID: u.PID})
	switch {
	case models.CodeOf(err) == models.CodeInvalid && err != nil:
		return "", none // what the token says is not one person
	case err != nil:
		return "", err
	case row == nil || row.ErasedAt != nil || u.PartyUUID != "" && row.PartyUUID != nil && *row.PartyUUID != u.PartyUUID:
		return "", none
	}
	return models.ID(row.ID), nil
}

func (t *transaction) OrganisationByParty(ctx context.Context, partyID int64) (party.Organisation, error) {
	row, err := one[organisationRow](t.q(ctx).Where("party_id = ?", partyID))
	if err != nil {
		return party.Organisation{}, err
	}
	return row.domain(), nil
}

func (t *transaction) OrganisationByUUID(ctx context.Context, uuid string) (party.Organisation, error) {
	row, err := one[organisationRow](t.q(ctx).Where("uuid = ?", uuid))
	if err != nil {
		return party.Organisation{}, err
	}
	return row.domain(), nil
}

// AddPerson implements registry.Tx, as do the functions below. A national id
// that is another person's is a Conflict error.
func (t *transaction) AddPerson(ctx context.Context, p party.Person, pid party.PersonID) error {
	row := personRow{ID: string(p.ID), Name: p.Name, CreatedAt: millis(t.s.now())}
	if err := t.seal(ctx, &row, pid); err != nil {
		return err
	}
	return add(t.q(ctx), &row, models.CodeConflict)
}

func (t *transaction) NamePerson(ctx context.Context, person models.ID, name string) error {
	r := t.q(ctx).Model(&personRow{}).Where("id = ?", string(person)).Update("name", name)
	if r.Error == nil && r.RowsAffected == 0 {
		return models.NewError(models.NotFound, models.CodeNotFound)
	}
	return r.Error
}

// mapped turns rows into values.
func mapped[R, V any](rows []R, f func(R) V) []V {
	values := make([]V, len(rows))
	for i, r := range rows {
		values[i] = f(r)
	}
	return values
}
