package storetest

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
)

// The national ids are synthetic: month + 80.
const (
	pidBerit = "03874998779"
	pidVidar = "20866198560"
)

func pid(t testing.TB, digits string) party.PersonID {
	t.Helper()
	p, err := party.ParsePersonID(digits)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func byIdentity(issuer, subject string) func(context.Context, registry.Reader) (models.ID, error) {
	return func(ctx context.Context, r registry.Reader) (models.ID, error) {
		return r.PersonByIdentity(ctx, issuer, subject)
	}
}

func byPID(p party.PersonID) func(context.Context, registry.Reader) (models.ID, error) {
	return func(ctx context.Context, r registry.Reader) (models.ID, error) { return r.PersonByPID(ctx, p) }
}

func testParties(t *testing.T, k *kit) {
	settle(t, k)
	orgs := read(t, k, func(ctx context.Context, r registry.Reader) (map[party.OrgNo]party.Organisation, error) {
		return r.Organisations(ctx, []party.OrgNo{rotor, "999999999", bakeri})
	})
	if len(orgs) != 2 || orgs[rotor].Display() != "Org "+string(rotor) || orgs[bakeri].OrgNo != bakeri {
		t.Errorf("organisations: %v", orgs)
	}
	if !orgs[rotor].Since.Equal(Now()) || orgs[rotor].Since.Location() != time.UTC {
		t.Errorf("since: %v, want %v in UTC", orgs[rotor].Since, Now())
	}
	_, err := tryRead(t, k, organisation("999999999"))
	notFound(t, err)

	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		return tx.TieIdentity(ctx, berit, party.Identity{Issuer: maskin, Subject: "s-1"})
	})
	same(t, "person by identity", berit, read(t, k, byIdentity(maskin, "s-1")))
	_, err = tryRead(t, k, byIdentity("https://other.example/", "s-1"))
	notFound(t, err)
	err = k.try(t, func(ctx context.Context, tx registry.Tx) error {
		return tx.TieIdentity(ctx, vidar, party.Identity{Issuer: maskin, Subject: "s-1"})
	})
	failsWith(t, err, models.Conflict, models.CodeConflict)

	k.write(t, func(ctx context.Context, tx registry.Tx) error { return tx.NamePerson(ctx, berit, "Berit B.") })
	persons := read(t, k, func(ctx context.Context, r registry.Reader) (map[models.ID]party.Person, error) {
		return r.Persons(ctx, []models.ID{berit, "nobody"})
	})
	same(t, "persons", map[models.ID]party.Person{berit: {ID: berit, Name: "Berit B."}}, persons)
	err = k.try(t, func(ctx context.Context, tx registry.Tx) error { return tx.NamePerson(ctx, "nobody", "N") })
	notFound(t, err)
}

func testSecrecy(t *testing.T, k *kit) {
	settle(t, k)
	id := models.NewID()
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		if err := tx.AddPerson(ctx, party.Person{ID: id, Name: "Bo"}, pid(t, pidBerit)); err != nil {
			return err
		}
		_, err := tx.PutPerson(ctx, exchange.Person{PID: pid(t, pidVidar), Name: "Vi", OrgNo: verft, URN: director}, "test")
		return err
	})
	same(t, "person by national id", id, read(t, k, byPID(pid(t, pidBerit))))
	_, err := tryRead(t, k, byPID(party.PersonID{}))
	notFound(t, err)
	err = k.try(t, func(ctx context.Context, tx registry.Tx) error {
		return tx.AddPerson(ctx, party.Person{ID: models.NewID()}, pid(t, pidBerit))
	})
	failsWith(t, err, models.Conflict, models.CodeConflict)

	kept := k.Bytes(t)
	if !bytes.Contains(kept, []byte("Berit")) {
		t.Fatal("the test does not see what the database keeps")
	}
	for _, digits := range []string{pidBerit, pidVidar} {
		if bytes.Contains(kept, []byte(digits)) {
			t.Errorf("the database keeps %s in clear", digits)
		}
	}
}

func testHoldings(t *testing.T, k *kit) {
	settle(t, k)
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		_, err := tx.PutPerson(ctx, exchange.Person{UserID: 7, Name: "Siv", OrgNo: bakeri, URN: director}, "register")
		if err != nil {
			return err
		}
		_, err = tx.PutPerson(ctx, exchange.Person{UserID: 7, OrgNo: verft, URN: accounts}, "register")
		return err
	})
	held := read(t, k, func(ctx context.Context, r registry.Reader) ([]party.Holding, error) {
		return r.Holdings(ctx, bakeri, Now())
	})
	if len(held) != 1 {
		t.Fatalf("holdings in the bakery: %v", held)
	}
	siv := held[0].Person
	same(t, "holding", party.Holding{ID: held[0].ID, Person: siv, OrgNo: bakeri, URN: director, Source: "register", From: Now()}, held[0])
	of := func(ctx context.Context, r registry.Reader) ([]party.Holding, error) {
		return r.HoldingsOf(ctx, siv, Now())
	}
	if all := read(t, k, of); len(all) != 2 {
		t.Errorf("holdings of the person: %v", all)
	}
	for at, want := range map[time.Time]int{Now(): 0, Now().Add(time.Millisecond): 1} {
		if err := k.Exec(t.Context(), "UPDATE holding SET until_at = "+ms(at)+" WHERE org_no = '"+string(bakeri)+"'"); err != nil {
			t.Fatal(err)
		}
		held := read(t, k, func(ctx context.Context, r registry.Reader) ([]party.Holding, error) {
			return r.Holdings(ctx, bakeri, Now())
		})
		if len(held) != want {
			t.Errorf("a holding until %v at %v: %d, want %d", at, Now(), len(held), want)
		}
		if want == 1 && !held[0].Until.Equal(at) {
			t.Errorf("until: %v, want %v", held[0].Until, at)
		}
	}
}
