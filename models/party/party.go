package party

import "time"

// Organisation is a legal entity that supplies, uses or approves systems, or a
// sub-unit of one.
type Organisation struct {
	OrgNo     OrgNo
	Name      string // as registered; may be empty, then the number stands for it
	Form      string // form of organisation, as in "AS" or "ENK"; may be empty
	PartyID   int64  // Altinn's number of the party
	UUID      string // Altinn's uuid of the party
	Parent    OrgNo  // the unit that a sub-unit belongs to; empty for a unit
	Since     time.Time
	StruckOff time.Time // when it was struck off its register; zero while it stands
	Email     string    // where its register says that it can be reached; may be empty
}

// Display returns the name, or the number where there is no name.
func (o Organisation) Display() string {
	if o.Name == "" {
		return string(o.OrgNo)
	}
	return o.Name
}

// Relation says that a facilitator serves a client organisation in a role, or by
// an access package that the client has given it: RoleURN is either's.
type Relation struct {
	Facilitator OrgNo
	Client      OrgNo
	RoleURN     string
	Source      string    // as of a Holding
	From, Ended time.Time // Ended is zero while it lasts
}
