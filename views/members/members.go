package members

import (
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/views/ui"
)

// View is the list of the organisation's people.
type View struct {
	Query       string       // what was searched for
	People      []Person     // who hold something now and match the search, strongest first
	Total       int          // how many hold something now, whatever was searched for
	Past        []Person     // who hold nothing any more; their Holdings have ended
	Invitations []Invitation // that can still be used, newest first
	Manager     bool         // the reader administers access; otherwise he only reads
}

// Person is somebody with his holdings.
type Person struct {
	ID       models.ID
	Name     string
	Erased   bool      // what we knew of him has been deleted
	You      bool      // he is the reader
	Holdings []Holding // strongest first
}

// Holding is one role or access package of a person's.
type Holding struct {
	ID      models.ID
	Role    models.Text
	Package bool // an access package; otherwise a role or a power
	Origin  ui.Origin
	Can     []ui.Can
	CanEnd  bool // the reader may end it
}

// Invitation is one that can still be used.
type Invitation struct {
	ID    models.ID
	Role  models.Text
	Email string // where it was sent; empty for a link alone
	By    string // name of who invited; empty for those who run the registry
	Sent  time.Time
	Until time.Time // the last moment it can be used
}

// MemberView is the page of one person.
type MemberView struct {
	Person    Person
	Past      []Holding // ended, the latest first
	Manager   bool      // the reader administers access
	Form      Form      // what he may give; nothing when he is no manager
	Need      ui.Need   // what the reader must do before he may give anything
	StruckOff bool      // the organisation has been; nobody gives anything there any more
}

// Form is the choice of a role and of its last day.
type Form struct {
	Powers   []Choice // powers of administration
	Packages []Choice // other access packages
	Not      []Refused
	Role     string // the URN chosen, sent as "urn"
	Until    string // as typed, YYYY-MM-DD, sent as "until"
	Email    string // of an invitation, as typed, sent as "email"
	Faults   []models.FieldError
}

// Choice is one role that the reader may give.
type Choice struct {
	URN  string
	Name models.Text
	Can  []ui.Can // what it lets one do here
}

// Refused is one that he may not.
type Refused struct {
	Name   models.Text
	Cause  string   // a policy.Cause
	Others []string // names of those who may
}

// EndView asks whether to end a holding.
type EndView struct {
	Person  Person
	Holding Holding
	Last    bool // it is all that the person holds here
	Nobody  bool // nobody is left who administers access
}

// InviteView is the form of an invitation.
type InviteView struct {
	Form      Form
	MailReady bool    // we can send mail
	Need      ui.Need // what the reader must do before he may invite
	Days      int     // how many days an invitation can be used
}

// Mail says what became of an invitation's e-mail.
type Mail string

// What became of it.
const (
	MailNone   Mail = "none" // no address was given
	MailSent   Mail = "sent"
	MailFailed Mail = "failed"
	MailOff    Mail = "off" // this registry sends no mail
)

// InvitedView shows the link of a new invitation, this once.
type InvitedView struct {
	Link   string // the whole address
	Role   models.Text
	Email  string // may be empty
	Mail   Mail
	Until  time.Time // the last moment the invitation can be used
	Ending time.Time // when the role will end; zero for no end
}

// AcceptView asks somebody who was invited.
type AcceptView struct {
	ID     models.ID // sent back as "invitation": what was read is what is accepted
	By     string    // name of who invited; empty for those who run the registry
	Org    string    // legal name
	OrgNo  string    // nine digits
	Role   models.Text
	Can    []ui.Can
	Ending time.Time // when the role will end; zero for no end
	Until  time.Time // the last moment the invitation can be used
	Has    bool      // he holds this role there already
}
