package store

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/stafett/stafett/migrations"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
)

// TestPlansOfCustomersPages sees to it that what a customer reads is found by
// what is his, and that no job goes through what all others have.
func TestPlansOfCustomersPages(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		planCustomers(t, openAt(t, "sqlite:"+filepath.Join(t.TempDir(), "db")))
	})
	t.Run("postgres", func(t *testing.T) { planCustomers(t, withoutScans(t)) })
}

func planCustomers(t *testing.T, s *Store) {
	const (
		id       models.ID   = "b0000000-0000-4000-8000-000000000001"
		customer party.OrgNo = "310000033"
		supplier party.OrgNo = "310000011"
	)
	ids, now := []models.ID{id, "b0000000-0000-4000-8000-000000000002"}, time.Now()
	f := request.Forwarding{ID: id, Subject: "request:" + string(id), Customer: customer}
	notices := func(q registry.NoticeQuery) func(context.Context, *transaction) error {
		q.Person, q.Org = id, customer
		return func(ctx context.Context, x *transaction) error { _, err := x.Notices(ctx, q, 51); return err }
	}
	for name, ask := range map[string]func(context.Context, *transaction) error{
		"Asks":    func(ctx context.Context, x *transaction) error { _, err := x.Asks(ctx, customer); return err },
		"Holders": func(ctx context.Context, x *transaction) error { _, err := x.Holders(ctx, customer); return err },
		"RequestsTo": func(ctx context.Context, x *transaction) error {
			_, err := x.RequestsTo(ctx, customer, ids)
			return err
		},
		"ChangesAmong": func(ctx context.Context, x *transaction) error {
			_, err := x.ChangesAmong(ctx, customer, ids)
			return err
		},
		"SystemUsersAmong": func(ctx context.Context, x *transaction) error {
			_, err := x.SystemUsersAmong(ctx, customer, ids)
			return err
		},
		"ForwardingOf": func(ctx context.Context, x *transaction) error {
			_, err := x.ForwardingOf(ctx, customer, id)
			return known404(err)
		},
		"ForwardingsOf": func(ctx context.Context, x *transaction) error {
			_, err := x.ForwardingsOf(ctx, customer, f.Subject)
			return err
		},
		"ForwardingsWith": func(ctx context.Context, x *transaction) error {
			_, err := x.ForwardingsWith(ctx, customer, id)
			return err
		},
		"ForwardingsAbout": func(ctx context.Context, x *transaction) error { _, err := x.ForwardingsAbout(ctx, id); return err },
		"RecallForwarding": func(ctx context.Context, x *transaction) error {
			if err := x.RecallForwarding(ctx, f, now); models.CodeOf(err) != models.CodeConflict {
				return err
			}
			return nil
		},
		"UseByDay": func(ctx context.Context, x *transaction) error { _, err := x.UseByDay(ctx, ids, 1, 30); return err },
		"PurgeUse": func(ctx context.Context, x *transaction) error { _, err := x.PurgeUse(ctx, 1, 100); return err },
		"DealingsOf": func(ctx context.Context, x *transaction) error {
			_, err := x.DealingsOf(ctx, customer, now)
			return err
		},
		"BlockOf": func(ctx context.Context, x *transaction) error {
			_, err := x.BlockOf(ctx, customer, supplier)
			return known404(err)
		},
		"SystemUsersFrom": func(ctx context.Context, x *transaction) error {
			_, err := x.SystemUsersFrom(ctx, customer, supplier, 500)
			return err
		},
		"WaitingFrom": func(ctx context.Context, x *transaction) error {
			_, _, err := x.WaitingFrom(ctx, customer, supplier, now)
			return err
		},
		"ReviewState": func(ctx context.Context, x *transaction) error {
			_, err := x.ReviewState(ctx, customer, now, now)
			return err
		},
		"Notices":           notices(registry.NoticeQuery{}),
		"unread notices":    notices(registry.NoticeQuery{Unread: true}),
		"notices of a type": notices(registry.NoticeQuery{Type: registry.NoticeAsked}),
		"more notices":      notices(registry.NoticeQuery{After: registry.BulkPlace{At: now, ID: id}}),
		"Unread":            func(ctx context.Context, x *transaction) error { _, err := x.Unread(ctx, id); return err },
		"NoticesOf":         func(ctx context.Context, x *transaction) error { _, err := x.NoticesOf(ctx, id); return err },
		"NoticeChoices":     func(ctx context.Context, x *transaction) error { _, err := x.NoticeChoices(ctx, ids); return err },
		"Mailboxes":         func(ctx context.Context, x *transaction) error { _, err := x.Mailboxes(ctx, ids); return err },
		"ReadNotices":       func(ctx context.Context, x *transaction) error { return x.ReadNotices(ctx, id, customer, now) },
		"SettleNotices": func(ctx context.Context, x *transaction) error {
			return x.SettleNotices(ctx, f.Subject, []registry.NoticeType{registry.NoticeAsked}, now)
		},
		"PurgeNotices": func(ctx context.Context, x *transaction) error {
			_, err := x.PurgeNotices(ctx, now, now, 100)
			return err
		},
		"Untold": func(ctx context.Context, x *transaction) error { _, err := x.Untold(ctx, 100); return err },
		"RunningOut": func(ctx context.Context, x *transaction) error {
			_, err := x.RunningOut(ctx, registry.Deadlines{Now: now, Ahead: time.Hour, DueAhead: time.Hour}, 100)
			return err
		},
		"TakeMails": func(ctx context.Context, x *transaction) error { _, err := x.TakeMails(ctx, now, 100); return err },
		"HoldersOf": func(ctx context.Context, x *transaction) error {
			_, err := x.HoldersOf(ctx, customer, []string{"a", "b"}, now, 100)
			return err
		},
		"ClientRules":    func(ctx context.Context, x *transaction) error { _, err := x.ClientRules(ctx, id); return err },
		"ClientRuleRuns": func(ctx context.Context, x *transaction) error { _, err := x.ClientRuleRuns(ctx, id); return err },
		"ClientJobs":     func(ctx context.Context, x *transaction) error { _, err := x.ClientJobs(ctx, id, 20); return err },
		"EndClientRule": func(ctx context.Context, x *transaction) error {
			_, err := x.EndClientRule(ctx, id, "a", now)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := s.writer.BeginTx(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = c.Rollback() }()
			x := s.transaction(t.Context(), c)
			p := &planner{ConnPool: x.orm.Statement.ConnPool, t: t, explain: "EXPLAIN QUERY PLAN ", made: []string{"SCAN a", "SCAN d"}}
			if s.dialect == migrations.Postgres {
				p.explain = "EXPLAIN "
			}
			x.orm.Statement.ConnPool = p
			if err := ask(t.Context(), x); err != nil {
				t.Fatal(err)
			}
			if p.searches == 0 {
				t.Errorf("nothing is searched by index: %q", p.lines)
			}
		})
	}
}
