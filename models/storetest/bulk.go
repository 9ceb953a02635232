package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/bulk"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
)

// addBulk stores a job of the supplier's, made at the time, with n rows.
func addBulk(t testing.TB, k *kit, supplier party.OrgNo, at time.Time, n int) (bulk.Job, []bulk.Row) {
	t.Helper()
	j := bulk.Job{
		ID: models.NewID(), Owner: supplier, Issuer: "https://issuer.example/", ClientID: "client", Kind: bulk.ChangeRequests,
		Defaults: []byte(`{"purpose":{"nb":"å"}}`), Status: bulk.Running, Total: n, CreatedAt: at, Next: at,
	}
	rows := make([]bulk.Row, n)
	for i := range rows {
		rows[i] = bulk.Row{
			Position: i, Body: fmt.Appendf(nil, `{"n":%d}`, i), Customer: "310000012", ExternalRef: "æ' --", Correlation: "c",
			Status: bulk.RowWaiting, Next: at,
		}
	}
	k.write(t, func(ctx context.Context, tx registry.Tx) error { return tx.AddBulk(ctx, j, rows) })
	return j, rows
}

func bulkRows(t testing.TB, k *kit, job models.ID, status bulk.RowStatus, after, limit int) []bulk.Row {
	t.Helper()
	return read(t, k, func(ctx context.Context, r registry.Reader) ([]bulk.Row, error) {
		return r.BulkRows(ctx, job, status, after, limit)
	})
}

func bulkDue(t testing.TB, k *kit, job models.ID, now time.Time, limit int) []bulk.Row {
	t.Helper()
	return read(t, k, func(ctx context.Context, r registry.Reader) ([]bulk.Row, error) {
		return r.BulkRowsDue(ctx, job, now, limit)
	})
}

// without drops the bodies, which lists do not tell.
func without(rows []bulk.Row) []bulk.Row {
	var out []bulk.Row
	for _, r := range rows {
		r.Body = nil
		out = append(out, r)
	}
	return out
}

func testBulk(t *testing.T, k *kit) {
	settle(t, k)
	j, rows := addBulk(t, k, rotor, Now(), 450) // more than one batch of inserts
	other, _ := addBulk(t, k, verft, Now(), 1)
	of := func(supplier party.OrgNo) func(context.Context, registry.Reader) (bulk.Job, error) {
		return func(ctx context.Context, r registry.Reader) (bulk.Job, error) {
			return r.BulkJobOf(ctx, supplier, j.ID)
		}
	}
	same(t, "job", j, read(t, k, of(rotor)))
	same(t, "job, whosever", other, read(t, k, func(ctx context.Context, r registry.Reader) (bulk.Job, error) { return r.BulkJob(ctx, other.ID) }))
	_, err := tryRead(t, k, of(verft))
	notFound(t, err)

	same(t, "rows that are due", rows[:20], bulkDue(t, k, j.ID, Now(), 20))
	same(t, "rows before their time", []bulk.Row(nil), bulkDue(t, k, j.ID, Now().Add(-time.Millisecond), 20))
	same(t, "page of rows", without(rows[11:14]), bulkRows(t, k, j.ID, "", 10, 3))

	ended := rows[0].Ended(bulk.Result{Answer: 201, Repeat: "same", ID: models.NewID()})
	failed := rows[1].Ended(bulk.Result{Answer: 400, Code: "AUTH-00001", Detail: "Nei, ikke «det»."})
	later := Now().Add(time.Hour)
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		for _, r := range []bulk.Row{ended, failed} {
			if err := tx.EndBulkRow(ctx, j.ID, r); err != nil {
				return err
			}
		}
		return tx.PutOffBulkRow(ctx, j.ID, 2, later)
	})
	same(t, "ended", []bulk.Row{ended}, bulkRows(t, k, j.ID, bulk.RowDone, -1, 500))
	same(t, "failed", []bulk.Row{failed}, bulkRows(t, k, j.ID, bulk.RowFailed, -1, 500))
	same(t, "who is next", 3, bulkDue(t, k, j.ID, Now(), 1)[0].Position)
	if got := bulkDue(t, k, j.ID, later, 500); len(got) != 448 || got[447].Position != 2 {
		t.Errorf("one that is put off is not the last of %d", len(got))
	}
	for i := range 3 {
		err := k.try(t, func(ctx context.Context, tx registry.Tx) error {
			if i == 2 {
				return tx.PutOffBulkRow(ctx, j.ID, 0, later)
			}
			return tx.EndBulkRow(ctx, j.ID, []bulk.Row{ended, failed}[i])
		})
		failsWith(t, err, models.Conflict, models.CodeConflict)
	}

	gone, err := j.Count(1, 1, Now()).Cancel(later)
	if err != nil {
		t.Fatal(err)
	}
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		if err := tx.CancelBulkRows(ctx, j.ID); err != nil {
			return err
		}
		return tx.SaveBulk(ctx, gone)
	})
	gone.Defaults = []byte{} // they may name people
	same(t, "cancelled job", gone, read(t, k, of(rotor)))
	same(t, "rows that wait", []bulk.Row(nil), bulkRows(t, k, j.ID, bulk.RowWaiting, -1, 500))
	same(t, "rows that are cancelled", 448, len(bulkRows(t, k, j.ID, bulk.RowCancelled, -1, 500)))
	same(t, "rows that are done", []bulk.Row{ended}, bulkRows(t, k, j.ID, bulk.RowDone, -1, 500))
	err = k.try(t, func(ctx context.Context, tx registry.Tx) error { return tx.SaveBulk(ctx, j) })
	failsWith(t, err, models.Conflict, models.CodeJobEnded)
	same(t, "another's rows", 1, len(bulkDue(t, k, other.ID, Now(), 20)))
}

