package handlers_test

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models/policy"
)

// ask is the question that a cell puts.
type ask struct {
	target string
	form   url.Values // of a POST by people
	json   string     // what a program sends
	yes    bool       // the decision that an evaluation must give
	// invited is the secret of an invitation that the browser has been led by.
	invited string
}

// thing is what a question is about. The fields that a kind lacks are those of
// nobody.
type thing struct {
	id                    string
	issuer, client, owner string // of a chain
	system, ref           string // of a request or a system user, for calls
	party, uuid           string // the organisation that a call names, if not the caller's own
}

// kinds of things, by the route that asks for them.
type kind int

const (
	none       kind = iota
	received        // a request to the organisation
	held            // a system user of the organisation
	system          // a system of the organisation
	findable        // a system that customers may find
	sent            // a request that the organisation sent
	chain           // a system user of P, and the client that may act as it
	member          // somebody in the organisation
	holding         // what he holds there
	invited         // an invitation to the organisation
	secret          // of an invitation to another
	login           // another login of the person's
	told            // a notice of the person's for the organisation
	identity        // another way of his to log in
	registered      // an organisation in which the business register knows him
	changeOf        // a change request to the organisation
	handed          // a request that the person has sent on
	group           // of operations in the manual
	dealer          // a supplier of the organisation
	reviewed        // a review of its system users
)

// question makes what is asked of a route. id is that of the thing.
type question struct {
	kind kind
	ask  func(w *world, on thing) ask
}

// sendOn asks the director of the actor's organisation to answer.
func sendOn(under string) func(*world, thing) ask {
	return func(w *world, on thing) ask {
		to := string(w.s.PersonID(directors[w.org]))
		return ask{target: under + url.PathEscape(on.id) + "/forward", form: url.Values{"to": {to}, "note": {"Kan du svare?"}}}
	}
}

func get(format string) func(*world, thing) ask {
	return func(_ *world, on thing) ask {
		return ask{target: strings.ReplaceAll(format, "ID", url.PathEscape(on.id))}
	}
}

func post(format string, form url.Values) func(*world, thing) ask {
	return func(w *world, on thing) ask {
		a := get(format)(w, on)
		a.form = form
		return a
	}
}

