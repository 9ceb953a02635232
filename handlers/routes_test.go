package handlers_test

import (
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/handlers"
	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/handlers/openapi"
	_ "github.com/stafett/stafett/views/viewstest" // has the flag -update
)

// The router knows the routes of the table and no others.
func TestTheRouterKnowsTheTableAlone(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	want := map[string]bool{}
	for _, r := range s.Server.Routes() {
		want[r.Method+" "+r.Path] = true
		if r.Method == http.MethodGet {
			want[http.MethodHead+" "+r.Path] = true
		}
	}
	got := map[string]bool{}
	for _, at := range s.Server.Addresses() {
		got[at] = true
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("addresses (-table +router):\n%s", diff)
	}
}

// values are the parts of a path that differ, as the router and the description
// write them.
var values = regexp.MustCompile(`:(\w+)|\{(\w+)\}`)

// address names a route in the same way in both.
func address(method, path string) string {
	return method + " " + values.ReplaceAllStringFunc(path, func(v string) string { return "{" + strings.ToLower(strings.Trim(v, ":{}")) + "}" })
}

// Every route for programs is described, and nothing else is. Names of values
// match without regard to case: the router's are in lower case, and the
// description has Altinn's.
func TestTheDescriptionHasTheRoutesForPrograms(t *testing.T) {
	t.Parallel()
	want := map[string]bool{}
	for _, r := range kit.New(t).Server.Routes() {
		if r.Audience == handlers.Programs {
			want[address(r.Method, r.Path)] = true
		}
	}
	got := map[string]bool{}
	for path, item := range description(t).Paths.Map() {
		for method := range item.Operations() {
			got[address(method, path)] = true
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("routes (-table +description):\n%s", diff)
	}
}

func description(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(openapi.JSON())
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// TestRoutesAreDocumented keeps docs/routes.md equal to the table; run with
// -update to write it.
func TestRoutesAreDocumented(t *testing.T) {
	t.Parallel()
	golden(t, "routes.md", handlers.Document(kit.New(t).Server.Routes()))
}

func golden(t *testing.T, name, want string) {
	t.Helper()
	file := filepath.Join("..", "docs", name)
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("docs/%s is not of this table; make golden writes it (-want +got):\n%s", name, diff)
	}
}
