package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
)

func entry(subject string) audit.Entry {
	return audit.Entry{
		At: Now(), Actor: models.Actor{Kind: models.Person, ID: string(berit), OrgNo: string(bakeri), Level: 3}, Role: director,
		Action: "request.approve", Subject: subject, OrgNo: string(bakeri), Outcome: audit.Done,
		Detail: audit.Detail{"system": "310000011_ledger", "quote": `"<&>` + "æ\u2028"},
	}
}

func appendAudit(t testing.TB, k *kit, e audit.Entry) {
	t.Helper()
	k.write(t, func(ctx context.Context, tx registry.Tx) error { return tx.AppendAudit(ctx, e) })
}

// verify walks the chain and returns its length.
func verify(t testing.TB, k *kit) (int64, error) {
	t.Helper()
	return tryRead(t, k, func(ctx context.Context, r registry.Reader) (int64, error) {
		seq, hash, err := r.AuditHead(ctx)
		if err != nil {
			return 0, err
		}
		return audit.Verify(r.AuditAll(ctx), seq, hash)
	})
}

func testAudit(t *testing.T, k *kit) {
	if n, err := verify(t, k); n != 0 || err != nil {
		t.Errorf("the empty chain: %d, %v", n, err)
	}
	first := entry("request:1")
	first.At = Now().Add(123456 * time.Nanosecond).In(time.FixedZone("", 3600))
	denied := entry("request:2")
	denied.Outcome, denied.Code, denied.Detail, denied.Role = audit.Denied, models.CodeForbidden, nil, ""
	third := entry("request:1")
	for _, e := range []audit.Entry{first, denied, third} {
		appendAudit(t, k, e)
	}
	one := first.Link(0, "")
	two := denied.Link(1, one.Hash)
	three := third.Link(2, two.Hash)
	of := read(t, k, func(ctx context.Context, r registry.Reader) ([]audit.Entry, error) {
		return r.AuditOf(ctx, []string{"request:1"}, bakeri, 10)
	})
	same(t, "entries about a subject", []audit.Entry{one, three}, of)
	of = read(t, k, func(ctx context.Context, r registry.Reader) ([]audit.Entry, error) {
		return r.AuditOf(ctx, []string{"request:1", "request:2", "request:3"}, party.OrgNo(denied.OrgNo), 10)
	})
	same(t, "entries about several", []audit.Entry{one, two, three}, of)
	if n, err := verify(t, k); n != 3 || err != nil {
		t.Errorf("the chain: %d, %v", n, err)
	}
	err := k.try(t, func(ctx context.Context, tx registry.Tx) error {
		if err := tx.AppendAudit(ctx, entry("request:3")); err != nil {
			return err
		}
		return errors.New("undone")
	})
	if err == nil {
		t.Error("no error")
	}
	if n, err := verify(t, k); n != 3 || err != nil {
		t.Errorf("the chain after an undone write: %d, %v", n, err)
	}
}

// Denials are told to the organisation whose people they were, and no more of
// them than was asked for: anybody can make them by the thousand.
func testAuditDenials(t *testing.T, k *kit) {
	var want []audit.Entry
	chain := audit.Entry{}
	add := func(outcome audit.Outcome, o party.OrgNo) audit.Entry {
		e := entry("request:1")
		e.Outcome, e.OrgNo, e.Detail = outcome, string(o), audit.Detail{}
		appendAudit(t, k, e)
		chain = e.Link(chain.Seq, chain.Hash)
		return chain
	}
	want = append(want, add(audit.Done, "310000011"))
	add(audit.Denied, bakeri)
	add(audit.Denied, "310000011")
	want = append(want, add(audit.Denied, bakeri))
	add(audit.Denied, "310000011")
	want = append(want, add(audit.Done, bakeri), add(audit.Denied, bakeri))
	got := read(t, k, func(ctx context.Context, r registry.Reader) ([]audit.Entry, error) {
		return r.AuditOf(ctx, []string{"request:1"}, bakeri, 2)
	})
	same(t, "what was done and the latest own denials", want, got)
}

// testAlone lets another change begin and waits for its end, which must not
// come while the first is under way: what that one read would be old.
func testAlone(t *testing.T, k *kit) {
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		if err := tx.Alone(ctx); err != nil {
			return err
		}
		short, cancel := context.WithTimeout(ctx, 300*time.Millisecond) // it would be done long before
		defer cancel()
		err := k.Write(short, func(tx registry.Tx) error {
			if err := putOrganisation(short, tx, rotor); err != nil {
				return err
			}
			return tx.AppendAudit(short, entry("import:organisations"))
		})
		if err == nil {
			t.Error("another change was committed meanwhile")
		}
		_, err = tx.Organisation(ctx, rotor)
		notFound(t, err)
		return nil
	})
}