var pageCases = map[string]question{
	"front":                   {none, get("/")},
	"login":                   {none, get("/login")},
	"login.callback":          {none, get("/login/callback")},
	"login.start":             {none, get("/login/test")},
	"login.again":             {none, get("/login/again?next=/requests")},
	"login.known":             {none, get("/login/known")},
	"login.known.new":         {none, post("/login/known/new", url.Values{})},
	"login.known.link_form":   {none, get("/login/known/link")},
	"login.known.link":        {none, post("/login/known/link", url.Values{})},
	"login.ended_by_provider": {none, post("/login/backchannel/test", url.Values{"logout_token": {"a.b.c"}})},
	"account.identity.add":    {none, post("/account/identities/test", url.Values{})},
	"account.identity.way":    {none, get("/account/identities/test")},
	"account.identity.remove": {identity, func(_ *world, on thing) ask {
		return ask{target: "/account/identities", form: url.Values{"identity": {on.id}, "confirm": {"yes"}}}
	}},
	"account":                   {none, get("/account")},
	"account.log":               {none, get("/account/log")},
	"account.data":              {none, get("/account/data.json")},
	"account.erase_form":        {none, get("/account/erase")},
	"account.erase":             {none, post("/account/erase", url.Values{"confirm": {"yes"}})},
	"account.login.end":         {login, post("/account/logins/ID/end", url.Values{})},
	"notices":                   {none, get("/notices")},
	"notices.read":              {none, post("/notices/read", url.Values{})},
	"notices.settings_form":     {none, get("/notices/settings")},
	"notices.settings":          {none, post("/notices/settings", url.Values{"asked": {"here"}})},
	"notice":                    {told, get("/notices/ID")},
	"account.login.end_others":  {login, post("/account/logins/end-others", url.Values{})},
	"whoami":                    {none, get("/whoami")},
	"members":                   {none, get("/members")},
	"members.invite_form":       {none, get("/members/invite")},
	"members.invite":            {none, post("/members/invite", url.Values{"urn": {policy.Viewer}, "email": {"ny@example.com"}})},
	"members.invitation.revoke": {invited, post("/members/invitations/ID/revoke", url.Values{})},
	"members.end_form":          {holding, get("/members/holdings/ID/end")},
	"members.end":               {holding, post("/members/holdings/ID/end", url.Values{})},
	"member":                    {member, get("/members/ID")},
	"member.give":               {member, post("/members/ID/give", url.Values{"urn": {kit.TaxPackage}})},
	"invitation":                {secret, get("/invitations/ID")},
	"invitation.accept_form": {secret, func(_ *world, on thing) ask {
		return ask{target: "/invitations/accept", invited: on.id}
	}},
	"invitation.accept": {secret, func(w *world, on thing) ask {
		return ask{target: "/invitations/accept", form: w.offered(on.id), invited: on.id}
	}},
	"logout":        {none, post("/logout", url.Values{})},
	"logged_out":    {none, get("/logged-out")},
	"organisations": {none, get("/organisations")},
	"organisations.choose": {none, func(w *world, on thing) ask {
		return ask{target: "/organisations", form: url.Values{"org": {on.owner}}}
	}},
	"organisation.claim_form": {none, get("/organisations/claim")},
	"organisation.claim": {registered, func(_ *world, on thing) ask {
		return ask{target: "/organisations/claim", form: url.Values{"orgno": {on.id}}}
	}},
	"customer.requests": {none, get("/requests")},
	"customer.request":  {received, get("/requests/ID")},
	"customer.request.approve": {received, func(w *world, on thing) ask {
		return ask{target: "/requests/" + url.PathEscape(on.id) + "/approve", form: url.Values{"seen": {w.seen(on.id)}}}
	}},
	"customer.request.forward_form": {received, get("/requests/ID/forward")},
	"customer.request.forward":      {received, sendOn("/requests/")},
	"customer.change.forward_form":  {changeOf, get("/changes/ID/forward")},
	"customer.change.forward":       {changeOf, sendOn("/changes/")},
	"customer.forwarding.recall":    {handed, post("/forwardings/ID/recall", url.Values{})},
	"customer.request.reject_form":  {received, get("/requests/ID/reject")},
	"customer.request.reject":       {received, post("/requests/ID/reject", url.Values{"reason": {"Vi kjenner dere ikke"}})},
	"customer.request.receipt":      {received, get("/requests/ID/receipt")},
	"customer.request.wish_form":    {received, get("/requests/ID/wish")},
	"customer.request.wish":         {received, post("/requests/ID/wish", url.Values{"wish": {"Bare lønn, ikke skatt"}})},
	"customer.systemusers":          {none, get("/systemusers")},
	"customer.systemuser":           {held, get("/systemusers/ID")},
	"customer.systemuser.settings":  {held, get("/systemusers/ID/settings")},
	"customer.systemuser.rename":    {held, post("/systemusers/ID/settings/rename", url.Values{"title": {"Et annet navn"}})},
	"customer.systemuser.pause":     {held, post("/systemusers/ID/settings/pause", url.Values{"reason": {"Ferie"}})},
	"customer.systemuser.resume": {held, func(w *world, on thing) ask {
		w.paused(on.id)
		return ask{target: "/systemusers/" + url.PathEscape(on.id) + "/settings/resume", form: url.Values{}}
	}},
	"customer.systemuser.end_date": {held, func(w *world, on thing) ask {
		return ask{target: "/systemusers/" + url.PathEscape(on.id) + "/settings/end-date", form: url.Values{"until": {"2031-01-31"}, "version": {w.version(on.id)}}}
	}},
	"customer.systemuser.remove_form": {held, get("/systemusers/ID/remove?items=" + kit.TaxPackage)},
	"customer.systemuser.remove": {held, func(w *world, on thing) ask {
		items, seen := w.narrowing(on.id)
		return ask{target: "/systemusers/" + url.PathEscape(on.id) + "/remove", form: url.Values{"items": items, "seen": {seen}}}
	}},
	"customer.systemuser.history":      {held, get("/systemusers/ID/history")},
	"customer.systemuser.history.csv":  {held, get("/systemusers/ID/history.csv")},
	"customer.systemuser.history.json": {held, get("/systemusers/ID/history.json")},
	"customer.review_form":             {none, get("/systemusers/review")},
	"customer.review": {held, func(_ *world, on thing) ask {
		return ask{target: "/systemusers/review", form: url.Values{"do-" + on.id: {"keep"}, "seen-" + on.id: {"1"}}}
	}},
	"customer.review.done":         {reviewed, get("/systemusers/review/ID")},
	"customer.suppliers":           {none, get("/suppliers")},
	"customer.supplier":            {dealer, get("/suppliers/ID")},
	"customer.supplier.stop_form":  {dealer, get("/suppliers/ID/stop")},
	"customer.supplier.stop":       {dealer, post("/suppliers/ID/stop", url.Values{"reason": {"Datainnbrudd"}})},
	"customer.supplier.start":      {dealer, post("/suppliers/ID/start", url.Values{})},
	"customer.supplier.block_form": {dealer, get("/suppliers/ID/block")},
	"customer.supplier.block":      {dealer, post("/suppliers/ID/block", url.Values{"reason": {"Nok"}})},
	"customer.supplier.unblock": {dealer, func(w *world, on thing) ask {
		w.blocked(on.id)
		return post("/suppliers/ID/unblock", url.Values{})(w, on)
	}},
	"customer.systemuser.revoke_form": {held, get("/systemusers/ID/revoke")},
	"customer.systemuser.revoke":      {held, post("/systemusers/ID/revoke", url.Values{})},
	"customer.request.confirm":        {none, get("/accessmanagement/ui/systemuser/request?id=704013ee-e82a-433e-83c5-a40e6e00d746")},
	"customer.agent_request.confirm":  {none, get("/accessmanagement/ui/systemuser/agentrequest?id=704013ee-e82a-433e-83c5-a40e6e00d746")},
	"customer.change":                 {changeOf, get("/changes/ID")},
	"customer.change.approve": {changeOf, func(w *world, on thing) ask {
		return ask{target: "/changes/" + url.PathEscape(on.id) + "/approve", form: url.Values{"seen": {w.seenChange(on.id)}}}
	}},
	"customer.change.reject_form": {changeOf, get("/changes/ID/reject")},
	"customer.change.reject":      {changeOf, post("/changes/ID/reject", url.Values{"reason": {"Vi trenger det ennå"}})},
	"customer.change.wish_form":   {changeOf, get("/changes/ID/wish")},
	"customer.change.wish":        {changeOf, post("/changes/ID/wish", url.Values{"wish": {"Behold skatt"}})},
	"customer.change.receipt":     {changeOf, get("/changes/ID/receipt")},
	"customer.change.confirm":     {none, get("/accessmanagement/ui/systemuser/changerequest?id=704013ee-e82a-433e-83c5-a40e6e00d746")},
	"customer.create.find":        {none, get("/systemusers/new?q=program")},
	"customer.create.form":        {findable, get("/systemusers/new/ID")},
	"customer.create": {findable, func(w *world, on thing) ask {
		return ask{target: "/systemusers/new/" + url.PathEscape(on.id), form: url.Values{"title": {"Ny"}, "seen": {w.prospected(on.id, "")}}}
	}},
	"customer.again.form": {held, get("/systemusers/ID/again")},
	"customer.again": {held, func(w *world, on thing) ask {
		return ask{target: "/systemusers/" + url.PathEscape(on.id) + "/again", form: url.Values{"seen": {w.prospected("", on.id)}}}
	}},
	"customer.systemuser.receipt": {held, get("/systemusers/ID/receipt")},
	"customer.own.form":           {none, get("/systemusers/own")},
	"customer.own": {none, func(w *world, _ thing) ask {
		return ask{target: "/systemusers/own", form: ownProgram("matrix" + strconv.Itoa(w.next()))}
	}},
	"customer.own.ready":   {system, get("/systemusers/own/ID")},
	"docs":                 {none, get("/docs")},
	"accessibility":        {none, get("/accessibility")},
	"docs.group":           {group, get("/docs/ID")},
	"supplier.systems":     {none, get("/supplier/systems")},
	"supplier.system.form": {none, get("/supplier/systems/new")},
	"supplier.system.register": {none, func(w *world, _ thing) ask {
		return ask{target: "/supplier/systems/new", form: registration("matrix"+strconv.Itoa(w.next()), "matrix")}
	}},
	"supplier.system":       {system, get("/supplier/systems/ID")},
	"supplier.request.form": {system, get("/supplier/systems/ID/requests/new")},
	"supplier.request.send": {system, func(w *world, on thing) ask {
		customer := kit.CustomerP
		if w.org == customer {
			customer = kit.CustomerQ
		}
		return ask{target: "/supplier/systems/" + url.PathEscape(on.id) + "/requests/new", form: url.Values{
			"customer": {string(customer)}, "items": {kit.TaxPackage}, "external_ref": {"m" + strconv.Itoa(w.next())},
		}}
	}},
	"supplier.requests":         {none, get("/supplier/requests")},
	"supplier.request":          {sent, get("/supplier/requests/ID")},
	"supplier.request.withdraw": {sent, post("/supplier/requests/ID/withdraw", url.Values{})},
	"enrich": {chain, func(w *world, on thing) ask {
		return ask{target: "/v1/enrich", json: enrichment(issuerOf(w, on), on.client, on.owner, on.id)}
	}},
	"systemuser.by_external_id": {chain, func(_ *world, on thing) ask {
		return ask{target: "/authentication/api/v1/systemuser/byExternalId?" + url.Values{
			"clientId": {on.client}, "systemProviderOrgNo": {string(kit.SupplierA)}, "systemUserOwnerOrgNo": {on.owner}, "externalRef": {on.id},
		}.Encode()}
	}},
	"evaluation": {chain, func(w *world, on thing) ask {
		return ask{target: "/access/v1/evaluation", json: evaluation(w.users[on.id], on.owner, kit.Resource, "read"), yes: w.live[on.id]}
	}},
	"authzen_configuration": {none, get("/.well-known/authzen-configuration")},
	"openapi":               {none, get("/openapi.json")},
	"health.live":           {none, get("/health/live")},
	"health.ready":          {none, get("/health/ready")},
	"assets": {none, func(w *world, _ thing) ask {
		return ask{target: regexp.MustCompile(`/assets/app\.[0-9a-f]+\.js`).FindString(w.s.Anonymous(w.t).Get("/").Body)}
	}},
}
