package policy

import (
	"slices"
	"strings"

	"github.com/stafett/stafett/models/catalog"
)

// The powers of administration, as access packages of the matrix, and the
// roles that stand for them without a row there.
const (
	accessManager      = catalog.PackagePrefix + "tilgangsstyrer"
	mainAdministrator  = catalog.PackagePrefix + "hovedadministrator"
	estateManager      = catalog.PackagePrefix + "konkursbo-tilgangsstyrer"
	mainAdministrators = "urn:altinn:role:hovedadministrator"

	// SystemAdministrator is the power to manage an organisation's own systems
	// as a supplier, given by its administrators.
	SystemAdministrator = "urn:stafett:role:systemadministrator"
)

// legacy are roles of the older scheme that mean administration by themselves.
var legacy = []string{"urn:altinn:rolecode:admai", "urn:altinn:rolecode:hadm", "urn:altinn:rolecode:boadm"}

// Standing is what a person holds in one organisation, and how surely he is
// signed in. The zero Standing is nobody's.
type Standing struct {
	Holdings []string // URNs of roles, and of packages given to him in person
	Form     string   // the organisation's form, for rows that concern one form
	Level    int      // authentication level of his session
	MinLevel int      // below it nobody grants anything
}

// Member reports whether the person holds anything at all in the organisation.
func (s Standing) Member() bool { return len(s.Holdings) > 0 }

// AccessManager reports whether the person administers access for the
// organisation: managing director, owner, chair, main administrator, access
// manager and the like, by the matrix's administrative packages.
func (s Standing) AccessManager(c *catalog.Catalog) bool {
	for _, h := range s.Holdings {
		if h == mainAdministrators || slices.Contains(legacy, h) {
			return true
		}
	}
	for _, urn := range []string{accessManager, mainAdministrator, estateManager} {
		if slices.Contains(s.Holdings, urn) {
			return true
		}
		for _, row := range s.rows(c, urn) {
			if row.HasAccess {
				return true
			}
		}
	}
	return false
}

// ManagesSystems reports whether the person may act for the organisation as a
// supplier.
func (s Standing) ManagesSystems(c *catalog.Catalog) bool {
	return slices.Contains(s.Holdings, SystemAdministrator) || s.AccessManager(c)
}

// Strongest returns the holdings with those first by which the person
// administers access, then systems, then other roles, then packages given in
// person: for saying why he may act.
func (s Standing) Strongest(c *catalog.Catalog) []string {
	rank := func(h string) int {
		switch alone := (Standing{Holdings: []string{h}, Form: s.Form}); {
		case alone.AccessManager(c):
			return 0
		case h == SystemAdministrator:
			return 1
		case !strings.HasPrefix(h, catalog.PackagePrefix):
			return 2
		}
		return 3
	}
	out := slices.Clone(s.Holdings)
	slices.SortStableFunc(out, func(a, b string) int { return rank(a) - rank(b) })
	return out
}

// rows returns the rows of the matrix for the package that the person's roles
// and the organisation's form meet.
func (s Standing) rows(c *catalog.Catalog, packageURN string) []catalog.RolePackage {
	var out []catalog.RolePackage
	for _, row := range c.Matrix(packageURN) {
		held := slices.Contains(s.Holdings, row.RoleURN) ||
			row.RoleURN == mainAdministrators && slices.Contains(s.Holdings, mainAdministrator)
		if held && (row.Variant == "" || row.Variant == s.Form) {
			out = append(out, row)
		}
	}
	return out
}
