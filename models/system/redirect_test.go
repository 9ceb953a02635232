package system_test

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stafett/stafett/models/system"
)

const ours = "https://fjordlonn.example/svar"

// registering says what fault u has as a redirect URL of a system.
func registering(u string) string {
	s := fjordlonn()
	s.RedirectURLs = []string{u}
	for _, f := range s.Faults(catalogue(), []string{issuer}) {
		return f.Fault
	}
	return ""
}

// What may be registered (security E): two parsers must agree on where it goes.
func TestRedirectURLsThatMayBeRegistered(t *testing.T) {
	t.Parallel()
	for u, want := range map[string]string{
		"https://fjordlonn.example":              "",
		"https://fjordlonn.example/":             "",
		"https://fjordlonn.example/svar?a=1&b=2": "",
		"https://fjordlonn.example:8443/svar":    "",
		"https://xn--fjordlnn-q1a.example/svar":  "",
		"https://a.b.c.fjordlonn.co.uk/x/y/":     "",
		"https://123.example/":                   "",

		"":                                   "url.form",
		"fjordlonn.example/svar":             "url.form",
		"/svar":                              "url.form",
		"//fjordlonn.example/svar":           "url.https",
		"http://fjordlonn.example/":          "url.https",
		"HTTPS://fjordlonn.example/":         "url.https",
		"ftp://fjordlonn.example/":           "url.https",
		"javascript:alert(1)":                "url.form",
		"javascript://fjordlonn.example/%0a": "url.https",
		"data:text/html,x":                   "url.form",
		"https:fjordlonn.example":            "url.form",
		"https:/fjordlonn.example":           "url.form",
		"https:///fjordlonn.example":         "url.form",
		"https://":                           "url.form",

		"https://kari@fjordlonn.example/":                        "url.user_info",
		"https://kari:pw@fjordlonn.example/":                     "url.user_info",
		"https://@fjordlonn.example/":                            "url.user_info",
		"https://a@b@fjordlonn.example/":                         "url.user_info",
		"https://fjordlonn.example/@evil.example":                "url.user_info",
		"https://fjordlonn.example/svar#":                        "url.fragment",
		"https://fjordlonn.example/svar#a":                       "url.fragment",
		"https://fjordlonn.example\\@evil.example":               "url.form",
		"https://fjordlonn.example\\.evil.example":               "url.form",
		"https://fjordlonn.example/a\\..\\b":                     "url.form",
		"https://fjordlonn.example/a b":                          "url.form",
		"https://fjordlonn.example/\t":                           "url.form",
		"https://fjordlonn.example/\r\nLocation: x":              "url.form",
		"https://fjordlonn.example/\x00":                         "url.form",
		"https://fjordlonn.example/ø":                            "url.form",
		"https://fjordlønn.example/":                             "url.form",
		"https://fjordlonn。example/":                             "url.form",
		"https://ｆjordlonn.example/":                             "url.form",
		"https://fjordlonn.example/%zz":                          "url.form",
		"https://fjordlonn.example/..":                           "url.form",
		"https://fjordlonn.example/a/../b":                       "url.form",
		"https://fjordlonn.example/a/..;/b":                      "url.form",
		"https://fjordlonn.example/a/%2e%2e/b":                   "url.form",
		"https://fjordlonn.example/a/%2E./b":                     "url.form",
		"https://Fjordlonn.example/":                             "url.host",
		"https://fjordlonn.example./":                            "url.host",
		"https://.fjordlonn.example/":                            "url.host",
		"https://fjordlonn..example/":                            "url.host",
		"https://fjordlonn_x.example/":                           "url.host",
		"https://-fjordlonn.example/":                            "url.host",
		"https://fjordlonn.example:/":                            "url.host",
		"https://fjordlonn.example:0/":                           "url.host",
		"https://fjordlonn.example:65536/":                       "url.host",
		"https://fjordlonn.example:008443/":                      "url.host",
		"https://fjordlonn.example:x/":                           "url.form",
		"https://*.fjordlonn.example/":                           "url.host",
		"https://localhost/":                                     "url.host",
		"https://127.0.0.1/":                                     "url.host",
		"https://127.1/":                                         "url.host",
		"https://2130706433/":                                    "url.host",
		"https://0x7f.0x1/":                                      "url.host",
		"https://127.0.0.0x1/":                                   "url.host",
		"https://0x7f000001/":                                    "url.host",
		"https://[::1]/":                                         "url.host",
		"https://[::ffff:127.0.0.1]/":                            "url.host",
		"https://fjordlonn.example%2eevil.example/":              "url.form",
		"https://fjordlonn.example%00.evil.example/":             "url.form",
		"https://" + strings.Repeat("a", 64) + ".example/":       "url.host",
		"https://fjordlonn.example/" + strings.Repeat("a", 2000): "too_long",
	} {
		if got := registering(u); got != want {
			t.Errorf("%q: fault %q, want %q", u, got, want)
		}
	}
}

