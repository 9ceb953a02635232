package handlers_test

import (
	"strconv"
	"strings"
	"time"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/bulk"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	domain "github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

// apiKind is a kind of thing that the API is asked about. Those of a supplier are
// of the actor's organisation as a supplier, those of a customer of it as one.
type apiKind int

const (
	noThing          apiKind = iota
	vendorSystem             // a supplier's system
	publicSystem             // a system that anybody may look at
	offered                  // one that customers may give what it asks for
	vendor                   // a supplier, by its number in a body
	sentRequest              // a supplier's request
	sentAgentRequest         // one for an agent
	sentRequestRef           // a supplier's request, by its external reference
	sentAgentRef             // one for an agent
	sentChange               // a supplier's change request
	sentChangeRef            // by its external reference
	suppliedUser             // a system user of a supplier's system
	suppliedRef              // by its external reference
	pausedUser               // one that its supplier has paused
	changeable               // one that a change request can be sent for
	job                      // a supplier's bulk job
	client                   // a supplier's OAuth client
	anyUser                  // a system user of anybody's
	receivedRequest          // a request to a customer
	receivedAgent            // one for an agent
	receivedChange           // a change request to a customer
	ownUser                  // a customer's system user
	ownAgent                 // its agent
	servingAgent             // its agent that serves a client
	selfAgent                // its agent that could serve itself
	servingSelf              // and does
	ownParty                 // the customer itself
)

// maker makes a thing of the organisation's, and what must not be told from
// what is not there at all.
type maker struct {
	make  func(w *world, of party.OrgNo, over bool) thing
	other func(w *world) map[string]thing
}

// Parties that are none.
const (
	absentParty = "99999999"
	absentUUID  = "704013ee-e82a-433e-83c5-a40e6e00d746"
	noID        = "no id \x01"
)

// makers makes each kind of thing.
func makers() map[apiKind]maker {
	return map[apiKind]maker{
		noThing: {func(*world, party.OrgNo, bool) thing { return thing{} }, nil},
		vendorSystem: {(*world).vendorSystem, func(w *world) map[string]thing {
			foreign := w.asks(rival(w.org), other(w.org), systemuser.Standard, isApproved)
			return map[string]thing{
				"foreign, deleted": w.vendorSystem(rival(w.org), true), "foreign, with the customer's system user": {id: foreign.system, ref: foreign.ref},
				"another kind": {id: w.asks(w.org, other(w.org), systemuser.Standard, isPending).id}, "absent": {id: string(w.org) + "_absent"},
				"absent, of nobody": {id: string(kit.Unknown) + "_absent"},
			}
		}},
		publicSystem: {func(w *world, _ party.OrgNo, over bool) thing { return w.vendorSystem(kit.SupplierB, over) }, func(w *world) map[string]thing {
			return map[string]thing{
				"foreign": w.vendorSystem(kit.SupplierA, true), "another kind": {id: w.asks(kit.SupplierA, other(w.org), systemuser.Standard, isPending).id},
				"absent": {id: string(kit.SupplierA) + "_absent"},
			}
		}},
		offered: {(*world).offeredSystem, func(w *world) map[string]thing {
			return map[string]thing{
				"foreign": w.vendorSystem(kit.SupplierB, false), "foreign, deleted": w.offeredSystem(w.org, true),
				"another kind": {id: w.asks(kit.SupplierB, w.org, systemuser.Standard, isPending).id}, "absent": {id: string(kit.SupplierB) + "_absent"},
			}
		}},
		vendor: {func(_ *world, of party.OrgNo, _ bool) thing { return thing{id: string(of)} }, func(*world) map[string]thing {
			return map[string]thing{"absent": {id: string(kit.Unknown)}}
		}},
		sentRequest: {func(w *world, of party.OrgNo, over bool) thing {
			return w.asks(of, other(of), systemuser.Standard, ended(over))
		}, func(w *world) map[string]thing {
			return map[string]thing{
				"removed": w.asks(w.org, other(w.org), systemuser.Standard, isRemoved), "another kind": {id: w.changes(w.org, other(w.org), isPending).id},
				"foreign, removed": w.asks(rival(w.org), other(w.org), systemuser.Standard, isRemoved),
			}
		}},
		sentAgentRequest: {func(w *world, of party.OrgNo, over bool) thing {
			return w.asks(of, other(of), systemuser.Agent, ended(over))
		}, func(w *world) map[string]thing {
			return map[string]thing{
				"removed":      w.asks(w.org, other(w.org), systemuser.Agent, isRemoved),
				"another kind": w.asks(rival(w.org), other(w.org), systemuser.Standard, isPending),
			}
		}},
		sentRequestRef: byRef(sentRequest),
		sentAgentRef:   byRef(sentAgentRequest),
		sentChange: {func(w *world, of party.OrgNo, over bool) thing { return w.changes(of, other(of), ended(over)) }, func(w *world) map[string]thing {
			return map[string]thing{
				"removed": w.changes(w.org, other(w.org), isRemoved), "another kind": w.asks(w.org, other(w.org), systemuser.Standard, isPending),
			}
		}},
		sentChangeRef: byRef(sentChange),
		suppliedUser: {func(w *world, of party.OrgNo, over bool) thing {
			return w.supplied(of, over)
		}, func(w *world) map[string]thing {
			return map[string]thing{"another kind": w.asks(w.org, other(w.org), systemuser.Standard, isPending), "foreign, ended": w.supplied(rival(w.org), true)}
		}},
		suppliedRef: byRef(suppliedUser),
		changeable: {func(w *world, of party.OrgNo, over bool) thing { return w.supplied(of, over) }, func(w *world) map[string]thing {
			return map[string]thing{"another kind": w.asks(w.org, other(w.org), systemuser.Standard, isPending), "foreign, ended": w.supplied(rival(w.org), true)}
		}},
		pausedUser: {func(w *world, of party.OrgNo, over bool) thing {
			on := w.supplied(of, false)
			_, err := w.s.Registry.PauseSystemUser(w.t.Context(), w.s.Actor(directors[of]), models.ID(on.id), "ubetalt")
			if err == nil && over {
				_, err = w.s.Registry.GiveUpSystemUser(w.t.Context(), w.s.Actor(directors[of]), models.ID(on.id), "")
			}
			w.fatal(err)
			return on
		}, func(w *world) map[string]thing {
			return map[string]thing{"another kind": w.asks(w.org, other(w.org), systemuser.Standard, isPending)}
		}},
		job: {(*world).job, func(w *world) map[string]thing {
			return map[string]thing{"another kind": w.asks(w.org, other(w.org), systemuser.Standard, isPending)}
		}},
		client: {func(w *world, of party.OrgNo, over bool) thing {
			on := w.asks(of, other(of), systemuser.Standard, isApproved)
			if over {
				_, err := w.s.Registry.DeleteSystem(w.t.Context(), w.s.Actor(directors[of]), domain.ID(on.system), nil)
				w.fatal(err)
			}
			on.id = kit.ClientID(domain.ID(on.system))
			return on
		}, func(w *world) map[string]thing {
			return map[string]thing{"another kind": {id: string(models.NewID())}}
		}},
		anyUser: {func(w *world, of party.OrgNo, over bool) thing { return w.supplied(of, over) }, func(w *world) map[string]thing {
			return map[string]thing{"foreign": w.supplied(rival(w.org), true), "another kind": w.asks(w.org, other(w.org), systemuser.Standard, isPending)}
		}},
		receivedRequest: {func(w *world, of party.OrgNo, over bool) thing {
			return w.asks(other(of), of, systemuser.Standard, ended(over))
		}, func(w *world) map[string]thing {
			return map[string]thing{
				"removed":      w.asks(other(w.org), w.org, systemuser.Standard, isRemoved),
				"another kind": w.asks(other(w.org), w.org, systemuser.Agent, isPending),
			}
		}},
		receivedAgent: {func(w *world, of party.OrgNo, over bool) thing {
			return w.asks(other(of), of, systemuser.Agent, ended(over))
		}, func(w *world) map[string]thing {
			return map[string]thing{
				"removed":      w.asks(other(w.org), w.org, systemuser.Agent, isRemoved),
				"another kind": w.asks(other(w.org), w.org, systemuser.Standard, isPending),
			}
		}},
		receivedChange: {func(w *world, of party.OrgNo, over bool) thing { return w.changes(other(of), of, ended(over)) }, func(w *world) map[string]thing {
			return map[string]thing{
				"removed": w.changes(other(w.org), w.org, isRemoved), "another kind": w.asks(other(w.org), w.org, systemuser.Standard, isPending),
			}
		}},
		ownUser: {func(w *world, of party.OrgNo, over bool) thing {
			on := w.asks(other(of), of, systemuser.Standard, isApproved)
			if over {
				w.s.Revoke(w.t, directors[of], models.ID(on.id))
			}
			return on
		}, func(w *world) map[string]thing {
			return map[string]thing{"another kind": w.asks(other(w.org), w.org, systemuser.Standard, isPending)}
		}},
		ownAgent:     agents(kit.AccountantPackage, nil),
		servingAgent: agents(kit.AccountantPackage, (*world).serve),
		selfAgent:    agents(kit.VATPackage, nil),
		servingSelf: agents(kit.VATPackage, func(w *world, of party.OrgNo, agent models.ID) {
			_, err := w.s.Registry.AttachSelf(w.t.Context(), w.s.Actor(directors[of]), agent)
			w.fatal(err)
		}),
		ownParty: {func(_ *world, of party.OrgNo, _ bool) thing { return thing{id: string(of), owner: string(of)} }, func(*world) map[string]thing {
			return map[string]thing{"absent": {id: string(kit.Unknown), owner: string(kit.Unknown)}}
		}},
	}
}

// apiThings is things for the API. Beyond what the caller asks about, a call can
// name the party, the facilitator or the client wrongly; each of them is a
// relation of its own, whose things must look alike too.
func (w *world) apiThings(k apiKind, object string) map[string]thing {
	w.t.Helper()
	m := makers()[k]
	foreign := func() thing { return m.make(w, rival(w.org), false) }
	own := func(change func(*thing)) thing {
		on := m.make(w, w.org, false)
		change(&on)
		return on
	}
	theirs := w.s.PartyID(w.t, rival(w.org))
	switch object {
	case "own":
		return map[string]thing{object: m.make(w, w.org, false)}
	case "over":
		return map[string]thing{object: m.make(w, w.org, true)}
	case "party": // that the path names
		their := foreign()
		their.party = theirs
		return map[string]thing{
			"absent": own(func(on *thing) { on.party = absentParty }), "no id": own(func(on *thing) { on.party = noID }),
			"foreign": their, "own, as foreign": own(func(on *thing) { on.party = theirs }),
		}
	case "facilitator": // that the query names
		return map[string]thing{
			"absent": own(func(on *thing) { on.uuid = absentUUID }), "no id": own(func(on *thing) { on.uuid = noID }),
			"foreign": own(func(on *thing) { on.uuid = w.s.PartyUUID(w.t, rival(w.org)) }),
		}
	case "client": // that the query names
		return map[string]thing{
			"absent": own(func(on *thing) { on.client = absentUUID }), "no id": own(func(on *thing) { on.client = noID }),
			"no client": own(func(on *thing) { on.client = w.s.PartyUUID(w.t, kit.FacilitatorF) }),
		}
	case "number": // of an organisation, that the path names
		return map[string]thing{
			"absent": own(func(on *thing) { on.owner = string(kit.Unknown) }), "no id": own(func(on *thing) { on.owner = noID }),
			"foreign": own(func(on *thing) { on.owner = string(rival(w.org)) }),
		}
	}
	things := map[string]thing{"foreign": foreign(), "no id": {id: noID, ref: noID}, "absent": {id: absentUUID, ref: "no such reference"}}
	for name, on := range m.other(w) {
		things[name] = on
	}
	for name, on := range things {
		if on.owner == "" {
			on.owner = string(other(w.org))
		}
		if on.system == "" {
			on.system = string(w.org) + "_absent"
		}
		if on.client == "" {
			on.client = w.s.PartyUUID(w.t, clientOf(w.org))
		}
		things[name] = on
	}
	return things
}

// byRef is a thing of the kind that is asked for by its external reference.
func byRef(k apiKind) maker {
	named := func(on thing) thing { on.id = on.ref; return on }
	return maker{
		func(w *world, of party.OrgNo, over bool) thing { return named(makers()[k].make(w, of, over)) },
		func(w *world) map[string]thing {
			things := makers()[k].other(w)
			for name, on := range things {
				if on.id = on.ref; on.ref == "" {
					on.id = "no such reference"
				}
				things[name] = on
			}
			return things
		},
	}
}

// rival is another organisation of the same kind.
func rival(o party.OrgNo) party.OrgNo {
	return map[party.OrgNo]party.OrgNo{
		kit.SupplierA: kit.SupplierB, kit.SupplierB: kit.SupplierA, kit.CustomerP: kit.CustomerQ, kit.CustomerQ: kit.CustomerP,
	}[o]
}

func (w *world) fatal(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// How far a request has come.
type stage int

const (
	isPending stage = iota
	isApproved
	isRejected
	isRemoved
)

func ended(over bool) stage {
	if over {
		return isRejected
	}
	return isPending
}

// vendorSystem is a system that nobody but its supplier finds in lists.
func (w *world) vendorSystem(of party.OrgNo, over bool) thing {
	w.t.Helper()
	id := w.s.System(w.t, directors[of], "v"+strconv.Itoa(w.next())).ID
	if over {
		_, err := w.s.Registry.DeleteSystem(w.t.Context(), w.s.Actor(directors[of]), id, nil)
		w.fatal(err)
	}
	return thing{id: string(id), system: string(id), owner: string(other(of)), ref: "r" + strconv.Itoa(w.next())}
}

// offeredSystem is a system for all customers.
func (w *world) offeredSystem(_ party.OrgNo, over bool) thing {
	w.t.Helper()
	on := w.vendorSystem(kit.SupplierB, false)
	_, err := w.s.Registry.UpdateSystem(w.t.Context(), w.s.Actor(kit.DirectorB), domain.ID(on.id), registry.SystemEdit{
		Type: domain.Updated, Edit: func(s *domain.System) models.Faults { s.Visible = true; return nil },
	})
	if err == nil && over {
		_, err = w.s.Registry.DeleteSystem(w.t.Context(), w.s.Actor(kit.DirectorB), domain.ID(on.id), nil)
	}
	w.fatal(err)
	return on
}

// asks is a request from an organisation to another.
func (w *world) asks(from, to party.OrgNo, kind systemuser.Kind, come stage) thing {
	w.t.Helper()
	s := w.s.System(w.t, directors[from], "a"+strconv.Itoa(w.next()))
	in := request.Request{System: s.ID, Customer: to, ExternalRef: "r" + strconv.Itoa(w.next()), Kind: kind, Items: s.Asked()}
	if kind == systemuser.Agent {
		in.Items = []catalog.Item{catalog.PackageOf(kit.TaxPackage)}
	}
	r, _, err := w.s.Registry.Ask(w.t.Context(), w.s.Actor(directors[from]), in)
	w.fatal(err)
	switch come {
	case isApproved:
		w.s.Approve(w.t, directors[to], r.ID)
	case isRejected:
		err = w.s.Registry.Reject(w.t.Context(), w.s.Actor(directors[to]), r.ID, "Vi kjenner dere ikke")
	case isRemoved:
		err = w.s.Registry.RemoveRequest(w.t.Context(), w.s.Actor(directors[from]), r.ID)
	case isPending:
	}
	w.fatal(err)
	return thing{id: string(r.ID), system: string(s.ID), owner: string(to), ref: in.ExternalRef, client: kit.ClientID(s.ID)}
}

// changes is a change request from an organisation to another, by the
// supplier's own id.
func (w *world) changes(from, to party.OrgNo, come stage) thing {
	w.t.Helper()
	on := w.asks(from, to, systemuser.Standard, isApproved)
	c, _, err := w.s.Registry.AskChange(w.t.Context(), w.s.Actor(directors[from]), request.Change{
		Correlation: models.NewID(), SystemUser: models.ID(on.id), Unwanted: []catalog.Item{catalog.PackageOf(kit.TaxPackage)},
	})
	w.fatal(err)
	switch come {
	case isRejected:
		err = w.s.Registry.RejectChange(w.t.Context(), w.s.Actor(directors[to]), c.ID, "Vi trenger det")
	case isRemoved:
		err = w.s.Registry.RemoveChange(w.t.Context(), w.s.Actor(directors[from]), c.Correlation)
	case isPending, isApproved:
	}
	w.fatal(err)
	on.id = string(c.Correlation)
	return on
}

// change is that as its customer's pages name it.
func (w *world) change(from, to party.OrgNo, over bool) string {
	w.t.Helper()
	on := w.changes(from, to, ended(over))
	c, err := w.s.Registry.SentChange(w.t.Context(), w.s.Actor(directors[from]), models.ID(on.id))
	w.fatal(err)
	return string(c.ID)
}

// seenChange is the digest that the customer's director would be shown.
func (w *world) seenChange(id string) string {
	for _, d := range directors {
		if v, err := w.s.Registry.ReviewChange(w.t.Context(), w.s.Actor(d), models.ID(id)); err == nil {
			return v.Seen
		}
	}
	return "nothing"
}

// supplied is a system user of a supplier's.
func (w *world) supplied(of party.OrgNo, over bool) thing {
	w.t.Helper()
	on := w.asks(of, other(of), systemuser.Standard, isApproved)
	if over {
		_, err := w.s.Registry.GiveUpSystemUser(w.t.Context(), w.s.Actor(directors[of]), models.ID(on.id), "")
		w.fatal(err)
	}
	return on
}

// job is a bulk job of a supplier's; jobs before it have ended, since few may
// run at once.
func (w *world) job(of party.OrgNo, over bool) thing {
	w.t.Helper()
	who := w.s.Actor(directors[of])
	running, err := w.s.Registry.BulkJobs(w.t.Context(), who, registry.BulkPlace{}, bulk.MaxRunning)
	w.fatal(err)
	for _, j := range running {
		if j.Status == bulk.Running {
			_, err := w.s.Registry.CancelBulk(w.t.Context(), who, j.ID)
			w.fatal(err)
		}
	}
	w.s.Clock.Advance(time.Millisecond) // the newest comes first
	j, err := w.s.Registry.StartBulk(w.t.Context(), who, bulk.Job{Issuer: kit.Issuer1, ClientID: "c", Kind: bulk.Requests}, []bulk.Row{{Body: []byte("{}")}})
	if err == nil && over {
		_, err = w.s.Registry.CancelBulk(w.t.Context(), who, j.ID)
	}
	w.fatal(err)
	return thing{id: string(j.ID)}
}

// agents are agents of an organisation that ask for the package.
func agents(pack string, more func(w *world, of party.OrgNo, agent models.ID)) maker {
	made := func(w *world, of party.OrgNo, over bool) thing {
		w.t.Helper()
		why := models.Text{NB: "Vi melder", NN: "Vi melder", EN: "We report"}
		from := other(of)
		s, err := w.s.Registry.RegisterSystem(w.t.Context(), w.s.Actor(directors[from]), domain.System{
			ID: domain.ID(string(from) + "_g" + strconv.Itoa(w.next())), Name: why, Description: why,
			Clients: []domain.Client{{Issuer: kit.Issuer1, ID: "agent-" + strconv.Itoa(w.next())}}, Asks: []domain.Ask{{Item: catalog.PackageOf(pack), Purpose: why}},
		})
		w.fatal(err)
		r, _, err := w.s.Registry.Ask(w.t.Context(), w.s.Actor(directors[from]), request.Request{System: s.ID, Customer: of, Kind: systemuser.Agent, Items: s.Asked()})
		w.fatal(err)
		w.s.Approve(w.t, directors[of], r.ID)
		if more != nil {
			more(w, of, r.ID)
		}
		if over {
			w.fatal(w.s.Registry.DeleteAgent(w.t.Context(), w.s.Actor(directors[of]), r.ID))
		}
		return thing{id: string(r.ID), owner: string(of), client: w.s.PartyUUID(w.t, clientOf(of))}
	}
	return maker{made, func(w *world) map[string]thing {
		return map[string]thing{
			"another kind":     {id: w.asks(other(w.org), w.org, systemuser.Agent, isPending).id},
			"foreign, deleted": {id: made(w, rival(w.org), true).id},
		}
	}}
}

// clientOf is the client that the organisation keeps accounts for.
func clientOf(o party.OrgNo) party.OrgNo { return other(o) }

// related lets each organisation that acts keep accounts for a client, and have
// the same administrator of clients, who is no actor.
func (w *world) related() {
	w.t.Helper()
	pid, err := party.ParsePersonID(clientAdmin.PID)
	w.fatal(err)
	for kind, row := range map[exchange.Kind]func(party.OrgNo) any{
		exchange.Relations: func(o party.OrgNo) any {
			return party.Relation{Facilitator: o, Client: clientOf(o), RoleURN: kit.Accountant}
		},
		exchange.People: func(o party.OrgNo) any {
			return exchange.Person{PID: pid, Name: clientAdmin.Name, OrgNo: o, URN: kit.ClientPackage}
		},
	} {
		report, err := w.s.Registry.Import(w.t.Context(), models.Actor{Kind: models.Operator, ID: "test"}, kind, "matrix", func(yield func(exchange.Row) bool) {
			for o := range directors {
				if !yield(exchange.Row{Place: "matrix", Value: row(o)}) {
					return
				}
			}
		})
		if err != nil || len(report.Refused) > 0 {
			w.t.Fatal(report, err)
		}
	}
}

var clientAdmin = kit.Nobody

// serve lets the agent serve the client.
func (w *world) serve(of party.OrgNo, agent models.ID) {
	w.t.Helper()
	administrator := w.s.Actor(clientAdmin)
	administrator.OrgNo = string(of)
	_, err := w.s.Registry.AttachClient(w.t.Context(), administrator, agent, clientOf(of))
	w.fatal(err)
}

// caller makes who asks the API, anew for each question: a token runs out.
// Platform routes are asked by a platform service in place of a client with the
// decision scope.
func (w *world) caller(name, route string) *kit.Client {
	w.t.Helper()
	const scopes = "altinn:portal/enduser altinn:clientdelegations.read altinn:clientdelegations.write"
	switch name {
	case "nobody":
		return w.s.Anonymous(w.t).With("Accept", "application/json")
	case "supA", "supB":
		return w.s.Bearer(w.t, w.s.AccessToken(people[name].Org(), suppliers, nil))
	case "iss1":
		return w.s.Bearer(w.t, w.s.IssuerCall(kit.Issuer1, nil))
	case "iss2":
		return w.s.Bearer(w.t, w.s.IssuerCall(kit.Issuer2, nil))
	case "deci":
		if strings.HasPrefix(route, "systemuser.stream") {
			return w.s.Bearer(w.t, w.s.ServiceToken("streamer", nil))
		}
		return w.s.Bearer(w.t, w.s.AccessToken(kit.CustomerP, "stafett:decide", nil))
	case "past":
		c := w.s.Bearer(w.t, w.s.AccessToken(kit.CustomerP, suppliers+" "+scopes, nil))
		w.s.Clock.Advance(5 * time.Minute)
		return c
	}
	return w.s.Bearer(w.t, w.s.EndUserToken(kit.Portal, people[name], scopes, nil))
}

// suppliers is every scope of suppliers.
const suppliers = "altinn:authentication/systemregister.read altinn:authentication/systemregister.write " +
	"altinn:authentication/systemuser.request.read altinn:authentication/systemuser.request.write"
