package models

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind says what sort of failure an Error is; it decides the HTTP status.
// The list is append only.
type Kind int

// The kinds of failure that a caller can act on.
const (
	Invalid         Kind = iota + 1 // the input is wrong; Fields says where
	Unauthenticated                 // nobody, or somebody whom we do not trust
	Forbidden                       // known, but not allowed
	NotFound                        // absent, or not for the caller to know
	Conflict                        // the state has moved on
	Gone                            // it was there and is ended for good
	TooMany                         // ask again later
	Unavailable                     // we cannot answer now; never an allow
)

// Code names a failure for programs, documentation and translation. A code is
// stable once released. Every code stands in the list below, has a text in
// each language and a row in handlers/respond.
type Code string

// Codes of the domain.
const (
	CodeInvalid           Code = "invalid"                  // one or more fields are wrong
	CodeUnauthenticated   Code = "unauthenticated"          // not signed in
	CodeForbidden         Code = "forbidden"                // not allowed
	CodeNotFound          Code = "not_found"                // absent or not yours
	CodeConflict          Code = "conflict"                 // changed meanwhile
	CodeUnavailable       Code = "unavailable"              // a dependency is down
	CodeSystemExists      Code = "system.exists"            // the system id is taken
	CodeClientTaken       Code = "system.client_taken"      // (issuer, client_id) belongs to another system
	CodeSystemDeleted     Code = "system.deleted"           // the system is retired
	CodeRequestExists     Code = "request.exists"           // a pending request for the triple
	CodeRequestDecided    Code = "request.decided"          // no longer pending
	CodeRequestExpired    Code = "request.expired"          // its time ran out
	CodeRequestChanged    Code = "request.changed"          // not what the approver saw
	CodeRequestNotGranted Code = "request.not_granted"      // the approver may not grant all of it
	CodeLevelTooLow       Code = "authentication.level"     // signed in at too low a level
	CodeLoginTooOld       Code = "authentication.age"       // logged in too long ago for this
	CodeOtherPerson       Code = "login.other_person"       // somebody else logged in where the same person was asked to
	CodeIdentityTaken     Code = "identity.taken"           // that way of logging in belongs to another person
	CodeIdentityKnown     Code = "identity.known"           // a new identity with an e-mail address that we know
	CodeIdentityLast      Code = "identity.last"            // his only way of logging in
	CodeInvitationEnded   Code = "invitation.ended"         // used, revoked, expired, or never made
	CodeInvitationsMany   Code = "invitation.too_many"      // as many are open as an organisation can have
	CodeHoldingFixed      Code = "holding.fixed"            // comes from elsewhere and is ended there
	CodeHoldingSelf       Code = "holding.self"             // nobody gives himself anything
	CodeHoldingLast       Code = "holding.last"             // without it nobody would administer access
	CodeNoNationalID      Code = "person.no_national_id"    // none of his logins gives his national id
	CodeClaimsMany        Code = "organisation.claims_many" // wrong about too many organisations
	CodeStruckOff         Code = "organisation.struck_off"  // struck off its register
	CodeRegisterDown      Code = "register.unavailable"     // the outside register does not answer
	CodeUserExists        Code = "systemuser.exists"        // a live system user for the triple
	CodeUserRevoked       Code = "systemuser.revoked"       // revoked already
	CodeOrgUnknown        Code = "organisation.unknown"     // no such organisation here
	CodeNoOrganisation    Code = "organisation.none"        // signed in, but acts for nobody
	CodeLoginFailed       Code = "login.failed"             // the provider's answer did not hold
	CodeLoginNotSetUp     Code = "login.not_set_up"         // no provider is configured
	CodeCrossSite         Code = "cross_site"               // a form posted from elsewhere
	CodeTooLarge          Code = "too_large"                // the body is over the limit
	CodeMethodNotAllowed  Code = "method_not_allowed"       // the route has other methods
	CodeMediaType         Code = "media_type"               // the content type is not the one asked for
	CodeNotAcceptable     Code = "not_acceptable_path"      // the path is not clean
	CodeInvalidToken      Code = "invalid_token"            // a caller's token does not hold
	CodeCallerNotAllowed  Code = "caller_not_allowed"       // the caller's token lacks scope or binding
	CodePrecondition      Code = "precondition"             // it is not as the caller believed (If-Match)
	CodeKeyReused         Code = "idempotency.reused"       // the same Idempotency-Key for another question
	CodeTooMany           Code = "too_many"                 // more than the quota
	CodeChangeExists      Code = "change.exists"            // the correlation id is taken
	CodeUserKind          Code = "systemuser.kind"          // a standard one where an agent is asked for, or the other way
	CodeClientUnknown     Code = "client.unknown"           // the organisation is no client of the facilitator
	CodeClientLacks       Code = "client.lacks"             // the facilitator lacks packages for the client
	CodeBlocked           Code = "supplier.blocked"         // the customer does not want to be asked by the supplier
	CodeForwardPerson     Code = "forward.person"           // he cannot answer, or is the one who asks
	CodeNotPaused         Code = "systemuser.not_paused"    // nothing of the customer's to take back
	CodeJobEnded          Code = "bulk.ended"               // the job has ended
	CodeJobsMany          Code = "bulk.too_many"            // as many jobs run as a supplier can have
	CodeInternal          Code = "internal"                 // a fault of ours
)

