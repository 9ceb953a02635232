package api

import (
	"net/http"
	"strings"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/registry"
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

// repeated says what became of a question that was put before.
const repeated = "Stafett-Repeat"

// asking is the body of a request; agents have no rights. Members after
// redirectUrl are ours.
type asking struct {
	IntegrationTitle string          `json:"integrationTitle"`
	ExternalRef      string          `json:"externalRef"`
	SystemID         string          `json:"systemId"`
	PartyOrgNo       string          `json:"partyOrgNo"`
	Rights           []right         `json:"rights"`
	AccessPackages   []accessPackage `json:"accessPackages"`
	RedirectURL      string          `json:"redirectUrl"`
	Purpose          models.Text     `json:"purpose"`
	ValidTo          time.Time       `json:"validTo"`
	ContactEmail     string          `json:"contactEmail"`
	NotifyEmail      string          `json:"notifyEmail"`
}

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

// Ask answers POST systemuser/request/vendor.
func (a *API) Ask(q Question) (Answer, error) { return a.ask(q, systemuser.Standard) }

// AskAgent answers POST systemuser/request/vendor/agent.
func (a *API) AskAgent(q Question) (Answer, error) { return a.ask(q, systemuser.Agent) }

// ask is both. A question that was put before is answered with what is stored.
func (a *API) ask(q Question, kind systemuser.Kind) (Answer, error) {
	actor, err := q.supplier(scopeRequestWrite)
	if err != nil {
		return Answer{}, err
	}
	body, err := decode[asking](q)
	if err != nil {
		return Answer{}, err
	}
	in, err := a.asked(body, kind)
	if err != nil {
		return Answer{}, err
	}
	sent, repeat, err := q.Registry.Ask(q.Ctx(), actor, in)
	if err != nil {
		return Answer{}, notAsked(err, body, sent)
	}
	out := a.askedRequest(sent)
	if repeat != "" {
		return Answer{Status: http.StatusOK, Body: out}.with(repeated, string(repeat)), nil
	}
	path := requestPath
	if kind == systemuser.Agent {
		path = agentRequestPath
	}
	return created(a.PublicURL+path+string(sent.ID), out)
}

// asked reads what the body asks for. Strings are trimmed. Only what is missing
// fails here: what it means is not judged before whose the system is.
func (a *API) asked(body asking, kind systemuser.Kind) (request.Request, error) {
	f := invalid()
	if body.SystemID = strings.TrimSpace(body.SystemID); body.SystemID == "" {
		_ = f.also("systemId", "is required.")
	}
	if body.PartyOrgNo = strings.TrimSpace(body.PartyOrgNo); body.PartyOrgNo == "" {
		_ = f.also("partyOrgNo", "is required.")
	}
	if len(body.Rights) > maxItems || len(body.AccessPackages) > maxItems {
		_ = f.also("rights", "and accessPackages have at most 200 entries each.")
	}
	if len(f.fields) > 0 {
		return request.Request{}, f
	}
	id, err := system.ParseID(body.SystemID)
	if err != nil {
		return request.Request{}, as(err, notThatSystem)
	}
	// A number that holds no organisation is judged as one that nobody has.
	customer, _ := a.Numbers.Parse(body.PartyOrgNo)
	in := request.Request{
		Kind: kind, System: id, Customer: customer, ExternalRef: strings.TrimSpace(body.ExternalRef), Title: strings.TrimSpace(body.IntegrationTitle),
		RedirectURL: strings.TrimSpace(body.RedirectURL), Purpose: trimmed(body.Purpose),
		ContactEmail: strings.TrimSpace(body.ContactEmail), NotifyEmail: strings.TrimSpace(body.NotifyEmail), Purposes: map[catalog.Item]models.Text{},
	}
	if !body.ValidTo.IsZero() {
		in.ValidTo = body.ValidTo.UTC().Truncate(time.Millisecond)
	}
	add := func(item catalog.Item, why *models.Text) {
		in.Items = append(in.Items, item)
		if why != nil {
			in.Purposes[item] = trimmed(*why)
		}
	}
	if kind == systemuser.Standard { // an agent's rights are ignored, as in Altinn
		for _, r := range body.Rights {
			add(r.asked(), r.Purpose)
		}
	}
	for _, p := range body.AccessPackages {
		add(catalog.PackageOf(strings.TrimSpace(p.URN)), p.Purpose)
	}
	return in, nil
}

// maxItems bounds each list of a body: more than any system asks for.
const maxItems = 200

// asked is the right as a request names it. A resource that is named in another
// way than by its id is one that no system asks for.
func (r right) asked() catalog.Item {
	trim := right{Action: strings.TrimSpace(r.Action)}
	for _, a := range r.Resource {
		a = attribute{ID: strings.TrimSpace(a.ID), Value: strings.TrimSpace(a.Value)}
		if a.ID != catalog.ResourceAttribute || len(strings.Fields(a.Value)) != 1 {
			return catalog.Right("", "")
		}
		trim.Resource = append(trim.Resource, a)
	}
	return trim.item()
}

func trimmed(t models.Text) models.Text {
	return models.Text{NB: strings.TrimSpace(t.NB), NN: strings.TrimSpace(t.NN), EN: strings.TrimSpace(t.EN)}
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

// requestToken is where a page of requests begins: behind this one.
type requestToken struct {
	At int64     `json:"t"`
	ID models.ID `json:"i"`
}

// AskedOfSystem answers GET systemuser/request/vendor/bysystem/{systemId}.
func (a *API) AskedOfSystem(q Question) (Answer, error) { return a.ofSystem(q, systemuser.Standard) }

// AskedAgentsOfSystem answers GET systemuser/request/vendor/agent/bysystem/{systemId}.
func (a *API) AskedAgentsOfSystem(q Question) (Answer, error) {
	return a.ofSystem(q, systemuser.Agent)
}

func (a *API) ofSystem(q Question, kind systemuser.Kind) (Answer, error) {
	actor, err := q.supplier(scopeRequestRead, scopeRequestWrite)
	if err != nil {
		return Answer{}, err
	}
	f, err := a.requestQuery(q)
	if err != nil {
		return Answer{}, err
	}
	p, err := page[requestToken](q, pageSize)
	if err != nil {
		return Answer{}, err
	}
	if p.Given {
		if f.After.ID, err = models.ParseID(string(p.After.ID)); err != nil {
			return Answer{}, binding("token", "is not one that a links.next of ours held.")
		}
		f.After.At = time.UnixMilli(p.After.At)
	}
	if f.System, err = system.ParseID(q.Param("systemid")); err != nil {
		return Answer{}, as(err, notThatSystem)
	}
	f.Kind, f.Limit = kind, p.Size+1
	requests, total, err := q.Registry.AskedPage(q.Ctx(), actor, f, p.Total)
	if err != nil {
		return Answer{}, as(err, notThatSystem)
	}
	out := list[askedRequest]{Data: []askedRequest{}}
	if len(requests) > p.Size {
		requests = requests[:p.Size]
		last := requests[p.Size-1]
		if out.Links.Next, err = a.next(q, requestToken{last.CreatedAt.UnixMilli(), last.ID}); err != nil {
			return Answer{}, err
		}
	}
	for _, r := range requests {
		out.Data = append(out.Data, a.askedRequest(r))
	}
	if p.Total {
		out.Total = &total
	}
	return ok(out)
}

// requestQuery reads status, customer and q.
func (a *API) requestQuery(q Question) (registry.RequestQuery, error) {
	var f registry.RequestQuery
	status, err := q.one("status")
	if err != nil {
		return f, err
	}
	for s, word := range statuses {
		if word == status {
			f.Status = s
		}
	}
	if status != "" && f.Status == "" {
		return f, binding("status", "must be New, Accepted, Rejected or Timedout.")
	}
	customer, err := q.one("customer")
	if err != nil {
		return f, err
	}
	if customer != "" {
		if f.Customer, err = a.Numbers.Parse(customer); err != nil {
			return f, binding("customer", "must be an organisation number of nine digits.")
		}
	}
	if f.Text, err = q.one("q"); err != nil {
		return f, err
	}
	if models.LineFault(f.Text, maxQuery, false) != "" {
		return f, binding("q", "must be at most 255 characters, without control characters.")
	}
	return f, nil
}
