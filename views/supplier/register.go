package supplier

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/paths"
	"github.com/stafett/stafett/views/ui"
)

// Register is the form for a new system, as it was filled in so far. It posts
// everything to itself; the button's op says what was meant: save, search,
// add:<item>, remove:<item>, add-client, remove-client:<i>, add-url,
// remove-url:<i>.
type Register struct {
	OrgNo        string            // the supplier's, the fixed beginning of the id
	Name         models.Text       // fields name_nb, name_nn, name_en
	Description  models.Text       // fields description_nb, description_nn, description_en
	IDName       string            // field id_name: what follows OrgNo and "_"
	Issuers      []string          // trusted issuers that a client may belong to
	Clients      []Client          // fields client_issuer and client_id, repeated
	Query        string            // field q: what was searched for
	Results      []Result          // of the search; best first
	More         bool              // there are more results than these
	Asks         []Chosen          // fields asks, purpose_nb, purpose_nn, purpose_en, repeated
	RedirectURLs []string          // field redirect_urls, repeated
	Visible      bool              // field visible
	Faults       map[string]string // fault key by field, as system.System.Faults names them
	Done         Done              // what the last button did; where the focus goes
	Post         string            // where the form goes; the register form's own address when empty
	Own          bool              // of a program of the organisation's own: no purposes, but what the reader may grant
	DoneName     string            // name of the item that was added or removed
}

// Done is what a press of a button other than save did.
type Done string

// What can have been done.
const (
	Nothing       Done = ""
	Searched      Done = "search"
	Added         Done = "add"
	Removed       Done = "remove"
	ClientAdded   Done = "add-client"
	ClientRemoved Done = "remove-client"
	URLAdded      Done = "add-url"
	URLRemoved    Done = "remove-url"
)

// Result is one hit in the catalogue.
type Result struct {
	Item
	Added   bool     // the item stands in the list already
	Actions []Action // that can be asked for alone; none for a package
}

// Action is one action of a service.
type Action struct {
	ID    string // as the service names it
	Value string // of the item, resource#action
	Added bool   // stands in the list already
}

// Chosen is an item that the system will ask for.
type Chosen struct {
	Item
	Purpose  models.Text // why, in at least one language
	Optional bool        // the system works without it
	Grant    Grant       // of a program of the organisation's own
}

// Grant is whether the reader may grant an item, and to what.
type Grant struct {
	Cause      string   // why he may not, as policy.Cause; empty when he may
	Others     []string // names of those who may, when he may not
	ForItself  bool     // the system user for the organisation itself gets it
	ForClients bool     // the one for its clients gets it
}

// The parts of the form that are swapped alone, by the id of their element.
const (
	partAsks    = "asks"
	partClients = "clients"
	partURLs    = "urls"
)

// live makes a button send the form and swap only the part that it changes.
// Without script the whole page comes, and shows that part.
func (v Register) live(part string) templ.Attributes {
	return templ.Attributes{
		"formaction": v.post() + "#" + part,
		"hx-post":    v.post(),
		"hx-target":  "#" + part,
		"hx-select":  "#" + part,
		"hx-swap":    "outerHTML",
		"hx-sync":    "closest form:drop",
	}
}

// post is where the form goes.
func (v Register) post() string {
	if v.Post != "" {
		return v.Post
	}
	return paths.SupplierNewSystem()
}

// asks is the key of the heading of what it asks for.
func (v Register) asks() string {
	if v.Own {
		return "own.asks"
	}
	return "supplier.register.asks"
}

func (v Register) asksHelp() string {
	if v.Own {
		return "own.asks.help"
	}
	return "supplier.register.asks.help"
}

// clientRows are the clients, or a row to begin with.
func (v Register) clientRows() []Client {
	if len(v.Clients) == 0 {
		return []Client{{}}
	}
	return v.Clients
}

// urlRows are the addresses, or a row to begin with.
func (v Register) urlRows() []string {
	if len(v.RedirectURLs) == 0 {
		return []string{""}
	}
	return v.RedirectURLs
}

// fault is the key of the i-th member's fault, as in clients[2].
func (v Register) fault(field string, i int) string { return v.Faults[member(field, i)] }

func member(field string, i int) string { return fmt.Sprintf("%s[%d]", field, i) }

// row makes the id of the i-th field of its name.
func row(name string, i int) string { return ui.ID(name) + "-" + strconv.Itoa(i) }

// in returns the text of the language, without falling back on another.
func in(t models.Text, l models.Language) string {
	if s, of := t.In(l); of == l {
		return s
	}
	return ""
}

// faulty lists the faults in the order of the form, each with its field.
func (v Register) faulty(ctx context.Context) []ui.Faulty {
	left := maps.Clone(v.Faults)
	var out []ui.Faulty
	add := func(field, id, label string) {
		if key := left[field]; key != "" {
			out = append(out, ui.Faulty{ID: id, Label: label, Fault: key})
		}
		delete(left, field)
	}
	for _, l := range models.Languages() {
		add("name."+string(l), ui.ID("name_"+string(l)), nameLabel(ctx, l))
	}
	for _, l := range models.Languages() {
		add("description."+string(l), ui.ID("description_"+string(l)), descriptionLabel(ctx, l))
	}
	add("id", ui.ID("id_name"), i18n.T(ctx, "supplier.id"))
	add("asks", ui.ID("q"), i18n.T(ctx, "supplier.register.asks"))
	for i, a := range v.Asks {
		add(member("asks", i), row("ask", i), a.Name.Text)
		add(member("purpose", i), row("purpose_nb", i), i18n.T(ctx, "supplier.purpose.of", "Name", a.Name.Text))
	}
	add("clients", partClients, i18n.T(ctx, "supplier.clients"))
	for i := range v.clientRows() {
		add(member("clients", i), row("client_id", i), i18n.T(ctx, "supplier.client", "N", i+1))
	}
	add("redirect_urls", partURLs, i18n.T(ctx, "supplier.urls"))
	for i := range v.urlRows() {
		add(member("redirect_urls", i), row("redirect_urls", i), i18n.T(ctx, "supplier.url", "N", i+1))
	}
	for _, field := range slices.Sorted(maps.Keys(left)) { // no fault may be lost
		add(field, "main", field)
	}
	return out
}

func nameLabel(ctx context.Context, l models.Language) string {
	switch l {
	case models.NN:
		return i18n.T(ctx, "supplier.name.nn")
	case models.EN:
		return i18n.T(ctx, "supplier.name.en")
	case models.NB:
	}
	return i18n.T(ctx, "supplier.name.nb")
}

func descriptionLabel(ctx context.Context, l models.Language) string {
	switch l {
	case models.NN:
		return i18n.T(ctx, "supplier.description.nn")
	case models.EN:
		return i18n.T(ctx, "supplier.description.en")
	case models.NB:
	}
	return i18n.T(ctx, "supplier.description.nb")
}
