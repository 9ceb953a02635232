package handlers_test

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"testing"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/bulk"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/systemuser"
)

// apiStatements says how many SQL statements each call may cost that has what it
// asks for.
var apiStatements = map[string]int{
	"register.visible": 4, "register.own": 5, "register.create": 14, "register.system": 6,
	"register.update": 19, "register.delete": 29, "register.update_rights": 19, "register.update_packages": 19,
	"register.changes": 6, "register.public": 4, "register.rights": 4, "register.packages": 4,
	"request.ask": 17, "request.ask_agent": 17, "request.asked": 3, "request.asked_agent": 3,
	"request.asked_by_ref": 3, "request.asked_agent_by_ref": 3, "request.asked_of_system": 6, "request.asked_agents_of_system": 6,
	"request.unask": 12, "request.renew": 16,
	"change.ask": 16, "change.sent": 4, "change.sent_by_ref": 8, "change.sent_of_system": 6,
	"change.remove": 13, "change.renew": 16, "change.shown": 21, "change.shown_to_party": 19,
	"change.approve": 31, "change.reject": 21, "change.approve_at_portal": 31,
	"systemuser.by_query": 7, "systemuser.of_system": 6, "systemuser.stream": 3, "systemuser.streamed": 2,
	"systemuser.pause": 9, "systemuser.resume": 9, "systemuser.give_up": 16,
	"diagnose":   9,
	"bulk.start": 8, "bulk.jobs": 2, "bulk.job": 2, "bulk.rows": 3,
	"bulk.cancel":   7,
	"enduser.users": 15, "enduser.agents": 15, "enduser.user": 15, "enduser.user.delegations": 15,
	"enduser.user.delete": 33, "enduser.user.rename": 34, "enduser.user.create": 29, "enduser.request": 16,
	"enduser.agent_request": 16, "enduser.party_request": 16, "enduser.party_agent_request": 16, "enduser.request.approve": 29,
	"enduser.agent_request.approve": 29, "enduser.request.reject": 18, "enduser.agent_request.reject": 18, "enduser.request.escalate": 18,
	"enduser.agent_request.escalate": 18, "enduser.requests.pending": 14, "enduser.agent_requests.pending": 14,
	"portal.request.approve": 29, "portal.user.delete": 33, "portal.packages": 3,
	"client.attach": 25, "client.detach": 24, "client.delegations": 15, "client.of_facilitator": 9,
	"client.attach_self": 24, "client.detach_self": 23, "client.serves_self": 15,
	"agent.delete":              28,
	"enduser.clients_available": 14, "enduser.clients": 14, "enduser.client_add": 24, "enduser.client_remove": 23,
	"enduser.clients_agents": 14,
}

// callerOf is who may make a call: the supplier's program unless it is here.
func callerOf(rule admitted, route string) string {
	switch {
	case route == "client.attach" || route == "enduser.client_add":
		return "cliP"
	case rule.who != "":
		return "appP"
	case rule.scopes[0] == "IN":
		return "deci"
	}
	return "supA"
}

func TestStatementsPerCall(t *testing.T) {
	t.Parallel()
	rules := admission(t)
	worlds := map[string]*world{}
	for _, route := range slices.Sorted(maps.Keys(apiCases)) {
		q := apiCases[route]
		actor := callerOf(rules[route], route)
		if worlds[actor] == nil {
			worlds[actor] = newWorld(t, actor)
		}
		w, method := worlds[actor], ""
		for _, r := range w.s.Server.Routes() {
			if r.Name == route {
				method = r.Method
			}
		}
		c := w.caller(actor, route)
		var ran []string
		for range 2 { // the first fills the cache of tokens
			a := q.ask(w, w.apiThings(q.kind, "own")["own"])
			ran = w.s.Statements(func() {
				if r := a.put(c, method); r.Status >= http.StatusBadRequest {
					t.Errorf("%s is answered %d %s", route, r.Status, r.Body)
				}
			})
		}
		if len(ran) > apiStatements[route] {
			t.Errorf("%s: %d statements, at most %d wanted\n%s", route, len(ran), apiStatements[route], numbered(ran))
		}
	}
}

// A list costs the same however long it is.
func TestStatementsPerList(t *testing.T) {
	t.Parallel()
	got := map[int]map[string][]string{1: {}, 50: {}}
	for n := range got {
		w := &world{t: t, s: kit.New(t), who: kit.ApproverP, org: kit.CustomerP}
		w.related()
		a := w.s.Actor(kit.DirectorA)
		of := w.s.System(t, kit.DirectorA, "of")
		for i := range n {
			w.s.System(t, kit.DirectorA, "s"+strconv.Itoa(i))
			user := w.s.Request(t, kit.DirectorA, of, kit.CustomerP, "u"+strconv.Itoa(i)).ID
			w.s.Approve(t, kit.ApproverP, user)
			_, _, err := w.s.Registry.AskChange(t.Context(), a, request.Change{Correlation: models.NewID(), SystemUser: user, Unwanted: []catalog.Item{catalog.PackageOf(kit.TaxPackage)}})
			w.fatal(err)
			w.s.Request(t, kit.DirectorA, of, kit.CustomerP, "p"+strconv.Itoa(i))
			for _, ref := range []string{"a", "b"} {
				r, _, err := w.s.Registry.Ask(t.Context(), a, request.Request{
					System: of.ID, Customer: kit.CustomerP, ExternalRef: ref + strconv.Itoa(i), Kind: systemuser.Agent, Items: []catalog.Item{catalog.PackageOf(kit.TaxPackage)},
				})
				w.fatal(err)
				if ref == "a" {
					w.s.Approve(t, kit.ApproverP, r.ID)
					continue
				}
				w.fatal(w.s.Registry.Forward(t.Context(), w.s.Actor(kit.ClerkP), r.ID, systemuser.Agent))
			}
		}
		rows := make([]bulk.Row, n)
		for i := range rows {
			rows[i].Body = []byte("{}")
		}
		job, err := w.s.Registry.StartBulk(t.Context(), a, bulk.Job{Issuer: kit.Issuer1, ClientID: "c", Kind: bulk.Requests}, rows)
		w.fatal(err)
		w.s.Exec("UPDATE system SET visible = 1")
		on := thing{id: string(of.ID), owner: string(kit.CustomerP)}
		for route, actor := range map[string]string{
			"register.own": "supA", "register.visible": "appP", "register.changes": "supA", "request.asked_of_system": "supA", "request.asked_agents_of_system": "supA",
			"change.sent_of_system": "supA", "systemuser.of_system": "supA", "systemuser.stream": "deci", "bulk.jobs": "supA", "bulk.rows": "supA",
			"enduser.users": "appP", "enduser.agents": "appP", "enduser.requests.pending": "appP", "enduser.agent_requests.pending": "appP", "enduser.clients_agents": "appP",
		} {
			c, about := w.caller(actor, route), on
			if route == "bulk.rows" {
				about.id = string(job.ID)
			}
			for range 2 { // the first fills the cache of tokens
				got[n][route] = w.s.Statements(func() { apiCases[route].ask(w, about).put(c, http.MethodGet).Want(http.StatusOK) })
			}
		}
	}
	for route, few := range got[1] {
		if many := got[50][route]; len(few) != len(many) {
			t.Errorf("%s: %d statements with one row, %d with 50\n%s", route, len(few), len(many), numbered(many))
		}
	}
}
