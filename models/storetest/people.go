package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

// The organisations of these tests: two suppliers and two customers.
const (
	rotor  party.OrgNo = "310000011"
	lodd   party.OrgNo = "310000022"
	bakeri party.OrgNo = "310000033"
	verft  party.OrgNo = "310000044"
)

// The persons: the bakery's manager and the yard's.
const (
	berit models.ID = "b0000000-0000-4000-8000-000000000001"
	vidar models.ID = "b0000000-0000-4000-8000-000000000002"
)

const (
	maskin    = "https://issuer.example/"
	accounts  = catalog.PackagePrefix + "accounts"
	wages     = catalog.PackagePrefix + "wages"
	director  = "urn:altinn:external-role:ccr:daglig-leder"
	rotorLedg = system.ID("310000011_ledger")
)

func text(s string) models.Text { return models.Text{NB: s, NN: s + " (nn)", EN: s + " (en)"} }

// settle fills the database with the parties and the catalogue.
func settle(t testing.TB, k *kit) {
	t.Helper()
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		for _, o := range []party.OrgNo{rotor, lodd, bakeri, verft} {
			if _, err := tx.PutOrganisation(ctx, party.Organisation{OrgNo: o, Name: "Org " + string(o), Form: "AS"}); err != nil {
				return err
			}
		}
		for _, p := range []party.Person{{ID: berit, Name: "Berit"}, {ID: vidar, Name: "Vidar"}} {
			if err := tx.AddPerson(ctx, p, party.PersonID{}); err != nil {
				return err
			}
		}
		return putCatalogue(ctx, tx)
	})
}

func putCatalogue(ctx context.Context, tx registry.Tx) error {
	if _, err := tx.PutArea(ctx, catalog.Area{ID: "money", Name: text("Penger")}); err != nil {
		return err
	}
	for _, urn := range []string{accounts, wages} {
		_, err := tx.PutPackage(ctx, catalog.Package{URN: urn, Name: text(urn), Area: "money", Assignable: true})
		if err != nil {
			return err
		}
	}
	if _, err := tx.PutRole(ctx, catalog.Role{URN: director, Name: text("Daglig leder")}); err != nil {
		return err
	}
	if _, err := tx.PutRolePackage(ctx, catalog.RolePackage{RoleURN: director, PackageURN: accounts, CanDelegate: true}); err != nil {
		return err
	}
	for _, r := range resources() {
		if _, err := tx.PutResource(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// resources are a return with actions within a package, one without either, and
// one that a role carries.
func resources() []catalog.Resource {
	return []catalog.Resource{
		{ID: "customs", Title: text("Toll"), Description: text("Tolldeklarasjon"), Owner: "toll", Type: "GenericAccessResource", Roles: []string{director}},
		{ID: "tax", Title: text("Skatt"), Owner: "skd"},
		{ID: "vat", Title: text("Mva"), Owner: "skd", Refused: true, Actions: []string{"write", "read"}, Packages: []string{wages, accounts}},
	}
}

// ledger is the supplier's system that asks for a right with an action, a
// right without and a package.
func ledger() system.System {
	return system.System{
		ID: rotorLedg, Supplier: rotor, Name: text("Hovedbok"), Description: text("Fører bøker"), Visible: true,
		Clients: []system.Client{{Issuer: maskin, ID: "client-b"}, {Issuer: maskin, ID: "client-a"}},
		Asks: []system.Ask{
			{Item: catalog.Right("vat", "read"), Purpose: text("Lese mva")},
			{Item: catalog.PackageOf(accounts), Purpose: text("Regnskap")},
			{Item: catalog.Right("tax", ""), Purpose: text("Skatt")},
		},
		RedirectURLs: []string{"https://b.example/done", "https://a.example/done"},
		CreatedAt:    Now(), ChangedAt: Now(),
	}
}

// addSystem stores a system and returns it as it is read back.
func addSystem(t testing.TB, k *kit, s system.System) system.System {
	t.Helper()
	k.write(t, func(ctx context.Context, tx registry.Tx) error { return tx.AddSystem(ctx, s) })
	s.Version = 1
	s.UUID = read(t, k, theSystem(s.ID)).UUID
	return s
}

// ask is a request of the system to the customer.
func ask(s system.System, customer party.OrgNo, ref string) request.Request {
	return request.Request{
		ID: models.NewID(), Kind: systemuser.Standard, System: s.ID, Customer: customer, ExternalRef: ref, Title: "Hovedbok",
		Items: slices.Clone(s.Asked()), RedirectURL: "https://a.example/done?t=1", Status: request.Pending,
		CreatedAt: Now(), ExpiresAt: Now().Add(time.Hour),
	}
}

func addRequest(t testing.TB, k *kit, r request.Request) request.Request {
	t.Helper()
	k.write(t, func(ctx context.Context, tx registry.Tx) error { return tx.AddRequest(ctx, r) })
	r.Version = 1
	return r
}

// userOf is what comes of the request when it is approved.
func userOf(r request.Request, by models.ID) systemuser.SystemUser {
	return systemuser.SystemUser{
		ID: r.ID, Kind: r.Kind, System: r.System, Customer: r.Customer, ExternalRef: r.ExternalRef, Title: r.Title,
		Status: systemuser.Active, Delegated: r.Items, ApprovedBy: by, CreatedAt: Now(),
	}
}

func addUser(t testing.TB, k *kit, u systemuser.SystemUser) systemuser.SystemUser {
	t.Helper()
	k.write(t, func(ctx context.Context, tx registry.Tx) error { return tx.AddSystemUser(ctx, u) })
	u.Version, u.ChangedAt = 1, u.CreatedAt
	u.Seq = read(t, k, userOfCustomer(u.Customer, u.ID)).Seq
	return u
}

// revoke ends a system user and returns it as it is read back.
func revoke(t testing.TB, k *kit, u systemuser.SystemUser) systemuser.SystemUser {
	t.Helper()
	u.Status, u.RevokedAt, u.RevokedBy = systemuser.Revoked, Now(), systemuser.EndedByCustomer
	k.write(t, func(ctx context.Context, tx registry.Tx) error { return tx.RevokeSystemUser(ctx, u) })
	u.Version++
	u.ChangedAt, u.Seq = u.RevokedAt, read(t, k, userOfCustomer(u.Customer, u.ID)).Seq
	return u
}
