package registry

import (
	"context"
	"slices"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/listing"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/systemuser"
)

// Holder is a system user in the words of a list.
type Holder struct {
	ID          models.ID
	Kind        systemuser.Kind
	Title       string
	ExternalRef string
	Program     models.Text
	Supplier    party.Organisation // number and name
	Status      systemuser.Status  // as stored
	Paused      bool               // by whomever
	Gone        bool               // its supplier has retired the system
	Created     time.Time
	Used        time.Time // last; zero for never
	Until       time.Time // when it ends by itself; zero for never
	sortedAs
}

// SystemUsers is one page of an organisation's system users.
type SystemUsers struct {
	listing.Found[Holder]
	Rows      []SystemUserView
	Suppliers []SupplierCount
	Manager   bool           // the reader administers access
	Managers  []party.Person // who does, when he does not
	Clients   bool           // the reader decides which clients agents serve
	Review    ReviewState    // how it stands with going through them all
}

// SystemUsers lists the system users of the organisation that the actor acts
// for: those that live first, then the newest; or by name, supplier, created or
// used. Any member may look.
func (r *Registry) SystemUsers(ctx context.Context, a models.Actor, q ListQuery) (SystemUsers, error) {
	var out SystemUsers
	err := r.read(ctx, a, policy.SystemUserRead, func(tx Reader, s policy.Standing, c *catalog.Catalog) error {
		customer := party.OrgNo(a.OrgNo)
		holders, err := tx.Holders(ctx, customer)
		if err != nil {
			return err
		}
		lines, suppliers, now := make([]listing.Line[Holder], len(holders)), map[string]party.Organisation{}, r.Now()
		for i, one := range holders {
			one.sortedAs = sortsAs(one.Title, one.Supplier)
			lines[i] = holderLine(one, now)
			suppliers[string(one.Supplier.OrgNo)] = one.Supplier
		}
		out = SystemUsers{Found: listing.Find(lines, q.Query, holderOrders.by(q.Sort, liveFirst(now))), Clients: s.ClientAdministrator(c)}
		out.Suppliers = supplierCounts(out.Supplier, suppliers)
		ids := make([]models.ID, len(out.Found.Rows))
		for i, one := range out.Found.Rows {
			ids[i] = one.ID
		}
		users, err := tx.SystemUsersAmong(ctx, customer, ids)
		if err != nil {
			return err
		}
		slices.SortFunc(users, func(a, b systemuser.SystemUser) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
		if out.Rows, err = r.namedUsers(ctx, tx, users); err != nil {
			return err
		}
		if out.Review, err = tx.ReviewState(ctx, customer, r.Now().AddDate(-1, 0, 0), r.Now()); err != nil {
			return err
		}
		out.Manager, out.Managers, err = r.managers(ctx, tx, a, s, c)
		return err
	})
	return out, err
}

// ended reports whether it is over at now, whether or not that is written yet.
func (one Holder) ended(now time.Time) bool {
	return one.Status == systemuser.Revoked || !one.Until.IsZero() && !now.Before(one.Until)
}

func holderLine(one Holder, now time.Time) listing.Line[Holder] {
	l := listing.Line[Holder]{
		Row: one, Supplier: string(one.Supplier.OrgNo), Kind: kindName(one.Kind, false),
		Text: []string{
			one.Title, one.Program.NB, one.Program.NN, one.Program.EN, one.ExternalRef, one.Supplier.Name, string(one.Supplier.OrgNo), string(one.ID),
		},
	}
	switch {
	case one.ended(now):
		l.Status = []string{UserEnded}
		return l
	case one.Paused || one.Gone:
		l.Status = []string{UserPaused}
	default:
		l.Status = []string{UserActive}
	}
	switch {
	case one.Used.IsZero():
		l.Status = append(l.Status, UserNever)
	case now.Sub(one.Used) > UnusedFor:
		l.Status = append(l.Status, UserUnused)
	}
	if !one.Until.IsZero() && one.Until.Sub(now) <= EndsSoon {
		l.Status = append(l.Status, UserEnding)
	}
	return l
}

var holderOrders = orders[Holder]{
	"name":     func(a, b Holder) int { return a.byName(b.sortedAs) },
	"supplier": func(a, b Holder) int { return a.bySupplier(b.sortedAs) },
	"created":  func(a, b Holder) int { return a.Created.Compare(b.Created) },
	"used":     func(a, b Holder) int { return a.Used.Compare(b.Used) },
}

// liveFirst keeps the order among those that live, and among the others.
func liveFirst(now time.Time) func(a, b Holder) int {
	return func(a, b Holder) int {
		switch over, other := a.ended(now), b.ended(now); {
		case over && !other:
			return 1
		case other && !over:
			return -1
		}
		return 0
	}
}
