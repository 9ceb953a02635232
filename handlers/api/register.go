package api

import (
	"strings"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/system"
)

// systemDTO is SystemDTO of the contract.
type systemDTO struct {
	SystemID              string          `json:"systemId"`
	SystemVendorOrgNumber party.OrgNo     `json:"systemVendorOrgNumber"`
	SystemVendorOrgName   string          `json:"systemVendorOrgName"`
	Name                  models.Text     `json:"name"`
	Description           models.Text     `json:"description"`
	Rights                []right         `json:"rights"`
	AccessPackages        []accessPackage `json:"accessPackages"`
	IsVisible             bool            `json:"isVisible"`
}

func brief(s system.System) systemDTO {
	out := systemDTO{
		SystemID: string(s.ID), SystemVendorOrgNumber: s.Supplier, Name: s.Name, Description: s.Description, IsVisible: s.Visible,
	}
	out.Rights, out.AccessPackages = asked(s)
	return out
}

func briefs(systems []system.System) []systemDTO {
	out := make([]systemDTO, len(systems))
	for i, s := range systems {
		out[i] = brief(s)
	}
	return out
}

// fullSystem is SystemFull of the contract.
type fullSystem struct {
	registration
	IsDeleted bool `json:"isDeleted"`
}

// notThatSystem is a system that is not there, or another supplier's.
var notThatSystem = map[models.Code]int{models.CodeNotFound: 11}

// systemPlace is where a page of a supplier's systems begins, as a token
// holds it.
type systemPlace struct {
	At int64     `json:"at"`
	ID system.ID `json:"id"`
}

// heldPlace checks the part of a token that names a system: it came from outside.
func heldPlace(id system.ID) error {
	if id == "" {
		return nil
	}
	if _, err := system.ParseID(string(id)); err != nil {
		return binding("token", "is not one that a link of ours held.")
	}
	return nil
}

// OwnSystems answers GET systemregister/vendor: the supplier's systems that are
// not deleted; all of them unless a page is asked for.
func (a *API) OwnSystems(q Question) (Answer, error) {
	actor, err := q.supplier(scopeRegisterRead, scopeRegisterWrite, scopeRegisterAdmin)
	if err != nil {
		return Answer{}, err
	}
	p, err := page[systemPlace](q, 0)
	if err != nil {
		return Answer{}, err
	}
	if err := heldPlace(p.After.ID); err != nil {
		return Answer{}, err
	}
	after := registry.SystemPlace{At: time.UnixMilli(p.After.At), ID: p.After.ID}
	systems, next, err := q.Registry.OwnSystems(q.Ctx(), actor, after, p.Size)
	if err != nil {
		return Answer{}, err
	}
	return paged(a, q, briefs(systems), systemPlace{next.At.UnixMilli(), next.ID}, next.ID == "")
}

// paged is a list without an envelope, with a link to the next page.
func paged[T, C any](a *API, q Question, rows []T, next C, last bool) (Answer, error) {
	out, err := ok(rows)
	if last || err != nil {
		return out, err
	}
	address, err := a.next(q, next)
	return out.nextLink(address), err
}

// OwnSystem answers GET systemregister/vendor/{systemId}, also after the system
// has been deleted.
func (a *API) OwnSystem(q Question) (Answer, error) {
	id, actor, err := q.ownID(scopeRegisterRead, scopeRegisterWrite)
	if err != nil {
		return Answer{}, err
	}
	s, err := q.Registry.System(q.Ctx(), actor, id)
	if err != nil {
		return Answer{}, as(err, notThatSystem)
	}
	return Answer{Status: 200, Body: fullSystem{q.form(s.System), s.System.Deleted}}.tagged(s.System), nil
}

// ownID is the system of the path, and whoever keeps the register for its
// supplier.
func (q Question) ownID(scopes ...string) (system.ID, models.Actor, error) {
	id, notID := system.ParseID(q.Param("systemid"))
	actor, err := q.registrar(id, scopes...)
	if err == nil {
		err = as(notID, notThatSystem)
	}
	return id, actor, err
}

// systemChange is an entry of the change log of the contract.
type systemChange struct {
	SystemInternalID   models.ID         `json:"systemInternalId"`
	ChangedByOrgNumber party.OrgNo       `json:"changedByOrgNumber"`
	ChangeType         system.ChangeType `json:"changeType"`
	ChangedData        any               `json:"changedData"`
	ClientID           string            `json:"clientId,omitempty"`
	Created            time.Time         `json:"created"`
}

