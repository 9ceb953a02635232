package store

import (
	"context"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/systemuser"
)

// asksSQL is one row for each thing that a customer was asked, of either kind.
const asksSQL = `
SELECT a.id, a.changes, a.kind, a.title, a.external_ref, a.status, a.created_at, a.expires_at, a.supplier,
	s.name_nb, s.name_nn, s.name_en, o.name AS supplier_name
FROM (
	SELECT id, 0 AS changes, kind, title, external_ref, status, created_at, expires_at, supplier, system_id
	FROM request WHERE customer = ?
	UNION ALL
	SELECT c.id, 1, u.kind, u.title, u.external_ref, c.status, c.created_at, c.expires_at, c.supplier, c.system_id
	FROM change_request c JOIN system_user u ON u.id = c.system_user_id WHERE c.customer = ?
) a
JOIN system s ON s.id = a.system_id
JOIN organisation o ON o.org_no = a.supplier
ORDER BY a.created_at DESC, a.id DESC`

// Asks implements registry.ListReader, as do the functions below.
func (t *transaction) Asks(ctx context.Context, customer party.OrgNo) ([]registry.Ask, error) {
	rows, err := all[askedRow](t.q(ctx).Raw(asksSQL, string(customer), string(customer)))
	return mapped(rows, askedRow.domain), err
}

type askedRow struct {
	ID           string  `gorm:"column:id"`
	Changes      int     `gorm:"column:changes"`
	Kind         string  `gorm:"column:kind"`
	Title        string  `gorm:"column:title"`
	ExternalRef  string  `gorm:"column:external_ref"`
	Status       string  `gorm:"column:status"`
	CreatedAt    int64   `gorm:"column:created_at"`
	ExpiresAt    int64   `gorm:"column:expires_at"`
	Supplier     string  `gorm:"column:supplier"`
	SupplierName string  `gorm:"column:supplier_name"`
	Name         textRow `gorm:"embedded;embeddedPrefix:name_"`
}

func (r askedRow) domain() registry.Ask {
	return registry.Ask{
		Ref: registry.Ref{ID: models.ID(r.ID), Change: r.Changes > 0}, Kind: systemuser.Kind(r.Kind), Title: r.Title, ExternalRef: r.ExternalRef,
		Program: r.Name.domain(), Supplier: party.Organisation{OrgNo: party.OrgNo(r.Supplier), Name: r.SupplierName},
		Status: request.Status(r.Status), Created: instant(r.CreatedAt), Expires: instant(r.ExpiresAt),
	}
}

// holdersSQL is one row for each system user of a customer.
const holdersSQL = `
SELECT u.id, u.kind, u.title, u.external_ref, u.status, u.created_at, u.last_used_at, u.valid_to_at,
	u.paused <> '' OR u.supplier_paused_at IS NOT NULL OR u.customer_paused_at IS NOT NULL AS held, s.deleted AS gone,
	s.name_nb, s.name_nn, s.name_en, s.supplier, o.name AS supplier_name
FROM system_user u
JOIN system s ON s.id = u.system_id
JOIN organisation o ON o.org_no = s.supplier
WHERE u.customer = ?
ORDER BY u.created_at DESC, u.id DESC`

func (t *transaction) Holders(ctx context.Context, customer party.OrgNo) ([]registry.Holder, error) {
	rows, err := all[holderRow](t.q(ctx).Raw(holdersSQL, string(customer)))
	return mapped(rows, holderRow.domain), err
}

type holderRow struct {
	ID           string  `gorm:"column:id"`
	Kind         string  `gorm:"column:kind"`
	Title        string  `gorm:"column:title"`
	ExternalRef  string  `gorm:"column:external_ref"`
	Status       string  `gorm:"column:status"`
	Held         bool    `gorm:"column:held"`
	Gone         bool    `gorm:"column:gone"`
	CreatedAt    int64   `gorm:"column:created_at"`
	LastUsedAt   *int64  `gorm:"column:last_used_at"`
	ValidToAt    *int64  `gorm:"column:valid_to_at"`
	Supplier     string  `gorm:"column:supplier"`
	SupplierName string  `gorm:"column:supplier_name"`
	Name         textRow `gorm:"embedded;embeddedPrefix:name_"`
}

func (r holderRow) domain() registry.Holder {
	return registry.Holder{
		ID: models.ID(r.ID), Kind: systemuser.Kind(r.Kind), Title: r.Title, ExternalRef: r.ExternalRef, Program: r.Name.domain(),
		Supplier: party.Organisation{OrgNo: party.OrgNo(r.Supplier), Name: r.SupplierName}, Status: systemuser.Status(r.Status),
		Paused: r.Held, Gone: r.Gone, Created: instant(r.CreatedAt), Used: instantOrZero(r.LastUsedAt), Until: instantOrZero(r.ValidToAt),
	}
}

func (t *transaction) RequestsTo(ctx context.Context, customer party.OrgNo, ids []models.ID) ([]request.Request, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return t.requests(ctx, t.q(ctx).Where("customer = ? AND id IN ?", string(customer), ids))
}

func (t *transaction) ChangesAmong(ctx context.Context, customer party.OrgNo, ids []models.ID) ([]request.Change, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return t.changes(ctx, t.q(ctx).Where("customer = ? AND id IN ?", string(customer), ids))
}

func (t *transaction) SystemUsersAmong(ctx context.Context, customer party.OrgNo, ids []models.ID) ([]systemuser.SystemUser, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return t.users(ctx, t.q(ctx).Where("customer = ? AND id IN ?", string(customer), ids))
}
