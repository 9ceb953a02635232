package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/system"
)

// findable is a site where customers find a system of A, which can do without
// TaxPackage.
func findable(t *testing.T) (s *kit.Site, of system.System, path string) {
	t.Helper()
	s = kit.New(t)
	of = s.System(t, kit.DeveloperA, "fjordlonn")
	s.Exec("UPDATE system SET visible = TRUE")
	s.Exec("UPDATE system_ask SET optional = TRUE WHERE position = 0")
	return s, of, "/systemusers/new/" + string(of.ID)
}

// From the list to the receipt, in each language and without a script (A6).
func TestCreateFromTheList(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"nb", "nn", "en"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			s, _, path := findable(t)
			c := s.As(t, kit.ApproverP)
			c.Get("/?lang=" + lang)
			list := c.Get("/systemusers/new?q=pilspiss").Want(http.StatusOK).Page()
			if list.Lang() != lang || !strings.Contains(strings.Join(list.Links(), " "), path) || !list.Has("343 940 092") && !list.Has("343\u202f940\u202f092") {
				t.Fatalf("the list in %s: %v %s", list.Lang(), list.Links(), list.Text())
			}
			page := c.Get(path).Want(http.StatusOK).Page()
			form := page.MustForm(path)
			if form.Get("title") == "" {
				t.Error("no name is proposed")
			}
			form.Set("title", "Lønn i butikken")
			form.Set("optional", kit.TaxPackage) // as the box outside the form sends it
			r := c.Post(path, form).Want(http.StatusSeeOther)
			receipt := r.Follow().Want(http.StatusOK).Page()
			if !strings.HasSuffix(r.Location(), "/receipt") || !receipt.Has("Lønn i butikken") || !receipt.Has(kit.ApproverP.Name) {
				t.Errorf("receipt at %s: %s", r.Location(), receipt.Text())
			}
			if receipt.Has("Skatt næring") || !receipt.Has("Postkasse") {
				t.Errorf("given: %s", receipt.Text())
			}
			c.Get(strings.TrimSuffix(r.Location(), "/receipt")).Want(http.StatusOK)
		})
	}
}

func TestNothingIsFound(t *testing.T) {
	t.Parallel()
	s, _, path := findable(t)
	c := s.As(t, kit.ClerkP)
	for _, q := range []string{"katt", "%00", "%ff", strings.Repeat("a", 300), "_"} {
		p := c.Get("/systemusers/new?q=" + q).Want(http.StatusOK).Page()
		if strings.Contains(strings.Join(p.Links(), " "), path) && q != "_" {
			t.Errorf("%q finds it", q)
		}
	}
}

// Once there is one, the next needs a reference of its own (B8).
func TestCreatingASecondAsksForAReference(t *testing.T) {
	t.Parallel()
	s, _, path := findable(t)
	c := s.As(t, kit.ApproverP)
	form := c.Get(path).Page().MustForm(path)
	made := c.Post(path, form).Want(http.StatusSeeOther).Location()
	user := strings.TrimSuffix(made, "/receipt")
	second := c.Post(path, form).Want(http.StatusConflict).Page()
	hasFault(t, second, "external_ref", "create.ref_taken")
	if !strings.Contains(strings.Join(second.Links(), " "), user) {
		t.Errorf("the page does not lead to the one there is: %v", second.Links())
	}
	form = c.Get(path).Want(http.StatusOK).Page().MustForm(path)
	form.Set("external_ref", "avdeling 2")
	other := strings.TrimSuffix(c.Post(path, form).Want(http.StatusSeeOther).Location(), "/receipt")
	third := c.Post(path, form).Want(http.StatusConflict).Page()
	if links := third.Links(); !slices.Contains(links, other) || slices.Contains(links, user) {
		t.Errorf("the page does not lead to the very one, %s: %v", other, links)
	}
}

// Where a request waits for an answer, the page leads to it, and nothing is made
// that would be in its way.
func TestCreatingWhatIsAskedForLeadsToTheRequest(t *testing.T) {
	t.Parallel()
	s, of, path := findable(t)
	c := s.As(t, kit.ApproverP)
	form := c.Get(path).Page().MustForm(path)
	asked := "/requests/" + string(s.Request(t, kit.DeveloperA, of, kit.CustomerP, "").ID)
	for name, p := range map[string]*kit.Page{"read": c.Get(path).Want(http.StatusOK).Page(), "sent": c.Post(path, form).Want(http.StatusConflict).Page()} {
		if !slices.Contains(p.Links(), asked) {
			t.Errorf("%s, the page does not lead to %s: %v", name, asked, p.Links())
		}
	}
	hasFault(t, c.Post(path, form).Page(), "external_ref", "create.ref_asked")
	form.Set("external_ref", "avdeling 2")
	c.Post(path, form).Follow().Want(http.StatusOK)
	c.Get(asked).Want(http.StatusOK)
}

