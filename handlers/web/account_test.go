package web_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/views/i18n"
)

// out demands that the browser is sent to the login.
func out(t *testing.T, c *kit.Client, whose string) {
	t.Helper()
	if r := c.Get("/account"); r.Status != http.StatusSeeOther || !strings.HasPrefix(r.Location(), "/login?") {
		t.Errorf("%s is still logged in: %d to %q", whose, r.Status, r.Location())
	}
}

// logins are the addresses by which logins can be ended.
func logins(t *testing.T, s *kit.Site, c *kit.Client, p kit.Person) []string {
	t.Helper()
	all, err := s.Registry.Logins(t.Context(), s.Actor(p))
	if err != nil {
		t.Fatal(err)
	}
	page := c.Get("/account").Want(http.StatusOK).Page()
	var found []string
	for _, l := range all {
		action := "/account/logins/" + string(l.ID) + "/end"
		if _, ok := page.Form(action); ok {
			found = append(found, action)
		}
	}
	return found
}

func TestLoginsAreEndedFromAnotherBrowser(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	here, there, elsewhere, another := s.As(t, kit.ClerkP), s.As(t, kit.ClerkP), s.As(t, kit.ClerkP), s.As(t, kit.ViewerP)
	s.Clock.Advance(time.Second)
	last := s.As(t, kit.ClerkP) // the newest is listed first
	action := logins(t, s, here, kit.ClerkP)[0]
	if r := here.Post(action, url.Values{}).Want(http.StatusSeeOther); r.Location() != "/account" {
		t.Errorf("ending one leads to %q", r.Location())
	}
	out(t, last, "the one that was ended")
	here.Post(action, url.Values{}).Want(http.StatusSeeOther) // once more
	isFailure(t, another.Post(action, url.Values{}), http.StatusNotFound, models.CodeNotFound)
	there.Get("/account").Want(http.StatusOK)

	if r := here.Post("/account/logins/end-others", url.Values{}).Want(http.StatusSeeOther); r.Location() != "/account" {
		t.Errorf("ending the others leads to %q", r.Location())
	}
	isFailure(t, there.Post("/account/erase", url.Values{"confirm": {"yes"}}), http.StatusUnauthorized, models.CodeUnauthenticated)
	out(t, there, "another browser")
	out(t, elsewhere, "a third")
	another.Get("/account").Want(http.StatusOK)
	if left := logins(t, s, here, kit.ClerkP); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
	all, err := s.Registry.Logins(t.Context(), s.Actor(kit.ClerkP))
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	if r := here.Post("/account/logins/"+string(all[0].ID)+"/end", url.Values{}).Want(http.StatusSeeOther); !strings.HasPrefix(r.Location(), "/logged-out") {
		t.Errorf("ending this one leads to %q", r.Location())
	}
	out(t, here, "this one")
}

// ways are the forms that remove a way to log in, by what stands for it.
func ways(c *kit.Client) []url.Values {
	return c.Get("/account").Page().Forms("/account/identities")
}

func TestAWayToLogInIsRemovedWhenItIsMeant(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	c := s.As(t, kit.ClerkP)
	if got := ways(c); len(got) != 0 {
		t.Errorf("the only way can be removed: %v", got)
	}
	s.Clock.Advance(time.Second)
	s.Way(t, kit.ClerkP, "sunniva@example.com")
	if page := c.Get("/account").Want(http.StatusOK).Page(); !slices.Contains(page.Links(), "https://mail.example/account") {
		t.Errorf("no way to the account at the provider: %v", page.Links())
	}
	forms := ways(c) // the latest used first
	if len(forms) != 2 {
		t.Fatalf("the page offers %v", forms)
	}
	mail, own := forms[0], forms[1]
	before := s.Snapshot()
	asked := c.Post("/account/identities", mail).Want(http.StatusOK).Page()
	if !asked.Has("sunniva@example.com") || asked.Has(says(t, "account.remove.current")) || !slices.Equal(asked.Buttons("confirm"), []string{"yes"}) {
		t.Errorf("the question: %s", asked.Text())
	}
	if !c.Post("/account/identities", own).Want(http.StatusOK).Page().Has(says(t, "account.remove.current")) {
		t.Error("is not told that he will be logged out")
	}
	if s.Snapshot() != before {
		t.Error("asking changed something")
	}
	mail.Set("confirm", "yes")
	own.Set("confirm", "yes")
	if r := c.Post("/account/identities", mail).Want(http.StatusSeeOther); r.Location() != "/account" || len(ways(c)) != 0 {
		t.Errorf("leads to %q, left %v", r.Location(), ways(c))
	}
	c.Post("/account/identities", mail).Want(http.StatusSeeOther) // once more
	isFailure(t, c.Post("/account/identities", own), http.StatusConflict, models.CodeIdentityLast)

	s.Way(t, kit.ClerkP, "sunniva@example.org")
	other := s.As(t, kit.ClerkP)
	if r := c.Post("/account/identities", own).Want(http.StatusSeeOther); !strings.HasPrefix(r.Location(), "/logged-out") {
		t.Errorf("removing the way of this login leads to %q", r.Location())
	}
	out(t, c, "who removed it")
	out(t, other, "his other browser, by the same way")
}

