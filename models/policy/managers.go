package policy

import (
	"slices"

	"github.com/stafett/stafett/models/catalog"
)

// Managers lists each holding by which a person administers access for an
// organisation of the form, for finding those people: who holds one of them is
// an AccessManager, and nobody else is.
func Managers(c *catalog.Catalog, form string) []string {
	var urns []string
	for _, power := range []string{mainAdministrator, accessManager, estateManager, branchManager} {
		urns = append(append(urns, power), roles[power]...)
		for _, row := range c.Matrix(power) {
			urns = append(urns, row.RoleURN)
		}
	}
	urns = slices.DeleteFunc(urns, func(urn string) bool {
		return !Standing{Holdings: []string{urn}, Form: form}.AccessManager(c)
	})
	slices.Sort(urns)
	return slices.Compact(urns)
}
