package rar_test

import (
	"testing"

	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/rar"
)

func BenchmarkDecode(b *testing.B) {
	body := []byte(asked(`,"externalRef":"r1"`))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := rar.Decode(body, party.Numbers{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAsk(b *testing.B) {
	body := []byte(asked(`,"externalRef":"r1"`))
	binding := whole()
	binding.Used = true
	e := enricher(b, &facts{binding: binding}, &book{})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.Ask(b.Context(), caller, body); err != nil {
			b.Fatal(err)
		}
	}
}

// A question costs memory in proportion to its few members. The ceiling is
// there to show when something starts to cost more; the race detector adds some.
func TestAskIsFrugal(t *testing.T) {
	body := []byte(asked(`,"externalRef":"r1"`))
	binding := whole()
	binding.Used = true
	f := &facts{binding: binding}
	e := enricher(t, f, &book{})
	allocs := testing.AllocsPerRun(100, func() {
		f.asked = f.asked[:0]
		if _, err := e.Ask(t.Context(), caller, body); err != nil {
			t.Fatal(err)
		}
	})
	if allocs > 110 {
		t.Errorf("%v allocations, want at most 110", allocs)
	}
}
