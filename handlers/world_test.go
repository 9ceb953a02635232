package handlers_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stafett/stafett/handlers"
	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/invitation"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
)

// issuerOf is the issuer of the caller, or the client's where the caller is none.
func issuerOf(w *world, on thing) string {
	if w.issuer != "" {
		return w.issuer
	}
	return on.issuer
}

// world holds what an actor's questions are about, in a registry of its own.
type world struct {
	t      *testing.T
	s      *kit.Site
	who    kit.Person  // the actor, or in place of one who is no person
	org    party.OrgNo // that the actor acts for
	issuer string      // that the actor's token is of
	n      int
	users  map[string]string // system user by external reference
	live   map[string]bool
}

func (w *world) next() int { w.n++; return w.n }

// directors answer requests and own systems.
var directors = map[party.OrgNo]kit.Person{
	kit.SupplierA: kit.DirectorA, kit.SupplierB: kit.DirectorB, kit.CustomerP: kit.ApproverP, kit.CustomerQ: kit.ApproverQ,
}

// people are the actors who are persons.
var people = map[string]kit.Person{
	"supA": kit.DeveloperA, "supB": kit.DeveloperB, "dirA": kit.DirectorA, "appP": kit.ApproverP,
	"appQ": kit.ApproverQ, "clkP": kit.ClerkP, "cliP": kit.ClientAdminP,
}

// other is an organisation that is not o.
func other(o party.OrgNo) party.OrgNo {
	if o == kit.CustomerQ {
		return kit.CustomerP
	}
	return kit.CustomerQ
}

// request sends one from an organisation to another, and withdraws it when it
// shall be over.
func (w *world) request(from, to party.OrgNo, over bool) string {
	w.t.Helper()
	owner := directors[from]
	r := w.s.Request(w.t, owner, w.s.System(w.t, owner, "s"+strconv.Itoa(w.next())), to, "")
	if over {
		if err := w.s.Registry.Withdraw(w.t.Context(), w.s.Actor(owner), r.ID); err != nil {
			w.t.Fatal(err)
		}
	}
	return string(r.ID)
}

// handed is a request to the organisation that the person has sent on to one
// whom nobody asks here.
func (w *world) handed(who kit.Person, from, to party.OrgNo, over bool) string {
	w.t.Helper()
	f := request.Forwarding{
		ID: models.NewID(), Subject: "request:" + w.request(from, to, over), Customer: to, From: w.s.PersonID(who), To: w.s.PersonID(kit.Several),
		At: w.s.Clock.Now(),
	}
	err := w.s.Registry.Store.Write(w.t.Context(), func(tx registry.Tx) error { return tx.AddForwarding(w.t.Context(), f) })
	if err != nil {
		w.t.Fatal(err)
	}
	return string(f.ID)
}

// user makes a system user of the organisation.
func (w *world) user(from, of party.OrgNo, over bool) string {
	w.t.Helper()
	id := w.request(from, of, false)
	w.s.Approve(w.t, directors[of], models.ID(id))
	if over {
		w.s.Revoke(w.t, directors[of], models.ID(id))
	}
	return id
}

// review goes through one system user of the organisation, and keeps it; it has
// been revoked since when the review shall be over.
func (w *world) review(of party.OrgNo, over bool) string {
	w.t.Helper()
	id, user := models.NewID(), models.ID(w.user(other(of), of, false))
	left, err := w.s.Registry.AnswerReview(w.t.Context(), w.s.Actor(directors[of]), id, []registry.UserAnswer{{ID: user, Seen: 1, Do: registry.ReviewKeep}}, "x")
	if err != nil || len(left) > 0 {
		w.t.Fatal(left, err)
	}
	if over {
		w.s.Revoke(w.t, directors[of], user)
	}
	return string(id)
}

// blocked says that the supplier may not ask the organisation.
func (w *world) blocked(supplier string) {
	w.t.Helper()
	err := w.s.Registry.BlockSupplier(w.t.Context(), w.s.Actor(directors[w.org]), party.OrgNo(supplier), "Nok", "x")
	if err != nil && models.CodeOf(err) != models.CodeNotFound {
		w.t.Fatal(err)
	}
}

// seen is the digest that the customer's director would be shown.
func (w *world) seen(id string) string {
	for _, d := range directors {
		if v, err := w.s.Registry.Review(w.t.Context(), w.s.Actor(d), models.ID(id)); err == nil {
			return v.Seen
		}
	}
	return "nothing"
}

