package registry

import (
	"context"
	"maps"
	"slices"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
)

// standings is how everybody in the organisation would stand there, each signed
// in at the level that it takes.
func (r *Registry) standings(ctx context.Context, tx Reader, o party.Organisation) (map[models.ID]policy.Standing, error) {
	holdings, err := tx.Holdings(ctx, o.OrgNo, r.Now())
	out := map[models.ID]policy.Standing{}
	for _, h := range holdings {
		s := out[h.Person]
		s.Form, s.Level, s.MinLevel = o.Form, max(r.MinLevel, 1), r.MinLevel
		if !slices.Contains(s.Holdings, h.URN) {
			s.Holdings = append(s.Holdings, h.URN)
		}
		out[h.Person] = s
	}
	return out, err
}

// those are the people who stand so that they may, in the order of their ids.
func those(ctx context.Context, tx Reader, standings map[models.ID]policy.Standing, may func(policy.Standing) bool) ([]party.Person, error) {
	ids := slices.Sorted(maps.Keys(standings))
	ids = slices.DeleteFunc(ids, func(id models.ID) bool { return !may(standings[id]) })
	persons, err := tx.Persons(ctx, ids)
	out := make([]party.Person, len(ids))
	for i, id := range ids {
		out[i] = persons[id]
	}
	return out, err
}

// administrators are those who administer access.
func administrators(ctx context.Context, tx Reader, c *catalog.Catalog, standings map[models.ID]policy.Standing) ([]party.Person, error) {
	return those(ctx, tx, standings, func(s policy.Standing) bool { return s.AccessManager(c) })
}
