package api

import (
	"errors"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/registry"
)

// changeShown is a change request as its customer's people are shown it. party
// ids are Altinn's; changes and mayApprove are ours.
type changeShown struct {
	changeAnswer
	PartyID    int64      `json:"partyId"`
	PartyUUID  string     `json:"partyUuid"`
	Changes    changeDiff `json:"changes"`
	MayApprove bool       `json:"mayApprove"`
}

// changeDiff is what the change request does to what the system user holds.
type changeDiff struct {
	Added     changePart `json:"added"`
	Removed   changePart `json:"removed"`
	Unchanged changePart `json:"unchanged"`
}

type changePart struct {
	Rights         []right         `json:"rights"`
	AccessPackages []accessPackage `json:"accessPackages"`
}

func partOf(asked []registry.Asked) changePart {
	items := make([]catalog.Item, len(asked))
	for i, one := range asked {
		items[i] = one.Item
	}
	var p changePart
	p.Rights, p.AccessPackages = split(items, nil)
	return p
}

func (a *API) changeShown(v registry.ChangeReview) (Answer, error) {
	if !v.Change.Removed.IsZero() {
		return Answer{}, problem(10)
	}
	out := changeShown{
		changeAnswer: a.changeAnswer(v.Change), PartyID: v.Customer.PartyID, PartyUUID: v.Customer.UUID,
		Changes:    changeDiff{Added: partOf(v.Asked), Removed: partOf(v.Removed), Unchanged: partOf(v.Kept)},
		MayApprove: v.CanApprove && v.Again == "",
	}
	out.ID = v.Change.ID
	return ok(out)
}

// PartyChange answers GET changerequest/{party}/{requestId}.
func (a *API) PartyChange(q Question) (Answer, error) {
	actor, err := q.acting(scopePortal)
	if err != nil {
		return Answer{}, err
	}
	return a.showChange(q, actor)
}

// Change answers GET changerequest/{requestId}: to whoever holds something in
// the organisation that it concerns.
func (a *API) Change(q Question) (Answer, error) {
	actor, err := q.person(scopePortal)
	if err != nil {
		return Answer{}, err
	}
	id, err := models.ParseID(q.Param("requestid"))
	if err != nil {
		return Answer{}, as(err, noChange)
	}
	customer, err := q.Registry.ChangeCustomer(q.Ctx(), models.ID(actor.ID), id)
	if err != nil {
		return Answer{}, as(err, noChange)
	}
	actor.OrgNo = string(customer)
	return a.showChange(q, actor)
}

func (a *API) showChange(q Question, actor models.Actor) (Answer, error) {
	id, err := models.ParseID(q.Param("requestid"))
	if err != nil {
		return Answer{}, as(err, noChange)
	}
	v, err := q.Registry.ReviewChange(q.Ctx(), actor, id)
	if err != nil {
		return Answer{}, as(err, noChange)
	}
	return a.changeShown(v)
}

// ApproveChange answers POST changerequest/{party}/{requestId}/approve.
func (a *API) ApproveChange(q Question) (Answer, error) {
	return a.decideChange(q, func(actor models.Actor, id models.ID, through registry.Portal) error {
		_, err := q.Registry.ApproveChangeThrough(q.Ctx(), actor, id, through)
		return err
	})
}

// RejectChange answers POST changerequest/{party}/{requestId}/reject.
func (a *API) RejectChange(q Question) (Answer, error) {
	return a.decideChange(q, func(actor models.Actor, id models.ID, through registry.Portal) error {
		return q.Registry.RejectChangeThrough(q.Ctx(), actor, id, through)
	})
}

func (a *API) decideChange(q Question, decide func(models.Actor, models.ID, registry.Portal) error) (Answer, error) {
	actor, err := q.granting(scopePortal)
	if err != nil {
		return Answer{}, err
	}
	id, err := models.ParseID(q.Param("requestid"))
	if err != nil {
		return Answer{}, as(err, noChange)
	}
	if err := decide(actor, id, registry.Portal{Issuer: q.Caller.Issuer}); err != nil {
		return Answer{}, undecided(err)
	}
	return ok(true)
}

// undecided says in Altinn's numbers why a change request could not be answered.
func undecided(err error) error {
	if refused, ok := errors.AsType[*registry.NotGrantedError](err); ok {
		v := refused.Verdicts[0]
		if v.Item.Kind == catalog.PackageItem {
			return as(err, map[models.Code]int{models.CodeRequestNotGranted: packageCauses[v.Cause]})
		}
		return as(err, map[models.Code]int{models.CodeRequestNotGranted: rightCauses[v.Cause]})
	}
	return as(err, map[models.Code]int{
		models.CodeNotFound: 10, models.CodeSystemDeleted: 11, models.CodeUserRevoked: 15,
		models.CodeRequestDecided: 13, models.CodeRequestExpired: 13, models.CodeConflict: 60, models.CodeStruckOff: 5,
		models.CodeForbidden: 66, models.CodeLevelTooLow: 20, models.CodeLoginTooOld: 20,
	})
}

// Why a person may not grant something that is new, in the numbers of row 60.
var (
	packageCauses = map[policy.Cause]int{
		policy.Level: 20, policy.NotManager: 66, policy.MissingRole: 53, policy.MissingPack: 53, policy.NotPassedOn: 53,
		policy.NotDelegable: 53, policy.UnknownCause: 63, policy.NotAsked: 63,
	}
	rightCauses = map[policy.Cause]int{
		policy.Level: 20, policy.NotManager: 66, policy.MissingRole: 16, policy.MissingPack: 68, policy.NotPassedOn: 14,
		policy.NotDelegable: 70, policy.UnknownCause: 1, policy.NotAsked: 1,
	}
)
