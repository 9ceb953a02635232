package web

import (
	"cmp"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/systemuser"
	"github.com/stafett/stafett/views/customer"
	"github.com/stafett/stafett/views/paths"
)

// ConfirmChange handles GET /accessmanagement/ui/systemuser/changerequest, the
// address that suppliers hand out.
func (w *Web) ConfirmChange(c echo.Context) error { return see(c, paths.Change(linked(c))) }

// Change handles GET /changes/:id: the review, or what the answer was. One to another organisation of the person's takes him there.
func (w *Web) Change(c echo.Context) error {
	v, err := w.change(c)
	if models.CodeOf(err) == models.CodeNotFound && err != nil {
		return w.changeElsewhere(c, err)
	}
	if err != nil {
		return err
	}
	page := changeView(v)
	page.SentOn = sentOn(actor(c), v.SentOn, v.Status)
	return respond.Page(c, http.StatusOK, customer.Change(w.Shell(c), page))
}

// change reads the change request of the path as it stands for the reader.
func (w *Web) change(c echo.Context) (registry.ChangeReview, error) {
	id, err := pathID(c)
	if err != nil {
		return registry.ChangeReview{}, err
	}
	return w.Registry.ReviewChange(c.Request().Context(), actor(c), id)
}

// changeElsewhere offers to switch when the change request is to another
// organisation that the person acts for; otherwise notFound stands.
func (w *Web) changeElsewhere(c echo.Context, notFound error) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	o, err := w.Registry.ChangeCustomer(c.Request().Context(), models.ID(actor(c).ID), id)
	if err != nil {
		return cmp.Or(notFoundElse(err), notFound)
	}
	return see(c, paths.OrganisationsFor(string(o), paths.Change(id)))
}

// ApproveChange handles POST /changes/:id/approve. When it is not as it was
// seen, or has been answered, its page comes back and says so.
func (w *Web) ApproveChange(c echo.Context) error {
	id, f, err := posted(c)
	if err != nil {
		return err
	}
	if _, err = w.Registry.ApproveChange(c.Request().Context(), actor(c), id, one(f, "seen"), left(f)...); err == nil {
		return see(c, paths.Answered(paths.ChangeReceipt(id)))
	}
	return w.changeAnswered(c, request.Accepted, f, err)
}

// changeAnswered shows the change request again after an answer that could not
// be taken. Who has given that answer already sees the receipt.
func (w *Web) changeAnswered(c echo.Context, wanted request.Status, f map[string][]string, err error) error {
	code := models.CodeOf(err)
	if err != nil && code == models.CodeNotFound { // he has come to act for another meanwhile
		return w.changeElsewhere(c, err)
	}
	if !answerFails(err) {
		return err
	}
	v, failed := w.change(c)
	if failed != nil {
		return failed
	}
	if repeats(c, v.Review, wanted) {
		return see(c, paths.ChangeReceipt(v.Change.ID))
	}
	page := changeView(v)
	drift, failed := w.notAnswered(c, &page.ReviewView, f, err, v.Since)
	if failed != nil {
		return failed
	}
	if page.Changed {
		mark(page.Items, v.Asked, drift)
		mark(page.Removed, v.Removed, drift)
		mark(page.Kept, v.Kept, drift)
	}
	return respond.Page(c, respond.Status(code), customer.Change(w.Shell(c), page))
}

// RejectChangeForm handles GET /changes/:id/reject.
func (w *Web) RejectChangeForm(c echo.Context) error {
	v, err := w.change(c)
	if err != nil {
		return err
	}
	if !v.CanReject {
		return see(c, paths.Change(v.Change.ID))
	}
	return respond.Page(c, http.StatusOK, customer.Reject(w.Shell(c), rejectChangeView(v)))
}

// RejectChange handles POST /changes/:id/reject.
func (w *Web) RejectChange(c echo.Context) error {
	id, f, err := posted(c)
	if err != nil {
		return err
	}
	if err = w.Registry.RejectChange(c.Request().Context(), actor(c), id, one(f, "reason")); err == nil {
		return see(c, paths.Answered(paths.ChangeReceipt(id)))
	}
	faults := faultsOf(err)
	if faults == nil {
		return w.changeAnswered(c, request.Rejected, f, err)
	}
	v, err := w.change(c)
	if err != nil {
		return err
	}
	page := rejectChangeView(v)
	page.Reason, page.Faults = one(f, "reason"), faults
	return respond.Again(c, customer.Reject(w.Shell(c), page))
}

// ChangeReceipt handles GET /changes/:id/receipt.
func (w *Web) ChangeReceipt(c echo.Context) error {
	v, err := w.change(c)
	if err != nil {
		return err
	}
	if v.Status != request.Accepted && v.Status != request.Rejected {
		return see(c, paths.Change(v.Change.ID))
	}
	page := w.receiptView(c, v.Review)
	page.Change, page.User, page.Access = true, v.User.ID, v.User.Title
	page.Items, page.Removed, page.Kept, page.LeftOut = itemViews(v.Asked), itemViews(v.Removed), itemViews(v.Kept), itemViews(v.LeftOut)
	page.Revoked = page.Approved && v.User.Status == systemuser.Revoked
	return respond.Page(c, http.StatusOK, customer.Receipt(w.Shell(c), page))
}

func rejectChangeView(v registry.ChangeReview) customer.RejectView {
	return customer.RejectView{ID: v.Change.ID, Change: true, Program: v.System.Name, Supplier: orgView(v.Supplier)}
}

func changeView(v registry.ChangeReview) customer.ChangeView {
	page := customer.ChangeView{
		ReviewView: customer.ReviewView{
			ID: v.Change.ID, Change: true, Program: v.System.Name, Supplier: orgView(v.Supplier), Registered: v.Supplier.Since,
			Customers: v.Customers, Customer: orgView(v.Customer), Roles: v.Roles, Items: itemViews(v.Asked), Manager: v.Manager,
			Need: need(v.Again), CanApprove: v.CanApprove, CanReject: v.CanReject, StruckOff: v.StruckOff, Approvers: names(v.Approvers),
			Status: v.Status, Gone: v.System.Deleted, DecidedBy: v.DecidedBy.Name, DecidedAt: v.Change.DecidedAt, Reason: v.Change.Reason,
			Sent: v.Change.CreatedAt, Deadline: v.Change.ExpiresAt, Reference: reference(v.Change.ExternalRef, v.Change.Customer),
			ReturnURL: returnURL(v.RequestView), Seen: v.Seen,
		},
		Access: v.User.Title, User: v.User.ID, Purpose: v.Change.Purpose, Removed: itemViews(v.Removed), Kept: itemViews(v.Kept), Over: v.Over,
	}
	page.CanWish, page.CanForward, page.Wish, page.Contact = v.CanWish, v.Open() && !v.Over, wishView(v.Review), v.Change.ContactEmail
	if v.Status == request.Accepted {
		page.LeftOut = itemViews(v.LeftOut)
	}
	page.Nothing = len(page.Items)+len(page.Removed) == 0
	codes(page.Items, v.Change.ID)
	return page
}
