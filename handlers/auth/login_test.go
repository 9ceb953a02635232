package auth_test

import (
	"errors"
	"net/http"
	"net/url"
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
		Login: "login-1", Person: models.ID("person:" + s.issuer + " person-1"), Issuer: s.issuer, Subject: "person-1", Provider: "op", Level: 4,
		AuthTime: start.Add(-5 * time.Second), SignedIn: start, Seen: start,
	}
	if diff := cmp.Diff(want, s.me(t)); diff != "" {
		t.Errorf("session (-want +got):\n%s", diff)
	}
	pid, err := party.ParsePersonID("02857010054")
	if err != nil {
		t.Fatal(err)
	}
	arrived := []party.Arrival{{
		Identity: party.Identity{Issuer: s.issuer, Subject: "person-1", PID: pid, Name: "Kari Nordmann"},
		Provider: "op", Level: 4, AuthTime: start.Add(-5 * time.Second), Agent: "Firefox",
	}}
	if diff := cmp.Diff(arrived, s.people.seen, cmpopts.EquateComparable(party.PersonID{})); diff != "" {
		t.Errorf("arrival (-want +got):\n%s", diff)
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

// A name that shows as another, or that a database cannot store, is none: his
// colleagues read it beside what he has approved.
func TestANameThatIsNotWhatItLooksLikeIsNone(t *testing.T) {
	for _, name := range []string{"Kari\u202eNordmann", "Kari\x00", "Ka\u200bri", "Kari\nNordmann", " "} {
		p := newProvider(t)
		p.claims = func(c object) { c["name"] = name }
		s := newSite(t, p, "")
		if status, _, body := s.signIn(t); status != http.StatusSeeOther || s.people.seen[0].Name != "" {
			t.Errorf("%q: %d %s %q", name, status, body, s.people.seen[0].Name)
		}
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
		PublicURL: publicURL, Client: auth.NewClient(), People: s.people, Replays: s.replays, Sessions: s.sessions, Now: s.clock.Now, Logger: discard(),
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

func TestProviderWhoseKeysAreDown(t *testing.T) {
	p := newProvider(t)
	p.discovery = func(d object) { d["jwks_uri"] = p.issuer + "/gone" }
	s := newSite(t, p, "")
	if status, _, body := s.signIn(t); status != http.StatusTeapot || !strings.Contains(body, "unavailable") || s.me(t) != nil {
		t.Errorf("%d %s", status, body)
	}
}
