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
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/views/i18n"
)

// memberPath is the page of somebody of the cast among the members.
func memberPath(s *kit.Site, p kit.Person) string { return "/members/" + string(s.PersonID(p)) }

// give gives a role by the form of the person's page.
func give(t *testing.T, by *kit.Client, page, urn, until string) *kit.Response {
	t.Helper()
	form := by.Get(page).Want(http.StatusOK).Page().MustForm(page + "/give")
	form.Set("urn", urn)
	form.Set("until", until)
	return by.Post(page+"/give", form)
}

// ends are the addresses on the page by which holdings are ended.
func ends(p *kit.Page) []string {
	return slices.DeleteFunc(p.Links(), func(l string) bool { return !strings.HasPrefix(l, "/members/holdings/") })
}

// What is given counts on the next page, and what is ended counts no more, for
// a form as well that was opened before.
func TestARoleCountsFromWhenItIsGivenUntilItIsEnded(t *testing.T) {
	t.Parallel()
	s, path, _ := pending(t)
	manager, clerk, page := s.As(t, kit.ApproverP), s.As(t, kit.ClerkP), memberPath(s, kit.ClerkP)
	if _, may := clerk.Get(path).Page().Form(path + "/approve"); may {
		t.Fatal("an employee may approve")
	}
	for _, urn := range []string{kit.ManagerPackage, kit.TaxPackage} {
		if r := give(t, manager, page, urn, "").Want(http.StatusSeeOther); r.Location() != page {
			t.Errorf("giving leads to %q", r.Location())
		}
	}
	shown := manager.Get(page).Want(http.StatusOK).Page()
	for _, want := range []string{"Tilgangsstyrer", "Skatt næring", kit.ApproverP.Name} {
		if !shown.Has(want) {
			t.Errorf("the page does not say %q: %s", want, shown.Text())
		}
	}
	form := clerk.Get(path).Want(http.StatusOK).Page().MustForm(path + "/approve")

	for _, end := range ends(shown) {
		asked := manager.Get(end).Want(http.StatusOK).Page()
		if !asked.Has(kit.ClerkP.Name) {
			t.Errorf("the question does not say whose role it is: %s", asked.Text())
		}
		if r := manager.Post(end, asked.MustForm(end)).Want(http.StatusSeeOther); r.Location() != "/members" {
			t.Errorf("ending leads to %q", r.Location())
		}
	}
	before := s.Snapshot()
	isFailure(t, clerk.Post(path+"/approve", form), http.StatusForbidden, models.CodeForbidden)
	if _, may := clerk.Get(path).Want(http.StatusOK).Page().Form(path + "/approve"); may || s.Snapshot() != before {
		t.Error("what has ended still counts")
	}
	over := manager.Get(page).Want(http.StatusOK).Page()
	if list := manager.Get("/members").Page(); len(slices.DeleteFunc(list.Links(), func(l string) bool { return l != page })) != 1 {
		t.Errorf("who has lost one role is among those who have none: %s", list.Text())
	}
	if len(ends(over)) != 0 || !over.Has(says(t, "members.person.before")) || !over.Has("Tilgangsstyrer") {
		t.Errorf("what has ended is not told as past: %s", over.Text())
	}
}

func TestWhoLooksOnReadsAndDoesNothing(t *testing.T) {
	t.Parallel()
	s, path, _ := pending(t)
	v, page := s.As(t, kit.ViewerP), memberPath(s, kit.ClerkP)
	before := s.Snapshot()
	if _, may := v.Get(path).Want(http.StatusOK).Page().Form(path + "/approve"); may {
		t.Error("is shown the button")
	}
	list := v.Get("/members").Want(http.StatusOK).Page()
	for _, p := range []kit.Person{kit.ApproverP, kit.PartialP, kit.ViewerP, kit.ClerkP} {
		if !list.Has(p.Name) {
			t.Errorf("%s is not in the list", p.Name)
		}
	}
	if links := list.Links(); slices.Contains(links, "/members/invite") || len(ends(list)) > 0 {
		t.Errorf("is offered what he may not: %v", links)
	}
	if one := v.Get(page).Want(http.StatusOK).Page(); !one.Has(says(t, "members.now.reader")) {
		t.Errorf("is not told that others administer: %s", one.Text())
	}
	isFailure(t, v.Post(path+"/approve", url.Values{"seen": {"x"}}), http.StatusForbidden, models.CodeForbidden)
	isFailure(t, v.Post(page+"/give", url.Values{"urn": {policy.Viewer}}), http.StatusForbidden, models.CodeForbidden)
	isFailure(t, v.Get("/members/invite"), http.StatusForbidden, models.CodeForbidden)
	isFailure(t, v.Post("/members/invite", url.Values{"urn": {policy.Viewer}}), http.StatusForbidden, models.CodeForbidden)
	if s.Snapshot() != before {
		t.Error("something changed")
	}
}

