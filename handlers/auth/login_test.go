package auth_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stafett/stafett/handlers/auth"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
)

func TestPersonSignsIn(t *testing.T) {
	s := newSite(t, newProvider(t), "")
	address := must(url.Parse(s.begin(t, "/requests/1?lang=nn")))
	q := address.Query()
	for name, want := range map[string]string{
		"response_type": "code", "client_id": "client", "scope": "openid profile", "redirect_uri": s.server.URL + "/login/callback",
		"code_challenge_method": "S256", "acr_values": "idporten-loa-high",
	} {
		if q.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, q.Get(name), want)
		}
	}
	for _, name := range []string{"state", "nonce", "code_challenge"} {
		if len(q.Get(name)) != 43 {
			t.Errorf("%s is %q", name, q.Get(name))
		}
	}
	status, location, body := s.finish(t, s.authorize(t, address.String()))
	if status != http.StatusSeeOther || location != "/requests/1?lang=nn" {
		t.Fatalf("%d %s %s %s", status, location, body, s.log)
	}
	want := &auth.Session{
		Person: models.ID("person:" + s.issuer + " person-1"), Issuer: s.issuer, Subject: "person-1", Provider: "op", Level: 4,
		AuthTime: start.Add(-5 * time.Second), SignedIn: start, Seen: start,
	}
	if diff := cmp.Diff(want, s.me(t)); diff != "" {
		t.Errorf("session (-want +got):\n%s", diff)
	}
	pid, err := party.ParsePersonID("02857010054")
	if err != nil {
		t.Fatal(err)
	}
	identity := []party.Identity{{Issuer: s.issuer, Subject: "person-1", PID: pid, Name: "Kari Nordmann"}}
	if diff := cmp.Diff(identity, s.people.seen, cmpopts.EquateComparable(party.PersonID{})); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
	if _, there := s.cookies("/login/op")["stafett_login"]; there {
		t.Error("the pre-login cookie is still there")
	}
	if len(s.store.rows) != 1 {
		t.Errorf("%d sessions in the store, want 1", len(s.store.rows))
	}
}

// honest are unusual answers that hold all the same.
func TestUnusualProvidersThatAreInOrder(t *testing.T) {
	for name, change := range map[string]func(*provider){
		"ES256": func(p *provider) {
			p.keys = []jose.JSONWebKey{{Key: ecKey().Public(), KeyID: "ec", Use: "sig"}}
			p.sign = func(_, claims any) string { return sign("ES256", ecKey(), object{"alg": "ES256", "kid": "ec"}, claims) }
			p.discovery = func(d object) { d["id_token_signing_alg_values_supported"] = []string{"ES256"} }
		},
		"kid absent, one key":    func(p *provider) { p.header = object{"alg": "RS256"} },
		"aud as a list of one":   func(p *provider) { p.claims = func(c object) { c["aud"] = []string{"client"} } },
		"azp is this client":     func(p *provider) { p.claims = func(c object) { c["azp"] = "client" } },
		"token_type in any case": func(p *provider) { p.response = func(r object) { r["token_type"] = "bEARER" } },
		"no iss, none announced": func(p *provider) {
			p.discovery = func(d object) { delete(d, "authorization_response_iss_parameter_supported") }
			p.answer = func(a url.Values) { a.Del("iss") }
		},
		"no auth_time": func(p *provider) { p.claims = func(c object) { delete(c, "auth_time") } },
		"no name":      func(p *provider) { p.claims = func(c object) { delete(c, "name") } },
		"no pid":       func(p *provider) { p.claims = func(c object) { delete(c, "pid") } },
		"no end of session": func(p *provider) {
			p.discovery = func(d object) { delete(d, "end_session_endpoint") }
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProvider(t)
			change(p)
			s := newSite(t, p, "")
			if status, _, body := s.signIn(t); status != http.StatusSeeOther || s.me(t) == nil {
				t.Errorf("%d %s %s", status, body, s.log)
			}
		})
	}
}

