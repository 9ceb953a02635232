package node_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stafett/stafett/cmd/node"
	"github.com/stafett/stafett/models/store"
	"github.com/stafett/stafett/static"
)

// open makes a node on a database of its own, with one issuer whose keys are
// at the address.
func open(t *testing.T, keys string) *node.Node {
	t.Helper()
	assets, err := static.Embedded()
	if err == nil {
		err = assets.Check()
	}
	if err != nil {
		t.Skipf("make assets first: %v", err)
	}
	dir := t.TempDir()
	issuers := fmt.Sprintf(`{"issuers": [{"iss": "https://issuer.example/", "profile": "maskinporten", "jwks": %q, "audiences": ["*"], "algorithms": ["RS256"]}]}`, keys)
	if err := os.WriteFile(filepath.Join(dir, "issuers.json"), []byte(issuers), 0o600); err != nil {
		t.Fatal(err)
	}
	settings := node.Settings{
		Listen: "127.0.0.1:0", AdminListen: "127.0.0.1:0", PublicURL: "http://localhost:1",
		DatabaseURL: "sqlite:" + filepath.Join(dir, "node.db"), Issuers: filepath.Join(dir, "issuers.json"),
		MinLevel: 3, RequestDays: 28,
	}
	serving, err := settings.Serving()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Migrate(t.Context(), settings.DatabaseURL); err != nil {
		t.Fatal(err)
	}
	n, err := node.New(t.Context(), serving, node.JSONLogger(&bytes.Buffer{}))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A job reads the issuers' keys before anybody needs them, and goes on doing so.
func TestKeysAreReadWithoutARequest(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{}, 1)
	issuer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"keys": []}`))
		select {
		case asked <- struct{}{}:
		default:
		}
	}))
	defer issuer.Close()
	n := open(t, issuer.URL)
	listen := func() net.Listener {
		l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- n.ServeOn(ctx, listen(), listen()) }()
	select {
	case <-asked:
	case err := <-ended:
		t.Fatalf("stopped: %v", err)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// A series of a metric lives as long as the process: what a caller makes up
// must not become one, or anybody could fill the memory.
func TestCallersMakeNoSeries(t *testing.T) {
	t.Parallel()
	n := open(t, "https://issuer.example/jwk")
	defer func() {
		if err := n.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	series := func() int {
		w := httptest.NewRecorder()
		n.Admin.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
		return strings.Count(w.Body.String(), "stafett_requests_total{")
	}
	ask := func(method, host, path string) {
		r := httptest.NewRequest(method, path, nil)
		r.Host = host
		n.Handler.ServeHTTP(httptest.NewRecorder(), r)
	}
	for i := range 20 {
		ask(http.MethodGet, fmt.Sprintf("h%d.example", i), "/health/live")
		ask(fmt.Sprintf("M%d", i), "localhost:1", "/health/live")
		ask(http.MethodGet, "localhost:1", fmt.Sprintf("/nothing/%d", i))
	}
	if got := series(); got != 3 {
		t.Errorf("%d series of requests, want one for each kind of answer: 3", got)
	}
}
