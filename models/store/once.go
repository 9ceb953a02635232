package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/stafett/stafett/models/registry"
)

type idempotencyRow struct {
	Caller string `gorm:"column:caller"`
	Route  string `gorm:"column:route"`
	Key    string `gorm:"column:key"`
	Digest []byte `gorm:"column:digest"`
	Status int    `gorm:"column:status"`
	Header string `gorm:"column:header"`
	Body   []byte `gorm:"column:body"`
	At     int64  `gorm:"column:at"`
}

func (idempotencyRow) TableName() string { return "idempotency" }

const sameQuestion = "caller = ? AND route = ? AND key = ?"

// ClaimQuestion implements registry.OnceTx, as do the functions below. On
// PostgreSQL the insert waits for whoever claimed the question first.
func (t *transaction) ClaimQuestion(ctx context.Context, q registry.Question, at, since time.Time) (registry.Kept, []byte, bool, error) {
	err := t.q(ctx).Where(sameQuestion+" AND at <= ?", q.Caller, q.Route, q.Key, millis(since)).Delete(&idempotencyRow{}).Error
	if err != nil {
		return registry.Kept{}, nil, false, err
	}
	row := idempotencyRow{Caller: q.Caller, Route: q.Route, Key: q.Key, Digest: q.Digest, Header: "{}", Body: []byte{}, At: millis(at)}
	n, err := insert(t.q(ctx), &row)
	if err != nil || n > 0 {
		return registry.Kept{}, nil, n > 0, err
	}
	row, err = one[idempotencyRow](t.q(ctx).Where(sameQuestion, q.Caller, q.Route, q.Key))
	if err != nil {
		return registry.Kept{}, nil, false, err
	}
	kept := registry.Kept{Status: row.Status, Body: row.Body}
	err = json.Unmarshal([]byte(row.Header), &kept.Header)
	return kept, row.Digest, false, err
}

func (t *transaction) KeepAnswer(ctx context.Context, q registry.Question, k registry.Kept) error {
	header, err := json.Marshal(k.Header)
	if err != nil {
		return err
	}
	return t.q(ctx).Model(&idempotencyRow{}).Where(sameQuestion, q.Caller, q.Route, q.Key).
		Updates(map[string]any{"status": k.Status, "header": string(header), "body": append([]byte{}, k.Body...)}).Error // none is empty, not NULL
}

func (t *transaction) DropQuestion(ctx context.Context, q registry.Question) error {
	return t.q(ctx).Where(sameQuestion, q.Caller, q.Route, q.Key).Delete(&idempotencyRow{}).Error
}

func (t *transaction) PurgeAnswers(ctx context.Context, before time.Time, limit int) (int, error) {
	done := t.q(ctx).Exec(`DELETE FROM idempotency WHERE (caller, route, key) IN
		(SELECT caller, route, key FROM idempotency WHERE at <= ? ORDER BY at LIMIT ?)`, millis(before), limit)
	return int(done.RowsAffected), done.Error
}
