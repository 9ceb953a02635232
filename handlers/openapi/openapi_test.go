package openapi_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
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

// Whoever reads an operation must learn what it is for, who may call it, and
// what every answer looks like.
func TestEveryOperationIsDescribed(t *testing.T) {
	doc := load(t, openapi.JSON())
	ids := map[string]string{}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			name := method + " " + path
			if op.OperationID == "" || op.Summary == "" || op.Security == nil || len(op.Tags) == 0 {
				t.Errorf("%s lacks operationId, summary, tags or security", name)
			}
			if twin, taken := ids[op.OperationID]; taken {
				t.Errorf("%s and %s have the same operationId", name, twin)
			}
			ids[op.OperationID] = name
			for _, status := range []string{"200", "500"} {
				if op.Responses.Value(status) == nil {
					t.Errorf("%s does not say what %s looks like", name, status)
				}
			}
			for status, res := range op.Responses.Map() {
				if len(res.Value.Content) != 1 {
					t.Errorf("%s %s has no content", name, status)
				}
				if res.Value.Headers["Cache-Control"] == nil {
					t.Errorf("%s %s does not say no-store", name, status)
				}
			}
		}
	}
	if len(ids) < 7 {
		t.Errorf("%d operations; the endpoints for programs are 7", len(ids))
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
