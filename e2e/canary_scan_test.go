package e2e

import (
	"bytes"
	"crypto/md5"  //nolint:gosec // looked for, not used
	"crypto/sha1" //nolint:gosec // looked for, not used
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Where something was found out about the registry from outside.
const (
	inLog      = "log"      // what serve writes
	inCommand  = "command"  // what a command writes
	inMetrics  = "metrics"  // what the admin listener answers
	inAddress  = "address"  // request lines and Referers of browsers and programs, Location headers
	inAnswer   = "answer"   // heads and bodies of answers to people and programs, without Set-Cookie
	inStranger = "stranger" // answers to a supplier whom the others are no business of
	inParty    = "party"    // what providers and registers are sent
	inMail     = "mail"     // as the mail server takes it
	inDatabase = "database" // a column
	inFile     = "file"     // bytes of the database's files, and of a copy
)

// exhibit is one thing that was found out.
type exhibit struct {
	place string
	name  string // "person.name", "GET /members"
	stage int    // 1 once somebody has been erased
	text  []byte
}

// canary is something that must stay where it may be.
type canary struct {
	name  string
	forms [][]byte // as which it is looked for
	may   func(e exhibit) bool
}

// book gathers canaries and exhibits while the registry runs.
type book struct {
	mu       sync.Mutex
	canaries []canary
	exhibits []exhibit
	seen     map[string]bool // canaries by value
	wanted   []string        // canaries that must have been met where they may be
	stage    int
	flows    int
}

func (b *book) note(place, name string, text ...[]byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.exhibits = append(b.exhibits, exhibit{place, name, b.stage, bytes.Join(text, []byte("\n"))})
}

// all is what has been noted so far.
func (b *book) all() []exhibit {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.exhibits)
}

// guard looks out for a value from now on, and among what is there already.
func (b *book) guard(name, value string, may func(exhibit) bool) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.seen == nil {
		b.seen = map[string]bool{}
	}
	if value == "" || b.seen[value] {
		return value
	}
	b.seen[value] = true
	b.canaries = append(b.canaries, canary{name, formsOf(value), may})
	return value
}

// formsOf is a value as somebody might write it without knowing that it is
// written: plain, in hex, in base64 at each of its three offsets, escaped,
// backwards, and a national id also in groups, as a number, and hashed.
func formsOf(value string) [][]byte {
	var out []string
	add := func(s ...string) { out = append(out, s...) }
	plain := []byte(value)
	backwards := slices.Clone(plain)
	slices.Reverse(backwards)
	add(value, url.QueryEscape(value), url.PathEscape(value), string(backwards), hex.EncodeToString(plain), strings.ToUpper(hex.EncodeToString(plain)))
	for offset := range 3 {
		padded := append(bytes.Repeat([]byte{0}, offset), plain...)
		for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			text := e.EncodeToString(padded)
			// The first and the last digit are also of what stands beside it.
			add(text[[]int{0, 2, 3}[offset] : len(text)-1])
		}
	}
	if len(value) == 11 && strings.Trim(value, "0123456789") == "" {
		date, rest := value[:6], value[6:]
		groups := date[:2] + " " + date[2:4] + " " + date[4:]
		add(date+" "+rest, date+"-"+rest, date+"."+rest, date+"+"+rest, date+"\u00a0"+rest, groups+" "+rest, date+" "+rest[:3]+" "+rest[3:], strings.TrimLeft(value, "0"))
		add(hashesOf(plain)...)
	}
	slices.Sort(out)
	var forms [][]byte
	for _, f := range slices.Compact(out) {
		forms = append(forms, []byte(f))
	}
	return forms
}

// hashesOf are those without a key, which trying all numbers turns back.
func hashesOf(plain []byte) []string {
	m, s, s2 := md5.Sum(plain), sha1.Sum(plain), sha256.Sum256(plain) //nolint:gosec // as above
	var out []string
	for _, sum := range [][]byte{m[:], s[:], s2[:]} {
		out = append(out, string(sum), hex.EncodeToString(sum), base64.RawStdEncoding.EncodeToString(sum), base64.RawURLEncoding.EncodeToString(sum))
	}
	return out
}

