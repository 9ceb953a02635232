package handlertest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stafett/stafett/handlers"
	"github.com/stafett/stafett/views/viewstest"
)

// Response is an answer that has passed the checks of all answers.
type Response struct {
	Status  int
	Header  http.Header
	Body    string
	Cookies []*http.Cookie

	client *Client
	t      testing.TB
	req    *http.Request
	page   *Page
}

// headers are what every answer carries, whatever it is. The content policy
// allows nothing inline, nothing from elsewhere and no frame.
var headers = map[string]string{
	"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
		"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'",
	"X-Content-Type-Options":       "nosniff",
	"X-Frame-Options":              "DENY",
	"Referrer-Policy":              "same-origin",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Strict-Transport-Security":    "max-age=31536000; includeSubDomains",
}

// check holds the answer to what is true of all answers.
func (r *Response) check(sent string) {
	r.t.Helper()
	for name, want := range headers {
		if got := r.Header.Values(name); len(got) != 1 || got[0] != want {
			r.errorf("header %s is %q", name, got)
		}
	}
	if r.Status >= http.StatusInternalServerError && !r.client.failed {
		r.errorf("answered %d: %s\n%s", r.Status, r.Body, r.client.site.Logs.Text())
	}
	if r.Header.Get("X-Request-Id") == "" {
		r.errorf("no X-Request-Id")
	}
	media := r.Header.Get("Content-Type")
	if !keepable(r.req.URL.Path) && r.Status != http.StatusSeeOther && r.Header.Get("Cache-Control") != "no-store" {
		r.errorf("Cache-Control is %q", r.Header.Get("Cache-Control"))
	}
	for _, c := range r.Cookies {
		if !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Domain != "" ||
			!strings.HasPrefix(r.req.URL.Path, c.Path) || strings.HasPrefix(c.Name, "__Host-") && c.Path != "/" {
			r.errorf("cookie %s", c.String())
		}
	}
	switch {
	case r.req.Method == http.MethodHead: // no body
	case strings.HasPrefix(media, "text/html"):
		for _, fault := range viewstest.Check(r.Body) {
			if !strings.HasPrefix(fault, "a mark for emphasis") { // people may type two stars
				r.errorf("page: %s", fault)
			}
		}
	case strings.HasPrefix(media, "application/problem+json"):
		r.checkProblem()
	}
	r.checkDescribed(sent)
}

// keepable reports whether what stands at the path is the same for everybody
// until the program is another.
func keepable(path string) bool {
	return strings.HasPrefix(path, "/assets/") || strings.EqualFold(strings.TrimSuffix(path, "/"), "/openapi.json")
}

// checkProblem holds a problem document to RFC 9457 section 3 and to our members.
func (r *Response) checkProblem() {
	r.t.Helper()
	p := r.JSON()
	kind, _ := p["type"].(string)
	title, _ := p["title"].(string)
	status, _ := p["status"].(float64)
	code, _ := p["code"].(string)
	ours := kind == "urn:stafett:problem:"+code
	altinns := kind == "urn:altinn:error:"+code && p["traceId"] != "" && altinnPath(r.req.URL.Path)
	if !ours && !altinns || code == "" || title == "" || int(status) != r.Status || p["request_id"] == "" || strings.Contains(r.Body, "⟦") {
		r.errorf("problem document: %s", r.Body)
	}
}

// checkDescribed holds answers of routes for programs to the OpenAPI description.
// What the server refuses before it looks for a route can be said of any
// address, and is described once for all.
func (r *Response) checkDescribed(sent string) {
	r.t.Helper()
	refused := r.Status == http.StatusBadRequest || r.Status == http.StatusRequestEntityTooLarge
	if !r.forPrograms() || refused && slices.Contains([]string{"not_acceptable_path", "too_large"}, r.Code()) {
		return
	}
	res := &http.Response{StatusCode: r.Status, Header: r.Header, Body: io.NopCloser(strings.NewReader(r.Body))}
	req := r.req.Clone(r.req.Context())
	req.URL = &url.URL{Path: r.req.URL.Path, RawPath: r.req.URL.RawPath, RawQuery: r.req.URL.RawQuery} // the description's server is "/"
	if err := r.client.site.validator.Fault(req, []byte(sent), res); err != nil {
		r.errorf("%v", err)
	}
}

// forPrograms reports whether the question is one for a route for programs, by
// the rules of design.md 5: any case, and with or without a slash at the end.
func (r *Response) forPrograms() bool {
	asked := strings.Split(strings.TrimSuffix(r.req.URL.EscapedPath(), "/"), "/")
	return slices.ContainsFunc(r.client.site.Server.Routes(), func(route handlers.Route) bool {
		return route.Audience == handlers.Programs && route.Method == r.req.Method &&
			slices.EqualFunc(strings.Split(route.Path, "/"), asked, func(word, got string) bool {
				return strings.EqualFold(word, got) || strings.HasPrefix(word, ":") && got != ""
			})
	})
}

func (r *Response) errorf(format string, args ...any) {
	r.t.Helper()
	r.t.Errorf("%s %s: "+format, slices.Concat([]any{r.req.Method, clip(r.req.URL.RequestURI())}, args)...)
}

// altinnPath reports whether the path is of an API that numbers its problems as
// Altinn does.
func altinnPath(path string) bool {
	path = strings.ToLower(path)
	return strings.HasPrefix(path, "/authentication/") || strings.HasPrefix(path, "/accessmanagement/") || strings.HasPrefix(path, "/api/")
}

func clip(s string) string { return s[:min(len(s), 200)] }

// Want fails the test at once when the status is another.
func (r *Response) Want(status int) *Response {
	r.t.Helper()
	if r.Status != status {
		said := r.Body
		if strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") {
			said = r.Page().Text()
		}
		r.t.Fatalf("%s %s: status %d to %q, want %d\n%s", r.req.Method, clip(r.req.URL.RequestURI()), r.Status, r.Location(), status, said)
	}
	return r
}

// Location is where the answer leads, or "".
func (r *Response) Location() string { return r.Header.Get("Location") }

// Follow goes where a 303 leads, which must be within the site.
func (r *Response) Follow() *Response {
	r.t.Helper()
	r.Want(http.StatusSeeOther)
	if !strings.HasPrefix(r.Location(), "/") || strings.HasPrefix(r.Location(), "//") {
		r.t.Fatalf("%s %s leads to %s", r.req.Method, r.req.URL.Path, r.Location())
	}
	return r.client.Get(r.Location())
}

// JSON reads the body as a JSON object.
func (r *Response) JSON() map[string]any {
	r.t.Helper()
	object := map[string]any{}
	if err := json.Unmarshal([]byte(r.Body), &object); err != nil {
		r.errorf("body is no JSON object: %v: %s", err, r.Body)
	}
	return object
}

// Code is the code of a problem document.
func (r *Response) Code() string {
	r.t.Helper()
	code, _ := r.JSON()["code"].(string)
	return code
}

// Page reads the body as a page.
func (r *Response) Page() *Page {
	r.t.Helper()
	if r.page == nil {
		if !strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") {
			r.t.Fatalf("%s %s: %d is no page but %q: %s", r.req.Method, r.req.URL.Path, r.Status, r.Header.Get("Content-Type"), r.Body)
		}
		r.page = parse(r.t, r.Body)
	}
	return r.page
}
