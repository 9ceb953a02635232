package brreg

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-json-experiment/json"
	"golang.org/x/sync/singleflight"
)

// Scope is what a client of Maskinporten needs for the authorised role API.
const Scope = "brreg:data:enhetsregisteret:auto:roller"

const (
	// grantLife is how long a grant counts; 120 seconds is the most.
	grantLife = time.Minute
	// renewBefore is how long before its end a token is left.
	renewBefore = 30 * time.Second
	maxToken    = 16 << 10
)

// MaskinportenConfig is what a Maskinporten needs; all but Scope are required.
type MaskinportenConfig struct {
	Issuer   string // "https://maskinporten.no/", as it calls itself
	ClientID string
	Key      []byte // the client's private RSA key, a JWK with kid, as it is registered there
	Scope    string // brreg.Scope when empty
	Client   *http.Client
	Now      func() time.Time
}

// Maskinporten gets tokens as a machine client with a signed grant (RFC 7523
// section 2.1). It is safe for concurrent use.
type Maskinporten struct {
	cfg     MaskinportenConfig
	address string
	client  *http.Client
	signer  jose.Signer
	gate    gate
	flights singleflight.Group

	mu    sync.Mutex
	token string
	until time.Time
}

// NewMaskinporten makes a source of tokens; it asks for none yet. The error
// says what is wrong with the configuration, and nothing of the key.
func NewMaskinporten(cfg MaskinportenConfig) (*Maskinporten, error) {
	if cfg.ClientID == "" || cfg.Client == nil || cfg.Now == nil {
		return nil, errors.New("maskinporten: client id, HTTP client and clock are needed")
	}
	if cfg.Scope == "" {
		cfg.Scope = Scope
	}
	issuer, err := secureURL(cfg.Issuer)
	if err != nil {
		return nil, fmt.Errorf("maskinporten: the issuer: %w", err)
	}
	signer, err := signerOf(cfg.Key)
	if err != nil {
		return nil, fmt.Errorf("maskinporten: the key: %w", err)
	}
	return &Maskinporten{cfg: cfg, address: issuer.JoinPath("token").String(), client: strict(cfg.Client), signer: signer}, nil
}

// signerOf reads the private key. Maskinporten takes RS256, RS384 and RS512,
// and finds the key by its kid.
func signerOf(key []byte) (jose.Signer, error) {
	var jwk jose.JSONWebKey
	if jwk.UnmarshalJSON(key) != nil {
		return nil, errors.New("want a private key as JWK")
	}
	private, ok := jwk.Key.(*rsa.PrivateKey)
	switch {
	case !ok || private.N.BitLen() < 2048:
		return nil, errors.New("want a private RSA key of at least 2048 bits")
	case jwk.KeyID == "":
		return nil, errors.New("it has no kid, by which Maskinporten knows it")
	case jwk.Use != "" && jwk.Use != "sig":
		return nil, errors.New("it is not for signatures (use)")
	}
	alg := jose.SignatureAlgorithm(jwk.Algorithm)
	if alg == "" {
		alg = jose.RS256
	}
	if !slices.Contains([]jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512}, alg) {
		return nil, errors.New("its alg is none of RS256, RS384 and RS512")
	}
	return jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: jwk}, nil)
}

// Token returns a token that counts for a while yet, the same one until shortly
// before its end. It is Config.Token. No error holds the token or the grant.
func (m *Maskinporten) Token(ctx context.Context) (string, error) {
	if token, ok := m.current(); ok {
		return token, nil
	}
	flight := m.flights.DoChan("", func() (any, error) {
		if token, ok := m.current(); ok {
			return token, nil
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		return m.fetch(ctx)
	})
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case done := <-flight:
		token, _ := done.Val.(string)
		return token, done.Err
	}
}

func (m *Maskinporten) current() (string, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.token, m.cfg.Now().Before(m.until)
}

// fetch gets a new token and keeps it.
func (m *Maskinporten) fetch(ctx context.Context) (string, error) {
	token, lives, err := m.exchange(ctx)
	if err != nil {
		return "", fmt.Errorf("ask Maskinporten for a token: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.token, m.until = token, m.cfg.Now().Add(lives-renewBefore)
	return token, nil
}

func (m *Maskinporten) exchange(ctx context.Context) (string, time.Duration, error) {
	grant, err := m.grant()
	if err != nil {
		return "", 0, err
	}
	form := url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {grant}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, m.address, strings.NewReader(form.Encode()))
	if err != nil {
		return "", 0, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	a, err := m.gate.ask(context.WithoutCancel(ctx), m.client, m.cfg.Now, req)
	if err != nil {
		return "", 0, err
	}
	if a.status == http.StatusBadRequest || a.status == http.StatusUnauthorized {
		return "", 0, fmt.Errorf("it refused the grant (%s)", refusal(a.body))
	}
	var granted struct {
		Token   string `json:"access_token"`
		Type    string `json:"token_type"`
		Expires int    `json:"expires_in"`
	}
	if err := a.read(&granted); err != nil {
		return "", 0, err
	}
	if !sendable(granted.Token) || !strings.EqualFold(granted.Type, "Bearer") || granted.Expires < 1 {
		return "", 0, errShape
	}
	return granted.Token, time.Duration(min(granted.Expires, 3600)) * time.Second, nil
}

// grant writes and signs a grant. Maskinporten refuses claims that it does not
// know, and one grant used twice.
func (m *Maskinporten) grant() (string, error) {
	now := m.cfg.Now()
	claims, err := json.Marshal(map[string]any{
		"iss": m.cfg.ClientID, "aud": m.cfg.Issuer, "scope": m.cfg.Scope, "jti": rand.Text(),
		"iat": now.Unix(), "exp": now.Add(grantLife).Unix(),
	}, json.Deterministic(true))
	if err != nil {
		return "", fmt.Errorf("write grant: %w", err)
	}
	signed, err := m.signer.Sign(claims)
	if err != nil {
		return "", fmt.Errorf("sign grant: %w", err)
	}
	return signed.CompactSerialize()
}

// refusal returns the error code of an answer if it is one of RFC 6749 section
// 5.2; whatever else stands in the answer is not repeated.
func refusal(body []byte) string {
	var e struct {
		Code string `json:"error"`
	}
	known := []string{"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope"}
	if json.Unmarshal(body, &e) == nil && slices.Contains(known, e.Code) {
		return e.Code
	}
	return "without a reason that we know"
}

// sendable reports whether a token may stand in a header (RFC 6750 section
// 2.1).
func sendable(token string) bool {
	return token != "" && len(token) <= maxToken && !strings.ContainsFunc(token, func(r rune) bool {
		return r < '!' || r > '~' || strings.ContainsRune(`",;\`, r)
	})
}
