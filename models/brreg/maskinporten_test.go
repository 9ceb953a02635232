package brreg_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models/brreg"
)

var clientKey = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

func jwk(t *testing.T, k jose.JSONWebKey) []byte {
	t.Helper()
	text, err := k.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// issuer is a Maskinporten of ours. It checks each grant and hands out tokens
// by number.
type issuer struct {
	*httptest.Server
	*clock
	t       *testing.T
	alg     jose.SignatureAlgorithm
	expires int

	mu     sync.Mutex
	answer http.HandlerFunc // instead of a token
	grants map[string]bool
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	i := &issuer{t: t, clock: newClock(), alg: jose.RS256, expires: 120, grants: map[string]bool{}}
	i.Server = httptest.NewServer(i)
	t.Cleanup(i.Close)
	return i
}

func (i *issuer) config(t *testing.T) brreg.MaskinportenConfig {
	t.Helper()
	return brreg.MaskinportenConfig{
		Issuer: i.URL + "/", ClientID: "client-1", Client: i.Client(), Now: i.Now,
		Key: jwk(t, jose.JSONWebKey{Key: clientKey(), KeyID: "kid-1", Use: "sig"}),
	}
}

func (i *issuer) on(h http.HandlerFunc) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.answer = h
}

func (i *issuer) asked() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return len(i.grants)
}

