package keyset_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/stafett/stafett/handlers/auth/keyset"
)

var start = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

var ecKey = sync.OnceValue(func() *ecdsa.PrivateKey {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return k
})

// issuer serves a key set that tests exchange.
type issuer struct {
	mu      sync.Mutex
	now     time.Time
	body    []byte
	kind    string
	status  int
	fetches atomic.Int64
	source  *keyset.Source
}

func newIssuer(t *testing.T, kids ...string) *issuer {
	t.Helper()
	i := &issuer{now: start, kind: "application/json", status: http.StatusOK}
	i.serve(kids...)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.fetches.Add(1)
		i.mu.Lock()
		defer i.mu.Unlock()
		if i.status >= 300 && i.status < 400 && r.URL.Path != "/elsewhere" {
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(i.status)
			return
		}
		w.Header().Set("Content-Type", i.kind)
		if i.status < 300 || i.status >= 400 {
			w.WriteHeader(i.status)
		}
		_, _ = w.Write(i.body)
	}))
	t.Cleanup(server.Close)
	i.source = source(i.clock, keyset.FromURL(server.Client(), server.URL))
	return i
}

func source(now func() time.Time, fetch keyset.Fetch) *keyset.Source {
	return keyset.New(keyset.Config{Fetch: fetch, Now: now, Logger: slog.New(slog.DiscardHandler), Issuer: "https://issuer.example"})
}

func (i *issuer) clock() time.Time {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.now
}

func (i *issuer) set(change func()) {
	i.mu.Lock()
	defer i.mu.Unlock()
	change()
}

func (i *issuer) advance(d time.Duration) { i.set(func() { i.now = i.now.Add(d) }) }

func (i *issuer) serve(kids ...string) {
	body := jwks(kids...)
	i.set(func() { i.body = body })
}

func jwks(kids ...string) []byte {
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{}}
	for _, kid := range kids {
		set.Keys = append(set.Keys, jose.JSONWebKey{Key: ecKey().Public(), KeyID: kid, Use: "sig", Algorithm: "ES256"})
	}
	b, err := json.Marshal(set)
	if err != nil {
		panic(err)
	}
	return b
}

func (i *issuer) key(t *testing.T, kid string) error {
	t.Helper()
	_, _, err := i.source.Key(t.Context(), kid, "ES256")
	return err
}

func wantFetches(t *testing.T, i *issuer, want int64) {
	t.Helper()
	if got := i.fetches.Load(); got != want {
		t.Errorf("%d fetches, want %d", got, want)
	}
}

func TestRotationIsSeenAtTheFirstTokenOfTheNewKey(t *testing.T) {
	i := newIssuer(t, "old")
	if err := i.key(t, "old"); err != nil {
		t.Fatal(err)
	}
	before, _ := i.source.Generation(t.Context())
	i.serve("old", "new")
	i.advance(31 * time.Second)
	if err := i.key(t, "new"); err != nil {
		t.Fatal(err)
	}
	if after, _ := i.source.Generation(t.Context()); after == before {
		t.Error("the generation stands still")
	}
	wantFetches(t, i, 2)
}

func TestUnknownKidsCostNoMoreThanOneFetchInThirtySeconds(t *testing.T) {
	i := newIssuer(t, "good")
	i.advance(time.Hour)
	if err := i.key(t, "good"); err != nil {
		t.Fatal(err)
	}
	for n := range 10_000 {
		if n%1000 == 0 {
			i.advance(time.Second)
		}
		if err := i.key(t, fmt.Sprintf("random-%d", n)); !errors.Is(err, keyset.ErrUnknownKey) {
			t.Fatal(err)
		}
		if err := i.key(t, "good"); err != nil {
			t.Fatalf("a good token suffers: %v", err)
		}
	}
	if n := i.fetches.Load(); n > 2 {
		t.Errorf("%d fetches, want at most 2", n)
	}
}

func TestUnknownKidsAtOnceShareOneFetch(t *testing.T) {
	i := newIssuer(t, "good")
	if err := i.key(t, "good"); err != nil {
		t.Fatal(err)
	}
	i.advance(time.Minute)
	var wg sync.WaitGroup
	for n := range 200 {
		wg.Go(func() { _ = i.key(t, fmt.Sprintf("random-%d", n)) })
	}
	wg.Wait()
	wantFetches(t, i, 2)
}

func TestMissingKidIsNotAskedForAgainAtOnce(t *testing.T) {
	i := newIssuer(t, "good")
	for _, step := range []struct {
		wait    time.Duration
		fetches int64
	}{{0, 1}, {31 * time.Second, 2}, {31 * time.Second, 2}, {31 * time.Second, 2}, {time.Minute, 3}} {
		i.advance(step.wait)
		if err := i.key(t, "stray"); !errors.Is(err, keyset.ErrUnknownKey) {
			t.Fatal(err)
		}
		wantFetches(t, i, step.fetches)
	}
}

