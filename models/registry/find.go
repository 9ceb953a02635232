package registry

import (
	"context"
	"slices"
	"strings"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/system"
)

// VisibleReader searches what customers may find.
type VisibleReader interface {
	// FindVisible lists the visible systems that are not deleted and whose id,
	// names in any language, supplier's name or number hold each of the words, in
	// any case: by name in bokmål, at most limit after the first skip. n is how
	// many there are in all.
	FindVisible(ctx context.Context, words []string, skip, limit int) (found []system.System, n int, err error)
}

// FoundSystem is a system in the list of those that customers may find.
type FoundSystem struct {
	System    system.System
	Supplier  party.Organisation
	Customers int     // with a live system user
	Asked     []Asked // without a check
}

// foundPage is how many systems a page of the list has.
const foundPage = 25

// maxFind is how long a text is searched for, in characters.
const maxFind = 200

// foundPages is how far one can leaf.
const foundPages = 1000

// FindSystems is a page of the systems that customers may find by the text,
// counted from 1; any member of an organisation may look. n is how many there
// are in all, more whether there is a page after it.
func (r *Registry) FindSystems(ctx context.Context, a models.Actor, text string, page int) (out []FoundSystem, n int, more bool, err error) {
	if models.TextFault(text, maxFind, false) != "" {
		return nil, 0, false, r.read(ctx, a, policy.SystemUserRead, func(Reader, policy.Standing, *catalog.Catalog) error { return nil })
	}
	words := strings.Fields(strings.ToLower(text))
	words = words[:min(len(words), maxWords)]
	skip := (min(max(page, 1), foundPages) - 1) * foundPage
	err = r.read(ctx, a, policy.SystemUserRead, func(tx Reader, _ policy.Standing, c *catalog.Catalog) error {
		systems, all, err := tx.FindVisible(ctx, words, skip, foundPage)
		if err != nil {
			return err
		}
		n, more = all, skip+len(systems) < all && page < foundPages
		out, err = describedSystems(ctx, tx, c, systems)
		return err
	})
	return out, n, more, err
}

// describedSystems adds suppliers, customers and what is asked for.
func describedSystems(ctx context.Context, tx Reader, c *catalog.Catalog, systems []system.System) ([]FoundSystem, error) {
	ids, nos := make([]system.ID, len(systems)), make([]party.OrgNo, len(systems))
	for i, s := range systems {
		ids[i], nos[i] = s.ID, s.Supplier
	}
	orgs, err := tx.Organisations(ctx, slices.Compact(slices.Sorted(slices.Values(nos))))
	if err != nil {
		return nil, err
	}
	customers, err := tx.Customers(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]FoundSystem, len(systems))
	for i, s := range systems {
		out[i] = FoundSystem{System: s, Supplier: orgs[s.Supplier], Customers: customers[s.ID], Asked: described(c, s, s.Asked())}
	}
	return out, nil
}
