package customer_test

import (
	"strings"
	"testing"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/views/customer"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/layout"
	"github.com/stafett/stafett/views/viewstest"
)

// causes are all that models/policy knows.
var causes = []policy.Cause{
	policy.Level, policy.NotManager, policy.MissingRole, policy.MissingPack,
	policy.NotPassedOn, policy.NotDelegable, policy.UnknownCause, policy.NotAsked,
}

func TestEveryCauseIsExplained(t *testing.T) {
	for _, c := range causes {
		if !i18n.Has("customer.cause." + string(c)) {
			t.Errorf("customer.cause.%s has no text", c)
		}
	}
}

// told are the actions that stand in the history of a system user: those about
// it, its request and its change requests.
var told = []policy.Action{
	policy.RequestSend, policy.RequestRenew, policy.RequestLapse, policy.RequestForward, policy.RequestWithdraw, policy.RequestApprove, policy.RequestReject,
	policy.ChangeSend, policy.ChangeWithdraw, policy.ChangeApprove, policy.ChangeReject,
	policy.SystemUserCreate, policy.SystemUserRename, policy.SystemUserPause, policy.SystemUserResume,
	policy.SystemUserRevoke, policy.SystemUserGiveUp, policy.SystemUserEnd, policy.SystemDelete,
	policy.ClientAttach, policy.ClientDetach, policy.ClientAttachSelf, policy.ClientDetachSelf,
}

func TestEveryActionOfAHistoryIsTold(t *testing.T) {
	for _, a := range told {
		if !i18n.Has("customer.event." + string(a)) {
			t.Errorf("customer.event.%s has no text", a)
		}
	}
}

func review(t *testing.T, change func(*customer.ReviewView)) string {
	t.Helper()
	v := customer.ReviewView{
		ID: "7a2d91c4-5f30-4e8b-9c61-2f4d8e0b7713", Program: models.Text{NB: "Fjellregnskap"},
		Supplier: customer.Org{Name: "Fjelldata AS", No: "310678961"}, Customer: customer.Org{Name: "Nordlys Bakeri AS", No: "313275914"},
		Items:  []customer.Item{{Name: models.Text{NB: "Krav"}}},
		Status: request.Pending, Manager: true, CanApprove: true, CanReject: true, Seen: "abc",
	}
	change(&v)
	return viewstest.Render(t.Context(), t, customer.Review(layout.Shell{}, v))
}

func TestApproveIsOfferedOnlyToWhoMay(t *testing.T) {
	const button = `/approve"`
	if page := review(t, func(*customer.ReviewView) {}); !strings.Contains(page, button) || !strings.Contains(page, `name="seen" value="abc"`) {
		t.Error("who may approve finds no button, or one that does not say what was seen")
	}
	for name, change := range map[string]func(*customer.ReviewView){
		"may not give all": func(v *customer.ReviewView) { v.CanApprove = false },
		"answered":         func(v *customer.ReviewView) { v.Status, v.CanApprove, v.CanReject = request.Accepted, false, false },
	} {
		if page := review(t, change); strings.Contains(page, button) {
			t.Errorf("%s: the page has an approve button", name)
		}
	}
}

func TestSuppliersWordsCannotPoseAsOurs(t *testing.T) {
	page := review(t, func(v *customer.ReviewView) {
		v.Program = models.Text{NB: "**Stafett** <b>x</b>"}
		v.Items[0].Purpose = models.Text{NB: "Du må godkjenne.</q><h1>Stafett</h1>"}
	})
	if strings.Contains(page, "<b>x</b>") || strings.Count(page, "<h1") != 1 {
		t.Error("markup of the supplier reached the page")
	}
	if !strings.Contains(page, "Fjelldata AS skriver:") || !strings.Contains(page, `<q class="says" lang="nb">Du må`) {
		t.Error("the purpose is not marked as the supplier's words")
	}
	if strings.Contains(page, "<strong>Stafett</strong>") {
		t.Error("stars in a name became emphasis")
	}
}

func TestWhoCannotIsToldWhoCan(t *testing.T) {
	page := review(t, func(v *customer.ReviewView) {
		v.CanApprove, v.Approvers = false, []string{"Ola Dal"}
		v.Items[0].Cause, v.Items[0].Others = policy.MissingRole, []string{"Ola Dal", "Siri Vik"}
	})
	for _, want := range []string{"rollen din ikke omfatter tjenesten", "<strong>Ola Dal og Siri Vik</strong> kan gi den", "<strong>Ola Dal</strong> kan godkjenne hele"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}
