package paths_test

import (
	"testing"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/views/paths"
)

const id models.ID = "0b6f3c1e-2a7d-4c65-9a55-3f1b7a5f0c11"

func TestPagesHaveTheirAddresses(t *testing.T) {
	for want, got := range map[string]string{
		"/":                                      paths.Front(),
		"/login":                                 paths.Login(),
		"/login/id%2Fporten":                     paths.LoginWith("id/porten"),
		"/logout":                                paths.Logout(),
		"/logged-out":                            paths.LoggedOut(),
		"/organisations":                         paths.Organisations(),
		"/requests":                              paths.Requests(),
		"/requests/" + string(id):                paths.Request(id),
		"/requests/" + string(id) + "/approve":   paths.RequestApprove(id),
		"/requests/" + string(id) + "/reject":    paths.RequestReject(id),
		"/requests/" + string(id) + "/receipt":   paths.RequestReceipt(id),
		"/systemusers":                           paths.SystemUsers(),
		"/systemusers/" + string(id):             paths.SystemUser(id),
		"/systemusers/" + string(id) + "/revoke": paths.SystemUserRevoke(id),
		"/supplier/systems":                      paths.SupplierSystems(),
		"/supplier/systems/new":                  paths.SupplierNewSystem(),
		"/supplier/systems/310678961_fjell":      paths.SupplierSystem("310678961_fjell"),
		"/supplier/systems/310678961_fjell/requests/new":           paths.SupplierNewRequest("310678961_fjell"),
		"/supplier/requests":                                       paths.SupplierRequests(),
		"/supplier/requests/" + string(id):                         paths.SupplierRequest(id),
		"/accessmanagement/ui/systemuser/request?id=" + string(id): paths.Confirm(id),
		"/docs":                 paths.Docs(),
		"/docs/system-register": paths.DocsGroup("system-register"),
		"/openapi.json":         paths.Description(),
		"/a?after=x%3D1":        paths.Page("/a?after=old", "x=1"),
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestSwitchingKeepsThePage(t *testing.T) {
	if got, want := paths.InLanguage("/requests?after=3&lang=nb", models.EN), "/requests?after=3&lang=en"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := paths.InScheme("/requests", "dark"), "/requests?scheme=dark"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, foreign := range []string{"https://evil.example/", "//evil.example/x", "///evil.example/x", "////evil.example", "/%2Fevil.example", "", "evil", "javascript:alert(1)", "/%zz"} {
		if got, want := paths.InLanguage(foreign, models.NN), "/?lang=nn"; got != want {
			t.Errorf("%q: got %s, want %s", foreign, got, want)
		}
	}
}

func TestAnIDCannotLeaveItsPlace(t *testing.T) {
	if got, want := paths.Request("../logout?x"), "/requests/..%2Flogout%3Fx"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestPagesOfPeopleHaveTheirAddresses(t *testing.T) {
	for want, got := range map[string]string{
		"/login/again?next=%2Frequests%2F1":              paths.LoginAgain("/requests/1"),
		"/login/op?next=%2Fmembers&purpose=again":        paths.LoginAgainWith("op", "/members"),
		"/login/op?purpose=link":                         paths.LoginLinkWith("op"),
		"/login/known":                                   paths.LoginKnown(),
		"/login/known/new":                               paths.LoginKnownNew(),
		"/login/known/link":                              paths.LoginKnownLink(),
		"/organisations/claim":                           paths.OrganisationClaim(),
		"/account":                                       paths.Account(),
		"/account/log":                                   paths.AccountLog(),
		"/account/erase":                                 paths.AccountErase(),
		"/account/data.json":                             paths.AccountData(),
		"/account/identities/id%2Fporten":                paths.IdentityAdd("id/porten"),
		"/account/identities":                            paths.IdentityRemove(),
		"/account/logins/" + string(id) + "/end":         paths.LoginEnd(id),
		"/account/logins/end-others":                     paths.LoginEndOthers(),
		"/members":                                       paths.Members(),
		"/members/" + string(id):                         paths.Member(id),
		"/members/" + string(id) + "/give":               paths.MemberGive(id),
		"/members/holdings/" + string(id) + "/end":       paths.HoldingEnd(id),
		"/members/invite":                                paths.Invite(),
		"/members/invitations/" + string(id) + "/revoke": paths.InvitationRevoke(id),
		"/invitations/accept":                            paths.InvitationAccept(),
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
