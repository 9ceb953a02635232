package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/views/paths"
)

// What a request would make can have been made in another way meanwhile. Its page
// says so, and the request waits as before (B8).
func TestAnApprovalOfWhatExistsSaysSo(t *testing.T) {
	t.Parallel()
	s, of, create := findable(t)
	path := "/requests/" + string(s.Request(t, kit.DeveloperA, of, kit.CustomerP, "").ID)
	c := s.As(t, kit.ApproverP)
	other := c.Get(create).Page().MustForm(create)
	other.Set("external_ref", "another")
	c.Post(create, other).Want(http.StatusSeeOther)
	s.Exec("UPDATE system_user SET external_ref = (SELECT external_ref FROM request)") // as before such were refused
	p := c.Post(path+"/approve", c.Get(path).Page().MustForm(path+"/approve")).Want(http.StatusConflict).Page()
	if !p.Has(says(t, "customer.review.taken")) {
		t.Errorf("the page says %q", p.Text())
	}
	if _, may := c.Get(path).Page().Form(path + "/approve"); !may {
		t.Error("the request waits no more")
	}
}

// Who has come to act for another organisation in another tab answers nothing:
// he is offered to switch, as by a link (B4). For anybody else there is nothing.
func TestAnAnswerForAnotherOrganisationOffersToSwitch(t *testing.T) {
	t.Parallel()
	s, path, _ := pending(t)
	for _, answer := range []struct {
		to   string
		form url.Values
	}{
		{path + "/approve", url.Values{"seen": {"what was seen"}}},
		{path + "/reject", url.Values{"reason": {"Nei."}}},
	} {
		r := s.As(t, kit.Several).Post(answer.to, answer.form).Want(http.StatusSeeOther) // acts for Q
		if !strings.HasPrefix(r.Location(), "/organisations?") || !strings.Contains(r.Location(), string(kit.CustomerP)) {
			t.Errorf("%s leads to %q", answer.to, r.Location())
		}
		isFailure(t, s.As(t, kit.ApproverQ).Post(answer.to, answer.form), http.StatusNotFound, models.CodeNotFound)
	}
	if n := strings.Count(s.Dump(), `status="pending"`); n == 0 {
		t.Errorf("the request waits no more")
	}
}

// Who answers what the supplier has just withdrawn reads that, and not that
// somebody has answered.
func TestAnAnswerAfterTheWithdrawalSaysSo(t *testing.T) {
	t.Parallel()
	s, path, _ := pending(t)
	c := s.As(t, kit.ApproverP)
	form := c.Get(path).Page().MustForm(path + "/approve")
	s.As(t, kit.DeveloperA).Post("/supplier"+path+"/withdraw", url.Values{}).Want(http.StatusSeeOther)
	p := c.Post(path+"/approve", form).Want(http.StatusConflict).Page()
	if !p.Has(says(t, "customer.review.late.withdrawn")) || p.Has(says(t, "customer.review.late")) {
		t.Errorf("the page says %q", p.Text())
	}
}

// A form that names nothing of one organisation's is for the one that it was
// read for: sent after its reader has come to act for another in another tab, it
// does nothing, and he is offered to switch back (B4).
func TestAFormOfAnotherOrganisationDoesNothing(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	s.Approve(t, kit.ApproverQ, s.Request(t, kit.DeveloperA, s.System(t, kit.DeveloperA, "fjordlonn"), kit.CustomerQ, "").ID)
	at, member := "/suppliers/"+string(kit.SupplierA), "/members/"+string(s.PersonID(kit.ApproverQ))
	c := s.As(t, kit.Several) // of P and Q, acts for Q
	before := s.Dump()
	for _, f := range []struct{ page, action string }{
		{at + "/stop", at + "/stop"},
		{at + "/block", at + "/block"},
		{"/systemusers/own", "/systemusers/own"},
		{"/systemusers/review", "/systemusers/review"},
		{"/supplier/systems/new", "/supplier/systems/new"},
		{"/members/invite", "/members/invite"},
		{member, member + "/give"},
	} {
		form := c.Get(f.page).Want(http.StatusOK).Page().MustForm(f.action)
		if got := form.Get("acts_for"); got != string(kit.CustomerQ) {
			t.Errorf("%s is for %q", f.action, got)
		}
		form.Set("reason", "Datainnbrudd")
		form.Set("acts_for", string(kit.CustomerP)) // as it stood in the other tab
		to := c.Post(f.action, form).Want(http.StatusSeeOther).Location()
		if want := paths.OrganisationsFor(string(kit.CustomerP), f.page); to != want {
			t.Errorf("%s leads to %q, want %q", f.action, to, want)
		}
	}
	for _, action := range []string{at + "/start", at + "/unblock"} {
		to := c.Post(action, url.Values{"acts_for": {string(kit.CustomerP)}}).Want(http.StatusSeeOther).Location()
		if want := paths.OrganisationsFor(string(kit.CustomerP), at); to != want {
			t.Errorf("%s leads to %q, want %q", action, to, want)
		}
	}
	if after := s.Dump(); after != before {
		t.Error("something was done")
	}
	c.Post(at+"/stop", url.Values{"reason": {"Datainnbrudd"}, "acts_for": {string(kit.CustomerQ)}}).Want(http.StatusSeeOther)
	if after := s.Dump(); after == before {
		t.Error("what is for the organisation itself is not done")
	}
}