func TestAFormToGiveComesBackWithItsFaults(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	manager, page := s.As(t, kit.ApproverP), memberPath(s, kit.ClerkP)
	give(t, manager, page, kit.VATPackage, "2026-12-31").Want(http.StatusSeeOther)
	if shown := manager.Get(page).Page(); !shown.Has("31. desember 2026") {
		t.Errorf("the last day is not told: %s", shown.Text())
	}
	before := s.Snapshot()
	for _, e := range []struct{ urn, until, field, fault string }{
		{kit.TaxPackage, "31.12.2026", "until", "until.form"},
		{kit.TaxPackage, "2026-02-30", "until", "until.form"},
		{kit.TaxPackage, "9999-12-31", "until", "until.form"},
		{kit.TaxPackage, "2026-01-14", "until", "until.past"},
		{kit.VATPackage, "", "urn", "duplicate"},
		{"", "", "urn", "choice"},
		{"urn:altinn:accesspackage:finnes-ikke", "", "urn", "catalogue.unknown"},
	} {
		p := give(t, manager, page, e.urn, e.until).Want(http.StatusUnprocessableEntity).Page()
		hasFault(t, p, e.field, e.fault)
		if p.Value("until") != e.until || e.field == "until" && p.Value("urn") != e.urn {
			t.Errorf("%+v is now %q until %q", e, p.Value("urn"), p.Value("until"))
		}
	}
	isFailure(t, give(t, manager, page, kit.ClientPackage, ""), http.StatusForbidden, models.CodeForbidden)
	isFailure(t, give(t, s.As(t, kit.PartialP), page, kit.TaxPackage, ""), http.StatusForbidden, models.CodeForbidden)
	isFailure(t, manager.Post(memberPath(s, kit.Nobody)+"/give", url.Values{"urn": {kit.TaxPackage}}), http.StatusNotFound, models.CodeNotFound)
	if after := s.Snapshot(); strings.Count(after, "\nholding ") != strings.Count(before, "\nholding ") {
		t.Error("something was given")
	}
	give(t, manager, page, kit.TaxPackage, "2026-01-15").Want(http.StatusSeeOther) // today, in Oslo
	s.Clock.Advance(11 * time.Hour)                                                // 23:00 UTC is midnight there
	if shown := s.As(t, kit.ApproverP).Get(page).Page(); !shown.Has(says(t, "members.person.before")) || !shown.Has("Skatt næring") {
		t.Errorf("a last day does not end when the day does: %s", shown.Text())
	}
}

// Whoever proved long ago who he is does so anew before he gives or approves
// anything; ending needs no such thing.
func TestWhoLoggedInLongAgoIsLedToLogInAgain(t *testing.T) {
	t.Parallel()
	s, path, _ := pending(t)
	page := memberPath(s, kit.ClerkP)
	give(t, s.As(t, kit.ApproverP), page, kit.TaxPackage, "").Want(http.StatusSeeOther)
	for _, e := range []struct {
		name  string
		level int
		age   time.Duration
		code  models.Code
	}{
		{"long ago", 4, kit.MaxAge + time.Second, models.CodeLoginTooOld},
		{"not surely", kit.MinLevel - 1, 0, models.CodeLevelTooLow},
		{"neither", kit.MinLevel - 1, kit.MaxAge + time.Second, models.CodeLevelTooLow},
	} {
		c := s.AsAt(t, kit.ApproverP, kit.CustomerP, e.level)
		s.Clock.Advance(e.age)
		before := s.Snapshot()
		for at, form := range map[string]string{path: path + "/approve", page: page + "/give", "/members/invite": "/members/invite"} {
			again := "/login/again?next=" + url.QueryEscape(at)
			p := c.Get(at).Want(http.StatusOK).Page()
			if _, may := p.Form(form); may || !slices.Contains(p.Links(), again) {
				t.Errorf("%s: %s offers %v", e.name, at, p.Links())
			}
			r := c.Post(form, url.Values{"urn": {policy.Viewer}, "seen": {"x"}})
			isFailure(t, r, http.StatusForbidden, e.code)
			if !slices.Contains(r.Page().Links(), again) {
				t.Errorf("%s: the answer to %s leads to %v", e.name, form, r.Page().Links())
			}
		}
		if s.Snapshot() != before {
			t.Errorf("%s: something changed", e.name)
		}
	}
	c := s.AsAt(t, kit.ApproverP, kit.CustomerP, 1)
	s.Clock.Advance(kit.MaxAge + time.Second)
	end := ends(c.Get(page).Page())
	if len(end) != 1 {
		t.Fatalf("what can be ended: %v", end)
	}
	c.Post(end[0], c.Get(end[0]).Page().MustForm(end[0])).Want(http.StatusSeeOther)
	if left := ends(c.Get(page).Page()); len(left) != 0 {
		t.Errorf("not ended: %v", left)
	}
	fresh := s.As(t, kit.ApproverP)
	s.Clock.Advance(kit.MaxAge) // as long as may be
	if _, may := fresh.Get(path).Page().Form(path + "/approve"); !may {
		t.Error("who logged in lately enough may not approve")
	}
}

