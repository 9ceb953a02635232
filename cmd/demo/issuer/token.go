package issuer

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/zitadel/oidc/v3/pkg/crypto"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// AccessToken is the body of a token, in Maskinporten's shape. With a system
// user, Consumer is the supplier and the customer is inside Details.
type AccessToken struct {
	Issuer    string     `json:"iss"`
	Audience  any        `json:"aud"` // a string, or a list when there are several
	ClientID  string     `json:"client_id"`
	ClientAMR string     `json:"client_amr"`
	TokenType string     `json:"token_type"`
	Scope     string     `json:"scope"`
	IssuedAt  int64      `json:"iat"`
	Expires   int64      `json:"exp"`
	ID        string     `json:"jti"`
	Consumer  org        `json:"consumer"`
	Details   []Enriched `json:"authorization_details,omitempty"`
}

// response is the answer of the token endpoint (RFC 6749 section 5.1, with
// RFC 9396 section 7).
type response struct {
	AccessToken string     `json:"access_token"`
	TokenType   string     `json:"token_type"`
	ExpiresIn   int        `json:"expires_in"`
	Scope       string     `json:"scope"`
	Details     []Enriched `json:"authorization_details,omitempty"`
}

// JWTProfile handles POST /token with the grant jwt-bearer.
func (s *Issuer) JWTProfile(ctx context.Context, r *op.Request[oidc.JWTProfileGrantRequest]) (*op.Response, error) {
	client, a, err := s.verify(ctx, r.Data.Assertion)
	if err != nil {
		return nil, err
	}
	life, details := maxLife, []Enriched(nil)
	if len(a.Details) > 0 {
		w, err := parseDetails(a.Details)
		if err != nil {
			return nil, err
		}
		yes, err := s.enrich(ctx, client, a, w)
		if err != nil {
			return nil, err
		}
		details = yes.Details
		if m := time.Duration(yes.MaxTokenLifetime) * time.Second; m > 0 && m < life {
			life = m
		}
	}
	now := s.cfg.Now()
	t := AccessToken{
		Issuer: s.cfg.Issuer, Audience: s.audienceOf(a), ClientID: client.ID, ClientAMR: "private_key_jwt", TokenType: "Bearer",
		Scope: strings.Join(strings.Fields(a.Scope), " "), IssuedAt: now.Unix(), Expires: now.Add(life).Unix(),
		ID: uuid.NewString(), Consumer: orgOf(client.OrgNo), Details: details,
	}
	signed, err := crypto.Sign(t, s.token)
	if err != nil {
		return nil, err
	}
	return op.NewResponse(response{
		AccessToken: signed, TokenType: "Bearer", ExpiresIn: int(life/time.Second) - 1, Scope: t.Scope, Details: details,
	}), nil
}

// audienceOf is the registry for the registry's own scopes, else the resources
// that were asked for, else Maskinporten's word for none.
func (s *Issuer) audienceOf(a assertion) any {
	ours := append(ScopesOfSuppliers(), ScopeDecide, ScopeEnrich)
	own := func(scope string) bool { return slices.Contains(ours, scope) }
	switch {
	case slices.ContainsFunc(strings.Fields(a.Scope), own):
		return s.cfg.Registry
	case len(a.Resource) == 1:
		return a.Resource[0]
	case len(a.Resource) > 1:
		return a.Resource
	}
	return "unspecified"
}
