package store

import (
	"context"

	"gorm.io/gorm"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/system"
)

// System implements registry.SystemReader, as do the functions below.
func (t *transaction) System(ctx context.Context, id system.ID) (system.System, error) {
	found, err := t.Systems(ctx, []system.ID{id})
	if err != nil {
		return system.System{}, err
	}
	s, ok := found[id]
	if !ok {
		return system.System{}, models.NewError(models.NotFound, models.CodeNotFound)
	}
	return s, nil
}

func (t *transaction) Systems(ctx context.Context, ids []system.ID) (map[system.ID]system.System, error) {
	found := make(map[system.ID]system.System, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	rows, err := all[systemRow](t.q(ctx).Where("id IN ?", ids))
	if err != nil {
		return nil, err
	}
	systems, err := t.completeSystems(ctx, rows)
	for _, s := range systems {
		found[s.ID] = s
	}
	return found, err
}

func (t *transaction) SystemsOf(ctx context.Context, supplier party.OrgNo) ([]system.System, error) {
	rows, err := all[systemRow](t.q(ctx).Where("supplier = ? AND NOT deleted", string(supplier)).Order("created_at DESC, id DESC"))
	if err != nil {
		return nil, err
	}
	return t.completeSystems(ctx, rows)
}

// completeSystems adds the parts of systems, one statement for each table.
func (t *transaction) completeSystems(ctx context.Context, rows []systemRow) ([]system.System, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	systems, at, ids := make([]system.System, len(rows)), make(map[string]int, len(rows)), make([]string, len(rows))
	for i, r := range rows {
		systems[i], at[r.ID], ids[i] = r.domain(), i, r.ID
	}
	clients, err := all[clientRow](t.q(ctx).Where("system_id IN ?", ids).Order("system_id, position"))
	if err != nil {
		return nil, err
	}
	for _, c := range clients {
		s := &systems[at[c.SystemID]]
		s.Clients = append(s.Clients, system.Client{Issuer: c.Issuer, ID: c.ClientID})
	}
	asks, err := all[askRow](t.q(ctx).Where("system_id IN ?", ids).Order("system_id, position"))
	if err != nil {
		return nil, err
	}
	for _, a := range asks {
		s := &systems[at[a.SystemID]]
		s.Asks = append(s.Asks, system.Ask{Item: a.Item.domain(), Purpose: a.Purpose.domain(), Optional: a.Optional})
	}
	redirects, err := all[redirectRow](t.q(ctx).Where("system_id IN ?", ids).Order("system_id, position"))
	if err != nil {
		return nil, err
	}
	for _, r := range redirects {
		s := &systems[at[r.SystemID]]
		s.RedirectURLs = append(s.RedirectURLs, r.URL)
	}
	return systems, nil
}

// Supplies implements registry.SystemReader.
func (t *transaction) Supplies(ctx context.Context, supplier party.OrgNo) (bool, error) {
	var has bool
	err := t.q(ctx).Raw(`SELECT EXISTS (SELECT 1 FROM system WHERE supplier = ? AND NOT deleted)`, string(supplier)).Scan(&has).Error
	return has, err
}

func (t *transaction) Customers(ctx context.Context, ids []system.ID) (map[system.ID]int, error) {
	counts := make(map[system.ID]int, len(ids))
	if len(ids) == 0 {
		return counts, nil
	}
	var rows []struct {
		SystemID string
		N        int
	}
	err := t.q(ctx).Raw("SELECT id AS system_id, customers AS n FROM system WHERE id IN ?", ids).Scan(&rows).Error
	for _, r := range rows {
		counts[system.ID(r.SystemID)] = r.N
	}
	return counts, err
}

func (t *transaction) SystemsAfter(ctx context.Context, supplier party.OrgNo, after registry.SystemPlace, limit int) ([]system.System, error) {
	q := t.q(ctx).Where("supplier = ? AND NOT deleted", string(supplier)).Order(newestFirst).Limit(limit)
	if after.ID != "" {
		q = q.Where("(created_at, id) < (?, ?)", millis(after.At), string(after.ID))
	}
	rows, err := all[systemRow](q)
	if err != nil {
		return nil, err
	}
	return t.completeSystems(ctx, rows)
}

func (t *transaction) VisibleAfter(ctx context.Context, after system.ID, limit int) ([]system.System, error) {
	rows, err := all[systemRow](t.q(ctx).Where("visible AND NOT deleted AND id > ?", string(after)).Order("id").Limit(limit))
	if err != nil {
		return nil, err
	}
	return t.completeSystems(ctx, rows)
}

func (t *transaction) ClientSystems(ctx context.Context, clients []system.Client) (map[system.Client]system.ID, error) {
	owners := make(map[system.Client]system.ID, len(clients))
	if len(clients) == 0 {
		return owners, nil
	}
	keys := make([][]any, len(clients))
	for i, c := range clients {
		keys[i] = []any{c.Issuer, c.ID}
	}
	rows, err := all[clientRow](t.q(ctx).Where("(issuer, client_id) IN ?", keys))
	for _, r := range rows {
		owners[system.Client{Issuer: r.Issuer, ID: r.ClientID}] = system.ID(r.SystemID)
	}
	return owners, err
}

// AddSystem implements registry.SystemTx, as does UpdateSystem.
func (t *transaction) AddSystem(ctx context.Context, s system.System) error {
	s.Version = 1
	if s.UUID == "" {
		s.UUID = models.NewID()
	}
	return t.whole(ctx, func() error {
		row := toSystem(s)
		if err := add(t.q(ctx), &row, models.CodeSystemExists); err != nil {
			return err
		}
		return t.addParts(ctx, s)
	})
}

func (t *transaction) UpdateSystem(ctx context.Context, s system.System) error {
	return t.whole(ctx, func() error {
		done := t.q(ctx).Model(&systemRow{}).
			Where("id = ? AND supplier = ? AND NOT deleted AND version = ?", string(s.ID), string(s.Supplier), s.Version).
			Updates(map[string]any{
				"name_nb": s.Name.NB, "name_nn": s.Name.NN, "name_en": s.Name.EN,
				"description_nb": s.Description.NB, "description_nn": s.Description.NN, "description_en": s.Description.EN,
				"exact_redirects": s.ExactRedirects, "visible": s.Visible, "deleted": s.Deleted,
				"changed_at": millis(s.ChangedAt), "version": gorm.Expr("version + 1"),
			})
		if done.Error != nil {
			return done.Error
		}
		if done.RowsAffected == 0 {
			return models.NewError(models.Conflict, models.CodeConflict)
		}
		for _, part := range []any{&clientRow{}, &askRow{}, &redirectRow{}} {
			if err := t.q(ctx).Where("system_id = ?", string(s.ID)).Delete(part).Error; err != nil {
				return err
			}
		}
		return t.addParts(ctx, s)
	})
}

// addParts inserts what has tables of its own.
func (t *transaction) addParts(ctx context.Context, s system.System) error {
	id := string(s.ID)
	clients := make([]clientRow, len(s.Clients))
	for i, c := range s.Clients {
		clients[i] = clientRow{Issuer: c.Issuer, ClientID: c.ID, SystemID: id, Position: i}
	}
	if len(clients) > 0 {
		n, err := insert(t.q(ctx), &clients)
		if err != nil {
			return err
		}
		if n < int64(len(clients)) {
			return models.NewError(models.Conflict, models.CodeClientTaken)
		}
	}
	asks := make([]askRow, len(s.Asks))
	for i, a := range s.Asks {
		asks[i] = askRow{SystemID: id, Position: i, Item: toItem(a.Item), Purpose: toText(a.Purpose), Optional: a.Optional}
	}
	if err := create(t.q(ctx), asks); err != nil {
		return err
	}
	redirects := make([]redirectRow, len(s.RedirectURLs))
	for i, u := range s.RedirectURLs {
		redirects[i] = redirectRow{SystemID: id, Position: i, URL: u}
	}
	return create(t.q(ctx), redirects)
}
