package auth_test

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
)

// substantial makes the provider vouch for less, and for a login of a while ago.
func substantial(c object) { c["acr"], c["auth_time"] = "idporten-loa-substantial", start.Unix()-1200 }

// fresh makes it vouch for a login of now.
func (s *site) fresh(c object) {
	now := s.clock.Now().Unix()
	c["acr"], c["iat"], c["exp"], c["auth_time"] = "idporten-loa-high", now, now+300, now
}

// signedInLow is a site where somebody is signed in at level 3 for 20 minutes.
func signedInLow(t *testing.T, more string) *site {
	t.Helper()
	p := newProvider(t)
	p.claims = substantial
	s := newSite(t, p, more)
	if status, _, body := s.signIn(t); status != http.StatusSeeOther || s.me(t).Level != 3 {
		t.Fatalf("%d %s", status, body)
	}
	s.do(t, http.MethodPost, "/organisations?org="+orgNo)
	return s
}

// goTo starts a login by a path and returns its address at the provider.
func (s *site) goTo(t testing.TB, path string) string {
	t.Helper()
	status, location, body := s.do(t, http.MethodGet, path)
	if status != http.StatusSeeOther {
		t.Fatalf("%s: %d %s", path, status, body)
	}
	return location
}

func TestProvingAnewKeepsTheSessionAndReturnsToTheAction(t *testing.T) {
	s := signedInLow(t, `,"max_age":3600`)
	before, cookie := s.me(t), s.cookies("/")["stafett"]
	s.clock.advance(time.Minute)
	address := s.goTo(t, "/login/again?level=4&next=/requests/7")
	q := must(url.Parse(address)).Query()
	for name, want := range map[string]string{"acr_values": "idporten-loa-high", "max_age": "0", "prompt": "login"} {
		if q.Get(name) != want || len(q[name]) != 1 {
			t.Errorf("%s is %q, want %q", name, q[name], want)
		}
	}
	s.claims = s.fresh
	if status, location, body := s.finish(t, s.authorize(t, address)); status != http.StatusSeeOther || location != "/requests/7" {
		t.Fatalf("%d %s %s", status, location, body)
	}
	after := s.me(t)
	if after.Level != 4 || !after.AuthTime.Equal(s.clock.Now()) || after.Organisation != orgNo || after.Login != before.Login ||
		after.Person != before.Person || !after.SignedIn.Equal(before.SignedIn) {
		t.Errorf("before %+v\nafter %+v", before, after)
	}
	if s.cookies("/")["stafett"] == cookie || s.replay(t, "stafett", cookie) {
		t.Error("the old token still counts")
	}
	if len(s.people.seen) != 1 || len(s.people.proved) != 1 {
		t.Errorf("%d logins, %d proofs", len(s.people.seen), len(s.people.proved))
	}
}

func TestLevelsToReachAreAskedForBestFirst(t *testing.T) {
	s := signedInLow(t, "")
	for level, want := range map[int]string{0: "idporten-loa-high", 3: "idporten-loa-high idporten-loa-substantial", 4: "idporten-loa-high"} {
		if q := must(url.Parse(s.goTo(t, "/login/again?level="+strconv.Itoa(level)))).Query(); q.Get("acr_values") != want {
			t.Errorf("level %d asks for %q, want %q", level, q.Get("acr_values"), want)
		}
	}
	if _, _, body := s.do(t, http.MethodGet, "/login/again?level=5"); !strings.Contains(body, string(models.CodeLevelTooLow)) {
		t.Errorf("a level that the provider has not: %s", body)
	}
	if got := len(s.login.Reaching(4)) + len(s.login.Reaching(5)); got != 1 {
		t.Errorf("%d providers reach it, want 1", got)
	}
	s.browser = newBrowser()
	if _, _, body := s.do(t, http.MethodGet, "/login/again?level=3"); !strings.Contains(body, string(models.CodeUnauthenticated)) {
		t.Errorf("nobody proves anew: %s", body)
	}
}

