package migrations_test

import (
	"context"
	"database/sql"
	"embed"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/stafett/stafett/migrations"
)

//go:embed sqlite/*.sql postgres/*.sql
var files embed.FS

// databases gives an empty database of each dialect that can be had here.
func databases(t *testing.T) map[migrations.Dialect]*sql.DB {
	t.Helper()
	dbs := map[migrations.Dialect]*sql.DB{migrations.SQLite: open(t, "sqlite", filepath.Join(t.TempDir(), "db"))}
	server := os.Getenv("TEST_POSTGRES")
	if server == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("TEST_POSTGRES is not set, and CI must test PostgreSQL")
		}
		t.Log("TEST_POSTGRES is not set, so SQLite alone is tested; tools/with-postgres.sh sets it")
		return dbs
	}
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal("TEST_POSTGRES is no URL")
	}
	name := "m" + strings.ReplaceAll(uuid.NewString(), "-", "")
	admin := open(t, "pgx", server)
	if _, err := admin.ExecContext(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin.ExecContext(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	u.Path = "/" + name
	dbs[migrations.Postgres] = open(t, "pgx", u.String())
	return dbs
}

func open(t *testing.T, driver, address string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// TestSameFiles keeps the two folders in step: same numbers, same names, no gap.
func TestSameFiles(t *testing.T) {
	names := map[migrations.Dialect][]string{}
	for _, d := range []migrations.Dialect{migrations.SQLite, migrations.Postgres} {
		found, err := fs.Glob(files, string(d)+"/*.sql")
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			names[d] = append(names[d], filepath.Base(f))
			text, err := files.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(text), "-- +goose Down") {
				t.Errorf("%s has no way back", f)
			}
		}
		newest, err := migrations.Newest(d)
		if err != nil || newest != int64(len(found)) {
			t.Errorf("%s: newest is %d of %d files, %v", d, newest, len(found), err)
		}
	}
	if diff := cmp.Diff(names[migrations.SQLite], names[migrations.Postgres]); diff != "" {
		t.Errorf("the folders differ (-sqlite +postgres)\n%s", diff)
	}
}

// TestUpDownUp goes to the newest schema, back to nothing and up again, one
// version at a time on the way down.
func TestUpDownUp(t *testing.T) {
	for d, db := range databases(t) {
		ctx := t.Context()
		if v, err := migrations.Current(ctx, db, d); v != 0 || err != nil {
			t.Fatalf("%s: an empty database has version %d, %v", d, v, err)
		}
		newest, err := migrations.Newest(d)
		if err != nil {
			t.Fatal(err)
		}
		empty := schema(t, db, d)
		applied, err := migrations.Up(ctx, db, d)
		if err != nil || int64(len(applied)) != newest {
			t.Fatalf("%s: %d applied, %v", d, len(applied), err)
		}
		full := schema(t, db, d)
		if v, err := migrations.Current(ctx, db, d); v != newest || err != nil {
			t.Errorf("%s: version %d, %v, want %d", d, v, err, newest)
		}
		for v := newest - 1; v >= 0; v-- {
			if err := migrations.DownTo(ctx, db, d, v); err != nil {
				t.Fatalf("%s: %v", d, err)
			}
			if at, err := migrations.Current(ctx, db, d); at != v || err != nil {
				t.Errorf("%s: version %d, %v, want %d", d, at, err, v)
			}
		}
		if diff := cmp.Diff(empty, schema(t, db, d)); diff != "" {
			t.Errorf("%s: left behind (-want +got)\n%s", d, diff)
		}
		if _, err := migrations.Up(ctx, db, d); err != nil {
			t.Fatalf("%s: up again: %v", d, err)
		}
		if diff := cmp.Diff(full, schema(t, db, d)); diff != "" {
			t.Errorf("%s: the second time up (-first +second)\n%s", d, diff)
		}
		if applied, err := migrations.Up(ctx, db, d); len(applied) != 0 || err != nil {
			t.Errorf("%s: nothing to do, but %v, %v", d, applied, err)
		}
		status, err := migrations.Status(ctx, db, d)
		if err != nil || int64(len(status)) != newest ||
			slices.ContainsFunc(status, func(s migrations.State) bool { return s.AppliedAt.IsZero() || s.Version == 0 || s.Name == "" }) {
			t.Errorf("%s: status %v, %v", d, status, err)
		}
	}
}

// TestSameColumns compares the tables of the two databases by name.
func TestSameColumns(t *testing.T) {
	dbs := databases(t)
	if len(dbs) < 2 {
		t.Skip("only one database")
	}
	columns := map[migrations.Dialect][]string{}
	for d, db := range dbs {
		if _, err := migrations.Up(t.Context(), db, d); err != nil {
			t.Fatal(err)
		}
		query := `SELECT m.name || '.' || c.name || CASE c."notnull" WHEN 1 THEN ' NOT NULL' ELSE '' END
			FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> 'goose_db_version'`
		if d == migrations.Postgres {
			query = `SELECT table_name || '.' || column_name || CASE is_nullable WHEN 'NO' THEN ' NOT NULL' ELSE '' END
				FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'goose_db_version'`
		}
		columns[d] = list(t, db, query)
	}
	if diff := cmp.Diff(columns[migrations.SQLite], columns[migrations.Postgres]); diff != "" || len(columns[migrations.SQLite]) < 100 {
		t.Errorf("columns (-sqlite +postgres)\n%s", diff)
	}
}

// schema is everything that migrations make, as sorted text.
func schema(t *testing.T, db *sql.DB, d migrations.Dialect) []string {
	t.Helper()
	if d == migrations.SQLite {
		return list(t, db, `SELECT type || ' ' || name || ' ' || COALESCE(sql, '') FROM sqlite_master
			WHERE name NOT LIKE 'sqlite_%' AND name <> 'goose_db_version'`)
	}
	return list(t, db, `
		SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable
			FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'goose_db_version'
		UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'goose_db_version'
		UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
			WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'goose_db_version'
		UNION ALL SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
		UNION ALL SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace`)
}

func list(t *testing.T, db *sql.DB, query string) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var all []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		all = append(all, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all
}
