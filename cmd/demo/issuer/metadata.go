package issuer

import (
	"encoding/json"
	"net/http"
)

// metadata handles GET /.well-known/oauth-authorization-server (RFC 8414, and
// RFC 9396 section 10 for the types of details).
func (s *Issuer) metadata(w http.ResponseWriter, _ *http.Request) {
	doc := struct {
		Issuer         string   `json:"issuer"`
		TokenEndpoint  string   `json:"token_endpoint"`
		JWKSURI        string   `json:"jwks_uri"`
		AuthMethods    []string `json:"token_endpoint_auth_methods_supported"`
		Algorithms     []string `json:"token_endpoint_auth_signing_alg_values_supported"`
		GrantTypes     []string `json:"grant_types_supported"`
		ResponseTypes  []string `json:"response_types_supported"` // required, though there are none
		Scopes         []string `json:"scopes_supported"`
		DetailsOfTypes []string `json:"authorization_details_types_supported"`
	}{
		Issuer:         s.cfg.Issuer,
		TokenEndpoint:  s.cfg.Issuer + "token",
		JWKSURI:        s.cfg.Issuer + "jwk",
		AuthMethods:    []string{"private_key_jwt"},
		Algorithms:     []string{"RS256", "RS384", "RS512"},
		GrantTypes:     []string{"urn:ietf:params:oauth:grant-type:jwt-bearer"},
		ResponseTypes:  []string{},
		Scopes:         s.scopes(),
		DetailsOfTypes: []string{Type},
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(doc)
}
