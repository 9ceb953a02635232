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
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/systemuser"
)

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
	sortedAs
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
