package handlers_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models/policy"
)

// attack is where the lists lie that others have gathered; see its README.
var attack = filepath.Join("..", "..", "shared", "data", "attack")

// own are strings that the lists lack.
func own() []string {
	return []string{
		"", " ", "\x00", "a\x00b", "\xff\xfe", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\ufeff", "\u202e", "\u200b", "\u3164", "\u2028", "\r\n", "\r\nSet-Cookie: a=b",
		"%00", "%0d%0a", "%2e%2e%2f", "..;/", "../../etc/passwd", "\\\\host\\share", "file:///etc/passwd", "{{7*7}}", "${jndi:ldap://x}", "<%= 7*7 %>", "{%s}", "%s%s%n", "%!d(string=x)",
		"true", "null", "undefined", "NaN", "-1", "0", "1e309", "9223372036854775808", "0x7fffffff", "2147483648", strings.Repeat("9", 400), strings.Repeat("a", 5000), strings.Repeat("\u0301", 600), strings.Repeat("(", 2000),
		"313775429", "355913619", "0192:355913619", "３５５９１３６１９", "٣٥٥٩١٣٦١٩", "355 913 619", "urn:altinn:organization:identifier-no:355913619", "355913619'--",
		"704013ee-e82a-433e-83c5-a40e6e00d746", "{704013ee-e82a-433e-83c5-a40e6e00d746}", "urn:uuid:704013ee-e82a-433e-83c5-a40e6e00d746", "704013eee82a433e83c5a40e6e00d746", "00000000-0000-0000-0000-000000000000",
		"343940092_x", "_", "343940092_", "343940092_" + strings.Repeat("x", 200), "urn:altinn:accesspackage:", "urn:altinn:accesspackage:skatt-naering", "skattemelding#", "#", "skattemelding#read#write",
		"https://user@evil.example", "https://evil.example\\@good.example", "javascript:alert(1)", "//evil.example", "https://xn--/", "https://[::1]/", "data:text/html,x",
	}
}

// nasty are the strings of all lists: naughty ones, SQL, and our own. Without
// the lists it is our own alone.
func nasty(t *testing.T) []string {
	t.Helper()
	all := own()
	data, err := os.ReadFile(filepath.Join(attack, "blns", "blns.json"))
	if err != nil {
		t.Logf("only our own strings: %v", err)
		return all
	}
	var blns []string
	if err := json.Unmarshal(data, &blns); err != nil {
		t.Fatal(err)
	}
	all = append(all, blns...)
	files, err := filepath.Glob(filepath.Join(attack, "payloads", "SQL Injection", "Intruder", "*"))
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
	return thinned(all, len(own()))
}

// thinned keeps the first n and of the rest one in so many.
func thinned(all []string, n int) []string {
	kept := slices.Clone(all[:n])
	for i := n; i < len(all); i += oneIn {
		kept = append(kept, all[i])
	}
	return kept
}

// documents are the bodies of JSONTestSuite and some that it lacks.
func documents(t *testing.T) []string {
	t.Helper()
	all := []string{
		"", " ", "{}", "[]", "null", "0", `""`, "{", "}", "\ufeff{}", "{}{}", "{}x", "{\"a\":1}\x00", strings.Repeat("[", 100_000/2), strings.Repeat(`{"a":`, 10_000) + "1" + strings.Repeat("}", 10_000),
		`{"issuer":1}`, `{"issuer":null}`, `{"client":[]}`, `{"authorization_details":{}}`, `{"authorization_details":[{}]}`, `{"subject":[]}`, `{"subject":{"type":{},"id":[]}}`,
		`{"a":"` + strings.Repeat("x", 60_000) + `"}`, `{"` + strings.Repeat("k", 60_000) + `":1}`, "{\"issuer\":\"\xff\"}", `{"issuer":"\ud800"}`, `{"issuer":"\u0000"}`,
	}
	files, err := filepath.Glob(filepath.Join(attack, "jsontestsuite", "test_parsing", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Log("JSONTestSuite is not there")
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(text))
	}
	return all
}

// telling are words that an answer would hold if it told about our insides.
var telling = []string{"sqlite", "SQL logic", "constraint", "goroutine", ".go:", "panic", "gorm", "runtime error", "SELECT "}

