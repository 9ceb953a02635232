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
)

func TestWhoHasOneOrganisationActsForItAtOnce(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	seen := &strings.Builder{}
	if v := logIn(t, s, kit.ApproverP, "/requests", seen); v.page.H1() != says(t, "customer.inbox.title") {
		t.Errorf("the login ends at %q", v.page.H1())
	}
	v := logIn(t, s, kit.Several, "/systemusers", seen)
	if got := v.page.Buttons("org"); !slices.Equal(got, []string{string(kit.CustomerP), string(kit.CustomerQ)}) {
		t.Errorf("the chooser offers %v", got)
	}
	form := v.page.MustForm("/organisations")
	form.Set("org", string(kit.CustomerP))
	if r := v.Post("/organisations", form); r.Location() != "/systemusers" {
		t.Errorf("choosing leads to %q", r.Location())
	}
	if v := logIn(t, s, kit.Nobody, "/requests", seen); v.page.H1() != says(t, "public.noorg.title") {
		t.Errorf("whoever has no organisation reads %q", v.page.H1())
	}
}

func TestWithoutAnOrganisationNothingIsDone(t *testing.T) {
	t.Parallel()
	s, path, _ := pending(t)
	c := s.AsAt(t, kit.ApproverP, "", 4)
	if r := c.Get(path); r.Location() != "/organisations?return="+url.QueryEscape(path) {
		t.Errorf("leads to %q", r.Location())
	}
	isFailure(t, c.Post(path+"/approve", url.Values{}), http.StatusForbidden, models.CodeNoOrganisation)
}

// Whoever loses his last role in an organisation acts for it no more, in a
// session that is open as well.
func TestALostRoleEndsActing(t *testing.T) {
	t.Parallel()
	s, path, _ := pending(t)
	c := s.As(t, kit.ApproverP)
	form := c.Get(path).Page().MustForm(path + "/approve")
	s.Exec("DELETE FROM holding WHERE person_id = ?", string(s.PersonID(kit.ApproverP)))
	before := s.Snapshot()
	if r := c.Get(path).Want(http.StatusSeeOther); !strings.HasPrefix(r.Location(), "/organisations") {
		t.Errorf("leads to %q", r.Location())
	}
	isFailure(t, c.Post(path+"/approve", form), http.StatusForbidden, models.CodeNoOrganisation)
	if s.Snapshot() != before {
		t.Error("it was approved")
	}
}

func TestOnlyOnesOwnOrganisationsCanBeChosen(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	c := s.As(t, kit.ApproverP)
	for _, org := range []string{string(kit.CustomerQ), string(kit.Unknown), "", "355913619 ", "x"} {
		isFailure(t, c.Post("/organisations", url.Values{"org": {org}}), http.StatusNotFound, models.CodeNotFound)
	}
	for _, to := range []string{"https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/%09/evil.example"} {
		r := c.Post("/organisations", url.Values{"org": {string(kit.CustomerP)}, "return": {to}})
		if r.Location() != "/requests" {
			t.Errorf("return=%q leads to %q", to, r.Location())
		}
	}
}

func TestLoggingOutEndsTheSession(t *testing.T) {
	t.Parallel()
	s, path, _ := pending(t)
	c := s.As(t, kit.ApproverP)
	c.Get(path).Want(http.StatusOK)
	old := c.Cookie("__Host-stafett")
	if old == "" {
		t.Fatal("no session cookie")
	}
	r := c.Post("/logout", url.Values{}).Want(http.StatusSeeOther)
	if r.Header.Get("Clear-Site-Data") != `"cache"` {
		t.Errorf("Clear-Site-Data is %q", r.Header.Get("Clear-Site-Data"))
	}
	page := r.Follow().Want(http.StatusOK).Page()
	if !slices.ContainsFunc(page.Links(), func(l string) bool { return strings.HasPrefix(l, "https://login.example/logout") }) {
		t.Errorf("no way to end the provider's session: %v", page.Links())
	}
	thief := s.Anonymous(t)
	thief.SetCookie("__Host-stafett", old)
	for name, browser := range map[string]*kit.Client{"the browser": c, "the old cookie": thief} {
		if r := browser.Get(path).Want(http.StatusSeeOther); !strings.HasPrefix(r.Location(), "/login") {
			t.Errorf("%s leads to %q", name, r.Location())
		}
	}
}

func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	idle, busy := s.As(t, kit.ApproverP), s.As(t, kit.ClerkP)
	for range 16 { // a look each 30 minutes less a second, for eight hours
		s.Clock.Advance(30*time.Minute - time.Second)
		busy.Get("/requests").Want(http.StatusOK)
	}
	idle.Get("/requests").Want(http.StatusSeeOther)
	s.Clock.Advance(time.Minute)
	busy.Get("/requests").Want(http.StatusSeeOther)
}

func TestASessionOfASiteIsNobodysElsewhere(t *testing.T) {
	t.Parallel()
	one, two := kit.New(t), kit.New(t)
	c := two.Anonymous(t)
	c.SetCookie("__Host-stafett", one.As(t, kit.ApproverP).Cookie("__Host-stafett"))
	c.Get("/requests").Want(http.StatusSeeOther)
	for _, made := range []string{"", "x", strings.Repeat("A", 43), "../../etc/passwd", "%00"} {
		c.SetCookie("__Host-stafett", made)
		c.Get("/requests").Want(http.StatusSeeOther)
	}
}

