package paths

import (
	"net/url"

	"github.com/stafett/stafett/models"
)

// LoginKnown is for somebody new with an e-mail address that we know.
func LoginKnown() string { return "/login/known" }

// LoginKnownNew goes on as a new user. POST only.
func LoginKnownNew() string { return LoginKnown() + "/new" }

// LoginKnownLink connects the two ways to log in. GET and POST.
func LoginKnownLink() string { return LoginKnown() + "/link" }

// OrganisationClaim tells how to get to an organisation, and joins one by what
// the business register says. GET and POST.
func OrganisationClaim() string { return Organisations() + "/claim" }

// Account is the person's own page.
func Account() string { return "/account" }

// AccountLog is what the person has done.
func AccountLog() string { return Account() + "/log" }

// AccountErase asks whether to delete the person, and does. GET and POST.
func AccountErase() string { return Account() + "/erase" }

// AccountData is all that we know of the person, as a file.
func AccountData() string { return Account() + "/data.json" }

// IdentityAdd begins to connect one more way to log in, and leads on. GET and POST.
func IdentityAdd(provider string) string {
	return Account() + "/identities/" + url.PathEscape(provider)
}

// IdentityRemove asks whether to remove a way to log in, and does. POST only.
func IdentityRemove() string { return Account() + "/identities" }

// LoginEnd ends one login of the person's. POST only.
func LoginEnd(id models.ID) string { return Account() + "/logins/" + segment(id) + "/end" }

// LoginEndOthers ends every login of the person's but this. POST only.
func LoginEndOthers() string { return Account() + "/logins/end-others" }

// Members is the list of the organisation's people and their roles.
func Members() string { return "/members" }

// Member is the page of one person in the organisation.
func Member(id models.ID) string { return Members() + "/" + segment(id) }

// MemberGive gives the person a role. POST only.
func MemberGive(id models.ID) string { return Member(id) + "/give" }

// HoldingEnd asks whether to end a holding, and does. GET and POST.
func HoldingEnd(id models.ID) string { return Members() + "/holdings/" + segment(id) + "/end" }

// Invite is the form of an invitation. GET and POST.
func Invite() string { return Members() + "/invite" }

// InvitationRevoke takes an invitation back. POST only.
func InvitationRevoke(id models.ID) string {
	return Members() + "/invitations/" + segment(id) + "/revoke"
}

// Invitations is the path below which the links of invitations are.
func Invitations() string { return "/invitations" }

// Invitation is the link of an invitation, which carries its secret.
func Invitation(secret string) string { return Invitations() + "/" + url.PathEscape(secret) }

// InvitationAccept asks the invited, and lets him in. GET and POST.
func InvitationAccept() string { return "/invitations/accept" }
