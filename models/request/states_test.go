package request_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/request"
)

var update = flag.Bool("update", false, "rewrite docs/states.md")

// TestWhatCanHappenToARequest is the whole life of a request: every status and
// every event. A dash is a Conflict with the code at the end of the row.
func TestWhatCanHappenToARequest(t *testing.T) {
	t.Parallel()
	const matrix = `
		            approve    reject     withdraw   lapse      renew
		pending     accepted   rejected   withdrawn  expired    pending    -
		accepted    -          -          -          -          -          request.decided
		rejected    -          -          -          -          -          request.decided
		withdrawn   -          -          -          -          -          request.decided
		expired     -          -          -          -          pending    request.expired
	`
	lines := strings.Split(strings.TrimSpace(matrix), "\n")
	events := strings.Fields(lines[0])
	if len(events) != len(request.Events()) || len(lines)-1 != len(request.Statuses()) {
		t.Fatalf("the matrix has %d events and %d statuses, the code %d and %d",
			len(events), len(lines)-1, len(request.Events()), len(request.Statuses()))
	}
	for _, line := range lines[1:] {
		cells := strings.Fields(line)
		from, code := request.Status(cells[0]), models.Code(cells[6])
		for i, event := range events {
			want := cells[i+1]
			t.Run(string(from)+" "+event, func(t *testing.T) {
				t.Parallel()
				got, err := from.Next(request.Event(event))
				if want != "-" {
					if err != nil || string(got) != want {
						t.Errorf("became %s, %v; want %s", got, err, want)
					}
					return
				}
				if got != from || models.CodeOf(err) != code || kindOf(err) != models.Conflict {
					t.Errorf("became %s, %v; want it to stay, with a Conflict %s", got, err, code)
				}
			})
		}
	}
}

func TestAFinalStatusAcceptsNothing(t *testing.T) {
	t.Parallel()
	for _, s := range request.Statuses() {
		moves := 0
		for _, e := range append(request.Events(), "escalate", "", "APPROVE") {
			if _, err := s.Next(e); err == nil {
				moves++
			}
		}
		if s.Final() != (moves == 0) {
			t.Errorf("%s: final is %t, and %d events move it", s, s.Final(), moves)
		}
		if (s == request.Pending || s == request.Expired) == s.Final() {
			t.Errorf("%s: final is %t; only pending and expired are not", s, s.Final())
		}
	}
	if unknown := request.Status("draft"); unknown.Final() {
		t.Error("a status that does not exist is final")
	} else if _, err := unknown.Next(request.Approve); kindOf(err) != models.Conflict {
		t.Errorf("a status that does not exist can be approved: %v", err)
	}
}

// TestStatesAreDocumented keeps docs/states.md equal to the table; run with
// -update to write it.
func TestStatesAreDocumented(t *testing.T) {
	t.Parallel()
	file := filepath.Join("..", "..", "docs", "states.md")
	want := "# States\n\nA request for a system user is answered once, and one that has expired can be renewed; this is every move that there is, drawn from the table in\n" +
		"`models/request/states.go` (`make golden`).\n\n```mermaid\n" + request.Diagram() + "```\n"
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("docs/states.md is not of this table; make golden writes it (-want +got):\n%s", diff)
	}
}
