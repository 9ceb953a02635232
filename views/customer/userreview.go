package customer

import (
	"context"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/ui"
)

// UserReviewView is all live system users of an organisation, to be gone through.
type UserReviewView struct {
	Users   []ReviewUser
	Last    time.Time // when one was last kept; zero for never
	Due     int       // how many nobody has looked at for a year
	Can     bool      // the reader may answer
	Nothing bool      // what was answered had all changed
	Faults  []models.FieldError
	Now     time.Time
}

// ReviewUser is one system user in a review.
type ReviewUser struct {
	ID         models.ID
	Title      string
	Supplier   string
	Created    time.Time
	ApprovedBy string    // name; empty when not known
	LastUsed   time.Time // zero for never
	Until      time.Time // zero for never
	Gone       bool
	Paused     bool
	Items      []Item
	Version    int64
	Chosen     string // in an answer that was refused
}

// reviewChoices are what can be done with each, the mildest first.
var reviewChoices = []string{"keep", "pause", "revoke"}

// UserReviewDoneView is the receipt of a review.
type UserReviewDoneView struct {
	ID    models.ID
	By    string // name of who did it
	Role  models.Text
	At    time.Time
	Rows  []ReviewedRow
	Stale []string // titles of those that had changed meanwhile
	Left  int      // live ones without an answer, those not counted
}

// ReviewedRow is what a review did with one system user.
type ReviewedRow struct {
	ID       models.ID
	Title    string
	Supplier string
	Action   string // a policy.Action
}

// outcome is the word for what was done, and its colour.
func (r ReviewedRow) outcome(ctx context.Context) (string, ui.Color) {
	switch r.Action {
	case "systemuser.suspend":
		return i18n.T(ctx, "customer.userreview.paused"), ui.Warning
	case "systemuser.revoke":
		return i18n.T(ctx, "customer.userreview.revoked"), ui.Neutral
	}
	return i18n.T(ctx, "customer.userreview.kept"), ui.Success
}

func (r ReviewedRow) word(ctx context.Context) string { w, _ := r.outcome(ctx); return w }

func (r ReviewedRow) color(ctx context.Context) ui.Color { _, c := r.outcome(ctx); return c }

func (v UserReviewView) summary(ctx context.Context) []ui.Faulty {
	var out []ui.Faulty
	for _, f := range v.Faults {
		id := "answers"
		if len(v.Users) > 0 {
			id = "do-" + string(v.Users[0].ID) + "-keep"
		}
		out = append(out, ui.Faulty{ID: id, Label: i18n.T(ctx, "customer.userreview.answers"), Fault: f.Fault})
	}
	return out
}