// harmless demands an answer that is neither a failure of ours nor telling; the
// kit has checked its form.
func harmless(t *testing.T, input string, r *kit.Response) {
	t.Helper()
	if r.Status >= http.StatusInternalServerError {
		t.Errorf("%.100q is answered %d", input, r.Status)
	}
	for _, word := range telling {
		if strings.Contains(r.Body, word) && !strings.Contains(strings.ToLower(input), strings.ToLower(word)) {
			t.Errorf("%.100q is answered with %q in it: %.300s", input, word, r.Body)
		}
	}
}

// program is a client that may ask everything, at a site with a system user.
func program(t *testing.T) (*kit.Site, *kit.Client, thing) {
	t.Helper()
	s := kit.New(t)
	sys := s.System(t, kit.DeveloperA, "one")
	r := s.Request(t, kit.DeveloperA, sys, kit.CustomerP, "r")
	s.Approve(t, kit.ApproverP, r.ID)
	c := s.Bearer(t, s.AccessToken(kit.SupplierA, "stafett:enrich stafett:decide altinn:maskinporten/systemuser.read", nil))
	return s, c, thing{id: string(r.ID), client: kit.ClientID(sys.ID), owner: string(kit.CustomerP), issuer: kit.Issuer1}
}

// replaced is the JSON with the member at the path set to the value.
func replaced(t *testing.T, doc string, value any, path ...string) string {
	t.Helper()
	var root any
	if err := json.Unmarshal([]byte(doc), &root); err != nil {
		t.Fatal(err)
	}
	at := root
	for i, name := range path {
		if list, ok := at.([]any); ok {
			at = list[0]
		}
		object := at.(map[string]any)
		if i == len(path)-1 {
			object[name] = value
		} else if object[name] == nil {
			object[name] = map[string]any{}
		}
		at = object[name]
	}
	return text(root)
}

func TestHostileQuestionsOfPrograms(t *testing.T) {
	t.Parallel()
	strs, docs := nasty(t), documents(t)
	for _, e := range []struct {
		path, good func(thing) string
		at         [][]string
	}{
		{
			func(thing) string { return "/v1/enrich" },
			func(on thing) string { return enrichment(on.issuer, on.client, on.owner, "other") },
			[][]string{
				{"issuer"},
				{"client", "id"},
				{"request_id"},
				{"authorization_details", "externalRef"},
				{"authorization_details", "type"},
				{"authorization_details", "systemuser_org", "ID"},
				{"client", "org", "ID"},
				{"grant_type"},
				{"authorization_details", "systemuser_id"},
			},
		},
		{
			func(thing) string { return "/access/v1/evaluation" },
			func(on thing) string { return evaluation(on.id, string(kit.CustomerP), kit.OwnResource, "write") },
			[][]string{{"subject", "id"}, {"subject", "type"}, {"action", "name"}, {"resource", "id"}, {"resource", "type"}, {"resource", "properties", "party"}, {"subject", "properties", "owner"}},
		},
	} {
		t.Run(e.path(thing{}), func(t *testing.T) {
			t.Parallel()
			s, c, on := program(t)
			path, good := e.path(on), e.good(on)
			before := s.Snapshot()
			n := 0
			post := func(media, input string) {
				n++
				r := c.Do(http.MethodPost, path, media, input)
				harmless(t, input, r)
				switch {
				case r.Status == http.StatusOK && strings.Contains(r.Body, `"decision":false`):
				case r.Status >= 400 && r.Header.Get("Content-Type") == "application/problem+json":
				default:
					t.Errorf("%.200q is answered %d %s", input, r.Status, r.Body)
				}
			}
			for _, d := range docs {
				post("application/json", d)
			}
			for i, v := range strs {
				post("application/json", replaced(t, good, v, e.at[i%len(e.at)]...))
			}
			for _, v := range own() {
				for _, at := range e.at {
					post("application/json", replaced(t, good, v, at...))
				}
				post(v, good)
			}
			for _, v := range []any{nil, true, 1, -1.5, []any{}, []any{"a"}, map[string]any{}, map[string]any{"a": 1}} {
				for _, at := range e.at {
					post("application/json", replaced(t, good, v, at...))
				}
			}
			for _, media := range []string{"", "text/plain", "text/json", "application/jsonp", "application/json; charset=utf-16", "application/json, text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/problem+json"} {
				post(media, good)
			}
			if s.Snapshot() != before {
				t.Error("something changed")
			}
			if n < 500 && len(docs) > 100 {
				t.Errorf("only %d questions", n)
			}
			t.Logf("%d questions", n)
		})
	}
}

