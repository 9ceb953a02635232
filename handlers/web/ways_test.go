package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/system"
)

// leads demands that the page leads to each of the addresses.
func leads(t *testing.T, r *kit.Response, to ...string) {
	t.Helper()
	links := r.Want(http.StatusOK).Page().Links()
	for _, one := range to {
		if !slices.Contains(links, one) {
			t.Errorf("the page does not lead to %s: %v", one, links)
		}
	}
}

// Clients stand in the menu of who has any and may see them, and of nobody else.
func TestTheMenuLeadsToClients(t *testing.T) {
	t.Parallel()
	s, _ := facilitating(t)
	for _, p := range []kit.Person{kit.DirectorF, kit.ClientAdminF} {
		leads(t, s.As(t, p).Get("/requests"), "/clients")
	}
	for _, p := range []kit.Person{kit.ApproverP, kit.ClientAdminP, kit.ClerkP} {
		if slices.Contains(s.As(t, p).Get("/requests").Page().Links(), "/clients") {
			t.Errorf("%s is led to clients that %s does not have", p.Name, p.Org())
		}
	}
}

// The overview leads on: to going through all, with when that was done last, to
// suppliers, to an own program.
func TestTheOverviewLeadsOn(t *testing.T) {
	t.Parallel()
	s, _, id := pending(t)
	c := s.As(t, kit.ApproverP)
	leads(t, c.Get("/systemusers"), "/suppliers", "/systemusers/own", "/systemusers/new")
	s.Approve(t, kit.ApproverP, id)
	leads(t, c.Get("/systemusers"), "/systemusers/review")
	s.Exec("UPDATE system_user SET created_at = created_at - 366 * 86400000")
	mustSay(t, c.Get("/systemusers"), "Én er ikke gått gjennom på over et år")
	form := c.Get("/systemusers/review").Page().MustForm("/systemusers/review")
	form.Set("do-"+string(id), "keep")
	c.Post("/systemusers/review", form).Want(http.StatusSeeOther)
	if page := c.Get("/systemusers").Page(); !page.Has("Sist gjort 15. januar 2026") || page.Has("over et år") {
		t.Errorf("the overview says: %s", page.Text())
	}
	if links := s.As(t, kit.ClerkP).Get("/systemusers").Page().Links(); slices.Contains(links, "/systemusers/own") {
		t.Error("a clerk is led to what he may not do")
	}
}

// From each page about a supplier's doings one comes to the supplier, and from a
// rejection to its block.
func TestASupplierIsNeverFarAway(t *testing.T) {
	t.Parallel()
	s, path, id := pending(t)
	c := s.As(t, kit.ApproverP)
	supplier := "/suppliers/" + string(kit.SupplierA)
	leads(t, c.Get(path), supplier)
	leads(t, c.Get(path+"/reject"), supplier+"/block")
	c.Get(supplier + "/block").Want(http.StatusOK)
	s.Approve(t, kit.ApproverP, id)
	leads(t, c.Get("/systemusers/"+string(id)), supplier)
	c.Get(supplier).Want(http.StatusOK)
}

// Who may not do something is led to who may.
func TestARefusalLeadsToWhoCan(t *testing.T) {
	t.Parallel()
	s, path := facilitating(t)
	s.As(t, kit.ClientAdminF).Get(path).Want(http.StatusOK)
	s.Exec("UPDATE holding SET urn = '" + policy.Viewer + "' WHERE urn = '" + kit.ClientPackage + "'")
	r := s.As(t, kit.ClientAdminF).Get(path)
	isFailure(t, r, http.StatusForbidden, models.CodeForbidden)
	if !slices.Contains(r.Page().Links(), "/members") || !r.Page().Has(kit.DirectorF.Name) {
		t.Errorf("the page leads to %v, and says %s", r.Page().Links(), r.Page().Text())
	}
	mustSay(t, s.As(t, kit.ClientAdminF).Get("/members"), kit.DirectorF.Name)
}

// A change that changes nothing says so, and is closed by one press (B15).
func TestAChangeOfNothingIsClosed(t *testing.T) {
	t.Parallel()
	s, path, c := changing(t)
	s.Exec("DELETE FROM delegation WHERE system_user_id = '" + string(c.SystemUser) + "' AND ref = '" + kit.TaxPackage + "'")
	s.Exec("UPDATE system_user SET version = version + 1")
	who := s.As(t, kit.ApproverP)
	page := who.Get(path).Want(http.StatusOK).Page()
	if !page.Has("Det er ingenting å endre") || !page.Has("Godkjenn og lukk forespørselen") {
		t.Fatalf("the page says %s", page.Text())
	}
	mustSay(t, who.Post(path+"/approve", page.MustForm(path+"/approve")).Follow(), kit.ApproverP.Name)
	if page := who.Get("/requests?status=pending").Page(); page.Has("ber om endrede fullmakter") {
		t.Errorf("it waits still: %s", page.Text())
	}
}

