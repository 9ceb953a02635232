package store

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

// Notices implements registry.NoticeReader, as do the functions below.
func (t *transaction) Notices(ctx context.Context, q registry.NoticeQuery, limit int) ([]registry.Notice, error) {
	rows := t.q(ctx).Where("person_id = ? AND org_no = ?", string(q.Person), string(q.Org))
	if q.Type != "" {
		rows = rows.Where("type = ?", string(q.Type))
	}
	if q.Unread {
		rows = rows.Where("read_at IS NULL")
	}
	if q.After.ID != "" {
		rows = rows.Where("(at, id) < (?, ?)", millis(q.After.At), string(q.After.ID))
	}
	found, err := all[noticeRow](rows.Order("at DESC, id DESC").Limit(limit))
	return mapped(found, noticeRow.domain), err
}

func (t *transaction) Notice(ctx context.Context, person, id models.ID) (registry.Notice, error) {
	row, err := one[noticeRow](t.q(ctx).Where("id = ? AND person_id = ?", string(id), string(person)))
	if err != nil {
		return registry.Notice{}, err
	}
	return row.domain(), nil
}

func (t *transaction) Unread(ctx context.Context, person models.ID) (map[party.OrgNo]int, error) {
	var rows []struct {
		OrgNo string
		N     int
	}
	err := t.q(ctx).Raw("SELECT org_no, COUNT(*) AS n FROM notice WHERE person_id = ? AND read_at IS NULL GROUP BY org_no", string(person)).Scan(&rows).Error
	counts := make(map[party.OrgNo]int, len(rows))
	for _, r := range rows {
		counts[party.OrgNo(r.OrgNo)] = r.N
	}
	return counts, err
}

func (t *transaction) NoticesOf(ctx context.Context, person models.ID) ([]registry.Notice, error) {
	rows, err := all[noticeRow](t.q(ctx).Where("person_id = ?", string(person)).Order("at, id"))
	return mapped(rows, noticeRow.domain), err
}

func (t *transaction) NoticeChoices(ctx context.Context, persons []models.ID) (map[models.ID][]registry.NoticeChoice, error) {
	if len(persons) == 0 {
		return nil, nil
	}
	rows, err := all[choiceRow](t.q(ctx).Where("person_id IN ?", persons).Order("person_id, type"))
	found := map[models.ID][]registry.NoticeChoice{}
	for _, r := range rows {
		found[models.ID(r.PersonID)] = append(found[models.ID(r.PersonID)], r.domain())
	}
	return found, err
}

func (t *transaction) Mailboxes(ctx context.Context, persons []models.ID) (map[models.ID]string, error) {
	if len(persons) == 0 {
		return nil, nil
	}
	rows, err := all[identityRow](t.q(ctx).Where("person_id IN ? AND email <> ''", persons).Order("seen_at, issuer, subject"))
	found := map[models.ID]string{}
	for _, r := range rows { // the last one stays
		found[models.ID(r.PersonID)] = r.Email
	}
	return found, err
}

func (t *transaction) HoldersOf(ctx context.Context, o party.OrgNo, urns []string, now time.Time, limit int) ([]models.ID, error) {
	var ids []models.ID
	err := t.q(ctx).Model(&holdingRow{}).Distinct("person_id").
		Where("org_no = ? AND urn IN ? AND ended_at IS NULL AND from_at <= ?", string(o), urns, millis(now)).
		Where("(until_at IS NULL OR until_at > ?)", millis(now)).
		Order("person_id").Limit(limit).Pluck("person_id", &ids).Error
	return ids, err
}

// Matters asks once for each kind of subject.
func (t *transaction) Matters(ctx context.Context, subjects []string) (map[string]registry.Matter, error) {
	byKind := map[string][]string{}
	for _, s := range subjects {
		if kind, id, ok := strings.Cut(s, ":"); ok {
			byKind[kind] = append(byKind[kind], id)
		}
	}
	found := map[string]registry.Matter{}
	if ids := byKind["request"]; len(ids) > 0 {
		rows, err := all[requestRow](t.q(ctx).Where("id IN ?", ids))
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			found["request:"+r.ID] = matterOf("request:"+r.ID, r.domain())
		}
	}
	if ids := byKind["change"]; len(ids) > 0 {
		rows, err := all[changeRow](t.q(ctx).Where("id IN ?", ids))
		if err != nil {
			return nil, err
		}
		if err := t.titled(ctx, rows, found); err != nil {
			return nil, err
		}
	}
	if ids := byKind["systemuser"]; len(ids) > 0 {
		rows, err := all[userRow](t.q(ctx).Where("id IN ?", ids))
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			found["systemuser:"+r.ID] = registry.Matter{
				Subject: "systemuser:" + r.ID, Customer: party.OrgNo(r.Customer), System: system.ID(r.SystemID), Title: r.Title,
				Until: instantOrZero(r.ValidTo), Ended: r.Status == string(systemuser.Revoked),
			}
		}
	}
	return found, nil
}

