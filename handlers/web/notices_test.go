package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
)

// tellAll makes notices of all that has happened.
func tellAll(t *testing.T, s *kit.Site) {
	t.Helper()
	if _, err := s.Registry.Tell(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// notices are the addresses of the notices on the page.
func noticesOn(p *kit.Page) []string {
	var out []string
	for _, href := range p.Links() {
		if strings.HasPrefix(href, "/notices/") && href != "/notices/settings" {
			out = append(out, href)
		}
	}
	return out
}

// A manager is told of a request, by a number on every page and in his list;
// opening it leads to the request and takes the number away (C6).
func TestNoticeLeadsToTheRequest(t *testing.T) {
	t.Parallel()
	s, path, _ := pending(t)
	c := s.As(t, kit.ApproverP)
	if p := c.Get("/notices").Want(http.StatusOK).Page(); len(noticesOn(p)) != 0 || !strings.Contains(p.Text(), says(t, "notices.none")) {
		t.Errorf("told before it was told:\n%s", p.Text())
	}
	tellAll(t, s)
	if r := c.Get("/members").Want(http.StatusOK); !strings.Contains(r.Body, "1 ulest<") {
		t.Errorf("no number in the header:\n%s", r.Body)
	}
	p := c.Get("/notices").Want(http.StatusOK).Page()
	if len(noticesOn(p)) != 1 {
		t.Fatalf("told:\n%s", p.Text())
	}
	if r := c.Get(noticesOn(p)[0]).Want(http.StatusSeeOther); r.Location() != path {
		t.Errorf("leads to %q, want %q", r.Location(), path)
	}
	c.Get(path).Want(http.StatusOK)
	if r := c.Get("/notices").Want(http.StatusOK); strings.Contains(r.Body, "1 ulest<") || len(noticesOn(r.Page())) != 1 {
		t.Errorf("still unread:\n%s", r.Body)
	}
	if p := c.Get("/notices?unread=1").Want(http.StatusOK).Page(); !strings.Contains(p.Text(), says(t, "notices.none_such")) {
		t.Errorf("unread ones:\n%s", p.Text())
	}
	clerk := s.As(t, kit.ClerkP)
	if p := clerk.Get("/notices").Want(http.StatusOK).Page(); len(noticesOn(p)) != 0 {
		t.Errorf("one who does not administer access is told:\n%s", p.Text())
	}
}

// All are marked as read at once, without a script.
func TestAllNoticesAreRead(t *testing.T) {
	t.Parallel()
	s, _, _ := pending(t)
	tellAll(t, s)
	c := s.As(t, kit.ApproverP)
	c.Get("/notices").Page().MustForm("/notices/read")
	if r := c.Post("/notices/read", url.Values{}).Want(http.StatusSeeOther); r.Location() != "/notices" {
		t.Errorf("leads to %q", r.Location())
	}
	p := c.Get("/notices").Want(http.StatusOK).Page()
	if _, ok := p.Form("/notices/read"); ok || strings.Contains(p.Text(), says(t, "notices.unread")+"\n") {
		t.Errorf("still unread:\n%s", p.Text())
	}
}

// A long list comes in pages that lose and repeat nothing, filters are kept, and
// what names no page is none.
func TestNoticesComeInPages(t *testing.T) {
	t.Parallel()
	s, _, _ := pending(t)
	of := s.System(t, kit.DeveloperA, "mange")
	for range 30 {
		s.Request(t, kit.DeveloperA, of, kit.CustomerP, string(models.NewID()))
	}
	tellAll(t, s)
	c := s.As(t, kit.ApproverP)
	var seen []string
	for path := "/notices?type=asked"; path != ""; {
		p := c.Get(path).Want(http.StatusOK).Page()
		seen = append(seen, noticesOn(p)...)
		path = ""
		for _, href := range p.Links() {
			if strings.Contains(href, "after=") && !strings.Contains(href, "lang=") && !strings.Contains(href, "scheme=") {
				path = href
			}
		}
	}
	slices.Sort(seen)
	if len(seen) != 31 || len(slices.Compact(seen)) != 31 {
		t.Errorf("%d notices on all pages", len(seen))
	}
	for _, bad := range []string{"?after=x", "?after=1", "?after=-1.704013ee-e82a-433e-83c5-a40e6e00d746", "?type=all"} {
		isFailure(t, c.Get("/notices"+bad), http.StatusNotFound, models.CodeNotFound)
	}
}

// What a person chooses is kept, and tells him no more of the rest.
func TestNoticeSettings(t *testing.T) {
	t.Parallel()
	s, _, _ := pending(t)
	c := s.As(t, kit.ApproverP)
	if !slices.Contains(c.Get("/account").Page().Links(), "/notices/settings") {
		t.Error("the person's own page does not lead there")
	}
	form := c.Get("/notices/settings").Want(http.StatusOK).Page().MustForm("/notices/settings")
	if !slices.Contains(form["asked"], "here") || len(form["answered"]) != 0 {
		t.Errorf("unasked: %v", form)
	}
	r := c.Post("/notices/settings", url.Values{"expiring": {"here"}}).Want(http.StatusSeeOther)
	p := c.Get(r.Location()).Want(http.StatusOK).Page()
	if got := p.MustForm("/notices/settings"); len(got["asked"]) != 0 || !slices.Contains(got["expiring"], "here") || !strings.Contains(p.Text(), says(t, "notices.settings.saved")) {
		t.Errorf("kept: %v\n%s", got, p.Text())
	}
	tellAll(t, s)
	if p := c.Get("/notices").Page(); len(noticesOn(p)) != 0 {
		t.Errorf("told all the same:\n%s", p.Text())
	}
}
