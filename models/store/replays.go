package store

import (
	"context"
	"time"
)

// Once notes that the issuer's token jti has been used and reports whether
// this was the first time. It is remembered until the token has expired. An
// error means that nobody knows, and that the token must be refused.
func (s *Store) Once(ctx context.Context, issuer, jti string, until time.Time) (bool, error) {
	n, err := s.exec(ctx, "INSERT INTO replay (issuer, jti, until_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
		issuer, jti, millis(until))
	return n == 1, err
}

// PurgeReplays forgets tokens that have expired and returns how many.
func (s *Store) PurgeReplays(ctx context.Context, now time.Time) (int64, error) {
	return s.exec(ctx, "DELETE FROM replay WHERE until_at < ?", millis(now))
}

// exec runs one statement as a transaction of its own and returns how many
// rows it touched.
func (s *Store) exec(ctx context.Context, query string, args ...any) (int64, error) {
	s.trace(query)
	r, err := s.writer.ExecContext(ctx, s.rebind(query), args...)
	if err != nil {
		return 0, s.outage(err)
	}
	return r.RowsAffected()
}