// hostile is every way in which a provider, or somebody between, may lie.
func hostile() map[string]func(*provider) {
	claims := func(f func(object)) func(*provider) { return func(p *provider) { p.claims = f } }
	set := func(name string, v any) func(*provider) { return claims(func(c object) { c[name] = v }) }
	drop := func(name string) func(*provider) { return claims(func(c object) { delete(c, name) }) }
	answer := func(f func(url.Values)) func(*provider) { return func(p *provider) { p.answer = f } }
	header := func(h object) func(*provider) { return func(p *provider) { p.header = h } }
	response := func(f func(object)) func(*provider) { return func(p *provider) { p.response = f } }
	now := start.Unix()
	return map[string]func(*provider){
		"state wrong":               answer(func(a url.Values) { a.Set("state", strings.Repeat("A", 43)) }),
		"state missing":             answer(func(a url.Values) { a.Del("state") }),
		"state empty":               answer(func(a url.Values) { a.Set("state", "") }),
		"state shortened":           answer(func(a url.Values) { a.Set("state", a.Get("state")[:42]) }),
		"state longer":              answer(func(a url.Values) { a.Set("state", a.Get("state")+"A") }),
		"state twice":               answer(func(a url.Values) { a.Add("state", a.Get("state")) }),
		"code missing":              answer(func(a url.Values) { a.Del("code") }),
		"code of nobody":            answer(func(a url.Values) { a.Set("code", "guess") }),
		"code twice":                answer(func(a url.Values) { a.Add("code", a.Get("code")) }),
		"code huge":                 answer(func(a url.Values) { a.Set("code", strings.Repeat("c", 100_000)) }),
		"error":                     answer(func(a url.Values) { a.Del("code"); a.Set("error", "access_denied") }),
		"error beside a code":       answer(func(a url.Values) { a.Set("error", "access_denied") }),
		"answer's iss wrong":        answer(func(a url.Values) { a.Set("iss", "https://evil.example") }),
		"answer's iss removed":      answer(func(a url.Values) { a.Del("iss") }),
		"answer's iss with a slash": answer(func(a url.Values) { a.Set("iss", a.Get("iss")+"/") }),
		"answer's iss twice":        answer(func(a url.Values) { a.Add("iss", "https://evil.example") }),
		"iss wrong, though not announced": func(p *provider) {
			p.discovery = func(d object) { delete(d, "authorization_response_iss_parameter_supported") }
			p.answer = func(a url.Values) { a.Set("iss", "https://evil.example") }
		},
		"nonce wrong":            set("nonce", strings.Repeat("n", 43)),
		"nonce missing":          drop("nonce"),
		"nonce a list":           set("nonce", []string{"n"}),
		"aud wrong":              set("aud", "other"),
		"aud missing":            drop("aud"),
		"aud with another":       set("aud", []string{"client", "other"}),
		"azp another":            set("azp", "other"),
		"iss wrong":              set("iss", "https://evil.example"),
		"iss missing":            drop("iss"),
		"sub missing":            drop("sub"),
		"sub empty":              set("sub", ""),
		"sub a number":           set("sub", 7),
		"sub too long":           set("sub", strings.Repeat("s", 300)),
		"expired":                set("exp", now-1),
		"exp missing":            drop("exp"),
		"exp text":               set("exp", "later"),
		"lives for ever":         set("exp", now+40*24*3600),
		"iat missing":            drop("iat"),
		"iat an hour old":        set("iat", now-3600),
		"iat in the future":      set("iat", now+61),
		"nbf in the future":      set("nbf", now+61),
		"pid malformed":          set("pid", "12345678901"),
		"pid a number":           set("pid", 2857010054),
		"name a list":            set("name", []string{"Kari"}),
		"name huge":              set("name", strings.Repeat("K", 1000)),
		"acr a list":             set("acr", []string{"idporten-loa-high"}),
		"a logout token":         set("events", object{}),
		"at_hash of another":     set("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"),
		"typ of an access token": header(object{"alg": "RS256", "kid": "rsa", "typ": "at+jwt"}),
		"typ of a logout token":  header(object{"alg": "RS256", "kid": "rsa", "typ": "logout+jwt"}),
		"alg none": func(p *provider) {
			p.sign = func(_, claims any) string {
				return b64([]byte(`{"alg":"none"}`)) + "." + b64([]byte(text(claims))) + "."
			}
		},
		"alg HS256 with the secret": func(p *provider) {
			p.sign = func(_, claims any) string { return sign("HS256", []byte("secret"), object{"alg": "HS256"}, claims) }
		},
		"alg not announced": func(p *provider) {
			p.sign = func(_, claims any) string {
				return sign("PS256", rsaKey(), object{"alg": "PS256", "kid": "rsa"}, claims)
			}
		},
		"signature missing": func(p *provider) {
			p.sign = func(h, claims any) string {
				return strings.Join(strings.Split(sign("RS256", rsaKey(), h, claims), ".")[:2], ".") + "."
			}
		},
		"signature of another key": func(p *provider) {
			p.sign = func(h, claims any) string { return sign("RS256", otherRSAKey(), h, claims) }
		},
		"kid unknown": header(object{"alg": "RS256", "kid": "other"}),
		"kid absent, two keys": func(p *provider) {
			p.header = object{"alg": "RS256"}
			p.keys = append(p.keys, jose.JSONWebKey{Key: otherRSAKey().Public(), KeyID: "other", Use: "sig"})
		},
		"embedded key":       header(object{"alg": "RS256", "kid": "rsa", "jwk": object{}}),
		"key for encryption": func(p *provider) { p.keys[0].Use, p.keys[0].Algorithm = "enc", "" },
		"claims twice": func(p *provider) {
			p.sign = func(h, claims any) string {
				return sign("RS256", rsaKey(), h, strings.Replace(text(claims), "{", `{"sub":"other",`, 1))
			}
		},
		"no ID token":          response(func(r object) { delete(r, "id_token") }),
		"ID token a list":      response(func(r object) { r["id_token"] = []any{r["id_token"]} }),
		"no access token":      response(func(r object) { delete(r, "access_token") }),
		"ID token is huge":     response(func(r object) { r["id_token"] = strings.Repeat("A", 20_000) }),
		"token answer is huge": response(func(r object) { r["x"] = strings.Repeat("A", 300<<10) }),
		"token endpoint redirects": func(p *provider) {
			p.token = func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Query().Has("again") {
					return false
				}
				http.Redirect(w, r, p.issuer+"/token?again", http.StatusTemporaryRedirect)
				return true
			}
		},
		"token endpoint speaks HTML": func(p *provider) {
			p.token = func(w http.ResponseWriter, _ *http.Request) bool {
				_, _ = io.WriteString(w, "<html>")
				return true
			}
		},
	}
}

