package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	gormpostgres "gorm.io/driver/postgres"
	"gorm.io/gorm"
)

// unconfirmed is the note on a connection that a commit came with a warning.
const unconfirmed = "unconfirmed"

func (s *Store) connectPostgres(ctx context.Context, url string, migrate bool) (gorm.Dialector, error) {
	c, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, errors.New("the database URL is not a PostgreSQL one") // err could hold the password
	}
	if c.RuntimeParams["application_name"] == "" {
		c.RuntimeParams["application_name"] = "stafett"
	}
	if !migrate {
		c.RuntimeParams["statement_timeout"] = "3000"
		c.RuntimeParams["idle_in_transaction_session_timeout"] = "30000"
	}
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = 5 * time.Second
	}
	// PostgreSQL reports a commit whose wait for a standby was cut short as
	// done, with a warning: such a commit can be lost, so it counts as failed.
	c.OnNotice = func(pg *pgconn.PgConn, n *pgconn.Notice) {
		if n.Code == "01000" {
			pg.CustomData()[unconfirmed] = true
		}
	}
	s.writer = stdlib.OpenDB(*c)
	s.reader, s.lookups = s.writer, s.writer
	s.writer.SetMaxOpenConns(20)
	s.writer.SetMaxIdleConns(20)
	s.writer.SetConnMaxLifetime(5 * time.Minute)
	if err := s.writer.PingContext(ctx); err != nil {
		return nil, fmt.Errorf("reach the database: %w", err)
	}
	return translating{Dialector: gormpostgres.New(gormpostgres.Config{Conn: s.writer}), duplicate: postgresDuplicate}, nil
}

// warned takes the note of a warning off the connection and reports whether
// there was one. On SQLite there never is.
func warned(conn *sql.Conn) (bool, error) {
	var note bool
	err := conn.Raw(func(c any) error {
		if pg, ok := c.(*stdlib.Conn); ok {
			data := pg.Conn().PgConn().CustomData()
			note, _ = data[unconfirmed].(bool)
			delete(data, unconfirmed)
		}
		return nil
	})
	return note, err
}

func postgresDuplicate(err error) bool { return postgresCode(err) == "23505" }

// repeatable reports errors after which the same transaction may well succeed:
// it stood in the way of another.
func repeatable(err error) bool {
	code := postgresCode(err)
	return code == "40001" || code == "40P01"
}

// postgresOutage reports errors that say nothing about the question: no
// connection, shutting down, out of something, out of time, or a standby.
func postgresOutage(err error) bool {
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok || pgconn.SafeToRetry(err) || pgconn.Timeout(err) {
		return true
	}
	code := postgresCode(err)
	if len(code) < 2 {
		return false
	}
	switch code[:2] {
	case "08", "53", "57":
		return true
	}
	return code == "25006" || repeatable(err)
}

func postgresCode(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}
