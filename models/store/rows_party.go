package store

import (
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
)

type organisationRow struct {
	OrgNo       string  `gorm:"column:org_no"`
	Name        string  `gorm:"column:name"`
	Form        string  `gorm:"column:form"`
	PartyID     int64   `gorm:"column:party_id"`
	UUID        string  `gorm:"column:uuid"`
	SinceAt     int64   `gorm:"column:since_at"`
	Parent      *string `gorm:"column:parent"`
	StruckOffAt *int64  `gorm:"column:struck_off_at"`
	Email       string  `gorm:"column:email"`
}

// TableName implements gorm's Tabler, as in all rows.
func (organisationRow) TableName() string { return "organisation" }

func toOrganisation(o party.Organisation) organisationRow {
	return organisationRow{
		OrgNo: string(o.OrgNo), Name: o.Name, Form: o.Form, PartyID: o.PartyID, UUID: o.UUID, SinceAt: millis(o.Since),
		Parent: orNull(string(o.Parent)), StruckOffAt: millisOrNull(o.StruckOff), Email: o.Email,
	}
}

func (r organisationRow) domain() party.Organisation {
	return party.Organisation{
		OrgNo: party.OrgNo(r.OrgNo), Name: r.Name, Form: r.Form, PartyID: r.PartyID, UUID: r.UUID, Since: instant(r.SinceAt),
		Parent: party.OrgNo(orEmpty(r.Parent)), StruckOff: instantOrZero(r.StruckOffAt), Email: r.Email,
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
	LastOrgNo *string `gorm:"column:last_org_no"`
	ErasedAt  *int64  `gorm:"column:erased_at"`
}

func (personRow) TableName() string { return "person" }

func (r personRow) domain() party.Person {
	return party.Person{ID: models.ID(r.ID), Name: r.Name, Erased: instantOrZero(r.ErasedAt)}
}

type identityRow struct {
	Issuer   string `gorm:"column:issuer"`
	Subject  string `gorm:"column:subject"`
	PersonID string `gorm:"column:person_id"`
	Email    string `gorm:"column:email"`
	LinkedAt int64  `gorm:"column:linked_at"`
	SeenAt   int64  `gorm:"column:seen_at"`
}

func (identityRow) TableName() string { return "identity" }

func (r identityRow) domain() party.Identity {
	return party.Identity{
		Issuer: r.Issuer, Subject: r.Subject, Email: r.Email, Linked: instant(r.LinkedAt), Seen: instant(r.SeenAt),
	}
}

type holdingRow struct {
	ID       string  `gorm:"column:id"`
	PersonID string  `gorm:"column:person_id"`
	OrgNo    string  `gorm:"column:org_no"`
	URN      string  `gorm:"column:urn"`
	Source   string  `gorm:"column:source"`
	FromAt   int64   `gorm:"column:from_at"`
	UntilAt  *int64  `gorm:"column:until_at"`
	EndedAt  *int64  `gorm:"column:ended_at"`
	GivenBy  *string `gorm:"column:given_by"`
}

func (holdingRow) TableName() string { return "holding" }

func toHolding(h party.Holding) holdingRow {
	return holdingRow{
		ID: string(h.ID), PersonID: string(h.Person), OrgNo: string(h.OrgNo), URN: h.URN, Source: h.Source, FromAt: millis(h.From),
		UntilAt: millisOrNull(h.Until), EndedAt: millisOrNull(h.Ended), GivenBy: orNull(string(h.GivenBy)),
	}
}

func (r holdingRow) domain() party.Holding {
	return party.Holding{
		ID: models.ID(r.ID), Person: models.ID(r.PersonID), OrgNo: party.OrgNo(r.OrgNo), URN: r.URN, Source: r.Source,
		From: instant(r.FromAt), Until: instantOrZero(r.UntilAt), Ended: instantOrZero(r.EndedAt), GivenBy: models.ID(orEmpty(r.GivenBy)),
	}
}

type relationRow struct {
	ID          string `gorm:"column:id"`
	Facilitator string `gorm:"column:facilitator"`
	Client      string `gorm:"column:client"`
	RoleURN     string `gorm:"column:role_urn"`
	Source      string `gorm:"column:source"`
	FromAt      int64  `gorm:"column:from_at"`
	EndedAt     *int64 `gorm:"column:ended_at"`
}

func (relationRow) TableName() string { return "relation" }

func (r relationRow) domain() party.Relation {
	return party.Relation{
		Facilitator: party.OrgNo(r.Facilitator), Client: party.OrgNo(r.Client), RoleURN: r.RoleURN, Source: r.Source,
		From: instant(r.FromAt), Ended: instantOrZero(r.EndedAt),
	}
}
