package registry_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/modelstest"
)

// The people and organisations of these tests, by their short names.
const (
	fjord, loggen, bakeri, verft = modelstest.Fjord, modelstest.Loggen, modelstest.Bakeri, modelstest.Verft
	kari, ola, nils, even, turid = modelstest.Kari, modelstest.Ola, modelstest.Nils, modelstest.Even, modelstest.Turid
	jonas, hedda, siri           = modelstest.Jonas, modelstest.Hedda, modelstest.Siri
)

// ledgers are the tables that a denial may write to.
var ledgers = []string{"audit_entry", "audit_head"}

// mark remembers how much a world has in its ledgers, to tell what came after.
type mark struct {
	w       *modelstest.World
	entries int
	events  int
	tables  map[string][]string // all but the ledgers
}

func marked(t *testing.T, w *modelstest.World) mark {
	t.Helper()
	return mark{w, len(w.Entries(t)), len(w.Events(t)), w.Tables(t, ledgers...)}
}

// since returns the audit entries after the mark.
func (m mark) since(t *testing.T) []audit.Entry {
	t.Helper()
	return m.w.Entries(t)[m.entries:]
}

// mustHaveDone demands exactly one entry and one event since the mark, and
// that the log holds.
func (m mark) mustHaveDone(t *testing.T, action, subject string) audit.Entry {
	t.Helper()
	entries := m.since(t)
	if len(entries) != 1 {
		t.Fatalf("%d audit entries, want 1: %+v", len(entries), entries)
	}
	e := entries[0]
	if e.Action != action || e.Subject != subject || e.Outcome != audit.Done || e.Code != "" {
		t.Errorf("recorded %s %s %s %s, want %s %s done", e.Action, e.Subject, e.Outcome, e.Code, action, subject)
	}
	if got := len(m.w.Events(t)) - m.events; got != 1 {
		t.Errorf("%d events, want 1", got)
	}
	mustVerify(t, m.w)
	return e
}

// mustHaveDenied demands one denied entry since the mark, and nothing else.
func (m mark) mustHaveDenied(t *testing.T, action string, code models.Code) {
	t.Helper()
	entries := m.since(t)
	if len(entries) != 1 || entries[0].Outcome != audit.Denied || entries[0].Action != action || entries[0].Code != code {
		t.Errorf("recorded %+v, want one denied %s with %s", entries, action, code)
	}
	m.mustBeUnchanged(t)
}

// mustHaveDoneNothing demands that not even the ledgers have changed.
func (m mark) mustHaveDoneNothing(t *testing.T) {
	t.Helper()
	if entries := m.since(t); len(entries) != 0 {
		t.Errorf("recorded %+v", entries)
	}
	m.mustBeUnchanged(t)
}

func (m mark) mustBeUnchanged(t *testing.T) {
	t.Helper()
	if diff := cmp.Diff(m.tables, m.w.Tables(t, ledgers...)); diff != "" {
		t.Errorf("the database has changed (-before +after):\n%s", diff)
	}
	mustVerify(t, m.w)
}

func mustVerify(t *testing.T, w *modelstest.World) {
	t.Helper()
	if n, err := w.VerifyAudit(t.Context()); err != nil || int(n) != len(w.Entries(t)) {
		t.Errorf("the audit log: %d entries hold, %v", n, err)
	}
}

func mustBe(t *testing.T, err error, kind models.Kind, code models.Code) {
	t.Helper()
	e, ok := errors.AsType[*models.Error](err)
	if !ok || e.Kind != kind || e.Code != code {
		t.Errorf("%v, want kind %d with code %s", err, kind, code)
	}
}

func mustFault(t *testing.T, err error, want ...string) {
	t.Helper()
	mustBe(t, err, models.Invalid, models.CodeInvalid)
	var got []string
	if e, ok := errors.AsType[*models.Error](err); ok {
		for _, f := range e.Fields {
			got = append(got, f.Field+" "+f.Fault)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}

// together runs the functions at once and returns what each of them said.
func together(ctx context.Context, fs ...func(context.Context) error) []error {
	errs, ready, done := make([]error, len(fs)), make(chan struct{}), make(chan int)
	for i, f := range fs {
		go func() {
			<-ready
			errs[i] = f(ctx)
			done <- i
		}()
	}
	close(ready)
	for range fs {
		<-done
	}
	return errs
}

// winners counts the nils.
func winners(errs []error) int {
	return len(errs) - len(slices.DeleteFunc(slices.Clone(errs), func(err error) bool { return err == nil }))
}
