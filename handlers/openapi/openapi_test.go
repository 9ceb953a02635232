package openapi_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/handlers/openapi"
)

func load(t *testing.T, data []byte) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestTheDescriptionIsValid(t *testing.T) {
	if err := load(t, openapi.JSON()).Validate(t.Context(), openapi3.EnableExamplesValidation()); err != nil {
		t.Error(err)
	}
}

// Whoever reads an operation must learn what it is for, who may call it, what
// every answer looks like, and how a question looks that succeeds.
func TestEveryOperationIsDescribed(t *testing.T) {
	doc := load(t, openapi.JSON())
	ids := map[string]string{}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			name := method + " " + path
			if op.OperationID == "" || op.Summary == "" || op.Description == "" || op.Security == nil || len(op.Tags) != 1 || doc.Tags.Get(op.Tags[0]) == nil {
				t.Errorf("%s lacks operationId, summary, description, security or its one tag", name)
			}
			if twin, taken := ids[op.OperationID]; taken {
				t.Errorf("%s and %s have the same operationId", name, twin)
			}
			ids[op.OperationID] = name
			if body := op.RequestBody; body != nil {
				exemplified(t, name+" body", body.Value.Content)
			}
			for _, p := range slices.Concat(item.Parameters, op.Parameters) {
				if p.Value.Required && p.Value.Example == nil {
					t.Errorf("%s: no example of %s", name, p.Value.Name)
				}
			}
			for _, status := range failures(op) {
				if op.Responses.Value(status) == nil {
					t.Errorf("%s does not say what %s looks like", name, status)
				}
			}
			for status, res := range op.Responses.Map() {
				answered(t, name+" "+status, status, res.Value)
			}
		}
	}
	if len(ids) < 7 {
		t.Errorf("%d operations; the endpoints for programs are 7", len(ids))
	}
}

// failures are the statuses with which such an operation can fail, whatever it
// does.
func failures(op *openapi3.Operation) []string {
	all := []string{"500"}
	if op.RequestBody != nil {
		all = append(all, "400", "413")
	}
	for _, way := range *op.Security {
		if len(way) > 0 {
			return append(all, "401", "403", "503")
		}
	}
	return all
}

func answered(t *testing.T, name, status string, res *openapi3.Response) {
	t.Helper()
	if cache := res.Headers["Cache-Control"]; cache == nil {
		t.Errorf("%s does not say whether it may be kept", name)
	}
	if status == "304" {
		return
	}
	if len(res.Content) == 0 && status < "300" { // such as 202, or 204
		return
	}
	if len(res.Content) != 1 {
		t.Errorf("%s has no content", name)
	}
	if status < "300" {
		exemplified(t, name, res.Content)
	}
}

func exemplified(t *testing.T, name string, content openapi3.Content) {
	t.Helper()
	for media, c := range content {
		if c.Example == nil && len(c.Examples) == 0 {
			t.Errorf("%s: no example as %s", name, media)
		}
	}
}

// What we have added to Altinn's bodies is met in an example, since nobody who
// comes from there looks for it.
func TestWhatWeHaveAddedIsInExamples(t *testing.T) {
	shown := map[string]bool{}
	collect := func(content openapi3.Content) {
		for _, c := range content {
			members(c.Example, shown)
			for _, e := range c.Examples {
				members(e.Value.Value, shown)
			}
		}
	}
	for _, item := range load(t, openapi.JSON()).Paths.Map() {
		for _, op := range item.Operations() {
			if op.RequestBody != nil {
				collect(op.RequestBody.Value.Content)
			}
			for _, res := range op.Responses.Map() {
				collect(res.Value.Content)
			}
		}
	}
	for _, name := range []string{"purpose", "optional", "validTo", "contactEmail", "notifyEmail", "expires", "reason", "leftOut", "wish", "pauseReason"} {
		if !shown[name] {
			t.Errorf("no example has %s", name)
		}
	}
}

// members adds the names of all members of the value.
func members(value any, to map[string]bool) {
	switch v := value.(type) {
	case map[string]any:
		for name, one := range v {
			to[name] = true
			members(one, to)
		}
	case []any:
		for _, one := range v {
			members(one, to)
		}
	}
}

func TestJSONIsTheSameDescription(t *testing.T) {
	out := filepath.Join(t.TempDir(), "openapi.json")
	if text, err := exec.CommandContext(t.Context(), "go", "run", "convert.go", out).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	want, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, openapi.JSON()) {
		t.Error("openapi.json is not made of spec/*.yaml; run go generate ./handlers/openapi")
	}
}

func TestTypesAreMadeOfTheDescription(t *testing.T) {
	out := filepath.Join(t.TempDir(), "openapi.gen.go")
	cmd := exec.CommandContext(t.Context(), "go", "tool", "oapi-codegen", "--config=oapi-codegen.yaml", "-o", out, "openapi.json")
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	want, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("openapi.gen.go")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")); diff != "" {
		t.Errorf("run go generate ./handlers/openapi (-want +got):\n%s", diff)
	}
}
