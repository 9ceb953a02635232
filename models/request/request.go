package request

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

// Life is how long a request can be answered when nothing else is set.
const Life = 28 * 24 * time.Hour

// Request is a supplier's question to a customer: may this system have a
// system user with these rights?
type Request struct {
	ID          models.ID
	Kind        systemuser.Kind
	System      system.ID
	Customer    party.OrgNo
	ExternalRef string // never empty once made by New
	Title       string // what the customer will see the system user called
	Items       []catalog.Item
	RedirectURL string // where the browser may go after the answer; may be empty
	Status      Status
	Reason      string    // of a rejection, in the customer's words
	DecidedBy   models.ID // person who approved or rejected
	DecidedAt   time.Time // zero while pending
	CreatedAt   time.Time
	ExpiresAt   time.Time
	// Removed is when the supplier deleted it, or the system user that came of
	// it ended: the API shows it no more. Zero while it does.
	Removed   time.Time
	Escalated bool        // sent on to those who administer access
	Purpose   models.Text // the supplier's words for the whole; may be empty
	// Purposes are its words for single items, instead of those of the system.
	Purposes     map[catalog.Item]models.Text
	ValidTo      time.Time      // when the system user shall end by itself; zero for never
	ContactEmail string         // whom the customer may ask at the supplier; may be empty
	NotifyEmail  string         // whom at the customer the supplier wants told of it; may be empty
	Wish         Wish           // what the customer would have otherwise; zero when it said nothing
	LeftOut      []catalog.Item // of Items, what an approval did not give, as the system can do without it
	Version      int64
}

// Wish is what a customer would have otherwise in a request that it has not
// answered. The request stands as it was: the supplier takes it back and asks
// anew, or leaves it.
type Wish struct {
	Text string
	By   models.ID // person
	At   time.Time
}

// Limits of a request, in characters.
const (
	maxRef    = 255
	maxTitle  = 100
	MaxReason = 500
	MaxWish   = 500
	// maxPurpose bounds a purpose in each language.
	maxPurpose = 300
)

// New makes a pending request of r, which holds what the supplier gave. An
// absent external reference becomes the customer's organisation number, and an
// absent title the system's name. Faults name the fields external_ref, title, items, items[0],
// redirect_url, purpose, purposes[0], valid_to, contact_email and notify_email.
func New(r Request, s system.System, c *catalog.Catalog, now time.Time, life time.Duration) (Request, error) {
	r.System, r.Status, r.Version = s.ID, Pending, 0
	r.Reason, r.DecidedBy, r.DecidedAt = "", "", time.Time{} // nobody has answered
	r.Removed, r.Escalated, r.Wish, r.LeftOut = time.Time{}, false, Wish{}, nil
	if r.ExternalRef == "" {
		r.ExternalRef = string(r.Customer)
	}
	if r.Title == "" {
		r.Title, _ = s.Name.In(models.NB)
	}
	r.CreatedAt, r.ExpiresAt = now, r.until(now.Add(life))
	var f models.Faults
	f.Add("external_ref", RefFault(r.ExternalRef))
	f.Add("title", models.LineFault(r.Title, maxTitle, true))
	f.Add("redirect_url", redirectFault(r.RedirectURL, s))
	faultsOfItems(&f, r, s, c)
	f.Add("purpose", purposeFault(r.Purpose))
	for i, item := range r.Items {
		f.Add(fmt.Sprintf("purposes[%d]", i), purposeFault(r.Purposes[item]))
	}
	if !r.ValidTo.IsZero() && !r.ValidTo.After(now) {
		f.Add("valid_to", "date.past")
	}
	f.Add("contact_email", emailFault(r.ContactEmail))
	f.Add("notify_email", emailFault(r.NotifyEmail))
	return r, f.Err()
}

// RefFault says why a text is no external reference, or "".
func RefFault(ref string) string {
	if fault := models.TextFault(ref, maxRef, true); fault != "" {
		return fault
	}
	if strings.TrimSpace(ref) != ref || strings.ContainsAny(ref, "\r\n") {
		return "text.spaces"
	}
	return ""
}

// until is the last moment to answer r when there is time for it until then:
// what would be over already is nothing to approve.
func (r Request) until(then time.Time) time.Time {
	if !r.ValidTo.IsZero() && r.ValidTo.Before(then) {
		return r.ValidTo
	}
	return then
}

// purposeFault says what is wrong with a purpose, or "". One language is
// enough, and so is none.
func purposeFault(t models.Text) string {
	for _, s := range []string{t.NB, t.NN, t.EN} {
		if fault := models.TextFault(s, maxPurpose, false); fault != "" {
			return fault
		}
	}
	return ""
}

