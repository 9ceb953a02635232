package registry

import (
	"context"
	"iter"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

// Store keeps the registry. Its contract is models/storetest, which runs on
// every implementation.
type Store interface {
	// Read runs f on one consistent snapshot of committed data.
	Read(ctx context.Context, f func(Reader) error) error
	// Write runs f in one transaction. When f returns nil the transaction is
	// committed durably before Write returns; otherwise nothing of it is kept,
	// and f's error comes back as it is. A context that ends after f has
	// returned does not undo the commit.
	Write(ctx context.Context, f func(Tx) error) error
}

// Reader reads one snapshot. A thing that is not there is a NotFound error
// where one is asked for, and is left out where several are.
type Reader interface {
	PartyReader
	MemberReader
	InvitationReader
	IdentityReader
	LoginReader
	AccountReader
	ErasureReader
	SystemReader
	RequestReader
	SupplierRequestReader
	SystemUserReader
	SupplierUserReader
	EndUserReader
	StreamReader
	DiagnoseReader
	ClientReader
	ChangeReader
	ForwardingReader
	ListReader
	BulkReader
	UseReader
	SupplierReader
	UserReviewReader
	AuditReader
	RegisterReader
	NoticeReader
	// Catalog returns the catalogue as of the snapshot. The value is shared.
	Catalog(ctx context.Context) (*catalog.Catalog, error)
}

// PartyReader reads organisations and persons.
type PartyReader interface {
	Organisation(ctx context.Context, o party.OrgNo) (party.Organisation, error)
	Organisations(ctx context.Context, os []party.OrgNo) (map[party.OrgNo]party.Organisation, error)
	// Holdings lists what every person holds in the organisation at now.
	Holdings(ctx context.Context, o party.OrgNo, now time.Time) ([]party.Holding, error)
	// HoldingsOf lists what the person holds in every organisation at now.
	HoldingsOf(ctx context.Context, person models.ID, now time.Time) ([]party.Holding, error)
	Persons(ctx context.Context, ids []models.ID) (map[models.ID]party.Person, error)
	PersonByIdentity(ctx context.Context, issuer, subject string) (models.ID, error)
	PersonByPID(ctx context.Context, pid party.PersonID) (models.ID, error)
	// PersonByEndUser finds the one person that all that is given names. Two
	// persons, or one who has been erased, are a NotFound error.
	PersonByEndUser(ctx context.Context, u party.EndUser) (models.ID, error)
	// OrganisationByParty finds an organisation by its party id.
	OrganisationByParty(ctx context.Context, partyID int64) (party.Organisation, error)
	// OrganisationByUUID finds an organisation by its party uuid.
	OrganisationByUUID(ctx context.Context, uuid string) (party.Organisation, error)
}

// RequestReader reads requests. The organisation is part of each question, so
// that no answer crosses from one to another.
type RequestReader interface {
	// RequestFor finds a request to the customer.
	RequestFor(ctx context.Context, customer party.OrgNo, id models.ID) (request.Request, error)
	// RequestFrom finds a request that the supplier sent.
	RequestFrom(ctx context.Context, supplier party.OrgNo, id models.ID) (request.Request, error)
	// RequestsFrom lists what the supplier sent, newest first, at most limit;
	// of one system when id is not empty.
	RequestsFrom(ctx context.Context, supplier party.OrgNo, id system.ID, limit int) ([]request.Request, error)
	// RequestCustomer tells whom a request concerns, for links that carry its id alone.
	RequestCustomer(ctx context.Context, id models.ID) (party.OrgNo, error)
	// Awaiting counts the customer's requests that can be answered at now, and
	// what the person has been told for it and has not read. facilitates tells
	// whether it has clients by a register, or an agent system user that lives.
	Awaiting(ctx context.Context, customer party.OrgNo, person models.ID, now time.Time) (waiting, unread int, facilitates bool, err error)
}

// Use tells how a system user has been used. Times are zero when never.
type Use struct {
	First time.Time
	Last  time.Time
	Count int64
}

// SystemUserReader reads system users.
type SystemUserReader interface {
	SystemUserOf(ctx context.Context, customer party.OrgNo, id models.ID) (systemuser.SystemUser, error)
	// SystemUsersOf lists the customer's system users, revoked ones last, then
	// newest first, at most limit.
	SystemUsersOf(ctx context.Context, customer party.OrgNo, limit int) ([]systemuser.SystemUser, error)
	Uses(ctx context.Context, ids []models.ID) (map[models.ID]Use, error)
	// Ended tells when those of the system users that have been revoked were.
	Ended(ctx context.Context, ids []models.ID) (map[models.ID]time.Time, error)
}

// AuditReader reads the audit log.
type AuditReader interface {
	// AuditOf lists the entries about the subjects that the organisation may see,
	// oldest first: whatever was done, and the latest denials of its own
	// people, at most denials of them. Anybody can make denials without end.
	AuditOf(ctx context.Context, subjects []string, o party.OrgNo, denials int) ([]audit.Entry, error)
	// AuditAll walks the whole log in order of sequence.
	AuditAll(ctx context.Context) iter.Seq2[audit.Entry, error]
	// AuditHead is the last sequence number and hash; zero and empty at first.
	AuditHead(ctx context.Context) (int64, string, error)
}

// Event is a fact for the outbox: what happened, for those who are to be told.
type Event struct {
	ID      models.ID
	At      time.Time
	Type    string // as in "request.accepted"
	Subject string // as in "request:704013ee-…"
	OrgNos  []party.OrgNo
	Data    map[string]string
}

// Tx reads and writes one transaction. Every write that finds another state
// than the caller believed is a Conflict error and leaves nothing behind.
type Tx interface {
	Reader
	SystemTx
	ImportTx
	MemberTx
	InvitationTx
	IdentityTx
	LoginTx
	ErasureTx
	KeyTx
	StrikeOffTx
	RegisterTx
	SupplierRequestTx
	SupplierUserTx
	EndUserTx
	CustomerUserTx
	ClientTx
	ChangeTx
	ForwardingTx
	BulkTx
	UseTx
	SupplierTx
	OnceTx
	QuotaTx
	NoticeTx
	// Nested runs f so that what it wrote is undone when it fails, while the
	// transaction goes on.
	Nested(ctx context.Context, f func() error) error
	// Alone holds up every other transaction that appends to the audit log,
	// which every change does, until this one ends: what is read from now on
	// is still so at the commit.
	Alone(ctx context.Context) error
	// AddRequest stores a new request with version 1: Conflict request.exists
	// when the triple (system, customer, external reference) has a pending one.
	AddRequest(ctx context.Context, r request.Request) error
	// LapseTriple sets a pending request of the triple to expired if its time
	// ran out at now, and returns it; ok is false when there was none.
	LapseTriple(ctx context.Context, r request.Request, now time.Time) (lapsed request.Request, ok bool, err error)
	// LapseDue does the same for at most limit requests of any triple.
	LapseDue(ctx context.Context, now time.Time, limit int) ([]request.Request, error)
	// DecideRequest stores the decided request r if the stored one is still
	// pending with r.Version and, for approval and rejection, its time has not
	// run out at r.DecidedAt or by the clock of the store; its version goes up by
	// one, and r.LeftOut is marked among its items. Otherwise Conflict
	// request.decided, or request.expired.
	DecideRequest(ctx context.Context, r request.Request) error
	// SaveWish stores the wish of r if the stored one is still pending with
	// r.Version and its time has not run out; its version goes up by one.
	// Otherwise Conflict request.decided.
	SaveWish(ctx context.Context, r request.Request) error
	// AddSystemUser stores a new system user with version 1: Conflict
	// systemuser.exists when the triple has a live one.
	AddSystemUser(ctx context.Context, u systemuser.SystemUser) error
	// SystemUsersDue lists at most limit live system users whose time ran out at
	// now, the first to do so first.
	SystemUsersDue(ctx context.Context, now time.Time, limit int) ([]systemuser.SystemUser, error)
	// RevokeSystemUser stores u as revoked if the stored one is live with
	// u.Version; otherwise Conflict systemuser.revoked.
	RevokeSystemUser(ctx context.Context, u systemuser.SystemUser) error
	// AddPerson stores a new person.
	AddPerson(ctx context.Context, p party.Person, pid party.PersonID) error
	// NamePerson changes a person's name.
	NamePerson(ctx context.Context, person models.ID, name string) error
	// AppendAudit links the entry to the chain and stores it. Writers wait for
	// each other here, so a chain never forks.
	AppendAudit(ctx context.Context, e audit.Entry) error
	// AddEvent puts an event into the outbox.
	AddEvent(ctx context.Context, e Event) error
}
