package exchange

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
)

// text is a text as the files have it, where a language may be null.
type text struct {
	NB *string `json:"nb"`
	NN *string `json:"nn"`
	EN *string `json:"en"`
}

func (t text) text() models.Text {
	return models.Text{NB: value(t.NB), NN: value(t.NN), EN: value(t.EN)}
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return strings.TrimSpace(*s)
}

func readPackages(data []byte) (iter.Seq[Row], error) {
	areas, err := list(data, "areas")
	if err != nil {
		return nil, err
	}
	packages, err := list(data, "packages")
	if err != nil {
		return nil, err
	}
	return func(yield func(Row) bool) {
		for row := range rowsOf("areas", areas, area) {
			if !yield(row) {
				return
			}
		}
		rowsOf("packages", packages, accessPackage)(yield)
	}, nil
}

func area(raw json.RawMessage) (any, error) {
	var in struct {
		ID   string `json:"id"`
		Name text   `json:"name"`
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		return nil, err
	}
	if in.ID == "" || in.Name.text().Empty() {
		return nil, errors.New("lacks id or name")
	}
	return catalog.Area{ID: in.ID, Name: in.Name.text()}, nil
}

func accessPackage(raw json.RawMessage) (any, error) {
	var in struct {
		URN          string `json:"urn"`
		Name         text   `json:"name"`
		Description  text   `json:"description"`
		AreaID       string `json:"areaId"`
		IsDelegable  bool   `json:"isDelegable"`
		IsAssignable bool   `json:"isAssignable"`
		EntityType   string `json:"entityType"`
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		return nil, err
	}
	if i, ok := catalog.ParseItem(in.URN); !ok || i.Kind != catalog.PackageItem {
		return nil, fmt.Errorf("the urn does not begin %s", catalog.PackagePrefix)
	}
	if in.Name.text().Empty() {
		return nil, errors.New("lacks a name")
	}
	return catalog.Package{
		URN: in.URN, Name: in.Name.text(), Description: in.Description.text(), Area: in.AreaID,
		Delegable: in.IsDelegable, Assignable: in.IsAssignable, ForPersons: in.EntityType == "Person",
	}, nil
}

func readRoles(data []byte) (iter.Seq[Row], error) {
	roles, err := list(data, "roles")
	if err != nil {
		return nil, err
	}
	return rowsOf("roles", roles, func(raw json.RawMessage) (any, error) {
		var in struct {
			URN  string `json:"urn"`
			Name text   `json:"name"`
		}
		if err := json.Unmarshal(raw, &in); err != nil {
			return nil, err
		}
		if !strings.HasPrefix(in.URN, "urn:") {
			return nil, errors.New("lacks a urn")
		}
		return catalog.Role{URN: in.URN, Name: in.Name.text()}, nil
	}), nil
}

func readResources(data []byte) (iter.Seq[Row], error) {
	resources, err := list(data, "resources")
	if err != nil {
		return nil, err
	}
	return rowsOf("resources", resources, func(raw json.RawMessage) (any, error) {
		var in struct {
			Identifier   string   `json:"identifier"`
			Title        text     `json:"title"`
			Description  text     `json:"description"`
			ResourceType *string  `json:"resourceType"`
			Org          *string  `json:"org"`
			Delegable    *bool    `json:"delegable"`
			Actions      []string `json:"actions"`
			Packages     []string `json:"packages"`
			Roles        []string `json:"roles"`
		}
		if err := json.Unmarshal(raw, &in); err != nil {
			return nil, err
		}
		if in.Identifier == "" || strings.ContainsAny(in.Identifier, " #\t\r\n") {
			return nil, errors.New("the identifier is empty or holds a space or #")
		}
		return catalog.Resource{
			ID: in.Identifier, Title: in.Title.text(), Description: in.Description.text(), Owner: value(in.Org),
			Type: value(in.ResourceType), Refused: in.Delegable != nil && !*in.Delegable,
			Actions: in.Actions, Packages: in.Packages, Roles: in.Roles,
		}, nil
	}), nil
}

func rolePackage(row cells) (any, error) {
	field := row.field
	m := catalog.RolePackage{RoleURN: field("roleUrn"), PackageURN: field("packageUrn"), Variant: field("onlyEntityVariant")}
	if !strings.HasPrefix(m.RoleURN, "urn:") || !strings.HasPrefix(m.PackageURN, catalog.PackagePrefix) {
		return nil, errors.New("roleUrn or packageUrn is no URN")
	}
	for name, to := range map[string]*bool{"canDelegate": &m.CanDelegate, "canAssign": &m.CanAssign, "hasAccess": &m.HasAccess} {
		switch field(name) {
		case "true":
			*to = true
		case "false":
		default:
			return nil, fmt.Errorf("%s is neither true nor false", name)
		}
	}
	return m, nil
}
