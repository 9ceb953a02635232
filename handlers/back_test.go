package handlers_test

import (
	"cmp"
	"net/http"
	"net/url"
	"testing"

	"github.com/stafett/stafett/handlers"
	kit "github.com/stafett/stafett/handlers/handlertest"
)

// standsOn are the pages of the forms that are posted to no page.
var standsOn = map[string]string{
	"/account/identities":                       "/account",
	"/account/logins/:id/end":                   "/account",
	"/account/logins/end-others":                "/account",
	"/changes/:id/approve":                      "/changes/:id",
	"/forwardings/:id/recall":                   "/",
	"/logout":                                   "/",
	"/members/:id/give":                         "/members/:id",
	"/members/invitations/:id/revoke":           "/members",
	"/notices/read":                             "/notices",
	"/requests/:id/approve":                     "/requests/:id",
	"/supplier/requests/:id/withdraw":           "/supplier/requests/:id",
	"/suppliers/:orgno/start":                   "/suppliers/:orgno",
	"/suppliers/:orgno/unblock":                 "/suppliers/:orgno",
	"/systemusers/:id/clients/jobs/:job/cancel": "/systemusers/:id/clients/jobs/:job",
	"/systemusers/:id/clients/jobs/:job/retry":  "/systemusers/:id/clients/jobs/:job",
	"/systemusers/:id/clients/own":              "/systemusers/:id/clients",
	"/systemusers/:id/clients/rule":             "/systemusers/:id/clients",
	"/systemusers/:id/settings/end-date":        "/systemusers/:id/settings",
	"/systemusers/:id/settings/pause":           "/systemusers/:id/settings",
	"/systemusers/:id/settings/rename":          "/systemusers/:id/settings",
	"/systemusers/:id/settings/resume":          "/systemusers/:id/settings",
}

// leadsBack is the page on which languages are chosen.
func leadsBack(r *kit.Response) string {
	for _, link := range r.Page().Links() {
		if u, err := url.Parse(link); err == nil && u.Query().Has("lang") {
			return u.Path
		}
	}
	return ""
}

// The page that refuses a form knows the page to come back to, by which language
// and colours are chosen: the form's own, or the one on which it stands.
func TestEveryFormHasAPageToComeBackTo(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	pages := map[string]bool{}
	for _, r := range s.Server.Routes() {
		pages[r.Path] = pages[r.Path] || r.Method == http.MethodGet
	}
	at := func(route string) string {
		return values.ReplaceAllString(route, "704013ee-e82a-433e-83c5-a40e6e00d746")
	}
	for _, r := range s.Server.Routes() {
		if r.Method != http.MethodPost || r.Audience != handlers.People || r.Guard == handlers.Open {
			continue
		}
		want := cmp.Or(standsOn[r.Path], r.Path)
		back := leadsBack(s.Anonymous(t).Post(at(r.Path), url.Values{}).Want(http.StatusUnauthorized))
		if back != at(want) || !pages[want] {
			t.Errorf("%s leads back to %q, want the page %q", r.Path, back, at(want))
		}
	}
}

// What is no route leads back to a page above it, if only the front page.
func TestAFormToNowhereHasAPageToComeBackTo(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	const id = "704013ee-e82a-433e-83c5-a40e6e00d746"
	for nowhere, want := range map[string]string{"/nowhere/at/all": "/", "/requests/" + id + "/no/such": "/requests/" + id} {
		if back := leadsBack(s.Anonymous(t).Post(nowhere, url.Values{}).Want(http.StatusNotFound)); back != want {
			t.Errorf("%s leads back to %q, want %q", nowhere, back, want)
		}
	}
}
