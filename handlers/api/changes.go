package api

import (
	"cmp"
	"net/http"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
)

// Where change requests are found, by programs and by customers' browsers.
const (
	changeAddress  = "/authentication/api/v1/systemuser/changerequest/vendor/"
	changeConfirms = "/accessmanagement/ui/systemuser/changerequest?id="
)

// changeAnswer is a change request as Altinn writes it. expires and what comes
// after it are ours.
type changeAnswer struct {
	ID                     models.ID       `json:"id"`
	ExternalRef            string          `json:"externalRef"`
	SystemID               system.ID       `json:"systemId"`
	SystemUserID           models.ID       `json:"systemUserId"`
	PartyOrgNo             party.OrgNo     `json:"partyOrgNo"`
	RequiredRights         []right         `json:"requiredRights"`
	UnwantedRights         []right         `json:"unwantedRights"`
	RequiredAccessPackages []accessPackage `json:"requiredAccessPackages"`
	UnwantedAccessPackages []accessPackage `json:"unwantedAccessPackages"`
	Status                 string          `json:"status"`
	RedirectURL            string          `json:"redirectUrl,omitempty"`
	ConfirmURL             string          `json:"confirmUrl"`
	Created                time.Time       `json:"created"`
	TimedOut               bool            `json:"timedOut"`
	Expires                *time.Time      `json:"expires,omitempty"`
	Purpose                *models.Text    `json:"purpose,omitempty"`
	ContactEmail           string          `json:"contactEmail,omitempty"`
	Reason                 string          `json:"reason,omitempty"`
	LeftOut                *leftOut        `json:"leftOut,omitempty"`
	Wish                   *wish           `json:"wish,omitempty"`
}

// withdrawn is what only its customer can be shown.
const withdrawn = "Withdrawn"

const noChangeNeeded = "NoChangeNeeded"

func (a *API) changeAnswer(c request.Change) changeAnswer {
	status := c.Current(a.Now())
	out := changeAnswer{
		ID: c.Correlation, ExternalRef: c.ExternalRef, SystemID: c.System, SystemUserID: c.SystemUser, PartyOrgNo: c.Customer,
		Status: cmp.Or(statuses[status], withdrawn), RedirectURL: c.RedirectURL, ConfirmURL: a.PortalURL + changeConfirms + string(c.Correlation) + "&DONTCHOOSEREPORTEE=true",
		Created: c.CreatedAt.UTC(), TimedOut: status == request.Expired, ContactEmail: c.ContactEmail, Reason: c.Reason,
		LeftOut: leftOutOf(c.Request), Wish: wishOf(c.Request),
	}
	out.RequiredRights, out.RequiredAccessPackages = split(c.Items, c.Why)
	out.UnwantedRights, out.UnwantedAccessPackages = split(c.Unwanted, nil)
	if !c.Purpose.Empty() {
		out.Purpose = &c.Purpose
	}
	if c.ID == "" {
		out.Status, out.ConfirmURL = noChangeNeeded, ""
		return out
	}
	expires := c.ExpiresAt.UTC()
	out.Expires = &expires
	return out
}

// AskChange answers POST changerequest/vendor.
func (a *API) AskChange(q Question) (Answer, error) {
	actor, err := q.supplier(scopeRequestWrite)
	if err != nil {
		return Answer{}, err
	}
	in, err := a.changeAsked(q)
	if err != nil {
		return Answer{}, err
	}
	c, repeat, err := q.Registry.AskChange(q.Ctx(), actor, in)
	switch {
	case err != nil:
		return Answer{}, changeFailure(c, err)
	case repeat != "":
		answer, err := ok(a.changeAnswer(c))
		return answer.with(repeated, string(repeat)), err
	case c.ID == "":
		return ok(a.changeAnswer(c))
	}
	return created(a.PublicURL+changeAddress+string(c.Correlation), a.changeAnswer(c))
}

// noChange is a change request that is not there, or another supplier's.
var noChange = map[models.Code]int{models.CodeNotFound: 10}

// SentChange answers GET changerequest/vendor/{requestId}.
func (a *API) SentChange(q Question) (Answer, error) {
	actor, id, err := a.supplierChange(q, scopeRequestRead, scopeRequestWrite)
	if err != nil {
		return Answer{}, err
	}
	c, err := q.Registry.SentChange(q.Ctx(), actor, id)
	if err != nil {
		return Answer{}, as(err, noChange)
	}
	return ok(a.changeAnswer(c))
}

// supplierChange is the supplier and the change request of the path.
func (a *API) supplierChange(q Question, scopes ...string) (models.Actor, models.ID, error) {
	actor, err := q.supplier(scopes...)
	if err != nil {
		return actor, "", err
	}
	id, err := models.ParseID(q.Param("requestid"))
	return actor, id, as(err, noChange)
}

