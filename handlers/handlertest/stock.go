package handlertest

import (
	"testing"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
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

// Invite invites to the person's organisation, by him, and returns the secret
// of the link.
func (s *Site) Invite(t testing.TB, by Person, urn string) (id models.ID, secret string) {
	t.Helper()
	i, secret, err := s.Registry.Invite(t.Context(), s.Actor(by), registry.Invite{URN: urn})
	if err != nil {
		t.Fatal(err)
	}
	return i.ID, secret
}

// Join makes somebody of that name, who is none of the cast, hold what urn names
// in the organisation of by, who invites him.
func (s *Site) Join(t testing.TB, by Person, name, urn string) party.Holding {
	t.Helper()
	newcomer := s.Actor(Person{})
	newcomer.ID = string(must(s.Registry.SignIn(t.Context(), party.Arrival{
		Identity: identity(Person{Name: name}), Provider: "test", Level: 4, AuthTime: s.Clock.Now(),
	})).Person)
	_, secret := s.Invite(t, by, urn)
	h, err := s.Registry.AcceptInvitation(t.Context(), newcomer, secret)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// Way ties one more identity to the person, at the provider that knows
// addresses.
func (s *Site) Way(t testing.TB, p Person, email string) party.Identity {
	t.Helper()
	id := party.Identity{Issuer: mailIssuer, Subject: "sub " + email, Email: email}
	if err := s.Registry.Link(t.Context(), s.Actor(p), party.Arrival{Identity: id, Provider: "mail", AuthTime: s.Clock.Now()}); err != nil {
		t.Fatal(err)
	}
	return id
}
