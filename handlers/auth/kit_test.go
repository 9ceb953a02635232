package auth_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/stafett/stafett/handlers/auth"
)

const (
	publicURL = "https://stafett.example"
	orgNo     = "313367002"
)

var start = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// keys are made once, since RSA keys take their time.
var (
	rsaKey      = sync.OnceValue(func() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 2048)) })
	otherRSAKey = sync.OnceValue(func() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 2048)) })
	ecKey       = sync.OnceValue(func() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)) })
	ec384Key    = sync.OnceValue(func() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader)) })
	edKey       = sync.OnceValue(func() ed25519.PrivateKey {
		_, k, err := ed25519.GenerateKey(rand.Reader)
		return must(k, err)
	})
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// clock is a time that tests move by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// replays is the contract of auth.Replays in memory.
type replays struct {
	mu    sync.Mutex
	seen  map[string]bool
	fail  error
	noted func() // when it is set, what happens once a jti is noted
}

func (r *replays) Once(_ context.Context, issuer, jti string, _ time.Time) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fail != nil {
		return false, r.fail
	}
	key := issuer + "\x00" + jti
	first := !r.seen[key]
	r.seen[key] = true
	if r.noted != nil {
		r.noted()
	}
	return first, nil
}

// issuers runs three issuers, one per profile, and a door that trusts them.
type kit struct {
	clock   *clock
	replays *replays
	door    *auth.Door
	fetches atomic.Int64

	mu   sync.Mutex
	jwks map[string]any // path → key set
}

const (
	mpIssuer     = "https://issuer.example/"
	portalIssuer = "https://portal.example/openid/"
	svcIssuer    = "https://platform.example"
)

func newKit(t testing.TB) *kit {
	t.Helper()
	k := &kit{clock: &clock{now: start}, replays: &replays{seen: map[string]bool{}}, jwks: map[string]any{}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		k.fetches.Add(1)
		k.mu.Lock()
		defer k.mu.Unlock()
		w.Header().Set("Content-Type", "application/jwk-set+json")
		_ = json.NewEncoder(w).Encode(k.jwks[r.URL.Path])
	}))
	t.Cleanup(server.Close)
	k.publish("/mp",
		jose.JSONWebKey{Key: rsaKey().Public(), KeyID: "rsa", Use: "sig"},
		jose.JSONWebKey{Key: ecKey().Public(), KeyID: "ec", Use: "sig", Algorithm: "ES256"},
		jose.JSONWebKey{Key: edKey().Public(), KeyID: "ed", Use: "sig", Algorithm: "EdDSA"},
		jose.JSONWebKey{Key: otherRSAKey().Public(), KeyID: "only-ps", Use: "sig", Algorithm: "PS256"},
		jose.JSONWebKey{Key: otherRSAKey().Public(), KeyID: "for-encryption", Use: "enc"},
		jose.JSONWebKey{Key: ec384Key().Public(), KeyID: "p384", Use: "sig"},
	)
	k.publish("/portal", jose.JSONWebKey{Key: otherRSAKey().Public(), KeyID: "rsa", Use: "sig", Algorithm: "RS256"})
	k.publish("/platform", jose.JSONWebKey{Key: ecKey().Public(), KeyID: "ec", Use: "sig"})
	issuers, err := auth.ParseIssuers([]byte(`{"default": "`+mpIssuer+`", "issuers": [
		{"iss": "`+mpIssuer+`", "profile": "maskinporten", "jwks": "`+server.URL+`/mp", "audiences": ["*"],
		 "algorithms": ["RS256", "PS256", "ES256", "EdDSA"], "enriches": true},
		{"iss": "`+portalIssuer+`", "profile": "altinn-platform", "jwks": "`+server.URL+`/portal", "audiences": ["stafett"],
		 "algorithms": ["RS256"], "portal": true},
		{"iss": "`+svcIssuer+`", "profile": "platform", "jwks": "`+server.URL+`/platform", "audiences": ["stafett", "stafett-two"],
		 "algorithms": ["ES256", "ES384"]}]}`), "")
	if err != nil {
		t.Fatal(err)
	}
	k.door, err = auth.NewDoor(auth.DoorConfig{
		Issuers: issuers, PublicURL: publicURL, Client: server.Client(), Replays: k.replays,
		Now: k.clock.Now, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func (k *kit) publish(path string, keys ...jose.JSONWebKey) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.jwks[path] = jose.JSONWebKeySet{Keys: keys}
}

// with brings a request through the door with the Authorization header.
func (k *kit) with(t testing.TB, authorization ...string) (auth.Caller, error) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/v1/enrich", http.NoBody)
	r.Header["Authorization"] = authorization
	return k.door.Caller(t.Context(), r)
}

