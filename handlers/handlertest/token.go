package handlertest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"sync"

	"github.com/go-jose/go-jose/v4"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
)

// The issuers that every site trusts. Both enrich, each for its own clients.
const (
	Issuer1 = "https://issuer.example/"
	Issuer2 = "https://other-issuer.example/"
)

var signingKey = sync.OnceValue(func() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)) })

// issuersFile writes the issuers' key set into dir and returns the STAFETT_ISSUERS file.
func issuersFile(dir string) []byte {
	set := must(json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: signingKey().Public(), KeyID: "k", Use: "sig", Algorithm: "ES256"}}}))
	if err := os.WriteFile(filepath.Join(dir, "keys.json"), set, 0o600); err != nil {
		panic(err)
	}
	issuer := func(id string) map[string]any {
		return map[string]any{"iss": id, "profile": "maskinporten", "jwks": "file:keys.json", "audiences": []string{"*"}, "algorithms": []string{"ES256"}, "enriches": true}
	}
	return must(json.Marshal(map[string]any{"default": Issuer1, "issuers": []any{issuer(Issuer1), issuer(Issuer2)}}))
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

func sign(typ string, claims Claims) string {
	key := jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: signingKey(), KeyID: "k"}}
	signer := must(jose.NewSigner(key, (&jose.SignerOptions{}).WithType(jose.ContentType(typ))))
	return must(must(signer.Sign(must(json.Marshal(claims)))).CompactSerialize())
}
