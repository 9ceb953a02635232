package openapitest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"github.com/stafett/stafett/handlers/openapi"
)

// Validator checks exchanges. Start with New.
type Validator struct{ router routers.Router }

// New reads the description and demands that it is valid.
func New(t testing.TB) *Validator {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(openapi.JSON())
	if err != nil {
		t.Fatal(err)
	}
	router, err := legacy.NewRouter(doc, openapi3.EnableExamplesValidation())
	if err != nil {
		t.Fatal(err)
	}
	return &Validator{router: router}
}

// Check holds one exchange to the description. req is as it was sent, with its
// body in body; its path must be spelt as the description has it. The body of
// res is read and put back.
func (v *Validator) Check(t testing.TB, req *http.Request, body []byte, res *http.Response) {
	t.Helper()
	if err := v.Fault(req, body, res); err != nil {
		t.Errorf("%s %s: %v", req.Method, req.URL.Path, err)
	}
}

// Fault is Check for whoever wants to know and not to fail.
func (v *Validator) Fault(req *http.Request, body []byte, res *http.Response) error {
	req = req.Clone(req.Context())
	req.Body = io.NopCloser(bytes.NewReader(body))
	route, params, err := v.router.FindRoute(req)
	if err != nil {
		return fmt.Errorf("not described: %w", err)
	}
	input := &openapi3filter.RequestValidationInput{
		Request: req, PathParams: params, Route: route,
		Options: &openapi3filter.Options{
			IncludeResponseStatus: true,
			AuthenticationFunc:    openapi3filter.NoopAuthenticationFunc,
		},
	}
	if res.StatusCode < http.StatusMultipleChoices {
		if err := openapi3filter.ValidateRequest(req.Context(), input); err != nil {
			return fmt.Errorf("answered with success, and is not as described: %w", err)
		}
	}
	got, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	res.Body = io.NopCloser(bytes.NewReader(got))
	output := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: res.StatusCode, Header: res.Header, Options: input.Options,
	}
	output.SetBodyBytes(got)
	if err := openapi3filter.ValidateResponse(req.Context(), output); err != nil {
		return fmt.Errorf("the answer is not as described: %w", err)
	}
	return nil
}
