package storetest

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
)

// ms is a time as the database keeps it.
func ms(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

type put func(context.Context, registry.Tx) (registry.Change, error)

func putArea(a catalog.Area) put {
	return func(ctx context.Context, tx registry.Tx) (registry.Change, error) { return tx.PutArea(ctx, a) }
}

func putPackage(p catalog.Package) put {
	return func(ctx context.Context, tx registry.Tx) (registry.Change, error) { return tx.PutPackage(ctx, p) }
}

func putRole(r catalog.Role) put {
	return func(ctx context.Context, tx registry.Tx) (registry.Change, error) { return tx.PutRole(ctx, r) }
}

func putMatrix(m catalog.RolePackage) put {
	return func(ctx context.Context, tx registry.Tx) (registry.Change, error) { return tx.PutRolePackage(ctx, m) }
}

func putResource(r catalog.Resource) put {
	return func(ctx context.Context, tx registry.Tx) (registry.Change, error) { return tx.PutResource(ctx, r) }
}

func putOrg(o party.Organisation) put {
	return func(ctx context.Context, tx registry.Tx) (registry.Change, error) { return tx.PutOrganisation(ctx, o) }
}

func putPerson(p exchange.Person) put {
	return func(ctx context.Context, tx registry.Tx) (registry.Change, error) {
		return tx.PutPerson(ctx, p, "test")
	}
}

func putRelation(r party.Relation) put {
	return func(ctx context.Context, tx registry.Tx) (registry.Change, error) { return tx.PutRelation(ctx, r) }
}

// testImports puts each row twice and then a changed one.
func testImports(t *testing.T, k *kit) {
	settle(t, k)
	const urn = "urn:altinn:role:new"
	uuid := "1b2f7f3a-0000-4000-8000-000000000000"
	for _, c := range []struct {
		name         string
		row, changed put
	}{
		{"area", putArea(catalog.Area{ID: "sea", Name: text("Sjø")}), putArea(catalog.Area{ID: "sea", Name: text("Hav")})},
		{
			"package", putPackage(catalog.Package{URN: catalog.PackagePrefix + "sea", Name: text("Sjø"), Area: "sea", Delegable: true}),
			putPackage(catalog.Package{URN: catalog.PackagePrefix + "sea", Name: text("Sjø"), Area: "sea"}),
		},
		{"role", putRole(catalog.Role{URN: urn, Name: text("Ny")}), putRole(catalog.Role{URN: urn, Name: text("Nyere")})},
		{
			"role and package", putMatrix(catalog.RolePackage{RoleURN: urn, PackageURN: accounts, Variant: "ENK", HasAccess: true}),
			putMatrix(catalog.RolePackage{RoleURN: urn, PackageURN: accounts, Variant: "ENK"}),
		},
		{
			"resource", putResource(catalog.Resource{ID: "new", Title: text("Ny"), Actions: []string{"read"}}),
			putResource(catalog.Resource{ID: "new", Title: text("Ny"), Actions: []string{"read", "write"}}),
		},
		{
			"organisation", putOrg(party.Organisation{OrgNo: "310000055", Name: "En", PartyID: 5, UUID: uuid}),
			putOrg(party.Organisation{OrgNo: "310000055", Name: "To", PartyID: 5, UUID: uuid}),
		},
		{
			"person", putPerson(exchange.Person{PID: pid(t, pidBerit), UserID: 9, PartyUUID: uuid, Name: "B", OrgNo: bakeri, URN: director}),
			putPerson(exchange.Person{PID: pid(t, pidBerit), Name: "Berit", OrgNo: bakeri, URN: director}),
		},
		{
			"person with a second role", putPerson(exchange.Person{UserID: 10, Name: "C", OrgNo: bakeri, URN: director}),
			putPerson(exchange.Person{UserID: 10, OrgNo: bakeri, URN: accounts}),
		},
		{"relation", putRelation(party.Relation{Facilitator: rotor, Client: bakeri, RoleURN: director}), nil},
	} {
		for _, step := range []struct {
			put  put
			want registry.Did
		}{{c.row, registry.Added}, {c.row, registry.Same}, {c.changed, registry.Updated}, {c.changed, registry.Same}} {
			if step.put == nil {
				continue
			}
			k.write(t, func(ctx context.Context, tx registry.Tx) error {
				got, err := step.put(ctx, tx)
				if got.Did != step.want {
					t.Errorf("%s: change %d, want %d", c.name, got.Did, step.want)
				}
				return err
			})
		}
	}
	testImportedParties(t, k, uuid)
}

// testImportedParties looks at what testImports left.
func testImportedParties(t *testing.T, k *kit, uuid string) {
	t.Helper()
	same(t, "organisation", party.Organisation{OrgNo: "310000055", Name: "To", PartyID: 5, UUID: uuid, Since: Now()},
		read(t, k, organisation("310000055")))
	a, b := read(t, k, organisation(rotor)), read(t, k, organisation(lodd))
	if a.PartyID == 0 || a.UUID == "" || a.PartyID == b.PartyID || a.UUID == b.UUID {
		t.Errorf("organisations without party id and uuid got none of their own: %v, %v", a, b)
	}
	held := read(t, k, func(ctx context.Context, r registry.Reader) ([]party.Holding, error) {
		return r.Holdings(ctx, bakeri, Now())
	})
	if len(held) != 3 {
		t.Errorf("holdings: %v, want three", held)
	}
	id := read(t, k, byPID(pid(t, pidBerit)))
	persons := read(t, k, func(ctx context.Context, r registry.Reader) (map[models.ID]party.Person, error) {
		return r.Persons(ctx, []models.ID{id})
	})
	same(t, "person", "Berit", persons[id].Name)
}

// testImportsEmail: an address comes with a row, stays when another has none,
// and is forgotten when that is said.
func testImportsEmail(t *testing.T, k *kit) {
	settle(t, k)
	email := func() string {
		return read(t, k, func(ctx context.Context, r registry.Reader) (party.Organisation, error) {
			return r.Organisation(ctx, bakeri)
		}).Email
	}
	forget := func() bool {
		var had bool
		k.write(t, func(ctx context.Context, tx registry.Tx) (err error) {
			had, err = tx.ForgetEmail(ctx, bakeri)
			return err
		})
		return had
	}
	for _, o := range []party.Organisation{{OrgNo: bakeri, Email: "post@nes.example"}, {OrgNo: bakeri, Name: "Nytt navn AS"}} {
		k.write(t, func(ctx context.Context, tx registry.Tx) error { _, err := tx.PutOrganisation(ctx, o); return err })
		same(t, "address", "post@nes.example", email())
	}
	same(t, "it had one", true, forget())
	same(t, "address", "", email())
	same(t, "it had one still", false, forget())
}

// testImportsRefuse puts rows that do not hold; each names its member, and the
// transaction goes on.
func testImportsRefuse(t *testing.T, k *kit) {
	settle(t, k)
	const nowhere party.OrgNo = "310000066"
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		_, err := tx.PutPerson(ctx, exchange.Person{PID: pid(t, pidBerit), UserID: 1, OrgNo: bakeri, URN: director}, "test")
		if err != nil {
			return err
		}
		_, err = tx.PutOrganisation(ctx, party.Organisation{OrgNo: verft, PartyID: 77, UUID: "u-77"})
		return err
	})
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		for _, c := range []struct {
			put          put
			field, fault string
		}{
			{putPackage(catalog.Package{URN: "urn:x", Area: "nowhere"}), "area", "area.unknown"},
			{putMatrix(catalog.RolePackage{RoleURN: "urn:x", PackageURN: accounts}), "roleUrn", "role.unknown"},
			{putMatrix(catalog.RolePackage{RoleURN: director, PackageURN: "urn:x"}), "packageUrn", "package.unknown"},
			{putResource(catalog.Resource{ID: "r", Packages: []string{"urn:x"}}), "packages", "package.unknown"},
			{putResource(catalog.Resource{ID: "r", Roles: []string{"urn:x"}}), "roles", "role.unknown"},
			{putResource(catalog.Resource{}), "identifier", "required"},
			{putOrg(party.Organisation{OrgNo: bakeri, PartyID: 77}), "partyId", "duplicate"},
			{putOrg(party.Organisation{OrgNo: nowhere, UUID: "u-77"}), "partyUuid", "duplicate"},
			{putPerson(exchange.Person{OrgNo: bakeri, URN: director}), "pid", "required"},
			{putPerson(exchange.Person{UserID: 2, OrgNo: nowhere, URN: director}), "orgNo", "organisation.unknown"},
			{putPerson(exchange.Person{UserID: 2, OrgNo: bakeri, URN: "urn:x"}), "role", "role.unknown"},
			{putPerson(exchange.Person{PID: pid(t, pidVidar), UserID: 1, OrgNo: bakeri, URN: director}), "userId", "duplicate"},
			{putRelation(party.Relation{Facilitator: nowhere, Client: bakeri, RoleURN: director}), "facilitatorOrgNo", "organisation.unknown"},
			{putRelation(party.Relation{Facilitator: bakeri, Client: nowhere, RoleURN: director}), "clientOrgNo", "organisation.unknown"},
			{putRelation(party.Relation{Facilitator: bakeri, Client: verft, RoleURN: "urn:x"}), "roleUrn", "role.unknown"},
			{putRelation(party.Relation{Facilitator: bakeri, Client: bakeri, RoleURN: director}), "clientOrgNo", "relation.self"},
		} {
			_, err := c.put(ctx, tx)
			e, ok := errors.AsType[*models.Error](err)
			if !ok || e.Kind != models.Invalid {
				t.Errorf("%s %s: got error %v", c.field, c.fault, err)
				continue
			}
			same(t, "fault", []models.FieldError{{Field: c.field, Fault: c.fault}}, e.Fields)
		}
		return nil
	})
	_, err := tryRead(t, k, organisation(nowhere))
	notFound(t, err)
	_, err = tryRead(t, k, byPID(pid(t, pidVidar)))
	notFound(t, err)
	if _, ok := theCatalog(t, k).Resource("r"); ok {
		t.Error("a refused resource is there")
	}
}

