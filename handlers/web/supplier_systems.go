package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/supplier"
)

// Systems handles GET /supplier/systems.
func (w *Web) Systems(c echo.Context) error {
	all, err := w.Registry.Systems(c.Request().Context(), actor(c))
	if err != nil {
		return err
	}
	l := i18n.Lang(c.Request().Context())
	var v supplier.Systems
	for _, s := range all {
		v.Systems = append(v.Systems, supplier.SystemRow{
			ID: string(s.System.ID), Name: phrase(s.System.Name, l), Asks: len(s.System.Asks), Customers: s.Customers,
			Visible: s.System.Visible, CreatedAt: s.System.CreatedAt,
		})
	}
	return respond.Page(c, http.StatusOK, supplier.SystemsPage(w.Shell(c), v))
}

// System handles GET /supplier/systems/:id.
func (w *Web) System(c echo.Context) error {
	id, err := system.ParseID(c.Param("id"))
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	s, err := w.Registry.System(ctx, actor(c), id)
	if err != nil {
		return err
	}
	sent, err := w.Registry.SentRequests(ctx, actor(c), id)
	if err != nil {
		return err
	}
	catalogue, err := w.Registry.Catalog(ctx)
	if err != nil {
		return err
	}
	l := i18n.Lang(ctx)
	v := supplier.System{
		ID: string(id), Heading: phrase(s.System.Name, l), Name: s.System.Name, Description: s.System.Description,
		RedirectURLs: s.System.RedirectURLs, Requests: requestRows(sent, l), Customers: s.Customers,
		Visible: s.System.Visible, Deleted: s.System.Deleted, CreatedAt: s.System.CreatedAt,
	}
	for _, a := range s.System.Asks {
		v.Asks = append(v.Asks, supplier.Ask{Item: supplierItem(catalogue, a.Item, l), Purpose: phrase(a.Purpose, l)})
	}
	for _, client := range s.System.Clients {
		v.Clients = append(v.Clients, supplier.Client{Issuer: client.Issuer, ID: client.ID})
	}
	return respond.Page(c, http.StatusOK, supplier.SystemPage(w.Shell(c), v))
}
