package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/systemuser"
)

func userFrom(supplier party.OrgNo, id models.ID) func(context.Context, registry.Reader) (systemuser.SystemUser, error) {
	return func(ctx context.Context, r registry.Reader) (systemuser.SystemUser, error) {
		return r.SystemUserFrom(ctx, supplier, id)
	}
}

// refs are the external references of what f chooses.
func refs(t testing.TB, k *kit, f registry.UserFilter, now time.Time) []string {
	t.Helper()
	found := read(t, k, func(ctx context.Context, r registry.Reader) ([]systemuser.SystemUser, error) {
		return r.SystemUsersWhere(ctx, f, now, 0, 100)
	})
	n := read(t, k, func(ctx context.Context, r registry.Reader) (int, error) { return r.CountSystemUsers(ctx, f, now) })
	var out []string
	for _, u := range found {
		out = append(out, u.ExternalRef)
	}
	same(t, "count", len(out), n)
	return out
}

func hold(k *kit, t testing.TB, u systemuser.SystemUser) error {
	t.Helper()
	return k.try(t, func(ctx context.Context, tx registry.Tx) error { return tx.HoldSystemUser(ctx, u) })
}

func testSupplierUsers(t *testing.T, k *kit) {
	settle(t, k)
	s := addSystem(t, k, ledger())
	other := ledger()
	other.ID, other.Clients = rotorLedg+"2", nil
	other = addSystem(t, k, other)
	active := addUser(t, k, userOf(ask(s, bakeri, "active"), berit))
	paused := userOf(ask(s, bakeri, "paused"), berit)
	paused.SupplierPaused = Now()
	paused = addUser(t, k, paused)
	struck := userOf(ask(s, verft, "struck"), vidar)
	struck.Paused = systemuser.StruckOff
	struck = addUser(t, k, struck)
	over := userOf(ask(s, bakeri, "over"), berit)
	over.ValidTo, over.Title = Now().Add(time.Hour), `100%_\ book`
	over = addUser(t, k, over)
	gone := revoke(t, k, addUser(t, k, userOf(ask(s, verft, "gone"), vidar)))
	addUser(t, k, userOf(ask(other, bakeri, "elsewhere"), berit))

	then := over.ValidTo
	for name, c := range map[string]struct {
		f    registry.UserFilter
		at   time.Time
		want []string
	}{
		"live":               {registry.UserFilter{}, Now(), []string{"active", "paused", "struck", "over"}},
		"live, a day later":  {registry.UserFilter{}, then, []string{"active", "paused", "struck"}},
		"active":             {registry.UserFilter{State: registry.UsersActive}, Now(), []string{"active", "over"}},
		"active, later":      {registry.UserFilter{State: registry.UsersActive}, then, []string{"active"}},
		"paused":             {registry.UserFilter{State: registry.UsersPaused}, Now(), []string{"paused", "struck"}},
		"ended":              {registry.UserFilter{State: registry.UsersEnded}, Now(), []string{"gone"}},
		"ended, later":       {registry.UserFilter{State: registry.UsersEnded}, then, []string{"over", "gone"}},
		"of no known state":  {registry.UserFilter{State: "x"}, Now(), nil},
		"of a customer":      {registry.UserFilter{Customer: verft}, Now(), []string{"struck"}},
		"by reference":       {registry.UserFilter{Text: "CTIV"}, Now(), []string{"active"}},
		"by title":           {registry.UserFilter{Text: "hovedbok"}, Now(), []string{"active", "paused", "struck"}},
		"by a wild card":     {registry.UserFilter{Text: "%"}, Now(), []string{"over"}},
		"by an underscore":   {registry.UserFilter{Text: "_"}, Now(), []string{"over"}},
		"by a backslash":     {registry.UserFilter{Text: `\`}, Now(), []string{"over"}},
		"by number":          {registry.UserFilter{Text: string(verft)}, Now(), []string{"struck"}},
		"by what is nowhere": {registry.UserFilter{Text: "zzz"}, Now(), nil},
	} {
		c.f.System = s.ID
		same(t, name, c.want, refs(t, k, c.f, c.at))
	}
	verftName := read(t, k, func(ctx context.Context, r registry.Reader) (party.Organisation, error) {
		return r.Organisation(ctx, verft)
	}).Name
	same(t, "by the customer's name", []string{"struck"}, refs(t, k, registry.UserFilter{System: s.ID, Text: verftName[1:]}, Now()))

	for _, u := range []systemuser.SystemUser{active, paused, struck, over, gone} {
		same(t, u.ExternalRef, u, read(t, k, userFrom(rotor, u.ID)))
		_, err := tryRead(t, k, userFrom(bakeri, u.ID))
		notFound(t, err)
		at, err := tryRead(t, k, func(ctx context.Context, r registry.Reader) (systemuser.SystemUser, error) {
			return r.SystemUserAt(ctx, u.System, u.Customer, u.ExternalRef)
		})
		if u.Status == systemuser.Revoked {
			notFound(t, err)
			continue
		}
		same(t, u.ExternalRef+" by its triple", u, at)
	}
}

func testHoldUser(t *testing.T, k *kit) {
	settle(t, k)
	u := addUser(t, k, userOf(ask(addSystem(t, k, ledger()), bakeri, "ref"), berit))
	held := u
	held.SupplierPaused, held.ChangedAt = Now().Add(time.Second), Now().Add(time.Second)
	for name, change := range map[string]func(*systemuser.SystemUser){
		"of another version":  func(u *systemuser.SystemUser) { u.Version++ },
		"of another customer": func(u *systemuser.SystemUser) { u.Customer = verft },
		"that is not there":   func(u *systemuser.SystemUser) { u.ID = models.NewID() },
	} {
		wrong := held
		change(&wrong)
		t.Log(name)
		failsWith(t, hold(k, t, wrong), models.Conflict, models.CodeUserRevoked)
	}
	same(t, "system user", u, read(t, k, userOfCustomer(bakeri, u.ID)))
	oneWins(t, race(4, func(int) error { return hold(k, t, held) }), models.CodeUserRevoked)
	held.Version, held.Seq = 2, u.Seq+1
	same(t, "paused", held, read(t, k, userOfCustomer(bakeri, u.ID)))
	held.SupplierPaused = time.Time{}
	if err := hold(k, t, held); err != nil {
		t.Fatal(err)
	}
	held.Version, held.Seq = 3, held.Seq+1
	same(t, "resumed", held, read(t, k, userOfCustomer(bakeri, u.ID)))
	failsWith(t, hold(k, t, revoke(t, k, held)), models.Conflict, models.CodeUserRevoked)
}

func testCloseRequests(t *testing.T, k *kit) {
	settle(t, k)
	s := addSystem(t, k, ledger())
	r := addRequest(t, k, ask(s, bakeri, "ref"))
	u := addUser(t, k, userOf(r, berit))
	kept := addRequest(t, k, ask(s, verft, "ref"))
	exec(t, k, `INSERT INTO change_request (id, correlation_id, supplier, system_user_id, system_id, customer, redirect_url, status, reason, created_at, expires_at,
		decided_at, purpose_nb, purpose_nn, purpose_en, contact_email, version) VALUES
		('c1', 'c1', '`+string(rotor)+`', '`+string(u.ID)+`', '`+string(s.ID)+`', '`+string(bakeri)+`', '', 'pending', '', 1, 2, NULL, '', '', '', '', 1),
		('c2', 'c2', '`+string(rotor)+`', '`+string(u.ID)+`', '`+string(s.ID)+`', '`+string(bakeri)+`', '', 'rejected', '', 1, 2, 1, '', '', '', '', 2)`)
	shut := func() (ids []models.ID) {
		k.write(t, func(ctx context.Context, tx registry.Tx) (err error) {
			ids, err = tx.CloseRequestsOf(ctx, u.ID, Now())
			return err
		})
		return ids
	}
	same(t, "withdrawn", []models.ID{"c1"}, shut())
	same(t, "withdrawn again", []models.ID{}, shut())
	r.Removed = Now()
	same(t, "its request", r, read(t, k, requestFor(bakeri, r.ID)))
	same(t, "another", kept, read(t, k, requestFor(verft, kept.ID)))
}

// testStream: whoever goes on from the last number that he has seen misses no
// change, however many write at the same time.
func testStream(t *testing.T, k *kit) {
	settle(t, k)
	s := addSystem(t, k, ledger())
	const writers, each = 6, 5
	var done atomic.Bool
	seen := map[models.ID]systemuser.SystemUser{}
	polled := make(chan error)
	go func() {
		after, last := int64(0), false
		for {
			last = done.Load() // what is committed before it is read is seen in this round
			var page []registry.Streamed
			err := k.Read(t.Context(), func(r registry.Reader) (err error) {
				page, err = r.StreamedAfter(t.Context(), after, 3)
				return err
			})
			for _, u := range page {
				if u.Seq <= after {
					err = fmt.Errorf("number %d comes after %d", u.Seq, after)
				}
				seen[u.ID], after = u.SystemUser, u.Seq
			}
			if err != nil || last && len(page) == 0 {
				polled <- err
				return
			}
		}
	}()
	errs := race(writers, func(i int) error {
		for n := range each {
			u := userOf(ask(s, bakeri, fmt.Sprint(i, " ", n)), berit)
			err := k.try(t, func(ctx context.Context, tx registry.Tx) error { return tx.AddSystemUser(ctx, u) })
			if err != nil {
				return err
			}
			u.Version, u.SupplierPaused, u.ChangedAt = 1, Now(), Now()
			if n%2 == 0 {
				if err := hold(k, t, u); err != nil {
					return err
				}
				u.Version++
			}
			if n%3 == 0 {
				u.RevokedAt, u.RevokedBy = Now(), systemuser.EndedBySupplier
				if err := k.try(t, func(ctx context.Context, tx registry.Tx) error { return tx.RevokeSystemUser(ctx, u) }); err != nil {
					return err
				}
			}
		}
		return nil
	})
	done.Store(true)
	if err := errors.Join(<-polled, errors.Join(errs...)); err != nil {
		t.Fatal(err)
	}
	all := read(t, k, usersOf(bakeri, 1000))
	same(t, "how many were seen", len(all), len(seen))
	var greatest int64
	for _, u := range all {
		u.Delegated = nil
		same(t, "as it was last seen", u, seen[u.ID])
		greatest = max(greatest, u.Seq)
	}
	same(t, "the last number", greatest, read(t, k, func(ctx context.Context, r registry.Reader) (int64, error) { return r.LastSeq(ctx) }))
	customer := read(t, k, func(ctx context.Context, r registry.Reader) (party.Organisation, error) {
		return r.Organisation(ctx, bakeri)
	})
	one := read(t, k, func(ctx context.Context, r registry.Reader) (registry.Streamed, error) {
		return r.StreamedBy(ctx, all[0].ID)
	})
	all[0].Delegated = nil
	same(t, "one", registry.Streamed{SystemUser: all[0], Party: customer.PartyID}, one)
	_, err := tryRead(t, k, func(ctx context.Context, r registry.Reader) (registry.Streamed, error) {
		return r.StreamedBy(ctx, models.NewID())
	})
	notFound(t, err)
}

// testPages: whatever is there from the first page to the last is seen, however
// many others change, come and go meanwhile, at every size of a page.
func testPages(t *testing.T, k *kit) {
	settle(t, k)
	s := addSystem(t, k, ledger())
	var users []systemuser.SystemUser
	for n := range 12 {
		users = append(users, addUser(t, k, userOf(ask(s, bakeri, fmt.Sprint("u", n)), berit)))
	}
	for _, size := range []int{1, 2, 3, 5, 50} {
		seen := map[models.ID]bool{}
		after := int64(0)
		for n := 0; ; n++ {
			page := read(t, k, func(ctx context.Context, r registry.Reader) ([]systemuser.SystemUser, error) {
				return r.SystemUsersWhere(ctx, registry.UserFilter{System: s.ID}, Now(), after, size)
			})
			for _, u := range page {
				seen[u.ID], after = true, u.Seq
			}
			if len(page) < size {
				break
			}
			if n >= 4 { // the others are done, and the list comes to its end
				continue
			}
			i := len(users) - 1 - n
			u := read(t, k, userOfCustomer(bakeri, users[i].ID))
			u.ChangedAt = Now()
			if n == 1 { // one goes
				revoke(t, k, u)
				users = slices.Delete(users, i, i+1)
				continue
			}
			if err := hold(k, t, u); err != nil { // one moves
				t.Fatal(err)
			}
			addUser(t, k, userOf(ask(s, bakeri, fmt.Sprint("new", size, n)), berit))
		}
		for _, u := range users {
			if !seen[u.ID] {
				t.Errorf("pages of %d lose %s", size, u.ExternalRef)
			}
		}
	}
}
