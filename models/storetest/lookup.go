package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
	"github.com/stafett/stafett/rar"
)

func (k *kit) binding(t testing.TB, q rar.Query) rar.Binding {
	t.Helper()
	b, err := k.Binding(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func testBinding(t *testing.T, k *kit) {
	settle(t, k)
	s := addSystem(t, k, ledger())
	u := addUser(t, k, userOf(ask(s, bakeri, "ref"), berit))
	addUser(t, k, userOf(ask(s, bakeri, "second"), berit))
	q := rar.Query{Issuer: maskin, ClientID: "client-a", Supplier: rotor, Customer: bakeri, ExternalRef: "ref"}
	noUser := rar.Binding{ClientKnown: true, SystemID: string(s.ID), Supplier: rotor}
	whole := noUser
	whole.UserFound, whole.UserID, whole.UserKind, whole.Title = true, u.ID, "standard", u.Title
	whole.Customer, whole.ExternalRef, whole.CreatedAt = bakeri, "ref", Now()
	same(t, "the whole chain", whole, k.binding(t, q))

	for name, c := range map[string]struct {
		change func(*rar.Query)
		want   rar.Binding
	}{
		"another issuer":    {func(q *rar.Query) { q.Issuer = "https://other.example/" }, rar.Binding{}},
		"another client":    {func(q *rar.Query) { q.ClientID = "client-c" }, rar.Binding{}},
		"another customer":  {func(q *rar.Query) { q.Customer = verft }, noUser},
		"another reference": {func(q *rar.Query) { q.ExternalRef = "Ref" }, noUser},
		"no reference":      {func(q *rar.Query) { q.ExternalRef = "" }, noUser},
		"the second client": {func(q *rar.Query) { q.ClientID = "client-b" }, whole},
	} {
		broken := q
		c.change(&broken)
		same(t, name, c.want, k.binding(t, broken))
	}

	if err := k.First(t.Context(), use(u.ID), 0); err != nil {
		t.Fatal(err)
	}
	whole.Used = true
	same(t, "after the first use", whole, k.binding(t, q))
	exec(t, k, "UPDATE system SET deleted = TRUE")
	whole.SystemDeleted = true
	same(t, "a deleted system", whole, k.binding(t, q))
	exec(t, k, "UPDATE system SET deleted = FALSE")
	exec(t, k, "UPDATE system_user SET paused = 'struck_off'")
	whole.SystemDeleted, whole.Paused = false, true
	same(t, "a paused system user", whole, k.binding(t, q))
	exec(t, k, "UPDATE system_user SET paused = '', supplier_paused_at = 1")
	same(t, "one that its supplier has paused", whole, k.binding(t, q))
	exec(t, k, "UPDATE system_user SET supplier_paused_at = NULL, customer_paused_at = 1")
	same(t, "one that its customer has paused", whole, k.binding(t, q))
	exec(t, k, "UPDATE system_user SET customer_paused_at = NULL, valid_to_at = "+ms(Now().Add(time.Hour)))
	whole.Paused, whole.ValidTo = false, Now().Add(time.Hour)
	same(t, "one that ends by itself", whole, k.binding(t, q))
	revoke(t, k, u)
	same(t, "a revoked system user", noUser, k.binding(t, q))
}

func exec(t testing.TB, k *kit, sql string) {
	t.Helper()
	if err := k.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

func testWhy(t *testing.T, k *kit) {
	settle(t, k)
	s := addSystem(t, k, ledger())
	q := rar.Query{Issuer: maskin, ClientID: "client-a", Customer: bakeri, ExternalRef: "ref"}
	why := func(want rar.Reason) {
		t.Helper()
		got, err := k.Why(t.Context(), q, string(s.ID))
		if got != want || err != nil {
			t.Errorf("got %s, %v, want %s", got, err, want)
		}
	}
	why(rar.ReasonNoUser)
	addUser(t, k, userOf(ask(s, bakeri, "other"), berit))
	addUser(t, k, userOf(ask(s, verft, "ref"), vidar))
	why(rar.ReasonOtherRef)
	old := ask(s, bakeri, "ref")
	old.ExpiresAt = Now()
	old = addRequest(t, k, old)
	why(rar.ReasonOtherRef) // one whose time ran out waits for nobody
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		_, _, err := tx.LapseTriple(ctx, old, Now())
		return err
	})
	r := addRequest(t, k, ask(s, bakeri, "ref"))
	why(rar.ReasonPending)
	rejected, err := r.Apply(request.Reject, berit, "nei", Now())
	if err != nil {
		t.Fatal(err)
	}
	k.write(t, func(ctx context.Context, tx registry.Tx) error { return tx.DecideRequest(ctx, rejected) })
	why(rar.ReasonRejected)
	revoke(t, k, addUser(t, k, userOf(ask(s, bakeri, "ref"), berit)))
	why(rar.ReasonRevoked)
	addRequest(t, k, ask(s, bakeri, "ref"))
	why(rar.ReasonPending)
}

func testHolds(t *testing.T, k *kit) {
	settle(t, k)
	s := ledger()
	s.Asks = append(s.Asks, system.Ask{Item: catalog.Right("vat", ""), Purpose: text("Alt")}, system.Ask{Item: catalog.PackageOf(wages), Purpose: text("Lønn")},
		system.Ask{Item: catalog.Right("customs", "write")}, system.Ask{Item: catalog.RightTo([]string{"tax", "customs"}, "")})
	s = addSystem(t, k, s)
	give := func(ref string, items ...catalog.Item) models.ID {
		u := userOf(ask(s, bakeri, ref), berit)
		u.Delegated = items
		return addUser(t, k, u).ID
	}
	one, every, pack := give("one", catalog.Right("vat", "read")), give("every", catalog.Right("vat", "")), give("pack", catalog.PackageOf(accounts))
	tax, none, unasked := give("tax", catalog.Right("tax", "")), give("none"), give("unasked", catalog.Right("customs", "read"))
	part, wide, both := give("part", catalog.Right("tax", "read")), give("wide", catalog.Right("customs", "")), give("both", catalog.RightTo([]string{"tax", "customs"}, ""))
	for _, c := range []struct {
		user             models.ID
		resource, action string
		want             bool
	}{
		{one, "vat", "read", true},
		{one, "vat", "write", false},
		{one, "vat", "", false},
		{one, "tax", "read", false},
		{every, "vat", "read", true},
		{every, "vat", "write", true},
		{every, "vat", "burn", false},
		{every, "customs", "read", false},
		{pack, "vat", "read", true},
		{pack, "vat", "write", true},
		{pack, "vat", "burn", false},
		{pack, "tax", "read", false},
		{tax, "tax", "anything", true},
		{none, "vat", "read", false},
		// approved once, but not what the system asks for
		{unasked, "customs", "read", false},
		// one action of what the system asks for whole, and the whole of what it asks one action of
		{part, "tax", "read", true},
		{part, "tax", "write", false},
		{wide, "customs", "read", false},
		{wide, "customs", "write", false},
		// a right to two resources together is to neither alone
		{both, "tax", "read", false},
		{both, "customs", "write", false},
	} {
		got, err := k.Holds(t.Context(), rar.Question{SystemUser: c.user, Resource: c.resource, Action: c.action})
		if err != nil {
			t.Fatal(err)
		}
		want := rar.Held{
			Known: true, Live: true, Kind: "standard", Customer: bakeri, SystemID: string(s.ID), Holds: c.want, ResourceKnown: true,
		}
		same(t, c.resource+" "+c.action, want, got)
	}
	testHoldsNow(t, k, pack)
}

// testHoldsNow takes the ground away under a right that a package gives.
func testHoldsNow(t *testing.T, k *kit, user models.ID) {
	t.Helper()
	q := rar.Question{SystemUser: user, Resource: "vat", Action: "read"}
	held := func() rar.Held {
		t.Helper()
		h, err := k.Holds(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	for _, c := range []struct {
		name, do, undo string
		want           rar.Held
	}{
		{
			"the system shrank", "UPDATE system_ask SET position = 99, ref = '-' WHERE ref = '" + accounts + "'",
			"UPDATE system_ask SET ref = '" + accounts + "' WHERE ref = '-'",
			rar.Held{Live: true, ResourceKnown: true},
		},
		{
			"it is paused", "UPDATE system_user SET paused = 'struck_off'", "UPDATE system_user SET paused = ''",
			rar.Held{Live: true, Paused: true, ResourceKnown: true},
		},
		{
			"its supplier has paused it", "UPDATE system_user SET supplier_paused_at = 1", "UPDATE system_user SET supplier_paused_at = NULL",
			rar.Held{Live: true, Paused: true, ResourceKnown: true},
		},
		{
			"its customer has paused it", "UPDATE system_user SET customer_paused_at = 1", "UPDATE system_user SET customer_paused_at = NULL",
			rar.Held{Live: true, Paused: true, ResourceKnown: true},
		},
		{ // whose clock says whether it is over
			"it ends by itself", "UPDATE system_user SET valid_to_at = " + ms(Now()), "UPDATE system_user SET valid_to_at = NULL",
			rar.Held{Live: true, ValidTo: Now(), ResourceKnown: true, Holds: true},
		},
		{"the system is deleted", "UPDATE system SET deleted = TRUE", "UPDATE system SET deleted = FALSE", rar.Held{ResourceKnown: true}},
	} {
		exec(t, k, c.do)
		got := held()
		c.want.Known, c.want.Kind, c.want.Customer, c.want.SystemID = true, "standard", bakeri, string(rotorLedg)
		same(t, c.name, c.want, got)
		exec(t, k, c.undo)
	}
	if !held().Holds {
		t.Error("the right does not come back")
	}
	vat := resources()[2]
	vat.Packages = []string{wages}
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		_, err := tx.PutResource(ctx, vat)
		return err
	})
	if held().Holds {
		t.Error("the package gives a resource that it carries no more")
	}
	u := read(t, k, userOfCustomer(bakeri, user))
	u.Status, u.RevokedAt = systemuser.Revoked, Now()
	k.write(t, func(ctx context.Context, tx registry.Tx) error { return tx.RevokeSystemUser(ctx, u) })
	if h := held(); h.Live || h.Holds || !h.Known {
		t.Errorf("a revoked system user: %+v", h)
	}
	for _, q := range []rar.Question{{SystemUser: models.NewID(), Resource: "vat", Action: "read"}, {}} {
		if h, err := k.Holds(t.Context(), q); h != (rar.Held{}) || err != nil {
			t.Errorf("an unknown system user: %+v, %v", h, err)
		}
	}
	q.Resource = "none"
	if held().ResourceKnown {
		t.Error("an unknown resource is known")
	}
}

// use is a yes to enrichment for the system user.
func use(user models.ID) rar.Decision {
	return rar.Decision{
		ID: models.NewID(), At: Now(), Kind: rar.Enrich, Caller: maskin, ClientID: "client-a", SystemUser: user, FirstUse: true,
	}
}

func testLedger(t *testing.T, k *kit) {
	settle(t, k)
	u := addUser(t, k, userOf(ask(addSystem(t, k, ledger()), bakeri, "ref"), berit))
	uses := func() registry.Use {
		return read(t, k, func(ctx context.Context, r registry.Reader) (map[models.ID]registry.Use, error) {
			return r.Uses(ctx, []models.ID{u.ID})
		})[u.ID]
	}
	ctx := t.Context()
	first, second := use(u.ID), use(u.ID)
	second.At = Now().Add(time.Second)
	for _, d := range []rar.Decision{first, second} {
		if err := k.First(ctx, d, 1000); err != nil {
			t.Fatal(err)
		}
	}
	same(t, "use", registry.Use{First: Now(), Last: second.At, Count: 2}, uses())

	no := rar.Decision{ID: models.NewID(), At: Now(), Kind: rar.Enrich, Caller: maskin, ClientID: "client-a", Reason: rar.ReasonRevoked}
	if err := k.First(ctx, no, 60); err != nil {
		t.Fatal(err)
	}
	asked := rar.Decision{ID: models.NewID(), At: Now(), Kind: rar.Evaluate, Caller: "api", SystemUser: u.ID}
	later := first
	later.At = Now().Add(time.Minute)
	for range 2 {
		err := k.Repeat(ctx, []rar.Count{
			{Decision: no, Bucket: 60, N: 7},
			{Decision: asked, Bucket: 1000, N: 3},
			{Decision: later, Bucket: 1000, N: 10},
			{Decision: no, Bucket: 120, N: 1},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	same(t, "use after repeats", registry.Use{First: Now(), Last: later.At, Count: 22}, uses())
	for where, n := range map[string]string{
		"reason = 'revoked' AND bucket = 60 AND id = '" + string(no.ID) + "'":                                     "15",
		"reason = 'revoked' AND bucket = 120":                                                                     "2",
		"kind = 'evaluate' AND caller = 'api'":                                                                    "6",
		"kind = 'enrich' AND reason = '' AND last_at = " + ms(later.At):                                           "22",
		"kind = 'enrich' AND reason = '' AND id = '" + string(first.ID) + "'":                                     "22",
		"kind = 'enrich' AND reason = '' AND system_user_id = '" + string(u.ID) + "' AND first_at = " + ms(Now()): "22",
	} {
		if err := k.Exec(ctx, "UPDATE decision SET n = 0 WHERE n = "+n+" AND "+where); err == nil {
			t.Errorf("no line of the journal with n = %s and %s", n, where)
		}
	}
	if err := k.Repeat(ctx, nil); err != nil {
		t.Errorf("no counts: %v", err)
	}
}
