package stafett_test

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// TestNothingIsLeftUndone refuses notes to self in code: what is to be done
// stands in an issue, where somebody sees it.
func TestNothingIsLeftUndone(t *testing.T) {
	// Split, so that this file does not name itself.
	note := regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X|HA` + `CK)\b`)
	code := []string{".go", ".templ", ".js", ".mjs", ".css", ".sql", ".sh", ".yaml", ".yml"}
	walk(t, func(file string) {
		if !slices.Contains(code, path.Ext(file)) && file != "Makefile" {
			return
		}
		for i, line := range lines(t, file) {
			if m := note.FindString(line); m != "" {
				t.Errorf("%s:%d: %s; do it, or write an issue", file, i+1, m)
			}
		}
	})
}

// TestDecisionsAreNumbered holds docs/adr to its form: numbers without gaps
// and without twins, the number in the title, and a status.
func TestDecisionsAreNumbered(t *testing.T) {
	files, err := filepath.Glob("docs/adr/*.md")
	if err != nil || len(files) == 0 {
		t.Fatalf("no decisions found: %v", err)
	}
	slices.Sort(files)
	form := regexp.MustCompile(`^(\d{4})-[a-z0-9-]+\.md$`)
	status := regexp.MustCompile(`(?m)^Status: (proposed|accepted|superseded by \[\d{4}\]\(.+\))`)
	for i, file := range files {
		m := form.FindStringSubmatch(filepath.Base(file))
		if m == nil {
			t.Errorf("%s: want NNNN-words-with-hyphens.md", file)
			continue
		}
		if want := fmt.Sprintf("%04d", i+1); m[1] != want {
			t.Errorf("%s: want number %s; numbers have neither gaps nor twins", file, want)
		}
		text := read(t, file)
		if !strings.HasPrefix(text, "# "+m[1]+" ") {
			t.Errorf("%s: the title does not begin with %q", file, "# "+m[1]+" ")
		}
		if !status.MatchString(text) {
			t.Errorf("%s: no line \"Status: proposed|accepted|superseded by [NNNN](…)\"", file)
		}
	}
}

// TestLinksLeadSomewhere follows every link from a document to a file of the
// repository, and to the heading in it.
func TestLinksLeadSomewhere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^()\s]+)\)`)
	walk(t, func(file string) {
		if path.Ext(file) != ".md" {
			return
		}
		for _, m := range link.FindAllStringSubmatch(prose(read(t, file)), -1) {
			target, anchor, _ := strings.Cut(m[1], "#")
			if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			to := file
			if target != "" {
				to = path.Join(path.Dir(file), target)
			}
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s: the link to %s leads nowhere", file, m[1])
				continue
			}
			if anchor != "" && path.Ext(to) == ".md" && !slices.Contains(headings(read(t, to)), anchor) {
				t.Errorf("%s: %s has no heading for #%s", file, to, anchor)
			}
		}
	})
}

// TestFaultsOfAltinnStayFixed demands a regression test for each of the 30 faults
// of Altinn's that docs/divergences.md speaks of, and a line there for each.
func TestFaultsOfAltinnStayFixed(t *testing.T) {
	named := regexp.MustCompile(`func TestAltinnFault(\d\d)_\w+\(`)
	tested := map[string]bool{}
	walk(t, func(file string) {
		if strings.HasSuffix(file, "_test.go") {
			for _, m := range named.FindAllStringSubmatch(read(t, file), -1) {
				tested[m[1]] = true
			}
		}
	})
	page := read(t, "docs/divergences.md")
	for n := 1; n <= 30; n++ {
		if !tested[fmt.Sprintf("%02d", n)] {
			t.Errorf("fault %d has no TestAltinnFault%02d_…", n, n)
		}
		listed := false
		for _, m := range regexp.MustCompile(`\[([0-9, –]+)\]`).FindAllStringSubmatch(page, -1) {
			for part := range strings.SplitSeq(m[1], ", ") {
				from, to, span := strings.Cut(part, "–")
				first, _ := strconv.Atoi(from)
				last := first
				if span {
					last, _ = strconv.Atoi(to)
				}
				listed = listed || first <= n && n <= last
			}
		}
		if !listed {
			t.Errorf("docs/divergences.md says nothing of fault %d", n)
		}
	}
}

// TestDependenciesAreGivenReasons demands a line in ADR 0012 for each module
// that we import or run as a tool, and no line for one that has gone.
func TestDependenciesAreGivenReasons(t *testing.T) {
	adr := read(t, "docs/adr/0012-dependencies.md")
	required, direct := modules(t)
	for _, src := range sources(t) {
		for _, imp := range src.imports {
			if standard(imp) || imp == module || strings.HasPrefix(imp, module+"/") {
				continue
			}
			if m := moduleOf(imp, required); m != "" {
				direct[m] = true
			}
		}
	}
	for m := range direct {
		if !strings.Contains(adr, "| `"+m+"` |") {
			t.Errorf("docs/adr/0012-dependencies.md has no line for %s", m)
		}
	}
	for _, row := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\|").FindAllStringSubmatch(adr, -1) {
		if !slices.Contains(required, row[1]) {
			t.Errorf("docs/adr/0012-dependencies.md gives a reason for %s, which go.mod does not require", row[1])
		}
	}
}

// modules reads go.mod: all modules required, and those among them that are
// needed directly, by a require without the indirect mark or by a tool line.
func modules(t *testing.T) (required []string, direct map[string]bool) {
	t.Helper()
	require := regexp.MustCompile(`^\t?(?:require )?([a-z0-9.-]+\.[a-z]+/\S+) v\S+( // indirect)?$`)
	tool := regexp.MustCompile(`^\t?(?:tool )?([a-z0-9.-]+\.[a-z]+/\S+)$`)
	direct = map[string]bool{}
	var tools []string
	for _, line := range lines(t, "go.mod") {
		if m := require.FindStringSubmatch(line); m != nil {
			required = append(required, m[1])
			if m[2] == "" {
				direct[m[1]] = true
			}
		} else if m := tool.FindStringSubmatch(line); m != nil {
			tools = append(tools, m[1])
		}
	}
	for _, pkg := range tools {
		direct[moduleOf(pkg, required)] = true
	}
	if len(required) == 0 || len(tools) == 0 {
		t.Fatalf("go.mod was not understood: %d modules, %d tools", len(required), len(tools))
	}
	return required, direct
}

// moduleOf returns the longest module path that pkg lies in.
func moduleOf(pkg string, modules []string) string {
	var best string
	for _, m := range modules {
		if (pkg == m || strings.HasPrefix(pkg, m+"/")) && len(m) > len(best) {
			best = m
		}
	}
	return best
}

// headings returns the anchors of a document's headings, made as the forges
// make them: lower case, hyphens for spaces, no punctuation.
func headings(markdown string) []string {
	var anchors []string
	for line := range strings.SplitSeq(prose(markdown), "\n") {
		title := strings.TrimLeft(line, "#")
		if title == line || !strings.HasPrefix(title, " ") {
			continue
		}
		anchors = append(anchors, strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
				return unicode.ToLower(r)
			}
			return -1
		}, strings.TrimSpace(title)))
	}
	return anchors
}

// prose drops fenced code, where brackets are not links and # no headings.
func prose(markdown string) string {
	parts := strings.Split(markdown, "\n```")
	var b strings.Builder
	for i := 0; i < len(parts); i += 2 {
		b.WriteString(parts[i] + "\n")
	}
	return b.String()
}

func read(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func lines(t *testing.T, file string) []string {
	t.Helper()
	return strings.Split(read(t, file), "\n")
}