// titled adds the changes, each by the title of its system user.
func (t *transaction) titled(ctx context.Context, rows []changeRow, found map[string]registry.Matter) error {
	users := make([]string, len(rows))
	for i, r := range rows {
		users[i] = r.SystemUserID
	}
	about, err := all[userRow](t.q(ctx).Select("id", "title").Where("id IN ?", users))
	titles := map[string]string{}
	for _, u := range about {
		titles[u.ID] = u.Title
	}
	for _, r := range rows {
		one := r.domain().Request
		one.Title = titles[r.SystemUserID]
		found["change:"+r.ID] = matterOf("change:"+r.ID, one)
	}
	return err
}

func matterOf(subject string, r request.Request) registry.Matter {
	return registry.Matter{
		Subject: subject, Customer: r.Customer, System: r.System, Title: r.Title, Status: r.Status, Until: r.ExpiresAt,
		Notify: r.NotifyEmail, DecidedBy: r.DecidedBy, Wish: r.Wish,
	}
}

// runningOutSQL finds what soon runs out and is not in the outbox yet: an event
// of it is named by what it is about and when that ends, so that another end is
// another event. The states are in the text, so that the partial indexes serve.
var runningOutSQL = []struct{ typ, subject, query string }{
	{"request.expiring", "request:", `SELECT id, customer, expires_at AS until_at, '' AS forwarding FROM request
		WHERE status = 'pending' AND expires_at > @now AND expires_at <= @ahead AND created_at < expires_at - @early
		AND NOT EXISTS (SELECT 1 FROM outbox_event AS told WHERE told.id = 'request:' || request.id || ' until ' || request.expires_at)
		ORDER BY expires_at LIMIT @limit`},
	{"change.expiring", "change:", `SELECT id, customer, expires_at AS until_at, '' AS forwarding FROM change_request
		WHERE status = 'pending' AND expires_at > @now AND expires_at <= @ahead AND created_at < expires_at - @early
		AND NOT EXISTS (SELECT 1 FROM outbox_event AS told WHERE told.id = 'change:' || change_request.id || ' until ' || change_request.expires_at)
		ORDER BY expires_at LIMIT @limit`},
	{"systemuser.expiring", "systemuser:", `SELECT id, customer, valid_to_at AS until_at, '' AS forwarding FROM system_user
		WHERE status <> 'revoked' AND valid_to_at IS NOT NULL AND valid_to_at > @now AND valid_to_at <= @ahead AND created_at < valid_to_at - @early
		AND NOT EXISTS (SELECT 1 FROM outbox_event AS told WHERE told.id = 'systemuser:' || system_user.id || ' until ' || system_user.valid_to_at)
		ORDER BY valid_to_at LIMIT @limit`},
	{"forwarding.due", "forwarding:", `SELECT id, customer, due_at AS until_at, id AS forwarding FROM forwarding
		WHERE due_at IS NOT NULL AND recalled_at IS NULL AND due_at > @now AND due_at <= @due AND at < due_at - @dueearly
		AND NOT EXISTS (SELECT 1 FROM outbox_event AS told WHERE told.id = 'forwarding:' || forwarding.id || ' until ' || forwarding.due_at)
		ORDER BY due_at LIMIT @limit`},
}

func (t *transaction) RunningOut(ctx context.Context, d registry.Deadlines, limit int) ([]registry.Event, error) {
	var events []registry.Event
	for _, of := range runningOutSQL {
		var rows []struct {
			ID, Customer, Forwarding string
			UntilAt                  int64
		}
		err := t.q(ctx).Raw(of.query, map[string]any{
			"now": millis(d.Now), "ahead": millis(d.Now.Add(d.Ahead)), "early": d.Ahead.Milliseconds(),
			"due": millis(d.Now.Add(d.DueAhead)), "dueearly": d.DueAhead.Milliseconds(), "limit": limit - len(events),
		}).Scan(&rows).Error
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			e := registry.Event{
				ID: models.ID(of.subject + r.ID + " until " + strconv.FormatInt(r.UntilAt, 10)), Type: of.typ, Subject: of.subject + r.ID,
				OrgNos: []party.OrgNo{party.OrgNo(r.Customer)}, Data: map[string]string{"customer": r.Customer},
			}
			if r.Forwarding != "" {
				e.Data["forwarding"] = r.Forwarding
			}
			events = append(events, e)
		}
		if len(events) >= limit {
			break
		}
	}
	return events, nil
}

