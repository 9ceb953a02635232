package auth_test

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/net/publicsuffix"

	"github.com/stafett/stafett/handlers/auth"
	"github.com/stafett/stafett/models"
)

// provider is an OpenID provider that does as its test wants.
type provider struct {
	server *httptest.Server
	issuer string

	// What to do other than an honest provider would.
	discovery func(object)
	claims    func(object)
	header    object
	sign      func(header, claims any) string
	answer    func(url.Values)                              // changes the answer that the browser brings
	token     func(http.ResponseWriter, *http.Request) bool // true: answered already
	response  func(object)
	userInfo  object
	keys      []jose.JSONWebKey
	down      bool

	mu    sync.Mutex
	codes map[string]url.Values // code → authorization request
	hits  map[string]int
}

func newProvider(t testing.TB) *provider {
	t.Helper()
	p := &provider{
		codes: map[string]url.Values{}, hits: map[string]int{},
		keys: []jose.JSONWebKey{{Key: rsaKey().Public(), KeyID: "rsa", Use: "sig", Algorithm: "RS256"}},
		sign: func(header, claims any) string { return sign("RS256", rsaKey(), header, claims) },
	}
	p.header = object{"alg": "RS256", "kid": "rsa", "typ": "JWT"}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		doc := object{
			"issuer": p.issuer, "authorization_endpoint": p.issuer + "/authorize", "token_endpoint": p.issuer + "/token",
			"jwks_uri": p.issuer + "/jwks", "userinfo_endpoint": p.issuer + "/userinfo", "end_session_endpoint": p.issuer + "/end?tenant=a",
			"id_token_signing_alg_values_supported":          []string{"RS256", "HS256", "none"},
			"authorization_response_iss_parameter_supported": true,
		}
		if p.discovery != nil {
			p.discovery(doc)
		}
		reply(w, doc)
	})
	mux.HandleFunc("GET /jwks", func(w http.ResponseWriter, _ *http.Request) { reply(w, jose.JSONWebKeySet{Keys: p.keys}) })
	mux.HandleFunc("GET /userinfo", func(w http.ResponseWriter, _ *http.Request) { reply(w, p.userInfo) })
	mux.HandleFunc("POST /token", p.exchange)
	p.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.hits[r.URL.Path]++
		down := p.down
		p.mu.Unlock()
		if down {
			http.Error(w, "down", http.StatusServiceUnavailable)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	p.issuer = p.server.URL
	t.Cleanup(p.server.Close)
	return p
}

func reply(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body)
}

// authorize is what the provider does once the person has proved who he is:
// it answers the authorization request with a code, for the browser to bring.
func (p *provider) authorize(t testing.TB, address string) url.Values {
	t.Helper()
	request := must(url.Parse(address)).Query()
	code := "code-" + request.Get("state")[:8]
	p.mu.Lock()
	p.codes[code] = request
	p.mu.Unlock()
	answer := url.Values{"code": {code}, "state": {request.Get("state")}, "iss": {p.issuer}}
	if p.answer != nil {
		p.answer(answer)
	}
	return answer
}

