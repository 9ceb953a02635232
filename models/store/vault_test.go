package store_test

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/store"
)

var operator = models.Actor{Kind: models.Operator, ID: "test"}

// safe is a key file that changes while programs run.
type safe struct{ keys atomic.Pointer[[][]byte] }

func (s *safe) put(keys ...string) {
	var all [][]byte
	for _, k := range keys {
		all = append(all, bytes.Repeat([]byte(k), 32))
	}
	s.keys.Store(&all)
}

func (s *safe) Keys() ([][]byte, error) { return *s.keys.Load(), nil }

// nodes opens the same new database for two programs that each read a key file
// of their own.
func nodes(t *testing.T, each func(t *testing.T, one, two *registry.Registry, file [2]*safe)) {
	for name, address := range map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "db") },
		"postgres": func(t *testing.T) string { return postgres(t, "template1") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := address(t)
			if _, err := store.Migrate(t.Context(), url); err != nil {
				t.Fatal(err)
			}
			var rs [2]*registry.Registry
			var file [2]*safe
			for i := range rs {
				file[i] = &safe{}
				file[i].put("a")
				s, err := store.Open(t.Context(), store.Config{URL: url, Keys: file[i].Keys})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = s.Close() })
				rs[i] = registry.New(registry.Config{Store: s, Now: time.Now, MinLevel: 3})
			}
			each(t, rs[0], rs[1], file)
		})
	}
}

// someone signs in by another identity with the n-th national id and says who
// he is taken for.
func someone(ctx context.Context, r *registry.Registry, pid party.PersonID, subject string) (models.ID, error) {
	login, err := r.SignIn(ctx, party.Arrival{Identity: party.Identity{Issuer: "https://login.example/", Subject: subject, PID: pid}})
	return login.Person, err
}

// synthetic draws national ids with right check digits (month + 80).
func synthetic(t *testing.T, n int) []party.PersonID {
	t.Helper()
	var all []party.PersonID
	for i := 0; len(all) < n; i++ {
		for check := range 100 {
			if pid, err := party.ParsePersonID(fmt.Sprintf("0181%05d%02d", 90000+i, check)); err == nil {
				all = append(all, pid)
			}
		}
	}
	return all
}

func TestAKeyIsChangedWhileProgramsRun(t *testing.T) {
	t.Parallel()
	nodes(t, func(t *testing.T, one, two *registry.Registry, file [2]*safe) {
		pids := synthetic(t, 3)
		before, err := someone(t.Context(), one, pids[0], "before")
		if err != nil {
			t.Fatal(err)
		}
		if added, err := one.AddKey(t.Context(), operator); err != nil || added {
			t.Fatalf("the same key is added: %v, %v", added, err)
		}
		file[0].put("b", "a")
		if added, err := one.AddKey(t.Context(), operator); err != nil || !added {
			t.Fatalf("a new key is not added: %v, %v", added, err)
		}
		// The other program does not have the key yet: it must not take
		// anybody for a stranger, so it takes nobody.
		if who, err := someone(t.Context(), two, pids[0], "too early"); models.CodeOf(err) != models.CodeUnavailable {
			t.Fatalf("without the new key: %s, %v", who, err)
		}
		file[1].put("b", "a")
		for i, r := range []*registry.Registry{one, two} {
			if who, err := someone(t.Context(), r, pids[0], fmt.Sprint("between", i)); err != nil || who != before {
				t.Errorf("program %d, old number, both keys: %s, %v, want %s", i, who, err, before)
			}
		}
		between, err := someone(t.Context(), two, pids[1], "new")
		if err != nil {
			t.Fatal(err)
		}
		if moved, err := one.Reseal(t.Context(), operator); err != nil || moved != 1 {
			t.Fatalf("%d numbers moved, %v, want the one of before", moved, err)
		}
		if moved, err := one.Reseal(t.Context(), operator); err != nil || moved != 0 {
			t.Errorf("a second time %d numbers moved, %v", moved, err)
		}
		// The old key is out of use.
		file[0].put("b")
		file[1].put("b")
		for i, want := range []models.ID{before, between} {
			if who, err := someone(t.Context(), two, pids[i], fmt.Sprint("after", i)); err != nil || who != want {
				t.Errorf("number %d under the new key: %s, %v, want %s", i, who, err, want)
			}
		}
		if n, err := one.VerifyAudit(t.Context()); err != nil || n == 0 {
			t.Errorf("the audit log: %d, %v", n, err)
		}
	})
}

// A change of key in the middle of everything makes nobody twice.
func TestAChangeOfKeyMakesNobodyTwice(t *testing.T) {
	t.Parallel()
	nodes(t, func(t *testing.T, one, two *registry.Registry, file [2]*safe) {
		pids := synthetic(t, 12)
		var wg sync.WaitGroup
		var mu sync.Mutex
		found := map[party.PersonID]map[models.ID]bool{}
		for i, r := range []*registry.Registry{one, two, one, two} {
			wg.Go(func() {
				for n, pid := range pids {
					who, err := someone(t.Context(), r, pid, fmt.Sprint(i, " ", n))
					if err != nil {
						t.Errorf("program %d, number %d: %v", i, n, err)
						return
					}
					mu.Lock()
					if found[pid] == nil {
						found[pid] = map[models.ID]bool{}
					}
					found[pid][who] = true
					mu.Unlock()
				}
			})
		}
		wg.Go(func() {
			for _, next := range []string{"b", "c", "d"} {
				for _, f := range file {
					f.put(next, "c", "b", "a")
				}
				if _, err := one.AddKey(t.Context(), operator); err != nil {
					t.Errorf("add key %s: %v", next, err)
				}
				if _, err := two.Reseal(t.Context(), operator); err != nil {
					t.Errorf("reseal under %s: %v", next, err)
				}
			}
		})
		wg.Wait()
		for n, pid := range pids {
			if len(found[pid]) != 1 {
				t.Errorf("number %d was taken for %d people", n, len(found[pid]))
			}
		}
	})
}