func (i *issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if r.Method != http.MethodPost || r.URL.Path != "/token" || r.PostFormValue("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer" {
		i.t.Errorf("asked %s %s, grant type %q", r.Method, r.URL, r.PostFormValue("grant_type"))
	}
	i.checkGrant(r.PostFormValue("assertion"))
	if i.answer != nil {
		i.answer(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	_, _ = fmt.Fprintf(w, `{"access_token":"token-%d","token_type":"Bearer","expires_in":%d,"scope":%q}`, len(i.grants), i.expires, brreg.Scope)
}

// checkGrant demands what Maskinporten demands: no claim more, no grant twice.
func (i *issuer) checkGrant(grant string) {
	jws, err := jose.ParseSignedCompact(grant, []jose.SignatureAlgorithm{i.alg})
	if err != nil {
		i.t.Errorf("grant: %v", err)
		return
	}
	payload, err := jws.Verify(clientKey().Public())
	if err != nil || jws.Signatures[0].Header.KeyID != "kid-1" {
		i.t.Errorf("signature: %v, kid %q", err, jws.Signatures[0].Header.KeyID)
	}
	var claims map[string]any
	if err := json.Unmarshal(payload, &claims); err != nil {
		i.t.Error(err)
	}
	jti, _ := claims["jti"].(string)
	if len(jti) < 20 || i.grants[jti] {
		i.t.Errorf("jti %q is short or was there before", jti)
	}
	i.grants[jti] = true
	delete(claims, "jti")
	now := float64(i.Now().Unix())
	want := map[string]any{"iss": "client-1", "aud": i.URL + "/", "scope": brreg.Scope, "iat": now, "exp": now + 60}
	if diff := cmp.Diff(want, claims); diff != "" {
		i.t.Errorf("claims (-want +got)\n%s", diff)
	}
}

func TestMaskinportenToken(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	m, err := brreg.NewMaskinporten(i.config(t))
	if err != nil {
		t.Fatal(err)
	}
	if i.asked() != 0 {
		t.Error("asked before a token is needed")
	}
	for _, step := range []struct {
		wait time.Duration
		want string
	}{{0, "token-1"}, {89 * time.Second, "token-1"}, {time.Second, "token-2"}, {time.Hour, "token-3"}} {
		i.forward(step.wait)
		if got, err := m.Token(t.Context()); err != nil || got != step.want {
			t.Errorf("after %v more: %q, %v, want %s", step.wait, got, err, step.want)
		}
	}
	// A token that ends at once is used, and not kept.
	i.forward(time.Hour)
	i.expires = 10
	for _, want := range []string{"token-4", "token-5"} {
		if got, err := m.Token(t.Context()); err != nil || got != want {
			t.Errorf("%q, %v, want %s", got, err, want)
		}
	}
}

// The register and Maskinporten together.
func TestRolesWithMaskinporten(t *testing.T) {
	t.Parallel()
	i, r := newIssuer(t), newRegister(t)
	m, err := brreg.NewMaskinporten(i.config(t))
	if err != nil {
		t.Fatal(err)
	}
	r.on(authorisedPath, says(`{"rollegrupper":[{"roller":[`+personJSON("DAGL", kari, "Kari", "")+`]}]}`))
	c := r.client(t, func(cfg *brreg.Config) { cfg.Token = m.Token })
	for range 2 {
		if rows, err := c.Roles(t.Context(), fjord); err != nil || len(rows) != 1 {
			t.Errorf("%v, %v", rows, err)
		}
	}
	for _, req := range r.questions() {
		if req.Header.Get("Authorization") != "Bearer token-1" {
			t.Error("asked with another token")
		}
	}
	i.on(fails(400, `{"error":"invalid_scope","error_description":"`+secret+`"}`))
	i.forward(time.Hour)
	_, err = c.Roles(t.Context(), fjord)
	wantUnavailable(t, err)
	if !strings.Contains(err.Error(), "invalid_scope") {
		t.Errorf("does not say why: %v", err)
	}
	r.wantAsked(t, 0)
}

func TestMaskinportenRefuses(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed with the grant") }))
	defer other.Close()
	good := `"token_type":"Bearer","expires_in":120`
	for name, answer := range map[string]http.HandlerFunc{
		"invalid_grant":          fails(400, `{"error":"invalid_grant","error_description":"`+secret+`"}`),
		"invalid_client":         fails(401, `{"error":"invalid_client","error_description":"`+secret+`"}`),
		"an unknown reason":      fails(400, `{"error":"`+secret+`"}`),
		"a page":                 fails(400, `<html>`+secret, "Content-Type", "text/html"),
		"a page that is well":    fails(200, `<html>`+secret, "Content-Type", "text/html"),
		"down":                   fails(503, secret),
		"sent elsewhere":         fails(307, secret, "Location", other.URL),
		"no token":               says(`{` + good + `}`),
		"a token of two lines":   says(`{"access_token":"` + secret + `\r\nX-Evil: 1",` + good + `}`),
		"a token with a space":   says(`{"access_token":"` + secret + ` x",` + good + `}`),
		"a token without end":    says(`{"access_token":"` + strings.Repeat("a", 17<<10) + `",` + good + `}`),
		"a token that is an id":  says(`{"access_token":7,` + good + `}`),
		"another type":           says(`{"access_token":"` + secret + `","token_type":"MAC","expires_in":120}`),
		"no end":                 says(`{"access_token":"` + secret + `","token_type":"Bearer"}`),
		"ended":                  says(`{"access_token":"` + secret + `","token_type":"Bearer","expires_in":0}`),
		"an end that is a word":  says(`{"access_token":"` + secret + `","token_type":"Bearer","expires_in":"120"}`),
		"two tokens in one":      says(`{"access_token":"` + secret + `","access_token":"b",` + good + `}`),
		"no connection":          func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"a status of its own":    fails(299, `{"access_token":"`+secret+`",`+good+`}`),
		"forbidden by something": fails(403, secret),
	} {
		i.on(answer)
		m, err := brreg.NewMaskinporten(i.config(t))
		if err != nil {
			t.Fatal(err)
		}
		got, err := m.Token(t.Context())
		if err == nil || got != "" {
			t.Errorf("%s: token %q, error %v", name, got, err)
			continue
		}
		if strings.Contains(err.Error(), secret) {
			t.Errorf("%s: the error repeats the answer: %v", name, err)
		}
		if strings.HasPrefix(name, "invalid_") && !strings.Contains(err.Error(), name) {
			t.Errorf("%s: the error does not say so: %v", name, err)
		}
	}
}

// A Maskinporten that is down is not asked for each organisation anew.
func TestADeadMaskinportenIsLeftAlone(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	i.on(fails(503, ""))
	m, err := brreg.NewMaskinporten(i.config(t))
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := m.Token(t.Context()); err == nil {
			t.Error("a token from nowhere")
		}
	}
	if n := i.asked(); n != 1 {
		t.Errorf("asked %d times", n)
	}
	i.on(nil)
	i.forward(5 * time.Second)
	if _, err := m.Token(t.Context()); err != nil {
		t.Errorf("back again: %v", err)
	}
}

func TestOneGrantForAllWhoAskAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked, answer := 0, make(chan struct{})
		m, err := brreg.NewMaskinporten(brreg.MaskinportenConfig{
			Issuer: "https://maskinporten.example/", ClientID: "client-1", Now: time.Now,
			Key: jwk(t, jose.JSONWebKey{Key: clientKey(), KeyID: "kid-1"}),
			Client: &http.Client{Transport: transport(func(req *http.Request) (*http.Response, error) {
				asked++
				<-answer
				return response(says(`{"access_token":"t","token_type":"bearer","expires_in":120}`), req), nil
			})},
		})
		if err != nil {
			t.Fatal(err)
		}
		gone, leave := context.WithCancel(t.Context())
		left, tokens := make(chan error, 1), make(chan string, 10)
		go func() {
			_, err := m.Token(gone)
			left <- err
		}()
		synctest.Wait()
		for range 10 {
			go func() {
				got, _ := m.Token(t.Context())
				tokens <- got
			}()
		}
		synctest.Wait()
		leave()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("who left: %v", err)
		}
		close(answer)
		for range 10 {
			if got := <-tokens; got != "t" {
				t.Errorf("token %q", got)
			}
		}
		if asked != 1 {
			t.Errorf("asked %d times", asked)
		}
	})
}