// What has run out says whom to ask for another (B8).
func TestWhatHasRunOutSaysWhomToAsk(t *testing.T) {
	t.Parallel()
	s, path, _ := pending(t, kit.RequestLife(10*time.Minute))
	s.Exec("UPDATE request SET contact_email = 'hjelp@pilspiss.example'")
	s.Clock.Advance(time.Hour)
	page := s.As(t, kit.ApproverP).Get(path).Want(http.StatusOK).Page()
	if !page.Has("be Pilspiss Programvare AS sende en ny") || !slices.Contains(page.Links(), "mailto:hjelp@pilspiss.example") {
		t.Errorf("the page says %s, and leads to %v", page.Text(), page.Links())
	}
}

// The page leads back to the supplier by itself right after the answer, for who
// gave it, and never later; what was left out stands on the receipt.
func TestTheReceiptReturnsOnlyAtOnce(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	words := models.Text{NB: "Lønn", NN: "Løn", EN: "Payroll"}
	made, err := s.Registry.RegisterSystem(t.Context(), s.Actor(kit.DeveloperA), system.System{
		ID: system.ID(string(kit.SupplierA) + "_valg"), Name: words, Description: words, RedirectURLs: []string{"https://valg.example/back"},
		Asks: []system.Ask{{Item: catalog.PackageOf(kit.TaxPackage)}, {Item: catalog.Right(kit.OwnResource, "read"), Optional: true}},
	})
	if err != nil {
		t.Fatal(err)
	}
	sent := s.Request(t, kit.DeveloperA, made, kit.CustomerP, "")
	path := "/requests/" + string(sent.ID)
	c := s.As(t, kit.ApproverP)
	page := c.Get(path).Want(http.StatusOK)
	form := page.Page().MustForm(path + "/approve")
	_, rest, ok := strings.Cut(page.Body, `name="optional" value="`)
	if !ok {
		t.Fatalf("the page does not let anything be left out: %s", page.Page().Text())
	}
	key, _, _ := strings.Cut(rest, `"`)
	form.Set("optional", key) // and nothing in "with", as by a box that is not ticked
	receipt := c.Post(path+"/approve", form).Want(http.StatusSeeOther)
	if receipt.Location() != path+"/receipt?returning=1" {
		t.Fatalf("it leads to %q", receipt.Location())
	}
	returns := func(c *kit.Client, target string) bool {
		return strings.Contains(c.Get(target).Want(http.StatusOK).Body, "data-returning")
	}
	if !returns(c, receipt.Location()) {
		t.Error("it does not go back by itself")
	}
	mustSay(t, c.Get(path+"/receipt"), "Postkasse", says(t, "customer.review.left_out"))
	if returns(c, path+"/receipt") || returns(s.As(t, kit.PartialP), receipt.Location()) {
		t.Error("it goes back for who did not just answer")
	}
	s.Clock.Advance(2 * time.Minute)
	if returns(c, receipt.Location()) {
		t.Error("it goes back later")
	}
	user, err := s.Registry.SystemUser(t.Context(), s.Actor(kit.ApproverP), sent.ID)
	if err != nil || user.Held != 1 {
		t.Errorf("it holds %d things: %v", user.Held, err)
	}
}

// A supplier says in the form whom at the customer to tell.
func TestTheFormTakesWhomToTell(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of := s.System(t, kit.DeveloperA, "lonn")
	path := "/supplier/systems/" + string(of.ID) + "/requests/new"
	c := s.As(t, kit.DeveloperA)
	form := c.Get(path).Want(http.StatusOK).Page().MustForm(path)
	form.Set("customer", string(kit.CustomerP))
	form.Set("notify_email", "post hos kunden")
	page := c.Post(path, form).Want(http.StatusUnprocessableEntity).Page()
	hasFault(t, page, "notify_email", "email.form")
	if page.Value("notify_email") != "post hos kunden" {
		t.Error("what was typed is gone")
	}
	form.Set("notify_email", " post@fjordbris.example ")
	c.Post(path, form).Want(http.StatusSeeOther)
	if !strings.Contains(s.Dump(), `notify_email="post@fjordbris.example"`) {
		t.Error("the address was not kept")
	}
}

// A page that a link led to for another organisation says so once; nothing in an
// address can make a page name another organisation than the one acted for.
func TestThePageSaysForWhomOneActsNow(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	c := s.As(t, kit.Several)
	if r := c.Post("/organisations", url.Values{"org": {string(kit.CustomerP)}, "return": {"/systemusers?q=a&sort=name"}}).Want(http.StatusSeeOther); r.Location() != "/systemusers?q=a&sort=name&switched=1" {
		t.Errorf("it leads to %q", r.Location())
	}
	mustSay(t, c.Get("/requests?switched=Granlia"), "Du handler nå for Fjordbris Seilmakeri AS.")
	if r := c.Post("/organisations", url.Values{"org": {string(kit.CustomerP)}, "return": {"/systemusers"}}).Want(http.StatusSeeOther); r.Location() != "/systemusers" {
		t.Errorf("who acts for it already is led to %q", r.Location())
	}
	if c.Get("/systemusers").Page().Has("Du handler nå for") {
		t.Error("each page says it")
	}
}
