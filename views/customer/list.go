package customer

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/systemuser"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/paths"
)

// List is how a list was asked for, and how much there is of what.
type List struct {
	Text      string // searched for
	Status    string // as chosen; empty for any, as the three below
	Kind      string
	Supplier  string // number
	Sort      string // a column, with a minus sign for the other way round; empty for the list's own order
	Page      int    // from 1
	Pages     int
	Size      int // rows on a page
	All       int // rows of the whole list
	Total     int // rows that are left
	Statuses  []Chip
	Kinds     []Chip
	Suppliers []SupplierChoice // by name
	Failed    bool             // it could not be read
	// Manager: the reader administers access. Managers are the names of those
	// who do, when he does not.
	Manager  bool
	Managers []string
}

// Chip is a choice of a filter with how many rows it would leave; Value is empty
// for all.
type Chip struct {
	Value string
	Count int
}

// SupplierChoice is a supplier to narrow by.
type SupplierChoice struct {
	Org
	Count int
}

// Sizes are how many rows a page can have, the usual number first.
var Sizes = []int{25, 50, 100}

// InboxView is the list of requests to the organisation.
type InboxView struct {
	List
	Waiting  []InboxRow // those of the page that can be answered, the most urgent first
	Answered []InboxRow // the others; all of the page where an order was chosen
	Sent     []SentRow  // the latest that the reader has sent on
	// SentFailed: what he has sent on could not be read.
	SentFailed bool
}

// InboxRow is one request in the inbox.
type InboxRow struct {
	ID         models.ID
	Change     bool        // a change request; Title is then what the system user is called
	Agent      bool        // it asks to act for the organisation's clients
	Program    models.Text // name of the system that asks
	Title      string      // what the system user will be called; shown when it is not the program's name
	Supplier   string      // legal name of its supplier
	SupplierNo string      // its number
	Items      []Item      // what is asked for; Name and Package suffice
	Sent       time.Time
	Deadline   time.Time      // until when it can be answered
	Answered   time.Time      // when it was answered; zero while it waits
	Status     request.Status // as of now
	Marks      []Sent         // sent on by the reader or to him
}

// SentRow is a request that the reader has sent on, with what became of it.
type SentRow struct {
	InboxRow
	Sent   Sent
	By     Named  // who answered
	Reason string // of a rejection
}

// OverviewView is the list of the organisation's system users, with what waits.
type OverviewView struct {
	List
	Rows      []SystemUserRow
	Clients   bool       // the reader decides which clients programs act for
	Waiting   []InboxRow // the most urgent
	Inbox     int        // how many wait in all
	Reviewed  time.Time  // when all were last gone through; zero for never
	ReviewDue int        // how many nobody has looked at for a year
	// InboxFailed: what waits could not be read.
	InboxFailed bool
}

// SystemUserRow is one system user in the list.
type SystemUserRow struct {
	ID       models.ID
	Title    string      // what it is called
	Agent    bool        // it works for the organisation's clients
	Program  models.Text // name of its system
	Supplier Org
	Held     int // how many packages and services it has now
	Created  time.Time
	LastUsed time.Time // zero for never
	Unused   bool      // it was used, but not for a long time
	Status   systemuser.Status
	EndedBy  systemuser.Ender
	Until    time.Time // when it ends by itself; zero for never
	Ended    time.Time // when it ended; zero while it lives
	Ending   bool      // it ends by itself soon
	Gone     bool      // the supplier has retired the system
	Paused   bool      // it can use nothing for now
}

// narrowed reports whether anything was searched for or chosen.
func (l List) narrowed() bool { return l.Text+l.Status+l.Kind+l.Supplier != "" }

// link is the list at path as it was asked for, but for the pairs of name and
// value. It begins at the first page unless they name one.
func (l List) link(path string, pairs ...string) string {
	at := map[string]string{"q": l.Text, "status": l.Status, "kind": l.Kind, "supplier": l.Supplier, "sort": l.Sort}
	if l.Size != Sizes[0] && l.Size > 0 {
		at["size"] = strconv.Itoa(l.Size)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		at[pairs[i]] = pairs[i+1]
	}
	q := url.Values{}
	for name, value := range at {
		if value != "" {
			q.Set(name, value)
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

func (l List) pageLink(path string, page int) string {
	if page == 1 {
		return l.link(path)
	}
	return l.link(path, "page", strconv.Itoa(page))
}

func (l List) sizeLink(path string, size int) string {
	if size == Sizes[0] {
		return l.link(path, "size", "")
	}
	return l.link(path, "size", strconv.Itoa(size))
}

// sortLink turns the order of the column, or begins with it: names from A, times
// from the latest.
func (l List) sortLink(path string, c column) string {
	first := c.sort
	if c.latest {
		first = "-" + c.sort
	}
	switch l.Sort {
	case first:
		first = turned(first)
	}
	return l.link(path, "sort", first)
}

func turned(sort string) string {
	if up, down := strings.CutPrefix(sort, "-"); down {
		return up
	}
	return "-" + sort
}

// sorted is the aria-sort of the column.
func (l List) sorted(c column) string {
	switch {
	case c.sort == "":
	case l.Sort == c.sort:
		return "ascending"
	case l.Sort == "-"+c.sort:
		return "descending"
	}
	return ""
}

// column is a head of a table; sort is empty where it cannot be sorted by.
type column struct {
	label  string // key
	sort   string
	latest bool // times, the latest first
}

// around are the numbers of the pages to link to, 0 for those left out.
func (l List) around() []int {
	var out []int
	for n := 1; n <= l.Pages; n++ {
		switch {
		case n == 1, n == l.Pages, n >= l.Page-1 && n <= l.Page+1, n == 2 && l.Page == 4, n == l.Pages-1 && l.Page == l.Pages-3:
			out = append(out, n)
		case out[len(out)-1] != 0:
			out = append(out, 0)
		}
	}
	return out
}

// count says how many rows there are, by the key for all of them or that for
// those found, and is announced when that changes.
func (l List) count(ctx context.Context, all, found string) string {
	if l.narrowed() {
		return i18n.N(ctx, found, l.Total, "All", i18n.Number(ctx, l.All))
	}
	return i18n.N(ctx, all, l.Total)
}

// kept are the parts of the query that the search form does not ask for itself.
func (l List) kept() [][2]string {
	var out [][2]string
	for _, p := range [][2]string{{"status", l.Status}, {"kind", l.Kind}, {"sort", l.Sort}} {
		if p[1] != "" {
			out = append(out, p)
		}
	}
	if l.Size != Sizes[0] && l.Size > 0 {
		out = append(out, [2]string{"size", strconv.Itoa(l.Size)})
	}
	return out
}

// table reports whether all rows stand in the table, those that wait too.
func (v InboxView) table() bool { return v.Sort != "" }

func (r SystemUserRow) page() string { return paths.SystemUser(r.ID) }

// chipText is the words of a choice.
func chipText(ctx context.Context, name, value string) string {
	if value == "" {
		value = "any"
	}
	return i18n.T(ctx, "customer.list."+name+"."+value)
}

// managersKey is the key of what who does not administer access may do.
func managersKey(v OverviewView) string {
	if v.Clients {
		return "customer.users.managers.clients"
	}
	return "customer.users.managers"
}