func TestAFaultyCreationComesBackFilled(t *testing.T) {
	t.Parallel()
	s, _, path := findable(t)
	c := s.As(t, kit.ApproverP)
	good := c.Get(path).Page().MustForm(path)
	before := s.Snapshot()
	for _, tc := range []struct{ field, value, fault string }{
		{"title", "", "required"},
		{"title", strings.Repeat("x", 101), "too_long"},
		{"until", "i morgen", "until.form"},
		{"until", "2020-01-01", "date.past"},
	} {
		p := c.Post(path, but(good, tc.field, tc.value)).Want(http.StatusUnprocessableEntity).Page()
		hasFault(t, p, tc.field, tc.fault)
		if p.ByID("faults") == "" || p.MustForm(path).Get(tc.field) != tc.value {
			t.Errorf("%s %q: came back as %q", tc.field, tc.value, p.MustForm(path).Get(tc.field))
		}
	}
	s.Exec("UPDATE system SET name_nb = 'Noe annet', version = version + 1")
	changed := s.Snapshot()
	if p := c.Post(path, good).Want(http.StatusConflict).Page(); !p.Has(says(t, "create.changed")) {
		t.Errorf("the page does not say that it changed: %s", p.Text())
	}
	if s.Snapshot() != changed || changed == before {
		t.Error("something was made")
	}
	c.Post(path, c.Get(path).Page().MustForm(path)).Want(http.StatusSeeOther)
}

// Who may not create is told who can, and has an address to send; who may give
// all but what can be left out, can.
func TestWhoMayNotCreateIsTold(t *testing.T) {
	t.Parallel()
	s, _, path := findable(t)
	p := s.As(t, kit.ClerkP).Get(path).Want(http.StatusOK).Page()
	if _, may := p.Form(path); may || !p.Has(kit.ApproverP.Name) || !strings.HasSuffix(p.Value("link"), path) {
		t.Errorf("an employee: %q %s", p.Value("link"), p.Text())
	}
	partial := s.As(t, kit.PartialP)
	form := partial.Get(path).Want(http.StatusOK).Page().MustForm(path)
	partial.Post(path, form).Want(http.StatusForbidden)
	form.Set("optional", kit.TaxPackage)
	partial.Post(path, form).Want(http.StatusSeeOther)
	low := s.AsAt(t, kit.ApproverQ, kit.CustomerQ, 0)
	if _, may := low.Get(path).Want(http.StatusOK).Page().Form(path); may {
		t.Error("a low level is shown the button")
	}
	isFailure(t, low.Post(path, form), http.StatusForbidden, models.CodeLevelTooLow)
}

func TestABlockedSupplierIsGivenNothing(t *testing.T) {
	t.Parallel()
	s, of, path := findable(t)
	c := s.As(t, kit.ApproverP)
	form := c.Get(path).Page().MustForm(path)
	c.Post(path, form).Want(http.StatusSeeOther) // so that the two know each other
	if err := s.Registry.BlockSupplier(t.Context(), s.Actor(kit.ApproverP), of.Supplier, "De svarer ikke", "Nei takk"); err != nil {
		t.Fatal(err)
	}
	p := c.Get(path).Want(http.StatusOK).Page()
	if _, may := p.Form(path); may || !p.Has("De svarer ikke") || !strings.Contains(strings.Join(p.Links(), " "), "/suppliers/"+string(of.Supplier)) {
		t.Errorf("the page: %v %s", p.Links(), p.Text())
	}
	form.Set("external_ref", "to")
	if p := c.Post(path, form).Want(http.StatusForbidden).Page(); !p.Has("De svarer ikke") {
		t.Errorf("refused: %s", p.Text())
	}
}

