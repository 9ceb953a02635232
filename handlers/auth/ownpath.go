package auth

import (
	"net/url"
	"path"
	"strings"
)

const maxTarget = 2000

// OwnPath returns target when it is a path of ours with perhaps a query, and
// nothing for everything else: it is what may follow a login, or stand in any
// other parameter that says where to go next. Every browser must read it as a
// path of this origin: one slash at the start, no backslash, no control,
// nothing escaped that would become one of these, no dot segments. The pages
// of login and log-out are no place to come back to.
func OwnPath(target string) string {
	u, err := url.Parse(target)
	if err != nil || len(target) > maxTarget || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" {
		return ""
	}
	if !strings.HasPrefix(target, "/") || strings.HasPrefix(target, "//") || strings.Contains(target, "#") {
		return ""
	}
	if strings.ContainsFunc(target, func(r rune) bool { return r <= 0x20 || r == '\\' || r >= 0x7f }) {
		return ""
	}
	before, _, _ := strings.Cut(target, "?")
	if clean := path.Clean(before); before != clean && before != clean+"/" || strings.Contains(before, "%") {
		return ""
	}
	if before == "/login" || strings.HasPrefix(before, "/login/") || before == "/logout" || before == "/logged-out" {
		return ""
	}
	return target
}
