package provider

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

const (
	loginLife  = 10 * time.Minute // from the authorization request to the code's use
	tokenLife  = 5 * time.Minute
	maxPending = 10_000 // logins under way; the demo has no other bound on memory
)

var errGone = errors.New("no such request, or its time ran out")

// storage is everything the provider knows. It implements op.Storage; what the
// demo does not offer answers an error.
type storage struct {
	cfg     Config
	client  client
	key     signingKey
	origins string // of the redirect URLs, for the policy of the login form

	mu       sync.Mutex
	requests map[string]*request // by id
	codes    map[string]string   // code to id of its request
	tokens   map[string]token    // by id
	sessions map[string]session  // by cookie
}

type token struct {
	subject string
	until   time.Time
}

func newStorage(cfg Config) (*storage, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fmt.Errorf("provider: signing key: %w", err)
	}
	var origins []string
	for _, uri := range slices.Concat(cfg.RedirectURIs, cfg.PostLogoutRedirectURIs) {
		u, err := url.Parse(uri)
		if err != nil || u.Host == "" {
			return nil, fmt.Errorf("provider: redirect URL %q is not absolute", uri)
		}
		if o := u.Scheme + "://" + u.Host; !slices.Contains(origins, o) {
			origins = append(origins, o)
		}
	}
	return &storage{
		cfg:      cfg,
		client:   client{cfg, strings.TrimSuffix(cfg.Issuer, "/") + "/login"},
		key:      signingKey{id: uuid.NewString(), private: key},
		origins:  strings.Join(origins, " "),
		requests: map[string]*request{}, codes: map[string]string{}, tokens: map[string]token{}, sessions: map[string]session{},
	}, nil
}

func (s *storage) person(subject string) (Person, bool) {
	i := slices.IndexFunc(s.cfg.Persons, func(p Person) bool { return p.Subject == subject })
	if i < 0 {
		return Person{}, false
	}
	return s.cfg.Persons[i], true
}

// CreateAuthRequest remembers a login that begins. Nobody is signed in without
// seeing it, so a login without a page (prompt=none) is never possible.
func (s *storage) CreateAuthRequest(ctx context.Context, r *oidc.AuthRequest, _ string) (op.AuthRequest, error) {
	if slices.Contains(r.Prompt, oidc.PromptNone) {
		return nil, oidc.ErrLoginRequired()
	}
	now := s.cfg.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, old := range s.requests {
		if now.After(old.until) {
			delete(s.requests, id)
		}
	}
	for code, id := range s.codes {
		if s.requests[id] == nil {
			delete(s.codes, code)
		}
	}
	if len(s.requests) >= maxPending {
		return nil, oidc.ErrServerError().WithDescription("too many logins under way")
	}
	details, _ := ctx.Value(detailsKey{}).([]detail)
	req := &request{id: uuid.NewString(), asked: *r, details: details, until: now.Add(loginLife)}
	s.requests[req.id] = req
	return req, nil
}

// decide ends the choice of a person. It may be made once per request. Where an
// organisation is asked for, whoever has any to come for has that left to
// choose.
func (s *storage) decide(id string, who session) error {
	person, _ := s.person(who.subject)
	return s.change(id, func(r *request) bool {
		ok := r.subject == ""
		r.session, r.done = who, len(r.details) == 0 || len(person.Organisations) == 0
		return ok
	})
}

// settle ends the choice of an organisation, once per request.
func (s *storage) settle(id string, forWhom Organisation) error {
	return s.change(id, func(r *request) bool {
		ok := r.subject != "" && !r.done
		r.forWhom, r.done = forWhom, true
		return ok
	})
}

// change replaces a request by a changed one, since readers hold the old one;
// it stays as it is when change says no.
func (s *storage) change(id string, change func(*request) bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	req := s.requests[id]
	if req == nil || s.cfg.Now().After(req.until) {
		return errGone
	}
	changed := *req
	if !change(&changed) {
		return errGone
	}
	s.requests[id] = &changed
	return nil
}

// AuthRequestByID finds a login under way.
func (s *storage) AuthRequestByID(_ context.Context, id string) (op.AuthRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	req := s.requests[id]
	if req == nil || s.cfg.Now().After(req.until) {
		return nil, errGone
	}
	return req, nil
}

