package web

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/systemuser"
	"github.com/stafett/stafett/views/customer"
	"github.com/stafett/stafett/views/paths"
)

// SystemUser handles GET /systemusers/:id.
func (w *Web) SystemUser(c echo.Context) error {
	page, err := w.systemUser(c)
	if err != nil {
		return err
	}
	v := userView(page)
	v.Use = useView(page, w.Registry.Now())
	return respond.Page(c, http.StatusOK, customer.SystemUser(w.Shell(c), v))
}

// userView shows a system user.
func userView(page registry.SystemUserPage) customer.SystemUserView {
	u := page.SystemUser
	v := customer.SystemUserView{
		ID: u.ID, Title: u.Title, Program: page.System.Name, About: page.System.Description, Supplier: orgView(page.Supplier),
		Items: itemViews(page.Asked), Status: u.Status, Agent: u.Kind == systemuser.Agent, Gone: page.System.Deleted,
		StruckOff: !page.StruckOff.IsZero(), Paused: u.Paused != "", Held: !u.SupplierPaused.IsZero(), EndedBy: u.RevokedBy, Until: u.ValidTo, Reference: reference(u.ExternalRef, u.Customer),
		Created: u.CreatedAt, LastUsed: page.Use.Last, Ended: u.RevokedAt,
		Suspended: u.CustomerPaused, Reason: u.PauseReason, Manage: page.Care.Manage, Need: need(page.Care.Again),
	}
	for i, a := range page.Asked {
		v.Items[i].Lost = slices.Contains(page.Lost, a.Item)
	}
	for _, one := range page.Care.Waiting {
		v.Waiting = append(v.Waiting, customer.Waiting{ID: one.ID, Sent: one.CreatedAt})
	}
	for _, h := range page.History {
		v.History = append(v.History, customer.Event{
			At: h.Entry.At, Action: h.Entry.Action, Who: h.Person.Name, Role: h.Role,
			Denied: h.Entry.Outcome == audit.Denied, Code: h.Entry.Code,
			Added: itemNames(h.Added), Removed: itemNames(h.Removed),
		})
		if models.ID(h.Entry.Actor.ID) == u.ApprovedBy {
			v.ApprovedBy = h.Person.Name
		}
	}
	return v
}

// RevokeForm handles GET /systemusers/:id/revoke.
func (w *Web) RevokeForm(c echo.Context) error {
	page, err := w.systemUser(c)
	if err != nil {
		return err
	}
	if !page.CanRevoke {
		return see(c, paths.SystemUser(page.SystemUser.ID))
	}
	return respond.Page(c, http.StatusOK, customer.Revoke(w.Shell(c), customer.RevokeView{
		ID: page.SystemUser.ID, Title: page.SystemUser.Title, Program: page.System.Name,
		Held: page.Held, LastUsed: page.Use.Last,
	}))
}

// Revoke handles POST /systemusers/:id/revoke. One that has ended already is
// what was wanted: its page tells when.
func (w *Web) Revoke(c echo.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	err = w.Registry.Revoke(c.Request().Context(), actor(c), id)
	if err != nil && models.CodeOf(err) != models.CodeUserRevoked {
		return err
	}
	return see(c, paths.SystemUser(id))
}

func (w *Web) systemUser(c echo.Context) (registry.SystemUserPage, error) {
	id, err := pathID(c)
	if err != nil {
		return registry.SystemUserPage{}, err
	}
	return w.Registry.SystemUser(c.Request().Context(), actor(c), id)
}
