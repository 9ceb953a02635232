package handlertest

import (
	"testing"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
)

// System registers a system of the person's organisation under the name. It
// asks for TaxPackage and for reading OwnResource, runs as the OAuth client
// "client {id}" at Issuer1, and may lead back to https://{name}.example/back.
func (s *Site) System(t testing.TB, owner Person, name string) system.System {
	t.Helper()
	id := system.ID(string(owner.Org()) + "_" + name)
	stored, err := s.Registry.RegisterSystem(t.Context(), s.Actor(owner), system.System{
		ID: id, Name: text("Program " + name), Description: text("Regnskap i skyen"),
		Clients: []system.Client{{Issuer: Issuer1, ID: ClientID(id)}},
		Asks: []system.Ask{
			{Item: catalog.PackageOf(TaxPackage), Purpose: text("Vi leverer skattemeldingen")},
			{Item: catalog.Right(OwnResource, "read"), Purpose: text("Vi leser posten")},
		},
		RedirectURLs: []string{"https://" + name + ".example/back"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return stored
}

// ClientID is the OAuth client of a system that System made.
func ClientID(id system.ID) string { return "client-" + string(id) }

// Request sends a request of the system, by its owner, to the customer for
// everything that the system asks for; ref may be empty.
func (s *Site) Request(t testing.TB, owner Person, of system.System, customer party.OrgNo, ref string) request.Request {
	t.Helper()
	sent, err := s.Registry.SendRequest(t.Context(), s.Actor(owner), request.Request{
		System: of.ID, Customer: customer, ExternalRef: ref, Items: of.Asked(), RedirectURL: of.RedirectURLs[0] + "?tenant=7",
	})
	if err != nil {
		t.Fatal(err)
	}
	return sent
}

// Approve approves the request by the person.
func (s *Site) Approve(t testing.TB, by Person, id models.ID) {
	t.Helper()
	v, err := s.Registry.Review(t.Context(), s.Actor(by), id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Registry.Approve(t.Context(), s.Actor(by), id, v.Seen); err != nil {
		t.Fatal(err)
	}
}

// Revoke revokes the system user by the person.
func (s *Site) Revoke(t testing.TB, by Person, id models.ID) {
	t.Helper()
	if err := s.Registry.Revoke(t.Context(), s.Actor(by), id); err != nil {
		t.Fatal(err)
	}
}
