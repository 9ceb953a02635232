package notices

import (
	"context"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/ui"
)

// View is a page of what the reader has been told for one organisation.
type View struct {
	Org       string // its name
	Notices   []Notice
	Unread    int // of all
	Elsewhere int // unread for other organisations of his
	Filters   []Filter
	Filtered  bool // not all are shown
	Pages     ui.Pages
}

// Filter is one choice of what to show.
type Filter struct {
	Text  string // translated
	Href  string
	Count int // unread; zero says nothing
	On    bool
}

// Notice is one line.
type Notice struct {
	ID       models.ID
	Type     string // as in registry.NoticeType
	Change   bool   // about a change request
	User     bool   // about a system user; otherwise about a request of either kind
	Gone     bool   // what it is about is there no more
	Supplier string
	Title    string         // what the system user is called
	Status   request.Status // of the request as of now
	Wished   bool           // the customer would have something else
	Until    time.Time      // when it runs out; zero for never
	At       time.Time
	Unread   bool
}

// sentence says what has happened.
func (n Notice) sentence(ctx context.Context) string {
	key := n.Type
	switch {
	case n.Gone:
		key = "gone"
	case n.User:
		key = "ending"
	case (n.Type == "decided" || n.Type == "answered") && n.Status == request.Pending && n.Wished:
		key = "wished"
	case n.Type == "decided" || n.Type == "answered":
		key = string(n.Status)
	case n.Type == "asked" && n.Change:
		key = "change"
	}
	return i18n.T(ctx, "notices.row."+key, "Supplier", n.Supplier, "Title", n.Title)
}

// waits reports whether the reader, or a colleague, has something to answer.
func (n Notice) waits() bool { return !n.User && !n.Gone && n.Status == request.Pending }

// Settings is how the reader is told.
type Settings struct {
	Rows    []Row
	Mails   bool   // mail is sent at all
	Address string // where his goes; empty when we know none
	Lang    models.Language
	Faults  []models.FieldError
}

// Row is one type of what he can be told of.
type Row struct {
	Type string // as in registry.NoticeType; also the name of its boxes
	Here bool
	Mail bool
}

// faulty lists the faults for the summary.
func (s Settings) faulty(ctx context.Context) []ui.Faulty {
	var out []ui.Faulty
	for _, f := range s.Faults {
		out = append(out, ui.Faulty{ID: ui.ID(f.Field), Label: i18n.T(ctx, "notices.settings.lang"), Fault: f.Fault})
	}
	return out
}

// languages are the choices of language for mail.
func (s Settings) languages(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, l := range models.Languages() {
		out = append(out, ui.Option{Value: string(l), Label: i18n.T(ctx, "common.lang."+string(l)), Selected: l == s.Lang})
	}
	return out
}

// boxes are the ways to be told of the type. Without mail there is one.
func (s Settings) boxes(ctx context.Context, r Row) []ui.Check {
	out := []ui.Check{{Value: "here", Label: i18n.T(ctx, "notices.settings.here"), Checked: r.Here}}
	if s.Mails {
		out = append(out, ui.Check{Value: "mail", Label: i18n.T(ctx, "notices.settings.mail"), Checked: r.Mail})
	}
	return out
}
