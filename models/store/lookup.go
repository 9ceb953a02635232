package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/stafett/stafett/migrations"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/systemuser"
	"github.com/stafett/stafett/rar"
)

var _ rar.Lookup = (*Store)(nil)

// bindingSQL reads the chain client, system, system user: three look-ups by
// unique indexes, in one statement and therefore in one snapshot.
const bindingSQL = `
SELECT s.id, s.supplier, s.deleted, u.id, u.kind, u.title, u.customer, u.external_ref, u.created_at, u.first_used_at IS NOT NULL,
  u.paused <> '' OR u.supplier_paused_at IS NOT NULL OR u.customer_paused_at IS NOT NULL, u.valid_to_at
FROM system_client c
JOIN system s ON s.id = c.system_id
LEFT JOIN system_user u
  ON u.system_id = s.id AND u.customer = ? AND u.external_ref = ? AND u.status <> 'revoked'
WHERE c.issuer = ? AND c.client_id = ?`

// holdsSQL reads a system user, its system, and whether something that was
// approved and is still asked for gives the right: the right itself, or a
// package that carries the resource. A grant of every action gives those that
// the resource has, or any where the catalogue names none.
//
// An agent has its packages for the party alone that is attached to it, and
// there as far as policy.Serving gives them to its customer now: by a register
// role that the matrix gives the package, or given by the party; for its own
// customer those that are assignable.
const holdsSQL = `
SELECT u.status, u.kind, u.customer, s.id, s.deleted, u.first_used_at IS NOT NULL, u.paused <> '' OR u.supplier_paused_at IS NOT NULL OR u.customer_paused_at IS NOT NULL, u.valid_to_at,
  EXISTS (SELECT 1 FROM resource r WHERE r.id = q.resource),
  EXISTS (
    SELECT 1 FROM delegation d
    JOIN system_ask a ON a.system_id = u.system_id AND a.kind = d.kind AND a.ref = d.ref AND (a.action = d.action OR a.action = '')
    WHERE d.system_user_id = u.id AND (
      d.kind = 'right' AND d.ref = q.resource AND d.action = q.action
      OR (d.kind = 'right' AND d.ref = q.resource AND d.action = ''
          OR d.kind = 'package' AND EXISTS (
            SELECT 1 FROM resource_package p WHERE p.resource_id = q.resource AND p.package_urn = d.ref))
        AND (NOT EXISTS (SELECT 1 FROM resource_action x WHERE x.resource_id = q.resource)
          OR EXISTS (SELECT 1 FROM resource_action x WHERE x.resource_id = q.resource AND x.action = q.action)))
      AND (u.kind = 'standard' OR d.kind = 'package' AND EXISTS (
        SELECT 1 FROM access_package k WHERE k.urn = d.ref AND NOT k.for_persons AND (
          u.customer = q.party AND k.assignable
          OR k.delegable AND EXISTS (
            SELECT 1 FROM relation f WHERE f.facilitator = u.customer AND f.client = q.party AND f.ended_at IS NULL AND f.from_at <= q.now AND (
              f.role_urn = d.ref AND k.assignable
              OR EXISTS (
                SELECT 1 FROM role_package m WHERE m.role_urn = f.role_urn AND m.package_urn = d.ref AND m.has_access
                  AND (m.variant = '' OR m.variant = (SELECT o.form FROM organisation o WHERE o.org_no = q.party)))))))))
  AND (u.kind = 'standard' OR EXISTS (SELECT 1 FROM client_delegation c WHERE c.system_user_id = u.id AND c.client = q.party AND c.ended_at IS NULL)),
  u.kind = 'agent' AND EXISTS (SELECT 1 FROM client_delegation c WHERE c.system_user_id = u.id AND c.client = q.party AND c.ended_at IS NULL)
FROM (SELECT CAST(? AS TEXT) AS id, CAST(? AS TEXT) AS resource, CAST(? AS TEXT) AS action, CAST(? AS TEXT) AS party, CAST(? AS BIGINT) AS now) q
JOIN system_user u ON u.id = q.id
JOIN system s ON s.id = u.system_id`

// whySQL looks for what would explain that there is no live system user.
const whySQL = `
SELECT
  EXISTS (SELECT 1 FROM request r WHERE r.system_id = q.system_id AND r.customer = q.customer
    AND r.external_ref = q.ref AND r.status = 'pending' AND r.expires_at > q.now),
  EXISTS (SELECT 1 FROM system_user u WHERE u.customer = q.customer AND u.system_id = q.system_id
    AND u.external_ref = q.ref AND u.status = 'revoked'),
  EXISTS (SELECT 1 FROM request r WHERE r.customer = q.customer AND r.system_id = q.system_id
    AND r.external_ref = q.ref AND r.status = 'rejected'),
  EXISTS (SELECT 1 FROM system_user u WHERE u.system_id = q.system_id AND u.customer = q.customer
    AND u.status <> 'revoked')
FROM (SELECT CAST(? AS TEXT) AS system_id, CAST(? AS TEXT) AS customer, CAST(? AS TEXT) AS ref, CAST(? AS BIGINT) AS now) q`

// hot are the statements of the hot path, prepared once.
type hot struct {
	binding, holds, why *sql.Stmt
}

