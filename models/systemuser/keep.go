package systemuser

import (
	"slices"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
)

// MaxPauseReason bounds the customer's words for why it pauses, in characters.
const MaxPauseReason = 500

// Suspended returns u paused by its customer from now on, and why. What the
// customer has paused stays as it is, with the first reason, whatever comes now:
// there is no field any more to set the fault beside. The supplier's
// pause and the register's are other things, and stand beside it. Errors:
// Invalid with the field reason; Conflict systemuser.revoked for one that has
// ended.
func (u SystemUser) Suspended(reason string, now time.Time) (SystemUser, error) {
	if err := u.lives(now); err != nil || !u.CustomerPaused.IsZero() {
		return u, err
	}
	var f models.Faults
	f.Add("reason", models.TextFault(reason, MaxPauseReason, true))
	if err := f.Err(); err != nil {
		return u, err
	}
	u.CustomerPaused, u.PauseReason, u.ChangedAt = now, reason, now
	return u, nil
}

// Unsuspended takes back what Suspended did, and nothing else. Errors: Conflict
// systemuser.not_paused when the customer has not paused it, systemuser.revoked
// for one that has ended.
func (u SystemUser) Unsuspended(now time.Time) (SystemUser, error) {
	if err := u.lives(now); err != nil {
		return u, err
	}
	if u.CustomerPaused.IsZero() {
		return u, models.NewError(models.Conflict, models.CodeNotPaused)
	}
	u.CustomerPaused, u.PauseReason, u.ChangedAt = time.Time{}, "", now
	return u, nil
}

// EndMove is which way an end has been moved.
type EndMove int

// The ways: not at all; to an end where there was none, or an earlier one; to a
// later one, or none.
const (
	EndKept EndMove = iota
	EndEarlier
	EndLater
)

// EndMoved tells which way the end of u moves when it becomes at, which is zero
// for never.
func (u SystemUser) EndMoved(at time.Time) EndMove {
	switch {
	case at.Equal(u.ValidTo):
		return EndKept
	case at.IsZero() || !u.ValidTo.IsZero() && at.After(u.ValidTo):
		return EndLater
	}
	return EndEarlier
}

// Ending returns u with its end at at, or without one when at is zero. Errors:
// Invalid with the field until when at has been; Conflict systemuser.revoked for
// one that has ended.
func (u SystemUser) Ending(at, now time.Time) (SystemUser, error) {
	if err := u.lives(now); err != nil {
		return u, err
	}
	if !at.IsZero() && !at.After(now) {
		return u, models.Faults{{Field: "until", Fault: "until.past"}}.Err()
	}
	if u.EndMoved(at) != EndKept {
		u.ValidTo, u.ChangedAt = at, now
	}
	return u, nil
}

// Narrowed returns u without the items, all of which it was given. Errors:
// Invalid with the field items, when there is none, when one was not given, or
// when nothing would be left: then it is to be revoked; Conflict
// systemuser.revoked for one that has ended.
func (u SystemUser) Narrowed(items []catalog.Item, now time.Time) (SystemUser, error) {
	if err := u.lives(now); err != nil {
		return u, err
	}
	left := slices.DeleteFunc(slices.Clone(u.Delegated), func(i catalog.Item) bool { return slices.Contains(items, i) })
	fault := ""
	switch {
	case len(items) == 0:
		fault = "items.none"
	case slices.ContainsFunc(items, func(i catalog.Item) bool { return !slices.Contains(u.Delegated, i) }):
		fault = "items.not_held"
	case len(left) == 0:
		fault = "items.last"
	}
	if fault != "" {
		return u, models.Faults{{Field: "items", Fault: fault}}.Err()
	}
	u.Delegated, u.ChangedAt = left, now
	return u, nil
}

// lives is Conflict systemuser.revoked for what has ended at now, by an act or
// by time.
func (u SystemUser) lives(now time.Time) error {
	if u.Current(now).Status != Active {
		return models.NewError(models.Conflict, models.CodeUserRevoked)
	}
	return nil
}