// things makes what a row is about: one thing for own and over, several that
// must look alike for other.
func (w *world) things(k kind, object string) map[string]thing {
	w.t.Helper()
	w.s.Exec("DELETE FROM supplier_block") // what a row before has blocked would not let this one be made
	if k == chain {
		return w.chains(object)
	}
	if k >= anAgent {
		return w.agentThings(k, object)
	}
	foreign := other(w.org)
	over := object == "over"
	if object != "other" {
		var id string
		switch k {
		case received:
			id = w.request(foreign, w.org, over)
		case held:
			id = w.user(foreign, w.org, over)
		case sent:
			id = w.request(w.org, foreign, over)
		case system:
			id = w.system(w.org, over)
		case findable:
			id = w.findable(foreign, over)
		case member:
			id = string(w.join(w.org, over).Person)
		case holding:
			id = string(w.join(w.org, over).ID)
		case invited:
			id, _ = w.invite(w.org, over)
		case secret:
			_, id = w.invite(foreign, over)
		case login:
			id = w.login(w.who, over)
		case told:
			id = w.notice(w.who, w.org, over)
		case identity:
			id = w.identity(w.who, over)
		case registered:
			id = string(kit.Registered)
		case changeOf:
			id = w.change(foreign, w.org, over)
		case handed:
			id = w.handed(w.who, foreign, w.org, over)
		case group:
			id = "bulk"
		case dealer:
			w.user(foreign, w.org, over)
			id = string(foreign)
		case reviewed:
			id = w.review(w.org, over)
		case none, chain, anAgent, anAgentUsed, anAgentSelf, aJob, aJobFailed: // nothing of anybody's
		}
		return map[string]thing{object: {id: id, owner: string(w.org)}}
	}
	absent := "704013ee-e82a-433e-83c5-a40e6e00d746"
	things := map[string]thing{}
	switch k {
	case none:
		things["foreign"] = thing{}
	case received:
		things["foreign"], things["another kind"] = thing{id: w.request(kit.SupplierB, foreign, false)}, thing{id: w.request(w.org, foreign, false)}
	case held:
		things["foreign"], things["another kind"] = thing{id: w.user(kit.SupplierB, foreign, false)}, thing{id: w.request(foreign, w.org, false)}
	case sent:
		things["foreign"], things["another kind"] = thing{id: w.request(foreign, kit.SupplierA, false)}, thing{id: w.request(foreign, w.org, false)}
	case system:
		things["foreign"], things["another kind"] = thing{id: w.system(foreign, false)}, thing{id: w.request(w.org, foreign, false)}
		absent = string(w.org) + "_absent"
	case findable: // hidden ones are nobody's to find
		things["foreign"], things["another kind"] = thing{id: w.system(foreign, false)}, thing{id: w.request(w.org, foreign, false)}
		absent = string(w.org) + "_absent"
	case member:
		things["foreign"], things["another kind"] = thing{id: string(w.join(foreign, false).Person)}, thing{id: string(w.join(w.org, false).ID)}
	case holding:
		things["foreign"], things["another kind"] = thing{id: string(w.join(foreign, false).ID)}, thing{id: string(w.join(w.org, false).Person)}
	case invited:
		id, _ := w.invite(foreign, false)
		things["foreign"], things["another kind"] = thing{id: id}, thing{id: string(w.join(w.org, false).ID)}
	case secret:
		things["inviter without power"] = thing{id: w.powerless(foreign)}
		id, _ := w.invite(foreign, false)
		things["another kind"] = thing{id: id}
		absent = invitation.NewSecret()
	case login:
		things["foreign"], things["another kind"] = thing{id: w.login(directors[foreign], false)}, thing{id: w.request(w.org, foreign, false)}
	case told:
		things["foreign"], things["another kind"] = thing{id: w.notice(directors[w.org], foreign, false)}, thing{id: w.request(w.org, foreign, false)}
		things["of a colleague"] = thing{id: w.notice(kit.Nobody, w.org, false)}
	case identity:
		things["foreign"], things["another kind"] = thing{id: w.identity(directors[foreign], false)}, thing{id: w.login(w.who, false)}
		absent = "0123456789abcdef"
	case registered:
		things["foreign"], absent = thing{id: string(foreign)}, string(kit.Unknown)
	case changeOf:
		things["foreign"], things["another kind"] = thing{id: w.change(kit.SupplierB, foreign, false)}, thing{id: w.request(foreign, w.org, false)}
	case handed:
		things["foreign"] = thing{id: w.handed(w.who, kit.SupplierB, foreign, false)}
		things["another kind"] = thing{id: w.request(foreign, w.org, false)}
	case dealer:
		stranger := kit.SupplierB
		if w.org == stranger {
			stranger = kit.SupplierA
		}
		things["foreign"], things["another kind"], absent = thing{id: string(stranger)}, thing{id: string(kit.FacilitatorF)}, string(kit.Unknown)
	case reviewed:
		things["foreign"], things["another kind"] = thing{id: w.review(foreign, false)}, thing{id: w.user(foreign, w.org, false)}
	case chain, group, anAgent, anAgentUsed, anAgentSelf, aJob, aJobFailed: // made above, or nobody's
	}
	things["absent"] = thing{id: absent}
	if k != registered { // where a form says what is wrong with a number
		things["no id"] = thing{id: "no id \x01"}
	}
	for name, on := range things {
		on.owner = string(foreign)
		things[name] = on
	}
	return things
}

