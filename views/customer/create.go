package customer

import (
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/views/paths"
	"github.com/stafett/stafett/views/ui"
)

// FindView is the list of systems that a person can make a system user for.
type FindView struct {
	Query   string
	Found   []FoundSystem // a page of them
	Total   int           // how many there are in all
	Pages   ui.Pages
	CanOwn  bool // the reader may set up a program of the organisation's own
	Waiting int  // requests that wait for an answer
}

// FoundSystem is one system in the list.
type FoundSystem struct {
	ID         string
	Program    models.Text
	Supplier   Org
	Registered time.Time // since when the supplier is registered; zero when not known
	Customers  int       // organisations that use the system through a system user
	Items      []Item    // what it asks for; Name and Package suffice
}

// CreateView is what a person is shown before he makes a system user without
// being asked: the same as of a request, which nobody has sent.
type CreateView struct {
	ReviewView
	SystemID  string
	Before    models.ID // the ended one that it will be like; empty for a new one
	Exists    models.ID // the live one that has its place; empty when there is none
	Waits     models.ID // the request that has it, to be answered; empty when there is none
	Lost      []Item    // what the ended one had, and the new one will not
	Blocked   bool      // the organisation has blocked the supplier
	BlockedBy string    // in its own words why
	Called    string    // field title
	Ref       string    // field external_ref, asked for when the place is taken
	Day       string    // field until, as typed
	Link      string    // whole address of the page, to hand to somebody who can
}

// again reports whether it is to be like one that has ended.
func (v CreateView) again() bool { return v.Before != "" }

// post is where the form goes, which is the page's own address.
func (v CreateView) post() string {
	if v.again() {
		return paths.SystemUserAgain(v.Before)
	}
	return paths.SystemUserNewFrom(v.SystemID)
}

// can reports whether the reader may make it, if need be after a new login.
func (v CreateView) can() bool {
	return v.CanApprove && !v.Blocked && (!v.taken() || !v.again())
}

// taken reports whether something has the place of the new one.
func (v CreateView) taken() bool { return v.Exists != "" || v.Waits != "" }

// title is the key of the page's heading.
func (v CreateView) title() string {
	if v.again() {
		return "create.again.title"
	}
	return "create.title"
}

// lead is the key of what it would mean.
func (v CreateView) lead() string {
	switch {
	case v.Agent:
		return "create.agent.lead"
	case v.again():
		return "create.again.lead"
	}
	return "create.lead"
}

// after is the key of what comes then.
func (v CreateView) after() string {
	if v.Agent {
		return "create.agent.after"
	}
	return "create.after"
}

func (v CreateView) faulty(label func(string) string) []ui.Faulty {
	var out []ui.Faulty
	for _, f := range v.Faults {
		id := ui.ID(f.Field)
		switch f.Field {
		case "title", "external_ref", "until":
		default: // of what is chosen
			id = "asked"
		}
		out = append(out, ui.Faulty{ID: id, Label: label(f.Field), Fault: f.Fault})
	}
	return out
}

// fieldLabel is the key of the name of a field of the form.
func fieldLabel(field string) string {
	switch field {
	case "title":
		return "create.called"
	case "external_ref":
		return "create.ref"
	case "until":
		return "create.until"
	}
	return "create.gets"
}

// MadeView is the proof of a system user that was made without a request.
type MadeView struct {
	ID        models.ID
	Title     string
	Program   models.Text
	Supplier  Org
	Customer  Org
	At        time.Time
	By        string // name; empty when not known
	Items     []Item // what it was given
	Reference string // empty when it has none of its own
	Until     time.Time
	Agent     bool
	Again     models.ID // the ended one that it is like; empty for none
	Portal    string    // the site where it was made; empty for ours
	Ended     bool      // it has ended since
}
