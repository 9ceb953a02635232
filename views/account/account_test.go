package account_test

import (
	"strings"
	"testing"

	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/views/account"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/layout"
	"github.com/stafett/stafett/views/viewstest"
)

// mine are the actions of a person that his log tells.
var mine = []policy.Action{
	policy.RequestApprove, policy.RequestReject, policy.SystemUserRevoke, policy.MemberGive, policy.MemberEnd,
	policy.InvitationSend, policy.InvitationRevoke, policy.InvitationAccept, policy.OrganisationClaim, policy.OrganisationEnter,
	policy.SystemRegister, policy.RequestSend, policy.RequestWithdraw, policy.PersonIdentify, policy.PersonLink, policy.PersonUnlink,
	policy.PersonExport, policy.LoginEnd,
}

func TestEveryActionOfAPersonIsTold(t *testing.T) {
	for _, a := range mine {
		if !i18n.Has("account.did." + string(a)) {
			t.Errorf("account.did.%s has no text", a)
		}
	}
	unknown := account.LogView{Rows: []account.Did{{Action: "moon.land"}, {Action: "moon.land", Denied: true}}}
	if page := viewstest.Render(t.Context(), t, account.Log(layout.Shell{}, unknown)); strings.Count(page, "(moon.land)") != 2 || strings.Contains(page, "⟦") {
		t.Error("an action that we have no words for is not told")
	}
}

func TestTheLastWayInIsNotOfferedForRemoval(t *testing.T) {
	way := account.Way{ID: "a", Provider: "Test-ID"}
	const remove = `action="/account/identities"`
	page := viewstest.Render(t.Context(), t, account.Own(layout.Shell{}, account.View{Ways: []account.Way{way}}))
	if strings.Contains(page, remove) {
		t.Error("the only way in can be removed")
	}
	page = viewstest.Render(t.Context(), t, account.Own(layout.Shell{}, account.View{Ways: []account.Way{way, {ID: "b", Provider: "Jobbkonto"}}}))
	if strings.Count(page, remove) != 2 {
		t.Error("of two ways in, not each can be removed")
	}
}

func TestThisLoginIsEndedByLoggingOut(t *testing.T) {
	v := account.View{Logins: []account.Login{{ID: "l1", Current: true}, {ID: "l2"}}}
	page := viewstest.Render(t.Context(), t, account.Own(layout.Shell{}, v))
	if strings.Contains(page, "/account/logins/l1/end") || !strings.Contains(page, "/account/logins/l2/end") || !strings.Contains(page, "/account/logins/end-others") {
		t.Error("the wrong logins can be ended")
	}
	v.Logins = v.Logins[:1]
	if page := viewstest.Render(t.Context(), t, account.Own(layout.Shell{}, v)); strings.Contains(page, "end-others") {
		t.Error("there is no other login to end")
	}
}

func TestTheOnlyAdministratorIsNotAskedToDeleteHimself(t *testing.T) {
	const form = `action="/account/erase"`
	if page := viewstest.Render(t.Context(), t, account.Erase(layout.Shell{}, account.EraseView{Name: "Kari"})); !strings.Contains(page, form) {
		t.Error("there is no form")
	}
	page := viewstest.Render(t.Context(), t, account.Erase(layout.Shell{}, account.EraseView{Name: "Kari", OnlyIn: []string{"Nordlys Bakeri AS"}}))
	if strings.Contains(page, form) || !strings.Contains(page, "Nordlys Bakeri AS") {
		t.Error("the only administrator is asked, or not told where")
	}
}
