package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/store"
	"github.com/stafett/stafett/models/storetest"
)

var key = bytes.Repeat([]byte("k"), 32)

func TestSQLite(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t testing.TB) storetest.Database {
		path := filepath.Join(t.TempDir(), "stafett db%20?#.sqlite") // a name that an address could be misread by
		content, err := migrated()
		if err == nil {
			err = os.WriteFile(path, content, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		db := openRaw(t, "sqlite", path)
		d := database(t, "sqlite:"+path, db)
		d.Bytes = func(t testing.TB) []byte {
			var all []byte
			for _, name := range []string{path, path + "-wal"} {
				b, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, b...)
			}
			return all
		}
		return d
	})
}

func TestPostgres(t *testing.T) {
	t.Parallel()
	template, err := url.Parse(postgres(t, "template1"))
	if err == nil {
		_, err = store.Migrate(t.Context(), template.String())
	}
	if err != nil {
		t.Fatal(err)
	}
	storetest.Run(t, func(t testing.TB) storetest.Database {
		address := postgres(t, strings.TrimPrefix(template.Path, "/"))
		db := openRaw(t, "pgx", address)
		d := database(t, address, db)
		d.Bytes = func(t testing.TB) []byte { return dump(t, db) }
		return d
	})
}

// migrated is a SQLite file that has the schema, made once and copied: to
// migrate takes longer than most tests.
var migrated = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "store")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "db")
	if _, err := store.Migrate(context.Background(), "sqlite:"+path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// postgres returns the address of a fresh copy of the template on the server
// that TEST_POSTGRES names. template1 is the empty one that every server has.
func postgres(t testing.TB, template string) string {
	t.Helper()
	server := os.Getenv("TEST_POSTGRES")
	if server == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("TEST_POSTGRES is not set, and CI must test PostgreSQL")
		}
		t.Skip("TEST_POSTGRES is not set; tools/with-postgres.sh sets it")
	}
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal("TEST_POSTGRES is no URL")
	}
	name := "t" + strings.ReplaceAll(string(models.NewID()), "-", "")
	admin := openRaw(t, "pgx", server)
	if _, err := admin.ExecContext(t.Context(), "CREATE DATABASE "+name+" TEMPLATE "+template); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin.ExecContext(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	u.Path = "/" + name
	return u.String()
}

func openRaw(t testing.TB, driver, address string) *sql.DB {
	t.Helper()
	if driver == "sqlite" {
		address = (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: address}).EscapedPath(), RawQuery: "_pragma=busy_timeout(5000)"}).String()
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(2)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func database(t testing.TB, address string, raw *sql.DB) storetest.Database {
	t.Helper()
	if _, err := store.Migrate(t.Context(), address); err != nil {
		t.Fatal(err)
	}
	var statements atomic.Int64
	return storetest.Database{
		Open: func(t testing.TB) storetest.Store {
			t.Helper()
			s, err := store.Open(t.Context(), store.Config{
				URL: address, Keys: store.FixedKeys(key), Now: storetest.Now, Trace: func(string) { statements.Add(1) },
			})
			if err != nil {
				t.Fatal(err)
			}
			return s
		},
		Sessions:   func(s storetest.Store) storetest.Sessions { return s.(*store.Store).Sessions() },
		Statements: statements.Load,
		Exec: func(ctx context.Context, query string) error {
			_, err := raw.ExecContext(ctx, query)
			return err
		},
	}
}

// dump is every row of every table as text.
func dump(t testing.TB, db *sql.DB) []byte {
	t.Helper()
	var list string
	err := db.QueryRowContext(t.Context(), "SELECT string_agg(tablename, ' ') FROM pg_tables WHERE schemaname = 'public'").Scan(&list)
	if err != nil {
		t.Fatal(err)
	}
	var all []byte
	for name := range strings.FieldsSeq(list) {
		for _, form := range []string{"escape", "hex"} {
			var rows sql.NullString
			query := strings.ReplaceAll("SELECT string_agg(r::text, chr(10)) FROM the_table r", "the_table", name)
			tx, err := db.BeginTx(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tx.ExecContext(t.Context(), "SET LOCAL bytea_output = "+form); err != nil {
				t.Fatal(err)
			}
			if err := tx.QueryRowContext(t.Context(), query).Scan(&rows); err != nil {
				t.Fatal(err)
			}
			if err := tx.Rollback(); err != nil {
				t.Fatal(err)
			}
			all = append(all, rows.String...)
		}
	}
	return all
}
