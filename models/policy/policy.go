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
	SystemUpdate      Action = "system.update"
	SystemDelete      Action = "system.delete"
	RequestSend       Action = "request.send"
	RequestTrack      Action = "request.track" // the supplier looks at what it sent
	RequestWithdraw   Action = "request.withdraw"
	RequestRead       Action = "request.read" // the customer looks at what it was asked
	RequestApprove    Action = "request.approve"
	RequestReject     Action = "request.reject"
	RequestLapse      Action = "request.lapse"
	RequestRenew      Action = "request.renew"
	RequestForward    Action = "request.forward" // to those who administer access
	SystemUserRead    Action = "systemuser.read"
	SystemUserRevoke  Action = "systemuser.revoke"
	CatalogueImport   Action = "catalogue.import"
	PartyImport       Action = "party.import"
	AuditVerify       Action = "audit.verify"
	OrganisationEnter Action = "organisation.enter" // act for the organisation
	PersonIdentify    Action = "person.identify"    // be tied to an identity at a provider, by logging in there

	// Change requests.
	ChangeSend     Action = "change.send"
	ChangeTrack    Action = "change.track"
	ChangeWithdraw Action = "change.withdraw"
	ChangeRead     Action = "change.read"
	ChangeApprove  Action = "change.approve"
	ChangeReject   Action = "change.reject"

	// System users: what else the customer does, and what the supplier.
	SystemUserCreate Action = "systemuser.create" // from a visible system, without a request
	SystemUserTrack  Action = "systemuser.track"  // the supplier looks
	SystemUserPause  Action = "systemuser.pause"
	SystemUserResume Action = "systemuser.resume"
	SystemUserGiveUp Action = "systemuser.give_up"
	SystemUserStream Action = "systemuser.stream" // all of them, for the platform
	SystemUserRename Action = "systemuser.rename"
	SystemUserEnd    Action = "systemuser.end" // its time is up

	// Which clients an agent system user serves.
	ClientRead       Action = "client.read"
	ClientAttach     Action = "client.attach"
	ClientDetach     Action = "client.detach"
	ClientAttachSelf Action = "client.attach_self" // the organisation itself
	ClientDetachSelf Action = "client.detach_self"

	// What a supplier does in bulk, and asks why.
	BulkStart  Action = "bulk.start"
	BulkRead   Action = "bulk.read"
	BulkCancel Action = "bulk.cancel"
	Diagnose   Action = "diagnose"

	// Customers' screens.
	RequestWish         Action = "request.wish" // asks the supplier for another request
	ChangeWish          Action = "change.wish"
	ChangeForward       Action = "change.forward"
	ForwardRecall       Action = "forward.recall"       // takes back what he sent on
	SystemUserSuspend   Action = "systemuser.suspend"   // the customer pauses it
	SystemUserUnsuspend Action = "systemuser.unsuspend" // and lets it go on
	SystemUserLimit     Action = "systemuser.limit"     // an end, or an earlier one
	SystemUserProlong   Action = "systemuser.prolong"   // a later end, or none
	SystemUserNarrow    Action = "systemuser.narrow"    // takes something of what it holds
	SystemUserKeep      Action = "systemuser.keep"      // says in a review that it is to stay
	SupplierBlock       Action = "supplier.block"       // it may not ask any more
	SupplierUnblock     Action = "supplier.unblock"
	ClientsAttach       Action = "client.attach_many" // a job
	ClientsDetach       Action = "client.detach_many"
	ClientsCancel       Action = "client.cancel_many" // what waits of such a job
	ClientRule          Action = "client.rule"        // new clients are attached as they come
	ClientRuleEnd       Action = "client.rule_end"
	PersonNotices       Action = "person.notices" // chooses what he is told of

	// Who holds what in an organisation.
	MemberRead          Action = "member.read"
	MemberGive          Action = "member.give" // Standing.Gives says what
	MemberEnd           Action = "member.end"  // Standing.Ends says which
	InvitationSend      Action = "invitation.send"
	InvitationRead      Action = "invitation.read"
	InvitationRevoke    Action = "invitation.revoke"
	OrganisationRestore Action = "organisation.restore" // undo what being struck off the register did

	// What a person does for himself, whether or not he belongs anywhere.
	InvitationAccept  Action = "invitation.accept"
	OrganisationClaim Action = "organisation.claim" // join by what a provider vouches for
	PersonLink        Action = "person.link"        // one more way to log in
	PersonUnlink      Action = "person.unlink"
	PersonRead        Action = "person.read"
	PersonExport      Action = "person.export"
	PersonErase       Action = "person.erase"
	LoginEnd          Action = "login.end"

	// Upkeep.
	PersonRemap  Action = "person.remap" // follow a provider that changed its subjects
	RegisterSync Action = "register.sync"
	KeyRotate    Action = "key.rotate" // of the personal data
)

