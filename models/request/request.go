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
	Version     int64
}

// Limits of a request, in characters.
const (
	maxRef    = 255
	maxTitle  = 100
	MaxReason = 500
)

// New makes a pending request of r, which holds what the supplier gave. An
// absent external reference becomes the customer's organisation number, and an
// absent title the system's name. Faults name the fields external_ref, title,
// items and redirect_url.
func New(r Request, s system.System, c *catalog.Catalog, now time.Time, life time.Duration) (Request, error) {
	r.System, r.Status, r.Version = s.ID, Pending, 0
	r.Reason, r.DecidedBy, r.DecidedAt = "", "", time.Time{} // nobody has answered
	if r.ExternalRef == "" {
		r.ExternalRef = string(r.Customer)
	}
	if r.Title == "" {
		r.Title, _ = s.Name.In(models.NB)
	}
	r.CreatedAt, r.ExpiresAt = now, now.Add(life)
	var f models.Faults
	f.Add("external_ref", models.TextFault(r.ExternalRef, maxRef, true))
	if strings.TrimSpace(r.ExternalRef) != r.ExternalRef || strings.ContainsAny(r.ExternalRef, "\r\n") {
		f.Add("external_ref", "text.spaces")
	}
	f.Add("title", models.LineFault(r.Title, maxTitle, true))
	if r.RedirectURL != "" && !s.Redirects(r.RedirectURL) {
		f.Add("redirect_url", "url.not_registered")
	}
	faultsOfItems(&f, r, s, c)
	return r, f.Err()
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
		if p, ok := c.Package(item.Ref); ok && r.Kind == systemuser.Standard && item.Kind == catalog.PackageItem && !p.Assignable {
			f.Add(field, "catalogue.not_delegable")
		}
		if slices.Index(r.Items, item) < i {
			f.Add(field, "duplicate")
		}
	}
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

// ReasonFault says what is wrong with a rejection's reason, or "".
func ReasonFault(s string) string { return models.TextFault(s, MaxReason, true) }
