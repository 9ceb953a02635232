package handlertest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
)

// The issuers that every site trusts. Both enrich, each for its own clients.
const (
	Issuer1 = "https://issuer.example/"
	Issuer2 = "https://other-issuer.example/"
)

// The issuers of end users' tokens, one of them a portal by configuration, and
// of platform services' tokens.
const (
	Portal  = "https://portal.example/openid/"
	Front   = "https://front.example/openid/"
	Service = "https://platform.example/"
)

// keys are the issuers', one each, all under the same kid: a key of one must
// not serve for another.
var keys = sync.OnceValue(func() map[string]*ecdsa.PrivateKey {
	m := map[string]*ecdsa.PrivateKey{}
	for _, issuer := range []string{Issuer1, Issuer2, Portal, Front, Service} {
		m[issuer] = must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	}
	return m
})

// signingKey is that of the login's providers, and of whoever is not trusted.
var signingKey = sync.OnceValue(func() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)) })

// Key is the key under the kid "k" by which the issuer signs its tokens, for
// tests that make tokens of their own.
func Key(issuer string) *ecdsa.PrivateKey {
	if own, ok := keys()[issuer]; ok {
		return own
	}
	return signingKey()
}

// issuersFile writes the issuers' key sets into dir and returns the STAFETT_ISSUERS file.
func issuersFile(dir string) []byte {
	issuer := func(id string) map[string]any {
		file := url.PathEscape(id) + ".json"
		set := must(json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: Key(id).Public(), KeyID: "k", Use: "sig", Algorithm: "ES256"}}}))
		if err := os.WriteFile(filepath.Join(dir, file), set, 0o600); err != nil {
			panic(err)
		}
		return map[string]any{"iss": id, "profile": "maskinporten", "jwks": "file:" + file, "audiences": []string{"*"}, "algorithms": []string{"ES256"}, "enriches": true}
	}
	other := func(id, profile string, portal bool) map[string]any {
		i := issuer(id)
		i["profile"], i["audiences"] = profile, []string{"stafett"}
		delete(i, "enriches")
		if portal {
			i["portal"] = true
		}
		return i
	}
	return must(json.Marshal(map[string]any{"default": Issuer1, "issuers": []any{
		issuer(Issuer1), issuer(Issuer2), other(Portal, "altinn-platform", true), other(Front, "altinn-platform", false), other(Service, "platform", false),
	}}))
}

// Claims are the claims of a token.
type Claims map[string]any

// AccessToken signs an access token of Issuer1 for a client of the organisation
// with the scope. What is given in changes takes the place of the usual claims;
// a nil value takes one out.
func (s *Site) AccessToken(org party.OrgNo, scope string, changes Claims) string {
	now := s.Clock.Now().Unix()
	claims := Claims{
		"iss": Issuer1, "client_id": "client-of-" + string(org), "token_type": "Bearer", "scope": scope, "aud": "unspecified",
		"iat": now, "exp": now + 120, "jti": string(models.NewID()),
		"consumer": map[string]string{"authority": party.ISO6523, "ID": org.ISO6523()},
	}
	return sign("JWT", merged(claims, changes))
}

// EndUserToken signs a token of the platform iss for the person at level 4 with
// the scope; changes as in AccessToken.
func (s *Site) EndUserToken(iss string, p Person, scope string, changes Claims) string {
	now := s.Clock.Now().Unix()
	claims := Claims{
		"iss": iss, "aud": "stafett", "scope": scope, "iat": now, "exp": now + 120, "jti": string(models.NewID()),
		"urn:altinn:userid": 4000 + len(p.Name), "pid": p.PID, "urn:altinn:authlevel": 4,
	}
	return sign("JWT", merged(claims, changes))
}

// ServiceToken signs a token of the platform for one of its services.
func (s *Site) ServiceToken(name string, changes Claims) string {
	now := s.Clock.Now().Unix()
	claims := Claims{"iss": Service, "aud": "stafett", "sub": name, "iat": now, "exp": now + 120, "jti": string(models.NewID())}
	return sign("JWT", merged(claims, changes))
}

// PartyID is the party id of an organisation of the cast, for paths.
func (s *Site) PartyID(t testing.TB, o party.OrgNo) string {
	t.Helper()
	return strconv.FormatInt(s.organisation(t, o).PartyID, 10)
}

// PartyUUID is the party uuid of an organisation of the cast.
func (s *Site) PartyUUID(t testing.TB, o party.OrgNo) string {
	t.Helper()
	return s.organisation(t, o).UUID
}

func (s *Site) organisation(t testing.TB, o party.OrgNo) party.Organisation {
	t.Helper()
	var org party.Organisation
	err := s.Store.Read(t.Context(), func(tx registry.Reader) (err error) {
		org, err = tx.Organisation(t.Context(), o)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return org
}

// IssuerCall signs a call that the issuer makes itself.
func (s *Site) IssuerCall(issuer string, changes Claims) string {
	now := s.Clock.Now().Unix()
	claims := Claims{"iss": issuer, "aud": PublicURL, "iat": now, "exp": now + 60, "jti": string(models.NewID())}
	return sign("issuer-call+jwt", merged(claims, changes))
}

func merged(claims, changes Claims) Claims {
	claims = maps.Clone(claims)
	for name, v := range changes {
		if v == nil {
			delete(claims, name)
			continue
		}
		claims[name] = v
	}
	return claims
}

// sign signs with the key of the issuer in the claims.
func sign(typ string, claims Claims) string {
	issuer, _ := claims["iss"].(string)
	key := jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: Key(issuer), KeyID: "k"}}
	signer := must(jose.NewSigner(key, (&jose.SignerOptions{}).WithType(jose.ContentType(typ))))
	return must(must(signer.Sign(must(json.Marshal(claims)))).CompactSerialize())
}
