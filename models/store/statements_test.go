package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// keptBy returns a connection of a new database with a table of three rows, and
// how many statements it keeps at the moment.
func keptBy(t *testing.T) (*sql.Conn, func() int) {
	t.Helper()
	db := openSQLite(filepath.Join(t.TempDir(), "db"), "deferred")
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(conn.Close(), db.Close()); err != nil {
			t.Error(err)
		}
	})
	if _, err := conn.ExecContext(t.Context(), "CREATE TABLE n (i INTEGER PRIMARY KEY); INSERT INTO n VALUES (1), (2), (3)"); err != nil {
		t.Fatal(err)
	}
	return conn, func() int {
		n := 0
		if err := conn.Raw(func(c any) error { n = len(c.(*keptConn).idle); return nil }); err != nil {
			t.Fatal(err)
		}
		return n
	}
}

func numbers(ctx context.Context, conn *sql.Conn, query string, args ...any) (found []int, err error) {
	rows, err := conn.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var n int
		err = errors.Join(err, rows.Scan(&n))
		found = append(found, n)
	}
	return found, errors.Join(err, rows.Err())
}

const above = "SELECT i FROM n WHERE i > ? ORDER BY i"

func wantNumbers(t *testing.T, conn *sql.Conn, query string, args []any, want ...int) {
	t.Helper()
	got, err := numbers(t.Context(), conn, query, args...)
	if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s %v: %v, %v, want %v", query, args, got, err, want)
	}
}

func TestAStatementIsKeptAndAnswersAnew(t *testing.T) {
	t.Parallel()
	conn, kept := keptBy(t)
	before := kept()
	wantNumbers(t, conn, above, []any{1}, 2, 3)
	wantNumbers(t, conn, above, []any{2}, 3)
	if _, err := conn.ExecContext(t.Context(), "INSERT INTO n VALUES (4)"); err != nil {
		t.Fatal(err)
	}
	wantNumbers(t, conn, above, []any{2}, 3, 4)
	if got := kept() - before; got != 2 {
		t.Errorf("%d statements are kept, want the query and the insert", got)
	}
	// A table that is another one meanwhile.
	if _, err := conn.ExecContext(t.Context(), "DROP TABLE n; CREATE TABLE n (x TEXT, i INTEGER); INSERT INTO n VALUES ('', 9)"); err != nil {
		t.Fatal(err)
	}
	wantNumbers(t, conn, above, []any{2}, 9)
}

func TestAStatementInsideItself(t *testing.T) {
	t.Parallel()
	conn, kept := keptBy(t)
	before := kept()
	rows, err := conn.QueryContext(t.Context(), above, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	outer := 0
	for rows.Next() && outer < 4 {
		outer++
		wantNumbers(t, conn, above, []any{1}, 2, 3)
	}
	if err := rows.Err(); err != nil || outer != 3 {
		t.Errorf("%d rows around it, %v, want 3", outer, err)
	}
	if got := kept() - before; got != 1 {
		t.Errorf("%d statements are kept, want 1", got)
	}
}

func TestAStatementThatFailedIsNotKept(t *testing.T) {
	t.Parallel()
	conn, kept := keptBy(t)
	const insert = "INSERT INTO n VALUES (?)"
	before := kept()
	for range 3 {
		if _, err := conn.ExecContext(t.Context(), insert, 1); !sqliteDuplicate(err) {
			t.Fatalf("a row twice: %v", err)
		}
		if _, err := numbers(t.Context(), conn, "SELECT i FROM nowhere"); err == nil {
			t.Fatal("a table that is not there was read")
		}
	}
	gone, stop := context.WithCancel(t.Context())
	stop()
	if _, err := numbers(gone, conn, above, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("for a caller who has left: %v", err)
	}
	if got := kept() - before; got != 0 {
		t.Errorf("%d statements are kept, want none", got)
	}
	if _, err := conn.ExecContext(t.Context(), insert, 7); err != nil {
		t.Errorf("after that: %v", err)
	}
	wantNumbers(t, conn, above, []any{3}, 7)
}

func TestNoMoreStatementsAreKeptThanThat(t *testing.T) {
	t.Parallel()
	conn, kept := keptBy(t)
	for i := range keptStatements + 20 {
		wantNumbers(t, conn, fmt.Sprintf("SELECT %d", i), nil, i)
	}
	if got := kept(); got != keptStatements {
		t.Errorf("%d statements are kept, want %d", got, keptStatements)
	}
}

func TestALongStatementIsNotKept(t *testing.T) {
	t.Parallel()
	conn, kept := keptBy(t)
	before := kept()
	wantNumbers(t, conn, "SELECT 7"+strings.Repeat(" ", keptLength), nil, 7)
	if got := kept() - before; got != 0 {
		t.Errorf("%d statements are kept, want none", got)
	}
}
