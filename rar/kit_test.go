package rar_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/rar"
)

// Organisations and names of these tests. The numbers are valid and synthetic.
const (
	issuer   = "https://issuer.example/"
	client   = "fc9a3c36-client"
	system   = "991825827_smartcloud"
	supplier = party.OrgNo("991825827")
	customer = party.OrgNo("313775429")
	other    = party.OrgNo("923609016")
	user     = models.ID("704013ee-e82a-433e-83c5-a40e6e00d746")
)

var (
	noon   = time.Date(2026, 11, 21, 12, 0, 7, 500, time.UTC)
	caller = rar.Caller{Name: issuer, Issuer: issuer}
)

// whole is a chain in which every link holds.
func whole() rar.Binding {
	return rar.Binding{
		ClientKnown: true, SystemID: system, Supplier: supplier, UserFound: true, UserID: user,
		UserKind: "standard", Title: "SmartCloud", Customer: customer, ExternalRef: "r1",
		CreatedAt: noon.Add(-time.Hour),
	}
}

// query is the question that whole answers.
func query() rar.Query {
	return rar.Query{Issuer: issuer, ClientID: client, Supplier: supplier, Customer: customer, ExternalRef: "r1"}
}

// facts is a Lookup that says what the test has put into it.
type facts struct {
	binding rar.Binding
	why     rar.Reason
	held    rar.Held
	err     error // of Binding and Holds
	whyErr  error
	asked   []rar.Query
}

func (f *facts) Binding(_ context.Context, q rar.Query) (rar.Binding, error) {
	f.asked = append(f.asked, q)
	return f.binding, f.err
}

func (f *facts) Why(context.Context, rar.Query, string) (rar.Reason, error) { return f.why, f.whyErr }
func (f *facts) Holds(context.Context, rar.Question) (rar.Held, error)      { return f.held, f.err }

// book is a Ledger that keeps what it is given, or fails when told to.
type book struct {
	during  func() // runs while Repeat is under way
	mu      sync.Mutex
	down    error
	firsts  []rar.Decision
	buckets []int64
	repeats []rar.Count
}

func (b *book) First(_ context.Context, d rar.Decision, bucket int64) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.down != nil {
		return b.down
	}
	b.firsts, b.buckets = append(b.firsts, d), append(b.buckets, bucket)
	return nil
}

func (b *book) Repeat(_ context.Context, counts []rar.Count) error {
	if b.during != nil {
		b.during()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.down != nil {
		return b.down
	}
	b.repeats = append(b.repeats, counts...)
	return nil
}

// enricher asks f and writes into b, at noon, with ids d1, d2 and so on.
func enricher(t testing.TB, f *facts, b *book) *rar.Enricher {
	t.Helper()
	n := 0
	return &rar.Enricher{
		Lookup: f, Journal: rar.NewJournal(b),
		Now:   func() time.Time { return noon },
		NewID: func() models.ID { n++; return models.ID(fmt.Sprintf("d%d", n)) },
	}
}
