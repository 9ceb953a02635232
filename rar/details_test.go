package rar_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/rar"
)

// question is the native question; %[1]s is the issuer, %[2]s more members of
// the detail.
const question = `{"request_id":"8f0c-1","issuer":"%[1]s","grant_type":"urn:ietf:params:oauth:grant-type:jwt-bearer",
 "client":{"id":"fc9a3c36-client","org":{"authority":"iso6523-actorid-upis","ID":"0192:991825827"},"auth_method":"private_key_jwt"},
 "on_behalf_of":null,"scope":["skatteetaten:mva"],"resource":["https://api.example"],
 "cnf":{"jkt":"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"},"token_lifetime":120,
 "authorization_details":[{"type":"urn:altinn:systemuser","systemuser_org":{"authority":"iso6523-actorid-upis","ID":"0192:313775429"}%[2]s}]}`

func asked(more string) string { return fmt.Sprintf(question, issuer, more) }

func TestDecode(t *testing.T) {
	mentioned := func(q rar.Query) rar.Query { q.Issuer = ""; return q }
	byNumber := mentioned(query())
	byNumber.ExternalRef = string(customer)
	short := byNumber
	short.Supplier = ""
	cases := map[string]struct {
		body string
		want rar.Request
	}{
		"with a reference":                {asked(`,"externalRef":"r1"`), rar.Request{ID: "8f0c-1", Issuer: issuer, Query: mentioned(query())}},
		"without one it is the number":    {asked(""), rar.Request{ID: "8f0c-1", Issuer: issuer, Query: byNumber}},
		"the least":                       {`{"issuer":"` + issuer + `","client":{"id":"` + client + `"},"authorization_details":[` + detail() + `]}`, rar.Request{Issuer: issuer, Query: short}},
		"the number under id":             {strings.ReplaceAll(asked(""), `"ID"`, `"id"`), rar.Request{ID: "8f0c-1", Issuer: issuer, Query: byNumber}},
		"scope delegated by an org":       {strings.Replace(asked(""), `"on_behalf_of":null`, `"on_behalf_of":{"authority":"iso6523-actorid-upis","ID":"0192:923609016"}`, 1), rar.Request{ID: "8f0c-1", Issuer: issuer, Query: byNumber}},
		"members escaped but the same":    {strings.Replace(asked(""), `"issuer"`, `"\u0069ssuer"`, 1), rar.Request{ID: "8f0c-1", Issuer: issuer, Query: byNumber}},
		"a certificate to bind the token": {strings.Replace(asked(""), `"jkt"`, `"x5t#S256"`, 1), rar.Request{ID: "8f0c-1", Issuer: issuer, Query: byNumber}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := rar.Decode([]byte(c.body), party.Numbers{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("request (-want +got):\n%s", diff)
			}
		})
	}
}

func detail() string {
	return `{"type":"urn:altinn:systemuser","systemuser_org":{"authority":"iso6523-actorid-upis","ID":"0192:313775429"}}`
}

