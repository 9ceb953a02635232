package api

import (
	"net/http"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

// Where requests are, beneath the public URL, and the pages on which customers
// answer them, beneath the portal's.
const (
	requestPath      = "/authentication/api/v1/systemuser/request/vendor/"
	agentRequestPath = requestPath + "agent/"
	confirmPage      = "/accessmanagement/ui/systemuser/request"
	confirmAgentPage = "/accessmanagement/ui/systemuser/agentrequest"
)

// askedRequest is a request as its supplier sees it. Members after timedOut are
// ours.
type askedRequest struct {
	ID               models.ID       `json:"id"`
	IntegrationTitle string          `json:"integrationTitle"`
	ExternalRef      string          `json:"externalRef"`
	SystemID         system.ID       `json:"systemId"`
	PartyOrgNo       string          `json:"partyOrgNo"`
	Rights           *[]right        `json:"rights,omitempty"` // of a standard one
	AccessPackages   []accessPackage `json:"accessPackages"`
	Status           string          `json:"status"`
	RedirectURL      string          `json:"redirectUrl,omitempty"`
	ConfirmURL       string          `json:"confirmUrl"`
	Escalated        bool            `json:"escalated"`
	Created          time.Time       `json:"created"`
	TimedOut         bool            `json:"timedOut"`
	Expires          time.Time       `json:"expires"`
	Reason           string          `json:"reason,omitempty"`
	Purpose          *models.Text    `json:"purpose,omitempty"`
	ValidTo          *time.Time      `json:"validTo,omitempty"`
	ContactEmail     string          `json:"contactEmail,omitempty"`
	LeftOut          *leftOut        `json:"leftOut,omitempty"`
	Wish             *wish           `json:"wish,omitempty"`
}

// leftOut is what an approval did not give of what was asked for.
type leftOut struct {
	Rights         []right         `json:"rights"`
	AccessPackages []accessPackage `json:"accessPackages"`
}

func leftOutOf(r request.Request) *leftOut {
	if len(r.LeftOut) == 0 {
		return nil
	}
	rights, packages := split(r.LeftOut, nil)
	return &leftOut{rights, packages}
}

// wish is what the customer would have instead. Who wrote it is not told.
type wish struct {
	Text string    `json:"text"`
	At   time.Time `json:"at"`
}

func wishOf(r request.Request) *wish {
	if r.Wish.Text == "" {
		return nil
	}
	return &wish{r.Wish.Text, r.Wish.At.UTC()}
}

// statuses are Altinn's words for the states of a request.
var statuses = map[request.Status]string{
	request.Pending: "New", request.Accepted: "Accepted", request.Rejected: "Rejected", request.Expired: "Timedout",
}

func (a *API) askedRequest(r request.Request) askedRequest {
	status := r.Current(a.Now())
	out := askedRequest{
		ID: r.ID, IntegrationTitle: r.Title, ExternalRef: r.ExternalRef, SystemID: r.System, PartyOrgNo: string(r.Customer),
		Status: statuses[status], RedirectURL: r.RedirectURL, ConfirmURL: a.confirmURL(r.Kind, r.ID), Escalated: r.Escalated,
		Created: r.CreatedAt, TimedOut: status == request.Expired, Expires: r.ExpiresAt, Reason: r.Reason, ContactEmail: r.ContactEmail,
		LeftOut: leftOutOf(r), Wish: wishOf(r),
	}
	rights, packages := split(r.Items, func(i catalog.Item) models.Text { return r.Purposes[i] })
	out.AccessPackages = packages
	if r.Kind == systemuser.Standard {
		out.Rights = &rights
	}
	if !r.Purpose.Empty() {
		out.Purpose = &r.Purpose
	}
	if !r.ValidTo.IsZero() {
		out.ValidTo = &r.ValidTo
	}
	return out
}

// confirmURL is where the customer answers.
func (a *API) confirmURL(kind systemuser.Kind, id models.ID) string {
	path := confirmPage
	if kind == systemuser.Agent {
		path = confirmAgentPage
	}
	return a.PortalURL + path + "?id=" + string(id) + "&DONTCHOOSEREPORTEE=true"
}

// noRequest and noAgentRequest are a request that is not there, is not shown any
// more, or is another supplier's.
var (
	noRequest      = map[models.Code]int{models.CodeNotFound: 10}
	noAgentRequest = map[models.Code]int{models.CodeNotFound: 30}
)

// Asked answers GET systemuser/request/vendor/{requestId}.
func (a *API) Asked(q Question) (Answer, error) {
	r, err := a.find(q)
	if err == nil && r.Kind != systemuser.Standard {
		err = models.NewError(models.NotFound, models.CodeNotFound)
	}
	if err != nil {
		return Answer{}, as(err, noRequest)
	}
	return ok(a.askedRequest(r))
}

// AskedAgent answers GET systemuser/request/vendor/agent/{requestId}.
func (a *API) AskedAgent(q Question) (Answer, error) {
	r, err := a.find(q)
	if err != nil {
		return Answer{}, as(err, noAgentRequest)
	}
	if r.Kind != systemuser.Agent {
		return Answer{}, problem(25)
	}
	return ok(a.askedRequest(r))
}

func (a *API) find(q Question) (request.Request, error) {
	actor, err := q.supplier(scopeRequestRead, scopeRequestWrite)
	if err != nil {
		return request.Request{}, err
	}
	id, err := models.ParseID(q.Param("requestid"))
	if err != nil {
		return request.Request{}, err
	}
	return q.Registry.AskedRequest(q.Ctx(), actor, id)
}

// AskedByRef answers GET systemuser/request/vendor/byexternalref/….
func (a *API) AskedByRef(q Question) (Answer, error) {
	return a.byRef(q, systemuser.Standard, noRequest)
}

// AskedAgentByRef answers GET systemuser/request/vendor/agent/byexternalref/….
func (a *API) AskedAgentByRef(q Question) (Answer, error) {
	return a.byRef(q, systemuser.Agent, noAgentRequest)
}

func (a *API) byRef(q Question, kind systemuser.Kind, none map[models.Code]int) (Answer, error) {
	actor, err := q.supplier(scopeRequestRead, scopeRequestWrite)
	if err != nil {
		return Answer{}, err
	}
	in := request.Request{Kind: kind, ExternalRef: q.Param("externalref")}
	absent := as(models.NewError(models.NotFound, models.CodeNotFound), none)
	if in.System, err = system.ParseID(q.Param("systemid")); err != nil {
		return Answer{}, absent
	}
	if in.Customer, err = a.Numbers.Parse(q.Param("orgno")); err != nil || models.TextFault(in.ExternalRef, maxQuery, true) != "" {
		return Answer{}, absent
	}
	r, err := q.Registry.AskedByRef(q.Ctx(), actor, in)
	if err != nil {
		return Answer{}, as(err, none)
	}
	return ok(a.askedRequest(r))
}

// Unask answers DELETE systemuser/request/vendor/{requestId}, of either kind.
func (a *API) Unask(q Question) (Answer, error) {
	actor, err := q.supplier(scopeRequestWrite)
	if err != nil {
		return Answer{}, err
	}
	id, err := models.ParseID(q.Param("requestid"))
	if err == nil {
		err = q.Registry.RemoveRequest(q.Ctx(), actor, id)
	}
	if err != nil {
		return Answer{}, as(err, noRequest)
	}
	return Answer{Status: http.StatusAccepted}, nil
}

// Renew answers POST /api/v1/requests/{id}/renew: the request, which can be
// answered for as long again.
func (a *API) Renew(q Question) (Answer, error) {
	actor, err := q.supplier(scopeRequestWrite)
	if err != nil {
		return Answer{}, err
	}
	id, err := models.ParseID(q.Param("id"))
	if err != nil {
		return Answer{}, err
	}
	r, err := q.Registry.RenewRequest(q.Ctx(), actor, id)
	if err != nil {
		return Answer{}, err
	}
	return ok(a.askedRequest(r))
}
