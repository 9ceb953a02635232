package store

import (
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
)

type organisationRow struct {
	OrgNo   string `gorm:"column:org_no"`
	Name    string `gorm:"column:name"`
	Form    string `gorm:"column:form"`
	PartyID int64  `gorm:"column:party_id"`
	UUID    string `gorm:"column:uuid"`
	SinceAt int64  `gorm:"column:since_at"`
}

// TableName implements gorm's Tabler, as in all rows.
func (organisationRow) TableName() string { return "organisation" }

func toOrganisation(o party.Organisation) organisationRow {
	return organisationRow{
		OrgNo: string(o.OrgNo), Name: o.Name, Form: o.Form, PartyID: o.PartyID, UUID: o.UUID, SinceAt: millis(o.Since),
	}
}

func (r organisationRow) domain() party.Organisation {
	return party.Organisation{
		OrgNo: party.OrgNo(r.OrgNo), Name: r.Name, Form: r.Form, PartyID: r.PartyID, UUID: r.UUID, Since: instant(r.SinceAt),
	}
}

type personRow struct {
	ID        string  `gorm:"column:id"`
	Name      string  `gorm:"column:name"`
	PIDHash   []byte  `gorm:"column:pid_hash"`
	PIDCipher []byte  `gorm:"column:pid_cipher"`
	PIDKey    *int64  `gorm:"column:pid_key"`
	UserID    *int64  `gorm:"column:user_id"`
	PartyUUID *string `gorm:"column:party_uuid"`
	CreatedAt int64   `gorm:"column:created_at;autoCreateTime:false"`
}

func (personRow) TableName() string { return "person" }

func (r personRow) domain() party.Person { return party.Person{ID: models.ID(r.ID), Name: r.Name} }

type identityRow struct {
	Issuer   string `gorm:"column:issuer"`
	Subject  string `gorm:"column:subject"`
	PersonID string `gorm:"column:person_id"`
}

func (identityRow) TableName() string { return "identity" }

type holdingRow struct {
	PersonID string `gorm:"column:person_id"`
	OrgNo    string `gorm:"column:org_no"`
	URN      string `gorm:"column:urn"`
	Source   string `gorm:"column:source"`
	FromAt   int64  `gorm:"column:from_at"`
	UntilAt  *int64 `gorm:"column:until_at"`
}

func (holdingRow) TableName() string { return "holding" }

func (r holdingRow) domain() party.Holding {
	return party.Holding{
		Person: models.ID(r.PersonID), OrgNo: party.OrgNo(r.OrgNo), URN: r.URN, Source: r.Source, Until: instantOrZero(r.UntilAt),
	}
}

type relationRow struct {
	Facilitator string `gorm:"column:facilitator"`
	Client      string `gorm:"column:client"`
	RoleURN     string `gorm:"column:role_urn"`
}

func (relationRow) TableName() string { return "relation" }
