package store

import (
	"path/filepath"
	"strings"
	"testing"
)

// clientStatements are those of lists of clients, with arguments.
var clientStatements = map[string]struct {
	query string
	args  []any
}{
	"clients":  {clientsSQL, []any{"1", "1", "1", 1}},
	"attached": {attachedSQL, []any{"1", 1, "1", "1", "1"}},
	"new":      {newClientsSQL, []any{"1", "1", 1, "1", 1, 1, "1", 1, "1", 1}},
	"client":   {clientSQL, []any{"1", 1, "1", "1"}},
}

// A page of a facilitator's clients reads its own, by index and in its order.
func TestPlansOfClientsOnSQLite(t *testing.T) {
	t.Parallel()
	s := openAt(t, "sqlite:"+filepath.Join(t.TempDir(), "db"))
	for name, c := range clientStatements {
		for _, line := range lastColumn(t, s, "EXPLAIN QUERY PLAN "+c.query, c.args...) {
			if strings.HasPrefix(line, "SCAN ") || strings.Contains(line, "AUTOMATIC") || strings.HasPrefix(line, "USE TEMP B-TREE FOR ORDER BY") {
				t.Errorf("%s: %s", name, line)
			}
		}
	}
}

func TestPlansOfClientsOnPostgres(t *testing.T) {
	t.Parallel()
	s := withoutScans(t)
	for name, c := range clientStatements {
		for _, line := range lastColumn(t, s, "EXPLAIN "+s.rebind(c.query), c.args...) {
			if strings.Contains(line, "Seq Scan") {
				t.Errorf("%s: %s", name, line)
			}
		}
	}
}
