package auth_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// module is one test of a conformance suite for relying parties, as we play it
// against our own provider.
type module struct {
	name string
	good bool                         // it should end in a login, or in the end of one
	play func(t *testing.T) (is bool) // whether it did
}

// login plays a module that is one login at a provider with the change.
func login(name string, good bool, change func(*provider)) module {
	return module{name, good, func(t *testing.T) bool {
		p := newProvider(t)
		if change != nil {
			change(p)
		}
		s := newSite(t, p, "")
		if status, address, _ := s.do(t, http.MethodGet, "/login/op"); status == http.StatusSeeOther {
			s.finish(t, s.authorize(t, address))
		}
		return s.me(t) != nil
	}}
}

// logoutModule plays one logout token.
func logoutModule(name string, good bool, token func(*provider) string) module {
	return module{name, good, func(t *testing.T) bool {
		p := newProvider(t)
		s := newSite(t, p, "")
		err := s.login.EndByProvider(t.Context(), "op", token(p))
		if (err == nil) != (len(s.people.ended) == 1) {
			t.Errorf("%v, ended %q", err, s.people.ended)
		}
		return err == nil
	}}
}

// modules are those of security-reliability.md 3.5, each once: of OpenID
// Connect, of FAPI 2, of log-out, and our own.
func modules() []module {
	answers, claims, tokens, logouts := hostileAnswers(), hostileClaims(), hostileTokens(), hostileLogouts()
	es256 := func(key *ecdsa.PrivateKey) func(*provider) {
		return func(p *provider) {
			p.keys = []jose.JSONWebKey{{Key: ecKey().Public(), KeyID: "ec", Use: "sig"}}
			p.discovery = func(d object) { d["id_token_signing_alg_values_supported"] = []string{"ES256"} }
			p.sign = func(_, claims any) string { return sign("ES256", key, object{"alg": "ES256", "kid": "ec"}, claims) }
		}
	}
	return []module{
		login("oidcc happy path", true, nil),
		login("oidcc discovery: issuer mismatch", false, func(p *provider) { p.discovery = func(d object) { d["issuer"] = "https://evil.example" } }),
		login("oidcc discovery: keys at jwks_uri", true, func(p *provider) { p.discovery = func(d object) { d["jwks_uri"] = p.issuer + "/jwks?again" } }),
		login("oidcc discovery: no keys", false, func(p *provider) { p.discovery = func(d object) { delete(d, "jwks_uri") } }),
		login("oidcc ID token: sig none", false, tokens["alg none"]),
		login("oidcc ID token: sig RS256", true, func(p *provider) {
			p.discovery = func(d object) { d["id_token_signing_alg_values_supported"] = []string{"RS256"} }
		}),
		login("oidcc ID token: sig ES256", true, es256(ecKey())),
		login("oidcc ID token: invalid aud", false, claims["aud wrong"]),
		login("oidcc ID token: invalid iss", false, claims["iss wrong"]),
		login("oidcc ID token: invalid sig ES256", false, es256(must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)))),
		login("oidcc ID token: invalid sig HS256", false, tokens["alg HS256 with the secret"]),
		login("oidcc ID token: invalid sig RS256", false, tokens["signature of another key"]),
		login("oidcc ID token: kid absent, single key", true, func(p *provider) { p.header = object{"alg": "RS256"} }),
		login("oidcc ID token: kid absent, several keys", false, tokens["kid absent, two keys"]),
		login("oidcc ID token: missing aud", false, claims["aud missing"]),
		login("oidcc ID token: missing iat", false, claims["iat missing"]),
		login("oidcc ID token: missing sub", false, claims["sub missing"]),
		login("oidcc ID token: invalid nonce", false, claims["nonce wrong"]),
		{"oidcc keys rotate", true, func(t *testing.T) bool { return rotation(t, time.Hour) }},
		{"oidcc keys rotate just before signing", true, func(t *testing.T) bool { return rotation(t, 0) }},
		{"oidcc userinfo: wrong sub", false, func(t *testing.T) bool {
			p := newProvider(t)
			p.userInfo = object{"sub": "person-2", "name": "Ola Nordmann"}
			s := newSite(t, p, `,"userinfo":true`)
			s.signIn(t)
			return s.me(t) != nil
		}},
		{"oidcc third-party-initiated login", false, func(t *testing.T) bool {
			s := newSite(t, newProvider(t), "")
			s.finish(t, url.Values{"iss": {s.issuer}, "login_hint": {"kari"}, "target_link_uri": {"https://evil.example"}, "code": {"c"}})
			return s.me(t) != nil
		}},

		login("fapi2 response: state missing", false, answers["state missing"]),
		login("fapi2 response: state wrong", false, answers["state wrong"]),
		login("fapi2 ID token: alternate alg", false, tokens["alg not announced"]),
		login("fapi2 response: wrong iss", false, answers["answer's iss wrong"]),
		login("fapi2 response: iss removed", false, answers["answer's iss removed"]),
		login("fapi2 ID token: expired", false, claims["expired"]),
		login("fapi2 ID token: missing exp", false, claims["exp missing"]),
		login("fapi2 ID token: missing nonce", false, claims["nonce missing"]),
		login("fapi2 ID token: secondary aud", false, claims["aud with another"]),
		login("fapi2 ID token: aud as array", true, func(p *provider) { p.claims = func(c object) { c["aud"] = []string{"client"} } }),
		login("fapi2 ID token: null alg", false, func(p *provider) {
			p.sign = func(_, claims any) string {
				return b64([]byte(`{"alg":null,"kid":"rsa"}`)) + "." + b64([]byte(text(claims))) + ".AA"
			}
		}),

		logoutModule("backchannel alg none", false, logouts["alg none"]),
		logoutModule("backchannel no event", false, logouts["no event"]),
		logoutModule("backchannel with nonce", false, logouts["with nonce"]),
		logoutModule("backchannel wrong alg", false, logouts["alg not announced"]),
		logoutModule("backchannel wrong aud", false, logouts["aud wrong"]),
		logoutModule("backchannel wrong event", false, logouts["event another"]),
		logoutModule("backchannel wrong iss", false, logouts["iss wrong"]),
		logoutModule("backchannel good", true, func(p *provider) string { return p.logoutToken() }),

		{"own: code replayed", false, func(t *testing.T) bool {
			s := newSite(t, newProvider(t), "")
			used := s.authorize(t, s.begin(t, "/"))
			s.finish(t, used)
			s.do(t, http.MethodPost, "/logout")
			address := s.begin(t, "/")
			used.Set("state", must(url.Parse(address)).Query().Get("state"))
			s.finish(t, used)
			return s.me(t) != nil
		}},
		{"own: code of another session", false, func(t *testing.T) bool {
			s := newSite(t, newProvider(t), "")
			first, second := s.authorize(t, s.begin(t, "/")), s.authorize(t, s.begin(t, "/"))
			second.Set("code", first.Get("code"))
			s.finish(t, second)
			return s.me(t) != nil
		}},
		login("own: 307 at the token endpoint", false, tokens["token endpoint redirects"]),
		login("own: huge discovery", false, func(p *provider) { p.discovery = func(d object) { d["x"] = strings.Repeat("x", 300<<10) } }),
		{"own: slow keys", false, slowKeys},
		login("own: token_type in any case", true, func(p *provider) { p.response = func(r object) { r["token_type"] = "bEARER" } }),
	}
}

