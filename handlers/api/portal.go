package api

import (
	"github.com/stafett/stafett/models"
)

// maxTerm bounds what is searched for, in characters.
const maxTerm = 200

// found wraps a hit, as the portal's search does.
type found struct {
	Object foundPackage `json:"object"`
}

// foundPackage is an access package as the portal shows it.
type foundPackage struct {
	URN          string `json:"urn"`
	Name         string `json:"name"`
	Description  string `json:"description"`
	Area         string `json:"area"`
	IsDelegable  bool   `json:"isDelegable"`
	IsAssignable bool   `json:"isAssignable"`
}

// SearchPackages answers GET accessmanagement/api/v1/meta/info/accesspackages/search:
// the access packages in whose name, description or identifier the words of term
// stand; all of them without a term. Texts are in bokmål.
func (a *API) SearchPackages(q Question) (Answer, error) {
	if _, err := q.person(); err != nil {
		return Answer{}, err
	}
	term, err := q.one("term")
	if err != nil {
		return Answer{}, err
	}
	if models.LineFault(term, maxTerm, false) != "" {
		return Answer{}, binding("term", "must be at most 200 characters on one line.")
	}
	c, err := q.Registry.Catalog(q.Ctx())
	if err != nil {
		return Answer{}, err
	}
	out := []found{}
	for _, p := range c.SearchPackages(term) {
		name, _ := p.Name.In(models.NB)
		description, _ := p.Description.In(models.NB)
		area, _ := c.Area(p.Area)
		areaName, _ := area.Name.In(models.NB)
		out = append(out, found{foundPackage{URN: p.URN, Name: name, Description: description, Area: areaName, IsDelegable: p.Delegable, IsAssignable: p.Assignable}})
	}
	return ok(out)
}
