package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/stafett/stafett/handlers/auth/keyset"
	"github.com/stafett/stafett/handlers/auth/token"
	"github.com/stafett/stafett/models/party"
)

// How long a provider's metadata is used, and how soon it is asked again when
// it could not be read.
const (
	metadataAge   = time.Hour
	metadataRetry = 10 * time.Second
)

// relying is our side of one provider: what its metadata says, read when it is
// first needed and again each hour. A provider that is down at start stops
// nobody but those who want to sign in there.
type relying struct {
	Provider
	client  *http.Client
	now     func() time.Time
	logger  *slog.Logger
	numbers party.Numbers
	back    string // our redirect URI

	turn  chan struct{} // held by the one who reads the metadata
	known atomic.Pointer[metadata]
	tried time.Time // guarded by turn
}

// metadata is what we use of a provider's discovery document.
type metadata struct {
	oidc       *oidc.Provider
	config     oauth2.Config
	verifier   *oidc.IDTokenVerifier
	keys       *keyset.Source
	keysURL    string
	endSession string
	announces  bool // sends iss with its answers (RFC 9207)
	read       time.Time
}

func newRelying(p Provider, cfg LoginConfig, back string) *relying {
	return &relying{
		Provider: p, client: cfg.Client, now: cfg.Now, logger: cfg.Logger, numbers: cfg.Numbers, back: back, turn: make(chan struct{}, 1),
	}
}

// discover returns the provider's metadata. Old metadata serves on while the
// provider cannot be read. The error is Unavailable.
func (r *relying) discover(ctx context.Context) (*metadata, error) {
	now := r.now()
	if m := r.known.Load(); m != nil && now.Sub(m.read) < metadataAge {
		return m, nil
	}
	select {
	case r.turn <- struct{}{}:
		defer func() { <-r.turn }()
	case <-ctx.Done():
		return nil, unavailable(ctx.Err())
	}
	last := r.known.Load()
	if last != nil && now.Sub(last.read) < metadataAge {
		return last, nil
	}
	since := now.Sub(r.tried)
	if !r.tried.IsZero() && since >= 0 && since < metadataRetry {
		return last, r.noMetadata(last, errors.New("asked a moment ago"))
	}
	m, err := r.read(ctx, last)
	if err != nil {
		if ctx.Err() == nil {
			r.tried = now
		}
		r.logger.WarnContext(ctx, "provider's metadata not read", "provider", r.ID, "error", err)
		return last, r.noMetadata(last, err)
	}
	m.read = now
	r.known.Store(m)
	return m, nil
}

func (r *relying) noMetadata(last *metadata, err error) error {
	if last != nil {
		return nil
	}
	return unavailable(fmt.Errorf("provider %s: %w", r.ID, err))
}

// read fetches the discovery document and takes from it what we use. Every
// address in it is held to the rule for configured ones.
func (r *relying) read(ctx context.Context, last *metadata) (*metadata, error) {
	ctx, cancel := context.WithTimeout(oidc.ClientContext(ctx, r.client), callLimit)
	defer cancel()
	provider, err := oidc.NewProvider(ctx, r.Issuer)
	if err != nil {
		return nil, fmt.Errorf("discovery: %.200s", err.Error())
	}
	var doc struct {
		JWKS       string   `json:"jwks_uri"`
		UserInfo   string   `json:"userinfo_endpoint"`
		EndSession string   `json:"end_session_endpoint"`
		Announces  bool     `json:"authorization_response_iss_parameter_supported"`
		Algorithms []string `json:"id_token_signing_alg_values_supported"`
		Methods    []string `json:"token_endpoint_auth_methods_supported"`
	}
	if err := provider.Claims(&doc); err != nil {
		return nil, errors.New("discovery: a member is of the wrong type")
	}
	endpoint := provider.Endpoint()
	for name, address := range map[string]string{
		"authorization_endpoint": endpoint.AuthURL, "token_endpoint": endpoint.TokenURL, "jwks_uri": doc.JWKS,
	} {
		if err := checkURL(address); err != nil {
			return nil, fmt.Errorf("discovery: %s %w", name, err)
		}
	}
	if r.UserInfo && checkURL(doc.UserInfo) != nil {
		return nil, errors.New("discovery: no usable userinfo_endpoint")
	}
	if checkURL(doc.EndSession) != nil {
		doc.EndSession = ""
	}
	endpoint.AuthStyle = r.authStyle(doc.Methods)
	m := &metadata{
		oidc: provider, endSession: doc.EndSession, announces: doc.Announces, keysURL: doc.JWKS,
		config: oauth2.Config{
			ClientID: r.ClientID, ClientSecret: r.Secret.Reveal(), Endpoint: endpoint, RedirectURL: r.back, Scopes: r.Ask.Scopes,
		},
	}
	m.keys = r.keySource(last, doc.JWKS)
	m.verifier = oidc.NewVerifier(r.Issuer, idTokenKeys{m.keys}, &oidc.Config{
		ClientID: r.ClientID, SupportedSigningAlgs: idTokenAlgorithms(doc.Algorithms), Now: r.now,
	})
	return m, nil
}

// keySource keeps the key set, with its last good keys and its cooldown, as
// long as its address stays.
func (r *relying) keySource(last *metadata, address string) *keyset.Source {
	if last != nil && last.keysURL == address {
		return last.keys
	}
	return keyset.New(keyset.Config{
		Fetch: keyset.FromURL(r.client, address), Now: r.now, Logger: r.logger, Issuer: r.Issuer,
	})
}

// authStyle says how we show the secret to the token endpoint. It is never
// found out by trial, since a code may be used once.
func (r *relying) authStyle(methods []string) oauth2.AuthStyle {
	basic := len(methods) == 0 || slices.Contains(methods, "client_secret_basic")
	if r.Secret.IsZero() || !basic {
		return oauth2.AuthStyleInParams
	}
	return oauth2.AuthStyleInHeader
}

// idTokenAlgorithms are the announced algorithms that we trust; RS256 where
// the provider announces none (OpenID Connect Core section 2).
func idTokenAlgorithms(announced []string) []string {
	trusted := slices.DeleteFunc(slices.Clone(announced), func(a string) bool { return !token.KnownAlgorithm(a) })
	if len(trusted) == 0 {
		return []string{oidc.RS256}
	}
	return trusted
}

// idTokenKeys lets go-oidc verify ID tokens by our reading and our key set.
type idTokenKeys struct{ source *keyset.Source }

// VerifySignature returns the payload of a token whose signature holds.
func (k idTokenKeys) VerifySignature(ctx context.Context, raw string) ([]byte, error) {
	t, err := token.Parse(raw)
	if err != nil {
		return nil, err
	}
	key, _, err := k.source.Key(ctx, t.KeyID, t.Algorithm)
	if err != nil {
		return nil, err
	}
	if err := key.Verify(raw, t.Algorithm); err != nil {
		return nil, err
	}
	return t.Payload, nil
}
