package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// Sessions keeps login sessions in the store's own table. It has the methods
// that the session library asks of a store, with and without context; tokens
// come hashed from there.
type Sessions struct{ s *Store }

// Sessions returns the store of login sessions.
func (s *Store) Sessions() *Sessions { return &Sessions{s: s} }

// FindCtx returns the data of a session; found is false when there is none or
// it has expired.
func (x *Sessions) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	const query = "SELECT data FROM session WHERE token = ? AND expires_at > ?"
	x.s.trace(query)
	err = x.s.reader.QueryRowContext(ctx, x.s.rebind(query), token, millis(x.s.now())).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	return data, err == nil, x.s.outage(err)
}

// CommitCtx stores a session, or replaces it.
func (x *Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	_, err := x.s.exec(ctx, `INSERT INTO session (token, data, expires_at) VALUES (?, ?, ?)
		ON CONFLICT (token) DO UPDATE SET data = excluded.data, expires_at = excluded.expires_at`, token, data, millis(expiry))
	return err
}

// DeleteCtx ends a session; one that is not there is no error.
func (x *Sessions) DeleteCtx(ctx context.Context, token string) error {
	_, err := x.s.exec(ctx, "DELETE FROM session WHERE token = ?", token)
	return err
}

// AllCtx returns every session that has not expired, by token.
func (x *Sessions) AllCtx(ctx context.Context) (map[string][]byte, error) {
	const query = "SELECT token, data FROM session WHERE expires_at > ?"
	x.s.trace(query)
	rows, err := x.s.reader.QueryContext(ctx, x.s.rebind(query), millis(x.s.now()))
	if err != nil {
		return nil, x.s.outage(err)
	}
	defer func() { _ = rows.Close() }()
	found := map[string][]byte{}
	for rows.Next() {
		var token string
		var data []byte
		if err := rows.Scan(&token, &data); err != nil {
			return nil, err
		}
		found[token] = data
	}
	return found, x.s.outage(rows.Err())
}

// Purge deletes expired sessions and returns how many.
func (x *Sessions) Purge(ctx context.Context, now time.Time) (int64, error) {
	return x.s.exec(ctx, "DELETE FROM session WHERE expires_at <= ?", millis(now))
}

// Find is FindCtx for the library's older interface, as are those below.
func (x *Sessions) Find(token string) ([]byte, bool, error) {
	return x.FindCtx(context.Background(), token)
}

// Commit is CommitCtx without a context.
func (x *Sessions) Commit(token string, data []byte, expiry time.Time) error {
	return x.CommitCtx(context.Background(), token, data, expiry)
}

// Delete is DeleteCtx without a context.
func (x *Sessions) Delete(token string) error { return x.DeleteCtx(context.Background(), token) }
