package supplier

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/views/i18n"
)

// Request is one request as its supplier sees it.
type Request struct {
	ID            models.ID      // of the request
	SystemID      string         // of the system that asked
	System        Phrase         // its name
	Customer      string         // the customer's legal name; empty when we have none
	CustomerOrgNo string         // nine digits
	ExternalRef   string         // as sent, or the organisation number that stands for none
	Title         string         // what the customer will see the system user called
	Items         []Ask          // what was asked for
	RedirectURL   string         // where the customer's browser may go afterwards; may be empty
	Link          string         // absolute address to hand to the customer
	Status        request.Status // as of now
	Reason        string         // of a rejection, in the customer's words
	Wish          string         // what the customer would have instead, in its words; empty when it said nothing
	WishedAt      time.Time      // when it said so
	LeftOut       []Ask          // what an approval did not give
	SentAt        time.Time      // when it was sent
	AnswerBy      time.Time      // when its time runs out, or ran out
	DecidedAt     time.Time      // answered or withdrawn; zero otherwise
	Ended         time.Time      // when the customer revoked the system user; zero otherwise
}

// leftOut names what an approval did not give.
func (v Request) leftOut(ctx context.Context) string {
	names := make([]string, len(v.LeftOut))
	for i, a := range v.LeftOut {
		names[i] = a.Name.Text
	}
	return i18n.Names(ctx, names)
}

// name is what to call the customer.
func (v Request) name() string {
	if v.Customer != "" {
		return v.Customer
	}
	return i18n.OrgNo(v.CustomerOrgNo)
}

// lead says in a sentence how it stands and what that means.
func (v Request) lead(ctx context.Context) string {
	switch v.Status {
	case request.Pending:
		return i18n.T(ctx, "supplier.request.pending", "Customer", v.name(), "Date", i18n.Date(ctx, v.AnswerBy))
	case request.Accepted:
		if !v.Ended.IsZero() {
			return i18n.T(ctx, "supplier.request.ended", "Customer", v.name())
		}
		return i18n.T(ctx, "supplier.request.accepted", "Customer", v.name())
	case request.Rejected:
		return i18n.T(ctx, "supplier.request.rejected", "Customer", v.name())
	case request.Withdrawn:
		return i18n.T(ctx, "supplier.request.withdrawn", "Customer", v.name())
	case request.Expired:
		return i18n.T(ctx, "supplier.request.expired", "Customer", v.name())
	}
	return ""
}

// mail is an e-mail to the customer with the link, ready to be sent by whoever
// the person chooses.
func (v Request) mail(ctx context.Context) string {
	subject := i18n.T(ctx, "supplier.request.mail.subject", "System", v.System.Text)
	body := i18n.T(ctx, "supplier.request.mail.body", "System", v.System.Text, "Customer", v.name(), "Link", v.Link)
	// RFC 6068, section 5: a space is %20, since "+" would stand for itself.
	return "mailto:?subject=" + escape(subject) + "&body=" + escape(body)
}

func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// step is one line of a request's history.
type step struct {
	what string
	at   time.Time
}

// steps are what has happened, oldest first.
func (v Request) steps(ctx context.Context) []step {
	out := []step{{i18n.T(ctx, "supplier.step.sent"), v.SentAt}}
	switch v.Status {
	case request.Pending:
		out = append(out, step{i18n.T(ctx, "supplier.step.waiting"), v.AnswerBy})
	case request.Accepted:
		out = append(out, step{i18n.T(ctx, "supplier.step.accepted"), v.DecidedAt})
		if !v.Ended.IsZero() {
			out = append(out, step{i18n.T(ctx, "supplier.step.ended"), v.Ended})
		}
	case request.Rejected:
		out = append(out, step{i18n.T(ctx, "supplier.step.rejected"), v.DecidedAt})
	case request.Withdrawn:
		out = append(out, step{i18n.T(ctx, "supplier.step.withdrawn"), v.DecidedAt})
	case request.Expired:
		out = append(out, step{i18n.T(ctx, "supplier.step.expired"), v.AnswerBy})
	}
	return out
}
