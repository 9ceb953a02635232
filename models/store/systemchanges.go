package store

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/system"
)

// systemChangeRow is one version of a system. The version is also the order.
type systemChangeRow struct {
	SystemID string `gorm:"column:system_id"`
	Version  int64  `gorm:"column:version"`
	Type     string `gorm:"column:type"`
	OrgNo    string `gorm:"column:org_no"`
	ClientID string `gorm:"column:client_id"`
	At       int64  `gorm:"column:at"`
	Snapshot string `gorm:"column:snapshot"`
}

func (systemChangeRow) TableName() string { return "system_change" }

// snapshot is a system as its change log keeps it, in JSON. Members may be
// added; those that are there keep their names, since old rows have them.
type snapshot struct {
	UUID           string           `json:"uuid"`
	Supplier       string           `json:"supplier"`
	Name           models.Text      `json:"name"`
	Description    models.Text      `json:"description"`
	Clients        []snapshotClient `json:"clients"`
	Asks           []snapshotAsk    `json:"asks"`
	RedirectURLs   []string         `json:"redirect_urls"`
	ExactRedirects bool             `json:"exact_redirects"`
	Visible        bool             `json:"visible"`
	Deleted        bool             `json:"deleted"`
	CreatedAt      int64            `json:"created_at"`
}

type snapshotClient struct {
	Issuer string `json:"issuer"`
	ID     string `json:"id"`
}

type snapshotAsk struct {
	Kind     string      `json:"kind"`
	Ref      string      `json:"ref"`
	Action   string      `json:"action"`
	Purpose  models.Text `json:"purpose"`
	Optional bool        `json:"optional,omitzero"`
}

func toSnapshot(s system.System) snapshot {
	out := snapshot{
		UUID: string(s.UUID), Supplier: string(s.Supplier), Name: s.Name, Description: s.Description, RedirectURLs: s.RedirectURLs,
		ExactRedirects: s.ExactRedirects, Visible: s.Visible, Deleted: s.Deleted, CreatedAt: millis(s.CreatedAt),
	}
	for _, c := range s.Clients {
		out.Clients = append(out.Clients, snapshotClient(c))
	}
	for _, a := range s.Asks {
		out.Asks = append(out.Asks, snapshotAsk{Kind: string(a.Item.Kind), Ref: a.Item.Ref, Action: a.Item.Action, Purpose: a.Purpose, Optional: a.Optional})
	}
	return out
}

func (r systemChangeRow) domain() (system.Change, error) {
	var s snapshot
	if err := json.Unmarshal([]byte(r.Snapshot), &s); err != nil {
		return system.Change{}, err
	}
	out := system.System{
		ID: system.ID(r.SystemID), UUID: models.ID(s.UUID), Supplier: party.OrgNo(s.Supplier), Name: s.Name, Description: s.Description,
		RedirectURLs: s.RedirectURLs, ExactRedirects: s.ExactRedirects, Visible: s.Visible, Deleted: s.Deleted,
		Version: r.Version, CreatedAt: instant(s.CreatedAt), ChangedAt: instant(r.At),
	}
	for _, c := range s.Clients {
		out.Clients = append(out.Clients, system.Client(c))
	}
	for _, a := range s.Asks {
		item := catalog.Item{Kind: catalog.ItemKind(a.Kind), Ref: a.Ref, Action: a.Action}
		out.Asks = append(out.Asks, system.Ask{Item: item, Purpose: a.Purpose, Optional: a.Optional})
	}
	return system.Change{
		Type: system.ChangeType(r.Type), By: party.OrgNo(r.OrgNo), ClientID: r.ClientID, At: instant(r.At), System: out,
	}, nil
}

// SystemChanges implements registry.SystemReader.
func (t *transaction) SystemChanges(ctx context.Context, id system.ID, before int64, limit int) ([]system.Change, error) {
	q := t.q(ctx).Where("system_id = ?", string(id)).Order("version DESC").Limit(limit)
	if before > 0 {
		q = q.Where("version < ?", before)
	}
	rows, err := all[systemChangeRow](q)
	if err != nil {
		return nil, err
	}
	changes := make([]system.Change, len(rows))
	for i, r := range rows {
		if changes[i], err = r.domain(); err != nil {
			return nil, err
		}
	}
	return changes, nil
}

