package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/storetest"
)

// openPostgres opens a store with two organisations in a fresh database.
func openPostgres(t *testing.T) (storetest.Store, storetest.Database) {
	t.Helper()
	address := postgres(t, "template1")
	d := database(t, address, openRaw(t, "pgx", address))
	s := d.Open(t)
	t.Cleanup(func() { _ = s.Close() })
	err := s.Write(t.Context(), func(tx registry.Tx) error {
		return errors.Join(rename(t.Context(), tx, "310000011", "A"), rename(t.Context(), tx, "310000022", "B"))
	})
	if err != nil {
		t.Fatal(err)
	}
	return s, d
}

func rename(ctx context.Context, tx registry.Tx, o party.OrgNo, name string) error {
	_, err := tx.PutOrganisation(ctx, party.Organisation{OrgNo: o, Name: name})
	return err
}

// TestPostgresWarnsAtCommit has the server warn while it commits, as it does
// when the wait for a standby is cut short: the commit must count as failed.
func TestPostgresWarnsAtCommit(t *testing.T) {
	t.Parallel()
	s, d := openPostgres(t)
	write := func(name string) error {
		return s.Write(t.Context(), func(tx registry.Tx) error { return rename(t.Context(), tx, "310000011", name) })
	}
	for _, sql := range []string{
		`CREATE FUNCTION warn() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'canceling wait for synchronous replication'; RETURN NULL; END $$`,
		`CREATE CONSTRAINT TRIGGER warn AFTER UPDATE ON organisation DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION warn()`,
	} {
		if err := d.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	e, ok := errors.AsType[*models.Error](write("C"))
	if !ok || e.Kind != models.Unavailable {
		t.Errorf("a commit with a warning: %v, want unavailable", e)
	}
	if err := d.Exec(t.Context(), "DROP TRIGGER warn ON organisation"); err != nil {
		t.Fatal(err)
	}
	if err := write("D"); err != nil {
		t.Errorf("the commit after it: %v", err)
	}
}

// TestPostgresDeadlock makes two writes wait for each other; the one that the
// server undoes runs again, and both are done.
func TestPostgresDeadlock(t *testing.T) {
	t.Parallel()
	s, _ := openPostgres(t)
	var met sync.WaitGroup
	met.Add(2)
	var done sync.WaitGroup
	errs := make([]error, 2)
	for i, order := range [][2]party.OrgNo{{"310000011", "310000022"}, {"310000022", "310000011"}} {
		done.Go(func() {
			first := true
			errs[i] = s.Write(t.Context(), func(tx registry.Tx) error {
				if err := rename(t.Context(), tx, order[0], "E"+string(order[0])); err != nil {
					return err
				}
				if first {
					first = false
					met.Done()
					met.Wait()
				}
				return rename(t.Context(), tx, order[1], "E"+string(order[0]))
			})
		})
	}
	done.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
}

// TestPostgresLockTimeout holds a row for longer than a statement may take.
func TestPostgresLockTimeout(t *testing.T) {
	t.Parallel()
	s, _ := openPostgres(t)
	err := s.Write(t.Context(), func(tx registry.Tx) error {
		if err := rename(t.Context(), tx, "310000011", "F"); err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		err := s.Write(ctx, func(other registry.Tx) error { return rename(ctx, other, "310000011", "G") })
		if code := models.CodeOf(err); code != models.CodeUnavailable {
			t.Errorf("a write that waits too long: %v, want unavailable", err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
