package i18n_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/views/i18n"
)

// message is the raw form of one text: its plural forms, or "other" alone.
type message map[string]string

var placeholder = regexp.MustCompile(`\{\{\.([A-Za-z]+)\}\}`)

func load(t *testing.T, l models.Language) map[string]message {
	t.Helper()
	out := map[string]message{}
	files, err := filepath.Glob(filepath.Join("messages", string(l), "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no messages for %s: %v", l, err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var raw map[string]any
		if err := json.Unmarshal(content, &raw); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for key, value := range raw {
			if _, twice := out[key]; twice {
				t.Errorf("%s: %s stands in two files", file, key)
			}
			m := message{}
			switch v := value.(type) {
			case string:
				m["other"] = v
			case map[string]any:
				for form, text := range v {
					m[form], _ = text.(string)
				}
			}
			out[key] = m
		}
	}
	return out
}

func TestEveryLanguageHasTheSameMessages(t *testing.T) {
	want := load(t, models.NB)
	for _, l := range models.Languages() {
		got := load(t, l)
		for key, m := range want {
			other, ok := got[key]
			if !ok {
				t.Errorf("%s lacks %s", l, key)
				continue
			}
			if diff := cmp.Diff(forms(m), forms(other)); diff != "" {
				t.Errorf("%s: %s has other plural forms (-nb +%s)\n%s", l, key, l, diff)
			}
			if diff := cmp.Diff(placeholders(m), placeholders(other)); diff != "" {
				t.Errorf("%s: %s has other placeholders (-nb +%s)\n%s", l, key, l, diff)
			}
			for form, text := range other {
				if strings.TrimSpace(text) == "" || strings.Count(text, "**")%2 != 0 {
					t.Errorf("%s: %s (%s) is empty or has an odd mark: %q", l, key, form, text)
				}
			}
		}
		for key := range got {
			if _, ok := want[key]; !ok {
				t.Errorf("%s has %s, which nb lacks", l, key)
			}
		}
	}
}

func forms(m message) []string {
	var out []string
	for form := range m {
		out = append(out, form)
	}
	slices.Sort(out)
	return out
}

func placeholders(m message) []string {
	var out []string
	for _, p := range placeholder.FindAllStringSubmatch(m["other"], -1) {
		out = append(out, p[1])
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// made lists the beginnings of keys that code puts together at run time.
// Each has a test of its own that every end of it has a text.
var made = []string{
	"error.", "fault.", "common.agency.", "common.lang.", "common.scheme.", "customer.action.", "rights.do.", "rights.sensitive.", "customer.cause.", "customer.event.", "customer.part.",
	"customer.history.side.", "customer.history.col.", "customer.userreview.", "customer.supplier.stop.", "customer.supplier.block.",
	"clients.confirm.", "clients.csv.head.", "clients.do.", "clients.file.do.", "clients.file.is.", "clients.job.", "clients.row.", "clients.sort.", "clients.state.",
	"customer.list.status.", "customer.list.kind.",
	"holding.can.", "account.did.", "members.cause.", "members.invited.mail.", "mail.notice.", "notices.row.", "notices.type.",
}

func TestEveryMessageIsUsed(t *testing.T) {
	source := readSource(t, "../..", ".templ", ".go")
	for key := range load(t, models.NB) {
		if slices.ContainsFunc(made, func(p string) bool { return strings.HasPrefix(key, p) }) {
			continue
		}
		if !strings.Contains(source, `"`+key+`"`) {
			t.Errorf("no page uses %s", key)
		}
	}
}

// keyInCode finds keys as literals where messages are asked for.
var keyInCode = regexp.MustCompile(`(?:i18n\.(?:T|N|Runs)\([^"\n]*|ui\.Rich\(|@decided\(v, )"([a-z_]+\.[a-z0-9_.]+)"[,)]`)

func TestEveryMessageThatIsAskedForExists(t *testing.T) {
	keys := load(t, models.NB)
	found := keyInCode.FindAllStringSubmatch(readSource(t, "../..", ".templ", ".go"), -1)
	if len(found) < 100 {
		t.Fatalf("found only %d keys; has the way to ask changed?", len(found))
	}
	for _, m := range found {
		if _, ok := keys[m[1]]; !ok {
			t.Errorf("%s is asked for and has no text", m[1])
		}
	}
}

func TestEveryFailureHasATitleAndADetail(t *testing.T) {
	keys := load(t, models.NB)
	var codes []string
	for _, c := range models.Codes() {
		codes = append(codes, string(c))
		for _, part := range []string{"title", "detail"} {
			if _, ok := keys["error."+string(c)+"."+part]; !ok {
				t.Errorf("error.%s.%s has no text", c, part)
			}
		}
	}
	for key := range keys {
		rest, ok := strings.CutPrefix(key, "error.")
		code, isDetail := strings.CutSuffix(rest, ".detail")
		if ok && isDetail && !slices.Contains(codes, code) {
			t.Errorf("%s is for no code", key)
		}
	}
}

// faultInCode finds faults as literals: added, set, or returned by the
// functions that name them, which all have a dot or are one of three.
var faultInCode = regexp.MustCompile(`Fault:\s*"([a-z0-9_.]+)"|\.Add\([^\n]*,\s*"([a-z0-9_.]+)"\)|return "([a-z_]+\.[a-z_.]+|required|too_long|duplicate)"`)

func TestEveryFaultHasAText(t *testing.T) {
	keys := load(t, models.NB)
	source := readSource(t, "../../models", ".go") + readSource(t, "../../handlers", ".go")
	for _, m := range faultInCode.FindAllStringSubmatch(source, -1) {
		if fault := m[1] + m[2] + m[3]; keys["fault."+fault] == nil {
			t.Errorf("fault.%s has no text", fault)
		}
	}
}

// readSource joins the hand-written, non-test files below root.
func readSource(t *testing.T, root string, endings ...string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata" || d.Name() == "handlertest" || d.Name() == "storetest" || strings.HasPrefix(d.Name(), ".git")) {
			return fs.SkipDir
		}
		if d.IsDir() || !slices.Contains(endings, filepath.Ext(file)) ||
			strings.HasSuffix(file, "_test.go") || strings.HasSuffix(file, "_templ.go") {
			return nil
		}
		content, err := os.ReadFile(file)
		b.Write(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestMessageIsInTheLanguageOfTheContext(t *testing.T) {
	for l, want := range map[models.Language]string{models.NB: "Bytt virksomhet", models.NN: "Byt verksemd", models.EN: "Switch organisation"} {
		if got := i18n.T(i18n.With(t.Context(), l), "common.switch"); got != want {
			t.Errorf("%s: %q, want %q", l, got, want)
		}
	}
	if got := i18n.T(t.Context(), "common.switch"); got != "Bytt virksomhet" {
		t.Errorf("without a language: %q", got)
	}
	if got := i18n.T(t.Context(), "no.such.key"); got != "⟦no.such.key⟧" {
		t.Errorf("unknown key: %q", got)
	}
}

func TestValuesAndPluralsAreFilledIn(t *testing.T) {
	en := i18n.With(t.Context(), models.EN)
	if got := i18n.N(en, "common.nav.waiting", 1); got != "1 awaits an answer" {
		t.Errorf("one: %q", got)
	}
	if got := i18n.N(en, "common.nav.waiting", 4); got != "4 await an answer" {
		t.Errorf("four: %q", got)
	}
	if got := i18n.T(en, "common.list_of", "What", 3); got != "3, table" {
		t.Errorf("value: %q", got)
	}
	if got := i18n.Names(en, []string{"Kari", "Ola", "Siri"}); got != "Kari, Ola and Siri" {
		t.Errorf("names: %q", got)
	}
}

func TestLanguageIsChosenFromTheHeader(t *testing.T) {
	for header, want := range map[string]models.Language{
		"":                          models.NB,
		"no":                        models.NB,
		"nn-NO,nn;q=0.9":            models.NN,
		"en-GB,en;q=0.8,nb;q=0.7":   models.EN,
		"fr-FR, fr;q=0.9, nn;q=0.3": models.NN,
		"ja":                        models.NB,
		"da":                        models.NB,
		";;;":                       models.NB,
	} {
		if got := i18n.Accept(header); got != want {
			t.Errorf("Accept(%.30q) = %s, want %s", header, got, want)
		}
	}
}

func TestStarsInAValueAreText(t *testing.T) {
	got := i18n.Runs(t.Context(), "common.list_of", "What", "**bold** name")
	want := []i18n.Run{{Text: "**bold** name, tabell"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
