package policy

import (
	"slices"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
)

// Powers lists the powers of our own, which no catalogue lists.
func Powers() []string { return []string{SystemAdministrator, Viewer} }

// Gives says whether the person may give urn, a power or an access package, to
// a person of the organisation, himself among them. An access manager gives
// the powers of our own; a package, administrative ones among them, goes from
// person to person on the terms on which Grants lets it go to a system user.
// So nobody comes by a power to grant what its giver could not grant. What a
// register or a provider confers, as every role does, nobody gives. The item
// of the Verdict has the urn as its Ref.
func (s Standing) Gives(c *catalog.Catalog, urn string) Verdict {
	v := Verdict{Item: catalog.Item{Ref: urn}, Cause: UnknownCause}
	_, isPackage := c.Package(urn)
	_, isRole := c.Role(urn)
	switch {
	case slices.Contains(Powers(), urn):
		v.Cause = ""
	case isPackage:
		v.Item = catalog.PackageOf(urn)
		v.Cause, v.Through = s.passesOn(c, urn)
	case isRole:
		v.Cause = NotDelegable
	}
	v.Cause = s.barred(c, v.Cause)
	return v
}

// Givable returns what the person may give to another in the organisation, if
// need be after a login at a higher level: URNs of packages and powers, sorted.
func (s Standing) Givable(c *catalog.Catalog) []string {
	s.Level = max(s.Level, s.MinLevel, 1)
	var out []string
	for _, p := range c.Packages() {
		out = append(out, p.URN)
	}
	return slices.DeleteFunc(append(out, Powers()...), func(urn string) bool { return !s.Gives(c, urn).OK() })
}

// Ends says whether the person may end a holding, by hand, in the organisation.
// nil is yes. An access manager ends what was given here, at any level and
// however long ago he signed in; what makes somebody a main administrator only
// a main administrator ends. Errors: Forbidden; Conflict holding.fixed for what
// comes from a register, an import or a provider, and is ended there.
func (s Standing) Ends(c *catalog.Catalog, h party.Holding) error {
	power := Standing{Holdings: []string{h.URN}, Form: s.Form}
	given := h.Source == party.SourceGiven || h.Source == party.SourceInvitation
	switch {
	case !s.AccessManager(c):
		return models.NewError(models.Forbidden, models.CodeForbidden)
	case !given:
		return models.NewError(models.Conflict, models.CodeHoldingFixed)
	case power.MainAdministrator(c) && !s.MainAdministrator(c):
		return models.NewError(models.Forbidden, models.CodeForbidden)
	}
	return nil
}
