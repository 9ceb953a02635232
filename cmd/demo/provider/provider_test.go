package provider_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
	"golang.org/x/oauth2"

	"github.com/stafett/stafett/cmd/demo/provider"
)

const prefix = "/demo/bankid"

var (
	ingrid = provider.Person{
		Subject: "6d0c7c2e", Name: "Ingrid Fjellheim", Claims: map[string]any{"pid": "12837433191", "email": "ingrid@fjordbris.example"},
		Organisations: []provider.Organisation{{OrgNo: "355913619", Name: "Fjordbris Seilmakeri AS", Form: "AS"}, {OrgNo: "233505862", Name: "Granlia Bakeri AS", Form: "AS"}},
		AboutNB:       "Daglig leder.", AboutEN: "Managing director.",
	}
	sunniva = provider.Person{Subject: "0c7a11de", Name: "Sunniva Lie", Claims: map[string]any{"pid": "21869613913"}, AboutNB: "Ansatt.", AboutEN: "Employee."}
	levels  = []provider.Level{{ACR: high, NB: "Høyt", EN: "high"}, {ACR: substantial, NB: "Betydelig", EN: "substantial"}}
)

const (
	high        = "idporten-loa-high"
	substantial = "idporten-loa-substantial"
)

// world is a provider below a path of a server, and a browser that stops at
// every redirect and keeps no cookies unless it is given a jar.
type world struct {
	*httptest.Server
	told   chan url.Values // what came over the back channel
	deaf   *atomic.Bool    // the registry does not take it
	issuer string
	ahead  *atomic.Int64 // how far the provider's clock runs ahead, in seconds
	oauth  oauth2.Config
	rp     *oidc.Provider
}

