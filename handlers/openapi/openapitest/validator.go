package openapitest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"github.com/stafett/stafett/handlers/openapi"
)

// Validator checks exchanges. Start with New.
type Validator struct{ operations []operation }

// New reads the description and demands that it is valid.
func New(t testing.TB) *Validator {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(openapi.JSON())
	if err == nil {
		err = doc.Validate(t.Context(), openapi3.EnableExamplesValidation())
	}
	if err != nil {
		t.Fatal(err)
	}
	return &Validator{operations: operations(doc)}
}

// Check holds one exchange to the description. req is as it was sent, with its
// body in body. The body of res is read and put back.
func (v *Validator) Check(t testing.TB, req *http.Request, body []byte, res *http.Response) {
	t.Helper()
	if err := v.Fault(req, body, res); err != nil {
		t.Errorf("%s %s: %v", req.Method, req.URL.Path, err)
	}
}

// Fault is Check for whoever wants to know and not to fail.
func (v *Validator) Fault(req *http.Request, body []byte, res *http.Response) error {
	route, params, ok := v.find(req)
	if !ok {
		return errors.New("not described")
	}
	req = req.Clone(req.Context())
	query := respelt(req.URL.Query(), route)
	req.URL.RawQuery = query.Encode()
	req.Body, req.GetBody = io.NopCloser(bytes.NewReader(spelt(body, route))), nil // or it would be read as it was sent
	if strings.EqualFold(req.Header.Get("Content-Type"), "text/json") {            // another name for the same
		req.Header.Set("Content-Type", "application/json")
	}
	input := &openapi3filter.RequestValidationInput{
		Request: req, PathParams: params, QueryParams: query, Route: route,
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

// spelt is the JSON body with its names as the operation spells them. What is
// not JSON stays as it is; blanks alone are no body.
func spelt(body []byte, route *routers.Route) []byte {
	if body = bytes.TrimSpace(body); len(body) == 0 || route.Operation.RequestBody == nil {
		return body
	}
	media := route.Operation.RequestBody.Value.Content.Get("application/json")
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if media == nil || d.Decode(&v) != nil || d.More() {
		return body
	}
	out, err := json.Marshal(members(v, media.Schema))
	if err != nil {
		return body
	}
	return out
}