// Codes lists every code, for the tests that demand texts and a status for each.
func Codes() []Code {
	return []Code{
		CodeInvalid, CodeUnauthenticated, CodeForbidden, CodeNotFound, CodeConflict, CodeUnavailable,
		CodeSystemExists, CodeClientTaken, CodeSystemDeleted, CodeRequestExists, CodeRequestDecided,
		CodeRequestExpired, CodeRequestChanged, CodeRequestNotGranted, CodeLevelTooLow, CodeLoginTooOld, CodeOtherPerson,
		CodeIdentityTaken, CodeIdentityKnown, CodeIdentityLast, CodeInvitationEnded, CodeInvitationsMany,
		CodeHoldingFixed, CodeHoldingSelf, CodeHoldingLast, CodeNoNationalID, CodeClaimsMany, CodeStruckOff,
		CodeRegisterDown, CodeUserExists,
		CodeUserRevoked, CodeOrgUnknown, CodeNoOrganisation, CodeLoginFailed, CodeLoginNotSetUp,
		CodeCrossSite, CodeTooLarge, CodeMethodNotAllowed, CodeMediaType, CodeNotAcceptable,
		CodeInvalidToken, CodeCallerNotAllowed, CodePrecondition, CodeKeyReused, CodeTooMany, CodeChangeExists, CodeUserKind,
		CodeClientUnknown, CodeClientLacks, CodeBlocked, CodeForwardPerson, CodeNotPaused, CodeJobEnded, CodeJobsMany, CodeInternal,
	}
}

// Error is a failure that the caller can act on. Any other error is a fault of
// ours: it is logged whole and shown as internal.
type Error struct {
	Kind   Kind
	Code   Code
	Fields []FieldError // for forms and API bodies alike
	// Wait is how long until it makes sense to ask again; zero when nobody knows.
	Wait time.Duration
	Err  error // the cause, for logs only; never shown
}

// FieldError is one fault of one input field.
type FieldError struct {
	Field string // name of the form field or JSON pointer of the member
	Fault string // key of the text, as in "orgno.check_digit"; see views/i18n
}

// Error says the code, the fields and the cause. It is for logs.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(string(e.Code))
	for _, f := range e.Fields {
		fmt.Fprintf(&b, " %s:%s", f.Field, f.Fault)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap gives the cause to errors.Is and errors.As.
func (e *Error) Unwrap() error { return e.Err }

// NewError makes an Error of the kind and code.
func NewError(kind Kind, code Code) *Error { return &Error{Kind: kind, Code: code} }

// Errors lists every Error that err joins, in order; see errors.Join.
func Errors(err error) []*Error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []*Error
		for _, one := range joined.Unwrap() {
			all = append(all, Errors(one)...)
		}
		return all
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return []*Error{e}
	}
	return nil
}

// CodeOf returns the code of err, or CodeInternal when err is no Error.
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return CodeInternal
}

// Faults gathers field errors, so that all faults of an input are told at once.
type Faults []FieldError

// Add notes a fault of field; an empty fault is none.
func (f *Faults) Add(field, fault string) {
	if fault != "" {
		*f = append(*f, FieldError{Field: field, Fault: fault})
	}
}

// Err returns an Invalid error with all faults, or nil when there are none.
func (f Faults) Err() error {
	if len(f) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Code: CodeInvalid, Fields: f}
}