// finds are the exhibits that hold the canary and may not.
func (c canary) finds(all []exhibit) []string {
	var out []string
	for _, e := range all {
		if c.in(e.text) && (c.may == nil || !c.may(e)) {
			out = append(out, e.place+" "+e.name+e.show(c))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// show tells what was found, for whoever looks for the cause.
func (e exhibit) show(c canary) string {
	for _, f := range c.forms {
		if i := bytes.Index(e.text, f); i >= 0 {
			return fmt.Sprintf("%.200q", e.text[max(0, i-100):])
		}
	}
	return ""
}

func (c canary) in(text []byte) bool {
	return slices.ContainsFunc(c.forms, func(f []byte) bool { return bytes.Contains(text, f) })
}

// lookout finds many canaries in one reading: by their first bytes, the forms
// that begin so, each with the place of its canary.
type lookout map[[4]byte][]struct {
	form   []byte
	canary int
}

func watch(canaries []canary) lookout {
	l := lookout{}
	for i, c := range canaries {
		for _, f := range c.forms {
			l[[4]byte(f)] = append(l[[4]byte(f)], struct {
				form   []byte
				canary int
			}{f, i})
		}
	}
	return l
}

// in returns the places of the canaries that the text holds.
func (l lookout) in(text []byte) map[int]bool {
	found := map[int]bool{}
	for i := 0; i+4 <= len(text); i++ {
		for _, one := range l[[4]byte(text[i:])] {
			if bytes.HasPrefix(text[i:], one.form) {
				found[one.canary] = true
			}
		}
	}
	return found
}

// in makes a rule of places where a canary may be: "answer", or "database
// person.name" for one column.
func in(places ...string) func(exhibit) bool {
	return func(e exhibit) bool {
		return slices.Contains(places, e.place) || slices.Contains(places, e.place+" "+e.name)
	}
}

// report fails for each canary that is where it may not be, and tells how much
// was looked at.
func (b *book) report(t *testing.T) {
	t.Helper()
	sizes, counts := map[string]int{}, map[string]int{}
	exhibits := b.all()
	for _, e := range exhibits {
		sizes[e.place] += len(e.text)
		counts[e.place]++
	}
	told, met, sight := map[string]bool{}, map[string]bool{}, watch(b.canaries)
	for _, e := range exhibits {
		for i := range sight.in(e.text) {
			c := b.canaries[i]
			met[c.name] = true
			line := c.name + " is in: " + e.place + " " + e.name + e.show(c)
			if (c.may == nil || !c.may(e)) && !told[line] {
				told[line] = true
				t.Error(line)
			}
		}
	}
	for _, name := range b.wanted {
		if !met[name] {
			t.Errorf("%s was met nowhere: does the flow with it still run?", name)
		}
	}
	t.Logf("%d flows, %d canaries", b.flows, len(b.canaries))
	for _, place := range []string{inLog, inCommand, inMetrics, inAddress, inAnswer, inStranger, inParty, inMail, inDatabase, inFile} {
		t.Logf("%-8s %6d pieces %9d bytes", place, counts[place], sizes[place])
		if sizes[place] == 0 {
			t.Errorf("nothing was looked at in: %s", place)
		}
	}
}

// The scan finds what it looks for, in whatever form and wherever it lies, and
// nothing where there is nothing.
func TestTheScanFinds(t *testing.T) {
	t.Parallel()
	pid := nationalID(7, 3, 55)
	c := canary{name: "planted", forms: formsOf(pid)}
	sum := sha256.Sum256([]byte(pid))
	for name, text := range map[string]string{
		"plain": "pid=" + pid + "&", "in groups": pid[:6] + " " + pid[6:], "with a hyphen": pid[:6] + "-" + pid[6:], "hex": fmt.Sprintf("%x", "a"+pid+"b"),
		"backwards": reversed(pid), "hashed": hex.EncodeToString(sum[:]), "in a blob": "\x00\xff" + string(sum[:]) + "\x01",
		"base64, offset 0": base64.StdEncoding.EncodeToString([]byte(pid + " and more")), "base64, offset 1": base64.StdEncoding.EncodeToString([]byte("a" + pid)),
		"base64, offset 2": base64.URLEncoding.EncodeToString([]byte("ab" + pid + "c")), "in a token": base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"x","pid":"` + pid + `"}`)),
	} {
		if !c.in([]byte(text)) {
			t.Errorf("%s is not found in %q", name, text)
		}
		if got := watch([]canary{{name: "other", forms: formsOf("somebody else")}, c}).in([]byte(text)); len(got) != 1 || !got[1] {
			t.Errorf("%s: among many %v is found in %q", name, got, text)
		}
	}
	if other := nationalID(8, 3, 55); c.in([]byte(other + " 12345678901 " + hex.EncodeToString([]byte(other)))) {
		t.Error("found where it is not")
	}
}

func reversed(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}

// nationalID makes the first synthetic national id of somebody born on the day:
// the month plus 80, which no living person has, and right check digits.
func nationalID(day, month, year int) string {
	for n := 100; n < 1000; n++ {
		s := fmt.Sprintf("%02d%02d%02d%03d", day, month+80, year, n)
		for _, weights := range [][]int{{3, 7, 6, 1, 8, 9, 4, 5, 2}, {5, 4, 3, 2, 7, 6, 5, 4, 3, 2}} {
			sum := 0
			for i, w := range weights {
				sum += w * int(s[i]-'0')
			}
			s += fmt.Sprint((11 - sum%11) % 11)
		}
		if len(s) == 11 {
			return s
		}
	}
	panic("there is always one")
}
