package api

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

// internalUser is SystemUser (internal) of the contract: what its owner's people
// are shown.
type internalUser struct {
	supplierUser
	SystemInternalID models.ID       `json:"systemInternalId"`
	PartyID          string          `json:"partyId"`
	PartyUUID        string          `json:"partyUuId"` // spelt so in the contract
	AccessPackages   []accessPackage `json:"accessPackages"`
}

// detailedUser is SystemUser (detail).
type detailedUser struct {
	internalUser
	Rights []right `json:"rights"`
}

// internalUser writes a system user. What has ended, by itself or with its
// system, never looks active. Its lists are what was approved and is still asked
// for.
func (a *API) internalUser(v registry.SystemUserView) detailedUser {
	out := detailedUser{internalUser: internalUser{
		supplierUser: a.supplierUser(v.SystemUser), SystemInternalID: v.System.UUID,
		PartyID: strconv.FormatInt(v.Customer.PartyID, 10), PartyUUID: v.Customer.UUID,
	}}
	if v.System.Deleted {
		out.Status, out.Paused, out.PauseReason = registry.UsersEnded, nil, ""
	}
	out.IsDeleted = out.Status == registry.UsersEnded
	out.Rights, out.AccessPackages = split(v.SystemUser.Asked(v.System), nil)
	return out
}

// UsersOfParty answers GET systemuser/{party}: the standard ones.
func (a *API) UsersOfParty(q Question) (Answer, error) {
	return a.usersOfParty(q, systemuser.Standard)
}

// AgentsOfParty answers GET systemuser/agent/{party}.
func (a *API) AgentsOfParty(q Question) (Answer, error) {
	return a.usersOfParty(q, systemuser.Agent)
}

func (a *API) usersOfParty(q Question, kind systemuser.Kind) (Answer, error) {
	actor, err := q.acting()
	if err != nil {
		return Answer{}, err
	}
	p, err := page[placeToken](q, maxPage)
	if err != nil {
		return Answer{}, err
	}
	after, err := p.After.after()
	if err != nil {
		return Answer{}, err
	}
	users, more, err := q.Registry.LiveSystemUsers(q.Ctx(), actor, kind, after, p.Size)
	if err != nil {
		return Answer{}, as(err, notHim)
	}
	out := make([]internalUser, len(users))
	for i, v := range users {
		out[i] = a.internalUser(v).internalUser
	}
	if !more {
		return ok(out)
	}
	last := users[len(users)-1].SystemUser
	return a.goesOn(q, out, placeToken{last.CreatedAt.UnixMilli(), last.ID})
}

// noUserOfParty is what is in the way of what a person does to a system user.
var noUserOfParty = map[models.Code]int{
	models.CodeForbidden: 66, models.CodeLevelTooLow: 20, models.CodeLoginTooOld: 20,
	models.CodeNotFound: 15, models.CodeUserRevoked: 15,
}

// userOfParty reads the system user of the path.
func (q Question) userOfParty() (models.Actor, registry.SystemUserView, error) {
	actor, err := q.acting()
	if err != nil {
		return actor, registry.SystemUserView{}, err
	}
	id, err := models.ParseID(q.Param("systemuserid"))
	if err != nil {
		return actor, registry.SystemUserView{}, problem(15)
	}
	v, err := q.Registry.LiveSystemUser(q.Ctx(), actor, id)
	return actor, v, as(err, noUserOfParty)
}

// UserOfParty answers GET systemuser/{party}/{systemUserId}.
func (a *API) UserOfParty(q Question) (Answer, error) {
	_, v, err := q.userOfParty()
	if err != nil {
		return Answer{}, err
	}
	return ok(a.internalUser(v))
}

// delegations is what a system user really holds now.
type delegations struct {
	SystemUserID   models.ID       `json:"systemUserId"`
	Rights         []right         `json:"rights"`
	AccessPackages []accessPackage `json:"accessPackages"`
}

// DelegationsOfUser answers GET systemuser/{party}/{systemUserId}/delegations. One
// that is paused or has ended holds nothing, and an agent nothing for its owner
// by having been approved.
func (a *API) DelegationsOfUser(q Question) (Answer, error) {
	_, v, err := q.userOfParty()
	if err != nil {
		return Answer{}, err
	}
	out := delegations{SystemUserID: v.SystemUser.ID, Rights: []right{}, AccessPackages: []accessPackage{}}
	if v.SystemUser.Kind == systemuser.Standard {
		out.Rights, out.AccessPackages = split(v.SystemUser.Effective(v.System, a.Now()), nil)
	}
	return ok(out)
}

