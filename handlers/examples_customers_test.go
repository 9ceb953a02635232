package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	kit "github.com/stafett/stafett/handlers/handlertest"
)

// customerScenes are those of end users: of customers, and of facilitators.
var customerScenes = map[string]scene{
	"searchAccessPackages": customer(nothing),
	"pendingRequests":      customer(asked), "requestForParty": customer(asked), "requestForPerson": customer(asked), "approveRequest": customer(asked),
	"rejectRequest": customer(asked), "escalateRequest": customer(asked), "portalApproveRequest": customer(asked),
	"systemUsersOfParty": customer(approved), "systemUserOfParty": customer(approved), "delegationsOfSystemUser": customer(approved),
	"renameSystemUser": customer(approved), "deleteSystemUser": customer(approved), "portalDeleteSystemUser": customer(approved),
	"createSystemUser": func(t *testing.T, s *kit.Site) (*kit.Client, []string) {
		t.Helper()
		s.System(t, kit.DeveloperA, "smartcloud")
		s.Exec("UPDATE system SET visible = 1")
		return customer(nothing)(t, s)
	},
	"pendingAgentRequests": portal(kit.DirectorF, asked), "agentRequestForParty": portal(kit.DirectorF, asked), "agentRequestForPerson": portal(kit.DirectorF, asked), "approveAgentRequest": portal(kit.DirectorF, asked),
	"rejectAgentRequest": portal(kit.DirectorF, asked), "escalateAgentRequest": portal(kit.DirectorF, asked), "agentsOfParty": portal(kit.DirectorF, approved),
}

// customer is a scene for the portal of the customer's director, who has been
// asked, or has approved.
func customer(come int) scene {
	return func(t *testing.T, s *kit.Site) (*kit.Client, []string) {
		t.Helper()
		words := []string{exampleParty, s.PartyID(t, kit.CustomerP)}
		if come > nothing {
			r := s.Request(t, kit.DeveloperA, s.System(t, kit.DeveloperA, "smartcloud"), kit.CustomerP, "")
			words = append(words, exampleUser, string(r.ID))
			if come == approved {
				s.Approve(t, kit.ApproverP, r.ID)
			}
		}
		return endUserOf(t, s, kit.ApproverP, "altinn:portal/enduser"), words
	}
}

// changeScenes are those of change requests.
var changeScenes = map[string]scene{
	"askChange": growing, "sentChange": changing(supplierOf), "sentChangeByRef": changing(supplierOf), "sentChanges": changing(supplierOf),
	"removeChange": changing(supplierOf), "renewChange": changing(supplierOf),
	"change": changing(approver), "partyChange": changing(approver), "approveChange": changing(approver), "rejectChange": changing(approver),
	"approveChangeAtPortal": changing(approver),
}

func approver(t *testing.T, s *kit.Site) *kit.Client {
	t.Helper()
	return endUserOf(t, s, kit.ApproverP, "altinn:portal/enduser")
}

// growing is a scene in which the system asks for more than the customer's
// system user of it holds.
func growing(t *testing.T, s *kit.Site) (*kit.Client, []string) {
	t.Helper()
	sys := s.System(t, kit.DeveloperA, "smartcloud")
	r := s.Request(t, kit.DeveloperA, sys, kit.CustomerP, "")
	s.Approve(t, kit.ApproverP, r.ID)
	c := supplierOf(t, s)
	right := func(resource string) string {
		return `{"action":"read","resource":[{"id":"urn:altinn:resource","value":"` + resource + `"}]}`
	}
	c.Call(http.MethodPut, "/authentication/api/v1/systemregister/vendor/"+string(sys.ID)+"/rights", "["+right(kit.OwnResource)+","+right(kit.Resource)+"]").Want(http.StatusOK)
	return c, []string{
		exampleUser, string(r.ID), exampleParty, s.PartyID(t, kit.CustomerP),
		"kravogbetaling", kit.Resource, "urn:altinn:accesspackage:jordbruk", kit.TaxPackage,
	}
}

// changing is a scene in which the supplier has sent the example of askChange.
func changing(who func(*testing.T, *kit.Site) *kit.Client) scene {
	return func(t *testing.T, s *kit.Site) (*kit.Client, []string) {
		t.Helper()
		c, words := growing(t, s)
		for path, item := range description(t).Paths.Map() {
			if op := item.Post; op != nil && op.OperationID == "askChange" {
				for _, q := range samplesOf(t, http.MethodPost, path, item, op) {
					q.send(c, strings.NewReplacer(append(words, usual...)...)).Want(http.StatusCreated)
				}
			}
		}
		return who(t, s), words
	}
}
