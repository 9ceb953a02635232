package store

import (
	"cmp"
	"context"
	"slices"

	"github.com/stafett/stafett/migrations"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/rar"
)

var _ rar.Ledger = (*Store)(nil)

const (
	journalSQL = `
INSERT INTO decision (kind, caller, client_id, reason, system_user_id, bucket, id, first_at, last_at, n)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (kind, caller, client_id, reason, system_user_id, bucket) DO UPDATE SET n = decision.n + excluded.n,
  last_at = CASE WHEN decision.last_at < excluded.last_at THEN excluded.last_at ELSE decision.last_at END`

	useSQL = `
UPDATE system_user SET first_used_at = COALESCE(first_used_at, ?), uses = uses + ?,
  last_used_at = CASE WHEN last_used_at IS NULL OR last_used_at < ? THEN ? ELSE last_used_at END
WHERE id = ?`

	// A grant's bucket is its day. A system user that is not there has none.
	useDaySQL = `
INSERT INTO system_user_day (system_user_id, day, n)
SELECT u.id, CAST(? AS BIGINT), CAST(? AS BIGINT) FROM system_user u WHERE u.id = ?
ON CONFLICT (system_user_id, day) DO UPDATE SET n = system_user_day.n + excluded.n`
)

// First implements rar.Ledger. A yes to enrichment is noted on the system user
// and its day in the same transaction.
func (s *Store) First(ctx context.Context, d rar.Decision, bucket int64) error {
	return s.journal(ctx, []rar.Count{{Decision: d, Bucket: bucket, N: 1}})
}

// Repeat implements rar.Ledger. A count whose bucket has no line yet makes one.
func (s *Store) Repeat(ctx context.Context, counts []rar.Count) error {
	// One order for all nodes, so that two of them never wait for each other.
	counts = slices.Clone(counts)
	slices.SortFunc(counts, func(a, b rar.Count) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Caller, b.Caller), cmp.Compare(a.ClientID, b.ClientID),
			cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.SystemUser, b.SystemUser), cmp.Compare(a.Bucket, b.Bucket))
	})
	return s.journal(ctx, counts)
}

func (s *Store) journal(ctx context.Context, counts []rar.Count) error {
	if len(counts) == 0 {
		return nil
	}
	return s.Write(ctx, func(tx registry.Tx) error {
		t := tx.(*transaction)
		count, closeCount, err := t.repeated(ctx, journalSQL)
		if err != nil {
			return err
		}
		defer closeCount()
		use, closeUse, err := t.repeated(ctx, useSQL)
		if err != nil {
			return err
		}
		defer closeUse()
		day, closeDay, err := t.repeated(ctx, useDaySQL)
		if err != nil {
			return err
		}
		defer closeDay()
		for _, c := range counts {
			at := millis(c.At)
			err := count(string(c.Kind), c.Caller, c.ClientID, string(c.Reason), string(c.SystemUser), c.Bucket, string(c.ID), at, at, c.N)
			if err != nil {
				return err
			}
			if c.Kind != rar.Enrich || c.Reason != "" || c.SystemUser == "" {
				continue
			}
			if err := use(at, c.N, at, at, string(c.SystemUser)); err != nil {
				return err
			}
			if err := day(c.Bucket/86400, c.N, string(c.SystemUser)); err != nil {
				return err
			}
		}
		return nil
	})
}

// repeated makes a statement that runs many times in the transaction. SQLite
// would parse it each time; pgx remembers statements by itself.
func (t *transaction) repeated(ctx context.Context, query string) (run func(args ...any) error, done func(), err error) {
	query = t.s.rebind(query)
	pool := t.orm.Statement.ConnPool
	if t.s.dialect == migrations.Postgres {
		return func(args ...any) error {
			_, err := pool.ExecContext(ctx, query, args...)
			return err
		}, func() {}, nil
	}
	stmt, err := pool.PrepareContext(ctx, query)
	if err != nil {
		return nil, nil, err
	}
	return func(args ...any) error {
		t.s.trace(query)
		_, err := stmt.ExecContext(ctx, args...)
		return err
	}, func() { _ = stmt.Close() }, nil
}
