package supplier

import (
	"context"
	"slices"

	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/paths"
	"github.com/stafett/stafett/views/ui"
)

// Phrase is a text in the language that it was found in.
type Phrase struct {
	Text string // as the supplier or the catalogue gives it
	Lang string // "nb", "nn" or "en"; empty for the page's own
}

// Item is an access package, a service or one action of a service.
type Item struct {
	Value       string // as catalog.Item.String writes it; what forms send
	Name        Phrase // of the package or the service
	Description Phrase // plain words; may be empty
	Package     bool   // an access package, not a service
	Group       string // area of a package or owner of a service; may be empty
	Action      string // action id of a right; empty for all that the service allows
}

// kind is the word for what the item is.
func (i Item) kind(ctx context.Context) string {
	if i.Package {
		return i18n.T(ctx, "supplier.kind.package")
	}
	return i18n.T(ctx, "supplier.kind.service")
}

// scope says how much of a service is meant; empty for a package.
func (i Item) scope(ctx context.Context) string {
	switch {
	case i.Package:
		return ""
	case i.Action == "":
		return i18n.T(ctx, "supplier.scope.all")
	}
	return i18n.T(ctx, "supplier.scope.only", "Action", action(ctx, i.Action))
}

// label is the item in one line, for where there is room for no more.
func (i Item) label(ctx context.Context) string {
	if i.Package {
		return i.Name.Text + " (" + i.kind(ctx) + ")"
	}
	return i.Name.Text + " (" + i.kind(ctx) + ", " + i.scope(ctx) + ")"
}

// known reports whether we have a word for the action.
func known(id string) bool {
	return slices.Contains([]string{"read", "write", "sign", "confirm", "delete", "instantiate", "complete", "access", "subscribe"}, id)
}

// action is the word for an action of a service. Owners of services may name
// actions as they like; a name that we have no word for is shown as it is.
func action(ctx context.Context, id string) string {
	switch id {
	case "read":
		return i18n.T(ctx, "supplier.action.read")
	case "write":
		return i18n.T(ctx, "supplier.action.write")
	case "sign":
		return i18n.T(ctx, "supplier.action.sign")
	case "confirm":
		return i18n.T(ctx, "supplier.action.confirm")
	case "delete":
		return i18n.T(ctx, "supplier.action.delete")
	case "instantiate":
		return i18n.T(ctx, "supplier.action.instantiate")
	case "complete":
		return i18n.T(ctx, "supplier.action.complete")
	case "access":
		return i18n.T(ctx, "supplier.action.access")
	case "subscribe":
		return i18n.T(ctx, "supplier.action.subscribe")
	}
	return id
}

// statusWord is the name of a request's state.
func statusWord(ctx context.Context, s request.Status) string {
	switch s {
	case request.Pending:
		return i18n.T(ctx, "supplier.status.pending")
	case request.Accepted:
		return i18n.T(ctx, "supplier.status.accepted")
	case request.Rejected:
		return i18n.T(ctx, "supplier.status.rejected")
	case request.Withdrawn:
		return i18n.T(ctx, "supplier.status.withdrawn")
	case request.Expired:
		return i18n.T(ctx, "supplier.status.expired")
	}
	return string(s)
}

// statusColor says the same as statusWord.
func statusColor(s request.Status) ui.Color {
	switch s {
	case request.Pending:
		return ui.Info
	case request.Accepted:
		return ui.Success
	case request.Rejected:
		return ui.Danger
	case request.Expired:
		return ui.Warning
	case request.Withdrawn:
	}
	return ui.Neutral
}

func toSystems(ctx context.Context) ui.Link {
	return ui.Link{Text: i18n.T(ctx, "common.nav.systems"), Href: paths.SupplierSystems()}
}

func toRequests(ctx context.Context) ui.Link {
	return ui.Link{Text: i18n.T(ctx, "common.nav.sent"), Href: paths.SupplierRequests()}
}
