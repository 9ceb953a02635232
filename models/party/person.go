package party

import (
	"time"

	"github.com/stafett/stafett/models"
)

// Person is somebody who signs in or is registered with a role.
type Person struct {
	ID     models.ID
	Name   string
	Erased time.Time // when what we knew of him was deleted; zero for everybody else
}

// Identity is how a provider knows a person: (Issuer, Subject) is unique, and
// several may be one person's. The national id is there only where the
// provider gives one, and the address only where the provider has verified it.
type Identity struct {
	Issuer  string
	Subject string
	PID     PersonID
	Name    string
	Email   string // lower case; empty when there is none or it is not verified
	Linked  time.Time
	Seen    time.Time // when he last signed in by it
}

// Claim is what a provider says that a person is in an organisation.
type Claim struct {
	OrgNo   OrgNo
	OrgName string // as the provider writes it; may be empty
	URN     string // of the role or the access package
}

// Arrival is somebody for whom a provider vouches.
type Arrival struct {
	Identity
	Claims   []Claim
	Provider string    // the provider's id in our configuration
	SID      string    // the provider's id of its own session; may be empty
	Level    int       // authentication level, 0 (unknown) to 4
	AuthTime time.Time // when he proved to the provider who he is
	Agent    string    // browser and system in a few words; may be empty
	New      bool      // he says that he is nobody whom we know by his e-mail address
}

// EndUser is a person as a token of a platform names him: by any of the three.
// Zero values say nothing.
type EndUser struct {
	UserID    int64
	PartyUUID string
	PID       PersonID
}

// Login is one sign-in of a person in one browser.
type Login struct {
	ID       models.ID
	Person   models.ID
	Provider string
	Issuer   string
	Subject  string
	SID      string
	Level    int
	AuthTime time.Time
	Started  time.Time
	Seen     time.Time
	Ended    time.Time // zero while it lasts
	Agent    string
}

// How long a login lasts: unused, and in all.
const (
	LoginIdle = 30 * time.Minute
	LoginLife = 8 * time.Hour
)

// Lasts reports whether the login has neither been ended nor run out at now.
func (l Login) Lasts(now time.Time) bool {
	return l.Ended.IsZero() && now.Sub(l.Seen) < LoginIdle && now.Sub(l.Started) < LoginLife
}

// Where holdings and relations come from. A claim's source is SourceClaim
// followed by the provider's id.
const (
	SourceRegister   = "register"   // the business register
	SourceGiven      = "given"      // one person gave it to another
	SourceInvitation = "invitation" // an invitation that was accepted
	SourceClaim      = "claim:"     // what a provider says at login
	SourceImport     = "import"     // a file, unless the operator names another source
)

// Holding is a role or a power that a person has in an organisation: the URN
// of a role (urn:altinn:external-role:ccr:daglig-leder) or of an access package
// that was given to the person himself. It stays when it has ended, as history.
type Holding struct {
	ID      models.ID
	Person  models.ID
	OrgNo   OrgNo
	URN     string
	Source  string
	From    time.Time
	Until   time.Time // zero: for now without end
	Ended   time.Time // zero: not ended before its time
	GivenBy models.ID // the person who gave it; empty for other sources
}