// unlocked leaves out rows that another transaction works on, and keeps others
// from the rest. SQLite has one writer.
func (t *transaction) unlocked(q *gorm.DB) *gorm.DB {
	if t.locks {
		return q.Clauses(clause.Locking{Strength: "UPDATE", Options: "SKIP LOCKED"})
	}
	return q
}

// Untold implements registry.NoticeTx, as do the functions below.
func (t *transaction) Untold(ctx context.Context, limit int) ([]registry.Event, error) {
	rows, err := all[eventRow](t.unlocked(t.q(ctx).Where("told_at IS NULL").Order("seq").Limit(limit)))
	if err != nil {
		return nil, err
	}
	events := make([]registry.Event, len(rows))
	for i, r := range rows {
		e := registry.Event{ID: models.ID(r.ID), At: instant(r.At), Type: r.Type, Subject: r.Subject}
		if err := json.Unmarshal([]byte(r.OrgNos), &e.OrgNos); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(r.Data), &e.Data); err != nil {
			return nil, err
		}
		events[i] = e
	}
	return events, nil
}

func (t *transaction) Told(ctx context.Context, events []models.ID, at time.Time) error {
	return t.q(ctx).Exec("UPDATE outbox_event SET told_at = ? WHERE id IN ?", millis(at), events).Error
}

// AddNotices adds none twice: a thing is told once however often it is noticed.
func (t *transaction) AddNotices(ctx context.Context, ns []registry.Notice) error {
	if len(ns) == 0 {
		return nil
	}
	rows := mapped(ns, toNotice)
	_, err := insert(t.q(ctx), &rows)
	return err
}

func (t *transaction) ReadNotices(ctx context.Context, person models.ID, o party.OrgNo, at time.Time) error {
	return t.q(ctx).Exec("UPDATE notice SET read_at = ? WHERE person_id = ? AND org_no = ? AND read_at IS NULL",
		millis(at), string(person), string(o)).Error
}

func (t *transaction) ReadNotice(ctx context.Context, person, id models.ID, at time.Time) error {
	return t.q(ctx).Exec("UPDATE notice SET read_at = ? WHERE id = ? AND person_id = ? AND read_at IS NULL",
		millis(at), string(id), string(person)).Error
}

func (t *transaction) SettleNotices(ctx context.Context, subject string, types []registry.NoticeType, at time.Time) error {
	return t.q(ctx).Exec("UPDATE notice SET read_at = ? WHERE subject = ? AND type IN ? AND read_at IS NULL", millis(at), subject, types).Error
}

func (t *transaction) PurgeNotices(ctx context.Context, read, old time.Time, limit int) (int, error) {
	done := t.q(ctx).Exec("DELETE FROM notice WHERE id IN (SELECT id FROM notice WHERE at < ? AND (read_at < ? OR at < ?) ORDER BY at LIMIT ?)",
		millis(read), millis(read), millis(old), limit)
	return int(done.RowsAffected), done.Error
}

func (t *transaction) SaveNoticeChoices(ctx context.Context, person models.ID, cs []registry.NoticeChoice) error {
	if err := t.q(ctx).Exec("DELETE FROM notice_choice WHERE person_id = ?", string(person)).Error; err != nil {
		return err
	}
	return create(t.q(ctx), mapped(cs, func(c registry.NoticeChoice) choiceRow {
		return choiceRow{PersonID: string(person), Type: string(c.Type), Here: c.Here, Mail: c.Mail, Lang: string(c.Lang)}
	}))
}

func (t *transaction) AddMails(ctx context.Context, ms []registry.Mail) error {
	return create(t.q(ctx), mapped(ms, toMail))
}

func (t *transaction) TakeMails(ctx context.Context, now time.Time, limit int) ([]registry.Mail, error) {
	rows, err := all[mailRow](t.unlocked(t.q(ctx).Where("next_at <= ?", millis(now)).Order("next_at, id").Limit(limit)))
	if err != nil {
		return nil, err
	}
	mails := mapped(rows, mailRow.domain)
	for i := range mails {
		m := &mails[i]
		m.Tries++
		m.Next = now.Add(registry.MailPause(m.Tries)).UTC().Truncate(time.Millisecond)
		err := t.q(ctx).Exec("UPDATE mail SET tries = ?, next_at = ? WHERE id = ?", m.Tries, millis(m.Next), string(m.ID)).Error
		if err != nil {
			return nil, err
		}
	}
	return mails, nil
}

func (t *transaction) DropMails(ctx context.Context, ids []models.ID) error {
	return t.q(ctx).Exec("DELETE FROM mail WHERE id IN ?", ids).Error
}
