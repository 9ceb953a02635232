package public

import "github.com/stafett/stafett/models"

// Provider is one way to log in.
type Provider struct {
	Name  string // as people know it
	About string // a line about it, in the reader's language; may be empty
	Href  string // where the login starts, on our site
	Known bool   // the person has used it before, on the page that asks about that
}

// Why says why somebody is asked to log in.
type Why string

// The reasons; the empty Why is that he chose to.
const (
	WhyNeeded Why = "needed" // what he is on his way to is for people who are logged in
	WhyLevel  Why = "level"  // he is logged in, in a way that is not sure enough
	WhyAge    Why = "age"    // he is logged in, but it is a while since
)

// LoginView is the choice of login provider; there may be none.
type LoginView struct {
	Providers []Provider // in their order; the first is the one to choose
	Why       Why
	Next      string // where the login leads, a path of ours; empty for the front page
}

// KnownView is for somebody new with an e-mail address that we know.
type KnownView struct {
	Email     string     // the address, which his provider has verified
	Provider  string     // name of the provider he just used
	Providers []Provider // how he may log in to show that he is the same; those he has used first
}

// LinkView asks somebody who has shown that he is the same whether to connect
// the two ways to log in.
type LinkView struct {
	Provider string // name of the new provider
	Email    string // the address that both know
}

// OrganisationsView is the choice of whom to act for.
type OrganisationsView struct {
	Rows   []OrganisationRow
	Return string // where to go afterwards, a path of ours, sent back as "return"; may be empty
}

// OrganisationRow is one organisation to act for. Its number is sent as "org".
type OrganisationRow struct {
	Name    string // legal name
	No      string // nine digits
	Roles   []models.Text
	Current bool // the one that the person acts for now
}

// NoOrganisationView is for a person without any organisation, or without the
// one that he looks for.
type NoOrganisationView struct {
	Person   string // name
	Contact  string // who runs this registry, as configured; may be empty
	Others   bool   // he has other organisations
	Register bool   // the business register can be asked what he is in an organisation
	OrgNo    string // as typed, sent as "orgno"
	Faults   []models.FieldError
}

// LoggedOutView is the page after logging out.
type LoggedOutView struct {
	Provider string // name of the login provider; empty when it has no session to end
	EndURL   string // where the provider ends its session; empty for nowhere
}

// orgsLead is the key of what to do; with one organisation there is no choice.
func orgsLead(v OrganisationsView) string {
	if len(v.Rows) == 1 {
		return "public.orgs.lead.one"
	}
	return "public.orgs.lead"
}
