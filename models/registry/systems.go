package registry

import (
	"context"
	"strconv"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/system"
)

// RegisterSystem stores a new system of the supplier that the actor acts for.
// Errors: Invalid with the fields of system.System.Faults; Conflict
// system.exists (the id was ever taken) and system.client_taken; those of the
// policy.
func (r *Registry) RegisterSystem(ctx context.Context, a models.Actor, s system.System) (system.System, error) {
	s.Supplier, s.Deleted, s.Version = party.OrgNo(a.OrgNo), false, 1
	s.CreatedAt = r.Now()
	s.ChangedAt = s.CreatedAt
	err := r.guard(ctx, a, policy.SystemRegister, "system:"+string(s.ID), func(tx Tx, _ policy.Standing, c *catalog.Catalog) (change, error) {
		if err := s.Faults(c, r.Issuers).Err(); err != nil {
			return change{}, err
		}
		if err := tx.AddSystem(ctx, s); err != nil {
			return change{}, err
		}
		return change{
			subject: "system:" + string(s.ID), event: "system.registered", orgs: []party.OrgNo{s.Supplier},
			detail: audit.Detail{"name": s.Name.NB, "asks": strconv.Itoa(len(s.Asks)), "clients": strconv.Itoa(len(s.Clients))},
		}, nil
	})
	return s, err
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

// ownSystem finds a system of the supplier that the actor acts for.
func ownSystem(ctx context.Context, tx Reader, a models.Actor, id system.ID) (system.System, error) {
	s, err := tx.System(ctx, id)
	if err == nil && s.Supplier != party.OrgNo(a.OrgNo) {
		err = models.NewError(models.NotFound, models.CodeNotFound)
	}
	return s, err
}
