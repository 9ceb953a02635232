package visitor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html"
)

const (
	timeout = 20 * time.Second
	maxPage = 4 << 20
)

// Visitor is one person with one browser. It is not for concurrent use.
type Visitor struct {
	client *http.Client
	Page   *Page // the page that is open; nil before the first
}

// New makes a visitor without cookies, whose first page is below home.
func New(home string) (*Visitor, error) {
	u, err := url.Parse(home)
	if err != nil {
		return nil, err
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	return &Visitor{client: &http.Client{Jar: jar, Timeout: timeout}, Page: &Page{URL: u}}, nil
}

// Cookies are those that the visitor has for the address.
func (v *Visitor) Cookies(u *url.URL) []*http.Cookie { return v.client.Jar.Cookies(u) }

// Page is a page as it was received, at the address where it was found.
type Page struct {
	URL    *url.URL
	Status int
	root   *html.Node
}

// Open opens an address, which may be relative to the open page. A page with a
// failing status is an error that says what stands on it.
func (v *Visitor) Open(ctx context.Context, address string) error {
	u, err := v.Page.URL.Parse(address)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return err
	}
	return v.load(req)
}

// Follow follows the first link on the page whose address has the prefix.
func (v *Visitor) Follow(ctx context.Context, prefix string) error {
	href, ok := v.Page.Link(prefix)
	if !ok {
		return fmt.Errorf("%s: no link to %s", v.Page, prefix)
	}
	return v.Open(ctx, href)
}

// FollowNamed opens the first link on the page with this text.
func (v *Visitor) FollowNamed(ctx context.Context, words string) error {
	href, ok := v.Page.Named(words)
	if !ok {
		return fmt.Errorf("%s: no link %q", v.Page, words)
	}
	return v.Open(ctx, href)
}

// Press presses the button of the form that has this name and value; a button
// without them is pressed by two empty strings. A fault that the page then
// tells is an error.
func (v *Visitor) Press(ctx context.Context, f *Form, name, value string) error {
	if !f.has(name, value) {
		return fmt.Errorf("%s: the form to %s has no button %s=%s", v.Page, f.action, name, value)
	}
	fields := url.Values{}
	for k, list := range f.values {
		fields[k] = list
	}
	if name != "" {
		fields.Add(name, value)
	}
	to, err := v.Page.URL.Parse(f.action)
	if err != nil {
		return err
	}
	if !strings.EqualFold(f.method, http.MethodPost) {
		to.RawQuery = fields.Encode()
		return v.Open(ctx, to.String())
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), strings.NewReader(fields.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", v.Page.URL.Scheme+"://"+v.Page.URL.Host)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	return v.load(req)
}

func (v *Visitor) load(req *http.Request) error {
	req.Header.Set("Accept", "text/html")
	req.Header.Set("Accept-Language", "en")
	resp, err := v.client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	root, err := html.ParseWithOptions(io.LimitReader(resp.Body, maxPage), html.ParseOptionEnableScripting(false))
	if err != nil {
		return err
	}
	v.Page = &Page{URL: resp.Request.URL, Status: resp.StatusCode, root: root}
	if resp.StatusCode >= http.StatusBadRequest {
		return errors.New(v.Page.String() + v.Page.faults())
	}
	return nil
}

// String says which page it is, for messages: its path, status and heading.
func (p *Page) String() string {
	return fmt.Sprintf("%s (%d, %q)", p.URL.Path, p.Status, p.Heading())
}
