package store

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/stafett/stafett/migrations"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
)

const newestFirst = "created_at DESC, id DESC"

// RequestFor implements registry.RequestReader, as do the functions below.
func (t *transaction) RequestFor(ctx context.Context, customer party.OrgNo, id models.ID) (request.Request, error) {
	return t.request(ctx, t.q(ctx).Where("id = ? AND customer = ?", string(id), string(customer)))
}

func (t *transaction) RequestFrom(ctx context.Context, supplier party.OrgNo, id models.ID) (request.Request, error) {
	return t.request(ctx, t.q(ctx).Where("id = ? AND supplier = ?", string(id), string(supplier)))
}

func (t *transaction) RequestsFrom(ctx context.Context, supplier party.OrgNo, id system.ID, limit int) ([]request.Request, error) {
	q := t.q(ctx).Where("supplier = ?", string(supplier))
	if id != "" {
		q = q.Where("system_id = ?", string(id))
	}
	return t.requests(ctx, q.Order(newestFirst).Limit(limit))
}

func (t *transaction) RequestCustomer(ctx context.Context, id models.ID) (party.OrgNo, error) {
	row, err := one[requestRow](t.q(ctx).Select("customer").Where("id = ?", string(id)))
	return party.OrgNo(row.Customer), err
}

func (t *transaction) Awaiting(ctx context.Context, customer party.OrgNo, person models.ID, now time.Time) (waiting, unread int, facilitates bool, err error) {
	var n struct {
		Waiting, Unread int
		Facilitates     bool
	}
	err = t.q(ctx).Raw("SELECT (SELECT COUNT(*) FROM request WHERE customer = ? AND status = 'pending' AND expires_at > ?)"+
		" + (SELECT COUNT(*) FROM change_request WHERE customer = ? AND status = 'pending' AND expires_at > ?) AS waiting,"+
		" (SELECT COUNT(*) FROM notice WHERE person_id = ? AND org_no = ? AND read_at IS NULL) AS unread,"+
		" EXISTS (SELECT 1 FROM relation WHERE facilitator = ? AND ended_at IS NULL) OR"+
		" EXISTS (SELECT 1 FROM system_user WHERE customer = ? AND kind = 'agent' AND status = 'active') AS facilitates",
		string(customer), millis(now), string(customer), millis(now), string(person), string(customer), string(customer), string(customer)).Scan(&n).Error
	return n.Waiting, n.Unread, n.Facilitates, err
}

func (t *transaction) request(ctx context.Context, q *gorm.DB) (request.Request, error) {
	found, err := t.requests(ctx, q.Limit(1))
	if err != nil {
		return request.Request{}, err
	}
	if len(found) == 0 {
		return request.Request{}, models.NewError(models.NotFound, models.CodeNotFound)
	}
	return found[0], nil
}

// requests reads what q finds, with the items in one statement more.
func (t *transaction) requests(ctx context.Context, q *gorm.DB) ([]request.Request, error) {
	rows, err := all[requestRow](q)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	requests, at, ids := make([]request.Request, len(rows)), make(map[string]int, len(rows)), make([]string, len(rows))
	for i, r := range rows {
		requests[i], at[r.ID], ids[i] = r.domain(), i, r.ID
	}
	items, err := all[requestItemRow](t.q(ctx).Where("request_id IN ?", ids).Order("request_id, position"))
	for _, i := range items {
		r := &requests[at[i.RequestID]]
		r.Items = append(r.Items, i.Item.domain())
		if i.LeftOut {
			r.LeftOut = append(r.LeftOut, i.Item.domain())
		}
		if why := i.Purpose.domain(); !why.Empty() {
			if r.Purposes == nil {
				r.Purposes = map[catalog.Item]models.Text{}
			}
			r.Purposes[i.Item.domain()] = why
		}
	}
	return requests, err
}

// AddRequest implements registry.Tx, as do the functions below. A system that
// is not there is a NotFound error.
func (t *transaction) AddRequest(ctx context.Context, r request.Request) error {
	s, err := one[systemRow](t.q(ctx).Select("supplier").Where("id = ?", string(r.System)))
	if err != nil {
		return err
	}
	r.Version = 1
	row := toRequest(r, s.Supplier)
	if err := add(t.q(ctx), &row, models.CodeRequestExists); err != nil {
		return err
	}
	items := make([]requestItemRow, len(r.Items))
	for i, item := range r.Items {
		items[i] = requestItemRow{RequestID: row.ID, Position: i, Item: toItem(item), Purpose: toText(r.Purposes[item])}
	}
	return create(t.q(ctx), items)
}

