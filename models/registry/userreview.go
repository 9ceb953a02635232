package registry

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/systemuser"
)

// What a review can find about a system user.
const (
	ReviewKeep   = "keep"
	ReviewPause  = "pause"
	ReviewRevoke = "revoke"
)

// ReviewState tells how it stands with an organisation's reviews of its system
// users.
type ReviewState struct {
	Last time.Time // when one was last said to be kept; zero for never
	Due  int       // live ones that nobody has looked at for a year
}

// UserReviewReader reads what reviews of system users go by.
type UserReviewReader interface {
	// ReviewState tells when the customer last kept a system user, and how many
	// live ones at now were approved and last kept before the time.
	ReviewState(ctx context.Context, customer party.OrgNo, before, now time.Time) (ReviewState, error)
}

// ReviewState tells the actor's organisation when it last went through its system
// users, and how many it should look at.
func (r *Registry) ReviewState(ctx context.Context, a models.Actor) (ReviewState, error) {
	var out ReviewState
	err := r.read(ctx, a, policy.SystemUserRead, func(tx Reader, _ policy.Standing, _ *catalog.Catalog) (err error) {
		out, err = tx.ReviewState(ctx, party.OrgNo(a.OrgNo), r.Now().AddDate(-1, 0, 0), r.Now())
		return err
	})
	return out, err
}

// ReviewedUser is a system user as its organisation reviews it.
type ReviewedUser struct {
	SystemUserView
	Asked      []Asked // what was delegated; Verdict is empty
	ApprovedBy string  // name; empty when not known
}

// UserReview is all live system users of an organisation, oldest first.
type UserReview struct {
	State ReviewState
	Users []ReviewedUser
	Can   bool // the reader may answer
}

// ReviewUsers shows the live system users of the actor's organisation.
func (r *Registry) ReviewUsers(ctx context.Context, a models.Actor) (UserReview, error) {
	var out UserReview
	err := r.read(ctx, a, policy.SystemUserRead, func(tx Reader, s policy.Standing, c *catalog.Catalog) error {
		views, err := r.liveOf(ctx, tx, a)
		if err != nil {
			return err
		}
		var ids []models.ID
		for _, v := range views {
			ids = append(ids, v.SystemUser.ApprovedBy)
		}
		persons, err := tx.Persons(ctx, ids)
		if err != nil {
			return err
		}
		for _, v := range views {
			out.Users = append(out.Users, ReviewedUser{
				SystemUserView: v, Asked: described(c, v.System, v.SystemUser.Asked(v.System)), ApprovedBy: persons[v.SystemUser.ApprovedBy].Name,
			})
		}
		out.Can = policy.Check(a, policy.SystemUserKeep, s, c) == nil
		out.State, err = tx.ReviewState(ctx, party.OrgNo(a.OrgNo), r.Now().AddDate(-1, 0, 0), r.Now())
		return err
	})
	return out, err
}

// liveOf are the live system users of the actor's organisation, oldest first.
func (r *Registry) liveOf(ctx context.Context, tx Reader, a models.Actor) ([]SystemUserView, error) {
	users, err := tx.SystemUsersOf(ctx, party.OrgNo(a.OrgNo), maxList)
	if err != nil {
		return nil, err
	}
	users = slices.DeleteFunc(users, func(u systemuser.SystemUser) bool { return u.Current(r.Now()).Status == systemuser.Revoked })
	slices.Reverse(users)
	return r.namedUsers(ctx, tx, users)
}

// UserAnswer is what a review found about one system user.
type UserAnswer struct {
	ID   models.ID
	Seen int64  // its version when the actor saw it
	Do   string // ReviewKeep, ReviewPause or ReviewRevoke
}