func (s *Store) prepare(ctx context.Context) error {
	statement := func(text string) (*sql.Stmt, error) { return s.lookups.PrepareContext(ctx, s.rebind(text)) }
	var errs [3]error
	s.hot.binding, errs[0] = statement(bindingSQL)
	s.hot.holds, errs[1] = statement(holdsSQL)
	s.hot.why, errs[2] = statement(whySQL)
	return errors.Join(errs[:]...)
}

func (h hot) close() error {
	var errs []error
	for _, stmt := range []*sql.Stmt{h.binding, h.holds, h.why} {
		if stmt != nil {
			errs = append(errs, stmt.Close())
		}
	}
	return errors.Join(errs...)
}

// rebind writes the placeholders of a statement as the database wants them. No
// statement of ours has a question mark in a text.
func (s *Store) rebind(query string) string {
	if s.dialect == migrations.SQLite {
		return query
	}
	var b strings.Builder
	for i, part := range strings.Split(query, "?") {
		if i > 0 {
			b.WriteString("$" + strconv.Itoa(i))
		}
		b.WriteString(part)
	}
	return b.String()
}

// unwatched is the context of a look-up of the hot path. On SQLite it does not
// end with the caller: to watch for that, the driver and database/sql start two
// goroutines for each query, which cost more than the query, whereas a look-up
// by index in a local file is over before anybody could interrupt it.
func (s *Store) unwatched(ctx context.Context) (context.Context, error) {
	if err := ctx.Err(); err != nil || s.dialect == migrations.Postgres {
		return ctx, err
	}
	return context.WithoutCancel(ctx), nil
}

// Binding implements rar.Lookup.
func (s *Store) Binding(ctx context.Context, q rar.Query) (rar.Binding, error) {
	s.trace(bindingSQL)
	ctx, err := s.unwatched(ctx)
	if err != nil {
		return rar.Binding{}, s.outage(err)
	}
	var b rar.Binding
	var supplier string
	var id, kind, title, customer, ref sql.NullString
	var paused sql.NullBool
	var createdAt, validTo sql.NullInt64
	err = s.hot.binding.QueryRowContext(ctx, string(q.Customer), q.ExternalRef, q.Issuer, q.ClientID).
		Scan(&b.SystemID, &supplier, &b.SystemDeleted, &id, &kind, &title, &customer, &ref, &createdAt, &b.Used, &paused, &validTo)
	if errors.Is(err, sql.ErrNoRows) {
		return rar.Binding{}, nil
	}
	if err != nil {
		return rar.Binding{}, s.outage(err)
	}
	b.ClientKnown, b.Supplier = true, party.OrgNo(supplier)
	if !id.Valid {
		return b, nil
	}
	b.UserFound, b.UserID, b.UserKind, b.Title = true, models.ID(id.String), kind.String, title.String
	b.Paused, b.ValidTo = paused.Bool, untilOrZero(validTo)
	// What the row says, not what was asked: the caller compares the two.
	b.Customer, b.ExternalRef, b.CreatedAt = party.OrgNo(customer.String), ref.String, instant(createdAt.Int64)
	return b, nil
}

func untilOrZero(n sql.NullInt64) time.Time {
	if !n.Valid {
		return time.Time{}
	}
	return instant(n.Int64)
}

// Why implements rar.Lookup. What is known of the very triple comes before a
// system user with another reference.
func (s *Store) Why(ctx context.Context, q rar.Query, systemID string) (rar.Reason, error) {
	s.trace(whySQL)
	var pending, revoked, rejected, other bool
	err := s.hot.why.QueryRowContext(ctx, systemID, string(q.Customer), q.ExternalRef, millis(s.now())).
		Scan(&pending, &revoked, &rejected, &other)
	switch {
	case err != nil:
		return "", s.outage(err)
	case pending:
		return rar.ReasonPending, nil
	case revoked:
		return rar.ReasonRevoked, nil
	case rejected:
		return rar.ReasonRejected, nil
	case other:
		return rar.ReasonOtherRef, nil
	}
	return rar.ReasonNoUser, nil
}

// Holds implements rar.Lookup.
func (s *Store) Holds(ctx context.Context, q rar.Question) (rar.Held, error) {
	s.trace(holdsSQL)
	ctx, err := s.unwatched(ctx)
	if err != nil {
		return rar.Held{}, s.outage(err)
	}
	h, given, err := scanHeld(s.hot.holds.QueryRowContext(ctx, string(q.SystemUser), q.Resource, q.Action, string(q.Party), millis(s.now())))
	h.Holds = h.Live && !h.Paused && h.ResourceKnown && given
	return h, s.outage(err)
}

// scanHeld reads what holdsSQL found: nothing, or a system user and whether the
// right is given, whatever stops it.
func scanHeld(row *sql.Row) (h rar.Held, given bool, err error) {
	var status, customer string
	var deleted bool
	var validTo sql.NullInt64
	err = row.Scan(&status, &h.Kind, &customer, &h.SystemID, &deleted, &h.Used, &h.Paused, &validTo, &h.ResourceKnown, &given, &h.Attached)
	if errors.Is(err, sql.ErrNoRows) {
		return rar.Held{}, false, nil
	}
	if err != nil {
		return rar.Held{}, false, err
	}
	h.Known, h.Customer = true, party.OrgNo(customer)
	h.Live = systemuser.Status(status) == systemuser.Active && !deleted
	h.ValidTo = untilOrZero(validTo)
	return h, given, nil
}
