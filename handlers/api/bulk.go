package api

import (
	"net/http"
	"slices"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/bulk"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/systemuser"
)

// bulkPath is where bulk jobs are, beneath the public URL.
const bulkPath = "/api/v1/bulk/"

// bulkJob is a job as its supplier sees it.
type bulkJob struct {
	ID      models.ID   `json:"id"`
	Kind    bulk.Kind   `json:"kind"`
	Status  bulk.Status `json:"status"`
	Total   int         `json:"total"`
	Counts  bulkCounts  `json:"counts"`
	Created time.Time   `json:"created"`
	Ended   *time.Time  `json:"ended,omitempty"`
	Links   bulkLinks   `json:"links"`
}

type bulkCounts struct {
	Waiting   int `json:"waiting"`
	Done      int `json:"done"`
	Failed    int `json:"failed"`
	Cancelled int `json:"cancelled"`
}

type bulkLinks struct {
	Self   string `json:"self"`
	Rows   string `json:"rows"`
	Cancel string `json:"cancel,omitempty"` // while it runs
}

// bulkRow is a row as its supplier sees it: its own words for recognition, and
// once it has ended what became of it.
type bulkRow struct {
	Position      int            `json:"position"`
	PartyOrgNo    string         `json:"partyOrgNo,omitempty"`
	ExternalRef   string         `json:"externalRef,omitempty"`
	CorrelationID string         `json:"correlationId,omitempty"`
	Status        bulk.RowStatus `json:"status"`
	Answer        int            `json:"answer,omitempty"`
	Code          string         `json:"code,omitempty"`
	Detail        string         `json:"detail,omitempty"`
	Repeat        string         `json:"repeat,omitempty"`
	ID            models.ID      `json:"id,omitempty"`
	ConfirmURL    string         `json:"confirmUrl,omitempty"`
}

func (a *API) bulkJob(j bulk.Job) bulkJob {
	at := a.PublicURL + bulkPath + string(j.ID)
	out := bulkJob{
		ID: j.ID, Kind: j.Kind, Status: j.Status, Total: j.Total, Created: j.CreatedAt.UTC(),
		Counts: bulkCounts{Waiting: j.Waiting(), Done: j.Done, Failed: j.Failed, Cancelled: j.Cancelled},
		Links:  bulkLinks{Self: at, Rows: at + "/rows"},
	}
	if j.Status == bulk.Running {
		out.Links.Cancel = at + "/cancel"
		return out
	}
	ended := j.EndedAt.UTC()
	out.Ended = &ended
	return out
}

func (a *API) bulkRow(kind bulk.Kind, r bulk.Row) bulkRow {
	out := bulkRow{
		Position: r.Position, PartyOrgNo: r.Customer, ExternalRef: r.ExternalRef, CorrelationID: r.Correlation, Status: r.Status,
		Answer: r.Answer, Code: r.Code, Detail: r.Detail, Repeat: r.Repeat, ID: r.ID,
	}
	if r.ID == "" {
		return out
	}
	switch kind {
	case bulk.Requests:
		out.ConfirmURL = a.confirmURL(systemuser.Standard, r.ID)
	case bulk.AgentRequests:
		out.ConfirmURL = a.confirmURL(systemuser.Agent, r.ID)
	case bulk.ChangeRequests:
		out.ConfirmURL = a.changeAnswer(request.Change{Request: request.Request{ID: r.ID}, Correlation: r.ID}).ConfirmURL
	case bulk.Attach, bulk.Detach: // a person's, whom nobody asks anything
	}
	return out
}

// bulkToken is where a page of jobs begins: behind this one.
type bulkToken struct {
	At int64     `json:"t"`
	ID models.ID `json:"i"`
}

