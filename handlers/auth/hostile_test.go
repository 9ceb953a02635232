package auth_test

import (
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/stafett/stafett/handlers/auth"
	"github.com/stafett/stafett/models"
)

// hostileAnswers are ways in which a provider, or somebody between, may lie in
// what the browser brings back.
func hostileAnswers() map[string]func(*provider) {
	answer := func(f func(url.Values)) func(*provider) { return func(p *provider) { p.answer = f } }
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
	}
}

// hostileClaims are ID tokens that say something else than they should.
func hostileClaims() map[string]func(*provider) {
	claims := func(f func(object)) func(*provider) { return func(p *provider) { p.claims = f } }
	set := func(name string, v any) func(*provider) { return claims(func(c object) { c[name] = v }) }
	drop := func(name string) func(*provider) { return claims(func(c object) { delete(c, name) }) }
	now := start.Unix()
	return map[string]func(*provider){
		"nonce wrong":        set("nonce", strings.Repeat("n", 43)),
		"nonce missing":      drop("nonce"),
		"nonce a list":       set("nonce", []string{"n"}),
		"aud wrong":          set("aud", "other"),
		"aud missing":        drop("aud"),
		"aud with another":   set("aud", []string{"client", "other"}),
		"azp another":        set("azp", "other"),
		"iss wrong":          set("iss", "https://evil.example"),
		"iss missing":        drop("iss"),
		"sub missing":        drop("sub"),
		"sub empty":          set("sub", ""),
		"sub a number":       set("sub", 7),
		"sub with a null":    set("sub", "s\x00"),
		"sub beyond ASCII":   set("sub", "søren"),
		"sub too long":       set("sub", strings.Repeat("s", 300)),
		"sub a national id":  set("sub", "03874998779"),
		"sub tells the pid":  set("sub", "NO:028570-10054"),
		"sid a national id":  set("sid", "03874998779"),
		"sid tells the pid":  set("sid", "s-02857010054"),
		"expired":            set("exp", now-1),
		"exp missing":        drop("exp"),
		"exp text":           set("exp", "later"),
		"lives for ever":     set("exp", now+40*24*3600),
		"iat missing":        drop("iat"),
		"iat an hour old":    set("iat", now-3600),
		"iat in the future":  set("iat", now+61),
		"nbf in the future":  set("nbf", now+61),
		"pid malformed":      set("pid", "12345678901"),
		"pid a number":       set("pid", 2857010054),
		"name a list":        set("name", []string{"Kari"}),
		"name huge":          set("name", strings.Repeat("K", 1000)),
		"acr a list":         set("acr", []string{"idporten-loa-high"}),
		"auth_time to come":  set("auth_time", now+61),
		"auth_time text":     set("auth_time", "now"),
		"sid a number":       set("sid", 7),
		"sid too long":       set("sid", strings.Repeat("s", 300)),
		"address a list":     set("email", []string{"kari@example.com"}),
		"a logout token":     set("events", object{}),
		"at_hash of another": set("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"),
	}
}

// hostileTokens are ID tokens that are signed otherwise, or answers that are no
// answers.
func hostileTokens() map[string]func(*provider) {
	header := func(h object) func(*provider) { return func(p *provider) { p.header = h } }
	response := func(f func(object)) func(*provider) { return func(p *provider) { p.response = f } }
	return map[string]func(*provider){
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
		"no ID token":      response(func(r object) { delete(r, "id_token") }),
		"ID token a list":  response(func(r object) { r["id_token"] = []any{r["id_token"]} }),
		"no access token":  response(func(r object) { delete(r, "access_token") }),
		"ID token is huge": response(func(r object) { r["id_token"] = strings.Repeat("A", 20_000) }),
		"ID token is huge and signed": func(p *provider) {
			p.claims = func(c object) { c["x"] = strings.Repeat("A", 40_000) }
		},
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

// purposes are what a login may be begun for, and how.
var purposes = map[string]string{"login": "/login/op", "fresh login": "/login/again?level=4", "one more identity": "/login/op?link"}

// beginFor starts a login for the purpose, by a person who is signed in already
// unless it is to sign in.
func (s *site) beginFor(t *testing.T, purpose string) (address string) {
	t.Helper()
	if purpose != "login" {
		s.do(t, http.MethodPost, "/session")
		s.do(t, http.MethodPost, "/link")
	}
	return s.goTo(t, purposes[purpose])
}

// changed tells what the provider achieved, if anything.
func (s *site) changed(t *testing.T, before *auth.Session) string {
	t.Helper()
	after := s.me(t)
	switch {
	case before == nil && after != nil:
		return "somebody is signed in"
	case before != nil && (after == nil || *after != *before):
		return "the session is another"
	case len(s.people.seen)+len(s.people.proved)+len(s.people.linked) != 0:
		return "the registry was told"
	}
	return ""
}

func TestHostileProviderAchievesNothing(t *testing.T) {
	all := hostileAnswers()
	maps.Copy(all, hostileClaims())
	maps.Copy(all, hostileTokens())
	for name, change := range all {
		for purpose := range purposes {
			t.Run(purpose+"/"+name, func(t *testing.T) {
				p := newProvider(t)
				change(p)
				s := newSite(t, p, "")
				address := s.beginFor(t, purpose)
				before := s.me(t)
				status, _, body := s.finish(t, s.authorize(t, address))
				if status != http.StatusTeapot || strings.TrimSpace(body) != string(models.CodeLoginFailed) {
					t.Errorf("%d %s", status, body)
				}
				if what := s.changed(t, before); what != "" {
					t.Error(what)
				}
				if log := s.log.String(); strings.Contains(log, "02857010054") || strings.Contains(log, "Kari") || strings.Contains(log, "secret") {
					t.Errorf("the log tells too much: %s", log)
				}
			})
		}
	}
	t.Logf("%d hostile answers for each of %d purposes", len(all), len(purposes))
}

// Without the provider nothing changes, and the person is told to come again.
func TestProviderThatFailsAchievesNothing(t *testing.T) {
	for name, spoil := range map[string]func(*provider){
		"down":         func(p *provider) { p.down = true },
		"without keys": func(p *provider) { p.keys = nil },
		"token answers 500": func(p *provider) {
			p.token = func(w http.ResponseWriter, _ *http.Request) bool {
				w.WriteHeader(http.StatusInternalServerError)
				return true
			}
		},
	} {
		for purpose := range purposes {
			p := newProvider(t)
			s := newSite(t, p, "")
			address := s.beginFor(t, purpose)
			before := s.me(t)
			spoil(p)
			status, _, body := s.finish(t, s.authorize(t, address))
			if status != http.StatusTeapot || s.changed(t, before) != "" {
				t.Errorf("%s, %s: %d %s %s", name, purpose, status, body, s.changed(t, before))
			}
		}
	}
}
