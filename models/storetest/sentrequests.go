package storetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

func standing(r request.Request) func(context.Context, registry.Reader) (models.ID, error) {
	return func(ctx context.Context, x registry.Reader) (models.ID, error) {
		stands, ok, err := x.StandingRequest(ctx, r)
		if ok == (stands.ID == "") {
			return "", fmt.Errorf("ok is %t, and %q stands", ok, stands.ID)
		}
		return stands.ID, err
	}
}

func byRef(supplier party.OrgNo, r request.Request) func(context.Context, registry.Reader) (request.Request, error) {
	return func(ctx context.Context, x registry.Reader) (request.Request, error) {
		return x.RequestByRef(ctx, supplier, r)
	}
}

// decideAs stores what became of a request.
func decideAs(t testing.TB, k *kit, r request.Request, e request.Event) request.Request {
	t.Helper()
	decided, err := r.Apply(e, berit, "nei", Now())
	if err != nil {
		t.Fatal(err)
	}
	k.write(t, func(ctx context.Context, tx registry.Tx) error { return tx.DecideRequest(ctx, decided) })
	decided.Version++
	return decided
}

func removeRequest(t testing.TB, k *kit, r request.Request) error {
	t.Helper()
	r.Removed = Now()
	return k.try(t, func(ctx context.Context, tx registry.Tx) error { return tx.RemoveRequest(ctx, r) })
}

func testSentRequests(t *testing.T, k *kit) {
	settle(t, k)
	s := addSystem(t, k, ledger())
	triple := ask(s, bakeri, "ref")
	same(t, "standing at first", models.ID(""), read(t, k, standing(triple)))
	_, err := tryRead(t, k, byRef(rotor, triple))
	notFound(t, err)

	first := addRequest(t, k, triple)
	same(t, "standing", first.ID, read(t, k, standing(triple)))
	same(t, "by reference", first, read(t, k, byRef(rotor, triple)))
	agent := triple
	agent.Kind = systemuser.Agent
	same(t, "standing for an agent", first.ID, read(t, k, standing(agent)))
	for name, wrong := range map[string]request.Request{"customer": ask(s, verft, "ref"), "reference": ask(s, bakeri, "x"), "kind": agent} {
		if _, err := tryRead(t, k, byRef(rotor, wrong)); models.CodeOf(err) != models.CodeNotFound || err == nil {
			t.Errorf("another %s: %v", name, err)
		}
	}
	_, err = tryRead(t, k, byRef(verft, triple))
	notFound(t, err)

	failsWith(t, removeRequest(t, k, first), models.Conflict, models.CodeRequestDecided) // it waits
	rejected := decideAs(t, k, first, request.Reject)
	same(t, "standing when it is rejected", first.ID, read(t, k, standing(triple)))
	failsWith(t, removeRequest(t, k, first), models.Conflict, models.CodeRequestDecided) // of the version before
	if err := removeRequest(t, k, rejected); err != nil {
		t.Fatal(err)
	}
	failsWith(t, removeRequest(t, k, rejected), models.Conflict, models.CodeRequestDecided)
	same(t, "standing when it is removed", models.ID(""), read(t, k, standing(triple)))
	_, err = tryRead(t, k, byRef(rotor, triple))
	notFound(t, err)
	rejected.Removed, rejected.Version = Now(), 3
	same(t, "removed request", rejected, read(t, k, requestFrom(rotor, first.ID)))

	second := ask(s, bakeri, "ref")
	second.CreatedAt = Now().Add(-time.Minute)
	second = decideAs(t, k, addRequest(t, k, second), request.Approve)
	same(t, "standing when it is accepted", models.ID(""), read(t, k, standing(triple)))
	same(t, "by reference when it is accepted", second, read(t, k, byRef(rotor, triple)))
	third := ask(s, bakeri, "ref")
	third = decideAs(t, k, addRequest(t, k, third), request.Withdraw)
	same(t, "by reference past a withdrawn one", second, read(t, k, byRef(rotor, triple)))
	failsWith(t, k.try(t, func(ctx context.Context, tx registry.Tx) error { return tx.RenewRequest(ctx, third) }), models.Conflict, models.CodeRequestDecided)
}