// Actions lists every action, for the grid's test.
func Actions() []Action {
	return []Action{
		SystemRegister, SystemRead, RequestSend, RequestTrack, RequestWithdraw, RequestRead, RequestApprove,
		RequestReject, RequestLapse, SystemUserRead, SystemUserRevoke, CatalogueImport, PartyImport, AuditVerify, OrganisationEnter,
		PersonIdentify, MemberRead, MemberGive, MemberEnd, InvitationSend, InvitationRead, InvitationRevoke, OrganisationRestore,
		InvitationAccept, OrganisationClaim, PersonLink, PersonUnlink, PersonRead, PersonExport, PersonErase, LoginEnd,
		PersonRemap, RegisterSync, KeyRotate,
		SystemUpdate, SystemDelete, RequestRenew, RequestForward,
		ChangeSend, ChangeTrack, ChangeWithdraw, ChangeRead, ChangeApprove, ChangeReject,
		SystemUserCreate, SystemUserTrack, SystemUserPause, SystemUserResume, SystemUserGiveUp, SystemUserStream, SystemUserRename, SystemUserEnd,
		ClientRead, ClientAttach, ClientDetach, ClientAttachSelf, ClientDetachSelf,
		BulkStart, BulkRead, BulkCancel, Diagnose,
		RequestWish, ChangeWish, ChangeForward, ForwardRecall, SystemUserSuspend, SystemUserUnsuspend, SystemUserLimit, SystemUserProlong, SystemUserNarrow,
		SystemUserKeep, SupplierBlock, SupplierUnblock, ClientsAttach, ClientsDetach, ClientsCancel, ClientRule, ClientRuleEnd, PersonNotices,
	}
}

// need is what an action asks of a person in the organisation concerned.
type need int

const (
	nobody   need = iota // no person may
	himself              // any person, for the action is about him alone
	member               // holds something in the organisation
	systems              // may act for it as a supplier
	manager              // administers access
	clients              // decides which clients agents serve, or administers access
	granter              // administers access, and is signed in surely and lately enough to grant
	attacher             // decides which clients agents serve, and is signed in as a granter is
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
	SystemUserRevoke:  manager, // revoking is never barred by the level or an old login
	MemberRead:        member,
	MemberGive:        granter,
	MemberEnd:         manager,
	InvitationSend:    granter,
	InvitationRead:    manager,
	InvitationRevoke:  manager,
	InvitationAccept:  himself,
	OrganisationClaim: himself,
	PersonLink:        himself,
	PersonUnlink:      himself,
	PersonRead:        himself,
	PersonExport:      himself,
	PersonErase:       himself,
	LoginEnd:          himself,

	SystemUpdate:     systems,
	SystemDelete:     systems,
	RequestRenew:     systems,
	RequestForward:   member,
	ChangeSend:       systems,
	ChangeTrack:      systems,
	ChangeWithdraw:   systems,
	ChangeRead:       member,
	ChangeApprove:    granter,
	ChangeReject:     manager,
	SystemUserCreate: granter,
	SystemUserRename: manager,
	SystemUserTrack:  systems,
	SystemUserPause:  systems,
	SystemUserResume: systems,
	SystemUserGiveUp: systems,
	ClientRead:       clients,
	ClientAttach:     attacher,
	ClientDetach:     clients, // as revoking, never barred by the level or an old login
	ClientAttachSelf: granter,
	ClientDetachSelf: manager,
	BulkStart:        systems,
	BulkRead:         systems,
	BulkCancel:       systems,
	Diagnose:         systems,

	RequestWish:         manager,
	ChangeWish:          manager,
	ChangeForward:       member,
	ForwardRecall:       member,
	SystemUserSuspend:   manager,
	SystemUserUnsuspend: granter,
	SystemUserLimit:     manager,
	SystemUserProlong:   granter,
	SystemUserNarrow:    manager,
	SystemUserKeep:      manager,
	SupplierBlock:       manager,
	SupplierUnblock:     manager,
	ClientsAttach:       attacher,
	ClientsDetach:       clients,
	ClientsCancel:       clients,
	ClientRule:          attacher,
	ClientRuleEnd:       clients,
	PersonNotices:       himself,
}

