package compat

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oasdiff/oasdiff/checker"
	"github.com/oasdiff/oasdiff/diff"
	"github.com/oasdiff/oasdiff/load"
)

// levels are where we are stricter than the library: who could call an operation
// before can call it still, and what an answer may hold it may hold still.
var levels = map[string]checker.Level{
	"api-security-removed":               checker.ERR,
	"api-security-scope-added":           checker.ERR,
	"api-global-security-removed":        checker.ERR,
	"api-global-security-scope-added":    checker.ERR,
	"response-optional-property-removed": checker.ERR,
}

// faults are the changes from released to now that break a correct client,
// unless the major version says so.
func faults(released, now []byte) ([]string, error) {
	var specs [2]*load.SpecInfo
	for i, data := range [][]byte{released, now} {
		doc, err := openapi3.NewLoader().LoadFromData(data)
		if err != nil {
			return nil, err
		}
		specs[i] = &load.SpecInfo{Spec: doc, Version: doc.Info.Version}
	}
	if major(specs[0]) != major(specs[1]) {
		return nil, nil
	}
	d, sources, err := diff.GetWithOperationsSourcesMap(diff.NewConfig(), specs[0], specs[1])
	if err != nil {
		return nil, err
	}
	var out []string
	config := checker.NewConfig(checker.GetAllChecks(), checker.WithSeverityLevels(levels))
	for _, c := range checker.CheckBackwardCompatibilityUntilLevel(config, d, sources, checker.WARN) {
		out = append(out, fmt.Sprintf("%s %s: %s [%s]", c.GetOperation(), c.GetPath(), c.GetUncolorizedText(checker.NewDefaultLocalizer()), c.GetId()))
	}
	return out, nil
}

func major(s *load.SpecInfo) string {
	n, _, _ := strings.Cut(s.Version, ".")
	return n
}

func TestTheDescriptionBreaksNobody(t *testing.T) {
	var both [2][]byte
	for i, file := range []string{"../released.json", "../openapi.json"} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		both[i] = data
	}
	found, err := faults(both[0], both[1])
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		t.Error(f)
	}
	if len(found) > 0 {
		t.Log("these changes break clients of the released description: take them back, or begin a new major version (docs/adr/0019-what-the-api-promises.md)")
	}
}

// released is a small description with one of each thing that can change.
const released = `{
 "openapi": "3.0.3",
 "info": {"title": "t", "version": "1.2.0"},
 "paths": {
  "/things": {
   "post": {
    "operationId": "make",
    "security": [{"token": ["write"]}, {"token": ["admin"]}],
    "parameters": [{"name": "kind", "in": "query", "schema": {"type": "string", "enum": ["a", "b"]}}],
    "requestBody": {"required": true, "content": {"application/json": {"schema": {
     "type": "object", "required": ["name"],
     "properties": {"name": {"type": "string", "maxLength": 100}, "size": {"type": "string", "enum": ["s", "m", "l"]}}}}}},
    "responses": {
     "201": {"description": "Made.", "headers": {"Location": {"required": true, "schema": {"type": "string"}}},
      "content": {"application/json": {"schema": {
       "type": "object", "required": ["id", "state"],
       "properties": {"id": {"type": "string"}, "note": {"type": "string"}, "count": {"type": "integer"}, "state": {"type": "string", "enum": ["on", "off"]}}}}}},
     "400": {"description": "No.", "content": {"application/problem+json": {"schema": {"type": "object"}}}}}},
   "get": {"operationId": "list", "security": [], "responses": {"200": {"description": "All."}}}}},
 "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}}
}`

// at walks the description to a member.
func at(t *testing.T, doc map[string]any, names ...string) map[string]any {
	t.Helper()
	for _, name := range names {
		next, ok := doc[name].(map[string]any)
		if !ok {
			t.Fatalf("no %s in %v", name, doc)
		}
		doc = next
	}
	return doc
}

// operation, asked and answer are where the changes below happen.
var (
	operation = []string{"paths", "/things", "post"}
	asked     = within(operation, "requestBody", "content", "application/json", "schema")
	answer    = within(operation, "responses", "201", "content", "application/json", "schema")
)

func within(names []string, more ...string) []string { return slices.Concat(names, more) }

func property(schema []string, name string) []string { return within(schema, "properties", name) }

