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
	"github.com/stafett/stafett/models/party"
)

// again takes a signed-in person from a page to the provider and back, as
// somebody with a level, and returns the provider's answer.
func again(t *testing.T, s *kit.Site, c *kit.Client, next string, p kit.Person, acr string) *kit.Response {
	t.Helper()
	page := c.Get("/login/again?next=" + url.QueryEscape(next)).Want(http.StatusOK).Page()
	to := "/login/test?next=" + url.QueryEscape(next) + "&purpose=again"
	if !slices.Contains(page.Links(), to) {
		t.Fatalf("no way on: %v", page.Links())
	}
	return c.Get(s.Authorize(p, c.Get(to).Want(http.StatusSeeOther).Location(), acr))
}

func TestWhoeverIsNotSureEnoughLogsInAgainAndComesBack(t *testing.T) {
	t.Parallel()
	s, path, _ := pending(t)
	c := s.AsAt(t, kit.ApproverP, kit.CustomerP, 2)
	if r := again(t, s, c, path, kit.ApproverP, "high").Want(http.StatusSeeOther); r.Location() != path {
		t.Errorf("leads to %q", r.Location())
	}
	form := c.Get(path).Want(http.StatusOK).Page().MustForm(path + "/approve")
	if r := c.Post(path+"/approve", form).Want(http.StatusSeeOther); r.Location() != path+"/receipt?returning=1" {
		t.Errorf("the approval leads to %q", r.Location())
	}
}

func TestLoggingInAgainIsForTheSamePersonAtTheLevel(t *testing.T) {
	t.Parallel()
	s, path, _ := pending(t)
	c := s.AsAt(t, kit.ApproverP, kit.CustomerP, 2)
	isFailure(t, again(t, s, c, path, kit.ApproverQ, "high"), http.StatusForbidden, models.CodeOtherPerson)
	r := again(t, s, c, path, kit.ApproverP, "low")
	isFailure(t, r, http.StatusForbidden, models.CodeLevelTooLow)
	if links := r.Page().Links(); !slices.Contains(links, "/login/again?next="+url.QueryEscape(path)) || strings.Contains(r.Body, "code-") {
		t.Errorf("the failure does not lead on, or says too much: %v", links)
	}
	isOf(t, c.Get(path), kit.ApproverP)
	if r := s.Anonymous(t).Get("/login/again?next=/requests").Want(http.StatusSeeOther); !strings.HasPrefix(r.Location(), "/login?") {
		t.Errorf("nobody is led to %q", r.Location())
	}
	for _, next := range []string{"https://evil.example", "//evil.example", "/login/op"} {
		if links := c.Get("/login/again?next=" + url.QueryEscape(next)).Page().Links(); !slices.Contains(links, "/login/test?next=&purpose=again") {
			t.Errorf("%s is taken: %v", next, links)
		}
	}
}

// isOf demands a page whose header names the person.
func isOf(t *testing.T, r *kit.Response, p kit.Person) {
	t.Helper()
	if r.Want(http.StatusOK); !strings.Contains(r.Body, p.Name) {
		t.Errorf("the page is not of %s: %s", p.Name, r.Body)
	}
}

// linked is a site where a director has an e-mail login beside his own.
func linked(t *testing.T) *kit.Site {
	t.Helper()
	s := kit.New(t)
	c := s.As(t, kit.ApproverP)
	to := "/login/mail?purpose=link"
	if links := c.Post("/account/identities/mail", url.Values{}).Want(http.StatusSeeOther).Follow().Page().Links(); !slices.Contains(links, to) {
		t.Fatalf("no way out: %v", links)
	}
	back := s.AuthorizeByMail("kari-1", "Kari@Example.com", c.Get(to).Want(http.StatusSeeOther).Location())
	if r := c.Get(back).Want(http.StatusSeeOther); r.Location() != "/account" {
		t.Fatalf("leads to %q", r.Location())
	}
	return s
}

// mailIn logs in by e-mail in a new browser.
func mailIn(t *testing.T, s *kit.Site, subject string) (*kit.Client, *kit.Response) {
	t.Helper()
	c := s.Anonymous(t)
	return c, c.Get(s.AuthorizeByMail(subject, "kari@example.com", c.Get("/login/mail?next=/systemusers").Want(http.StatusSeeOther).Location()))
}

func TestAnAddedIdentityIsThePersons(t *testing.T) {
	t.Parallel()
	s := linked(t)
	c, r := mailIn(t, s, "kari-1")
	if r.Want(http.StatusSeeOther); r.Location() != "/systemusers" {
		t.Errorf("leads to %q", r.Location())
	}
	isOf(t, c.Get("/systemusers"), kit.ApproverP)
}

