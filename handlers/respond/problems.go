package respond

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/views/i18n"
)

// statuses says the HTTP status of each code; a test holds it to models.Codes.
var statuses = map[models.Code]int{
	models.CodeInvalid:           http.StatusUnprocessableEntity,
	models.CodeUnauthenticated:   http.StatusUnauthorized,
	models.CodeForbidden:         http.StatusForbidden,
	models.CodeNotFound:          http.StatusNotFound,
	models.CodeConflict:          http.StatusConflict,
	models.CodeUnavailable:       http.StatusServiceUnavailable,
	models.CodeSystemExists:      http.StatusConflict,
	models.CodeClientTaken:       http.StatusConflict,
	models.CodeSystemDeleted:     http.StatusGone,
	models.CodeRequestExists:     http.StatusConflict,
	models.CodeRequestDecided:    http.StatusConflict,
	models.CodeRequestExpired:    http.StatusConflict,
	models.CodeRequestChanged:    http.StatusConflict,
	models.CodeRequestNotGranted: http.StatusForbidden,
	models.CodeLevelTooLow:       http.StatusForbidden,
	models.CodeLoginTooOld:       http.StatusForbidden,
	models.CodeOtherPerson:       http.StatusForbidden,
	models.CodeIdentityTaken:     http.StatusConflict,
	models.CodeIdentityKnown:     http.StatusConflict,
	models.CodeIdentityLast:      http.StatusConflict,
	models.CodeInvitationEnded:   http.StatusGone,
	models.CodeInvitationsMany:   http.StatusConflict,
	models.CodeHoldingFixed:      http.StatusConflict,
	models.CodeHoldingSelf:       http.StatusForbidden,
	models.CodeHoldingLast:       http.StatusConflict,
	models.CodeNoNationalID:      http.StatusForbidden,
	models.CodeClaimsMany:        http.StatusTooManyRequests,
	models.CodeStruckOff:         http.StatusConflict,
	models.CodeRegisterDown:      http.StatusServiceUnavailable,
	models.CodeUserExists:        http.StatusConflict,
	models.CodeUserRevoked:       http.StatusConflict,
	models.CodeOrgUnknown:        http.StatusUnprocessableEntity,
	models.CodeNoOrganisation:    http.StatusForbidden,
	models.CodeLoginFailed:       http.StatusBadRequest,
	models.CodeLoginNotSetUp:     http.StatusServiceUnavailable,
	models.CodeCrossSite:         http.StatusForbidden,
	models.CodeTooLarge:          http.StatusRequestEntityTooLarge,
	models.CodeMethodNotAllowed:  http.StatusMethodNotAllowed,
	models.CodeMediaType:         http.StatusUnsupportedMediaType,
	models.CodeNotAcceptable:     http.StatusBadRequest,
	models.CodeInvalidToken:      http.StatusUnauthorized,
	models.CodeCallerNotAllowed:  http.StatusForbidden,
	models.CodePrecondition:      http.StatusPreconditionFailed,
	models.CodeKeyReused:         http.StatusUnprocessableEntity, // as the IETF draft of the header has it
	models.CodeTooMany:           http.StatusTooManyRequests,
	models.CodeChangeExists:      http.StatusConflict,
	models.CodeUserKind:          http.StatusConflict,
	models.CodeClientUnknown:     http.StatusConflict,
	models.CodeClientLacks:       http.StatusConflict,
	models.CodeBlocked:           http.StatusForbidden,
	models.CodeForwardPerson:     http.StatusConflict,
	models.CodeNotPaused:         http.StatusConflict,
	models.CodeJobEnded:          http.StatusConflict,
	models.CodeJobsMany:          http.StatusConflict,
	models.CodeInternal:          http.StatusInternalServerError,
}

// Status returns the HTTP status of a code; 500 for one that is not listed.
func Status(code models.Code) int {
	if s, ok := statuses[code]; ok {
		return s
	}
	return http.StatusInternalServerError
}

// Meaning says what a code means, in English.
type Meaning struct {
	Code   string
	Status int
	Says   string
}

// Meanings lists our codes.
func Meanings() []Meaning {
	ctx := i18n.With(context.Background(), models.EN)
	var all []Meaning
	for _, code := range models.Codes() {
		all = append(all, Meaning{string(code), Status(code), i18n.T(ctx, "error."+string(code)+".title")})
	}
	return all
}

// Document lists the codes with their status and meaning as Markdown;
// docs/problems.md is made of it.
func Document() string {
	var b strings.Builder
	b.WriteString("# Problems\n\nMade from `handlers/respond/problems.go`; `make golden` writes it anew. Programs get a problem\n" +
		"document (RFC 9457) with `type` \"" + TypePrefix + "{code}\" and the members `code` and `request_id`; people get a page.\n\n" +
		"| code | status | says |\n|---|---|---|\n")
	for _, m := range Meanings() {
		_, _ = fmt.Fprintf(&b, "| `%s` | %d | %s |\n", m.Code, m.Status, m.Says)
	}
	b.WriteString("\nQuestions of programs that are not whole are `invalid` with status 400; forms have 422. Enrichment adds `error` and\n" +
		"`reason` as `openapi.json` says.\n")
	return b.String()
}

// TypePrefix begins the type of every problem document of ours; the code follows.
const TypePrefix = "urn:stafett:problem:"

// Problem is a problem document (RFC 9457 section 3) with our members: the
// code, the faults of single members, and the id of the request for whoever
// helps.
type Problem struct {
	Type      string  `json:"type"`
	Title     string  `json:"title"`
	Status    int     `json:"status"`
	Detail    string  `json:"detail,omitempty"`
	Instance  string  `json:"instance,omitempty"`
	Code      string  `json:"code"`
	RequestID string  `json:"request_id,omitempty"`
	Errors    []Fault `json:"errors,omitempty"`
}

// Fault is one faulty member of the input.
type Fault struct {
	Field string `json:"field"`
	Fault string `json:"fault"`
}