// DeleteUser answers DELETE systemuser/{party}/{systemUserId} and the portal's own
// path for it: it ends a standard system user with all that it was given. One
// that is not there is answered 404 with the body 0.
func (a *API) DeleteUser(q Question) (Answer, error) {
	actor, v, err := q.userOfParty()
	if err == nil && v.SystemUser.Kind != systemuser.Standard {
		return Answer{}, problem(36)
	}
	if err == nil {
		err = as(q.Registry.Revoke(q.Ctx(), actor, v.SystemUser.ID), noUserOfParty)
	}
	if f, is := errors.AsType[*Failure](err); is && f.code == problem(15).code {
		respond.Failed(q.Context, models.CodeNotFound)
		return Answer{Status: http.StatusNotFound, Body: 0}, nil
	}
	return Answer{Status: http.StatusAccepted, Body: 1}, err
}

// userChange is the body of PUT systemuser. partyId is text in the contract's
// answers and a number in some clients.
type userChange struct {
	ID               string         `json:"id"`
	PartyID          jsontext.Value `json:"partyId"`
	ReporteeOrgNo    string         `json:"reporteeOrgNo"`
	IntegrationTitle string         `json:"integrationTitle"`
	SystemID         string         `json:"systemId"`
}

// RenameUser answers PUT systemuser: it changes integrationTitle. What a system
// user is for, and whose it is, stays; another systemId is refused.
func (a *API) RenameUser(q Question) (Answer, error) {
	in, err := decode[userChange](q)
	if err != nil {
		return Answer{}, err
	}
	actor, err := q.person()
	if err != nil {
		return Answer{}, err
	}
	switch party := strings.Trim(string(in.PartyID), `"`); {
	case party != "" && party != "null":
		o, err := q.partyOf(actor, party)
		if err != nil {
			return Answer{}, err
		}
		if actor.OrgNo = string(o.OrgNo); in.ReporteeOrgNo != "" && in.ReporteeOrgNo != actor.OrgNo {
			return Answer{}, binding("reporteeOrgNo", "is not the party's organisation number.")
		}
	default:
		if in.ReporteeOrgNo == "" {
			return Answer{}, binding("partyId", "is missing.")
		}
		o, err := a.Numbers.Parse(in.ReporteeOrgNo)
		if err != nil {
			return Answer{}, binding("reporteeOrgNo", "must be an organisation number of nine digits.")
		}
		actor.OrgNo = string(o)
	}
	id, err := models.ParseID(in.ID)
	if err != nil {
		return Answer{}, problem(15)
	}
	v, err := q.Registry.LiveSystemUser(q.Ctx(), actor, id)
	if err != nil {
		return Answer{}, as(err, noUserOfParty)
	}
	if in.SystemID != "" && in.SystemID != string(v.System.ID) {
		return Answer{}, binding("systemId", "cannot be changed; only integrationTitle can.")
	}
	v, err = q.Registry.Rename(q.Ctx(), actor, id, strings.TrimSpace(in.IntegrationTitle))
	if err != nil {
		return Answer{}, titled(as(err, noUserOfParty))
	}
	return ok(a.internalUser(v).internalUser)
}

// titled tells the fault of a title.
func titled(err error) error {
	e, is := errors.AsType[*models.Error](err)
	if !is || e.Code != models.CodeInvalid {
		return err
	}
	for _, f := range e.Fields {
		if f.Field == "title" {
			return binding("integrationTitle", "must be 1 to 100 characters on one line.")
		}
	}
	return problem(3).saying("The system asks for nothing.")
}

// userCreation is the body of POST systemuser/{party}/create.
type userCreation struct {
	IntegrationTitle string `json:"integrationTitle"`
	SystemID         string `json:"systemId"`
}

// CreateUser answers POST systemuser/{party}/create: a person gives a visible
// system all that it asks for.
func (a *API) CreateUser(q Question) (Answer, error) {
	actor, err := q.granting()
	if err != nil {
		return Answer{}, err
	}
	in, err := decode[userCreation](q)
	if err != nil {
		return Answer{}, err
	}
	of, err := system.ParseID(in.SystemID)
	if err != nil {
		return Answer{}, as(err, notThatSystem)
	}
	v, err := q.Registry.CreateSystemUser(q.Ctx(), actor, of, strings.TrimSpace(in.IntegrationTitle), registry.Portal{Issuer: q.Caller.Issuer, Kind: systemuser.Standard})
	if err != nil {
		return Answer{}, titled(as(ungranted(err), map[models.Code]int{
			models.CodeForbidden: 66, models.CodeLevelTooLow: 20, models.CodeLoginTooOld: 20, models.CodeNotFound: 11, models.CodeUserExists: 4,
			models.CodeRequestExists: 7,
		}))
	}
	return ok(a.internalUser(v).internalUser)
}
