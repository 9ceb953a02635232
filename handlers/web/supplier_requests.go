package web

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/paths"
	"github.com/stafett/stafett/views/supplier"
)

// RequestForm handles GET /supplier/systems/:id/requests/new.
func (w *Web) RequestForm(c echo.Context) error {
	s, catalogue, err := w.ownSystem(c)
	if err != nil {
		return err
	}
	if s.Deleted {
		return models.NewError(models.Gone, models.CodeSystemDeleted)
	}
	v := sendView(s, catalogue, i18n.Lang(c.Request().Context()), s.Asked())
	return respond.Page(c, http.StatusOK, supplier.SendRequestPage(w.Shell(c), v))
}

// SendRequest handles POST /supplier/systems/:id/requests/new.
func (w *Web) SendRequest(c echo.Context) error {
	s, catalogue, err := w.ownSystem(c)
	if err != nil {
		return err
	}
	f, err := form(c)
	if err != nil {
		return err
	}
	in := request.Request{
		System: s.ID, ExternalRef: one(f, "external_ref"), Title: one(f, "title"), RedirectURL: one(f, "redirect_url"),
		NotifyEmail: strings.TrimSpace(one(f, "notify_email")),
	}
	for _, value := range f["items"] {
		if item, ok := catalog.ParseItem(value); ok {
			in.Items = append(in.Items, item)
		}
	}
	customer, err := w.Registry.Numbers.Parse(party.Clean(one(f, "customer")))
	if err == nil {
		in.Customer = customer
		var sent request.Request
		if sent, err = w.Registry.SendRequest(c.Request().Context(), actor(c), in); err == nil {
			return see(c, paths.SupplierRequest(sent.ID))
		}
	}
	e, ok := errors.AsType[*models.Error](err)
	if !ok || e.Code != models.CodeInvalid && e.Code != models.CodeRequestExists && e.Code != models.CodeUserExists {
		return err
	}
	v := sendView(s, catalogue, i18n.Lang(c.Request().Context()), in.Items)
	v.Customer, v.ExternalRef, v.Title, v.RedirectURL = one(f, "customer"), in.ExternalRef, in.Title, in.RedirectURL
	v.NotifyEmail = one(f, "notify_email")
	v.Faults = faultsByField(e.Fields, "customer")
	if e.Code != models.CodeInvalid {
		v.Conflict = e.Code
	}
	respond.Failed(c, e.Code)
	return respond.Page(c, respond.Status(e.Code), supplier.SendRequestPage(w.Shell(c), v))
}

// faultsByField is the first fault of each field; a fault without field is that
// of the field named by.
func faultsByField(fields []models.FieldError, by string) map[string]string {
	out := map[string]string{}
	for _, f := range fields {
		name := f.Field
		if name == "" {
			name = by
		}
		if out[name] == "" {
			out[name] = f.Fault
		}
	}
	return out
}

// ownSystem reads the system of the path and the catalogue.
func (w *Web) ownSystem(c echo.Context) (system.System, *catalog.Catalog, error) {
	id, err := system.ParseID(c.Param("id"))
	if err != nil {
		return system.System{}, nil, err
	}
	s, err := w.Registry.System(c.Request().Context(), actor(c), id)
	if err != nil {
		return system.System{}, nil, err
	}
	catalogue, err := w.Registry.Catalog(c.Request().Context())
	return s.System, catalogue, err
}

func sendView(s system.System, catalogue *catalog.Catalog, l models.Language, chosen []catalog.Item) supplier.Send {
	v := supplier.Send{SystemID: string(s.ID), System: phrase(s.Name, l), RedirectURLs: s.RedirectURLs}
	for _, a := range s.Asks {
		v.Items = append(v.Items, supplier.SendItem{
			Ask:    supplier.Ask{Item: supplierItem(catalogue, a.Item, l), Purpose: phrase(a.Purpose, l)},
			Chosen: slices.Contains(chosen, a.Item),
		})
	}
	return v
}

// SentRequests handles GET /supplier/requests.
func (w *Web) SentRequests(c echo.Context) error {
	ctx := c.Request().Context()
	sent, err := w.Registry.SentRequests(ctx, actor(c), "")
	if err != nil {
		return err
	}
	systems, err := w.Registry.Systems(ctx, actor(c))
	if err != nil {
		return err
	}
	v := supplier.Requests{Requests: requestRows(sent, i18n.Lang(ctx)), CanSend: len(systems) > 0}
	return respond.Page(c, http.StatusOK, supplier.RequestsPage(w.Shell(c), v))
}

// SentRequest handles GET /supplier/requests/:id.
func (w *Web) SentRequest(c echo.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	r, err := w.Registry.SentRequest(ctx, actor(c), id)
	if err != nil {
		return err
	}
	catalogue, err := w.Registry.Catalog(ctx)
	if err != nil {
		return err
	}
	return respond.Page(c, http.StatusOK, supplier.RequestPage(w.Shell(c), w.sentView(r, catalogue, i18n.Lang(ctx))))
}

func (w *Web) sentView(r registry.RequestView, catalogue *catalog.Catalog, l models.Language) supplier.Request {
	v := supplier.Request{
		ID: r.Request.ID, SystemID: string(r.System.ID), System: phrase(r.System.Name, l), Customer: r.Customer.Name,
		CustomerOrgNo: string(r.Request.Customer), ExternalRef: r.Request.ExternalRef, Title: r.Request.Title,
		RedirectURL: r.Request.RedirectURL, Link: w.PortalURL + paths.Confirm(r.Request.ID), Status: r.Status,
		Reason: r.Request.Reason, SentAt: r.Request.CreatedAt, AnswerBy: r.Request.ExpiresAt, DecidedAt: r.Request.DecidedAt, Ended: r.Ended,
		Wish: r.Request.Wish.Text, WishedAt: r.Request.Wish.At,
	}
	for _, item := range r.Request.Items {
		ask, _ := r.System.Ask(item)
		asked := supplier.Ask{Item: supplierItem(catalogue, item, l), Purpose: phrase(ask.Purpose, l)}
		v.Items = append(v.Items, asked)
		if slices.Contains(r.Request.LeftOut, item) {
			v.LeftOut = append(v.LeftOut, asked)
		}
	}
	return v
}

// Withdraw handles POST /supplier/requests/:id/withdraw. One that has been
// answered meanwhile shows its answer.
func (w *Web) Withdraw(c echo.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	err = w.Registry.Withdraw(c.Request().Context(), actor(c), id)
	code := models.CodeOf(err)
	if err != nil && code != models.CodeRequestDecided && code != models.CodeRequestExpired {
		return err
	}
	return see(c, paths.SupplierRequest(id))
}
