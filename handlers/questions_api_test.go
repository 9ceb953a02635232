package handlers_test

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"hash/fnv"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/getkin/kin-openapi/openapi3"
)

// attempt is a question as it goes out. value is what is hostile in it. One that is
// fine is only odd, and has to succeed.
type attempt struct {
	method, path, query, media, body string
	name                             string // of a header
	header                           []string
	value                            string
	fine                             bool
}

func (q attempt) target() string {
	if q.query == "" {
		return q.path
	}
	return q.path + "?" + q.query
}

// sendable reports whether net/http would hand the question on.
func (q attempt) sendable() bool {
	_, err := url.ParseRequestURI("https://a.example" + q.target())
	return err == nil && !slices.ContainsFunc(append(q.header, q.media), func(v string) bool { return strings.ContainsAny(v, "\r\n\x00") })
}

// place is where a value goes in.
type place func(q attempt, value string) attempt

// good is a question that succeeds, and what can be put into it.
type good struct {
	attempt
	pattern string // of the path, as the description has it
	op      *openapi3.Operation
	params  openapi3.Parameters
}

// drawn chooses n of all, the same each time, by the seed.
func drawn[T any](all []T, n int, seed string) []T {
	order := make([]int, len(all))
	keys := make([]uint64, len(all))
	for i := range all {
		h := fnv.New64a()
		_, _ = h.Write([]byte(seed + strconv.Itoa(i)))
		order[i], keys[i] = i, h.Sum64()
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(keys[a], keys[b]) })
	out := []T{}
	for _, i := range order[:min(n, len(all))] {
		out = append(out, all[i])
	}
	return out
}

// injections are the lists of others beside those of nasty.
func injections(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, kind := range []string{"CRLF Injection/Files", "Open Redirect/Intruder", "XSS Injection/Intruders"} {
		files, err := filepath.Glob(filepath.Join(attack, "payloads", kind, "*.txt"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, strings.Split(strings.TrimRight(string(text), "\r\n"), "\n")...)
		}
	}
	return all
}

// tokens are what no list's next link held, or another list's did.
func tokens() []string {
	out := []string{"!", "e30=", "e30", "e30.e30", strings.Repeat("A", 1001), "\u00e9", "bnVsbA", " ", "%", "ey", "0", "null"}
	for _, place := range []string{
		`0`, `-1`, `1`, `9223372036854775807`, `-9223372036854775808`, `9223372036854775808`, `1e3`, `1.5`, `""`, `"x"`, `"343940092_smartcloud"`, `"343940092_\u0000"`, `"\ud800"`, `[]`, `[1]`, `true`, `{`, ``,
		`{"a":1}`, `{"a":-1}`, `{"a":9223372036854775807}`, `{"a":""}`, `{"a":"355913619"}`, `{"a":"999999999"}`, `{"a":"x"}`, `{"a":"\u0000"}`, `{"a":null}`, `{"a":1,"a":2}`, `{"A":1}`,
		`{"a":"704013ee-e82a-433e-83c5-a40e6e00d746"}`, `{"i":"704013ee-e82a-433e-83c5-a40e6e00d746"}`, `{"i":"\u0000"}`, `{"id":"\u0000"}`, `{"id":"` + strings.Repeat("9", 600) + `"}`,
	} {
		out = append(out, base64.RawURLEncoding.EncodeToString([]byte(place)))
	}
	for _, at := range []string{"0", "-1", "1", "9223372036854775807", "-9223372036854775808", "253402300800000", "-62135596800001", `"x"`} {
		for _, names := range [][3]string{{"at", "id", "343940092_smartcloud"}, {"t", "i", "704013ee-e82a-433e-83c5-a40e6e00d746"}, {"t", "i", ""}, {"at", "id", "704013ee-e82a-433e-83c5-a40e6e00d746"}} {
			out = append(out, base64.RawURLEncoding.EncodeToString([]byte(`{"`+names[0]+`":`+at+`,"`+names[1]+`":"`+names[2]+`"}`)))
		}
	}
	return out
}

