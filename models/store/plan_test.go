package store

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stafett/stafett/models"
)

// hotStatements are the statements that are asked for each token, each
// decision and each refusal. A scan in one of them is a way to stall the rest.
func hotStatements() map[string]string {
	return map[string]string{"binding": bindingSQL, "holds": holdsSQL, "why": whySQL, "use": useSQL}
}

func arguments(query string) []any {
	args := make([]any, strings.Count(query, "?"))
	for i := range args {
		args[i] = "1"
	}
	return args
}

func openAt(t *testing.T, address string) *Store {
	t.Helper()
	if _, err := Migrate(t.Context(), address); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), Config{URL: address, Keys: FixedKeys(make([]byte, 32))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// lastColumn is the last column of every row of the answer.
func lastColumn(t *testing.T, s *Store, query string, args ...any) []string {
	t.Helper()
	rows, err := s.reader.QueryContext(t.Context(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for rows.Next() {
		var line string
		into := make([]any, len(columns))
		for i := range into {
			into[i] = new(any)
		}
		into[len(into)-1] = &line
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return lines
}

// TestPlansOnSQLite sees to it that hot statements search by index.
func TestPlansOnSQLite(t *testing.T) {
	s := openAt(t, "sqlite:"+filepath.Join(t.TempDir(), "db"))
	for name, query := range hotStatements() {
		searches := 0
		for _, detail := range lastColumn(t, s, "EXPLAIN QUERY PLAN "+query, arguments(query)...) {
			if strings.HasPrefix(detail, "SEARCH ") {
				searches++
			}
			// q is the one row of the question itself.
			if strings.HasPrefix(detail, "SCAN ") && detail != "SCAN q" && detail != "SCAN CONSTANT ROW" ||
				strings.Contains(detail, "AUTOMATIC") || strings.Contains(detail, "(customer=?)") {
				t.Errorf("%s: %s", name, detail)
			}
		}
		if searches == 0 {
			t.Errorf("%s: nothing is searched by index", name)
		}
	}
}

// TestPlansOnPostgres does the same.
func TestPlansOnPostgres(t *testing.T) {
	s := withoutScans(t)
	for name, query := range hotStatements() {
		args := arguments(query)
		switch name {
		case "use":
			args = []any{1, 1, 1, 1, "1"}
		case "why":
			args[3] = 1
		case "holds":
			args[4] = 1
		}
		searches := 0
		for _, line := range lastColumn(t, s, "EXPLAIN "+s.rebind(query), args...) {
			if strings.Contains(line, "Index") {
				searches++
			}
			if strings.Contains(line, "Seq Scan") {
				t.Errorf("%s: %s", name, line)
			}
		}
		if searches == 0 {
			t.Errorf("%s: nothing is searched by index", name)
		}
	}
}

// withoutScans opens an empty schema on PostgreSQL. The tables are empty, for
// which a scan would be cheapest; with scans priced out, one that is left has
// no index.
func withoutScans(t *testing.T) *Store {
	t.Helper()
	server, err := url.Parse(os.Getenv("TEST_POSTGRES"))
	if err != nil || server.Host == "" {
		t.Skip("TEST_POSTGRES is not set; tools/with-postgres.sh sets it")
	}
	schema := "t" + strings.ReplaceAll(string(models.NewID()), "-", "")
	admin := &Store{}
	if err := admin.connect(t.Context(), server.String(), true); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = admin.Close() })
	if _, err := admin.writer.ExecContext(t.Context(), "CREATE SCHEMA "+schema); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin.writer.ExecContext(context.Background(), fmt.Sprintf("DROP SCHEMA %s CASCADE", schema)); err != nil {
			t.Error(err)
		}
	})
	q := server.Query()
	q.Set("search_path", schema)
	q.Set("enable_seqscan", "off")
	q.Set("plan_cache_mode", "force_generic_plan")
	server.RawQuery = q.Encode()
	return openAt(t, server.String())
}
