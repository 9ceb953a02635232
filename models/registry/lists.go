package registry

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/listing"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/systemuser"
)

// ListReader reads the lists of a customer's pages: every row in few words, and
// those of one page whole.
type ListReader interface {
	// Asks lists all that the customer was asked, newest first.
	Asks(ctx context.Context, customer party.OrgNo) ([]Ask, error)
	// Holders lists all system users of the customer, newest first.
	Holders(ctx context.Context, customer party.OrgNo) ([]Holder, error)
	// RequestsTo, ChangesAmong and SystemUsersAmong find those of the customer's
	// with the ids, in any order.
	RequestsTo(ctx context.Context, customer party.OrgNo, ids []models.ID) ([]request.Request, error)
	ChangesAmong(ctx context.Context, customer party.OrgNo, ids []models.ID) ([]request.Change, error)
	SystemUsersAmong(ctx context.Context, customer party.OrgNo, ids []models.ID) ([]systemuser.SystemUser, error)
}

// sortedAs are the names that a row is sorted by, made once for each.
type sortedAs struct{ name, supplier string }

func sortsAs(name string, supplier party.Organisation) sortedAs {
	return sortedAs{listing.Collated(name), listing.Collated(supplier.Display())}
}

func (a sortedAs) byName(b sortedAs) int     { return cmp.Compare(a.name, b.name) }
func (a sortedAs) bySupplier(b sortedAs) int { return cmp.Compare(a.supplier, b.supplier) }

// What Asks and Holders count as, beside the states of a request.
const (
	SentToMe     = "to_me"   // somebody wants the reader to answer
	SentByMe     = "by_me"   // the reader wants somebody to
	UserActive   = "active"  // can be used
	UserPaused   = "paused"  // lives, and can use nothing for now
	UserEnded    = "ended"   // for good
	UserNever    = "never"   // lives, and has never been used
	UserUnused   = "unused"  // lives, and was last used more than UnusedFor ago
	UserEnding   = "ending"  // lives, and ends by itself within EndsSoon
	KindOwn      = "own"     // for the organisation itself
	KindClients  = "clients" // for its clients
	KindChange   = "change"  // a change request
	UnusedFor    = 90 * 24 * time.Hour
	EndsSoon     = 30 * 24 * time.Hour
	maxInSection = 5 // of what a section beside the list shows
)

// ListQuery is what is asked of a list. Sort is one of the list's orders, with a
// minus sign for the other way round; anything else is the list's own order.
type ListQuery struct {
	listing.Query
	Sort string
	Lang models.Language // in which names are sorted
}

// SupplierCount is a supplier in a list, with how many rows it would leave.
type SupplierCount struct {
	Supplier party.Organisation
	Count    int
}

// orders are the ways to sort a list, by their names.
type orders[T any] map[string]func(a, b T) int

// by is the order of the name, or own when there is no such.
func (o orders[T]) by(sort string, own func(a, b T) int) func(a, b T) int {
	name, down := strings.CutPrefix(sort, "-")
	order, ok := o[name]
	switch {
	case !ok:
		return own
	case down:
		return func(a, b T) int { return order(b, a) }
	}
	return order
}

// supplierCounts are the suppliers of a list by name, with their counts.
func supplierCounts(counts map[string]int, all map[string]party.Organisation) []SupplierCount {
	var out []SupplierCount
	for no, o := range all {
		out = append(out, SupplierCount{o, counts[no]})
	}
	slices.SortFunc(out, func(a, b SupplierCount) int {
		return cmp.Or(sortsAs("", a.Supplier).bySupplier(sortsAs("", b.Supplier)), cmp.Compare(a.Supplier.OrgNo, b.Supplier.OrgNo))
	})
	return out
}

func kindName(kind systemuser.Kind, change bool) string {
	switch {
	case change:
		return KindChange
	case kind == systemuser.Agent:
		return KindClients
	}
	return KindOwn
}

// managers tells whether the reader, who stands as s, administers access, and
// else who does.
func (r *Registry) managers(ctx context.Context, tx Reader, a models.Actor, s policy.Standing, c *catalog.Catalog) (bool, []party.Person, error) {
	if s.AccessManager(c) {
		return true, nil, nil
	}
	standings, err := r.standings(ctx, tx, party.Organisation{OrgNo: party.OrgNo(a.OrgNo), Form: s.Form})
	if err != nil {
		return false, nil, err
	}
	found, err := administrators(ctx, tx, c, standings)
	return false, found, err
}
