package supplier

import (
	"context"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/ui"
)

// Own is the form that sets up a program of the organisation's own. Of the
// register form it has the names, the first client, the search and the items.
type Own struct {
	Register
	ForItself  bool    // field uses
	ForClients bool    // field uses
	Until      string  // field until, as typed
	Need       ui.Need // what the reader must do before he may grant anything
	Manager    bool    // the reader administers access
	Managers   []string
	StruckOff  bool
	Refused    bool   // a press was just refused, since the reader may not grant all of it
	Link       string // whole address of the page, to hand to somebody who can
}

// The values of the field uses.
const (
	UseItself  = "itself"
	UseClients = "clients"
)

// client is the one client of the program.
func (v Own) client() Client { return v.clientRows()[0] }

// faulty lists the faults in the order of the form, each with its field.
func (v Own) faulty(ctx context.Context) []ui.Faulty {
	var out []ui.Faulty
	add := func(field, id, label string) {
		if key := v.Faults[field]; key != "" {
			out = append(out, ui.Faulty{ID: id, Label: label, Fault: key})
		}
	}
	add("name.nb", ui.ID("name_nb"), i18n.T(ctx, "own.name"))
	add("name.nn", ui.ID("name_nn"), nameLabel(ctx, models.NN))
	add("name.en", ui.ID("name_en"), nameLabel(ctx, models.EN))
	add("uses", ui.ID("uses"), i18n.T(ctx, "own.uses"))
	add("asks", ui.ID("q"), i18n.T(ctx, "own.asks"))
	for i, a := range v.Asks {
		add(member("asks", i), row("ask", i), a.Name.Text)
	}
	add("clients[0]", ui.ID("client_id"), i18n.T(ctx, "supplier.client.id"))
	add("until", ui.ID("until"), i18n.T(ctx, "own.until"))
	return out
}

// goes says which system user gets the item.
func (g Grant) goes(ctx context.Context) string {
	var to []string
	if g.ForItself {
		to = append(to, i18n.T(ctx, "own.goes.itself"))
	}
	if g.ForClients {
		to = append(to, i18n.T(ctx, "own.goes.clients"))
	}
	if len(to) == 0 {
		return ""
	}
	return i18n.T(ctx, "own.goes", "To", i18n.Names(ctx, to))
}

// Ready tells what to put into a program that has been set up.
type Ready struct {
	SystemID string
	Program  models.Text
	Client   Client
	Users    []ReadyUser
}

// ReadyUser is one system user of it.
type ReadyUser struct {
	ID      models.ID
	Agent   bool
	Details string // authorization_details of a token request, as JSON
	Ref     string // external reference; empty when the organisation's number is it
}

func (u ReadyUser) title() string {
	if u.Agent {
		return "own.ready.clients"
	}
	return "own.ready.itself"
}
