package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/stafett/stafett/migrations"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/registry"
)

// attempts bounds how often a write is tried that stood in another's way.
const attempts = 4

// transaction is a registry.Tx over one transaction of the database, or a
// registry.Reader over one that only reads.
type transaction struct {
	s   *Store
	orm *gorm.DB
	// recatalogued: this transaction has changed the catalogue, so that what it
	// reads of it must not be kept.
	recatalogued bool
	// locks: it writes, to a database where others write at the same time.
	locks bool
	keys  *ring // once they have been asked for
}

var _ registry.Store = (*Store)(nil)

// Read implements registry.Store: one snapshot, which on PostgreSQL is a
// REPEATABLE READ transaction.
func (s *Store) Read(ctx context.Context, f func(registry.Reader) error) error {
	options := &sql.TxOptions{ReadOnly: true}
	if s.dialect == migrations.Postgres {
		options.Isolation = sql.LevelRepeatableRead
	}
	t, err := s.reader.BeginTx(ctx, options)
	if err != nil {
		return s.outage(fmt.Errorf("begin reading: %w", err))
	}
	defer func() { _ = t.Rollback() }()
	return s.outage(f(s.transaction(ctx, t)))
}

// Write implements registry.Store. f runs again, from the start, when the
// transaction met another one in a way that PostgreSQL could only end by
// undoing it; nothing of the first run is kept.
func (s *Store) Write(ctx context.Context, f func(registry.Tx) error) error {
	var err error
	for range attempts {
		if err = s.write(ctx, func(t *transaction) error { return f(t) }); !repeatable(err) {
			break
		}
	}
	return s.outage(err)
}

func (s *Store) write(ctx context.Context, f func(*transaction) error) error {
	conn, err := s.writer.Conn(ctx)
	if err != nil {
		return fmt.Errorf("wait for a connection: %w", err)
	}
	defer func() { _ = conn.Close() }()
	// Once f is done the commit must run to its end: cut short, nobody would
	// know whether it happened. Statements still end with ctx.
	t, err := conn.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		return fmt.Errorf("begin writing: %w", err)
	}
	defer func() { _ = t.Rollback() }()
	tx := s.transaction(ctx, t)
	tx.locks = s.dialect == migrations.Postgres
	if err := f(tx); err != nil {
		return err
	}
	if _, err := warned(conn); err != nil {
		return err
	}
	if err := t.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	if note, err := warned(conn); note || err != nil {
		return &models.Error{
			Kind: models.Unavailable, Code: models.CodeUnavailable,
			Err: errors.Join(errors.New("the database warned at commit that it may be lost"), err),
		}
	}
	return nil
}

func (s *Store) transaction(ctx context.Context, t *sql.Tx) *transaction {
	orm := s.orm.Session(&gorm.Session{NewDB: true, Context: ctx})
	orm.Statement.ConnPool = traced{pool: t, trace: s.trace}
	return &transaction{s: s, orm: orm}
}

// q starts a statement.
func (t *transaction) q(ctx context.Context) *gorm.DB { return t.orm.WithContext(ctx) }

// whole runs f so that what it wrote is undone when it fails, while the
// transaction goes on.
func (t *transaction) whole(ctx context.Context, f func() error) error {
	if err := t.q(ctx).Exec("SAVEPOINT whole").Error; err != nil {
		return err
	}
	err := f()
	if err != nil {
		if undo := t.q(ctx).Exec("ROLLBACK TO SAVEPOINT whole").Error; undo != nil {
			return errors.Join(err, undo)
		}
	}
	if release := t.q(ctx).Exec("RELEASE SAVEPOINT whole").Error; release != nil {
		return errors.Join(err, release)
	}
	return err
}

// Nested implements registry.Tx.
func (t *transaction) Nested(ctx context.Context, f func() error) error { return t.whole(ctx, f) }

// one reads the row that q finds; none is a NotFound error.
func one[R any](q *gorm.DB) (R, error) {
	var row R
	err := q.Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return row, models.NewError(models.NotFound, models.CodeNotFound)
	}
	return row, err
}

// all reads every row that q finds.
func all[R any](q *gorm.DB) ([]R, error) {
	var rows []R
	err := q.Find(&rows).Error
	return rows, err
}

// insert adds rows, leaving out those that a unique index refuses, and returns
// how many were added. An error here would end a transaction of PostgreSQL.
func insert(q *gorm.DB, rows any) (int64, error) {
	r := q.Clauses(clause.OnConflict{DoNothing: true}).Create(rows)
	return r.RowsAffected, r.Error
}

// add inserts one row, or is a Conflict error of the code.
func add(q *gorm.DB, row any, code models.Code) error {
	n, err := insert(q, row)
	if err == nil && n == 0 {
		return models.NewError(models.Conflict, code)
	}
	return err
}

// create inserts the parts of a thing, if there are any.
func create[R any](q *gorm.DB, rows []R) error {
	if len(rows) == 0 {
		return nil
	}
	return q.CreateInBatches(rows, 200).Error
}

// outage turns an error that says nothing about the question into an
// Unavailable error. Others stay as they are.
func (s *Store) outage(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*models.Error](err); ok {
		return err
	}
	if sqliteOutage(err) || postgresOutage(err) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return &models.Error{Kind: models.Unavailable, Code: models.CodeUnavailable, Err: err}
	}
	return err
}

// traced tells of each statement before it runs it.
type traced struct {
	pool  gorm.ConnPool
	trace func(string)
}

func (t traced) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	return t.pool.PrepareContext(ctx, query)
}

func (t traced) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	t.trace(query)
	return t.pool.ExecContext(ctx, query, args...)
}

func (t traced) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	t.trace(query)
	return t.pool.QueryContext(ctx, query, args...)
}

func (t traced) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	t.trace(query)
	return t.pool.QueryRowContext(ctx, query, args...)
}

// translating makes duplicate keys known to gorm and keeps the cause, which
// says which index it was.
type translating struct {
	gorm.Dialector
	duplicate func(error) bool
}

// Translate implements gorm.ErrorTranslator.
func (d translating) Translate(err error) error {
	if d.duplicate(err) {
		return fmt.Errorf("%w: %w", gorm.ErrDuplicatedKey, err)
	}
	return err
}
