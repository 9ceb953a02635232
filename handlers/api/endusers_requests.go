package api

import (
	"errors"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

// endUserRequest is a request as the customer's people are shown it: the
// internal answer of the contract. purpose, validTo, contactEmail and expires
// are ours. An agent's has no rights.
type endUserRequest struct {
	ID               models.ID       `json:"id"`
	IntegrationTitle string          `json:"integrationTitle"`
	ExternalRef      string          `json:"externalRef"`
	SystemID         system.ID       `json:"systemId"`
	PartyOrgNo       party.OrgNo     `json:"partyOrgNo"`
	PartyID          int64           `json:"partyId"`
	PartyUUID        string          `json:"partyUuid"`
	Rights           *[]right        `json:"rights,omitempty"`
	AccessPackages   []accessPackage `json:"accessPackages"`
	Status           string          `json:"status"`
	RedirectURL      string          `json:"redirectUrl,omitempty"`
	ConfirmURL       string          `json:"confirmUrl"`
	Escalated        bool            `json:"escalated"`
	Created          time.Time       `json:"created"`
	TimedOut         bool            `json:"timedOut"`
	SystemUserType   systemuser.Kind `json:"systemUserType"`
	MayOnlyForward   bool            `json:"userMayEscalateButNotApprove"`
	Purpose          *models.Text    `json:"purpose,omitempty"`
	ValidTo          *time.Time      `json:"validTo,omitempty"`
	ContactEmail     string          `json:"contactEmail,omitempty"`
	Expires          time.Time       `json:"expires"`
}

// endUserRequest writes a request; manager says whether the reader administers
// access.
func (a *API) endUserRequest(v registry.RequestView, manager bool) endUserRequest {
	r := v.Request
	out := endUserRequest{
		ID: r.ID, IntegrationTitle: r.Title, ExternalRef: r.ExternalRef, SystemID: r.System, PartyOrgNo: r.Customer,
		PartyID: v.Customer.PartyID, PartyUUID: v.Customer.UUID, Status: statuses[v.Status], RedirectURL: r.RedirectURL,
		ConfirmURL: a.confirmURL(r.Kind, r.ID), Escalated: r.Escalated, Created: r.CreatedAt.UTC(),
		TimedOut: v.Status == request.Expired, SystemUserType: r.Kind, MayOnlyForward: !manager,
		ContactEmail: r.ContactEmail, Expires: r.ExpiresAt.UTC(),
	}
	rights, packages := split(r.Items, func(item catalog.Item) models.Text { return r.Purposes[item] })
	if out.AccessPackages = packages; r.Kind == systemuser.Standard {
		out.Rights = &rights
	}
	if !r.Purpose.Empty() {
		out.Purpose = &r.Purpose
	}
	if !r.ValidTo.IsZero() {
		to := r.ValidTo.UTC()
		out.ValidTo = &to
	}
	return out
}

// requestOf reads the id of a request in the path.
func requestOf(q Question, kind systemuser.Kind) (models.ID, error) {
	id, err := models.ParseID(q.Param("requestid"))
	if err != nil {
		return "", problem(absent(kind))
	}
	return id, nil
}

// answered translates what an answer to a request came to. A request that is not
// the party's is told as such only to who belongs to the organisation that it
// is to; for others it is not there.
func (q Question) answered(a models.Actor, id models.ID, kind systemuser.Kind, err error) error {
	if e, ok := errors.AsType[*models.Error](err); ok && e.Kind == models.NotFound {
		o, looked := q.Registry.RequestCustomer(q.Ctx(), models.ID(a.ID), id)
		if looked == nil && string(o) != a.OrgNo {
			return as(err, map[models.Code]int{models.CodeNotFound: foreign(kind)})
		}
	}
	return as(ungranted(err), answering(kind))
}

// RequestForParty answers GET systemuser/request/{party}/{requestId}, and
// AgentRequestForParty the same for agents.
func (a *API) RequestForParty(q Question) (Answer, error) {
	return a.requestForParty(q, systemuser.Standard)
}

// AgentRequestForParty answers GET systemuser/request/agent/{party}/{requestId}.
func (a *API) AgentRequestForParty(q Question) (Answer, error) {
	return a.requestForParty(q, systemuser.Agent)
}

func (a *API) requestForParty(q Question, kind systemuser.Kind) (Answer, error) {
	actor, err := q.acting()
	if err != nil {
		return Answer{}, err
	}
	return a.readRequest(q, actor, kind)
}

// RequestForPerson answers GET systemuser/request/{requestId}.
func (a *API) RequestForPerson(q Question) (Answer, error) {
	return a.requestForPerson(q, systemuser.Standard)
}

// AgentRequestForPerson answers GET systemuser/request/agent/{requestId}.
func (a *API) AgentRequestForPerson(q Question) (Answer, error) {
	return a.requestForPerson(q, systemuser.Agent)
}

// requestForPerson finds the organisation by the request. To who is nobody there
// it is as one that does not exist.
func (a *API) requestForPerson(q Question, kind systemuser.Kind) (Answer, error) {
	actor, err := q.person(scopePortal)
	if err != nil {
		return Answer{}, err
	}
	id, err := requestOf(q, kind)
	if err != nil {
		return Answer{}, err
	}
	o, err := q.Registry.RequestCustomer(q.Ctx(), models.ID(actor.ID), id)
	if err != nil {
		return Answer{}, as(err, answering(kind))
	}
	actor.OrgNo = string(o)
	return a.readRequest(q, actor, kind)
}

func (a *API) readRequest(q Question, actor models.Actor, kind systemuser.Kind) (Answer, error) {
	id, err := requestOf(q, kind)
	if err != nil {
		return Answer{}, err
	}
	v, err := q.Registry.Review(q.Ctx(), actor, id)
	if err == nil && (v.Request.Kind != kind || !v.Request.Removed.IsZero() || v.Status == request.Withdrawn) {
		err = models.NewError(models.NotFound, models.CodeNotFound)
	}
	if err != nil {
		return Answer{}, q.answered(actor, id, kind, err)
	}
	return ok(a.endUserRequest(v.RequestView, v.Manager))
}

// reply is what a portal lets a person do with a request.
func (a *API) reply(q Question, kind systemuser.Kind, do func(models.Actor, models.ID, registry.Portal) error) (Answer, error) {
	actor, err := q.granting(scopePortal)
	if err != nil {
		return Answer{}, err
	}
	id, err := requestOf(q, kind)
	if err != nil {
		return Answer{}, err
	}
	if err := do(actor, id, registry.Portal{Issuer: q.Caller.Issuer, Kind: kind}); err != nil {
		return Answer{}, q.answered(actor, id, kind, err)
	}
	return ok(true)
}

func (a *API) approve(q Question, kind systemuser.Kind) (Answer, error) {
	return a.reply(q, kind, func(actor models.Actor, id models.ID, portal registry.Portal) error {
		_, err := q.Registry.ApproveThrough(q.Ctx(), actor, id, portal)
		return err
	})
}

func (a *API) reject(q Question, kind systemuser.Kind) (Answer, error) {
	return a.reply(q, kind, func(actor models.Actor, id models.ID, portal registry.Portal) error {
		return q.Registry.RejectThrough(q.Ctx(), actor, id, portal)
	})
}

// ApproveRequest answers POST systemuser/request/{party}/{requestId}/approve and
// the portal's own path for it.
func (a *API) ApproveRequest(q Question) (Answer, error) { return a.approve(q, systemuser.Standard) }

// ApproveAgentRequest answers POST systemuser/request/agent/{party}/{requestId}/approve.
func (a *API) ApproveAgentRequest(q Question) (Answer, error) { return a.approve(q, systemuser.Agent) }

// RejectRequest answers POST systemuser/request/{party}/{requestId}/reject.
func (a *API) RejectRequest(q Question) (Answer, error) { return a.reject(q, systemuser.Standard) }

// RejectAgentRequest answers POST systemuser/request/agent/{party}/{requestId}/reject.
func (a *API) RejectAgentRequest(q Question) (Answer, error) { return a.reject(q, systemuser.Agent) }

// EscalateRequest answers POST systemuser/request/{party}/{requestId}/escalate.
func (a *API) EscalateRequest(q Question) (Answer, error) { return a.escalate(q, systemuser.Standard) }

// EscalateAgentRequest answers POST systemuser/request/agent/{party}/{requestId}/escalate.
func (a *API) EscalateAgentRequest(q Question) (Answer, error) {
	return a.escalate(q, systemuser.Agent)
}

func (a *API) escalate(q Question, kind systemuser.Kind) (Answer, error) {
	actor, err := q.acting(scopePortal)
	if err != nil {
		return Answer{}, err
	}
	id, err := requestOf(q, kind)
	if err != nil {
		return Answer{}, err
	}
	if err := q.Registry.Forward(q.Ctx(), actor, id, kind); err != nil {
		return Answer{}, q.answered(actor, id, kind, err)
	}
	return ok(true)
}

// PendingRequests answers GET systemuser/request/{party}/{orgno}/pending.
func (a *API) PendingRequests(q Question) (Answer, error) { return a.pending(q, systemuser.Standard) }

// PendingAgentRequests answers GET systemuser/request/agent/{party}/{orgno}/pending.
func (a *API) PendingAgentRequests(q Question) (Answer, error) {
	return a.pending(q, systemuser.Agent)
}

// pending lists what waits for the party. The number in the path must be the
// party's own.
func (a *API) pending(q Question, kind systemuser.Kind) (Answer, error) {
	actor, err := q.acting(scopePortal)
	if err != nil {
		return Answer{}, err
	}
	if q.Param("orgno") != actor.OrgNo {
		return Answer{}, problem(foreign(kind))
	}
	p, err := page[placeToken](q, maxPage)
	if err != nil {
		return Answer{}, err
	}
	after, err := p.After.after()
	if err != nil {
		return Answer{}, err
	}
	views, more, err := q.Registry.Pending(q.Ctx(), actor, kind, after, p.Size)
	if err != nil {
		return Answer{}, as(err, notHim)
	}
	out := make([]endUserRequest, len(views))
	for i, v := range views {
		out[i] = a.endUserRequest(v, true)
	}
	if !more {
		return ok(out)
	}
	last := views[len(views)-1].Request
	return a.goesOn(q, out, placeToken{last.CreatedAt.UnixMilli(), last.ID})
}

// placeToken is where a page of things in the order of making begins.
type placeToken struct {
	Made int64     `json:"m"`
	ID   models.ID `json:"i"`
}

// after checks the place: it came from outside.
func (p placeToken) after() (registry.After, error) {
	if p.ID == "" {
		return registry.After{}, nil
	}
	id, err := models.ParseID(string(p.ID))
	if err != nil {
		return registry.After{}, binding("token", "is not one that a links.next of ours held.")
	}
	return registry.After{Made: time.UnixMilli(p.Made).UTC(), ID: id}, nil
}

// goesOn is a list without an envelope that has another page after it.
func (a *API) goesOn(q Question, body any, next placeToken) (Answer, error) {
	address, err := a.next(q, next)
	if err != nil {
		return Answer{}, err
	}
	answer, err := ok(body)
	return answer.nextLink(address), err
}
