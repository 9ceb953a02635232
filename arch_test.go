package stafett_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/stafett/stafett"

// Libraries that more than one layer may use, by their import paths.
const (
	echo  = "github.com/labstack/echo/v4/..."
	templ = "github.com/a-h/templ/..."
	jose  = "github.com/go-jose/go-jose/v4/..."
	uuid  = "github.com/google/uuid"
	json  = "github.com/go-json-experiment/json/..."
	sync  = "golang.org/x/sync/..."
)

// nouns are the domain's packages, lowest first: a package may import those
// that stand before it.
var nouns = []string{
	"models", "models/party", "models/catalog", "models/system",
	"models/systemuser", "models/request", "models/invitation", "models/bulk", "models/policy",
	"models/listing",
}

// ledgers keep records of their own and know the domain by its ids only.
var ledgers = []string{"models/audit"}

// testOnly are packages that exist for tests. Only _test files and other
// packages of this list may import them, so that no test kit is ever linked
// into a program.
var testOnly = []string{"models/storetest", "models/modelstest", "handlers/handlertest", "handlers/openapi/openapitest", "views/viewstest"}

// layers is the import graph: what a package may import besides the standard
// library. The first pattern that matches decides; /... covers a subtree.
// docs/architecture.md draws the same graph.
var layers = []layer{
	// The domain: values and rules. No storage, no transport.
	{"models", with(uuid)},
	{"models/party", with(nouns[:1], uuid)},
	{"models/catalog", with(nouns[:1])},
	{"models/system", with(nouns[:3], uuid)},
	{"models/systemuser", with(nouns[:4], uuid)},
	{"models/request", with(nouns[:5], uuid)},
	{"models/invitation", with(nouns[:2])},
	{"models/bulk", with(nouns[:2])},
	{"models/policy", with(nouns[:6])},
	{"models/listing", with()},
	{"models/audit", with(nouns[:2])},
	{"models/exchange", with(nouns[:3])},
	{"models/registry", with(nouns, ledgers, "models/exchange", uuid)},
	// The store satisfies the interfaces that registry and rar declare, and
	// takes from both nothing but those and their values.
	{"models/store", with(nouns, ledgers, "models/exchange", "models/registry", "rar", "migrations", uuid,
		"gorm.io/...", "modernc.org/sqlite/...", "github.com/jackc/pgx/v5/...")},
	// A register outside, asked over HTTP; it satisfies an interface of registry's.
	{"models/brreg", with("models", "models/party", "models/exchange", jose, json, sync, "github.com/maypok86/otter/v2")},
	{"models/modelstest", with(nouns, ledgers, "models/exchange", "models/registry", "models/store", "rar", "migrations", uuid)},
	{"models/storetest", with(nouns, ledgers, "models/exchange", "models/registry", "models/modelstest", "rar", uuid, "github.com/google/go-cmp/...")},

	// The hot path: reads through an interface of its own.
	{"rar", with(nouns[:5], json, uuid)},
	{"rar/authzen", with(nouns[:5], "rar", json)},

	// Pages: functions of values.
	{"views/i18n", with("models", "golang.org/x/text/...", "github.com/nicksnyder/go-i18n/v2/...")},
	{"views/paths", with(nouns[:6])},
	{"views/viewstest", with("views/i18n", templ, "golang.org/x/net/html/...", "github.com/google/go-cmp/...")},
	{"views/gallery", with(nouns, "views/...", templ)},
	// The review page names the policy's causes; it asks the policy nothing.
	{"views/customer", with(nouns, "views/i18n", "views/paths", "views/ui", "views/layout", templ)},
	{"views/clients", with(nouns, "views/i18n", "views/paths", "views/ui", "views/layout", templ)},
	{"views/...", with(nouns[:7], "views/i18n", "views/paths", "views/ui", "views/layout", templ)},

	// HTTP: parse, call one use case, answer. web, hooks and api never meet.
	{"handlers/openapi/openapitest", with("handlers/openapi", "github.com/getkin/kin-openapi/...")},
	{"handlers/openapi", with("github.com/getkin/kin-openapi/...", "github.com/oasdiff/yaml", "github.com/oapi-codegen/runtime/...", echo, uuid)},
	{"handlers/respond", with("models", "views/...", echo, templ)},
	{"handlers/auth/keyset", with("models", jose, json, sync, "golang.org/x/time/rate")},
	{"handlers/auth/token", with("models", "handlers/auth/keyset", jose, json, sync, "github.com/maypok86/otter/v2/...")},
	{"handlers/auth", with(nouns, "models/registry", "handlers/auth/keyset", "handlers/auth/token", "handlers/respond", "views/...",
		echo, jose, json, sync, uuid, "github.com/maypok86/otter/v2/...", "github.com/coreos/go-oidc/v3/...",
		"golang.org/x/oauth2/...", "golang.org/x/time/rate", "github.com/alexedwards/scs/v2/...")},
	{"handlers/web", with(nouns, "models/audit", "models/registry", "handlers/respond", "handlers/auth", "handlers/mail", "handlers/openapi", "views/...", "static", echo, templ)},
	{"handlers/mail", with(nouns, "views/i18n", "views/paths", "github.com/wneessen/go-mail")},
	{"handlers/hooks", with(nouns, "rar/...", "handlers/respond", "handlers/auth", "handlers/openapi", "static", echo, json, uuid)},
	{"handlers/api", with(nouns, "models/registry", "rar", "handlers/respond", "handlers/auth", "handlers/openapi", echo, json, uuid,
		"golang.org/x/time/rate", "github.com/maypok86/otter/v2")},
	{"handlers/handlertest", with(nouns, ledgers, "models/...", "rar/...", "handlers/...", "views/...", "migrations", "static",
		echo, jose, "github.com/getkin/kin-openapi/...", "golang.org/x/net/html/...")},
	{"handlers", with(nouns, "models/registry", "rar/...", "handlers/respond", "handlers/auth",
		"handlers/web", "handlers/hooks", "handlers/api", "handlers/openapi", "views/...", "static", echo, uuid)},

	// What stands alone.
	{"migrations", with("github.com/pressly/goose/v3/...")},
	{"static", nil},
	{"e2e", nil},
	{"bench/...", with("cmd/demo/seed", "cmd/demo/visitor", "views/paths", "models/...", "rar/...", "handlers/...", "migrations", "static", echo, jose, uuid)},

	// Programs: the only place that knows everything, and in the demo alone
	// an OAuth provider.
	{"cmd/demo/...", with("cmd/demo/...", "cmd/node", "models/...", "rar/...", "handlers/...", "views/...", "migrations", "static",
		echo, templ, jose, json, uuid, sync, "golang.org/x/net/html/...", "golang.org/x/oauth2/...", "golang.org/x/text/language",
		"github.com/zitadel/oidc/v3/...", "github.com/alecthomas/kong/...", "github.com/prometheus/client_golang/...")},
	// A node writes the links of mail, and asks the pages nothing else.
	{"cmd/node", with("models/...", "rar/...", "handlers/...", "views/paths", "migrations", "static", echo, uuid, sync,
		"github.com/alecthomas/kong/...", "github.com/prometheus/client_golang/...", "github.com/labstack/echo-contrib/...")},
	{"cmd/...", with("cmd/node", "models/...", "rar/...", "handlers/...", "views/gallery", "migrations", "static",
		echo, jose, uuid, sync, "github.com/alecthomas/kong/...", "github.com/prometheus/client_golang/...",
		"github.com/labstack/echo-contrib/...")},
}

