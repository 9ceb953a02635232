package api

import (
	"errors"
	"fmt"
	"maps"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/models"
)

// typePrefix begins the type of Altinn's problem documents, before the code.
const typePrefix = "urn:altinn:error:"

// Failure is an error in Altinn's numbering (altinn-api.md section 2).
//
//nolint:errname // it is a whole answer that travels as an error, and is named for what it answers
type Failure struct {
	status int
	code   string // as in "AUTH-00010"
	title  string
	detail string
	more   map[string]any // extension members at the top level
	faults []validation
	fields map[string][]string // faults of members that have no code, as ASP.NET's model binding tells them
	domain models.Code         // for the log
	cause  error               // of the domain; nil when the input alone is at fault
}

// validation is one entry of validationErrors. Older clients read the sentence
// in detail, newer ones in title.
type validation struct {
	Code   string   `json:"code"`
	Title  string   `json:"title"`
	Detail string   `json:"detail"`
	Paths  []string `json:"paths"`
}

// Error is for logs.
func (f *Failure) Error() string {
	if f.title == "" {
		return f.code
	}
	return f.code + " " + f.title
}

// Unwrap gives the cause: an attempt that the domain refused is recorded.
func (f *Failure) Unwrap() error { return f.cause }

// numbered are the codes of section 2.3: status, and our words for them.
var numbered = map[int]struct {
	status int
	title  string
}{
	0:  {400, "No organisation has this organisation number here."},
	1:  {400, "A right is not on the system, or cannot be delegated."},
	2:  {400, "The delegation failed. Nothing has been changed."},
	3:  {400, "The system user could not be created."},
	4:  {400, "A system user for this system, organisation and external reference exists already."},
	5:  {400, "The request could not be carried out."},
	6:  {400, "A request for this system, organisation and external reference has been accepted."},
	7:  {400, "A request for this system, organisation and external reference is pending."},
	8:  {400, "A request for this system, organisation and external reference has been denied."},
	9:  {400, "A request for this system, organisation and external reference has been rejected."},
	10: {404, "The request was not found."},
	11: {404, "The system was not found."},
	13: {409, "The request is no longer new, so it cannot be answered."},
	14: {403, "The person may not delegate all that is asked for."},
	15: {404, "The system user was not found."},
	16: {403, "The person lacks the role that could delegate a right."},
	19: {403, "The service owner does not let this organisation delegate a right."},
	20: {403, "The person is logged in at too low an authentication level, or too long ago."},
	21: {400, "The redirect URL is not one of the system's."},
	22: {400, "The rights could not be revoked."},
	23: {401, "The token names no supplier's organisation."},
	24: {403, "The system user belongs to somebody else."},
	25: {400, "The request is not for an agent system user."},
	26: {400, "The system has no redirect URL."},
	30: {404, "The agent request was not found."},
	31: {400, "The organisation is not the facilitator of the system user."},
	32: {400, "The client is not attached to the system user."},
	33: {400, "The agent system user could not be deleted."},
	34: {400, "This is for agent system users only."},
	36: {400, "This is for standard system users only."},
	38: {400, "The delegation was not found."},
	39: {400, "The organisation is not a facilitator."},
	40: {400, "The party is not that of the assignment."},
	41: {403, "The request is for another organisation."},
	42: {403, "The agent request is for another organisation."},
	44: {403, "The clients may not be read."},
	45: {400, "The clients could not be found."},
	53: {400, "The person lacks an access package that is asked for, or may not pass it on."},
	58: {400, "A request for an agent system user names an access package at least."},
	59: {400, "A request names a right or an access package at least."},
	60: {404, "The request could not be changed."},
	61: {409, "The change request is no longer new. Choose a new correlation id."},
	63: {400, "An access package is not on the system."},
	64: {400, "An access package cannot go to a standard system user."},
	65: {400, "An access package cannot go to an agent system user."},
	66: {403, "The person does not manage access for the organisation."},
	68: {403, "The person lacks an access package."},
	70: {403, "A resource cannot be delegated."},
	79: {400, "The client is not among the facilitator's clients."},
	80: {400, "The client has not given the facilitator all the access packages."},
}

// problem is the failure AUTH-000nn. A number that is not in the table is a fault
// of ours.
func problem(nn int) *Failure {
	n := numbered[nn]
	return &Failure{status: n.status, code: fmt.Sprintf("AUTH-%05d", nn), title: n.title}
}

// saying adds a sentence that says more, or what to do.
func (f *Failure) saying(detail string) *Failure { f.detail = detail; return f }

// with adds an extension member.
func (f *Failure) with(name string, value any) *Failure {
	if f.more == nil {
		f.more = map[string]any{}
	}
	f.more[name] = value
	return f
}

const (
	invalidCode  = "STD-00000"
	invalidTitle = "One or more validation errors occurred."
)

// invalid gathers faults with codes.
func invalid(faults ...validation) *Failure {
	return &Failure{status: http.StatusBadRequest, code: invalidCode, title: invalidTitle, faults: faults, domain: models.CodeInvalid}
}

// binding is a fault of a member, a parameter or a header that has no code of
// its own. sentence follows its name.
func binding(name, sentence string) *Failure {
	f := invalid()
	return f.also(name, sentence)
}

// also adds one more such fault.
func (f *Failure) also(name, sentence string) *Failure {
	if f.fields == nil {
		f.fields = map[string][]string{}
	}
	f.fields[name] = append(f.fields[name], name+" "+sentence)
	return f
}

// as translates the domain's codes: the numbers say what they are here. An
// error that is not in the table stays as it is, for the one translator.
func as(err error, numbers map[models.Code]int) error {
	e, ok := errors.AsType[*models.Error](err)
	if !ok {
		return err
	}
	nn, ok := numbers[e.Code]
	if !ok {
		return err
	}
	f := problem(nn)
	f.domain, f.cause = e.Code, err
	return f
}

// fail answers a Failure, and passes any other error on to the one translator.
func fail(c echo.Context, err error) error {
	f, ok := errors.AsType[*Failure](err)
	if !ok {
		return err
	}
	body := map[string]any{
		"type": typePrefix + f.code, "title": f.title, "status": f.status, "code": f.code,
		"traceId": requestID(c), "statusDescription": http.StatusText(f.status),
	}
	if f.detail != "" {
		body["detail"] = f.detail
	}
	if len(f.faults) > 0 {
		body["validationErrors"] = f.faults
	}
	if len(f.fields) > 0 {
		body["errors"] = f.fields
	}
	maps.Copy(body, f.more)
	code := f.domain
	if code == "" {
		code = models.Code(f.code)
	}
	respond.Failed(c, code)
	c.Response().Header().Set(echo.HeaderContentType, "application/problem+json")
	if f.status == http.StatusUnauthorized {
		c.Response().Header().Set(echo.HeaderWWWAuthenticate, `Bearer error="invalid_token"`)
	}
	text, err := Answer{Body: body}.bytes()
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return c.Blob(f.status, "application/problem+json", text)
}
