package supplier

import (
	"time"

	"github.com/stafett/stafett/models"
)

// System is one system as its supplier sees it.
type System struct {
	ID           string       // {orgno}_{name}
	Heading      Phrase       // its name in the page's language, or the one there is
	Name         models.Text  // in each language
	Description  models.Text  // in each language
	Asks         []Ask        // in the supplier's order
	Clients      []Client     // may be empty
	RedirectURLs []string     // may be empty
	Requests     []RequestRow // newest first
	Customers    int          // with a live system user
	Visible      bool         // customers may find it by themselves
	Deleted      bool         // retired; nothing can be sent for it
	CreatedAt    time.Time    // when it was registered
}

// Ask is an item that a system asks for, and why.
type Ask struct {
	Item
	Purpose Phrase // the supplier's words; empty when the system came without
}

// Client is an OAuth client of a system.
type Client struct {
	Issuer string // its identifier, an address
	ID     string // as the issuer knows it
}

// words is one language's name and description.
type words struct {
	lang, name, description string
}

// texts are the languages that have a name.
func (v System) texts() []words {
	all := []words{
		{"nb", v.Name.NB, v.Description.NB}, {"nn", v.Name.NN, v.Description.NN}, {"en", v.Name.EN, v.Description.EN},
	}
	var out []words
	for _, w := range all {
		if w.name != "" || w.description != "" {
			out = append(out, w)
		}
	}
	return out
}
