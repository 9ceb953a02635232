package e2e

import (
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/rogpeppe/go-internal/testscript"
	_ "modernc.org/sqlite"

	"github.com/stafett/stafett/cmd/demo/visitor"
)

// bin is where the programs lie that the scripts run.
var bin string

// Names of what a script is told in its environment.
const (
	envDatabase = "DATABASE"     // database URL, as stafett takes it
	envDriver   = "DRIVER"       // "sqlite" or "pgx"
	envSource   = "SOURCE"       // what database/sql opens with the driver
	envKey      = "DATABASE_KEY" // a key for personal data
)

func TestMain(m *testing.M) {
	code, err := buildAndRun(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		code = 1
	}
	os.Exit(code)
}

// buildAndRun builds the programs as they are shipped, static and without the
// race detector, and runs the tests.
func buildAndRun(m *testing.M) (_ int, err error) {
	bin, err = os.MkdirTemp("", "stafett-e2e-")
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(bin)) }()
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w -X main.version=v0.0.0-e2e", "-o", bin+"/", "../cmd/stafett", "../cmd/demo")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return 1, fmt.Errorf("build the programs: %w\n%s", err, out)
	}
	return m.Run(), nil
}

// TestScripts runs the scripts of both databases, and those of one: what
// depends on no database is with SQLite, as is cmd/demo, which knows no other.
func TestScripts(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		run(t, scripts(t, "both", "sqlite"), func(e *testscript.Env) error {
			file := filepath.Join(e.WorkDir, "stafett.db")
			tell(e, "sqlite:"+file, "sqlite", "file:"+file+"?_pragma=busy_timeout(5000)")
			return nil
		})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		server := os.Getenv("TEST_POSTGRES")
		if server == "" {
			if os.Getenv("CI") != "" {
				t.Fatal("TEST_POSTGRES is not set, and CI must test PostgreSQL")
			}
			t.Skip("TEST_POSTGRES is not set; tools/with-postgres.sh sets it")
		}
		run(t, scripts(t, "both", "postgres"), func(e *testscript.Env) error { return ownDatabase(e, server) })
	})
	t.Run("demo", func(t *testing.T) {
		t.Parallel()
		run(t, scripts(t, "demo"), func(e *testscript.Env) error {
			file := filepath.Join(e.WorkDir, "demo", "demo.db")
			tell(e, "sqlite:"+file, "sqlite", "file:"+file+"?_pragma=busy_timeout(5000)")
			return nil
		})
	})
}

// scripts lists the scripts in the folders.
func scripts(t *testing.T, folders ...string) []string {
	t.Helper()
	var all []string
	for _, folder := range folders {
		files, err := filepath.Glob(filepath.Join("testdata", folder, "*.txtar"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no scripts in %s: %v", folder, err)
		}
		all = append(all, files...)
	}
	return all
}

func run(t *testing.T, files []string, setup func(*testscript.Env) error) {
	t.Helper()
	data, err := filepath.Abs("../../shared/data")
	if err != nil {
		t.Fatal(err)
	}
	planted, err := filepath.Abs("../cmd/demo/seed/data")
	if err != nil {
		t.Fatal(err)
	}
	docs, err := filepath.Abs("../docs")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Files:               files,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("PATH", bin+string(os.PathListSeparator)+e.Getenv("PATH"))
			e.Setenv("DATA", data)
			e.Setenv("SEED", planted)
			e.Setenv("DOCS", docs)
			e.Values[visitorsKey{}] = map[string]*visitor.Visitor{}
			e.Values[certifiedKey{}] = &certified{}
			return setup(e)
		},
		Condition: func(name string) (bool, error) {
			switch name {
			case "data": // the real catalogue lies beside the checkout
				_, err := os.Stat(data)
				return err == nil, nil
			case "certified": // npm ci has been run for the certified provider
				return hasCertified()
			case "sqlite":
				return !strings.Contains(t.Name(), "postgres"), nil
			}
			return false, fmt.Errorf("no condition %q", name)
		},
		Cmds: commands,
	})
}

// tell tells a script which database is its own, in the names that it uses
// itself and in those of stafett's settings.
func tell(e *testscript.Env, database, driver, source string) {
	e.Setenv(envDatabase, database)
	e.Setenv(envDriver, driver)
	e.Setenv(envSource, source)
	e.Setenv("STAFETT_DATABASE_URL", database)
}

// ownDatabase makes a database for one script and drops it afterwards.
func ownDatabase(e *testscript.Env, server string) error {
	u, err := url.Parse(server)
	if err != nil {
		return errors.New("TEST_POSTGRES is no URL")
	}
	name := "e2e_" + strings.ToLower(rand.Text())
	admin, err := sql.Open("pgx", server)
	if err != nil {
		return err
	}
	if _, err := admin.Exec("CREATE DATABASE " + name); err != nil {
		return errors.Join(err, admin.Close())
	}
	e.Defer(func() {
		_, _ = admin.Exec("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)")
		_ = admin.Close()
	})
	u.Path = "/" + name
	tell(e, u.String(), "pgx", u.String())
	key := "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=" // 32 bytes that anybody may know
	e.Setenv(envKey, key)
	e.Setenv("STAFETT_KEY", key)
	return nil
}
