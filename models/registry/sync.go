package registry

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
)

// The feeds of what has changed in the register.
const (
	feedUnits    = "enheter"
	feedSubUnits = "underenheter"
	feedRoles    = "roller"
)

const (
	// backlog is the cursor of the first round through the organisations that
	// are here. It holds the number of the last one, or that the round is over.
	backlog     = "organisations"
	backlogOver = "over"
	// perBatch is how many organisations are asked about for one transaction of
	// the first round.
	perBatch = 50
	// perPage is how many updates are read at once.
	perPage = 1000
	// firstLook is how far back the feeds are read at first: as long as there
	// may be between two runs.
	firstLook = 24 * time.Hour
	// oldest is how old an answer may be that the register gave before we asked;
	// firstLook makes up for it.
	oldest = 2 * time.Hour
)

// step is a cursor and where it goes with what is stored.
type step struct {
	name    string
	was, to string // was is empty when it begins
}

// SyncRegister takes over what has changed in the register since the last run,
// for the organisations that are here. The first run notes where the feeds are
// and then asks about every organisation. How far it has come is stored with
// what it brought, so that the next run goes on there, whatever ends this one;
// the report tells what was done until then. Errors: Unavailable
// register.unavailable; Conflict when another run was faster; those of the
// policy.
func (r *Registry) SyncRegister(ctx context.Context, a models.Actor) (RegisterReport, error) {
	var total RegisterReport
	if err := r.maySync(ctx, a); err != nil {
		return total, err
	}
	started := r.Now()
	feeds := []string{feedUnits, feedSubUnits, feedRoles}
	for _, feed := range feeds {
		if err := r.beginFeed(ctx, a, feed, started); err != nil {
			return total, err
		}
	}
	if err := r.firstRound(ctx, a, started, &total); err != nil {
		return total, err
	}
	for _, feed := range feeds {
		if err := r.followFeed(ctx, a, feed, started, &total); err != nil {
			return total, err
		}
	}
	return total, nil
}

// RefreshOrganisation takes over what the register says of one organisation
// now, whether or not it was here. Errors: NotFound organisation.unknown;
// Unavailable register.unavailable; those of the policy.
func (r *Registry) RefreshOrganisation(ctx context.Context, a models.Actor, o party.OrgNo) (RegisterReport, error) {
	if err := r.maySync(ctx, a); err != nil {
		return RegisterReport{}, err
	}
	n, err := r.askAll(ctx, o, r.Now().Add(-oldest))
	if err != nil {
		return RegisterReport{}, err
	}
	if n.unknown {
		return RegisterReport{}, models.NewError(models.NotFound, models.CodeOrgUnknown)
	}
	return r.take(ctx, a, "organisation:"+string(o), []news{n}, nil)
}

// maySync asks the policy, and whether there is a register at all.
func (r *Registry) maySync(ctx context.Context, a models.Actor) error {
	err := r.read(ctx, a, policy.RegisterSync, func(Reader, policy.Standing, *catalog.Catalog) error { return nil })
	if err == nil && r.Register == nil {
		err = registerDown(errNoRegister)
	}
	return err
}

// take stores what the register says of some organisations, and how far that
// brings us, in one transaction. It is recorded when something has changed.
func (r *Registry) take(ctx context.Context, a models.Actor, subject string, batch []news, m *step) (RegisterReport, error) {
	var report RegisterReport
	err := r.guard(ctx, a, policy.RegisterSync, subject, func(tx Tx, _ policy.Standing, _ *catalog.Catalog) (change, error) {
		report = RegisterReport{}
		var turned []turn
		for _, n := range batch {
			if err := r.absorb(ctx, tx, n, &report, &turned); err != nil {
				return change{}, err
			}
		}
		if m != nil {
			if err := tx.MoveCursor(ctx, m.name, m.was, m.to); err != nil {
				return change{}, err
			}
		}
		if err := r.follow(ctx, tx, a, turned); err != nil || report.Added+report.Updated+report.Ended == 0 {
			return change{}, err
		}
		return change{subject: subject, detail: report.detail()}, nil
	})
	if err != nil {
		return RegisterReport{}, err
	}
	return report, nil
}

// cursor reads how far we have come; empty when it has not begun.
func (r *Registry) cursor(ctx context.Context, name string) (string, error) {
	var at string
	err := r.Store.Read(ctx, func(tx Reader) (err error) { at, err = tx.Cursor(ctx, name); return err })
	return at, err
}

// beginFeed finds a number to follow the feed from, if there is none yet. A
// feed without updates in firstLook begins at a later run.
func (r *Registry) beginFeed(ctx context.Context, a models.Actor, feed string, now time.Time) error {
	at, err := r.cursor(ctx, feed)
	if err != nil || at != "" {
		return err
	}
	_, next, err := r.Register.Updates(ctx, feed, 0, now.Add(-firstLook), 1)
	if err != nil || next == 0 {
		return err
	}
	_, err = r.take(ctx, a, "register:"+feed, nil, &step{name: feed, to: strconv.FormatInt(next, 10)})
	return err
}

// firstRound asks about every organisation that is here, once.
func (r *Registry) firstRound(ctx context.Context, a models.Actor, now time.Time, total *RegisterReport) error {
	for {
		at, err := r.cursor(ctx, backlog)
		if err != nil || at == backlogOver {
			return err
		}
		var nos []party.OrgNo
		err = r.Store.Read(ctx, func(tx Reader) (err error) {
			nos, err = tx.OrganisationsAfter(ctx, party.OrgNo(at), perBatch)
			return err
		})
		if err != nil {
			return err
		}
		m := step{name: backlog, was: at, to: backlogOver}
		batch := make([]news, len(nos))
		for i, o := range nos {
			if batch[i], err = r.askAll(ctx, o, now.Add(-oldest)); err != nil {
				return err
			}
			m.to = string(o)
		}
		report, err := r.take(ctx, a, "register:"+backlog, batch, &m)
		if err != nil {
			return err
		}
		total.add(report)
	}
}

// followFeed takes over what the feed tells of, page by page.
func (r *Registry) followFeed(ctx context.Context, a models.Actor, feed string, now time.Time, total *RegisterReport) error {
	ask := r.askUnit
	if feed == feedRoles {
		ask = r.askRoles
	}
	for {
		at, err := r.cursor(ctx, feed)
		if err != nil || at == "" {
			return err
		}
		after, err := strconv.ParseInt(at, 10, 64)
		if err != nil {
			return fmt.Errorf("cursor of %s: %w", feed, err)
		}
		changed, next, err := r.Register.Updates(ctx, feed, after, time.Time{}, perPage)
		if err != nil || next == after {
			return err
		}
		var held map[party.OrgNo]party.Organisation
		err = r.Store.Read(ctx, func(tx Reader) (err error) { held, err = tx.Organisations(ctx, changed); return err })
		if err != nil {
			return err
		}
		var batch []news
		for _, o := range changed {
			if _, ok := held[o]; !ok {
				continue
			}
			n, err := ask(ctx, o, now)
			if err != nil {
				return err
			}
			batch = append(batch, n)
		}
		report, err := r.take(ctx, a, "register:"+feed, batch, &step{name: feed, was: at, to: strconv.FormatInt(next, 10)})
		if err != nil {
			return err
		}
		total.add(report)
	}
}
