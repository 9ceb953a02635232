package store

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"time"

	"gorm.io/gorm/schema"

	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

// Standing implements registry.ImportTx.
func (t *transaction) Standing(ctx context.Context, kind exchange.Kind, source string, of party.OrgNo) ([]registry.Thing, error) {
	now := millis(t.s.now())
	switch kind {
	case exchange.People:
		q := t.q(ctx).Where("source = ? AND ended_at IS NULL AND (until_at IS NULL OR until_at > ?)", source, now)
		if of != "" {
			q = q.Where("org_no = ?", string(of))
		}
		rows, err := all[holdingRow](q.Order("org_no, person_id, urn"))
		return mapped(rows, holdingRow.thing), err
	case exchange.Relations:
		q := t.q(ctx).Where("source = ? AND ended_at IS NULL", source)
		if of != "" {
			q = q.Where("client = ?", string(of))
		}
		rows, err := all[relationRow](q.Order("facilitator, client, role_urn"))
		return mapped(rows, relationRow.thing), err
	case exchange.AccessPackages:
		rows, err := all[packageRow](t.q(ctx).Order("urn"))
		return mapped(rows, func(r packageRow) registry.Thing { return thing(r.URN) }), err
	case exchange.Roles:
		rows, err := all[roleRow](t.q(ctx).Order("urn"))
		return mapped(rows, func(r roleRow) registry.Thing { return thing(r.URN) }), err
	case exchange.RolePackages:
		rows, err := all[rolePackageRow](t.q(ctx).Order("role_urn, package_urn, variant"))
		return mapped(rows, func(r rolePackageRow) registry.Thing { return thing(r.RoleURN, r.PackageURN, r.Variant) }), err
	case exchange.Resources:
		rows, err := all[resourceRow](t.q(ctx).Order("id"))
		return mapped(rows, func(r resourceRow) registry.Thing { return thing(r.ID) }), err
	case exchange.Organisations:
		rows, err := all[organisationRow](t.q(ctx).Order("org_no"))
		return mapped(rows, func(r organisationRow) registry.Thing { return thing(r.OrgNo) }), err
	}
	return nil, fmt.Errorf("no such kind of file: %q", kind)
}

// End implements registry.ImportTx.
func (t *transaction) End(ctx context.Context, kind exchange.Kind, keys []string) error {
	statement, ok := map[exchange.Kind]string{
		exchange.People:    "UPDATE holding SET ended_at = ? WHERE id IN ? AND ended_at IS NULL",
		exchange.Relations: "UPDATE relation SET ended_at = ? WHERE id IN ? AND ended_at IS NULL",
	}[kind]
	for ok && len(keys) > 0 {
		n := min(len(keys), 500)
		if err := t.q(ctx).Exec(statement, millis(t.s.now()), keys[:n]).Error; err != nil {
			return err
		}
		keys = keys[n:]
	}
	return nil
}

// StrikeOff implements registry.StrikeOffTx, as do the functions below.
func (t *transaction) StrikeOff(ctx context.Context, o party.OrgNo, at time.Time) (time.Time, error) {
	row, err := one[organisationRow](t.q(ctx).Where("org_no = ?", string(o)))
	was := instantOrZero(row.StruckOffAt)
	if err != nil || was.Equal(at) {
		return was, err
	}
	return was, t.q(ctx).Exec("UPDATE organisation SET struck_off_at = ? WHERE org_no = ?", millisOrNull(at), string(o)).Error
}

func (t *transaction) Pause(ctx context.Context, customer party.OrgNo, why systemuser.Pause, at time.Time) ([]system.ID, error) {
	return t.turn(ctx, customer, "", why, at)
}

func (t *transaction) Resume(ctx context.Context, customer party.OrgNo, why systemuser.Pause, at time.Time) ([]system.ID, error) {
	return t.turn(ctx, customer, why, "", at)
}

// turnSQL numbers those that it turns from the first number on.
const turnSQL = `
UPDATE system_user SET paused = ?, changed_at = ?, seq = ? + numbered.n
FROM (SELECT id, ROW_NUMBER() OVER (ORDER BY seq) - 1 AS n FROM system_user WHERE customer = ? AND status <> 'revoked' AND paused = ?) AS numbered
WHERE system_user.id = numbered.id RETURNING system_id`

// turn gives the customer's live system users of the one pause the other. It
// leaves the version alone: who revokes at the same time is right.
func (t *transaction) turn(ctx context.Context, customer party.OrgNo, from, to systemuser.Pause, at time.Time) ([]system.ID, error) {
	// Who changes a system user takes a number first, so from here on their count
	// stands.
	if _, err := t.nextSeq(ctx, 0); err != nil {
		return nil, err
	}
	var n int64
	err := t.q(ctx).Model(&userRow{}).Where("customer = ? AND status <> 'revoked' AND paused = ?", string(customer), string(from)).Count(&n).Error
	if err != nil {
		return nil, err
	}
	first, err := t.nextSeq(ctx, int(n))
	if err != nil {
		return nil, err
	}
	var ids []system.ID
	err = t.q(ctx).Raw(turnSQL, string(to), millis(at), first, string(customer), string(from)).Scan(&ids).Error
	return ids, err
}

// thing names what a row of the catalogue, or an organisation, stands for.
func thing(key ...any) registry.Thing {
	words := make([]string, len(key))
	for i, k := range key {
		words[i], _ = k.(string)
	}
	text := strings.TrimSpace(strings.Join(words, " "))
	return registry.Thing{Key: text, What: text}
}

// differences names the columns in which two rows of a table differ.
func differences[R any](was, now R) []registry.Difference {
	return compare("", reflect.ValueOf(was), reflect.ValueOf(now))
}

func compare(prefix string, was, now reflect.Value) []registry.Difference {
	var members []registry.Difference
	for i := range was.NumField() {
		settings := schema.ParseTagSetting(was.Type().Field(i).Tag.Get("gorm"), ";")
		if was.Field(i).Kind() == reflect.Struct {
			members = append(members, compare(prefix+settings["EMBEDDEDPREFIX"], was.Field(i), now.Field(i))...)
			continue
		}
		a, b := shown(was.Field(i)), shown(now.Field(i))
		if a != b {
			members = append(members, registry.Difference{Name: prefix + settings["COLUMN"], Old: a, New: b})
		}
	}
	return members
}

// shown is a column as text; a time in milliseconds is left as it is stored.
func shown(v reflect.Value) string {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return ""
		}
		v = v.Elem()
	}
	return fmt.Sprint(v.Interface())
}
