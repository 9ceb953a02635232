package api

import (
	"net/http"
	"strings"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
)

// delegationResponse is DelegationResponse of the contract, whose delegationId
// is the client's party uuid once more.
type delegationResponse struct {
	AgentSystemUserID          models.ID   `json:"agentSystemUserId"`
	DelegationID               string      `json:"delegationId"`
	CustomerID                 string      `json:"customerId"`
	AssignmentID               models.ID   `json:"assignmentId"`
	CustomerName               string      `json:"customerName"`
	CustomerOrganizationNumber party.OrgNo `json:"customerOrganizationNumber"`
	MissingPackages            []string    `json:"missingPackages,omitempty"` // ours: what the client gives no more
}

func delegation(agent models.ID, c registry.Client) delegationResponse {
	o := c.Organisation
	return delegationResponse{
		AgentSystemUserID: agent, DelegationID: o.UUID, CustomerID: o.UUID, AssignmentID: c.Delegation,
		CustomerName: o.Name, CustomerOrganizationNumber: o.OrgNo, MissingPackages: urns(c.Lacks),
	}
}

func urns(items []catalog.Item) []string {
	var out []string
	for _, i := range items {
		out = append(out, i.Ref)
	}
	return out
}

// facilitatorClient is a client of the portal's list, with what the facilitator
// has for it.
type facilitatorClient struct {
	PartyUUID              string         `json:"partyUuid"`
	DisplayName            string         `json:"displayName"`
	OrganizationIdentifier party.OrgNo    `json:"organizationIdentifier"`
	Access                 []clientAccess `json:"access"`
}

// clientAccess is what one relation gives. The role is the last part of its URN;
// for packages that the client has given, it is that of a right holder.
type clientAccess struct {
	Role     string   `json:"role"`
	Packages []string `json:"packages"`
}

const rightHolder = "rettighetshaver"

// agentFaults are what goes wrong about an agent of the organisation in the path.
var agentFaults = map[models.Code]int{
	models.CodeNotFound: 15, models.CodeUserRevoked: 15, models.CodeUserKind: 34, models.CodeSystemDeleted: 11,
	models.CodeClientUnknown: 79, models.CodeRequestNotGranted: 53, models.CodeConflict: 32,
}

// lacking tells of the packages that a client would have to give.
func lacking(c registry.Client, err error) error {
	if err == nil || models.CodeOf(err) != models.CodeClientLacks {
		return err
	}
	f := problem(80).with("MissingPackages", append([]string{}, urns(c.Lacks)...))
	f.domain = models.CodeClientLacks
	return f
}

// agent is the end user, acting for the organisation in the path, and its agent
// system user there. who is acting or granting.
func (q Question) agent(who func(...string) (models.Actor, error)) (models.Actor, models.ID, error) {
	a, err := who(scopePortal)
	if err != nil {
		return a, "", err
	}
	id, err := models.ParseID(q.Param("systemuserid"))
	return a, id, as(err, agentFaults)
}

// named reads a party uuid of the query.
func (q Question) named(name string) (party.Organisation, error) {
	text, err := q.one(strings.ToLower(name))
	if err == nil && text == "" {
		err = binding(name, "is missing.")
	}
	if err != nil {
		return party.Organisation{}, err
	}
	return q.byUUID(text)
}

func (q Question) byUUID(text string) (party.Organisation, error) {
	id, err := models.ParseID(text)
	if err != nil {
		return party.Organisation{}, err
	}
	return q.Registry.OrganisationByUUID(q.Ctx(), string(id))
}

// itself demands that the organisation is the one that the actor acts for; it
// is the failure nn otherwise, also when it is none.
func itself(a models.Actor, o party.Organisation, err error, nn int) error {
	switch {
	case err == nil && string(o.OrgNo) == a.OrgNo, err != nil && models.CodeOf(err) != models.CodeNotFound:
		return err
	}
	return problem(nn)
}