// organisations are the actions of an organisation's own program, whose token
// has the scope for it: those of a supplier.
var organisations = map[Action]bool{
	SystemRegister: true, SystemRead: true, SystemUpdate: true, SystemDelete: true,
	RequestSend: true, RequestTrack: true, RequestWithdraw: true, RequestRenew: true,
	ChangeSend: true, ChangeTrack: true, ChangeWithdraw: true,
	SystemUserTrack: true, SystemUserPause: true, SystemUserResume: true, SystemUserGiveUp: true,
	BulkStart: true, BulkRead: true, BulkCancel: true, Diagnose: true,
}

// services are the actions of platform services.
var services = map[Action]bool{SystemUserStream: true}

// operators are the actions of whoever runs the registry. An invitation of his
// is how an organisation without an administrator gets its first.
var operators = map[Action]bool{
	CatalogueImport: true, PartyImport: true, AuditVerify: true, RequestLapse: true, SystemUserEnd: true,
	InvitationSend: true, OrganisationRestore: true, PersonRemap: true, PersonExport: true, PersonErase: true,
	RegisterSync: true, KeyRotate: true,
	// A program of his with the scope for it keeps the register for suppliers.
	SystemRegister: true, SystemRead: true, SystemUpdate: true, SystemDelete: true,
}

// Check says whether the actor may do the action for the organisation that s
// stands for. nil is yes. No is an error: Unauthenticated for nobody,
// NotFound for a person without any tie to the organisation (to whom the
// thing may as well not exist), Forbidden otherwise, with the code
// authentication.level or authentication.age where a login at a higher level or
// a new one would help. What a person does for himself asks nothing of s.
func Check(a models.Actor, act Action, s Standing, c *catalog.Catalog) error {
	switch a.Kind {
	case models.Person:
		return checkPerson(act, s, c)
	case models.Operator:
		if operators[act] {
			return nil
		}
	case models.Organisation:
		if organisations[act] && a.OrgNo != "" {
			return nil
		}
	case models.Service:
		if services[act] {
			return nil
		}
	case models.SystemUser, models.Issuer:
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
	case himself:
		return nil
	case member:
		ok = s.Member()
	case systems:
		ok = s.ManagesSystems(c)
	case manager, granter:
		ok = s.AccessManager(c)
	case clients:
		ok = s.ClientAdministrator(c) || s.AccessManager(c)
	case attacher:
		ok = s.ClientAdministrator(c) || s.MainAdministrator(c)
	}
	grants := want == granter || want == attacher
	switch {
	case !ok && !s.Member():
		return models.NewError(models.NotFound, models.CodeNotFound)
	case !ok:
		return models.NewError(models.Forbidden, models.CodeForbidden)
	case grants && s.LevelLow():
		return models.NewError(models.Forbidden, models.CodeLevelTooLow)
	case grants && s.LoginOld():
		return models.NewError(models.Forbidden, models.CodeLoginTooOld)
	}
	return nil
}