func TestHostileLookUps(t *testing.T) {
	t.Parallel()
	s, c, on := program(t)
	const path = "/authentication/api/v1/systemuser/byExternalId"
	names := []string{"clientId", "systemProviderOrgNo", "systemUserOwnerOrgNo", "externalRef"}
	good := url.Values{"clientId": {on.client}, "systemProviderOrgNo": {string(kit.SupplierA)}, "systemUserOwnerOrgNo": {on.owner}, "externalRef": {"other"}}
	before := s.Snapshot()
	ask := func(query, input string) {
		r := c.Get(path + "?" + query)
		harmless(t, input, r)
		if r.Status < 400 || r.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%.200q is answered %d %s", input, r.Status, r.Body)
		}
	}
	for i, v := range nasty(t) {
		q := url.Values{}
		for name, values := range good {
			q[name] = values
		}
		q.Set(names[i%4], v)
		ask(q.Encode(), v)
		q = url.Values{v: {v}}
		ask(q.Encode(), v)
	}
	for _, q := range []string{"", "%", "%zz=1", "a;b", "clientId", "clientId=&clientId=", good.Encode() + "&CLIENTID=x", good.Encode() + "&clientid=" + on.client, strings.Repeat("a=b&", 900)} {
		ask(q, q)
	}
	if s.Snapshot() != before {
		t.Error("something changed")
	}
}

// formOf is a form that somebody fills in. In path and values PENDING stands for
// a request that waits, MEMBER for a person who has TaxPackage already, and WAY
// for a way of the person's to log in.
type formOf struct {
	name   string
	who    kit.Person
	path   string
	good   func(n int) url.Values
	fields []string
	lists  int  // one string of how many is taken for each field
	still  bool // whatever is sent, nothing changes
}

