package store

import (
	"context"
	"iter"
	"math"

	"gorm.io/gorm/clause"

	"github.com/stafett/stafett/migrations"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/party"
)

// auditPage is how many entries are read at a time when the log is walked.
const auditPage = 1000

// historySQL walks the index by subject, outcome and organisation, so that
// denials of others cost nothing.
const historySQL = `
SELECT * FROM audit_entry WHERE subject IN ? AND outcome = 'done'
UNION ALL
SELECT * FROM (SELECT * FROM audit_entry WHERE subject IN ? AND outcome = 'denied' AND org_no = ? ORDER BY seq DESC LIMIT ?) own
ORDER BY seq`

// AuditOf implements registry.AuditReader, as do the functions below.
func (t *transaction) AuditOf(ctx context.Context, subjects []string, o party.OrgNo, denials int) ([]audit.Entry, error) {
	rows, err := all[auditRow](t.q(ctx).Raw(historySQL, subjects, subjects, string(o), denials))
	return mapped(rows, auditRow.domain), err
}

func (t *transaction) AuditAll(ctx context.Context) iter.Seq2[audit.Entry, error] {
	return func(yield func(audit.Entry, error) bool) {
		after := int64(math.MinInt64)
		for {
			rows, err := all[auditRow](t.q(ctx).Where("seq > ?", after).Order("seq").Limit(auditPage))
			if err != nil {
				yield(audit.Entry{}, err)
				return
			}
			for _, r := range rows {
				if !yield(r.domain(), nil) {
					return
				}
				after = r.Seq
			}
			if len(rows) < auditPage {
				return
			}
		}
	}
}

func (t *transaction) AuditHead(ctx context.Context) (int64, string, error) {
	head, err := one[headRow](t.q(ctx))
	return head.Seq, head.Hash, err
}

// Alone implements registry.Tx. A long import takes the head only when it is
// done, so that nobody waits for all of it.
func (t *transaction) Alone(ctx context.Context) error {
	if t.s.dialect == migrations.SQLite {
		return nil // the writer is alone anyway
	}
	_, err := t.head(ctx)
	return err
}

// head reads the last entry's place. On PostgreSQL its row is locked until the
// transaction ends.
func (t *transaction) head(ctx context.Context) (headRow, error) {
	q := t.q(ctx)
	if t.s.dialect == migrations.Postgres {
		q = q.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate})
	}
	return one[headRow](q)
}

// AppendAudit implements registry.Tx.
func (t *transaction) AppendAudit(ctx context.Context, e audit.Entry) error {
	head, err := t.head(ctx)
	if err != nil {
		return err
	}
	e = e.Link(head.Seq, head.Hash)
	row := toAudit(e)
	if err := t.q(ctx).Create(&row).Error; err != nil {
		return err
	}
	return t.q(ctx).Exec("UPDATE audit_head SET seq = ?, hash = ?", e.Seq, e.Hash).Error
}
