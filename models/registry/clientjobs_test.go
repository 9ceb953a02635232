package registry_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/bulk"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
)

func (x failingTx) AddClientRule(ctx context.Context, rule registry.ClientRule) error {
	return x.f.after(x.Tx.AddClientRule(ctx, rule))
}

func (x failingTx) EndClientRule(ctx context.Context, agent models.ID, relation string, at time.Time) (bool, error) {
	ok, err := x.Tx.EndClientRule(ctx, agent, relation, at)
	return ok, x.f.after(err)
}

// attaching is a job of Turid's that attaches the clients.
func attaching(t *testing.T, w *modelstest.World, agent models.ID, clients ...party.OrgNo) bulk.Job {
	t.Helper()
	j, err := w.StartClientJob(t.Context(), w.As(turid, verft), agent, registry.ClientChoice{Kind: bulk.Attach, Clients: clients})
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// noPut is for jobs that put nothing for suppliers.
func noPut(*registry.Registry, bulk.Job, bulk.Row) (bulk.Result, error) {
	return bulk.Result{}, errors.New("a supplier's row was put")
}

// clientsBecame tells what each row of the job became, and demands that the
// counts are of them.
func clientsBecame(t *testing.T, w *modelstest.World, id models.ID) (words []string, j bulk.Job) {
	t.Helper()
	v, err := w.ClientJob(t.Context(), w.As(turid, verft), id, "", -1, bulk.MaxRows)
	if err != nil {
		t.Fatal(err)
	}
	n := map[bulk.RowStatus]int{}
	for _, r := range v.Rows {
		n[r.Status]++
		words = append(words, strings.Join(strings.Fields(fmt.Sprintf("%s %s %s", r.Status, r.Code, r.Repeat)), " "))
	}
	if j = v.Job; len(v.Rows) != j.Total || n[bulk.RowWaiting] != j.Waiting() || n[bulk.RowDone] != j.Done || n[bulk.RowFailed] != j.Failed || n[bulk.RowCancelled] != j.Cancelled {
		t.Errorf("the counts are not of the rows: %+v, %v", j, n)
	}
	return words, j
}

// attachments counts the entries of clients that were attached.
func attachments(t *testing.T, w *modelstest.World) (n int) {
	t.Helper()
	for _, e := range w.Entries(t) {
		if e.Action == "client.attach" && e.Outcome == "done" {
			n++
		}
	}
	return n
}

func TestAJobOfClients(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		ctx, id, a := t.Context(), attached(t, w), w.As(turid, verft)
		before := len(w.Entries(t))
		j := attaching(t, w, id, bakeri, loggen, "999999999", verft)
		if e := w.Entries(t)[before:]; len(e) != 1 || e[0].Action != "client.attach_many" || e[0].Subject != "systemuser:"+string(id) || e[0].Detail["rows"] != "4" || e[0].Detail["job"] != string(j.ID) {
			t.Errorf("recorded %+v", e)
		}
		if err := work(ctx, w.Registry, noPut); err != nil {
			t.Fatal(err)
		}
		words, j := clientsBecame(t, w, j.ID)
		want := []string{"done same", "done", "failed client.unknown", "failed client.unknown"}
		if diff := cmp.Diff(want, words); diff != "" || j.Status != bulk.Done || !serves(t, w, id, loggen) {
			t.Errorf("%+v (-want +got):\n%s", j, diff)
		}
		for _, e := range w.Entries(t)[before:] {
			if e.Action == "client.attach" && (e.Detail["job"] != string(j.ID) || e.Actor.ID != a.ID || e.Role != modelstest.Director) {
				t.Errorf("recorded %+v", e)
			}
		}
		mustBe(t, second(w.CancelClientJob(ctx, a, j.ID)), models.Conflict, models.CodeJobEnded)

		again, err := w.RetryClientJob(ctx, a, j.ID)
		if err != nil || again.Total != 2 || again.Kind != bulk.Attach || again.ID == j.ID {
			t.Errorf("retried: %+v, %v", again, err)
		}
		mustBe(t, second(w.RetryClientJob(ctx, a, again.ID)), models.Conflict, models.CodeConflict) // it runs

		gone, err := w.StartClientJob(ctx, a, id, registry.ClientChoice{Kind: bulk.Detach, Match: &registry.ClientFilter{}})
		if err != nil || gone.Total != 2 {
			t.Fatalf("all: %+v, %v", gone, err)
		}
		if err := w.DetachClient(ctx, a, id, bakeri); err != nil {
			t.Fatal(err)
		}
		if err := w.WorkClientJob(ctx, gone); err != nil {
			t.Fatal(err)
		}
		words, _ = clientsBecame(t, w, gone.ID)
		slices.Sort(words)
		if diff := cmp.Diff([]string{"done", "done same"}, words); diff != "" || serves(t, w, id, loggen) {
			t.Errorf("detached (-want +got):\n%s", diff)
		}
		mustVerify(t, w)
	})
}

