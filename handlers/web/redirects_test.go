package web_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	kit "github.com/stafett/stafett/handlers/handlertest"
)

// payloads are addresses that have led browsers astray elsewhere, and our own.
func payloads(t *testing.T) []string {
	t.Helper()
	all := []string{
		"https://evil.example", "//evil.example", "///evil.example", "/\\evil.example", "\\/evil.example", "/\t/evil.example", "/\n/evil.example", "\t//evil.example", " //evil.example",
		"/%09/evil.example", "/%5cevil.example", "/%2f%2fevil.example", "/.//evil.example", "/..//evil.example", "/;@evil.example", "https:evil.example", "http:///evil.example",
		"javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "/javascript:alert(1)", "@evil.example", "?@evil.example", "#@evil.example", "/requests@evil.example", "/requests/../..//evil.example",
		"/requests\r\nLocation: https://evil.example", "/requests%0d%0aLocation:%20https://evil.example", "/\u2028/evil.example", "/／evil.example", "/。evil.example", "ﾠ//evil.example", "/requests?next=//evil.example", "//stafett.example@evil.example", "https://stafett.example.evil.example/",
	}
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "shared", "data", "attack", "payloads", "Open Redirect", "Intruder", "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Log("only our own payloads: the lists are not there")
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, strings.Split(strings.TrimRight(string(text), "\r\n"), "\n")...)
	}
	return all
}

// stays reports whether a browser that is at the site stays there. Browsers
// drop tabs and line breaks, take a backslash for a slash, and trim controls
// and spaces (URL Standard, section 4.4); net/url does none of it.
func stays(location string) bool {
	u, err := url.Parse(location)
	if err != nil || u.Scheme != "" || u.Host != "" || u.Opaque != "" || !strings.HasPrefix(location, "/") {
		return false
	}
	browser := strings.Map(func(r rune) rune {
		switch r {
		case '\t', '\n', '\r':
			return -1
		case '\\':
			return '/'
		}
		return r
	}, strings.TrimFunc(location, func(r rune) bool { return r <= ' ' }))
	return strings.HasPrefix(browser, "/") && !strings.HasPrefix(browser, "//")
}

// No return address leads off the site (security C6): after choosing an
// organisation, and after a login.
func TestReturnsStayOnTheSite(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	c := s.As(t, kit.ApproverP)
	for i, to := range payloads(t) {
		r := c.Post("/organisations", url.Values{"org": {string(kit.CustomerP)}, "return": {to}}).Want(http.StatusSeeOther)
		if !stays(r.Location()) {
			t.Errorf("return=%q leads to %q", to, r.Location())
		}
		for _, link := range c.Get("/organisations?return=" + url.QueryEscape(to)).Page().Links() {
			if !strings.HasPrefix(link, "#") && !stays(link) {
				t.Errorf("return=%q puts %q on the page", to, link)
			}
		}
		login := s.Anonymous(t)
		for _, link := range login.Get("/login?next=" + url.QueryEscape(to)).Page().Links() {
			if !strings.HasPrefix(link, "#") && !stays(link) {
				t.Errorf("next=%q puts %q on the page", to, link)
			}
		}
		if i%4 != 0 {
			continue // a whole login takes its time
		}
		at := login.Get("/login/test?next=" + url.QueryEscape(to)).Want(http.StatusSeeOther).Location()
		if back := login.Get(s.Authorize(kit.ApproverP, at, "high")).Want(http.StatusSeeOther); !stays(back.Location()) {
			t.Errorf("next=%q leads to %q", to, back.Location())
		}
	}
}
