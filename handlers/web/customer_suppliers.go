package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/systemuser"
	"github.com/stafett/stafett/views/customer"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/paths"
	"github.com/stafett/stafett/views/ui"
)

// Suppliers handles GET /suppliers.
func (w *Web) Suppliers(c echo.Context) error {
	found, err := w.Registry.Suppliers(c.Request().Context(), actor(c))
	if err != nil {
		return err
	}
	var rows []customer.SupplierRow
	for _, s := range found {
		rows = append(rows, customer.SupplierRow{
			Org: orgView(s.Organisation), Live: s.Live, Paused: s.Paused, Waiting: s.Waiting, Blocked: !s.Blocked.IsZero(),
		})
	}
	return respond.Page(c, http.StatusOK, customer.Suppliers(w.Shell(c), rows))
}

// Supplier handles GET /suppliers/:orgno.
func (w *Web) Supplier(c echo.Context) error {
	p, err := w.supplier(c)
	if err != nil {
		return err
	}
	v := customer.SupplierView{
		Org: orgView(p.Organisation), Since: p.Organisation.Since, Waiting: p.Waiting, Blocked: p.Blocked, BlockedBy: p.BlockedBy,
		Reason: p.Block.Reason, Stopped: p.Stopped, CanStop: p.CanStop, CanBlock: p.CanBlock, CanStart: p.StartFor == nil,
	}
	if p.Stopped > 0 {
		switch code := models.CodeOf(p.StartFor); code {
		case models.CodeLevelTooLow:
			v.Need = ui.NeedLevel
		case models.CodeLoginTooOld:
			v.Need = ui.NeedAge
		}
	}
	for _, u := range p.Users {
		v.Users = append(v.Users, customer.SystemUserRow{
			ID: u.SystemUser.ID, Title: u.SystemUser.Title, Held: u.Held, LastUsed: u.Use.Last, Status: u.SystemUser.Status,
			Gone: u.System.Deleted, Paused: u.SystemUser.Stopped(w.Registry.Now()),
		})
	}
	return respond.Page(c, http.StatusOK, customer.Supplier(w.Shell(c), v))
}

// supplierNo is the supplier of the path. What can be no number is as one that
// is not there.
func (w *Web) supplierNo(c echo.Context) (party.OrgNo, error) {
	no, err := w.Registry.Numbers.Parse(c.Param("orgno"))
	if err != nil {
		return "", models.NewError(models.NotFound, models.CodeNotFound)
	}
	return no, nil
}

func (w *Web) supplier(c echo.Context) (registry.SupplierPage, error) {
	no, err := w.supplierNo(c)
	if err != nil {
		return registry.SupplierPage{}, err
	}
	return w.Registry.Supplier(c.Request().Context(), actor(c), no)
}

// StopSupplierForm handles GET /suppliers/:orgno/stop.
func (w *Web) StopSupplierForm(c echo.Context) error {
	p, err := w.supplier(c)
	if err != nil {
		return err
	}
	if !p.CanStop {
		return see(c, paths.CustomerSupplier(string(p.Supplier)))
	}
	return respond.Page(c, http.StatusOK, customer.StopSupplier(w.Shell(c), stopView(p)))
}

// StopSupplier handles POST /suppliers/:orgno/stop.
func (w *Web) StopSupplier(c echo.Context) error {
	no, f, err := w.supplierForm(c)
	if err != nil {
		return err
	}
	_, err = w.Registry.StopSupplier(c.Request().Context(), actor(c), no, one(f, "reason"))
	if faults := faultsOf(err); faults != nil {
		p, err := w.supplier(c)
		if err != nil {
			return err
		}
		v := stopView(p)
		v.Reason, v.Faults = one(f, "reason"), faults
		return respond.Again(c, customer.StopSupplier(w.Shell(c), v))
	}
	if err != nil {
		return err
	}
	return see(c, paths.CustomerSupplier(string(no)))
}

// StartSupplier handles POST /suppliers/:orgno/start.
func (w *Web) StartSupplier(c echo.Context) error {
	no, err := w.supplierNo(c)
	if err != nil {
		return err
	}
	if _, err := w.Registry.StartSupplier(c.Request().Context(), actor(c), no); err != nil {
		return err
	}
	return see(c, paths.CustomerSupplier(string(no)))
}

// BlockSupplierForm handles GET /suppliers/:orgno/block.
func (w *Web) BlockSupplierForm(c echo.Context) error {
	p, err := w.supplier(c)
	if err != nil {
		return err
	}
	if !p.CanBlock || !p.Blocked.IsZero() {
		return see(c, paths.CustomerSupplier(string(p.Supplier)))
	}
	return respond.Page(c, http.StatusOK, customer.BlockSupplier(w.Shell(c), blockView(p)))
}

// BlockSupplier handles POST /suppliers/:orgno/block.
func (w *Web) BlockSupplier(c echo.Context) error {
	no, f, err := w.supplierForm(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	err = w.Registry.BlockSupplier(ctx, actor(c), no, one(f, "reason"), i18n.T(ctx, "customer.supplier.block.told"))
	if faults := faultsOf(err); faults != nil {
		p, err := w.supplier(c)
		if err != nil {
			return err
		}
		v := blockView(p)
		v.Reason, v.Faults = one(f, "reason"), faults
		return respond.Again(c, customer.BlockSupplier(w.Shell(c), v))
	}
	if err != nil {
		return err
	}
	return see(c, paths.CustomerSupplier(string(no)))
}

// UnblockSupplier handles POST /suppliers/:orgno/unblock.
func (w *Web) UnblockSupplier(c echo.Context) error {
	no, err := w.supplierNo(c)
	if err != nil {
		return err
	}
	if err := w.Registry.UnblockSupplier(c.Request().Context(), actor(c), no); err != nil {
		return err
	}
	return see(c, paths.CustomerSupplier(string(no)))
}

func (w *Web) supplierForm(c echo.Context) (party.OrgNo, map[string][]string, error) {
	no, err := w.supplierNo(c)
	if err != nil {
		return "", nil, err
	}
	f, err := form(c)
	return no, f, err
}

func stopView(p registry.SupplierPage) customer.SupplierActView {
	v := customer.SupplierActView{Org: orgView(p.Organisation)}
	for _, u := range p.Users {
		if u.SystemUser.Status == systemuser.Active && u.SystemUser.CustomerPaused.IsZero() {
			v.Titles = append(v.Titles, u.SystemUser.Title)
		}
	}
	return v
}

func blockView(p registry.SupplierPage) customer.SupplierActView {
	v := customer.SupplierActView{Org: orgView(p.Organisation), Waiting: p.Waiting}
	for _, u := range p.Users {
		if u.SystemUser.Status == systemuser.Active {
			v.Titles = append(v.Titles, u.SystemUser.Title)
		}
	}
	return v
}
