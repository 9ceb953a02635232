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

// keeping is a site with a system user of the customer's, and the address of its
// settings.
func keeping(t *testing.T) (*kit.Site, string, models.ID) {
	t.Helper()
	s, _, id := pending(t)
	s.Approve(t, kit.ApproverP, id)
	return s, "/systemusers/" + string(id) + "/settings", id
}

// C9: a manager pauses it with a reason, sees that it is, and lets it go on.
func TestPauseAndResume(t *testing.T) {
	t.Parallel()
	s, at, id := keeping(t)
	c := s.As(t, kit.ApproverP)
	form := c.Get(at).Want(http.StatusOK).Page().MustForm(at + "/pause")
	form.Set("reason", "Vi bytter lønnsprogram")
	done := c.Post(at+"/pause", form).Want(http.StatusSeeOther).Follow().Want(http.StatusOK).Page()
	for _, want := range []string{"Satt på pause. Programmet kan ikke bruke fullmaktene nå.", "Vi bytter lønnsprogram", "Sett i gang igjen"} {
		if !done.Has(want) {
			t.Errorf("the settings lack %q: %s", want, done.Text())
		}
	}
	rights := c.Get("/systemusers/" + string(id)).Want(http.StatusOK).Page()
	if !rights.Has("Vi bytter lønnsprogram") || !rights.Has(kit.ApproverP.Name+" satte systemtilgangen på pause") {
		t.Errorf("its page says %s", rights.Text())
	}
	going := c.Post(at+"/resume", rights.MustForm(at+"/resume")).Want(http.StatusSeeOther).Follow().Want(http.StatusOK).Page()
	if !going.Has("Satt i gang igjen.") || going.Has("Vi bytter lønnsprogram") {
		t.Errorf("afterwards: %s", going.Text())
	}
	// The tab that was left open, and an address with another word.
	again := c.Post(at+"/resume", url.Values{}).Want(http.StatusConflict).Page()
	if !again.Has("Den er ikke lenger satt på pause av dere") {
		t.Errorf("resumed twice: %s", again.Text())
	}
	for _, word := range []string{"paused", "ends", "x"} {
		if page := c.Get(at + "?done=" + word).Want(http.StatusOK).Page(); page.Has("Satt på pause.") || page.Has("Sluttdatoen er lagret") {
			t.Errorf("%s is told: %s", word, page.Text())
		}
	}
}

func TestAPauseWithoutAReasonComesBack(t *testing.T) {
	t.Parallel()
	s, at, _ := keeping(t)
	c := s.As(t, kit.ApproverP)
	form := c.Get(at).Page().MustForm(at + "/pause")
	before := s.Snapshot()
	page := c.Post(at+"/pause", form).Want(http.StatusUnprocessableEntity).Page()
	if !page.Has("Hvorfor setter dere den på pause? Fyll ut dette feltet") || s.Snapshot() != before {
		t.Errorf("it says %s", page.Text())
	}
	long := strings.Repeat("lang ", 101)
	form.Set("reason", long)
	if got := c.Post(at+"/pause", form).Want(http.StatusUnprocessableEntity).Page().Value("reason"); got != long {
		t.Errorf("what was typed is %q", got)
	}
}

// A login at too low a level pauses, and is asked for another before it resumes.
func TestALowLevelPausesAndDoesNotResume(t *testing.T) {
	t.Parallel()
	s, at, _ := keeping(t)
	c := s.AsAt(t, kit.ApproverP, kit.CustomerP, 0)
	form := c.Get(at).Page().MustForm(at + "/pause")
	form.Set("reason", "Stopp")
	page := c.Post(at+"/pause", form).Follow().Want(http.StatusOK).Page()
	if _, may := page.Form(at + "/resume"); may || !slices.Contains(page.Links(), "/login/again?"+url.Values{"next": {at}}.Encode()) {
		t.Errorf("links %v", page.Links())
	}
	before := s.Snapshot()
	denied := c.Post(at+"/resume", url.Values{}).Want(http.StatusForbidden).Page()
	if !slices.Contains(denied.Links(), "/login/again?"+url.Values{"next": {at}}.Encode()) || s.Snapshot() != before {
		t.Errorf("links %v", denied.Links())
	}
}

