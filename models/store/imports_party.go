package store

import (
	"bytes"
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/registry"
)

// PutOrganisation implements registry.ImportTx. What the row leaves out stays
// as it is stored; a new organisation without a party id or uuid gets one from
// us. A party id or uuid of another organisation is an Invalid error.
func (t *transaction) PutOrganisation(ctx context.Context, o party.Organisation) (registry.Change, error) {
	if err := t.partyFree(ctx, o); err != nil {
		return registry.Same, err
	}
	rows, err := all[organisationRow](t.q(ctx).Where("org_no = ?", string(o.OrgNo)).Limit(1))
	if err != nil {
		return registry.Same, err
	}
	if len(rows) > 0 {
		return t.changeOrganisation(ctx, rows[0], o)
	}
	if o.PartyID == 0 {
		err := t.q(ctx).Raw("UPDATE party_counter SET next = next + 1 RETURNING next - 1").Scan(&o.PartyID).Error
		if err != nil {
			return registry.Same, err
		}
	}
	if o.UUID == "" {
		o.UUID = uuid.NewString()
	}
	if o.Since.IsZero() {
		o.Since = t.s.now()
	}
	row := toOrganisation(o)
	return registry.Added, t.q(ctx).Create(&row).Error
}

func (t *transaction) changeOrganisation(ctx context.Context, was organisationRow, o party.Organisation) (registry.Change, error) {
	row := was
	if o.Name != "" {
		row.Name = o.Name
	}
	if o.Form != "" {
		row.Form = o.Form
	}
	if o.PartyID != 0 {
		row.PartyID = o.PartyID
	}
	if o.UUID != "" {
		row.UUID = o.UUID
	}
	if row == was {
		return registry.Same, nil
	}
	return registry.Updated, t.q(ctx).Model(&row).Where("org_no = ?", row.OrgNo).
		Select("name", "form", "party_id", "uuid").Updates(&row).Error
}

// partyFree refuses a row without a number, and one whose party id or uuid
// another organisation has.
func (t *transaction) partyFree(ctx context.Context, o party.Organisation) error {
	var f models.Faults
	if o.OrgNo == "" {
		f.Add("orgNo", "required")
	}
	for _, k := range []struct {
		field, where string
		set          bool
		value        any
	}{
		{"partyId", "party_id = ? AND org_no <> ?", o.PartyID != 0, o.PartyID},
		{"partyUuid", "uuid = ? AND org_no <> ?", o.UUID != "", o.UUID},
	} {
		if !k.set {
			continue
		}
		taken, err := exists[organisationRow](t.q(ctx), k.where, k.value, string(o.OrgNo))
		if err != nil {
			return err
		}
		if taken {
			f.Add(k.field, "duplicate")
		}
	}
	return f.Err()
}

// PutPerson implements registry.ImportTx: the person, found by national id or
// else by user id, and what he holds in the organisation. What the row leaves
// out stays as it is stored.
func (t *transaction) PutPerson(ctx context.Context, p exchange.Person, source string) (registry.Change, error) {
	var f models.Faults
	if p.PID.IsZero() && p.UserID == 0 {
		f.Add("pid", "required")
	}
	if err := known[organisationRow](ctx, t, &f, "orgNo", unknownOrganisation, "org_no = ?", string(p.OrgNo)); err != nil {
		return registry.Same, err
	}
	if err := t.holdable(ctx, &f, p.URN); err != nil {
		return registry.Same, err
	}
	if err := f.Err(); err != nil {
		return registry.Same, err
	}
	was, err := t.findPerson(ctx, p)
	if err != nil {
		return registry.Same, err
	}
	change, id, err := t.storePerson(ctx, was, p)
	if err != nil {
		return change, err
	}
	held, err := t.hold(ctx, id, p, source)
	if change == registry.Same && held {
		change = registry.Updated
	}
	return change, err
}

// holdable notes a fault when nobody can hold the URN: it is neither a role nor
// an access package nor the power that we have made ourselves.
func (t *transaction) holdable(ctx context.Context, f *models.Faults, urn string) error {
	if urn == policy.SystemAdministrator {
		return nil
	}
	if ok, err := exists[packageRow](t.q(ctx), "urn = ?", urn); ok || err != nil {
		return err
	}
	return known[roleRow](ctx, t, f, "role", unknownRole, "urn = ?", urn)
}

