package handlers_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stafett/stafett/handlers"
	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
)

// The scopes of the API by short names.
var scopeNames = map[string]string{
	"RR": "altinn:authentication/systemregister.read", "RW": "altinn:authentication/systemregister.write", "RA": "altinn:authentication/systemregister.admin",
	"QR": "altinn:authentication/systemuser.request.read", "QW": "altinn:authentication/systemuser.request.write",
	"PO": "altinn:portal/enduser", "CR": "altinn:clientdelegations.read", "CW": "altinn:clientdelegations.write", "IN": "altinn:authentication/systemuser.admin",
}

// scopesOf says which scopes suffice for a call, each alone; "any" is that a
// person's token needs none. P is that persons make it, G that only a portal may
// let them, since it grants or answers something; whether the caller is anybody
// does not matter where it is N.
const scopesOf = `
register.visible register.public register.rights register.packages : PN PO
register.own register.system register.changes                       : RR RW RA
register.create register.update register.delete register.update_rights register.update_packages : RW RA
request.ask request.ask_agent request.unask request.renew           : QW
request.asked request.asked_agent request.asked_by_ref request.asked_agent_by_ref request.asked_of_system request.asked_agents_of_system : QR QW
change.ask change.remove change.renew                               : QW
change.sent change.sent_by_ref change.sent_of_system                : QR QW
systemuser.by_query systemuser.of_system diagnose                   : RR RW QR QW
systemuser.pause systemuser.resume systemuser.give_up               : RW QW
systemuser.stream systemuser.streamed                               : IN
bulk.start bulk.cancel                                              : QW
bulk.jobs bulk.job bulk.rows                                        : QR QW
change.shown change.shown_to_party                                  : P PO
change.approve change.reject change.approve_at_portal               : G PO
enduser.users enduser.agents enduser.user enduser.user.delegations enduser.user.delete enduser.user.rename portal.user.delete portal.packages : P any
enduser.party_request enduser.party_agent_request                   : P any
enduser.user.create                                                 : G any
enduser.request enduser.agent_request enduser.request.escalate enduser.agent_request.escalate enduser.requests.pending enduser.agent_requests.pending : P PO
enduser.request.approve enduser.agent_request.approve enduser.request.reject enduser.agent_request.reject portal.request.approve : G PO
client.attach client.attach_self                                    : G PO
client.detach client.delegations client.of_facilitator client.detach_self client.serves_self agent.delete : P PO
enduser.clients_available enduser.clients enduser.clients_agents    : P CR CW
enduser.client_add enduser.client_remove                            : P CW
`

// admitted is what scopesOf says of a route.
type admitted struct {
	who    string // "" for programs
	scopes []string
}

func admission(t *testing.T) map[string]admitted {
	t.Helper()
	all := map[string]admitted{}
	for line := range strings.Lines(strings.TrimSpace(scopesOf)) {
		routes, rule, _ := strings.Cut(line, ":")
		a := admitted{scopes: strings.Fields(rule)}
		if first := a.scopes[0]; slices.Contains([]string{"P", "PN", "G"}, first) {
			a.who, a.scopes = first, a.scopes[1:]
		}
		for _, route := range strings.Fields(routes) {
			all[route] = a
		}
	}
	for route := range apiCases {
		if _, ok := all[route]; !ok {
			t.Errorf("%s is not in scopesOf", route)
		}
	}
	return all
}

// refused reports whether an answer says that the call is not for this caller,
// whatever it is about.
func refused(r *kit.Response) bool {
	return r.Status == http.StatusForbidden && r.Code() == string(models.CodeCallerNotAllowed)
}

// knock puts the question of each route about what is not there.
func (w *world) knock(each func(route string, put func(*kit.Client) *kit.Response)) {
	w.t.Helper()
	routes := map[string]handlers.Route{}
	for _, r := range w.s.Server.Routes() {
		routes[r.Name] = r
	}
	on := thing{id: absentUUID, ref: "none", system: string(w.org) + "_absent", owner: string(kit.CustomerQ), client: absentUUID}
	for name, q := range apiCases {
		each(name, func(c *kit.Client) *kit.Response { return q.ask(w, on).put(c, routes[name].Method) })
	}
}

