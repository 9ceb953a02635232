package e2e

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/stafett/stafett/cmd/demo/seed"
)

// commands are what the scripts have besides testscript's own.
var commands = map[string]func(ts *testscript.TestScript, neg bool, args []string){
	"exits":     exits,
	"free":      free,
	"ready":     ready,
	"get":       get,
	"sql":       execute,
	"mode":      mode,
	"expand":    expand,
	"planted":   plant,
	"play":      play,
	"visit":     visit,
	"provider":  provider,
	"certified": certify,
	"jwks":      jwks,
	"token":     token,
	"call":      call,
	"pick":      pick,
	"blocks":    blocks,
}

// blocks FILE NAME writes each fenced block without a language of a Markdown
// file to NAME-1, NAME-2 and so on.
func blocks(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: blocks FILE NAME")
	}
	for i, part := range strings.Split(ts.ReadFile(args[0]), "\n```\n") {
		if i%2 == 1 {
			ts.Check(os.WriteFile(ts.MkAbs(fmt.Sprintf("%s-%d", args[1], i/2+1)), []byte(part+"\n"), 0o600))
		}
	}
}

// exits CODE PROGRAM ARG… runs a program that must end with exactly this code;
// its output is for stdout and stderr.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARG…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit %d, want %d", got, want)
	}
}

// free NAME… sets each name to a port of the loopback address that nobody
// listens on.
func free(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: free NAME…")
	}
	for _, name := range args {
		port, err := freePort()
		ts.Check(err)
		ts.Setenv(name, port)
	}
}

// ready URL waits until the address answers 200.
func ready(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: ready URL")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		resp, _, err := fetch(ctx, args[0], nil)
		if err == nil && resp.StatusCode == http.StatusOK {
			return
		}
		select {
		case <-ctx.Done():
			ts.Fatalf("%s does not become ready: %v", args[0], err)
		case <-again.C:
		}
	}
}

// get STATUS URL [HEADER: VALUE]… fetches without following redirects; the
// status must be this one. The body goes into the file body, the head into the
// file head.
func get(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: get STATUS URL [HEADER: VALUE]…")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	resp, body, err := fetch(ctx, args[1], args[2:])
	ts.Check(err)
	var head strings.Builder
	ts.Check(resp.Header.Write(&head))
	ts.Check(os.WriteFile(ts.MkAbs("body"), body, 0o600))
	ts.Check(os.WriteFile(ts.MkAbs("head"), []byte(strings.ReplaceAll(head.String(), "\r\n", "\n")), 0o600))
	if got := strconv.Itoa(resp.StatusCode); got != args[0] {
		ts.Fatalf("%s answers %s, want %s\n%.2000s", args[1], got, args[0], body)
	}
}

// client follows no redirect: what answers first is what is tested.
var client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

func fetch(ctx context.Context, address string, headers []string) (*http.Response, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, nil, err
	}
	for _, h := range headers {
		name, value, ok := strings.Cut(h, ": ")
		if !ok {
			return nil, nil, fmt.Errorf("%q is no header", h)
		}
		req.Header.Set(name, value)
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, nil, err
	}
	body, err := io.ReadAll(resp.Body)
	return resp, body, errors.Join(err, resp.Body.Close())
}

// sql STATEMENT… carries out each statement in the script's database, as
// somebody would who got at it.
func execute(ts *testscript.TestScript, neg bool, args []string) {
	db, err := sql.Open(ts.Getenv(envDriver), ts.Getenv(envSource))
	ts.Check(err)
	defer db.Close() //nolint:errcheck // what was done is done
	for _, statement := range args {
		result, err := db.Exec(statement)
		if neg {
			if err == nil {
				ts.Fatalf("%s: was carried out", statement)
			}
			ts.Logf("%v", err)
			continue
		}
		ts.Check(err)
		n, err := result.RowsAffected()
		ts.Check(err)
		ts.Logf("%d rows", n)
	}
}

// mode MODE FILE demands the permissions of a file, in octal.
func mode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: mode MODE FILE")
	}
	info, err := os.Stat(ts.MkAbs(args[1]))
	ts.Check(err)
	if got := fmt.Sprintf("%04o", info.Mode().Perm()); got != args[0] {
		ts.Fatalf("%s is %s, want %s", args[1], got, args[0])
	}
}

// expand FILE… replaces $NAME in the files by what the script knows by that
// name.
func expand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: expand FILE…")
	}
	for _, name := range args {
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(os.Expand(ts.ReadFile(name), ts.Getenv)), 0o600))
	}
}

// plant migrates and fills the script's database as an operator would, and
// writes the settings of a registry at $SITE that the script then serves.
func plant(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: planted")
	}
	ts.Check(ts.Exec("stafett", "migrate", "up"))
	for _, f := range seed.Files() {
		ts.Check(ts.Exec("stafett", "import", f.Kind, filepath.Join(ts.Getenv("SEED"), f.Name)))
	}
	free(ts, false, []string{"PORT", "ADMIN"})
	issuers := `{"default": "https://issuer.example/", "issuers": [{"iss": "https://issuer.example/", "profile": "maskinporten",
"jwks": "https://issuer.example/jwk", "audiences": ["stafett"], "algorithms": ["ES256"]}]}`
	ts.Check(os.WriteFile(ts.MkAbs("issuers.json"), []byte(issuers), 0o600))
	ts.Setenv("SITE", "http://localhost:"+ts.Getenv("PORT"))
	ts.Setenv("STAFETT_LISTEN", "127.0.0.1:"+ts.Getenv("PORT"))
	ts.Setenv("STAFETT_ADMIN_LISTEN", "127.0.0.1:"+ts.Getenv("ADMIN"))
	ts.Setenv("STAFETT_PUBLIC_URL", ts.Getenv("SITE"))
	ts.Setenv("STAFETT_ISSUERS", "issuers.json")
	ts.Setenv("STAFETT_LOGIN", "login.json")
}