// notProven are answers to a wish for a fresh login at level 4 that do not
// fulfil it, and what the person is told.
func notProven() map[string]struct {
	claims func(s *site, c object)
	code   models.Code
} {
	type answer = struct {
		claims func(s *site, c object)
		code   models.Code
	}
	set := func(name string, v any) func(*site, object) { return func(_ *site, c object) { c[name] = v } }
	return map[string]answer{
		"level too low":            {set("acr", "idporten-loa-substantial"), models.CodeLevelTooLow},
		"level unknown":            {set("acr", "something"), models.CodeLevelTooLow},
		"level missing":            {func(_ *site, c object) { delete(c, "acr") }, models.CodeLevelTooLow},
		"auth_time missing":        {func(_ *site, c object) { delete(c, "auth_time") }, models.CodeLoginTooOld},
		"auth_time of the session": {func(s *site, c object) { c["auth_time"] = s.clock.Now().Unix() - 1200 }, models.CodeLoginTooOld},
		"auth_time before asking":  {func(s *site, c object) { c["auth_time"] = s.clock.Now().Unix() - 61 }, models.CodeLoginTooOld},
		"auth_time to come":        {func(s *site, c object) { c["auth_time"] = s.clock.Now().Unix() + 61 }, models.CodeLoginFailed},
		"auth_time text":           {set("auth_time", "now"), models.CodeLoginFailed},
		"another person":           {set("sub", "person-2"), models.CodeOtherPerson},
		"nonce of another":         {set("nonce", "n"), models.CodeLoginFailed},
	}
}

func TestProofThatDoesNotHoldChangesNothing(t *testing.T) {
	for name, c := range notProven() {
		t.Run(name, func(t *testing.T) {
			s := signedInLow(t, "")
			before, cookie := s.me(t), s.cookies("/")["stafett"]
			address := s.goTo(t, "/login/again?level=4")
			s.claims = func(claims object) { s.fresh(claims); c.claims(s, claims) }
			status, _, body := s.finish(t, s.authorize(t, address))
			if status != http.StatusTeapot || strings.TrimSpace(body) != string(c.code) {
				t.Errorf("%d %s, want %s", status, body, c.code)
			}
			if after := s.me(t); after == nil || *after != *before || s.cookies("/")["stafett"] != cookie {
				t.Errorf("the session changed: %+v", after)
			}
			if len(s.people.seen) != 1 {
				t.Error("somebody else signed in")
			}
		})
	}
}

func TestClockOfTheProviderMayBeAMinuteOff(t *testing.T) {
	for off, want := range map[time.Duration]bool{
		-time.Minute: true, time.Minute: true, 61 * time.Second: false, 2 * time.Minute: false, -2 * time.Minute: true,
	} {
		p := newProvider(t)
		p.claims = func(c object) {
			at := start.Add(off).Unix()
			c["iat"], c["exp"], c["auth_time"] = at, at+300, at
		}
		s := newSite(t, p, "")
		if status, _, body := s.signIn(t); (status == http.StatusSeeOther) != want {
			t.Errorf("login by a clock %v off: %d %s", off, status, body)
		}
	}
	// A fresh login is held to it more closely: two minutes late it is too old.
	for off, want := range map[time.Duration]string{-time.Minute: "", time.Minute: "", -2 * time.Minute: "authentication.age", 2 * time.Minute: "login.failed"} {
		s := signedInLow(t, "")
		address := s.goTo(t, "/login/again?level=4")
		s.claims = func(c object) {
			at := start.Add(off).Unix()
			c["acr"], c["iat"], c["exp"], c["auth_time"] = "idporten-loa-high", at, at+300, at
		}
		if _, _, body := s.finish(t, s.authorize(t, address)); strings.TrimSpace(body) != want && (want != "" || s.me(t).Level != 4) {
			t.Errorf("fresh login by a clock %v off: %s", off, body)
		}
	}
}

