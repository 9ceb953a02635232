package system

import (
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const maxURL = 2000

// redirectFault says why u may not be registered as a redirect URL, or "".
// A redirect URL is absolute, https, with a host name in lower-case ASCII, no
// user info, no fragment and nothing that two parsers could read differently
// (RFC 9700 section 2.1).
func redirectFault(u string) string {
	if len(u) > maxURL {
		return "too_long"
	}
	if strings.IndexFunc(u, func(r rune) bool { return r <= ' ' || r > '~' || r == '\\' }) >= 0 {
		return "url.form"
	}
	p, err := url.Parse(u)
	switch {
	case err != nil || p.Opaque != "" || p.Host == "":
		return "url.form"
	case !strings.HasPrefix(u, "https://"): // in lower case, as browsers write it
		return "url.https"
	case p.User != nil || strings.Contains(u, "@"):
		return "url.user_info"
	case p.Fragment != "" || strings.Contains(u, "#"):
		return "url.fragment"
	case !hostname(p.Hostname()) || !port(p):
		return "url.host"
	case strings.Contains(p.Path, "..") || strings.Contains(p.EscapedPath(), "%2e") || strings.Contains(p.EscapedPath(), "%2E"):
		return "url.form"
	}
	return ""
}

// port admits none, or a number from 1 to 65535 without leading zeros.
func port(u *url.URL) bool {
	if u.Port() == "" {
		return !strings.HasSuffix(u.Host, ":")
	}
	n, err := strconv.ParseUint(u.Port(), 10, 16)
	return err == nil && n > 0 && strconv.FormatUint(n, 10) == u.Port()
}

// hostname admits DNS names of two labels or more in lower case; no addresses.
// The last label begins with a letter: browsers read 127.0.0.0x1 as an address
// (URL Standard, section 3.5).
func hostname(h string) bool {
	if _, err := netip.ParseAddr(h); err == nil {
		return false
	}
	labels := strings.Split(h, ".")
	if len(h) > 253 || len(labels) < 2 {
		return false
	}
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' ||
			strings.IndexFunc(l, func(r rune) bool { return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-') }) >= 0 {
			return false
		}
	}
	last := labels[len(labels)-1]
	return last[0] >= 'a' && last[0] <= 'z'
}

// Redirects reports whether a request may send the browser to u: u is itself
// well-formed and equals a registered URL in scheme, host, port and path. The
// query is free, since suppliers carry their tenant there (design.md 5), unless
// the system asks for equality of every byte.
func (s System) Redirects(u string) bool {
	if redirectFault(u) != "" {
		return false
	}
	if s.ExactRedirects {
		return slices.Contains(s.RedirectURLs, u)
	}
	want, _, _ := strings.Cut(u, "?")
	for _, r := range s.RedirectURLs {
		if registered, _, _ := strings.Cut(r, "?"); registered == want {
			return true
		}
	}
	return false
}
