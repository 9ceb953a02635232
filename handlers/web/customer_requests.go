package web

import (
	"cmp"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/systemuser"
	"github.com/stafett/stafett/views/customer"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/paths"
)

// Review handles GET /requests/:id. A request to another organisation of the
// person's takes him there, and the page says so.
func (w *Web) Review(c echo.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	v, err := w.Registry.Review(c.Request().Context(), actor(c), id)
	if models.CodeOf(err) == models.CodeNotFound && err != nil {
		return w.otherOrganisation(c, id, err)
	}
	if err != nil {
		return err
	}
	page := reviewView(c, v)
	page.SentOn = sentOn(actor(c), v.SentOn, v.Status)
	return respond.Page(c, http.StatusOK, customer.Review(w.Shell(c), page))
}

// review reads the request of the path as it stands for the reader.
func (w *Web) review(c echo.Context) (registry.Review, error) {
	id, err := pathID(c)
	if err != nil {
		return registry.Review{}, err
	}
	return w.Registry.Review(c.Request().Context(), actor(c), id)
}

// otherOrganisation offers to switch when the request is for another
// organisation that the person acts for; otherwise notFound stands.
func (w *Web) otherOrganisation(c echo.Context, id models.ID, notFound error) error {
	o, err := w.Registry.RequestCustomer(c.Request().Context(), models.ID(actor(c).ID), id)
	if err != nil {
		return cmp.Or(notFoundElse(err), notFound)
	}
	return see(c, paths.OrganisationsFor(string(o), paths.Request(id)))
}

// notFoundElse is nil for a NotFound error.
func notFoundElse(err error) error {
	if models.CodeOf(err) == models.CodeNotFound {
		return nil
	}
	return err
}

// Confirm handles GET /accessmanagement/ui/systemuser/request, the address that
// suppliers hand out, and …/agentrequest for agents.
func (w *Web) Confirm(c echo.Context) error { return see(c, paths.Request(linked(c))) }

// linked is the id in a supplier's link. What cannot be one is taken for an id
// that is nobody's, so that it is answered as an unknown one, on a page of the
// person's.
func linked(c echo.Context) models.ID {
	id, err := models.ParseID(c.QueryParam("id"))
	if err != nil {
		return "00000000-0000-0000-0000-000000000000"
	}
	return id
}

// Approve handles POST /requests/:id/approve. When the request is not as it was
// seen, its page comes back and says so; when it has been answered, its page
// tells by whom.
func (w *Web) Approve(c echo.Context) error {
	id, f, err := posted(c)
	if err != nil {
		return err
	}
	_, err = w.Registry.Approve(c.Request().Context(), actor(c), id, one(f, "seen"), left(f)...)
	if err == nil {
		return see(c, paths.Answered(paths.RequestReceipt(id)))
	}
	return w.answered(c, id, request.Accepted, f, err)
}

// answered shows the request again after an answer that could not be taken. Who
// has given that answer already, by a second press, sees the receipt.
func (w *Web) answered(c echo.Context, id models.ID, wanted request.Status, f map[string][]string, err error) error {
	code := models.CodeOf(err)
	if err != nil && code == models.CodeNotFound { // he has come to act for another meanwhile
		return w.otherOrganisation(c, id, err)
	}
	if !answerFails(err) {
		return err
	}
	v, failed := w.Registry.Review(c.Request().Context(), actor(c), id)
	if failed != nil {
		return failed
	}
	if repeats(c, v, wanted) {
		return see(c, paths.RequestReceipt(id))
	}
	page := reviewView(c, v)
	page.Taken = code == models.CodeUserExists
	drift, failed := w.notAnswered(c, &page, f, err, v.Since)
	if failed != nil {
		return failed
	}
	if page.Changed {
		mark(page.Items, v.Asked, drift)
	}
	return respond.Page(c, respond.Status(code), customer.Review(w.Shell(c), page))
}

// RejectForm handles GET /requests/:id/reject.
func (w *Web) RejectForm(c echo.Context) error {
	v, err := w.review(c)
	if err != nil {
		return err
	}
	if !v.CanReject {
		return see(c, paths.Request(v.Request.ID))
	}
	return respond.Page(c, http.StatusOK, customer.Reject(w.Shell(c), rejectView(v)))
}

