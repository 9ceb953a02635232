package registry

import (
	"context"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

// Doubt is a question of a supplier: would its client get a token for the
// customer, and would the system user in it hold the right?
type Doubt struct {
	Client      system.Client // Issuer is the default one when empty
	System      system.ID     // that the client is meant to be of; empty for whichever it is
	Customer    party.OrgNo
	ExternalRef string // the customer's number when empty
	Resource    string // of the right; empty when none is asked about
	Action      string
	Party       party.OrgNo // whose data the right is for; the customer when empty
}

// Cause says why not.
type Cause string

// The causes. Those of the chain are those for which rar refuses.
const (
	CauseIssuer           Cause = "issuer_unknown"
	CauseClient           Cause = "client_unknown"
	CauseClientIssuer     Cause = "client_other_issuer" // the supplier's, under another issuer
	CauseClientSystem     Cause = "client_other_system" // on another system of the supplier's than the one named
	CauseSystem           Cause = "system_unknown"
	CauseSystemDeleted    Cause = "system_deleted"
	CauseCustomer         Cause = "customer_unknown"
	CauseSubUnit          Cause = "customer_subunit"
	CauseCustomerStruck   Cause = "customer_struck_off"
	CauseClientOfAgent    Cause = "client_of_agent" // the customer is a client of an agent system user
	CausePending          Cause = "request_pending"
	CauseRejected         Cause = "request_rejected"
	CauseExpired          Cause = "request_expired"
	CauseWithdrawn        Cause = "request_withdrawn"
	CauseRevoked          Cause = "revoked"
	CauseNever            Cause = "no_system_user" // never asked
	CauseOtherRef         Cause = "other_external_ref"
	CauseOtherSystem      Cause = "user_on_other_system"
	CausePaused           Cause = "paused"
	CauseOver             Cause = "over"
	CauseResource         Cause = "resource_unknown"
	CauseAction           Cause = "action_unknown"
	CauseRightOffSystem   Cause = "right_not_on_system"
	CauseRightLeftSystem  Cause = "right_left_system" // delegated, but the system asks for it no more
	CauseRightUndelegated Cause = "right_not_delegated"
	CauseOtherParty       Cause = "other_party"
	CauseNoParty          Cause = "party_missing"
	CausePartyNoClient    Cause = "no_client"
	CauseAgentLacks       Cause = "agent_lacks" // the facilitator does not have the package for the client
)

// Causes lists the causes in the order in which they are told, for tests.
func Causes() []Cause {
	return []Cause{
		CauseIssuer, CauseClient, CauseClientIssuer, CauseClientSystem, CauseSystem, CauseSystemDeleted, CauseCustomer, CauseSubUnit,
		CauseCustomerStruck, CauseClientOfAgent, CausePending, CauseRejected, CauseExpired, CauseWithdrawn, CauseRevoked, CauseNever,
		CauseOtherRef, CauseOtherSystem, CausePaused, CauseOver, CauseResource, CauseAction, CauseRightOffSystem, CauseRightLeftSystem,
		CauseRightUndelegated, CauseOtherParty, CauseNoParty, CausePartyNoClient, CauseAgentLacks,
	}
}

// Finding is one cause, with what is known of it. What does not apply is zero.
type Finding struct {
	Cause  Cause
	Since  time.Time
	Until  time.Time
	By     string // who paused or ended it
	Reason string // of a rejection, in the customer's words
	Issuer string
	System system.ID
	Orgs   []party.OrgNo // the unit of a sub-unit, the facilitators
	Refs   []string      // external references that there are
	Items  []string      // packages that carry the resource
}

// Refused is what an issuer has been refused about a client, from the journal.
type Refused struct {
	Reason string
	Count  int64
	Last   time.Time
}

// Diagnosis is the answer: with no finding, the token would be given.
type Diagnosis struct {
	Findings []Finding
	System   system.ID // of the client; empty when it is on none of the supplier's
	User     models.ID // that the token would name; empty when there is none
	Refused  []Refused // in the last hour, latest first
}

// HeldRight is what the chain of decisions says about a system user and a right.
type HeldRight struct {
	Known    bool // the resource is in the catalogue
	Attached bool // the party is a client of the agent
	Given    bool // what was approved and is still asked for gives the right for the party
}

// DiagnoseReader reads what explains refusals. All but the first two are about
// one supplier's systems.
type DiagnoseReader interface {
	// SystemsRunAs tells which system the client id is of, by issuer.
	SystemsRunAs(ctx context.Context, issuers []string, clientID string) (map[string]system.ID, error)
	// RefusalsOf tells what the caller was refused about the client since then.
	RefusalsOf(ctx context.Context, caller, clientID string, since time.Time) ([]Refused, error)
	// RequestsAt lists the requests of the triple, newest first, at most limit.
	RequestsAt(ctx context.Context, s system.ID, customer party.OrgNo, ref string, limit int) ([]request.Request, error)
	// RevokedAt lists the revoked system users of the triple, latest first, at most limit.
	RevokedAt(ctx context.Context, s system.ID, customer party.OrgNo, ref string, limit int) ([]systemuser.SystemUser, error)
	// LiveUsersOf lists the customer's system users on the supplier's systems
	// that have not been revoked, at most limit.
	LiveUsersOf(ctx context.Context, supplier, customer party.OrgNo, limit int) ([]systemuser.SystemUser, error)
	// AgentsServing lists the supplier's agent system users that the client is
	// attached to and that have not been revoked, at most limit.
	AgentsServing(ctx context.Context, supplier, client party.OrgNo, limit int) ([]systemuser.SystemUser, error)
	// HoldsRight asks what a decision would.
	HoldsRight(ctx context.Context, u models.ID, resource, action string, p party.OrgNo, now time.Time) (HeldRight, error)
}

// maxTold bounds what a finding lists.
const maxTold = 20

// refusalsKept is how far back refusals are told of.
const refusalsKept = time.Hour

// Diagnose tells a supplier why its client would get no token, all causes at
// once, the most decisive first. What is another supplier's looks as if it were
// not there.
func (r *Registry) Diagnose(ctx context.Context, a models.Actor, d Doubt) (Diagnosis, error) {
	if d.Client.Issuer == "" && len(r.Issuers) > 0 {
		d.Client.Issuer = r.Issuers[0]
	}
	if d.ExternalRef == "" {
		d.ExternalRef = string(d.Customer)
	}
	var out Diagnosis
	err := r.read(ctx, a, policy.Diagnose, func(tx Reader, _ policy.Standing, c *catalog.Catalog) error {
		doc := doctor{r: r, tx: tx, catalog: c, supplier: party.OrgNo(a.OrgNo), Doubt: d}
		for _, look := range []func(context.Context) error{doc.client, doc.customer, doc.right, doc.journal} {
			if err := look(ctx); err != nil {
				return err
			}
		}
		out = doc.out
		return nil
	})
	return out, err
}
