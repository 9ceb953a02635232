package rar

import (
	"context"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
)

// Query asks for the system user that a client may act as for a customer.
type Query struct {
	Issuer      string      // from the caller's credential, never from the body
	ClientID    string      // the OAuth client that wants a token
	Supplier    party.OrgNo // the client's organisation as the issuer knows it; empty when it did not say
	Customer    party.OrgNo // whose system user is asked for
	ExternalRef string      // never empty: the customer's number when none was given
}

// Binding is what one snapshot says about the chain client, system, supplier,
// system user. Fields below a link that is missing are zero.
type Binding struct {
	ClientKnown   bool // (issuer, client id) is registered
	SystemID      string
	Supplier      party.OrgNo
	SystemDeleted bool
	UserFound     bool // a live system user for system, customer and external reference
	UserID        models.ID
	UserKind      string // "standard" or "agent"
	Title         string
	Customer      party.OrgNo
	ExternalRef   string
	CreatedAt     time.Time
	Paused        bool      // it is given no tokens for now
	ValidTo       time.Time // when it ends by itself; zero for never
	Used          bool      // its first use has been recorded
}

// Lookup reads current, committed data. Errors are outages.
type Lookup interface {
	// Binding reads the chain of q in one snapshot.
	Binding(ctx context.Context, q Query) (Binding, error)
	// Why looks closer at a refusal of q whose client and system are in order,
	// for the journal: ReasonPending, ReasonRevoked, ReasonOtherRef,
	// ReasonRejected, or ReasonNoUser when nothing is known.
	Why(ctx context.Context, q Query, systemID string) (Reason, error)
	// Holds reports what one snapshot says about a system user and a right. A
	// right that names no action covers every action; a right in a package
	// counts while the catalogue puts the resource into the package. Only what
	// was approved and what the system still asks for counts; of an agent's
	// packages only those that its customer has for the party at this moment.
	Holds(ctx context.Context, h Question) (Held, error)
}

// Question asks whether a system user holds an action on a resource of the
// party.
type Question struct {
	SystemUser models.ID
	Resource   string
	Action     string
	Party      party.OrgNo
}

// Held answers a Question.
type Held struct {
	Known         bool      // there is such a system user
	Live          bool      // neither it nor its system has ended
	Paused        bool      // it is given nothing for now
	ValidTo       time.Time // when it ends by itself; zero for never
	Kind          string
	Customer      party.OrgNo
	Attached      bool // the party is attached to it as a client, or as its own customer; agents alone
	SystemID      string
	Holds         bool // the right is among what it effectively holds
	ResourceKnown bool
	Used          bool
}

// Reason is the fine reason of a decision: for the journal, the operator and
// the supplier's own diagnostics, never for the token client. It is empty when
// the answer was yes.
type Reason string

// The reasons for which we refuse.
const (
	ReasonClientUnknown Reason = "client_unknown"  // the client is on no system of this issuer
	ReasonSupplierOther Reason = "supplier_other"  // the client's organisation is not the system's supplier
	ReasonSystemDeleted Reason = "system_deleted"  // the system is retired
	ReasonNoUser        Reason = "no_system_user"  // the customer has none on this system
	ReasonPending       Reason = "request_pending" // asked for, not answered yet
	ReasonRejected      Reason = "request_rejected"
	ReasonRevoked       Reason = "revoked"
	ReasonOtherRef      Reason = "other_external_ref" // the customer has one with another reference
	ReasonUserUnknown   Reason = "system_user_unknown"
	ReasonUserEnded     Reason = "system_user_ended"
	ReasonPaused        Reason = "paused"      // it has been stopped for now, as when its customer was struck off the register
	ReasonOver          Reason = "over"        // the time that it was granted for has run out
	ReasonOtherParty    Reason = "other_party" // the system user is another organisation's
	ReasonNoClient      Reason = "no_client"   // the agent does not serve the party
	ReasonNotHeld       Reason = "right_not_held"
	ReasonResource      Reason = "resource_unknown"
	ReasonBadQuestion   Reason = "malformed" // the question itself does not hold
)
