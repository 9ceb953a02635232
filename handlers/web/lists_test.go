package web_test

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
)

// stocked is a site in which P has been asked 30 times by A and once by B; A's
// first request is approved, and so is B's.
func stocked(t *testing.T) (s *kit.Site, approved models.ID) {
	t.Helper()
	s = kit.New(t)
	of, other := s.System(t, kit.DeveloperA, "lonn"), s.System(t, kit.DeveloperB, "arkiv")
	approved = s.Request(t, kit.DeveloperA, of, kit.CustomerP, "nr 1").ID
	for i := range 29 {
		s.Request(t, kit.DeveloperA, of, kit.CustomerP, "nr "+strconv.Itoa(i+2))
	}
	s.Approve(t, kit.ApproverP, approved)
	s.Approve(t, kit.ApproverP, s.Request(t, kit.DeveloperB, other, kit.CustomerP, "").ID)
	return s, approved
}

// lists are the addresses of the customer's two lists and of what each holds.
var lists = map[string]*regexp.Regexp{
	"/requests":    regexp.MustCompile(`^/requests/[0-9a-f-]{36}$`),
	"/systemusers": regexp.MustCompile(`^/systemusers/[0-9a-f-]{36}$`),
}

// rowsOf are the rows to which the list at path leads, in its order.
func rowsOf(t *testing.T, c *kit.Client, path string) []string {
	t.Helper()
	at, _, _ := strings.Cut(path, "?")
	var rows []string
	for _, link := range c.Get(path).Want(http.StatusOK).Page().Links() {
		if lists[at].MatchString(link) && !slices.Contains(rows, link) {
			rows = append(rows, link)
		}
	}
	return rows
}

// The inbox comes in pages that lose nothing, is searched and narrowed, and its
// state stands in its address, kept by each of its own links (A2, B12).
func TestTheInboxIsSearchedNarrowedAndPaged(t *testing.T) {
	t.Parallel()
	s, approved := stocked(t)
	c := s.As(t, kit.ApproverP)
	first, second := rowsOf(t, c, "/requests"), rowsOf(t, c, "/requests?page=2")
	both := append(slices.Clone(first), second...)
	slices.Sort(both)
	if len(first) != 25 || len(second) != 6 || len(slices.Compact(both)) != 31 {
		t.Errorf("%d and %d rows, %d of them different", len(first), len(second), len(slices.Compact(both)))
	}
	for query, want := range map[string]int{
		"?status=pending": 25, "?status=pending&size=50": 29, "?status=accepted": 2, "?q=arkiv": 1, "?q=Loggbok": 1, "?q=343940092&size=100": 30,
		"?supplier=" + string(kit.SupplierB): 1, "?supplier=" + string(kit.SupplierA) + "&status=accepted": 1, "?q=sykkel": 0, "?kind=own&status=accepted": 2,
		"?status=moon&size=7&page=99&sort=moon": 6, // what it does not know asks for nothing
	} {
		if got := rowsOf(t, c, "/requests"+query); len(got) != want {
			t.Errorf("%s: %d rows, want %d", query, len(got), want)
		}
	}
	if got := rowsOf(t, c, "/requests?supplier="+string(kit.SupplierA)+"&status=accepted"); !slices.Equal(got, []string{"/requests/" + string(approved)}) {
		t.Errorf("found %v", got)
	}
	mustSay(t, c.Get("/requests?q=sykkel"), "Ingen treff", "0 av 31 forespørsler")
	page := c.Get("/requests?q=lonn&status=pending&supplier=" + string(kit.SupplierA)).Want(http.StatusOK).Page()
	for _, link := range page.Links() {
		if strings.HasPrefix(link, "/requests?") && strings.Contains(link, "page=2") && link != "/requests?page=2&q=lonn&status=pending&supplier="+string(kit.SupplierA) ||
			strings.Contains(link, "lang=") && !strings.Contains(link, "q=lonn") {
			t.Errorf("%s loses what was asked for", link)
		}
	}
	form := page.MustForm("/requests")
	if form.Get("q") != "lonn" || form.Get("status") != "pending" {
		t.Errorf("the form forgets: %v", form)
	}
}

