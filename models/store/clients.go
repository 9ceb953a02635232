package store

import (
	"context"
	"iter"
	"slices"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/systemuser"
)

type clientDelegationRow struct {
	ID           string  `gorm:"column:id"`
	SystemUserID string  `gorm:"column:system_user_id"`
	Client       string  `gorm:"column:client"`
	GivenBy      *string `gorm:"column:given_by"`
	FromAt       int64   `gorm:"column:from_at"`
	EndedAt      *int64  `gorm:"column:ended_at"`
}

func (clientDelegationRow) TableName() string { return "client_delegation" }

// clientColumns are those of servedRow, of organisation o, relation r and
// delegation d.
const clientColumns = `SELECT o.org_no, o.name, o.form, o.party_id, o.uuid, o.struck_off_at, r.role_urn, d.id AS delegation, d.from_at AS since_at, d.given_by`

// clientsSQL reads the clients of a facilitator, a row for each relation that
// lasts: by the index of live relations, in its order.
const clientsSQL = clientColumns + `
FROM relation r
JOIN organisation o ON o.org_no = r.client
LEFT JOIN client_delegation d ON d.system_user_id = ? AND d.client = r.client AND d.ended_at IS NULL
WHERE r.facilitator = ? AND r.client > ? AND r.from_at <= ? AND r.ended_at IS NULL
ORDER BY r.client, r.role_urn`

// attachedSQL reads the clients that are attached to an agent, likewise.
const attachedSQL = clientColumns + `
FROM client_delegation d
JOIN organisation o ON o.org_no = d.client
LEFT JOIN relation r ON r.facilitator = ? AND r.client = d.client AND r.from_at <= ? AND r.ended_at IS NULL
WHERE d.system_user_id = ? AND d.client > ? AND d.client <> ? AND d.ended_at IS NULL
ORDER BY d.client, r.role_urn`

// clientSQL reads what there is between an agent and an organisation.
const clientSQL = clientColumns + `
FROM organisation o
LEFT JOIN relation r ON r.facilitator = ? AND r.client = o.org_no AND r.from_at <= ? AND r.ended_at IS NULL
LEFT JOIN client_delegation d ON d.system_user_id = ? AND d.client = o.org_no AND d.ended_at IS NULL
WHERE o.org_no = ?
ORDER BY o.org_no, r.role_urn`

type servedRow struct {
	OrgNo       string
	Name        string
	Form        string
	PartyID     int64
	UUID        string `gorm:"column:uuid"`
	StruckOffAt *int64
	RoleURN     *string
	Delegation  *string
	SinceAt     *int64
	GivenBy     *string
}

func (r servedRow) domain() registry.Client {
	return registry.Client{
		Organisation: party.Organisation{
			OrgNo: party.OrgNo(r.OrgNo), Name: r.Name, Form: r.Form, PartyID: r.PartyID, UUID: r.UUID, StruckOff: instantOrZero(r.StruckOffAt),
		},
		Delegation: models.ID(orEmpty(r.Delegation)), Since: instantOrZero(r.SinceAt), By: models.ID(orEmpty(r.GivenBy)),
	}
}

// ClientsAfter implements registry.ClientReader, as do the functions below.
func (t *transaction) ClientsAfter(ctx context.Context, g registry.Agent, after party.OrgNo, now time.Time) iter.Seq2[registry.Client, error] {
	return t.walk(ctx, clientsSQL, string(g.ID), string(g.Facilitator), string(after), millis(now))
}

func (t *transaction) AttachedAfter(ctx context.Context, g registry.Agent, after party.OrgNo, now time.Time) iter.Seq2[registry.Client, error] {
	return t.walk(ctx, attachedSQL, string(g.Facilitator), millis(now), string(g.ID), string(after), string(g.Facilitator))
}

func (t *transaction) ClientOf(ctx context.Context, g registry.Agent, client party.OrgNo, now time.Time) (registry.Client, error) {
	for one, err := range t.walk(ctx, clientSQL, string(g.Facilitator), millis(now), string(g.ID), string(client)) {
		return one, err
	}
	return registry.Client{}, models.NewError(models.NotFound, models.CodeNotFound)
}

