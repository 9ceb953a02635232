package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/request"
)

// changing is a site with a change request to CustomerP that takes TaxPackage
// away from a live system user.
func changing(t *testing.T) (s *kit.Site, path string, c request.Change) {
	t.Helper()
	s = kit.New(t)
	user := s.Request(t, kit.DeveloperA, s.System(t, kit.DeveloperA, "lonn"), kit.CustomerP, "").ID
	s.Approve(t, kit.ApproverP, user)
	c, _, err := s.Registry.AskChange(t.Context(), s.Actor(kit.DeveloperA), request.Change{
		Correlation: models.NewID(), SystemUser: user, Unwanted: []catalog.Item{catalog.PackageOf(kit.TaxPackage)},
		Request: request.Request{RedirectURL: "https://lonn.example/back?tenant=7"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s, "/changes/" + string(c.ID), c
}

func TestAChangeIsApprovedOnItsPage(t *testing.T) {
	t.Parallel()
	s, path, c := changing(t)
	who := s.As(t, kit.ApproverP)
	if r := who.Get("/accessmanagement/ui/systemuser/changerequest?id=" + string(c.Correlation) + "&DONTCHOOSEREPORTEE=true").Want(http.StatusSeeOther); r.Header.Get("Location") != path {
		t.Errorf("the supplier's link leads to %s", r.Header.Get("Location"))
	}
	if !who.Get("/requests").Want(http.StatusOK).Page().Has("ber om endrede fullmakter") {
		t.Error("the inbox does not list it")
	}
	page := who.Get(path).Want(http.StatusOK).Page()
	if !page.Has("Skatt næring") || !page.Has("Dette faller bort") || page.Has("Dette kommer til") {
		t.Errorf("the page says %s", page.Text())
	}
	form := page.MustForm(path + "/approve")
	if r := who.Post(path+"/approve", form).Want(http.StatusSeeOther); r.Location() != path+"/receipt?returning=1" {
		t.Errorf("it leads to %s", r.Location())
	}
	receipt := who.Get(path + "/receipt").Want(http.StatusOK).Page()
	if !receipt.Has("Skatt næring") || !receipt.Has(kit.ApproverP.Name) || !receipt.Has("Daglig leder") {
		t.Errorf("the receipt says %s", receipt.Text())
	}
	if done := who.Get(path).Want(http.StatusOK).Page(); !done.Has("Dette falt bort") || !done.Has(kit.ApproverP.Name) {
		t.Errorf("the page of the change says %s", done.Text())
	}
	if back := "https://lonn.example/back?id=" + string(c.ID) + "&status=accepted&tenant=7"; !strings.Contains(strings.Join(receipt.Links(), " "), back) {
		t.Errorf("links %v", receipt.Links())
	}
	if r := who.Post(path+"/approve", form).Want(http.StatusSeeOther); r.Location() != path+"/receipt" {
		t.Errorf("approved again, it leads to %s", r.Location())
	}
	told := s.As(t, kit.ApproverP).Get("/systemusers/" + string(c.SystemUser)).Want(http.StatusOK).Page().Text()
	if !strings.Contains(told, "Tok bort: Skatt næring") || strings.Count(told, "Skatt næring") != 1 {
		t.Errorf("the system user holds the package still, or its history does not tell: %s", told)
	}
}

func TestAChangeOfSomethingElseIsNotApproved(t *testing.T) {
	t.Parallel()
	s, path, _ := changing(t)
	who := s.As(t, kit.ApproverP)
	form := who.Get(path).Page().MustForm(path + "/approve")
	before := s.Snapshot()
	for _, seen := range []url.Values{{}, {"seen": {""}}, {"seen": {"x"}}} {
		who.Post(path+"/approve", seen).Want(http.StatusConflict)
	}
	if s.Snapshot() != before {
		t.Error("something has changed")
	}
	s.Exec("UPDATE system_user SET version = version + 1")
	if r := who.Post(path+"/approve", form).Want(http.StatusConflict); !r.Page().Has("Forespørselen er endret mens du leste") {
		t.Errorf("the page says %s", r.Page().Text())
	}
}

func TestAChangeIsRejectedWithAReason(t *testing.T) {
	t.Parallel()
	s, path, _ := changing(t)
	who := s.As(t, kit.ApproverP)
	form := who.Get(path + "/reject").Want(http.StatusOK).Page().MustForm(path + "/reject")
	who.Post(path+"/reject", form).Want(http.StatusUnprocessableEntity)
	form.Set("reason", "Vi trenger det ennå.")
	who.Post(path+"/reject", form).Want(http.StatusSeeOther)
	if page := who.Get(path).Want(http.StatusOK).Page(); !page.Has("Vi trenger det ennå.") {
		t.Errorf("the page says %s", page.Text())
	}
}

// Of a package that would be new, the page tells what it gives that the system
// user has not got already.
func TestAChangePageMarksWhatIsHadAlready(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	user := s.Request(t, kit.DeveloperA, s.System(t, kit.DeveloperA, "lonn"), kit.CustomerP, "").ID
	s.Approve(t, kit.ApproverP, user)
	s.Exec("UPDATE system_ask SET action = '' WHERE kind = 'right'")
	s.Exec("UPDATE delegation SET action = '' WHERE kind = 'right'")
	s.Exec("DELETE FROM delegation WHERE kind = 'package'")
	s.Exec("INSERT INTO resource_package (resource_id, package_urn, position) VALUES ('" + kit.OwnResource + "', '" + kit.TaxPackage + "', 9)")
	s.Exec("UPDATE catalogue_version SET version = version + 1")
	c, _, err := s.Registry.AskChange(t.Context(), s.Actor(kit.DeveloperA), request.Change{
		Correlation: models.NewID(), SystemUser: user, Request: request.Request{Items: []catalog.Item{catalog.PackageOf(kit.TaxPackage)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	page := s.As(t, kit.ApproverP).Get("/changes/" + string(c.ID)).Want(http.StatusOK).Page()
	if said := "Postkasse " + says(t, "customer.item.had"); strings.Count(page.Text(), says(t, "customer.item.had")) != 1 || !page.Has(said) {
		t.Errorf("the page does not say %q: %s", said, page.Text())
	}
}

func TestWhoSeesAChange(t *testing.T) {
	t.Parallel()
	s, path, _ := changing(t)
	page := s.As(t, kit.ClerkP).Get(path).Want(http.StatusOK).Page()
	if _, ok := page.Form(path + "/approve"); ok || !page.Has(kit.ApproverP.Name) {
		t.Errorf("a clerk reads %s", page.Text())
	}
	s.As(t, kit.ApproverQ).Get(path).Want(http.StatusNotFound)
	if r := s.As(t, kit.Several).Get(path).Want(http.StatusSeeOther); !strings.HasPrefix(r.Header.Get("Location"), "/organisations") {
		t.Errorf("who acts for another organisation is led to %s", r.Header.Get("Location"))
	}
	low := s.AsAt(t, kit.ApproverP, kit.CustomerP, 2).Get(path).Want(http.StatusOK).Page()
	if _, ok := low.Form(path + "/approve"); ok {
		t.Error("at a low level it can be approved")
	}
}