func TestMaskinportenConfigIsChecked(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	small, err := rsa.GenerateKey(rand.Reader, 1024) //nolint:gosec // a weak key, to see it refused
	if err != nil {
		t.Fatal(err)
	}
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*brreg.MaskinportenConfig){
		"no client id":   func(c *brreg.MaskinportenConfig) { c.ClientID = "" },
		"no HTTP client": func(c *brreg.MaskinportenConfig) { c.Client = nil },
		"no clock":       func(c *brreg.MaskinportenConfig) { c.Now = nil },
		"no issuer":      func(c *brreg.MaskinportenConfig) { c.Issuer = "" },
		"no https":       func(c *brreg.MaskinportenConfig) { c.Issuer = "http://maskinporten.example/" },
		"no key":         func(c *brreg.MaskinportenConfig) { c.Key = nil },
		"PEM":            func(c *brreg.MaskinportenConfig) { c.Key = []byte("-----BEGIN " + secret + "-----") },
		"nonsense":       func(c *brreg.MaskinportenConfig) { c.Key = []byte(`{"kty":"` + secret + `"}`) },
		"a public key": func(c *brreg.MaskinportenConfig) {
			c.Key = jwk(t, jose.JSONWebKey{Key: clientKey().Public(), KeyID: "kid-1"})
		},
		"a symmetric key": func(c *brreg.MaskinportenConfig) {
			c.Key = jwk(t, jose.JSONWebKey{Key: []byte(secret), KeyID: "kid-1"})
		},
		"an elliptic key":  func(c *brreg.MaskinportenConfig) { c.Key = jwk(t, jose.JSONWebKey{Key: ec, KeyID: "kid-1"}) },
		"a small key":      func(c *brreg.MaskinportenConfig) { c.Key = jwk(t, jose.JSONWebKey{Key: small, KeyID: "kid-1"}) },
		"a key without id": func(c *brreg.MaskinportenConfig) { c.Key = jwk(t, jose.JSONWebKey{Key: clientKey()}) },
		"a key to encrypt": func(c *brreg.MaskinportenConfig) {
			c.Key = jwk(t, jose.JSONWebKey{Key: clientKey(), KeyID: "kid-1", Use: "enc"})
		},
		"PS256": func(c *brreg.MaskinportenConfig) {
			c.Key = jwk(t, jose.JSONWebKey{Key: clientKey(), KeyID: "kid-1", Algorithm: "PS256"})
		},
	} {
		cfg := i.config(t)
		change(&cfg)
		if _, err := brreg.NewMaskinporten(cfg); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", name, err)
		}
	}
	i.alg = jose.RS512
	cfg := i.config(t)
	cfg.Key = jwk(t, jose.JSONWebKey{Key: clientKey(), KeyID: "kid-1", Algorithm: "RS512"})
	m, err := brreg.NewMaskinporten(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Token(t.Context()); err != nil {
		t.Error(err)
	}
}
