package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
)

// What a request would make can have been made from the list meanwhile. Its page
// says so, and the request waits as before (B8).
func TestAnApprovalOfWhatExistsSaysSo(t *testing.T) {
	t.Parallel()
	s, of, create := findable(t)
	path := "/requests/" + string(s.Request(t, kit.DeveloperA, of, kit.CustomerP, "").ID)
	c := s.As(t, kit.ApproverP)
	c.Post(create, c.Get(create).Page().MustForm(create)).Want(http.StatusSeeOther)
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
