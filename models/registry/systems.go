package registry

import (
	"context"
	"errors"
	"slices"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/system"
)

// SystemReader reads systems.
type SystemReader interface {
	VisibleReader
	// System finds a system, deleted or not.
	System(ctx context.Context, id system.ID) (system.System, error)
	Systems(ctx context.Context, ids []system.ID) (map[system.ID]system.System, error)
	// SystemsOf lists the supplier's systems that are not deleted, newest first.
	SystemsOf(ctx context.Context, supplier party.OrgNo) ([]system.System, error)
	// SystemsAfter lists at most limit of them after the place; from the
	// beginning when it is zero.
	SystemsAfter(ctx context.Context, supplier party.OrgNo, after SystemPlace, limit int) ([]system.System, error)
	// VisibleAfter lists at most limit systems that customers may find and that
	// are not deleted, by id, after this one.
	VisibleAfter(ctx context.Context, after system.ID, limit int) ([]system.System, error)
	// Supplies reports whether the organisation has a system that is not deleted.
	Supplies(ctx context.Context, supplier party.OrgNo) (bool, error)
	// Customers tells, for each system, how many customers have a live system user.
	Customers(ctx context.Context, ids []system.ID) (map[system.ID]int, error)
	// ClientSystems tells which systems the clients belong to.
	ClientSystems(ctx context.Context, clients []system.Client) (map[system.Client]system.ID, error)
	// SystemChanges lists at most limit changes of the system before the
	// version, newest first; from the newest when it is zero.
	SystemChanges(ctx context.Context, id system.ID, before int64, limit int) ([]system.Change, error)
}

// RegisterSystem stores a new system of the supplier that the actor acts for. A
// supplier that we do not know yet is added without a name: the token of its
// program vouches for it. Errors, all at once (see errors.Join): Invalid with
// the fields of system.System.Faults; Conflict system.exists (the id was ever
// taken) and system.client_taken; those of the policy.
func (r *Registry) RegisterSystem(ctx context.Context, a models.Actor, s system.System) (system.System, error) {
	s.Supplier, s.Deleted, s.Version = party.OrgNo(a.OrgNo), false, 1
	s.UUID, s.CreatedAt = models.NewID(), r.Now()
	s.ChangedAt = s.CreatedAt
	err := r.guard(ctx, a, policy.SystemRegister, "system:"+string(s.ID), func(tx Tx, _ policy.Standing, c *catalog.Catalog) (change, error) {
		known, err := idTaken(ctx, tx, s.ID)
		if err != nil {
			return change{}, err
		}
		var exists error
		if known {
			exists = models.NewError(models.Conflict, models.CodeSystemExists)
		}
		taken, err := clientsTaken(ctx, tx, s, r.Issuers)
		if err != nil {
			return change{}, err
		}
		if err := errors.Join(s.Faults(c, r.Issuers).Err(), exists, taken); err != nil {
			return change{}, err
		}
		if err := vouched(ctx, tx, a); err != nil {
			return change{}, err
		}
		if err := tx.AddSystem(ctx, s); err != nil {
			return change{}, err
		}
		return r.changed(ctx, tx, a, system.Created, s, change{event: "system.registered", orgs: []party.OrgNo{s.Supplier}})
	})
	return s, err
}

// idTaken tells whether a system has the id; none has what can be no id.
func idTaken(ctx context.Context, tx Reader, id system.ID) (bool, error) {
	if _, err := system.ParseID(string(id)); err != nil {
		return false, nil
	}
	_, err := tx.System(ctx, id)
	if e, is := errors.AsType[*models.Error](err); is && e.Kind == models.NotFound {
		return false, nil
	}
	return err == nil, err
}

// clientsTaken is Conflict system.client_taken when a client of s at one of the
// issuers belongs to another system. What no client can be is not looked up.
func clientsTaken(ctx context.Context, tx Reader, s system.System, issuers []string) (taken, err error) {
	wanted := slices.DeleteFunc(slices.Clone(s.Clients), func(c system.Client) bool {
		return !c.WellFormed() || !slices.Contains(issuers, c.Issuer)
	})
	owners, err := tx.ClientSystems(ctx, wanted)
	for _, owner := range owners {
		if owner != s.ID {
			return models.NewError(models.Conflict, models.CodeClientTaken), err
		}
	}
	return nil, err
}

// vouched adds the organisation that the program acts for when we do not know
// it.
func vouched(ctx context.Context, tx Tx, a models.Actor) error {
	if a.Kind == models.Person {
		return nil // who belongs to it, so it is known
	}
	_, err := tx.Organisation(ctx, party.OrgNo(a.OrgNo))
	if e, ok := errors.AsType[*models.Error](err); ok && e.Kind == models.NotFound {
		_, err = tx.PutOrganisation(ctx, party.Organisation{OrgNo: party.OrgNo(a.OrgNo)})
	}
	return err
}

// SystemView is a system as its supplier sees it.
type SystemView struct {
	System    system.System
	Customers int // with a live system user
}

// Systems lists the systems of the supplier that the actor acts for, newest first.
func (r *Registry) Systems(ctx context.Context, a models.Actor) ([]SystemView, error) {
	var out []SystemView
	err := r.read(ctx, a, policy.SystemRead, func(tx Reader, _ policy.Standing, _ *catalog.Catalog) error {
		systems, err := tx.SystemsOf(ctx, party.OrgNo(a.OrgNo))
		if err != nil {
			return err
		}
		ids := make([]system.ID, len(systems))
		for i, s := range systems {
			ids[i] = s.ID
		}
		customers, err := tx.Customers(ctx, ids)
		if err != nil {
			return err
		}
		for _, s := range systems {
			out = append(out, SystemView{System: s, Customers: customers[s.ID]})
		}
		return nil
	})
	return out, err
}

// System returns one of the actor's own systems; another supplier's is as
// absent as one that does not exist.
func (r *Registry) System(ctx context.Context, a models.Actor, id system.ID) (SystemView, error) {
	var out SystemView
	err := r.read(ctx, a, policy.SystemRead, func(tx Reader, _ policy.Standing, _ *catalog.Catalog) error {
		s, err := ownSystem(ctx, tx, a, id)
		if err != nil {
			return err
		}
		customers, err := tx.Customers(ctx, []system.ID{id})
		out = SystemView{System: s, Customers: customers[id]}
		return err
	})
	return out, err
}

// PublicSystem returns a system that is not deleted, for whoever it asks
// something of; a system that customers cannot find is told too, since who has
// its id was given it.
func (r *Registry) PublicSystem(ctx context.Context, id system.ID) (system.System, error) {
	var s system.System
	err := r.Store.Read(ctx, func(tx Reader) error {
		found, err := tx.System(ctx, id)
		if err == nil && found.Deleted {
			err = models.NewError(models.NotFound, models.CodeNotFound)
		}
		if err == nil {
			s = found
		}
		return err
	})
	return s, err
}

// Catalog returns the catalogue, for search and for names.
func (r *Registry) Catalog(ctx context.Context) (*catalog.Catalog, error) {
	var c *catalog.Catalog
	err := r.Store.Read(ctx, func(tx Reader) error {
		var err error
		c, err = tx.Catalog(ctx)
		return err
	})
	return c, err
}
