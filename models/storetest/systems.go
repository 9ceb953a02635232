package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/system"
)

func theSystem(id system.ID) func(context.Context, registry.Reader) (system.System, error) {
	return func(ctx context.Context, r registry.Reader) (system.System, error) { return r.System(ctx, id) }
}

func systemsOf(o party.OrgNo) func(context.Context, registry.Reader) ([]system.System, error) {
	return func(ctx context.Context, r registry.Reader) ([]system.System, error) { return r.SystemsOf(ctx, o) }
}

func supplies(o party.OrgNo) func(context.Context, registry.Reader) (bool, error) {
	return func(ctx context.Context, r registry.Reader) (bool, error) { return r.Supplies(ctx, o) }
}

func testSystems(t *testing.T, k *kit) {
	settle(t, k)
	same(t, "supplies before", false, read(t, k, supplies(rotor)))
	s := addSystem(t, k, ledger())
	same(t, "system", s, read(t, k, theSystem(s.ID)))
	if _, err := models.ParseID(string(s.UUID)); err != nil {
		t.Errorf("its internal id is %q", s.UUID)
	}
	_, err := tryRead(t, k, theSystem("310000011_none"))
	notFound(t, err)

	bare := addSystem(t, k, system.System{
		ID: "310000011_bare", Supplier: rotor, Name: text("Bar"), Description: text("Bar"),
		CreatedAt: Now().Add(time.Second), ChangedAt: Now().Add(time.Second), ExactRedirects: true,
		UUID: "5f0c730f-fa59-4cdd-af38-2c010fcb5f7f",
	})
	same(t, "an internal id that is given", models.ID("5f0c730f-fa59-4cdd-af38-2c010fcb5f7f"), bare.UUID)
	same(t, "systems, newest first", []system.System{bare, s}, read(t, k, systemsOf(rotor)))
	same(t, "another supplier's systems", []system.System{}, read(t, k, systemsOf(lodd)))
	found := read(t, k, func(ctx context.Context, r registry.Reader) (map[system.ID]system.System, error) {
		return r.Systems(ctx, []system.ID{s.ID, "310000011_none"})
	})
	same(t, "systems by id", map[system.ID]system.System{s.ID: s}, found)

	if err := k.Exec(t.Context(), "UPDATE system SET deleted = TRUE WHERE id = '310000011_bare'"); err != nil {
		t.Fatal(err)
	}
	same(t, "systems that are not deleted", []system.System{s}, read(t, k, systemsOf(rotor)))
	bare.Deleted = true
	same(t, "a deleted system", bare, read(t, k, theSystem(bare.ID)))
	same(t, "supplies", true, read(t, k, supplies(rotor)))
	same(t, "supplies another", false, read(t, k, supplies(lodd)))
	exec(t, k, "UPDATE system SET deleted = TRUE")
	same(t, "supplies after deleting all", false, read(t, k, supplies(rotor)))
}

func testSystemConflicts(t *testing.T, k *kit) {
	settle(t, k)
	s := addSystem(t, k, ledger())
	other := system.System{
		ID: "310000022_other", Supplier: lodd, Name: text("Annen"), Description: text("Annen"), CreatedAt: Now(), ChangedAt: Now(),
		Clients: []system.Client{{Issuer: "https://other.example/", ID: "client-a"}, {Issuer: maskin, ID: "client-a"}},
	}
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		failsWith(t, tx.AddSystem(ctx, s), models.Conflict, models.CodeSystemExists)
		failsWith(t, tx.AddSystem(ctx, other), models.Conflict, models.CodeClientTaken)
		return nil // a conflict leaves the transaction fit to record it
	})
	_, err := tryRead(t, k, theSystem(other.ID))
	notFound(t, err)

	// The same client id at another issuer is another client.
	other.Clients = other.Clients[:1]
	addSystem(t, k, other)

	errs := race(8, func(int) error {
		s := other
		s.ID, s.Clients = "310000022_raced", []system.Client{{Issuer: maskin, ID: "client-r"}}
		return k.try(t, func(ctx context.Context, tx registry.Tx) error { return tx.AddSystem(ctx, s) })
	})
	oneWins(t, errs, models.CodeSystemExists)
}
