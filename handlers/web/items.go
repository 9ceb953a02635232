package web

import (
	"slices"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/views/customer"
)

// itemViews shows what is asked for or has been given.
func itemViews(asked []registry.Asked) []customer.Item {
	out := make([]customer.Item, len(asked))
	for i, a := range asked {
		out[i] = customer.Item{
			Package: a.Item.Kind == catalog.PackageItem, Action: a.Item.Action, Purpose: a.Purpose,
			Cause: a.Verdict.Cause, Others: names(a.Others), Owner: a.Resource.Owner,
			Name: named(a.Package.Name, a.Resource.Title, a.Item), About: a.Package.Description,
			Area: a.Area, Sensitive: a.Sensitive, Actions: a.Resource.Actions,
			Optional: a.Optional, Key: a.Item.String(), Offer: customer.OfferFor(a.Verdict.Cause),
		}
		if !out[i].Package {
			out[i].About = a.Resource.Description
		}
		out[i].Within, out[i].Had = services(a)
	}
	return out
}

// services are those in a package, what the system user has already at the end,
// and how many that is; for a right, how many services it has already by
// something else.
func services(a registry.Asked) (within []models.Text, had int) {
	var old []models.Text
	for _, r := range a.Within {
		name := named(models.Text{}, r.Title, catalog.Right(r.ID, ""))
		if slices.ContainsFunc(a.Had, func(had catalog.Resource) bool { return had.ID == r.ID }) {
			old = append(old, name)
		} else {
			within = append(within, name)
		}
	}
	return append(within, old...), len(a.Had)
}

// itemNames are the names of items, for a line of text.
func itemNames(asked []registry.Asked) []models.Text {
	var out []models.Text
	for _, a := range asked {
		out = append(out, named(a.Package.Name, a.Resource.Title, a.Item))
	}
	return out
}

// named is the name of an item, or its identifier where the catalogue has none.
func named(pack, resource models.Text, item catalog.Item) models.Text {
	switch {
	case !pack.Empty():
		return pack
	case !resource.Empty():
		return resource
	}
	return models.Text{NB: item.Ref}
}

// itemsByCatalogue names items without a check, for lists.
func itemsByCatalogue(c *catalog.Catalog, items []catalog.Item) []customer.Item {
	out := make([]customer.Item, len(items))
	for i, item := range items {
		p, _ := c.Package(item.Ref)
		r, _ := c.Resource(item.Ref)
		out[i] = customer.Item{Package: item.Kind == catalog.PackageItem, Action: item.Action, Name: named(p.Name, r.Title, item)}
	}
	return out
}

func orgView(o party.Organisation) customer.Org {
	return customer.Org{Name: o.Display(), No: string(o.OrgNo)}
}

func names(persons []party.Person) []string {
	var out []string
	for _, p := range persons {
		if p.Name != "" {
			out = append(out, p.Name)
		}
	}
	return out
}

// reference is the supplier's external reference, empty when it gave none.
func reference(ref string, customer party.OrgNo) string {
	if ref == string(customer) {
		return ""
	}
	return ref
}
