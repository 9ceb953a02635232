package customer

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/paths"
	"github.com/stafett/stafett/views/ui"
)

// ReviewView is everything that a person is shown before he answers a request.
type ReviewView struct {
	ID         models.ID
	Change     bool        // part of a ChangeView
	Program    models.Text // name of the system that asks
	Title      string      // what the system user will be called; shown when it is not the program's name
	About      models.Text // the supplier's description of the system; may be empty
	Supplier   Org
	Registered time.Time // since when the supplier is registered; zero when not known
	Customers  int       // organisations that use the system through a system user
	Customer   Org
	Roles      []models.Text // what the reader is in the customer's organisation
	Items      []Item
	Manager    bool           // the reader administers access, and so may answer
	Need       ui.Need        // what the reader must do before he may give anything
	CanApprove bool           // the reader may give everything, if need be after that, and it can be answered
	CanReject  bool           // the reader may say no, and it can be answered
	StruckOff  bool           // the organisation is struck off its register, so nobody can approve
	Approvers  []string       // names of those who may give everything, when the reader may not
	Status     request.Status // as of now
	Gone       bool           // the supplier has retired the system
	DecidedBy  string         // name of who answered; empty while pending
	DecidedAt  time.Time      // when; zero while pending
	Reason     string         // of a rejection
	Sent       time.Time
	Deadline   time.Time
	Reference  string              // the supplier's own; empty when it gave none
	ReturnURL  string              // where the receipt leads back to; empty for nowhere
	Seen       string              // digest to send back with the answer
	Agent      bool                // it asks to act for the organisation's clients; approved, it has nothing yet
	Purpose    models.Text         // the supplier's words for why it asks; may be empty
	Until      time.Time           // when the system user is to end by itself; zero for never
	Contact    string              // address at the supplier for questions; may be empty
	Changed    bool                // an answer was just refused, since the request is not as it was seen
	Parts      []Part              // then, what of it is not, beside the items
	Dropped    []Item              // then, items that were asked for when it was seen, and are no more
	Nothing    bool                // a change request that would change nothing
	Late       bool                // an answer was just refused, since it has been answered or withdrawn already
	Taken      bool                // a yes was just refused, since the system has a system user with the same reference
	CanWish    bool                // the reader may ask the supplier for another request
	CanForward bool                // the reader may send it on to somebody
	SentOn     []Sent              // to whom it has been sent on, the newest first
	Wish       Wish                // what the organisation has asked the supplier for instead; zero for nothing
	LeftOut    []Item              // of an approved one: what was not given, as the supplier can do without it
	Faults     []models.FieldError // of the choice of what is given, in the fields "without" and "items"
}

// Part is something of a page, beside its items, that can become another while
// somebody reads it. The texts customer.part.<part> name them.
type Part string

// The parts of a page.
const (
	PartSupplier  Part = "supplier"  // who asks: the organisation
	PartSystem    Part = "system"    // and its system: the name and the description
	PartCustomer  Part = "customer"  // for whom
	PartPurpose   Part = "purpose"   // the supplier's words for why
	PartTitle     Part = "title"     // what the system user will be called
	PartReference Part = "reference" // the supplier's own reference
	PartUntil     Part = "until"     // when it ends by itself
	PartReturn    Part = "return"    // where the browser goes afterwards
	PartContact   Part = "contact"   // whom to ask at the supplier
	PartWish      Part = "wish"      // what the organisation has asked for instead
	PartUser      Part = "user"      // of a change request: the system user as it is now
	PartOther     Part = "other"     // none of these
)

// Differs reports whether the part is not as the reader saw it.
func (v ReviewView) Differs(p Part) bool { return slices.Contains(v.Parts, p) }

// Wish is what an organisation would have instead of what it was asked.
type Wish struct {
	Text string
	By   string // name of who wrote it; empty when not known
	At   time.Time
}

