package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/bulk"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
)

// BulkJobOf implements registry.BulkReader, as do the functions below.
func (t *transaction) BulkJobOf(ctx context.Context, owner party.OrgNo, id models.ID) (bulk.Job, error) {
	row, err := one[bulkJobRow](t.q(ctx).Where("id = ? AND owner = ? AND person_id IS NULL", string(id), string(owner)))
	return row.domain(), err
}

func (t *transaction) BulkJob(ctx context.Context, id models.ID) (bulk.Job, error) {
	row, err := one[bulkJobRow](t.q(ctx).Where("id = ?", string(id)))
	return row.domain(), err
}

func (t *transaction) BulkJobs(ctx context.Context, owner party.OrgNo, after registry.BulkPlace, limit int) ([]bulk.Job, error) {
	q := t.q(ctx).Omit("defaults").Where("owner = ? AND person_id IS NULL", string(owner))
	if after.ID != "" {
		q = q.Where("(created_at, id) < (?, ?)", millis(after.At), string(after.ID))
	}
	rows, err := all[bulkJobRow](q.Order("created_at DESC, id DESC").Limit(limit))
	return mapped(rows, bulkJobRow.domain), err
}

func (t *transaction) BulkRunning(ctx context.Context, owner party.OrgNo) (int, error) {
	var n int64
	err := t.q(ctx).Model(&bulkJobRow{}).Where("owner = ? AND status = 'running'", string(owner)).Count(&n).Error
	return int(n), err
}

func (t *transaction) BulkRows(ctx context.Context, job models.ID, status bulk.RowStatus, after, limit int) ([]bulk.Row, error) {
	q := t.q(ctx).Omit("body").Where("job_id = ? AND position > ?", string(job), after)
	if status != "" {
		q = q.Where("status = ?", string(status))
	}
	rows, err := all[bulkRowRow](q.Order("position").Limit(limit))
	return mapped(rows, bulkRowRow.domain), err
}

// bulkDueSQL finds for each owner the job that waited longest.
const bulkDueSQL = `status = 'running' AND next_at <= ? AND NOT EXISTS (SELECT 1 FROM bulk_job AS other
	WHERE other.owner = bulk_job.owner AND other.status = 'running'
	AND (other.next_at < bulk_job.next_at OR other.next_at = bulk_job.next_at AND other.id < bulk_job.id))`

func (t *transaction) BulkDue(ctx context.Context, now time.Time, limit int) ([]bulk.Job, error) {
	rows, err := all[bulkJobRow](t.q(ctx).Omit("defaults").Where(bulkDueSQL, millis(now)).Order("next_at, id").Limit(limit))
	return mapped(rows, bulkJobRow.domain), err
}

func (t *transaction) BulkRowsDue(ctx context.Context, job models.ID, now time.Time, limit int) ([]bulk.Row, error) {
	rows, err := all[bulkRowRow](t.q(ctx).Where("job_id = ? AND status = 'waiting' AND next_at <= ?", string(job), millis(now)).
		Order("next_at, position").Limit(limit))
	return mapped(rows, bulkRowRow.domain), err
}

func (t *transaction) BulkNext(ctx context.Context, job models.ID) (time.Time, error) {
	var next *int64
	err := t.q(ctx).Model(&bulkRowRow{}).Where("job_id = ? AND status = 'waiting'", string(job)).Select("MIN(next_at)").Scan(&next).Error
	return instantOrZero(next), err
}

// AddBulk implements registry.BulkTx, as do the functions below.
func (t *transaction) AddBulk(ctx context.Context, j bulk.Job, rows []bulk.Row) error {
	row := toBulkJob(j)
	if err := t.q(ctx).Create(&row).Error; err != nil {
		return err
	}
	return create(t.q(ctx), mapped(rows, func(r bulk.Row) bulkRowRow { return toBulkRow(j.ID, r) }))
}

func (t *transaction) SaveBulk(ctx context.Context, j bulk.Job) error {
	state := map[string]any{
		"status": string(j.Status), "done": j.Done, "failed": j.Failed, "cancelled": j.Cancelled,
		"ended_at": millisOrNull(j.EndedAt), "next_at": millis(j.Next),
	}
	if j.Status != bulk.Running { // what no row needs any more may name people
		state["defaults"] = ""
	}
	done := t.q(ctx).Model(&bulkJobRow{}).Where("id = ? AND status = 'running'", string(j.ID)).Updates(state)
	return moved(done, models.CodeJobEnded)
}

func (t *transaction) EndBulkRow(ctx context.Context, job models.ID, r bulk.Row) error {
	return moved(t.waitingRow(ctx, job, r.Position).Updates(map[string]any{
		"status": string(r.Status), "body": "", "answer": r.Answer, "code": r.Code, "detail": r.Detail,
		"repeated": r.Repeat, "result_id": string(r.ID),
	}), models.CodeConflict)
}

func (t *transaction) PutOffBulkRow(ctx context.Context, job models.ID, position int, until time.Time) error {
	return moved(t.waitingRow(ctx, job, position).Updates(map[string]any{"next_at": millis(until)}), models.CodeConflict)
}

// waitingRow finds a row that waits.
func (t *transaction) waitingRow(ctx context.Context, job models.ID, position int) *gorm.DB {
	return t.q(ctx).Model(&bulkRowRow{}).Where("job_id = ? AND position = ? AND status = 'waiting'", string(job), position)
}

func (t *transaction) CancelBulkRows(ctx context.Context, job models.ID) error {
	return t.q(ctx).Model(&bulkRowRow{}).Where("job_id = ? AND status = 'waiting'", string(job)).
		Updates(map[string]any{"status": string(bulk.RowCancelled), "body": ""}).Error
}

func (t *transaction) PurgeBulk(ctx context.Context, before time.Time) (bool, error) {
	old, err := all[bulkJobRow](t.q(ctx).Omit("defaults").Where("ended_at < ?", millis(before)).Order("ended_at").Limit(1))
	if err != nil || len(old) == 0 {
		return false, err
	}
	if err := t.q(ctx).Exec("DELETE FROM bulk_row WHERE job_id = ?", old[0].ID).Error; err != nil {
		return false, err
	}
	return true, t.q(ctx).Exec("DELETE FROM bulk_job WHERE id = ?", old[0].ID).Error
}

// moved is a Conflict of the code when no row was as the caller believed.
func moved(done *gorm.DB, code models.Code) error {
	if done.Error == nil && done.RowsAffected == 0 {
		return models.NewError(models.Conflict, code)
	}
	return done.Error
}
