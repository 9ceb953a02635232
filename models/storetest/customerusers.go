package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/systemuser"
)

func testKeepUser(t *testing.T, k *kit) {
	settle(t, k)
	u := addUser(t, k, userOf(ask(addSystem(t, k, ledger()), bakeri, "ref"), berit))
	keep := func(u systemuser.SystemUser) error {
		return k.try(t, func(ctx context.Context, tx registry.Tx) error { return tx.KeepSystemUser(ctx, u) })
	}
	kept := u
	kept.CustomerPaused, kept.PauseReason, kept.ChangedAt = Now().Add(time.Second), "Vi bytter regnskapsfører.", Now().Add(time.Second)
	kept.ValidTo, kept.Reviewed = Now().Add(time.Hour), Now().Add(time.Minute)
	for name, change := range map[string]func(*systemuser.SystemUser){
		"of another version":  func(u *systemuser.SystemUser) { u.Version++ },
		"of another customer": func(u *systemuser.SystemUser) { u.Customer = verft },
		"that is not there":   func(u *systemuser.SystemUser) { u.ID = models.NewID() },
	} {
		wrong := kept
		change(&wrong)
		t.Log(name)
		failsWith(t, keep(wrong), models.Conflict, models.CodeUserRevoked)
	}
	same(t, "system user", u, read(t, k, userOfCustomer(bakeri, u.ID)))

	// What others decide about it is not overwritten.
	other := kept
	other.Title, other.SupplierPaused, other.Paused, other.Delegated = "Et annet navn", Now(), systemuser.StruckOff, nil
	oneWins(t, race(4, func(int) error { return keep(other) }), models.CodeUserRevoked)
	kept.Version, kept.Seq = 2, u.Seq+1
	same(t, "kept", kept, read(t, k, userOfCustomer(bakeri, u.ID)))

	kept.CustomerPaused, kept.PauseReason, kept.ValidTo, kept.Reviewed = time.Time{}, "", time.Time{}, time.Time{}
	if err := keep(kept); err != nil {
		t.Fatal(err)
	}
	kept.Version, kept.Seq = 3, kept.Seq+1
	same(t, "as it was", kept, read(t, k, userOfCustomer(bakeri, u.ID)))
	failsWith(t, keep(revoke(t, k, kept)), models.Conflict, models.CodeUserRevoked)
}
