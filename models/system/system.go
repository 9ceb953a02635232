package system

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
)

// ID names a system for ever: "{supplier's organisation number}_{name}". An id
// is never free again, even when the system is deleted.
type ID string

// ParseID reads the id of a system out of a path or a form. Anything that can
// be no id is NotFound, as an absent system is.
func ParseID(s string) (ID, error) {
	if len(s) == 0 || len(s) > maxID || strings.IndexFunc(s, notInID) >= 0 {
		return "", models.NewError(models.NotFound, models.CodeNotFound)
	}
	return ID(s), nil
}

// Client is an OAuth client that the system runs as. Client ids are unique
// only within an issuer, so both make the key.
type Client struct {
	Issuer string
	ID     string
}

// WellFormed reports whether the client's id can be one: 1 to 255 characters of
// visible ASCII.
func (c Client) WellFormed() bool {
	return c.ID != "" && len(c.ID) <= 255 && strings.IndexFunc(c.ID, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

// Ask is one thing that the system asks customers for, and the supplier's own
// words for why.
type Ask struct {
	Item    catalog.Item
	Purpose models.Text
	// Optional: the system works without it, so a customer may leave it out.
	Optional bool
}

// System is a supplier's registered system. The zero Version is one that is
// not stored yet.
type System struct {
	ID           ID
	UUID         models.ID // Altinn's internal id
	Supplier     party.OrgNo
	Name         models.Text
	Description  models.Text
	Clients      []Client
	Asks         []Ask
	RedirectURLs []string
	// ExactRedirects: a request's redirect URL equals a registered one byte for
	// byte, the query too.
	ExactRedirects bool
	Visible        bool // customers may find it and ask for it themselves
	Deleted        bool
	Version        int64
	CreatedAt      time.Time
	ChangedAt      time.Time
}

// MaxAsks is how many things a system can ask for.
const MaxAsks = 100

// Limits of a system, in characters and in entries.
const (
	maxID      = 100
	maxName    = 100
	maxText    = 1000
	maxPurpose = 300
	maxClients = 20
	maxURLs    = 20
)

// Asked returns the items that the system asks for, in its order.
func (s System) Asked() []catalog.Item {
	items := make([]catalog.Item, len(s.Asks))
	for i, a := range s.Asks {
		items[i] = a.Item
	}
	return items
}

// Ask finds what the system asks for that is exactly item, or else covers it: a
// request may ask for one action of a resource that the system asks for whole.
func (s System) Ask(item catalog.Item) (Ask, bool) {
	i := slices.IndexFunc(s.Asks, func(a Ask) bool { return a.Item == item })
	if i < 0 {
		i = slices.IndexFunc(s.Asks, func(a Ask) bool { return a.Item.Covers(item) })
	}
	if i < 0 {
		return Ask{}, false
	}
	return s.Asks[i], true
}

// Faults lists all that is wrong with s, for the fields id, name.nb …,
// description.nb …, clients[0], asks[0], purpose[0] and redirect_urls[0], or
// nil. What an item or an issuer is, c and issuers say.
func (s System) Faults(c *catalog.Catalog, issuers []string) models.Faults {
	var f models.Faults
	s.faultsOfID(&f)
	for _, l := range models.Languages() {
		name, in := s.Name.In(l)
		if in != l {
			name = ""
		}
		f.Add("name."+string(l), models.LineFault(name, maxName, true))
		description, in := s.Description.In(l)
		if in != l {
			description = ""
		}
		f.Add("description."+string(l), models.TextFault(description, maxText, true))
	}
	s.faultsOfClients(&f, issuers)
	s.faultsOfAsks(&f, c)
	if len(s.RedirectURLs) > maxURLs {
		f.Add("redirect_urls", "too_many")
	}
	for i, u := range s.RedirectURLs {
		f.Add(fmt.Sprintf("redirect_urls[%d]", i), redirectFault(u))
	}
	return f
}

// faultsOfID holds the id to "{orgno}_{name}" with a name of ASCII letters,
// digits, "_", "-" and ".".
func (s System) faultsOfID(f *models.Faults) {
	name, ok := strings.CutPrefix(string(s.ID), string(s.Supplier)+"_")
	switch {
	case !ok:
		f.Add("id", "system_id.supplier")
	case name == "":
		f.Add("id", "required")
	case strings.IndexFunc(name, notInID) >= 0:
		f.Add("id", "system_id.form")
	case len(s.ID) > maxID:
		f.Add("id", "too_long")
	}
}

func notInID(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-' || r == '.')
}

func (s System) faultsOfClients(f *models.Faults, issuers []string) {
	if len(s.Clients) > maxClients {
		f.Add("clients", "too_many")
	}
	for i, c := range s.Clients {
		field := fmt.Sprintf("clients[%d]", i)
		switch {
		case c.ID == "":
			f.Add(field, "required")
		case !c.WellFormed():
			f.Add(field, "client.form")
		case !slices.Contains(issuers, c.Issuer):
			f.Add(field, "client.issuer")
		case slices.Index(s.Clients, c) < i:
			f.Add(field, "duplicate")
		}
	}
}

func (s System) faultsOfAsks(f *models.Faults, c *catalog.Catalog) {
	if len(s.Asks) > MaxAsks {
		f.Add("asks", "too_many")
	}
	for i, a := range s.Asks {
		field := fmt.Sprintf("asks[%d]", i)
		fault := c.Fault(a.Item)
		if p, ok := c.Package(a.Item.Ref); ok && fault == "" && s.Visible && !p.Assignable {
			// Customers who follow a visible system take it for themselves.
			fault = "catalogue.agents_alone"
		}
		f.Add(field, fault)
		if slices.IndexFunc(s.Asks, func(b Ask) bool { return b.Item == a.Item }) < i {
			f.Add(field, "duplicate")
		}
		for _, t := range []string{a.Purpose.NB, a.Purpose.NN, a.Purpose.EN} {
			f.Add(fmt.Sprintf("purpose[%d]", i), models.TextFault(t, maxPurpose, false))
		}
	}
}