func TestLoginThatIsOlderThanConfiguredIsRefused(t *testing.T) {
	for age, want := range map[int64]int{900: http.StatusSeeOther, 960: http.StatusSeeOther, 961: http.StatusTeapot, -1: http.StatusTeapot} {
		p := newProvider(t)
		p.claims = func(c object) {
			if c["auth_time"] = start.Unix() - age; age < 0 {
				delete(c, "auth_time")
			}
		}
		s := newSite(t, p, `,"max_age":900`)
		address := s.begin(t, "/")
		if got := must(url.Parse(address)).Query().Get("max_age"); got != "900" {
			t.Errorf("asked for max_age %q", got)
		}
		if status, _, body := s.finish(t, s.authorize(t, address)); status != want || status == http.StatusTeapot && !strings.Contains(body, "authentication.age") {
			t.Errorf("%d seconds old: %d %s", age, status, body)
		}
	}
}

func TestLoginBelowTheRequiredLevelIsRefusedWithAReason(t *testing.T) {
	for acr, want := range map[string]int{"idporten-loa-high": http.StatusSeeOther, "idporten-loa-substantial": http.StatusTeapot, "": http.StatusTeapot} {
		p := newProvider(t)
		p.claims = func(c object) {
			if c["acr"] = acr; acr == "" {
				delete(c, "acr")
			}
		}
		s := newSite(t, p, `,"required_acr":["idporten-loa-high"]`)
		if status, _, body := s.signIn(t); status != want || status == http.StatusTeapot && (!strings.Contains(body, "authentication.level") || s.me(t) != nil) {
			t.Errorf("acr %q: %d %s", acr, status, body)
		}
	}
}

// An action that one session asked for is not done in another.
func TestProofIsForTheSessionThatAskedForIt(t *testing.T) {
	for _, begin := range []string{"/login/again?level=4", "/login/op?link"} {
		s := signedInLow(t, "")
		if strings.HasSuffix(begin, "link") {
			s.do(t, http.MethodPost, "/link")
		}
		address := s.goTo(t, begin)
		s.claims = func(c object) { s.fresh(c); c["sub"] = "person-2" }
		s.signIn(t) // somebody else, in the same browser
		s.claims = s.fresh
		if status, _, body := s.finish(t, s.authorize(t, address)); status != http.StatusTeapot || !strings.Contains(body, "login.failed") {
			t.Errorf("%s: %d %s", begin, status, body)
		}
		if len(s.people.proved)+len(s.people.linked) != 0 || s.me(t).Subject != "person-2" {
			t.Errorf("%s: it was done", begin)
		}
		address = s.goTo(t, "/login/again?level=4")
		s.do(t, http.MethodPost, "/logout")
		if status, _, body := s.finish(t, s.authorize(t, address)); status != http.StatusTeapot || s.me(t) != nil {
			t.Errorf("%s after log-out: %d %s", begin, status, body)
		}
	}
}

func TestIdentityIsTiedToThePersonWhoAskedForIt(t *testing.T) {
	s := signedInLow(t, "")
	before, cookie := s.me(t), s.cookies("/")["stafett"]
	s.do(t, http.MethodPost, "/link")
	address := s.goTo(t, "/login/op?link")
	if q := must(url.Parse(address)).Query(); q.Get("prompt") != "login" {
		t.Errorf("prompt is %q: whoever has a session at the provider is taken", q.Get("prompt"))
	}
	s.claims = func(c object) { s.fresh(c); c["sub"] = "person-2"; c["name"] = "Kari N." }
	if status, location, body := s.finish(t, s.authorize(t, address)); status != http.StatusSeeOther || location != "/account" {
		t.Fatalf("%d %s %s", status, location, body)
	}
	if len(s.people.linked) != 1 || s.people.linked[0].Subject != "person-2" || len(s.people.seen) != 1 {
		t.Errorf("linked %+v", s.people.linked)
	}
	after := s.me(t)
	if after.LinkAt != "" || after.Level != before.Level || after.Subject != before.Subject || after.Organisation != orgNo || !after.AuthTime.Equal(before.AuthTime) {
		t.Errorf("the session changed: %+v", after)
	}
	if s.replay(t, "stafett", cookie) {
		t.Error("the old token still counts")
	}
}

