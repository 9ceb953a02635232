package viewstest

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"golang.org/x/net/html"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// Render returns the HTML of c in ctx, and fails the test when it cannot.
func Render(ctx context.Context, t testing.TB, c templ.Component) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(ctx, &b); err != nil {
		t.Fatalf("render: %v", err)
	}
	return b.String()
}

// Golden compares the HTML of c with the golden file, one node a line. With
// -update it writes the file instead. It returns the HTML as rendered.
func Golden(ctx context.Context, t testing.TB, file string, c templ.Component) string {
	t.Helper()
	page := Render(ctx, t, c)
	got, err := Lines(page)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	if *update {
		write(t, file, got)
		return page
	}
	want, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("%s is not there; look at the page and run the test with -update", file)
	}
	if err != nil {
		t.Fatal(err)
	}
	if line, a, b := firstDifference(string(want), got); line > 0 {
		t.Errorf("%s:%d: want %q, got %q; look at the page and run the test with -update", file, line, a, b)
	}
	return page
}

func write(t testing.TB, file, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Lines writes page with one tag or text on each line, indented by depth, with
// attributes in order of name and white space shrunk, so that a change of
// content is a change of lines.
func Lines(page string) (string, error) {
	var b strings.Builder
	depth := 0
	raw := false // within noscript, whose tags are one text to whoever runs scripts
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			if err := z.Err(); !errors.Is(err, io.EOF) {
				return "", err
			}
			if depth != 0 {
				return "", fmt.Errorf("the page ends at depth %d: a tag is not closed", depth)
			}
			return b.String(), nil
		case html.EndTagToken:
			depth--
			raw = false
			line(&b, depth, z.Token().String())
		case html.StartTagToken, html.SelfClosingTagToken:
			token := z.Token()
			slices.SortFunc(token.Attr, func(x, y html.Attribute) int { return strings.Compare(x.Key, y.Key) })
			line(&b, depth, token.String())
			raw = token.Data == "noscript"
			if kind == html.StartTagToken && !slices.Contains(void, token.Data) {
				depth++
			}
		default:
			if raw {
				line(&b, depth, strings.TrimSpace(string(z.Raw())))
				continue
			}
			line(&b, depth, strings.Join(strings.Fields(z.Token().String()), " "))
		}
	}
}

// void are the elements without an end tag that we use.
var void = []string{"br", "hr", "img", "input", "link", "meta"}

func line(b *strings.Builder, depth int, text string) {
	if text != "" {
		fmt.Fprintf(b, "%s%s\n", strings.Repeat(" ", max(depth, 0)), text)
	}
}

// firstDifference returns the number of the first line that differs and the
// line on each side; 0 when there is none.
func firstDifference(want, got string) (number int, a, b string) {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		a, b = "", ""
		if i < len(w) {
			a = w[i]
		}
		if i < len(g) {
			b = g[i]
		}
		if a != b {
			return i + 1, strings.TrimSpace(a), strings.TrimSpace(b)
		}
	}
	return 0, "", ""
}
