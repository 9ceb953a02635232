package storetest

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/systemuser"
)

func asksOf(o party.OrgNo) func(context.Context, registry.Reader) ([]registry.Ask, error) {
	return func(ctx context.Context, r registry.Reader) ([]registry.Ask, error) { return r.Asks(ctx, o) }
}

func holdersOf(o party.OrgNo) func(context.Context, registry.Reader) ([]registry.Holder, error) {
	return func(ctx context.Context, r registry.Reader) ([]registry.Holder, error) { return r.Holders(ctx, o) }
}

func askIDs(asks []registry.Ask) []models.ID {
	ids := make([]models.ID, len(asks))
	for i, a := range asks {
		ids[i] = a.ID
	}
	return ids
}

// sameLines compares lines of a list.
func sameLines[T any](t testing.TB, what string, want, got []T) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(registry.Ask{}, registry.Holder{})); diff != "" {
		t.Errorf("%s (-want +got)\n%s", what, diff)
	}
}

func testInFewWords(t *testing.T, k *kit) {
	settle(t, k)
	s := addSystem(t, k, ledger())
	r := ask(s, bakeri, "a")
	r.CreatedAt = Now().Add(-time.Hour)
	r = addRequest(t, k, r)
	u := addUser(t, k, userOf(r, berit))
	c := addChange(t, k, change(u))
	theirs := addRequest(t, k, ask(s, verft, "b"))
	supplier := party.Organisation{OrgNo: rotor, Name: "Org " + string(rotor)}
	sameLines(t, "what is asked", []registry.Ask{
		{
			Ref: registry.Ref{ID: c.ID, Change: true}, Kind: u.Kind, Title: u.Title, ExternalRef: u.ExternalRef, Program: s.Name, Supplier: supplier,
			Status: request.Pending, Created: c.CreatedAt, Expires: c.ExpiresAt,
		},
		{
			Ref: registry.Ref{ID: r.ID}, Kind: r.Kind, Title: r.Title, ExternalRef: r.ExternalRef, Program: s.Name, Supplier: supplier,
			Status: request.Pending, Created: r.CreatedAt, Expires: r.ExpiresAt,
		},
	}, read(t, k, asksOf(bakeri)))
	holder := registry.Holder{
		ID: u.ID, Kind: u.Kind, Title: u.Title, ExternalRef: u.ExternalRef, Program: s.Name, Supplier: supplier, Status: systemuser.Active,
		Created: u.CreatedAt, Until: u.ValidTo,
	}
	sameLines(t, "system users", []registry.Holder{holder}, read(t, k, holdersOf(bakeri)))
	for _, pause := range []string{"supplier_paused_at = 1", "supplier_paused_at = NULL, customer_paused_at = 1", "customer_paused_at = NULL, paused = 'struck_off'"} {
		if err := k.Exec(t.Context(), "UPDATE system_user SET "+pause+", last_used_at = 1700000000000"); err != nil {
			t.Fatal(err)
		}
		holder.Paused, holder.Used = true, time.UnixMilli(1_700_000_000_000).UTC()
		sameLines(t, pause, []registry.Holder{holder}, read(t, k, holdersOf(bakeri)))
	}
	for _, wrong := range []party.OrgNo{rotor, ""} {
		sameLines(t, "somebody else's", nil, read(t, k, asksOf(wrong)))
		sameLines(t, "somebody else's", nil, read(t, k, holdersOf(wrong)))
	}
	among := read(t, k, func(ctx context.Context, x registry.Reader) ([]request.Request, error) {
		return x.RequestsTo(ctx, bakeri, []models.ID{r.ID, theirs.ID, models.NewID()})
	})
	same(t, "whole", []request.Request{r}, among)
	changes := read(t, k, func(ctx context.Context, x registry.Reader) ([]request.Change, error) {
		return x.ChangesAmong(ctx, verft, []models.ID{c.ID})
	})
	same(t, "another's change", []request.Change{}, changes)
	users := read(t, k, func(ctx context.Context, x registry.Reader) ([]systemuser.SystemUser, error) {
		return x.SystemUsersAmong(ctx, verft, []models.ID{u.ID})
	})
	same(t, "another's system user", []systemuser.SystemUser{}, users)
}

