package customer

import (
	"cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/views/ui"
)

// user is the system user that the receipt is about. One that came of a request
// has its id.
func (v ReceiptView) user() models.ID { return cmp.Or(v.User, v.ID) }

// toClients reports whether the next thing is to choose clients, without whom an
// agent system user can do nothing.
func (v ReceiptView) toClients() bool { return v.Agent && v.Approved && !v.Change && !v.Revoked }

// backVariant keeps the way back behind what is left to do here.
func (v ReceiptView) backVariant() ui.Variant {
	if v.toClients() {
		return ui.Secondary
	}
	return ui.Primary
}

// headings are the keys over what came and what went by a change, or would have.
func (v ReceiptView) headings() (added, removed string) {
	if v.Approved {
		return "customer.change.added.done", "customer.change.removed.done"
	}
	return "customer.change.added.past", "customer.change.removed.past"
}

// tone is how the items of a part of a change are told: as had, or not.
func (v ReceiptView) tone(p sign) tone {
	if !v.Revoked && (p == equal || p == plus && v.Approved) {
		return given
	}
	return past
}
