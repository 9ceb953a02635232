package web

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/views/clients"
	"github.com/stafett/stafett/views/paths"
)

// overviewSize is how many clients a page of the overview has.
const overviewSize = 50

// ClientOverview handles GET /clients.
func (w *Web) ClientOverview(c echo.Context) error {
	text, page := legibleText(c.QueryParam("q")), 1
	if n, err := strconv.Atoi(c.QueryParam("page")); err == nil {
		page = max(1, n)
	}
	o, err := w.Registry.ClientOverview(c.Request().Context(), actor(c), text, page, overviewSize)
	if err != nil {
		return err
	}
	v := clients.OverView{Text: text, All: o.All}
	for _, u := range o.Agents {
		v.Agents = append(v.Agents, clients.Agent{ID: u.SystemUser.ID, Title: u.SystemUser.Title, Supplier: u.Supplier.Display()})
	}
	for _, one := range o.Clients {
		row := clients.OverRow{Row: clientRow(registry.ClientList{Names: o.Names}, one)}
		for _, u := range o.Served[one.Organisation.OrgNo] {
			row.Agents = append(row.Agents, clients.Agent{ID: u.ID, Title: u.Title})
		}
		v.Rows = append(v.Rows, row)
	}
	at := func(n int) string {
		q := url.Values{}
		if text != "" {
			q.Set("q", text)
		}
		if n > 1 {
			q.Set("page", strconv.Itoa(n))
		}
		return paths.Asked(paths.Clients(), q)
	}
	if o.Page > 1 {
		v.Pages.Previous = at(o.Page - 1)
	}
	if o.Page*overviewSize < o.Found {
		v.Pages.Next = at(o.Page + 1)
	}
	return respond.Page(c, http.StatusOK, clients.Overview(w.Shell(c), v))
}
