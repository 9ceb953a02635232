package hooks

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/openapi"
	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/rar"
)

const (
	mimeProblem = "application/problem+json"
	retryAfter  = "5" // seconds
)

// face is how a failure of enrichment looks: an OAuth error inside a problem
// document (issuer-contracts 4.1).
type face struct {
	status int
	code   models.Code
	err    openapi.EnrichProblemError
	title  string
}

var refusals = map[rar.Outer]face{
	rar.InvalidRequest:   {http.StatusBadRequest, models.CodeInvalid, openapi.EnrichProblemErrorInvalidRequest, "The question is not as described"},
	rar.InvalidDetails:   {http.StatusBadRequest, models.CodeInvalid, openapi.EnrichProblemErrorInvalidAuthorizationDetails, "The authorization details cannot be used"},
	rar.AccessDenied:     {http.StatusForbidden, models.CodeForbidden, openapi.EnrichProblemErrorAccessDenied, "No system user can be used"},
	rar.CallerNotAllowed: {http.StatusForbidden, models.CodeCallerNotAllowed, openapi.EnrichProblemErrorCallerNotAllowed, "The caller may not ask this"},
}

var failures = map[models.Code]face{
	models.CodeInvalid:          refusals[rar.InvalidRequest],
	models.CodeInvalidToken:     {http.StatusUnauthorized, models.CodeInvalidToken, openapi.EnrichProblemErrorInvalidToken, "The caller's token does not hold"},
	models.CodeCallerNotAllowed: refusals[rar.CallerNotAllowed],
	models.CodeTooLarge:         {http.StatusRequestEntityTooLarge, models.CodeTooLarge, openapi.EnrichProblemErrorInvalidRequest, "The body is too large"},
	models.CodeMediaType:        {http.StatusUnsupportedMediaType, models.CodeMediaType, openapi.EnrichProblemErrorInvalidRequest, "The body is not application/json"},
	models.CodeUnavailable:      {http.StatusServiceUnavailable, models.CodeUnavailable, openapi.EnrichProblemErrorTemporarilyUnavailable, "The registry cannot answer now"},
}

// enrichProblem answers a failed enrichment. What it has no face for is a fault
// of ours, and goes to the one translator.
func (h *Hooks) enrichProblem(c echo.Context, err error) error {
	refusal, refused := errors.AsType[*rar.Refusal](err)
	f, known := face{}, false
	if refused {
		f, known = refusals[refusal.Outer]
	} else if e, ok := errors.AsType[*models.Error](err); ok {
		f, known = failures[e.Code]
	}
	if !known {
		return err
	}
	id := respond.RequestID(c)
	p := openapi.EnrichProblem{
		Type: respond.TypePrefix + string(f.code), Title: f.title, Status: f.status, Code: string(f.code),
		Error: f.err, RequestId: optional(id),
	}
	if refused {
		p.ErrorDescription = optional(describe(refusal))
		p.Reason = optional(openapi.EnrichProblemReason(refusal.Detail))
	}
	header := c.Response().Header()
	switch f.status {
	case http.StatusUnauthorized:
		header.Set(echo.HeaderWWWAuthenticate, `Bearer error="invalid_token"`)
	case http.StatusServiceUnavailable:
		header.Set(echo.HeaderRetryAfter, retryAfter)
		h.logger.ErrorContext(c.Request().Context(), "enrichment failed", "error", err.Error(), "request_id", id)
	}
	respond.Failed(c, f.code)
	return problem(c, f.status, p)
}

// describe says which member is at fault, for whoever builds the issuer or the
// client. It tells nothing about what we know.
func describe(r *rar.Refusal) string {
	text := string(r.Detail)
	if r.Field != "" {
		if text == "" {
			text = "fault"
		}
		text += " at " + r.Field
	}
	return text
}

// invalid answers a question that is not whole with 400, which is what
// byExternalId and AuthZEN promise; forms have 422 for the same code. Other
// errors go on to the one translator.
func invalid(c echo.Context, err error) error {
	e, ok := errors.AsType[*models.Error](err)
	if !ok || e.Code != models.CodeInvalid {
		return err
	}
	p := openapi.Problem{
		Type: respond.TypePrefix + string(e.Code), Title: "The question is not whole", Status: http.StatusBadRequest,
		Code: string(e.Code), RequestId: optional(respond.RequestID(c)),
	}
	if len(e.Fields) > 0 {
		faults := make([]openapi.Fault, len(e.Fields))
		for i, f := range e.Fields {
			faults[i] = openapi.Fault{Field: f.Field, Fault: f.Fault}
		}
		p.Errors = &faults
	}
	respond.Failed(c, e.Code)
	return problem(c, p.Status, p)
}

func problem(c echo.Context, status int, p any) error {
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return c.Blob(status, mimeProblem, text)
}

// optional is nil for the zero value, which is then left out.
func optional[T comparable](v T) *T {
	if v == *new(T) {
		return nil
	}
	return &v
}
