package policy

import (
	"slices"

	"github.com/stafett/stafett/models/catalog"
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
// of the organisation. He must administer access there; a package he must hold
// by a role that may pass it on, or in person; a resource he must hold by a
// role or a package that carries it, and one that names neither is the access
// manager's to give (design.md 7).
func (s Standing) Grants(c *catalog.Catalog, item catalog.Item) Verdict {
	v := Verdict{Item: item}
	switch fault := c.Fault(item); {
	case fault == "catalogue.unknown":
		v.Cause = UnknownCause
	case fault != "":
		v.Cause = NotDelegable
	case item.Kind == catalog.PackageItem:
		v.Cause, v.Through = s.grantsPackage(c, item.Ref)
	default:
		v.Cause, v.Through = s.grantsResource(c, item.Ref)
	}
	switch {
	case v.Cause == NotDelegable || v.Cause == UnknownCause:
	case !s.AccessManager(c):
		v.Cause = NotManager
	case s.Level < s.MinLevel:
		v.Cause = Level
	}
	return v
}

func (s Standing) grantsPackage(c *catalog.Catalog, urn string) (Cause, []string) {
	if p, ok := c.Package(urn); !ok || !p.Assignable {
		return NotDelegable, nil
	}
	if slices.Contains(s.Holdings, urn) {
		return "", []string{urn}
	}
	cause := MissingPack
	for _, row := range s.rows(c, urn) {
		if row.CanDelegate {
			return "", []string{row.RoleURN}
		}
		if row.HasAccess {
			cause = NotPassedOn
		}
	}
	var through []string
	for _, row := range c.Matrix(urn) {
		if row.CanDelegate && (row.Variant == "" || row.Variant == s.Form) {
			through = append(through, row.RoleURN)
		}
	}
	return cause, through
}

func (s Standing) grantsResource(c *catalog.Catalog, id string) (Cause, []string) {
	r, ok := c.Resource(id)
	if !ok {
		return UnknownCause, nil
	}
	if len(r.Packages)+len(r.Roles) == 0 {
		return "", nil // the access manager's to give; Grants has asked for that
	}
	for _, role := range r.Roles {
		if slices.Contains(s.Holdings, role) {
			return "", []string{role}
		}
	}
	cause := MissingRole
	for _, p := range r.Packages {
		got, through := s.grantsPackage(c, p)
		if got == "" {
			return "", through
		}
		if got == NotPassedOn {
			cause = NotPassedOn
		}
	}
	return cause, append(slices.Clone(r.Roles), r.Packages...)
}