func begin(t *testing.T) *world {
	t.Helper()
	mux := http.NewServeMux()
	w := &world{Server: httptest.NewServer(mux), ahead: new(atomic.Int64), told: make(chan url.Values, 1), deaf: new(atomic.Bool)}
	t.Cleanup(w.Close)
	w.Client().CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	w.issuer = w.URL + prefix
	p, err := provider.New(provider.Config{
		Issuer: w.issuer, Name: "BankID (demo)", Levels: levels, Persons: []provider.Person{ingrid, sunniva},
		BackChannel: w.URL + "/told",
		ClientID:    "stafett", ClientSecret: "a secret of this run", ClientName: "Stafett",
		RedirectURIs:           []string{w.URL + "/login/callback"},
		PostLogoutRedirectURIs: []string{w.URL + "/"},
		Now:                    func() time.Time { return time.Now().Add(time.Duration(w.ahead.Load()) * time.Second) },
		Logger:                 slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	mux.Handle(prefix+"/", p)
	mux.HandleFunc("POST /told", func(rw http.ResponseWriter, r *http.Request) {
		if w.deaf.Load() || r.ParseForm() != nil {
			rw.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.told <- r.PostForm
	})
	if w.rp, err = oidc.NewProvider(oidc.ClientContext(t.Context(), w.Client()), w.issuer); err != nil {
		t.Fatal(err)
	}
	w.oauth = oauth2.Config{
		ClientID: "stafett", ClientSecret: "a secret of this run", Endpoint: w.rp.Endpoint(),
		RedirectURL: w.URL + "/login/callback", Scopes: []string{"openid", "profile"},
	}
	return w
}

func (w *world) get(t *testing.T, to string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, to, nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.do(t, req)
}

func (w *world) post(t *testing.T, to string, form url.Values, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, to, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	return w.do(t, req)
}

func (w *world) do(t *testing.T, req *http.Request) (*http.Response, string) {
	t.Helper()
	resp, err := w.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(b)
}

// open asks for a login and returns the id that the login page was given.
func (w *world) open(t *testing.T, verifier string, more ...oauth2.AuthCodeOption) string {
	t.Helper()
	more = append(more, oidc.Nonce("the nonce"), oauth2.S256ChallengeOption(verifier))
	resp, body := w.get(t, w.oauth.AuthCodeURL("the state", more...))
	to, err := resp.Location()
	if err != nil || to.Path != prefix+"/login" {
		t.Fatalf("authorize led to %d %v: %s", resp.StatusCode, to, body)
	}
	return to.Query().Get("id")
}

// finish trades the code that came back for the claims of the ID token.
func (w *world) finish(t *testing.T, back url.Values, verifier string) claims {
	t.Helper()
	ctx := oidc.ClientContext(t.Context(), w.Client())
	tokens, err := w.oauth.Exchange(ctx, back.Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := tokens.Extra("id_token").(string)
	id, err := w.rp.Verifier(&oidc.Config{ClientID: "stafett"}).Verify(ctx, raw)
	if err != nil {
		t.Fatal(err)
	}
	var got claims
	if err := id.Claims(&got); err != nil {
		t.Fatal(err)
	}
	return got
}

// pick signs in and returns the query that came back to the registry.
func (w *world) pick(t *testing.T, id string, form url.Values) url.Values {
	t.Helper()
	form.Set("id", id)
	resp, body := w.post(t, w.issuer+"/login", form, "Sec-Fetch-Site", "same-origin")
	if resp.StatusCode != http.StatusSeeOther {
		t.Fatalf("login answered %d: %s", resp.StatusCode, body)
	}
	to, err := resp.Location()
	if err != nil {
		t.Fatal(err)
	}
	resp, body = w.get(t, to.String())
	if to, err = resp.Location(); err != nil || to.Path != "/login/callback" {
		t.Fatalf("callback led to %d %v: %s", resp.StatusCode, to, body)
	}
	return to.Query()
}

type claims struct {
	Sub      string `json:"sub"`
	PID      string `json:"pid"`
	Name     string `json:"name"`
	Email    string `json:"email"`
	ACR      string `json:"acr"`
	Nonce    string `json:"nonce"`
	SID      string `json:"sid"`
	AuthTime int64  `json:"auth_time"`
	Details  any    `json:"authorization_details"`
}

func TestALoginTellsWhoItIsAndHowSurely(t *testing.T) {
	for _, tc := range []struct {
		who   provider.Person
		level string
		acr   string
	}{
		{ingrid, "idporten-loa-high", "idporten-loa-high"},
		{sunniva, "idporten-loa-substantial", "idporten-loa-substantial"},
		{sunniva, "anything else", "idporten-loa-high"},
	} {
		t.Run(tc.who.Name+" "+tc.level, func(t *testing.T) {
			w := begin(t)
			ctx := oidc.ClientContext(t.Context(), w.Client())
			verifier := oauth2.GenerateVerifier()
			back := w.pick(t, w.open(t, verifier), url.Values{"person": {tc.who.Subject}, "level": {tc.level}})
			if got, want := []string{back.Get("state"), back.Get("iss")}, []string{"the state", w.issuer}; !slices.Equal(got, want) {
				t.Errorf("state and iss are %q, want %q", got, want)
			}
			tokens, err := w.oauth.Exchange(ctx, back.Get("code"), oauth2.VerifierOption(verifier))
			if err != nil {
				t.Fatal(err)
			}
			raw, ok := tokens.Extra("id_token").(string)
			if !ok {
				t.Fatal("no ID token")
			}
			id, err := w.rp.Verifier(&oidc.Config{ClientID: "stafett"}).Verify(ctx, raw)
			if err != nil {
				t.Fatal(err)
			}
			var got claims
			if err := id.Claims(&got); err != nil {
				t.Fatal(err)
			}
			if age := time.Now().Unix() - got.AuthTime; age < 0 || age > 60 {
				t.Errorf("auth_time is %d s ago", age)
			}
			if got.SID == "" {
				t.Error("no sid")
			}
			got.AuthTime, got.SID = 0, ""
			pid, _ := tc.who.Claims["pid"].(string)
			email, _ := tc.who.Claims["email"].(string)
			want := claims{Sub: tc.who.Subject, PID: pid, Email: email, Name: tc.who.Name, ACR: tc.acr, Nonce: "the nonce"}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("claims (-want +got)\n%s", diff)
			}
			info, err := w.rp.UserInfo(ctx, oauth2.StaticTokenSource(tokens))
			if err != nil || info.Subject != tc.who.Subject {
				t.Errorf("userinfo: %+v, %v", info, err)
			}

			end := w.issuer + "/end_session?" + url.Values{
				"id_token_hint": {raw}, "post_logout_redirect_uri": {w.URL + "/"}, "state": {"bye"},
			}.Encode()
			resp, body := w.get(t, end)
			if to, err := resp.Location(); err != nil || to.String() != w.URL+"/?state=bye" {
				t.Errorf("end-session led to %d %v: %s", resp.StatusCode, to, body)
			}
			if _, err := w.rp.UserInfo(ctx, oauth2.StaticTokenSource(tokens)); err == nil {
				t.Error("userinfo still answers after the log-out")
			}
		})
	}
}

func TestDiscoveryPromisesWhatIsOffered(t *testing.T) {
	w := begin(t)
	var doc map[string]any
	if err := w.rp.Claims(&doc); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"issuer":                           w.issuer,
		"authorization_endpoint":           w.issuer + "/authorize",
		"jwks_uri":                         w.issuer + "/keys",
		"end_session_endpoint":             w.issuer + "/end_session",
		"response_types_supported":         []any{"code"},
		"grant_types_supported":            []any{"authorization_code"},
		"code_challenge_methods_supported": []any{"S256"},
		"authorization_response_iss_parameter_supported": true,
		"backchannel_logout_supported":                   true,
		"acr_values_supported":                           []any{high, substantial},
		"authorization_details_types_supported":          []any{"ansattporten:altinn:resource"},
	}
	for k, v := range want {
		if diff := cmp.Diff(v, doc[k]); diff != "" {
			t.Errorf("%s (-want +got)\n%s", k, diff)
		}
	}
	for _, k := range []string{"introspection_endpoint", "revocation_endpoint", "device_authorization_endpoint"} {
		if v, ok := doc[k]; ok {
			t.Errorf("%s is promised: %v", k, v)
		}
	}
}

func TestTheLoginPageListsEveryPersonAndNeedsNoScript(t *testing.T) {
	w := begin(t)
	resp, body := w.get(t, w.issuer+"/login?id="+w.open(t, oauth2.GenerateVerifier()))
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%d", resp.StatusCode)
	}
	if csp := resp.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
		t.Errorf("policy %q", csp)
	}
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	var persons []string
	headings := 0
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		for _, a := range n.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				t.Errorf("<%s> has %s", n.Data, a.Key)
			}
			if n.Data == "button" && a.Key == "value" {
				persons = append(persons, a.Val)
			}
		}
		switch n.Data {
		case "script", "style":
			t.Errorf("the page has a <%s>", n.Data)
		case "h1":
			headings++
		}
	}
	if diff := cmp.Diff([]string{ingrid.Subject, sunniva.Subject}, persons); diff != "" || headings != 1 {
		t.Errorf("%d headings; persons (-want +got)\n%s", headings, diff)
	}
	if strings.Contains(body, "12837433191") {
		t.Error("the page shows a national id")
	}
	if resp, _ := w.get(t, w.issuer+"/demo.css"); resp.Header.Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("style sheet: %d %s", resp.StatusCode, resp.Header.Get("Content-Type"))
	}
}