func TestDecodeRefusesDetails(t *testing.T) {
	const first = "/authorization_details/0"
	with := func(details string) string {
		return `{"issuer":"` + issuer + `","client":{"id":"c"},"authorization_details":` + details + `}`
	}
	one := func(members string) string { return with("[{" + members + "}]") }
	const typed = `"type":"urn:altinn:systemuser"`
	const org = `"systemuser_org":{"authority":"iso6523-actorid-upis","ID":"0192:313775429"}`
	cases := []struct {
		name, body string
		detail     rar.Detail
		field      string
	}{
		{"null", with(`null`), rar.InvalidValue, "/authorization_details"},
		{"an object", with(`{}`), rar.InvalidValue, "/authorization_details"},
		{"text that holds the array", with(`"[]"`), rar.InvalidValue, "/authorization_details"},
		{"an empty array", with(`[]`), rar.MissingField, first},
		{"two", with(`[` + detail() + `,` + detail() + `]`), rar.TooMany, "/authorization_details"},
		{"an array in the array", with(`[[]]`), rar.InvalidValue, first},
		{"null in the array", with(`[null]`), rar.InvalidValue, first},
		{"no type", one(org), rar.MissingField, first + "/type"},
		{"type in capitals", one(`"Type":"urn:altinn:systemuser",` + org), rar.MissingField, first + "/type"},
		{"type a number", one(`"type":1,` + org), rar.InvalidValue, first + "/type"},
		{"type null", one(`"type":null,` + org), rar.InvalidValue, first + "/type"},
		{"another type", one(`"type":"urn:altinn:consent","id":"x"`), rar.UnknownType, first + "/type"},
		{"the type in another case", one(`"type":"URN:altinn:systemuser",` + org), rar.UnknownType, first + "/type"},
		{"the type with a space", one(`"type":"urn:altinn:systemuser ",` + org), rar.UnknownType, first + "/type"},
		{"the system user smuggled in", one(typed + `,` + org + `,"systemuser_id":["x"]`), rar.UnknownField, first + "/systemuser_id"},
		{"the system smuggled in", one(typed + `,` + org + `,"system_id":"x"`), rar.UnknownField, first + "/system_id"},
		{"locations", one(typed + `,` + org + `,"locations":[]`), rar.UnknownField, first + "/locations"},
		{"a reference misspelt", one(typed + `,` + org + `,"externalref":"x"`), rar.UnknownField, first + "/externalref"},
		{"an unknown member of the organisation", one(typed + `,"systemuser_org":{"authority":"iso6523-actorid-upis","ID":"0192:313775429","name":"x"}`), rar.UnknownField, first + "/systemuser_org/name"},
		{"a member with an odd name", one(typed + `,` + org + `,"<script>":1`), rar.UnknownField, first},
		{"no organisation", one(typed), rar.MissingField, first + "/systemuser_org"},
		{"organisation null", one(typed + `,"systemuser_org":null`), rar.MissingField, first + "/systemuser_org"},
		{"organisation as text", one(typed + `,"systemuser_org":"0192:313775429"`), rar.InvalidValue, first + "/systemuser_org"},
		{"no authority", one(typed + `,"systemuser_org":{"ID":"0192:313775429"}`), rar.MissingField, first + "/systemuser_org"},
		{"another authority", one(typed + `,"systemuser_org":{"authority":"x","ID":"0192:313775429"}`), rar.InvalidValue, first + "/systemuser_org"},
		{"no number", one(typed + `,"systemuser_org":{"authority":"iso6523-actorid-upis"}`), rar.MissingField, first + "/systemuser_org"},
		{"ID and id at once", one(typed + `,"systemuser_org":{"authority":"iso6523-actorid-upis","ID":"0192:313775429","id":"0192:313775429"}`), rar.InvalidValue, first + "/systemuser_org"},
		{"the number without its prefix", one(typed + `,"systemuser_org":{"authority":"iso6523-actorid-upis","ID":"313775429"}`), rar.InvalidValue, first + "/systemuser_org"},
		{"another register's number", one(typed + `,"systemuser_org":{"authority":"iso6523-actorid-upis","ID":"0007:313775429"}`), rar.InvalidValue, first + "/systemuser_org"},
		{"a wrong check digit", one(typed + `,"systemuser_org":{"authority":"iso6523-actorid-upis","ID":"0192:313775428"}`), rar.InvalidValue, first + "/systemuser_org"},
		{"digits of another script", one(typed + `,"systemuser_org":{"authority":"iso6523-actorid-upis","ID":"0192:３１３７７５４２９"}`), rar.InvalidValue, first + "/systemuser_org"},
		{"an empty reference", one(typed + `,` + org + `,"externalRef":""`), rar.InvalidValue, first + "/externalRef"},
		{"reference null", one(typed + `,` + org + `,"externalRef":null`), rar.InvalidValue, first + "/externalRef"},
		{"reference a number", one(typed + `,` + org + `,"externalRef":1`), rar.InvalidValue, first + "/externalRef"},
		{"reference an array", one(typed + `,` + org + `,"externalRef":["r1"]`), rar.InvalidValue, first + "/externalRef"},
		{"a reference with a NUL", one(typed + `,` + org + `,"externalRef":"r\u00001"`), rar.InvalidValue, first + "/externalRef"},
		{"a reference that turns the line", one(typed + `,` + org + `,"externalRef":"r\u202e1"`), rar.InvalidValue, first + "/externalRef"},
		{"a reference of two lines", one(typed + `,` + org + `,"externalRef":"r\n1"`), rar.InvalidValue, first + "/externalRef"},
		{"a blank reference", one(typed + `,` + org + `,"externalRef":"  "`), rar.InvalidValue, first + "/externalRef"},
		{"a reference too long", one(typed + `,` + org + `,"externalRef":"` + strings.Repeat("æ", 256) + `"`), rar.InvalidValue, first + "/externalRef"},
		{"a reference far too long", one(typed + `,` + org + `,"externalRef":"` + strings.Repeat("x", 60_000) + `"`), rar.InvalidValue, first + "/externalRef"},
		{"the organisation twice", one(typed + `,` + org + `,` + org), rar.InvalidValue, "/authorization_details"},
		{"the reference twice, once escaped", one(typed + `,` + org + `,"externalRef":"a","external\u0052ef":"b"`), rar.InvalidValue, "/authorization_details"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			want := &rar.Refusal{Outer: rar.InvalidDetails, Detail: c.detail, Field: c.field, Reason: rar.ReasonBadQuestion}
			wantRefusal(t, c.body, want)
		})
	}
}

