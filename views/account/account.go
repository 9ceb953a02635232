package account

import (
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/views/ui"
)

// View is a person's own page.
type View struct {
	Name          string
	NumberFrom    []string // names of the providers that have told us his national id; none when we do not know it
	Ways          []Way    // how he logs in, the latest used first
	More          []Provider
	Organisations []Organisation
	Logins        []Login // this one first, then the latest seen first
}

// Way is one way of his to log in.
type Way struct {
	ID       string // sent as "identity" to remove it; tells nothing about him
	Provider string // name of the provider
	Email    string // the address that the provider has verified; may be empty
	Linked   time.Time
	Seen     time.Time // when he last logged in by it
	Href     string    // where he looks after his account at the provider; empty for nowhere
}

// Provider is a way to log in that he does not have yet.
type Provider struct {
	ID    string // as in our configuration
	Name  string
	About string // the provider's line on the login page, in the reader's language; may be empty
}

// Organisation is one in which he holds something, and what.
type Organisation struct {
	Name      string
	No        string // nine digits
	Current   bool   // he acts for it now
	StruckOff bool
	Holdings  []Holding // strongest first
}

// Holding is one role or access package of his.
type Holding struct {
	Role    models.Text // name of the role or the package
	Package bool        // an access package; otherwise a role or a power
	Origin  ui.Origin
	Can     []ui.Can // what it lets him do here
}

// Login is one sign-in of his that lasts.
type Login struct {
	ID       models.ID
	Provider string
	Agent    string // browser and system; may be empty
	Started  time.Time
	Seen     time.Time
	Level    int // 0 (unknown) to 4
	Current  bool
}

// RemoveView asks whether to remove a way to log in.
type RemoveView struct {
	ID       string // sent back as "identity", with "confirm"
	Provider string
	Email    string
	Current  bool // it is how he is logged in now
}

// LogView is what he has done, newest first.
type LogView struct {
	Rows  []Did
	Newer string // path of the page before; empty for none
	Older string // path of the page after; empty for none
}

// Did is one thing that he did, or tried.
type Did struct {
	At     time.Time
	Action string // a policy.Action, as the audit log writes it
	What   string // name of the program, the role or the login; may be empty
	Whom   string // name of the person it was done to; may be empty
	Org    string // name of the organisation; empty for what concerns himself alone
	Href   string // path to the thing; empty when there is nothing to see
	Denied bool   // it was refused
	Code   models.Code
}

// EraseView asks whether to delete what we know of him.
type EraseView struct {
	Name          string
	Organisations []string // names of those in which he holds something now
	OnlyIn        []string // names of those that nobody else administers; he cannot leave them so
	Fault         string   // key of the fault when "confirm" was not sent
}

// AddView leads on to a provider that is to be connected. Forms of ours may
// lead to no other site, so the way there is a link.
type AddView struct {
	Provider string
	Href     string // where the login starts, on our site
}