func TestWhatAJobOfClientsTakes(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	ctx, id, a, standard := t.Context(), facilitates(t, w), w.As(turid, verft), w.Approved(t, "one").ID
	start := func(a models.Actor, id models.ID, choice registry.ClientChoice) error {
		return second(w.StartClientJob(ctx, a, id, choice))
	}
	some := registry.ClientChoice{Kind: bulk.Attach, Clients: []party.OrgNo{bakeri}}
	mustBe(t, start(a, id, registry.ClientChoice{Kind: bulk.Attach}), models.Invalid, models.CodeInvalid)
	mustBe(t, start(a, id, registry.ClientChoice{Kind: bulk.Attach, Clients: make([]party.OrgNo, bulk.MaxRows+1)}), models.Invalid, models.CodeInvalid)
	mustBe(t, start(a, id, registry.ClientChoice{Kind: bulk.Attach, Match: &registry.ClientFilter{Text: "nobody"}}), models.Invalid, models.CodeInvalid)
	mustBe(t, start(a, id, registry.ClientChoice{Kind: bulk.Requests, Clients: some.Clients}), models.Invalid, models.CodeInvalid)
	mustBe(t, start(a, models.NewID(), some), models.NotFound, models.CodeNotFound)
	mustBe(t, start(w.As(kari, bakeri), id, some), models.NotFound, models.CodeNotFound)
	mustBe(t, start(w.As(kari, bakeri), standard, some), models.Conflict, models.CodeUserKind)
	mustBe(t, start(onlooker(t, w), id, some), models.Forbidden, models.CodeForbidden)
	low, old := a, a
	low.Level, old.AuthTime = 1, time.Time{}
	mustBe(t, start(low, id, some), models.Forbidden, models.CodeLevelTooLow)
	if err := start(low, id, registry.ClientChoice{Kind: bulk.Detach, Clients: []party.OrgNo{bakeri}}); err != nil {
		t.Errorf("to detach is never barred: %v", err)
	}

	if err := work(ctx, w.Registry, noPut); err != nil {
		t.Fatal(err)
	}
	large := slices.Repeat([]party.OrgNo{bakeri}, registry.ClientsAtOnce+1)
	for range bulk.MaxRunning {
		attaching(t, w, id, large...)
	}
	mustBe(t, start(a, id, registry.ClientChoice{Kind: bulk.Attach, Clients: large}), models.Conflict, models.CodeJobsMany)
	var last bulk.Job
	for n := bulk.MaxRunning; n < bulk.MaxStarted; n++ {
		if err := work(ctx, w.Registry, noPut); err != nil {
			t.Fatal(err)
		}
		last = attaching(t, w, id, large...)
	}
	for range bulk.MaxRunning - 1 { // one waits; what is small is not held up, and does not count
		attaching(t, w, id, bakeri)
	}
	if err := start(a, id, registry.ClientChoice{Kind: bulk.Detach, Clients: []party.OrgNo{bakeri}}); err != nil {
		t.Errorf("one client is not taken away: %v", err)
	}
	if err := work(ctx, w.Registry, noPut); err != nil {
		t.Fatal(err)
	}
	mustBe(t, start(a, id, registry.ClientChoice{Kind: bulk.Attach, Clients: large}), models.TooMany, models.CodeTooMany)

	// Another organisation's is not there, nor is a supplier's among them.
	other := w.As(kari, bakeri)
	theirs := bulkStarted(t, w, fjord, many(1))
	for _, job := range []models.ID{last.ID, models.NewID()} {
		mustBe(t, second(w.ClientJob(ctx, other, job, "", -1, 10)), models.NotFound, models.CodeNotFound)
		mustBe(t, second(w.CancelClientJob(ctx, other, job)), models.NotFound, models.CodeNotFound)
		mustBe(t, second(w.RetryClientJob(ctx, other, job)), models.NotFound, models.CodeNotFound)
	}
	mustBe(t, second(w.ClientJob(ctx, a, theirs.ID, "", -1, 10)), models.NotFound, models.CodeNotFound)
	mustBe(t, second(w.BulkJob(ctx, programOf(verft), last.ID)), models.NotFound, models.CodeNotFound)
}

