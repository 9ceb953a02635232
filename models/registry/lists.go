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

// Ask is a request or change request in the words of a list.
type Ask struct {
	Ref
	Kind        systemuser.Kind
	Title       string
	ExternalRef string
	Program     models.Text        // name of the system
	Supplier    party.Organisation // number and name
	Status      request.Status     // as stored
	Created     time.Time
	Expires     time.Time
	Decided     time.Time // zero while pending
	sortedAs
}

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
	Ended       time.Time // zero while it lives
	sortedAs
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

// Inbox is one page of what an organisation was asked.
type Inbox struct {
	listing.Found[Ask]
	Rows      []InboxRow
	Suppliers []SupplierCount
	Manager   bool           // the reader administers access
	Managers  []party.Person // who does, when he does not
}

// InboxRow is one request of it.
type InboxRow struct {
	Ref
	RequestView
	Forwarded []Forwarded // from or to the reader
}

// Inbox lists what the organisation that the actor acts for was asked, answered
// or not: what waits first, above all what the reader was sent, the most urgent
// first, then the newest; or by name, supplier, sent or deadline. forwarded is
// what the reader was sent or has sent on, as Handed says. Any member may look.
func (r *Registry) Inbox(ctx context.Context, a models.Actor, q ListQuery, forwarded []Forwarded) (Inbox, error) {
	var out Inbox
	err := r.read(ctx, a, policy.RequestRead, func(tx Reader, s policy.Standing, c *catalog.Catalog) error {
		asks, err := tx.Asks(ctx, party.OrgNo(a.OrgNo))
		if err != nil {
			return err
		}
		marks := map[Ref][]Forwarded{}
		for _, f := range forwarded {
			ref := refOf(f.Subject)
			marks[ref] = append(marks[ref], f)
		}
		lines, suppliers, now := make([]listing.Line[Ask], len(asks)), map[string]party.Organisation{}, r.Now()
		for i, one := range asks {
			name, _ := one.Program.In(q.Lang)
			one.sortedAs = sortsAs(name, one.Supplier)
			lines[i] = askLine(one, marks[one.Ref], a, now)
			suppliers[string(one.Supplier.OrgNo)] = one.Supplier
		}
		out = Inbox{Found: listing.Find(lines, q.Query, askOrders.by(q.Sort, urgency(now, func(one Ask) bool { return sentTo(a, marks[one.Ref]) })))}
		out.Suppliers = supplierCounts(out.Supplier, suppliers)
		if out.Rows, err = r.inboxRows(ctx, tx, a, out.Found.Rows, marks); err != nil {
			return err
		}
		out.Manager, out.Managers, err = r.managers(ctx, tx, a, s, c)
		return err
	})
	return out, err
}

// current is the state of the ask at now.
func (one Ask) current(now time.Time) request.Status {
	return request.Request{Status: one.Status, ExpiresAt: one.Expires}.Current(now)
}

// sentTo reports whether somebody has sent it on to the actor.
func sentTo(a models.Actor, marks []Forwarded) bool {
	return slices.ContainsFunc(marks, func(f Forwarded) bool { return string(f.To) == a.ID })
}

