package party

import (
	"time"

	"github.com/stafett/stafett/models"
)

// Organisation is a legal entity that supplies, uses or approves systems.
type Organisation struct {
	OrgNo   OrgNo
	Name    string // as registered; may be empty, then the number stands for it
	Form    string // form of organisation, as in "AS" or "ENK"; may be empty
	PartyID int64  // Altinn's number of the party
	UUID    string // Altinn's uuid of the party
	Since   time.Time
}

// Display returns the name, or the number where there is no name.
func (o Organisation) Display() string {
	if o.Name == "" {
		return string(o.OrgNo)
	}
	return o.Name
}

// Person is somebody who signs in or is registered with a role.
type Person struct {
	ID   models.ID
	Name string
}

// Identity is how a provider knows a person: (issuer, subject) is unique; the
// national id is there only where the provider gives one.
type Identity struct {
	Issuer  string
	Subject string
	PID     PersonID
	Name    string
}

// Holding is a role or a power that a person has in an organisation: the URN
// of a role (urn:altinn:external-role:ccr:daglig-leder) or of an access package
// that was given to the person himself.
type Holding struct {
	Person models.ID
	OrgNo  OrgNo
	URN    string
	Source string    // where it comes from: "register", "import", "demo" …
	Until  time.Time // zero: for now without end
}

// Relation says that a facilitator serves a client organisation in a role.
type Relation struct {
	Facilitator OrgNo
	Client      OrgNo
	RoleURN     string
}