// The rows run with what the person holds then; how he was signed in was asked at
// the start.
func TestAJobOfClientsIsAsGoodAsItsPerson(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		ctx, id := t.Context(), facilitates(t, w)
		first, next := attaching(t, w, id, bakeri), attaching(t, w, id, loggen)
		w.Clock.Set(w.Clock.Now().Add(time.Hour)) // his login is old by now
		w.MaxAge = time.Minute
		if err := w.WorkClientJob(ctx, first); err != nil {
			t.Fatal(err)
		}
		w.MaxAge = 0
		if words, _ := clientsBecame(t, w, first.ID); !slices.Equal(words, []string{"done"}) {
			t.Errorf("with an old login: %v", words)
		}
		w.Exec(t, "UPDATE holding SET ended_at = from_at WHERE person_id = ? AND org_no = ?", string(w.ID(turid)), string(verft))
		if err := w.WorkClientJob(ctx, next); err != nil {
			t.Fatal(err)
		}
		if words := w.Tables(t)["client_delegation"]; len(words) != 1 {
			t.Errorf("in the name of who has no power any more: %v", words)
		}
		rows := w.Tables(t)["bulk_row"]
		if !slices.ContainsFunc(rows, func(row string) bool { return containsAll(row, string(loggen), "failed", "not_found") }) {
			t.Errorf("rows: %v", rows)
		}
	})
}

// Whatever write the worker is killed at, the next one goes on where it was.
func TestAJobOfClientsGoesOnAfterAFaultAtEachWrite(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		for at, more := 1, true; more; at++ {
			f := &failing{}
			w := open(t, func(s registry.Store) registry.Store { f.Store = s; return f })
			id := facilitates(t, w)
			j := attaching(t, w, id, bakeri, loggen, "999999999")
			f.at, f.writes = at, 0
			err := work(t.Context(), w.Registry, noPut)
			if more = f.writes >= at; more == (err == nil) {
				t.Fatalf("failed at %d of %d: %v", at, f.writes, err)
			}
			w.Clock.Set(w.Clock.Now().Add(2 * time.Minute)) // it rests after a fault
			another := registry.New(w.Config)
			another.Store = w.DB
			if err := work(t.Context(), another, noPut); err != nil {
				t.Fatal(err)
			}
			words, j := clientsBecame(t, w, j.ID)
			slices.Sort(words)
			if diff := cmp.Diff([]string{"done", "done", "failed client.unknown"}, words); diff != "" || j.Status != bulk.Done || attachments(t, w) != 2 {
				t.Errorf("failed at write %d: %s, %d attached (-want +got):\n%s", at, j.Status, attachments(t, w), diff)
			}
			if at == 1 && f.writes == 0 || at > 40 {
				t.Fatalf("%d writes were seen", f.writes)
			}
		}
	})
}

