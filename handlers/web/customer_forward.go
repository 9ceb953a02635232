package web

import (
	"cmp"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/views/customer"
	"github.com/stafett/stafett/views/paths"
)

// ForwardForm handles GET /requests/:id/forward.
func (w *Web) ForwardForm(c echo.Context) error { return w.forwardForm(c, false) }

// ForwardChangeForm handles GET /changes/:id/forward.
func (w *Web) ForwardChangeForm(c echo.Context) error { return w.forwardForm(c, true) }

// Forward handles POST /requests/:id/forward.
func (w *Web) Forward(c echo.Context) error { return w.forward(c, false) }

// ForwardChange handles POST /changes/:id/forward.
func (w *Web) ForwardChange(c echo.Context) error { return w.forward(c, true) }

// forwardForm shows whom the question can be sent to. What can be answered no
// more shows its page instead, which tells why.
func (w *Web) forwardForm(c echo.Context, change bool) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	v, err := w.Registry.ForwardForm(c.Request().Context(), actor(c), registry.Ref{ID: id, Change: change})
	if over(err) {
		return see(c, pageOf(registry.Ref{ID: id, Change: change}))
	}
	if err != nil {
		return err
	}
	return respond.Page(c, http.StatusOK, customer.Forward(w.Shell(c), forwardView(v)))
}

// over reports whether err says that there is nothing to answer any more.
func over(err error) bool {
	switch models.CodeOf(err) {
	case models.CodeRequestDecided, models.CodeRequestExpired, models.CodeUserRevoked, models.CodeSystemDeleted, models.CodeStruckOff:
		return err != nil
	}
	return false
}

func pageOf(ref registry.Ref) string {
	if ref.Change {
		return paths.Change(ref.ID)
	}
	return paths.Request(ref.ID)
}

func (w *Web) forward(c echo.Context, change bool) error {
	id, f, err := posted(c)
	if err != nil {
		return err
	}
	ref := registry.Ref{ID: id, Change: change}
	due, fault := lastDay(one(f, "due"))
	var sent request.Forwarding
	if fault == "" {
		sent, err = w.Registry.ForwardTo(c.Request().Context(), actor(c), ref, request.Forwarding{To: models.ID(one(f, "to")), Note: one(f, "note"), Due: due})
	} else {
		err = models.Faults{{Field: "due", Fault: fault}}.Err()
	}
	e, ok := errors.AsType[*models.Error](err)
	switch {
	case err == nil: // to what the page says of it, which takes the focus
		return see(c, pageOf(ref)+"#sent-"+string(sent.ID))
	case over(err) && change:
		return w.changeAnswered(c, "", nil, err)
	case over(err):
		return w.answered(c, id, "", nil, err)
	case !ok || e.Code != models.CodeInvalid && e.Code != models.CodeForwardPerson:
		return err
	}
	// The form again, with what was typed, for those who can answer now.
	v, failed := w.Registry.ForwardForm(c.Request().Context(), actor(c), ref)
	if failed != nil {
		return failed
	}
	page := forwardView(v)
	page.To, page.Note, page.Due, page.Faults = one(f, "to"), one(f, "note"), one(f, "due"), e.Fields
	if e.Code == models.CodeForwardPerson {
		page.Faults = models.Faults{{Field: "to", Fault: "forward.person"}}
	}
	respond.Failed(c, e.Code)
	return respond.Page(c, http.StatusUnprocessableEntity, customer.Forward(w.Shell(c), page))
}

// Recall handles POST /forwardings/:id/recall.
func (w *Web) Recall(c echo.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	ref, err := w.Registry.Recall(c.Request().Context(), actor(c), id)
	if err != nil && !over(err) { // then its page says who answered
		return err
	}
	return see(c, pageOf(ref))
}

func forwardView(v registry.ForwardView) customer.ForwardView {
	page := customer.ForwardView{
		ID: v.ID, Change: v.Change, Program: v.System.Name, Supplier: v.Supplier.Display(), Deadline: v.Request.ExpiresAt,
		Reader: v.Reader, Missing: itemViews(v.Missing), Givers: names(v.Givers),
	}
	for _, p := range v.To {
		page.People = append(page.People, customer.Answerer{ID: p.Person.ID, Name: cmp.Or(p.Person.Name, "–"), Roles: p.Roles, Sent: p.Sent})
	}
	return page
}

// sentView is a forwarding as the actor sees it: its note is for him who wrote
// it and him whom it is for.
func sentView(a models.Actor, f registry.Forwarded, status request.Status) customer.Sent {
	v := customer.Sent{
		ID: f.ID, From: personView(f.FromPerson), To: personView(f.ToPerson), At: f.At, Due: f.Due,
		Mine: string(f.From) == a.ID, ToMe: string(f.To) == a.ID, Answer: status == request.Pending,
	}
	if v.Mine || v.ToMe {
		v.Note = f.Note
	}
	return v
}

func personView(p party.Person) customer.Named {
	return customer.Named{Name: p.Name, Erased: !p.Erased.IsZero()}
}

// sentOn is who has sent a question on to whom, as the actor sees it.
func sentOn(a models.Actor, all []registry.Forwarded, status request.Status) []customer.Sent {
	out := make([]customer.Sent, len(all))
	for i, f := range all {
		out[i] = sentView(a, f, status)
	}
	return out
}
