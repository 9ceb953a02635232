package store

import (
	"context"
	"database/sql"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/stafett/stafett/migrations"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
)

// TestPeopleAreFoundByIndex sees to it that no question about one person walks
// the rows of all. Invitations that have to do with him are the exception: they
// are looked for when he is erased or given his data, and not otherwise.
func TestPeopleAreFoundByIndex(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { planned(t, openAt(t, "sqlite:"+filepath.Join(t.TempDir(), "db"))) })
	t.Run("postgres", func(t *testing.T) { planned(t, withoutScans(t)) })
}

func planned(t *testing.T, s *Store) {
	const id models.ID = "b0000000-0000-4000-8000-000000000001"
	now := time.Now()
	ends := func(which registry.WhichLogins) func(context.Context, *transaction) error {
		return func(ctx context.Context, x *transaction) error { _, err := x.EndLogins(ctx, which, now); return err }
	}
	for name, ask := range map[string]func(context.Context, *transaction) error{
		"Login": func(ctx context.Context, x *transaction) error {
			_, err := x.Login(ctx, id)
			return known404(err)
		},
		"Logins":   func(ctx context.Context, x *transaction) error { _, err := x.Logins(ctx, id); return err },
		"SawLogin": func(ctx context.Context, x *transaction) error { return x.SawLogin(ctx, id, now) },
		"ProveLogin": func(ctx context.Context, x *transaction) error {
			return known404(x.ProveLogin(ctx, party.Login{ID: id, Person: id}))
		},
		"PurgeLogins": func(ctx context.Context, x *transaction) error {
			_, err := x.PurgeLogins(ctx, now)
			return err
		},
		"EndLogins, one":             ends(registry.WhichLogins{ID: id}),
		"EndLogins of a person":      ends(registry.WhichLogins{Person: id, Except: id}),
		"EndLogins of an identity":   ends(registry.WhichLogins{Issuer: "i", Subject: "s"}),
		"EndLogins of a session":     ends(registry.WhichLogins{Issuer: "i", SID: "s"}),
		"EndLogins of both together": ends(registry.WhichLogins{Issuer: "i", Subject: "s", SID: "s"}),
		"Identities":                 func(ctx context.Context, x *transaction) error { _, err := x.Identities(ctx, id); return err },
		"IssuersByEmail": func(ctx context.Context, x *transaction) error {
			_, err := x.IssuersByEmail(ctx, "a@b.example")
			return err
		},
		"SawIdentity": func(ctx context.Context, x *transaction) error {
			return x.SawIdentity(ctx, party.Identity{Issuer: "i", Subject: "s"})
		},
		"UntieIdentity": func(ctx context.Context, x *transaction) error { return known404(x.UntieIdentity(ctx, "i", "s")) },
		"MoveIdentity": func(ctx context.Context, x *transaction) error {
			return x.MoveIdentity(ctx, party.Identity{Issuer: "i", Subject: "s"}, party.Identity{Issuer: "i", Subject: "t"})
		},
		"RememberOrganisation": func(ctx context.Context, x *transaction) error { return x.RememberOrganisation(ctx, id, "310000011") },
		"RenewHoldings":        func(ctx context.Context, x *transaction) error { return x.RenewHoldings(ctx, []models.ID{id}, now) },
		"PersonRecord": func(ctx context.Context, x *transaction) error {
			_, err := x.PersonRecord(ctx, id)
			return known404(err)
		},
		"HoldingsIn": func(ctx context.Context, x *transaction) error {
			_, err := x.HoldingsIn(ctx, []party.OrgNo{"310000011", "310000022"}, now)
			return err
		},
		"HoldingsByID": func(ctx context.Context, x *transaction) error {
			_, err := x.HoldingsByID(ctx, []models.ID{id})
			return err
		},
		"AllHoldings": func(ctx context.Context, x *transaction) error { _, err := x.AllHoldings(ctx, id); return err },
		"AuditBy": func(ctx context.Context, x *transaction) error {
			_, err := x.AuditBy(ctx, id, []string{"request.approve", "request.reject"}, 0, 50)
			return err
		},
		"AuditAbout": func(ctx context.Context, x *transaction) error { _, err := x.AuditAbout(ctx, id); return err },
	} {
		t.Run(name, func(t *testing.T) {
			c, err := s.writer.BeginTx(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = c.Rollback() }()
			x := s.transaction(t.Context(), c)
			p := &planner{ConnPool: x.orm.Statement.ConnPool, t: t, explain: "EXPLAIN QUERY PLAN "}
			if s.dialect == migrations.Postgres {
				p.explain = "EXPLAIN "
			}
			x.orm.Statement.ConnPool = p
			if err := ask(t.Context(), x); err != nil {
				t.Fatal(err)
			}
			if p.searches == 0 {
				t.Error("nothing is searched by index")
			}
		})
	}
}

// known404 is nil for a row that is not there, which the tables here have not.
func known404(err error) error {
	if models.CodeOf(err) == models.CodeNotFound {
		return nil
	}
	return err
}

// planner asks for the plan of each statement before it runs it.
type planner struct {
	gorm.ConnPool
	t        *testing.T
	explain  string
	searches int
	lines    []string // of all plans
	made     []string // lines about what a statement has made itself, which may be gone through
}

func (p *planner) plan(ctx context.Context, query string, args []any) {
	p.t.Helper()
	if strings.Contains(query, "SAVEPOINT") { // has no plan
		return
	}
	rows, err := p.ConnPool.QueryContext(ctx, p.explain+query, args...)
	if err != nil {
		p.t.Fatalf("%s: %v", query, err)
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		p.t.Fatal(err)
	}
	for rows.Next() {
		var line string
		into := make([]any, len(columns))
		for i := range into {
			into[i] = new(any)
		}
		into[len(into)-1] = &line
		if err := rows.Scan(into...); err != nil {
			p.t.Fatal(err)
		}
		if strings.HasSuffix(line, " USING INDEX outbox_event_untold") { // which holds nothing else
			line = "SEARCH " + line
		}
		p.lines = append(p.lines, line)
		if strings.HasPrefix(line, "SEARCH ") || strings.Contains(line, "Index") {
			p.searches++
		}
		if slices.Contains(p.made, line) {
			continue
		}
		if strings.HasPrefix(line, "SCAN ") || strings.Contains(line, "Seq Scan") || strings.Contains(line, "AUTOMATIC") {
			p.t.Errorf("%s\n%s", query, line)
		}
	}
	if err := rows.Err(); err != nil {
		p.t.Fatal(err)
	}
}

func (p *planner) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	p.plan(ctx, query, args)
	return p.ConnPool.QueryContext(ctx, query, args...)
}

func (p *planner) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	p.plan(ctx, query, args)
	return p.ConnPool.ExecContext(ctx, query, args...)
}
