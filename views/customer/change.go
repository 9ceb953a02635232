package customer

import (
	"strings"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/views/layout"
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

// addedLead is the key of the sentence about what comes.
func (v ChangeView) addedLead() string {
	switch {
	case v.Agent && v.CanApprove:
		return "customer.change.lead_added.agent"
	case v.Agent:
		return "customer.change.lead_added.agent.others"
	case v.CanApprove:
		return "customer.change.lead_added"
	}
	return "customer.change.lead_added.others"
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

// sign is what happens to a part of what a system user has.
type sign string

const (
	plus  sign = "plus"
	minus sign = "minus"
	equal sign = "equal"
)

// mark is the sign as people write it. The heading beside it says the same.
func (p sign) mark() string {
	return map[sign]string{plus: "+", minus: "−", equal: "="}[p]
}

// tone is how the items of a part are told: as had, or not.
func (v ChangeView) tone(p sign) tone {
	if p == equal || p == plus && v.Status == request.Accepted {
		return given
	}
	return past
}

// changesOnly is the query of the page without what stays as it is.
const changesOnly = "?show=changes"

func onlyChanges(s layout.Shell) bool { return strings.HasSuffix(s.Path, changesOnly) }
