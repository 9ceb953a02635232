package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
)

func notices(t testing.TB, k *kit, q registry.NoticeQuery, limit int) []registry.Notice {
	t.Helper()
	return read(t, k, func(ctx context.Context, r registry.Reader) ([]registry.Notice, error) {
		return r.Notices(ctx, q, limit)
	})
}

func testNotices(t *testing.T, k *kit) {
	settle(t, k)
	notice := func(person models.ID, o party.OrgNo, typ registry.NoticeType, subject string, after time.Duration) registry.Notice {
		return registry.Notice{ID: models.NewID(), Person: person, Org: o, Type: typ, Subject: subject, At: Now().Add(after)}
	}
	first, second := notice(vidar, bakeri, registry.NoticeAsked, "request:1", 0), notice(vidar, bakeri, registry.NoticeExpiring, "request:1", time.Second)
	other, theirs := notice(vidar, verft, registry.NoticeAsked, "request:2", 0), notice(berit, bakeri, registry.NoticeAsked, "request:1", 0)
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		if err := tx.AddNotices(ctx, []registry.Notice{first, second, other, theirs}); err != nil {
			return err
		}
		again := first
		again.ID = models.NewID() // told already
		return tx.AddNotices(ctx, []registry.Notice{again})
	})
	all := registry.NoticeQuery{Person: vidar, Org: bakeri}
	same(t, "all, newest first", []registry.Notice{second, first}, notices(t, k, all, 10))
	same(t, "a page", []registry.Notice{second}, notices(t, k, all, 1))
	next := all
	next.After = registry.BulkPlace{At: second.At, ID: second.ID}
	same(t, "the page after", []registry.Notice{first}, notices(t, k, next, 10))
	typed := all
	typed.Type = registry.NoticeAsked
	same(t, "of a type", []registry.Notice{first}, notices(t, k, typed, 10))

	unread := func() map[party.OrgNo]int {
		return read(t, k, func(ctx context.Context, r registry.Reader) (map[party.OrgNo]int, error) { return r.Unread(ctx, vidar) })
	}
	same(t, "unread", map[party.OrgNo]int{bakeri: 2, verft: 1}, unread())
	same(t, "unread in one", 2, read(t, k, func(ctx context.Context, r registry.Reader) (int, error) {
		_, n, _, err := r.Awaiting(ctx, bakeri, vidar, Now())
		return n, err
	}))
	later := Now().Add(time.Hour)
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		if err := tx.ReadNotice(ctx, berit, second.ID, later); err != nil { // not hers
			return err
		}
		return tx.ReadNotice(ctx, vidar, first.ID, later)
	})
	fresh := all
	fresh.Unread = true
	same(t, "unread alone", []registry.Notice{second}, notices(t, k, fresh, 10))
	first.Read = later
	same(t, "one", first, read(t, k, func(ctx context.Context, r registry.Reader) (registry.Notice, error) {
		return r.Notice(ctx, vidar, first.ID)
	}))
	_, err := tryRead(t, k, func(ctx context.Context, r registry.Reader) (registry.Notice, error) {
		return r.Notice(ctx, berit, first.ID)
	})
	notFound(t, err)
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		return tx.SettleNotices(ctx, "request:1", []registry.NoticeType{registry.NoticeExpiring}, later)
	})
	same(t, "settled", map[party.OrgNo]int{verft: 1}, unread())
	k.write(t, func(ctx context.Context, tx registry.Tx) error { return tx.ReadNotices(ctx, vidar, verft, later) })
	same(t, "all read", map[party.OrgNo]int{}, unread())

	purge := func(read, old time.Time) (n int) {
		k.write(t, func(ctx context.Context, tx registry.Tx) (err error) {
			n, err = tx.PurgeNotices(ctx, read, old, 2)
			return err
		})
		return n
	}
	if a, b, c, d := purge(later, Now()), purge(later.Add(1), Now()), purge(later.Add(time.Millisecond), Now()), purge(later.Add(time.Millisecond), Now()); a+b != 0 || c != 2 || d != 1 {
		t.Errorf("purged %d, %d, %d, %d", a, b, c, d)
	}
	same(t, "what is left", []registry.Notice{theirs}, read(t, k, func(ctx context.Context, r registry.Reader) ([]registry.Notice, error) {
		return r.NoticesOf(ctx, berit)
	}))
	if n := purge(later, Now().Add(time.Millisecond)); n != 1 {
		t.Errorf("purged %d unread", n)
	}
}

func testNoticeChoices(t *testing.T, k *kit) {
	settle(t, k)
	save := func(cs ...registry.NoticeChoice) {
		k.write(t, func(ctx context.Context, tx registry.Tx) error { return tx.SaveNoticeChoices(ctx, vidar, cs) })
	}
	asked := registry.NoticeChoice{Type: registry.NoticeAsked, Here: true, Mail: true, Lang: models.NN}
	save(asked, registry.NoticeChoice{Type: registry.NoticeDecided, Lang: models.NN})
	save(asked)
	got := read(t, k, func(ctx context.Context, r registry.Reader) (map[models.ID][]registry.NoticeChoice, error) {
		return r.NoticeChoices(ctx, []models.ID{vidar, berit})
	})
	same(t, "choices", map[models.ID][]registry.NoticeChoice{vidar: {asked}}, got)

	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		for i, email := range []string{"old@vik.example", "new@vik.example", ""} {
			err := tx.TieIdentity(ctx, vidar, identity(portal, email+"subject", email, Now().Add(time.Duration(i)*time.Hour)))
			if err != nil {
				return err
			}
		}
		return nil
	})
	boxes := read(t, k, func(ctx context.Context, r registry.Reader) (map[models.ID]string, error) {
		return r.Mailboxes(ctx, []models.ID{vidar, berit})
	})
	if boxes[vidar] != "new@vik.example" || boxes[berit] != "" {
		t.Errorf("mailboxes: %v", boxes)
	}
}

