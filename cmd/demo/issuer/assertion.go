package issuer

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/zitadel/oidc/v3/pkg/oidc"
)

const (
	maxSkew      = 10 * time.Second  // of iat from the issuer's clock
	maxLife      = 120 * time.Second // of an assertion
	maxAssertion = 16 << 10
	maxJTI       = 255
)

// algorithms that an assertion may be signed by.
var algorithms = []string{string(jose.RS256), string(jose.RS384), string(jose.RS512)}

// assertion is the body of a grant. Members that are not here are ignored, as
// Maskinporten does, but none may stand twice.
type assertion struct {
	Issuer       string         `json:"iss"`
	Subject      string         `json:"sub"`
	Audience     jsontext.Value `json:"aud"`
	IssuedAt     int64          `json:"iat"`
	Expires      int64          `json:"exp"`
	NotBefore    int64          `json:"nbf"`
	ID           string         `json:"jti"`
	Scope        string         `json:"scope"`
	Resource     []string       `json:"resource"`
	Details      jsontext.Value `json:"authorization_details"`
	ConsumerOrg  jsontext.Value `json:"consumer_org"`
	OnBehalfOf   jsontext.Value `json:"iss_onbehalfof"`
	EndUser      jsontext.Value `json:"pid"`
	Confirmation jsontext.Value `json:"cnf"`
}

// SetSignatureAlgorithm lets the library report what verified the signature;
// every algorithm that can is allowed here.
func (a *assertion) SetSignatureAlgorithm(jose.SignatureAlgorithm) {}

// verify reads an assertion and holds it against the rules of the grant. The
// signature is verified before anything that the sender could learn from, and
// the jti is spent last, so that only the client itself can spend it.
func (s *Issuer) verify(ctx context.Context, compact string) (Client, assertion, error) {
	var a assertion
	if len(compact) > maxAssertion || strings.Count(compact, ".") != 2 {
		return Client{}, a, oidc.ErrInvalidRequest().WithDescription("MP-011: the assertion is not a compact JWS")
	}
	var raw jsontext.Value
	payload, err := oidc.ParseToken(compact, &raw)
	if err == nil {
		err = json.Unmarshal(payload, &a) // exact names, no member twice
	}
	if err != nil {
		return Client{}, a, oidc.ErrInvalidRequest().WithDescription("MP-011: the assertion cannot be read")
	}
	client, ok := s.clients[a.Issuer]
	if !ok {
		return Client{}, a, grant("MP-100: no such client")
	}
	if err := oidc.CheckSignature(ctx, compact, payload, &a, algorithms, clientKeys(client.Keys)); err != nil {
		if errors.Is(err, oidc.ErrSignatureUnsupportedAlg) {
			return Client{}, a, grant("MP-124: the assertion must be signed by RS256, RS384 or RS512")
		}
		return Client{}, a, grant("MP-124: the signature does not hold")
	}
	if err := s.check(client, a); err != nil {
		return Client{}, a, err
	}
	if !s.spend(a) {
		return Client{}, a, grant("MP-012: the assertion was used before")
	}
	return client, a, nil
}

// check holds the claims of a verified assertion against the rules.
func (s *Issuer) check(c Client, a assertion) error {
	now, issued, expires := s.cfg.Now(), time.Unix(a.IssuedAt, 0), time.Unix(a.Expires, 0)
	switch {
	case !s.audience(a.Audience):
		return grant("MP-110: aud must be the issuer alone, " + s.cfg.Issuer)
	case a.Subject != "" && a.Subject != a.Issuer:
		return grant("MP-100: sub must be the client itself, or be left out")
	case a.IssuedAt == 0 || a.Expires == 0:
		return grant("MP-011: iat and exp are required")
	case issued.Sub(now).Abs() > maxSkew:
		return grant("MP-130: iat is more than 10 s from the issuer's clock")
	case !now.Before(expires):
		return grant("MP-130: the assertion has expired")
	case expires.Sub(issued) > maxLife:
		return grant("MP-130: exp may be at most 120 s after iat")
	case a.NotBefore != 0 && time.Unix(a.NotBefore, 0).After(now.Add(maxSkew)):
		return grant("MP-130: the assertion is not valid yet")
	case a.ID == "" || len(a.ID) > maxJTI:
		return grant("MP-011: jti is required, of at most 255 bytes")
	case len(a.ConsumerOrg)+len(a.OnBehalfOf)+len(a.EndUser)+len(a.Confirmation) > 0:
		return oidc.ErrInvalidRequest().WithDescription("consumer_org, iss_onbehalfof, pid and cnf are not offered by the demo")
	}
	scopes := strings.Fields(a.Scope)
	if len(scopes) == 0 {
		return oidc.ErrInvalidScope().WithDescription("MP-200: at least one scope is required")
	}
	for _, scope := range scopes {
		if !slices.Contains(c.Scopes, scope) {
			return oidc.ErrInvalidScope().WithDescription("MP-200: the client may not ask for the scope %.100q", scope)
		}
	}
	return nil
}

// audience reports whether aud is this issuer and nothing else: a string, or a
// list of that one string.
func (s *Issuer) audience(aud jsontext.Value) bool {
	var one string
	var list []string
	switch {
	case len(aud) == 0:
		return false
	case json.Unmarshal(aud, &one) == nil:
		return one == s.cfg.Issuer
	case json.Unmarshal(aud, &list) == nil:
		return len(list) == 1 && list[0] == s.cfg.Issuer
	}
	return false
}

// spend notes the jti of a client, and reports whether it was new. It is kept
// for as long as the assertion could be used.
func (s *Issuer) spend(a assertion) bool {
	now := s.cfg.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for k, until := range s.seen {
		if now.After(until) {
			delete(s.seen, k)
		}
	}
	key := a.Issuer + "\x00" + a.ID
	if _, again := s.seen[key]; again {
		return false
	}
	s.seen[key] = time.Unix(a.Expires, 0).Add(maxSkew)
	return true
}

// clientKeys are the registered keys of one client. The key is found by its
// id; keys inside the assertion's header count for nothing.
type clientKeys []jose.JSONWebKey

// VerifySignature implements the library's key set.
func (k clientKeys) VerifySignature(_ context.Context, jws *jose.JSONWebSignature) ([]byte, error) {
	id, _ := oidc.GetKeyIDAndAlg(jws)
	for _, key := range k {
		if id != "" && key.KeyID == id {
			return jws.Verify(key)
		}
	}
	return nil, oidc.ErrKeyNone
}
