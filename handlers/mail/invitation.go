package mail

import (
	"context"
	"strings"
	"time"
	"unicode"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/views/i18n"
)

// InvitationView is what the mail of an invitation tells.
type InvitationView struct {
	To        string      // the address of the one who is invited
	Person    string      // who invites; empty when we have no name of his
	PersonOrg string      // the organisation for which he does; empty for the registry's operator
	Org       string      // the organisation in which the invited person gets the role
	OrgNo     string      // its number
	Role      models.Text // all that he gets by accepting
	RoleUntil time.Time   // when the role ends; zero when it does not
	Link      string      // absolute; holds the secret of the invitation
	Until     time.Time   // when the invitation ends
}

// Invitation writes the mail of an invitation in the language of ctx. Names are
// put on one line, so that none can look like a paragraph of ours. The person's
// may be of his own choice: it stays out of the subject, and one that could be a
// link or goes on for long is left out, or anybody could send his words to
// strangers in our name.
func Invitation(ctx context.Context, v InvitationView) Message {
	org, who := line(v.Org), line(v.PersonOrg)
	lead := "mail.invitation.lead"
	switch who {
	case org:
		lead = "mail.invitation.lead_own"
	case "":
		who = i18n.T(ctx, "mail.invitation.operator")
	}
	if person := line(v.Person); person != "" && v.PersonOrg != "" && len(person) <= 100 && !strings.ContainsAny(person, "/:@") {
		who = i18n.T(ctx, "mail.invitation.who", "Person", person, "Org", who)
	}
	role := i18n.T(ctx, "mail.invitation.role", "Role", i18n.Within(ctx, line(i18n.In(ctx, v.Role))))
	if !v.RoleUntil.IsZero() { // a role that ends at midnight has the day before as its last
		role += "\n" + i18n.T(ctx, "mail.invitation.role_until", "Day", i18n.Date(ctx, v.RoleUntil.Add(-1)))
	}
	return Message{
		To:      v.To,
		Lang:    i18n.Lang(ctx),
		Subject: i18n.T(ctx, "mail.invitation.subject", "Org", org),
		Text: i18n.T(ctx, "mail.invitation.text",
			"Lead", i18n.T(ctx, lead, "Who", who, "Org", org),
			"Org", org,
			"OrgNo", i18n.OrgNo(v.OrgNo),
			"Role", role,
			"Until", i18n.DateTime(ctx, v.Until),
			"Link", v.Link),
	}
}

// line makes one line of a name: what prints, with single spaces.
func line(name string) string {
	return strings.Join(strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) || r == ' ' }), " ")
}
