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
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/systemuser"
)

func (x failingTx) AddBulk(ctx context.Context, j bulk.Job, rows []bulk.Row) error {
	return x.f.after(x.Tx.AddBulk(ctx, j, rows))
}

func (x failingTx) SaveBulk(ctx context.Context, j bulk.Job) error {
	return x.f.after(x.Tx.SaveBulk(ctx, j))
}

func (x failingTx) EndBulkRow(ctx context.Context, job models.ID, r bulk.Row) error {
	return x.f.after(x.Tx.EndBulkRow(ctx, job, r))
}

func (x failingTx) PutOffBulkRow(ctx context.Context, job models.ID, position int, until time.Time) error {
	return x.f.after(x.Tx.PutOffBulkRow(ctx, job, position, until))
}

func (x failingTx) CancelBulkRows(ctx context.Context, job models.ID) error {
	return x.f.after(x.Tx.CancelBulkRows(ctx, job))
}

// rowsOf are rows whose bodies are a customer and a reference.
func rowsOf(bodies ...string) []bulk.Row {
	rows := make([]bulk.Row, len(bodies))
	for i, b := range bodies {
		rows[i].Body = []byte(b)
	}
	return rows
}

// many are n rows that ask the bakery.
func many(n int) []bulk.Row {
	bodies := make([]string, n)
	for i := range bodies {
		bodies[i] = fmt.Sprintf("%s ref%d", bakeri, i)
	}
	return rowsOf(bodies...)
}

// bulkStarted is a job of the supplier, whose system there is.
func bulkStarted(t *testing.T, w *modelstest.World, supplier party.OrgNo, rows []bulk.Row) bulk.Job {
	t.Helper()
	j, err := w.StartBulk(t.Context(), programOf(supplier), bulk.Job{Kind: bulk.Requests}, rows)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// putting puts what rowsOf wrote.
func putting(ctx context.Context) registry.Put {
	return func(r *registry.Registry, j bulk.Job, row bulk.Row) (bulk.Result, error) {
		customer, ref, _ := strings.Cut(string(row.Body), " ")
		in := modelstest.Request()
		in.Kind, in.Customer, in.ExternalRef = systemuser.Standard, party.OrgNo(customer), ref
		sent, repeat, err := r.Ask(ctx, programOf(j.Owner), in)
		e, told := errors.AsType[*models.Error](err)
		switch {
		case err == nil && repeat == "":
			return bulk.Result{Answer: 201, ID: sent.ID}, nil
		case err == nil:
			return bulk.Result{Answer: 200, ID: sent.ID, Repeat: string(repeat)}, nil
		case told && e.Kind != models.TooMany && e.Kind != models.Unavailable:
			return bulk.Result{Answer: 400, Code: string(e.Code)}, err
		}
		return bulk.Result{}, err
	}
}

// work lets the registry work until there is nothing to do.
func work(ctx context.Context, r *registry.Registry, put registry.Put) error {
	for {
		worked, err := r.WorkBulk(ctx, put)
		if err != nil || !worked {
			return err
		}
	}
}

func worked(t *testing.T, w *modelstest.World) {
	t.Helper()
	if err := work(t.Context(), w.Registry, putting(t.Context())); err != nil {
		t.Fatal(err)
	}
}

// became tells what each row of the job became, and demands that the counts are
// of them.
func became(t *testing.T, w *modelstest.World, of bulk.Job) (words []string, j bulk.Job) {
	t.Helper()
	j, rows, err := w.BulkRows(t.Context(), programOf(of.Owner), of.ID, "", -1, bulk.MaxRows)
	if err != nil {
		t.Fatal(err)
	}
	n := map[bulk.RowStatus]int{}
	for i, r := range rows {
		n[r.Status]++
		words = append(words, strings.TrimRight(fmt.Sprintf("%s %d %s%s", r.Status, r.Answer, r.Code, r.Repeat), " 0"))
		if r.Position != i {
			t.Errorf("row %d is at %d", i, r.Position)
		}
	}
	if len(rows) != j.Total || n[bulk.RowWaiting] != j.Waiting() || n[bulk.RowDone] != j.Done || n[bulk.RowFailed] != j.Failed || n[bulk.RowCancelled] != j.Cancelled {
		t.Errorf("the counts are not of the rows: %+v, %v", j, n)
	}
	return words, j
}

// askedOnce demands that as many requests were sent as the job has rows that say
// so, each once.
func askedOnce(t *testing.T, w *modelstest.World, words []string) {
	t.Helper()
	sent, want := 0, 0
	for _, e := range w.Entries(t) {
		if e.Action == "request.send" && e.Outcome == "done" {
			sent++
		}
	}
	for _, word := range words {
		if word == "done 201" {
			want++
		}
	}
	if sent != want {
		t.Errorf("%d requests were sent, and %d rows say so", sent, want)
	}
	mustVerify(t, w)
}

func TestABulkJob(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		w.Registered(t)
		before := len(w.Entries(t))
		j := bulkStarted(t, w, fjord, append(many(45), rowsOf(string(bakeri)+" ref0", "000000000 x")...))
		if e := w.Entries(t)[before:]; len(e) != 1 || e[0].Action != "bulk.start" || e[0].Subject != "bulk:"+string(j.ID) || e[0].Detail["rows"] != "47" {
			t.Errorf("recorded %+v", e)
		}
		worked(t, w)
		words, j := became(t, w, j)
		for i, want := range map[int]string{0: "done 201", 44: "done 201", 45: "done 200 same", 46: "failed 400 invalid"} {
			if words[i] != want {
				t.Errorf("row %d is %s, want %s", i, words[i], want)
			}
		}
		if j.Status != bulk.Done || j.EndedAt.IsZero() || j.Done != 46 || j.Failed != 1 {
			t.Errorf("%+v", j)
		}
		askedOnce(t, w, words)
		_, err := w.CancelBulk(t.Context(), programOf(fjord), j.ID)
		mustBe(t, err, models.Conflict, models.CodeJobEnded)
	})
}

