package policy

import (
	"maps"
	"slices"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
)

// WhoGrants names the people of an organisation of the form who may grant: for
// each item, in the order of items, and all items together. members says what
// each holds. How they will have signed in is not known, and taken to be
// enough. The people come in the order of their ids.
func WhoGrants(c *catalog.Catalog, items []catalog.Item, form string, members map[models.ID][]string) (each [][]models.ID, all []models.ID) {
	each = make([][]models.ID, len(items))
	for _, id := range slices.Sorted(maps.Keys(members)) {
		s := Standing{Holdings: members[id], Form: form, Level: 1}
		whole := s.AccessManager(c)
		for i, item := range items {
			if s.Grants(c, item).OK() {
				each[i] = append(each[i], id)
			} else {
				whole = false
			}
		}
		if whole {
			all = append(all, id)
		}
	}
	return each, all
}
