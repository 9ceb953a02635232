package store

import (
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/system"
)

type systemRow struct {
	ID          string  `gorm:"column:id"`
	UUID        string  `gorm:"column:uuid"`
	Supplier    string  `gorm:"column:supplier"`
	Name        textRow `gorm:"embedded;embeddedPrefix:name_"`
	Description textRow `gorm:"embedded;embeddedPrefix:description_"`
	Exact       bool    `gorm:"column:exact_redirects"`
	Visible     bool    `gorm:"column:visible"`
	Deleted     bool    `gorm:"column:deleted"`
	Version     int64   `gorm:"column:version"`
	CreatedAt   int64   `gorm:"column:created_at;autoCreateTime:false"`
	ChangedAt   int64   `gorm:"column:changed_at"`
}

func (systemRow) TableName() string { return "system" }

func toSystem(s system.System) systemRow {
	return systemRow{
		ID: string(s.ID), UUID: string(s.UUID), Exact: s.ExactRedirects, Supplier: string(s.Supplier), Name: toText(s.Name), Description: toText(s.Description),
		Visible: s.Visible, Deleted: s.Deleted, Version: s.Version, CreatedAt: millis(s.CreatedAt), ChangedAt: millis(s.ChangedAt),
	}
}

// domain lacks the clients, asks and redirect URLs, which have tables of their own.
func (r systemRow) domain() system.System {
	return system.System{
		ID: system.ID(r.ID), UUID: models.ID(r.UUID), ExactRedirects: r.Exact, Supplier: party.OrgNo(r.Supplier), Name: r.Name.domain(), Description: r.Description.domain(),
		Visible: r.Visible, Deleted: r.Deleted, Version: r.Version, CreatedAt: instant(r.CreatedAt), ChangedAt: instant(r.ChangedAt),
	}
}

type clientRow struct {
	Issuer   string `gorm:"column:issuer"`
	ClientID string `gorm:"column:client_id"`
	SystemID string `gorm:"column:system_id"`
	Position int    `gorm:"column:position"`
}

func (clientRow) TableName() string { return "system_client" }

type askRow struct {
	SystemID string  `gorm:"column:system_id"`
	Position int     `gorm:"column:position"`
	Item     itemRow `gorm:"embedded"`
	Purpose  textRow `gorm:"embedded;embeddedPrefix:purpose_"`
	Optional bool    `gorm:"column:optional"`
}

func (askRow) TableName() string { return "system_ask" }

type redirectRow struct {
	SystemID string `gorm:"column:system_id"`
	Position int    `gorm:"column:position"`
	URL      string `gorm:"column:url"`
}

func (redirectRow) TableName() string { return "system_redirect" }