// AnswerReview does what a review found, each in a transaction of its own, so
// that one that has changed since it was seen is left, and its id comes back,
// while the others are done. review is an id made for this review, which what it
// did is found by (ReviewDone). paused is the reason of a pause, which the supplier is told;
// pausing what the customer has paused keeps it so. Errors, before anything is
// done: Invalid with the field answers when there is none or one is unknown;
// NotFound for a system user of another organisation; those of the policy.
func (r *Registry) AnswerReview(ctx context.Context, a models.Actor, review models.ID, answers []UserAnswer, paused string) (left []models.ID, err error) {
	if err := answerable(answers); err != nil {
		return nil, err
	}
	err = r.read(ctx, a, policy.SystemUserKeep, func(tx Reader, _ policy.Standing, _ *catalog.Catalog) error {
		for _, one := range answers {
			if _, err := tx.SystemUserOf(ctx, party.OrgNo(a.OrgNo), one.ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, one := range answers {
		err := r.reviewOne(ctx, a, review, one, paused)
		if e, ok := errors.AsType[*models.Error](err); ok && e.Kind == models.Conflict {
			left = append(left, one.ID)
			continue
		}
		if err != nil {
			return left, err
		}
	}
	return left, nil
}

func answerable(answers []UserAnswer) error {
	var f models.Faults
	if len(answers) == 0 {
		f.Add("answers", "answers.none")
	}
	for _, one := range answers {
		if one.Do != ReviewKeep && one.Do != ReviewPause && one.Do != ReviewRevoke {
			f.Add("answers", "answers.none")
		}
	}
	return f.Err()
}

// reviewOne does what was found about one system user.
func (r *Registry) reviewOne(ctx context.Context, a models.Actor, review models.ID, one UserAnswer, paused string) error {
	act := map[string]policy.Action{
		ReviewKeep: policy.SystemUserKeep, ReviewPause: policy.SystemUserSuspend, ReviewRevoke: policy.SystemUserRevoke,
	}[one.Do]
	return r.guard(ctx, a, act, userSubject(one.ID), func(tx Tx, _ policy.Standing, _ *catalog.Catalog) (change, error) {
		u, err := tx.SystemUserOf(ctx, party.OrgNo(a.OrgNo), one.ID)
		switch {
		case err != nil:
			return change{}, err
		case u.Current(r.Now()).Status == systemuser.Revoked:
			return change{}, models.NewError(models.Conflict, models.CodeUserRevoked)
		case u.Version != one.Seen:
			return change{}, models.NewError(models.Conflict, models.CodeConflict)
		}
		u.Reviewed = stored(r.Now())
		done := change{}
		switch {
		case one.Do == ReviewRevoke:
			done, err = r.end(ctx, tx, a, u, systemuser.EndedByCustomer, "systemuser.revoked")
		case one.Do == ReviewPause && u.CustomerPaused.IsZero():
			done, err = r.suspend(ctx, tx, u, paused)
		default:
			done, err = r.keep(ctx, tx, u, "systemuser.kept")
		}
		if err == nil {
			done.detail["review"] = string(review)
		}
		return done, err
	})
}

// ReviewedLine is what a review did with one system user.
type ReviewedLine struct {
	SystemUserView
	Done HistoryLine
}

// ReviewDone tells what the review with the id did with the actor's
// organisation's system users, and which live ones it left. NotFound when it did
// nothing there.
func (r *Registry) ReviewDone(ctx context.Context, a models.Actor, review models.ID) (done []ReviewedLine, left []SystemUserView, err error) {
	err = r.read(ctx, a, policy.SystemUserRead, func(tx Reader, _ policy.Standing, c *catalog.Catalog) error {
		users, err := tx.SystemUsersOf(ctx, party.OrgNo(a.OrgNo), maxList)
		if err != nil {
			return err
		}
		views, err := r.namedUsers(ctx, tx, users)
		if err != nil {
			return err
		}
		subjects := make([]string, len(views))
		for i, v := range views {
			subjects[i] = userSubject(v.SystemUser.ID)
		}
		lines, err := r.history(ctx, tx, a, c, subjects...)
		if err != nil {
			return err
		}
		by := map[string]HistoryLine{}
		for _, l := range lines {
			if l.Entry.Detail["review"] == string(review) && l.Entry.Outcome == audit.Done {
				by[l.Entry.Subject] = l
			}
		}
		if len(by) == 0 {
			return models.NewError(models.NotFound, models.CodeNotFound)
		}
		for _, v := range slices.Backward(views) {
			l, ok := by[userSubject(v.SystemUser.ID)]
			switch {
			case ok:
				done = append(done, ReviewedLine{v, l})
			case v.SystemUser.Status == systemuser.Active:
				left = append(left, v)
			}
		}
		return nil
	})
	return done, left, err
}