// SystemChanges answers GET systemregister/vendor/{systemId}/changelog: newest
// first. A supplier can make a log as long as it likes, each entry with a whole
// system in it, so that a page is all that anybody gets.
func (a *API) SystemChanges(q Question) (Answer, error) {
	id, actor, err := q.ownID(scopeRegisterRead, scopeRegisterWrite)
	if err != nil {
		return Answer{}, err
	}
	p, err := page[int64](q, maxPage)
	if err != nil {
		return Answer{}, err
	}
	changes, next, err := q.Registry.SystemChanges(q.Ctx(), actor, id, max(p.After, 0), p.Size)
	if err != nil {
		return Answer{}, as(err, notThatSystem)
	}
	out := make([]systemChange, len(changes))
	for i, c := range changes {
		out[i] = systemChange{
			SystemInternalID: c.System.UUID, ChangedByOrgNumber: c.By, ChangeType: c.Type, ClientID: c.ClientID, Created: c.At,
			ChangedData: q.submitted(c),
		}
	}
	return paged(a, q, out, next, next == 0)
}

// submitted is what a change put, as the body of the question would have it.
func (q Question) submitted(c system.Change) any {
	form := q.form(c.System)
	switch c.Type {
	case system.RightsUpdated:
		return form.Rights
	case system.PackagesUpdated:
		return form.AccessPackages
	case system.Created, system.Updated, system.Deleted:
	}
	return form
}

// VisibleSystems answers GET systemregister: the systems that customers may
// find; all of them unless a page is asked for, and those with the words of q
// where it is given.
func (a *API) VisibleSystems(q Question) (Answer, error) {
	if err := q.Caller.RequirePerson(scopePortal); err != nil {
		return Answer{}, err
	}
	text, err := q.one("q")
	if err == nil && models.LineFault(text, maxQuery, false) != "" {
		err = binding("q", "must be at most 255 characters, without control characters.")
	}
	if err != nil {
		return Answer{}, err
	}
	p, err := page[system.ID](q, 0)
	if err != nil {
		return Answer{}, err
	}
	if err := heldPlace(p.After); err != nil {
		return Answer{}, err
	}
	systems, next, err := q.Registry.VisibleSystems(q.Ctx(), text, p.After, p.Size)
	if err != nil {
		return Answer{}, err
	}
	return paged(a, q, briefs(systems), next, next == "")
}

// PublicSystem answers GET systemregister/{systemId}.
func (a *API) PublicSystem(q Question) (Answer, error) {
	s, err := q.public()
	if err != nil {
		return Answer{}, as(err, notThatSystem)
	}
	return ok(brief(s))
}

// PublicRights answers GET systemregister/{systemId}/rights; a system that is
// not there has none.
func (a *API) PublicRights(q Question) (Answer, error) {
	old, err := q.flag("useoldformatforapp")
	if err != nil {
		return Answer{}, err
	}
	s, err := q.public()
	if err != nil && models.CodeOf(err) != models.CodeNotFound {
		return Answer{}, err
	}
	rights, _ := asked(s)
	for i := range rights {
		if old {
			rights[i].Resource = oldApp(rights[i].Resource)
		}
	}
	return ok(rights)
}

// PublicPackages answers GET systemregister/{systemId}/accesspackages; a system
// that is not there has none.
func (a *API) PublicPackages(q Question) (Answer, error) {
	if _, err := q.flag("useoldformatforapp"); err != nil { // which says nothing here
		return Answer{}, err
	}
	s, err := q.public()
	if err != nil && models.CodeOf(err) != models.CodeNotFound {
		return Answer{}, err
	}
	_, packages := asked(s)
	return ok(packages)
}

// public is the system of the path, for an end user. Who he is does not matter.
func (q Question) public() (system.System, error) {
	if err := q.Caller.RequirePerson(scopePortal); err != nil {
		return system.System{}, err
	}
	id, err := system.ParseID(q.Param("systemid"))
	if err != nil {
		return system.System{}, err
	}
	return q.Registry.PublicSystem(q.Ctx(), id)
}

// oldApp writes an app, "app_{organisation}_{app}", as Altinn did before apps
// were resources.
func oldApp(resource []attribute) []attribute {
	var out []attribute
	for _, r := range resource {
		name, isApp := strings.CutPrefix(r.Value, "app_")
		org, app, whole := strings.Cut(name, "_")
		if !isApp || !whole || org == "" || app == "" {
			out = append(out, r)
			continue
		}
		out = append(out, attribute{"urn:altinn:org", org}, attribute{"urn:altinn:app", app})
	}
	return out
}