func TestWhoAmITellsAProgramWhoWhereAndWhy(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	s.Way(t, kit.Several, "terje@example.com")
	c := s.As(t, kit.Several).With("Accept", "application/json")
	r := c.Get("/whoami").Want(http.StatusOK)
	if media := r.Header.Get("Content-Type"); media != "application/json" {
		t.Errorf("it is %s", media)
	}
	role := func(urn, name string, can ...any) map[string]any {
		return map[string]any{"urn": urn, "name": name, "source": "test", "from": "2026-01-15T12:00:00Z", "can": can}
	}
	want := map[string]any{
		"person": string(s.PersonID(kit.Several)), "name": kit.Several.Name, "nationalIdKnown": true, "actingFor": string(kit.CustomerQ),
		"identities": []any{
			map[string]any{"issuer": "https://login.example", "subject": "sub Terje Havn"},
			map[string]any{"issuer": "https://mail.example", "subject": "sub terje@example.com", "email": "terje@example.com"},
		},
		"organisations": []any{
			map[string]any{"organisation": string(kit.CustomerP), "name": "Fjordbris Seilmakeri AS", "roles": []any{
				role("urn:altinn:role:rettighetshaver", "Rettighetshaver", "read"),
			}},
			map[string]any{"organisation": string(kit.CustomerQ), "name": "Granlia Bakeri AS", "roles": []any{
				role("urn:altinn:external-role:ccr:daglig-leder", "Daglig leder", "manage", "systems"),
			}},
		},
		"login": map[string]any{"provider": "test", "level": 4.0, "authTime": "2026-01-15T12:00:00Z"},
	}
	if diff := cmp.Diff(want, r.JSON()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	nobody := s.As(t, kit.Nobody).With("Accept", "application/json").Get("/whoami").Want(http.StatusOK)
	if list, ok := nobody.JSON()["organisations"].([]any); !ok || len(list) != 0 {
		t.Errorf("whoever belongs nowhere: %s", nobody.Body)
	}
	if strings.Contains(r.Body+nobody.Body, kit.Several.PID) {
		t.Error("it holds the national id")
	}
	anonymous := s.Anonymous(t).With("Accept", "application/json").Get("/whoami").Want(http.StatusUnauthorized)
	if anonymous.JSON()["code"] != "unauthenticated" {
		t.Errorf("nobody is told %s", anonymous.Body)
	}
	if r := s.As(t, kit.Several).Get("/whoami").Want(http.StatusSeeOther); r.Location() != "/account" {
		t.Errorf("a browser is led to %q", r.Location())
	}
}

func TestTheAccountSaysWhereAndWhy(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	give(t, s.As(t, kit.ApproverP), memberPath(s, kit.Several), kit.VATPackage, "2026-06-30").Want(http.StatusSeeOther)
	p := s.As(t, kit.Several).Get("/account").Want(http.StatusOK).Page()
	for _, want := range []string{
		"Fjordbris Seilmakeri AS", "Granlia Bakeri AS", "Daglig leder", "Merverdiavgift", "gitt av " + kit.ApproverP.Name, "30. juni 2026",
		i18n.T(nb(t), "account.number.from", "Providers", "Testinnlogging"), says(t, "account.current"), says(t, "account.way.last"),
	} {
		if !strings.Contains(strings.ToLower(p.Text()), strings.ToLower(want)) {
			t.Errorf("the page does not say %q: %s", want, p.Text())
		}
	}
	if _, ok := p.Form("/account/identities/mail"); !ok {
		t.Error("another provider cannot be connected")
	}
	if got := p.Buttons("org"); !slices.Equal(got, []string{string(kit.CustomerP)}) {
		t.Errorf("can be acted for besides: %v", got)
	}
}

// The file holds all that is kept, and no national id.
func TestThePersonTakesHisDataWithHim(t *testing.T) {
	t.Parallel()
	s, _, id := pending(t)
	s.Way(t, kit.ApproverP, "ingrid@example.com")
	s.Approve(t, kit.ApproverP, id)
	s.Invite(t, kit.ApproverP, policy.Viewer)
	r := s.As(t, kit.ApproverP).Get("/account/data.json").Want(http.StatusOK)
	if r.Header.Get("Content-Disposition") != `attachment; filename="stafett.json"` || r.Header.Get("Content-Type") != "application/json" {
		t.Errorf("it comes as %q, %q", r.Header.Get("Content-Disposition"), r.Header.Get("Content-Type"))
	}
	var got struct {
		ID             models.ID `json:"id"`
		Name           string    `json:"name"`
		NationalIDKept bool      `json:"nationalIdKept"`
		Identities     []struct{ Issuer, Subject, Email string }
		Holdings       []struct{ Organisation, URN string }
		Logins         []struct{ Provider string }
		Invitations    []struct{ URN string }
		Log            []struct{ Action, Subject string }
	}
	if err := json.Unmarshal([]byte(r.Body), &got); err != nil {
		t.Fatal(err)
	}
	approved := slices.ContainsFunc(got.Log, func(e struct{ Action, Subject string }) bool {
		return e.Action == string(policy.RequestApprove) && e.Subject == "request:"+string(id)
	})
	if got.ID != s.PersonID(kit.ApproverP) || got.Name != kit.ApproverP.Name || !got.NationalIDKept || !approved ||
		len(got.Identities) != 2 || got.Identities[1].Email != "ingrid@example.com" || len(got.Holdings) != 1 || len(got.Logins) != 2 || len(got.Invitations) != 1 {
		t.Errorf("the file: %s", r.Body)
	}
	if strings.Contains(r.Body, kit.ApproverP.PID) {
		t.Error("it holds the national id")
	}
}

// Whoever asks to be forgotten, and means it, is; not who alone administers
// access somewhere. The log stays whole.
func TestAPersonIsForgotten(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	give(t, s.As(t, kit.ApproverP), memberPath(s, kit.ClerkP), kit.TaxPackage, "").Want(http.StatusSeeOther)
	c, other := s.As(t, kit.ClerkP), s.As(t, kit.ClerkP)
	if p := c.Get("/account/erase").Want(http.StatusOK).Page(); !p.Has("Fjordbris Seilmakeri AS") {
		t.Errorf("the question: %s", p.Text())
	}
	before := s.Snapshot()
	for _, form := range []url.Values{{}, {"confirm": {"no"}}} {
		if p := c.Post("/account/erase", form).Want(http.StatusUnprocessableEntity).Page(); !p.Has(says(t, "fault.confirm")) {
			t.Errorf("whoever does not mean it reads: %s", p.Text())
		}
	}
	only := s.As(t, kit.DirectorA)
	alone := only.Get("/account/erase").Want(http.StatusOK).Page()
	if _, may := alone.Form("/account/erase"); may || !alone.Has("Pilspiss Programvare AS") {
		t.Errorf("the only administrator reads: %s", alone.Text())
	}
	refused := only.Post("/account/erase", url.Values{"confirm": {"yes"}}).Want(http.StatusConflict).Page()
	if !refused.Has("Pilspiss Programvare AS") || !refused.Has(says(t, "account.erase.only")) {
		t.Errorf("the only administrator is told: %s", refused.Text())
	}
	only.Get("/account").Want(http.StatusOK)
	if after := s.Snapshot(); strings.Count(after, "\nidentity ") != strings.Count(before, "\nidentity ") {
		t.Error("somebody was forgotten")
	}

	r := c.Post("/account/erase", url.Values{"confirm": {"yes"}}).Want(http.StatusSeeOther)
	if r.Location() != "/logged-out?provider=test" || r.Header.Get("Clear-Site-Data") != `"cache"` {
		t.Errorf("leads to %q", r.Location())
	}
	r.Follow().Want(http.StatusOK)
	out(t, c, "who was forgotten")
	out(t, other, "his other browser")
	manager := s.As(t, kit.ApproverP)
	for _, page := range []string{"/members", memberPath(s, kit.ClerkP)} {
		if p := manager.Get(page).Want(http.StatusOK).Page(); p.Has(kit.ClerkP.Name) {
			t.Errorf("%s still tells his name: %s", page, p.Text())
		}
	}
	if strings.Contains(s.Dump(), kit.ClerkP.Name) {
		t.Error("the database still tells his name")
	}
	if n, err := s.Registry.VerifyAudit(t.Context()); err != nil || n == 0 {
		t.Errorf("the log of %d does not hold: %v", n, err)
	}
	if p := s.As(t, kit.ClerkP).Get("/account").Want(http.StatusOK).Page(); p.Has("Fjordbris Seilmakeri AS") {
		t.Errorf("who logs in again has his roles back: %s", p.Text())
	}
}

func TestThePersonalLogTellsAndLeadsOn(t *testing.T) {
	t.Parallel()
	s, path, id := pending(t)
	c := s.As(t, kit.ApproverP)
	if p := c.Get("/account/log").Want(http.StatusOK).Page(); !p.Has(says(t, "account.log.empty")) {
		t.Errorf("nothing was done: %s", p.Text())
	}
	c.Post(path+"/approve", c.Get(path).Page().MustForm(path+"/approve")).Want(http.StatusSeeOther)
	give(t, c, memberPath(s, kit.ClerkP), kit.TaxPackage, "").Want(http.StatusSeeOther)
	for _, end := range ends(c.Get(memberPath(s, kit.ClerkP)).Page()) {
		c.Post(end, url.Values{}).Want(http.StatusSeeOther)
	}
	s.Invite(t, kit.ApproverP, policy.Viewer)
	s.Revoke(t, kit.ApproverP, id)
	p := c.Get("/account/log").Want(http.StatusOK).Page()
	for _, want := range []string{path, "/systemusers/" + string(id), memberPath(s, kit.ClerkP), "/members"} {
		if !slices.Contains(p.Links(), want) {
			t.Errorf("no link to %s: %v", want, p.Links())
		}
	}
	for _, want := range []string{"Program fjordlonn", kit.ClerkP.Name, "Skatt næring", "Fjordbris Seilmakeri AS"} {
		if !p.Has(want) {
			t.Errorf("the log does not say %q: %s", want, p.Text())
		}
	}
	if clerk := s.As(t, kit.ClerkP).Get("/account/log").Page(); !clerk.Has(says(t, "account.log.empty")) {
		t.Errorf("another reads: %s", clerk.Text())
	}
	elsewhere := s.AsAt(t, kit.ApproverP, "", 4).Get("/account/log").Want(http.StatusOK).Page()
	if slices.Contains(elsewhere.Links(), path) || !elsewhere.Has("Program fjordlonn") {
		t.Errorf("a link that leads nowhere: %v", elsewhere.Links())
	}
}

func TestThePersonalLogHasPages(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	var first string
	for i := range 51 { // one more than a page
		h, err := s.Registry.Give(t.Context(), s.Actor(kit.ApproverP), s.PersonID(kit.ClerkP), kit.TaxPackage, time.Time{})
		if err == nil {
			err = s.Registry.End(t.Context(), s.Actor(kit.ApproverP), h.ID)
		}
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = i18n.T(nb(t), "account.did.member.give", "What", "Skatt næring", "Whom", kit.ClerkP.Name)
		}
	}
	c := s.As(t, kit.ApproverP)
	pages, seen := 0, 0
	for next := "/account/log"; next != "" && pages < 9; pages++ {
		p := c.Get(next).Want(http.StatusOK).Page()
		seen += strings.Count(p.Text(), first)
		if newer := slices.Contains(p.Links(), "/account/log"); newer != (pages > 0) {
			t.Errorf("page %d: a way to newer ones: %t", pages, newer)
		}
		next = ""
		for _, l := range p.Links() {
			if strings.HasPrefix(l, "/account/log?after=") && !strings.Contains(l, "lang=") && !strings.Contains(l, "scheme=") {
				next = l
			}
		}
	}
	if pages != 3 || seen != 51 {
		t.Errorf("%d pages tell of %d", pages, seen)
	}
	for _, after := range []string{"x", "-1", "1.5", "99999999999999999999"} {
		isFailure(t, c.Get("/account/log?after="+after), http.StatusNotFound, models.CodeNotFound)
	}
}
