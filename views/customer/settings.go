package customer

import (
	"context"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/systemuser"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/ui"
)

// SettingsView is what can be changed of a system user.
type SettingsView struct {
	User     SystemUserView
	Version  int64               // of what is shown; a new end comes back with it
	Lacking  []Item              // what the reader may not grant, so that he may not let it go on for longer; Others may
	Managers []string            // names of who may change it, when the reader may not
	Choices  []Choice            // what may be taken from it; at least two, or it is to be revoked
	Faults   []models.FieldError // of what was typed
	NewTitle string              // as typed
	Reason   string
	Until    string
	Changed  string // key of what has happened meanwhile; empty for nothing
}

// Choice is one thing that the system user holds, to be chosen.
type Choice struct {
	Value string // as a form sends it
	Item  Item
	On    bool
}

// NarrowView shows what goes with some of what a system user holds.
type NarrowView struct {
	ID       models.ID
	Title    string
	Program  models.Text
	Supplier string
	Agent    bool
	Values   []string // as the form sends them
	Seen     string   // digest of what is shown
	Items    []Item
	Kept     []Item
	Gone     []Service
	Stay     []Service
	Clients  int  // organisations that an agent serves
	Changed  bool // it is not as it was shown before
}

// Service is one service that goes, or stays.
type Service struct {
	Name   models.Text
	Action string        // the only thing that may be done there; empty for everything
	By     []models.Text // names of what still gives it, or something of it
}

// stopped reports whether anybody has paused it.
func (v SystemUserView) stopped() bool { return v.pausers() > 0 }

// pausers counts who has.
func (v SystemUserView) pausers() int {
	n := 0
	for _, paused := range []bool{v.Paused, v.Held, !v.Suspended.IsZero()} {
		if paused && v.Status == systemuser.Active {
			n++
		}
	}
	return n
}

// changedText is what more is said of what has happened meanwhile.
var changedText = map[string]string{
	"keep.changed.conflict":    "keep.changed.conflict.text",
	"keep.changed.not_paused":  "keep.changed.not_paused.text",
	"keep.changed.not_granted": "keep.changed.not_granted.text",
}

// DoneText says what was just done to u, which done names. It is empty for a word
// that is none, and where u says otherwise, as on a page that is opened anew.
func DoneText(ctx context.Context, done string, u SystemUserView) string {
	paused := !u.Suspended.IsZero()
	switch {
	case u.Status != systemuser.Active:
	case done == "renamed":
		return i18n.T(ctx, "keep.done.renamed")
	case done == "removed":
		return i18n.T(ctx, "keep.done.removed")
	case done == "paused" && paused:
		return i18n.T(ctx, "keep.done.paused")
	case done == "resumed" && !paused && u.stopped():
		return i18n.T(ctx, "keep.done.resumed_held")
	case done == "resumed" && !paused:
		return i18n.T(ctx, "keep.done.resumed")
	case done == "ends" && !u.Until.IsZero():
		return i18n.T(ctx, "keep.done.ends")
	case done == "endless" && u.Until.IsZero():
		return i18n.T(ctx, "keep.done.endless")
	}
	return ""
}

// settingFaults are the lines of the summary, in the order of the page.
func settingFaults(ctx context.Context, v SettingsView) []ui.Faulty {
	var out []ui.Faulty
	for _, field := range []string{"title", "reason", "until", "items"} {
		if f := ui.Fault(v.Faults, field); f != "" {
			out = append(out, ui.Faulty{ID: ui.ID(field), Label: i18n.T(ctx, "keep.field."+field), Fault: f})
		}
	}
	return out
}

// checks are the boxes of what may be taken.
func (v SettingsView) checks(ctx context.Context) []ui.Check {
	out := make([]ui.Check, len(v.Choices))
	for i, c := range v.Choices {
		out[i] = ui.Check{Value: c.Value, Label: power(ctx, c.Item.Name, c.Item.Action), Checked: c.On}
		switch {
		case c.Item.Lost:
			out[i].Help = i18n.T(ctx, "keep.choice.lost")
		case c.Item.Package:
			out[i].Help = i18n.N(ctx, "keep.choice.package", len(c.Item.Within))
		case c.Item.Action == "":
			out[i].Help = i18n.T(ctx, "keep.choice.service")
		}
	}
	return out
}

// power names a package or a service, with what may be done there when that is
// not everything.
func power(ctx context.Context, name models.Text, action string) string {
	if action == "" {
		return i18n.In(ctx, name)
	}
	return capital(act(ctx, action, i18n.T(ctx, "customer.quoted", "Name", i18n.In(ctx, name))))
}
