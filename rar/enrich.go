package rar

import (
	"context"
	"errors"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/systemuser"
)

// ReasonIssuerOther is the reason when an issuer asks in another's name.
const ReasonIssuerOther Reason = "issuer_other"

// How long an answer may be used, and a token that carries it may live. Both
// bound how long a revoked system user lives on (issuer-contracts 4.3).
const (
	answerLife       = 30 * time.Second
	maxTokenLifetime = 120 * time.Second
)

// Caller is who asks, from a verified credential that is bound to one issuer.
type Caller struct {
	Name   string // for the journal: the issuer, or the client that asks for it
	Issuer string // the exact identifier of the issuer
}

// Grant is a yes: the system user that the client may act as.
type Grant struct {
	DecisionID  models.ID
	SystemUser  models.ID
	SystemID    string
	Supplier    party.OrgNo
	Customer    party.OrgNo
	ExternalRef string
	Kind        string
	Title       string
	CreatedAt   time.Time
	ValidUntil  time.Time
	Longest     time.Duration // that a token with it may live, in whole seconds
}

// Enricher answers issuers. All fields must be set; it is safe for concurrent
// use when they are.
type Enricher struct {
	Lookup  Lookup
	Journal *Journal
	Numbers party.Numbers
	Now     func() time.Time
	NewID   func() models.ID
}

// Ask answers the native question in body. Errors are a *Refusal, or a
// models.Error of kind Unavailable when we cannot know; neither is ever a yes.
func (e *Enricher) Ask(ctx context.Context, caller Caller, body []byte) (Answer, error) {
	r, err := Decode(body, e.Numbers)
	if err != nil {
		return Answer{}, e.Turn(ctx, caller, err)
	}
	if r.Issuer != caller.Issuer {
		return Answer{}, e.Turn(ctx, caller, &Refusal{Outer: CallerNotAllowed, Field: "/issuer", Reason: ReasonIssuerOther})
	}
	g, err := e.Enrich(ctx, caller, r.Query)
	if err != nil {
		return Answer{}, err
	}
	return g.Answer(r.ID), nil
}

// Enrich finds the system user of q on current data. Whatever q says about the
// issuer, the caller's counts. Errors are as those of Ask. The decision is
// recorded before Enrich returns.
func (e *Enricher) Enrich(ctx context.Context, caller Caller, q Query) (Grant, error) {
	q.Issuer = caller.Issuer
	b, err := e.Lookup.Binding(ctx, q)
	if err != nil {
		return Grant{}, unavailable(err)
	}
	now := e.Now()
	why := decide(b, q, now)
	if why == ReasonNoUser {
		if why, err = e.closer(ctx, q, b); err != nil {
			return Grant{}, unavailable(err)
		}
	}
	d := Decision{ID: e.NewID(), At: now, Kind: Enrich, Caller: caller.Name, Reason: why}
	if b.ClientKnown {
		d.ClientID = q.ClientID // else it is the caller's word, of which there is no end
	}
	if why == "" {
		d.SystemUser, d.FirstUse = b.UserID, !b.Used
	}
	if err := e.Journal.Record(ctx, d); err != nil {
		return Grant{}, unavailable(err)
	}
	if why != "" {
		return Grant{}, denied(why)
	}
	return Grant{
		DecisionID: d.ID, SystemUser: b.UserID, SystemID: b.SystemID, Supplier: b.Supplier,
		Customer: b.Customer, ExternalRef: b.ExternalRef, Kind: b.UserKind, Title: b.Title,
		CreatedAt: b.CreatedAt, ValidUntil: until(b, now.Add(answerLife)).UTC().Truncate(time.Second),
		Longest: until(b, now.Add(maxTokenLifetime)).Sub(now).Truncate(time.Second),
	}, nil
}

// until is the time, or the earlier one at which the system user ends.
func until(b Binding, t time.Time) time.Time {
	if !b.ValidTo.IsZero() && b.ValidTo.Before(t) {
		return b.ValidTo
	}
	return t
}

// Turn records that caller was turned away before anything could be looked up,
// and returns err: a *Refusal, whose reason is recorded, or any other error.
// When it cannot be recorded the error is that of an outage instead.
func (e *Enricher) Turn(ctx context.Context, caller Caller, err error) error {
	d := Decision{ID: e.NewID(), At: e.Now(), Kind: Enrich, Caller: caller.Name, Reason: ReasonBadQuestion}
	if r, ok := errors.AsType[*Refusal](err); ok && r.Reason != "" {
		d.Reason = r.Reason
	}
	if outage := e.Journal.Record(ctx, d); outage != nil {
		return unavailable(outage)
	}
	return err
}

// closer asks why there is no system user. It may sharpen a refusal and never
// lift it.
func (e *Enricher) closer(ctx context.Context, q Query, b Binding) (Reason, error) {
	why, err := e.Lookup.Why(ctx, q, b.SystemID)
	if why == "" {
		why = ReasonNoUser
	}
	return why, err
}

// decide says why q is refused, or nothing when every link of the chain holds:
// (issuer, client) → system → supplier → live system user → customer →
// external reference (issuer-contracts 5.2), and it is neither paused nor over. What the query has matched is
// compared again here, byte for byte, so that no collation, join or later edit
// of the SQL can widen an answer.
func decide(b Binding, q Query, now time.Time) Reason {
	switch {
	case q.Issuer == "" || q.ClientID == "" || q.Customer == "" || q.ExternalRef == "":
		return ReasonBadQuestion
	case !b.ClientKnown || b.SystemID == "":
		return ReasonClientUnknown
	case b.Supplier == "" || q.Supplier != "" && q.Supplier != b.Supplier:
		return ReasonSupplierOther
	case b.SystemDeleted:
		return ReasonSystemDeleted
	case !b.UserFound || b.UserID == "":
		return ReasonNoUser
	case b.UserKind != string(systemuser.Standard) && b.UserKind != string(systemuser.Agent):
		return ReasonUserUnknown
	case b.Customer != q.Customer:
		return ReasonOtherParty
	case b.ExternalRef != q.ExternalRef:
		return ReasonOtherRef
	case b.Paused:
		return ReasonPaused
	case !b.ValidTo.IsZero() && !b.ValidTo.After(now.Add(time.Second)): // no whole second is left
		return ReasonOver
	}
	return ""
}
