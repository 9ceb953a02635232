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
	RevokedAt   time.Time // zero while it lives
	Paused      Pause
	Version     int64
}

// Effective returns what the system user holds now: what was approved, as far
// as its system still asks for it. A system that shrinks takes rights away; one
// that grows gives none.
func (u SystemUser) Effective(s system.System) []catalog.Item {
	if u.Status != Active || u.Paused != "" || s.Deleted {
		return nil
	}
	asked := s.Asked()
	return slices.DeleteFunc(slices.Clone(u.Delegated), func(i catalog.Item) bool { return !slices.Contains(asked, i) })
}
