package api

import (
	"bytes"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

// What pauses a system user, as suppliers are told.
const (
	pausedBySupplier = "supplier"
	pausedByCustomer = "customer"
	pausedByRegister = "struck_off" // its customer has been struck off its register
)

// supplierUser is SystemUser (external) of the contract. productName is the
// system's id, since issuers read it there. status, validTo, paused and
// pauseReason are ours.
type supplierUser struct {
	ID               models.ID          `json:"id"`
	IntegrationTitle string             `json:"integrationTitle"`
	SystemID         system.ID          `json:"systemId"`
	ProductName      system.ID          `json:"productName"`
	ReporteeOrgNo    party.OrgNo        `json:"reporteeOrgNo"`
	Created          time.Time          `json:"created"`
	IsDeleted        bool               `json:"isDeleted"`
	SupplierName     string             `json:"supplierName"`
	SupplierOrgno    party.OrgNo        `json:"supplierOrgno"`
	ExternalRef      string             `json:"externalRef"`
	UserType         systemuser.Kind    `json:"userType"`
	Status           registry.UserState `json:"status"`
	ValidTo          *time.Time         `json:"validTo,omitempty"`
	Paused           []string           `json:"paused,omitempty"`
	PauseReason      string             `json:"pauseReason,omitempty"` // of the customer, in its words
}

func (a *API) supplierUser(u systemuser.SystemUser) supplierUser {
	out := supplierUser{
		ID: u.ID, IntegrationTitle: u.Title, SystemID: u.System, ProductName: u.System, ReporteeOrgNo: u.Customer,
		Created: u.CreatedAt.UTC(), IsDeleted: u.Status == systemuser.Revoked, SupplierOrgno: registry.SupplierOf(u),
		ExternalRef: u.ExternalRef, UserType: u.Kind, Status: registry.StateOf(u, a.Now()),
	}
	if !u.ValidTo.IsZero() {
		to := u.ValidTo.UTC()
		out.ValidTo = &to
	}
	if out.Status == registry.UsersEnded {
		return out
	}
	if !u.SupplierPaused.IsZero() {
		out.Paused = append(out.Paused, pausedBySupplier)
	}
	if !u.CustomerPaused.IsZero() {
		out.Paused, out.PauseReason = append(out.Paused, pausedByCustomer), u.PauseReason
	}
	if u.Paused != "" {
		out.Paused = append(out.Paused, pausedByRegister)
	}
	return out
}

// noUser is a system user that is not there, or another supplier's.
var noUser = map[models.Code]int{models.CodeNotFound: 15}

// UserByQuery answers GET systemuser/vendor/byquery: the system user of a
// system, a customer and an external reference, which is the customer's number
// when it is left out.
func (a *API) UserByQuery(q Question) (Answer, error) {
	actor, err := q.supplier(scopeRequestRead, scopeRequestWrite, scopeRegisterRead, scopeRegisterWrite)
	if err != nil {
		return Answer{}, err
	}
	id, customer, ref, err := a.triple(q)
	if err != nil {
		return Answer{}, err
	}
	u, err := q.Registry.SystemUserByQuery(q.Ctx(), actor, id, customer, ref)
	if err != nil {
		return Answer{}, as(err, noUser)
	}
	return ok(a.supplierUser(u))
}

// triple reads what names a system user to its supplier.
func (a *API) triple(q Question) (id system.ID, customer party.OrgNo, ref string, err error) {
	f := invalid()
	read := func(name string) string {
		s, fault := q.one(name)
		if fault != nil {
			_ = f.also(name, "stands more than once.")
		}
		return s
	}
	given, number, ref := read("system-id"), read("orgno"), read("external-ref")
	if given == "" {
		_ = f.also("system-id", "is missing.")
	}
	if customer, err = a.Numbers.Parse(number); err != nil {
		_ = f.also("orgno", "must be an organisation number of nine digits.")
	}
	if models.LineFault(ref, maxQuery, false) != "" {
		_ = f.also("external-ref", "cannot be an external reference.")
	}
	if len(f.fields) > 0 {
		return "", "", "", f
	}
	if ref == "" {
		ref = string(customer)
	}
	if id, err = system.ParseID(given); err != nil {
		err = as(err, noUser)
	}
	return id, customer, ref, err
}

// maxQuery bounds what is searched for, in characters.
const maxQuery = 255

// userToken is where a page of system users begins: after this number.
type userToken struct {
	After int64 `json:"a"`
}

// UsersOfSystem answers GET systemuser/vendor/bysystem/{systemId}.
func (a *API) UsersOfSystem(q Question) (Answer, error) {
	actor, err := q.supplier(scopeRegisterRead, scopeRegisterWrite, scopeRequestRead, scopeRequestWrite)
	if err != nil {
		return Answer{}, err
	}
	f, err := a.userFilter(q)
	if err != nil {
		return Answer{}, err
	}
	p, err := page[userToken](q, pageSize)
	if err != nil {
		return Answer{}, err
	}
	if f.System, err = system.ParseID(q.Param("systemid")); err != nil {
		return Answer{}, as(err, notThatSystem)
	}
	users, more, total, err := q.Registry.SystemUsersOfSystem(q.Ctx(), actor, f, p.After.After, p.Size, p.Total)
	if err != nil {
		return Answer{}, as(err, notThatSystem)
	}
	out := list[supplierUser]{Data: []supplierUser{}}
	for _, u := range users {
		out.Data = append(out.Data, a.supplierUser(u))
	}
	if more {
		if out.Links.Next, err = a.next(q, userToken{users[len(users)-1].Seq}); err != nil {
			return Answer{}, err
		}
	}
	if p.Total {
		out.Total = &total
	}
	return ok(out)
}

// userFilter reads status, customer and q.
func (a *API) userFilter(q Question) (registry.UserFilter, error) {
	var f registry.UserFilter
	state, err := q.one("status")
	if err != nil {
		return f, err
	}
	switch f.State = registry.UserState(state); f.State {
	case registry.UsersLive, registry.UsersActive, registry.UsersPaused, registry.UsersEnded:
	default:
		return f, binding("status", "must be active, paused or ended.")
	}
	f.Customer, f.Text, err = a.sought(q)
	return f, err
}

// sought reads customer and q, which lists of a system are searched by.
func (a *API) sought(q Question) (customer party.OrgNo, text string, err error) {
	if customer, err = a.ofCustomer(q); err != nil {
		return "", "", err
	}
	if text, err = q.one("q"); err != nil {
		return "", "", err
	}
	if models.LineFault(text, maxQuery, false) != "" {
		return "", "", binding("q", "must be at most 255 characters, without control characters.")
	}
	return customer, text, nil
}

// ofCustomer reads customer; empty for anybody's.
func (a *API) ofCustomer(q Question) (party.OrgNo, error) {
	given, err := q.one("customer")
	if err != nil || given == "" {
		return "", err
	}
	no, err := a.Numbers.Parse(given)
	if err != nil {
		return "", binding("customer", "must be an organisation number of nine digits.")
	}
	return no, nil
}

// maxReason bounds a supplier's reason for what it does, in characters.
const maxReason = 300

// why is the body of what a supplier does to a system user. All of it may be
// left out.
type why struct {
	Reason string `json:"reason"`
}

// turn answers what a supplier does to one of its system users.
func (a *API) turn(q Question, do func(*registry.Registry, models.Actor, models.ID, string) (systemuser.SystemUser, error)) (Answer, error) {
	actor, err := q.supplier(scopeRequestWrite, scopeRegisterWrite)
	if err != nil {
		return Answer{}, err
	}
	var in why
	if len(bytes.TrimSpace(q.Body)) > 0 {
		if in, err = decode[why](q); err != nil {
			return Answer{}, err
		}
	}
	if models.TextFault(in.Reason, maxReason, false) != "" {
		return Answer{}, binding("reason", "must be at most 300 characters, without control characters.")
	}
	id, err := models.ParseID(q.Param("id"))
	if err != nil {
		return Answer{}, problem(15)
	}
	u, err := do(q.Registry, actor, id, in.Reason)
	if err != nil {
		return Answer{}, as(err, noUser)
	}
	return ok(a.supplierUser(u))
}

// PauseUser answers POST systemusers/{id}/pause.
func (a *API) PauseUser(q Question) (Answer, error) {
	return a.turn(q, func(r *registry.Registry, actor models.Actor, id models.ID, reason string) (systemuser.SystemUser, error) {
		return r.PauseSystemUser(q.Ctx(), actor, id, reason)
	})
}

// ResumeUser answers POST systemusers/{id}/resume.
func (a *API) ResumeUser(q Question) (Answer, error) {
	return a.turn(q, func(r *registry.Registry, actor models.Actor, id models.ID, reason string) (systemuser.SystemUser, error) {
		return r.ResumeSystemUser(q.Ctx(), actor, id, reason)
	})
}

// GiveUpUser answers DELETE systemusers/{id}.
func (a *API) GiveUpUser(q Question) (Answer, error) {
	return a.turn(q, func(r *registry.Registry, actor models.Actor, id models.ID, reason string) (systemuser.SystemUser, error) {
		return r.GiveUpSystemUser(q.Ctx(), actor, id, reason)
	})
}
