package web_test

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	kit "github.com/stafett/stafett/handlers/handlertest"
)

// TestTextsStayTexts types scripts into every field of the register form and
// reads the page back: the kit finds code in a page, and what was typed must
// still stand in its field (security B14).
func TestTextsStayTexts(t *testing.T) {
	t.Parallel()
	c := kit.New(t).As(t, kit.DeveloperA)
	scripts := []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' autofocus onfocus=alert(1) x='`, `</textarea><svg/onload=alert(1)>`, `</title><style>*{}</style>`,
		`javascript:alert(1)`, `{{constructor.constructor('alert(1)')()}}`, `<!--`, `]]>`, `&lt;script&gt;`, `<a href=javascript:alert(1)>x</a>`, "\u0000<b>", `" hx-on:click="alert(1)`, `" hx-vals='js:alert(1)'`,
	}
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "shared", "data", "attack", "payloads", "XSS Injection", "Intruders", "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Log("only our own scripts: the lists are not there")
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		scripts = append(scripts, strings.Split(strings.TrimRight(string(text), "\r\n"), "\n")...)
	}
	scripts = slices.DeleteFunc(scripts, func(s string) bool {
		// HTML cannot hold these as they are, and the form trims its texts.
		return strings.ContainsAny(s, "\r\x00") || strings.TrimSpace(s) != s || s == "" || !strings.HasPrefix(strings.ToValidUTF8(s, "\ufffd"), s)
	})
	fields := []string{"name_nb", "name_nn", "name_en", "description_nb", "description_nn", "description_en", "id_name", "q", "client_id", "redirect_urls", "purpose_nb"}
	for some := range slices.Chunk(scripts, len(fields)) {
		form := whole()
		for i, s := range some {
			form.Set(fields[i], s)
		}
		p := press(c, form, "search").Want(http.StatusOK).Page()
		for i, s := range some {
			if got := p.Value(fields[i]); got != s {
				t.Errorf("%s: typed %q, reads %q", fields[i], s, got)
			}
		}
	}
	t.Logf("%d texts", len(scripts))
}