type object = map[string]any

// but returns a copy of the object with changes; a nil value takes a member out.
func but(o, changes object) object {
	c := maps.Clone(o)
	for name, v := range changes {
		if v == nil {
			delete(c, name)
			continue
		}
		c[name] = v
	}
	return c
}

func mpClaims() object {
	return object{
		"iss": mpIssuer, "client_id": "c1", "token_type": "Bearer", "scope": "stafett:enrich altinn:read", "aud": "unspecified",
		"iat": start.Unix(), "exp": start.Unix() + 120, "jti": "j1",
		"consumer": object{"authority": "iso6523-actorid-upis", "ID": "0192:" + orgNo},
	}
}

func portalClaims() object {
	return object{
		"iss": portalIssuer, "aud": "stafett", "iat": start.Unix(), "exp": start.Unix() + 1800, "scope": "altinn:portal/enduser",
		"urn:altinn:userid": "20001337", "urn:altinn:party:uuid": "b4a7a9b0-0000-4000-8000-000000000001", "urn:altinn:authlevel": 3,
	}
}

func svcClaims() object {
	return object{
		"iss": svcIssuer, "aud": []string{"stafett"}, "iat": start.Unix(), "exp": start.Unix() + 300,
		"sub": "decider", "scope": "stafett:decide",
	}
}

func callClaims() object {
	return object{"iss": mpIssuer, "aud": publicURL, "iat": start.Unix(), "exp": start.Unix() + 60, "jti": "call-1"}
}

func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	default:
		return string(must(json.Marshal(v)))
	}
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// sign makes a compact JWS of header and claims (objects, or JSON text as it
// is to stand) with the key under the algorithm, whatever the header says.
func sign(alg string, key crypto.PrivateKey, header, claims any) string {
	input := b64([]byte(text(header))) + "." + b64([]byte(text(claims)))
	return input + "." + b64(signature(alg, key, input))
}

func signature(alg string, key crypto.PrivateKey, input string) []byte {
	digest := sha256.Sum256([]byte(input))
	switch alg {
	case "RS256":
		return must(rsa.SignPKCS1v15(nil, key.(*rsa.PrivateKey), crypto.SHA256, digest[:]))
	case "PS256", "PS256-long-salt":
		salt := rsa.PSSSaltLengthEqualsHash
		if alg != "PS256" {
			salt = 48
		}
		return must(rsa.SignPSS(rand.Reader, key.(*rsa.PrivateKey), crypto.SHA256, digest[:], &rsa.PSSOptions{SaltLength: salt}))
	case "ES256":
		private := key.(*ecdsa.PrivateKey)
		size := (private.Params().BitSize + 7) / 8
		r, s, err := ecdsa.Sign(rand.Reader, private, digest[:])
		return append(must(r, err).FillBytes(make([]byte, size)), s.FillBytes(make([]byte, size))...)
	case "ES256-der":
		return must(ecdsa.SignASN1(rand.Reader, key.(*ecdsa.PrivateKey), digest[:]))
	case "EdDSA":
		return ed25519.Sign(key.(ed25519.PrivateKey), []byte(input))
	case "HS256":
		mac := hmac.New(sha256.New, key.([]byte))
		mac.Write([]byte(input))
		return mac.Sum(nil)
	}
	panic("no such algorithm: " + alg)
}

// rs256 signs as the Maskinporten-like issuer does.
func rs256(claims any) string {
	return sign("RS256", rsaKey(), object{"alg": "RS256", "kid": "rsa"}, claims)
}

func headed(header, claims any) string { return sign("RS256", rsaKey(), header, claims) }

func es256(claims any) string {
	return sign("ES256", ecKey(), object{"alg": "ES256", "kid": "ec"}, claims)
}

func portal(claims any) string {
	return sign("RS256", otherRSAKey(), object{"alg": "RS256", "kid": "rsa", "typ": "JWT"}, claims)
}

func call(claims any) string {
	return sign("ES256", ecKey(), object{"alg": "ES256", "kid": "ec", "typ": "issuer-call+jwt"}, claims)
}

// parts splits a token for tampering.
func parts(raw string) (header, payload, signature string) {
	p := strings.Split(raw, ".")
	return p[0], p[1], p[2]
}