func TestAnIdentityIsAddedByAPressAlone(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	c := s.As(t, kit.ApproverP)
	if r := c.Get("/login/mail?purpose=link").Want(http.StatusSeeOther); r.Location() != "/account" {
		t.Errorf("a link from elsewhere leads to %q", r.Location())
	}
	before := s.Snapshot()
	isFailure(t, c.With("Sec-Fetch-Site", "cross-site").Post("/account/identities/mail", url.Values{}), http.StatusForbidden, models.CodeCrossSite)
	isFailure(t, c.Post("/account/identities/nobody", url.Values{}), http.StatusNotFound, models.CodeNotFound)
	if r := c.Get("/login/mail?purpose=link").Want(http.StatusSeeOther); r.Location() != "/account" || s.Snapshot() != before {
		t.Errorf("a form from elsewhere leads to %q", r.Location())
	}
}

func TestSomebodyNewWithAKnownAddressGoesOnAsNew(t *testing.T) {
	t.Parallel()
	s := linked(t)
	c, r := mailIn(t, s, "kari-2")
	if r.Want(http.StatusSeeOther); r.Location() != "/login/known" {
		t.Fatalf("leads to %q", r.Location())
	}
	page := c.Get("/login/known").Want(http.StatusOK).Page()
	for _, to := range []string{"/login/test", "/login/mail"} { // the ways in which he may have come before
		if !slices.Contains(page.Links(), to) {
			t.Errorf("no way by %s: %v", to, page.Links())
		}
	}
	c.Get("/systemusers").Want(http.StatusSeeOther) // nobody is signed in yet
	if r := c.Post("/login/known/new", url.Values{}).Want(http.StatusSeeOther).Follow(); !strings.HasPrefix(r.Location(), "/organisations") {
		t.Errorf("leads to %q", r.Location())
	}
	if p := c.Get("/organisations").Want(http.StatusOK).Page(); p.H1() != says(t, "public.noorg.title") || p.Has(kit.ApproverP.Name) {
		t.Errorf("the new one is taken for the old: %s", p.Text())
	}
	isFailure(t, c.Get("/login/known"), http.StatusNotFound, models.CodeNotFound)
}

func TestSomebodyKnownShowsItAndConnectsTheTwo(t *testing.T) {
	t.Parallel()
	s := linked(t)
	c, r := mailIn(t, s, "kari-2")
	r.Want(http.StatusSeeOther)
	r = c.Get(s.Authorize(kit.ApproverP, c.Get("/login/test").Want(http.StatusSeeOther).Location(), "high")).Want(http.StatusSeeOther)
	if r.Location() != "/login/known/link" {
		t.Fatalf("leads to %q", r.Location())
	}
	if p := c.Get("/login/known/link").Want(http.StatusOK).Page(); !p.Has("kari@example.com") || !p.Has(kit.ApproverP.Name) {
		t.Errorf("the page does not say who and what: %s", p.Text())
	}
	isFailure(t, c.With("Sec-Fetch-Site", "cross-site").Post("/login/known/link", url.Values{}), http.StatusForbidden, models.CodeCrossSite)
	if r := c.Post("/login/known/link", url.Values{}).Want(http.StatusSeeOther); r.Location() != "/systemusers" {
		t.Errorf("leads to %q", r.Location())
	}
	c, r = mailIn(t, s, "kari-2")
	r.Want(http.StatusSeeOther)
	isOf(t, c.Get("/systemusers"), kit.ApproverP)
}

// The organisation of last time is the one that is acted for, until another is
// chosen; a first login asks.
func TestTheChosenOrganisationIsRemembered(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	in := func() (*kit.Client, string) {
		c := s.Anonymous(t)
		r := c.Get(s.Authorize(kit.Several, c.Get("/login/test?next=/systemusers").Want(http.StatusSeeOther).Location(), "high"))
		return c, r.Want(http.StatusSeeOther).Location()
	}
	c, _ := in()
	var to string
	if r := c.Get("/systemusers"); !strings.HasPrefix(r.Location(), "/organisations") {
		t.Fatalf("the first time leads to %q", r.Location())
	}
	names := map[party.OrgNo]string{kit.CustomerP: "Fjordbris Seilmakeri AS", kit.CustomerQ: "Granlia Bakeri AS"}
	for _, org := range []party.OrgNo{kit.CustomerQ, kit.CustomerP} {
		name := names[org]
		c.Post("/organisations", url.Values{"org": {string(org)}}).Want(http.StatusSeeOther)
		if c, to = in(); to != "/systemusers" {
			t.Errorf("the next time leads to %q", to)
		}
		if page := c.Get("/systemusers").Want(http.StatusOK).Page(); !page.Has(name) {
			t.Errorf("acts for another than %s: %s", name, page.Text())
		}
	}
	s.Exec("DELETE FROM holding WHERE person_id = ? AND org_no = ?", string(s.PersonID(kit.Several)), string(kit.CustomerP))
	if c, to = in(); to != "/systemusers" || !c.Get("/systemusers").Want(http.StatusOK).Page().Has(names[kit.CustomerQ]) {
		t.Errorf("with one left it leads to %q", to)
	}
}

