package provider

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// maxForm bounds the body of a request; the largest is a token request.
const maxForm = 64 << 10

// Person is somebody whom one may sign in as.
type Person struct {
	Subject       string // sub, stable and opaque
	Name          string
	Claims        map[string]any // what else is said about him
	Organisations []Organisation // that he may come for
	AboutNB       string
	AboutEN       string
}

// Organisation is one that persons represent.
type Organisation struct{ OrgNo, Name, Form string }

// Level is a way to prove who one is.
type Level struct{ ACR, NB, EN string }

// Config is what a Provider needs. All members must be set but Levels.
type Config struct {
	// Issuer is the identifier and the address of the provider; it may have a
	// path, and may be plain http for a demo on this machine.
	Issuer  string
	Name    string  // on its pages
	Levels  []Level // the first unless another is picked; none says nothing about it
	Persons []Person
	// The one client: the registry, confidential, with its redirect URLs.
	ClientID               string
	ClientSecret           string
	ClientName             string // shown on the login page
	RedirectURIs           []string
	PostLogoutRedirectURIs []string
	BackChannel            string // where it takes logout tokens
	Now                    func() time.Time
	Logger                 *slog.Logger
}

// Provider is the OpenID provider. It is an http.Handler for every path below
// the issuer's own, and safe for concurrent use.
type Provider struct {
	cfg        Config
	path       string // of the issuer, without a slash at the end
	secure     bool
	represents bool // somebody here comes for organisations
	storage    *storage
	library    op.OpenIDProvider
	handler    http.Handler
}

// New makes a Provider with a signing key of its own. Errors are faults of the
// configuration.
func New(cfg Config) (*Provider, error) {
	u, err := url.Parse(cfg.Issuer)
	if err != nil {
		return nil, fmt.Errorf("provider: issuer: %w", err)
	}
	if len(cfg.Persons) == 0 || cfg.Name == "" || cfg.ClientID == "" || cfg.ClientSecret == "" || len(cfg.RedirectURIs) == 0 || cfg.BackChannel == "" || cfg.Now == nil || cfg.Logger == nil {
		return nil, fmt.Errorf("provider: the configuration is not complete")
	}
	p := &Provider{cfg: cfg, path: strings.TrimSuffix(u.Path, "/"), secure: u.Scheme == "https"}
	p.represents = slices.ContainsFunc(cfg.Persons, func(one Person) bool { return len(one.Organisations) > 0 })
	if p.storage, err = newStorage(cfg); err != nil {
		return nil, err
	}
	config := &op.Config{
		DefaultLogoutRedirectURI: strings.TrimSuffix(cfg.Issuer, "/") + "/signed-out",
		CodeMethodS256:           true,
		SupportedScopes:          []string{oidc.ScopeOpenID, oidc.ScopeProfile, oidc.ScopeEmail},
		SupportedClaims:          p.claims(),
	}
	if _, err := rand.Read(config.CryptoKey[:]); err != nil {
		return nil, fmt.Errorf("provider: key for codes: %w", err)
	}
	options := []op.Option{op.WithLogger(cfg.Logger)}
	if u.Scheme == "http" {
		options = append(options, op.WithAllowInsecure())
	}
	library, err := op.NewProvider(config, p.storage, op.StaticIssuer(cfg.Issuer), options...)
	if err != nil {
		return nil, fmt.Errorf("provider: %w", err)
	}
	p.library = library
	p.handler = p.routes(library)
	return p, nil
}

func (p *Provider) routes(library op.OpenIDProvider) http.Handler {
	protocol := &server{LegacyServer: op.NewLegacyServer(library, op.Endpoints{
		Authorization: op.NewEndpoint("authorize"),
		Token:         op.NewEndpoint("oauth/token"),
		Userinfo:      op.NewEndpoint("userinfo"),
		EndSession:    op.NewEndpoint("end_session"),
		JwksURI:       op.NewEndpoint("keys"),
	}), provider: p}
	mux := http.NewServeMux()
	all := op.RegisterLegacyServer(protocol, p.callback, op.WithFallbackLogger(p.cfg.Logger), op.WithServerCORSOptions(nil))
	mux.Handle("/", all)
	mux.HandleFunc("/end_session", func(w http.ResponseWriter, r *http.Request) { p.endSession(w, r, all) })
	mux.HandleFunc("GET /login", p.showLogin)
	mux.HandleFunc("POST /login", p.login)
	mux.HandleFunc("GET /represent", p.showOrganisations)
	mux.HandleFunc("POST /represent", p.represent)
	mux.HandleFunc("GET /account", p.account)
	mux.HandleFunc("POST /log-out", p.logOut)
	mux.HandleFunc("GET /signed-out", p.signedOut)
	mux.HandleFunc("GET /demo.css", style)
	return http.StripPrefix(p.path, mux)
}

