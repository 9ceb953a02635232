package registry

import (
	"context"
	"slices"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/request"
)

// Care is what the reader may do with a system user of his organisation, and who
// may where he may not. Of one that has ended it has Manage alone.
type Care struct {
	Manage bool // pause it, rename it, end it sooner or now, take something from it; or have another in its place
	// Again says why he must log in again before he lets it go on or longer:
	// authentication.level or authentication.age. Empty when he need not.
	Again    models.Code
	Lacking  []Asked          // what it was given and he may not grant, so that he may not let it go on for longer; Others may
	Managers []party.Person   // who may, when he may not manage it
	Waiting  []request.Change // questions to change it that wait for an answer
}

// care tells what the reader who stands as s may do with u.
func (r *Registry) care(ctx context.Context, tx Reader, a models.Actor, s policy.Standing, c *catalog.Catalog, u SystemUserView) (Care, error) {
	out := Care{Manage: policy.Check(a, policy.SystemUserSuspend, s, c) == nil}
	switch code := models.CodeOf(policy.Check(a, policy.SystemUserProlong, s, c)); code {
	case models.CodeLevelTooLow, models.CodeLoginTooOld:
		out.Again = code
	}
	var err error
	out.Waiting, err = tx.ChangePage(ctx, ChangeQuery{
		Supplier: u.Supplier.OrgNo, System: u.SystemUser.System, Customer: u.SystemUser.Customer, ExternalRef: u.SystemUser.ExternalRef,
		Status: request.Pending, Now: r.Now(),
	}, maxTold)
	if err != nil {
		return Care{}, err
	}
	out.Waiting = slices.DeleteFunc(out.Waiting, func(one request.Change) bool { return one.SystemUser != u.SystemUser.ID })
	if out.Manage {
		s.Level = max(s.Level, s.MinLevel, 1) // what a new login would not change
		out.Lacking = slices.DeleteFunc(prolonged(s, c, u.SystemUser, u.System), func(one Asked) bool { return one.Verdict.OK() })
	}
	if out.Manage && len(out.Lacking) == 0 {
		return out, nil
	}
	return out, r.helpers(ctx, tx, c, u, &out)
}

// helpers names who may do what the reader may not.
func (r *Registry) helpers(ctx context.Context, tx Reader, c *catalog.Catalog, u SystemUserView, out *Care) error {
	standings, err := r.standings(ctx, tx, u.Customer)
	if err != nil {
		return err
	}
	managers, err := administrators(ctx, tx, c, standings)
	if !out.Manage {
		out.Managers = managers
	}
	for i := range out.Lacking {
		one := &out.Lacking[i]
		for _, p := range managers {
			if standings[p.ID].GrantsTo(u.SystemUser.Kind, c, one.Item).OK() {
				one.Others = append(one.Others, p)
			}
		}
	}
	return err
}
