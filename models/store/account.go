package store

import (
	"context"
	"math"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/invitation"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
)

// bySQL walks the index by actor backwards.
const bySQL = `
SELECT * FROM audit_entry
WHERE actor_id = ? AND actor_kind = 'person' AND outcome = 'done' AND action IN ? AND seq < ?
ORDER BY seq DESC LIMIT ?`

// aboutSQL walks the index by actor and the one by subject.
const aboutSQL = `
SELECT * FROM audit_entry WHERE actor_id = ? AND actor_kind = 'person'
UNION
SELECT * FROM audit_entry WHERE subject = ?
ORDER BY seq`

// invitationsAboutSQL names the invitations that have to do with a person.
const invitationsAboutSQL = `
invited_by = ? OR ended_by = ? OR email IN (SELECT email FROM identity WHERE person_id = ? AND email <> '')`

// PersonRecord implements registry.AccountReader, as do the functions below.
func (t *transaction) PersonRecord(ctx context.Context, person models.ID) (registry.PersonRecord, error) {
	row, err := one[personRow](t.q(ctx).Where("id = ?", string(person)))
	if err != nil {
		return registry.PersonRecord{}, err
	}
	p := registry.PersonRecord{
		Person: row.domain(), HasPID: row.PIDHash != nil, PartyUUID: orEmpty(row.PartyUUID),
		LastOrganisation: party.OrgNo(orEmpty(row.LastOrgNo)), Created: instant(row.CreatedAt),
	}
	if row.UserID != nil {
		p.UserID = *row.UserID
	}
	return p, nil
}

func (t *transaction) HoldingsIn(ctx context.Context, os []party.OrgNo, now time.Time) ([]party.Holding, error) {
	if len(os) == 0 {
		return nil, nil
	}
	return t.holdings(ctx, "org_no IN ?", os, now)
}

func (t *transaction) HoldingsByID(ctx context.Context, ids []models.ID) (map[models.ID]party.Holding, error) {
	found := make(map[models.ID]party.Holding, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	rows, err := all[holdingRow](t.q(ctx).Where("id IN ?", ids))
	for _, r := range rows {
		found[models.ID(r.ID)] = r.domain()
	}
	return found, err
}

func (t *transaction) AuditBy(ctx context.Context, person models.ID, actions []string, before int64, limit int) ([]audit.Entry, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	rows, err := all[auditRow](t.q(ctx).Raw(bySQL, string(person), actions, before, limit))
	return mapped(rows, auditRow.domain), err
}

// AllHoldings implements registry.ErasureReader, as do the functions below.
func (t *transaction) AllHoldings(ctx context.Context, person models.ID) ([]party.Holding, error) {
	rows, err := all[holdingRow](t.q(ctx).Where("person_id = ?", string(person)).Order("from_at, id"))
	return mapped(rows, holdingRow.domain), err
}

func (t *transaction) InvitationsAbout(ctx context.Context, person models.ID) ([]invitation.Invitation, error) {
	id := string(person)
	rows, err := all[invitationRow](t.q(ctx).Where(invitationsAboutSQL, id, id, id).Order("created_at, id"))
	return mapped(rows, invitationRow.domain), err
}

func (t *transaction) AuditAbout(ctx context.Context, person models.ID) ([]audit.Entry, error) {
	rows, err := all[auditRow](t.q(ctx).Raw(aboutSQL, string(person), "person:"+string(person)))
	return mapped(rows, auditRow.domain), err
}

// ErasePerson implements registry.ErasureTx. Addresses on invitations are found
// by those of his identities, which therefore go after them.
func (t *transaction) ErasePerson(ctx context.Context, person models.ID, at time.Time) error {
	id, now := string(person), millis(at)
	for _, s := range []struct {
		query string
		args  []any
	}{
		{"UPDATE invitation SET email = '' WHERE " + invitationsAboutSQL, []any{id, id, id}},
		{"UPDATE forwarding SET note = '' WHERE from_person = ?", []any{id}},
		{"DELETE FROM notice WHERE person_id = ?", []any{id}},
		{"DELETE FROM notice_choice WHERE person_id = ?", []any{id}},
		{"DELETE FROM mail WHERE person_id = ?", []any{id}},
		{"DELETE FROM identity WHERE person_id = ?", []any{id}},
		{"DELETE FROM login WHERE person_id = ?", []any{id}},
		{"UPDATE holding SET ended_at = CASE WHEN until_at < ? THEN until_at ELSE ? END WHERE person_id = ? AND ended_at IS NULL", []any{now, now, id}},
		{`UPDATE person SET name = '', pid_hash = NULL, pid_cipher = NULL, pid_key = NULL, user_id = NULL, party_uuid = NULL,
			last_org_no = NULL, erased_at = ? WHERE id = ?`, []any{now, id}},
	} {
		if err := t.q(ctx).Exec(s.query, s.args...).Error; err != nil {
			return err
		}
	}
	return nil
}
