package catalog

import (
	"cmp"
	"slices"
	"strings"

	"github.com/stafett/stafett/models"
)

// Area groups access packages by subject.
type Area struct {
	ID   string
	Name models.Text
}

// Package is an access package: a named bundle of rights.
type Package struct {
	URN         string
	Name        models.Text
	Description models.Text
	Area        string // ID of its Area
	Delegable   bool   // may be passed on for clients, hence fit for an agent
	Assignable  bool   // may go to a standard system user
	ForPersons  bool   // concerns persons, not organisations
}

// Resource is a service that rights are about.
type Resource struct {
	ID          string
	Title       models.Text
	Description models.Text
	Owner       string // short name of the owner, as in "skd"
	Type        string // resource type; empty when the source does not say
	Refused     bool   // the source says that it cannot be delegated
	Actions     []string
	Packages    []string // URNs of the packages that carry it
	Roles       []string // URNs of the roles that carry it
}

// undelegable are the resource types that cannot be delegated to a system
// user. A type that is not known counts as delegable, as in Altinn.
var undelegable = []string{"MaskinportenSchema", "Altinn2Service", "Consent"}

// Delegable reports whether the resource can be delegated at all.
func (r Resource) Delegable() bool { return !r.Refused && !slices.Contains(undelegable, r.Type) }

// Role is a role that a person or an organisation has in an organisation.
type Role struct {
	URN  string
	Name models.Text
}

// RolePackage is one row of the matrix: what a role means for a package.
type RolePackage struct {
	RoleURN     string
	PackageURN  string
	Variant     string // only for this form of organisation; empty for all
	CanDelegate bool   // may be passed on
	CanAssign   bool
	HasAccess   bool // the role itself holds the package
}

// Data is everything a Catalog is built from.
type Data struct {
	Areas     []Area
	Packages  []Package
	Resources []Resource
	Roles     []Role
	Matrix    []RolePackage
}

// Catalog answers look-ups. It is immutable and safe for concurrent use.
type Catalog struct {
	areas     map[string]Area
	packages  map[string]Package
	resources map[string]Resource
	roles     map[string]Role
	matrix    map[string][]RolePackage // by package URN
	within    map[string][]string      // resource ids by package URN, sorted
	ordered   Data                     // packages by URN, resources by id
}

// New builds a Catalog of d.
func New(d Data) *Catalog {
	c := &Catalog{
		areas: map[string]Area{}, packages: map[string]Package{}, resources: map[string]Resource{},
		roles: map[string]Role{}, matrix: map[string][]RolePackage{}, within: map[string][]string{}, ordered: d,
	}
	for _, a := range d.Areas {
		c.areas[a.ID] = a
	}
	for _, p := range d.Packages {
		c.packages[p.URN] = p
	}
	for _, r := range d.Roles {
		c.roles[r.URN] = r
	}
	for _, m := range d.Matrix {
		c.matrix[m.PackageURN] = append(c.matrix[m.PackageURN], m)
	}
	c.ordered.Packages, c.ordered.Resources = slices.Clone(d.Packages), slices.Clone(d.Resources)
	slices.SortFunc(c.ordered.Packages, func(a, b Package) int { return cmp.Compare(a.URN, b.URN) })
	slices.SortFunc(c.ordered.Resources, func(a, b Resource) int { return cmp.Compare(a.ID, b.ID) })
	for _, r := range c.ordered.Resources {
		c.resources[r.ID] = r
		for _, p := range r.Packages {
			c.within[p] = append(c.within[p], r.ID)
		}
	}
	return c
}

// Packages returns every access package, ordered by URN.
func (c *Catalog) Packages() []Package { return slices.Clone(c.ordered.Packages) }

// Package finds an access package by URN.
func (c *Catalog) Package(urn string) (Package, bool) { p, ok := c.packages[urn]; return p, ok }