// rotation signs in, lets the provider change its keys, and signs in again
// after the wait.
func rotation(t *testing.T, wait time.Duration) bool {
	p := newProvider(t)
	s := newSite(t, p, "")
	p.claims = s.fresh
	s.signIn(t)
	s.do(t, http.MethodPost, "/logout")
	s.clock.advance(time.Minute)
	address := s.begin(t, "/")
	p.keys = []jose.JSONWebKey{{Key: otherRSAKey().Public(), KeyID: "new", Use: "sig"}}
	p.sign = func(_, claims any) string {
		return sign("RS256", otherRSAKey(), object{"alg": "RS256", "kid": "new"}, claims)
	}
	if s.clock.advance(wait); wait > 0 {
		address = s.begin(t, "/")
	}
	s.finish(t, s.authorize(t, address))
	return s.me(t) != nil
}

// slowKeys lets the keys hang until the browser has given up.
func slowKeys(t *testing.T) bool {
	asked, release := make(chan struct{}), make(chan struct{})
	hanging := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { close(asked); <-release }))
	t.Cleanup(hanging.Close)
	t.Cleanup(func() { close(release) })
	p := newProvider(t)
	p.discovery = func(d object) { d["jwks_uri"] = hanging.URL + "/jwks" }
	s := newSite(t, p, "")
	answer := s.authorize(t, s.begin(t, "/"))
	ctx, giveUp := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.server.URL+"/login/callback?"+answer.Encode(), http.NoBody)
		if err == nil {
			var res *http.Response
			if res, err = s.browser.Do(req); err == nil {
				_ = res.Body.Close()
			}
		}
		done <- err
	}()
	<-asked
	giveUp()
	if err := <-done; err == nil {
		t.Error("it was answered")
	}
	return s.me(t) != nil || len(s.people.seen) != 0
}

func TestFortyHostileProvidersAndMore(t *testing.T) {
	all := modules()
	wrong, names := 0, map[string]bool{}
	for _, m := range all {
		names[m.name] = true
		t.Run(m.name, func(t *testing.T) {
			switch is := m.play(t); {
			case is && !m.good:
				wrong++
				t.Error("it came through")
			case !is && m.good:
				t.Error("it is in order, and was refused")
			}
		})
	}
	t.Logf("%d modules, %d that should have failed and did not", len(names), wrong)
	if len(names) < 40 || len(names) != len(all) || wrong != 0 {
		t.Errorf("%d modules of different names, %d wrong", len(names), wrong)
	}
}
