package handlers_test

import (
	"slices"
	"testing"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/request"
	domain "github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

// What the examples call things.
const (
	exampleUser    = "704013ee-e82a-433e-83c5-a40e6e00d746"
	exampleRequest = "5d1bd5a5-6a3a-4a4c-9a0e-8a1e8a3b6f10"
	exampleParty   = "50012345"
	exampleUUID    = "9c5bd1d2-2f0b-4e4f-8a0a-6a5f8f5a6a01"
	examplePackage = "urn:altinn:accesspackage:skatt-naering"
)

// requestScenes are those of suppliers' requests and system users.
var requestScenes = map[string]scene{
	"ask":      supplying,
	"askAgent": agent(nothing),
	"asked":    asking, "unask": asking, "askedByRef": asking, "askedOfSystem": asking, "renewRequest": asking,
	"askedAgent": agent(asked), "askedAgentByRef": agent(asked), "askedAgentsOfSystem": agent(asked),
	"diagnose": supplied, "systemUserByQuery": supplied, "systemUsersBySystem": supplied, "pauseSystemUser": supplied, "giveUpSystemUser": supplied,
	"resumeSystemUser": func(t *testing.T, s *kit.Site) (*kit.Client, []string) {
		t.Helper()
		c, words := supplied(t, s)
		if _, err := s.Registry.PauseSystemUser(t.Context(), s.Actor(kit.DeveloperA), models.ID(words[1]), "not paid"); err != nil {
			t.Fatal(err)
		}
		return c, words
	},
	"streamSystemUsers": streamed, "streamedSystemUser": streamed,
}

// asking is a scene in which the supplier has asked the customer.
func asking(t *testing.T, s *kit.Site) (*kit.Client, []string) {
	t.Helper()
	r := s.Request(t, kit.DeveloperA, s.System(t, kit.DeveloperA, "smartcloud"), kit.CustomerP, "r1")
	return supplierOf(t, s), []string{exampleRequest, string(r.ID)}
}

// supplied is a scene in which the customer has approved.
func supplied(t *testing.T, s *kit.Site) (*kit.Client, []string) {
	t.Helper()
	r := s.Request(t, kit.DeveloperA, s.System(t, kit.DeveloperA, "smartcloud"), kit.CustomerP, "r1")
	s.Approve(t, kit.ApproverP, r.ID)
	return supplierOf(t, s), []string{exampleUser, string(r.ID)}
}

func streamed(t *testing.T, s *kit.Site) (*kit.Client, []string) {
	t.Helper()
	_, words := supplied(t, s)
	return s.Bearer(t, s.AccessToken(kit.SupplierB, "altinn:authentication/systemuser.admin", nil)), words
}

// How far things have come for an agent.
const (
	nothing  = iota // the system is registered
	asked           // the facilitator has been asked
	approved        // and has approved
	attached        // and serves CustomerP
	granted         // it has approved one with a package that it has itself
	self            // and that one serves it
)

// agent is a scene for the supplier of an agent system of FacilitatorF's.
func agent(come int) scene {
	return func(t *testing.T, s *kit.Site) (*kit.Client, []string) {
		t.Helper()
		return supplierOf(t, s), agentWords(t, s, come)
	}
}

// agentWords brings an agent so far, and returns the words of the site.
func agentWords(t *testing.T, s *kit.Site, come int) []string {
	t.Helper()
	pack := kit.AccountantPackage
	if come >= granted {
		pack = kit.VATPackage
	}
	why := models.Text{NB: "Vi melder lønn", NN: "Vi melder løn", EN: "We report pay"}
	sys, err := s.Registry.RegisterSystem(t.Context(), s.Actor(kit.DeveloperA), domain.System{
		ID: domain.ID(kit.SupplierA) + "_smartcloud", Name: why, Description: why, Clients: []domain.Client{{Issuer: kit.Issuer1, ID: "agent"}},
		Asks: []domain.Ask{{Item: catalog.PackageOf(pack), Purpose: why}}, RedirectURLs: []string{"https://smartcloud.example/back"},
	})
	if err != nil {
		t.Fatal(err)
	}
	words := []string{
		examplePackage, pack, "313775429", string(kit.FacilitatorF), exampleParty, s.PartyID(t, kit.FacilitatorF),
		"provider=" + exampleUUID, "provider=" + s.PartyUUID(t, kit.FacilitatorF), "facilitator=" + exampleUUID, "facilitator=" + s.PartyUUID(t, kit.FacilitatorF),
		"facilitatorId=" + exampleUUID, "facilitatorId=" + s.PartyUUID(t, kit.FacilitatorF), "partyUuid=" + exampleUUID, "partyUuid=" + s.PartyUUID(t, kit.FacilitatorF),
		"/" + exampleUUID, "/" + s.PartyUUID(t, kit.FacilitatorF), exampleUUID, s.PartyUUID(t, kit.CustomerP),
		"party=991825827", "party=" + string(kit.FacilitatorF),
	}
	if come == nothing {
		return words
	}
	r, _, err := s.Registry.Ask(t.Context(), s.Actor(kit.DeveloperA), request.Request{
		System: sys.ID, Customer: kit.FacilitatorF, ExternalRef: "r1", Items: sys.Asked(), Kind: systemuser.Agent,
	})
	if err != nil {
		t.Fatal(err)
	}
	words = slices.Concat(words, []string{exampleRequest, string(r.ID), exampleUser, string(r.ID)})
	if come >= approved {
		s.Approve(t, kit.DirectorF, r.ID)
	}
	switch come {
	case attached:
		_, err = s.Registry.AttachClient(t.Context(), s.Actor(kit.ClientAdminF), r.ID, kit.CustomerP)
	case self:
		_, err = s.Registry.AttachSelf(t.Context(), s.Actor(kit.DirectorF), r.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	return words
}

// clientScenes are those of clients of agents.
var clientScenes = map[string]scene{
	"agents": delegating(approved), "addClient": delegating(approved), "availableClients": delegating(approved),
	"attachedClients": delegating(attached), "removeClient": delegating(attached),
	"facilitatorClients": portal(kit.ClientAdminF, approved), "attachClient": portal(kit.ClientAdminF, approved),
	"delegatedClients": portal(kit.ClientAdminF, attached), "detachClient": portal(kit.ClientAdminF, attached),
	"deleteAgent": portal(kit.DirectorF, approved), "attachSelf": portal(kit.DirectorF, granted),
	"detachSelf": portal(kit.DirectorF, self), "servesSelf": portal(kit.DirectorF, self),
}

// delegating is a scene for a program of who administers the facilitator's
// clients.
func delegating(come int) scene {
	return func(t *testing.T, s *kit.Site) (*kit.Client, []string) {
		t.Helper()
		words := agentWords(t, s, come)
		return endUserOf(t, s, kit.ClientAdminF, "altinn:clientdelegations.write"), words
	}
}

// portal is a scene for the portal of somebody at the facilitator.
func portal(p kit.Person, come int) scene {
	return func(t *testing.T, s *kit.Site) (*kit.Client, []string) {
		t.Helper()
		words := agentWords(t, s, come)
		return endUserOf(t, s, p, "altinn:portal/enduser"), words
	}
}

func endUserOf(t *testing.T, s *kit.Site, p kit.Person, scope string) *kit.Client {
	t.Helper()
	return s.Bearer(t, s.EndUserToken(kit.Portal, p, scope, nil))
}