// extremes are values for numbers, flags and words of a query.
var extremes = []string{
	"0", "1", "-1", "500", "501", "+1", "01", "1.0", "1e2", "0x10", "٣", "9223372036854775807", "9223372036854775808", strings.Repeat("9", 400), " 1", "1 ", "1,2", "[1]",
	"true", "TRUE", "tRuE", "t", "2", "yes", "false", "null", "New", "new", "active", "Withdrawn", "a,b", strings.Repeat("a", 256), strings.Repeat("å", 256), "%", "_", "%_%", "\\", "*", "\"", "a\tb", "a\nb",
	"00000000-0000-0000-0000-000000000000", "704013EE-E82A-433E-83C5-A40E6E00D746", "355913619", "0192:355913619", "343940092_smartcloud", "343940092_SMARTCLOUD",
}

// escapes stand in an address as they are.
var escapes = []string{
	"%00", "%0d%0aSet-Cookie:a=b", "%2e%2e", "%2E%2E%2F", "%252e%252e%252f", "%252F", "%5c", "%5C..", "%c0%af", "%c0%ae%c0%ae", "%ff", "%ed%a0%80", "%f4%90%80%80", "%ef%bb%bf", "%e2%80%ae", "%20", "+", "%3f", "%3Fa=b", "%23", "%26", "%3d", "%25", "%2525",
	"..", ".", "...", "~", "*", "@", "a;b=c", ";", "%3b", "%7b%7d", "{systemId}", ":systemid", "%7f", "%80", "%09", "%e2%80%8b", "%e3%85%a4", "%f0%9f%92%a9", strings.Repeat("a", 300), strings.Repeat("a", 4090), strings.Repeat("%25", 600),
}

// raw are values of members, as they stand in a document.
func raw() []string {
	deep := strings.Repeat("[", 10_001) + strings.Repeat("]", 10_001)
	return []string{
		`null`, `true`, `false`, `1`, `-1.5`, `[]`, `["a"]`, `[null]`, `[[]]`, `[{}]`, `{}`, `{"a":1}`, `""`, `" "`, `"x"`,
		`1e309`, `-0`, `1e-400`, `9223372036854775807`, `18446744073709551616`, strings.Repeat("9", 400), `01`, `.5`, `NaN`, `+1`, `0x1`, `tru`, `'a'`, `"a`, `/**/1`, `[1,]`, `{"a":1,}`, `{a:1}`,
		`"\ud800"`, `"\udc00\ud800"`, `"\u0000"`, `"a\u0000b"`, `"\u202e"`, `"\x"`, "\"\xff\"", "\"\xed\xa0\x80\"", "\"a\nb\"", `"a\nb"`, `"\u2028"`, "\"\ufeffa\"",
		`"` + strings.Repeat("a", 255) + `"`, `"` + strings.Repeat("a", 256) + `"`, `"` + strings.Repeat("å", 256) + `"`, `"` + strings.Repeat("a", 2001) + `"`, `"` + strings.Repeat("a", 60_000) + `"`, `"` + strings.Repeat("a", 70_000) + `"`,
		deep, strings.Repeat(`{"a":`, 10_001) + "1" + strings.Repeat("}", 10_001), "[" + strings.Repeat("0,", 9_999) + "0]", "[" + strings.Repeat(`"a",`, 9_999) + `"a"]`, "[" + strings.Repeat("{},", 9_999) + "{}]", "[" + strings.Repeat("null,", 200) + "null]",
		`"0001-01-01T00:00:00Z"`, `"9999-12-31T23:59:59.999999999Z"`, `"10000-01-01T00:00:00Z"`, `"2026-02-30T00:00:00Z"`, `"2027-01-01T00:00:00+24:00"`, `"-0001-01-01T00:00:00Z"`, `"2027-01-01"`, `"a@b@c"`, `"a@b.example\r\nBcc: x@y.example"`,
	}
}

// members are all places in a document: the way to each.
func members(doc string) [][]any {
	var root any
	if json.Unmarshal([]byte(doc), &root) != nil {
		return nil
	}
	var all [][]any
	var walk func(at []any, v any)
	walk = func(at []any, v any) {
		all = append(all, slices.Clone(at))
		switch v := v.(type) {
		case map[string]any:
			for _, name := range slices.Sorted(maps.Keys(v)) {
				walk(append(at, name), v[name])
			}
		case []any:
			for i := range v[:min(len(v), 1)] {
				walk(append(at, i), v[i])
			}
		}
	}
	walk(nil, root)
	return all
}

// put is the document with the raw value at the place.
func put(doc string, at []any, value string) string {
	return edited(doc, at, func(in map[string]any, name string) { in[name] = hole }, value)
}

// hole marks a place in a document that is filled with what need not be JSON.
const hole = "⟨hole⟩"

