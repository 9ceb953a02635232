package store

import (
	"encoding/json"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
)

type auditRow struct {
	Seq        int64  `gorm:"column:seq"`
	At         int64  `gorm:"column:at"`
	ActorKind  string `gorm:"column:actor_kind"`
	ActorID    string `gorm:"column:actor_id"`
	ActorOrg   string `gorm:"column:actor_org"`
	ActorLevel int    `gorm:"column:actor_level"`
	Role       string `gorm:"column:role"`
	Action     string `gorm:"column:action"`
	Subject    string `gorm:"column:subject"`
	OrgNo      string `gorm:"column:org_no"`
	Outcome    string `gorm:"column:outcome"`
	Code       string `gorm:"column:code"`
	Detail     string `gorm:"column:detail"`
	Prev       string `gorm:"column:prev"`
	Hash       string `gorm:"column:hash"`
}

func (auditRow) TableName() string { return "audit_entry" }

func toAudit(e audit.Entry) auditRow {
	return auditRow{
		Seq: e.Seq, At: millis(e.At), ActorKind: string(e.Actor.Kind), ActorID: e.Actor.ID, ActorOrg: e.Actor.OrgNo,
		ActorLevel: e.Actor.Level, Role: e.Role, Action: e.Action, Subject: e.Subject, OrgNo: e.OrgNo,
		Outcome: string(e.Outcome), Code: string(e.Code), Detail: e.Detail.JSON(), Prev: e.Prev, Hash: e.Hash,
	}
}

func (r auditRow) domain() audit.Entry {
	return audit.Entry{
		Seq: r.Seq, At: instant(r.At),
		Actor: models.Actor{Kind: models.ActorKind(r.ActorKind), ID: r.ActorID, OrgNo: r.ActorOrg, Level: r.ActorLevel},
		Role:  r.Role, Action: r.Action, Subject: r.Subject, OrgNo: r.OrgNo, Outcome: audit.Outcome(r.Outcome),
		Code: models.Code(r.Code), Detail: toDetail(r.Detail), Prev: r.Prev, Hash: r.Hash,
	}
}

// toDetail reads the detail back. A text that we cannot have written comes back
// as a detail that no entry has, so that the hash of its entry does not hold.
func toDetail(stored string) audit.Detail {
	var d audit.Detail
	if err := json.Unmarshal([]byte(stored), &d); err != nil || d.JSON() != stored {
		return audit.Detail{"": stored}
	}
	if len(d) == 0 {
		return nil
	}
	return d
}

type headRow struct {
	Seq  int64  `gorm:"column:seq"`
	Hash string `gorm:"column:hash"`
}

func (headRow) TableName() string { return "audit_head" }

type eventRow struct {
	ID      string `gorm:"column:id"`
	At      int64  `gorm:"column:at"`
	Type    string `gorm:"column:type"`
	Subject string `gorm:"column:subject"`
	OrgNos  string `gorm:"column:org_nos"`
	Data    string `gorm:"column:data"`
}

func (eventRow) TableName() string { return "outbox_event" }