func forms() []formOf {
	same := func(v url.Values) func(int) url.Values { return func(int) url.Values { return v } }
	past := []string{"2020-01-01"} // so that whatever else is sent, nothing is given
	return []formOf{
		{"register", kit.DeveloperA, "/supplier/systems/new", func(n int) url.Values { return registration("h"+strconv.Itoa(n), "Hostile") }, []string{
			"name_nb", "name_nn", "description_en", "id_name", "client_id", "client_issuer", "asks", "purpose_nb", "redirect_urls", "op", "q", "visible",
		}, 3, false},
		{"send", kit.DeveloperA, "/supplier/systems/343940092_one/requests/new", func(n int) url.Values {
			return url.Values{"customer": {string(kit.CustomerP)}, "items": {kit.TaxPackage}, "external_ref": {"h" + strconv.Itoa(n)}}
		}, []string{"customer", "items", "external_ref", "title", "redirect_url"}, 3, false},
		{"approve", kit.ApproverP, "/requests/PENDING/approve", same(url.Values{}), []string{"seen", "optional", "with"}, 1, true},
		{"wish", kit.PartialP, "/requests/PENDING/wish", same(url.Values{}), []string{"wish"}, 3, false},
		{"reject", kit.PartialP, "/requests/PENDING/reject", same(url.Values{}), []string{"reason"}, 3, false},
		{"forward", kit.ClerkP, "/requests/PENDING/forward", same(url.Values{"to": {"x"}}), []string{"to", "note", "due"}, 3, true},
		{"organisations", kit.ApproverP, "/organisations", same(url.Values{"org": {string(kit.CustomerP)}}), []string{"org", "return"}, 1, true},
		{"claim", kit.ApproverP, "/organisations/claim", same(url.Values{}), []string{"orgno"}, 3, true},
		{"give", kit.ApproverP, "/members/MEMBER/give", same(url.Values{"urn": {kit.TaxPackage}, "until": past}), []string{"urn", "until"}, 3, true},
		{"invite", kit.ApproverP, "/members/invite", same(url.Values{"urn": {policy.Viewer}, "until": past, "email": {"@"}}), []string{"urn", "until", "email"}, 3, true},
		{"identity", kit.ApproverP, "/account/identities", same(url.Values{"identity": {"WAY"}, "confirm": {"yes"}}), []string{"identity", "confirm"}, 3, true},
		{"rename", kit.ApproverP, "/systemusers/HELD/settings/rename", same(url.Values{"title": {"Nytt"}}), []string{"title"}, 3, false},
		{"pause", kit.ApproverP, "/systemusers/HELD/settings/pause", same(url.Values{"reason": {"Ferie"}}), []string{"reason"}, 3, false},
		{"end date", kit.ApproverP, "/systemusers/HELD/settings/end-date", same(url.Values{"until": past, "version": {"1"}}), []string{"until", "version"}, 3, true},
		{"remove", kit.ApproverP, "/systemusers/HELD/remove", same(url.Values{"items": {kit.TaxPackage}, "seen": {"x"}}), []string{"items", "seen"}, 3, true},
		{"create", kit.ApproverP, "/systemusers/new/343940092_one", same(url.Values{"title": {"Ny"}, "until": past}), []string{"title", "until", "seen", "external_ref", "optional", "with"}, 3, true},
		{"own", kit.ApproverP, "/systemusers/own", func(n int) url.Values { return ownProgram("h" + strconv.Itoa(n)) }, []string{
			"name_nb", "name_en", "uses", "asks", "client_id", "client_issuer", "until", "q", "op",
		}, 3, false},
		{"notices", kit.ApproverP, "/notices/settings", same(url.Values{"asked": {"here"}}), []string{"asked", "lang", "forwarded"}, 3, false},
		{"wish for a change", kit.PartialP, "/changes/CHANGE/wish", same(url.Values{}), []string{"wish"}, 3, false},
		{"forward a change", kit.ClerkP, "/changes/CHANGE/forward", same(url.Values{"to": {"x"}}), []string{"to", "note", "due"}, 3, true},
		{"again", kit.ApproverP, "/systemusers/ENDED/again", same(url.Values{"title": {"Ny"}, "until": past}), []string{"title", "until", "seen", "optional", "with"}, 3, true},
		{"review", kit.ApproverP, "/systemusers/review", same(url.Values{"do-HELD": {"keep"}, "seen-HELD": {"x"}}), []string{"do-HELD", "seen-HELD", "do-PENDING"}, 3, false},
		{"stop", kit.ApproverP, "/suppliers/343940092/stop", same(url.Values{}), []string{"reason"}, 3, false},
		{"block", kit.ApproverP, "/suppliers/343940092/block", same(url.Values{}), []string{"reason"}, 3, false},
		{"clients", kit.ClientAdminP, "/systemusers/AGENT/clients/add", same(url.Values{"q": {"x"}}), []string{"client", "onpage", "op", "q", "sort", "confirm", "size"}, 3, false},
		{"client file", kit.ClientAdminP, "/systemusers/AGENT/clients/file", same(url.Values{"text": {"x"}}), []string{"text", "numbers", "do", "op"}, 3, true},
		{"client rule", kit.ClientAdminP, "/systemusers/AGENT/clients/rule", same(url.Values{"op": {"on"}, "kind": {"x"}}), []string{"kind", "op"}, 3, false},
		{"erase", kit.ClerkP, "/account/erase", same(url.Values{}), []string{"confirm"}, 3, true},
	}
}

// fill is the form with what its words stand for.
func fill(good url.Values, words *strings.Replacer) url.Values {
	form := url.Values{}
	for name, values := range good {
		for _, v := range values {
			form.Add(words.Replace(name), words.Replace(v))
		}
	}
	return form
}