// emailFault says what is wrong with an address, or "": it is a bare
// addr-spec (RFC 5322 section 3.4.1), or empty.
func emailFault(s string) string {
	if s == "" || party.IsEmail(s) {
		return ""
	}
	return "email.form"
}

// faultsOfItems holds the items to the system's own list and the catalogue.
func faultsOfItems(f *models.Faults, r Request, s system.System, c *catalog.Catalog) {
	if len(r.Items) == 0 {
		f.Add("items", "items.none")
	}
	for i, item := range r.Items {
		field := fmt.Sprintf("items[%d]", i)
		if _, ok := s.Ask(item); !ok {
			f.Add(field, "items.not_on_system")
			continue
		}
		f.Add(field, c.Fault(item))
		f.Add(field, kindFault(item, r.Kind, c))
		if slices.Index(r.Items, item) < i {
			f.Add(field, "duplicate")
		}
	}
}

// kindFault says why a system user of the kind may not have the item, or "": a
// standard one has what may be assigned, an agent has packages that may be
// passed on for clients.
func kindFault(item catalog.Item, kind systemuser.Kind, c *catalog.Catalog) string {
	p, known := c.Package(item.Ref)
	switch {
	case item.Kind == catalog.RightItem && kind == systemuser.Agent:
		return "items.agent_right"
	case item.Kind == catalog.RightItem || !known:
		return ""
	case kind == systemuser.Standard && !p.Assignable, kind == systemuser.Agent && !p.Delegable:
		return "items.kind"
	}
	return ""
}

// Current is the state at now: a pending request whose time has run out counts
// as expired, whether or not that has been written yet.
func (r Request) Current(now time.Time) Status {
	if r.Status == Pending && !now.Before(r.ExpiresAt) {
		return Expired
	}
	return r.Status
}

// Apply returns r after e by the person at now. The person is kept for an
// answer of the customer, the reason for a rejection only. A move that the table does not list is a Conflict error, and so
// is a lapse before its time.
func (r Request) Apply(e Event, by models.ID, reason string, now time.Time) (Request, error) {
	from := r.Current(now)
	if e == Lapse { // writes down what Current already says
		if from == Pending {
			return r, models.NewError(models.Conflict, models.CodeConflict)
		}
		from = r.Status
	}
	next, err := from.Next(e)
	if err != nil {
		return r, err
	}
	r.Status, r.DecidedAt = next, now
	if e == Approve || e == Reject {
		r.DecidedBy = by // who withdrew it is the supplier's own affair
	}
	if e == Reject {
		r.Reason = reason
	}
	return r, nil
}

// Renewed returns r with a new time to answer it in, from now on. Who let it
// expire, or would like more time, asks for that; any other state is a Conflict.
func (r Request) Renewed(now time.Time, life time.Duration) (Request, error) {
	next, err := r.Current(now).Next(Renew)
	if err != nil {
		return r, err
	}
	if !r.ValidTo.IsZero() && !r.ValidTo.After(now) {
		return r, models.Faults{{Field: "valid_to", Fault: "date.past"}}.Err()
	}
	r.Status, r.DecidedAt, r.ExpiresAt = next, time.Time{}, r.until(now.Add(life))
	return r, nil
}

// Wished returns r with what the customer would have otherwise, in the words of
// the person at now; said again, the last words stand. Errors: Invalid with the
// field wish; Conflict when r cannot be answered any more.
func (r Request) Wished(text string, by models.ID, now time.Time) (Request, error) {
	if _, err := r.Current(now).Next(Reject); err != nil {
		return r, err
	}
	var f models.Faults
	f.Add("wish", models.TextFault(text, MaxWish, true))
	r.Wish = Wish{Text: strings.TrimSpace(text), By: by, At: now}
	return r, f.Err()
}

// Without returns the items of r but for those left out, in their order, if its
// system s can do without these. Errors: Invalid with the field without for one
// that r does not ask for or that s cannot do without, and with the field items
// when nothing remains.
func (r Request) Without(left []catalog.Item, s system.System) ([]catalog.Item, error) {
	var f models.Faults
	for _, item := range left {
		if ask, ok := s.Ask(item); !ok || !ask.Optional || !slices.Contains(r.Items, item) {
			f.Add("without", "items.not_optional")
		}
	}
	kept := slices.DeleteFunc(slices.Clone(r.Items), func(i catalog.Item) bool { return slices.Contains(left, i) })
	if len(kept) == 0 {
		f.Add("items", "items.none")
	}
	return kept, f.Err()
}

// ReasonFault says what is wrong with a rejection's reason, or "".
func ReasonFault(s string) string { return models.TextFault(s, MaxReason, true) }
