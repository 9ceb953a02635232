package handlertest

import (
	"bytes"
	"database/sql" //nolint:depguard // the kit compares whole databases; the handlers it tests do not see one
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Logs gathers what the site logged.
type Logs struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write takes one line of the log.
func (l *Logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

// Text is everything that was logged.
func (l *Logs) Text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// Events are the lines of the log, each of which must be a JSON object.
func (l *Logs) Events(t testing.TB) []map[string]any {
	t.Helper()
	var out []map[string]any
	for line := range strings.Lines(l.Text()) {
		event := map[string]any{}
		if err := json.Unmarshal([]byte(line), &event); err != nil {
			t.Errorf("a line of the log is no JSON object: %q", line)
		}
		out = append(out, event)
	}
	return out
}

// trace gathers the statements of the store.
type trace struct {
	mu         sync.Mutex
	statements []string
}

func (r *trace) note(statement string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.statements = append(r.statements, strings.Join(strings.Fields(statement), " "))
}

// Statements runs f and returns the SQL statements that the site ran meanwhile.
// Nothing else may use the site at that time.
func (s *Site) Statements(f func()) []string {
	s.trace.mu.Lock()
	s.trace.statements = nil
	s.trace.mu.Unlock()
	f()
	s.trace.mu.Lock()
	defer s.trace.mu.Unlock()
	return slices.Clone(s.trace.statements)
}

// unwatched are the tables and columns that a request may change although it is
// refused: records of what was tried, sessions, used tokens.
var unwatched = []string{"audit_entry", "audit_head", "decision", "session", "login.seen_at", "replay"}

// Snapshot writes all tables down but those in which refusals and sessions are
// recorded. Two snapshots are equal when nothing of substance changed. Nothing
// is read again while SQLite says that nobody has written at all.
func (s *Site) Snapshot() string {
	s.t.Helper()
	var version int64
	s.fatal(s.raw().QueryRowContext(s.t.Context(), "PRAGMA data_version").Scan(&version))
	if version != s.snapshotOf || s.snapshot == "" {
		s.snapshotOf, s.snapshot = version, s.dump(func(name string) bool { return !slices.Contains(unwatched, name) })
	}
	return s.snapshot
}

// Keep notes what Snapshot watches. The function that it returns puts all of it
// back, whatever has been written since.
func (s *Site) Keep() (back func()) {
	s.t.Helper()
	file := filepath.Join(s.t.TempDir(), "kept.db")
	s.Exec("VACUUM INTO ?", file)
	s.Exec("ATTACH ? AS kept", file)
	kept := s.Snapshot()
	was := byTable(kept)
	return func() {
		s.t.Helper()
		is := byTable(s.Snapshot())
		for name := range was {
			is[name] += "" // a table that is empty now
		}
		var undo strings.Builder
		for name, rows := range is {
			if rows != was[name] {
				undo.WriteString(`DELETE FROM main."` + name + `"; INSERT INTO main."` + name + `" SELECT * FROM kept."` + name + `";`)
			}
		}
		s.Exec("BEGIN;" + undo.String() + "COMMIT")
		s.snapshot = kept // what the site writes after this is seen all the same
	}
}

// byTable cuts a snapshot into its tables.
func byTable(snapshot string) map[string]string {
	all := map[string]string{}
	for at := 0; at < len(snapshot); {
		name, _, _ := strings.Cut(snapshot[at:], " ")
		end := at
		for end < len(snapshot) && strings.HasPrefix(snapshot[end:], name+" ") {
			end += strings.IndexByte(snapshot[end:], '\n') + 1
		}
		all[name], at = snapshot[at:end], end
	}
	return all
}

// Dump writes down every table, for tests that look for what must not be there.
func (s *Site) Dump() string {
	s.t.Helper()
	return s.dump(func(string) bool { return true })
}

func (s *Site) dump(wanted func(string) bool) string {
	s.t.Helper()
	db := s.raw()
	rows, err := db.QueryContext(s.t.Context(), "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
	s.fatal(err)
	defer func() { _ = rows.Close() }()
	var tables []string
	for rows.Next() {
		var name string
		s.fatal(rows.Scan(&name))
		if wanted(name) {
			tables = append(tables, name)
		}
	}
	s.fatal(rows.Err())
	var b strings.Builder
	for _, table := range tables {
		s.dumpTable(&b, db, table, wanted)
	}
	return b.String()
}

func (s *Site) dumpTable(b *strings.Builder, db *sql.DB, table string, wanted func(string) bool) {
	s.t.Helper()
	rows, err := db.QueryContext(s.t.Context(), `SELECT * FROM "`+table+`" ORDER BY rowid`) //nolint:gosec // a name that the database has just told
	s.fatal(err)
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	s.fatal(err)
	values, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		s.fatal(rows.Scan(into...))
		b.WriteString(table)
		for i, c := range columns {
			if wanted(table + "." + c) {
				_, _ = fmt.Fprintf(b, " %s=%q", c, fmt.Sprint(values[i]))
			}
		}
		b.WriteByte('\n')
	}
	s.fatal(rows.Err())
}

// Exec changes the database behind the registry's back, for states that no use
// case reaches yet.
func (s *Site) Exec(statement string, args ...any) {
	s.t.Helper()
	_, err := s.raw().ExecContext(s.t.Context(), statement, args...)
	s.snapshot = "" // data_version tells of others' writes alone
	s.fatal(err)
}

// raw is a connection past the store, opened once.
func (s *Site) raw() *sql.DB {
	s.t.Helper()
	if s.db == nil {
		db, err := sql.Open("sqlite", "file:"+s.file+"?_pragma=busy_timeout(5000)")
		s.fatal(err)
		db.SetMaxOpenConns(1) // data_version is a connection's own
		s.t.Cleanup(func() { _ = db.Close() })
		s.db = db
	}
	return s.db
}