// join makes somebody new look on in the organisation.
func (w *world) join(org party.OrgNo, over bool) party.Holding {
	w.t.Helper()
	h := w.s.Join(w.t, directors[org], "Ny "+strconv.Itoa(w.next()), policy.Viewer)
	if over {
		if err := w.s.Registry.End(w.t.Context(), w.s.Actor(directors[org]), h.ID); err != nil {
			w.t.Fatal(err)
		}
	}
	return h
}

// invite invites to the organisation, and takes it back when it shall be over.
func (w *world) invite(org party.OrgNo, over bool) (id, secret string) {
	w.t.Helper()
	made, secret := w.s.Invite(w.t, directors[org], policy.Viewer)
	if over {
		if err := w.s.Registry.RevokeInvitation(w.t.Context(), w.s.Actor(directors[org]), made); err != nil {
			w.t.Fatal(err)
		}
	}
	return string(made), secret
}

// offered is the form in which the person is asked whether he accepts; without
// anything in it where nothing is offered.
func (w *world) offered(secret string) url.Values {
	w.t.Helper()
	c := w.s.As(w.t, w.who)
	c.SetCookie("stafett_invitation", url.QueryEscape(secret))
	form, ok := c.Get("/invitations/accept").Page().Form("/invitations/accept")
	if !ok {
		return url.Values{}
	}
	return form
}

