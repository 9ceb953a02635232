package web

import (
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/views/supplier"
)

// phrase is a text in the page's language or the next one there is, marked with
// its language when that is another.
func phrase(t models.Text, l models.Language) supplier.Phrase {
	text, in := t.In(l)
	if in == l {
		in = ""
	}
	return supplier.Phrase{Text: text, Lang: string(in)}
}

// supplierItem names an item by the catalogue.
func supplierItem(c *catalog.Catalog, item catalog.Item, l models.Language) supplier.Item {
	out := supplier.Item{Value: item.String(), Package: item.Kind == catalog.PackageItem, Action: item.Action}
	p, _ := c.Package(item.Ref)
	r, _ := c.Resource(item.Ref)
	out.Name = phrase(named(p.Name, r.Title, item), l)
	if out.Package {
		area, _ := c.Area(p.Area)
		out.Description, out.Group = phrase(p.Description, l), phrase(area.Name, l).Text
	} else {
		out.Description, out.Group = phrase(r.Description, l), r.Owner
	}
	return out
}

// requestRows shows sent requests in a list.
func requestRows(sent []registry.RequestView, l models.Language) []supplier.RequestRow {
	out := make([]supplier.RequestRow, len(sent))
	for i, r := range sent {
		out[i] = supplier.RequestRow{
			ID: r.Request.ID, Customer: r.Customer.Name, CustomerOrgNo: string(r.Request.Customer), System: phrase(r.System.Name, l),
			ExternalRef: reference(r.Request.ExternalRef, r.Request.Customer), Status: r.Status, SentAt: r.Request.CreatedAt,
			AnswerBy: r.Request.ExpiresAt, DecidedAt: r.Request.DecidedAt, Ended: r.Ended,
		}
	}
	return out
}
