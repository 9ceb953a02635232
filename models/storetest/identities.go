package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
)

const portal = "https://portal.example/"

func identity(issuer, subject, email string, at time.Time) party.Identity {
	return party.Identity{Issuer: issuer, Subject: subject, Email: email, Linked: at, Seen: at}
}

func identitiesOf(person models.ID) func(context.Context, registry.Reader) ([]party.Identity, error) {
	return func(ctx context.Context, r registry.Reader) ([]party.Identity, error) {
		return r.Identities(ctx, person)
	}
}

func issuersBy(email string) func(context.Context, registry.Reader) ([]string, error) {
	return func(ctx context.Context, r registry.Reader) ([]string, error) { return r.IssuersByEmail(ctx, email) }
}

func recordOf(person models.ID) func(context.Context, registry.Reader) (registry.PersonRecord, error) {
	return func(ctx context.Context, r registry.Reader) (registry.PersonRecord, error) {
		return r.PersonRecord(ctx, person)
	}
}

func testIdentities(t *testing.T, k *kit) {
	settle(t, k)
	later := Now().Add(time.Hour)
	one, two := identity(maskin, "s-1", "berit@nes.example", later), identity(portal, "s-1", "", Now())
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		for _, id := range []party.Identity{one, two} {
			if err := tx.TieIdentity(ctx, berit, id); err != nil {
				return err
			}
		}
		return tx.TieIdentity(ctx, vidar, identity(portal, "s-2", "berit@nes.example", Now()))
	})
	if got := read(t, k, identitiesOf(berit)); !slices.Equal(got, []party.Identity{two, one}) {
		t.Errorf("identities, the oldest first: %+v", got)
	}
	if got := read(t, k, identitiesOf("nobody")); len(got) != 0 {
		t.Errorf("nobody's identities: %+v", got)
	}
	same(t, "issuers by address", []string{maskin, portal}, read(t, k, issuersBy("berit@nes.example")))
	same(t, "by an address in other letters", []string{}, read(t, k, issuersBy("Berit@nes.example")))
	same(t, "by no address", []string{}, read(t, k, issuersBy("")))
	failsWith(t, k.try(t, func(ctx context.Context, tx registry.Tx) error { return tx.TieIdentity(ctx, vidar, one) }),
		models.Conflict, models.CodeConflict)

	two.Email, two.Seen = "post@nes.example", later
	k.write(t, func(ctx context.Context, tx registry.Tx) error { return tx.SawIdentity(ctx, two) })
	if got := read(t, k, identitiesOf(berit)); len(got) != 2 || got[0].Email+got[1].Email != "post@nes.exampleberit@nes.example" ||
		!got[0].Seen.Equal(later) || !got[0].Linked.Equal(Now()) {
		t.Errorf("seen again: %+v", got)
	}
	k.write(t, func(ctx context.Context, tx registry.Tx) error { return tx.UntieIdentity(ctx, maskin, "s-1") })
	_, err := tryRead(t, k, byIdentity(maskin, "s-1"))
	notFound(t, err)
	notFound(t, k.try(t, func(ctx context.Context, tx registry.Tx) error { return tx.UntieIdentity(ctx, maskin, "s-1") }))
	same(t, "the same subject elsewhere stays", berit, read(t, k, byIdentity(portal, "s-1")))
}

func testMovedIdentity(t *testing.T, k *kit) {
	settle(t, k)
	from, to := identity(maskin, "old", "", Now()), identity(portal, "new", "", Now())
	live, ended := login(berit, "live"), login(berit, "ended")
	live.Issuer, live.Subject, ended.Issuer, ended.Subject, ended.Ended = maskin, "old", maskin, "old", Now()
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		if err := tx.TieIdentity(ctx, berit, from); err != nil {
			return err
		}
		for _, l := range []party.Login{live, ended} {
			if err := tx.AddLogin(ctx, l); err != nil {
				return err
			}
		}
		return tx.MoveIdentity(ctx, from, to)
	})
	same(t, "person by the new name", berit, read(t, k, byIdentity(portal, "new")))
	_, err := tryRead(t, k, byIdentity(maskin, "old"))
	notFound(t, err)
	live.Issuer, live.Subject = portal, "new"
	same(t, "the login that lasts", live, read(t, k, loginBy(live.ID)))
	same(t, "the login that has ended", ended, read(t, k, loginBy(ended.ID)))

	other := identity(maskin, "other", "", Now())
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		if err := tx.TieIdentity(ctx, berit, other); err != nil {
			return err
		}
		return tx.MoveIdentity(ctx, to, other)
	})
	if got := read(t, k, identitiesOf(berit)); !slices.Equal(got, []party.Identity{other}) {
		t.Errorf("moved to where he has one: %+v", got)
	}
	live.Issuer, live.Subject = maskin, "other"
	same(t, "the login goes with it", live, read(t, k, loginBy(live.ID)))
}

func testPersonRecord(t *testing.T, k *kit) {
	settle(t, k)
	same(t, "record", registry.PersonRecord{Person: party.Person{ID: berit, Name: "Berit"}, Created: Now()}, read(t, k, recordOf(berit)))
	_, err := tryRead(t, k, recordOf("nobody"))
	notFound(t, err)
	give := func(to models.ID, digits string) error {
		return k.try(t, func(ctx context.Context, tx registry.Tx) error { return tx.GivePID(ctx, to, pid(t, digits)) })
	}
	if err := give(berit, pidBerit); err != nil {
		t.Fatal(err)
	}
	failsWith(t, give(berit, pidVidar), models.Conflict, models.CodeConflict)
	failsWith(t, give("nobody", pidVidar), models.Conflict, models.CodeConflict)
	same(t, "person by national id", berit, read(t, k, byPID(pid(t, pidBerit))))
	k.write(t, func(ctx context.Context, tx registry.Tx) error { return tx.RememberOrganisation(ctx, berit, bakeri) })
	got := read(t, k, recordOf(berit))
	if !got.HasPID || got.LastOrganisation != bakeri {
		t.Errorf("record: %+v", got)
	}
}

func testRenewals(t *testing.T, k *kit) {
	settle(t, k)
	h := party.Holding{ID: models.NewID(), Person: berit, OrgNo: bakeri, URN: director, Source: "claim:x", From: Now(), Until: Now().Add(time.Hour)}
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		if err := tx.AddHolding(ctx, h); err != nil {
			return err
		}
		if err := tx.RenewHoldings(ctx, nil, Now()); err != nil {
			return err
		}
		return tx.RenewHoldings(ctx, []models.ID{h.ID, "none"}, Now().Add(2*time.Hour))
	})
	h.Until = Now().Add(2 * time.Hour)
	of := func(ctx context.Context, r registry.Reader) ([]party.Holding, error) {
		return r.AllHoldings(ctx, berit)
	}
	same(t, "renewed", []party.Holding{h}, read(t, k, of))
	h.Ended = Now().Add(time.Minute)
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		if err := tx.EndHolding(ctx, h.ID, h.Ended); err != nil {
			return err
		}
		return tx.RenewHoldings(ctx, []models.ID{h.ID}, Now().Add(3*time.Hour))
	})
	same(t, "what has ended is not renewed", []party.Holding{h}, read(t, k, of))
}
