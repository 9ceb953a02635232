package models

import "time"

// ActorKind says what sort of actor does something.
type ActorKind string

// The actors of design.md section 2.
const (
	Person       ActorKind = "person"       // a signed-in person, acting for an organisation
	Organisation ActorKind = "organisation" // an organisation's machine client
	SystemUser   ActorKind = "systemuser"   // a token that carries authorization_details
	Issuer       ActorKind = "issuer"       // a token issuer that asks for enrichment
	Service      ActorKind = "service"      // a platform service, such as an API that asks for decisions
	Operator     ActorKind = "operator"     // whoever runs the registry's commands
)

// Actor is whoever does something. It is built from verified credentials only
// and passed as an argument; no rule digs it out of a context.
type Actor struct {
	Kind  ActorKind
	ID    string // a person's ID, a client id, an issuer identifier, or the operator's name
	OrgNo string // the organisation it acts for, nine digits; empty when for none
	Level int    // a person's authentication level, 0 (unknown) to 4; 0 for others
	// AuthTime is when a person proved who he is; zero for others.
	AuthTime time.Time
}
