package issuer

import (
	"net/http"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// The OAuth errors that the library has no name for. The third is what
// Maskinporten answers when there is no system user (MP-303).
const (
	invalidDetails  = "invalid_authorization_details"
	noConfiguration = "invalid_altinn_customer_configuration"
	unavailable     = "temporarily_unavailable"
)

// refuse makes an answer 400 with the OAuth error and a description that
// begins with the code that Maskinporten would give.
func refuse(code, description string) error {
	e := &oidc.Error{Description: description}
	switch code { // the library's type of codes is its own, so each is written out
	case invalidDetails:
		e.ErrorType = invalidDetails
	case noConfiguration:
		e.ErrorType = noConfiguration
	default:
		return op.NewStatusError(&oidc.Error{ErrorType: unavailable, Description: description}, http.StatusServiceUnavailable)
	}
	return e
}

// later makes an answer 503: the registry could not be asked, or its answer
// could not be trusted. It is never a token.
func later() error {
	return refuse(unavailable, "the registry of system users cannot answer now; try again")
}

// grant makes an invalid_grant with Maskinporten's code.
func grant(description string) error {
	return oidc.ErrInvalidGrant().WithDescription("%s", description)
}
