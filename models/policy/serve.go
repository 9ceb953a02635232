package policy

import (
	"slices"

	"github.com/stafett/stafett/models/catalog"
)

// Serving is what lets a facilitator act for one client organisation: the
// relations between the two that last. The zero Serving lets it do nothing.
type Serving struct {
	Relations []string // URNs of register roles, and of packages that the client has given it
	Form      string   // the client's form of organisation, for rows that concern one form
}

// Access is the packages that a facilitator has for a client through one
// relation, ordered by URN.
type Access struct {
	Relation string
	Packages []string
}

// Gives reports whether the facilitator has the package for the client and may
// let an agent system user have it. The package must be delegable. The register
// role of the facilitator gives it where the matrix says that the role has
// access to it: what the matrix says of passing on (canDelegate) is about the
// role's own people, and false for the client packages. A package that is
// assignable is also had when the client has given it.
func (s Serving) Gives(c *catalog.Catalog, packageURN string) bool {
	return slices.ContainsFunc(s.Relations, func(relation string) bool { return s.through(c, relation, packageURN) })
}

func (s Serving) through(c *catalog.Catalog, relation, packageURN string) bool {
	p, ok := c.Package(packageURN)
	switch {
	case !ok || !p.Delegable || p.ForPersons:
		return false
	case relation == packageURN:
		return p.Assignable
	}
	return slices.ContainsFunc(c.Matrix(packageURN), func(row catalog.RolePackage) bool {
		return row.RoleURN == relation && row.HasAccess && (row.Variant == "" || row.Variant == s.Form)
	})
}

// Lacks returns those of the items that the facilitator does not have for the
// client, in their order. With none left, an agent that holds the items can
// serve the client. A right is never had: agents hold packages.
func (s Serving) Lacks(c *catalog.Catalog, items []catalog.Item) []catalog.Item {
	return lacking(items, func(urn string) bool { return s.Gives(c, urn) })
}

// Access tells what the facilitator has for the client, through which relation,
// in the order of the relations.
func (s Serving) Access(c *catalog.Catalog) []Access {
	var out []Access
	for _, relation := range s.Relations {
		a := Access{Relation: relation}
		for _, p := range c.Packages() {
			if s.through(c, relation, p.URN) {
				a.Packages = append(a.Packages, p.URN)
			}
		}
		if len(a.Packages) > 0 {
			out = append(out, a)
		}
	}
	return out
}

// OwnLacks returns those of the items that an organisation cannot let its agent
// have for the organisation itself, in their order: all but packages that are
// assignable. Whether the person may grant the rest, Standing.Grants says.
func OwnLacks(c *catalog.Catalog, items []catalog.Item) []catalog.Item {
	return lacking(items, func(urn string) bool { return assignable(c, urn) })
}

func lacking(items []catalog.Item, has func(packageURN string) bool) []catalog.Item {
	return slices.DeleteFunc(slices.Clone(items), func(i catalog.Item) bool {
		return i.Kind == catalog.PackageItem && i.Action == "" && has(i.Ref)
	})
}
