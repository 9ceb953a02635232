package api

import (
	"errors"
	"strconv"
	"strings"

	"github.com/stafett/stafett/handlers/auth"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/system"
)

// The scopes of callers (altinn-api.md section 1.0). Scopes match exactly.
// Those that end in .read beside a .write are ours: a read needs no more.
const (
	scopeRegisterRead  = "altinn:authentication/systemregister.read"
	scopeRegisterWrite = "altinn:authentication/systemregister.write"
	scopeRegisterAdmin = "altinn:authentication/systemregister.admin"
	scopeRequestRead   = "altinn:authentication/systemuser.request.read"
	scopeRequestWrite  = "altinn:authentication/systemuser.request.write"
	scopePortal        = "altinn:portal/enduser"
	scopeClientsRead   = "altinn:clientdelegations.read"
	scopeClientsWrite  = "altinn:clientdelegations.write"
	scopeInternal      = "altinn:authentication/systemuser.admin"
)

// supplier is the program of a supplier whose token has one of the scopes.
func (q Question) supplier(scopes ...string) (models.Actor, error) {
	if err := q.Caller.RequireScope(scopes...); err != nil {
		return models.Actor{}, err
	}
	if q.Caller.OrgNo == "" {
		return models.Actor{}, problem(23)
	}
	return q.Caller.Actor, nil
}

// registrar is whoever keeps the register: the supplier itself, or a program of
// the operator's, with the admin scope, in the name of the supplier that the
// system's id begins with.
func (q Question) registrar(id system.ID, scopes ...string) (models.Actor, error) {
	if !q.Caller.HasScope(scopeRegisterAdmin) {
		return q.supplier(scopes...)
	}
	if err := q.Caller.RequireScope(scopeRegisterAdmin); err != nil {
		return models.Actor{}, err
	}
	supplier, _, _ := strings.Cut(string(id), "_")
	return models.Actor{Kind: models.Operator, ID: q.Caller.ClientID, OrgNo: supplier}, nil
}

// platform is a service of the platform.
func (q Question) platform() (models.Actor, error) {
	if q.Caller.Profile == auth.Platform && q.Caller.Actor.Kind == models.Service {
		return q.Caller.Actor, nil
	}
	if err := q.Caller.RequireScope(scopeInternal); err != nil {
		return models.Actor{}, err
	}
	return models.Actor{Kind: models.Service, ID: q.Caller.ClientID}, nil
}

// person is the end user of the token, acting for nobody yet. Any of the scopes
// is enough; with none, any end user's token is. A person whom the registry does
// not know is Forbidden, as is a token that is not an end user's.
func (q Question) person(scopes ...string) (models.Actor, error) {
	if err := q.Caller.RequirePerson(scopes...); err != nil {
		return models.Actor{}, err
	}
	u := q.Caller.User
	id, err := q.Registry.EndUser(q.Ctx(), party.EndUser{UserID: int64(u.ID), PartyUUID: u.PartyUUID, PID: u.PID})
	if err != nil {
		if models.CodeOf(err) == models.CodeNotFound {
			err = &models.Error{Kind: models.Forbidden, Code: models.CodeForbidden, Err: errors.New("the end user is nobody whom the registry knows")}
		}
		return models.Actor{}, err
	}
	a := q.Caller.Actor
	a.ID = string(id)
	return a, nil
}

// acting is the end user, acting for the organisation whose party id is in the
// path. A party that is none is Forbidden, as one where he is nobody.
func (q Question) acting(scopes ...string) (models.Actor, error) {
	a, err := q.person(scopes...)
	if err != nil {
		return a, err
	}
	o, err := q.partyOf(a, q.Param("party"))
	a.OrgNo = string(o.OrgNo)
	return a, err
}

// partyOf finds the organisation of the person's by its party id. One that is
// not there is Forbidden, as one where he is nobody.
func (q Question) partyOf(a models.Actor, partyID string) (party.Organisation, error) {
	id, err := strconv.ParseInt(partyID, 10, 64)
	if err != nil || id <= 0 || strconv.FormatInt(id, 10) != partyID {
		return party.Organisation{}, models.NewError(models.Forbidden, models.CodeForbidden)
	}
	return q.Registry.PartyOf(q.Ctx(), models.ID(a.ID), id)
}

// granting is acting for what grants something, or answers a request: the issuer
// of the token must be a portal by configuration, since the page with its
// step-up is skipped (design.md 5). The portal answers for how lately the person
// logged in.
func (q Question) granting(scopes ...string) (models.Actor, error) {
	if !q.Caller.Portal {
		return models.Actor{}, &models.Error{Kind: models.Forbidden, Code: models.CodeCallerNotAllowed, Err: errors.New("issuer is no portal")}
	}
	a, err := q.acting(scopes...)
	a.AuthTime = q.Registry.Now()
	return a, err
}