// sent is a forwarding of Berit's to Vidar about the subject.
func sent(subject string) request.Forwarding {
	return request.Forwarding{
		ID: models.NewID(), Subject: subject, Customer: bakeri, From: berit, To: vidar, Note: "Kan du se på denne?",
		Due: Now().Add(48 * time.Hour), At: Now(),
	}
}

func addForwarding(t testing.TB, k *kit, f request.Forwarding) request.Forwarding {
	t.Helper()
	k.write(t, func(ctx context.Context, tx registry.Tx) error { return tx.AddForwarding(ctx, f) })
	return f
}

func testForwardings(t *testing.T, k *kit) {
	settle(t, k)
	f := addForwarding(t, k, sent("request:1"))
	back := sent("request:1")
	back.From, back.To, back.Due, back.Note, back.At = vidar, berit, time.Time{}, "", Now().Add(time.Second)
	addForwarding(t, k, back)
	other := addForwarding(t, k, sent("change:1"))
	elsewhere := sent("request:1")
	elsewhere.Customer, elsewhere.Subject = verft, "request:2"
	addForwarding(t, k, elsewhere)
	of := func(o party.OrgNo, subject string) []request.Forwarding {
		return read(t, k, func(ctx context.Context, r registry.Reader) ([]request.Forwarding, error) {
			return r.ForwardingsOf(ctx, o, subject)
		})
	}
	with := func(o party.OrgNo, person models.ID) []request.Forwarding {
		return read(t, k, func(ctx context.Context, r registry.Reader) ([]request.Forwarding, error) {
			return r.ForwardingsWith(ctx, o, person)
		})
	}
	byID := func(o party.OrgNo, id models.ID) (request.Forwarding, error) {
		return tryRead(t, k, func(ctx context.Context, r registry.Reader) (request.Forwarding, error) {
			return r.ForwardingOf(ctx, o, id)
		})
	}
	same(t, "of the request", []request.Forwarding{f, back}, of(bakeri, "request:1"))
	same(t, "of another's", []request.Forwarding{}, of(verft, "request:1"))
	newest := []request.Forwarding{f, other}
	slices.SortFunc(newest, func(a, b request.Forwarding) int { return strings.Compare(string(b.ID), string(a.ID)) })
	same(t, "with a person", append([]request.Forwarding{back}, newest...), with(bakeri, berit))
	same(t, "with him elsewhere", []request.Forwarding{elsewhere}, with(verft, berit))
	same(t, "with nobody", []request.Forwarding{}, with(bakeri, models.NewID()))
	got, err := byID(bakeri, f.ID)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "by its id", f, got)
	_, err = byID(verft, f.ID)
	notFound(t, err)

	// Once from one to another about the same, while it stands.
	again := sent("request:1")
	add := func() error {
		return k.try(t, func(ctx context.Context, tx registry.Tx) error { return tx.AddForwarding(ctx, again) })
	}
	failsWith(t, add(), models.Conflict, models.CodeConflict)
	recall := func(f request.Forwarding) error {
		return k.try(t, func(ctx context.Context, tx registry.Tx) error { return tx.RecallForwarding(ctx, f, Now()) })
	}
	wrong := f
	wrong.Customer = verft
	failsWith(t, recall(wrong), models.Conflict, models.CodeConflict)
	oneWins(t, race(4, func(int) error { return recall(f) }), models.CodeConflict)
	same(t, "after it was taken back", []request.Forwarding{back}, of(bakeri, "request:1"))
	got, err = byID(bakeri, f.ID)
	if err != nil || !got.Recalled.Equal(Now()) {
		t.Errorf("%+v, %v", got, err)
	}
	if err := add(); err != nil {
		t.Error("sent anew: ", err)
	}
	all := read(t, k, func(ctx context.Context, r registry.Reader) ([]request.Forwarding, error) {
		return r.ForwardingsAbout(ctx, berit)
	})
	if len(all) != 5 {
		t.Errorf("%d about her, want 5: %+v", len(all), all)
	}
	k.write(t, func(ctx context.Context, tx registry.Tx) error { return tx.ErasePerson(ctx, berit, Now()) })
	for _, f := range read(t, k, func(ctx context.Context, r registry.Reader) ([]request.Forwarding, error) {
		return r.ForwardingsAbout(ctx, vidar)
	}) {
		if f.From == berit && f.Note != "" {
			t.Errorf("the words of who was deleted are kept: %q", f.Note)
		}
	}
}
