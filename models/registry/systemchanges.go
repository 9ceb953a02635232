package registry

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/system"
)

// SystemTx changes systems.
type SystemTx interface {
	// AddSystem stores a new system with version 1: Conflict system.exists
	// when the id was ever taken, system.client_taken when one of its clients
	// belongs to another system.
	AddSystem(ctx context.Context, s system.System) error
	// UpdateSystem stores all of s but id, internal id, supplier and time of
	// making, if the stored one is not deleted and has s.Version; the version
	// goes up by one. Otherwise Conflict; system.client_taken as above.
	UpdateSystem(ctx context.Context, s system.System) error
	// AddSystemChange stores what a version of a system is, once.
	AddSystemChange(ctx context.Context, c system.Change) error
	// EndSystem ends what a deleted system has: revokes its live system users,
	// each with a number of its own, detaches their clients, withdraws its
	// pending requests and change requests, and hides the accepted ones.
	EndSystem(ctx context.Context, id system.ID, at time.Time) (SystemEnd, error)
}

// SystemEnd counts what ended with a system.
type SystemEnd struct {
	SystemUsers    int
	Requests       int
	ChangeRequests int
	Customers      []party.OrgNo // whose they were, sorted
}

// Versions are those that a caller believes that a system has; nil is any.
type Versions []int64

// must is Conflict precondition when the system has another version.
func (v Versions) must(s system.System) error {
	if v == nil || slices.Contains(v, s.Version) {
		return nil
	}
	return models.NewError(models.Conflict, models.CodePrecondition)
}

// SystemEdit is a change of a system by its supplier.
type SystemEdit struct {
	// Type is Updated, or else RightsUpdated or PackagesUpdated, when nothing but
	// those change: then nothing else is judged anew.
	Type     system.ChangeType
	Versions Versions
	// Edit makes the stored system into what it shall be. What it returns is
	// wrong beside what is wrong with the system. It may run more than once.
	Edit func(*system.System) models.Faults
}

// UpdateSystem changes one of the actor's own systems. Errors: NotFound; Gone
// system.deleted; Conflict precondition; and, all at once, Invalid with the
// fields of system.System.Faults, where asks count those alone that Type is
// about, and Conflict system.client_taken.
func (r *Registry) UpdateSystem(ctx context.Context, a models.Actor, id system.ID, e SystemEdit) (system.System, error) {
	var s system.System
	err := r.guard(ctx, a, policy.SystemUpdate, "system:"+string(id), func(tx Tx, _ policy.Standing, c *catalog.Catalog) (change, error) {
		was, err := ownSystem(ctx, tx, a, id)
		if err == nil {
			err = e.Versions.must(was)
		}
		if err == nil && was.Deleted {
			err = models.NewError(models.Gone, models.CodeSystemDeleted)
		}
		if err != nil {
			return change{}, err
		}
		s = was
		s.Asks, s.Clients = slices.Clone(was.Asks), slices.Clone(was.Clients)
		faults := e.Edit(&s)
		s.ID, s.UUID, s.Supplier, s.Deleted, s.Version, s.CreatedAt = was.ID, was.UUID, was.Supplier, false, was.Version, was.CreatedAt
		s.ChangedAt = r.Now()
		if err := r.admit(ctx, tx, was, s, e, faults, c); err != nil {
			return change{}, err
		}
		if err := tx.UpdateSystem(ctx, s); err != nil {
			return change{}, err
		}
		s.Version++
		return r.changed(ctx, tx, a, e.Type, s, change{event: "system.updated", orgs: []party.OrgNo{s.Supplier}})
	})
	return s, err
}

