package customer

import (
	"context"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/systemuser"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/ui"
)

// SystemUserView is the page of one system user.
type SystemUserView struct {
	ID         models.ID
	Title      string
	Program    models.Text
	About      models.Text // the supplier's description of the system; may be empty
	Supplier   Org
	Items      []Item // what was given; Lost says what is no longer had
	Status     systemuser.Status
	Agent      bool             // it works for clients, and for its own organisation not at all
	Gone       bool             // the supplier has retired the system
	StruckOff  bool             // the organisation is struck off its register
	Paused     bool             // it can use nothing for now, therefore
	Held       bool             // its supplier has paused it
	EndedBy    systemuser.Ender // empty while it lives
	Reference  string           // the supplier's own; empty when it gave none
	Created    time.Time
	ApprovedBy string    // name; empty when not known
	LastUsed   time.Time // zero for never
	Use        Use       // told where its Now is set
	Until      time.Time // when it ends by itself; zero for never
	Ended      time.Time // when it did; zero while it lives
	History    []Event   // oldest first
	Suspended  time.Time // since when the organisation has paused it; zero when it has not
	Reason     string    // why, in its words
	Waiting    []Waiting // changes that wait for an answer
	Manage     bool      // the reader may change it
	Need       ui.Need   // what he must do before he lets it go on
}

// Waiting is a change request that waits for an answer.
type Waiting struct {
	ID   models.ID
	Sent time.Time
}

// Event is one line of a history.
type Event struct {
	At      time.Time
	Action  string        // a policy.Action, as the audit log writes it
	Who     string        // name of the person; empty for somebody at the supplier
	Role    models.Text   // by which the person could; may be empty
	Denied  bool          // it was tried, and refused
	Code    models.Code   // why it was refused
	Added   []models.Text // names of what it added to what the system user may do
	Removed []models.Text // and of what it took away
}

// hasClients reports whether there is a page of its clients.
func (v SystemUserView) hasClients() bool { return v.Agent && v.Status != systemuser.Revoked }

// RevokeView asks whether to withdraw a system user.
type RevokeView struct {
	ID       models.ID
	Title    string
	Program  models.Text
	Held     int       // how many packages and services it has now
	LastUsed time.Time // zero for never
}

// told is the sentence for an event.
func told(ctx context.Context, e Event, supplier string) string {
	who := e.Who
	if who == "" {
		who = i18n.T(ctx, "customer.event.supplier", "Supplier", supplier)
	}
	key := "customer.event." + e.Action
	if !i18n.Has(key) {
		return i18n.T(ctx, "customer.event.other", "Who", who, "Action", e.Action)
	}
	if e.Denied {
		key += ".denied"
	}
	if !i18n.Has(key) {
		return i18n.T(ctx, "customer.event.denied", "Who", who)
	}
	return i18n.T(ctx, key, "Who", who)
}

func userTone(v SystemUserView) tone {
	if v.Status == systemuser.Active && !v.Gone && !v.Paused && !v.Held && v.Suspended.IsZero() {
		return given
	}
	return past
}

// userLead is the key of what a system user in use can do.
func userLead(v SystemUserView) string {
	if v.Agent {
		return "customer.user.lead.agent"
	}
	return "customer.user.lead"
}
