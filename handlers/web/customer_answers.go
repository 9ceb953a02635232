package web

import (
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/views/customer"
)

// answerFails tells the faults after which the page of the request comes back
// and says what has happened, or what was wrong with what was left out.
func answerFails(err error) bool {
	return faultsOf(err) != nil || slices.Contains([]models.Code{
		models.CodeRequestChanged, models.CodeRequestDecided, models.CodeRequestExpired, models.CodeRequestNotGranted,
		models.CodeUserExists, models.CodeUserRevoked, models.CodeSystemDeleted,
	}, models.CodeOf(err))
}

// left is what the person leaves out: what he could, and did not mark to be
// given.
func left(f map[string][]string) []catalog.Item {
	var out []catalog.Item
	for _, key := range f["optional"] {
		if item, ok := catalog.ParseItem(key); ok && !slices.Contains(f["with"], key) {
			out = append(out, item)
		}
	}
	return out
}

// keepChoice shows what the person left out as he did.
func keepChoice(page *customer.ReviewView, f map[string][]string) {
	for i, it := range page.Items {
		page.Items[i].Left = slices.Contains(f["optional"], it.Key) && !slices.Contains(f["with"], it.Key)
	}
}

// repeats reports whether the person has given the very answer that he gives
// again, with a second press or from another tab.
func repeats(c echo.Context, v registry.Review, wanted request.Status) bool {
	return v.Status == wanted && v.Request.DecidedBy == models.ID(actor(c).ID)
}

// notAnswered has the page say why the answer of the form could not be taken. It
// returns what is not as the person saw it, by since, when that is why.
func (w *Web) notAnswered(
	c echo.Context, page *customer.ReviewView, f map[string][]string, why error, since func(seen string) registry.Drift,
) (registry.Drift, error) {
	code := models.CodeOf(why)
	respond.Failed(c, code)
	page.Late, page.Faults = code == models.CodeRequestDecided, faultsOf(why)
	keepChoice(page, f)
	if page.Changed = code == models.CodeRequestChanged || code == models.CodeRequestNotGranted; !page.Changed {
		return registry.Drift{}, nil
	}
	drift := since(one(f, "seen"))
	for _, part := range drift.Parts {
		page.Parts = append(page.Parts, customer.Part(part))
	}
	if len(drift.Gone) == 0 {
		return drift, nil
	}
	catalogue, err := w.Registry.Catalog(c.Request().Context())
	if err != nil {
		return drift, err
	}
	page.Dropped = itemsByCatalogue(catalogue, drift.Gone)
	return drift, nil
}

// mark shows which of the items are not as the person saw them.
func mark(items []customer.Item, asked []registry.Asked, drift registry.Drift) {
	for i, a := range asked {
		items[i].Changed, items[i].New = slices.Contains(drift.Changed, a.Item), slices.Contains(drift.New, a.Item)
	}
}

// parted shows what was given and what was left out.
func parted(asked []registry.Asked, out []catalog.Item) (given, leftOut []customer.Item) {
	for i, it := range itemViews(asked) {
		if slices.Contains(out, asked[i].Item) {
			leftOut = append(leftOut, it)
		} else {
			given = append(given, it)
		}
	}
	return given, leftOut
}

// codes gives each item that nobody can give what to tell its supplier: the
// cause, the item and the request.
func codes(items []customer.Item, id models.ID) {
	for i, it := range items {
		if it.Offer == customer.OfferSupplier {
			items[i].Code = strings.Join([]string{string(it.Cause), it.Key, string(id)}, " ")
		}
	}
}

func wishView(v registry.Review) customer.Wish {
	return customer.Wish{Text: v.Request.Wish.Text, By: v.WishedBy.Name, At: v.Request.Wish.At}
}

// returnWithin is how long after an answer its receipt still goes back to the
// supplier by itself.
const returnWithin = time.Minute

// receiptView is what the receipts of both kinds of requests have in common.
func (w *Web) receiptView(c echo.Context, v registry.Review) customer.ReceiptView {
	page := customer.ReceiptView{
		ID: v.Request.ID, Approved: v.Status == request.Accepted, Program: v.System.Name, Supplier: orgView(v.Supplier),
		Customer: orgView(v.Customer), DecidedAt: v.Request.DecidedAt, DecidedBy: v.DecidedBy.Name, Reason: v.Request.Reason,
		Reference: reference(v.Request.ExternalRef, v.Request.Customer), ReturnURL: returnURL(v.RequestView),
		Role: v.Role, Portal: site(v.Portal),
	}
	fresh := w.Registry.Now().Sub(v.Request.DecidedAt) < returnWithin && v.Request.DecidedBy == models.ID(actor(c).ID)
	page.Returning = fresh && page.ReturnURL != "" && c.QueryParam("returning") != ""
	return page
}
