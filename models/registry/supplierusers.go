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

// UserState is what a supplier may ask for in a list of system users.
type UserState string

// The states of a supplier's list. UsersLive, the usual one, is those that are
// active or paused.
const (
	UsersLive   UserState = ""
	UsersActive UserState = "active" // given tokens
	UsersPaused UserState = "paused" // given none for now
	UsersEnded  UserState = "ended"  // revoked, or over
)

// UserFilter chooses system users of one system.
type UserFilter struct {
	System   system.ID
	State    UserState
	Customer party.OrgNo // of this customer alone; empty for any
	Text     string      // in the title, the external reference, or the customer's name or number; empty for any
}

// StateOf is the state of u at now, never UsersLive.
func StateOf(u systemuser.SystemUser, now time.Time) UserState {
	switch {
	case u.Status == systemuser.Revoked || u.Over(now):
		return UsersEnded
	case u.Stopped(now):
		return UsersPaused
	}
	return UsersActive
}

// SupplierUserReader reads system users of suppliers' systems. The supplier or
// its system is part of each question. What was delegated is not read along
// where several are.
type SupplierUserReader interface {
	// SystemUserFrom finds a system user of one of the supplier's systems,
	// ended or not.
	SystemUserFrom(ctx context.Context, supplier party.OrgNo, id models.ID) (systemuser.SystemUser, error)
	// SystemUserAt finds the system user of the triple that has not been revoked.
	SystemUserAt(ctx context.Context, s system.ID, customer party.OrgNo, ref string) (systemuser.SystemUser, error)
	// SystemUsersWhere lists what f chooses at now in the order of changes,
	// those whose number is greater than after, at most limit.
	SystemUsersWhere(ctx context.Context, f UserFilter, now time.Time, after int64, limit int) ([]systemuser.SystemUser, error)
	// CountSystemUsers counts what f chooses at now.
	CountSystemUsers(ctx context.Context, f UserFilter, now time.Time) (int, error)
}

// SupplierUserTx writes what suppliers do to system users.
type SupplierUserTx interface {
	// HoldSystemUser stores u.SupplierPaused and u.ChangedAt if the stored one is
	// not revoked and has u.Version; otherwise Conflict systemuser.revoked. It
	// takes the next number in the order of changes.
	HoldSystemUser(ctx context.Context, u systemuser.SystemUser) error
	// CloseRequestsOf does what follows for requests when a system user has
	// ended: the one that it came from is removed, and pending change requests
	// are withdrawn, whose ids come back.
	CloseRequestsOf(ctx context.Context, systemUser models.ID, at time.Time) ([]models.ID, error)
}

// SystemUsersOfSystem lists system users of one of the actor's own systems that
// f chooses, in the order in which they last changed, those numbered after
// after. more tells whether there are others; total is -1 unless it is asked
// for. NotFound for a system of another supplier; those of the policy.
func (r *Registry) SystemUsersOfSystem(ctx context.Context, a models.Actor, f UserFilter, after int64, limit int, count bool) (found []systemuser.SystemUser, more bool, total int, err error) {
	total = -1
	err = r.read(ctx, a, policy.SystemUserTrack, func(tx Reader, _ policy.Standing, _ *catalog.Catalog) error {
		if _, err := ownSystem(ctx, tx, a, f.System); err != nil {
			return err
		}
		var err error
		if found, err = tx.SystemUsersWhere(ctx, f, r.Now(), after, limit+1); err != nil {
			return err
		}
		if more = len(found) > limit; more {
			found = found[:limit]
		}
		if count {
			total, err = tx.CountSystemUsers(ctx, f, r.Now())
		}
		return err
	})
	return found, more, total, err
}

// SystemUserByQuery finds the system user of the triple that has not been
// revoked, of one of the actor's own systems. Whatever is missing, and whosever
// it is, the error is the same NotFound.
func (r *Registry) SystemUserByQuery(ctx context.Context, a models.Actor, s system.ID, customer party.OrgNo, ref string) (systemuser.SystemUser, error) {
	var u systemuser.SystemUser
	err := r.read(ctx, a, policy.SystemUserTrack, func(tx Reader, _ policy.Standing, _ *catalog.Catalog) error {
		if _, err := ownSystem(ctx, tx, a, s); err != nil {
			return err
		}
		var err error
		u, err = tx.SystemUserAt(ctx, s, customer, ref)
		return err
	})
	return u, err
}

