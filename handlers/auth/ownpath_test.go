package auth_test

import (
	"bufio"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stafett/stafett/handlers/auth"
)

func TestOwnPath(t *testing.T) {
	for _, path := range []string{
		"/", "/requests", "/requests/1?lang=nb&scheme=dark", "/systemusers/", "/supplier/systems/313367002_kladd.bok", "/a?next=//b", "/a?x=%2F%2f",
	} {
		if got := auth.OwnPath(path); got != path {
			t.Errorf("%q became %q", path, got)
		}
	}
	for _, path := range []string{
		"", "requests", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "/%09/evil.example", "/%2f/evil.example",
		"/%5cevil.example", "https://evil.example", "https:evil.example", "javascript:alert(1)", " /a", "/a\r\nSet-Cookie: x=1", "/a#b", "/./", "/../a", "/a/../..//evil",
		"/a//b", "/;@evil.example/%2e%2e", "/\u2028", "/å", "/a\x00", "/" + strings.Repeat("a", 2000), "/login", "/login/op", "/login/callback?x=1", "/logout", "/logged-out",
		"?x=1", "#x", "mailto:x", "/a b", "http:///evil.example", "//evil.example@stafett.example/",
	} {
		if got := auth.OwnPath(path); got != "" {
			t.Errorf("%q became %q", path, got)
		}
	}
}

// Each of the published open redirect strings leads to a page of ours or
// nowhere, read as browsers read (WHATWG URL: tabs and line breaks vanish,
// backslashes are slashes).
func TestPublishedOpenRedirectsLeadNowhere(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "shared", "data", "attack", "payloads", "Open Redirect", "Intruder")
	files, _ := filepath.Glob(filepath.Join(dir, "*.txt"))
	if len(files) == 0 {
		t.Skip("no test data beside the checkout")
	}
	n := 0
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		for lines := bufio.NewScanner(f); lines.Scan(); {
			for _, payload := range []string{lines.Text(), "/" + lines.Text()} {
				n++
				if got := auth.OwnPath(payload); got != "" && leaves(got) {
					t.Errorf("%q passes as %q", payload, got)
				}
			}
		}
		_ = f.Close()
	}
	if n < 600 {
		t.Errorf("%d strings only", n)
	}
}

func leaves(target string) bool {
	as := strings.NewReplacer("\t", "", "\r", "", "\n", "", "\\", "/").Replace(strings.TrimSpace(target))
	u, err := must(url.Parse(publicURL)).Parse(as)
	return err != nil || u.Scheme+"://"+u.Host != publicURL || strings.HasPrefix(as, "//") || u.User != nil
}