// The database holds no cookie that could be used (security C9).
func TestTheDatabaseHoldsNoUsableCookie(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	c := s.As(t, kit.ApproverP)
	c.Get("/requests").Want(http.StatusOK)
	if strings.Contains(s.Dump(), c.Cookie("__Host-stafett")) {
		t.Error("the cookie stands in the database")
	}
}

func TestALoginThatDoesNotHoldSignsNobodyIn(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	c := s.Anonymous(t)
	back := s.Authorize(kit.ApproverP, c.Get("/login/test?next=/systemusers").Want(http.StatusSeeOther).Location(), "high")
	isFailure(t, s.Anonymous(t).Get(back), http.StatusBadRequest, models.CodeLoginFailed) // another browser's
	isFailure(t, c.Get("/login/callback"), http.StatusBadRequest, models.CodeLoginFailed)
	isFailure(t, c.Get("/login/callback?error=access_denied&state=x"), http.StatusBadRequest, models.CodeLoginFailed)
	c.Get("/requests").Want(http.StatusSeeOther)
	if r := c.Get(back).Want(http.StatusSeeOther); r.Location() != "/systemusers" {
		t.Errorf("the login leads to %q", r.Location())
	}
	isFailure(t, c.Get(back), http.StatusBadRequest, models.CodeLoginFailed) // the code again
	isFailure(t, c.Get("/login/nobody"), http.StatusNotFound, models.CodeNotFound)
}

func TestWhenTheProviderIsAway(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	s.ProviderDown(true)
	r := s.Anonymous(t).Failing().Get("/login/test")
	isFailure(t, r, http.StatusServiceUnavailable, models.CodeUnavailable)
	if r.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
}

func TestWithoutLoginThePagesSaySo(t *testing.T) {
	t.Parallel()
	s := kit.New(t, kit.WithoutLogin())
	c := s.Anonymous(t)
	if p := c.Get("/").Want(http.StatusOK).Page(); !p.Has(says(t, "public.login.none")) || slices.Contains(p.Links(), "/login") {
		t.Errorf("the front page: %s %v", p.Text(), p.Links())
	}
	if p := c.Get("/login").Want(http.StatusOK).Page(); !p.Has(says(t, "public.login.none.text")) {
		t.Errorf("the login page: %s", p.Text())
	}
	isFailure(t, c.Failing().Get("/login/test"), http.StatusServiceUnavailable, models.CodeLoginNotSetUp)
	s.Bearer(t, s.IssuerCall(kit.Issuer1, nil)).PostJSON("/v1/enrich", "{}").Want(http.StatusBadRequest)
}

func TestTheLanguageFollowsThePerson(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	for accept, want := range map[string]string{
		"": "nb", "en-GB,en;q=0.9": "en", "nn-NO": "nn", "no": "nb", "de, en;q=0.5": "en", "de": "nb", "*;q=0": "nb", "\x00,,;;q=x": "nb",
	} {
		r := s.Anonymous(t).With("Accept-Language", accept).Get("/").Want(http.StatusOK)
		if got := r.Page().Lang(); got != want || r.Header.Get("Content-Language") != want {
			t.Errorf("Accept-Language %q gives lang=%q, Content-Language %q; want %s", accept, got, r.Header.Get("Content-Language"), want)
		}
	}
	c := s.As(t, kit.ApproverP).With("Accept-Language", "en")
	if got := c.Get("/requests?lang=nn").Page().Lang(); got != "nn" {
		t.Errorf("asked for nn: %q", got)
	}
	if got := c.Get("/requests").Page().Lang(); got != "nn" {
		t.Errorf("chosen nn before: %q", got)
	}
	if got := c.Get("/requests?lang=de").Page().Lang(); got != "nn" {
		t.Errorf("asked for a language we do not speak: %q", got)
	}
	if got := c.Get("/absent").Want(http.StatusNotFound).Page().Lang(); got != "nn" {
		t.Errorf("a page that is not there: %q", got)
	}
	s.Anonymous(t).Get("/login/test?lang=en").Want(http.StatusSeeOther)
}

func TestTheLanguageSwitchStaysOnThePage(t *testing.T) {
	t.Parallel()
	s, path, _ := pending(t)
	links := s.As(t, kit.ApproverP).Get(path + "?x=1").Page().Links()
	for _, want := range []string{path + "?lang=en&x=1", path + "?lang=nn&x=1"} {
		if !slices.Contains(links, want) {
			t.Errorf("no link to %s in %v", want, links)
		}
	}
}

func TestTheColoursFollowThePerson(t *testing.T) {
	t.Parallel()
	c := kit.New(t).Anonymous(t)
	for _, step := range []struct{ target, want string }{
		{"/", "auto"}, {"/?scheme=dark", "dark"}, {"/", "dark"}, {"/login", "dark"}, {"/?scheme=pink", "dark"}, {"/?scheme=light", "light"}, {"/?scheme=auto", "auto"},
	} {
		if got := c.Get(step.target).Page().Scheme(); got != step.want {
			t.Errorf("%s is %q, want %q", step.target, got, step.want)
		}
	}
}