// A link from elsewhere, followed by somebody who is signed in, must not tie
// the identity that its maker has at the provider.
func TestNoIdentityIsTiedWithoutAPress(t *testing.T) {
	s := signedInLow(t, `},{"id":"other","name":"Other","issuer":"https://other.example","client_id":"c"`)
	refused := func(when string) {
		t.Helper()
		if status, _, body := s.do(t, http.MethodGet, "/login/op?link"); status != http.StatusTeapot || !strings.Contains(body, "cross_site") {
			t.Errorf("%s: %d %s", when, status, body)
		}
	}
	refused("nothing was pressed")
	s.do(t, http.MethodPost, "/link")
	s.goTo(t, "/login/op?link")
	refused("one press, twice followed")
	s.do(t, http.MethodPost, "/link?provider=other")
	refused("pressed for another provider")
	s.do(t, http.MethodPost, "/link")
	s.clock.advance(2 * time.Minute)
	refused("pressed two minutes ago")
	s.browser = newBrowser()
	refused("nobody is signed in")
}

func TestIdentityOfAnotherPersonIsNotTied(t *testing.T) {
	s := signedInLow(t, "")
	s.people.same = map[string]models.ID{"person-2": "person:other"}
	before := *s.me(t)
	s.do(t, http.MethodPost, "/link")
	address := s.goTo(t, "/login/op?link")
	s.claims = func(c object) { s.fresh(c); c["sub"] = "person-2" }
	if status, _, body := s.finish(t, s.authorize(t, address)); status != http.StatusTeapot || !strings.Contains(body, "identity.taken") {
		t.Errorf("%d %s", status, body)
	}
	if after := s.me(t); after == nil || after.Person != before.Person || after.Level != before.Level {
		t.Errorf("the session changed: %+v", after)
	}
}

// withMail makes the provider vouch for an e-mail address and for no national id.
func withMail(sub string) func(object) {
	return func(c object) {
		delete(c, "pid")
		c["sub"], c["email"], c["email_verified"] = sub, "Kari@Example.com", true
	}
}

// known is a site where somebody new has an address that we know.
func known(t *testing.T) *site {
	t.Helper()
	p := newProvider(t)
	p.claims = withMail("new")
	s := newSite(t, p, "")
	s.people.known = map[string]bool{"kari@example.com": true}
	if status, location, body := s.signIn(t); status != http.StatusSeeOther || location != "/login/known" || s.me(t) != nil {
		t.Fatalf("%d %s %s", status, location, body)
	}
	return s
}

func TestWhoeverMayBeKnownIsAskedAndGoesOnAsNew(t *testing.T) {
	s := known(t)
	if _, _, body := s.do(t, http.MethodGet, "/login/known"); body != "kari@example.com" {
		t.Errorf("the page is about %q", body)
	}
	status, location, body := s.do(t, http.MethodPost, "/login/known/new")
	if status != http.StatusSeeOther || location != "/requests/1?lang=nn" || s.me(t) == nil || s.me(t).Subject != "new" {
		t.Fatalf("%d %s %s", status, location, body)
	}
	last := s.people.seen[len(s.people.seen)-1]
	want := party.Identity{Issuer: s.issuer, Subject: "new", Name: "Kari Nordmann", Email: "kari@example.com"}
	if !last.New || last.Identity != want || last.Level != 4 || last.Agent != "Firefox" {
		t.Errorf("arrived as %+v", last)
	}
	if status, _, _ := s.do(t, http.MethodPost, "/login/known/new"); status != http.StatusTeapot {
		t.Errorf("nobody waits any more: %d", status)
	}
}

