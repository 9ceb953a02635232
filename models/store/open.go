package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/stafett/stafett/migrations"
)

// Config is what a store needs.
type Config struct {
	// URL is "sqlite:PATH" or "postgres://…".
	URL string
	// Keys gives the keys for personal data, which are kept outside the
	// database. A database names those it was made with and is not opened
	// without them.
	Keys Keys
	// Now is the clock; when nil, time.Now, and the database's own where nodes
	// must agree.
	Now func() time.Time
	// Logger takes what the store has to say; nothing when nil.
	Logger *slog.Logger
	// Trace, when not nil, is told the text of every statement but BEGIN,
	// COMMIT and ROLLBACK, never the values. Tests count with it.
	Trace func(sql string)
}

// Store is a registry in a database. It is safe for concurrent use.
type Store struct {
	dialect migrations.Dialect
	writer  *sql.DB // on SQLite one connection that takes the write lock at BEGIN
	reader  *sql.DB // on PostgreSQL the same pool as writer
	lookups *sql.DB // of the hot path; on PostgreSQL the same pool too
	orm     *gorm.DB
	now     func() time.Time
	// ownClock: no clock was given, so the database's says what has run out.
	ownClock bool
	log      *slog.Logger
	trace    func(string)
	keys     Keys
	known    atomic.Pointer[ring]
	cached   atomic.Pointer[version]
	hot      hot
}

// Open opens the database of c, which must exist and have the schema that this
// program needs; the error for an older one names the command to run.
func Open(ctx context.Context, c Config) (*Store, error) {
	s := &Store{now: c.Now, log: c.Logger, trace: c.Trace, keys: c.Keys}
	if _, err := s.vaults(); err != nil {
		return nil, err
	}
	if s.now == nil {
		s.ownClock = true
		s.now = time.Now //nolint:forbidigo // the clock of a program that injects none
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.trace == nil {
		s.trace = func(string) {}
	}
	if err := s.connect(ctx, c.URL, false); err != nil {
		return nil, err
	}
	for _, step := range []func(context.Context) error{s.checkSchema, s.checkKeys, s.prepare} {
		if err := step(ctx); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	return s, nil
}

// Migrate brings the database at url to the schema that this program needs and
// returns the migrations applied. A SQLite file is made, for its owner's eyes
// alone, when there is none.
func Migrate(ctx context.Context, url string) ([]migrations.State, error) {
	s := &Store{}
	if err := s.connect(ctx, url, true); err != nil {
		return nil, err
	}
	applied, err := migrations.Up(ctx, s.writer, s.dialect)
	return applied, errors.Join(err, s.Close())
}

// Migrations lists the migrations of this program and which of them the
// database at url has.
func Migrations(ctx context.Context, url string) ([]migrations.State, error) {
	s := &Store{}
	if err := s.connect(ctx, url, true); err != nil {
		return nil, err
	}
	states, err := migrations.Status(ctx, s.writer, s.dialect)
	return states, errors.Join(err, s.Close())
}

// connect opens the pools. For migrating, a file may be made and a statement
// may take its time.
func (s *Store) connect(ctx context.Context, url string, migrate bool) error {
	var dialector gorm.Dialector
	var err error
	switch path, isFile := strings.CutPrefix(url, "sqlite:"); {
	case isFile && path != "":
		s.dialect = migrations.SQLite
		dialector, err = s.connectSQLite(ctx, path, migrate)
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		s.dialect = migrations.Postgres
		dialector, err = s.connectPostgres(ctx, url, migrate)
	default:
		err = errors.New(`the database URL is neither "sqlite:PATH" nor "postgres://…"`)
	}
	if err != nil {
		return errors.Join(err, s.Close())
	}
	s.orm, err = gorm.Open(dialector, &gorm.Config{
		SkipDefaultTransaction: true,
		TranslateError:         true,
		DisableAutomaticPing:   true,
		Logger:                 logger.Discard, // the default one prints values
		NowFunc:                s.now,
	})
	if err != nil {
		return errors.Join(fmt.Errorf("open the database: %w", err), s.Close())
	}
	return nil
}

func (s *Store) checkSchema(ctx context.Context) error {
	have, err := migrations.Current(ctx, s.reader, s.dialect)
	if err != nil {
		return fmt.Errorf("read the version of the schema: %w", err)
	}
	need, err := migrations.Newest(s.dialect)
	switch {
	case err != nil:
		return err
	case have < need:
		return fmt.Errorf("the database has schema version %d and this program needs %d: run \"stafett migrate up\"", have, need)
	case have > need:
		return fmt.Errorf("the database has schema version %d, which is newer than this program (%d): use the newer program", have, need)
	}
	return nil
}

// Ping reads from the database, for health checks.
func (s *Store) Ping(ctx context.Context) error {
	var n int64
	return s.outage(s.reader.QueryRowContext(ctx, "SELECT version FROM catalogue_version").Scan(&n))
}

// Close ends all connections. On SQLite the writer goes last and puts what is
// in the write-ahead log into the file.
func (s *Store) Close() error {
	errs := []error{s.hot.close()}
	if s.lookups != nil && s.lookups != s.writer {
		errs = append(errs, s.lookups.Close())
	}
	if s.reader != nil && s.reader != s.writer {
		errs = append(errs, s.reader.Close())
	}
	if s.writer != nil {
		errs = append(errs, s.writer.Close())
	}
	return errors.Join(errs...)
}
