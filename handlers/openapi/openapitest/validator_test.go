package openapitest_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stafett/stafett/handlers/openapi/openapitest"
)

const (
	question = `{"subject":{"type":"urn:altinn:systemuser","id":"x"},"action":{"name":"read"},
 "resource":{"type":"urn:altinn:resource","id":"r","properties":{"party":"313775429"}}}`
	reasoned = "/api/v1/systemusers/704013ee-e82a-433e-83c5-a40e6e00d746/pause"
	yes      = `{"decision":true}`
	problem  = `{"type":"urn:stafett:problem:invalid","title":"t","status":400,"code":"invalid"}`
)

func TestFault(t *testing.T) {
	v := openapitest.New(t)
	cases := []struct {
		name, method, path, sent string
		status                   int
		media, cache, answer     string
		fault                    string // part of what is said; empty when all is well
	}{
		{"as described", "POST", "/access/v1/evaluation", question, 200, "application/json", "no-store", yes, ""},
		{"a problem as described", "POST", "/access/v1/evaluation", "{", 400, "application/problem+json", "no-store", problem, ""},
		{"a route of its own", "POST", "/access/v1/evaluations", question, 200, "application/json", "no-store", yes, "not described"},
		{"another method", "PUT", "/access/v1/evaluation", question, 200, "application/json", "no-store", yes, "not described"},
		{"another case, and a slash", "POST", "/Access/v1/EVALUATION/", question, 200, "application/json", "no-store", yes, ""},
		{"names of the body in another case", "POST", "/access/v1/evaluation", strings.ToUpper(question[:10]) + question[10:], 200, "application/json", "no-store", yes, ""},
		{"names that may not be in another case", "POST", "/v1/enrich", `{"ISSUER":"a"}`, 200, "application/json", "no-store", yes, "answered with success"},
		{"a null where a member may be left out", "POST", reasoned, `{"reason":null}`, 200, "application/json", "no-store", `{}`, "the answer is not"},
		{"a null where it may not", "POST", "/access/v1/evaluation", `{"subject":null}`, 200, "application/json", "no-store", yes, "answered with success"},
		{"a null that is allowed whatever it is", "POST", "/api/v1/bulk", `{"kind":"requests","rows":[null]}`, 202, "application/json", "no-store", `{}`, "the answer is not"},
		{"blanks for a body that may be left out", "POST", reasoned, " \n", 200, "application/json", "no-store", `{}`, "the answer is not"},
		{"an empty value that may be left out", "GET", "/authentication/api/v1/systemregister?pageSize=", "", 200, "application/json", "no-store", `[]`, ""},
		{"an empty value that may not", "GET", "/authentication/api/v1/systemuser/vendor/byquery?orgno=&system-id=a", "", 200, "application/json", "no-store", `{}`, "answered with success"},
		{"a value in the path", "GET", "/authentication/api/v1/systemregister/vendor/1_a", "", 200, "application/json", "no-store", `{}`, "the answer is not"},
		{"a value that is too long", "GET", "/authentication/api/v1/systemregister/vendor/" + strings.Repeat("1", 101), "", 200, "application/json", "no-store", yes, "answered with success"},
		{"names of the query in another case", "GET", "/authentication/api/v1/systemuser/byexternalid?CLIENTID=a&systemproviderorgno=991825827&systemUserOwnerOrgNo=313775429", "", 200, "application/json", "no-store", `{}`, "the answer is not"},
		{"a word before a value", "GET", "/authentication/api/v1/systemregister/vendor/", "", 200, "application/json", "no-store", `[]`, ""},
		{"a question that should not pass", "POST", "/access/v1/evaluation", "{}", 200, "application/json", "no-store", yes, "answered with success"},
		{"a status of its own", "POST", "/access/v1/evaluation", question, 204, "application/json", "no-store", "", "answer"},
		{"a member that is missing", "POST", "/access/v1/evaluation", question, 200, "application/json", "no-store", `{}`, "answer"},
		{"a member of another type", "POST", "/access/v1/evaluation", question, 200, "application/json", "no-store", `{"decision":"yes"}`, "answer"},
		{"another media type", "POST", "/access/v1/evaluation", question, 200, "text/html", "no-store", yes, "answer"},
		{"an answer that may be stored", "POST", "/access/v1/evaluation", question, 200, "application/json", "private", yes, "answer"},
		{"an answer that says nothing of it", "POST", "/access/v1/evaluation", question, 200, "application/json", "", yes, "answer"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), c.method, c.path, strings.NewReader(c.sent)) // which can be read anew
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/json")
			res := &http.Response{StatusCode: c.status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(c.answer))}
			res.Header.Set("Content-Type", c.media)
			if c.cache != "" {
				res.Header.Set("Cache-Control", c.cache)
			}
			err = v.Fault(req, []byte(c.sent), res)
			switch {
			case c.fault == "" && err != nil:
				t.Errorf("fault %v, want none", err)
			case c.fault != "" && (err == nil || !strings.Contains(err.Error(), c.fault)):
				t.Errorf("fault %v, want one about %q", err, c.fault)
			}
		})
	}
}
