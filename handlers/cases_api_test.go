package handlers_test

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
)

// call is a question of a program. What stands in braces is of the thing or of
// the caller; {party}, {uuid} and {org} are the caller's own organisation where
// the thing does not say otherwise.
func call(target, body string) func(*world, thing) ask {
	return func(w *world, on thing) ask {
		w.t.Helper()
		return ask{target: w.words(on, url.PathEscape).Replace(target), json: w.words(on, inJSON).Replace(body)}
	}
}

// inJSON is a text as it stands within the quotes of JSON.
func inJSON(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return strings.Trim(string(b), `"`)
}

func (w *world) words(on thing, written func(string) string) *strings.Replacer {
	w.t.Helper()
	pick := func(s string, usual func() string) string {
		if s == "" {
			s = usual()
		}
		return written(s)
	}
	return strings.NewReplacer(
		"{id}", written(on.id), "{system}", written(on.system), "{customer}", written(on.owner), "{ref}", written(on.ref), "{client}", written(on.client),
		"{party}", pick(on.party, func() string { return w.s.PartyID(w.t, w.org) }), "{uuid}", pick(on.uuid, func() string { return w.s.PartyUUID(w.t, w.org) }),
		"{org}", string(w.org), "{new}", string(models.NewID()), "{n}", strconv.Itoa(w.next()), "{tax}", kit.TaxPackage,
	)
}

// Where the API is.
const (
	registerPath = "/authentication/api/v1/systemregister"
	userPath     = "/authentication/api/v1/systemuser"
	requestPath  = userPath + "/request"
	changePath   = userPath + "/changerequest"
	agentPath    = userPath + "/agent"
	clientPath   = "/authentication/api/v1/enduser/systemuser"
	portalPath   = "/accessmanagement/api/v1"
	ourPath      = "/api/v1"
)

// registering is the body of a registration by the vendor.
func registering(vendor, id string) string {
	names := `{"nb":"Program","nn":"Program","en":"Program"}`
	return `{"id":"` + id + `","vendor":{"ID":"` + party.OrgNo(vendor).ISO6523() + `"},"name":` + names + `,"description":` + names + `,"accessPackages":[{"urn":"{tax}"}],"clientId":["m{n}"]}`
}

// apiQuestion makes what is asked of a call.
type apiQuestion struct {
	kind apiKind
	ask  func(w *world, on thing) ask
}