// between reads what a change of a client is about: the agent, the facilitator,
// which must be the organisation in the path or it is the failure other, and
// the client.
func (q Question) between(who func(...string) (models.Actor, error), other int) (a models.Actor, agent models.ID, client party.Organisation, err error) {
	if a, agent, err = q.agent(who); err != nil {
		return a, agent, client, err
	}
	o, err := q.named("provider")
	if err = itself(a, o, err, other); err != nil {
		return a, agent, client, err
	}
	client, err = known(q.named("client"))
	return a, agent, client, err
}

// known lets an organisation that is not there go on as nobody's client, so that
// only who may change clients is told.
func known(o party.Organisation, err error) (party.Organisation, error) {
	if err != nil && models.CodeOf(err) == models.CodeNotFound {
		return party.Organisation{}, nil
	}
	return o, err
}

// AttachClient answers POST systemuser/agent/{party}/{systemUserId}.
func (a *API) AttachClient(q Question) (Answer, error) {
	actor, agent, client, err := q.between(q.granting, 39)
	if err != nil {
		return Answer{}, err
	}
	c, err := q.Registry.AttachClient(q.Ctx(), actor, agent, client.OrgNo)
	if err = lacking(c, err); err != nil {
		return Answer{}, as(err, agentFaults)
	}
	return ok([]delegationResponse{delegation(agent, c)})
}

// DetachClient answers DELETE systemuser/agent/{party}/{systemUserId}/client.
func (a *API) DetachClient(q Question) (Answer, error) {
	actor, agent, client, err := q.between(q.acting, 31)
	if err == nil {
		err = as(q.Registry.DetachClient(q.Ctx(), actor, agent, client.OrgNo), agentFaults)
	}
	return Answer{Status: http.StatusOK}, err
}

// DelegatedClients answers GET
// systemuser/agent/{party}/{facilitator}/{systemUserId}/delegations.
func (a *API) DelegatedClients(q Question) (Answer, error) {
	actor, agent, err := q.agent(q.acting)
	if err != nil {
		return Answer{}, err
	}
	o, err := q.byUUID(q.Param("facilitator"))
	if err = itself(actor, o, err, 31); err != nil {
		return Answer{}, err
	}
	cq, err := clientQuery(q, maxPage)
	if err != nil {
		return Answer{}, err
	}
	page, err := q.Registry.AttachedClients(q.Ctx(), actor, agent, cq)
	if err != nil {
		return Answer{}, as(err, agentFaults)
	}
	return bare(a, q, page, func(c registry.Client) delegationResponse { return delegation(agent, c) })
}

// FacilitatorClients answers GET systemuser/agent/{party}/clients.
func (a *API) FacilitatorClients(q Question) (Answer, error) {
	actor, err := q.acting(scopePortal)
	if err != nil {
		return Answer{}, err
	}
	o, err := q.named("facilitator")
	if err = itself(actor, o, err, 44); err != nil {
		return Answer{}, err
	}
	cq, err := clientQuery(q, maxPage)
	if err != nil {
		return Answer{}, err
	}
	for _, name := range q.QueryParams()["packages"] {
		if !strings.HasPrefix(name, catalog.PackagePrefix) {
			name = catalog.PackagePrefix + name
		}
		if len(cq.Packages) == maxPage || models.LineFault(name, maxQuery, true) != "" {
			return Answer{}, problem(45)
		}
		cq.Packages = append(cq.Packages, name)
	}
	page, err := q.Registry.FacilitatorClients(q.Ctx(), actor, cq)
	if err != nil {
		return Answer{}, as(err, map[models.Code]int{models.CodeNotFound: 44})
	}
	return bare(a, q, page, portalClient)
}

func portalClient(c registry.Client) facilitatorClient {
	out := facilitatorClient{
		PartyUUID: c.Organisation.UUID, DisplayName: c.Organisation.Display(), OrganizationIdentifier: c.Organisation.OrgNo, Access: []clientAccess{},
	}
	given := clientAccess{Role: rightHolder}
	for _, access := range c.Access {
		if strings.HasPrefix(access.Relation, catalog.PackagePrefix) {
			given.Packages = append(given.Packages, access.Packages...)
			continue
		}
		role := access.Relation[strings.LastIndex(access.Relation, ":")+1:]
		out.Access = append(out.Access, clientAccess{Role: role, Packages: access.Packages})
	}
	if len(given.Packages) > 0 {
		out.Access = append(out.Access, given)
	}
	return out
}

