package handlertest

import (
	"bytes"
	"database/sql" //nolint:depguard // the kit compares whole databases; the handlers it tests do not see one
	"encoding/json"
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
		if s.watch == nil {
			watch, err := s.raw().PrepareContext(s.t.Context(), s.writing(func(name string) bool { return !slices.Contains(unwatched, name) }))
			s.fatal(err)
			s.t.Cleanup(func() { _ = watch.Close() })
			s.watch = watch
		}
		s.snapshotOf = version
		s.fatal(s.watch.QueryRowContext(s.t.Context()).Scan(&s.snapshot))
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
	return s.strings(s.writing(func(string) bool { return true }))[0]
}

// writing is the statement that writes the wanted tables and columns down: a
// line for each row, which begins with the name of its table. SQLite puts it
// together, since to read rows took more than all else that the matrix does.
func (s *Site) writing(wanted func(string) bool) string {
	s.t.Helper()
	var tables []string
	for _, table := range s.strings("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name") {
		if !wanted(table) {
			continue
		}
		line := "'" + table + "'"
		for _, c := range s.strings("SELECT name FROM pragma_table_info(?)", table) {
			if wanted(table + "." + c) {
				line += " || ' " + c + `=' || CASE typeof("` + c + `") WHEN 'text' THEN '"' || replace("` + c + `", char(10), '\n') || '"' ELSE quote("` + c + `") END`
			}
		}
		tables = append(tables, `(SELECT coalesce(group_concat(line, ''), '') FROM (SELECT `+line+` || char(10) AS line FROM "`+table+`" ORDER BY rowid))`)
	}
	return "SELECT " + strings.Join(tables, " || ")
}

// strings are the rows of a statement that has one column.
func (s *Site) strings(query string, args ...any) []string {
	s.t.Helper()
	rows, err := s.raw().QueryContext(s.t.Context(), query, args...)
	s.fatal(err)
	defer func() { _ = rows.Close() }()
	var out []string
	for rows.Next() {
		var text string
		s.fatal(rows.Scan(&text))
		out = append(out, text)
	}
	s.fatal(rows.Err())
	return out
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
