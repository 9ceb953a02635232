package docs

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const described = `{
 "info": {"title": "T", "version": "1.2.0", "description": "One.\n\nTwo."},
 "tags": [{"name": "big things", "description": "Big."}, {"name": "empty"}],
 "paths": {"/things/{id}": {
  "parameters": [{"$ref": "#/components/parameters/Id"}],
  "put": {"operationId": "change", "summary": "Change", "tags": ["big things"],
   "security": [{"token": ["write"]}, {"call": []}],
   "parameters": [{"name": "kind", "in": "query", "required": true, "schema": {"$ref": "#/components/schemas/Kind"}, "example": "a"}],
   "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"},
    "examples": {"whole": {"value": {"name": "it's", "parts": []}}, "least": {"summary": "The least", "value": {}}}}}},
   "responses": {"400": {"$ref": "#/components/responses/Bad"},
    "200": {"description": "Changed.", "headers": {"ETag": {"$ref": "#/components/headers/Tag"}}, "content": {"application/json": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}, "example": [{"name": "x"}]}}}}},
  "get": {"operationId": "read", "summary": "Read", "tags": ["big things"], "security": [], "responses": {"200": {"description": "It."}}}}},
 "components": {
  "parameters": {"Id": {"name": "id", "in": "path", "required": true, "description": "Its id.", "schema": {"type": "integer", "minimum": 1}, "example": 7}},
  "headers": {"Tag": {"description": "Version.", "required": true, "schema": {"type": "string"}}},
  "responses": {"Bad": {"description": "No.", "content": {"application/problem+json": {"schema": {"type": "object"}}}}},
  "securitySchemes": {"token": {"description": "A token."}, "call": {"description": "A call."}},
  "schemas": {
   "Kind": {"type": "string", "enum": ["a", "b"], "default": "a"},
   "Thing": {"type": "object", "required": ["name"], "properties": {
     "parts": {"type": "array", "maxItems": 3, "items": {"$ref": "#/components/schemas/Thing"}},
     "name": {"allOf": [{"type": "string", "maxLength": 9, "description": "Its name."}], "nullable": true}}}}}}`

func TestParse(t *testing.T) {
	r, err := Parse([]byte(described))
	if err != nil {
		t.Fatal(err)
	}
	if r.Version != "1.2.0" || len(r.Groups) != 1 || r.Groups[0].Slug != "big-things" {
		t.Fatalf("read %+v", r)
	}
	if diff := cmp.Diff([]Way{{"call", "A call."}, {"token", "A token."}}, r.Ways); diff != "" {
		t.Error(diff)
	}
	g, ok := r.Group("big-things")
	if _, other := r.Group("empty"); !ok || other || len(g.Operations) != 2 || g.Operations[0].Method != "GET" {
		t.Fatalf("group %+v", g)
	}
	o := g.Operations[1]
	if diff := cmp.Diff([]Caller{{"token", []string{"write"}}, {"call", []string{}}}, o.Callers); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Value{
		{Name: "id", In: "path", Type: "whole number, at least 1", About: "Its id.", Example: "7", Required: true},
		{Name: "kind", In: "query", Type: "`a` or `b`, `a` when left out", Example: "a", Required: true},
	}, o.Values); diff != "" {
		t.Error(diff)
	}
	members := o.Body.Members
	if len(members) < 4 || members[0].Name != "name" || !members[0].Required || members[0].About != "Its name." ||
		members[0].Type != "text, or null" || members[1].Name != "parts" || members[1].Type != "list of object, at most 3 entries" || members[2].Name != "parts[].name" {
		t.Errorf("members %+v", members)
	}
	if diff := cmp.Diff([]string{"200", "400"}, []string{o.Answers[0].Status, o.Answers[1].Status}); diff != "" {
		t.Error(diff)
	}
	if a := o.Answers[0]; len(a.Headers) != 1 || a.Headers[0].Name != "ETag" || a.Body.Members[0].Name != "[].name" || !strings.Contains(a.Body.Examples[0].Text, `"name": "x"`) {
		t.Errorf("answer %+v", a)
	}
	if o.Answers[1].About != "No." || o.Body.Examples[0].Name != "The least" {
		t.Errorf("%+v %+v", o.Answers[1], o.Body.Examples)
	}
}

// The command holds what is demanded, quoted for a POSIX shell.
func TestCurl(t *testing.T) {
	r, err := Parse([]byte(described))
	if err != nil {
		t.Fatal(err)
	}
	change := r.Groups[0].Operations[1]
	change.Body.Examples = change.Body.Examples[1:]
	const want = `curl -X PUT 'https://x.example/things/7?kind=a' \
  -H "Authorization: Bearer $TOKEN" \
  -H 'Content-Type: application/json' \
  -d '{
  "name": "it'\''s",
  "parts": []
}'`
	if diff := cmp.Diff(want, curl("https://x.example", change)); diff != "" {
		t.Error(diff)
	}
	if got := curl("https://x.example", r.Groups[0].Operations[0]); got != "curl 'https://x.example/things/7'" {
		t.Error(got)
	}
}

func TestADescriptionThatIsAmissIsTold(t *testing.T) {
	for _, amiss := range []string{
		``, `{"paths":{"/a":{"get":{"tags":["x"]}}}}`, `{"paths":{"/a":{"get":[]}}}`, `{"paths":{"/a":{"parameters":{},"get":{}}}}`,
	} {
		if _, err := Parse([]byte(amiss)); err == nil {
			t.Errorf("%q is taken", amiss)
		}
	}
}

func TestMarks(t *testing.T) {
	for text, want := range map[string][][]run{
		"":                  nil,
		"a\nb\n\n c ":       {{{text: "a b"}}, {{text: "c"}}},
		"a `b` *c*.":        {{{text: "a "}, {"b", '`'}, {text: " "}, {"c", '*'}, {text: "."}}},
		"5 * 3 and `open":   {{{text: "5 * 3 and `open"}}},
		"`a*b` and ``empty": {{{"a*b", '`'}, {text: " and ``empty"}}},
	} {
		if diff := cmp.Diff(want, paragraphs(text), cmp.AllowUnexported(run{})); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}
