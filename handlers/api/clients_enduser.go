package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

// What can be wrong with the query of an end user's system about clients.
const (
	agentCode    = "AUTH.VLD-00014"
	notAgentCode = "AUTH.VLD-00015"
	clientCode   = "AUTH.VLD-00016"
)

func queryFault(code, name, sentence string) *Failure {
	return invalid(validation{Code: code, Title: sentence, Detail: sentence, Paths: []string{"?" + name}})
}

func noAgent() *Failure {
	return queryFault(agentCode, "agent", "No agent system user has this id.")
}

// agentFailed tells what goes wrong about the agent of the query.
func agentFailed(err error) error {
	e, ok := errors.AsType[*models.Error](err)
	if !ok {
		return err
	}
	var f *Failure
	switch e.Code {
	case models.CodeNotFound, models.CodeUserRevoked:
		f = noAgent()
	case models.CodeUserKind:
		f = queryFault(notAgentCode, "agent", "The system user is not an agent.")
	default:
		return as(err, agentFaults)
	}
	f.domain = e.Code
	return f
}

// owning is the end user with one of the scopes, acting for the organisation
// whose agent the query names, and that agent. One of an organisation in which
// he is nobody is none.
func (q Question) owning(scopes ...string) (models.Actor, models.ID, error) {
	a, err := q.person(scopes...)
	if err != nil {
		return a, "", err
	}
	text, err := q.one("agent")
	switch {
	case err != nil:
		return a, "", err
	case text == "":
		return a, "", queryFault(agentCode, "agent", "The query lacks agent, the id of an agent system user.")
	}
	id, err := models.ParseID(text)
	if err != nil {
		return a, "", agentFailed(err)
	}
	owner, err := q.Registry.OwnerFor(q.Ctx(), models.ID(a.ID), id)
	a.OrgNo = string(owner)
	return a, id, agentFailed(err)
}

// served is the envelope of a list of clients.
type served struct {
	Links                 links        `json:"links"`
	SystemUserInformation servedBy     `json:"systemUserInformation"`
	Data                  []clientInfo `json:"data"`
	Total                 *int         `json:"total,omitempty"`
}

type servedBy struct {
	SystemUserID       models.ID   `json:"systemUserId"`
	SystemUserOwnerOrg party.OrgNo `json:"systemUserOwnerOrg"`
}

// clientInfo is a client; missingPackages is ours: what it gives the
// facilitator no more, so that the agent lacks it there.
type clientInfo struct {
	ClientID                 string      `json:"clientId"`
	ClientOrganizationNumber party.OrgNo `json:"clientOrganizationNumber"`
	ClientOrganizationName   string      `json:"clientOrganizationName"`
	MissingPackages          []string    `json:"missingPackages,omitempty"`
}

// AvailableClients answers GET enduser/systemuser/clients/available: those that
// can be attached.
func (a *API) AvailableClients(q Question) (Answer, error) {
	return a.clientList(q, true, (*registry.Registry).AvailableClients)
}

// AttachedClients answers GET enduser/systemuser/clients.
func (a *API) AttachedClients(q Question) (Answer, error) {
	return a.clientList(q, false, (*registry.Registry).AttachedClients)
}

type clientLister func(*registry.Registry, context.Context, models.Actor, models.ID, registry.ClientQuery) (registry.ClientPage, error)

func (a *API) clientList(q Question, ready bool, read clientLister) (Answer, error) {
	actor, agent, err := q.owning(scopeClientsRead, scopeClientsWrite)
	if err != nil {
		return Answer{}, err
	}
	cq, err := clientQuery(q, pageSize)
	if err != nil {
		return Answer{}, err
	}
	cq.Ready = ready
	page, err := read(q.Registry, q.Ctx(), actor, agent, cq)
	if err != nil {
		return Answer{}, agentFailed(err)
	}
	out := served{SystemUserInformation: servedBy{agent, page.Agent.Customer}, Data: []clientInfo{}}
	for _, c := range page.Clients {
		o := c.Organisation
		out.Data = append(out.Data, clientInfo{o.UUID, o.OrgNo, o.Name, urns(c.Lacks)})
	}
	if cq.Total {
		out.Total = &page.Total
	}
	out.Links.Next, err = a.nextClients(q, page)
	return Answer{Status: http.StatusOK, Body: out}, err
}

// attachment is what has been attached or detached.
type attachment struct {
	Agent  models.ID `json:"agent"`
	Client string    `json:"client"`
}

