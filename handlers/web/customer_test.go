package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
)

func TestApprovingTwiceTellsWhoApproved(t *testing.T) {
	t.Parallel()
	s, path, _ := pending(t)
	first, second := s.As(t, kit.ApproverP), s.As(t, kit.PartialP)
	form := first.Get(path).Want(http.StatusOK).Page().MustForm(path + "/approve")
	first.Post(path+"/approve", form).Want(http.StatusSeeOther)
	if r := first.Post(path+"/approve", form).Want(http.StatusSeeOther); r.Location() != path+"/receipt" {
		t.Errorf("who approves again is led to %s, not to the receipt", r.Location())
	}
	if r := first.Post(path+"/reject", url.Values{"reason": {"Nei."}}).Want(http.StatusConflict); !r.Page().Has(kit.ApproverP.Name) {
		t.Errorf("who rejects what he has approved does not read so: %s", r.Page().Text())
	}
	if r := second.Post(path+"/approve", form).Want(http.StatusConflict); !r.Page().Has(kit.ApproverP.Name) {
		t.Errorf("another who approves does not read who did: %s", r.Page().Text())
	}
}

// One press in two tabs, or a double click: one answer, and its receipt for each
// (security B5).
func TestManyPressesAreOneApproval(t *testing.T) {
	t.Parallel()
	s, path, id := pending(t)
	form := s.As(t, kit.ApproverP).Get(path).Page().MustForm(path + "/approve")
	var mu sync.Mutex
	var wg sync.WaitGroup
	led := map[string]int{}
	for range 20 {
		wg.Go(func() {
			r := s.As(t, kit.ApproverP).Post(path+"/approve", form)
			mu.Lock()
			defer mu.Unlock()
			led[r.Location()]++
		})
	}
	wg.Wait()
	if led[path+"/receipt?returning=1"] != 1 || led[path+"/receipt"] != 19 {
		t.Errorf("20 presses were led to %v", led)
	}
	if n := strings.Count(s.Dump(), `action="request.approve"`); n != 1 {
		t.Errorf("%d audit entries for %s", n, id)
	}
}

func TestAnApprovalOfSomethingElseIsNotTaken(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]string{
		"the system's name":    "UPDATE system SET name_nb = 'Fjordlønn Pluss'",
		"a purpose":            "UPDATE system_ask SET purpose_nb = 'Vi selger tallene videre'",
		"what a package holds": "INSERT INTO resource_package (resource_id, package_urn, position) VALUES ('postkasse', '" + kit.TaxPackage + "', 9)",
		"the supplier's name":  "UPDATE organisation SET name = 'Noen Andre AS' WHERE org_no = '343940092'",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, path, _ := pending(t)
			c := s.As(t, kit.ApproverP)
			form := c.Get(path).Page().MustForm(path + "/approve")
			s.Exec(change)
			s.Exec("UPDATE catalogue_version SET version = version + 1")
			before := s.Snapshot()
			r := c.Post(path+"/approve", form).Want(http.StatusConflict)
			if !r.Page().Has(says(t, "customer.review.changed.title")) {
				t.Errorf("the page does not say that it changed: %s", r.Page().Text())
			}
			if s.Snapshot() != before {
				t.Error("it was approved all the same")
			}
			c.Post(path+"/approve", r.Page().MustForm(path+"/approve")).Want(http.StatusSeeOther)
		})
	}
}

func TestAnApprovalWithoutItsPageIsNotTaken(t *testing.T) {
	t.Parallel()
	s, path, _ := pending(t)
	c := s.As(t, kit.ApproverP)
	for _, seen := range [][]string{nil, {""}, {strings.Repeat("0", 64)}} {
		c.Post(path+"/approve", url.Values{"seen": seen}).Want(http.StatusConflict)
	}
}

