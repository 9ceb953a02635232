package rar

import (
	"strings"

	"github.com/stafett/stafett/models"
)

// Outer is what the issuer is told: the member error of the answer.
type Outer string

// The refusals as the outside sees them (issuer-contracts of the native
// endpoint; RFC 9396 section 5 names the second).
const (
	InvalidRequest   Outer = "invalid_request"
	InvalidDetails   Outer = "invalid_authorization_details"
	AccessDenied     Outer = "access_denied"
	CallerNotAllowed Outer = "caller_not_allowed"
)

// Detail says which demand of RFC 9396 section 5 authorization_details fails,
// or why access is denied, which is always the same.
type Detail string

// The details of InvalidDetails, and the one of AccessDenied.
const (
	UnknownType  Detail = "unknown_type"
	UnknownField Detail = "unknown_field"
	InvalidValue Detail = "invalid_value"
	MissingField Detail = "missing_field"
	TooMany      Detail = "too_many"
	NoSystemUser Detail = "no_system_user"
)

// Refusal is a no. It tells the outside only what its own question shows;
// Reason is for the journal and never leaves with the answer.
//
//nolint:errname // a no is an answer that travels as an error; it is not called one
type Refusal struct {
	Outer  Outer
	Detail Detail // empty for InvalidRequest and CallerNotAllowed
	Field  string // JSON pointer to the member at fault, when it can be told
	Reason Reason
}

// Error is for logs. It holds nothing of the body but the pointer.
func (r *Refusal) Error() string {
	parts := []string{string(r.Outer)}
	for _, s := range []string{string(r.Detail), r.Field, string(r.Reason)} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " ")
}

// denied is the one face of every broken link, so that a caller cannot tell a
// stranger from a customer of somebody else.
func denied(why Reason) *Refusal {
	return &Refusal{Outer: AccessDenied, Detail: NoSystemUser, Reason: why}
}

// malformed is a refusal of the body as such.
func malformed(field string) *Refusal {
	return &Refusal{Outer: InvalidRequest, Field: field, Reason: ReasonBadQuestion}
}

// badDetails is a refusal of authorization_details.
func badDetails(d Detail, field string) *Refusal {
	return &Refusal{Outer: InvalidDetails, Detail: d, Field: field, Reason: ReasonBadQuestion}
}

// unavailable turns an outage into the error that is never a yes.
func unavailable(err error) error {
	return &models.Error{Kind: models.Unavailable, Code: models.CodeUnavailable, Err: err}
}
