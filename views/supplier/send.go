package supplier

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/ui"
)

// Send is the form that asks a customer for a system user, as it was filled in
// so far.
type Send struct {
	SystemID     string            // of the system that asks
	System       Phrase            // its name
	Customer     string            // field customer: organisation number, as typed
	ExternalRef  string            // field external_ref; may be empty
	Title        string            // field title; may be empty
	NotifyEmail  string            // field notify_email: whom to tell of it; may be empty
	Items        []SendItem        // field items, repeated: all that the system asks for
	RedirectURLs []string          // registered for the system; may be empty
	RedirectURL  string            // field redirect_url: the one chosen, or empty for none
	Faults       map[string]string // fault key by field, as request.New names them, and customer
	Conflict     models.Code       // request.exists or systemuser.exists; empty for none
}

// SendItem is an item that may be asked of the customer.
type SendItem struct {
	Ask
	Chosen bool // ticked; all are when the form is new
}

// checks are the items as boxes.
func (v Send) checks(ctx context.Context) []ui.Check {
	out := make([]ui.Check, len(v.Items))
	for i, item := range v.Items {
		out[i] = ui.Check{Value: item.Value, Label: item.label(ctx), Help: item.Purpose.Text, Checked: item.Chosen}
	}
	return out
}

// options are the addresses to choose among, none first.
func (v Send) options(ctx context.Context) []ui.Option {
	out := []ui.Option{{Label: i18n.T(ctx, "supplier.send.redirect.none"), Selected: v.RedirectURL == ""}}
	for _, u := range v.RedirectURLs {
		out = append(out, ui.Option{Value: u, Label: u, Selected: u == v.RedirectURL})
	}
	return out
}

// itemsFault is the fault of the list, or the first of its members.
func (v Send) itemsFault() string {
	if key := v.Faults["items"]; key != "" {
		return key
	}
	for _, field := range slices.Sorted(maps.Keys(v.Faults)) {
		if strings.HasPrefix(field, "items[") {
			return v.Faults[field]
		}
	}
	return ""
}

// faulty lists the faults in the order of the form, each with its field.
func (v Send) faulty(ctx context.Context) []ui.Faulty {
	var out []ui.Faulty
	add := func(name, label, key string) {
		if key != "" {
			out = append(out, ui.Faulty{ID: ui.ID(name), Label: label, Fault: key})
		}
	}
	add("customer", i18n.T(ctx, "supplier.send.customer"), v.Faults["customer"])
	add("items", i18n.T(ctx, "supplier.send.items"), v.itemsFault())
	add("external_ref", i18n.T(ctx, "supplier.send.ref"), v.Faults["external_ref"])
	add("title", i18n.T(ctx, "supplier.send.title"), v.Faults["title"])
	add("notify_email", i18n.T(ctx, "supplier.send.notify"), v.Faults["notify_email"])
	if len(v.RedirectURLs) > 0 {
		add("redirect_url", i18n.T(ctx, "supplier.send.redirect"), v.Faults["redirect_url"])
	}
	return out
}
