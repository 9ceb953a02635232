package handlertest

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stafett/stafett/handlers/auth"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
)

// Client is a browser or a program in front of a site. Its methods check every
// answer; see Response.
type Client struct {
	site   *Site
	t      testing.TB
	jar    http.CookieJar
	header http.Header
	failed bool // a 5xx is what the test is about
}

// Anonymous returns a browser in which nobody is signed in.
func (s *Site) Anonymous(t testing.TB) *Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &Client{site: s, t: t, jar: jar, header: http.Header{"Accept": {"text/html"}}}
}

// As returns a browser in which the person is signed in at the highest level
// and acts for his first organisation.
func (s *Site) As(t testing.TB, p Person) *Client { return s.AsAt(t, p, p.Org(), 4) }

// AsAt is As for an organisation and a level; no organisation is chosen when
// org is empty. The session is made by the site's own session middleware.
func (s *Site) AsAt(t testing.TB, p Person, org party.OrgNo, level int) *Client {
	t.Helper()
	c := s.Anonymous(t)
	signIn := s.sessions.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		login, err := s.Registry.SignIn(r.Context(), party.Arrival{
			Identity: identity(p), Provider: "test", Level: level, AuthTime: s.Clock.Now(),
		})
		if err == nil {
			err = s.sessions.SignIn(r.Context(), auth.Session{
				Login: login.ID, Person: login.Person, Issuer: login.Issuer, Subject: login.Subject, Provider: "test",
				Level: level, AuthTime: s.Clock.Now(),
			})
		}
		if err == nil && org != "" {
			err = s.sessions.ChooseOrganisation(r.Context(), string(org))
		}
		if err != nil {
			t.Error(err)
		}
	}))
	rec := httptest.NewRecorder()
	signIn.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, PublicURL+"/", http.NoBody))
	c.jar.SetCookies(root, rec.Result().Cookies())
	return c
}

var root = must(url.Parse(PublicURL + "/"))

// Bearer returns a program that sends the token.
func (s *Site) Bearer(t testing.TB, token string) *Client {
	t.Helper()
	c := s.Anonymous(t)
	c.header = http.Header{"Authorization": {"Bearer " + token}}
	return c
}

// In returns the same browser for a subtest.
func (c *Client) In(t testing.TB) *Client { d := *c; d.t = t; return &d }

// With returns the same browser that sends a header as well, with more as often
// as there are more values; an empty value takes the header away.
func (c *Client) With(name, value string, more ...string) *Client {
	d := *c
	d.header = c.header.Clone()
	d.header.Set(name, value)
	if value == "" {
		d.header.Del(name)
	}
	for _, v := range more {
		d.header.Add(name, v)
	}
	return &d
}

// Failing returns the same browser for a test in which the site cannot answer.
func (c *Client) Failing() *Client { d := *c; d.failed = true; return &d }

// Cookie returns the value of a cookie of the site, or "".
func (c *Client) Cookie(name string) string {
	for _, cookie := range c.jar.Cookies(root) {
		if cookie.Name == name {
			return cookie.Value
		}
	}
	return ""
}

// SetCookie puts a cookie into the browser.
func (c *Client) SetCookie(name, value string) {
	c.jar.SetCookies(root, []*http.Cookie{{Name: name, Value: value, Path: "/", Secure: true}})
}

// Call sends v as JSON; a string or nil goes out as it is.
func (c *Client) Call(method, target string, v any) *Response {
	c.t.Helper()
	switch v := v.(type) {
	case nil:
		return c.Do(method, target, "", "")
	case string:
		return c.Do(method, target, "application/json", v)
	}
	return c.Do(method, target, "application/json", string(must(json.Marshal(v))))
}

// Get asks for a page. target is a path with its query, as it is to stand.
func (c *Client) Get(target string) *Response {
	c.t.Helper()
	return c.Do(http.MethodGet, target, "", "")
}

// Post sends a form as a browser does from a page of the site.
func (c *Client) Post(target string, form url.Values) *Response {
	c.t.Helper()
	d := *c
	d.header = c.header.Clone()
	for name, value := range map[string]string{"Origin": PublicURL, "Sec-Fetch-Site": "same-origin"} {
		if _, set := d.header[name]; !set {
			d.header.Set(name, value)
		}
	}
	return d.Do(http.MethodPost, target, "application/x-www-form-urlencoded", form.Encode())
}

// PostJSON sends JSON as a program does.
func (c *Client) PostJSON(target, body string) *Response {
	c.t.Helper()
	return c.Do(http.MethodPost, target, "application/json", body)
}

// Do sends a request. The media type is left out when it is empty.
func (c *Client) Do(method, target, media, body string) *Response {
	c.t.Helper()
	var sent io.Reader = http.NoBody
	if body != "" {
		sent = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(context.Background(), method, PublicURL+target, sent)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header = c.header.Clone()
	if media != "" {
		req.Header.Set("Content-Type", media)
	}
	return c.Send(req, body)
}

// Send sends a request that the test has made itself; body is what it holds.
func (c *Client) Send(req *http.Request, body string) *Response {
	c.t.Helper()
	req.RequestURI, req.RemoteAddr = req.URL.RequestURI(), "192.0.2.1:4711"
	for _, cookie := range c.jar.Cookies(req.URL) {
		req.AddCookie(cookie)
	}
	rec := httptest.NewRecorder()
	c.site.Server.ServeHTTP(rec, req)
	res := rec.Result()
	c.jar.SetCookies(req.URL, res.Cookies())
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	if req.Method == http.MethodHead {
		answer = nil // net/http leaves it out
	}
	r := &Response{Status: res.StatusCode, Header: res.Header, Body: string(answer), Cookies: res.Cookies(), client: c, t: c.t, req: req}
	r.check(body)
	return r
}

// PersonID is the registry's id of the person.
func (s *Site) PersonID(p Person) models.ID { return s.persons[p.Name] }

// Actor is the person as the registry knows him, acting for his first
// organisation at the highest level.
func (s *Site) Actor(p Person) models.Actor {
	return models.Actor{Kind: models.Person, ID: string(s.persons[p.Name]), OrgNo: string(p.Org()), Level: 4, AuthTime: s.Clock.Now()}
}
