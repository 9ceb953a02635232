package web

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
	"github.com/stafett/stafett/views/customer"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/paths"
)

// FindSystem handles GET /systemusers/new.
func (w *Web) FindSystem(c echo.Context) error {
	query := strings.TrimSpace(c.QueryParam("q"))
	page, err := strconv.Atoi(c.QueryParam("page"))
	if err != nil || page < 1 {
		page = 1
	}
	found, n, more, err := w.Registry.FindSystems(c.Request().Context(), actor(c), query, page)
	if err != nil {
		return err
	}
	acting := visitOf(c).acting
	v := customer.FindView{Query: query, Total: n, CanOwn: acting.Supplier, Waiting: acting.Waiting}
	for _, f := range found {
		v.Found = append(v.Found, customer.FoundSystem{
			ID: string(f.System.ID), Program: f.System.Name, Supplier: orgView(f.Supplier), Registered: f.Supplier.Since,
			Customers: f.Customers, Items: itemViews(f.Asked),
		})
	}
	if page > 1 {
		v.Pages.Previous = paths.SystemUserFind(query, page-1)
	}
	if more {
		v.Pages.Next = paths.SystemUserFind(query, page+1)
	}
	return respond.Page(c, http.StatusOK, customer.Find(w.Shell(c), v))
}

// creating reads whom the page of the path is about: a system, or a system user
// that has ended.
func creating(c echo.Context) (registry.Creation, error) {
	if c.Param("id") != "" {
		id, err := pathID(c)
		return registry.Creation{Again: id}, err
	}
	of, err := system.ParseID(c.Param("systemid"))
	return registry.Creation{System: of}, err
}

// CreateForm handles GET /systemusers/new/:systemid and GET
// /systemusers/:id/again. One that lives is not made again: its page is shown.
func (w *Web) CreateForm(c echo.Context) error {
	in, err := creating(c)
	if err != nil {
		return err
	}
	v, err := w.Registry.Prospect(c.Request().Context(), actor(c), in)
	if in.Again != "" && models.CodeOf(err) == models.CodeUserExists {
		return see(c, paths.SystemUser(in.Again))
	}
	if err != nil {
		return err
	}
	page := w.createView(c, in, v)
	page.Called = i18n.In(c.Request().Context(), v.System.Name)
	return respond.Page(c, http.StatusOK, customer.Create(w.Shell(c), page))
}

// Create handles POST /systemusers/new/:systemid and POST /systemusers/:id/again.
func (w *Web) Create(c echo.Context) error {
	in, err := creating(c)
	if err != nil {
		return err
	}
	f, err := form(c)
	if err != nil {
		return err
	}
	in.Seen, in.Title, in.ExternalRef = one(f, "seen"), one(f, "title"), strings.TrimSpace(one(f, "external_ref"))
	in.Without = left(f)
	var faults models.Faults
	until, fault := lastDay(one(f, "until"))
	faults.Add("until", fault)
	in.Until = until
	if in.Again == "" && strings.TrimSpace(in.Title) == "" {
		faults.Add("title", "required")
	}
	err = faults.Err()
	if err == nil {
		made, failed := w.Registry.Create(c.Request().Context(), actor(c), in)
		if failed == nil {
			return see(c, paths.SystemUserReceipt(made.SystemUser.ID))
		}
		err = failed
	}
	return w.notCreated(c, in, f, err)
}

// notCreated shows the page again after an answer that could not be taken.
func (w *Web) notCreated(c echo.Context, in registry.Creation, f map[string][]string, err error) error {
	code := models.CodeOf(err)
	switch code {
	case models.CodeInvalid, models.CodeRequestChanged, models.CodeRequestNotGranted, models.CodeUserExists, models.CodeRequestExists,
		models.CodeSystemDeleted, models.CodeBlocked:
	default:
		return err
	}
	v, failed := w.Registry.Prospect(c.Request().Context(), actor(c), in)
	if failed != nil {
		return failed
	}
	page := w.createView(c, in, v)
	page.Called, page.Ref, page.Day = in.Title, in.ExternalRef, one(f, "until")
	page.Changed = code == models.CodeRequestChanged || code == models.CodeRequestNotGranted
	keepChoice(&page.ReviewView, f)
	switch {
	case in.Again != "": // it has one reference
	case code == models.CodeUserExists:
		page.Faults = []models.FieldError{{Field: "external_ref", Fault: "create.ref_taken"}}
	case code == models.CodeRequestExists:
		page.Faults = []models.FieldError{{Field: "external_ref", Fault: "create.ref_asked"}}
	}
	for _, fault := range faultsOf(err) {
		if fault.Field == "valid_to" {
			fault.Field = "until"
		}
		page.Faults = append(page.Faults, fault)
	}
	respond.Failed(c, code)
	return respond.Page(c, respond.Status(code), customer.Create(w.Shell(c), page))
}

// createView shows what would be made.
func (w *Web) createView(c echo.Context, in registry.Creation, v registry.Prospect) customer.CreateView {
	page := customer.CreateView{
		ReviewView: reviewView(c, v.Review), SystemID: string(v.System.ID), Before: in.Again, Exists: v.Exists, Waits: v.Waits, Lost: itemViews(v.Lost),
		Blocked: v.Block.ID != "", BlockedBy: v.Block.Reason,
	}
	page.Title, page.CanReject, page.CanWish, page.CanForward = v.Request.Title, false, false, false
	for i, a := range v.Asked {
		ask, _ := v.System.Ask(a.Item)
		page.Items[i].Optional, page.Items[i].Key = ask.Optional, a.Item.String()
	}
	to := paths.SystemUserNewFrom(page.SystemID)
	if in.Again != "" {
		to = paths.SystemUserAgain(in.Again)
	}
	page.Link = w.PortalURL + to
	return page
}

// Made handles GET /systemusers/:id/receipt. One that came of a request has the
// receipt of that.
func (w *Web) Made(c echo.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	v, err := w.Registry.Made(c.Request().Context(), actor(c), id)
	if err != nil {
		return err
	}
	if v.At.IsZero() {
		return see(c, paths.RequestReceipt(id))
	}
	u := v.SystemUser
	return respond.Page(c, http.StatusOK, customer.Made(w.Shell(c), customer.MadeView{
		ID: u.ID, Title: u.Title, Program: v.System.Name, Supplier: orgView(v.Supplier), Customer: orgView(v.Customer),
		At: v.At, By: v.By.Name, Items: itemViews(v.Asked), Reference: reference(u.ExternalRef, u.Customer), Until: u.ValidTo,
		Agent: u.Kind == systemuser.Agent, Again: v.Again, Portal: site(v.Portal), Ended: u.Status == systemuser.Revoked,
	}))
}
