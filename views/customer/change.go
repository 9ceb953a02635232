package customer

import (
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/request"
)

// ChangeView is everything that a person is shown before he answers a change
// request, and the receipt of it afterwards. Of the ReviewView, Items are what
// comes in addition.
type ChangeView struct {
	ReviewView
	Access  string      // what the system user is called
	User    models.ID   // the system user
	Purpose models.Text // the supplier's words for the whole; may be empty
	Removed []Item      // what goes
	Kept    []Item      // what stays
	Over    bool        // the system user has ended, so there is nothing to change
}

// open reports whether the change request can still be answered by somebody.
func (v ChangeView) open() bool { return v.ReviewView.open() && !v.Over }

func changeTitle(v ChangeView) string {
	if v.open() {
		return "customer.change.title"
	}
	return "customer.change.title.past"
}

// headings are the keys over what comes and what goes, in the tense of the change
// request's state.
func (v ChangeView) headings() (added, removed string) {
	switch {
	case v.open():
		return "customer.change.added", "customer.change.removed"
	case v.Status == request.Accepted:
		return "customer.change.added.done", "customer.change.removed.done"
	}
	return "customer.change.added.past", "customer.change.removed.past"
}

// addedTone is how what comes in addition is told.
func (v ChangeView) addedTone() tone {
	switch {
	case v.open():
		return asked
	case v.Status == request.Accepted:
		return given
	}
	return past
}
