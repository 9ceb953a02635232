package request

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stafett/stafett/models"
)

// Status is the state of a request.
type Status string

// The states of a request. All but Pending and Expired are final.
const (
	Pending   Status = "pending"
	Accepted  Status = "accepted"
	Rejected  Status = "rejected"
	Withdrawn Status = "withdrawn"
	Expired   Status = "expired"
)

// Event is what can happen to a request.
type Event string

// The events of a request.
const (
	Approve  Event = "approve"  // by an authorised person at the customer
	Reject   Event = "reject"   // by an authorised person at the customer
	Withdraw Event = "withdraw" // by the supplier
	Lapse    Event = "lapse"    // its time ran out
	Renew    Event = "renew"    // by the supplier: it can be answered for as long again
)

// transitions lists every legal move; anything else is a Conflict.
var transitions = map[Status]map[Event]Status{
	Pending: {Approve: Accepted, Reject: Rejected, Withdraw: Withdrawn, Lapse: Expired, Renew: Pending},
	Expired: {Renew: Pending},
}

// Statuses lists the states in the order of life.
func Statuses() []Status { return []Status{Pending, Accepted, Rejected, Withdrawn, Expired} }

// Events lists the events.
func Events() []Event { return []Event{Approve, Reject, Withdraw, Lapse, Renew} }

// Next returns the state after e. An illegal move is a Conflict error with the
// code request.decided, or request.expired when the time ran out.
func (s Status) Next(e Event) (Status, error) {
	if next, ok := transitions[s][e]; ok {
		return next, nil
	}
	if s == Expired {
		return s, models.NewError(models.Conflict, models.CodeRequestExpired)
	}
	return s, models.NewError(models.Conflict, models.CodeRequestDecided)
}

// Diagram draws the transition table as a Mermaid state diagram; docs/states.md
// is made of it.
func Diagram() string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n    [*] --> pending\n")
	for _, from := range Statuses() {
		for _, e := range Events() {
			if to, ok := transitions[from][e]; ok {
				fmt.Fprintf(&b, "    %s --> %s: %s\n", from, to, e)
			}
		}
	}
	for _, s := range Statuses() {
		if len(transitions[s]) == 0 {
			fmt.Fprintf(&b, "    %s --> [*]\n", s)
		}
	}
	return b.String()
}

// Final reports whether nothing can happen to s any more.
func (s Status) Final() bool { return slices.Contains(Statuses(), s) && len(transitions[s]) == 0 }