// A scope opens what it is for, alone, and nothing else; one that only contains
// the right one opens nothing.
func TestScopesOpenWhatTheyAreFor(t *testing.T) {
	t.Parallel()
	rules := admission(t)
	scopes := map[string]string{"none": "openid", "all but the ends": "", "admin of nothing": "altinn:authentication/admin"}
	for name, scope := range scopeNames {
		scopes[name], scopes[name+" and more"], scopes[name+" in capitals"] = scope, scope+"x", strings.ToUpper(scope)
		scopes["more and "+name] = "x" + scope
	}
	scopes["all but the ends"] = strings.Join([]string{"altinn:authentication/systemregister", "altinn:authentication/systemuser.request", "altinn:portal", "altinn:clientdelegations"}, " ")
	for _, kind := range []string{"program", "person"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, map[string]string{"program": "supA", "person": "appP"}[kind])
			before := w.s.Snapshot()
			for name, scope := range scopes {
				token := w.s.AccessToken(w.org, scope, nil)
				if kind == "person" {
					token = w.s.EndUserToken(kit.Portal, w.who, scope, nil)
				}
				c := w.s.Bearer(t, token)
				w.knock(func(route string, put func(*kit.Client) *kit.Response) {
					rule := rules[route]
					opens := (rule.who == "") == (kind == "program") && (slices.Contains(rule.scopes, name) || slices.Contains(rule.scopes, "any"))
					if route == "bulk.start" && opens || route == "register.create" && opens {
						return // it would do it
					}
					if r := put(c); refused(r) == opens {
						t.Errorf("%s with %s is answered %d %s", route, name, r.Status, r.Body)
					}
				})
			}
			if w.s.Snapshot() != before {
				t.Error("something changed")
			}
		})
	}
}

// Who is no caller of the API at all, or not of all of it.
func TestCallersOfAnotherSort(t *testing.T) {
	t.Parallel()
	rules := admission(t)
	w := newWorld(t, "appP")
	every := strings.Join([]string{scopeNames["PO"], scopeNames["CR"], scopeNames["CW"]}, " ")
	person := func(issuer string, changes kit.Claims) *kit.Client {
		return w.s.Bearer(t, w.s.EndUserToken(issuer, w.who, every, changes))
	}
	details := []any{map[string]any{"type": "urn:altinn:systemuser", "systemuser_id": []string{absentUUID}, "system_id": "a", "systemuser_org": map[string]string{"authority": "iso6523-actorid-upis", "ID": kit.CustomerP.ISO6523()}}}
	callers := map[string]struct {
		c    *kit.Client
		want func(rule admitted, r *kit.Response) bool
	}{
		"a person of an issuer that is no portal": {person(kit.Front, nil), func(rule admitted, r *kit.Response) bool {
			return refused(r) == (rule.who == "" || rule.who == "G")
		}},
		"a system user": {w.s.Bearer(t, w.s.AccessToken(kit.SupplierA, suppliers+" "+every, kit.Claims{"authorization_details": details})), func(_ admitted, r *kit.Response) bool {
			return r.Status == http.StatusForbidden || r.Status == http.StatusUnauthorized
		}},
		"an end user whom nobody knows": {person(kit.Portal, kit.Claims{"pid": nil, "urn:altinn:userid": 999_999}), func(rule admitted, r *kit.Response) bool {
			return (r.Status == http.StatusForbidden) == (rule.who != "PN")
		}},
		"a browser": {w.s.As(t, kit.ApproverP).With("Accept", "application/json"), func(_ admitted, r *kit.Response) bool {
			return r.Status == http.StatusUnauthorized
		}},
		"a platform service": {w.s.Bearer(t, w.s.ServiceToken("streamer", nil)), func(rule admitted, r *kit.Response) bool {
			return refused(r) == !slices.Contains(rule.scopes, "IN")
		}},
	}
	before := w.s.Snapshot()
	for name, tc := range callers {
		w.knock(func(route string, put func(*kit.Client) *kit.Response) {
			if r := put(tc.c); !tc.want(rules[route], r) {
				t.Errorf("%s of %s is answered %d %s", route, name, r.Status, r.Body)
			}
		})
	}
	if w.s.Snapshot() != before {
		t.Error("something changed")
	}
}

// What grants something asks for a higher level than 1, of whoever may else.
func TestAtALowLevelNothingIsGranted(t *testing.T) {
	t.Parallel()
	granting := []string{
		"change.approve", "change.approve_at_portal", "enduser.user.create", "enduser.request.approve", "enduser.agent_request.approve",
		"portal.request.approve", "client.attach", "client.attach_self", "enduser.client_add",
	}
	for _, actor := range []string{"appP", "cliP"} {
		w := newWorld(t, actor)
		c := w.s.Bearer(t, w.s.EndUserToken(kit.Portal, w.who, scopeNames["PO"]+" "+scopeNames["CW"], kit.Claims{"urn:altinn:authlevel": 1}))
		for _, route := range granting {
			q := apiCases[route]
			on := w.apiThings(q.kind, "own")["own"]
			before := w.s.Snapshot()
			r := q.ask(w, on).put(c, http.MethodPost)
			if r.Status != http.StatusForbidden || w.s.Snapshot() != before {
				t.Errorf("%s by %s is answered %d %s", route, actor, r.Status, r.Body)
			}
		}
	}
}