// clientToken is where a page of clients begins: after this number.
type clientToken struct {
	After party.OrgNo `json:"a"`
}

// clientQuery reads which clients are asked for.
func clientQuery(q Question, size int) (registry.ClientQuery, error) {
	p, err := page[clientToken](q, size)
	if err != nil {
		return registry.ClientQuery{}, err
	}
	if !number(p.After.After) {
		return registry.ClientQuery{}, binding("token", "is not one that a links.next of ours held.")
	}
	text, err := q.one("q")
	if err == nil && models.LineFault(text, maxQuery, false) != "" {
		err = binding("q", "cannot be searched for.")
	}
	return registry.ClientQuery{After: p.After.After, Limit: p.Size, Text: text, Total: p.Total}, err
}

// number reports whether a token's place is one that we make.
func number(o party.OrgNo) bool {
	return o == "" || len(o) == 9 && strings.Trim(string(o), "0123456789") == ""
}

// bare is a page of a list that has no envelope; the next one is in a header.
func bare[T any](a *API, q Question, page registry.ClientPage, one func(registry.Client) T) (Answer, error) {
	out := []T{}
	for _, c := range page.Clients {
		out = append(out, one(c))
	}
	next, err := a.nextClients(q, page)
	return Answer{Status: http.StatusOK, Body: out}.nextLink(next), err
}

func (a *API) nextClients(q Question, page registry.ClientPage) (string, error) {
	if !page.More {
		return "", nil
	}
	return a.next(q, clientToken{page.Clients[len(page.Clients)-1].Organisation.OrgNo})
}

// own reads what is asked about the organisation's own agent and itself.
func (q Question) own(who func(...string) (models.Actor, error)) (models.Actor, models.ID, error) {
	a, agent, err := q.agent(who)
	if err != nil {
		return a, agent, err
	}
	o, err := q.named("partyUuid")
	return a, agent, itself(a, o, err, 40)
}

// AttachSelf answers POST systemuser/agent/{party}/{systemUserId}/self.
func (a *API) AttachSelf(q Question) (Answer, error) {
	actor, agent, err := q.own(q.granting)
	if err != nil {
		return Answer{}, err
	}
	c, err := q.Registry.AttachSelf(q.Ctx(), actor, agent)
	if err = lacking(c, err); err != nil {
		return Answer{}, as(err, agentFaults)
	}
	return ok(true)
}

// DetachSelf answers DELETE systemuser/agent/{party}/{systemUserId}/self.
func (a *API) DetachSelf(q Question) (Answer, error) {
	actor, agent, err := q.own(q.acting)
	if err == nil {
		err = as(q.Registry.DetachSelf(q.Ctx(), actor, agent), agentFaults)
	}
	return Answer{Status: http.StatusOK, Body: true}, err
}

// ServesSelf answers GET systemuser/agent/{party}/{systemUserId}/self.
func (a *API) ServesSelf(q Question) (Answer, error) {
	actor, agent, err := q.own(q.acting)
	if err != nil {
		return Answer{}, err
	}
	serves, err := q.Registry.ServesSelf(q.Ctx(), actor, agent)
	return Answer{Status: http.StatusOK, Body: serves}, as(err, agentFaults)
}

// DeleteAgent answers DELETE systemuser/agent/{party}/{systemUserId}.
func (a *API) DeleteAgent(q Question) (Answer, error) {
	actor, agent, err := q.agent(q.acting)
	if err != nil {
		return Answer{}, err
	}
	o, err := q.named("facilitatorId")
	if err = itself(actor, o, err, 24); err == nil {
		err = as(q.Registry.DeleteAgent(q.Ctx(), actor, agent), agentFaults)
	}
	return Answer{Status: http.StatusOK}, err
}