// Reject handles POST /requests/:id/reject.
func (w *Web) Reject(c echo.Context) error {
	id, f, err := posted(c)
	if err != nil {
		return err
	}
	err = w.Registry.Reject(c.Request().Context(), actor(c), id, one(f, "reason"))
	if err == nil {
		return see(c, paths.Answered(paths.RequestReceipt(id)))
	}
	faults := faultsOf(err)
	if faults == nil {
		return w.answered(c, id, request.Rejected, f, err)
	}
	v, err := w.review(c)
	if err != nil {
		return err
	}
	page := rejectView(v)
	page.Reason, page.Faults = one(f, "reason"), faults
	return respond.Again(c, customer.Reject(w.Shell(c), page))
}

// Receipt handles GET /requests/:id/receipt.
func (w *Web) Receipt(c echo.Context) error {
	v, err := w.review(c)
	if err != nil {
		return err
	}
	if v.Status != request.Accepted && v.Status != request.Rejected {
		return see(c, paths.Request(v.Request.ID))
	}
	page := w.receiptView(c, v)
	page.Until, page.Agent = v.Request.ValidTo, v.Request.Kind == systemuser.Agent
	page.Items, page.LeftOut = parted(v.Asked, v.Request.LeftOut)
	if page.Approved {
		page.User, page.Revoked = v.Request.ID, !v.Ended.IsZero()
	}
	return respond.Page(c, http.StatusOK, customer.Receipt(w.Shell(c), page))
}

// site is the host of an address, as people know it.
func site(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return cmp.Or(u.Host, address)
}

// returnURL is the supplier's address with the request's id and status added,
// if the address is still registered.
func returnURL(v registry.RequestView) string {
	if v.Request.RedirectURL == "" || !v.System.Redirects(v.Request.RedirectURL) {
		return ""
	}
	u, err := url.Parse(v.Request.RedirectURL)
	if err != nil {
		return ""
	}
	q := u.Query()
	q.Set("id", string(v.Request.ID))
	q.Set("status", string(v.Status))
	u.RawQuery = q.Encode()
	return u.String()
}

func rejectView(v registry.Review) customer.RejectView {
	return customer.RejectView{ID: v.Request.ID, Program: v.System.Name, Supplier: orgView(v.Supplier)}
}

func reviewView(c echo.Context, v registry.Review) customer.ReviewView {
	page := customer.ReviewView{
		ID: v.Request.ID, Program: v.System.Name, About: v.System.Description, Supplier: orgView(v.Supplier),
		Registered: v.Supplier.Since, Customers: v.Customers, Customer: orgView(v.Customer), Roles: v.Roles,
		Items: itemViews(v.Asked), Manager: v.Manager, Need: need(v.Again), CanApprove: v.CanApprove, CanReject: v.CanReject,
		StruckOff: v.StruckOff, Approvers: names(v.Approvers), Status: v.Status, Gone: v.System.Deleted, DecidedBy: v.DecidedBy.Name,
		DecidedAt: v.Request.DecidedAt, Reason: v.Request.Reason, Sent: v.Request.CreatedAt, Deadline: v.Request.ExpiresAt,
		Reference: reference(v.Request.ExternalRef, v.Request.Customer), ReturnURL: returnURL(v.RequestView), Seen: v.Seen,
		Agent: v.Request.Kind == systemuser.Agent, Purpose: v.Request.Purpose, Until: v.Request.ValidTo, Contact: v.Request.ContactEmail,
	}
	page.CanWish, page.CanForward, page.Wish = v.CanWish, v.Open(), wishView(v)
	if v.Status == request.Accepted {
		page.Items, page.LeftOut = parted(v.Asked, v.Request.LeftOut)
	}
	codes(page.Items, v.Request.ID)
	for i := range page.Items {
		page.Items[i].Agent = page.Agent
	}
	if program := i18n.In(c.Request().Context(), v.System.Name); v.Request.Title != program && v.Request.Title != v.System.Name.NB {
		page.Title = v.Request.Title
	}
	return page
}