func testResourceLists(t *testing.T, k *kit) {
	settle(t, k)
	bare := resources()[2]
	bare.Actions, bare.Packages, bare.Title = nil, nil, text("Merverdiavgift")
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		_, err := tx.PutResource(ctx, bare)
		return err
	})
	want := resources()[2]
	want.Title = bare.Title
	got, _ := theCatalog(t, k).Resource("vat")
	same(t, "resource", want, got)

	bare.Packages = []string{}
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		_, err := tx.PutResource(ctx, bare)
		return err
	})
	want.Packages = nil
	got, _ = theCatalog(t, k).Resource("vat")
	same(t, "resource without packages", want, got)
}

func theCatalog(t testing.TB, k *kit) *catalog.Catalog {
	t.Helper()
	return read(t, k, func(ctx context.Context, r registry.Reader) (*catalog.Catalog, error) { return r.Catalog(ctx) })
}

func testCatalog(t *testing.T, k *kit) {
	settle(t, k)
	c := theCatalog(t, k)
	for _, want := range resources() {
		got, _ := c.Resource(want.ID)
		same(t, "resource", want, got)
	}
	pack, _ := c.Package(accounts)
	same(t, "package", catalog.Package{URN: accounts, Name: text(accounts), Area: "money", Assignable: true}, pack)
	same(t, "matrix", []catalog.RolePackage{{RoleURN: director, PackageURN: accounts, CanDelegate: true}}, c.Matrix(accounts))
	if again := theCatalog(t, k); again != c {
		t.Error("a catalogue that has not changed was built again")
	}
	// What a transaction changes it sees itself, and nobody else until it is
	// committed; undone, it was never there.
	undone := errors.New("undone")
	err := k.try(t, func(ctx context.Context, tx registry.Tx) error {
		if _, err := tx.PutRole(ctx, catalog.Role{URN: "urn:r", Name: text("A")}); err != nil {
			return err
		}
		inside, err := tx.Catalog(ctx)
		if err != nil {
			return err
		}
		if _, ok := inside.Role("urn:r"); !ok {
			t.Error("a transaction does not see the role that it added")
		}
		return undone
	})
	if !errors.Is(err, undone) {
		t.Fatal(err)
	}
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		_, err := tx.PutRole(ctx, catalog.Role{URN: "urn:s", Name: text("B")})
		return err
	})
	c = theCatalog(t, k)
	if _, ok := c.Role("urn:r"); ok {
		t.Error("a role that was undone is in the catalogue")
	}
	if _, ok := c.Role("urn:s"); !ok {
		t.Error("a role that was added is not in the catalogue")
	}
}