func TestHostileProviderSignsNobodyIn(t *testing.T) {
	for name, change := range hostile() {
		t.Run(name, func(t *testing.T) {
			p := newProvider(t)
			change(p)
			s := newSite(t, p, "")
			status, _, body := s.signIn(t)
			if status != http.StatusTeapot || strings.TrimSpace(body) != string(models.CodeLoginFailed) {
				t.Errorf("%d %s", status, body)
			}
			if s.me(t) != nil || len(s.people.seen) != 0 {
				t.Error("somebody is signed in")
			}
			if log := s.log.String(); strings.Contains(log, "02857010054") || strings.Contains(log, "Kari") || strings.Contains(log, "secret") {
				t.Errorf("the log tells too much: %s", log)
			}
		})
	}
}

func TestMetadataThatIsNotUsed(t *testing.T) {
	for name, change := range map[string]func(object){
		"another issuer":          func(d object) { d["issuer"] = "https://evil.example" },
		"issuer with a slash":     func(d object) { d["issuer"] = d["issuer"].(string) + "/" },
		"huge":                    func(d object) { d["x"] = strings.Repeat("x", 300<<10) },
		"plain http elsewhere":    func(d object) { d["token_endpoint"] = "http://op.example/token" },
		"authorization by script": func(d object) { d["authorization_endpoint"] = "javascript:alert(1)" },
		"keys in a file":          func(d object) { d["jwks_uri"] = "file:///etc/passwd" },
		"no keys":                 func(d object) { delete(d, "jwks_uri") },
		"wrong types":             func(d object) { d["token_endpoint_auth_methods_supported"] = 1 },
	} {
		t.Run(name, func(t *testing.T) {
			p := newProvider(t)
			p.discovery = change
			s := newSite(t, p, "")
			if status, _, body := s.do(t, http.MethodGet, "/login/op"); status != http.StatusTeapot || !strings.Contains(body, "unavailable") {
				t.Errorf("%d %s", status, body)
			}
		})
	}
}