func TestRejectingTakesAReason(t *testing.T) {
	t.Parallel()
	s, path, _ := pending(t)
	c := s.As(t, kit.ApproverP)
	for reason, fault := range map[string]string{"": "required", "  ": "required", strings.Repeat("x", 501): "too_long", "a\x00": "text.control"} {
		r := c.Post(path+"/reject", url.Values{"reason": {reason}}).Want(http.StatusUnprocessableEntity)
		hasFault(t, r.Page(), "reason", fault)
		if r.Page().ByID("faults") == "" {
			t.Error("no summary of the faults")
		}
		if fault == "too_long" && r.Page().Value("reason") != reason {
			t.Error("what was typed is gone")
		}
	}
	r := c.Post(path+"/reject", url.Values{"reason": {"Vi har et annet program"}}).Follow().Want(http.StatusOK)
	if !r.Page().Has("Vi har et annet program") {
		t.Errorf("receipt: %s", r.Page().Text())
	}
	sent := s.As(t, kit.DeveloperA).Get("/supplier" + path).Want(http.StatusOK)
	if !sent.Page().Has("Vi har et annet program") || sent.Page().Has(kit.ApproverP.Name) {
		t.Errorf("the supplier reads: %s", sent.Page().Text())
	}
}

func TestWhoMayNotGrantIsTold(t *testing.T) {
	t.Parallel()
	s, path, _ := pending(t)
	for name, p := range map[string]kit.Person{"an employee": kit.ClerkP, "an access manager who lacks a package": kit.PartialP} {
		r := s.As(t, p).Get(path).Want(http.StatusOK)
		if _, may := r.Page().Form(path + "/approve"); may {
			t.Errorf("%s is shown the button", name)
		}
		if !r.Page().Has(kit.ApproverP.Name) {
			t.Errorf("%s is not told who can: %s", name, r.Page().Text())
		}
		s.As(t, p).Post(path+"/approve", url.Values{"seen": {"x"}})
	}
	v, err := s.Registry.Review(t.Context(), s.Actor(kit.PartialP), models.ID(strings.TrimPrefix(path, "/requests/")))
	if err != nil {
		t.Fatal(err)
	}
	partial := s.As(t, kit.PartialP)
	before := s.Snapshot()
	partial.Post(path+"/approve", url.Values{"seen": {v.Seen}}).Want(http.StatusForbidden)
	if s.Snapshot() != before {
		t.Error("part of it was granted")
	}
}

func TestALowLevelIsToldToLogInAnew(t *testing.T) {
	t.Parallel()
	s, path, _ := pending(t)
	high := s.As(t, kit.ApproverP).Get(path).Page().MustForm(path + "/approve")
	for level := range kit.MinLevel {
		c := s.AsAt(t, kit.ApproverP, kit.CustomerP, level)
		r := c.Get(path).Want(http.StatusOK)
		if _, may := r.Page().Form(path + "/approve"); may {
			t.Errorf("level %d is shown the button", level)
		}
		isFailure(t, c.Post(path+"/approve", high), http.StatusForbidden, models.CodeLevelTooLow)
	}
	s.AsAt(t, kit.ApproverP, kit.CustomerP, kit.MinLevel).Post(path+"/approve", high).Want(http.StatusSeeOther)
}

// Revoking is never barred by the level: whoever fears for his organisation
// must be able to stop a program at once.
func TestALowLevelMayRevoke(t *testing.T) {
	t.Parallel()
	s, _, id := pending(t)
	s.Approve(t, kit.ApproverP, id)
	at := "/systemusers/" + string(id)
	c := s.AsAt(t, kit.ApproverP, kit.CustomerP, 0)
	c.Post(at+"/revoke", c.Get(at+"/revoke").Want(http.StatusOK).Page().MustForm(at+"/revoke")).Follow().Want(http.StatusOK)
	if !strings.Contains(s.Snapshot(), `status="revoked"`) {
		t.Error("it was not revoked")
	}
}

func TestARequestThatLapsedCannotBeAnswered(t *testing.T) {
	t.Parallel()
	s, path, _ := pending(t, kit.RequestLife(10*time.Minute))
	c := s.As(t, kit.ApproverP)
	form := c.Get(path).Page().MustForm(path + "/approve")
	s.Clock.Advance(10 * time.Minute)
	for _, answer := range []string{"/approve", "/reject"} {
		form.Set("reason", "Nei")
		r := c.Post(path+answer, form).Want(http.StatusConflict)
		if _, may := r.Page().Form(path + "/approve"); may {
			t.Errorf("after %s the page still lets it be approved", answer)
		}
	}
	if _, may := c.Get(path).Want(http.StatusOK).Page().Form(path + "/approve"); may {
		t.Error("the page lets it be approved")
	}
	again := s.Request(t, kit.DeveloperA, must(s.Registry.System(t.Context(), s.Actor(kit.DeveloperA), "343940092_fjordlonn")).System, kit.CustomerP, "")
	c.Get("/requests/" + string(again.ID)).Want(http.StatusOK)
}