// walk reads one statement row by row, and makes one client of those that stand
// together.
func (t *transaction) walk(ctx context.Context, query string, args ...any) iter.Seq2[registry.Client, error] {
	return func(yield func(registry.Client, error) bool) {
		rows, err := t.q(ctx).Raw(query, args...).Rows()
		if err != nil {
			yield(registry.Client{}, err)
			return
		}
		defer func() { _ = rows.Close() }()
		var one registry.Client
		for rows.Next() {
			var row servedRow
			if err := rows.Scan(&row.OrgNo, &row.Name, &row.Form, &row.PartyID, &row.UUID, &row.StruckOffAt, &row.RoleURN, &row.Delegation, &row.SinceAt, &row.GivenBy); err != nil {
				yield(registry.Client{}, err)
				return
			}
			if next := row.domain(); next.Organisation.OrgNo != one.Organisation.OrgNo {
				if one.Organisation.OrgNo != "" && !yield(one, nil) {
					return
				}
				one = next
			}
			if urn := orEmpty(row.RoleURN); urn != "" && !slices.Contains(one.Relations, urn) { // it may come from two sources
				one.Relations = append(one.Relations, urn)
			}
		}
		if err := rows.Err(); err != nil {
			yield(registry.Client{}, err)
			return
		}
		if one.Organisation.OrgNo != "" {
			yield(one, nil)
		}
	}
}

func (t *transaction) ServedBy(ctx context.Context, facilitator party.OrgNo, clients []party.OrgNo) (map[party.OrgNo][]models.ID, error) {
	out := map[party.OrgNo][]models.ID{}
	if len(clients) == 0 {
		return out, nil
	}
	rows, err := all[clientDelegationRow](t.q(ctx).Where("client IN ? AND ended_at IS NULL", clients).
		Where("system_user_id IN (SELECT id FROM system_user WHERE customer = ? AND kind = 'agent')", string(facilitator)).
		Order("client, system_user_id"))
	for _, row := range rows {
		out[party.OrgNo(row.Client)] = append(out[party.OrgNo(row.Client)], models.ID(row.SystemUserID))
	}
	return out, err
}

func (t *transaction) OwnerOf(ctx context.Context, id models.ID) (party.OrgNo, error) {
	row, err := one[userRow](t.q(ctx).Select("customer").Where("id = ?", string(id)))
	return party.OrgNo(row.Customer), err
}

func (t *transaction) AgentsAfter(ctx context.Context, owner party.OrgNo, after models.ID, limit int) ([]systemuser.SystemUser, error) {
	return t.users(ctx, t.q(ctx).Where("customer = ? AND kind = 'agent' AND status <> 'revoked' AND id > ?", string(owner), string(after)).
		Order("id").Limit(limit))
}

// AttachClient implements registry.ClientTx, as does the function below.
func (t *transaction) AttachClient(ctx context.Context, d registry.ClientDelegation) error {
	return t.whole(ctx, func() error {
		if err := t.served(ctx, d.Agent, d.From); err != nil {
			return err
		}
		return add(t.q(ctx), &clientDelegationRow{
			ID: string(d.ID), SystemUserID: string(d.Agent), Client: string(d.Client), GivenBy: orNull(string(d.By)), FromAt: millis(d.From),
		}, models.CodeConflict)
	})
}

func (t *transaction) DetachClients(ctx context.Context, agent models.ID, client party.OrgNo, at time.Time) (int, error) {
	n := int64(0)
	err := t.whole(ctx, func() error {
		q := t.q(ctx).Model(&clientDelegationRow{}).Where("system_user_id = ? AND ended_at IS NULL", string(agent))
		if client != "" {
			q = q.Where("client = ?", string(client))
		}
		done := q.Update("ended_at", millis(at))
		if n = done.RowsAffected; done.Error != nil || n == 0 {
			return done.Error
		}
		return t.served(ctx, agent, at)
	})
	return int(n), err
}

// served notes that the clients of a live agent have changed.
func (t *transaction) served(ctx context.Context, agent models.ID, at time.Time) error {
	seq, err := t.nextSeq(ctx, 1)
	if err != nil {
		return err
	}
	done := t.q(ctx).Model(&userRow{}).Where("id = ? AND kind = 'agent' AND status <> 'revoked'", string(agent)).
		Updates(map[string]any{"seq": seq, "changed_at": millis(at)})
	if done.Error == nil && done.RowsAffected == 0 {
		return models.NewError(models.Conflict, models.CodeUserRevoked)
	}
	return done.Error
}