func TestUserInfoAddsWhatTheIDTokenLacks(t *testing.T) {
	honest := func(p *provider) {
		p.claims = func(c object) { delete(c, "name"); delete(c, "pid") }
		p.userInfo = object{"sub": "person-1", "name": "Kari Nordmann", "pid": "02857010054"}
	}
	p := newProvider(t)
	honest(p)
	s := newSite(t, p, `,"userinfo":true`)
	if status, _, body := s.signIn(t); status != http.StatusSeeOther || s.people.seen[0].Name != "Kari Nordmann" || s.people.seen[0].PID.IsZero() {
		t.Fatalf("%d %s %s", status, body, s.log)
	}
	for name, change := range map[string]func(object){
		"sub of another": func(u object) { u["sub"] = "person-2" },
		"no sub":         func(u object) { delete(u, "sub") },
		"pid malformed":  func(u object) { u["pid"] = "1" },
		"huge":           func(u object) { u["x"] = strings.Repeat("x", 300<<10) },
	} {
		p := newProvider(t)
		honest(p)
		change(p.userInfo)
		s := newSite(t, p, `,"userinfo":true`)
		if status, _, _ := s.signIn(t); status != http.StatusTeapot || s.me(t) != nil || len(s.people.seen) != 0 {
			t.Errorf("%s: %d", name, status)
		}
		if log := s.log.String(); strings.Contains(log, "Kari") || strings.Contains(log, "02857010054") {
			t.Errorf("%s: the log tells too much: %s", name, log)
		}
	}
}

func TestLevelComesFromTheListAlone(t *testing.T) {
	for acr, want := range map[any]int{
		"idporten-loa-high": 4, "idporten-loa-substantial": 3, "idporten-loa-low": 0, "IDPORTEN-LOA-HIGH": 0, "4": 0, "idporten-loa-high ": 0,
		"pid": 0, nil: 0,
	} {
		p := newProvider(t)
		p.claims = func(c object) {
			if c["acr"] = acr; acr == nil {
				delete(c, "acr")
			}
		}
		s := newSite(t, p, "")
		s.signIn(t)
		if got := s.me(t); got == nil || got.Level != want {
			t.Errorf("acr %v: %+v, want level %d", acr, got, want)
		}
	}
}

func TestAnswerCountsOnce(t *testing.T) {
	s := newSite(t, newProvider(t), "")
	answer := s.authorize(t, s.begin(t, "/"))
	if status, _, _ := s.finish(t, answer); status != http.StatusSeeOther {
		t.Fatal(s.log)
	}
	if _, _, body := s.do(t, http.MethodPost, "/logout"); body != "" {
		t.Fatal(body)
	}
	if status, _, _ := s.finish(t, answer); status != http.StatusTeapot || s.me(t) != nil {
		t.Errorf("the second time: %d", status)
	}
}

func TestAnswerThatFailedOnceIsSpent(t *testing.T) {
	p := newProvider(t)
	bad := true
	p.claims = func(c object) {
		if bad {
			c["nonce"] = "other"
		}
	}
	s := newSite(t, p, "")
	address := s.begin(t, "/")
	if status, _, _ := s.finish(t, s.authorize(t, address)); status != http.StatusTeapot {
		t.Fatal(status)
	}
	bad = false
	if status, _, _ := s.finish(t, s.authorize(t, address)); status != http.StatusTeapot || s.me(t) != nil {
		t.Errorf("the second time: %d", status)
	}
}

func TestAnswerIsForTheBrowserThatAsked(t *testing.T) {
	s := newSite(t, newProvider(t), "")
	answer := s.authorize(t, s.begin(t, "/"))
	victim := *s
	victim.browser = newBrowser()
	if status, _, _ := victim.finish(t, answer); status != http.StatusTeapot || victim.me(t) != nil {
		t.Errorf("a browser without cookies: %d", status)
	}
	victim.begin(t, "/")
	if status, _, _ := victim.finish(t, answer); status != http.StatusTeapot || victim.me(t) != nil {
		t.Errorf("a browser with a login of its own: %d", status)
	}
}