func testBulkLists(t *testing.T, k *kit) {
	settle(t, k)
	var mine []bulk.Job // newest first
	for i := range 4 {
		j, _ := addBulk(t, k, rotor, Now().Add(time.Duration(i/2)*time.Minute), 1)
		j.Defaults = nil
		mine = append([]bulk.Job{j}, mine...)
	}
	for i := 0; i < 4; i += 2 { // two at a time were made at the same time
		if mine[i].ID < mine[i+1].ID {
			mine[i], mine[i+1] = mine[i+1], mine[i]
		}
	}
	theirs, _ := addBulk(t, k, verft, Now().Add(30*time.Second), 1)
	theirs.Defaults = nil
	jobs := func(after registry.BulkPlace) []bulk.Job {
		return read(t, k, func(ctx context.Context, r registry.Reader) ([]bulk.Job, error) {
			return r.BulkJobs(ctx, rotor, after, 3)
		})
	}
	same(t, "first page", mine[:3], jobs(registry.BulkPlace{}))
	same(t, "the page after", mine[3:], jobs(registry.BulkPlace{At: mine[2].CreatedAt, ID: mine[2].ID}))
	running := func() int {
		return read(t, k, func(ctx context.Context, r registry.Reader) (int, error) { return r.BulkRunning(ctx, rotor) })
	}
	same(t, "running", 4, running())
	due := func(now time.Time) []bulk.Job {
		return read(t, k, func(ctx context.Context, r registry.Reader) ([]bulk.Job, error) { return r.BulkDue(ctx, now, 10) })
	}
	hour := Now().Add(time.Hour)
	same(t, "one job a supplier, who waited longest first", []bulk.Job{mine[3], theirs}, due(hour))
	same(t, "before their time", []bulk.Job(nil), due(Now().Add(-time.Second)))
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		waits, ended := mine[3], mine[2].Count(1, 0, Now())
		waits.Next = hour.Add(time.Hour)
		if err := tx.SaveBulk(ctx, waits); err != nil {
			return err
		}
		return tx.SaveBulk(ctx, ended)
	})
	same(t, "when one waits and one is done", []bulk.Job{theirs, mine[1]}, due(hour))
	same(t, "still running", 3, running())

	purge := func(before time.Time) (ok bool) {
		k.write(t, func(ctx context.Context, tx registry.Tx) (err error) {
			ok, err = tx.PurgeBulk(ctx, before)
			return err
		})
		return ok
	}
	same(t, "deleted too early", false, purge(Now()))
	same(t, "deleted", true, purge(Now().Add(time.Millisecond)))
	same(t, "deleted again", false, purge(hour))
	same(t, "what is left", 3, len(jobs(registry.BulkPlace{})))
	next := read(t, k, func(ctx context.Context, r registry.Reader) (time.Time, error) { return r.BulkNext(ctx, mine[0].ID) })
	same(t, "when a row may be put", mine[0].Next, next)
	next = read(t, k, func(ctx context.Context, r registry.Reader) (time.Time, error) { return r.BulkNext(ctx, mine[2].ID) })
	same(t, "when no row waits", time.Time{}, next)
}