func TestTwoWorkersOfClientsAtOnce(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		id := facilitates(t, w)
		j := attaching(t, w, id, bakeri, loggen)
		run := func(ctx context.Context) error { return work(ctx, registry.New(w.Config), noPut) }
		at := func(ctx context.Context) error { return registry.New(w.Config).WorkClientJob(ctx, j) }
		if err := errors.Join(together(t.Context(), run, at, run)...); err != nil {
			t.Fatal(err)
		}
		if words, j := clientsBecame(t, w, j.ID); j.Done != 2 || attachments(t, w) != 2 {
			t.Errorf("%v, %+v", words, j)
		}
		mustVerify(t, w)
	})
}

func TestCancellingAJobOfClients(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	ctx, id, a := t.Context(), facilitates(t, w), w.As(turid, verft)
	j := attaching(t, w, id, bakeri, loggen)
	before := len(w.Entries(t))
	for range 2 { // again it changes nothing
		got, err := w.CancelClientJob(ctx, a, j.ID)
		if err != nil || got.Status != bulk.Cancelled || got.Cancelled != 2 {
			t.Errorf("%+v, %v", got, err)
		}
	}
	if e := w.Entries(t)[before:]; len(e) != 1 || e[0].Action != "client.cancel_many" || e[0].Detail["rows"] != "2" || e[0].Detail["job"] != string(j.ID) {
		t.Errorf("recorded %+v", e)
	}
	if err := work(ctx, w.Registry, noPut); err != nil || serves(t, w, id, bakeri) {
		t.Error("it went on", err)
	}
}

// ruled lets the rules work and the jobs that they start.
func ruled(t *testing.T, w *modelstest.World, want int) {
	t.Helper()
	if n, err := w.WorkClientRules(t.Context()); n != want || err != nil {
		t.Errorf("%d jobs were started, want %d, %v", n, want, err)
	}
	if err := work(t.Context(), w.Registry, noPut); err != nil {
		t.Fatal(err)
	}
}

func TestARuleForNewClients(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		ctx, id, a := t.Context(), facilitates(t, w), w.As(turid, verft)
		w.Exec(t, "UPDATE relation SET from_at = from_at - 1000") // the clients were there before
		before := marked(t, w)
		for range 2 { // again it changes nothing
			if err := w.AddClientRule(ctx, a, id, modelstest.Accountant); err != nil {
				t.Fatal(err)
			}
		}
		rule := before.mustHaveDone(t, "client.rule", "systemuser:"+string(id)).Detail["rule"]
		ruled(t, w, 0)
		if serves(t, w, id, bakeri) {
			t.Error("a client of before was attached")
		}

		brings(t, w, exchange.Relations, party.Relation{Facilitator: verft, Client: fjord, RoleURN: modelstest.Accountant})
		w.Clock.Set(w.Clock.Now().Add(time.Hour)) // the rule's login is old by now
		w.MaxAge = time.Minute
		ruled(t, w, 1)
		if !serves(t, w, id, fjord) || attachments(t, w) != 1 {
			t.Error("the new client was not attached once")
		}
		for _, e := range w.Entries(t) {
			if e.Action == "client.attach" && (e.Detail["rule"] != rule || e.Actor.ID != a.ID) {
				t.Errorf("recorded %+v", e)
			}
		}
		ruled(t, w, 0)
		w.MaxAge = 0

		if err := w.DetachClient(ctx, a, id, fjord); err != nil {
			t.Fatal(err)
		}
		ruled(t, w, 0)
		if serves(t, w, id, fjord) {
			t.Error("what somebody detached was attached anew")
		}

		before = marked(t, w)
		for range 2 {
			if err := w.EndClientRule(ctx, a, id, modelstest.Accountant); err != nil {
				t.Fatal(err)
			}
		}
		before.mustHaveDone(t, "client.rule_end", "systemuser:"+string(id))
		w.Exec(t, "UPDATE client_delegation SET ended_at = 1 WHERE client = ?", string(fjord))
		ruled(t, w, 0)
		mustVerify(t, w)
	})
}

