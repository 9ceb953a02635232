package store

import (
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/bulk"
	"github.com/stafett/stafett/models/party"
)

type bulkJobRow struct {
	ID        string  `gorm:"column:id"`
	Owner     string  `gorm:"column:owner"`
	Issuer    string  `gorm:"column:issuer"`
	ClientID  string  `gorm:"column:client_id"`
	PersonID  *string `gorm:"column:person_id"`
	Level     int     `gorm:"column:level"`
	UserID    *string `gorm:"column:system_user_id"`
	RuleID    *string `gorm:"column:rule_id"`
	Kind      string  `gorm:"column:kind"`
	Defaults  string  `gorm:"column:defaults"`
	Status    string  `gorm:"column:status"`
	Total     int     `gorm:"column:total"`
	Done      int     `gorm:"column:done"`
	Failed    int     `gorm:"column:failed"`
	Cancelled int     `gorm:"column:cancelled"`
	CreatedAt int64   `gorm:"column:created_at;autoCreateTime:false"`
	EndedAt   *int64  `gorm:"column:ended_at"`
	NextAt    int64   `gorm:"column:next_at"`
}

func (bulkJobRow) TableName() string { return "bulk_job" }

func toBulkJob(j bulk.Job) bulkJobRow {
	return bulkJobRow{
		ID: string(j.ID), Owner: string(j.Owner), Issuer: j.Issuer, ClientID: j.ClientID, Kind: string(j.Kind),
		PersonID: orNull(j.Person), Level: j.Level, UserID: orNull(j.Agent), RuleID: orNull(j.Rule),
		Defaults: string(j.Defaults), Status: string(j.Status), Total: j.Total, Done: j.Done, Failed: j.Failed, Cancelled: j.Cancelled,
		CreatedAt: millis(j.CreatedAt), EndedAt: millisOrNull(j.EndedAt), NextAt: millis(j.Next),
	}
}

func (r bulkJobRow) domain() bulk.Job {
	return bulk.Job{
		ID: models.ID(r.ID), Owner: party.OrgNo(r.Owner), Issuer: r.Issuer, ClientID: r.ClientID, Kind: bulk.Kind(r.Kind),
		Person: models.ID(orEmpty(r.PersonID)), Level: r.Level, Agent: models.ID(orEmpty(r.UserID)), Rule: models.ID(orEmpty(r.RuleID)),
		Defaults: []byte(r.Defaults), Status: bulk.Status(r.Status), Total: r.Total, Done: r.Done, Failed: r.Failed, Cancelled: r.Cancelled,
		CreatedAt: instant(r.CreatedAt), EndedAt: instantOrZero(r.EndedAt), Next: instant(r.NextAt),
	}
}

type bulkRowRow struct {
	JobID       string `gorm:"column:job_id"`
	Position    int    `gorm:"column:position"`
	Body        string `gorm:"column:body"`
	Customer    string `gorm:"column:customer"`
	ExternalRef string `gorm:"column:external_ref"`
	Correlation string `gorm:"column:correlation_id"`
	Status      string `gorm:"column:status"`
	NextAt      int64  `gorm:"column:next_at"`
	Answer      int    `gorm:"column:answer"`
	Code        string `gorm:"column:code"`
	Detail      string `gorm:"column:detail"`
	Repeated    string `gorm:"column:repeated"`
	ResultID    string `gorm:"column:result_id"`
}

func (bulkRowRow) TableName() string { return "bulk_row" }

func toBulkRow(job models.ID, r bulk.Row) bulkRowRow {
	return bulkRowRow{
		JobID: string(job), Position: r.Position, Body: string(r.Body), Customer: r.Customer, ExternalRef: r.ExternalRef,
		Correlation: r.Correlation, Status: string(r.Status), NextAt: millis(r.Next), Answer: r.Answer, Code: r.Code, Detail: r.Detail,
		Repeated: r.Repeat, ResultID: string(r.ID),
	}
}

func (r bulkRowRow) domain() bulk.Row {
	return bulk.Row{
		Position: r.Position, Body: []byte(r.Body), Customer: r.Customer, ExternalRef: r.ExternalRef, Correlation: r.Correlation,
		Status: bulk.RowStatus(r.Status), Next: instant(r.NextAt),
		Result: bulk.Result{Answer: r.Answer, Code: r.Code, Detail: r.Detail, Repeat: r.Repeated, ID: models.ID(r.ResultID)},
	}
}
