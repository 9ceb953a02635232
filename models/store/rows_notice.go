package store

import (
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
)

type noticeRow struct {
	ID       string `gorm:"column:id"`
	PersonID string `gorm:"column:person_id"`
	OrgNo    string `gorm:"column:org_no"`
	Type     string `gorm:"column:type"`
	Subject  string `gorm:"column:subject"`
	At       int64  `gorm:"column:at"`
	ReadAt   *int64 `gorm:"column:read_at"`
}

func (noticeRow) TableName() string { return "notice" }

func toNotice(n registry.Notice) noticeRow {
	return noticeRow{
		ID: string(n.ID), PersonID: string(n.Person), OrgNo: string(n.Org), Type: string(n.Type), Subject: n.Subject,
		At: millis(n.At), ReadAt: millisOrNull(n.Read),
	}
}

func (r noticeRow) domain() registry.Notice {
	return registry.Notice{
		ID: models.ID(r.ID), Person: models.ID(r.PersonID), Org: party.OrgNo(r.OrgNo), Type: registry.NoticeType(r.Type), Subject: r.Subject,
		At: instant(r.At), Read: instantOrZero(r.ReadAt),
	}
}

type choiceRow struct {
	PersonID string `gorm:"column:person_id"`
	Type     string `gorm:"column:type"`
	Here     bool   `gorm:"column:here"`
	Mail     bool   `gorm:"column:mail"`
	Lang     string `gorm:"column:lang"`
}

func (choiceRow) TableName() string { return "notice_choice" }

func (r choiceRow) domain() registry.NoticeChoice {
	return registry.NoticeChoice{Type: registry.NoticeType(r.Type), Here: r.Here, Mail: r.Mail, Lang: models.Language(r.Lang)}
}

type mailRow struct {
	ID       string  `gorm:"column:id"`
	Type     string  `gorm:"column:type"`
	PersonID *string `gorm:"column:person_id"`
	Address  string  `gorm:"column:address"`
	OrgNo    string  `gorm:"column:org_no"`
	Subject  string  `gorm:"column:subject"`
	Lang     string  `gorm:"column:lang"`
	At       int64   `gorm:"column:at"`
	NextAt   int64   `gorm:"column:next_at"`
	Tries    int     `gorm:"column:tries"`
}

func (mailRow) TableName() string { return "mail" }

func toMail(m registry.Mail) mailRow {
	return mailRow{
		ID: string(m.ID), Type: string(m.Type), PersonID: orNull(m.Person), Address: m.Address, OrgNo: string(m.Org), Subject: m.Subject,
		Lang: string(m.Lang), At: millis(m.At), NextAt: millis(m.Next), Tries: m.Tries,
	}
}

func (r mailRow) domain() registry.Mail {
	return registry.Mail{
		ID: models.ID(r.ID), Type: registry.NoticeType(r.Type), Person: models.ID(orEmpty(r.PersonID)), Address: r.Address,
		Org: party.OrgNo(r.OrgNo), Subject: r.Subject, Lang: models.Language(r.Lang), At: instant(r.At), Next: instant(r.NextAt), Tries: r.Tries,
	}
}
