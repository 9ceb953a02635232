package systemuser

import (
	"slices"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/system"
)

// Kind is standard for a customer's own use, agent for its clients.
type Kind string

// The kinds, spelt as in Altinn's userType.
const (
	Standard Kind = "standard"
	Agent    Kind = "agent"
)

// Status is what a system user can do now.
type Status string

// The states of a system user. Revoked is final.
const (
	Active  Status = "active"
	Revoked Status = "revoked"
)

// Pause says why a live system user is given no tokens for now; empty when it
// is given them.
type Pause string

// StruckOff pauses the system users of a customer that its register has struck
// off.
const StruckOff Pause = "struck_off"

// SystemUser is a machine identity. Its ID is that of the request it came from.
type SystemUser struct {
	ID          models.ID
	Kind        Kind
	System      system.ID
	Customer    party.OrgNo
	ExternalRef string // never empty: the customer's number when none was given
	Title       string
	Status      Status
	Delegated   []catalog.Item // what was approved
	ApprovedBy  models.ID      // person
	CreatedAt   time.Time
	ChangedAt   time.Time
	RevokedAt   time.Time // zero while it lives
	RevokedBy   Ender     // empty while it lives
	ValidTo     time.Time // when it ends by itself; zero for never
	Paused      Pause
	// SupplierPaused and CustomerPaused are when each of them paused it; zero
	// while it has not.
	SupplierPaused time.Time
	CustomerPaused time.Time
	PauseReason    string    // of the customer's pause, in its words; may be empty
	Reviewed       time.Time // when the customer last said that it is to be kept; zero for never
	Seq            int64     // in the order in which last changes were committed; the store sets it
	Version        int64
}

// Ender says whose act the end of a system user was.
type Ender string

// Who ends system users: the customer takes it back, the supplier gives it up,
// its system is deleted, or nobody, since its time was up.
const (
	EndedByCustomer Ender = "customer"
	EndedBySupplier Ender = "supplier"
	EndedBySystem   Ender = "system"
	EndedByTime     Ender = "time"
)

// Stopped reports whether the system user is given no tokens at now although it
// has not been revoked.
func (u SystemUser) Stopped(now time.Time) bool {
	return u.Paused != "" || !u.SupplierPaused.IsZero() || !u.CustomerPaused.IsZero() || u.Over(now)
}

// Over reports whether its time has run out at now.
func (u SystemUser) Over(now time.Time) bool { return !u.ValidTo.IsZero() && !now.Before(u.ValidTo) }

// Current is u at now: one whose time has run out counts as ended by it, whether
// or not that has been written yet.
func (u SystemUser) Current(now time.Time) SystemUser {
	if u.Status == Active && u.Over(now) {
		u.Status, u.RevokedAt, u.RevokedBy = Revoked, u.ValidTo, EndedByTime
	}
	return u
}

// Effective returns what the system user holds now: what was approved, as far
// as its system still asks for it. A system that shrinks takes rights away; one
// that grows gives none. An agent holds what it has for its clients alone.
func (u SystemUser) Effective(s system.System, now time.Time) []catalog.Item {
	if u.Status != Active || u.Stopped(now) || s.Deleted {
		return nil
	}
	return u.Asked(s)
}

// Asked returns what was approved and is still asked for by the system, whether
// or not the system user may use it now.
func (u SystemUser) Asked(s system.System) []catalog.Item {
	return slices.DeleteFunc(slices.Clone(u.Delegated), func(i catalog.Item) bool { _, ok := s.Ask(i); return !ok })
}
