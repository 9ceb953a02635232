package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/views/customer"
	"github.com/stafett/stafett/views/paths"
)

// WishForm handles GET /requests/:id/wish.
func (w *Web) WishForm(c echo.Context) error {
	v, err := w.review(c)
	if err != nil {
		return err
	}
	if !v.CanWish {
		return see(c, paths.Request(v.Request.ID))
	}
	return respond.Page(c, http.StatusOK, customer.AskForChanges(w.Shell(c), wishForm(v, false)))
}

// Wish handles POST /requests/:id/wish.
func (w *Web) Wish(c echo.Context) error {
	id, f, err := posted(c)
	if err != nil {
		return err
	}
	if err = w.Registry.Wish(c.Request().Context(), actor(c), id, one(f, "wish")); err == nil {
		return see(c, paths.Request(id))
	}
	faults := faultsOf(err)
	if faults == nil {
		return w.answered(c, id, request.Pending, nil, err)
	}
	v, err := w.review(c)
	if err != nil {
		return err
	}
	page := wishForm(v, false)
	page.Wish, page.Faults = one(f, "wish"), faults
	return respond.Again(c, customer.AskForChanges(w.Shell(c), page))
}

// WishChangeForm handles GET /changes/:id/wish.
func (w *Web) WishChangeForm(c echo.Context) error {
	v, err := w.change(c)
	if err != nil {
		return err
	}
	if !v.CanWish {
		return see(c, paths.Change(v.Change.ID))
	}
	return respond.Page(c, http.StatusOK, customer.AskForChanges(w.Shell(c), wishForm(v.Review, true)))
}

// WishChange handles POST /changes/:id/wish.
func (w *Web) WishChange(c echo.Context) error {
	id, f, err := posted(c)
	if err != nil {
		return err
	}
	if err = w.Registry.WishChange(c.Request().Context(), actor(c), id, one(f, "wish")); err == nil {
		return see(c, paths.Change(id))
	}
	faults := faultsOf(err)
	if faults == nil {
		return w.changeAnswered(c, request.Pending, nil, err)
	}
	v, err := w.change(c)
	if err != nil {
		return err
	}
	page := wishForm(v.Review, true)
	page.Wish, page.Faults = one(f, "wish"), faults
	return respond.Again(c, customer.AskForChanges(w.Shell(c), page))
}

func wishForm(v registry.Review, change bool) customer.WishView {
	return customer.WishView{
		ID: v.Request.ID, Change: change, Program: v.System.Name, Supplier: v.Supplier.Display(), Wish: v.Request.Wish.Text,
	}
}