// WishView is the form for it.
type WishView struct {
	ID       models.ID
	Change   bool // a change request
	Program  models.Text
	Supplier string
	Wish     string              // as typed last, or as it stands
	Faults   []models.FieldError // of the field "wish"
}

// RejectView is the form for a no.
type RejectView struct {
	ID       models.ID
	Change   bool // a change request
	Program  models.Text
	Supplier Org
	Reason   string              // as typed last
	Faults   []models.FieldError // of the field "reason"
}

// ReceiptView is the proof of an answer, for the screen and for paper. Of a
// change request, Items are what came, or would have come, in addition.
type ReceiptView struct {
	ID        models.ID
	Approved  bool // otherwise rejected
	Program   models.Text
	Supplier  Org
	Customer  Org
	DecidedAt time.Time
	DecidedBy string
	Items     []Item
	Reason    string      // of a rejection
	Reference string      // the supplier's own; empty when it gave none
	ReturnURL string      // the supplier's site, checked by the server; empty for none
	Revoked   bool        // it was approved, and has been withdrawn since
	Agent     bool        // approved to act for clients
	Until     time.Time   // when it ends by itself; zero for never
	Portal    string      // the site through which it was answered; empty for ours
	Change    bool        // of a change request
	User      models.ID   // the system user that came of it, or that was changed; empty for none
	Access    string      // of a change request: what the system user is called
	Removed   []Item      // of a change request: what went, or would have
	Kept      []Item      // of a change request: what stayed
	LeftOut   []Item      // what was asked for and not given, as the supplier can do without it
	Role      models.Text // by which the person could, at the time; empty when not known
	Returning bool        // straight after the answer: the browser goes back by itself, unless it is stopped
}

// elsewhere tells which causes another person might not have.
func elsewhere(c policy.Cause) bool {
	return slices.Contains([]policy.Cause{policy.NotManager, policy.MissingRole, policy.MissingPack, policy.NotPassedOn}, c)
}

// open reports whether the request can still be answered by somebody.
func (v ReviewView) open() bool { return v.Status == request.Pending && !v.Gone }

// page is where the request is shown.
func (v ReviewView) page() string { return requestPage(v.Change, v.ID) }

func (v RejectView) page() string { return requestPage(v.Change, v.ID) }

func (v WishView) page() string { return requestPage(v.Change, v.ID) }

func (r InboxRow) page() string { return requestPage(r.Change, r.ID) }

func requestPage(change bool, id models.ID) string {
	if change {
		return paths.Change(id)
	}
	return paths.Request(id)
}

// approve is where a yes is sent.
func (v ReviewView) approve() string {
	if v.Change {
		return paths.ChangeApprove(v.ID)
	}
	return paths.RequestApprove(v.ID)
}

// reject is where a no is given its reason.
func (v ReviewView) reject() string { return requestReject(v.Change, v.ID) }

func (v RejectView) reject() string { return requestReject(v.Change, v.ID) }

// post is where the wish is sent.
func (v WishView) post() string { return requestWish(v.Change, v.ID) }

// wish is where the supplier is asked for another request.
func (v ReviewView) wish() string { return requestWish(v.Change, v.ID) }

func requestWish(change bool, id models.ID) string {
	if change {
		return paths.ChangeWish(id)
	}
	return paths.RequestWish(id)
}

// returnAfter is how many seconds a receipt stands before the browser goes back
// to the supplier.
const returnAfter = 5

// countdown is what is said of the way back to the site in each second, a line
// for each.
func countdown(ctx context.Context, site string) string {
	lines := make([]string, returnAfter)
	for i := range lines {
		lines[i] = i18n.N(ctx, "customer.receipt.returning", returnAfter-i, "Site", site)
	}
	return strings.Join(lines, "\n")
}

func requestReject(change bool, id models.ID) string {
	if change {
		return paths.ChangeReject(id)
	}
	return paths.RequestReject(id)
}

func receiptTone(v ReceiptView) tone {
	if v.Approved && !v.Revoked {
		return given
	}
	return past
}
