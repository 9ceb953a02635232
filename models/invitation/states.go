package invitation

import "github.com/stafett/stafett/models"

// Status is the state of an invitation.
type Status string

// The states of an invitation. All but Open are final. Expired is never stored:
// Current finds it.
const (
	Open     Status = "open"
	Accepted Status = "accepted"
	Revoked  Status = "revoked"
	Expired  Status = "expired"
)

// Event is what somebody can do with an invitation.
type Event string

// The events of an invitation.
const (
	Accept Event = "accept" // by whoever has the link, signed in
	Revoke Event = "revoke" // by who administers access in the organisation
)

// transitions lists every legal move.
var transitions = map[Status]map[Event]Status{
	Open: {Accept: Accepted, Revoke: Revoked},
}

// Statuses lists the states in the order of life.
func Statuses() []Status { return []Status{Open, Accepted, Revoked, Expired} }

// Events lists the events.
func Events() []Event { return []Event{Accept, Revoke} }

// Next returns the state after e. An illegal move is a Gone error with the code
// invitation.ended, whatever ended it.
func (s Status) Next(e Event) (Status, error) {
	if next, ok := transitions[s][e]; ok {
		return next, nil
	}
	return s, Ended()
}

// Ended is the error of an invitation that cannot be used: it does not tell one
// that was used, revoked or expired from one that never was.
func Ended() error { return models.NewError(models.Gone, models.CodeInvitationEnded) }