// AuthRequestByCode finds the login that a code ends, and spends the code:
// whoever comes second, even at the same moment, gets nothing.
func (s *storage) AuthRequestByCode(ctx context.Context, code string) (op.AuthRequest, error) {
	s.mu.Lock()
	id := s.codes[code]
	delete(s.codes, code)
	s.mu.Unlock()
	return s.AuthRequestByID(ctx, id)
}

// SaveAuthCode ties a code to its login.
func (s *storage) SaveAuthCode(_ context.Context, id, code string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, known := range s.codes {
		if known == id {
			return errGone // the page was opened again; the first code stands
		}
	}
	s.codes[code] = id
	return nil
}

// DeleteAuthRequest forgets a login that has ended in tokens.
func (s *storage) DeleteAuthRequest(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.requests, id)
	return nil
}

// CreateAccessToken makes a token that is good for userinfo alone.
func (s *storage) CreateAccessToken(_ context.Context, r op.TokenRequest) (string, time.Time, error) {
	now := s.cfg.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, t := range s.tokens {
		if now.After(t.until) {
			delete(s.tokens, id)
		}
	}
	id, until := uuid.NewString(), now.Add(tokenLife)
	s.tokens[id] = token{r.GetSubject(), until}
	return id, until, nil
}

// TerminateSession forgets the person's tokens. There is no session to end.
func (s *storage) TerminateSession(_ context.Context, subject, _ string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, t := range s.tokens {
		if t.subject == subject {
			delete(s.tokens, id)
		}
	}
	return nil
}

// GetClientByClientID knows one client.
func (s *storage) GetClientByClientID(_ context.Context, id string) (op.Client, error) {
	if id != s.cfg.ClientID {
		return nil, oidc.ErrInvalidClient().WithDescription("unknown client")
	}
	return s.client, nil
}

// AuthorizeClientIDSecret compares the secret in constant time.
func (s *storage) AuthorizeClientIDSecret(_ context.Context, id, secret string) error {
	if id != s.cfg.ClientID || subtle.ConstantTimeCompare([]byte(secret), []byte(s.cfg.ClientSecret)) != 1 {
		return oidc.ErrInvalidClient().WithDescription("unknown client or wrong secret")
	}
	return nil
}

// SetUserinfoFromScopes is superseded by SetUserinfoFromRequest.
func (s *storage) SetUserinfoFromScopes(context.Context, *oidc.UserInfo, string, string, []string) error {
	return nil
}

// SetUserinfoFromRequest fills the claims of the ID token. The library copies
// the subject from here, so it must be set.
func (s *storage) SetUserinfoFromRequest(_ context.Context, info *oidc.UserInfo, r op.IDTokenRequest, scopes []string) error {
	if req, ok := r.(*request); ok {
		info.AppendClaims("sid", req.sid)
		if granted := req.granted(); granted != nil {
			info.AppendClaims("authorization_details", granted)
		}
	}
	return s.fill(info, r.GetSubject(), slices.Contains(scopes, oidc.ScopeProfile))
}

// SetUserinfoFromToken fills the answer of /userinfo.
func (s *storage) SetUserinfoFromToken(_ context.Context, info *oidc.UserInfo, id, _, _ string) error {
	s.mu.Lock()
	t, ok := s.tokens[id]
	s.mu.Unlock()
	if !ok || s.cfg.Now().After(t.until) {
		return oidc.ErrAccessDenied().WithDescription("access token invalid")
	}
	return s.fill(info, t.subject, true)
}

func (s *storage) fill(info *oidc.UserInfo, subject string, profile bool) error {
	p, ok := s.person(subject)
	if !ok {
		return oidc.ErrAccessDenied().WithDescription("no such person")
	}
	info.Subject = p.Subject
	for name, value := range p.Claims {
		info.AppendClaims(name, value)
	}
	if profile {
		info.Name = p.Name
	}
	return nil
}

// GetPrivateClaimsFromScopes adds nothing: access tokens are opaque.
func (s *storage) GetPrivateClaimsFromScopes(context.Context, string, string, []string) (map[string]any, error) {
	return nil, nil
}

// Health is always well: there is nothing to reach.
func (s *storage) Health(context.Context) error { return nil }

// SigningKey, SignatureAlgorithms and KeySet give the key of this run.
func (s *storage) SigningKey(context.Context) (op.SigningKey, error) { return s.key, nil }

// SignatureAlgorithms is RS256 alone.
func (s *storage) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{jose.RS256}, nil
}

// KeySet is the public half of the one key.
func (s *storage) KeySet(context.Context) ([]op.Key, error) { return []op.Key{publicKey{s.key}}, nil }