func TestASupplierHasSomeBulkJobsAtATime(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	var last bulk.Job
	for range bulk.MaxRunning {
		last = bulkStarted(t, w, fjord, many(1))
	}
	before := marked(t, w)
	_, err := w.StartBulk(t.Context(), programOf(fjord), bulk.Job{Kind: bulk.Requests}, many(1))
	mustBe(t, err, models.Conflict, models.CodeJobsMany)
	before.mustHaveDoneNothing(t)
	bulkStarted(t, w, loggen, many(1))
	if _, err := w.CancelBulk(t.Context(), programOf(fjord), last.ID); err != nil {
		t.Fatal(err)
	}
	bulkStarted(t, w, fjord, many(1))
}

// Also jobs that are cancelled at once leave their rows behind.
func TestASupplierStartsSomeBulkJobsAnHour(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	for range bulk.MaxStarted {
		j := bulkStarted(t, w, fjord, many(1))
		if _, err := w.CancelBulk(t.Context(), programOf(fjord), j.ID); err != nil {
			t.Fatal(err)
		}
	}
	before := marked(t, w)
	_, err := w.StartBulk(t.Context(), programOf(fjord), bulk.Job{Kind: bulk.Requests}, many(1))
	mustBe(t, err, models.TooMany, models.CodeTooMany)
	before.mustHaveDoneNothing(t)
	bulkStarted(t, w, loggen, many(1))
	w.Clock.Set(w.Clock.Now().Add(time.Hour))
	bulkStarted(t, w, fjord, many(1))
}

func TestAnotherSuppliersBulkJobIsNotThere(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	j := bulkStarted(t, w, fjord, many(1))
	for name, id := range map[string]models.ID{"another's": j.ID, "none": models.NewID()} {
		before := marked(t, w)
		_, err := w.BulkJob(t.Context(), programOf(loggen), id)
		mustBe(t, err, models.NotFound, models.CodeNotFound)
		_, _, err = w.BulkRows(t.Context(), programOf(loggen), id, "", -1, 10)
		mustBe(t, err, models.NotFound, models.CodeNotFound)
		before.mustHaveDoneNothing(t)
		_, err = w.CancelBulk(t.Context(), programOf(loggen), id)
		mustBe(t, err, models.NotFound, models.CodeNotFound)
		before.mustHaveDenied(t, "bulk.cancel", models.CodeNotFound)
		if jobs, err := w.BulkJobs(t.Context(), programOf(loggen), registry.BulkPlace{}, 10); err != nil || len(jobs) != 0 {
			t.Errorf("%s: %v, %v", name, jobs, err)
		}
	}
}