// A rule is as good as its person: it rests when he may not attach clients, and
// goes on when he may again.
func TestARuleRests(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	ctx, id, a := t.Context(), facilitates(t, w), w.As(turid, verft)
	mustBe(t, w.AddClientRule(ctx, a, id, "urn:no:such:role"), models.Invalid, models.CodeInvalid)
	mustBe(t, w.AddClientRule(ctx, w.As(kari, bakeri), id, modelstest.Accountant), models.NotFound, models.CodeNotFound)
	mustBe(t, w.AddClientRule(ctx, onlooker(t, w), id, modelstest.Accountant), models.Forbidden, models.CodeForbidden)
	if err := w.AddClientRule(ctx, a, id, modelstest.Accountant); err != nil {
		t.Fatal(err)
	}
	w.Exec(t, "UPDATE relation SET from_at = ? WHERE client = ?", w.Clock.Now().Add(time.Second).UnixMilli(), string(loggen))
	w.Exec(t, "UPDATE relation SET from_at = 1 WHERE client = ?", string(bakeri))
	w.Clock.Set(w.Clock.Now().Add(time.Minute))
	before := marked(t, w)
	w.Exec(t, "UPDATE role_package SET has_access = FALSE WHERE role_urn = ?", modelstest.Director)
	w.Exec(t, "UPDATE catalogue_version SET version = version + 1")
	ruled(t, w, 0)
	if w.Exec(t, "UPDATE role_package SET has_access = TRUE WHERE role_urn = ?", modelstest.Director); len(before.since(t)) != 0 {
		t.Error("a rule that rests fills the log")
	}
	w.Exec(t, "UPDATE catalogue_version SET version = version + 1")
	w.Exec(t, "UPDATE system SET deleted = TRUE")
	ruled(t, w, 0)
	w.Exec(t, "UPDATE system SET deleted = FALSE")
	errs := together(ctx, func(ctx context.Context) error { return second(w.WorkClientRules(ctx)) }, func(ctx context.Context) error { return second(w.WorkClientRules(ctx)) })
	if errors.Join(errs...) != nil || len(w.Tables(t)["bulk_job"]) != 1 {
		t.Errorf("two at once: %v, %v", errs, w.Tables(t)["bulk_job"])
	}
	ruled(t, w, 0)
	if rows := w.Tables(t)["client_delegation"]; len(rows) != 1 || !strings.Contains(rows[0], string(loggen)) {
		t.Errorf("it did not go on: %v", rows)
	}
}

