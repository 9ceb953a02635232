package store

import (
	"bytes"
	"context"
	"slices"
	"time"

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
	change := registry.Change{Thing: thing(string(o.OrgNo))}
	if err := t.partyFree(ctx, o); err != nil {
		return change, err
	}
	rows, err := all[organisationRow](t.q(ctx).Where("org_no = ?", string(o.OrgNo)).Limit(1))
	if err != nil {
		return change, err
	}
	if len(rows) > 0 {
		row := merged(rows[0], o)
		if change.Members = differences(rows[0], row); len(change.Members) == 0 {
			return change, nil
		}
		change.Did = registry.Updated
		return change, t.q(ctx).Model(&row).Where("org_no = ?", row.OrgNo).
			Select("name", "form", "party_id", "uuid", "parent", "email").Updates(&row).Error
	}
	if o.PartyID == 0 {
		err := t.q(ctx).Raw("UPDATE party_counter SET next = next + 1 RETURNING next - 1").Scan(&o.PartyID).Error
		if err != nil {
			return change, err
		}
	}
	if o.UUID == "" {
		o.UUID = uuid.NewString()
	}
	if o.Since.IsZero() {
		o.Since = t.s.now()
	}
	o.StruckOff = time.Time{}
	row := toOrganisation(o)
	change.Did = registry.Added
	return change, t.q(ctx).Create(&row).Error
}

// ForgetEmail implements registry.ImportTx.
func (t *transaction) ForgetEmail(ctx context.Context, o party.OrgNo) (bool, error) {
	done := t.q(ctx).Exec("UPDATE organisation SET email = '' WHERE org_no = ? AND email <> ''", string(o))
	return done.RowsAffected > 0, done.Error
}

// merged is what is stored with what the source says of it.
func merged(row organisationRow, o party.Organisation) organisationRow {
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
	if o.Email != "" {
		row.Email = o.Email
	}
	if o.Parent != "" {
		row.Parent = orNull(o.Parent)
	}
	return row
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
		return registry.Change{}, err
	}
	if err := t.holdable(ctx, &f, p.URN); err != nil {
		return registry.Change{}, err
	}
	if err := f.Err(); err != nil {
		return registry.Change{}, err
	}
	was, err := t.findPerson(ctx, p)
	if err != nil {
		return registry.Change{}, err
	}
	did, changed, id, err := t.storePerson(ctx, was, p)
	if err != nil {
		return registry.Change{}, err
	}
	change, err := t.hold(ctx, id, p, source)
	change.Members = append(changed, change.Members...)
	switch {
	case did != registry.Same:
		change.Did = did
	case change.Did == registry.Added: // somebody whom we knew, with something more
		change.Did = registry.Updated
	}
	return change, err
}