// admit gathers what is wrong with what a system is to become.
func (r *Registry) admit(ctx context.Context, tx Reader, was, s system.System, e SystemEdit, faults models.Faults, c *catalog.Catalog) error {
	issuers := slices.Clone(r.Issuers)
	for _, client := range was.Clients { // one that is trusted no more may stay, since it gives nothing
		issuers = append(issuers, client.Issuer)
	}
	judged := s
	if kind, part := map[system.ChangeType]catalog.ItemKind{
		system.RightsUpdated: catalog.RightItem, system.PackagesUpdated: catalog.PackageItem,
	}[e.Type]; part {
		judged.Clients, judged.RedirectURLs = nil, nil
		judged.Asks = slices.DeleteFunc(slices.Clone(s.Asks), func(a system.Ask) bool { return a.Item.Kind != kind })
	}
	taken, err := clientsTaken(ctx, tx, judged, issuers)
	if err != nil {
		return err
	}
	faults = append(faults, judged.Faults(c, issuers)...)
	if len(judged.Asks) <= system.MaxAsks && len(s.Asks) > system.MaxAsks {
		faults.Add("asks", "too_many")
	}
	return errors.Join(faults.Err(), taken)
}

// DeleteSystem deletes one of the actor's own systems for good, and with it all
// that customers have given it: nobody is given a token for it from the commit
// on. Its id stays taken, its clients are free for another system. Deleting it
// again does nothing. Errors: NotFound; Conflict precondition.
func (r *Registry) DeleteSystem(ctx context.Context, a models.Actor, id system.ID, v Versions) (system.System, error) {
	var s system.System
	err := r.guard(ctx, a, policy.SystemDelete, "system:"+string(id), func(tx Tx, _ policy.Standing, _ *catalog.Catalog) (change, error) {
		var err error
		if s, err = ownSystem(ctx, tx, a, id); err == nil {
			err = v.must(s)
		}
		if err != nil || s.Deleted {
			return change{}, err
		}
		s.Deleted, s.Clients, s.ChangedAt = true, nil, r.Now()
		if err := tx.UpdateSystem(ctx, s); err != nil {
			return change{}, err
		}
		s.Version++
		end, err := tx.EndSystem(ctx, id, s.ChangedAt)
		if err != nil {
			return change{}, err
		}
		return r.changed(ctx, tx, a, system.Deleted, s, change{
			event: "system.deleted", orgs: append([]party.OrgNo{s.Supplier}, end.Customers...), detail: audit.Detail{
				"systemusers": strconv.Itoa(end.SystemUsers), "requests": strconv.Itoa(end.Requests), "changerequests": strconv.Itoa(end.ChangeRequests),
			},
		})
	})
	return s, err
}

// changed writes the change log of a system, and completes what is recorded of
// the change.
func (r *Registry) changed(ctx context.Context, tx Tx, a models.Actor, t system.ChangeType, s system.System, done change) (change, error) {
	c := system.Change{Type: t, By: party.OrgNo(a.OrgNo), At: s.ChangedAt, System: s}
	if a.Kind != models.Person {
		c.ClientID = a.ID
	}
	if done.detail == nil {
		done.detail = audit.Detail{}
	}
	done.subject = "system:" + string(s.ID)
	done.detail["name"], done.detail["change"], done.detail["version"] = s.Name.NB, string(t), strconv.FormatInt(s.Version, 10)
	done.detail["asks"], done.detail["clients"] = strconv.Itoa(len(s.Asks)), strconv.Itoa(len(s.Clients))
	return done, tx.AddSystemChange(ctx, c)
}

// SystemChanges lists at most limit changes of one of the actor's own systems
// before the version, newest first; from the newest when it is zero, and all of
// them when limit is zero. next is the version to go on from, zero at the end.
func (r *Registry) SystemChanges(ctx context.Context, a models.Actor, id system.ID, before int64, limit int) (changes []system.Change, next int64, err error) {
	err = r.read(ctx, a, policy.SystemRead, func(tx Reader, _ policy.Standing, _ *catalog.Catalog) error {
		if _, err := ownSystem(ctx, tx, a, id); err != nil {
			return err
		}
		changes, next, err = page(limit, before, func(after int64, n int) ([]system.Change, error) {
			return tx.SystemChanges(ctx, id, after, n)
		}, func(c system.Change) int64 { return c.System.Version }, nil)
		return err
	})
	return changes, next, err
}
