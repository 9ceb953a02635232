package bulk

import (
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
)

// Bounds of jobs.
const (
	// MaxRows is how many rows a job has at most.
	MaxRows = 10_000
	// MaxRunning is how many jobs of one organisation run at the same time.
	MaxRunning = 5
	// MaxStarted is how many one may start in an hour.
	MaxStarted = 30
)

// Kind says what the rows of a job ask for.
type Kind string

// The kinds of jobs.
const (
	Requests       Kind = "requests"       // standard system users
	AgentRequests  Kind = "agentrequests"  // agent system users
	ChangeRequests Kind = "changerequests" // other rights of system users
	Attach         Kind = "attach"         // clients that an agent system user is to serve
	Detach         Kind = "detach"         // clients that it is to serve no more
)

// Answers to rows of customers' jobs, as statuses of HTTP.
const (
	Answered = 200 // it is so now, or was before
	Refused  = 409
)

// Kinds lists every kind of a supplier's job. The others are of customers.
func Kinds() []Kind { return []Kind{Requests, AgentRequests, ChangeRequests} }

// Status is the state of a job.
type Status string

// The states of a job. All but Running are for good.
const (
	Running   Status = "running"
	Done      Status = "done"
	Cancelled Status = "cancelled"
)

// RowStatus is the state of a row.
type RowStatus string

// The states of a row. All but RowWaiting are for good.
const (
	RowWaiting   RowStatus = "waiting"
	RowDone      RowStatus = "done"      // the question was put, or had been before
	RowFailed    RowStatus = "failed"    // it was refused; Result says why
	RowCancelled RowStatus = "cancelled" // it was never put
)

// RowStatuses lists every state of a row.
func RowStatuses() []RowStatus { return []RowStatus{RowWaiting, RowDone, RowFailed, RowCancelled} }

// Job is a supplier's questions to many customers, or what a facilitator does
// with many clients.
type Job struct {
	ID    models.ID
	Owner party.OrgNo
	// Issuer and ClientID are the supplier's program that started it, in whose
	// name the questions are put; empty for a facilitator's job.
	Issuer, ClientID string
	// Person is who started a facilitator's job, at the authentication level, for
	// the agent system user; empty for a supplier's.
	Person    models.ID
	Level     int
	Agent     models.ID
	Rule      models.ID // that started it in the person's name; empty where he did
	Kind      Kind
	Defaults  []byte // what each row says that does not say otherwise: a JSON object, or empty
	Status    Status
	Total     int // how many rows there are
	Done      int // and how many have ended, each way
	Failed    int
	Cancelled int
	CreatedAt time.Time
	EndedAt   time.Time // zero while it runs
	Next      time.Time // when it is its turn again
}

// Waiting is how many rows have not ended.
func (j Job) Waiting() int { return j.Total - j.Done - j.Failed - j.Cancelled }

// Count returns j after rows that ended so at now: with the last one it is done.
func (j Job) Count(done, failed int, now time.Time) Job {
	j.Done, j.Failed = j.Done+done, j.Failed+failed
	if j.Status == Running && j.Waiting() == 0 {
		j.Status, j.EndedAt = Done, now
	}
	return j
}

// Cancel returns j cancelled at now, with the rows that wait. Again it changes
// nothing; of a job that is done it is a Conflict bulk.ended.
func (j Job) Cancel(now time.Time) (Job, error) {
	switch j.Status {
	case Cancelled:
		return j, nil
	case Done:
		return j, models.NewError(models.Conflict, models.CodeJobEnded)
	case Running:
	}
	j.Cancelled += j.Waiting()
	j.Status, j.EndedAt = Cancelled, now
	return j, nil
}

// Row is one question of a job.
type Row struct {
	Position int    // in the job, from 0
	Body     []byte // a JSON value as it came; empty once it has ended
	// Customer, ExternalRef and Correlation are the row's own words, for whoever
	// looks for his question; they say nothing to us.
	Customer, ExternalRef, Correlation string
	Status                             RowStatus
	Next                               time.Time // not before
	Result
}

// Result is how a question of a row was answered. It is zero while the row waits.
type Result struct {
	Answer int       // HTTP status that the question alone would have had
	Code   string    // why it was refused
	Detail string    // the same in words
	Repeat string    // how it compares with one put before; empty when there was none
	ID     models.ID // of the request, or the supplier's own id for a change request
}

// Ended returns the row with its result. A status of HTTP below 400 is a success.
func (r Row) Ended(res Result) Row {
	r.Result, r.Status, r.Body = res, RowDone, nil
	if res.Answer >= 400 {
		r.Status = RowFailed
	}
	return r
}
