package authzen

import (
	"context"
	"strings"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/systemuser"
	"github.com/stafett/stafett/rar"
)

// ReasonSubjectDiffers is the reason when a property of the subject is not
// that of the system user.
const ReasonSubjectDiffers rar.Reason = "subject_differs"

// Response is the answer (AuthZEN 1.0 section 6.2).
type Response struct {
	Decision bool `json:"decision"`
}

// Evaluator answers evaluation requests. All fields must be set; it is safe
// for concurrent use when they are.
type Evaluator struct {
	Lookup  rar.Lookup
	Journal *rar.Journal
	Numbers party.Numbers
	Now     func() time.Time
	NewID   func() models.ID
}

// Ask answers the evaluation request in body. Errors are models.Errors:
// Invalid when the question is not whole, Unavailable when we cannot know.
func (e *Evaluator) Ask(ctx context.Context, caller rar.Caller, body []byte) (Response, error) {
	r, err := Decode(body, e.Numbers)
	if err != nil {
		if outage := e.record(ctx, caller, "", rar.ReasonBadQuestion); outage != nil {
			return Response{}, unavailable(outage)
		}
		return Response{}, err
	}
	return e.Evaluate(ctx, caller, r)
}

// Evaluate decides r on current data. The decision is recorded before it
// returns; one that cannot be is none. The error is Unavailable.
func (e *Evaluator) Evaluate(ctx context.Context, caller rar.Caller, r Request) (Response, error) {
	id, why, err := e.decide(ctx, caller, r)
	if err != nil {
		return Response{}, unavailable(err)
	}
	if err := e.record(ctx, caller, id, why); err != nil {
		return Response{}, unavailable(err)
	}
	return Response{Decision: why == ""}, nil
}

func (e *Evaluator) record(ctx context.Context, caller rar.Caller, id models.ID, why rar.Reason) error {
	return e.Journal.Record(ctx, rar.Decision{
		ID: e.NewID(), At: e.Now(), Kind: rar.Evaluate, Caller: caller.Name, Reason: why, SystemUser: id,
	})
}

// decide finds the system user and says why not, or nothing for a yes.
func (e *Evaluator) decide(ctx context.Context, caller rar.Caller, r Request) (models.ID, rar.Reason, error) {
	id, err := models.ParseID(r.SubjectID)
	switch {
	case r.SubjectType != SubjectType || err != nil:
		return "", rar.ReasonUserUnknown, nil
	case r.ResourceType != ResourceType:
		return "", rar.ReasonResource, nil
	}
	h, err := e.Lookup.Holds(ctx, rar.Question{SystemUser: id, Resource: r.ResourceID, Action: r.Action, Party: r.Party})
	if err != nil {
		return "", "", err
	}
	why := refusal(h, r, e.Now())
	if why == "" && r.ClientID != nil {
		why, err = e.client(ctx, caller, r, h)
	}
	return id, why, err
}

// refusal says why h is not enough for r. The order puts first what is wrong
// with the subject, then what it lacks.
func refusal(h rar.Held, r Request, now time.Time) rar.Reason {
	switch {
	case !h.Known:
		return rar.ReasonUserUnknown
	case !h.Live:
		return rar.ReasonUserEnded
	case h.Paused:
		return rar.ReasonPaused
	case !h.ValidTo.IsZero() && !h.ValidTo.After(now):
		return rar.ReasonOver
	case h.Kind == string(systemuser.Agent) && !h.Attached:
		return rar.ReasonNoClient
	case h.Kind != string(systemuser.Agent) && (r.Party == "" || h.Customer != r.Party):
		return rar.ReasonOtherParty
	case r.Owner != nil && *r.Owner != h.Customer:
		return ReasonSubjectDiffers
	case r.SystemID != nil && *r.SystemID != h.SystemID:
		return ReasonSubjectDiffers
	// A system's id begins with its supplier's number, for ever.
	case r.Vendor != nil && !strings.HasPrefix(h.SystemID, string(*r.Vendor)+"_"):
		return ReasonSubjectDiffers
	case !h.ResourceKnown:
		return rar.ReasonResource
	case !h.Holds:
		return rar.ReasonNotHeld
	}
	return ""
}

// client turns a yes into a no unless the client that the token was made for
// is one of the system's, under the issuer that the caller is bound to.
func (e *Evaluator) client(ctx context.Context, caller rar.Caller, r Request, h rar.Held) (rar.Reason, error) {
	b, err := e.Lookup.Binding(ctx, rar.Query{
		Issuer: caller.Issuer, ClientID: *r.ClientID, Customer: h.Customer, ExternalRef: string(h.Customer),
	})
	if err != nil {
		return "", err
	}
	if !b.ClientKnown || b.SystemDeleted || b.SystemID != h.SystemID {
		return ReasonSubjectDiffers, nil
	}
	return "", nil
}

func unavailable(err error) error {
	return &models.Error{Kind: models.Unavailable, Code: models.CodeUnavailable, Err: err}
}
