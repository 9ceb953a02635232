package customer

import (
	"context"
	"strings"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/paths"
	"github.com/stafett/stafett/views/ui"
)

// HistoryView is what has happened to a system user, newest first.
type HistoryView struct {
	ID       models.ID
	Title    string
	Supplier string
	Clients  bool           // it has a page of its clients
	Side     string         // whose acts are shown; empty for all
	Counts   map[string]int // of lines, by side; by "" of all
	Lines    []Line         // of this page
	Page     int            // from 1
	Pages    int
	Now      time.Time
}

// Sides are whose acts a history can be filtered by, as registry.Side has them.
var Sides = []string{"customer", "supplier", "registry"}

// Line is one line of a history.
type Line struct {
	At      time.Time
	Side    string
	Action  string // a policy.Action, as the audit log writes it
	Who     string // name of the person; empty for others
	Role    models.Text
	Denied  bool
	Code    models.Code // why it was refused
	Given   []models.Text
	Added   []models.Text
	Removed []models.Text
	Client  string    // name of the client that it is about
	Ends    bool      // it moved the end, to Until
	Until   time.Time // zero for none
	Stop    bool      // it was done for all of the supplier's at once
	Review  bool      // it was done in a review
	Request models.ID // that it is about; empty for none
	Change  models.ID
}

// Record is a line in words, as the page, the spreadsheet and the file for
// programs have it.
type Record struct {
	Time    string   `json:"time"`
	Side    string   `json:"side"`
	Who     string   `json:"who"`
	Role    string   `json:"role"`
	Action  string   `json:"action"`
	What    string   `json:"what"`
	Details []string `json:"details"`
	Number  string   `json:"number"`
	Denied  bool     `json:"denied"`
	Why     string   `json:"why"`
}

// Record is the line in the words of the page.
func (l Line) Record(ctx context.Context, supplier string) Record {
	r := Record{
		Time: i18n.Machine(l.At), Side: l.Side, Who: l.who(ctx, supplier), Role: i18n.In(ctx, l.Role), Action: l.Action,
		Details: l.details(ctx), Denied: l.Denied,
	}
	r.What = actText(ctx, l.Action, l.Denied, r.Who)
	switch {
	case l.Request != "":
		r.Number = i18n.T(ctx, "customer.history.number.request", "Number", number(l.Request))
	case l.Change != "":
		r.Number = i18n.T(ctx, "customer.history.number.change", "Number", number(l.Change))
	}
	if l.Denied && l.Code != "" {
		r.Why = i18n.T(ctx, "error."+string(l.Code)+".title")
	}
	return r
}

// RecordHead names the columns of a spreadsheet of records.
func RecordHead(ctx context.Context) []string {
	var out []string
	for _, name := range []string{"time", "who", "role", "what", "details", "number", "outcome"} {
		out = append(out, i18n.T(ctx, "customer.history.col."+name))
	}
	return out
}

// Cells are the record as a row of a spreadsheet.
func (r Record) Cells(ctx context.Context) []string {
	outcome := i18n.T(ctx, "customer.history.done")
	if r.Denied {
		outcome = strings.TrimSuffix(i18n.T(ctx, "customer.event.refused")+": "+r.Why, ": ")
	}
	return []string{r.Time, r.Who, r.Role, r.What, strings.Join(r.Details, "; "), r.Number, outcome}
}

func (l Line) who(ctx context.Context, supplier string) string {
	switch {
	case l.Who != "":
		return l.Who
	case l.Side == "registry":
		return i18n.T(ctx, "customer.history.registry")
	}
	return i18n.T(ctx, "customer.event.supplier", "Supplier", supplier)
}

// details are what the act did, with a sign before what came and what went.
func (l Line) details(ctx context.Context) []string {
	out := []string{}
	for _, names := range []struct {
		key  string
		list []models.Text
	}{{"customer.history.given", l.Given}, {"customer.history.added", l.Added}, {"customer.history.removed", l.Removed}} {
		if len(names.list) > 0 {
			out = append(out, i18n.T(ctx, names.key, "Names", i18n.NamesOf(ctx, names.list)))
		}
	}
	if l.Client != "" {
		out = append(out, i18n.T(ctx, "customer.history.client", "Client", l.Client))
	}
	switch {
	case l.Ends && l.Until.IsZero():
		out = append(out, i18n.T(ctx, "customer.history.no_end"))
	case l.Ends:
		out = append(out, i18n.T(ctx, "customer.history.until", "Date", i18n.DateTime(ctx, l.Until)))
	}
	if l.Stop {
		out = append(out, i18n.T(ctx, "customer.history.stop"))
	}
	if l.Review {
		out = append(out, i18n.T(ctx, "customer.history.review"))
	}
	return out
}

// actText is the sentence for an act.
func actText(ctx context.Context, action string, denied bool, who string) string {
	key := "customer.event." + action
	if !i18n.Has(key) {
		return i18n.T(ctx, "customer.event.other", "Who", who, "Action", action)
	}
	if denied {
		key += ".denied"
	}
	if !i18n.Has(key) {
		return i18n.T(ctx, "customer.event.denied", "Who", who)
	}
	return i18n.T(ctx, key, "Who", who)
}

// about is the page of what the line is about; empty where it is this one.
func (l Line) about() string {
	switch {
	case l.Request != "":
		return paths.Request(l.Request)
	case l.Change != "":
		return paths.Change(l.Change)
	}
	return ""
}

func (v HistoryView) pages() ui.Pages {
	var p ui.Pages
	if v.Page > 1 {
		p.Previous = paths.SystemUserHistoryBy(v.ID, v.Side, v.Page-1)
	}
	if v.Page < v.Pages {
		p.Next = paths.SystemUserHistoryBy(v.ID, v.Side, v.Page+1)
	}
	return p
}

// sides are the choices of the filter: all, and those that did anything.
func (v HistoryView) sides() []string {
	out := []string{""}
	for _, s := range Sides {
		if v.Counts[s] > 0 || s == v.Side {
			out = append(out, s)
		}
	}
	return out
}

func sideName(ctx context.Context, side string) string {
	if side == "" {
		return i18n.T(ctx, "customer.history.all")
	}
	return i18n.T(ctx, "customer.history.side."+side)
}
