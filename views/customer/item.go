package customer

import (
	"context"
	"slices"
	"strings"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/ui"
)

// Org is an organisation as a page names it.
type Org struct {
	Name string // legal name
	No   string // nine digits
}

// Item is one thing that is asked for, or has been given.
type Item struct {
	Package bool          // an access package; otherwise a single service
	Name    models.Text   // of the package or the service
	About   models.Text   // the catalogue's description; may be empty
	Owner   string        // short name of the service's owner; may be empty
	Action  string        // the only thing that may be done in the service; empty means everything it allows
	Purpose models.Text   // the supplier's words for why; may be empty
	Within  []models.Text // the services in the package
	Had     int           // how many services it has already by something else: in a package, the last of Within
	// Area is what a package is about, by the catalogue; items are grouped by
	// it, and services by their owner.
	Area      models.Text
	Sensitive catalog.Sensitivity // why it deserves a second look; empty for most
	Actions   []string            // all that can be done in the service, where the catalogue lists it
	Cause     policy.Cause        // why the reader may not give it; empty when he may
	Agent     bool                // it is for the organisation's clients, so the reader needs not have it
	Others    []string            // names of those who may, when the reader may not
	Changed   bool                // it is not as the reader saw it last
	New       bool                // it was not there when the reader saw it last
	// Optional: the supplier says that its system works without it. In the form
	// of a yes, Key stands in the field "optional" for each such item, and in the
	// field "with" as well for each that is to be given: what cannot be given is
	// not in "with".
	Optional bool
	Key      string // what the form calls it, and what its supplier and its owner do
	Left     bool   // the reader chose to leave it out, in an answer that was refused
	Offer    Offer  // what helps, when the reader may not give it
	Code     string // what to tell the supplier or us then, to be copied
	Lost     bool   // it was given, but the system no longer asks for it and so does not have it
}

// tone is how a list of items is told: as something that is had, or as
// something that was.
type tone int

const (
	given tone = iota + 1
	past
)

// state is the key of the word for what a reader should know of the item before
// he reads it; empty for nothing.
func state(it Item) string {
	switch {
	case it.New:
		return "customer.item.new"
	case it.Changed:
		return "customer.item.changed"
	case OfferFor(it.Cause) == OfferSupplier:
		return "customer.item.nobodys"
	case it.Optional && it.Cause != "":
		return "customer.item.optional.not_yours"
	case it.Cause != "":
		return "customer.item.not_yours"
	case it.Optional:
		return "customer.item.optional"
	}
	return ""
}

func stateColor(it Item) ui.Color {
	if !it.New && !it.Changed && it.Cause != "" {
		return ui.Warning
	}
	return ui.Info
}

// refused reports whether the reader may give all the items.
func refused(items []Item) bool {
	return slices.ContainsFunc(items, func(it Item) bool { return it.Cause != "" })
}

// counted says how many packages and services there are: "2 tilgangspakker og
// 1 enkelttjeneste".
func counted(ctx context.Context, items []Item) string {
	packages := 0
	for _, it := range items {
		if it.Package {
			packages++
		}
	}
	var parts []string
	if packages > 0 {
		parts = append(parts, i18n.N(ctx, "customer.packages", packages))
	}
	if services := len(items) - packages; services > 0 {
		parts = append(parts, i18n.N(ctx, "customer.services", services))
	}
	return i18n.Names(ctx, parts)
}

// mostNamed is how many items of a kind a sentence names before it counts the
// rest.
const mostNamed = 3

// number is the short form of an id that people can read to each other.
func number(id models.ID) string {
	head, _, _ := strings.Cut(string(id), "-")
	return strings.ToUpper(head)
}

// host is the site of an address, as shown beside a link that leaves ours.
func host(address string) string {
	_, rest, _ := strings.Cut(address, "://")
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		rest = rest[:i]
	}
	return rest
}

// can is the key of the sentence that says that the reader may.
func can(it Item) string {
	if it.Agent {
		return "customer.item.can.agent"
	}
	return "customer.item.can"
}

// Offer is what a page offers a reader who may not give an item.
type Offer string

// The offers. Each cause has one (customer-ux.md 1.10).
const (
	OfferNone     Offer = ""
	OfferForward  Offer = "forward"  // somebody else can give it
	OfferLogin    Offer = "login"    // the reader can, after a login that is sure enough
	OfferSupplier Offer = "supplier" // nobody can, by a fault of the supplier's: tell it, with the code
)

// OfferFor is what helps a reader who may not give an item for that cause.
func OfferFor(c policy.Cause) Offer {
	switch c {
	case policy.Level:
		return OfferLogin
	case policy.NotManager, policy.MissingRole, policy.MissingPack, policy.NotPassedOn:
		return OfferForward
	case policy.NotDelegable, policy.UnknownCause, policy.NotAsked:
		return OfferSupplier
	}
	return OfferNone
}