func TestWhoeverIsKnownSignsInAsHeDidAndConnectsTheTwo(t *testing.T) {
	s := known(t)
	if status, _, body := s.do(t, http.MethodPost, "/login/known/link"); status != http.StatusTeapot || !strings.Contains(body, "unauthenticated") || len(s.people.linked) != 0 {
		t.Fatalf("connected with nobody: %d %s", status, body)
	}
	s.people.same = map[string]models.ID{"old": "person:kari"}
	s.claims = func(c object) { c["sub"] = "old" }
	if status, location, body := s.signIn(t); status != http.StatusSeeOther || location != "/login/known/link" || s.me(t) == nil {
		t.Fatalf("%d %s %s", status, location, body)
	}
	if len(s.people.linked) != 0 {
		t.Fatal("connected without a press")
	}
	s.people.fail = models.NewError(models.Forbidden, models.CodeLoginTooOld)
	if status, _, body := s.do(t, http.MethodPost, "/login/known/link"); status != http.StatusTeapot || !strings.Contains(body, "authentication.age") {
		t.Errorf("%d %s", status, body)
	}
	s.people.fail = nil
	address := s.goTo(t, "/login/again?next=/login/known/link")
	s.claims = func(c object) { s.fresh(c); c["sub"] = "old" }
	if _, location, body := s.finish(t, s.authorize(t, address)); location != "/login/known/link" {
		t.Errorf("the fresh login leads to %q %s", location, body)
	}
	if status, location, body := s.do(t, http.MethodPost, "/login/known/link"); status != http.StatusSeeOther || location != "/requests/1?lang=nn" {
		t.Fatalf("%d %s %s", status, location, body)
	}
	if got := s.people.linked; len(got) != 2 || got[1].Subject != "new" || got[1].Email != "kari@example.com" || s.me(t).Person != "person:kari" {
		t.Errorf("linked %+v", got)
	}
	if status, _, _ := s.do(t, http.MethodGet, "/login/known"); status != http.StatusNotFound {
		t.Errorf("somebody still waits: %d", status)
	}
}

func TestWaitingEndsAfterTenMinutesAndIsForThisBrowser(t *testing.T) {
	s := known(t)
	other := *s
	other.browser = newBrowser()
	if status, _, _ := other.do(t, http.MethodPost, "/login/known/new"); status != http.StatusTeapot || other.me(t) != nil {
		t.Errorf("another browser goes on: %d", status)
	}
	s.clock.advance(10*time.Minute - time.Second)
	if status, _, _ := s.do(t, http.MethodGet, "/login/known"); status != http.StatusOK {
		t.Errorf("ended early: %d", status)
	}
	s.clock.advance(time.Second)
	if status, _, _ := s.do(t, http.MethodPost, "/login/known/new"); status != http.StatusTeapot || s.me(t) != nil {
		t.Errorf("waits for ever: %d", status)
	}
}

// Whoever has a national id is known by it; were the registry to say that he is
// not, nothing of him is kept.
func TestNobodyWithANationalIDWaits(t *testing.T) {
	p := newProvider(t)
	p.claims = func(c object) { c["email"], c["email_verified"] = "kari@example.com", true }
	s := newSite(t, p, "")
	s.people.known = map[string]bool{"kari@example.com": true}
	if status, _, body := s.signIn(t); status != http.StatusTeapot || !strings.Contains(body, "identity.known") {
		t.Errorf("%d %s", status, body)
	}
	if status, _, _ := s.do(t, http.MethodGet, "/login/known"); status != http.StatusNotFound {
		t.Errorf("somebody waits: %d", status)
	}
}

func TestLoginsEndWithTheirSessions(t *testing.T) {
	s := signedIn(t)
	person := string(s.me(t).Person)
	s.claims = func(c object) { c["sub"] = "person-2" }
	s.signIn(t)
	s.do(t, http.MethodPost, "/logout")
	want := []string{person + " login-1", "person:" + s.issuer + " person-2 login-2"}
	if !slices.Equal(s.people.ended, want) {
		t.Errorf("ended %q, want %q", s.people.ended, want)
	}
}
