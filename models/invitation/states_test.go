package invitation_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/invitation"
)

// TestWhatCanHappenToAnInvitation is the whole life of an invitation: every
// status and every event. A dash is a Gone error that does not tell the cause.
func TestWhatCanHappenToAnInvitation(t *testing.T) {
	t.Parallel()
	const matrix = `
		            accept     revoke
		open        accepted   revoked
		accepted    -          -
		revoked     -          -
		expired     -          -
	`
	lines := strings.Split(strings.TrimSpace(matrix), "\n")
	events := strings.Fields(lines[0])
	if len(events) != len(invitation.Events()) || len(lines)-1 != len(invitation.Statuses()) {
		t.Fatalf("the matrix has %d events and %d statuses, the code %d and %d",
			len(events), len(lines)-1, len(invitation.Events()), len(invitation.Statuses()))
	}
	for _, line := range append(lines[1:], "draft - -", "OPEN - -") {
		cells := strings.Fields(line)
		from := invitation.Status(cells[0])
		for i, event := range append(events, "lapse", "") {
			want := "-"
			if i+1 < len(cells) {
				want = cells[i+1]
			}
			got, err := from.Next(invitation.Event(event))
			switch {
			case want != "-" && (err != nil || string(got) != want):
				t.Errorf("%s %s: became %s, %v; want %s", from, event, got, err, want)
			case want == "-" && (got != from || !ended(err)):
				t.Errorf("%s %s: became %s, %v; want it to stay, Gone", from, event, got, err)
			}
		}
	}
}

func ended(err error) bool {
	e, ok := errors.AsType[*models.Error](err)
	return ok && e.Kind == models.Gone && e.Code == models.CodeInvitationEnded
}