func TestDecodeRefusesRequests(t *testing.T) {
	whole := asked("")
	without := func(member, with string) string { return strings.Replace(whole, member, with, 1) }
	deep := func(n int) string {
		return without(`"scope":["skatteetaten:mva"]`, `"scope":`+strings.Repeat("[", n)+strings.Repeat("]", n))
	}
	cases := []struct{ name, body, field string }{
		{"nothing", "", ""},
		{"spaces", " \n", ""},
		{"an array", "[" + whole + "]", ""},
		{"text", `"x"`, ""},
		{"null", `null`, ""},
		{"cut short", whole[:len(whole)-1], ""},
		{"something after it", whole + "{}", ""},
		{"a letter after it", whole + "x", ""},
		{"a byte order mark", "\ufeff" + whole, ""},
		{"a NUL before it", "\x00" + whole, ""},
		{"invalid UTF-8", without("skatteetaten:mva", "\xff"), ""},
		{"half a surrogate pair", without("skatteetaten:mva", `\ud800`), ""},
		{"the issuer twice", without(`{"request_id"`, `{"issuer":"`+issuer+`","request_id"`), ""},
		{"the client's id twice", without(`"client":{`, `"client":{"id":"x",`), ""},
		{"the details twice", without(`{"request_id"`, `{"authorization_details":[],"request_id"`), ""},
		{"17 levels", deep(16), ""},
		{"10 000 levels", deep(10_000), ""},
		{"too large", whole + strings.Repeat(" ", 64<<10), ""},
		{"an unknown member", without(`{"request_id"`, `{"evidence":true,"request_id"`), "/evidence"},
		{"a member in another case", without(`"issuer"`, `"Issuer"`), "/Issuer"},
		{"no issuer", without(`"issuer":"`+issuer+`",`, ``), "/issuer"},
		{"issuer null", without(`"issuer":"`+issuer+`"`, `"issuer":null`), "/issuer"},
		{"issuer a number", without(`"issuer":"`+issuer+`"`, `"issuer":1`), "/issuer"},
		{"issuer an array", without(`"issuer":"`+issuer+`"`, `"issuer":["`+issuer+`"]`), "/issuer"},
		{"a request id with a line break", without(`8f0c-1`, `8f0c\n1`), "/request_id"},
		{"a request id too long", without(`8f0c-1`, strings.Repeat("8", 129)), "/request_id"},
		{"client null", without(`"client":{"id":"fc9a3c36-client","org":{"authority":"iso6523-actorid-upis","ID":"0192:991825827"},"auth_method":"private_key_jwt"}`, `"client":null`), "/client"},
		{"no client id", without(`"id":"fc9a3c36-client",`, ``), "/client/id"},
		{"an empty client id", without(`fc9a3c36-client`, ``), "/client/id"},
		{"a client id too long", without(`fc9a3c36-client`, strings.Repeat("c", 256)), "/client/id"},
		{"a client id with a NUL", without(`fc9a3c36-client`, `a\u0000b`), "/client/id"},
		{"a client's organisation that is none", without(`0192:991825827`, `0192:991825828`), "/client/org"},
		{"a client's organisation without authority", without(`"org":{"authority":"iso6523-actorid-upis",`, `"org":{`), "/client/org"},
		{"on behalf of no organisation", without(`"on_behalf_of":null`, `"on_behalf_of":{}`), "/on_behalf_of"},
		{"scope as text", without(`["skatteetaten:mva"]`, `"skatteetaten:mva"`), "/scope"},
		{"too many scopes", without(`"skatteetaten:mva"`, `"x"`+strings.Repeat(`,"x"`, 100)), "/scope"},
		{"a lifetime that is none", without(`"token_lifetime":120`, `"token_lifetime":0`), "/token_lifetime"},
		{"a lifetime beyond numbers", without(`"token_lifetime":120`, `"token_lifetime":1e999`), "/token_lifetime"},
		{"a lifetime as text", without(`"token_lifetime":120`, `"token_lifetime":"120"`), "/token_lifetime"},
		{"no details", `{"issuer":"` + issuer + `","client":{"id":"c"}}`, "/authorization_details"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			wantRefusal(t, c.body, &rar.Refusal{Outer: rar.InvalidRequest, Field: c.field, Reason: rar.ReasonBadQuestion})
		})
	}
}