func TestRequestsMayUseARegisteredURLWithTheirOwnQuery(t *testing.T) {
	t.Parallel()
	s := fjordlonn()
	s.RedirectURLs = []string{ours + "?kunde=0", "https://fjordlonn.example:8443/"}
	for u, want := range map[string]bool{
		ours:                                  true,
		ours + "?":                            true,
		ours + "?kunde=42&next=x":             true,
		ours + "?next=https://evil.example/":  true, // the supplier's to judge: the host is his
		"https://fjordlonn.example:8443/":     true,
		"":                                    false,
		ours + "/":                            false,
		ours + "x":                            false,
		ours + "/../x":                        false,
		ours + "#x":                           false,
		ours + "?a#x":                         false,
		ours + "?a=\r\nSet-Cookie: b":         false,
		ours + "?a=ø":                         false,
		"http://fjordlonn.example/svar":       false,
		"https://FJORDLONN.example/svar":      false,
		"https://fjordlonn.example/Svar":      false,
		"https://fjordlonn.example/":          false,
		"https://fjordlonn.example:443/svar":  false,
		"https://fjordlonn.example:8443/svar": false,
		"https://fjordlonn.example":           false,
		"https://fjordlonn.example.evil.example/svar": false,
		"https://evil.example/svar":                   false,
		"https://evil-fjordlonn.example/svar":         false,
		"https://x.fjordlonn.example/svar":            false,
		"https://evil.example/?" + ours:               false,
		"https://kari@fjordlonn.example/svar":         false,
		"//fjordlonn.example/svar":                    false,
		" " + ours:                                    false,
		ours + " ":                                    false,
		"https://fjordlonn.example//svar":             false,
		"https://fjordlonn.example/%73var":            false,
		"https://fjordlonn.example\\svar":             false,
	} {
		if got := s.Redirects(u); got != want {
			t.Errorf("Redirects(%q) = %t, want %t", u, got, want)
		}
	}
	if (system.System{}).Redirects(ours) {
		t.Error("a system without URLs redirects")
	}
}

// A system may hold its requests to the very bytes that it registered.
func TestExactRedirects(t *testing.T) {
	t.Parallel()
	s := fjordlonn()
	s.ExactRedirects = true
	s.RedirectURLs = []string{ours + "?kunde=0", "https://fjordlonn.example/b", "http://fjordlonn.example/old"}
	for u, want := range map[string]bool{
		ours + "?kunde=0":              true,
		"https://fjordlonn.example/b":  true,
		ours:                           false,
		ours + "?":                     false,
		ours + "?kunde=1":              false,
		ours + "?kunde=0&x=1":          false,
		ours + "?kunde=%30":            false,
		ours + "?Kunde=0":              false,
		ours + "?kunde=0#":             false,
		"https://fjordlonn.example/b?": false,
		"https://fjordlonn.example/b/": false,
		"https://FJORDLONN.example/b":  false,
		"http://fjordlonn.example/old": false, // registered before it was forbidden
		"":                             false,
	} {
		if got := s.Redirects(u); got != want {
			t.Errorf("Redirects(%q) = %t, want %t", u, got, want)
		}
	}
}

// Every payload, bare and wound around our own host, is either refused or goes
// where it says: a request never leaves what is registered, and what can be
// registered is an https URL of a host name that every parser reads alike.
func TestOpenRedirectPayloads(t *testing.T) {
	t.Parallel()
	list := payloads(t)
	if len(list) < 305 {
		t.Errorf("%d payloads, want at least 305", len(list))
	}
	s := fjordlonn()
	s.RedirectURLs = []string{ours, "https://fjordlonn.example/"}
	registered := 0
	for _, p := range list {
		for _, u := range []string{
			p, "https://fjordlonn.example" + p, "https://fjordlonn.example/" + p, ours + p, ours + "?x=" + p,
			"https://" + p, "https:" + p, strings.ReplaceAll(p, "www.whitelisteddomain.tld", "fjordlonn.example"),
		} {
			if s.Redirects(u) && !slices.Contains(s.RedirectURLs, beforeQuery(u)) {
				t.Errorf("a request may redirect to %q", u)
			}
			if registering(u) == "" {
				registered++
				mustBePlain(t, u)
			}
		}
	}
	if registered == 0 {
		t.Error("no payload was a harmless URL; the test tries nothing")
	}
}

func FuzzRedirects(f *testing.F) {
	for _, u := range []string{ours, ours + "?a", "https://a@fjordlonn.example", "https://0x7f.0x1/", "https://a..b/%2e"} {
		f.Add(u)
	}
	s := fjordlonn()
	s.RedirectURLs = []string{ours}
	f.Fuzz(func(t *testing.T, u string) {
		if s.Redirects(u) && beforeQuery(u) != ours {
			t.Errorf("redirects to %q", u)
		}
		if registering(u) == "" {
			mustBePlain(t, u)
		}
	})
}

func beforeQuery(u string) string { before, _, _ := strings.Cut(u, "?"); return before }

// mustBePlain judges a URL by rules of its own: what the URL Standard reads as
// host must be what stands between the slashes, and no address.
func mustBePlain(t *testing.T, u string) {
	t.Helper()
	p, err := url.Parse(u)
	if err != nil || p.Scheme != "https" || p.User != nil || p.Fragment != "" || p.Opaque != "" {
		t.Errorf("%q is registered: %v", u, err)
		return
	}
	rest := u[len("https://"):]
	authority := rest[:min(len(rest), max(0, strings.IndexAny(rest+"/", "/?#\\")))]
	if authority != p.Host || strings.ContainsAny(u, "\\@#\t\r\n\x00 ") || strings.ToLower(p.Host) != p.Host {
		t.Errorf("%q is registered: one parser reads %q, another %q", u, p.Host, authority)
	}
	host := p.Hostname()
	if _, err := netip.ParseAddr(host); err == nil || !strings.Contains(host, ".") {
		t.Errorf("%q is registered: no host name", u)
	}
	last := host[strings.LastIndex(host, ".")+1:]
	if last == "" || last[0] >= '0' && last[0] <= '9' {
		t.Errorf("%q is registered: the URL Standard reads a host that ends in a number as an address", u)
	}
}