func testRenewRequest(t *testing.T, k *kit) {
	settle(t, k)
	s := addSystem(t, k, ledger())
	renew := func(r request.Request) error {
		return k.try(t, func(ctx context.Context, tx registry.Tx) error { return tx.RenewRequest(ctx, r) })
	}
	r := addRequest(t, k, ask(s, bakeri, "ref"))
	renewed, err := r.Renewed(Now(), 48*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	wrong := renewed
	wrong.Version++
	failsWith(t, renew(wrong), models.Conflict, models.CodeRequestDecided)
	if err := renew(renewed); err != nil {
		t.Fatal(err)
	}
	renewed.Version++
	same(t, "renewed while it waits", renewed, read(t, k, requestFor(bakeri, r.ID)))

	due := ask(s, bakeri, "due")
	due.ExpiresAt = Now()
	due = addRequest(t, k, due)
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		var ok bool
		if due, ok, err = tx.LapseTriple(ctx, due, Now()); !ok || err != nil {
			t.Fatalf("lapse: %t %v", ok, err)
		}
		return nil
	})
	again, err := due.Renewed(Now(), time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	other := addRequest(t, k, ask(s, bakeri, "due"))
	// A conflict leaves the transaction fit for more.
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		failsWith(t, tx.RenewRequest(ctx, again), models.Conflict, models.CodeRequestExists)
		return tx.AddRequest(ctx, ask(s, bakeri, "more"))
	})
	same(t, "not renewed", due, read(t, k, requestFor(bakeri, due.ID)))
	decideAs(t, k, other, request.Withdraw)
	if err := renew(again); err != nil {
		t.Fatal(err)
	}
	again.Version++
	same(t, "renewed after its time", again, read(t, k, requestFor(bakeri, due.ID)))

	rejected := decideAs(t, k, again, request.Reject)
	rejected.Status = request.Pending
	failsWith(t, renew(rejected), models.Conflict, models.CodeRequestDecided)
}

// pageAll reads all pages of the size and returns the references, and how many
// there are by the count. between runs after each page.
func pageAll(t testing.TB, k *kit, q registry.RequestQuery, between func(page int)) (refs []string, total int) {
	t.Helper()
	count := func(ctx context.Context, r registry.Reader) (int, error) { return r.CountRequests(ctx, q) }
	total = read(t, k, count)
	for n := 0; ; n++ {
		got := read(t, k, func(ctx context.Context, r registry.Reader) ([]request.Request, error) { return r.RequestPage(ctx, q) })
		if len(got) > q.Limit {
			t.Fatalf("%d on a page of %d", len(got), q.Limit)
		}
		for _, r := range got {
			refs = append(refs, r.ExternalRef)
		}
		if len(got) < q.Limit {
			return refs, total
		}
		q.After = registry.RequestPlace{At: got[len(got)-1].CreatedAt, ID: got[len(got)-1].ID}
		if between != nil {
			between(n)
		}
	}
}

// Pages neither lose nor repeat, also where many were made at the same time, and
// while rows come and go.
func testRequestPages(t *testing.T, k *kit) {
	settle(t, k)
	s := addSystem(t, k, ledger())
	other := ledger()
	other.ID, other.Clients = "310000011_other", nil
	other = addSystem(t, k, other)
	var made []request.Request
	for i := range 12 {
		r := ask(s, bakeri, fmt.Sprintf("r%02d", i))
		r.CreatedAt = Now().Add(time.Duration(i/5) * time.Second) // five at a time
		made = append(made, addRequest(t, k, r))
	}
	agent := ask(s, bakeri, "agent")
	agent.Kind = systemuser.Agent
	addRequest(t, k, agent)
	addRequest(t, k, ask(other, bakeri, "other"))
	inOrder := slices.SortedFunc(slices.Values(made), func(a, b request.Request) int {
		if c := a.CreatedAt.Compare(b.CreatedAt); c != 0 {
			return c
		}
		return strings.Compare(string(a.ID), string(b.ID))
	})
	var want []string
	for _, r := range inOrder {
		want = append(want, r.ExternalRef)
	}
	q := registry.RequestQuery{Supplier: rotor, System: s.ID, Kind: systemuser.Standard, Now: Now()}
	for size := 1; size <= len(made)+1; size++ {
		q.Limit = size
		got, total := pageAll(t, k, q, nil)
		same(t, fmt.Sprintf("pages of %d", size), want, got)
		same(t, "total", len(want), total)
	}

	q.Limit = 3
	gone := map[string]bool{}
	got, _ := pageAll(t, k, q, func(n int) {
		r := inOrder[n] // of a page that has been read
		if n == 1 {
			r = inOrder[8] // of one that has not
		}
		gone[decideAs(t, k, r, request.Withdraw).ExternalRef] = true
		late := ask(s, bakeri, fmt.Sprintf("late %d", n))
		late.CreatedAt = Now().Add(-time.Hour) // before all: a new one may be missed, an old one not
		addRequest(t, k, late)
	})
	seen := map[string]int{}
	for _, ref := range got {
		seen[ref]++
	}
	for _, ref := range want {
		if seen[ref] > 1 || seen[ref] == 0 && !gone[ref] {
			t.Errorf("%s is listed %d times, in %v", ref, seen[ref], got)
		}
	}
}

