package registry

import (
	"context"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
)

// NoticeType is what a person can be told of.
type NoticeType string

// The types. A person without a choice of his own is told of all but Answered,
// on our pages alone.
const (
	NoticeAsked     NoticeType = "asked"     // a supplier asks an organisation for which he administers access
	NoticeForwarded NoticeType = "forwarded" // somebody asks him to answer it
	NoticeDecided   NoticeType = "decided"   // what he sent on has its answer
	NoticeAnswered  NoticeType = "answered"  // somebody else has answered for an organisation for which he administers access
	NoticeExpiring  NoticeType = "expiring"  // something soon runs out
)

// NoticeTypes lists the types as the settings show them.
func NoticeTypes() []NoticeType {
	return []NoticeType{NoticeAsked, NoticeForwarded, NoticeDecided, NoticeAnswered, NoticeExpiring}
}

// Notice tells one person of one thing, on our pages.
type Notice struct {
	ID      models.ID
	Person  models.ID
	Org     party.OrgNo
	Type    NoticeType
	Subject string // as in "request:704013ee-…"
	At      time.Time
	Read    time.Time // zero until he has
}

// NoticeChoice is how a person wants to be told of a type.
type NoticeChoice struct {
	Type NoticeType
	Here bool // on our pages
	Mail bool
	Lang models.Language // of the mail
}

// chosen is the person's choice for the type, or what holds without one.
func chosen(own []NoticeChoice, t NoticeType) NoticeChoice {
	for _, c := range own {
		if c.Type == t {
			return c
		}
	}
	return NoticeChoice{Type: t, Here: t != NoticeAnswered, Lang: models.NB}
}

// Mail is an e-mail that waits to be sent: to a person, or to an address.
type Mail struct {
	ID      models.ID
	Type    NoticeType
	Person  models.ID // empty for a mail to an address
	Address string    // that a register or a supplier gave for the organisation; empty for a person
	Org     party.OrgNo
	Subject string
	Lang    models.Language // empty for an address: whose it is we do not know
	At      time.Time
	Next    time.Time // when it is to be tried
	Tries   int
}

// Matter is what people are told of: a request, a change request or a system user.
type Matter struct {
	Subject   string
	Customer  party.OrgNo
	System    system.ID
	Title     string         // what the customer sees the system user called
	Status    request.Status // of a request or a change, as it is stored; empty for a system user
	Until     time.Time      // when it runs out; zero for never
	Notify    string         // whom at the customer the supplier wants told; may be empty
	DecidedBy models.ID      // person
	Wish      request.Wish
	Ended     bool // of a system user
}

// NoticeQuery asks for notices of a person for one organisation.
type NoticeQuery struct {
	Person models.ID
	Org    party.OrgNo
	Type   NoticeType // all when empty
	Unread bool       // those alone
	After  BulkPlace  // the last one of the page before; zero for the first page
}

// NoticeReader reads what people are told, and whom to tell.
type NoticeReader interface {
	// Notices lists what the query asks for, newest first, at most limit.
	Notices(ctx context.Context, q NoticeQuery, limit int) ([]Notice, error)
	// Notice finds one of the person's.
	Notice(ctx context.Context, person, id models.ID) (Notice, error)
	// Unread counts what the person has not read, by organisation.
	Unread(ctx context.Context, person models.ID) (map[party.OrgNo]int, error)
	// NoticesOf lists all that the person has been told and that is kept, the oldest first.
	NoticesOf(ctx context.Context, person models.ID) ([]Notice, error)
	// NoticeChoices finds what the persons have chosen. Who has chosen nothing is left out.
	NoticeChoices(ctx context.Context, persons []models.ID) (map[models.ID][]NoticeChoice, error)
	// Mailboxes finds the address of each person that a provider has verified
	// last. Who has none is left out.
	Mailboxes(ctx context.Context, persons []models.ID) (map[models.ID]string, error)
	// HoldersOf lists at most limit of the persons who hold one of the URNs in
	// the organisation at now.
	HoldersOf(ctx context.Context, o party.OrgNo, urns []string, now time.Time, limit int) ([]models.ID, error)
	// Matters finds what the subjects are about. Those that are gone are left out.
	Matters(ctx context.Context, subjects []string) (map[string]Matter, error)
	// RunningOut lists at most limit events that tell of what runs out between
	// now and until and that are not in the outbox yet: requests, changes and
	// system users that were there at long, and dates to answer by before soon.
	RunningOut(ctx context.Context, d Deadlines, limit int) ([]Event, error)
}

// Deadlines bound what soon runs out.
type Deadlines struct {
	Now      time.Time
	Ahead    time.Duration // how long before its end people are told of it
	DueAhead time.Duration // how long before the date to answer by
}

// NoticeTx changes what people are told.
type NoticeTx interface {
	// Untold lists at most limit events that nobody has been told of, in order,
	// and keeps other transactions from them until this one ends: these see the next.
	Untold(ctx context.Context, limit int) ([]Event, error)
	// Told notes that the events have been made into what people are told.
	Told(ctx context.Context, events []models.ID, at time.Time) error
	// AddNotices stores notices.
	AddNotices(ctx context.Context, ns []Notice) error
	// ReadNotices notes that the person has read all that he was told for the organisation.
	ReadNotices(ctx context.Context, person models.ID, o party.OrgNo, at time.Time) error
	// ReadNotice notes that he has read one. Read already, it stays as it was.
	ReadNotice(ctx context.Context, person, id models.ID, at time.Time) error
	// SettleNotices marks as read what anybody was told of the subject, of the types: there is nothing left to do.
	SettleNotices(ctx context.Context, subject string, types []NoticeType, at time.Time) error
	// PurgeNotices deletes at most limit notices that were read before read, or made before old.
	PurgeNotices(ctx context.Context, read, old time.Time, limit int) (int, error)
	// SaveNoticeChoices stores the person's choices in place of the old ones.
	SaveNoticeChoices(ctx context.Context, person models.ID, cs []NoticeChoice) error
	// AddMails stores mails that are to be sent.
	AddMails(ctx context.Context, ms []Mail) error
	// TakeMails lists at most limit mails that are due at now, the oldest first, and puts
	// them off by their next pause as tried once more, so that nobody else takes them meanwhile.
	TakeMails(ctx context.Context, now time.Time, limit int) ([]Mail, error)
	// DropMails deletes mails.
	DropMails(ctx context.Context, ids []models.ID) error
}