func TestWhatBreaks(t *testing.T) {
	str := map[string]any{"type": "string"}
	for _, c := range []struct {
		name   string
		change func(doc map[string]any)
		breaks bool
	}{
		{"nothing", func(map[string]any) {}, false},
		{"an operation goes", func(d map[string]any) { delete(at(t, d, "paths", "/things"), "get") }, true},
		{"a path goes", func(d map[string]any) { delete(at(t, d, "paths"), "/things") }, true},
		{"a path is respelt", func(d map[string]any) {
			paths := at(t, d, "paths")
			paths["/thing"] = paths["/things"]
			delete(paths, "/things")
		}, true},
		{"an answer's member that is always there goes", func(d map[string]any) {
			delete(at(t, d, within(answer, "properties")...), "id")
			at(t, d, answer...)["required"] = []any{"state"}
		}, true},
		{"an answer's member that may be there goes", func(d map[string]any) { delete(at(t, d, within(answer, "properties")...), "note") }, true},
		{"an answer's member is there no longer always", func(d map[string]any) { at(t, d, answer...)["required"] = []any{"id"} }, true},
		{"an answer's member changes type", func(d map[string]any) { at(t, d, property(answer, "count")...)["type"] = "string" }, true},
		{"an answer's member has a new value of a closed list", func(d map[string]any) {
			at(t, d, property(answer, "state")...)["enum"] = []any{"on", "off", "paused"}
		}, true},
		{"an answer goes", func(d map[string]any) { delete(at(t, d, within(operation, "responses")...), "201") }, true},
		{"a header of an answer goes", func(d map[string]any) { delete(at(t, d, within(operation, "responses", "201")...), "headers") }, true},
		{"a body's member becomes demanded", func(d map[string]any) { at(t, d, asked...)["required"] = []any{"name", "size"} }, true},
		{"a body has a new member that is demanded", func(d map[string]any) {
			at(t, d, within(asked, "properties")...)["colour"] = str
			at(t, d, asked...)["required"] = []any{"name", "colour"}
		}, true},
		{"a body's closed list is narrowed", func(d map[string]any) { at(t, d, property(asked, "size")...)["enum"] = []any{"s", "m"} }, true},
		{"a body's member changes type", func(d map[string]any) { at(t, d, property(asked, "name")...)["type"] = "integer" }, true},
		{"a body's text may be shorter only", func(d map[string]any) { at(t, d, property(asked, "name")...)["maxLength"] = 10 }, true},
		{"a query has a new value that is demanded", func(d map[string]any) {
			op := at(t, d, operation...)
			op["parameters"] = append(op["parameters"].([]any), map[string]any{"name": "new", "in": "query", "required": true, "schema": str})
		}, true},
		{"a way to be allowed goes", func(d map[string]any) {
			at(t, d, operation...)["security"] = []any{map[string]any{"token": []any{"write"}}}
		}, true},
		{"who is allowed needs more", func(d map[string]any) {
			at(t, d, operation...)["security"] = []any{map[string]any{"token": []any{"write", "more"}}, map[string]any{"token": []any{"admin"}}}
		}, true},

		{"a new path", func(d map[string]any) {
			paths := at(t, d, "paths")
			paths["/others"] = map[string]any{"get": map[string]any{"operationId": "others", "responses": map[string]any{"200": map[string]any{"description": "All."}}}}
		}, false},
		{"a new answer of failure", func(d map[string]any) {
			at(t, d, within(operation, "responses")...)["409"] = map[string]any{"description": "No."}
		}, false},
		{"a new member of an answer", func(d map[string]any) { at(t, d, within(answer, "properties")...)["more"] = str }, false},
		{"a new member of a body, as one likes", func(d map[string]any) { at(t, d, within(asked, "properties")...)["more"] = str }, false},
		{"a body's closed list is widened", func(d map[string]any) {
			at(t, d, property(asked, "size")...)["enum"] = []any{"s", "m", "l", "xl"}
		}, false},
		{"a query has a new value, as one likes", func(d map[string]any) {
			op := at(t, d, operation...)
			op["parameters"] = append(op["parameters"].([]any), map[string]any{"name": "new", "in": "query", "schema": str})
		}, false},
		{"a new way to be allowed", func(d map[string]any) {
			op := at(t, d, operation...)
			op["security"] = append(op["security"].([]any), map[string]any{"token": []any{"read"}})
		}, false},
		{"other words", func(d map[string]any) { at(t, d, operation...)["summary"] = "Make a thing" }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var doc map[string]any
			if err := json.Unmarshal([]byte(released), &doc); err != nil {
				t.Fatal(err)
			}
			c.change(doc)
			for version, breaks := range map[string]bool{"1.2.0": c.breaks, "1.3.0": c.breaks, "2.0.0": false} {
				at(t, doc, "info")["version"] = version
				now, err := json.Marshal(doc)
				if err != nil {
					t.Fatal(err)
				}
				found, err := faults([]byte(released), now)
				if err != nil {
					t.Fatal(err)
				}
				if len(found) > 0 != breaks {
					t.Errorf("as version %s: %q", version, found)
				}
			}
		})
	}
}