// What has ended is made anew from its own page, by a fresh check.
func TestAskAgainAfterAnEnd(t *testing.T) {
	t.Parallel()
	s, path, id := pending(t)
	s.Approve(t, kit.ApproverP, id)
	at, c := "/systemusers/"+string(id), s.As(t, kit.ApproverP)
	if r := c.Get(at + "/again").Want(http.StatusSeeOther); r.Location() != at {
		t.Errorf("while it lives: %s", r.Location())
	}
	if r := c.Get(at + "/receipt").Want(http.StatusSeeOther); r.Location() != path+"/receipt" {
		t.Errorf("its receipt: %s", r.Location())
	}
	s.Revoke(t, kit.ApproverP, id)
	s.Exec("DELETE FROM system_ask WHERE position = 0")
	p := c.Get(at + "/again").Want(http.StatusOK).Page()
	if !p.Has(says(t, "create.lost")) {
		t.Errorf("what is lost: %s", p.Text())
	}
	r := c.Post(at+"/again", p.MustForm(at+"/again")).Want(http.StatusSeeOther)
	if strings.Contains(r.Location(), string(id)) {
		t.Errorf("it has the old id: %s", r.Location())
	}
	receipt := r.Follow().Want(http.StatusOK).Page()
	if !strings.Contains(strings.Join(receipt.Links(), " "), at) {
		t.Errorf("the receipt does not lead to the old one: %v", receipt.Links())
	}
	if p := c.Get(at + "/again").Want(http.StatusOK).Page(); !p.Has(says(t, "create.exists.again")) {
		t.Errorf("once there is one: %s", p.Text())
	}
	s.Exec("UPDATE system SET deleted = TRUE")
	if p := c.Get(at + "/again").Want(http.StatusOK).Page(); !p.Has(says(t, "error.system.deleted.title")) {
		t.Errorf("once its system is gone: %s", p.Text())
	}
}

// ownForm is the form of one's own program without a fault.
func ownForm() url.Values {
	return url.Values{
		"op": {"save"}, "name_nb": {"Nattrapport"}, "uses": {"itself"}, "asks": {kit.TaxPackage}, "client_issuer": {kit.Issuer1}, "client_id": {"natt"},
	}
}

func TestOwnProgram(t *testing.T) {
	t.Parallel()
	const path = "/systemusers/own"
	s := kit.New(t)
	c := s.As(t, kit.ApproverP)
	c.Get(path).Want(http.StatusOK)
	form := ownForm()
	form.Set("op", "add:"+kit.OwnResource)
	p := c.Post(path, form).Want(http.StatusOK).Page()
	if got := p.MustForm(path)["asks"]; len(got) != 2 || p.MustForm(path).Get("name_nb") != "Nattrapport" {
		t.Errorf("after adding: %v", p.MustForm(path))
	}
	before := s.Snapshot()
	for _, tc := range []struct {
		field, at, fault string
		form             url.Values
	}{
		{"no name", "name_nb", "required", but(ownForm(), "name_nb", " ")},
		{"no client", "client_id", "required", but(ownForm(), "client_id", "")},
		{"a strange issuer", "client_id", "client.issuer", but(ownForm(), "client_issuer", "https://evil.example/")},
		{"nothing to do", "q", "items.none", but(ownForm(), "asks")},
		{"nothing for clients", "q", "own.none_for_agent", but(but(ownForm(), "asks", kit.OwnResource), "uses", "itself", "clients")},
		{"a day that is none", "until", "until.form", but(ownForm(), "until", "snart")},
		{"a day that is over", "until", "date.past", but(ownForm(), "until", "2020-01-01")},
	} {
		p := c.Post(path, tc.form).Want(http.StatusUnprocessableEntity).Page()
		hasFault(t, p, tc.at, tc.fault)
		if p.ByID("faults") == "" {
			t.Errorf("%s: no summary", tc.field)
		}
	}
	if s.Snapshot() != before {
		t.Error("something was stored")
	}
	both := but(ownForm(), "uses", "itself", "clients")
	ready := c.Post(path, both).Follow().Want(http.StatusOK).Page()
	if !ready.Has("0192:"+string(kit.CustomerP)) || !ready.Has("klienter") || !ready.Has("natt") {
		t.Errorf("ready: %s", ready.Text())
	}
	taken := c.Post(path, ownForm()).Want(http.StatusConflict).Page()
	hasFault(t, taken, "client_id", "client.taken")
	if n := strings.Count(s.Dump(), `action="systemuser.create"`); n != 2 {
		t.Errorf("%d system users were made", n)
	}
}

func TestWhoMayNotSetUpAnOwnProgram(t *testing.T) {
	t.Parallel()
	const path = "/systemusers/own"
	s := kit.New(t)
	s.As(t, kit.ClerkP).Get(path).Want(http.StatusForbidden)
	p := s.As(t, kit.DeveloperA).Get(path).Want(http.StatusOK).Page()
	if _, may := p.Form(path); may || !p.Has(kit.DirectorA.Name) || !strings.HasSuffix(p.Value("link"), path) {
		t.Errorf("a developer: %s", p.Text())
	}
	c := s.As(t, kit.PartialP)
	before := s.Snapshot()
	p = c.Post(path, ownForm()).Want(http.StatusForbidden).Page()
	if !p.Has(says(t, "own.refused")) || !p.Has(kit.ApproverP.Name) || p.MustForm(path).Get("client_id") != "natt" {
		t.Errorf("what he may not give: %s", p.Text())
	}
	if s.Snapshot() != before {
		t.Error("part of it was set up")
	}
}
