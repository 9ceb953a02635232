package policy

import (
	"slices"

	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/systemuser"
)

// Cause says why a person may not grant an item. The words follow the causes
// that Altinn's delegation check knows.
type Cause string

// The causes, the most general first.
const (
	Level        Cause = "level"         // signed in at too low a level
	NotManager   Cause = "not_manager"   // does not administer access here
	MissingRole  Cause = "missing_role"  // no role of his carries the right
	MissingPack  Cause = "missing_pack"  // he does not hold the package
	NotPassedOn  Cause = "not_passed_on" // he holds it but may not pass it on
	NotDelegable Cause = "not_delegable" // nobody may: a fault of the registration
	UnknownCause Cause = "unknown"       // the catalogue does not know the item
	NotAsked     Cause = "not_asked"     // the system asks for it no more; whoever reads the system says so
)

// Verdict is the answer for one item: granted when Cause is empty. Through
// names the roles or packages that carry it, or that would have.
type Verdict struct {
	Item    catalog.Item
	Cause   Cause
	Through []string
}

// OK reports whether the item may be granted.
func (v Verdict) OK() bool { return v.Cause == "" }

// Grants says whether the person may grant the item to a standard system user
// of the organisation. He must administer access there, and be signed in at the
// level it takes (for how lately, ask Check); a package he must hold by a role
// that may pass it on, or in person; a resource he must hold by a role that
// carries it, or by a package that carries it and that he may grant, and one
// that names neither is the access manager's to give (design.md 7).
//
// A resource does not get round what holds for its package: where the package
// may not go to a system user, its resources may not go there one by one.
func (s Standing) Grants(c *catalog.Catalog, item catalog.Item) Verdict {
	v := Verdict{Item: item}
	switch fault := c.Fault(item); {
	case fault == "catalogue.unknown":
		v.Cause = UnknownCause
	case fault != "":
		v.Cause = NotDelegable
	case item.Kind == catalog.PackageItem:
		v.Cause, v.Through = s.passesOn(c, item.Ref)
	default:
		for _, id := range item.Resources() {
			if v.Cause, v.Through = s.passesOnResource(c, id); v.Cause != "" {
				break // of several resources he must hold each
			}
		}
	}
	v.Cause = s.barred(c, v.Cause)
	return v
}

// GrantsTo says whether the person may let a system user of the kind have the
// item. A standard one holds it from then on, so it is Grants that counts. An
// agent gets nothing by being approved: its packages bound what a client
// administrator may let it do for a client, who holds them through the client
// relation. So whoever administers access may approve one without holding any
// of them himself (altinn-api.md section 4).
func (s Standing) GrantsTo(kind systemuser.Kind, c *catalog.Catalog, item catalog.Item) Verdict {
	if kind != systemuser.Agent {
		return s.Grants(c, item)
	}
	v := Verdict{Item: item}
	p, known := c.Package(item.Ref)
	switch {
	case c.Fault(item) == "catalogue.unknown":
		v.Cause = UnknownCause
	case item.Kind != catalog.PackageItem || !known || !p.Delegable:
		v.Cause = NotDelegable
	}
	v.Cause = s.barred(c, v.Cause)
	return v
}

// barred is the cause, or the more general one that stands before it: who does
// not administer access, or is signed in at too low a level, grants nothing.
// That nobody may comes first, for no login would help.
func (s Standing) barred(c *catalog.Catalog, cause Cause) Cause {
	switch {
	case cause == NotDelegable || cause == UnknownCause:
		return cause
	case !s.AccessManager(c):
		return NotManager
	case s.LevelLow():
		return Level
	}
	return cause
}

// passesOn says whether the person may pass on a package, and by what.
//
// The matrix's canAssign is not asked: it stands on four rows, each of which
// has canDelegate. The power of a main administrator is passed on by a main
// administrator whose role the matrix lets do so, as managing directors are;
// to have been given it is not enough, or it would spread by itself.
func (s Standing) passesOn(c *catalog.Catalog, urn string) (Cause, []string) {
	if !assignable(c, urn) {
		return NotDelegable, nil
	}
	rows, cause := s.rows(c, urn), MissingPack
	switch {
	case urn == mainAdministrator && !s.MainAdministrator(c):
		rows = nil // nobody makes another what he is not
	case urn == mainAdministrator:
		cause = NotPassedOn
	case slices.Contains(s.Holdings, urn):
		return "", []string{urn}
	}
	by := ""
	for _, row := range rows {
		if row.CanDelegate && (by == "" || by == mainAdministrators) {
			by = row.RoleURN // a role in its own right says more than that of main administrators
		}
		if row.HasAccess {
			cause = NotPassedOn
		}
	}
	if by != "" {
		return "", []string{by}
	}
	var through []string
	for _, row := range c.Matrix(urn) {
		if row.CanDelegate && s.inForm(row) {
			through = append(through, row.RoleURN)
		}
	}
	return cause, through
}

// assignable reports whether the package may go from an organisation to
// anybody: it is known, is no bundle for agents or guardians, and concerns
// organisations.
func assignable(c *catalog.Catalog, urn string) bool {
	p, ok := c.Package(urn)
	return ok && p.Assignable && !p.ForPersons
}

func (s Standing) passesOnResource(c *catalog.Catalog, id string) (Cause, []string) {
	r, _ := c.Resource(id) // Grants has asked whether it is there
	if len(r.Packages)+len(r.Roles) == 0 {
		return "", nil // the access manager's to give; Grants asks for that
	}
	for _, role := range r.Roles {
		if s.holdsRole(c, role) {
			return "", []string{role}
		}
	}
	cause, carriers := NotDelegable, slices.Clone(r.Roles)
	if len(r.Roles) > 0 {
		cause = MissingRole
	}
	for _, p := range r.Packages {
		switch got, through := s.passesOn(c, p); got {
		case "":
			return "", through
		case NotDelegable:
			continue // nobody gets the resource that way
		case NotPassedOn:
			cause = NotPassedOn
		default:
			if cause == NotDelegable {
				cause = MissingRole
			}
		}
		carriers = append(carriers, p)
	}
	return cause, carriers
}