func testMails(t *testing.T, k *kit) {
	settle(t, k)
	mail := func(person models.ID, address string, after time.Duration) registry.Mail {
		return registry.Mail{
			ID: models.NewID(), Type: registry.NoticeAsked, Person: person, Address: address, Org: bakeri, Subject: "request:1",
			At: Now(), Next: Now().Add(after),
		}
	}
	first, second, later := mail(vidar, "", 0), mail("", "post@vik.example", time.Second), mail(berit, "", time.Hour)
	later.Lang = models.EN
	take := func(at time.Time, limit int) (taken []registry.Mail) {
		k.write(t, func(ctx context.Context, tx registry.Tx) (err error) {
			taken, err = tx.TakeMails(ctx, at, limit)
			return err
		})
		return taken
	}
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		return tx.AddMails(ctx, []registry.Mail{second, first, later})
	})
	at := Now().Add(time.Second)
	first.Tries, first.Next = 1, at.Add(time.Minute)
	second.Tries, second.Next = 1, at.Add(time.Minute)
	same(t, "the first", []registry.Mail{first}, take(at, 1))
	same(t, "the next", []registry.Mail{second}, take(at, 5))
	same(t, "none is taken twice", []registry.Mail(nil), take(at, 5))
	k.write(t, func(ctx context.Context, tx registry.Tx) error { return tx.DropMails(ctx, []models.ID{first.ID}) })
	second.Tries, second.Next = 2, second.Next.Add(4*time.Minute)
	same(t, "again", []registry.Mail{second}, take(at.Add(time.Minute), 5))
}

// Events are told in order, once, and what another transaction tells is left to it.
func testUntold(t *testing.T, k *kit) {
	settle(t, k)
	events := []registry.Event{
		{ID: models.NewID(), At: Now(), Type: "request.sent", Subject: "request:1", OrgNos: []party.OrgNo{bakeri}, Data: map[string]string{"a": "b"}},
		{ID: models.NewID(), At: Now(), Type: "request.accepted", Subject: "request:1", OrgNos: []party.OrgNo{bakeri}, Data: map[string]string{}},
	}
	untold := func(ctx context.Context, tx registry.Tx, limit int) []registry.Event {
		got, err := tx.Untold(ctx, limit)
		if err != nil {
			t.Error(err)
		}
		return got
	}
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		for _, e := range events {
			if err := tx.AddEvent(ctx, e); err != nil {
				return err
			}
		}
		return nil
	})
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		same(t, "the first", events[:1], untold(ctx, tx, 1))
		same(t, "all", events, untold(ctx, tx, 5))
		return tx.Told(ctx, []models.ID{events[0].ID}, Now())
	})
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		same(t, "the rest", events[1:], untold(ctx, tx, 5))
		return nil
	})
}

func testMatters(t *testing.T, k *kit) {
	settle(t, k)
	s := addSystem(t, k, ledger())
	r := ask(s, bakeri, "ref")
	r.NotifyEmail, r.Title = "post@vik.example", "Lønn"
	r = addRequest(t, k, r)
	subject := "request:" + string(r.ID)
	got := read(t, k, func(ctx context.Context, x registry.Reader) (map[string]registry.Matter, error) {
		return x.Matters(ctx, []string{subject, "request:" + string(models.NewID()), "change:1", "systemuser:1", "else"})
	})
	same(t, "matters", map[string]registry.Matter{subject: {
		Subject: subject, Customer: bakeri, System: s.ID, Title: "Lønn", Status: request.Pending, Until: r.ExpiresAt, Notify: "post@vik.example",
	}}, got)

	running := func(now time.Time) []registry.Event {
		return read(t, k, func(ctx context.Context, x registry.Reader) ([]registry.Event, error) {
			return x.RunningOut(ctx, registry.Deadlines{Now: now, Ahead: time.Minute, DueAhead: time.Second}, 10)
		})
	}
	if got := append(running(r.ExpiresAt.Add(-time.Minute-time.Millisecond)), running(r.ExpiresAt)...); len(got) != 0 {
		t.Errorf("too early or too late: %+v", got)
	}
	events := running(r.ExpiresAt.Add(-time.Minute))
	if len(events) != 1 || events[0].Type != "request.expiring" || events[0].Subject != subject {
		t.Fatalf("%+v", events)
	}
	k.write(t, func(ctx context.Context, tx registry.Tx) error { return tx.AddEvent(ctx, events[0]) })
	if again := running(r.ExpiresAt.Add(-time.Minute)); len(again) != 0 {
		t.Errorf("again: %+v", again)
	}
}
