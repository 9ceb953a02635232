package supplier

import (
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/ui"
)

// Requests is the board of what a supplier has sent.
type Requests struct {
	Requests []RequestRow // newest first
	Pages    ui.Pages     // zero for a list of one page
	CanSend  bool         // there is a system to send a request for
}

// RequestRow is one request on the board.
type RequestRow struct {
	ID            models.ID      // of the request
	Customer      string         // its legal name; empty when we have none
	CustomerOrgNo string         // nine digits
	System        Phrase         // name of the system; not shown on a system's own page
	ExternalRef   string         // as sent; not shown where it is CustomerOrgNo
	Status        request.Status // as of now
	SentAt        time.Time      // when it was sent
	AnswerBy      time.Time      // when its time runs out, or ran out
	DecidedAt     time.Time      // answered or withdrawn; zero otherwise
	Ended         time.Time      // when the customer revoked the system user; zero otherwise
}

// name is what to call the customer.
func (r RequestRow) name() string {
	if r.Customer != "" {
		return r.Customer
	}
	return i18n.OrgNo(r.CustomerOrgNo)
}

// ref is the external reference where it says more than the number.
func (r RequestRow) ref() string {
	if r.ExternalRef == r.CustomerOrgNo {
		return ""
	}
	return r.ExternalRef
}