// Resource finds a resource by identifier; by several with spaces between them,
// as a right to all of them together names them, one that stands for all.
func (c *Catalog) Resource(id string) (Resource, bool) {
	ids := strings.Fields(id)
	if len(ids) < 2 {
		r, ok := c.resources[id]
		return r, ok
	}
	whole := c.resources[ids[0]]
	whole.ID, whole.Actions = id, nil
	for i, part := range ids {
		r, ok := c.resources[part]
		if !ok {
			return Resource{}, false
		}
		if i > 0 {
			whole.Title = models.Text{NB: whole.Title.NB + ", " + r.Title.NB, NN: whole.Title.NN + ", " + r.Title.NN, EN: whole.Title.EN + ", " + r.Title.EN}
			whole.Packages, whole.Roles = slices.Concat(whole.Packages, r.Packages), slices.Concat(whole.Roles, r.Roles)
		}
		whole.Refused = whole.Refused || !r.Delegable()
	}
	return whole, true
}

// Role finds a role by URN.
func (c *Catalog) Role(urn string) (Role, bool) { r, ok := c.roles[urn]; return r, ok }

// Area finds an area by ID.
func (c *Catalog) Area(id string) (Area, bool) { a, ok := c.areas[id]; return a, ok }

// Matrix returns the rows of the matrix for a package, of all roles.
func (c *Catalog) Matrix(packageURN string) []RolePackage { return slices.Clone(c.matrix[packageURN]) }

// Within returns the resources that a package carries, ordered by id.
func (c *Catalog) Within(packageURN string) []Resource {
	var out []Resource
	for _, id := range c.within[packageURN] {
		out = append(out, c.resources[id])
	}
	return out
}

// Fault says why an item may not stand on a system, in a request or with a
// standard system user: "catalogue.unknown", "catalogue.not_delegable", or
// empty when nothing is wrong.
func (c *Catalog) Fault(i Item) string {
	switch i.Kind {
	case PackageItem:
		p, ok := c.packages[i.Ref]
		if !ok || i.Action != "" {
			return "catalogue.unknown"
		}
		if !p.Assignable && !p.Delegable {
			return "catalogue.not_delegable"
		}
	case RightItem:
		r, ok := c.Resource(i.Ref)
		if !ok || i != RightTo(i.Resources(), i.Action) || !c.hasAction(i) {
			return "catalogue.unknown"
		}
		if !r.Delegable() {
			return "catalogue.not_delegable"
		}
	default:
		return "catalogue.unknown"
	}
	return ""
}

// hasAction reports whether each resource of the right has its action: lists it,
// or lists none. Every action is had by all.
func (c *Catalog) hasAction(i Item) bool {
	return i.Action == "" || !slices.ContainsFunc(i.Resources(), func(id string) bool {
		actions := c.resources[id].Actions
		return len(actions) > 0 && !slices.Contains(actions, i.Action)
	})
}

const maxWords = 10

// Search finds the packages and resources whose name, description or
// identifier holds every word of q in any language, without regard to case.
// Only what a standard system user may be given is found. At most limit of
// each kind come back, those with the words in their name first. Words after
// the tenth are not looked at: each of them is searched for in every text.
func (c *Catalog) Search(q string, limit int) ([]Package, []Resource) {
	words := strings.Fields(strings.ToLower(q))
	words = words[:min(maxWords, len(words))]
	var packages []Package
	for _, p := range c.ordered.Packages {
		if p.Assignable && !p.ForPersons && contains(words, p.URN, p.Name, p.Description) {
			packages = append(packages, p)
		}
	}
	var resources []Resource
	for _, r := range c.ordered.Resources {
		if r.Delegable() && contains(words, r.ID, r.Title, r.Description) {
			resources = append(resources, r)
		}
	}
	slices.SortStableFunc(packages, func(a, b Package) int { return first(words, a.Name) - first(words, b.Name) })
	slices.SortStableFunc(resources, func(a, b Resource) int { return first(words, a.Title) - first(words, b.Title) })
	return packages[:min(limit, len(packages))], resources[:min(limit, len(resources))]
}

// contains reports whether all words occur in the identifier or the texts.
func contains(words []string, id string, texts ...models.Text) bool {
	all := strings.ToLower(id)
	for _, t := range texts {
		all += "\n" + strings.ToLower(t.NB+"\n"+t.NN+"\n"+t.EN)
	}
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(all, w) })
}

// first is 0 when all words stand in the name, else 1: a sort key.
func first(words []string, name models.Text) int {
	if contains(words, "", name) {
		return 0
	}
	return 1
}