var apiCases = map[string]apiQuestion{
	"register.visible":         {noThing, call(registerPath, "")},
	"register.own":             {noThing, call(registerPath+"/vendor", "")},
	"register.create":          {vendor, call(registerPath+"/vendor", registering("{id}", "{id}_m{n}"))},
	"register.system":          {vendorSystem, call(registerPath+"/vendor/{id}", "")},
	"register.update":          {vendorSystem, call(registerPath+"/vendor/{id}", registering("{org}", "{id}"))},
	"register.delete":          {vendorSystem, call(registerPath+"/vendor/{id}", "")},
	"register.update_rights":   {vendorSystem, call(registerPath+"/vendor/{id}/rights", "[]")},
	"register.update_packages": {vendorSystem, call(registerPath+"/vendor/{id}/accesspackages", "[]")},
	"register.changes":         {vendorSystem, call(registerPath+"/vendor/{id}/changelog", "")},
	"register.public":          {publicSystem, call(registerPath+"/{id}", "")},
	"register.rights":          {publicSystem, call(registerPath+"/{id}/rights", "")},
	"register.packages":        {publicSystem, call(registerPath+"/{id}/accesspackages", "")},

	"request.ask":                    {vendorSystem, call(requestPath+"/vendor", `{"systemId":"{id}","partyOrgNo":"{customer}","externalRef":"{ref}","accessPackages":[{"urn":"{tax}"}]}`)},
	"request.ask_agent":              {vendorSystem, call(requestPath+"/vendor/agent", `{"systemId":"{id}","partyOrgNo":"{customer}","externalRef":"{ref}","accessPackages":[{"urn":"{tax}"}]}`)},
	"request.asked":                  {sentRequest, call(requestPath+"/vendor/{id}", "")},
	"request.asked_agent":            {sentAgentRequest, call(requestPath+"/vendor/agent/{id}", "")},
	"request.asked_by_ref":           {sentRequestRef, call(requestPath+"/vendor/byexternalref/{system}/{customer}/{id}", "")},
	"request.asked_agent_by_ref":     {sentAgentRef, call(requestPath+"/vendor/agent/byexternalref/{system}/{customer}/{id}", "")},
	"request.asked_of_system":        {vendorSystem, call(requestPath+"/vendor/bysystem/{id}", "")},
	"request.asked_agents_of_system": {vendorSystem, call(requestPath+"/vendor/agent/bysystem/{id}", "")},
	"request.unask":                  {sentRequest, call(requestPath+"/vendor/{id}", "")},
	"request.renew":                  {sentRequest, later(call(ourPath+"/requests/{id}/renew", ""))},

	"change.ask":               {changeable, call(changePath+"/vendor?correlation-id={new}&system-user-id={id}", `{"unwantedAccessPackages":[{"urn":"{tax}"}]}`)},
	"change.sent":              {sentChange, call(changePath+"/vendor/{id}", "")},
	"change.sent_by_ref":       {sentChangeRef, call(changePath+"/vendor/byexternalref/{system}/{customer}/{id}", "")},
	"change.sent_of_system":    {vendorSystem, call(changePath+"/vendor/bysystem/{id}", "")},
	"change.remove":            {sentChange, call(changePath+"/vendor/{id}", "")},
	"change.renew":             {sentChange, later(call(ourPath+"/changerequests/{id}/renew", ""))},
	"change.shown":             {receivedChange, call(changePath+"/{id}", "")},
	"change.shown_to_party":    {receivedChange, call(changePath+"/{party}/{id}", "")},
	"change.approve":           {receivedChange, call(changePath+"/{party}/{id}/approve", "")},
	"change.reject":            {receivedChange, call(changePath+"/{party}/{id}/reject", "")},
	"change.approve_at_portal": {receivedChange, call(portalPath+"/systemuser/changerequest/{party}/{id}/approve", "")},

	"systemuser.by_query":  {suppliedRef, call(userPath+"/vendor/byquery?system-id={system}&orgno={customer}&external-ref={id}", "")},
	"systemuser.of_system": {vendorSystem, call(userPath+"/vendor/bysystem/{id}", "")},
	"systemuser.stream":    {noThing, call(userPath+"/internal/systemusers/stream", "")},
	"systemuser.streamed":  {anyUser, call(userPath+"/internal/systemusers/{id}", "")},
	"systemuser.pause":     {suppliedUser, call(ourPath+"/systemusers/{id}/pause", "")},
	"systemuser.resume":    {pausedUser, call(ourPath+"/systemusers/{id}/resume", "")},
	"systemuser.give_up":   {suppliedUser, call(ourPath+"/systemusers/{id}", "")},
	"diagnose":             {client, call(ourPath+"/diagnose", `{"clientId":"{id}","customer":"{customer}","externalRef":"{ref}"}`)},
	"bulk.start":           {noThing, call(ourPath+"/bulk", `{"kind":"requests","rows":[{}]}`)},
	"bulk.jobs":            {noThing, call(ourPath+"/bulk", "")},
	"bulk.job":             {job, call(ourPath+"/bulk/{id}", "")},
	"bulk.rows":            {job, call(ourPath+"/bulk/{id}/rows", "")},
	"bulk.cancel":          {job, call(ourPath+"/bulk/{id}/cancel", "")},

	"enduser.users":                  {ownParty, call(userPath+"/{party}", "")},
	"enduser.agents":                 {ownParty, call(agentPath+"/{party}", "")},
	"enduser.user":                   {ownUser, call(userPath+"/{party}/{id}", "")},
	"enduser.user.delegations":       {ownUser, call(userPath+"/{party}/{id}/delegations", "")},
	"enduser.user.delete":            {ownUser, call(userPath+"/{party}/{id}", "")},
	"enduser.user.rename":            {ownUser, call(userPath, `{"id":"{id}","partyId":"{party}","integrationTitle":"m{n}"}`)},
	"enduser.user.create":            {offered, call(userPath+"/{party}/create", `{"systemId":"{id}","integrationTitle":"m{n}"}`)},
	"enduser.request":                {receivedRequest, call(requestPath+"/{id}", "")},
	"enduser.agent_request":          {receivedAgent, call(requestPath+"/agent/{id}", "")},
	"enduser.party_request":          {receivedRequest, call(requestPath+"/{party}/{id}", "")},
	"enduser.party_agent_request":    {receivedAgent, call(requestPath+"/agent/{party}/{id}", "")},
	"enduser.request.approve":        {receivedRequest, call(requestPath+"/{party}/{id}/approve", "")},
	"enduser.agent_request.approve":  {receivedAgent, call(requestPath+"/agent/{party}/{id}/approve", "")},
	"enduser.request.reject":         {receivedRequest, call(requestPath+"/{party}/{id}/reject", "")},
	"enduser.agent_request.reject":   {receivedAgent, call(requestPath+"/agent/{party}/{id}/reject", "")},
	"enduser.request.escalate":       {receivedRequest, call(requestPath+"/{party}/{id}/escalate", "")},
	"enduser.agent_request.escalate": {receivedAgent, call(requestPath+"/agent/{party}/{id}/escalate", "")},
	"enduser.requests.pending":       {ownParty, call(requestPath+"/{party}/{customer}/pending", "")},
	"enduser.agent_requests.pending": {ownParty, call(requestPath+"/agent/{party}/{customer}/pending", "")},
	"portal.request.approve":         {receivedRequest, call(portalPath+"/systemuser/request/{party}/{id}/approve", "")},
	"portal.user.delete":             {ownUser, call(portalPath+"/systemuser/{party}/{id}", "")},
	"portal.packages":                {noThing, call(portalPath+"/meta/info/accesspackages/search?term=skatt", "")},

	"client.attach":             {ownAgent, call(agentPath+"/{party}/{id}?provider={uuid}&client={client}", "")},
	"client.detach":             {servingAgent, call(agentPath+"/{party}/{id}/client?provider={uuid}&client={client}", "")},
	"client.delegations":        {servingAgent, call(agentPath+"/{party}/{uuid}/{id}/delegations", "")},
	"client.of_facilitator":     {ownParty, call(agentPath+"/{party}/clients?facilitator={uuid}", "")},
	"client.attach_self":        {selfAgent, call(agentPath+"/{party}/{id}/self?partyuuid={uuid}", "")},
	"client.detach_self":        {servingSelf, call(agentPath+"/{party}/{id}/self?partyuuid={uuid}", "")},
	"client.serves_self":        {servingSelf, call(agentPath+"/{party}/{id}/self?partyuuid={uuid}", "")},
	"agent.delete":              {servingAgent, call(agentPath+"/{party}/{id}?facilitatorid={uuid}", "")},
	"enduser.clients_available": {ownAgent, call(clientPath+"/clients/available?agent={id}", "")},
	"enduser.clients":           {servingAgent, call(clientPath+"/clients?agent={id}", "")},
	"enduser.client_add":        {ownAgent, call(clientPath+"/clients?agent={id}&client={client}", "")},
	"enduser.client_remove":     {servingAgent, call(clientPath+"/clients?agent={id}&client={client}", "")},
	"enduser.clients_agents":    {ownParty, call(clientPath+"/agents?party={customer}", "")},
}

// later puts the question a moment after what it is about was made.
func later(put func(*world, thing) ask) func(*world, thing) ask {
	return func(w *world, on thing) ask {
		w.s.Clock.Advance(1e9)
		return put(w, on)
	}
}