// exchange is the token endpoint: a code counts once, for the one client, with
// the verifier of its challenge.
func (p *provider) exchange(w http.ResponseWriter, r *http.Request) {
	if p.token != nil && p.token(w, r) {
		return
	}
	_ = r.ParseForm()
	p.mu.Lock()
	request, ok := p.codes[r.PostForm.Get("code")]
	delete(p.codes, r.PostForm.Get("code"))
	p.mu.Unlock()
	challenge := sha256.Sum256([]byte(r.PostForm.Get("code_verifier")))
	user, secret, _ := r.BasicAuth()
	if !ok || user != "client" || secret != "secret" || request.Get("code_challenge_method") != "S256" ||
		request.Get("code_challenge") != b64(challenge[:]) || r.PostForm.Get("redirect_uri") != request.Get("redirect_uri") {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"error":"invalid_grant"}`)
		return
	}
	claims := object{
		"iss": p.issuer, "sub": "person-1", "aud": "client", "iat": start.Unix(), "exp": start.Unix() + 300, "nonce": request.Get("nonce"),
		"acr": "idporten-loa-high", "auth_time": start.Unix() - 5, "name": "Kari Nordmann", "pid": "02857010054",
	}
	if p.claims != nil {
		p.claims(claims)
	}
	response := object{"access_token": "access", "token_type": "Bearer", "expires_in": 300, "id_token": p.sign(p.header, claims)}
	if p.response != nil {
		p.response(response)
	}
	reply(w, response)
}

// site is a registry with a login, over HTTP, and one browser.
type site struct {
	*provider
	clock    *clock
	store    *sessionStore
	people   *people
	replays  *replays
	login    *auth.Login
	sessions *auth.Sessions
	server   *httptest.Server
	browser  *http.Client
	log      *strings.Builder
}

// newSite makes a site whose provider p is configured with more, a piece of
// JSON such as `,"userinfo":true`.
func newSite(t testing.TB, p *provider, more string) *site {
	t.Helper()
	return newSiteOf(t, p, `"acr_values":["idporten-loa-high"],
		"claims":{"pid":"pid","email":"email","level":{"idporten-loa-high":4,"idporten-loa-substantial":3}}`+more)
}

// newSiteOf is newSite with all members of the configuration but those that
// name the provider.
func newSiteOf(t testing.TB, p *provider, members string) *site {
	t.Helper()
	s := &site{provider: p, clock: &clock{now: start}, store: &sessionStore{rows: map[string]sessionRow{}}, people: &people{}, replays: &replays{seen: map[string]bool{}}, log: &strings.Builder{}}
	var handler http.Handler
	s.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(s.server.Close)
	providers, err := auth.ParseProviders([]byte(`{"providers":[{"id":"op","name":"OP","issuer":"`+p.issuer+`","client_id":"client","client_secret":"secret",`+members+`}]}`), "")
	if err != nil {
		t.Fatal(err)
	}
	s.sessions, err = auth.NewSessions(auth.SessionsConfig{
		Store: s.store, PublicURL: s.server.URL, Now: s.clock.Now,
		OnError: func(w http.ResponseWriter, _ *http.Request, _ error) {
			http.Error(w, "sessions are down", http.StatusServiceUnavailable)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.login, err = auth.NewLogin(auth.LoginConfig{
		Providers: providers, PublicURL: s.server.URL, Client: auth.NewClient(), People: s.people, Replays: s.replays, Sessions: s.sessions,
		Now: s.clock.Now, Logger: slog.New(slog.NewTextHandler(s.log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	handler = s.sessions.Middleware(s.routes())
	s.browser = newBrowser()
	return s
}

// newBrowser keeps cookies and follows no redirect by itself.
func newBrowser() *http.Client {
	return &http.Client{
		Jar:           must(cookiejar.New(&cookiejar.Options{PublicSuffixList: publicsuffix.List})),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// routes are the least pages that a login needs.
func (s *site) routes() http.Handler {
	mux := http.NewServeMux()
	fail := func(w http.ResponseWriter, err error) { http.Error(w, string(models.CodeOf(err)), http.StatusTeapot) }
	mux.HandleFunc("GET /login/{provider}", func(w http.ResponseWriter, r *http.Request) {
		to, err := s.login.Start(r.Context(), r.PathValue("provider"), r.URL.Query().Get("next"), models.NB)
		if r.URL.Query().Has("link") {
			var asked bool
			if to, asked, err = s.login.StartLink(r.Context(), r.PathValue("provider"), models.NB); !asked {
				err = models.NewError(models.Forbidden, models.CodeCrossSite)
			}
		}
		if err != nil {
			fail(w, err)
			return
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
	})
	mux.HandleFunc("GET /login/again", func(w http.ResponseWriter, r *http.Request) {
		level, _ := strconv.Atoi(r.URL.Query().Get("level"))
		to, err := s.login.Again(r.Context(), "op", r.URL.Query().Get("next"), level, models.NB)
		if err != nil {
			fail(w, err)
			return
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
	})
	mux.HandleFunc("GET /login/known", func(w http.ResponseWriter, r *http.Request) {
		who, ok := s.login.Waiting(r.Context())
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		_, _ = io.WriteString(w, who.Email)
	})
	for path, end := range map[string]func(context.Context) (string, error){"new": s.login.GoOnAsNew, "link": s.login.LinkWaiting} {
		mux.HandleFunc("POST /login/known/"+path, func(w http.ResponseWriter, r *http.Request) {
			to, err := end(r.Context())
			if err != nil {
				fail(w, err)
				return
			}
			http.Redirect(w, r, cmp.Or(to, "/"), http.StatusSeeOther)
		})
	}
	mux.HandleFunc("POST /link", func(w http.ResponseWriter, r *http.Request) {
		if err := s.login.AllowLink(r.Context(), cmp.Or(r.FormValue("provider"), "op")); err != nil {
			fail(w, err)
		}
	})
	mux.HandleFunc("GET /login/callback", func(w http.ResponseWriter, r *http.Request) {
		end, err := s.login.Callback(r.Context(), r.URL.Query(), "Firefox")
		if err != nil {
			_, _ = s.log.WriteString(err.Error() + "\n")
			fail(w, err)
			return
		}
		http.Redirect(w, r, cmp.Or(end.Target, "/"), http.StatusSeeOther)
	})
	mux.HandleFunc("GET /me", func(w http.ResponseWriter, r *http.Request) {
		current, ok := s.sessions.Current(r.Context())
		if !ok {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		reply(w, current)
	})
	mux.HandleFunc("POST /session", func(_ http.ResponseWriter, r *http.Request) { // of somebody who signed in before all this
		_ = s.sessions.SignIn(r.Context(), auth.Session{
			Login: "login-0", Person: models.ID("person:" + s.issuer + " person-1"), Issuer: s.issuer, Subject: "person-1", Provider: "op", Level: 3,
			AuthTime: start.Add(-time.Hour), Organisation: orgNo,
		})
	})
	mux.HandleFunc("POST /organisations", func(w http.ResponseWriter, r *http.Request) {
		if err := s.sessions.ChooseOrganisation(r.Context(), r.FormValue("org")); err != nil {
			fail(w, err)
		}
	})
	mux.HandleFunc("POST /logout", func(w http.ResponseWriter, r *http.Request) {
		if err := s.login.SignOut(r.Context()); err != nil {
			fail(w, err)
		}
	})
	return mux
}

// do sends the browser's request and returns the status, Location and body.
func (s *site) do(t testing.TB, method, path string) (status int, location, body string) {
	t.Helper()
	req := must(http.NewRequestWithContext(t.Context(), method, s.server.URL+path, http.NoBody))
	res, err := s.browser.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	return res.StatusCode, res.Header.Get("Location"), string(must(io.ReadAll(res.Body)))
}

// begin starts a login and returns the address at the provider.
func (s *site) begin(t testing.TB, next string) string {
	t.Helper()
	status, location, body := s.do(t, http.MethodGet, "/login/op?next="+url.QueryEscape(next))
	if status != http.StatusSeeOther {
		t.Fatalf("login did not start: %d %s", status, body)
	}
	return location
}

// finish brings the provider's answer back.
func (s *site) finish(t testing.TB, answer url.Values) (status int, location, body string) {
	t.Helper()
	return s.do(t, http.MethodGet, "/login/callback?"+answer.Encode())
}

// signIn goes all the way.
func (s *site) signIn(t testing.TB) (status int, location, body string) {
	t.Helper()
	return s.finish(t, s.authorize(t, s.begin(t, "/requests/1?lang=nn")))
}

// me returns the session that the browser has; nil when it has none.
func (s *site) me(t testing.TB) *auth.Session {
	t.Helper()
	status, _, body := s.do(t, http.MethodGet, "/me")
	if status != http.StatusOK {
		return nil
	}
	var current auth.Session
	if err := json.Unmarshal([]byte(body), &current); err != nil {
		t.Fatal(err)
	}
	return &current
}

// cookies returns what the browser would send, by name.
func (s *site) cookies(path string) map[string]string {
	all := map[string]string{}
	for _, c := range s.browser.Jar.Cookies(must(url.Parse(s.server.URL + path))) {
		all[c.Name] = c.Value
	}
	return all
}
