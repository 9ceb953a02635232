package policy

import (
	"slices"
	"strings"
	"time"

	"github.com/stafett/stafett/models/catalog"
)

// The powers of administration, as access packages of the matrix. Who holds
// one in person has the power; so has who holds a role that has access to it.
const (
	accessManager       = catalog.PackagePrefix + "tilgangsstyrer"
	mainAdministrator   = catalog.PackagePrefix + "hovedadministrator"
	clientAdministrator = catalog.PackagePrefix + "klientadministrator"
	estateManager       = catalog.PackagePrefix + "konkursbo-tilgangsstyrer"
	branchManager       = catalog.PackagePrefix + "ffor-tilgangsstyrer-nuf" // of a foreign company's branch

	// mainAdministrators is the role under which the matrix says what a main
	// administrator may pass on.
	mainAdministrators = "urn:altinn:role:hovedadministrator"
)

// Powers of our own, given by the access managers of an organisation.
const (
	// SystemAdministrator is the power to manage an organisation's own systems
	// as a supplier.
	SystemAdministrator = "urn:stafett:role:systemadministrator"
	// Viewer is the least that ties a person to an organisation: he reads and
	// forwards, and nothing more.
	Viewer = "urn:stafett:role:viewer"
)

// roles that mean a power by themselves, without a row in the matrix: Altinn's,
// and those of its older scheme.
var roles = map[string][]string{
	accessManager:       {"urn:altinn:rolecode:admai"},
	mainAdministrator:   {mainAdministrators, "urn:altinn:rolecode:hadm"},
	clientAdministrator: {"urn:altinn:rolecode:kladm"},
	estateManager:       {"urn:altinn:rolecode:boadm"},
}

// Standing is what a person holds in one organisation, and how surely and how
// lately he signed in. The zero Standing is nobody's.
type Standing struct {
	Holdings []string      // URNs of roles, and of packages given to him in person
	Form     string        // the organisation's form, for rows that concern one form
	Level    int           // authentication level of his session
	MinLevel int           // below it nobody grants anything; at level 0 nobody does in any case
	Age      time.Duration // since he proved who he is
	MaxAge   time.Duration // after it nobody grants anything; zero for any age
}

// LevelLow reports whether the person is signed in at too low a level to
// grant. At level 0 nobody has vouched for who he is, or in words that we do
// not know.
func (s Standing) LevelLow() bool { return s.Level < max(1, s.MinLevel) }

// LoginOld reports whether it is too long since he proved who he is.
func (s Standing) LoginOld() bool { return s.MaxAge > 0 && s.Age > s.MaxAge }

// Member reports whether the person holds anything at all in the organisation.
func (s Standing) Member() bool { return len(s.Holdings) > 0 }

// AccessManager reports whether the person administers access for the
// organisation: managing director, owner, chair, main administrator, access
// manager and the like, by the matrix's administrative packages. What he may
// grant is another question (Grants).
func (s Standing) AccessManager(c *catalog.Catalog) bool {
	return s.MainAdministrator(c) || s.has(c, accessManager) || s.has(c, estateManager) || s.has(c, branchManager)
}

// MainAdministrator reports whether the person administers all access for the
// organisation: he passes on also what he has no access to himself. The matrix
// makes managing directors, owners and chairs main administrators.
func (s Standing) MainAdministrator(c *catalog.Catalog) bool {
	return s.named(mainAdministrator) || slices.ContainsFunc(c.Matrix(mainAdministrator), func(row catalog.RolePackage) bool {
		return row.HasAccess && s.inForm(row) && slices.Contains(s.Holdings, row.RoleURN)
	})
}

// ClientAdministrator reports whether the person decides which of the
// organisation's clients its agent system users serve. It does not follow from
// administering access, nor the other way; the matrix gives many roles both.
func (s Standing) ClientAdministrator(c *catalog.Catalog) bool { return s.has(c, clientAdministrator) }

// ManagesSystems reports whether the person may act for the organisation as a
// supplier.
func (s Standing) ManagesSystems(c *catalog.Catalog) bool {
	return slices.Contains(s.Holdings, SystemAdministrator) || s.AccessManager(c)
}

// named reports whether a holding of the person is the power itself or a role
// that means it.
func (s Standing) named(power string) bool {
	return slices.Contains(s.Holdings, power) ||
		slices.ContainsFunc(roles[power], func(role string) bool { return slices.Contains(s.Holdings, role) })
}

// has reports whether the person has a power, in person or by the matrix.
func (s Standing) has(c *catalog.Catalog, power string) bool {
	return s.named(power) || slices.ContainsFunc(s.rows(c, power), func(row catalog.RolePackage) bool { return row.HasAccess })
}

// holdsRole reports whether the person holds the role. Every main administrator
// holds the role under which the matrix knows him, however he came by the power.
func (s Standing) holdsRole(c *catalog.Catalog, role string) bool {
	return slices.Contains(s.Holdings, role) || role == mainAdministrators && s.MainAdministrator(c)
}

// inForm reports whether the row of the matrix concerns the organisation's form.
func (s Standing) inForm(row catalog.RolePackage) bool {
	return row.Variant == "" || row.Variant == s.Form
}

// rows returns the rows of the matrix for the package that the person's roles
// and the organisation's form meet.
func (s Standing) rows(c *catalog.Catalog, packageURN string) []catalog.RolePackage {
	return slices.DeleteFunc(c.Matrix(packageURN), func(row catalog.RolePackage) bool {
		return !s.inForm(row) || !s.holdsRole(c, row.RoleURN)
	})
}

// Strongest returns the holdings with those first by which the person is main
// administrator, then those by which he administers access, then systems, then clients, then other roles, then
// packages given in person, and merely looking on last: for saying why he may
// act.
func (s Standing) Strongest(c *catalog.Catalog) []string {
	rank := func(h string) int {
		switch alone := (Standing{Holdings: []string{h}, Form: s.Form}); {
		case alone.MainAdministrator(c):
			return 0
		case alone.AccessManager(c):
			return 1
		case h == SystemAdministrator:
			return 2
		case alone.ClientAdministrator(c):
			return 3
		case h == Viewer:
			return 6
		case !strings.HasPrefix(h, catalog.PackagePrefix):
			return 4
		}
		return 5
	}
	out := slices.Clone(s.Holdings)
	slices.SortStableFunc(out, func(a, b string) int { return rank(a) - rank(b) })
	return out
}
