package handlers_test

import (
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"github.com/stafett/stafett/handlers"
	kit "github.com/stafett/stafett/handlers/handlertest"
)

// The page that refuses a form knows one that there is to come back to, by which
// language and colours are chosen and a login ends: the form's own, or the one on
// which it stands.
func TestEveryFormHasAPageToComeBackTo(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	var pages []*regexp.Regexp
	for _, r := range s.Server.Routes() {
		if r.Method == http.MethodGet && r.Audience == handlers.People {
			pages = append(pages, regexp.MustCompile("^"+values.ReplaceAllString(r.Path, "[^/]+")+"$"))
		}
	}
	for _, r := range s.Server.Routes() {
		if r.Method != http.MethodPost || r.Audience != handlers.People || r.Guard == handlers.Open {
			continue
		}
		to := values.ReplaceAllString(r.Path, "704013ee-e82a-433e-83c5-a40e6e00d746")
		back := ""
		for _, link := range s.Anonymous(t).Post(to, url.Values{}).Want(http.StatusUnauthorized).Page().Links() {
			if u, err := url.Parse(link); err == nil && u.Query().Has("lang") {
				back = u.Path
			}
		}
		there := false
		for _, page := range pages {
			there = there || page.MatchString(back)
		}
		if !there {
			t.Errorf("%s leads back to %q", r.Path, back)
		}
	}
}
