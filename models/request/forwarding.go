package request

import (
	"strings"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
)

// MaxNote bounds the note of a Forwarding, in characters.
const MaxNote = 500

// Forwarding says that one person at the customer asks another to answer a
// request or a change request, which can be answered by anybody else as before.
type Forwarding struct {
	ID       models.ID
	Subject  string // what is to be answered, as the audit log names it: "request:704013ee-…"
	Customer party.OrgNo
	From     models.ID // person
	To       models.ID // person
	Note     string    // in the words of who sends it on; may be empty
	Due      time.Time // when he would have the answer; zero for no time of its own
	At       time.Time
	Recalled time.Time // when he took it back; zero while it stands
}

// NewForwarding makes a forwarding of f, which holds Subject, Customer, From,
// To, Note and Due: the end of the day that was chosen. A day that holds the
// deadline ends there. Faults name the fields to, note and due.
func NewForwarding(f Forwarding, deadline, now time.Time) (Forwarding, error) {
	f.ID, f.At, f.Recalled = models.NewID(), now, time.Time{}
	f.Note = strings.TrimSpace(f.Note)
	if f.Due.After(deadline) && f.Due.AddDate(0, 0, -1).Before(deadline) {
		f.Due = deadline
	}
	var faults models.Faults
	if f.To == "" {
		faults.Add("to", "required")
	}
	faults.Add("note", models.TextFault(f.Note, MaxNote, false))
	switch {
	case f.Due.IsZero():
	case !f.Due.After(now):
		faults.Add("due", "due.past")
	case f.Due.After(deadline):
		faults.Add("due", "due.late")
	}
	return f, faults.Err()
}