func TestAuthorizeRefuses(t *testing.T) {
	w := begin(t)
	whole := url.Values{
		"client_id": {"stafett"}, "redirect_uri": {w.URL + "/login/callback"}, "response_type": {"code"}, "scope": {"openid"},
		"code_challenge": {oauth2.S256ChallengeFromVerifier("v")}, "code_challenge_method": {"S256"},
	}
	for name, change := range map[string]func(url.Values){
		"no challenge":              func(v url.Values) { v.Del("code_challenge") },
		"a plain challenge":         func(v url.Values) { v.Set("code_challenge_method", "plain") },
		"another client":            func(v url.Values) { v.Set("client_id", "other") },
		"no client":                 func(v url.Values) { v.Del("client_id") },
		"another redirect URL":      func(v url.Values) { v.Set("redirect_uri", w.URL+"/login/callback/../x") },
		"no redirect URL":           func(v url.Values) { v.Del("redirect_uri") },
		"an implicit answer":        func(v url.Values) { v.Set("response_type", "id_token") },
		"an answer in the fragment": func(v url.Values) { v.Set("response_mode", "fragment") },
		"no openid":                 func(v url.Values) { v.Set("scope", "profile") },
		"a request object":          func(v url.Values) { v.Set("request", "e30.e30.") },
	} {
		t.Run(name, func(t *testing.T) {
			v := url.Values{}
			for k, s := range whole {
				v[k] = slices.Clone(s)
			}
			change(v)
			resp, body := w.get(t, w.issuer+"/authorize?"+v.Encode())
			if resp.StatusCode != http.StatusBadRequest {
				t.Errorf("%d %s: %s", resp.StatusCode, resp.Header.Get("Location"), body)
			}
		})
	}
	if resp, body := w.get(t, w.issuer+"/authorize?"+whole.Encode()); resp.StatusCode != http.StatusFound {
		t.Errorf("the whole request: %d: %s", resp.StatusCode, body)
	}
}