// AddClient answers POST enduser/systemuser/clients. The scope is for just that,
// so the token's issuer need not be a portal.
func (a *API) AddClient(q Question) (Answer, error) {
	return a.changeClient(q, func(actor models.Actor, agent models.ID, client party.OrgNo) error {
		c, err := q.Registry.AttachClient(q.Ctx(), actor, agent, client)
		return lacking(c, err)
	})
}

// RemoveClient answers DELETE enduser/systemuser/clients.
func (a *API) RemoveClient(q Question) (Answer, error) {
	return a.changeClient(q, func(actor models.Actor, agent models.ID, client party.OrgNo) error {
		return q.Registry.DetachClient(q.Ctx(), actor, agent, client)
	})
}

func (a *API) changeClient(q Question, do func(models.Actor, models.ID, party.OrgNo) error) (Answer, error) {
	actor, agent, err := q.owning(scopeClientsWrite)
	if err != nil {
		return Answer{}, err
	}
	text, err := q.one("client")
	switch {
	case err != nil:
		return Answer{}, err
	case text == "":
		return Answer{}, queryFault(clientCode, "client", "The query lacks client, the party uuid of a client.")
	}
	client, err := known(q.byUUID(text))
	if err != nil {
		return Answer{}, err
	}
	if err := do(actor, agent, client.OrgNo); err != nil {
		return Answer{}, agentFailed(err)
	}
	return ok(attachment{agent, client.UUID})
}

// agentUser is SystemUser (internal) of the contract.
type agentUser struct {
	ID               models.ID       `json:"id"`
	IntegrationTitle string          `json:"integrationTitle"`
	SystemID         system.ID       `json:"systemId"`
	ProductName      system.ID       `json:"productName"`
	SystemInternalID models.ID       `json:"systemInternalId"`
	PartyID          string          `json:"partyId"`
	PartyUUID        string          `json:"partyUuId"`
	ReporteeOrgNo    party.OrgNo     `json:"reporteeOrgNo"`
	Created          time.Time       `json:"created"`
	IsDeleted        bool            `json:"isDeleted"`
	SupplierName     string          `json:"supplierName"`
	SupplierOrgno    party.OrgNo     `json:"supplierOrgno"`
	ExternalRef      string          `json:"externalRef"`
	UserType         systemuser.Kind `json:"userType"`
	AccessPackages   []accessPackage `json:"accessPackages"`
}

// agentToken is where a page of agents begins: after this id.
type agentToken struct {
	After models.ID `json:"a"`
}

// Agents answers GET enduser/systemuser/agents.
func (a *API) Agents(q Question) (Answer, error) {
	actor, err := q.person(scopeClientsRead, scopeClientsWrite)
	if err != nil {
		return Answer{}, err
	}
	text, err := q.one("party")
	if err != nil {
		return Answer{}, err
	}
	owner, err := a.Numbers.Parse(text)
	if err != nil {
		return Answer{}, binding("party", "must be an organisation number of nine digits.")
	}
	p, err := page[agentToken](q, maxPage)
	if err != nil {
		return Answer{}, err
	}
	if _, err := models.ParseID(string(p.After.After)); p.Given && err != nil {
		return Answer{}, binding("token", "is not one that a links.next of ours held.")
	}
	actor.OrgNo = string(owner)
	found, err := q.Registry.Agents(q.Ctx(), actor, p.After.After, p.Size)
	if err != nil {
		return Answer{}, err
	}
	out := []agentUser{}
	for _, v := range found.Agents {
		out = append(out, agentOf(found.Owner, v))
	}
	next := ""
	if found.More {
		next, err = a.next(q, agentToken{out[len(out)-1].ID})
	}
	return Answer{Status: http.StatusOK, Body: out}.nextLink(next), err
}

func agentOf(owner party.Organisation, v registry.SystemUserView) agentUser {
	u := v.SystemUser
	_, packages := split(u.Delegated, nil)
	return agentUser{
		ID: u.ID, IntegrationTitle: u.Title, SystemID: u.System, ProductName: u.System, SystemInternalID: v.System.UUID,
		PartyID: strconv.FormatInt(owner.PartyID, 10), PartyUUID: owner.UUID, ReporteeOrgNo: u.Customer, Created: u.CreatedAt.UTC(),
		SupplierOrgno: v.System.Supplier, ExternalRef: u.ExternalRef, UserType: u.Kind, AccessPackages: packages,
	}
}