func TestCodeOfAnotherLoginIsRefused(t *testing.T) {
	s := newSite(t, newProvider(t), "")
	first, second := s.authorize(t, s.begin(t, "/")), s.authorize(t, s.begin(t, "/"))
	second.Set("code", first.Get("code"))
	if status, _, _ := s.finish(t, second); status != http.StatusTeapot || s.me(t) != nil {
		t.Errorf("%d: PKCE does not bind", status)
	}
}

func TestLoginRunsOutAfterTenMinutes(t *testing.T) {
	for wait, want := range map[time.Duration]int{10*time.Minute - time.Second: http.StatusSeeOther, 10 * time.Minute: http.StatusTeapot} {
		p := newProvider(t)
		s := newSite(t, p, "")
		address := s.begin(t, "/")
		s.clock.advance(wait)
		p.claims = func(c object) { c["iat"], c["exp"] = s.clock.Now().Unix(), s.clock.Now().Unix()+60 }
		if status, _, body := s.finish(t, s.authorize(t, address)); status != want {
			t.Errorf("after %v: %d %s %s", wait, status, body, s.log)
		}
	}
}

func TestSeveralTabsSignInBesideEachOther(t *testing.T) {
	s := newSite(t, newProvider(t), "")
	first, second := s.begin(t, "/requests/1"), s.begin(t, "/requests/2")
	for path, address := range map[string]string{"/requests/2": second, "/requests/1": first} {
		if status, location, body := s.finish(t, s.authorize(t, address)); status != http.StatusSeeOther || location != path {
			t.Errorf("%s: %d %s %s", path, status, location, body)
		}
	}
	addresses := []string{}
	for range 7 {
		addresses = append(addresses, s.begin(t, "/"))
	}
	for i, want := range []int{418, 418, 303, 303, 303, 303, 303} {
		if status, _, _ := s.finish(t, s.authorize(t, addresses[i])); status != want {
			t.Errorf("login %d of seven at once: %d, want %d", i+1, status, want)
		}
	}
}

func TestProviderThatIsDown(t *testing.T) {
	p := newProvider(t)
	p.down = true
	s := newSite(t, p, "")
	for range 20 {
		if status, _, body := s.do(t, http.MethodGet, "/login/op"); status != http.StatusTeapot || !strings.Contains(body, "unavailable") {
			t.Fatalf("%d %s", status, body)
		}
	}
	if n := p.hits["/.well-known/openid-configuration"]; n != 1 {
		t.Errorf("asked %d times", n)
	}
	if _, ok := s.login.LogoutURL(t.Context(), "op"); ok {
		t.Error("a log-out address out of nothing")
	}
	p.down = false
	s.clock.advance(11 * time.Second)
	p.claims = func(c object) { c["iat"] = s.clock.Now().Unix() }
	if status, _, body := s.signIn(t); status != http.StatusSeeOther {
		t.Fatalf("once it is up: %d %s", status, body)
	}
	address := s.begin(t, "/")
	p.down = true
	s.clock.advance(5 * time.Minute)
	if status, _, body := s.finish(t, s.authorize(t, address)); status != http.StatusTeapot {
		t.Errorf("while it is down again: %d %s", status, body)
	}
	if s.me(t) == nil {
		t.Error("a session that was there ended with it")
	}
}

func TestMetadataIsReadOnceByManyAtOnce(t *testing.T) {
	p := newProvider(t)
	s := newSite(t, p, "")
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() { _, _ = s.login.LogoutURL(t.Context(), "op") })
	}
	wg.Wait()
	if n := p.hits["/.well-known/openid-configuration"]; n != 1 {
		t.Errorf("read %d times", n)
	}
}