func TestAnEndDate(t *testing.T) {
	t.Parallel()
	s, at, id := keeping(t)
	c := s.As(t, kit.ApproverP)
	form := c.Get(at).Page().MustForm(at + "/end-date")
	form.Set("until", "2031-01-31")
	page := c.Post(at+"/end-date", form).Want(http.StatusSeeOther).Follow().Want(http.StatusOK).Page()
	if !page.Has("Sluttdatoen er lagret.") || page.Value("until") != "2031-01-31" || !page.Has("1. februar 2031 kl. 00.00") {
		t.Errorf("it says %s", page.Text())
	}
	u, err := s.Registry.SystemUser(t.Context(), s.Actor(kit.ApproverP), id)
	if want := time.Date(2031, 1, 31, 23, 0, 0, 0, time.UTC); err != nil || !u.SystemUser.ValidTo.Equal(want) {
		t.Errorf("it ends %v, %v", u.SystemUser.ValidTo, err)
	}
	// The form of before is stale now.
	form.Set("until", "2030-01-31")
	stale := c.Post(at+"/end-date", form).Want(http.StatusConflict).Page()
	if !stale.Has("Noen andre kom først") || stale.Value("until") != "2031-01-31" {
		t.Errorf("it says %s", stale.Text())
	}
	fresh := stale.MustForm(at + "/end-date")
	for typed, says := range map[string]string{"i morgen": "Skriv dagen som år, måned og dag", "2020-01-01": "Velg en dag som ikke er kommet ennå"} {
		fresh.Set("until", typed)
		if page := c.Post(at+"/end-date", fresh).Want(http.StatusUnprocessableEntity).Page(); !page.Has(says) || page.Value("until") != typed {
			t.Errorf("%s: %s", typed, page.Text())
		}
	}
	fresh.Set("until", "")
	if page := c.Post(at+"/end-date", fresh).Follow().Want(http.StatusOK).Page(); !page.Has("Sluttdatoen er fjernet.") {
		t.Errorf("it says %s", page.Text())
	}
}

// Who administers access and has not the packages himself ends it sooner, and is
// told who can let it go on for longer.
func TestALaterEndIsForWhoMayGrant(t *testing.T) {
	t.Parallel()
	s, at, _ := keeping(t)
	c := s.As(t, kit.PartialP)
	form := c.Get(at).Page().MustForm(at + "/end-date")
	form.Set("until", "2031-01-31")
	page := c.Post(at+"/end-date", form).Want(http.StatusSeeOther).Follow().Want(http.StatusOK).Page()
	if !page.Has("Du kan sette en tidligere sluttdato, men ikke en senere.") || !page.Has(kit.ApproverP.Name+" kan.") {
		t.Errorf("it says %s", page.Text())
	}
	form = page.MustForm(at + "/end-date")
	form.Set("until", "2032-01-31")
	if page := c.Post(at+"/end-date", form).Want(http.StatusForbidden).Page(); !page.Has("Du kan ikke la den gjelde lenger") {
		t.Errorf("it says %s", page.Text())
	}
}

func TestRenaming(t *testing.T) {
	t.Parallel()
	s, at, _ := keeping(t)
	c := s.As(t, kit.ApproverP)
	form := c.Get(at).Page().MustForm(at + "/rename")
	form.Set("title", "Lønn i butikken")
	page := c.Post(at+"/rename", form).Follow().Want(http.StatusOK).Page()
	if !page.Has("Navnet er lagret.") || page.Value("title") != "Lønn i butikken" {
		t.Errorf("it says %s", page.Text())
	}
	form.Set("title", " ")
	if page := c.Post(at+"/rename", form).Want(http.StatusUnprocessableEntity).Page(); !page.Has("Navn på systemtilgangen: Fyll ut dette feltet") {
		t.Errorf("it says %s", page.Text())
	}
}

