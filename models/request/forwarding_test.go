package request_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/request"
)

func TestAForwarding(t *testing.T) {
	t.Parallel()
	deadline := noon.AddDate(0, 0, 5)
	whole := request.Forwarding{Subject: "request:1", From: "a", To: "b", Note: "  Kan du se på denne?\n", Due: noon.AddDate(0, 0, 2)}
	f, err := request.NewForwarding(whole, deadline, noon)
	if err != nil || f.ID == "" || !f.At.Equal(noon) || f.Note != "Kan du se på denne?" || !f.Due.Equal(whole.Due) || !f.Recalled.IsZero() {
		t.Errorf("%+v %v", f, err)
	}
	for _, c := range []struct {
		name   string
		alter  func(*request.Forwarding)
		faults []string
	}{
		{"no note, no day", func(f *request.Forwarding) { f.Note, f.Due = "", time.Time{} }, nil},
		{"a note as long as one may be", func(f *request.Forwarding) { f.Note = strings.Repeat("å", request.MaxNote) }, nil},
		{"nobody", func(f *request.Forwarding) { f.To = "" }, []string{"to required"}},
		{"a longer note", func(f *request.Forwarding) { f.Note = strings.Repeat("å", request.MaxNote+1) }, []string{"note too_long"}},
		{"a note with a hidden letter", func(f *request.Forwarding) { f.Note = "a\u202eb" }, []string{"note text.control"}},
		{"a day that is over", func(f *request.Forwarding) { f.Due = noon }, []string{"due due.past"}},
		{"a day after the deadline's", func(f *request.Forwarding) { f.Due = deadline.AddDate(0, 0, 1) }, []string{"due due.late"}},
		{"all of it", func(f *request.Forwarding) { f.To, f.Note, f.Due = "", "\x00", noon.AddDate(0, 0, -1) }, []string{"to required", "note text.control", "due due.past"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := whole
			c.alter(&f)
			if _, err := request.NewForwarding(f, deadline, noon); len(c.faults) > 0 {
				mustFault(t, err, c.faults...)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestADayThatHoldsTheDeadlineEndsThere(t *testing.T) {
	t.Parallel()
	f, err := request.NewForwarding(request.Forwarding{To: models.ID("b"), Due: noon.Add(23 * time.Hour)}, noon.Add(time.Hour), noon)
	if err != nil || !f.Due.Equal(noon.Add(time.Hour)) {
		t.Errorf("due %v, %v", f.Due, err)
	}
}
