package layout_test

import (
	"context"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/layout"
	"github.com/stafett/stafett/views/viewstest"
)

func page(ctx context.Context, t *testing.T, s layout.Shell) string {
	t.Helper()
	body := templ.Raw("<h1>Side</h1>")
	return viewstest.Render(templ.WithChildren(ctx, body), t, layout.Page(s.WithTitle("Side")))
}

func TestMenuShowsWhatThePersonMay(t *testing.T) {
	kari := layout.Shell{Person: "Kari Fjell", OrgName: "Nordlys Bakeri AS", Why: "daglig leder"}
	for name, c := range map[string]struct {
		change func(*layout.Shell)
		has    []string
		lacks  []string
	}{
		"nobody":   {func(s *layout.Shell) { *s = layout.Shell{LoginReady: true} }, []string{`href="/login"`}, []string{"/requests", "/supplier", "/members", "/account", "/logout"}},
		"no login": {func(s *layout.Shell) { *s = layout.Shell{} }, nil, []string{`href="/login"`}},
		"customer": {func(s *layout.Shell) { s.IsCustomer = true }, []string{`href="/requests"`, `href="/systemusers"`, `href="/members"`, `href="/account"`, "/logout"}, []string{"/supplier", "/organisations"}},
		"supplier": {func(s *layout.Shell) { s.IsSupplier = true }, []string{`href="/supplier/systems"`, `href="/supplier/requests"`}, []string{`href="/requests"`}},
		"several":  {func(s *layout.Shell) { s.IsCustomer, s.CanSwitch = true, true }, []string{`href="/organisations"`, "Kari Fjell", "daglig leder", "Nordlys Bakeri AS"}, nil},
	} {
		s := kari
		c.change(&s)
		got := page(t.Context(), t, s)
		for _, want := range c.has {
			if !strings.Contains(got, want) {
				t.Errorf("%s: the page lacks %s", name, want)
			}
		}
		for _, not := range c.lacks {
			if strings.Contains(got, not) {
				t.Errorf("%s: the page has %s", name, not)
			}
		}
	}
}

func TestLanguageAndColoursKeepThePage(t *testing.T) {
	got := page(i18n.With(t.Context(), models.NN), t, layout.Shell{Path: "/requests?after=7", Scheme: "dark"})
	for _, want := range []string{
		`<html lang="nn" data-color-scheme="dark"`, `href="/requests?after=7&amp;lang=nb"`, `href="/requests?after=7&amp;scheme=light"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	odd := page(t.Context(), t, layout.Shell{Scheme: `"><script>`, Path: "https://evil.example/"})
	if !strings.Contains(odd, `data-color-scheme="auto"`) || strings.Contains(odd, "evil.example") {
		t.Error("an odd scheme or a foreign path reached the page")
	}
}

func TestScriptOfSwapsComesOnlyWhereItIsUsed(t *testing.T) {
	if got := page(t.Context(), t, layout.Shell{}); strings.Contains(got, "htmx") {
		t.Error("a still page loads htmx")
	}
	live := page(t.Context(), t, layout.Shell{}.WithLive())
	for _, want := range []string{"htmx.js", "&#34;allowEval&#34;:false", "&#34;includeIndicatorStyles&#34;:false", "&#34;selfRequestsOnly&#34;:true"} {
		if !strings.Contains(live, want) {
			t.Errorf("a live page lacks %s", want)
		}
	}
}

func TestNoFailureIsADeadEnd(t *testing.T) {
	customer := layout.Shell{Person: "Kari", IsCustomer: true, CanSwitch: true, LoginReady: true}
	for name, c := range map[string]struct {
		shell   layout.Shell
		failure layout.Failure
		want    []string
	}{
		"signed out":   {layout.Shell{LoginReady: true}, layout.Failure{Code: models.CodeUnauthenticated}, []string{`href="/login"`, `href="/"`}},
		"not there":    {customer, layout.Failure{Code: models.CodeNotFound}, []string{`href="/organisations"`, `href="/requests"`}},
		"level":        {layout.Shell{Person: "Kari", LoginReady: true, Path: "/members/invite"}, layout.Failure{Code: models.CodeLevelTooLow}, []string{`href="/login/again?next=%2Fmembers%2Finvite"`}},
		"age":          {customer, layout.Failure{Code: models.CodeLoginTooOld}, []string{`href="/login/again?`, `href="/requests"`}},
		"taken":        {customer, layout.Failure{Code: models.CodeIdentityTaken}, []string{`href="/account"`}},
		"last":         {customer, layout.Failure{Code: models.CodeHoldingLast}, []string{`href="/members"`}},
		"ended":        {layout.Shell{Person: "Siv", LoginReady: true}, layout.Failure{Code: models.CodeInvitationEnded}, []string{`href="/"`}},
		"nowhere":      {layout.Shell{Person: "Siv", LoginReady: true}, layout.Failure{Code: models.CodeNoOrganisation}, []string{`href="/organisations/claim"`}},
		"try again":    {customer, layout.Failure{Code: models.CodeUnavailable, Retry: "/systemusers"}, []string{`href="/systemusers"`, "Prøv igjen"}},
		"who can help": {customer, layout.Failure{Code: models.CodeInternal, Reference: "r-17", Contact: "drift@stafett.example"}, []string{"r-17", "drift@stafett.example"}},
	} {
		got := viewstest.Render(t.Context(), t, layout.ErrorPage(c.shell, c.failure))
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: the page lacks %s", name, want)
			}
		}
	}
}
