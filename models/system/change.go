package system

import (
	"time"

	"github.com/stafett/stafett/models/party"
)

// ChangeType says what a change of a system was, in Altinn's words
// (changeType of its change log).
type ChangeType string

// The types of changes.
const (
	Created         ChangeType = "create"
	Updated         ChangeType = "update"
	RightsUpdated   ChangeType = "rightsupdate"
	PackagesUpdated ChangeType = "accesspackageupdate"
	Deleted         ChangeType = "delete"
)

// Change is one entry of a system's change log: what the system was made into.
type Change struct {
	Type     ChangeType
	By       party.OrgNo // whose program or person made it
	ClientID string      // of the OAuth client; empty when a person made it
	At       time.Time
	System   System // as it was after the change
}