// Whatever write the worker is killed at, the next one goes on where it was:
// nothing is lost, and nothing is done twice.
func TestABulkJobGoesOnAfterAFaultAtEachWrite(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		want := []string{"done 200 same", "done 201", "done 201", "done 201", "failed 400 invalid"}
		for at, more := 1, true; more; at++ {
			f := &failing{}
			w := open(t, func(s registry.Store) registry.Store { f.Store = s; return f })
			w.Registered(t)
			j := bulkStarted(t, w, fjord, rowsOf(string(bakeri)+" a", string(bakeri)+" b", string(bakeri)+" a", "000000000 x", string(bakeri)+" c"))
			f.at, f.writes = at, 0
			err := work(t.Context(), w.Registry, putting(t.Context()))
			if more = f.writes >= at; more == (err == nil) {
				t.Fatalf("failed at %d of %d: %v", at, f.writes, err)
			}
			words, _ := became(t, w, j)
			askedOnce(t, w, words)
			w.Clock.Set(w.Clock.Now().Add(2 * time.Minute)) // it rests after a fault
			another := registry.New(w.Config)
			another.Store = w.DB
			if err := work(t.Context(), another, putting(t.Context())); err != nil {
				t.Fatal(err)
			}
			words, j = became(t, w, j)
			askedOnce(t, w, words)
			slices.Sort(words) // a row that failed is put off, so its twin may come first
			if diff := cmp.Diff(want, words); diff != "" || j.Status != bulk.Done {
				t.Errorf("failed at write %d: %s (-want +got):\n%s", at, j.Status, diff)
			}
			if at == 1 && f.writes == 0 || at > 40 {
				t.Fatalf("%d writes were seen", f.writes)
			}
		}
	})
}

// A worker that is stopped after any row leaves the others for the next one.
func TestABulkJobGoesOnAfterAStop(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	w.Registered(t)
	j := bulkStarted(t, w, fjord, many(50))
	for stop := 0; j.Status == bulk.Running; stop += 3 {
		ctx, cancel := context.WithCancel(t.Context())
		n := 0
		err := work(ctx, w.Registry, func(r *registry.Registry, j bulk.Job, row bulk.Row) (bulk.Result, error) {
			if n++; n > stop {
				cancel()
			}
			return putting(ctx)(r, j, row)
		})
		cancel()
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		var words []string
		words, j = became(t, w, j)
		askedOnce(t, w, words)
		w.Clock.Set(w.Clock.Now().Add(2 * time.Minute))
	}
	if j.Done != 50 {
		t.Errorf("%+v", j)
	}
}

func TestTwoBulkWorkersAtOnce(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		w.Registered(t)
		j := bulkStarted(t, w, fjord, many(90))
		run := func(ctx context.Context) error { return work(ctx, registry.New(w.Config), putting(ctx)) }
		if err := errors.Join(together(t.Context(), run, run, run)...); err != nil {
			t.Fatal(err)
		}
		words, j := became(t, w, j)
		if j.Status != bulk.Done || j.Done != 90 {
			t.Errorf("%+v", j)
		}
		askedOnce(t, w, words)
	})
}

func TestCancellingABulkJob(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		w.Registered(t)
		j := bulkStarted(t, w, fjord, many(50))
		if did, err := w.WorkBulk(t.Context(), putting(t.Context())); !did || err != nil {
			t.Fatal(did, err)
		}
		before := len(w.Entries(t))
		for range 2 { // again it changes nothing
			got, err := w.CancelBulk(t.Context(), programOf(fjord), j.ID)
			if err != nil || got.Status != bulk.Cancelled || got.Done != 20 || got.Cancelled != 30 {
				t.Errorf("%+v, %v", got, err)
			}
		}
		if e := w.Entries(t)[before:]; len(e) != 1 || e[0].Action != "bulk.cancel" || e[0].Detail["rows"] != "30" {
			t.Errorf("recorded %+v", e)
		}
		worked(t, w)
		words, j := became(t, w, j)
		if j.Status != bulk.Cancelled || words[19] != "done 201" || words[20] != "cancelled" {
			t.Errorf("%+v, %v", j, words[18:22])
		}
		askedOnce(t, w, words)

		other := bulkStarted(t, w, loggen, many(200))
		errs := together(t.Context(),
			func(ctx context.Context) error { return work(ctx, w.Registry, putting(ctx)) },
			func(ctx context.Context) error { return second(w.CancelBulk(ctx, programOf(loggen), other.ID)) })
		if errs[0] != nil || errs[1] != nil && models.CodeOf(errs[1]) != models.CodeJobEnded {
			t.Error(errs)
		}
		if _, other = became(t, w, other); other.Waiting() != 0 || other.Status == bulk.Running {
			t.Errorf("%+v", other)
		}
	})
}