func TestAProviderEndsLogins(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	c := s.Anonymous(t)
	c.Get(s.Authorize(kit.ApproverP, c.Get("/login/test").Want(http.StatusSeeOther).Location(), "high")).Want(http.StatusSeeOther)
	other := s.As(t, kit.ApproverQ)
	tell := func(form url.Values) *kit.Response { return s.Anonymous(t).Post("/login/backchannel/test", form) }
	good := url.Values{"logout_token": {s.LogoutToken(kit.ApproverP, "j1")}}
	for name, form := range map[string]url.Values{
		"nothing": {}, "rubbish": {"logout_token": {"a.b.c"}}, "two": {"logout_token": {good.Get("logout_token"), good.Get("logout_token")}},
	} {
		if r := tell(form); r.Status != http.StatusBadRequest || r.JSON()["error"] != "invalid_request" || r.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %s", name, r.Status, r.Body)
		}
	}
	c.Get("/requests").Want(http.StatusOK)
	if r := tell(good).Want(http.StatusOK); r.Header.Get("Cache-Control") != "no-store" || r.Header.Get("Set-Cookie") != "" {
		t.Errorf("answered %v", r.Header)
	}
	c.Get("/requests").Want(http.StatusSeeOther)
	other.Get("/requests").Want(http.StatusOK)
	tell(good).Want(http.StatusBadRequest)
	s.Clock.Advance(time.Second)
	nobody := tell(url.Values{"logout_token": {s.LogoutToken(kit.ApproverP, "j2")}}).Want(http.StatusOK)
	if nobody.Body != "{}" {
		t.Errorf("whether anybody was logged in is told: %s", nobody.Body)
	}
	s.ProviderDown(true)
	s.Clock.Advance(2 * time.Hour) // what is known of the provider has run out; what is left serves on
	if r := s.Anonymous(t).Post("/login/backchannel/nobody", good); r.Status != http.StatusBadRequest {
		t.Errorf("an unknown provider: %d", r.Status)
	}
}

func TestTheBrowserIsToldInAFewWords(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	for agent, want := range map[string]string{
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                                  "Firefox, Linux",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0":           "Edge, Windows",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1": "Safari, iPhone",
		"Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36":                            "Chrome, Android",
		"<script>alert(1)</script>": "",
	} {
		s.Clock.Advance(time.Second) // the newest login is the first
		c := s.Anonymous(t).With("User-Agent", agent)
		c.Get(s.Authorize(kit.ApproverP, c.Get("/login/test").Want(http.StatusSeeOther).Location(), "high")).Want(http.StatusSeeOther)
		logins, err := s.Registry.Logins(t.Context(), s.Actor(kit.ApproverP))
		if err != nil || len(logins) == 0 || logins[0].Agent != want {
			t.Errorf("%q: %v %v, want %q", agent, logins, err, want)
		}
	}
}

// Whoever is known more surely than he has logged in now shows who he is before
// he adds a way to log in, and comes back to it.
func TestAnIdentityIsAddedByWhoeverIsSure(t *testing.T) {
	t.Parallel()
	s := linked(t)
	c := s.AsAt(t, kit.ApproverP, kit.CustomerP, 2)
	r := c.Post("/account/identities/mail", url.Values{}).Want(http.StatusSeeOther)
	if r.Location() != "/login/again?next="+url.QueryEscape("/account/identities/mail") {
		t.Fatalf("leads to %q", r.Location())
	}
	out := c.Get("/login/mail?purpose=link").Want(http.StatusSeeOther).Location() // by an address of his own making
	before := s.Snapshot()
	isFailure(t, c.Get(s.AuthorizeByMail("stranger", "stranger@example.com", out)), http.StatusForbidden, models.CodeLevelTooLow)
	if s.Snapshot() != before {
		t.Error("somebody else was let in")
	}
	c.Post("/account/identities/mail", url.Values{}).Want(http.StatusSeeOther)
	r = again(t, s, c, "/account/identities/mail", kit.ApproverP, "high").Want(http.StatusSeeOther)
	if r.Location() != "/account/identities/mail" || !slices.Contains(r.Follow().Page().Links(), "/login/mail?purpose=link") {
		t.Fatalf("leads to %q", r.Location())
	}
	out = c.Get("/login/mail?purpose=link").Want(http.StatusSeeOther).Location()
	if r := c.Get(s.AuthorizeByMail("kari-9", "kari9@example.com", out)).Want(http.StatusSeeOther); r.Location() != "/account" {
		t.Errorf("leads to %q", r.Location())
	}
}