func TestLoginThatIsNotSetUp(t *testing.T) {
	s := newSite(t, newProvider(t), "")
	login, err := auth.NewLogin(auth.LoginConfig{
		PublicURL: publicURL, Client: auth.NewClient(), People: s.people, Sessions: s.sessions, Now: s.clock.Now, Logger: discard(),
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(login.Choices()) != 0 {
		t.Error("choices out of nothing")
	}
	if _, err := login.Start(t.Context(), "op", "/", ""); models.CodeOf(err) != models.CodeLoginNotSetUp {
		t.Error(err)
	}
	if _, err := s.login.Start(t.Context(), "other", "/", ""); models.CodeOf(err) != models.CodeNotFound {
		t.Error(err)
	}
	if _, err := auth.NewLogin(auth.LoginConfig{}); err == nil {
		t.Error("a login without parts")
	}
}

func TestPersonWhomTheRegistryRefusesIsNotSignedIn(t *testing.T) {
	s := newSite(t, newProvider(t), "")
	s.people.fail = models.NewError(models.Forbidden, models.CodeForbidden)
	if status, _, body := s.signIn(t); status != http.StatusTeapot || !strings.Contains(body, "forbidden") || s.me(t) != nil {
		t.Errorf("%d %s", status, body)
	}
}

func TestLogoutURL(t *testing.T) {
	s := newSite(t, newProvider(t), "")
	got, ok := s.login.LogoutURL(t.Context(), "op")
	want := s.issuer + "/end?client_id=client&post_logout_redirect_uri=" + url.QueryEscape(s.server.URL+"/") + "&tenant=a"
	if !ok || got != want {
		t.Errorf("%v %s, want %s", ok, got, want)
	}
	if _, ok := s.login.LogoutURL(t.Context(), "other"); ok {
		t.Error("for another provider")
	}
}

func TestOwnPath(t *testing.T) {
	for _, path := range []string{
		"/", "/requests", "/requests/1?lang=nb&scheme=dark", "/systemusers/", "/supplier/systems/313367002_kladd.bok", "/a?next=//b", "/a?x=%2F%2f",
	} {
		if got := auth.OwnPath(path); got != path {
			t.Errorf("%q became %q", path, got)
		}
	}
	for _, path := range []string{
		"", "requests", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "/%09/evil.example", "/%2f/evil.example",
		"/%5cevil.example", "https://evil.example", "https:evil.example", "javascript:alert(1)", " /a", "/a\r\nSet-Cookie: x=1", "/a#b", "/./", "/../a", "/a/../..//evil",
		"/a//b", "/;@evil.example/%2e%2e", "/\u2028", "/å", "/a\x00", "/" + strings.Repeat("a", 2000), "/login", "/login/op", "/login/callback?x=1", "/logout", "/logged-out",
		"?x=1", "#x", "mailto:x", "/a b", "http:///evil.example", "//evil.example@stafett.example/",
	} {
		if got := auth.OwnPath(path); got != "" {
			t.Errorf("%q became %q", path, got)
		}
	}
}

// Each of the published open redirect strings leads to a page of ours or
// nowhere, read as browsers read (WHATWG URL: tabs and line breaks vanish,
// backslashes are slashes).
func TestPublishedOpenRedirectsLeadNowhere(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "shared", "data", "attack", "payloads", "Open Redirect", "Intruder")
	files, _ := filepath.Glob(filepath.Join(dir, "*.txt"))
	if len(files) == 0 {
		t.Skip("no test data beside the checkout")
	}
	n := 0
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		for lines := bufio.NewScanner(f); lines.Scan(); {
			for _, payload := range []string{lines.Text(), "/" + lines.Text()} {
				n++
				if got := auth.OwnPath(payload); got != "" && leaves(got) {
					t.Errorf("%q passes as %q", payload, got)
				}
			}
		}
		_ = f.Close()
	}
	if n < 600 {
		t.Errorf("%d strings only", n)
	}
}

func leaves(target string) bool {
	as := strings.NewReplacer("\t", "", "\r", "", "\n", "", "\\", "/").Replace(strings.TrimSpace(target))
	u, err := must(url.Parse(publicURL)).Parse(as)
	return err != nil || u.Scheme+"://"+u.Host != publicURL || strings.HasPrefix(as, "//") || u.User != nil
}

func TestStoreThatIsDownSignsNobodyIn(t *testing.T) {
	s := newSite(t, newProvider(t), "")
	answer := s.authorize(t, s.begin(t, "/"))
	s.store.fail = errors.New("disk is full")
	if status, location, _ := s.finish(t, answer); status != http.StatusServiceUnavailable {
		t.Errorf("%d %s", status, location)
	}
	s.store.fail = nil
	if s.me(t) != nil {
		t.Error("somebody is signed in")
	}
}