// AddSystemChange implements registry.SystemTx, as do the functions below.
func (t *transaction) AddSystemChange(ctx context.Context, c system.Change) error {
	text, err := json.Marshal(toSnapshot(c.System))
	if err != nil {
		return err
	}
	return t.q(ctx).Create(&systemChangeRow{
		SystemID: string(c.System.ID), Version: c.System.Version, Type: string(c.Type), OrgNo: string(c.By), ClientID: c.ClientID,
		At: millis(c.At), Snapshot: string(text),
	}).Error
}

// Ends what a system has, by its id. What is pending and has run out has
// expired; the rest of it is withdrawn.
const (
	endUsersSQL = `
UPDATE system_user SET status = 'revoked', revoked_at = ?, revoked_by = 'system', changed_at = ?, version = version + 1, seq = ? + numbered.n
FROM (SELECT id, ROW_NUMBER() OVER (ORDER BY seq) - 1 AS n FROM system_user WHERE system_id = ? AND status <> 'revoked') AS numbered
WHERE system_user.id = numbered.id RETURNING customer`
	endClientsSQL = `
UPDATE client_delegation SET ended_at = ?
WHERE ended_at IS NULL AND system_user_id IN (SELECT id FROM system_user WHERE system_id = ?)`
	endRequestsSQL = `
UPDATE request SET status = CASE WHEN expires_at <= ? THEN 'expired' ELSE 'withdrawn' END, decided_at = ?, version = version + 1
WHERE system_id = ? AND status = 'pending' RETURNING customer`
	endChangesSQL = `
UPDATE change_request SET status = CASE WHEN expires_at <= ? THEN 'expired' ELSE 'withdrawn' END, decided_at = ?, version = version + 1
WHERE system_id = ? AND status = 'pending' RETURNING customer`
	hideRequestsSQL = `UPDATE request SET removed_at = ? WHERE system_id = ? AND status = 'accepted' AND removed_at IS NULL`
)

func (t *transaction) EndSystem(ctx context.Context, id system.ID, at time.Time) (registry.SystemEnd, error) {
	var end registry.SystemEnd
	now, of := millis(at), string(id)
	err := t.whole(ctx, func() error {
		// Whoever makes or ends a system user takes a number first, so from here
		// on their count stands.
		if _, err := t.nextSeq(ctx, 0); err != nil {
			return err
		}
		var n int64
		err := t.q(ctx).Model(&userRow{}).Where("system_id = ? AND status <> 'revoked'", of).Count(&n).Error
		if err != nil {
			return err
		}
		first, err := t.nextSeq(ctx, int(n))
		if err != nil {
			return err
		}
		var users, requests, changes []party.OrgNo
		for _, s := range []struct {
			sql  string
			args []any
			into *[]party.OrgNo
		}{
			{endUsersSQL, []any{now, now, first, of}, &users},
			{endRequestsSQL, []any{now, now, of}, &requests},
			{endChangesSQL, []any{now, now, of}, &changes},
		} {
			if err := t.q(ctx).Raw(s.sql, s.args...).Scan(s.into).Error; err != nil {
				return err
			}
		}
		for _, sql := range []string{endClientsSQL, hideRequestsSQL} {
			if err := t.q(ctx).Exec(sql, now, of).Error; err != nil {
				return err
			}
		}
		if err := t.q(ctx).Exec("UPDATE system SET customers = 0 WHERE id = ?", of).Error; err != nil {
			return err
		}
		customers := slices.Concat(users, requests, changes)
		slices.Sort(customers)
		end = registry.SystemEnd{
			SystemUsers: len(users), Requests: len(requests), ChangeRequests: len(changes), Customers: slices.Compact(customers),
		}
		return nil
	})
	return end, err
}