func askLine(one Ask, marks []Forwarded, a models.Actor, now time.Time) listing.Line[Ask] {
	l := listing.Line[Ask]{
		Row: one, Supplier: string(one.Supplier.OrgNo), Kind: kindName(one.Kind, one.Change), Status: []string{string(one.current(now))},
		Text: []string{
			one.Program.NB, one.Program.NN, one.Program.EN, one.Title, one.ExternalRef, one.Supplier.Name, string(one.Supplier.OrgNo), string(one.ID),
		},
	}
	if sentTo(a, marks) && l.Status[0] == string(request.Pending) {
		l.Status = append(l.Status, SentToMe)
	}
	if slices.ContainsFunc(marks, func(f Forwarded) bool { return string(f.From) == a.ID }) {
		l.Status = append(l.Status, SentByMe)
	}
	return l
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

var askOrders = orders[Ask]{
	"name":     func(a, b Ask) int { return a.byName(b.sortedAs) },
	"supplier": func(a, b Ask) int { return a.bySupplier(b.sortedAs) },
	"sent":     func(a, b Ask) int { return a.Created.Compare(b.Created) },
	"deadline": func(a, b Ask) int { return a.Expires.Compare(b.Expires) },
}

// urgency puts what waits first, what was sent to the reader before the rest, the
// first to run out at the top.
func urgency(now time.Time, mine func(Ask) bool) func(a, b Ask) int {
	return func(a, b Ask) int {
		waits, other := a.current(now) == request.Pending, b.current(now) == request.Pending
		switch {
		case waits && other && mine(a) == mine(b):
			return a.Expires.Compare(b.Expires)
		case waits && (!other || mine(a)):
			return -1
		case other:
			return 1
		}
		return b.Created.Compare(a.Created)
	}
}

// inboxRows reads the asks of a page whole.
func (r *Registry) inboxRows(ctx context.Context, tx Reader, a models.Actor, asks []Ask, marks map[Ref][]Forwarded) ([]InboxRow, error) {
	refs := make([]Ref, len(asks))
	for i, one := range asks {
		refs[i] = one.Ref
	}
	views, err := r.questions(ctx, tx, party.OrgNo(a.OrgNo), refs)
	rows := make([]InboxRow, 0, len(refs))
	for _, ref := range refs {
		if v, ok := views[ref]; ok {
			rows = append(rows, InboxRow{Ref: ref, RequestView: v, Forwarded: marks[ref]})
		}
	}
	return rows, err
}

// questions reads requests and change requests with their names.
func (r *Registry) questions(ctx context.Context, tx Reader, customer party.OrgNo, refs []Ref) (map[Ref]RequestView, error) {
	var plain, change []models.ID
	for _, ref := range refs {
		if ref.Change {
			change = append(change, ref.ID)
		} else {
			plain = append(plain, ref.ID)
		}
	}
	all, err := tx.RequestsTo(ctx, customer, plain)
	if err != nil {
		return nil, err
	}
	requests := len(all)
	changes, err := tx.ChangesAmong(ctx, customer, change)
	if err != nil {
		return nil, err
	}
	for _, c := range changes {
		all = append(all, c.Request)
	}
	views, err := r.named(ctx, tx, all)
	out := make(map[Ref]RequestView, len(views))
	for i, v := range views {
		out[Ref{ID: v.Request.ID, Change: i >= requests}] = v
	}
	return out, err
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

// Handed is what was sent on, by and to one person.
type Handed struct {
	All  []Forwarded // newest first
	Mine []SentOn    // the latest that he sent
}

// SentOn is something that the reader has sent on, with what became of it.
type SentOn struct {
	Ref
	RequestView
	Forwarded
	AnsweredBy party.Person // zero while nobody has
}

// Handed lists what the actor was sent and has sent on in the organisation that
// he acts for.
func (r *Registry) Handed(ctx context.Context, a models.Actor) (Handed, error) {
	var out Handed
	err := r.read(ctx, a, policy.RequestRead, func(tx Reader, _ policy.Standing, _ *catalog.Catalog) error {
		customer := party.OrgNo(a.OrgNo)
		fs, err := tx.ForwardingsWith(ctx, customer, models.ID(a.ID))
		if err != nil {
			return err
		}
		if out.All, err = withNames(ctx, tx, fs); err != nil {
			return err
		}
		var refs []Ref
		for _, f := range out.All {
			if string(f.From) == a.ID && len(out.Mine) < maxInSection {
				out.Mine = append(out.Mine, SentOn{Ref: refOf(f.Subject), Forwarded: f})
				refs = append(refs, refOf(f.Subject))
			}
		}
		views, err := r.questions(ctx, tx, customer, refs)
		if err != nil {
			return err
		}
		var ids []models.ID
		for i := range out.Mine {
			out.Mine[i].RequestView = views[refs[i]]
			ids = append(ids, views[refs[i]].Request.DecidedBy)
		}
		persons, err := tx.Persons(ctx, ids)
		for i, id := range ids {
			out.Mine[i].AnsweredBy = persons[id]
		}
		return err
	})
	return out, err
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