// edited changes the document at the place, of which the last step may be one
// that is not there, and fills the hole.
func edited(doc string, at []any, change func(in map[string]any, name string), value string) string {
	root := map[string]any{}
	var whole any
	if err := json.Unmarshal([]byte(doc), &whole); err != nil {
		panic(err)
	}
	root["root"] = whole
	in, name, list, index := root, "root", []any(nil), 0
	for _, step := range at {
		var v any
		if list != nil {
			v = list[index]
		} else {
			v = in[name]
		}
		switch step := step.(type) {
		case string:
			in, name, list = v.(map[string]any), step, nil
		case int:
			list, index = v.([]any), step
		}
	}
	if list != nil { // as if it were a member
		one := map[string]any{"item": list[index]}
		change(one, "item")
		list[index] = one["item"]
	} else {
		change(in, name)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(root["root"]); err != nil {
		panic(err)
	}
	return strings.Replace(strings.TrimSuffix(b.String(), "\n"), `"`+hole+`"`, value, 1)
}

// part is what stands at the place, as text.
func part(doc string, at []any) string {
	var v any
	if err := json.Unmarshal([]byte(doc), &v); err != nil {
		panic(err)
	}
	for _, step := range at {
		switch step := step.(type) {
		case string:
			v = v.(map[string]any)[step]
		case int:
			v = v.([]any)[step]
		}
	}
	return text(v)
}

// quoted is the string in JSON, with the bytes that it has.
func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range []byte(s) {
		switch {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ':
			b.WriteString(`\u00` + string("0123456789abcdef"[c>>4]) + string("0123456789abcdef"[c&15]))
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// places are where strings go in: values of the path and the query, known names
// and an unknown one, and the strings of the body.
func (g good) places() []place {
	var all []place
	pattern, path := strings.Split(g.pattern, "/"), strings.Split(g.path, "/")
	for i, segment := range pattern {
		if strings.HasPrefix(segment, "{") {
			all = append(all, func(q attempt, v string) attempt {
				with := slices.Clone(path)
				with[i] = url.PathEscape(v)
				q.path, q.value = strings.Join(with, "/"), v
				return q
			})
		}
	}
	for _, name := range append(g.names(), "unknown") {
		all = append(all, func(q attempt, v string) attempt {
			values, _ := url.ParseQuery(g.query)
			values.Set(name, v)
			q.query, q.value = values.Encode(), v
			return q
		})
	}
	for _, at := range g.members() {
		if g.body != "" && (!g.has(at) || strings.HasPrefix(part(g.body, at), `"`)) {
			all = append(all, func(q attempt, v string) attempt {
				q.body, q.value = put(g.body, at, quoted(v)), v
				return q
			})
		}
	}
	return all
}

// names are those of the query.
func (g good) names() []string {
	var all []string
	for _, p := range g.params {
		if p.Value.In == openapi3.ParameterInQuery {
			all = append(all, p.Value.Name)
		}
	}
	return all
}

func (g good) has(at []any) bool {
	return len(at) != 1 || slices.ContainsFunc(members(g.body), func(other []any) bool { return slices.Equal(at, other) })
}

// members are the places in the body: those of the example, and the members
// that the description has and the example lacks.
func (g good) members() [][]any {
	all := members(g.body)
	if g.op.RequestBody == nil || !strings.HasPrefix(g.body, "{") {
		return all
	}
	media := g.op.RequestBody.Value.Content.Get("application/json")
	for name := range properties(media.Schema) {
		if at := []any{name}; !g.has(at) {
			all = append(all, at)
		}
	}
	slices.SortStableFunc(all, func(a, b []any) int { return strings.Compare(text(a), text(b)) })
	return all
}

func properties(s *openapi3.SchemaRef) map[string]bool {
	all := map[string]bool{}
	for name := range s.Value.Properties {
		all[name] = true
	}
	for _, part := range s.Value.AllOf {
		maps.Copy(all, properties(part))
	}
	return all
}

// encoded is the text in UTF-16 of that order.
func encoded(s string, order binary.AppendByteOrder) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = order.AppendUint16(b, u)
	}
	return string(b)
}

// methods are tried at every address.
var methods = []string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions, http.MethodTrace, http.MethodConnect,
	"get", "Post", "PROPFIND", "MKCOL", "LOCK", "SEARCH", "QUERY", "PURGE", "X", strings.Repeat("M", 300), "GET!",
}
