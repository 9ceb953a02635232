package registry

import (
	"context"
	"errors"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/bulk"
)

// Put puts the question of a row, as one change of the registry that it is
// given, in the name of the job's supplier, and returns how it was answered,
// with the error that the answer tells, if it is one. An error without an answer
// leaves the row waiting.
type Put func(*Registry, bulk.Job, bulk.Row) (bulk.Result, error)

const (
	// bulkBatch is how many rows are put in one transaction: few enough that
	// nobody who waits for it notices.
	bulkBatch = 20
	// bulkTurns bounds how many suppliers have a turn before the jobs are looked
	// up again.
	bulkTurns = 100
	// bulkRest is how long a job rests after a fault of ours.
	bulkRest = time.Minute
)

// WorkBulk gives one job of each organisation a turn, in which some of its rows are
// put, each together with its result in one transaction: however it ends, no row
// is put twice, and none is lost. worked is false when there was nothing to do.
//
// A row for which a quota is used up waits until it is not, with all of the job
// when the quota is the supplier's. A fault of ours lets the job rest, and comes
// back once the others have had their turn.
func (r *Registry) WorkBulk(ctx context.Context, put Put) (worked bool, err error) {
	var jobs []bulk.Job
	err = r.Store.Read(ctx, func(tx Reader) (err error) {
		jobs, err = tx.BulkDue(ctx, r.Now(), bulkTurns)
		return err
	})
	for _, j := range jobs {
		if ctx.Err() != nil {
			break
		}
		err = errors.Join(err, r.turnOf(ctx, j.ID, put))
	}
	return len(jobs) > 0, err
}

// turnOf puts some rows of a job. The business register is asked, outside the
// transaction, about at most one customer that nobody here knows.
func (r *Registry) turnOf(ctx context.Context, id models.ID, put Put) error {
	t := bulkTurn{Registry: r, put: put, met: -1}
	err := t.take(ctx, id)
	if err != nil || t.stranger == nil {
		return errors.Join(err, t.stopped)
	}
	t.met = t.at
	r.meets(ctx, t.stranger)
	err = t.take(ctx, id)
	return errors.Join(err, t.stopped)
}

// bulkTurn is one turn of a job.
type bulkTurn struct {
	*Registry
	put      Put
	met      int   // the row whose customer the register has been asked about; -1 for none
	at       int   // the row that could not be put
	stranger error // since its customer is not known here
	stopped  error // or else since this went wrong
}

// take puts rows until one cannot be.
func (t *bulkTurn) take(ctx context.Context, id models.ID) error {
	return t.Store.Write(ctx, func(tx Tx) error {
		t.stranger, t.stopped = nil, nil
		if err := tx.Alone(ctx); err != nil { // as every change: the log first
			return err
		}
		now := stored(t.Now())
		j, err := tx.BulkJob(ctx, id)
		if err != nil || j.Status != bulk.Running || j.Next.After(now) { // another node had it meanwhile
			return err
		}
		rows, err := tx.BulkRowsDue(ctx, id, now, bulkBatch)
		if err != nil {
			return err
		}
		j.Next = now
		after, err := t.rows(ctx, tx, j, rows, now)
		if err != nil {
			return err
		}
		if after.Status == bulk.Running && len(rows) < bulkBatch && after.Next.Equal(now) {
			next, err := tx.BulkNext(ctx, id)
			if err != nil {
				return err
			}
			if next.After(now) {
				after.Next = next
			}
		}
		return tx.SaveBulk(ctx, after)
	})
}

// rows puts the rows and returns the job as it is then.
func (t *bulkTurn) rows(ctx context.Context, tx Tx, j bulk.Job, rows []bulk.Row, now time.Time) (bulk.Job, error) {
	bound := *t.Registry
	bound.Store = within{tx}
	for _, row := range rows {
		put := t.put
		if j.Person != "" {
			put = clientRow(ctx)
		}
		result, err := put(&bound, j, row)
		if used, ok := errors.AsType[*quotaError](err); ok {
			until := now.Add(used.wait)
			if !used.customer {
				j.Next = until
				return j, nil
			}
			if err := tx.PutOffBulkRow(ctx, j.ID, row.Position, until); err != nil {
				return j, err
			}
			continue
		}
		t.at = row.Position
		if t.met != row.Position && t.meetable(err) {
			t.stranger = err
			return j, nil
		}
		if result.Answer == 0 { // what was put before stays, and the others come first now
			t.stopped, j.Next = err, now.Add(bulkRest)
			return j, tx.PutOffBulkRow(ctx, j.ID, row.Position, j.Next.Add(time.Millisecond))
		}
		ended := row.Ended(result)
		if err := tx.EndBulkRow(ctx, j.ID, ended); err != nil {
			return j, err
		}
		if ended.Status == bulk.RowDone {
			j = j.Count(1, 0, now)
		} else {
			j = j.Count(0, 1, now)
		}
	}
	return j, nil
}