// holdable notes a fault when nobody can hold the URN: it is neither a role nor
// an access package nor a power of our own.
func (t *transaction) holdable(ctx context.Context, f *models.Faults, urn string) error {
	if slices.Contains(policy.Powers(), urn) {
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

// storePerson stores who somebody is, and names the members that have changed
// without what they hold, which is personal.
func (t *transaction) storePerson(ctx context.Context, was *personRow, p exchange.Person) (registry.Did, []registry.Difference, models.ID, error) {
	if was == nil {
		id := models.NewID()
		row := personRow{
			ID: string(id), Name: p.Name, UserID: nonZero(p.UserID), PartyUUID: orNull(p.PartyUUID), CreatedAt: millis(t.s.now()),
		}
		if err := t.seal(ctx, &row, p.PID); err != nil {
			return registry.Same, nil, id, err
		}
		return registry.Added, nil, id, t.q(ctx).Create(&row).Error
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
			return registry.Same, nil, id, err
		}
		set["pid_hash"], set["pid_cipher"], set["pid_key"] = row.PIDHash, row.PIDCipher, row.PIDKey
	}
	if len(set) == 0 {
		return registry.Same, nil, id, nil
	}
	var changed []registry.Difference
	for _, name := range []string{"name", "user_id", "party_uuid", "pid_hash"} {
		if _, ok := set[name]; ok {
			changed = append(changed, registry.Difference{Name: name})
		}
	}
	return registry.Updated, changed, id, t.q(ctx).Model(&personRow{}).Where("id = ?", was.ID).Updates(set).Error
}

// hold notes what the person holds, by the source. A holding that has run out
// has ended; when the source says it anew, that is another one.
func (t *transaction) hold(ctx context.Context, person models.ID, p exchange.Person, source string) (registry.Change, error) {
	held, err := all[holdingRow](t.q(ctx).Where("person_id = ? AND org_no = ? AND urn = ? AND source = ? AND ended_at IS NULL",
		string(person), string(p.OrgNo), p.URN, source).Limit(1))
	if err != nil {
		return registry.Change{}, err
	}
	now := t.s.now()
	if len(held) > 0 {
		was := held[0]
		ranOut := was.UntilAt != nil && *was.UntilAt <= millis(now)
		if !ranOut || !p.Until.IsZero() && !p.Until.After(now) {
			return t.extend(ctx, was, p)
		}
		if err := t.q(ctx).Exec("UPDATE holding SET ended_at = until_at WHERE id = ?", was.ID).Error; err != nil {
			return registry.Change{}, err
		}
	}
	if p.From.IsZero() {
		p.From = now
	}
	row := toHolding(party.Holding{
		ID: models.NewID(), Person: person, OrgNo: p.OrgNo, URN: p.URN, Source: source, From: p.From, Until: p.Until,
	})
	change := registry.Change{Thing: row.thing(), Did: registry.Added, Members: []registry.Difference{{Name: "urn", New: row.URN}}}
	return change, t.q(ctx).Create(&row).Error
}

// extend changes from when and until when somebody holds what he does, where
// the row says so.
func (t *transaction) extend(ctx context.Context, was holdingRow, p exchange.Person) (registry.Change, error) {
	row, change := was, registry.Change{Thing: was.thing()}
	if !p.From.IsZero() {
		row.FromAt = millis(p.From)
	}
	if !p.Until.IsZero() {
		row.UntilAt = millisOrNull(p.Until)
	}
	change.Members = differences(was, row)
	if len(change.Members) == 0 {
		return change, nil
	}
	change.Did = registry.Updated
	return change, t.q(ctx).Model(&row).Where("id = ?", row.ID).Select("from_at", "until_at").Updates(&row).Error
}

// thing names a holding; the person by our own id, which tells nothing.
func (r holdingRow) thing() registry.Thing {
	return registry.Thing{Key: r.ID, What: r.URN + " in " + r.OrgNo + " of person " + r.PersonID}
}

// PutRelation implements registry.ImportTx.
func (t *transaction) PutRelation(ctx context.Context, r party.Relation) (registry.Change, error) {
	var f models.Faults
	for _, o := range []struct {
		field string
		orgNo party.OrgNo
	}{{"facilitatorOrgNo", r.Facilitator}, {"clientOrgNo", r.Client}} {
		if err := known[organisationRow](ctx, t, &f, o.field, unknownOrganisation, "org_no = ?", string(o.orgNo)); err != nil {
			return registry.Change{}, err
		}
	}
	if given, err := exists[packageRow](t.q(ctx), "urn = ?", r.RoleURN); err != nil {
		return registry.Change{}, err
	} else if !given {
		if err := known[roleRow](ctx, t, &f, "roleUrn", unknownRole, "urn = ?", r.RoleURN); err != nil {
			return registry.Change{}, err
		}
	}
	if r.Facilitator == r.Client {
		f.Add("clientOrgNo", "relation.self")
	}
	if err := f.Err(); err != nil {
		return registry.Change{}, err
	}
	row := relationRow{
		ID: string(models.NewID()), Facilitator: string(r.Facilitator), Client: string(r.Client), RoleURN: r.RoleURN,
		Source: r.Source, FromAt: millis(t.s.now()),
	}
	was, err := all[relationRow](t.q(ctx).Where("facilitator = ? AND client = ? AND role_urn = ? AND source = ? AND ended_at IS NULL",
		row.Facilitator, row.Client, row.RoleURN, row.Source).Limit(1))
	if err != nil || len(was) > 0 {
		if len(was) > 0 {
			row = was[0]
		}
		return registry.Change{Thing: row.thing()}, err
	}
	return registry.Change{Thing: row.thing(), Did: registry.Added}, t.q(ctx).Create(&row).Error
}

func (r relationRow) thing() registry.Thing {
	return registry.Thing{Key: r.ID, What: r.Facilitator + " " + r.RoleURN + " of " + r.Client}
}

// nonZero stores 0 as NULL.
func nonZero(n int64) *int64 {
	if n == 0 {
		return nil
	}
	return &n
}
