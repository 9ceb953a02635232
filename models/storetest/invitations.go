package storetest

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/invitation"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
)

// invited is an invitation of Vidar's to the bakery with nothing wrong.
func invited() invitation.Invitation {
	return invitation.Invitation{
		ID: models.NewID(), OrgNo: bakeri, URN: accounts, RoleUntil: Now().Add(1000 * time.Hour), Email: "berit@bakeri.example",
		InvitedBy: vidar, Status: invitation.Open, CreatedAt: Now(), ExpiresAt: Now().Add(invitation.Life), Version: 1,
	}
}

func addInvitation(t testing.TB, k *kit, i invitation.Invitation, secret string) invitation.Invitation {
	t.Helper()
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		return tx.AddInvitation(ctx, i, invitation.Hash(secret))
	})
	return i
}

func invitationOf(o party.OrgNo, id models.ID) func(context.Context, registry.Reader) (invitation.Invitation, error) {
	return func(ctx context.Context, r registry.Reader) (invitation.Invitation, error) {
		return r.InvitationOf(ctx, o, id)
	}
}

func endInvitation(t testing.TB, k *kit, i invitation.Invitation) error {
	t.Helper()
	return k.try(t, func(ctx context.Context, tx registry.Tx) error { return tx.EndInvitation(ctx, i) })
}

func testInvitations(t *testing.T, k *kit) {
	settle(t, k)
	secret := invitation.NewSecret()
	i := addInvitation(t, k, invited(), secret)
	same(t, "by its id", i, read(t, k, invitationOf(bakeri, i.ID)))
	_, err := tryRead(t, k, invitationOf(verft, i.ID))
	notFound(t, err)
	bySecret := func(hash []byte) (invitation.Invitation, error) {
		return tryRead(t, k, func(ctx context.Context, r registry.Reader) (invitation.Invitation, error) {
			return r.InvitationBySecret(ctx, hash)
		})
	}
	found, err := bySecret(invitation.Hash(secret))
	if err != nil {
		t.Fatal(err)
	}
	same(t, "by its secret", i, found)
	for name, hash := range map[string][]byte{
		"another secret": invitation.Hash(secret + "x"), "no secret": invitation.Hash(""), "the secret itself": []byte(secret), "nothing": nil,
		"a pattern": []byte("%"),
	} {
		if _, err := bySecret(hash); models.CodeOf(err) != models.CodeNotFound {
			t.Errorf("%s finds it: %v", name, err)
		}
	}
	kept := k.Bytes(t)
	if !bytes.Contains(kept, []byte(i.Email)) {
		t.Fatal("the test does not see what the database keeps")
	}
	if bytes.Contains(kept, []byte(secret)) {
		t.Error("the database keeps the secret")
	}

	err = k.try(t, func(ctx context.Context, tx registry.Tx) error {
		return tx.AddInvitation(ctx, invited(), invitation.Hash(secret))
	})
	failsWith(t, err, models.Conflict, models.CodeConflict)
	bare := invited()
	bare.InvitedBy, bare.RoleUntil, bare.Email, bare.Version = "", time.Time{}, "", 0
	addInvitation(t, k, bare, "another")
	bare.Version = 1
	same(t, "of nobody, without end", bare, read(t, k, invitationOf(bakeri, bare.ID)))
}

// An invitation ends once, before its time runs out and by who knew it as it was.
func testInvitationEnds(t *testing.T, k *kit) {
	settle(t, k)
	i := addInvitation(t, k, invited(), "one")
	accepted := i
	accepted.Status, accepted.EndedAt, accepted.EndedBy = invitation.Accepted, i.ExpiresAt.Add(-time.Millisecond), berit
	for name, change := range map[string]func(*invitation.Invitation){
		"when its time has run out": func(i *invitation.Invitation) { i.EndedAt = i.ExpiresAt }, "of another version": func(i *invitation.Invitation) { i.Version++ },
		"of another organisation": func(i *invitation.Invitation) { i.OrgNo = verft }, "that is not there": func(i *invitation.Invitation) { i.ID = models.NewID() },
	} {
		other := accepted
		change(&other)
		if err := endInvitation(t, k, other); models.CodeOf(err) != models.CodeInvitationEnded {
			t.Errorf("one %s ends: %v", name, err)
		}
	}
	revoked := accepted
	revoked.Status, revoked.EndedBy = invitation.Revoked, vidar
	ends := []invitation.Invitation{accepted, revoked, accepted, revoked}
	errs := race(len(ends), func(n int) error {
		return k.Write(t.Context(), func(tx registry.Tx) error { return tx.EndInvitation(t.Context(), ends[n]) })
	})
	won := -1
	for n, err := range errs {
		if err == nil {
			if won >= 0 {
				t.Error("it ended twice")
			}
			won = n
			continue
		}
		failsWith(t, err, models.Gone, models.CodeInvitationEnded)
	}
	if won < 0 {
		t.Fatal("nobody won")
	}
	want := ends[won]
	want.Version = 2
	failsWith(t, endInvitation(t, k, want), models.Gone, models.CodeInvitationEnded) // as it is now known
	same(t, "ended", want, read(t, k, invitationOf(bakeri, i.ID)))
}

// The list has the open ones first, then the newest.
func testInvitationList(t *testing.T, k *kit) {
	settle(t, k)
	var want [4]models.ID
	for n, c := range []struct {
		place int
		made  time.Duration
		life  time.Duration
		end   bool
	}{
		{2, time.Minute, time.Hour, true}, {3, 0, 0, false}, {1, 0, time.Millisecond, false}, {0, time.Second, time.Hour, false},
	} {
		i := invited()
		i.CreatedAt, i.ExpiresAt = Now().Add(c.made), Now().Add(c.life)
		want[c.place] = i.ID
		addInvitation(t, k, i, strings.Repeat("x", n+1))
		if c.end {
			i.Status, i.EndedAt, i.EndedBy = invitation.Revoked, Now(), vidar
			if err := endInvitation(t, k, i); err != nil {
				t.Fatal(err)
			}
		}
	}
	other := invited()
	other.OrgNo = verft
	addInvitation(t, k, other, "elsewhere")
	list := func(limit int) []models.ID {
		var ids []models.ID
		for _, i := range read(t, k, func(ctx context.Context, r registry.Reader) ([]invitation.Invitation, error) {
			return r.InvitationsOf(ctx, bakeri, Now(), limit)
		}) {
			ids = append(ids, i.ID)
		}
		return ids
	}
	same(t, "invitations", want[:], list(9))
	same(t, "the first of them", want[:2], list(2))
	open := read(t, k, func(ctx context.Context, r registry.Reader) (int, error) {
		return r.OpenInvitations(ctx, bakeri, Now())
	})
	if open != 2 {
		t.Errorf("%d are open, want 2", open)
	}
	before := k.Statements()
	list(9)
	if got := k.Statements() - before; got != 1 {
		t.Errorf("the list takes %d statements, want 1", got)
	}
}
