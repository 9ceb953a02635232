package registry

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
)

// change is what a guarded use case did, for the audit log and the outbox.
type change struct {
	subject string       // what was changed, as in "request:704013ee-…"; empty when nothing was, which is not recorded
	detail  audit.Detail // facts about it, never personal ones
	event   string       // type of the outbox event; empty for none
	orgs    []party.OrgNo
}

// guard runs one change by the actor for the organisation he acts for: policy,
// then do, then the audit entry and the event, all in one transaction. A
// denial, by the policy or by do with a Forbidden error, changes nothing and is
// recorded in a transaction of its own; subject names what was tried. A denial
// that could not be recorded is that fault instead. A change without a subject
// is none, and leaves no entry.
func (r *Registry) guard(
	ctx context.Context, a models.Actor, act policy.Action, subject string,
	do func(Tx, policy.Standing, *catalog.Catalog) (change, error),
) error {
	var s policy.Standing
	err := r.Store.Write(ctx, func(tx Tx) error {
		// What the actor may do must still be so at the commit (I1), and every
		// change takes the log first, so that no two wait for each other.
		if err := tx.Alone(ctx); err != nil {
			return err
		}
		p, c, err := r.check(ctx, tx, a, act)
		s = p.Standing
		if err != nil {
			return err
		}
		done, err := do(tx, s, c)
		if err != nil {
			return err
		}
		return r.record(ctx, tx, a, strongest(s), act, done)
	})
	if e, ok := errors.AsType[*models.Error](err); ok && (e.Kind == models.Forbidden || e.Kind == models.NotFound) {
		if denied := r.deny(ctx, a, s, act, subject, e.Code); denied != nil {
			return denied
		}
	}
	return err
}

// record writes the audit entry and the event of a change. role is what let a
// person do it.
func (r *Registry) record(ctx context.Context, tx Tx, a models.Actor, role string, act policy.Action, done change) error {
	if done.subject == "" {
		return nil
	}
	now := r.Now()
	err := tx.AppendAudit(ctx, audit.Entry{
		At: now, Actor: a, Role: role, Action: string(act), Subject: done.subject,
		OrgNo: a.OrgNo, Outcome: audit.Done, Detail: done.detail,
	})
	if err != nil || done.event == "" {
		return err
	}
	return tx.AddEvent(ctx, Event{
		ID: models.NewID(), At: now, Type: done.event, Subject: done.subject, OrgNos: done.orgs, Data: done.detail,
	})
}

// The denials of a person or a program are recorded up to this many an hour for
// each action; the last one says so. Else anybody who can log in, or has a
// client, could fill the log, and hold up everybody else who writes to it.
const (
	denialsKept   = 100
	denialsWindow = time.Hour
)

// deny records an attempt that was denied.
func (r *Registry) deny(ctx context.Context, a models.Actor, s policy.Standing, act policy.Action, subject string, code models.Code) error {
	ctx = context.WithoutCancel(ctx)
	var detail audit.Detail
	if a.Kind != models.Operator {
		kept := 0
		err := r.Store.Read(ctx, func(tx Reader) (err error) {
			kept, err = tx.Denials(ctx, a.ID, string(act), r.Now().Add(-denialsWindow))
			return err
		})
		switch {
		case err != nil:
			return err
		case kept >= denialsKept:
			return nil
		case kept == denialsKept-1:
			detail = audit.Detail{"more": "not recorded within an hour"}
		}
	}
	return r.Store.Write(ctx, func(tx Tx) error {
		return tx.AppendAudit(ctx, audit.Entry{
			At: r.Now(), Actor: a, Role: strongest(s), Action: string(act), Subject: tried(subject),
			OrgNo: a.OrgNo, Outcome: audit.Denied, Code: code, Detail: detail,
		})
	})
}

// strongest is the first thing the person holds, as the audit log names it.
// check puts those first that are enough for what he does.
func strongest(s policy.Standing) string {
	if len(s.Holdings) == 0 {
		return ""
	}
	return s.Holdings[0]
}

// hexRun is a part of an id, or a number; maskable is how long a national id is.
var hexRun = regexp.MustCompile(`[0-9A-Fa-f]+`)

const maskable = 11

// tried is the subject of a denied attempt. It comes from outside: at most 200
// bytes of ASCII that can be seen go into the log, and nothing that may be a
// national id, since nothing leaves the log again.
func tried(subject string) string {
	seen := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, subject)
	seen = hexRun.ReplaceAllStringFunc(seen, func(run string) string {
		if len(run) == maskable && strings.Trim(run, "0123456789") == "" {
			return "?"
		}
		return run
	})
	return seen[:min(len(seen), 200)]
}
