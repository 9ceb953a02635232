package modelstest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/store"
)

// Engine is the kind of database that a world stands on.
type Engine string

// The engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// Opener makes a world, as Open does.
type Opener func(t testing.TB, wrap ...func(registry.Store) registry.Store) *World

// Each runs f as a subtest of t for each engine, the two side by side. open
// makes worlds on that engine. TestMain of the package must call Run. Where
// TEST_POSTGRES names no server, the subtest for PostgreSQL is skipped, and
// fails in CI.
func Each(t *testing.T, f func(t *testing.T, open Opener)) {
	t.Helper()
	for _, e := range []Engine{SQLite, Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			if e == Postgres {
				mustHaveServer(t)
			}
			f(t, func(t testing.TB, wrap ...func(registry.Store) registry.Store) *World {
				t.Helper()
				return e.open(t, wrap)
			})
		})
	}
}

// Open makes a world on SQLite. wrap, where given, stands between registry and
// store.
func Open(t testing.TB, wrap ...func(registry.Store) registry.Store) *World {
	t.Helper()
	return SQLite.open(t, wrap)
}

// database makes a database of the test's own with the fixtures in it. It
// returns the address for the store, and a way in behind the store's back.
func (e Engine) database(t testing.TB) (string, *sql.DB) {
	t.Helper()
	if e == Postgres {
		address := mustHaveServer(t).copied(t)
		return address, dial(t, "pgx", address)
	}
	content, err := file()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "registry.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + path, dial(t, "sqlite", "file:"+path+"?_pragma=busy_timeout(5000)")
}

func dial(t testing.TB, driver, address string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(2)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// tables is the statement that lists the tables by name.
func (e Engine) tables() string {
	if e == Postgres {
		return "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
	}
	return "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
}

// numbered writes the question marks of a statement as the engine has them. The
// statement holds none in a text.
func (e Engine) numbered(query string) string {
	if e != Postgres {
		return query
	}
	parts := strings.Split(query, "?")
	out := parts[0]
	for i, p := range parts[1:] {
		out += fmt.Sprintf("$%d%s", i+1, p)
	}
	return out
}

// file is a SQLite file with the fixtures in it, made once and copied.
var file = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "modelstest")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "registry.db")
	if err := furnish(context.Background(), "sqlite:"+path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// furnish gives the empty database its schema and the fixtures, and leaves it
// without a connection.
func furnish(ctx context.Context, address string) error {
	if _, err := store.Migrate(ctx, address); err != nil {
		return err
	}
	s, err := connect(ctx, address)
	if err != nil {
		return err
	}
	return errors.Join(settle(ctx, s), s.Close())
}
