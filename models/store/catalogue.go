package store

import (
	"context"

	"github.com/stafett/stafett/models/catalog"
)

// version is a catalogue and the version of the data that it was built from.
type version struct {
	number  int64
	catalog *catalog.Catalog
}

// Catalog implements registry.Reader. The catalogue is read again only when
// the data has changed; then it costs eight statements, otherwise one.
func (t *transaction) Catalog(ctx context.Context) (*catalog.Catalog, error) {
	before, err := t.catalogueVersion(ctx)
	if err != nil {
		return nil, err
	}
	if v := t.s.cached.Load(); v != nil && v.number == before && !t.recatalogued {
		return v.catalog, nil
	}
	data, err := t.catalogue(ctx)
	if err != nil {
		return nil, err
	}
	c := catalog.New(data)
	// What this transaction changed may yet be undone, and while a write on
	// PostgreSQL reads, another may commit: neither is kept.
	after, err := t.catalogueVersion(ctx)
	if err == nil && after == before && !t.recatalogued {
		t.s.cached.Store(&version{number: before, catalog: c})
	}
	return c, err
}

func (t *transaction) catalogueVersion(ctx context.Context) (int64, error) {
	var v int64
	err := t.q(ctx).Raw("SELECT version FROM catalogue_version").Scan(&v).Error
	return v, err
}

// recatalogue notes, once in a transaction, that the catalogue changes.
func (t *transaction) recatalogue(ctx context.Context) error {
	if t.recatalogued {
		return nil
	}
	t.recatalogued = true
	return t.q(ctx).Exec("UPDATE catalogue_version SET version = version + 1").Error
}

func (t *transaction) catalogue(ctx context.Context) (catalog.Data, error) {
	var d catalog.Data
	areas, err := all[areaRow](t.q(ctx).Order("id"))
	if err != nil {
		return d, err
	}
	packages, err := all[packageRow](t.q(ctx).Order("urn"))
	if err != nil {
		return d, err
	}
	roles, err := all[roleRow](t.q(ctx).Order("urn"))
	if err != nil {
		return d, err
	}
	matrix, err := all[rolePackageRow](t.q(ctx).Order("package_urn, role_urn, variant"))
	if err != nil {
		return d, err
	}
	d.Areas, d.Packages = mapped(areas, areaRow.domain), mapped(packages, packageRow.domain)
	d.Roles, d.Matrix = mapped(roles, roleRow.domain), mapped(matrix, rolePackageRow.domain)
	d.Resources, err = t.resources(ctx)
	return d, err
}

func (t *transaction) resources(ctx context.Context) ([]catalog.Resource, error) {
	rows, err := all[resourceRow](t.q(ctx).Order("id"))
	if err != nil {
		return nil, err
	}
	actions, err := all[resourceActionRow](t.q(ctx).Order("resource_id, position"))
	if err != nil {
		return nil, err
	}
	packages, err := all[resourcePackageRow](t.q(ctx).Order("resource_id, position"))
	if err != nil {
		return nil, err
	}
	roles, err := all[resourceRoleRow](t.q(ctx).Order("resource_id, position"))
	if err != nil {
		return nil, err
	}
	at := make(map[string]int, len(rows))
	resources := make([]catalog.Resource, len(rows))
	for i, r := range rows {
		resources[i], at[r.ID] = r.domain(), i
	}
	for _, a := range actions {
		r := &resources[at[a.ResourceID]]
		r.Actions = append(r.Actions, a.Value)
	}
	for _, p := range packages {
		r := &resources[at[p.ResourceID]]
		r.Packages = append(r.Packages, p.Value)
	}
	for _, o := range roles {
		r := &resources[at[o.ResourceID]]
		r.Roles = append(r.Roles, o.Value)
	}
	return resources, nil
}