func TestLastGoodKeysServeForADay(t *testing.T) {
	for name, breakIt := range map[string]func(*issuer){
		"down":           func(i *issuer) { i.status = http.StatusServiceUnavailable },
		"redirect":       func(i *issuer) { i.status = http.StatusFound },
		"not modified":   func(i *issuer) { i.status = http.StatusNotModified },
		"web page":       func(i *issuer) { i.kind = "text/html" },
		"no type":        func(i *issuer) { i.kind = "" },
		"not JSON":       func(i *issuer) { i.body = []byte("<html>") },
		"too large":      func(i *issuer) { i.body = append(i.body, []byte(strings.Repeat(" ", 256<<10))...) },
		"private key":    func(i *issuer) { i.body = []byte(`{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA","d":"AA"}]}`) },
		"symmetric key":  func(i *issuer) { i.body = []byte(`{"keys":[{"kty":"oct","k":"AAAA"}]}`) },
		"names twice":    func(i *issuer) { i.body = []byte(`{"keys":[],"keys":[]}`) },
		"no keys member": func(i *issuer) { i.body = []byte(`{}`) },
	} {
		t.Run(name, func(t *testing.T) {
			i := newIssuer(t, "good")
			if err := i.key(t, "good"); err != nil {
				t.Fatal(err)
			}
			i.set(func() { breakIt(i) })
			i.advance(61 * time.Minute)
			if err := i.key(t, "good"); err != nil {
				t.Errorf("after an hour: %v", err)
			}
			if err := i.source.Refresh(t.Context()); err == nil {
				t.Error("Refresh does not tell")
			}
			i.advance(22*time.Hour + 58*time.Minute)
			if err := i.key(t, "good"); err != nil {
				t.Errorf("after almost a day: %v", err)
			}
			i.advance(time.Minute)
			if err := i.key(t, "good"); !errors.Is(err, keyset.ErrUnavailable) {
				t.Errorf("after a day: %v", err)
			}
		})
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	i := newIssuer(t, "good")
	i.set(func() { i.status = http.StatusMovedPermanently })
	if err := i.key(t, "good"); !errors.Is(err, keyset.ErrUnavailable) {
		t.Error(err)
	}
	wantFetches(t, i, 1)
}

func TestIssuerThatComesLateIsFound(t *testing.T) {
	i := newIssuer(t, "good")
	i.set(func() { i.status = http.StatusBadGateway })
	for range 50 {
		if err := i.key(t, "good"); !errors.Is(err, keyset.ErrUnavailable) {
			t.Fatal(err)
		}
	}
	wantFetches(t, i, 1)
	i.set(func() { i.status = http.StatusOK })
	i.advance(6 * time.Second)
	if err := i.key(t, "good"); err != nil {
		t.Error(err)
	}
}

func TestEmptiedSetTrustsNobody(t *testing.T) {
	i := newIssuer(t, "good")
	if err := i.key(t, "good"); err != nil {
		t.Fatal(err)
	}
	i.serve()
	i.advance(61 * time.Minute)
	if err := i.key(t, "good"); !errors.Is(err, keyset.ErrUnknownKey) {
		t.Error(err)
	}
}

func TestClockThatStepsBackDoesNoHarm(t *testing.T) {
	i := newIssuer(t, "good")
	if err := i.key(t, "good"); err != nil {
		t.Fatal(err)
	}
	i.advance(-2 * time.Hour)
	i.serve("good", "new")
	if err := i.key(t, "good"); err != nil {
		t.Error(err)
	}
	if err := i.key(t, "new"); err != nil {
		t.Error(err)
	}
}

func TestFileIsReadAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(path, jwks("one"), 0o600); err != nil {
		t.Fatal(err)
	}
	now := start
	s := source(func() time.Time { return now }, keyset.FromFile(path))
	if _, _, err := s.Key(t.Context(), "one", "ES256"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, jwks("two"), 0o600); err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Hour)
	if _, _, err := s.Key(t.Context(), "one", "ES256"); !errors.Is(err, keyset.ErrUnknownKey) {
		t.Errorf("the key that is gone: %v", err)
	}
	if _, _, err := s.Key(t.Context(), "two", "ES256"); err != nil {
		t.Errorf("the key that came: %v", err)
	}
	missing := source(func() time.Time { return now }, keyset.FromFile(path+"x"))
	if _, _, err := missing.Key(t.Context(), "one", "ES256"); !errors.Is(err, keyset.ErrUnavailable) {
		t.Errorf("no file: %v", err)
	}
}

func TestIssuerThatHangsCostsFiveSecondsAndNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := func(ctx context.Context) ([]byte, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		s := source(time.Now, hang)
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, _, err := s.Key(ctx, "k", "ES256"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("caller with a second: %v", err)
		}
		if took := time.Since(began); took != time.Second {
			t.Errorf("he waited %v", took)
		}
		if _, _, err := s.Key(t.Context(), "k", "ES256"); !errors.Is(err, keyset.ErrUnavailable) {
			t.Errorf("caller with time: %v", err)
		}
		if took := time.Since(began); took != 5*time.Second {
			t.Errorf("all in all %v", took)
		}
	})
}

func TestHangingRefreshHoldsNobodyUpOnceItHasFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := true
		s := source(time.Now, func(ctx context.Context) ([]byte, error) {
			if first {
				first = false
				return jwks("good"), nil
			}
			<-ctx.Done()
			return nil, ctx.Err()
		})
		key := func() time.Duration {
			began := time.Now()
			if _, _, err := s.Key(t.Context(), "good", "ES256"); err != nil {
				t.Error(err)
			}
			return time.Since(began)
		}
		key()
		time.Sleep(time.Hour)
		if took := key(); took != 5*time.Second {
			t.Errorf("the first waited %v", took)
		}
		for range 10 {
			time.Sleep(20 * time.Second)
			if took := key(); took != 0 {
				t.Errorf("a later one waited %v", took)
			}
		}
		time.Sleep(10 * time.Second) // the last reading ends
	})
}