// claims are the names of all that may stand in an ID token.
func (p *Provider) claims() []string {
	all := []string{"sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "name"}
	for _, one := range p.cfg.Persons {
		for name := range one.Claims {
			if !slices.Contains(all, name) {
				all = append(all, name)
			}
		}
	}
	return all
}

// ServeHTTP answers every path below the issuer's.
func (p *Provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' "+p.storage.origins)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	p.handler.ServeHTTP(w, r)
}

// callback ends the login: it hands a code to the client, with the state and
// the issuer's identifier (RFC 9207) beside it.
func (p *Provider) callback(w http.ResponseWriter, r *http.Request) {
	ctx := op.ContextWithIssuer(r.Context(), p.cfg.Issuer)
	req, err := p.storage.AuthRequestByID(ctx, r.URL.Query().Get("id"))
	if err != nil || !req.Done() {
		p.expired(w)
		return
	}
	to, err := op.BuildAuthResponseCallbackURL(ctx, req, p.library)
	if err != nil {
		p.expired(w)
		return
	}
	http.Redirect(w, r, to+"&iss="+url.QueryEscape(p.cfg.Issuer), http.StatusFound)
}

// server narrows the library's flow to what the demo offers: code with PKCE
// (S256) for the one client, each code once.
type server struct {
	*op.LegacyServer
	provider *Provider
}

// metadata adds what the library's document lacks.
type metadata struct {
	*oidc.DiscoveryConfiguration
	IssParameter bool     `json:"authorization_response_iss_parameter_supported"` // RFC 9207 section 3
	BackChannel  bool     `json:"backchannel_logout_supported"`
	DetailTypes  []string `json:"authorization_details_types_supported,omitempty"` // RFC 9396 section 10
}

// Discovery answers GET /.well-known/openid-configuration with what is really
// offered, not with all that the library could do.
func (s *server) Discovery(ctx context.Context, r *op.Request[struct{}]) (*op.Response, error) {
	resp, err := s.LegacyServer.Discovery(ctx, r)
	if err != nil {
		return nil, err
	}
	doc, ok := resp.Data.(*oidc.DiscoveryConfiguration)
	if !ok {
		return nil, fmt.Errorf("provider: discovery is a %T", resp.Data)
	}
	doc.ResponseTypesSupported = []string{string(oidc.ResponseTypeCode)}
	doc.ResponseModesSupported = []string{string(oidc.ResponseModeQuery)}
	doc.GrantTypesSupported = []oidc.GrantType{oidc.GrantTypeCode}
	doc.TokenEndpointAuthMethodsSupported = []oidc.AuthMethod{oidc.AuthMethodBasic}
	doc.TokenEndpointAuthSigningAlgValuesSupported = nil
	doc.RequestObjectSigningAlgValuesSupported = nil
	for _, l := range s.provider.cfg.Levels {
		doc.ACRValuesSupported = append(doc.ACRValuesSupported, l.ACR)
	}
	more := metadata{DiscoveryConfiguration: doc, IssParameter: true, BackChannel: true}
	if s.provider.represents {
		more.DetailTypes = []string{resourceDetail}
	}
	return op.NewResponse(more), nil
}

// VerifyAuthRequest refuses a request without PKCE by S256 (RFC 7636), or with
// an answer other than in the query.
func (s *server) VerifyAuthRequest(ctx context.Context, r *op.Request[oidc.AuthRequest]) (*op.ClientRequest[oidc.AuthRequest], error) {
	switch d := r.Data; {
	case d.RedirectURI == "":
		return nil, oidc.ErrInvalidRequest().WithDescription("redirect_uri is missing")
	case d.CodeChallenge == "" || d.CodeChallengeMethod != oidc.CodeChallengeMethodS256:
		return nil, oidc.ErrInvalidRequest().WithDescription("code_challenge with method S256 is required")
	case d.ResponseMode != "" && d.ResponseMode != oidc.ResponseModeQuery:
		return nil, oidc.ErrInvalidRequest().WithDescription("response_mode must be query")
	case !slices.Contains(d.Scopes, oidc.ScopeOpenID):
		return nil, oidc.ErrInvalidScope().WithDescription("scope openid is required")
	}
	return s.LegacyServer.VerifyAuthRequest(ctx, r)
}

// CodeExchange refuses a code without its verifier; the library would take one
// that was asked for without PKCE. There is one client, so a code has no other.
func (s *server) CodeExchange(ctx context.Context, r *op.ClientRequest[oidc.AccessTokenRequest]) (*op.Response, error) {
	if r.Data.CodeVerifier == "" {
		return nil, oidc.ErrInvalidGrant().WithDescription("code_verifier is missing")
	}
	return s.LegacyServer.CodeExchange(ctx, r)
}