// PauseSystemUser stops a system user of one of the actor's own systems until
// the supplier resumes it: from the moment this returns nil, no enrichment and
// no decision says yes for it. Pausing what the supplier has paused changes
// nothing. reason goes into the audit log. Conflict systemuser.revoked; NotFound
// for another supplier's; those of the policy.
func (r *Registry) PauseSystemUser(ctx context.Context, a models.Actor, id models.ID, reason string) (systemuser.SystemUser, error) {
	return r.halt(ctx, a, policy.SystemUserPause, id, "systemuser.paused", reason, func(u systemuser.SystemUser) time.Time {
		if u.SupplierPaused.IsZero() {
			return r.Now()
		}
		return u.SupplierPaused
	})
}

// ResumeSystemUser takes back what PauseSystemUser did, and nothing else: what
// is stopped for another cause stays so. Errors as there.
func (r *Registry) ResumeSystemUser(ctx context.Context, a models.Actor, id models.ID, reason string) (systemuser.SystemUser, error) {
	return r.halt(ctx, a, policy.SystemUserResume, id, "systemuser.resumed", reason, func(systemuser.SystemUser) time.Time { return time.Time{} })
}

// halt sets since when the supplier has paused a system user.
func (r *Registry) halt(
	ctx context.Context, a models.Actor, act policy.Action, id models.ID, event, reason string, since func(systemuser.SystemUser) time.Time,
) (systemuser.SystemUser, error) {
	var u systemuser.SystemUser
	err := r.guard(ctx, a, act, userSubject(id), func(tx Tx, _ policy.Standing, _ *catalog.Catalog) (change, error) {
		var err error
		if u, err = tx.SystemUserFrom(ctx, party.OrgNo(a.OrgNo), id); err != nil {
			return change{}, err
		}
		if u.Status == systemuser.Revoked {
			return change{}, models.NewError(models.Conflict, models.CodeUserRevoked)
		}
		at := since(u)
		if at.Equal(u.SupplierPaused) {
			return change{}, nil // it is so already
		}
		u.SupplierPaused, u.ChangedAt = at, r.Now()
		if err := tx.HoldSystemUser(ctx, u); err != nil {
			return change{}, err
		}
		return userChange(a, u, event, reason), nil
	})
	return u, err
}

// GiveUpSystemUser ends a system user of one of the actor's own systems for
// good, as Revoke does for the customer. Giving up what the supplier has given
// up changes nothing. Errors as those of PauseSystemUser.
func (r *Registry) GiveUpSystemUser(ctx context.Context, a models.Actor, id models.ID, reason string) (systemuser.SystemUser, error) {
	var u systemuser.SystemUser
	err := r.guard(ctx, a, policy.SystemUserGiveUp, userSubject(id), func(tx Tx, _ policy.Standing, _ *catalog.Catalog) (change, error) {
		var err error
		if u, err = tx.SystemUserFrom(ctx, party.OrgNo(a.OrgNo), id); err != nil {
			return change{}, err
		}
		switch {
		case u.Status == systemuser.Revoked && u.RevokedBy == systemuser.EndedBySupplier:
			return change{}, nil
		case u.Status == systemuser.Revoked:
			return change{}, models.NewError(models.Conflict, models.CodeUserRevoked)
		}
		done, err := r.end(ctx, tx, a, u, systemuser.EndedBySupplier, "systemuser.given_up")
		if err == nil {
			u.Status, u.RevokedAt, u.RevokedBy = systemuser.Revoked, r.Now(), systemuser.EndedBySupplier
			because(done, reason)
		}
		return done, err
	})
	return u, err
}

// userChange is what a supplier did to a system user.
func userChange(a models.Actor, u systemuser.SystemUser, event, reason string) change {
	done := change{
		subject: userSubject(u.ID), event: event, orgs: []party.OrgNo{party.OrgNo(a.OrgNo), u.Customer},
		detail: audit.Detail{"system": string(u.System), "customer": string(u.Customer)},
	}
	because(done, reason)
	return done
}

// because adds the supplier's own words to what is recorded: they go into the
// log with the rest, and to whoever is told of the event.
func because(done change, reason string) {
	if reason != "" {
		done.detail["reason"] = reason
	}
}
