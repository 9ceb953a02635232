package store

import (
	"context"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/registry"
)

// Faults of rows that refer to something unknown.
const (
	unknownArea         = "area.unknown"
	unknownPackage      = "package.unknown"
	unknownRole         = "role.unknown"
	unknownOrganisation = "organisation.unknown"
)

// PutArea implements registry.ImportTx, as do the functions below.
func (t *transaction) PutArea(ctx context.Context, a catalog.Area) (registry.Change, error) {
	var f models.Faults
	if a.ID == "" {
		f.Add("id", "required")
	}
	if err := f.Err(); err != nil {
		return registry.Change{}, err
	}
	return put(ctx, t, toArea(a), "id = ?", a.ID)
}

func (t *transaction) PutPackage(ctx context.Context, p catalog.Package) (registry.Change, error) {
	var f models.Faults
	if p.URN == "" {
		f.Add("urn", "required")
	}
	if p.Area != "" {
		if err := known[areaRow](ctx, t, &f, "area", unknownArea, "id = ?", p.Area); err != nil {
			return registry.Change{}, err
		}
	}
	if err := f.Err(); err != nil {
		return registry.Change{}, err
	}
	return put(ctx, t, toPackage(p), "urn = ?", p.URN)
}

func (t *transaction) PutRole(ctx context.Context, r catalog.Role) (registry.Change, error) {
	var f models.Faults
	if r.URN == "" {
		f.Add("urn", "required")
	}
	if err := f.Err(); err != nil {
		return registry.Change{}, err
	}
	return put(ctx, t, toRole(r), "urn = ?", r.URN)
}

func (t *transaction) PutRolePackage(ctx context.Context, m catalog.RolePackage) (registry.Change, error) {
	var f models.Faults
	if err := known[roleRow](ctx, t, &f, "roleUrn", unknownRole, "urn = ?", m.RoleURN); err != nil {
		return registry.Change{}, err
	}
	if err := known[packageRow](ctx, t, &f, "packageUrn", unknownPackage, "urn = ?", m.PackageURN); err != nil {
		return registry.Change{}, err
	}
	if err := f.Err(); err != nil {
		return registry.Change{}, err
	}
	return put(ctx, t, toRolePackage(m), "role_urn = ? AND package_urn = ? AND variant = ?", m.RoleURN, m.PackageURN, m.Variant)
}

// PutResource keeps the stored actions, packages or roles where r's list is
// nil: a source that does not speak of packages takes none away, which would
// widen who may grant the resource.
func (t *transaction) PutResource(ctx context.Context, r catalog.Resource) (registry.Change, error) {
	var f models.Faults
	if r.ID == "" {
		f.Add("identifier", "required")
	}
	for _, p := range r.Packages {
		if err := known[packageRow](ctx, t, &f, "packages", unknownPackage, "urn = ?", p); err != nil {
			return registry.Change{}, err
		}
	}
	for _, o := range r.Roles {
		if err := known[roleRow](ctx, t, &f, "roles", unknownRole, "urn = ?", o); err != nil {
			return registry.Change{}, err
		}
	}
	if slices.Contains(r.Actions, "") {
		f.Add("actions", "required")
	}
	if err := f.Err(); err != nil {
		return registry.Change{}, err
	}
	change, err := put(ctx, t, toResource(r), "id = ?", r.ID)
	if err != nil {
		return change, err
	}
	for _, part := range []func() (*registry.Difference, error){
		func() (*registry.Difference, error) {
			return putParts(ctx, t, "actions", r.ID, r.Actions, func(r resourceActionRow) string { return r.Value },
				func(i int, v string) resourceActionRow { return resourceActionRow{r.ID, v, i} })
		},
		func() (*registry.Difference, error) {
			return putParts(ctx, t, "packages", r.ID, r.Packages, func(r resourcePackageRow) string { return r.Value },
				func(i int, v string) resourcePackageRow { return resourcePackageRow{r.ID, v, i} })
		},
		func() (*registry.Difference, error) {
			return putParts(ctx, t, "roles", r.ID, r.Roles, func(r resourceRoleRow) string { return r.Value },
				func(i int, v string) resourceRoleRow { return resourceRoleRow{r.ID, v, i} })
		},
	} {
		moved, err := part()
		if err != nil {
			return change, err
		}
		if moved != nil && change.Did != registry.Added {
			change.Did, change.Members = registry.Updated, append(change.Members, *moved)
		}
	}
	return change, nil
}

// putParts replaces a list of a resource, if it differs, and says in what. A nil
// list says nothing and changes nothing.
func putParts[R any](
	ctx context.Context, t *transaction, name, id string, want []string, value func(R) string, row func(int, string) R,
) (*registry.Difference, error) {
	if want == nil {
		return nil, nil
	}
	want = unique(want)
	stored, err := all[R](t.q(ctx).Where("resource_id = ?", id).Order("position"))
	was := mapped(stored, value)
	if err != nil || slices.Equal(was, want) {
		return nil, err
	}
	if err := t.recatalogue(ctx); err != nil {
		return nil, err
	}
	if err := t.q(ctx).Where("resource_id = ?", id).Delete(new(R)).Error; err != nil {
		return nil, err
	}
	rows := make([]R, len(want))
	for i, v := range want {
		rows[i] = row(i, v)
	}
	moved := registry.Difference{Name: name, Old: strings.Join(was, " "), New: strings.Join(want, " ")}
	return &moved, create(t.q(ctx), rows)
}

// unique drops repetitions and keeps the order.
func unique(list []string) []string {
	out := make([]string, 0, len(list))
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// put upserts a row of the catalogue that where finds by its key: every column,
// also those that are zero.
func put[R any](ctx context.Context, t *transaction, row R, where string, key ...any) (registry.Change, error) {
	change := registry.Change{Thing: thing(key...)}
	was, err := all[R](t.q(ctx).Where(where, key...).Limit(1))
	if err != nil {
		return change, err
	}
	if len(was) > 0 {
		if change.Members = differences(was[0], row); len(change.Members) == 0 {
			return change, nil
		}
	}
	if err := t.recatalogue(ctx); err != nil {
		return change, err
	}
	if len(was) == 0 {
		change.Did = registry.Added
		return change, t.q(ctx).Create(&row).Error
	}
	change.Did = registry.Updated
	return change, t.q(ctx).Model(&row).Where(where, key...).Select("*").Updates(&row).Error
}

// known notes a fault of the field when where finds no row.
func known[R any](ctx context.Context, t *transaction, f *models.Faults, field, fault, where string, key ...any) error {
	ok, err := exists[R](t.q(ctx), where, key...)
	if err == nil && !ok {
		f.Add(field, fault)
	}
	return err
}

func exists[R any](q *gorm.DB, where string, key ...any) (bool, error) {
	var found int
	err := q.Model(new(R)).Select("1").Where(where, key...).Limit(1).Find(&found).Error
	return found == 1, err
}