// drawers are names that say nothing about what a package holds.
var drawers = []string{
	"util", "utils", "common", "helper", "helpers", "misc", "base", "shared", "types", "core", "lib", "services",
}

type layer struct {
	pattern string
	may     []string
}

// with flattens lists and single paths into one list.
func with(parts ...any) []string {
	var all []string
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			all = append(all, p)
		case []string:
			all = append(all, p...)
		}
	}
	return all
}

// TestImports holds every package to its layer. A package without a layer
// fails too, so that placing a new one is a decision and not an accident.
// Direct imports are enough: every package has a list, so what a package
// reaches through others follows from theirs.
func TestImports(t *testing.T) {
	for _, src := range sources(t) {
		if src.test {
			continue
		}
		may, placed := mayImport(src.pkg)
		if !placed {
			t.Errorf("%s: package %s has no layer; place it in arch_test.go and in docs/architecture.md", src.file, src.pkg)
			continue
		}
		for _, imp := range src.imports {
			if standard(imp) {
				continue
			}
			imp = strings.TrimPrefix(imp, module+"/")
			if slices.Contains(testOnly, imp) && !slices.Contains(testOnly, src.pkg) {
				t.Errorf("%s: %s is for tests; only a _test file may import it", src.file, imp)
				continue
			}
			if !slices.ContainsFunc(may, func(pattern string) bool { return covers(pattern, imp) }) {
				t.Errorf("%s: %s must not import %s", src.file, src.pkg, imp)
			}
		}
	}
}