// So does he before he is deleted. Somebody who never was sure needs no more
// than he has.
func TestWhoeverIsSureIsDeletedByHimselfAlone(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	c := s.AsAt(t, kit.Several, kit.CustomerP, 2)
	yes := url.Values{"confirm": {"yes"}}
	before := s.Snapshot()
	r := c.Post("/account/erase", yes)
	isFailure(t, r, http.StatusForbidden, models.CodeLevelTooLow)
	if to := "/login/again?next=" + url.QueryEscape("/account/erase"); s.Snapshot() != before || !slices.Contains(r.Page().Links(), to) {
		t.Errorf("no way to %s: %v", to, r.Page().Links())
	}
	isFailure(t, again(t, s, c, "/account/erase", kit.Several, "low"), http.StatusForbidden, models.CodeLevelTooLow)
	if r := again(t, s, c, "/account/erase", kit.Several, "high").Want(http.StatusSeeOther); r.Location() != "/account/erase" {
		t.Fatalf("leads to %q", r.Location())
	}
	c.Post("/account/erase", yes).Want(http.StatusSeeOther)

	c, r = mailIn(t, s, "only-mail")
	r.Want(http.StatusSeeOther)
	links := c.Get("/login/again?next=/account/erase").Want(http.StatusOK).Page().Links()
	if !slices.Contains(links, "/login/mail?next="+url.QueryEscape("/account/erase")+"&purpose=again") {
		t.Errorf("no way by mail: %v", links)
	}
	if slices.ContainsFunc(links, func(l string) bool {
		return strings.HasSuffix(l, "&purpose=again") && !strings.HasPrefix(l, "/login/mail?")
	}) {
		t.Errorf("a provider that does not know him is offered: %v", links)
	}
	c.Post("/account/erase", yes).Want(http.StatusSeeOther)
}

// Who waits is somebody whom we may know by his address. A browser may have
// another user by then: nobody else is offered to let him in, or can.
func TestWhoeverWaitsIsConnectedToNobodyElse(t *testing.T) {
	t.Parallel()
	s := linked(t)
	other := kit.ApproverQ
	for name, enter := range map[string]func(t *testing.T) *kit.Client{
		"the next one to log in": func(t *testing.T) *kit.Client {
			t.Helper()
			c, r := mailIn(t, s, "kari-2")
			r.Want(http.StatusSeeOther)
			r = c.Get(s.Authorize(other, c.Get("/login/test?next=/systemusers").Want(http.StatusSeeOther).Location(), "high")).Want(http.StatusSeeOther)
			if r.Location() != "/systemusers" {
				t.Errorf("leads to %q", r.Location())
			}
			return c
		},
		"who is logged in already": func(t *testing.T) *kit.Client {
			t.Helper()
			c := s.As(t, other)
			r := c.Get(s.AuthorizeByMail("kari-2", "kari@example.com", c.Get("/login/mail").Want(http.StatusSeeOther).Location())).Want(http.StatusSeeOther)
			if r.Location() != "/login/known" {
				t.Errorf("leads to %q", r.Location())
			}
			c.Get("/login/known").Want(http.StatusOK)
			if r := c.Get("/login/known/link").Want(http.StatusSeeOther); r.Location() != "/login/known" {
				t.Errorf("the question leads to %q", r.Location())
			}
			return c
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := enter(t)
			before := s.Snapshot()
			isFailure(t, c.Post("/login/known/link", url.Values{}), http.StatusNotFound, models.CodeNotFound)
			if s.Snapshot() != before {
				t.Error("something was changed")
			}
			if _, r := mailIn(t, s, "kari-2"); r.Location() != "/login/known" {
				t.Errorf("he is somebody now: led to %q", r.Location())
			}
			isOf(t, c.Get("/systemusers"), other)
		})
	}
}

// Logging out leaves nobody waiting in a browser that others use too.
func TestLoggingOutForgetsWhoWaits(t *testing.T) {
	t.Parallel()
	s := linked(t)
	c, r := mailIn(t, s, "kari-2")
	r.Want(http.StatusSeeOther)
	c.Get(s.Authorize(kit.ApproverP, c.Get("/login/test").Want(http.StatusSeeOther).Location(), "high")).Want(http.StatusSeeOther)
	c.Post("/logout", url.Values{}).Want(http.StatusSeeOther)
	isFailure(t, c.Get("/login/known"), http.StatusNotFound, models.CodeNotFound)
	isFailure(t, c.Post("/login/known/new", url.Values{}), http.StatusNotFound, models.CodeNotFound)
}
