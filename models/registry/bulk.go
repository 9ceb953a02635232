package registry

import (
	"context"
	"strconv"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/bulk"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
)

// BulkPlace is where in the list, newest first, a job stands.
type BulkPlace struct {
	At time.Time
	ID models.ID
}

// BulkReader reads bulk jobs. Suppliers' questions name the supplier, so that
// no answer crosses from one to another.
type BulkReader interface {
	// BulkJobOf finds a job of the supplier's, which no person started, as BulkJobs
	// does.
	BulkJobOf(ctx context.Context, supplier party.OrgNo, id models.ID) (bulk.Job, error)
	// BulkJobs lists the supplier's jobs after the place, newest first, at most
	// limit.
	BulkJobs(ctx context.Context, supplier party.OrgNo, after BulkPlace, limit int) ([]bulk.Job, error)
	// BulkRunning counts the organisation's jobs that run, whoever started them.
	BulkRunning(ctx context.Context, owner party.OrgNo) (int, error)
	// BulkRows lists the job's rows after the position by position, at most
	// limit, without their bodies; those with the status, if it is not empty.
	BulkRows(ctx context.Context, job models.ID, status bulk.RowStatus, after, limit int) ([]bulk.Row, error)
	// BulkDue lists running jobs whose turn it is at now, whoever waited longest
	// first: one of each owner, at most limit, without their defaults.
	BulkDue(ctx context.Context, now time.Time, limit int) ([]bulk.Job, error)
	// BulkJob finds a job, whosever it is.
	BulkJob(ctx context.Context, id models.ID) (bulk.Job, error)
	// BulkRowsDue lists the job's rows that wait and may be put at now, in order,
	// at most limit.
	BulkRowsDue(ctx context.Context, job models.ID, now time.Time, limit int) ([]bulk.Row, error)
	// BulkNext tells when the first of the job's rows that wait may be put; the
	// zero time when none waits.
	BulkNext(ctx context.Context, job models.ID) (time.Time, error)
}

// BulkTx stores bulk jobs.
type BulkTx interface {
	// AddBulk stores a new job with its rows.
	AddBulk(ctx context.Context, j bulk.Job, rows []bulk.Row) error
	// SaveBulk stores the state, the counts and the times of j if the stored one
	// runs, and forgets the defaults of one that does no more; otherwise Conflict
	// bulk.ended.
	SaveBulk(ctx context.Context, j bulk.Job) error
	// EndBulkRow stores how the row ended if the stored one waits; otherwise
	// Conflict.
	EndBulkRow(ctx context.Context, job models.ID, r bulk.Row) error
	// PutOffBulkRow lets a row that waits wait until then.
	PutOffBulkRow(ctx context.Context, job models.ID, position int, until time.Time) error
	// CancelBulkRows cancels the job's rows that wait.
	CancelBulkRows(ctx context.Context, job models.ID) error
	// PurgeBulk deletes one job that ended before the time, with its rows; ok is
	// false when there is none.
	PurgeBulk(ctx context.Context, before time.Time) (ok bool, err error)
}

func bulkSubject(id models.ID) string { return "bulk:" + string(id) }

// StartBulk stores a job of the actor's for WorkBulk to carry out: j holds
// Issuer, ClientID, Kind and Defaults, and the rows hold what was sent. Errors:
// TooMany when bulk.MaxStarted have begun in this hour;
// Conflict bulk.too_many when bulk.MaxRunning jobs of the supplier run already;
// those of the policy.
func (r *Registry) StartBulk(ctx context.Context, a models.Actor, j bulk.Job, rows []bulk.Row) (bulk.Job, error) {
	now := stored(r.Now())
	j.ID, j.Owner, j.Status, j.Total = models.NewID(), party.OrgNo(a.OrgNo), bulk.Running, len(rows)
	j.Done, j.Failed, j.Cancelled, j.CreatedAt, j.EndedAt, j.Next = 0, 0, 0, now, time.Time{}, now
	for i := range rows {
		rows[i].Position, rows[i].Status, rows[i].Next, rows[i].Result = i, bulk.RowWaiting, now, bulk.Result{}
	}
	err := r.guard(ctx, a, policy.BulkStart, "bulk", func(tx Tx, _ policy.Standing, _ *catalog.Catalog) (change, error) {
		n, err := tx.BulkRunning(ctx, j.Owner)
		if err != nil {
			return change{}, err
		}
		if n >= bulk.MaxRunning {
			return change{}, models.NewError(models.Conflict, models.CodeJobsMany)
		}
		// Each leaves its rows behind for months, also one that is cancelled at once.
		if err := r.count(ctx, tx, "bulk:"+a.OrgNo, bulk.MaxStarted, false); err != nil {
			return change{}, err
		}
		if err := tx.AddBulk(ctx, j, rows); err != nil {
			return change{}, err
		}
		return change{subject: bulkSubject(j.ID), detail: audit.Detail{"kind": string(j.Kind), "rows": strconv.Itoa(j.Total)}}, nil
	})
	return j, err
}

