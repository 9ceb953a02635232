package e2e

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stafett/stafett/cmd/demo/visitor"
)

// world is a registry that runs, and everybody whom it talks to.
type world struct {
	*book
	t     *testing.T
	dir   string
	env   []string
	site  string // public URL: the tap's
	admin string

	driver, source string // of the database
	sqlite         string // its file; empty on PostgreSQL
	served         *exec.Cmd
	out, errs      bytes.Buffer

	mu     sync.Mutex
	cookie string // of the latest session
	link   string // of the latest invitation on a page, its path
}

// tapped puts a tap before the registry: everything that people and programs
// send and get goes through it.
func (w *world) tapped(target string) {
	to, err := url.Parse(target)
	if err != nil {
		w.t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			r.Out.Host = r.In.Host
			r.Out.Header.Del("Accept-Encoding") // and it is read as it was written
			w.note(inAddress, "request", []byte(r.In.RequestURI))
		},
		ModifyResponse: w.answered,
		ErrorHandler:   func(rw http.ResponseWriter, _ *http.Request, _ error) { rw.WriteHeader(http.StatusBadGateway) }, // until it listens
	}
	server := httptest.NewServer(proxy)
	w.t.Cleanup(server.Close)
	w.site = strings.Replace(server.URL, "127.0.0.1", "localhost", 1) // another host than the providers', whom no cookie of ours may reach
}

func (w *world) answered(r *http.Response) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	for _, c := range r.Cookies() {
		switch c.Name {
		case "stafett":
			w.guard("a session's cookie", c.Value, nil)
			w.mu.Lock()
			w.cookie = c.Value
			w.mu.Unlock()
		case "stafett_login":
			w.guard("a login's cookie", c.Value, nil)
		}
	}
	if r.Request.Method == http.MethodPost && r.Request.URL.Path == "/members/invite" {
		w.mu.Lock()
		w.link = w.guardLink(string(body))
		w.mu.Unlock()
	}
	// Go's client tells everybody where it comes from; browsers heed this.
	if got := r.Header.Get("Referrer-Policy"); got != "same-origin" {
		w.t.Errorf("%s has Referrer-Policy %q", r.Request.URL.Path, got)
	}
	h := r.Header.Clone()
	w.note(inAddress, "location", []byte(h.Get("Location")))
	h.Del("Location")
	h.Del("Set-Cookie")
	var head bytes.Buffer
	_ = h.Write(&head)
	place := inAnswer
	if r.Request.Header.Get(asStranger) != "" {
		place = inStranger
	}
	w.note(place, r.Request.Method+" "+r.Request.URL.Path, head.Bytes(), body)
	return nil
}

// run runs a command that must end with the code, and returns what it wrote to
// standard output.
func (w *world) run(code int, args ...string) string {
	w.t.Helper()
	c := exec.Command(filepath.Join(bin, "stafett"), args...)
	c.Env, c.Dir = w.env, w.dir
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	_ = c.Run()
	w.note(inCommand, strings.Join(args[:min(2, len(args))], " "), out.Bytes(), errs.Bytes())
	if got := c.ProcessState.ExitCode(); got != code {
		w.t.Fatalf("stafett %v: exit %d, want %d\n%s%s", args, got, code, &out, &errs)
	}
	w.flows++
	return out.String()
}

func (w *world) serve() {
	w.t.Helper()
	w.served = exec.Command(filepath.Join(bin, "stafett"), "serve")
	w.served.Env, w.served.Dir, w.served.Stdout, w.served.Stderr = w.env, w.dir, &w.out, &w.errs
	if err := w.served.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = w.served.Process.Kill() })
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Minute)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		resp, _, err := fetch(ctx, w.site+"/health/ready", nil)
		if err == nil && resp.StatusCode == http.StatusOK {
			return
		}
		select {
		case <-ctx.Done():
			w.t.Fatalf("it does not become ready: %v", err)
		case <-again.C:
		}
	}
}

func (w *world) stop() {
	w.t.Helper()
	if err := w.served.Process.Signal(syscall.SIGTERM); err != nil {
		w.t.Fatal(err)
	}
	if err := w.served.Wait(); err != nil {
		w.t.Errorf("serve: %v\n%s", err, &w.errs)
	}
	w.note(inLog, "standard output", w.out.Bytes())
	w.note(inLog, "standard error", w.errs.Bytes())
}

// metrics notes what the admin listener answers.
func (w *world) metrics() {
	w.t.Helper()
	resp, body, err := fetch(w.t.Context(), w.admin+"/metrics", nil)
	if err != nil || resp.StatusCode != http.StatusOK {
		w.t.Fatalf("metrics: %v", err)
	}
	w.note(inMetrics, "/metrics", body)
}