// BulkJobs answers GET /api/v1/bulk: the supplier's jobs, newest first.
func (a *API) BulkJobs(q Question) (Answer, error) {
	actor, err := q.supplier(scopeRequestRead, scopeRequestWrite)
	if err != nil {
		return Answer{}, err
	}
	p, err := page[bulkToken](q, pageSize)
	if err != nil {
		return Answer{}, err
	}
	var after registry.BulkPlace
	if p.Given {
		if after.ID, err = models.ParseID(string(p.After.ID)); err != nil {
			return Answer{}, binding("token", "is not one that a links.next of ours held.")
		}
		after.At = time.UnixMilli(p.After.At)
	}
	jobs, err := q.Registry.BulkJobs(q.Ctx(), actor, after, p.Size+1)
	if err != nil {
		return Answer{}, err
	}
	out := list[bulkJob]{Data: []bulkJob{}}
	if len(jobs) > p.Size {
		jobs = jobs[:p.Size]
		last := jobs[p.Size-1]
		if out.Links.Next, err = a.next(q, bulkToken{last.CreatedAt.UnixMilli(), last.ID}); err != nil {
			return Answer{}, err
		}
	}
	for _, j := range jobs {
		out.Data = append(out.Data, a.bulkJob(j))
	}
	return ok(out)
}

// BulkJob answers GET /api/v1/bulk/{id}.
func (a *API) BulkJob(q Question) (Answer, error) {
	actor, err := q.supplier(scopeRequestRead, scopeRequestWrite)
	if err != nil {
		return Answer{}, err
	}
	id, err := models.ParseID(q.Param("id"))
	if err != nil {
		return Answer{}, err
	}
	j, err := q.Registry.BulkJob(q.Ctx(), actor, id)
	if err != nil {
		return Answer{}, err
	}
	return ok(a.bulkJob(j))
}

// bulkRowToken is where a page of rows begins: behind this one.
type bulkRowToken struct {
	Position int `json:"p"`
}

// BulkRows answers GET /api/v1/bulk/{id}/rows.
func (a *API) BulkRows(q Question) (Answer, error) {
	actor, err := q.supplier(scopeRequestRead, scopeRequestWrite)
	if err != nil {
		return Answer{}, err
	}
	p, err := page[bulkRowToken](q, pageSize)
	if err != nil {
		return Answer{}, err
	}
	word, err := q.one("status")
	if err != nil {
		return Answer{}, err
	}
	status := bulk.RowStatus(word)
	if word != "" && !slices.Contains(bulk.RowStatuses(), status) {
		return Answer{}, binding("status", "must be waiting, done, failed or cancelled.")
	}
	after := -1
	if p.Given {
		if after = p.After.Position; after < 0 || after >= bulk.MaxRows {
			return Answer{}, binding("token", "is not one that a links.next of ours held.")
		}
	}
	id, err := models.ParseID(q.Param("id"))
	if err != nil {
		return Answer{}, err
	}
	j, rows, err := q.Registry.BulkRows(q.Ctx(), actor, id, status, after, p.Size+1)
	if err != nil {
		return Answer{}, err
	}
	out := list[bulkRow]{Data: []bulkRow{}}
	if len(rows) > p.Size {
		rows = rows[:p.Size]
		if out.Links.Next, err = a.next(q, bulkRowToken{rows[p.Size-1].Position}); err != nil {
			return Answer{}, err
		}
	}
	for _, r := range rows {
		out.Data = append(out.Data, a.bulkRow(j.Kind, r))
	}
	return ok(out)
}

// CancelBulk answers POST /api/v1/bulk/{id}/cancel.
func (a *API) CancelBulk(q Question) (Answer, error) {
	actor, err := q.supplier(scopeRequestWrite)
	if err != nil {
		return Answer{}, err
	}
	id, err := models.ParseID(q.Param("id"))
	if err != nil {
		return Answer{}, err
	}
	j, err := q.Registry.CancelBulk(q.Ctx(), actor, id)
	if err != nil {
		return Answer{}, err
	}
	return ok(a.bulkJob(j))
}

// accepted is an answer with status 202 and the address where it goes on.
func accepted(address string, body any) (Answer, error) {
	return Answer{Status: http.StatusAccepted, Body: body}.with("Location", address), nil
}