// CancelBulk cancels the rows of a job of the actor's that wait; what has been
// done stays. Again it changes nothing. Errors: NotFound; Conflict bulk.ended
// when the job is done.
func (r *Registry) CancelBulk(ctx context.Context, a models.Actor, id models.ID) (bulk.Job, error) {
	var j bulk.Job
	err := r.guard(ctx, a, policy.BulkCancel, bulkSubject(id), func(tx Tx, _ policy.Standing, _ *catalog.Catalog) (change, error) {
		was, err := tx.BulkJobOf(ctx, party.OrgNo(a.OrgNo), id)
		if err != nil {
			return change{}, err
		}
		if j, err = r.cancelJob(ctx, tx, was); err != nil || was.Status == bulk.Cancelled {
			return change{}, err
		}
		return change{subject: bulkSubject(id), detail: audit.Detail{"rows": strconv.Itoa(was.Waiting())}}, nil
	})
	return j, err
}

// cancelJob cancels what waits of the job, which it returns as it stands then.
func (r *Registry) cancelJob(ctx context.Context, tx Tx, was bulk.Job) (bulk.Job, error) {
	j, err := was.Cancel(stored(r.Now()))
	if err != nil || was.Status == bulk.Cancelled {
		return j, err
	}
	if err := tx.CancelBulkRows(ctx, j.ID); err != nil {
		return bulk.Job{}, err
	}
	return j, tx.SaveBulk(ctx, j)
}

// BulkJob finds a job of the actor's, or is NotFound.
func (r *Registry) BulkJob(ctx context.Context, a models.Actor, id models.ID) (bulk.Job, error) {
	var j bulk.Job
	err := r.read(ctx, a, policy.BulkRead, func(tx Reader, _ policy.Standing, _ *catalog.Catalog) (err error) {
		j, err = tx.BulkJobOf(ctx, party.OrgNo(a.OrgNo), id)
		return err
	})
	return j, err
}

// BulkJobs lists the actor's jobs after the place, newest first, at most limit.
func (r *Registry) BulkJobs(ctx context.Context, a models.Actor, after BulkPlace, limit int) ([]bulk.Job, error) {
	var jobs []bulk.Job
	err := r.read(ctx, a, policy.BulkRead, func(tx Reader, _ policy.Standing, _ *catalog.Catalog) (err error) {
		jobs, err = tx.BulkJobs(ctx, party.OrgNo(a.OrgNo), after, limit)
		return err
	})
	return jobs, err
}

// BulkRows finds a job of the actor's, and its rows after the position, with the
// status if it is not empty, at most limit.
func (r *Registry) BulkRows(
	ctx context.Context, a models.Actor, id models.ID, status bulk.RowStatus, after, limit int,
) (j bulk.Job, rows []bulk.Row, err error) {
	err = r.read(ctx, a, policy.BulkRead, func(tx Reader, _ policy.Standing, _ *catalog.Catalog) (err error) {
		if j, err = tx.BulkJobOf(ctx, party.OrgNo(a.OrgNo), id); err != nil {
			return err
		}
		rows, err = tx.BulkRows(ctx, id, status, after, limit)
		return err
	})
	return j, rows, err
}

// keptJobs is how long a job that has ended can be read.
const keptJobs = 90 * 24 * time.Hour

// PurgeBulk deletes jobs that ended long ago, and returns how many there were.
// A job of the node calls it.
func (r *Registry) PurgeBulk(ctx context.Context) (int, error) {
	for n := 0; ; n++ {
		more := false
		err := r.Store.Write(ctx, func(tx Tx) (err error) {
			more, err = tx.PurgeBulk(ctx, r.Now().Add(-keptJobs))
			return err
		})
		if err != nil || !more {
			return n, err
		}
	}
}
