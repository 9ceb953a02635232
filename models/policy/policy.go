package policy

import (
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
)

// Action is something that an actor does to the registry.
type Action string

// The actions that Check knows. They are also the actions of audit entries.
const (
	SystemRegister    Action = "system.register"
	SystemRead        Action = "system.read"
	RequestSend       Action = "request.send"
	RequestTrack      Action = "request.track" // the supplier looks at what it sent
	RequestWithdraw   Action = "request.withdraw"
	RequestRead       Action = "request.read" // the customer looks at what it was asked
	RequestApprove    Action = "request.approve"
	RequestReject     Action = "request.reject"
	RequestLapse      Action = "request.lapse"
	SystemUserRead    Action = "systemuser.read"
	SystemUserRevoke  Action = "systemuser.revoke"
	CatalogueImport   Action = "catalogue.import"
	PartyImport       Action = "party.import"
	AuditVerify       Action = "audit.verify"
	OrganisationEnter Action = "organisation.enter" // act for the organisation
	PersonIdentify    Action = "person.identify"    // be tied to an identity at a provider, by logging in there
)

// Actions lists every action, for the grid's test.
func Actions() []Action {
	return []Action{
		SystemRegister, SystemRead, RequestSend, RequestTrack, RequestWithdraw, RequestRead, RequestApprove,
		RequestReject, RequestLapse, SystemUserRead, SystemUserRevoke, CatalogueImport, PartyImport, AuditVerify, OrganisationEnter,
		PersonIdentify,
	}
}

// need is what an action asks of a person in the organisation concerned.
type need int

const (
	nobody  need = iota // no person may
	member              // holds something in the organisation
	systems             // may act for it as a supplier
	manager             // administers access
	granter             // administers access and is signed in at the level to grant
)

// persons is the grid for persons; an action that is missing is nobody's.
var persons = map[Action]need{
	OrganisationEnter: member,
	SystemRegister:    systems,
	SystemRead:        systems,
	RequestSend:       systems,
	RequestTrack:      systems,
	RequestWithdraw:   systems,
	RequestRead:       member,
	RequestApprove:    granter,
	RequestReject:     manager,
	SystemUserRead:    member,
	SystemUserRevoke:  manager, // revoking is never barred by the level
}

// operators are the actions of whoever runs the registry.
var operators = map[Action]bool{CatalogueImport: true, PartyImport: true, AuditVerify: true, RequestLapse: true}

// Check says whether the actor may do the action for the organisation that s
// stands for. nil is yes. No is an error: Unauthenticated for nobody,
// NotFound for a person without any tie to the organisation (to whom the
// thing may as well not exist), Forbidden otherwise, with the code
// authentication.level where a new login would help.
func Check(a models.Actor, act Action, s Standing, c *catalog.Catalog) error {
	switch a.Kind {
	case models.Person:
		return checkPerson(act, s, c)
	case models.Operator:
		if operators[act] {
			return nil
		}
	case models.Organisation, models.SystemUser, models.Issuer, models.Service:
		// machines have no action in the grid yet; the API brings them
	default:
		return models.NewError(models.Unauthenticated, models.CodeUnauthenticated)
	}
	return models.NewError(models.Forbidden, models.CodeForbidden)
}

func checkPerson(act Action, s Standing, c *catalog.Catalog) error {
	want := persons[act]
	ok := false
	switch want {
	case nobody:
	case member:
		ok = s.Member()
	case systems:
		ok = s.ManagesSystems(c)
	case manager, granter:
		ok = s.AccessManager(c)
	}
	switch {
	case !ok && !s.Member():
		return models.NewError(models.NotFound, models.CodeNotFound)
	case !ok:
		return models.NewError(models.Forbidden, models.CodeForbidden)
	case want == granter && s.Level < s.MinLevel:
		return models.NewError(models.Forbidden, models.CodeLevelTooLow)
	}
	return nil
}
