package request

import (
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/systemuser"
)

// Fits reports whether a system user of the kind may have the item at all,
// whoever grants it. Whether the catalogue knows it is another question.
func Fits(item catalog.Item, kind systemuser.Kind, c *catalog.Catalog) bool {
	return kindFault(item, kind, c) == ""
}