func wantRefusal(t *testing.T, body string, want *rar.Refusal) {
	t.Helper()
	got, err := rar.Decode([]byte(body), party.Numbers{})
	refusal, ok := errors.AsType[*rar.Refusal](err)
	if !ok {
		t.Fatalf("error %v and request %+v, want the refusal %v", err, got, want)
	}
	if diff := cmp.Diff(want, refusal); diff != "" {
		t.Errorf("refusal (-want +got):\n%s", diff)
	}
}

func TestDecodeAdmitsDocumentationNumbersWhenTold(t *testing.T) {
	body := []byte(strings.ReplaceAll(asked(""), "313775429", "123456789"))
	if _, err := rar.Decode(body, party.Numbers{}); err == nil {
		t.Error("admitted without being told")
	}
	if _, err := rar.Decode(body, party.Numbers{AdmitDocumentation: true}); err != nil {
		t.Error(err)
	}
}

// Every text that parsers stumble over is refused, or is an object that is no
// question; nothing of it is ever taken for one.
func TestDecodeRefusesJSONTestSuite(t *testing.T) {
	files, _ := filepath.Glob("../../shared/data/attack/jsontestsuite/test_parsing/*.json")
	if len(files) == 0 {
		t.Skip("../shared/data/attack/jsontestsuite is not there")
	}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := rar.Decode(body, party.Numbers{}); err == nil {
			t.Errorf("%s: taken for a question", filepath.Base(file))
		}
		name := filepath.Base(file)
		if strings.HasPrefix(name, "n_") && rar.CheckJSON(body) == nil {
			t.Errorf("%s: not JSON, and let through", name)
		}
	}
}

func TestAnswer(t *testing.T) {
	a, err := enricher(t, &facts{binding: whole()}, &book{}).Ask(t.Context(), caller, []byte(asked(`,"externalRef":"r1"`)))
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.MarshalIndent(a, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	const want = `{
 "decision_id": "d1",
 "request_id": "8f0c-1",
 "authorization_details": [
  {
   "type": "urn:altinn:systemuser",
   "systemuser_org": {
    "authority": "iso6523-actorid-upis",
    "ID": "0192:313775429"
   },
   "systemuser_id": [
    "704013ee-e82a-433e-83c5-a40e6e00d746"
   ],
   "system_id": "991825827_smartcloud"
  }
 ],
 "max_token_lifetime": 120,
 "valid_until": "2026-11-21T12:00:37Z"
}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
}

// FuzzDecode looks for a body that is taken although it is not what it says:
// what is decoded must be complete and within its limits.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(asked("")))
	f.Add([]byte(asked(`,"externalRef":"r1"`)))
	f.Add([]byte(asked(`,"systemuser_id":["x"]`)))
	f.Add([]byte(`{"issuer":"i","client":{"id":"c"},"authorization_details":[` + detail() + `]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := rar.Decode(body, party.Numbers{})
		if err != nil {
			if refusal, ok := errors.AsType[*rar.Refusal](err); !ok || refusal.Outer == "" || refusal.Reason == "" {
				t.Fatalf("error %v is no refusal", err)
			}
			return
		}
		q := r.Query
		if r.Issuer == "" || q.Issuer != "" || q.ClientID == "" || len(q.ClientID) > 255 || q.ExternalRef == "" {
			t.Fatalf("incomplete: %+v", r)
		}
		if n, err := (party.Numbers{}).Parse(string(q.Customer)); err != nil || n != q.Customer {
			t.Fatalf("customer %q is no number", q.Customer)
		}
		if !json.Valid(body) {
			t.Fatalf("taken although it is no JSON: %q", body)
		}
	})
}