func testAuditRace(t *testing.T, k *kit) {
	const writers, each = 8, 25
	errs := race(writers, func(i int) error {
		for n := range each {
			err := k.try(t, func(ctx context.Context, tx registry.Tx) error {
				return tx.AppendAudit(ctx, entry(fmt.Sprintf("request:%d-%d", i, n)))
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if n, err := verify(t, k); n != writers*each || err != nil {
		t.Errorf("the chain: %d, %v", n, err)
	}
}

func testAuditAppendOnly(t *testing.T, k *kit) {
	appendAudit(t, k, entry("request:1"))
	for _, sql := range []string{"UPDATE audit_entry SET code = 'x'", "DELETE FROM audit_entry"} {
		if err := k.Exec(t.Context(), sql); err == nil {
			t.Errorf("%s was done", sql)
		}
	}
	if n, err := verify(t, k); n != 1 || err != nil {
		t.Errorf("the chain: %d, %v", n, err)
	}
}

// testAuditTampered gets past the triggers, as whoever owns the database can.
func testAuditTampered(t *testing.T, k *kit) {
	for range 4 {
		appendAudit(t, k, entry("request:1"))
	}
	for _, sql := range []string{
		"DROP TRIGGER audit_entry_no_update", "DROP TRIGGER audit_entry_no_delete", "DROP TRIGGER audit_entry_no_change ON audit_entry",
	} {
		_ = k.Exec(t.Context(), sql) // each database has its own
	}
	for _, c := range []struct {
		do, undo string
		seq      int64
	}{
		{
			"UPDATE audit_entry SET detail = detail || ' ' WHERE seq = 1",
			"UPDATE audit_entry SET detail = substr(detail, 1, length(detail) - 1) WHERE seq = 1", 1,
		},
		{"UPDATE audit_entry SET detail = '{}' WHERE seq = 3", "", 3},
		{"UPDATE audit_entry SET detail = '{' WHERE seq = 3", "", 3},
		{"UPDATE audit_entry SET actor_level = 4 WHERE seq = 2", "UPDATE audit_entry SET actor_level = 3 WHERE seq = 2", 2},
		{"UPDATE audit_entry SET at = at + 1 WHERE seq = 1", "UPDATE audit_entry SET at = at - 1 WHERE seq = 1", 1},
		{"DELETE FROM audit_entry WHERE seq = 4", "", 3},
		{"DELETE FROM audit_entry WHERE seq > 2", "", 3},
	} {
		if err := k.Exec(t.Context(), c.do); err != nil {
			t.Fatal(err)
		}
		_, err := verify(t, k)
		broken, ok := errors.AsType[*audit.BrokenError](err)
		if !ok || broken.Seq != c.seq {
			t.Errorf("%s: got %v, want entry %d named", c.do, err, c.seq)
		}
		if c.undo != "" {
			if err := k.Exec(t.Context(), c.undo); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func testOutbox(t *testing.T, k *kit) {
	event := registry.Event{
		ID: models.NewID(), At: Now(), Type: "request.accepted", Subject: "request:1",
		OrgNos: []party.OrgNo{rotor, bakeri}, Data: map[string]string{"a": "b"},
	}
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		if err := tx.AddEvent(ctx, event); err != nil {
			return err
		}
		event.ID, event.OrgNos, event.Data = models.NewID(), nil, nil
		return tx.AddEvent(ctx, event)
	})
	// Each must find its row, or the statement fails.
	for _, sql := range []string{
		`type = 'request.accepted' AND subject = 'request:1' AND org_nos = '["310000011","310000033"]' AND data = '{"a":"b"}' AND sent_at IS NULL`,
		`org_nos = '[]' AND data = '{}' AND at = ` + ms(Now()),
	} {
		err := k.Exec(t.Context(), "INSERT INTO area (id, name_nb, name_nn, name_en) SELECT 'row', '', '', '' FROM outbox_event WHERE "+sql)
		if err != nil {
			t.Fatal(err)
		}
		if err := k.Exec(t.Context(), "INSERT INTO area (id, name_nb, name_nn, name_en) VALUES ('row', '', '', '')"); err == nil {
			t.Errorf("no event with %s", sql)
		}
		if err := k.Exec(t.Context(), "DELETE FROM area"); err != nil {
			t.Fatal(err)
		}
	}
}