// Lists are sorted by their heads, and say so to who hears them.
func TestListsAreSorted(t *testing.T) {
	t.Parallel()
	s, _ := stocked(t)
	c := s.As(t, kit.ApproverP)
	for path := range lists {
		up, down := rowsOf(t, c, path+"?sort=supplier&size=100"), rowsOf(t, c, path+"?sort=-supplier&size=100")
		if len(up) < 2 || up[0] == down[0] || up[0] != down[len(down)-1] && path == "/systemusers" {
			t.Errorf("%s: %v and %v", path, up, down)
		}
		if body := c.Get(path + "?sort=supplier").Body; !strings.Contains(body, `aria-sort="ascending"`) {
			t.Errorf("%s does not say that it is sorted", path)
		}
	}
}

// The overview tells what it holds, is narrowed, and shows what waits above it.
func TestTheOverviewIsNarrowed(t *testing.T) {
	t.Parallel()
	s, approved := stocked(t)
	c := s.As(t, kit.ApproverP)
	for query, want := range map[string]int{
		"": 2, "?q=arkiv": 1, "?status=never": 2, "?status=paused": 0, "?supplier=" + string(kit.SupplierB): 1, "?kind=clients": 0, "?q=zzz": 0,
	} {
		if got := rowsOf(t, c, "/systemusers"+query); len(got) != want {
			t.Errorf("%s: %d rows, want %d", query, len(got), want)
		}
	}
	mustSay(t, c.Get("/systemusers"), "29 forespørsler", "Aldri brukt", "Loggbok Data AS")
	s.Revoke(t, kit.ApproverP, approved)
	if got := rowsOf(t, c, "/systemusers?status=ended"); !slices.Equal(got, []string{"/systemusers/" + string(approved)}) {
		t.Errorf("ended: %v", got)
	}
}

// Who has nothing yet learns what will stand there and what to do; who may not
// answer learns who does (A1, B1).
func TestEmptyListsTeach(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	manager, clerk := s.As(t, kit.ApproverP), s.As(t, kit.ClerkP)
	mustSay(t, manager.Get("/requests"), says(t, "customer.inbox.empty.title"), says(t, "customer.inbox.step1.title"))
	mustSay(t, manager.Get("/systemusers"), says(t, "customer.users.empty.title"), says(t, "customer.users.empty.create"))
	mustSay(t, clerk.Get("/systemusers"), says(t, "customer.users.empty.title"), kit.ApproverP.Name)
	s.Request(t, kit.DeveloperA, s.System(t, kit.DeveloperA, "lonn"), kit.CustomerP, "")
	mustSay(t, clerk.Get("/requests"), kit.ApproverP.Name, "styrer tilganger for Fjordbris Seilmakeri AS og kan svare")
}

// A list that cannot be read says so in its place, with a way to try again; the
// rest of its page stands, and nothing of the fault is told (B16).
func TestEachListFailsAlone(t *testing.T) {
	t.Parallel()
	for name, e := range map[string]struct {
		table, path string
		fails       string
		stands      []string
	}{
		"what was sent on": {"forwarding", "/requests", says(t, "customer.inbox.sent.failed"), []string{says(t, "customer.inbox.title"), "Program lonn"}},
		"system users":     {"delegation", "/systemusers", says(t, "customer.users.failed"), []string{says(t, "customer.users.title"), "29 forespørsler"}},
		"what waits":       {"request_item", "/systemusers", says(t, "customer.inbox.failed"), []string{"Program arkiv"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := stocked(t)
			c := s.As(t, kit.ApproverP)
			s.Exec("ALTER TABLE " + e.table + " RENAME TO away")
			r := c.Get(e.path)
			page := r.Want(http.StatusOK).Page()
			for _, part := range append(e.stands, e.fails, says(t, "customer.list.failed.text")) {
				if !page.Has(part) {
					t.Errorf("the page lacks %q: %s", part, page.Text())
				}
			}
			if strings.Contains(r.Body, "away") || strings.Contains(r.Body, e.table+"\"") || !slices.Contains(page.Links(), e.path) {
				t.Errorf("the page tells of the fault, or leads nowhere: %s", page.Text())
			}
			if !strings.Contains(s.Logs.Text(), "a list could not be read") {
				t.Error("the log does not tell")
			}
		})
	}
}