func TestProvidersOfAFile(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "secret"), []byte("hush\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := auth.ParseProviders([]byte(`{"providers":[
		{"id":"idporten","name":{"nb":"ID-porten","nn":"ID-porten","en":"ID-porten (Norway)"},"issuer":"https://idporten.no","client_id":"c","client_secret_file":"secret",
		 "scopes":["openid"],"acr_values":["idporten-loa-high"],"ui_locales":true,"prompt_login":true,"claims":{"pid":"pid","level":{"idporten-loa-high":4}}},
		{"id":"own","name":"Own","issuer":"http://localhost:8080/op","client_id":"d","userinfo":true,"claims":{"name":"display_name"}}]}`), dir)
	if err != nil {
		t.Fatal(err)
	}
	want := auth.Providers{
		{
			ID: "idporten", Name: models.Text{NB: "ID-porten", NN: "ID-porten", EN: "ID-porten (Norway)"}, Issuer: "https://idporten.no", ClientID: "c",
			Secret: auth.NewSecret("hush"), Scopes: []string{"openid"}, ACRValues: []string{"idporten-loa-high"}, UILocales: true, PromptFull: true,
			PIDClaim: "pid", NameClaim: "name", Levels: map[string]int{"idporten-loa-high": 4},
		},
		{
			ID: "own", Name: models.Text{NB: "Own", NN: "Own", EN: "Own"}, Issuer: "http://localhost:8080/op", ClientID: "d",
			Scopes: []string{"openid", "profile"}, UserInfo: true, NameClaim: "display_name",
		},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateComparable(auth.Secret{})); diff != "" {
		t.Errorf("providers (-want +got):\n%s", diff)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		if s := fmt.Sprintf(verb, got); strings.Contains(s, "hush") || strings.Contains(s, "68757368") {
			t.Errorf("%s prints the secret: %s", verb, s)
		}
	}
	if strings.Contains(text(got), "hush") {
		t.Error("JSON has the secret")
	}
}

func TestFaultsOfProvidersAreToldWithTheirPlace(t *testing.T) {
	good := `{"id":"a","name":"A","issuer":"https://a.example","client_id":"c"}`
	with := func(more string) string { return `{"providers":[` + strings.TrimSuffix(good, "}") + "," + more + `}]}` }
	for name, c := range map[string]struct {
		file string
		want []string
	}{
		"empty":            {``, []string{"file"}},
		"none":             {`{"providers":[]}`, []string{"providers"}},
		"unknown member":   {with(`"secret":"x"`), []string{"providers[0].secret"}},
		"id twice":         {`{"providers":[` + good + `,` + good + `]}`, []string{"providers[1].id"}},
		"everything wrong": {`{"x":1,"providers":[{"id":"callback","name":"","issuer":"http://a.example","scopes":["profile"],"claims":{"pid":1,"level":{"x":5},"y":0}}]}`, []string{"providers[0].name", "providers[0].client_id", "providers[0].id", "providers[0].issuer", "providers[0].scopes", "providers[0].claims.pid", "providers[0].claims.level.x", "providers[0].claims.y", "x"}},
		"id with a slash":  {strings.Replace(with(`"userinfo":true`), `"a"`, `"a/b"`, 1), []string{"providers[0].id"}},
		"name without nb":  {strings.Replace(with(`"userinfo":true`), `"A"`, `{"en":"A"}`, 1), []string{"providers[0].name.nb"}},
		"two secrets":      {with(`"client_secret":"x","client_secret_file":"y"`), []string{"providers[0].client_secret_file"}},
		"secret file gone": {with(`"client_secret_file":"gone"`), []string{"providers[0].client_secret_file"}},
		"scope with space": {with(`"scopes":["openid profile"]`), []string{"providers[0].scopes", "providers[0].scopes, acr_values"}},
		"flag as text":     {with(`"userinfo":"yes"`), []string{"providers[0].userinfo"}},
		"level a fraction": {with(`"claims":{"level":{"x":1.5}}`), []string{"providers[0].claims.level.x"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := auth.ParseProviders([]byte(c.file), t.TempDir())
			if err == nil {
				t.Fatal("accepted")
			}
			var places []string
			for line := range strings.SplitSeq(err.Error(), "\n") {
				place, _, _ := strings.Cut(line, ": ")
				places = append(places, place)
			}
			if diff := cmp.Diff(c.want, places); diff != "" {
				t.Errorf("places (-want +got):\n%s\n%v", diff, err)
			}
		})
	}
}