// columns notes every column of every table.
func (w *world) columns() {
	w.t.Helper()
	db := w.open()
	defer db.Close() //nolint:errcheck // only read
	query := "SELECT name FROM sqlite_master WHERE type = 'table'"
	if w.sqlite == "" {
		query = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
	}
	tables := w.strings(db, query)
	if len(tables) < 20 {
		w.t.Fatalf("%d tables: %v", len(tables), tables)
	}
	for _, table := range tables {
		w.rows(db, `SELECT * FROM "`+table+`"`, func(column string, value []byte) { w.note(inDatabase, table+"."+column, value) })
	}
}

// rows reads every value that a query finds.
func (w *world) rows(db *sql.DB, query string, each func(column string, value []byte)) {
	w.t.Helper()
	rows, err := db.Query(query)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	names, err := rows.Columns()
	if err != nil {
		w.t.Fatal(err)
	}
	for rows.Next() {
		values, into := make([]any, len(names)), make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			w.t.Fatal(err)
		}
		for i, v := range values {
			text, ok := v.([]byte)
			if !ok {
				text = fmt.Append(nil, v)
			}
			each(names[i], text)
		}
	}
	if err := rows.Err(); err != nil {
		w.t.Fatal(err)
	}
}

// files notes the bytes of the database's files, and those of a copy of it.
func (w *world) files(when string) {
	w.t.Helper()
	if w.sqlite == "" {
		w.note(inFile, "PostgreSQL keeps its own", []byte("-"))
		return
	}
	backup := filepath.Join(w.dir, rand.Text())
	db := w.open()
	_, err := db.Exec("VACUUM INTO ?", backup)
	if err != nil {
		w.t.Fatal(err)
	}
	_ = db.Close()
	all, err := filepath.Glob(w.sqlite + "*")
	if err != nil {
		w.t.Fatal(err)
	}
	for _, file := range append(all, backup) {
		if strings.HasSuffix(file, ".key") {
			continue // which is why it is kept apart
		}
		text, err := os.ReadFile(file)
		if err != nil {
			w.t.Fatal(err)
		}
		name := when
		if file == backup {
			name = "copy"
		}
		w.note(inFile, name, text)
	}
}

func (w *world) open() *sql.DB {
	w.t.Helper()
	db, err := sql.Open(w.driver, w.source)
	if err != nil {
		w.t.Fatal(err)
	}
	return db
}

func (w *world) strings(db *sql.DB, query string) []string {
	w.t.Helper()
	var out []string
	w.rows(db, query, func(_ string, value []byte) { out = append(out, string(value)) })
	return out
}

// one reads one value that must be there.
func (w *world) one(query string) string {
	w.t.Helper()
	db := w.open()
	defer db.Close() //nolint:errcheck // only read
	found := w.strings(db, query)
	if len(found) == 0 {
		w.t.Fatalf("nothing: %s", query)
	}
	return found[0]
}

// file writes a file and returns its path.
func (w *world) file(name, content string) string {
	w.t.Helper()
	path := filepath.Join(w.dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return path
}

// somebody is a new browser.
func (w *world) somebody() *visitor.Visitor {
	w.t.Helper()
	v, err := visitor.New(w.site)
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

// flow does something that must work, or must not where it begins with "no ".
func (w *world) flow(name string, steps ...func() error) {
	w.t.Helper()
	w.flows++
	err := inOrder(steps...)
	if refused := strings.HasPrefix(name, "no "); refused == (err == nil) {
		w.t.Errorf("%s: %v", name, err)
	}
}

// login logs somebody in at a provider.
func (w *world) login(v *visitor.Visitor, provider, account string) func() error {
	return func() error {
		if err := v.Open(w.t.Context(), "/login/"+provider); err != nil {
			return err
		}
		return w.pick(v, account)()
	}
}

// pick says at the provider who somebody is.
func (w *world) pick(v *visitor.Visitor, account string) func() error {
	return func() error { return submit(w.t.Context(), v, pickPath, "person", account, nil) }
}

func (w *world) visit(v *visitor.Visitor, address string) func() error {
	return func() error { return v.Open(w.t.Context(), address) }
}

// press presses a button of a form, which is below the page where it begins
// with "./".
func (w *world) press(v *visitor.Visitor, form, button, value string, fill map[string]string) func() error {
	return func() error {
		action := form
		if below, ok := strings.CutPrefix(form, "."); ok {
			action = strings.TrimSuffix(v.Page.URL.Path+below, "/")
		}
		return submit(w.t.Context(), v, action, button, value, fill)
	}
}

// send sends a request as a program would, with pairs of headers, and returns
// the status and the body.
func (w *world) send(method, address, body string, headers ...string) (int, string) {
	w.t.Helper()
	w.flows++
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.site+address, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	for pair := range slices.Chunk(headers, 2) {
		req.Header.Set(pair[0], pair[1])
		if pair[0] == "Host" {
			req.Host = pair[1]
		}
	}
	resp, err := client.Do(req)
	if err != nil {
		w.t.Fatalf("%s %s: %v", method, address, err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// session is the Cookie header of the latest session.
func (w *world) session() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return "stafett=" + w.cookie
}
