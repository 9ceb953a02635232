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
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

// TestPlansOfSentRequests sees to it that a page of a supplier's requests costs
// the same however many there are: it is read by index, in the order of the
// index.
func TestPlansOfSentRequests(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		planSentRequests(t, openAt(t, "sqlite:"+filepath.Join(t.TempDir(), "db")))
	})
	t.Run("postgres", func(t *testing.T) { planSentRequests(t, withoutScans(t)) })
}

func planSentRequests(t *testing.T, s *Store) {
	const id models.ID = "b0000000-0000-4000-8000-000000000001"
	triple := request.Request{ID: id, Kind: systemuser.Agent, System: "310000011_a", Customer: "310000033", ExternalRef: "r", Version: 1}
	page := func(change func(*registry.RequestQuery)) func(context.Context, *transaction) error {
		return func(ctx context.Context, x *transaction) error {
			q := registry.RequestQuery{Supplier: "310000011", System: "310000011_a", Kind: systemuser.Standard, Now: time.Now(), Limit: 51}
			change(&q)
			_, err := x.RequestPage(ctx, q)
			return err
		}
	}
	for name, tc := range map[string]struct {
		ask     func(context.Context, *transaction) error
		ordered bool // as it lies in the index
	}{
		"the first page": {page(func(*registry.RequestQuery) {}), true},
		"another page":   {page(func(q *registry.RequestQuery) { q.After = registry.RequestPlace{At: time.Now(), ID: id} }), true},
		"by status":      {page(func(q *registry.RequestQuery) { q.Status = request.Pending }), true},
		"by customer":    {page(func(q *registry.RequestQuery) { q.Customer = "310000033" }), false},
		"by text":        {page(func(q *registry.RequestQuery) { q.Text = "a" }), true},
		"the total": {func(ctx context.Context, x *transaction) error {
			_, err := x.CountRequests(ctx, registry.RequestQuery{Supplier: "310000011", System: "310000011_a", Kind: systemuser.Standard})
			return err
		}, false},
		"StandingRequest": {func(ctx context.Context, x *transaction) error {
			_, _, err := x.StandingRequest(ctx, triple)
			return err
		}, false},
		"RequestByRef": {func(ctx context.Context, x *transaction) error {
			_, err := x.RequestByRef(ctx, "310000011", triple)
			return known404(err)
		}, false},
		"DecideRequest": {func(ctx context.Context, x *transaction) error {
			triple := triple
			triple.Status = request.Accepted
			return noConflict(x.DecideRequest(ctx, triple))
		}, false},
		"SaveWish":      {func(ctx context.Context, x *transaction) error { return noConflict(x.SaveWish(ctx, triple)) }, false},
		"RemoveRequest": {func(ctx context.Context, x *transaction) error { return noConflict(x.RemoveRequest(ctx, triple)) }, false},
		"RenewRequest":  {func(ctx context.Context, x *transaction) error { return noConflict(x.RenewRequest(ctx, triple)) }, false},
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
				t.Error("nothing is searched by index")
			}
			sorted := slices.ContainsFunc(p.lines, func(line string) bool { return strings.Contains(line, "TEMP B-TREE") || strings.Contains(line, "Sort") })
			if tc.ordered && sorted {
				t.Errorf("it is sorted anew:\n%s", strings.Join(p.lines, "\n"))
			}
		})
	}
}

func noConflict(err error) error {
	if err != nil && models.CodeOf(err) == models.CodeRequestDecided {
		return nil
	}
	return err
}

// TestTheClockOfTheDatabase: where no clock is given, the database's own says
// whether a request can still be answered, whatever the node thinks.
func TestTheClockOfTheDatabase(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { answersLate(t, openAt(t, "sqlite:"+filepath.Join(t.TempDir(), "db"))) })
	t.Run("postgres", func(t *testing.T) { answersLate(t, withoutScans(t)) })
}

func answersLate(t *testing.T, s *Store) {
	const supplier, customer party.OrgNo = "310000011", "310000033"
	now := time.Now()
	behind := now.Add(-48 * time.Hour) // what the node believes
	text := models.Text{NB: "a", NN: "a", EN: "a"}
	add := func(ref string, until time.Time) request.Request {
		r := request.Request{
			ID: models.NewID(), Kind: systemuser.Standard, System: system.ID(supplier + "_a"), Customer: customer, ExternalRef: ref, Title: "a",
			Items: []catalog.Item{catalog.Right("tax", "")}, Status: request.Pending, CreatedAt: behind, ExpiresAt: until, Version: 1,
		}
		if err := s.Write(t.Context(), func(tx registry.Tx) error { return tx.AddRequest(t.Context(), r) }); err != nil {
			t.Fatal(err)
		}
		return r
	}
	err := s.Write(t.Context(), func(tx registry.Tx) error {
		for _, o := range []party.OrgNo{supplier, customer} {
			if _, err := tx.PutOrganisation(t.Context(), party.Organisation{OrgNo: o, Name: "a", Form: "AS"}); err != nil {
				return err
			}
		}
		if _, err := tx.PutResource(t.Context(), catalog.Resource{ID: "tax", Title: text, Owner: "skd"}); err != nil {
			return err
		}
		return tx.AddSystem(t.Context(), system.System{
			ID: system.ID(supplier + "_a"), Supplier: supplier, Name: text, Description: text, Asks: []system.Ask{{Item: catalog.Right("tax", "")}},
			CreatedAt: behind, ChangedAt: behind,
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	for ref, tc := range map[string]struct {
		until time.Time
		event request.Event
		want  models.Code
	}{
		"approved late":  {now.Add(-time.Hour), request.Approve, models.CodeRequestExpired},
		"rejected late":  {now.Add(-time.Hour), request.Reject, models.CodeRequestExpired},
		"just over":      {now, request.Approve, models.CodeRequestExpired},
		"approved":       {now.Add(time.Hour), request.Approve, ""},
		"rejected":       {now.Add(time.Hour), request.Reject, ""},
		"withdrawn late": {now.Add(-time.Hour), request.Withdraw, ""},
	} {
		decided, err := add(ref, tc.until).Apply(tc.event, "", "nei", behind)
		if err != nil {
			t.Fatal(err)
		}
		err = s.Write(t.Context(), func(tx registry.Tx) error { return tx.DecideRequest(t.Context(), decided) })
		if tc.want == "" && err != nil || tc.want != "" && (err == nil || models.CodeOf(err) != tc.want) {
			t.Errorf("%s: %v", ref, err)
		}
	}
}
