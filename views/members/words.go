package members

import (
	"context"

	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/ui"
)

// few is how many people a list has before it is worth searching.
const few = 8

func (v View) searchable() bool { return v.Query != "" || v.Total > few }

// alone reports whether the reader is the only one, and may change that.
func (v View) alone() bool { return v.Manager && v.Total == 1 && len(v.Invitations) == 0 }

func (f Form) empty() bool { return len(f.Powers)+len(f.Packages) == 0 }

// untilFault is the fault of the last day, by either of the names that rules
// have for it.
func (f Form) untilFault() string {
	if fault := ui.Fault(f.Faults, "role_until"); fault != "" {
		return fault
	}
	return ui.Fault(f.Faults, "until")
}

// emailFault says more of a form that is wrong than the rule does.
func (f Form) emailFault() string {
	if fault := ui.Fault(f.Faults, "email"); fault != "form" {
		return fault
	}
	return "email.form"
}

func faulty(ctx context.Context, f Form) []ui.Faulty {
	var all []ui.Faulty
	add := func(name, label, fault string) {
		if fault != "" {
			all = append(all, ui.Faulty{ID: ui.ID(name), Label: label, Fault: fault})
		}
	}
	add("urn", i18n.T(ctx, "members.role"), ui.Fault(f.Faults, "urn"))
	add("until", i18n.T(ctx, "members.until"), f.untilFault())
	add("email", i18n.T(ctx, "members.email"), f.emailFault())
	return all
}

func called(ctx context.Context, p Person) string { return i18n.PersonName(ctx, p.Name, p.Erased) }

// inviter is the name of who invites; those who run the registry have none.
func inviter(ctx context.Context, name string) string {
	if name == "" {
		return i18n.T(ctx, "members.operator")
	}
	return name
}

// fixed says why a holding cannot be ended by the reader.
func fixed(ctx context.Context, h Holding) string {
	if where := h.Origin.Elsewhere(ctx); where != "" {
		return where
	}
	return i18n.T(ctx, "members.fixed")
}

func endTitle(v EndView) string {
	if v.Person.You {
		return "members.end.title.you"
	}
	return "members.end.title"
}

func endLast(v EndView) string {
	if v.Person.You {
		return "members.end.last.you"
	}
	return "members.end.last"
}

func emailHelp(v InviteView) string {
	if v.MailReady {
		return "members.email.help"
	}
	return "members.email.off"
}

func invitedTitle(v InvitedView) string {
	if v.Mail == MailSent {
		return "members.invited.sent"
	}
	return "members.invited.title"
}