// powerless is the secret of an invitation whose inviter administers access no
// more.
func (w *world) powerless(org party.OrgNo) string {
	w.t.Helper()
	h := w.s.Join(w.t, directors[org], "Ny "+strconv.Itoa(w.next()), kit.ManagerPackage)
	inviter := w.s.Actor(directors[org])
	inviter.ID = string(h.Person)
	_, secret, err := w.s.Registry.Invite(w.t.Context(), inviter, registry.Invite{URN: policy.Viewer})
	if err == nil {
		err = w.s.Registry.End(w.t.Context(), w.s.Actor(directors[org]), h.ID)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return secret
}

// login logs the person in somewhere else.
func (w *world) login(p kit.Person, over bool) string {
	w.t.Helper()
	w.s.Clock.Advance(time.Millisecond) // the newest comes first
	w.s.As(w.t, p)
	all, err := w.s.Registry.Logins(w.t.Context(), w.s.Actor(p))
	if err == nil && over {
		err = w.s.Registry.EndLogin(w.t.Context(), w.s.Actor(p), all[0].ID)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return string(all[0].ID)
}

// notice tells the person something for the organisation.
func (w *world) notice(p kit.Person, org party.OrgNo, over bool) string {
	w.t.Helper()
	n := registry.Notice{
		ID: models.NewID(), Person: w.s.PersonID(p), Org: org, Type: registry.NoticeAsked, Subject: "request:" + string(models.NewID()), At: w.s.Clock.Now(),
	}
	if over {
		n.Read = n.At
	}
	err := w.s.Store.Write(w.t.Context(), func(tx registry.Tx) error { return tx.AddNotices(w.t.Context(), []registry.Notice{n}) })
	if err != nil {
		w.t.Fatal(err)
	}
	return string(n.ID)
}

// identity gives the person one more way to log in, and returns what stands for
// it on his page.
func (w *world) identity(p kit.Person, over bool) string {
	w.t.Helper()
	email := "ny" + strconv.Itoa(w.next()) + "@example.com"
	id := w.s.Way(w.t, p, email)
	found := ""
	c := w.s.As(w.t, p)
	for _, form := range c.Get("/account").Page().Forms("/account/identities") {
		if c.Post("/account/identities", form).Want(http.StatusOK).Page().Has(email) {
			found = form.Get("identity")
		}
	}
	if over {
		if err := w.s.Registry.Unlink(w.t.Context(), w.s.Actor(p), id.Issuer, id.Subject); err != nil {
			w.t.Fatal(err)
		}
	}
	return found
}

func (w *world) system(of party.OrgNo, deleted bool) string {
	w.t.Helper()
	id := string(w.s.System(w.t, directors[of], "s"+strconv.Itoa(w.next())).ID)
	if deleted {
		w.s.Exec("UPDATE system SET deleted = 1 WHERE id = ?", id)
	}
	return id
}

// chains makes system users of P on systems of A, as an issuer asks for them by
// client, customer and external reference.
func (w *world) chains(object string) map[string]thing {
	w.t.Helper()
	make := func(owner, answers kit.Person, approve, over bool) thing {
		ref := "ref " + strconv.Itoa(w.next())
		s := w.s.System(w.t, owner, "c"+strconv.Itoa(w.next()))
		r := w.s.Request(w.t, owner, s, answers.Org(), ref)
		if approve {
			w.s.Approve(w.t, answers, r.ID)
		}
		if over {
			w.s.Revoke(w.t, answers, r.ID)
		}
		w.users[ref], w.live[ref] = string(r.ID), approve && !over
		return thing{id: ref, issuer: kit.Issuer1, client: kit.ClientID(s.ID), owner: string(answers.Org())}
	}
	if object != "other" {
		return map[string]thing{object: make(kit.DeveloperA, kit.ApproverP, true, object == "over")}
	}
	foreign := make(kit.DeveloperA, kit.ApproverQ, true, false)
	foreign.owner, w.live[foreign.id] = string(kit.CustomerP), false // Q's, asked for as P's
	another := make(kit.DeveloperB, kit.ApproverP, true, false)
	another.client, w.live[another.id] = foreign.client, false // by A's client on B's system
	w.users[another.id], w.users["no such reference"] = string(models.NewID()), string(models.NewID())
	return map[string]thing{
		"foreign": foreign, "another kind": make(kit.DeveloperA, kit.ApproverP, false, false), "another client": another,
		"absent": {id: "no such reference", issuer: kit.Issuer1, client: "no-such-client", owner: string(kit.CustomerP)},
	}
}

// actor makes who asks, anew for each question, since some questions end a
// session and a token runs out.
func (w *world) actor(name string, audience handlers.Audience) *kit.Client {
	w.t.Helper()
	const both = "stafett:enrich altinn:maskinporten/systemuser.read"
	switch name {
	case "nobody":
		return w.s.Anonymous(w.t)
	case "iss1":
		return w.s.Bearer(w.t, w.s.AccessToken(kit.SupplierA, both, nil))
	case "iss2":
		return w.s.Bearer(w.t, w.s.AccessToken(kit.SupplierA, both, kit.Claims{"iss": kit.Issuer2}))
	case "deci":
		return w.s.Bearer(w.t, w.s.AccessToken(kit.CustomerP, "stafett:decide", nil))
	case "past":
		c := w.s.As(w.t, kit.ApproverP)
		if audience == handlers.Programs {
			c = w.s.Bearer(w.t, w.s.AccessToken(kit.SupplierA, both+" stafett:decide", nil))
		}
		w.s.Clock.Advance(31 * time.Minute)
		return c
	}
	return w.s.As(w.t, people[name])
}

// Lists show what is the organisation's own and nothing else.
func TestListsAreOfOnesOwn(t *testing.T) {
	t.Parallel()
	w := &world{t: t, s: kit.New(t), org: kit.CustomerP}
	lists := map[string]func(of, foreign party.OrgNo) (own, theirs string){
		"/requests": func(of, foreign party.OrgNo) (string, string) {
			return w.request(foreign, of, false), w.request(of, foreign, false)
		},
		"/systemusers": func(of, foreign party.OrgNo) (string, string) {
			return w.user(foreign, of, false), w.user(of, foreign, false)
		},
		"/supplier/systems": func(of, foreign party.OrgNo) (string, string) { return w.system(of, false), w.system(foreign, false) },
		"/supplier/requests": func(of, foreign party.OrgNo) (string, string) {
			return w.request(of, foreign, false), w.request(foreign, of, false)
		},
	}
	for path, made := range lists {
		for of, foreign := range map[party.OrgNo]party.OrgNo{kit.SupplierA: kit.SupplierB, kit.CustomerP: kit.CustomerQ} {
			own, theirs := made(of, foreign)
			body := w.s.As(t, directors[of]).Get(path).Want(http.StatusOK).Body
			if !strings.Contains(body, path+"/"+own) || strings.Contains(body, theirs) {
				t.Errorf("%s of %s: own %t, theirs %t", path, of, strings.Contains(body, path+"/"+own), strings.Contains(body, theirs))
			}
		}
	}
}