func testRequestFilters(t *testing.T, k *kit) {
	settle(t, k)
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		_, err := tx.PutOrganisation(ctx, party.Organisation{OrgNo: verft, Name: "SKÅTØY TAUVÆRK AS", Form: "AS"})
		return err
	})
	s := addSystem(t, k, ledger())
	add := func(ref, title string, customer party.OrgNo, after time.Duration, until time.Duration) request.Request {
		r := ask(s, customer, ref)
		r.Title, r.CreatedAt, r.ExpiresAt = title, Now().Add(after), Now().Add(until)
		return addRequest(t, k, r)
	}
	add("new", "Lønn for alle", bakeri, 1, time.Hour)
	decideAs(t, k, add("accepted", "100% lønn", bakeri, 2*time.Millisecond, time.Hour), request.Approve)
	decideAs(t, k, add("rejected", "Hovedbok", verft, 3*time.Millisecond, time.Hour), request.Reject)
	add("timed_out", "Hovedbok", verft, 4*time.Millisecond, 0)
	decideAs(t, k, add("withdrawn", "Hovedbok", verft, 5*time.Millisecond, time.Hour), request.Withdraw)
	lapsed := add("lapsed", "Hovedbok", bakeri, 6*time.Millisecond, 0)
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		_, _, err := tx.LapseTriple(ctx, lapsed, Now())
		return err
	})
	removed := decideAs(t, k, add("removed", "Hovedbok", bakeri, 7*time.Millisecond, time.Hour), request.Reject)
	if err := removeRequest(t, k, removed); err != nil {
		t.Fatal(err)
	}
	all := registry.RequestQuery{Supplier: rotor, System: s.ID, Kind: systemuser.Standard, Now: Now(), Limit: 2}
	for name, tc := range map[string]struct {
		change func(*registry.RequestQuery)
		want   []string
	}{
		"everything":            {func(*registry.RequestQuery) {}, []string{"new", "accepted", "rejected", "timed_out", "lapsed"}},
		"what waits":            {func(q *registry.RequestQuery) { q.Status = request.Pending }, []string{"new"}},
		"accepted":              {func(q *registry.RequestQuery) { q.Status = request.Accepted }, []string{"accepted"}},
		"rejected":              {func(q *registry.RequestQuery) { q.Status = request.Rejected }, []string{"rejected"}},
		"out of time":           {func(q *registry.RequestQuery) { q.Status = request.Expired }, []string{"timed_out", "lapsed"}},
		"of a customer":         {func(q *registry.RequestQuery) { q.Customer = verft }, []string{"rejected", "timed_out"}},
		"of a customer, in use": {func(q *registry.RequestQuery) { q.Customer, q.Status = verft, request.Rejected }, []string{"rejected"}},
		"a title":               {func(q *registry.RequestQuery) { q.Text = "LØNN" }, []string{"new", "accepted"}},
		"a per cent":            {func(q *registry.RequestQuery) { q.Text = "%" }, []string{"accepted"}},
		"an underscore":         {func(q *registry.RequestQuery) { q.Text = "_" }, []string{"timed_out"}},
		"a reference":           {func(q *registry.RequestQuery) { q.Text = "Reject" }, []string{"rejected"}},
		"a name":                {func(q *registry.RequestQuery) { q.Text = "skåtøy tauvæ" }, []string{"rejected", "timed_out"}},
		"a number":              {func(q *registry.RequestQuery) { q.Text = string(verft) }, []string{"rejected", "timed_out"}},
		"a quotation mark":      {func(q *registry.RequestQuery) { q.Text = `' OR 1=1 -- \` }, nil},
		"another supplier's":    {func(q *registry.RequestQuery) { q.Supplier = verft }, nil},
		"another system's":      {func(q *registry.RequestQuery) { q.System = system.ID("310000011_none") }, nil},
		"for agents":            {func(q *registry.RequestQuery) { q.Kind = systemuser.Agent }, nil},
	} {
		q := all
		tc.change(&q)
		got, total := pageAll(t, k, q, nil)
		same(t, name, tc.want, got)
		same(t, name+", counted", len(tc.want), total)
	}
}
