package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"runtime"
	"strconv"
	"strings"

	gormsqlite "gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// applicationID marks a file as ours ("STAF").
const applicationID = 0x53544146

// oldestSQLite is the first release without the fault by which resetting the
// write-ahead log could corrupt a database.
var oldestSQLite = []int{3, 51, 3}

// Readers of pages and lists, and what their page caches hold each, in KiB.
const (
	pageReaders = 4
	pageCache   = 2 << 10
)

// lookupCache is what the page caches of the hot path's readers hold together,
// in KiB: the pages that some thousand busy system users touch.
const lookupCache = 32 << 10

// pragmas are set on every connection. FULL, because NORMAL loses acknowledged
// commits at a power cut; what is deleted is overwritten, because a person whom
// we have forgotten must not lie in free pages.
var pragmas = []string{
	"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "secure_delete(1)",
	"trusted_schema(0)", "cell_size_check(1)", "temp_store(MEMORY)", "mmap_size(0)",
}

func (s *Store) connectSQLite(ctx context.Context, path string, create bool) (gorm.Dialector, error) {
	if err := prepareFile(path, create); err != nil {
		return nil, err
	}
	s.writer = openSQLite(path, "immediate")
	s.writer.SetMaxOpenConns(1)
	s.reader = openReaders(path, pageReaders, pageCache)
	// The hot path has readers of its own, so that pages never make it wait:
	// one a core, since more would only wait for each other, each with its cache.
	cores := min(8, max(2, runtime.NumCPU()))
	s.lookups = openReaders(path, cores, lookupCache/cores)
	if err := checkSQLite(ctx, s.writer, create); err != nil {
		return nil, err
	}
	return translating{Dialector: gormsqlite.New(gormsqlite.Config{DriverName: "sqlite", Conn: s.writer}), duplicate: sqliteDuplicate}, nil
}

// prepareFile makes the file where that is wanted; personal data lies in it,
// so it is its owner's alone.
func prepareFile(path string, create bool) error {
	if create {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // whoever runs the program names the file
		if err != nil {
			return fmt.Errorf("make the database file: %w", err)
		}
		return f.Close()
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) { //nolint:gosec // whoever runs the program names the file
		return fmt.Errorf("there is no database at %s: run \"stafett migrate up\"", path)
	} else if err != nil {
		return fmt.Errorf("open the database file: %w", err)
	}
	return nil
}

func openSQLite(path, lock string, more ...string) *sql.DB {
	q := url.Values{"_txlock": {lock}, "_pragma": append(append([]string{}, pragmas...), more...)}
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}
	c, err := sqlite.NewConnector(u.String())
	if err != nil {
		panic(fmt.Sprintf("store: the address of the file cannot be read: %v", err)) // cannot happen: we wrote it
	}
	return sql.OpenDB(keeper{c})
}

// openReaders opens n connections that cannot write.
func openReaders(path string, n, cache int) *sql.DB {
	db := openSQLite(path, "deferred", "query_only(1)", fmt.Sprintf("cache_size(-%d)", cache))
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db
}

// checkSQLite refuses an engine with known faults and a file that is not ours.
func checkSQLite(ctx context.Context, db *sql.DB, create bool) error {
	var version string
	if err := db.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&version); err != nil {
		return fmt.Errorf("open the database file: %w", err)
	}
	if older(version, oldestSQLite) {
		return fmt.Errorf("SQLite %s can corrupt a database; 3.51.3 or later is needed", version)
	}
	var id, tables int64
	if err := db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil {
		return fmt.Errorf("open the database file: %w", err)
	}
	if id == applicationID {
		return nil
	}
	if err := db.QueryRowContext(ctx, "SELECT COUNT(*) FROM sqlite_master").Scan(&tables); err != nil {
		return fmt.Errorf("open the database file: %w", err)
	}
	switch {
	case id != 0 || tables > 0:
		return errors.New("the file is not a database of Stafett")
	case !create:
		return nil // empty: the check of the schema says what to do
	}
	_, err := db.ExecContext(ctx, "PRAGMA application_id = 1398030662") // takes no parameter
	return err
}

func older(version string, than []int) bool {
	for i, part := range strings.Split(version, ".") {
		n, err := strconv.Atoi(part)
		if err != nil || i >= len(than) {
			return false
		}
		if n != than[i] {
			return n < than[i]
		}
	}
	return false
}

func sqliteDuplicate(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && (e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || e.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
}

// sqliteOutage reports errors that say nothing about the question: the lock is
// held by another, the disk is full or broken, the file is gone.
func sqliteOutage(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return false
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR,
		sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_INTERRUPT:
		return true
	}
	return false
}
