package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/views/customer"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/paths"
)

// UserReviewForm handles GET /systemusers/review.
func (w *Web) UserReviewForm(c echo.Context) error {
	v, err := w.userReview(c)
	if err != nil {
		return err
	}
	return respond.Page(c, http.StatusOK, customer.UserReview(w.Shell(c), v))
}

// UserReview handles POST /systemusers/review: what was answered is done, and
// what had changed meanwhile is left.
func (w *Web) UserReview(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	answers, err := reviewAnswers(f)
	if err != nil {
		return err
	}
	ctx, review := c.Request().Context(), models.NewID()
	left, err := w.Registry.AnswerReview(ctx, actor(c), review, answers, i18n.T(ctx, "customer.userreview.reason"))
	faults := faultsOf(err)
	switch {
	case faults == nil && err != nil:
		return err
	case faults == nil && len(left) < len(answers):
		return see(c, paths.UserReviewDone(review, left))
	}
	v, err := w.userReview(c)
	if err != nil {
		return err
	}
	status := http.StatusUnprocessableEntity
	if v.Faults = faults; faults == nil {
		status, v.Nothing = http.StatusConflict, true
	}
	return respond.Page(c, status, customer.UserReview(w.Shell(c), v))
}

// reviewAnswers reads a form: do-ID says what to do, seen-ID which version was
// seen. They come ordered, so that one form is done in one order.
func reviewAnswers(f map[string][]string) ([]registry.UserAnswer, error) {
	var out []registry.UserAnswer
	for name := range f {
		raw, ok := strings.CutPrefix(name, "do-")
		if !ok {
			continue
		}
		id, err := models.ParseID(raw)
		if err != nil {
			return nil, err
		}
		seen, err := strconv.ParseInt(one(f, "seen-"+raw), 10, 64)
		if err != nil {
			seen = -1 // as if it had changed
		}
		out = append(out, registry.UserAnswer{ID: id, Seen: seen, Do: one(f, name)})
	}
	slices.SortFunc(out, func(a, b registry.UserAnswer) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return out, nil
}

func (w *Web) userReview(c echo.Context) (customer.UserReviewView, error) {
	p, err := w.Registry.ReviewUsers(c.Request().Context(), actor(c))
	if err != nil {
		return customer.UserReviewView{}, err
	}
	v := customer.UserReviewView{Last: p.State.Last, Due: p.State.Due, Can: p.Can, Now: w.Registry.Now()}
	for _, u := range p.Users {
		v.Users = append(v.Users, customer.ReviewUser{
			ID: u.SystemUser.ID, Title: u.SystemUser.Title, Supplier: u.Supplier.Display(), Created: u.SystemUser.CreatedAt, ApprovedBy: u.ApprovedBy,
			LastUsed: u.Use.Last, Until: u.SystemUser.ValidTo, Gone: u.System.Deleted, Paused: u.SystemUser.Stopped(v.Now),
			Items: itemViews(u.Asked), Version: u.SystemUser.Version,
		})
	}
	return v, nil
}

// UserReviewDone handles GET /systemusers/review/:id.
func (w *Web) UserReviewDone(c echo.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	done, left, err := w.Registry.ReviewDone(c.Request().Context(), actor(c), id)
	if err != nil {
		return err
	}
	v := customer.UserReviewDoneView{ID: id}
	for _, l := range done {
		v.By, v.Role, v.At = l.Done.Person.Name, l.Done.Role, l.Done.Entry.At
		v.Rows = append(v.Rows, customer.ReviewedRow{
			ID: l.SystemUser.ID, Title: l.SystemUser.Title, Supplier: l.Supplier.Display(), Action: l.Done.Entry.Action,
		})
	}
	changed := c.QueryParams()["left"]
	for _, u := range left {
		if slices.Contains(changed, string(u.SystemUser.ID)) {
			v.Stale = append(v.Stale, u.SystemUser.Title)
		} else {
			v.Left++
		}
	}
	return respond.Page(c, http.StatusOK, customer.UserReviewDone(w.Shell(c), v))
}
