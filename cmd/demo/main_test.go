package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/cmd/demo/seed"
	"github.com/stafett/stafett/cmd/node"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/store"
	"github.com/stafett/stafett/static"
	"github.com/stafett/stafett/views/paths"
)

// needsAssets skips where the pages' assets have not been built; the binary
// says so and stops.
func needsAssets(t *testing.T) {
	t.Helper()
	assets, err := static.Embedded()
	if err == nil {
		err = assets.Check()
	}
	if err != nil {
		t.Skipf("make assets first: %v", err)
	}
}

func command(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(t.Context(), append([]string{"bin/demo"}, args...), &o, &e)
	return code, o.String(), e.String()
}

func TestOncePlaysTheWholeLoop(t *testing.T) {
	needsAssets(t)
	code, out, errs := command(t, "--once")
	if code != 0 {
		t.Fatalf("exit %d\n%s", code, errs)
	}
	var got struct {
		Token struct {
			Consumer map[string]string `json:"consumer"`
			Details  []map[string]any  `json:"authorization_details"`
		} `json:"token"`
		Response map[string]any `json:"token_response"`
		Decision map[string]any `json:"decision"`
		Other    map[string]any `json:"decision_not_granted"`
		After    map[string]any `json:"decision_after_revocation"`
		Refused  map[string]any `json:"token_after_revocation"`
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if len(got.Token.Details) != 1 {
		t.Fatalf("details %v", got.Token.Details)
	}
	detail := got.Token.Details[0]
	if users, ok := detail["systemuser_id"].([]any); !ok || len(users) != 1 {
		t.Errorf("systemuser_id %v", detail["systemuser_id"])
	}
	delete(detail, "systemuser_id")
	want := map[string]any{
		"type":           "urn:altinn:systemuser",
		"systemuser_org": map[string]any{"authority": "iso6523-actorid-upis", "ID": "0192:" + seed.Customer},
		"system_id":      seed.Supplier + "_fakturaflyt",
	}
	if diff := cmp.Diff(want, detail); diff != "" {
		t.Errorf("detail (-want +got)\n%s", diff)
	}
	if got.Token.Consumer["ID"] != "0192:"+seed.Supplier || got.Response["expires_in"] != float64(119) {
		t.Errorf("consumer %v, expires_in %v", got.Token.Consumer, got.Response["expires_in"])
	}
	for name, tc := range map[string]struct {
		verdict map[string]any
		want    bool
	}{"granted": {got.Decision, true}, "not granted": {got.Other, false}, "revoked": {got.After, false}} {
		answered, _ := tc.verdict["answered"].(map[string]any)
		if answered["decision"] != tc.want {
			t.Errorf("%s: %v", name, answered)
		}
	}
	if got.Refused["error"] != "invalid_altinn_customer_configuration" {
		t.Errorf("after the revocation: %v", got.Refused)
	}
}

// approved plays the loop up to the approval.
func approved(t *testing.T, d *demo) *loop {
	t.Helper()
	l := &loop{running: d.running, http: http.DefaultClient, tell: printer{io.Discard}}
	for _, step := range []func(context.Context) error{l.supplierSignsIn, l.registers, l.asks, l.customerSignsIn, l.approves} {
		if err := step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

func TestTheTokenCommandAsksARunningDemo(t *testing.T) {
	needsAssets(t)
	dir := t.TempDir()
	d, err := start(t.Context(), serve{Listen: "127.0.0.1:0", Data: dir}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	code, out, errs := command(t, "token", "--customer", seed.Customer, "--data", dir)
	if code != 1 || out != "" || !strings.Contains(errs, "invalid_altinn_customer_configuration") {
		t.Errorf("before an approval: exit %d, %q %q", code, out, errs)
	}
	approved(t, d)
	code, out, errs = command(t, "token", "--customer", seed.Customer, "--data", dir)
	if code != 0 || !strings.Contains(out, `"systemuser_id"`) || errs != "" {
		t.Errorf("after the approval: exit %d, %q %q", code, out, errs)
	}
	code, out, _ = command(t, "token", "--customer", seed.Customer, "--data", dir, "--raw")
	if code != 0 || strings.Count(out, ".") != 2 || strings.Count(out, "\n") != 1 {
		t.Errorf("raw: exit %d, %q", code, out)
	}
	for _, args := range [][]string{
		{"--customer", seed.OtherCustomer},
		{"--customer", seed.Customer, "--external-ref", "another"},
		{"--customer", seed.Customer, "--client", otherClient},
		{"--customer", seed.Customer, "--scope", "stafett:decide"},
		{"--customer", "123"},
	} {
		if code, out, errs := command(t, append([]string{"token", "--data", dir}, args...)...); code != 1 || out != "" {
			t.Errorf("%v: exit %d, %q %q", args, code, out, errs)
		}
	}
	if err := d.close(); err != nil {
		t.Error(err)
	}
	if code, _, errs := command(t, "token", "--customer", seed.Customer, "--data", dir); code != 1 || !strings.Contains(errs, "does not answer") {
		t.Errorf("after the demo: exit %d, %q", code, errs)
	}
}

// Each of the cast lands where somebody of his kind should.
func TestThePersonsLandWhereTheyShould(t *testing.T) {
	needsAssets(t)
	d, err := start(t.Context(), serve{Listen: "127.0.0.1:0", Data: t.TempDir()}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer d.close() //nolint:errcheck // the test is over
	l := loop{running: d.running}
	for name, tc := range map[string]struct {
		path    string
		systems int // status of the supplier's page
	}{
		seed.Approver:  {"/requests", http.StatusOK},
		seed.Employee:  {"/requests", http.StatusForbidden},
		seed.Developer: {"/supplier/systems", http.StatusOK},
		"Terje Havnås": {"/organisations", http.StatusOK},
		"Amund Drift":  {"/organisations", http.StatusOK},
	} {
		v, err := l.signsIn(t.Context(), seed.BankID, name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if v.Page.URL.Path != tc.path {
			t.Errorf("%s lands on %s, want %s", name, v.Page, tc.path)
		}
		_ = v.Open(t.Context(), "/supplier/systems") // the status tells
		if v.Page.Status != tc.systems {
			t.Errorf("%s: %s", name, v.Page)
		}
	}
}

// What Ansattporten and Jobbkonto say about a person counts from his login on.
func TestWhatAProviderSaysOfAPersonCounts(t *testing.T) {
	needsAssets(t)
	d, err := start(t.Context(), serve{Listen: "127.0.0.1:0", Data: t.TempDir()}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer d.close() //nolint:errcheck // the test is over
	l := loop{running: d.running}

	live, err := l.signsIn(t.Context(), seed.Ansattporten, seed.Representative)
	if err != nil || live.Page.URL.Path != providerPath+seed.Ansattporten+"/represent" {
		t.Fatalf("%s: %v at %s", seed.Representative, err, live.Page)
	}
	form, err := live.Page.Form(providerPath + seed.Ansattporten + "/represent")
	if err == nil {
		err = live.Press(t.Context(), form, "organisation", seed.OtherCustomer)
	}
	if err != nil || live.Page.URL.Path != paths.Requests() {
		t.Errorf("%s lands on %s: %v", seed.Representative, live.Page, err)
	}

	for name, tc := range map[string]struct {
		path    string
		systems int // status of the supplier's page, which access managers have too
	}{
		seed.Administrator: {paths.Requests(), http.StatusOK},
		seed.Viewer:        {paths.Requests(), http.StatusForbidden},
		seed.NewEmployee:   {paths.Organisations(), http.StatusOK},
	} {
		v, err := l.signsIn(t.Context(), seed.Jobbkonto, name)
		if err != nil || v.Page.URL.Path != tc.path {
			t.Errorf("%s lands on %s, want %s: %v", name, v.Page, tc.path, err)
			continue
		}
		_ = v.Open(t.Context(), paths.SupplierSystems()) // the status tells
		if v.Page.Status != tc.systems {
			t.Errorf("%s: %s", name, v.Page)
		}
	}

	// BankID has told her address, and Jobbkonto tells the same.
	if _, err := l.signsIn(t.Context(), seed.BankID, seed.Employee); err != nil {
		t.Fatal(err)
	}
	sunniva, err := l.signsIn(t.Context(), seed.Jobbkonto, seed.Employee)
	if err != nil || sunniva.Page.URL.Path != paths.LoginKnown() {
		t.Errorf("%s lands on %v: %v", seed.Employee, sunniva, err)
	}
}

// What was registered and approved before a restart still gives tokens after
// it, and the data is planted once.
func TestARestartGoesOnWhereTheDemoStopped(t *testing.T) {
	needsAssets(t)
	s := serve{Listen: "127.0.0.1:0", Data: t.TempDir()}
	d, err := start(t.Context(), s, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	l := approved(t, d)
	if err := d.close(); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(d.running.Registry)
	if err != nil {
		t.Fatal(err)
	}
	s.Listen = "127.0.0.1:" + u.Port() // the issuer's identifier holds the port
	d, err = start(t.Context(), s, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer d.close() //nolint:errcheck // the test is over
	l.running = d.running
	if err := l.getsToken(t.Context()); err != nil {
		t.Error(err)
	}
	if err := l.customerSignsIn(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestASecondDemoOnThePortSaysSo(t *testing.T) {
	needsAssets(t)
	d, err := start(t.Context(), serve{Listen: "127.0.0.1:0", Data: t.TempDir()}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer d.close() //nolint:errcheck // the test is over
	u, err := url.Parse(d.running.Registry)
	if err != nil {
		t.Fatal(err)
	}
	code, _, errs := command(t, "--listen", "127.0.0.1:"+u.Port(), "--data", t.TempDir())
	if code != 1 || !strings.Contains(errs, "--listen") {
		t.Errorf("exit %d, %q", code, errs)
	}
}

func TestTheTokenCommandWithoutADemoSaysWhatToDo(t *testing.T) {
	code, _, errs := command(t, "token", "--customer", seed.Customer, "--data", t.TempDir())
	if code != 1 || !strings.Contains(errs, "no demo runs") {
		t.Errorf("exit %d, %q", code, errs)
	}
	if code, _, errs := command(t, "token", "--external-ref", "x"); code != 1 || !strings.Contains(errs, "--customer") {
		t.Errorf("a reference without a customer: exit %d, %q", code, errs)
	}
	if code, _, _ := command(t, "nonsense"); code != 2 {
		t.Errorf("an unknown command: exit %d", code)
	}
	if code, out, _ := command(t, "--help"); code != 0 || !strings.Contains(out, "--once") {
		t.Errorf("--help: exit %d, %q", code, out)
	}
}

func TestKeysAreKeptForTheirOwnerAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "demo")
	if err := makeFolder(dir); err != nil {
		t.Fatal(err)
	}
	first, err := openKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	again, err := openKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{issuerKeyID, supplierClient, otherClient, ownerClient} {
		a, _ := first.private(id)
		b, _ := again.private(id)
		if a == nil || !a.Equal(b) {
			t.Errorf("%s has another key", id)
		}
	}
	for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, "keys.json"): 0o600} {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", path, info.Mode().Perm(), err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "keys.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := openKeys(dir); err == nil || !strings.Contains(err.Error(), "delete it") {
		t.Errorf("a broken file of keys: %v", err)
	}
}

func TestARefusalOfTheIssuerIsTold(t *testing.T) {
	no := &refused{Status: 400, Code: "invalid_scope", Description: "MP-200: no"}
	var err error = no
	if got, ok := errors.AsType[*refused](err); !ok || !strings.Contains(got.Error(), "400 invalid_scope: MP-200") {
		t.Errorf("%v", err)
	}
}

func mustHaveAStory(t *testing.T, d *demo) {
	t.Helper()
	l := loop{running: d.running}
	for name, pages := range map[string]map[string][]string{
		seed.Approver:            {"/requests": {"Loggbok Payroll", "Loggbok Accounts"}, "/systemusers": {"Loggbok Accounts"}, "/systemusers/new": {"Loggbok Archive"}},
		seed.AccountantManager:   {"/requests": {"Loggbok Klient lønn"}},
		seed.ClientAdministrator: {"/systemusers": {"Loggbok Klient"}},
	} {
		v, err := l.signsIn(t.Context(), seed.BankID, name)
		if err != nil {
			t.Fatal(err)
		}
		for page, words := range pages {
			if err := v.Open(t.Context(), page); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			for _, word := range words {
				if !strings.Contains(v.Page.Text(), word) {
					t.Errorf("%s sees no %q at %s", name, word, page)
				}
			}
		}
	}
}

// A first start that was killed while it told the story leaves half of one, and
// the next begins anew; one that has ended does not, whatever happens later.
func TestAStoryIsWholeAfterAKill(t *testing.T) {
	needsAssets(t)
	s := serve{Listen: "127.0.0.1:0", Data: t.TempDir()}
	d, err := start(t.Context(), s, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.close(); err != nil {
		t.Fatal(err)
	}
	db := filepath.Join(s.Data, database)
	if err := discard(db); err != nil {
		t.Fatal(err)
	}
	halfTold(t, db)
	if d, err = start(t.Context(), s, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	mustHaveAStory(t, d)
	if err := d.close(); err != nil {
		t.Fatal(err)
	}
	if left, err := filepath.Glob(unfinished(db) + "*"); len(left) > 0 || err != nil {
		t.Errorf("it left %v, %v", left, err)
	}
	before, err := os.Stat(db)
	if err != nil {
		t.Fatal(err)
	}
	if d, err = start(t.Context(), s, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	if err := d.close(); err != nil {
		t.Fatal(err)
	}
	if after, err := os.Stat(db); err != nil || !os.SameFile(before, after) {
		t.Errorf("a whole one is begun anew: %v", err)
	}
}

// halfTold leaves what a first start leaves that is killed after the systems.
func halfTold(t *testing.T, db string) {
	t.Helper()
	key, db := db+".key", unfinished(db)
	if _, err := store.Migrate(t.Context(), "sqlite:"+db); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	clock := now.AddDate(0, 0, -60)
	st, err := store.Open(t.Context(), store.Config{URL: "sqlite:" + db, Keys: func() ([][]byte, error) { return node.ReadKeys(key) }, Now: func() time.Time { return clock }})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close() //nolint:errcheck // as when it is killed
	r := registry.New(registry.Config{Store: st, Now: func() time.Time { return clock }, Issuers: []string{"https://issuer.example/"}, MinLevel: 3})
	if err := plant(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if err := (story{Registry: r, ledger: st, clock: &clock, began: now}).registers(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Whoever opens a new demo has something to look at, and a restart adds nothing.
func TestANewDemoHasAStory(t *testing.T) {
	needsAssets(t)
	s := serve{Listen: "127.0.0.1:0", Data: t.TempDir()}
	for range 2 {
		d, err := start(t.Context(), s, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		mustHaveAStory(t, d)
		code, _, errs := command(t, "token", "--customer", seed.Customer, "--data", s.Data, "--client", bookkeepingClient)
		if code != 0 {
			t.Errorf("a token for the live one: %s", errs)
		}
		if err := d.close(); err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(d.running.Registry)
		if err != nil {
			t.Fatal(err)
		}
		s.Listen = "127.0.0.1:" + u.Port() // the issuer's identifier holds the port
	}
}
