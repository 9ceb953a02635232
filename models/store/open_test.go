package store_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stafett/stafett/migrations"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/store"
)

func openFails(t *testing.T, c store.Config, want string) {
	t.Helper()
	s, err := store.Open(t.Context(), c)
	if err == nil {
		_ = s.Close()
		t.Errorf("opened, want an error with %q", want)
		return
	}
	if !strings.Contains(err.Error(), want) {
		t.Errorf("got error %q, want one with %q", err, want)
	}
}

func TestOpenSaysWhatToDo(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "db")
	c := store.Config{URL: "sqlite:" + path, Keys: store.FixedKeys(key)}
	openFails(t, c, `run "stafett migrate up"`)
	if _, err := os.Stat(path); err == nil {
		t.Error("a database that was not there was made")
	}
	if _, err := store.Migrate(t.Context(), c.URL); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file has mode %v, %v, want 0600", info.Mode(), err)
	}
	raw := openRaw(t, "sqlite", path)
	newest, err := migrations.Newest(migrations.SQLite)
	if err != nil {
		t.Fatal(err)
	}
	if err := migrations.DownTo(t.Context(), raw, migrations.SQLite, newest-1); err != nil {
		t.Fatal(err)
	}
	openFails(t, c, `run "stafett migrate up"`)
	states, err := store.Migrations(t.Context(), c.URL)
	if err != nil || int64(len(states)) != newest || !states[newest-1].AppliedAt.IsZero() || states[0].AppliedAt.IsZero() {
		t.Errorf("migrations: %v, %v", states, err)
	}
	if applied, err := store.Migrate(t.Context(), c.URL); err != nil || len(applied) != 1 {
		t.Errorf("applied %v, %v, want one", applied, err)
	}
	if _, err := raw.ExecContext(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)"); err != nil {
		t.Fatal(err)
	}
	openFails(t, c, "newer than this program")
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	openFails(t, store.Config{URL: "mysql://x", Keys: store.FixedKeys(key)}, "sqlite:PATH")
	openFails(t, store.Config{URL: "sqlite:", Keys: store.FixedKeys(key)}, "sqlite:PATH")
	openFails(t, store.Config{URL: "sqlite:x", Keys: store.FixedKeys(key[1:])}, "31 bytes")
	openFails(t, store.Config{URL: "postgres://u:secret@h:x/y", Keys: store.FixedKeys(key)}, "not a PostgreSQL")

	path := filepath.Join(t.TempDir(), "db")
	c := store.Config{URL: "sqlite:" + path, Keys: store.FixedKeys(key)}
	raw := openRaw(t, "sqlite", path)
	if _, err := raw.ExecContext(t.Context(), "CREATE TABLE somebody_elses (x)"); err != nil {
		t.Fatal(err)
	}
	openFails(t, c, "not a database of Stafett")
	if _, err := store.Migrate(t.Context(), c.URL); err == nil {
		t.Error("another program's file was migrated")
	}
}

func TestOpenWithAnotherKey(t *testing.T) {
	t.Parallel()
	c := store.Config{URL: "sqlite:" + filepath.Join(t.TempDir(), "db"), Keys: store.FixedKeys(key)}
	if _, err := store.Migrate(t.Context(), c.URL); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		s, err := store.Open(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	c.Keys = store.FixedKeys(bytes.Repeat([]byte("l"), 32))
	openFails(t, c, "key for personal data")
}

// TestLockedDatabase holds the write lock from another connection: what waits
// for it in vain is told to come again, and reads go on.
func TestLockedDatabase(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "db")
	d := database(t, "sqlite:"+path, openRaw(t, "sqlite", path))
	s := d.Open(t)
	t.Cleanup(func() { _ = s.Close() })
	raw := openRaw(t, "sqlite", path)
	raw.SetMaxOpenConns(1)
	if _, err := raw.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	err := s.Write(t.Context(), func(registry.Tx) error { return nil })
	if code := models.CodeOf(err); code != models.CodeUnavailable {
		t.Errorf("a write while another holds the lock: %v, want unavailable", err)
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Errorf("a read while another holds the write lock: %v", err)
	}
	if _, err := raw.ExecContext(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	if err := s.Write(t.Context(), func(registry.Tx) error { return nil }); err != nil {
		t.Errorf("a write after the lock: %v", err)
	}
}

// TestImportOfRealData takes the publishers' files whole, twice.
func TestImportOfRealData(t *testing.T) {
	t.Parallel()
	const data = "../../../shared/data"
	if _, err := os.Stat(data); err != nil {
		t.Skipf("%s is not there", data)
	}
	path := filepath.Join(t.TempDir(), "db")
	s := database(t, "sqlite:"+path, openRaw(t, "sqlite", path)).Open(t)
	t.Cleanup(func() { _ = s.Close() })
	r := registry.New(registry.Config{Store: s, Now: time.Now})
	operator := models.Actor{Kind: models.Operator, ID: "test"}
	for _, first := range []bool{true, false} {
		for _, f := range []struct {
			kind exchange.Kind
			file string
			rows int
		}{
			{exchange.AccessPackages, "access-packages.json", 272}, // 223 packages in 49 areas
			{exchange.Roles, "roles.json", 148},
			{exchange.RolePackages, "role-packages.csv", 1285},
			{exchange.Resources, "resources.json", 428},
			{exchange.Organisations, "synthetic-organisations.csv", 449},
			{exchange.People, "synthetic-end-users.csv", 349},
			{exchange.Relations, "made-up-relations.csv", 1402},
		} {
			report := importFile(t, r, operator, f.kind, filepath.Join(data, f.file))
			want := registry.Report{Kind: f.kind, Same: f.rows}
			if first {
				want = registry.Report{Kind: f.kind, Added: f.rows}
			}
			if report.String() != want.String() {
				t.Errorf("%s, want %s; refused %v", report, want, report.Refused)
			}
		}
	}
	err := s.Read(t.Context(), func(tx registry.Reader) error {
		c, err := tx.Catalog(t.Context())
		if err != nil {
			return err
		}
		p, ok := c.Package("urn:altinn:accesspackage:klientadministrator")
		if !ok || p.Name.NB == "" || len(c.Matrix(p.URN)) == 0 {
			t.Errorf("client administrator: %v, %d rows", p, len(c.Matrix(p.URN)))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func importFile(t *testing.T, r *registry.Registry, a models.Actor, kind exchange.Kind, path string) registry.Report {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := exchange.Read(kind, f, party.Numbers{})
	if err != nil {
		t.Fatal(err)
	}
	report, err := r.Import(context.Background(), a, kind, "import", rows)
	if err != nil {
		t.Fatal(err)
	}
	return report
}
