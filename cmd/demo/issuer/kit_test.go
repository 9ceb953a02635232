package issuer_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"

	"github.com/stafett/stafett/cmd/demo/issuer"
)

const (
	prefix    = "/demo/issuer/"
	supplier  = "343940092"
	customer  = "355913619"
	systemID  = supplier + "_fakturaflyt"
	clientID  = "pilspiss-fakturaflyt"
	ownerID   = "provedata-api"
	clientKey = "client-key-1"
)

// Keys take time to make, so one of each serves every test.
var (
	issuerKey = sync.OnceValue(newKey)
	ourKey    = sync.OnceValue(newKey)
	foreign   = sync.OnceValue(newKey)
)

func newKey() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
}

// asked is one question that reached the registry.
type asked struct {
	Header http.Header
	Body   map[string]any
	Raw    []byte
	Method string
	Path   string
}

// world is an issuer below a path, and beside it a registry that keeps to the
// documented contract of POST /v1/enrich with whatever answer a test gives.
type world struct {
	*httptest.Server
	issuer   string
	registry string
	jwks     jose.JSONWebKeySet

	mu     sync.Mutex
	asked  []asked
	answer http.HandlerFunc
}

func begin(t *testing.T) *world {
	t.Helper()
	w := &world{answer: yes}
	registry := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		a := asked{Header: r.Header, Raw: raw, Method: r.Method, Path: r.URL.Path}
		if err != nil || json.Unmarshal(raw, &a.Body) != nil {
			t.Errorf("the registry was sent %q", raw)
		}
		w.mu.Lock()
		w.asked = append(w.asked, a)
		answer := w.answer
		w.mu.Unlock()
		answer(rw, r)
	}))
	t.Cleanup(registry.Close)
	w.registry = registry.URL
	mux := http.NewServeMux()
	w.Server = httptest.NewServer(mux)
	t.Cleanup(w.Close)
	w.issuer = w.URL + prefix
	public := []jose.JSONWebKey{{Key: ourKey().Public(), KeyID: clientKey, Algorithm: "", Use: "sig"}}
	client := issuer.HTTPClient()
	client.Timeout = time.Second
	s, err := issuer.New(issuer.Config{
		Issuer: w.issuer, Registry: w.registry, Key: issuerKey(), KeyID: "issuer-key-1", HTTP: client,
		Now: time.Now, Logger: slog.New(slog.DiscardHandler),
		Clients: []issuer.Client{
			{ID: clientID, OrgNo: supplier, Keys: public, Scopes: []string{"skatteetaten:mva", "skatteetaten:a-melding"}},
			{ID: ownerID, OrgNo: "298300362", Keys: public, Scopes: []string{issuer.ScopeDecide}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.jwks = s.JWKS()
	mux.Handle(prefix, s)
	return w
}

func (w *world) questions() []asked {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.asked
}

// say sets what the registry answers.
func (w *world) say(h http.HandlerFunc) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answer = h
}

const userID = "704013ee-e82a-433e-83c5-a40e6e00d746"

func fixed(status int, media, body string) http.HandlerFunc {
	return func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", media)
		rw.WriteHeader(status)
		_, _ = io.WriteString(rw, body)
	}
}

const yesBody = `{"decision_id":"4f3c8f56-6f7f-4c1c-8f43-0b9be0a4b9d1","request_id":"x","authorization_details":[{"type":"urn:altinn:systemuser",
"systemuser_org":{"authority":"iso6523-actorid-upis","ID":"0192:` + customer + `"},"systemuser_id":["` + userID + `"],"system_id":"` + systemID + `"}],
"max_token_lifetime":120,"valid_until":"2026-11-21T19:00:30Z"}`

var yes = fixed(http.StatusOK, "application/json; charset=utf-8", yesBody)

func detail() map[string]any {
	return map[string]any{
		"type":           "urn:altinn:systemuser",
		"systemuser_org": map[string]any{"authority": "iso6523-actorid-upis", "ID": "0192:" + customer},
	}
}

// claims of a grant that is right in every way, with changes; nil removes.
func (w *world) claims(changes map[string]any) map[string]any {
	now := time.Now().Unix()
	c := map[string]any{
		"iss": clientID, "aud": w.issuer, "iat": now, "exp": now + 100, "jti": uuid.NewString(),
		"scope": "skatteetaten:mva", "authorization_details": []any{detail()},
	}
	maps.Copy(c, changes)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	return c
}

func sign(t *testing.T, alg jose.SignatureAlgorithm, key any, kid string, body any) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: jose.JSONWebKey{Key: key, KeyID: kid}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	payload, ok := body.(string)
	if !ok {
		b, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		payload = string(b)
	}
	jws, err := signer.Sign([]byte(payload))
	if err != nil {
		t.Fatal(err)
	}
	compact, err := jws.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return compact
}

func (w *world) assertion(t *testing.T, changes map[string]any) string {
	t.Helper()
	return sign(t, jose.RS256, ourKey(), clientKey, w.claims(changes))
}

// got is an answer of the token endpoint.
type got struct {
	Status int
	Header http.Header
	Body   map[string]any
}

func (w *world) post(t *testing.T, form url.Values) got {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.issuer+"token", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return w.do(t, req)
}

func (w *world) do(t *testing.T, req *http.Request) got {
	t.Helper()
	resp, err := w.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	g := got{Status: resp.StatusCode, Header: resp.Header}
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &g.Body); err != nil && resp.Header.Get("Content-Type") == "application/json" {
		t.Fatalf("%d: %q: %v", resp.StatusCode, b, err)
	}
	return g
}

func (w *world) grant(t *testing.T, assertion string) got {
	t.Helper()
	return w.post(t, url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {assertion}})
}

// refused checks that there is no token, and why.
func refused(t *testing.T, g got, status int, code, mp string) {
	t.Helper()
	if _, ok := g.Body["access_token"]; ok {
		t.Fatal("a token was made")
	}
	text, _ := g.Body["error_description"].(string)
	if g.Status != status || g.Body["error"] != code || !strings.HasPrefix(text, mp) {
		t.Errorf("%d %v %q, want %d %s %s", g.Status, g.Body["error"], text, status, code, mp)
	}
	if g.Header.Get("Cache-Control") != "no-store" {
		t.Error("the answer may be stored")
	}
}

// opened verifies a token of the issuer's and returns its header and body.
func (w *world) opened(t *testing.T, compact string) (jose.Header, map[string]any) {
	t.Helper()
	jws, err := jose.ParseSignedCompact(compact, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		t.Fatal(err)
	}
	keys := w.jwks.Key(jws.Signatures[0].Header.KeyID)
	if len(keys) != 1 {
		t.Fatalf("%d keys for %q", len(keys), jws.Signatures[0].Header.KeyID)
	}
	payload, err := jws.Verify(keys[0])
	if err != nil {
		t.Fatal(err)
	}
	var body map[string]any
	if err := json.Unmarshal(payload, &body); err != nil {
		t.Fatal(err)
	}
	return jws.Signatures[0].Protected, body
}

func tamper(compact string) string {
	parts := strings.Split(compact, ".")
	payload, _ := base64.RawURLEncoding.DecodeString(parts[1])
	parts[1] = base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(payload), customer, "233505862", 1)))
	return strings.Join(parts, ".")
}
