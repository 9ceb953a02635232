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

// Named is a person as the pages name one.
type Named struct {
	Name   string
	Erased bool // we have deleted what we knew
}

func (n Named) in(ctx context.Context) string { return i18n.PersonName(ctx, n.Name, n.Erased) }

// Sent is a request that somebody has sent on to somebody who can answer.
type Sent struct {
	ID     models.ID // of the forwarding
	From   Named
	To     Named
	At     time.Time
	Due    time.Time // zero when no day was given; the moment at which it ends
	Note   string    // for him who wrote it and him whom it is for; empty for everybody else
	Mine   bool      // the reader sent it
	ToMe   bool      // it was sent to the reader
	Answer bool      // it still waits for an answer
}

// ForwardView is the form that sends a request on.
type ForwardView struct {
	ID       models.ID
	Change   bool // a change request
	Program  models.Text
	Supplier string
	Deadline time.Time
	People   []Answerer // who can approve all of it, but for the reader
	Reader   bool       // the reader can, too
	Missing  []Item     // what nobody can give, when nobody can approve all of it
	Givers   []string   // names of those who may give others power, then
	To       string     // as chosen last
	Note     string     // as typed last
	Due      string     // as typed last
	Faults   []models.FieldError
}

// Answerer is somebody who can approve all of it.
type Answerer struct {
	ID    models.ID
	Name  string
	Roles []models.Text
	Sent  bool // the reader has sent it to him already
}

// page is where the request is shown.
func (v ForwardView) page() string { return requestPage(v.Change, v.ID) }

func (v ForwardView) forward() string {
	if v.Change {
		return paths.ChangeForward(v.ID)
	}
	return paths.RequestForward(v.ID)
}

// left are those whom the reader has not sent it to yet.
func (v ForwardView) left() []Answerer {
	var left []Answerer
	for _, p := range v.People {
		if !p.Sent {
			left = append(left, p)
		}
	}
	return left
}

// already names those whom he has.
func (v ForwardView) already() []string {
	var names []string
	for _, p := range v.People {
		if p.Sent {
			names = append(names, p.Name)
		}
	}
	return names
}

// faulty leads from the top of the form to its fields.
func (v ForwardView) faulty(ctx context.Context) []ui.Faulty {
	labels := map[string]string{"to": "customer.forward.to", "note": "customer.forward.note", "due": "customer.forward.due"}
	var out []ui.Faulty
	for _, f := range v.Faults {
		out = append(out, ui.Faulty{ID: ui.ID(f.Field), Label: i18n.T(ctx, labels[f.Field]), Fault: f.Fault})
	}
	return out
}

// rolesOf is what somebody is, in a line.
func rolesOf(ctx context.Context, roles []models.Text) string {
	words := make([]string, len(roles))
	for i, r := range roles {
		words[i] = i18n.Within(ctx, i18n.In(ctx, r))
	}
	return strings.Join(words, ", ")
}