func TestHostileForms(t *testing.T) {
	t.Parallel()
	strs := nasty(t)
	for _, f := range forms() {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			w := &world{t: t, s: kit.New(t), who: f.who}
			s := w.s
			one := s.System(t, kit.DeveloperA, "one")
			pending := s.Request(t, kit.DeveloperA, one, kit.CustomerP, "pending").ID
			member := s.Join(t, kit.ApproverP, "Ny", kit.TaxPackage).Person
			if _, err := s.Registry.Give(t.Context(), s.Actor(kit.ApproverP), member, kit.TaxPackage, time.Time{}); err != nil {
				t.Fatal(err)
			}
			way, c := w.identity(f.who, false), s.As(t, f.who)
			held := w.user(kit.SupplierA, kit.CustomerP, false)
			words := strings.NewReplacer(
				"PENDING", string(pending), "MEMBER", string(member), "WAY", way, "HELD", held,
				"ENDED", w.user(kit.SupplierA, kit.CustomerP, true), "CHANGE", w.change(kit.SupplierA, kit.CustomerP, false), "AGENT", w.facilitating(kit.CustomerP),
			)
			before, refused := s.Snapshot(), 0
			taken := "" // what was let in last, which a page may show, as a name
			for i, v := range strs {
				if oneIn == 1 && i%f.lists != 0 && i >= len(own()) {
					continue
				}
				form, field := fill(f.good(i), words), words.Replace(f.fields[i%len(f.fields)])
				form.Set(field, v)
				switch {
				case i < len(own()):
					form.Set(v, v)
				case i%7 == 0: // twice, or far more often
					form[field] = append(form[field], v, f.good(i).Get(field))
				case i%50 == 0:
					form[field] = slices.Repeat([]string{v}, 201)
				}
				r := c.Post(words.Replace(f.path), form)
				harmless(t, v+taken, r)
				if r.Status == http.StatusSeeOther {
					harmless(t, v+taken, r.Follow())
					taken = v
					if f.name == "reject" {
						pending = s.Request(t, kit.DeveloperA, one, kit.CustomerP, "pending "+strconv.Itoa(i)).ID
						words = strings.NewReplacer("PENDING", string(pending))
					}
					continue
				}
				refused++
				if r.Status != http.StatusOK && r.Status < 400 || !strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") {
					t.Errorf("%.100q is answered %d %s", v, r.Status, r.Header.Get("Content-Type"))
				}
			}
			if f.still && s.Snapshot() != before {
				t.Errorf("something changed:\n%s", cmp.Diff(before, s.Snapshot()))
			}
			for who, pages := range map[*kit.Client][]string{
				s.As(t, kit.DirectorA): {"/supplier/systems", "/supplier/requests", "/supplier/systems/343940092_one"},
				s.As(t, kit.ApproverP): {"/requests", "/systemusers", "/systemusers/" + held + "/history", "/systemusers/review", "/suppliers", "/suppliers/343940092", "/notices", "/systemusers/new", "/members", "/members/invite", "/account", "/account/log"},
			} {
				for _, page := range pages {
					who.Get(page).Want(http.StatusOK) // holds what was let in, and is sound
				}
			}
			t.Logf("%d forms came back", refused)
		})
	}
}

