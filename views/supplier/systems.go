package supplier

import (
	"time"

	"github.com/stafett/stafett/views/ui"
)

// Systems is the list of a supplier's systems.
type Systems struct {
	Systems []SystemRow // newest first
	Pages   ui.Pages    // zero for a list of one page
}

// SystemRow is one system in the list.
type SystemRow struct {
	ID        string    // {orgno}_{name}
	Name      Phrase    // in the page's language, or the one there is
	Asks      int       // packages and rights that it asks for
	Customers int       // with a live system user
	Visible   bool      // customers may find it by themselves
	CreatedAt time.Time // when it was registered
}
