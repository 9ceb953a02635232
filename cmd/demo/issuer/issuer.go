package issuer

import (
	"context"
	"crypto/rsa"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"github.com/stafett/stafett/models/party"
)

// Scopes of the registry's own endpoints. A token with one of them has the
// registry as its audience.
const (
	ScopeDecide = "stafett:decide"
	ScopeEnrich = "stafett:enrich"
)

// ScopesOfSuppliers are the scopes of the registry's API for suppliers. They are
// Altinn's; the registry is their audience too.
func ScopesOfSuppliers() []string {
	const own = "altinn:authentication/"
	return []string{own + "systemregister.write", own + "systemregister.read", own + "systemuser.request.write", own + "systemuser.request.read"}
}

// Type is the one type of authorization details that can be asked for.
const Type = "urn:altinn:systemuser"

// maxForm bounds the body of a token request.
const maxForm = 64 << 10

// Client is an OAuth client that may ask for tokens.
type Client struct {
	ID     string
	OrgNo  party.OrgNo       // the organisation that holds it, as the issuer has verified
	Keys   []jose.JSONWebKey // public RSA keys, each with a key id
	Scopes []string          // what it may ask for
}

// Config is what an Issuer needs. All members must be set.
type Config struct {
	// Issuer is the identifier, exactly as it stands in tokens; as with
	// Maskinporten it ends with a slash. It may have a path.
	Issuer string
	// Registry is the registry's public URL: where it is asked, and the
	// audience of the question.
	Registry string
	Key      *rsa.PrivateKey // signs tokens and questions
	KeyID    string
	Clients  []Client
	// HTTP asks the registry. Its timeout bounds a token request; it must not
	// follow redirects (see HTTPClient).
	HTTP   *http.Client
	Now    func() time.Time
	Logger *slog.Logger
}

// HTTPClient makes the client by which an issuer asks the registry: a deadline
// of 5 s, and no redirects.
func HTTPClient() *http.Client {
	return &http.Client{
		Timeout:       5 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Issuer is an http.Handler for every path below the identifier's, and safe
// for concurrent use.
type Issuer struct {
	op.UnimplementedServer

	cfg     Config
	clients map[string]Client
	token   jose.Signer // of access tokens
	call    jose.Signer // of questions to the registry
	handler http.Handler

	mu   sync.Mutex
	seen map[string]time.Time // client and jti of assertions, until they expire
}

// New makes an Issuer. Errors are faults of the configuration.
func New(cfg Config) (*Issuer, error) {
	u, err := url.Parse(cfg.Issuer)
	if err != nil || u.Host == "" || !strings.HasSuffix(u.Path, "/") {
		return nil, errors.New("issuer: the identifier must be a URL that ends with a slash")
	}
	if cfg.Registry == "" || cfg.Key == nil || cfg.KeyID == "" || cfg.HTTP == nil || cfg.Now == nil || cfg.Logger == nil {
		return nil, errors.New("issuer: the configuration is not complete")
	}
	s := &Issuer{cfg: cfg, clients: map[string]Client{}, seen: map[string]time.Time{}}
	for _, c := range cfg.Clients {
		s.clients[c.ID] = c
	}
	key := jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: cfg.Key, KeyID: cfg.KeyID}}
	if s.token, err = jose.NewSigner(key, nil); err != nil {
		return nil, err
	}
	if s.call, err = jose.NewSigner(key, (&jose.SignerOptions{}).WithType("issuer-call+jwt")); err != nil {
		return nil, err
	}
	s.handler = http.StripPrefix(strings.TrimSuffix(u.Path, "/"), s.routes())
	return s, nil
}

func (s *Issuer) routes() http.Handler {
	library := op.RegisterServer(s, op.Endpoints{Token: op.NewEndpoint("token"), JwksURI: op.NewEndpoint("jwk")},
		op.WithFallbackLogger(s.cfg.Logger), op.WithServerCORSOptions(nil))
	mux := http.NewServeMux()
	mux.Handle("GET /jwk", library)
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		if err := checkForm(r); err != nil {
			op.WriteError(w, r, err, s.cfg.Logger)
			return
		}
		library.ServeHTTP(w, r)
	})
	mux.HandleFunc("GET /.well-known/oauth-authorization-server", s.metadata)
	return mux
}

// checkForm refuses what the library would not: another grant, parameters in
// the query, and parameters that stand twice (RFC 6749 section 3.2).
func checkForm(r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return oidc.ErrInvalidRequest().WithDescription("MP-011: the form cannot be read").WithParent(err)
	}
	if len(r.URL.Query()) > 0 {
		return oidc.ErrInvalidRequest().WithDescription("MP-011: parameters belong in the body")
	}
	for name, values := range r.PostForm {
		if len(values) > 1 {
			return oidc.ErrInvalidRequest().WithDescription("MP-011: the parameter %.40q stands twice", name)
		}
	}
	switch {
	case r.PostForm.Get("grant_type") == "":
		return oidc.ErrInvalidRequest().WithDescription("MP-011: grant_type is missing")
	case r.PostForm.Get("grant_type") != string(oidc.GrantTypeBearer):
		return oidc.ErrUnsupportedGrantType().WithDescription("only %s is offered", oidc.GrantTypeBearer)
	case r.PostForm.Has("authorization_details"):
		return refuse(invalidDetails, "MP-302: authorization_details belong in the assertion")
	}
	return nil
}

// ServeHTTP answers every path below the identifier's.
func (s *Issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	s.handler.ServeHTTP(w, r)
}

// Keys answers GET /jwk.
func (s *Issuer) Keys(context.Context, *op.Request[struct{}]) (*op.Response, error) {
	return op.NewResponse(s.JWKS()), nil
}

// JWKS is the public key set of the issuer.
func (s *Issuer) JWKS() jose.JSONWebKeySet {
	return jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{
		Key: s.cfg.Key.Public(), KeyID: s.cfg.KeyID, Algorithm: string(jose.RS256), Use: "sig",
	}}}
}

// scopes lists every scope that some client may ask for, sorted.
func (s *Issuer) scopes() []string {
	var out []string
	for _, c := range s.clients {
		out = append(out, c.Scopes...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