// findPerson finds whom the row is about; more than one is an Invalid error.
func (t *transaction) findPerson(ctx context.Context, p exchange.Person) (*personRow, error) {
	q := t.q(ctx).Limit(2)
	hashes := [][]byte{nil} // which finds nobody
	if !p.PID.IsZero() {
		keys, err := t.ring(ctx)
		if err != nil {
			return nil, err
		}
		hashes = keys.hashes(p.PID)
	}
	rows, err := all[personRow](q.Where("pid_hash IN ? OR user_id = ? OR party_uuid = ?", hashes, nonZero(p.UserID), orNull(p.PartyUUID)))
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	was := rows[0]
	same := func(hash []byte) bool { return bytes.Equal(was.PIDHash, hash) }
	if len(rows) > 1 || !p.PID.IsZero() && was.PIDHash != nil && !slices.ContainsFunc(hashes, same) ||
		p.UserID != 0 && was.UserID != nil && *was.UserID != p.UserID {
		return nil, models.Faults{{Field: "userId", Fault: "duplicate"}}.Err()
	}
	return &was, nil
}

func (t *transaction) storePerson(ctx context.Context, was *personRow, p exchange.Person) (registry.Change, models.ID, error) {
	if was == nil {
		id := models.NewID()
		row := personRow{
			ID: string(id), Name: p.Name, UserID: nonZero(p.UserID), PartyUUID: orNull(p.PartyUUID), CreatedAt: millis(t.s.now()),
		}
		if err := t.seal(ctx, &row, p.PID); err != nil {
			return registry.Same, id, err
		}
		return registry.Added, id, t.q(ctx).Create(&row).Error
	}
	row, id := *was, models.ID(was.ID)
	set := map[string]any{}
	if p.Name != "" && p.Name != was.Name {
		set["name"] = p.Name
	}
	if p.UserID != 0 && was.UserID == nil {
		set["user_id"] = p.UserID
	}
	if p.PartyUUID != "" && p.PartyUUID != orEmpty(was.PartyUUID) {
		set["party_uuid"] = p.PartyUUID
	}
	if !p.PID.IsZero() && was.PIDHash == nil {
		if err := t.seal(ctx, &row, p.PID); err != nil {
			return registry.Same, id, err
		}
		set["pid_hash"], set["pid_cipher"], set["pid_key"] = row.PIDHash, row.PIDCipher, row.PIDKey
	}
	if len(set) == 0 {
		return registry.Same, id, nil
	}
	return registry.Updated, id, t.q(ctx).Model(&personRow{}).Where("id = ?", was.ID).Updates(set).Error
}

// hold notes what the person holds and reports whether that is new.
func (t *transaction) hold(ctx context.Context, person models.ID, p exchange.Person, source string) (bool, error) {
	row := toHolding(party.Holding{ID: models.NewID(), Person: person, OrgNo: p.OrgNo, URN: p.URN, Source: source, From: t.s.now()})
	n, err := insert(t.q(ctx), &row)
	return n > 0, err
}

// PutRelation implements registry.ImportTx.
func (t *transaction) PutRelation(ctx context.Context, r party.Relation) (registry.Change, error) {
	var f models.Faults
	for _, o := range []struct {
		field string
		orgNo party.OrgNo
	}{{"facilitatorOrgNo", r.Facilitator}, {"clientOrgNo", r.Client}} {
		if err := known[organisationRow](ctx, t, &f, o.field, unknownOrganisation, "org_no = ?", string(o.orgNo)); err != nil {
			return registry.Same, err
		}
	}
	if err := known[roleRow](ctx, t, &f, "roleUrn", unknownRole, "urn = ?", r.RoleURN); err != nil {
		return registry.Same, err
	}
	if r.Facilitator == r.Client {
		f.Add("clientOrgNo", "relation.self")
	}
	if err := f.Err(); err != nil {
		return registry.Same, err
	}
	n, err := insert(t.q(ctx), &relationRow{
		ID: string(models.NewID()), Facilitator: string(r.Facilitator), Client: string(r.Client), RoleURN: r.RoleURN,
		Source: r.Source, FromAt: millis(t.s.now()),
	})
	if n > 0 {
		return registry.Added, err
	}
	return registry.Same, err
}

// nonZero stores 0 as NULL.
func nonZero(n int64) *int64 {
	if n == 0 {
		return nil
	}
	return &n
}