// TestProviderIsConfined keeps the OpenID provider library to the demo, in tests
// as well: the registry relies on providers and issuers, and is none.
func TestProviderIsConfined(t *testing.T) {
	for _, src := range sources(t) {
		if src.pkg == "cmd/demo" || strings.HasPrefix(src.pkg, "cmd/demo/") {
			continue
		}
		for _, imp := range src.imports {
			if strings.HasPrefix(imp, "github.com/zitadel/") {
				t.Errorf("%s: only cmd/demo may import %s", src.file, imp)
			}
		}
	}
}

// TestLayersAreNamedOnce sees to it that no line of the graph is dead.
func TestLayersAreNamedOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, l := range layers {
		if seen[l.pattern] {
			t.Errorf("%s stands twice in layers; only the first counts", l.pattern)
		}
		seen[l.pattern] = true
	}
}

// TestPackageNames refuses names under which anything could be put.
func TestPackageNames(t *testing.T) {
	for _, src := range sources(t) {
		for name := range strings.SplitSeq(src.pkg, "/") {
			if slices.Contains(drawers, name) {
				t.Errorf("%s: %q does not say what is in it; name the package after a thing of the domain or a technology", src.file, name)
			}
		}
	}
}

// TestPackagesAreExplained demands a doc.go with a package comment: what the
// package owns, what it refuses, who uses it.
func TestPackagesAreExplained(t *testing.T) {
	explained := map[string]bool{}
	for _, src := range sources(t) {
		if src.pkg == "." {
			continue // only tests of the house stand at the root
		}
		explained[src.pkg] = explained[src.pkg] || path.Base(src.file) == "doc.go" && len(src.doc) > 80
	}
	for pkg, ok := range explained {
		if !ok {
			t.Errorf("%s: no doc.go with a package comment that says what it owns, what it refuses and who uses it", pkg)
		}
	}
}

// source is what these tests know of one Go file.
type source struct {
	file    string // path from the root, with slashes
	pkg     string // directory, "." at the root
	test    bool
	doc     string // package comment
	imports []string
}

// sources parses the head of every Go file of this module. It reads the files
// itself: go test keeps a result until a file that the test opened changes,
// and would not notice what a child process has read.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	walk(t, func(file string) {
		if !strings.HasSuffix(file, ".go") {
			return
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, source{
			file:    file,
			pkg:     path.Dir(file),
			test:    strings.HasSuffix(file, "_test.go"),
			doc:     f.Doc.Text(),
			imports: importPaths(t, f),
		})
	})
	if len(all) < 10 {
		t.Fatalf("found %d Go files; is the test run in the root of the module?", len(all))
	}
	return all
}

// walk calls visit for every file of this module. It leaves out what is not
// ours to hold to rules: fixtures, npm's packages, built files, hidden
// folders, and modules of their own.
func walk(t *testing.T, visit func(file string)) {
	t.Helper()
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !d.IsDir() {
			visit(filepath.ToSlash(file))
			return nil
		}
		if file == "." {
			return nil
		}
		_, nested := os.Stat(filepath.Join(file, "go.mod"))
		skip := []string{"testdata", "node_modules", "dist", "bin"}
		if slices.Contains(skip, d.Name()) || d.Name()[0] == '.' || nested == nil {
			return fs.SkipDir
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func importPaths(t *testing.T, f *ast.File) []string {
	t.Helper()
	var paths []string
	for _, spec := range f.Imports {
		imp, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, imp)
	}
	return paths
}

func mayImport(pkg string) (may []string, placed bool) {
	for _, l := range layers {
		if covers(l.pattern, pkg) {
			return l.may, true
		}
	}
	return nil, false
}

// standard tells the standard library by its first element, which has no dot.
func standard(imp string) bool {
	host, _, _ := strings.Cut(imp, "/")
	return !strings.Contains(host, ".")
}

// covers reports whether pkg matches the pattern; /... also covers what is below.
func covers(pattern, pkg string) bool {
	prefix, subtree := strings.CutSuffix(pattern, "/...")
	return pkg == prefix || subtree && strings.HasPrefix(pkg, prefix+"/")
}
