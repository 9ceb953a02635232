package store

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stafett/stafett/migrations"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/registry"
)

// TestPlansOfSuppliersUsers sees to it that a page of system users costs the
// same however many there are, and that a diagnosis looks up what it tells.
func TestPlansOfSuppliersUsers(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		planSuppliersUsers(t, openAt(t, "sqlite:"+filepath.Join(t.TempDir(), "db")))
	})
	t.Run("postgres", func(t *testing.T) { planSuppliersUsers(t, withoutScans(t)) })
}

func planSuppliersUsers(t *testing.T, s *Store) {
	const id models.ID = "b0000000-0000-4000-8000-000000000001"
	now := time.Now()
	page := func(f registry.UserFilter) func(context.Context, *transaction) error {
		f.System = "310000011_a"
		return func(ctx context.Context, x *transaction) error {
			_, err := x.SystemUsersWhere(ctx, f, now, 7, 51)
			return err
		}
	}
	for name, tc := range map[string]struct {
		ask     func(context.Context, *transaction) error
		ordered bool // as it lies in the index
	}{
		"a page":                {page(registry.UserFilter{}), true},
		"a page by text":        {page(registry.UserFilter{Text: "a"}), true},
		"those that have ended": {page(registry.UserFilter{State: registry.UsersEnded}), false},
		"of a customer":         {page(registry.UserFilter{Customer: "310000033"}), false},
		"the total": {func(ctx context.Context, x *transaction) error {
			_, err := x.CountSystemUsers(ctx, registry.UserFilter{System: "310000011_a"}, now)
			return err
		}, false},
		"SystemUserFrom": {func(ctx context.Context, x *transaction) error {
			_, err := x.SystemUserFrom(ctx, "310000011", id)
			return known404(err)
		}, false},
		"SystemUserAt": {func(ctx context.Context, x *transaction) error {
			_, err := x.SystemUserAt(ctx, "310000011_a", "310000033", "r")
			return known404(err)
		}, false},
		"ChangesOf": {func(ctx context.Context, x *transaction) error {
			_, err := x.ChangesOf(ctx, "310000033", id, 500)
			return err
		}, false},
		"SystemUsersDue":  {func(ctx context.Context, x *transaction) error { _, err := x.SystemUsersDue(ctx, now, 100); return err }, false},
		"CloseRequestsOf": {func(ctx context.Context, x *transaction) error { _, err := x.CloseRequestsOf(ctx, id, now); return err }, false},
		"the last number": {func(ctx context.Context, x *transaction) error { _, err := x.LastSeq(ctx); return err }, false},
		"StreamedBy":      {func(ctx context.Context, x *transaction) error { _, err := x.StreamedBy(ctx, id); return known404(err) }, false},
		"SystemsRunAs": {func(ctx context.Context, x *transaction) error {
			_, err := x.SystemsRunAs(ctx, []string{"a", "b"}, "c")
			return err
		}, false},
		"RefusalsOf": {func(ctx context.Context, x *transaction) error {
			_, err := x.RefusalsOf(ctx, "a", "b", now)
			return err
		}, false},
		"RequestsAt": {func(ctx context.Context, x *transaction) error {
			_, err := x.RequestsAt(ctx, "310000011_a", "310000033", "r", 1)
			return err
		}, false},
		"RevokedAt": {func(ctx context.Context, x *transaction) error {
			_, err := x.RevokedAt(ctx, "310000011_a", "310000033", "r", 1)
			return err
		}, false},
		"LiveUsersOf": {func(ctx context.Context, x *transaction) error {
			_, err := x.LiveUsersOf(ctx, "310000011", "310000033", 20)
			return err
		}, false},
		"AgentsServing": {func(ctx context.Context, x *transaction) error {
			_, err := x.AgentsServing(ctx, "310000011", "310000033", 20)
			return err
		}, false},
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
			if err := tc.ask(t.Context(), x); err != nil {
				t.Fatal(err)
			}
			if p.searches == 0 {
				t.Errorf("nothing is searched by index: %q", p.lines)
			}
			sorts := slices.ContainsFunc(p.lines, func(line string) bool { return strings.Contains(line, "Sort") || strings.Contains(line, "TEMP B-TREE") })
			if tc.ordered && sorts {
				t.Errorf("it is sorted: %q", p.lines)
			}
		})
	}
}
