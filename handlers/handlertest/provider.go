package handlertest

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const (
	providerIssuer = "https://login.example"
	mailIssuer     = "https://mail.example"
	providerFile   = `{"providers": [
		{"id": "test", "name": "Testinnlogging", "issuer": "` + providerIssuer + `", "client_id": "stafett",
		 "claims": {"pid": "pid", "level": {"high": 4, "substantial": 3, "low": 2}}},
		{"id": "mail", "name": "E-post", "message": {"nb": "Gir bare lesetilgang", "nn": "Gir berre lesetilgang", "en": "For reading only"},
		 "issuer": "` + mailIssuer + `", "client_id": "stafett", "account_url": "` + mailIssuer + `/account", "claims": {"email": "email"}}]}`
)

// provider plays two OpenID providers, as the transport of the site's client:
// one that knows national ids, and one that knows e-mail addresses alone.
type provider struct {
	now    func() time.Time
	people []Person

	mu      sync.Mutex
	answers map[string]Claims // ID token claims by code
	down    bool
}

// RoundTrip answers discovery, keys and the token endpoint.
func (p *provider) RoundTrip(r *http.Request) (*http.Response, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	issuer := "https://" + r.URL.Host
	if p.down || issuer != providerIssuer && issuer != mailIssuer {
		return nil, errors.New("the network is down")
	}
	rec := httptest.NewRecorder()
	rec.Header().Set("Content-Type", "application/json")
	var answer any
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		answer = map[string]any{
			"issuer": issuer, "authorization_endpoint": issuer + "/authorize", "token_endpoint": issuer + "/token",
			"jwks_uri": issuer + "/keys", "end_session_endpoint": issuer + "/logout",
			"id_token_signing_alg_values_supported": []string{"ES256"}, "response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		}
	case "/keys":
		answer = jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: signingKey().Public(), KeyID: "k", Use: "sig", Algorithm: "ES256"}}}
	case "/token":
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, err
		}
		claims, ok := p.answers[form.Get("code")]
		if !ok {
			rec.WriteHeader(http.StatusBadRequest)
			answer = map[string]string{"error": "invalid_grant"}
			break
		}
		answer = map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": sign("JWT", claims)}
	default:
		rec.WriteHeader(http.StatusNotFound)
	}
	_ = json.NewEncoder(rec).Encode(answer)
	return rec.Result(), nil
}

// ProviderDown makes the OpenID provider unreachable, or reachable again.
func (s *Site) ProviderDown(down bool) {
	s.provider.mu.Lock()
	defer s.provider.mu.Unlock()
	s.provider.down = down
}

// Authorize plays the person at the provider: it takes the address that a login
// sent the browser to, and returns the path below the site that the provider
// sends it back to. acr is one of high, substantial and low.
func (s *Site) Authorize(p Person, address, acr string) string {
	s.t.Helper()
	return s.authorize(providerIssuer, address, Claims{"sub": "sub " + p.Name, "acr": acr, "pid": p.PID, "name": p.Name})
}

// AuthorizeByMail is Authorize at the provider that knows the verified address
// alone.
func (s *Site) AuthorizeByMail(subject, email, address string) string {
	s.t.Helper()
	return s.authorize(mailIssuer, address, Claims{"sub": subject, "email": email, "email_verified": true})
}

func (s *Site) authorize(issuer, address string, claims Claims) string {
	s.t.Helper()
	u, err := url.Parse(address)
	s.fatal(err)
	if !strings.HasPrefix(address, issuer+"/authorize?") {
		s.t.Fatalf("the login leads to %s", address)
	}
	q, now := u.Query(), s.Clock.Now().Unix()
	for name, value := range (Claims{"iss": issuer, "aud": "stafett", "nonce": q.Get("nonce"), "iat": now, "exp": now + 120, "auth_time": now}) {
		claims[name] = value
	}
	s.provider.mu.Lock()
	defer s.provider.mu.Unlock()
	if s.provider.answers == nil {
		s.provider.answers = map[string]Claims{}
	}
	code := "code-" + q.Get("nonce")
	s.provider.answers[code] = claims
	back, err := url.Parse(q.Get("redirect_uri"))
	s.fatal(err)
	return back.Path + "?" + url.Values{"code": {code}, "state": {q.Get("state")}, "iss": {issuer}}.Encode()
}

// LogoutToken is what the provider tells when the person logs out there.
func (s *Site) LogoutToken(p Person, jti string) string {
	now := s.Clock.Now().Unix()
	return sign("logout+jwt", Claims{
		"iss": providerIssuer, "aud": "stafett", "sub": "sub " + p.Name, "iat": now, "exp": now + 120, "jti": jti,
		"events": Claims{"http://schemas.openid.net/event/backchannel-logout": Claims{}},
	})
}
