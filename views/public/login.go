package public

import (
	"context"
	"strings"

	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/paths"
	"github.com/stafett/stafett/views/ui"
)

func loginTitle(v LoginView) string {
	switch {
	case len(v.Providers) == 0:
		return "public.login.none"
	case v.Why == WhyLevel:
		return "public.login.level.title"
	case v.Why == WhyAge:
		return "public.login.age.title"
	}
	return "public.login.title"
}

func loginLead(ctx context.Context, v LoginView) string {
	doing := i18n.T(ctx, doing(v.Next))
	switch {
	case v.Why == WhyLevel:
		return i18n.T(ctx, "public.login.level", "Doing", doing)
	case v.Why == WhyAge:
		return i18n.T(ctx, "public.login.age", "Doing", doing)
	case v.Why == WhyNeeded:
		return i18n.T(ctx, "public.login.needed", "Doing", doing)
	case len(v.Providers) == 1:
		return i18n.T(ctx, "public.login.one", "Provider", v.Providers[0].Name)
	}
	return i18n.T(ctx, "public.login.many")
}

// doing is the key of the words for what a person is on his way to.
func doing(next string) string {
	page, _, _ := strings.Cut(next, "?")
	under := func(path string) bool { return page == path || strings.HasPrefix(page, path+"/") }
	switch {
	case page == paths.Requests():
		return "public.doing.requests"
	case under(paths.Requests()), strings.HasPrefix(page, "/accessmanagement/"):
		return "public.doing.request"
	case under(paths.SystemUsers()):
		return "public.doing.systemusers"
	case page == paths.Invite():
		return "public.doing.invite"
	case page == paths.Members():
		return "public.doing.members"
	case under(paths.Members()):
		return "public.doing.give"
	case page == paths.InvitationAccept():
		return "public.doing.invitation"
	case under(paths.Account()):
		return "public.doing.account"
	case strings.HasPrefix(page, paths.Supplier()):
		return "public.doing.supplier"
	}
	return "public.doing.other"
}

// back is the way out for who is logged in and does not want to log in anew.
func (v LoginView) back() string {
	if v.Next == "" {
		return paths.Front()
	}
	return v.Next
}

func wayVariant(i int) ui.Variant {
	if i == 0 {
		return ui.Primary
	}
	return ui.Secondary
}

func noOrgTitle(v NoOrganisationView) string {
	if v.Others {
		return "public.noorg.title.others"
	}
	return "public.noorg.title"
}

func noOrgLead(v NoOrganisationView) string {
	if v.Others {
		return "public.noorg.lead.others"
	}
	return "public.noorg.lead"
}

// logoutVariant keeps the log-out in the background where there is another way.
func logoutVariant(v NoOrganisationView) ui.Variant {
	if v.Others {
		return ui.Tertiary
	}
	return ui.Secondary
}