func TestABulkJobWaitsForQuotas(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		for name, tc := range map[string]struct {
			quotas registry.Quotas
			first  []string // what the rows are within the first hour
		}{
			"of the supplier": {registry.Quotas{Supplier: 2}, []string{"done 201", "done 201", "waiting", "waiting"}},
			"of the customer": {registry.Quotas{Customer: 1}, []string{"done 201", "waiting", "done 201", "waiting"}},
		} {
			w := open(t)
			w.Quotas = tc.quotas
			w.Registered(t)
			j := bulkStarted(t, w, fjord, rowsOf(string(bakeri)+" a", string(bakeri)+" b", string(verft)+" c", string(verft)+" d"))
			worked(t, w)
			words, _ := became(t, w, j)
			if diff := cmp.Diff(tc.first, words); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
			before := marked(t, w)
			w.Clock.Set(modelstest.Noon.Add(time.Hour - time.Second))
			if did, err := w.WorkBulk(t.Context(), putting(t.Context())); did || err != nil {
				t.Errorf("%s: worked %v while it waits, %v", name, did, err)
			}
			before.mustHaveDoneNothing(t)
			w.Clock.Set(modelstest.Noon.Add(time.Hour))
			worked(t, w)
			if words, j = became(t, w, j); j.Status != bulk.Done || j.Done != 4 {
				t.Errorf("%s, in the next hour: %v", name, words)
			}
			askedOnce(t, w, words)
		}
	})
}

// A row that nobody can put now is left for later, and holds up neither the
// other rows for good nor other jobs at all.
func TestARowThatFailsByAFaultOfOursWaits(t *testing.T) {
	t.Parallel()
	for _, fault := range []error{models.NewError(models.Unavailable, models.CodeUnavailable), errDisk} {
		w := modelstest.Open(t)
		w.Registered(t)
		j, other := bulkStarted(t, w, fjord, many(4)), bulkStarted(t, w, loggen, many(2))
		broken := true
		put := func(r *registry.Registry, j bulk.Job, row bulk.Row) (bulk.Result, error) {
			if broken && j.Owner == fjord && row.Position == 1 {
				return bulk.Result{}, fault
			}
			return putting(t.Context())(r, j, row)
		}
		if _, err := w.WorkBulk(t.Context(), put); !errors.Is(err, fault) {
			t.Errorf("%v, want %v", err, fault)
		}
		if words, _ := became(t, w, j); !cmp.Equal(words, []string{"done 201", "waiting", "waiting", "waiting"}) {
			t.Errorf("after the fault: %v", words)
		}
		if _, other = became(t, w, other); other.Status != bulk.Done {
			t.Errorf("the other job: %+v", other)
		}
		if did, err := w.WorkBulk(t.Context(), put); did || err != nil {
			t.Errorf("worked %v while it rests, %v", did, err)
		}
		w.Clock.Set(w.Clock.Now().Add(time.Minute))
		_ = work(t.Context(), w.Registry, put)
		if words, _ := became(t, w, j); !cmp.Equal(words, []string{"done 201", "waiting", "done 201", "done 201"}) {
			t.Errorf("a minute later: %v", words)
		}
		broken = false
		w.Clock.Set(w.Clock.Now().Add(2 * time.Minute))
		if err := work(t.Context(), w.Registry, put); err != nil {
			t.Error(err)
		}
		words, j := became(t, w, j)
		if j.Status != bulk.Done {
			t.Errorf("when it is mended: %v", words)
		}
	}
}

// Suppliers have a turn each, and so have the jobs of one: none waits for another
// to end.
func TestBulkJobsTakeTurns(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	w.Registered(t)
	one, two := bulkStarted(t, w, fjord, many(100)), bulkStarted(t, w, fjord, many(100))
	theirs := bulkStarted(t, w, loggen, many(100))
	ended := func(j bulk.Job) int { _, j = became(t, w, j); return j.Total - j.Waiting() }
	for i, want := range [][2]int{{20, 20}, {40, 40}, {60, 60}, {80, 80}} {
		w.Clock.Set(w.Clock.Now().Add(time.Millisecond))
		if _, err := w.WorkBulk(t.Context(), putting(t.Context())); err != nil {
			t.Fatal(err)
		}
		if got := [2]int{ended(one) + ended(two), ended(theirs)}; got != want {
			t.Errorf("after %d turns %v, want %v", i+1, got, want)
		}
	}
	if ended(one) != 40 || ended(two) != 40 {
		t.Errorf("after four turns the jobs of one supplier have come to %d and %d", ended(one), ended(two))
	}
}

func TestOldBulkJobsAreDeleted(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	running, ended := bulkStarted(t, w, fjord, many(1)), bulkStarted(t, w, fjord, many(30))
	if _, err := w.CancelBulk(t.Context(), programOf(fjord), ended.ID); err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{0, 1} {
		w.Clock.Set(modelstest.Noon.Add(90*24*time.Hour + time.Duration(want)*time.Second))
		if n, err := w.PurgeBulk(t.Context()); n != want || err != nil {
			t.Errorf("%d are deleted, want %d, %v", n, want, err)
		}
	}
	if _, err := w.BulkJob(t.Context(), programOf(fjord), running.ID); err != nil {
		t.Error(err)
	}
	_, err := w.BulkJob(t.Context(), programOf(fjord), ended.ID)
	mustBe(t, err, models.NotFound, models.CodeNotFound)
}