// SentChangeByRef answers GET
// changerequest/vendor/byexternalref/{systemId}/{orgNo}/{externalRef}: the newest.
func (a *API) SentChangeByRef(q Question) (Answer, error) {
	actor, err := q.supplier(scopeRequestRead, scopeRequestWrite)
	if err != nil {
		return Answer{}, err
	}
	id, err := system.ParseID(q.Param("systemid"))
	if err != nil {
		return Answer{}, as(err, noChange)
	}
	customer, err := a.Numbers.Parse(q.Param("orgno"))
	if err != nil || models.TextFault(q.Param("externalref"), maxQuery, true) != "" { // not every database takes any bytes
		return Answer{}, problem(10)
	}
	page, _, _, err := q.Registry.SentChanges(q.Ctx(), actor, registry.ChangeQuery{System: id, Customer: customer, ExternalRef: q.Param("externalref")}, 1, false)
	switch {
	case err != nil:
		return Answer{}, as(err, noChange)
	case len(page) == 0:
		return Answer{}, problem(10)
	}
	return ok(a.changeAnswer(page[0]))
}

// changeToken is where a page of change requests begins: after this one.
type changeToken struct {
	At int64     `json:"t"` // milliseconds
	ID models.ID `json:"i"`
}

// changeFilters are the states that a list may be asked for.
var changeFilters = map[string]request.Status{
	"New": request.Pending, "Accepted": request.Accepted, "Rejected": request.Rejected, "Timedout": request.Expired,
}

// SentChanges answers GET changerequest/vendor/bysystem/{systemId}.
func (a *API) SentChanges(q Question) (Answer, error) {
	actor, err := q.supplier(scopeRequestRead, scopeRequestWrite)
	if err != nil {
		return Answer{}, err
	}
	id, err := system.ParseID(q.Param("systemid"))
	if err != nil {
		return Answer{}, as(err, notThatSystem)
	}
	want, err := page[changeToken](q, pageSize)
	if err != nil {
		return Answer{}, err
	}
	query := registry.ChangeQuery{System: id}
	if want.Given {
		after, err := models.ParseID(string(want.After.ID))
		if err != nil {
			return Answer{}, binding("token", "is not one that a links.next of ours held.")
		}
		query.After = registry.ChangePlace{At: time.UnixMilli(want.After.At), ID: after}
	}
	if query, err = a.changeFilter(q, query); err != nil {
		return Answer{}, err
	}
	changes, more, total, err := q.Registry.SentChanges(q.Ctx(), actor, query, want.Size, want.Total)
	if err != nil {
		return Answer{}, as(err, notThatSystem)
	}
	out := list[changeAnswer]{Data: []changeAnswer{}}
	for _, c := range changes {
		out.Data = append(out.Data, a.changeAnswer(c))
	}
	if want.Total {
		out.Total = &total
	}
	if more {
		last := changes[len(changes)-1]
		if out.Links.Next, err = a.next(q, changeToken{At: last.CreatedAt.UnixMilli(), ID: last.ID}); err != nil {
			return Answer{}, err
		}
	}
	return ok(out)
}

// changeFilter reads which of a system's change requests are asked for.
func (a *API) changeFilter(q Question, query registry.ChangeQuery) (registry.ChangeQuery, error) {
	status, err := q.one("status")
	if err != nil {
		return query, err
	}
	if status != "" {
		known := false
		if query.Status, known = changeFilters[status]; !known {
			return query, binding("status", "must be New, Accepted, Rejected or Timedout.")
		}
	}
	query.Customer, err = a.ofCustomer(q)
	return query, err
}

// RemoveChange answers DELETE changerequest/vendor/{requestId}.
func (a *API) RemoveChange(q Question) (Answer, error) {
	actor, id, err := a.supplierChange(q, scopeRequestWrite)
	if err != nil {
		return Answer{}, err
	}
	if err := q.Registry.RemoveChange(q.Ctx(), actor, id); err != nil {
		return Answer{}, as(err, noChange)
	}
	return Answer{Status: http.StatusAccepted}, nil
}

// RenewChange answers POST api/v1/changerequests/{id}/renew.
func (a *API) RenewChange(q Question) (Answer, error) {
	actor, id, err := a.supplierChange(q, scopeRequestWrite)
	if err != nil {
		return Answer{}, err
	}
	c, err := q.Registry.RenewChange(q.Ctx(), actor, id)
	if err != nil {
		return Answer{}, as(err, map[models.Code]int{
			models.CodeNotFound: 10, models.CodeRequestDecided: 13, models.CodeUserRevoked: 15,
		})
	}
	return ok(a.changeAnswer(c))
}