// C10: choose, look, take; what another has taken meanwhile is told.
func TestTakingARightAway(t *testing.T) {
	t.Parallel()
	s, at, id := keeping(t)
	c, user := s.As(t, kit.ApproverP), "/systemusers/"+string(id)
	if page := c.Get(user + "/remove").Want(http.StatusUnprocessableEntity).Page(); !page.Has("Velg minst én tilgangspakke eller enkelttjeneste") {
		t.Errorf("with nothing chosen: %s", page.Text())
	}
	u, err := s.Registry.SystemUser(t.Context(), s.Actor(kit.ApproverP), id)
	if err != nil {
		t.Fatal(err)
	}
	held := u.SystemUser.Delegated
	all, first := url.Values{}, url.Values{"items": {held[0].String()}}
	for _, item := range held {
		all.Add("items", item.String())
	}
	if page := c.Get(user + "/remove?" + all.Encode()).Want(http.StatusUnprocessableEntity).Page(); !page.Has("Trekk tilbake hele systemtilgangen i stedet") {
		t.Errorf("with everything chosen: %s", page.Text())
	}
	form := c.Get(user + "/remove?" + first.Encode()).Want(http.StatusOK).Page().MustForm(user + "/remove")
	stale := url.Values{"items": form["items"], "seen": {"x"}}
	if page := c.Post(user+"/remove", stale).Want(http.StatusConflict).Page(); !page.Has("Noe er endret siden du så på det") {
		t.Errorf("what was not seen: %s", page.Text())
	}
	done := c.Post(user+"/remove", form).Want(http.StatusSeeOther).Follow().Want(http.StatusOK).Page()
	if !done.Has("Fullmakten er tatt bort.") {
		t.Errorf("afterwards: %s", done.Text())
	}
	if page := c.Post(user+"/remove", form).Want(http.StatusConflict).Page(); !page.Has("Noen andre kom først") {
		t.Errorf("once more: %s", page.Text())
	}
	if len(held) == 2 && !done.Has("Programmet har bare én fullmakt igjen.") {
		t.Errorf("with one left: %s", done.Text())
	}
	_ = at
}

// Who may not change it sees how it stands and who may.
func TestSettingsAreReadByAllAndChangedByFew(t *testing.T) {
	t.Parallel()
	s, at, _ := keeping(t)
	page := s.As(t, kit.ClerkP).Get(at).Want(http.StatusOK).Page()
	if !page.Has("Du kan se innstillingene, men ikke endre dem") || !page.Has(kit.ApproverP.Name) || !page.Has("Ikke satt på pause") {
		t.Errorf("it says %s", page.Text())
	}
	for _, act := range []string{"/pause", "/resume", "/rename", "/end-date"} {
		if _, may := page.Form(at + act); may {
			t.Errorf("there is a form for %s", act)
		}
	}
}

// Revoked is final: the settings say so, and every act on it.
func TestARevokedOneHasNoSettings(t *testing.T) {
	t.Parallel()
	s, at, id := keeping(t)
	c := s.As(t, kit.ApproverP)
	forms := map[string]url.Values{"/pause": {"reason": {"x"}}, "/resume": {}, "/rename": {"title": {"x"}}, "/end-date": {"until": {"2031-01-31"}}}
	if err := s.Registry.Revoke(t.Context(), s.Actor(kit.ApproverP), id); err != nil {
		t.Fatal(err)
	}
	for act, form := range forms {
		if page := c.Post(at+act, form).Want(http.StatusConflict).Page(); !page.Has("Det er endelig.") {
			t.Errorf("%s: %s", act, page.Text())
		}
	}
	page := c.Get("/systemusers/" + string(id)).Want(http.StatusOK).Page()
	if !page.Has("Det er endelig.") || !slices.Contains(page.Links(), "/systemusers/"+string(id)+"/again") {
		t.Errorf("links %v: %s", page.Links(), page.Text())
	}
}