// Whatever stands where an id belongs, the page is one that is not there.
func TestHostileAddresses(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	c := s.As(t, kit.DirectorA)
	before := s.Snapshot()
	patterns := []string{"/requests/X", "/requests/X/reject", "/requests/X/receipt", "/requests/X/wish", "/changes/X/wish", "/changes/X/receipt", "/systemusers/X", "/systemusers/X/revoke", "/systemusers/X/settings", "/systemusers/X/remove?items=X", "/supplier/systems/X", "/supplier/systems/X/requests/new", "/supplier/requests/X", "/login/X", "/assets/X", "/X", "/members/X", "/members/holdings/X/end", "/account/identities/X", "/invitations/X", "/notices/X", "/requests/X/forward", "/changes/X/forward", "/suppliers/X", "/suppliers/X/stop", "/suppliers/X/block", "/systemusers/review/X", "/systemusers/X/history", "/systemusers/X/history.csv", "/systemusers/X/history.json", "/systemusers/new/X", "/systemusers/own/X", "/systemusers/X/again", "/systemusers/X/receipt", "/systemusers/X/clients", "/systemusers/X/clients/file", "/systemusers/X/clients/jobs/X"}
	posts := []string{"/systemusers/new/X", "/systemusers/X/again", "/requests/X/approve", "/systemusers/X/revoke", "/systemusers/X/settings/pause", "/systemusers/X/remove", "/members/X/give", "/members/holdings/X/end", "/members/invitations/X/revoke", "/account/logins/X/end", "/account/identities/X", "/requests/X/forward", "/requests/X/wish", "/changes/X/forward", "/changes/X/wish", "/forwardings/X/recall", "/suppliers/X/stop", "/suppliers/X/start", "/suppliers/X/block", "/suppliers/X/unblock", "/systemusers/X/clients/add", "/systemusers/X/clients/file", "/systemusers/X/clients/rule", "/systemusers/X/clients/own", "/systemusers/X/clients/jobs/X/cancel"}
	for i, v := range nasty(t) {
		target := strings.ReplaceAll(patterns[i%len(patterns)], "X", url.PathEscape(v))
		r := c.Get(target)
		harmless(t, v, r)
		lists := []string{"/requests/", "/systemusers/", "/supplier/systems/", "/supplier/requests/", "/login/", "/members/", "/"}
		if r.Status != http.StatusNotFound && r.Status != http.StatusBadRequest && r.Status != http.StatusGone && !slices.Contains(lists, target) {
			t.Errorf("%.200s is answered %d to %q", target, r.Status, r.Location())
		}
		queries := []string{"/?lang=", "/login?next=", "/organisations?for=", "/organisations?return=", "/logged-out?provider=", "/login/callback?state=", "/requests?scheme=", "/accessmanagement/ui/systemuser/request?id=", "/account/log?after=", "/notices?after=", "/notices?type=", "/members?q=", "/login/again?next=", "/systemusers/new?q=", "/systemusers/new?page=", "/requests?q=", "/requests?status=", "/requests?supplier=", "/requests?kind=", "/requests?sort=", "/requests?page=", "/systemusers?q=", "/systemusers?status=", "/systemusers?supplier=", "/systemusers?sort=", "/systemusers?page=", "/clients?q=", "/clients?page="}
		target = queries[i%len(queries)] + url.QueryEscape(v)
		harmless(t, v, c.Get(target))
		target = strings.ReplaceAll(posts[i%len(posts)], "X", url.PathEscape(v))
		if r := c.Post(target, url.Values{}); r.Status < 400 {
			t.Errorf("%.200s is answered %d to %q", target, r.Status, r.Location())
		} else {
			harmless(t, v, r)
		}
	}
	if s.Snapshot() != before {
		t.Error("something changed")
	}
}

// Whatever stands in a header or a cookie.
func TestHostileHeaders(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	invited := s.As(t, kit.ClerkP)
	for i, v := range nasty(t)[:min(600, len(nasty(t)))] {
		if strings.ContainsAny(v, "\r\n\x00") {
			continue // no server hands these on
		}
		names := []string{"Accept-Language", "Accept", "Authorization", "X-Request-Id", "Origin", "Sec-Fetch-Site", "User-Agent", "If-None-Match", "Cookie", "Accept-Encoding", "HX-Request", "Content-Type"}
		c := s.Anonymous(t).With(names[i%len(names)], v)
		for _, path := range []string{"/", "/v1/enrich"} {
			harmless(t, v, c.Get(path))
			harmless(t, v, c.Do(http.MethodPost, path, "", "x"))
		}
		c = s.Anonymous(t)
		for _, cookie := range []string{"__Host-stafett", "__Host-stafett_login", "stafett_lang", "stafett_scheme"} {
			c.SetCookie(cookie, url.QueryEscape(v))
		}
		harmless(t, v, c.Get("/"))
		harmless(t, v, c.Get("/login/callback?state=x&code=y"))
		invited.SetCookie("stafett_invitation", url.QueryEscape(v))
		for _, r := range []*kit.Response{invited.Get("/invitations/accept"), invited.Post("/invitations/accept", url.Values{})} {
			if harmless(t, v, r); r.Status != http.StatusGone {
				t.Errorf("invited by %.100q: %d", v, r.Status)
			}
		}
	}
	for _, event := range s.Logs.Events(t) {
		if event["msg"] == nil {
			t.Errorf("an event without a message: %v", event)
		}
	}
}
