package request

import (
	"fmt"
	"slices"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

// Change is a supplier's question to a customer: may this live system user have
// other rights? It is a request whose Items are the rights that the system user
// is to have, beside those that it is to have no more.
type Change struct {
	Request
	// Correlation is the supplier's own id for it, unique within the supplier.
	// ID is the same unless another supplier had it first.
	Correlation models.ID
	SystemUser  models.ID
	Unwanted    []catalog.Item
}

// NewChange makes a pending change request of c, which holds what the supplier
// gave, for the system user u of the system s. Faults name the fields items[0],
// unwanted[0], redirect_url, purpose, purposes[0], contact_email and
// notify_email.
func NewChange(c Change, u systemuser.SystemUser, s system.System, known *catalog.Catalog, now time.Time, life time.Duration) (Change, error) {
	c.Kind, c.System, c.Customer, c.ExternalRef, c.Title = u.Kind, u.System, u.Customer, u.ExternalRef, u.Title
	c.SystemUser, c.Status, c.Version = u.ID, Pending, 0
	c.Reason, c.DecidedBy, c.DecidedAt, c.Removed, c.Escalated = "", "", time.Time{}, time.Time{}, false
	c.Wish, c.LeftOut = Wish{}, nil
	c.ValidTo = time.Time{}
	c.CreatedAt, c.ExpiresAt = now, now.Add(life)
	var f models.Faults
	switch {
	case c.RedirectURL == "" || s.Redirects(c.RedirectURL):
	case len(s.RedirectURLs) == 0:
		f.Add("redirect_url", "url.none_registered")
	default:
		f.Add("redirect_url", "url.not_registered")
	}
	if len(c.Items) > 0 {
		faultsOfItems(&f, c.Request, s, known)
	}
	for i, item := range c.Unwanted {
		field := fmt.Sprintf("unwanted[%d]", i)
		switch {
		case slices.Index(c.Unwanted, item) < i:
			f.Add(field, "duplicate")
		case slices.Contains(c.Items, item):
			f.Add(field, "items.both")
		case !slices.ContainsFunc(append(s.Asked(), u.Delegated...), func(has catalog.Item) bool { return has.Covers(item) || item.Covers(has) }):
			f.Add(field, "items.not_on_system")
		}
	}
	f.Add("purpose", purposeFault(c.Purpose))
	for i, item := range c.Items {
		f.Add(fmt.Sprintf("purposes[%d]", i), purposeFault(c.Purposes[item]))
	}
	f.Add("contact_email", emailFault(c.ContactEmail))
	f.Add("notify_email", emailFault(c.NotifyEmail))
	return c, f.Err()
}

// Empty reports whether the change asks for nothing.
func (c Change) Empty() bool { return len(c.Items)+len(c.Unwanted) == 0 }

// Why is the supplier's word for the item, or none.
func (c Change) Why(item catalog.Item) models.Text { return c.Purposes[item] }

// Needed is what the change would do to a system user that holds the items: what
// it lacks, what it would lose, and all that it would hold then, in the order of
// what it holds and of the change. An unwanted right takes with it each that is a
// part of it, or that it is a part of, unless that very one is wanted: what is
// not to be had is not left in a wider or a narrower one.
func (c Change) Needed(held []catalog.Item) (added, removed, after []catalog.Item) {
	for _, item := range held {
		if c.unwanted(item) && !slices.Contains(c.Items, item) {
			removed = append(removed, item)
		} else {
			after = append(after, item)
		}
	}
	for _, item := range c.Items {
		if !slices.ContainsFunc(after, func(has catalog.Item) bool { return has.Covers(item) }) {
			added = append(added, item)
		}
	}
	return added, removed, append(after, added...)
}

// Without returns c but for what is left of what it would add to the items held,
// if its system s can do without that. Errors: Invalid with the field without for
// one that it would not add or that s cannot do without, and with the field items
// when nothing of it remains.
func (c Change) Without(left, held []catalog.Item, s system.System) (Change, error) {
	var f models.Faults
	added, removed, _ := c.Needed(held)
	for _, item := range left {
		if ask, ok := s.Ask(item); !ok || !ask.Optional || !slices.Contains(added, item) {
			f.Add("without", "items.not_optional")
		}
	}
	c.LeftOut = nil
	for _, item := range added {
		if slices.Contains(left, item) {
			c.LeftOut = append(c.LeftOut, item)
		}
	}
	c.Items = slices.DeleteFunc(slices.Clone(c.Items), func(i catalog.Item) bool { return slices.Contains(left, i) })
	if len(left) > 0 && len(c.LeftOut) == len(added) && len(removed) == 0 {
		f.Add("items", "items.none")
	}
	return c, f.Err()
}

func (c Change) unwanted(item catalog.Item) bool {
	return slices.ContainsFunc(c.Unwanted, func(no catalog.Item) bool { return no.Covers(item) || item.Covers(no) })
}
