package account_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/views/account"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/layout"
	"github.com/stafett/stafett/views/viewstest"
)

// untold are the actions that stand in nobody's own log: what only looks, what
// jobs and operators do, and what leaves no log behind.
var untold = []policy.Action{
	policy.SystemRead, policy.RequestTrack, policy.RequestRead, policy.ChangeTrack, policy.ChangeRead, policy.SystemUserRead, policy.SystemUserTrack,
	policy.SystemUserStream, policy.ClientRead, policy.BulkRead, policy.Diagnose, policy.MemberRead, policy.InvitationRead, policy.PersonRead,
	policy.RequestLapse, policy.SystemUserEnd, policy.CatalogueImport, policy.PartyImport, policy.AuditVerify, policy.OrganisationRestore,
	policy.PersonRemap, policy.RegisterSync, policy.KeyRotate, policy.PersonErase,
}

// A new action needs words, or a place among the untold.
func TestEveryActionOfAPersonIsTold(t *testing.T) {
	for _, a := range policy.Actions() {
		if i18n.Has("account.did."+string(a)) == slices.Contains(untold, a) {
			t.Errorf("account.did.%s: is it told or not?", a)
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