func TestAWithdrawnRequestCannotBeAnswered(t *testing.T) {
	t.Parallel()
	s, path, _ := pending(t)
	c := s.As(t, kit.ApproverP)
	form := c.Get(path).Page().MustForm(path + "/approve")
	s.As(t, kit.DeveloperA).Post("/supplier"+path+"/withdraw", url.Values{}).Follow().Want(http.StatusOK)
	r := c.Post(path+"/approve", form).Want(http.StatusConflict)
	if _, may := r.Page().Form(path + "/approve"); may {
		t.Error("the page still lets it be approved")
	}
	if got := s.As(t, kit.DeveloperA).Get("/supplier" + path).Page(); !got.Has(says(t, "supplier.status.withdrawn")) {
		t.Errorf("the supplier reads %q", got.Text())
	}
	mustSay(t, c.Get("/requests?status=withdrawn"), says(t, "customer.never_answered"))
}

// A link to another organisation of one's own leads to the chooser, which
// offers that one and comes back.
func TestALinkToAnotherOrganisationOffersToSwitch(t *testing.T) {
	t.Parallel()
	s, path, _ := pending(t)
	c := s.As(t, kit.Several) // acts for Q
	chooser := c.Get(path).Follow().Want(http.StatusOK)
	if got := chooser.Page().Buttons("org"); !slices.Equal(got, []string{string(kit.CustomerP)}) {
		t.Errorf("the chooser offers %v", got)
	}
	form := chooser.Page().MustForm("/organisations")
	form.Set("org", string(kit.CustomerP))
	r := c.Post("/organisations", form)
	if r.Location() != path+"?switched=1" {
		t.Errorf("choosing leads to %q", r.Location())
	}
	if page := r.Follow().Want(http.StatusOK).Page(); !page.Has("Du handler nå for Fjordbris Seilmakeri AS") {
		t.Errorf("the page does not say for whom he acts now: %s", page.Text())
	}
	isFailure(t, s.As(t, kit.ApproverQ).Get(path), http.StatusNotFound, models.CodeNotFound)
}

func TestAReceiptIsOnlyOfAnAnswer(t *testing.T) {
	t.Parallel()
	s, path, id := pending(t)
	c := s.As(t, kit.ClerkP)
	if r := c.Get(path + "/receipt").Want(http.StatusSeeOther); r.Location() != path {
		t.Errorf("leads to %q", r.Location())
	}
	s.Approve(t, kit.ApproverP, id)
	if r := c.Get(path + "/receipt").Want(http.StatusOK); !r.Page().Has(kit.ApproverP.Name) {
		t.Errorf("receipt: %s", r.Page().Text())
	}
	s.Revoke(t, kit.ApproverP, id)
	c.Get(path + "/receipt").Want(http.StatusOK)
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// A link must not be able to fill in a form that changes something.
func TestOnlyTheBodyOfAFormCounts(t *testing.T) {
	t.Parallel()
	s, path, _ := pending(t)
	c, developer := s.As(t, kit.ApproverP), s.As(t, kit.DeveloperA)
	form := c.Get(path).Page().MustForm(path + "/approve")
	before := s.Snapshot()
	c.Post(path+"/approve?"+form.Encode(), url.Values{}).Want(http.StatusConflict)
	c.Post(path+"/reject?reason=Nei", url.Values{}).Want(http.StatusUnprocessableEntity)
	c.Post("/organisations?org="+string(kit.CustomerP), url.Values{}).Want(http.StatusNotFound)
	developer.Post("/supplier/systems/new?"+whole().Encode(), url.Values{}).Want(http.StatusOK)
	if s.Snapshot() != before {
		t.Error("something changed")
	}
}