func (t *transaction) LapseTriple(ctx context.Context, r request.Request, now time.Time) (request.Request, bool, error) {
	lapsed, err := t.lapse(ctx, t.q(ctx).Limit(1).
		Where("system_id = ? AND customer = ? AND external_ref = ?", string(r.System), string(r.Customer), r.ExternalRef), now)
	if err != nil || len(lapsed) == 0 {
		return request.Request{}, false, err
	}
	return lapsed[0], true, nil
}

func (t *transaction) LapseDue(ctx context.Context, now time.Time, limit int) ([]request.Request, error) {
	return t.lapse(ctx, t.q(ctx).Order("expires_at, id").Limit(limit), now)
}

// lapse sets the pending requests of q whose time ran out to expired. One that
// somebody else changes meanwhile is left to him.
func (t *transaction) lapse(ctx context.Context, q *gorm.DB, now time.Time) ([]request.Request, error) {
	// The status is in the text, not a parameter, so that the partial index serves.
	due, err := t.requests(ctx, q.Where("status = 'pending' AND expires_at <= ?", millis(now)))
	if err != nil {
		return nil, err
	}
	var lapsed []request.Request
	for _, r := range due {
		r, err := r.Apply(request.Lapse, "", "", now.UTC().Truncate(time.Millisecond))
		if err != nil {
			return nil, err
		}
		switch n, err := t.decide(ctx, r); {
		case err != nil:
			return nil, err
		case n > 0:
			r.Version++
			lapsed = append(lapsed, r)
		}
	}
	return lapsed, nil
}

func (t *transaction) DecideRequest(ctx context.Context, r request.Request) error {
	n, err := t.decide(ctx, r)
	if err != nil || n > 0 {
		return err
	}
	open, err := all[requestRow](t.undecided(ctx, r))
	switch {
	case err != nil:
		return err
	case len(open) > 0:
		return models.NewError(models.Conflict, models.CodeRequestExpired)
	}
	return models.NewError(models.Conflict, models.CodeRequestDecided)
}

// decide writes the outcome if nobody has decided meanwhile.
func (t *transaction) decide(ctx context.Context, r request.Request) (int64, error) {
	q := t.undecided(ctx, r).Model(&requestRow{})
	if r.Status == request.Accepted || r.Status == request.Rejected {
		q = t.unexpired(q.Where("expires_at > ?", millis(r.DecidedAt)))
	}
	done := q.Updates(map[string]any{
		"status": string(r.Status), "reason": r.Reason, "decided_by": orNull(r.DecidedBy),
		"decided_at": millisOrNull(r.DecidedAt), "version": gorm.Expr("version + 1"),
	})
	if done.Error != nil || done.RowsAffected == 0 || len(r.LeftOut) == 0 {
		return done.RowsAffected, done.Error
	}
	return done.RowsAffected, leaveOut(t.q(ctx).Model(&requestItemRow{}).Where("request_id = ?", string(r.ID)), r)
}

// leaveOut marks what an approval did not give among the items of r, which q
// finds.
func leaveOut(q *gorm.DB, r request.Request) error {
	positions := make([]int, len(r.LeftOut))
	for i, item := range r.LeftOut {
		positions[i] = slices.Index(r.Items, item)
	}
	return q.Where("position IN ?", positions).Update("left_out", true).Error
}

func (t *transaction) SaveWish(ctx context.Context, r request.Request) error {
	done := t.unexpired(t.undecided(ctx, r).Model(&requestRow{}).Where("expires_at > ?", millis(r.Wish.At))).Updates(wished(r.Wish))
	if done.Error == nil && done.RowsAffected == 0 {
		return models.NewError(models.Conflict, models.CodeRequestDecided)
	}
	return done.Error
}

// wished are the columns of a wish, with the version of its request.
func wished(w request.Wish) map[string]any {
	row := toWish(w)
	return map[string]any{"wish": row.Text, "wished_by": row.By, "wished_at": row.At, "version": gorm.Expr("version + 1")}
}

// undecided finds the stored request if it is still pending, as r was read.
func (t *transaction) undecided(ctx context.Context, r request.Request) *gorm.DB {
	return t.q(ctx).Where("id = ? AND customer = ? AND system_id = ? AND status = 'pending' AND version = ?",
		string(r.ID), string(r.Customer), string(r.System), r.Version)
}

// unexpired admits what can still be answered, by the database's own clock unless
// the store was given one: a node whose clock is behind must not answer what has
// run out for all others.
func (t *transaction) unexpired(q *gorm.DB) *gorm.DB {
	switch {
	case !t.s.ownClock:
		return q.Where("expires_at > ?", millis(t.s.now()))
	case t.s.dialect == migrations.SQLite:
		return q.Where("expires_at > unixepoch('subsec') * 1000")
	}
	return q.Where("expires_at > EXTRACT(EPOCH FROM clock_timestamp()) * 1000")
}