func TestTheListOfClients(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		ctx, id, a := t.Context(), attached(t, w), w.As(turid, verft)
		brings(t, w, exchange.Relations, party.Relation{Facilitator: verft, Client: fjord, RoleURN: modelstest.Salary})
		w.Exec(t, "UPDATE access_package SET assignable = FALSE WHERE urn = ?", modelstest.Salary) // so that the client cannot give it
		w.Exec(t, "UPDATE catalogue_version SET version = version + 1")
		list := func(q registry.ClientListQuery) registry.ClientList {
			t.Helper()
			v, err := w.ClientList(ctx, a, id, q)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		nos := func(v registry.ClientList) (out []party.OrgNo) {
			for _, c := range v.Clients {
				out = append(out, c.Organisation.OrgNo)
			}
			return out
		}
		v := list(registry.ClientListQuery{Order: registry.ByNumber, Size: 2})
		want := map[registry.ClientState]int{registry.ClientReady: 1, registry.ClientLacks: 1, registry.ClientAttached: 1}
		if diff := cmp.Diff(want, v.States); diff != "" || v.All != 3 || v.Found != 3 || v.Doable != 1 || len(v.Clients) != 2 || v.SelfOf || !v.Manager {
			t.Errorf("%+v (-want +got):\n%s", v, diff)
		}
		if diff := cmp.Diff([]registry.RelationCount{{URN: modelstest.Accountant, Count: 2}, {URN: modelstest.Salary, Count: 1}}, v.Kinds); diff != "" {
			t.Errorf("kinds (-want +got):\n%s", diff)
		}
		if v := list(registry.ClientListQuery{Order: registry.ByNumber, Size: 2, Page: 9}); v.Page != 2 || len(v.Clients) != 1 {
			t.Errorf("a page after the last: %d of %v", v.Page, nos(v))
		}
		for name, tc := range map[string]struct {
			f    registry.ClientFilter
			want []party.OrgNo
		}{
			"number with spaces": {registry.ClientFilter{Text: string(loggen)[:3] + " " + string(loggen)[3:]}, []party.OrgNo{loggen}},
			"ready":              {registry.ClientFilter{State: registry.ClientReady}, []party.OrgNo{loggen}},
			"lacks":              {registry.ClientFilter{State: registry.ClientLacks}, []party.OrgNo{fjord}},
			"relation":           {registry.ClientFilter{Relation: modelstest.Salary}, []party.OrgNo{fjord}},
			"both":               {registry.ClientFilter{Relation: modelstest.Salary, State: registry.ClientReady}, nil},
		} {
			if got := nos(list(registry.ClientListQuery{ClientFilter: tc.f})); !slices.Equal(got, tc.want) {
				t.Errorf("%s: %v, want %v", name, got, tc.want)
			}
		}
		w.Exec(t, "UPDATE relation SET ended_at = from_at WHERE client = ?", string(bakeri))
		v = list(registry.ClientListQuery{Attached: true})
		if len(v.Clients) != 1 || v.Clients[0].State() != registry.ClientLame || v.Persons[v.Clients[0].By].Name != string(turid) && v.Persons[v.Clients[0].By].ID == "" {
			t.Errorf("attached: %+v", v.Clients)
		}
		named, names, err := w.ClientsNamed(ctx, a, id, []party.OrgNo{bakeri, loggen, fjord, verft})
		if err != nil || len(named) != 3 || !named[loggen].Ready() || named[bakeri].State() != registry.ClientLame || names[modelstest.Salary].Empty() {
			t.Errorf("named: %+v, %v", named, err)
		}
		mustBe(t, second(w.ClientList(ctx, w.As(kari, bakeri), id, registry.ClientListQuery{})), models.NotFound, models.CodeNotFound)
		mustBe(t, second(w.ClientList(ctx, onlooker(t, w), id, registry.ClientListQuery{})), models.Forbidden, models.CodeForbidden)
	})
}

// Whoever may start jobs of clients learns by none of them which organisations
// are here: only clients are named, however the row stands.
func TestAJobOfClientsNamesClientsAlone(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		ctx, id, a := t.Context(), attached(t, w), w.As(turid, verft)
		named := func(j bulk.Job) []string {
			t.Helper()
			v, err := w.ClientJob(ctx, a, j.ID, "", -1, bulk.MaxRows)
			if err != nil {
				t.Fatal(err)
			}
			var out []string
			for no, o := range v.Clients {
				if o.OrgNo != no || o.Name == "" {
					t.Errorf("%s is %+v", no, o)
				}
				out = append(out, string(no))
			}
			slices.Sort(out)
			return out
		}
		clients := []string{string(loggen), string(bakeri)}
		slices.Sort(clients)
		is := func(when string, j bulk.Job) {
			t.Helper()
			if diff := cmp.Diff(clients, named(j)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", when, diff)
			}
		}
		j := attaching(t, w, id, bakeri, loggen, fjord) // fjord is here, and no client
		is("waiting", j)
		if _, err := w.CancelClientJob(ctx, a, j.ID); err != nil {
			t.Fatal(err)
		}
		is("cancelled", j)
		j = attaching(t, w, id, bakeri, loggen, fjord)
		if err := w.WorkClientJob(ctx, j); err != nil {
			t.Fatal(err)
		}
		is("attached", j)
		for _, when := range []string{"detached", "detached before"} {
			j, err := w.StartClientJob(ctx, a, id, registry.ClientChoice{Kind: bulk.Detach, Clients: []party.OrgNo{bakeri, loggen, fjord}})
			if err == nil {
				err = w.WorkClientJob(ctx, j)
			}
			if err != nil {
				t.Fatal(err)
			}
			is(when, j)
		}
	})
}
