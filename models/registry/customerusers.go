package registry

import (
	"context"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

// CustomerUserTx writes what customers do with their system users.
type CustomerUserTx interface {
	// KeepSystemUser stores u.CustomerPaused, u.PauseReason, u.ValidTo,
	// u.Reviewed and u.ChangedAt if the stored one is not revoked and has
	// u.Version; otherwise Conflict systemuser.revoked. It takes the next number
	// in the order of changes.
	KeepSystemUser(ctx context.Context, u systemuser.SystemUser) error
}

// SuspendSystemUser pauses a system user of the actor's organisation: from the
// moment this returns nil, no enrichment and no decision says yes for it, until
// the customer lets it go on. What the supplier does with its own pause changes
// nothing of that. Pausing what the customer has paused changes nothing, not
// even the reason, which the supplier is told and the log is not. It is never
// barred by the level or an old login. Errors: Invalid with the field reason;
// Conflict systemuser.revoked; NotFound; those of the policy.
func (r *Registry) SuspendSystemUser(ctx context.Context, a models.Actor, id models.ID, reason string) error {
	return r.guard(ctx, a, policy.SystemUserSuspend, userSubject(id), func(tx Tx, _ policy.Standing, _ *catalog.Catalog) (change, error) {
		u, err := tx.SystemUserOf(ctx, party.OrgNo(a.OrgNo), id)
		if err != nil {
			return change{}, err
		}
		return r.suspend(ctx, tx, u, reason)
	})
}

// suspend pauses u for its customer in the transaction. The change is to be
// recorded; it has no subject when u was paused already.
func (r *Registry) suspend(ctx context.Context, tx Tx, u systemuser.SystemUser, reason string) (change, error) {
	paused, err := u.Suspended(reason, stored(r.Now()))
	if err != nil || !u.CustomerPaused.IsZero() {
		return change{}, err
	}
	return r.keep(ctx, tx, paused, "systemuser.suspended")
}

// UnsuspendSystemUser takes back what SuspendSystemUser did: the system user goes
// on with what it was given, unless the supplier or the register has paused it
// too. Errors: Conflict systemuser.not_paused, systemuser.revoked; NotFound;
// those of the policy.
func (r *Registry) UnsuspendSystemUser(ctx context.Context, a models.Actor, id models.ID) error {
	return r.guard(ctx, a, policy.SystemUserUnsuspend, userSubject(id), func(tx Tx, _ policy.Standing, _ *catalog.Catalog) (change, error) {
		u, err := tx.SystemUserOf(ctx, party.OrgNo(a.OrgNo), id)
		if err != nil {
			return change{}, err
		}
		return r.unsuspend(ctx, tx, u)
	})
}

// unsuspend lets u go on in the transaction. The change is to be recorded.
func (r *Registry) unsuspend(ctx context.Context, tx Tx, u systemuser.SystemUser) (change, error) {
	going, err := u.Unsuspended(stored(r.Now()))
	if err != nil {
		return change{}, err
	}
	return r.keep(ctx, tx, going, "systemuser.unsuspended")
}

// keep stores what the customer has decided about u.
func (r *Registry) keep(ctx context.Context, tx Tx, u systemuser.SystemUser, event string) (change, error) {
	if err := tx.KeepSystemUser(ctx, u); err != nil {
		return change{}, err
	}
	s, err := tx.System(ctx, u.System)
	return change{
		subject: userSubject(u.ID), event: event, orgs: []party.OrgNo{s.Supplier, u.Customer},
		detail: audit.Detail{"system": string(u.System), "customer": string(u.Customer)},
	}, err
}

// SetSystemUserEnd sets when a system user of the actor's organisation ends by
// itself; a zero at is never. seen is the version of the one that the actor had
// before him. An earlier end is for whoever may revoke. A later one, or none, is
// a grant for longer: the actor must be signed in to grant, and may grant all that
// the system user was given. The end that it has changes nothing. Errors: Invalid
// with the field until; Conflict when it is not as seen, systemuser.revoked;
// Forbidden request.not_granted, which is a *NotGrantedError; NotFound; those of
// the policy.
func (r *Registry) SetSystemUserEnd(ctx context.Context, a models.Actor, id models.ID, at time.Time, seen int64) error {
	at = stored(at)
	act, err := r.endAct(ctx, a, id, at)
	if err != nil {
		return err
	}
	return r.guard(ctx, a, act, userSubject(id), func(tx Tx, s policy.Standing, c *catalog.Catalog) (change, error) {
		u, err := tx.SystemUserOf(ctx, party.OrgNo(a.OrgNo), id)
		if err != nil {
			return change{}, err
		}
		moved, err := u.Ending(at, stored(r.Now()))
		if err != nil {
			return change{}, err
		}
		switch {
		case u.EndMoved(at) == systemuser.EndKept:
			return change{}, nil
		case u.Version != seen:
			return change{}, models.NewError(models.Conflict, models.CodeConflict)
		case u.EndMoved(at) != systemuser.EndLater:
		case act != policy.SystemUserProlong: // it was another when it was asked which act this is
			return change{}, models.NewError(models.Conflict, models.CodeConflict)
		default:
			if err := mayProlong(ctx, tx, s, c, u); err != nil {
				return change{}, err
			}
		}
		done, err := r.keep(ctx, tx, moved, endEvents[act])
		if err == nil {
			done.detail["from"], done.detail["to"] = endDetail(u.ValidTo), endDetail(at)
		}
		return done, err
	})
}

var endEvents = map[policy.Action]string{policy.SystemUserLimit: "systemuser.limited", policy.SystemUserProlong: "systemuser.prolonged"}

// endAct is what setting the end of the system user to at would be.
func (r *Registry) endAct(ctx context.Context, a models.Actor, id models.ID, at time.Time) (policy.Action, error) {
	act := policy.SystemUserLimit
	err := r.Store.Read(ctx, func(tx Reader) error {
		u, err := tx.SystemUserOf(ctx, party.OrgNo(a.OrgNo), id)
		if err == nil && u.EndMoved(at) == systemuser.EndLater {
			act = policy.SystemUserProlong
		}
		if err != nil && models.CodeOf(err) != models.CodeNotFound {
			return err
		}
		return nil // what is not there is for the guard to say
	})
	return act, err
}

// mayProlong is nil when the person may grant all that the system user was given: a
// later end gives it to the supplier for longer.
func mayProlong(ctx context.Context, tx Reader, s policy.Standing, c *catalog.Catalog, u systemuser.SystemUser) error {
	of, err := tx.System(ctx, u.System)
	if err != nil {
		return err
	}
	return granted(prolonged(s, c, u, of))
}

// prolonged describes what the system user was given, with the check of what the
// person may grant of it: also what its system does not ask for now, which it
// would hold again when the system does.
func prolonged(s policy.Standing, c *catalog.Catalog, u systemuser.SystemUser, of system.System) []Asked {
	var out []Asked
	for _, item := range u.Delegated {
		one := askedOf(c, of, item)
		one.Verdict = s.GrantsTo(u.Kind, c, item)
		out = append(out, one)
	}
	return out
}

// endDetail is an end as the log has it: empty for never.
func endDetail(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}
