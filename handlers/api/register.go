package api

import (
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/system"
)

// vendor is a supplier as Altinn writes it: "0192:" and the number.
type vendor struct {
	ID string `json:"ID"`
}

// fullSystem is SystemFull of the contract.
type fullSystem struct {
	ID                  string          `json:"id"`
	Vendor              vendor          `json:"vendor"`
	Name                models.Text     `json:"name"`
	Description         models.Text     `json:"description"`
	Rights              []right         `json:"rights"`
	AccessPackages      []accessPackage `json:"accessPackages"`
	IsDeleted           bool            `json:"isDeleted"`
	ClientID            []string        `json:"clientId"`
	IsVisible           bool            `json:"isVisible"`
	AllowedRedirectURLs []string        `json:"allowedRedirectUrls"`
}

func full(s system.System) fullSystem {
	out := fullSystem{
		ID: string(s.ID), Vendor: vendor{ID: s.Supplier.ISO6523()}, Name: s.Name, Description: s.Description,
		IsDeleted: s.Deleted, IsVisible: s.Visible, ClientID: []string{}, AllowedRedirectURLs: append([]string{}, s.RedirectURLs...),
	}
	out.Rights, out.AccessPackages = split(s.Asked(), nil)
	for _, c := range s.Clients {
		out.ClientID = append(out.ClientID, c.ID)
	}
	return out
}

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
	out.Rights, out.AccessPackages = split(s.Asked(), nil)
	return out
}

// OwnSystems answers GET systemregister/vendor: the supplier's systems that are
// not deleted.
func (a *API) OwnSystems(q Question) (Answer, error) {
	actor, err := q.supplier(scopeRegisterRead, scopeRegisterWrite, scopeRegisterAdmin)
	if err != nil {
		return Answer{}, err
	}
	systems, err := q.Registry.Systems(q.Ctx(), actor)
	if err != nil {
		return Answer{}, err
	}
	out := []systemDTO{}
	for _, s := range systems {
		out = append(out, brief(s.System))
	}
	return ok(out)
}

// OwnSystem answers GET systemregister/vendor/{systemId}, also after the system
// has been deleted.
func (a *API) OwnSystem(q Question) (Answer, error) {
	id, err := system.ParseID(q.Param("systemid"))
	if err != nil {
		return Answer{}, as(err, notThatSystem)
	}
	actor, err := q.registrar(id, scopeRegisterRead, scopeRegisterWrite)
	if err != nil {
		return Answer{}, err
	}
	s, err := q.Registry.System(q.Ctx(), actor, id)
	if err != nil {
		return Answer{}, as(err, notThatSystem)
	}
	return ok(full(s.System))
}

// notThatSystem is a system that is not there, or another supplier's.
var notThatSystem = map[models.Code]int{models.CodeNotFound: 11}