// For an organisation that has been struck off nothing is given any more, and
// everything can be ended.
func TestAnOrganisationThatIsStruckOff(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	manager, page := s.As(t, kit.ApproverP), memberPath(s, kit.ClerkP)
	give(t, manager, page, kit.TaxPackage, "").Want(http.StatusSeeOther)
	s.Exec("UPDATE organisation SET struck_off_at = ? WHERE org_no = ?", kit.Start.UnixMilli(), string(kit.CustomerP))
	before := s.Snapshot()
	p := manager.Get(page).Want(http.StatusOK).Page()
	if _, may := p.Form(page + "/give"); may || !p.Has(says(t, "error.organisation.struck_off.detail")) || p.Has(says(t, "members.now.reader")) {
		t.Errorf("the page does not say why nothing is given: %s", p.Text())
	}
	isFailure(t, manager.Post(page+"/give", url.Values{"urn": {policy.Viewer}}), http.StatusConflict, models.CodeStruckOff)
	isFailure(t, manager.Get("/members/invite"), http.StatusConflict, models.CodeStruckOff)
	isFailure(t, manager.Post("/members/invite", url.Values{"urn": {policy.Viewer}}), http.StatusConflict, models.CodeStruckOff)
	if s.Snapshot() != before {
		t.Error("something changed")
	}
	end := ends(p)[0]
	manager.Post(end, manager.Get(end).Want(http.StatusOK).Page().MustForm(end)).Want(http.StatusSeeOther)
	if left := ends(manager.Get(page).Page()); len(left) != 0 {
		t.Errorf("not ended: %v", left)
	}
}

// Nobody ends the last power to administer access, his own among them; who is
// not the last can leave.
func TestTheLastWhoAdministersAccessStays(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	h := s.Join(t, kit.ApproverP, "Vilde Eng", kit.ManagerPackage)
	end := "/members/holdings/" + string(h.ID) + "/end"
	c := s.As(t, kit.Person{Name: "Vilde Eng"})
	c.Post("/organisations", url.Values{"org": {string(kit.CustomerP)}}).Want(http.StatusSeeOther)
	form := c.Get(end).Want(http.StatusOK).Page().MustForm(end)
	s.Exec("DELETE FROM holding WHERE person_id IN (?, ?)", string(s.PersonID(kit.ApproverP)), string(s.PersonID(kit.PartialP)))
	p := c.Get(end).Want(http.StatusOK).Page()
	if _, may := p.Form(end); may || !p.Has(says(t, "error.holding.last.detail")) {
		t.Errorf("the page lets him: %s", p.Text())
	}
	isFailure(t, c.Post(end, form), http.StatusConflict, models.CodeHoldingLast)
	c.Get("/members").Want(http.StatusOK)
}

func TestWhatARegisterSaysIsEndedThere(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	m, err := s.Registry.Member(t.Context(), s.Actor(kit.ApproverP), s.PersonID(kit.ClerkP))
	if err != nil {
		t.Fatal(err)
	}
	c, end := s.As(t, kit.ApproverP), "/members/holdings/"+string(m.Holds[0].Holding.ID)+"/end"
	if r := c.Get(end).Want(http.StatusSeeOther); r.Location() != memberPath(s, kit.ClerkP) {
		t.Errorf("leads to %q", r.Location())
	}
	isFailure(t, c.Post(end, url.Values{}), http.StatusConflict, models.CodeHoldingFixed)
}

func TestPeopleAreFoundByNameAndRole(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	for _, name := range []string{"Arne", "Berit", "Cato", "Dina"} {
		s.Join(t, kit.ApproverP, name, kit.VATPackage)
	}
	gone := s.Join(t, kit.ApproverP, "Eli", kit.VATPackage)
	if err := s.Registry.End(t.Context(), s.Actor(kit.ApproverP), gone.ID); err != nil {
		t.Fatal(err)
	}
	c := s.As(t, kit.ClerkP)
	for q, want := range map[string][]string{
		"": {"Arne", "Dina", "Eli", kit.ClerkP.Name}, " arne ": {"Arne"}, "MERVERDI": {"Arne", "Berit", "Cato", "Dina", "Eli", kit.PartialP.Name}, "eli": {"Eli"},
		"finnes ikke": nil, "<script>": nil,
	} {
		p := c.Get("/members?q=" + url.QueryEscape(q)).Want(http.StatusOK).Page()
		for _, name := range []string{"Arne", "Berit", "Cato", "Dina", "Eli", kit.ClerkP.Name, kit.PartialP.Name} {
			if has := p.Has(name); has != slices.Contains(want, name) && q != "" || slices.Contains(want, name) && !has {
				t.Errorf("%q: %s is found: %t", q, name, has)
			}
		}
		if none := i18n.T(nb(t), "members.none.found", "Query", strings.TrimSpace(q)); p.Has(none) != (len(want) == 0 || q == "eli") {
			t.Errorf("%q: %s", q, p.Text())
		}
	}
}
