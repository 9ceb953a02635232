package auth

import "github.com/stafett/stafett/models"

// Challenge returns the WWW-Authenticate header for an error of Door or of the
// guards on Caller (RFC 6750 section 3), or nothing for any other error. It
// says no more than the error's code does.
func Challenge(err error) string {
	switch models.CodeOf(err) {
	case models.CodeInvalidToken:
		return `Bearer error="invalid_token"`
	case models.CodeCallerNotAllowed:
		return `Bearer error="insufficient_scope"`
	default:
		return ""
	}
}
