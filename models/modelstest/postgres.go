package modelstest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stafett/stafett/models"
)

// server is the PostgreSQL server that TEST_POSTGRES names.
type server struct {
	address  url.URL
	admin    *sql.DB
	template string       // the name of a database with the fixtures in it
	furnish  func() error // makes the template, once
}

// running is the server while Run runs; nil where there is none.
var running *server

// Run runs the tests of a package that calls Each and returns the code to exit
// with. Afterwards it drops what the worlds on PostgreSQL were copied from.
func Run(m *testing.M) int {
	if os.Getenv("TEST_POSTGRES") == "" {
		return m.Run()
	}
	s, err := reach(os.Getenv("TEST_POSTGRES"))
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		return 1
	}
	running = s
	code := m.Run()
	if err := s.close(); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

func reach(address string) (*server, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("TEST_POSTGRES is no URL") // err holds the password
	}
	s := &server{address: *u, template: fresh()}
	if s.admin, err = sql.Open("pgx", address); err != nil {
		return nil, err
	}
	s.admin.SetMaxOpenConns(4)
	s.furnish = sync.OnceValue(func() error {
		ctx := context.Background()
		if _, err := s.admin.ExecContext(ctx, "CREATE DATABASE "+s.template); err != nil {
			return err
		}
		return furnish(ctx, s.at(s.template))
	})
	return s, nil
}

func (s *server) close() error {
	_, err := s.admin.ExecContext(context.Background(), "DROP DATABASE IF EXISTS "+s.template+" WITH (FORCE)")
	return errors.Join(err, s.admin.Close())
}

// at is the address of a database of the server.
func (s *server) at(name string) string {
	u := s.address
	u.Path = "/" + name
	return u.String()
}

// copied makes a copy of the template, which the test's end drops, and returns
// its address.
func (s *server) copied(t testing.TB) string {
	t.Helper()
	if err := s.furnish(); err != nil {
		t.Fatal(err)
	}
	name := fresh()
	if _, err := s.admin.ExecContext(t.Context(), "CREATE DATABASE "+name+" TEMPLATE "+s.template); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := s.admin.ExecContext(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return s.at(name)
}

// fresh is a name that no database has.
func fresh() string { return "w" + strings.ReplaceAll(string(models.NewID()), "-", "") }

func mustHaveServer(t testing.TB) *server {
	t.Helper()
	switch {
	case running != nil:
	case os.Getenv("TEST_POSTGRES") != "":
		t.Fatal("TestMain of this package does not call modelstest.Run")
	case os.Getenv("CI") == "true":
		t.Fatal("TEST_POSTGRES is not set, and CI must test PostgreSQL")
	default:
		t.Skip("TEST_POSTGRES is not set, so this ran on SQLite alone; tools/with-postgres.sh sets it")
	}
	return running
}