func TestACodeIsGoodOnceForItsVerifierAndSecret(t *testing.T) {
	w := begin(t)
	ctx := oidc.ClientContext(t.Context(), w.Client())
	code := func() (string, string) {
		verifier := oauth2.GenerateVerifier()
		return w.pick(t, w.open(t, verifier), url.Values{"person": {ingrid.Subject}}).Get("code"), verifier
	}
	c, verifier := code()
	if _, err := w.oauth.Exchange(ctx, c, oauth2.VerifierOption(verifier)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.oauth.Exchange(ctx, c, oauth2.VerifierOption(verifier)); err == nil {
		t.Error("the code was good twice")
	}
	c, _ = code()
	if _, err := w.oauth.Exchange(ctx, c, oauth2.VerifierOption(oauth2.GenerateVerifier())); err == nil {
		t.Error("another verifier was taken")
	}
	c, _ = code()
	if _, err := w.oauth.Exchange(ctx, c); err == nil {
		t.Error("no verifier was taken")
	}
	c, verifier = code()
	stranger := w.oauth
	stranger.ClientSecret = "a guess"
	if _, err := stranger.Exchange(ctx, c, oauth2.VerifierOption(verifier)); err == nil {
		t.Error("another secret was taken")
	}
	c, verifier = code()
	w.ahead.Store(11 * 60)
	if _, err := w.oauth.Exchange(ctx, c, oauth2.VerifierOption(verifier)); err == nil {
		t.Error("the code was good after its time")
	}
}

func TestALoginIsRefused(t *testing.T) {
	w := begin(t)
	form := func(id, person string) url.Values { return url.Values{"id": {id}, "person": {person}} }
	login := w.issuer + "/login"
	t.Run("from another site", func(t *testing.T) {
		id := w.open(t, oauth2.GenerateVerifier())
		if resp, _ := w.post(t, login, form(id, ingrid.Subject), "Sec-Fetch-Site", "cross-site"); resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%d", resp.StatusCode)
		}
		if resp, _ := w.get(t, w.issuer+"/authorize/callback?id="+id); resp.StatusCode != http.StatusBadRequest {
			t.Errorf("the login went on: %d", resp.StatusCode)
		}
	})
	t.Run("as nobody on the list", func(t *testing.T) {
		if resp, _ := w.post(t, login, form(w.open(t, oauth2.GenerateVerifier()), "somebody")); resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%d", resp.StatusCode)
		}
	})
	t.Run("for a request that never was", func(t *testing.T) {
		if resp, _ := w.post(t, login, form("none", ingrid.Subject)); resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%d", resp.StatusCode)
		}
		if resp, _ := w.get(t, login+"?id=none"); resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%d", resp.StatusCode)
		}
	})
	t.Run("a second time", func(t *testing.T) {
		id := w.open(t, oauth2.GenerateVerifier())
		w.pick(t, id, url.Values{"person": {ingrid.Subject}})
		if resp, _ := w.post(t, login, form(id, sunniva.Subject)); resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%d", resp.StatusCode)
		}
		if resp, _ := w.get(t, w.issuer+"/authorize/callback?id="+id); resp.StatusCode != http.StatusBadRequest {
			t.Errorf("a second code was given: %d", resp.StatusCode)
		}
	})
	t.Run("after its time", func(t *testing.T) {
		id := w.open(t, oauth2.GenerateVerifier())
		w.ahead.Store(11 * 60)
		if resp, _ := w.post(t, login, form(id, ingrid.Subject)); resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%d", resp.StatusCode)
		}
	})
}

func TestNothingACallerSendsIsAFaultOfOurs(t *testing.T) {
	w := begin(t)
	for _, form := range []url.Values{
		{},
		{"grant_type": {"refresh_token"}, "refresh_token": {"x"}},
		{"grant_type": {"client_credentials"}},
		{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {"a.b.c"}},
		{"grant_type": {"authorization_code"}, "code": {"x"}, "redirect_uri": {"y"}, "client_id": {"stafett"}},
		{"grant_type": {"urn:ietf:params:oauth:grant-type:token-exchange"}, "client_id": {"stafett"}},
	} {
		if resp, body := w.post(t, w.issuer+"/oauth/token", form); resp.StatusCode < 400 || resp.StatusCode > 499 {
			t.Errorf("%v: %d %s", form, resp.StatusCode, body)
		}
	}
	for _, path := range []string{"/userinfo", "/end_session?id_token_hint=x", "/authorize", "/login", "/authorize/callback", "/nowhere"} {
		if resp, body := w.get(t, w.issuer+path); resp.StatusCode < 400 || resp.StatusCode > 499 {
			t.Errorf("%s: %d %s", path, resp.StatusCode, body)
		}
	}
}
