package public

import "github.com/stafett/stafett/models"

// Provider is one way to log in.
type Provider struct {
	Name string // as people know it
	Href string // where the login starts, on our site
}

// LoginView is the choice of login provider; there may be none.
type LoginView struct {
	Providers []Provider
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

// NoOrganisationView is for a person without any organisation.
type NoOrganisationView struct {
	Person  string // name
	Contact string // who runs this registry, as configured; may be empty
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

func loginTitle(v LoginView) string {
	if len(v.Providers) == 0 {
		return "public.login.none"
	}
	return "public.login.title"
}
