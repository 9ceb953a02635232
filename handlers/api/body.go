package api

import (
	"errors"
	"mime"
	"reflect"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
)

// decode reads a JSON body as Altinn does: names match without regard to case,
// and unknown members are ignored. A name that stands twice is refused, and so
// is text that is not UTF-8.
func decode[T any](q Question) (T, error) {
	var v T
	h := q.Request().Header
	media, params, err := mime.ParseMediaType(h.Get(echo.HeaderContentType))
	charset, given := params["charset"]
	if err != nil || len(h.Values(echo.HeaderContentType)) != 1 || len(h.Values(echo.HeaderContentEncoding)) != 0 ||
		media != echo.MIMEApplicationJSON && media != "text/json" || given && !strings.EqualFold(charset, "utf-8") {
		return v, models.NewError(models.Invalid, models.CodeMediaType)
	}
	err = json.Unmarshal(q.Body, &v, json.MatchCaseInsensitiveNames(true))
	if err == nil && jsontext.Value(q.Body).Kind() == 'n' {
		return v, binding("$", "must not be null.")
	}
	if err == nil {
		return v, nil
	}
	at := "$"
	if e, ok := errors.AsType[*json.SemanticError](err); ok {
		at += strings.ReplaceAll(string(e.JSONPointer), "/", ".")
		return v, binding(at, "has the wrong type. It must be "+kindOf(e.GoType)+".")
	}
	if e, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		at += strings.ReplaceAll(string(e.JSONPointer), "/", ".")
	}
	return v, binding(at, "is not JSON in UTF-8 with each name once.")
}

// kindOf names in words what a member of the Go type must be.
func kindOf(t reflect.Type) string {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == nil:
		return "as the description of the interface says"
	case t == reflect.TypeFor[time.Time]():
		return "a time with its zone, such as 2027-06-30T22:00:00Z"
	}
	switch t.Kind() {
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "a list"
	case reflect.Struct, reflect.Map:
		return "an object"
	}
	return "a number"
}

// attribute is one part of a right's resource.
type attribute struct {
	ID    string `json:"id"`
	Value string `json:"value"`
}

// right is a right as Altinn writes it. purpose is ours.
type right struct {
	Action   string       `json:"action,omitempty"`
	Resource []attribute  `json:"resource"`
	Purpose  *models.Text `json:"purpose,omitempty"`
	Optional *bool        `json:"optional,omitempty"` // of a system: it works without
}

// accessPackage is an access package as Altinn writes it. purpose and optional
// are ours.
type accessPackage struct {
	URN      string       `json:"urn"`
	Purpose  *models.Text `json:"purpose,omitempty"`
	Optional *bool        `json:"optional,omitempty"`
}

// item is the right as the domain knows it: its resources as a set, and the
// action.
func (r right) item() catalog.Item {
	ids := make([]string, len(r.Resource))
	for i, a := range r.Resource {
		ids[i] = a.Value
	}
	return catalog.RightTo(ids, r.Action)
}

func (p accessPackage) item() catalog.Item { return catalog.PackageOf(p.URN) }

// split writes items as Altinn does. Neither list is ever null.
func split(items []catalog.Item, purpose func(catalog.Item) models.Text) (rights []right, packages []accessPackage) {
	rights, packages = []right{}, []accessPackage{}
	for _, item := range items {
		var why *models.Text
		if purpose != nil {
			if t := purpose(item); !t.Empty() {
				why = &t
			}
		}
		if item.Kind == catalog.PackageItem {
			packages = append(packages, accessPackage{URN: item.Ref, Purpose: why})
			continue
		}
		r := right{Action: item.Action, Purpose: why}
		for _, id := range item.Resources() {
			r.Resource = append(r.Resource, attribute{ID: catalog.ResourceAttribute, Value: id})
		}
		rights = append(rights, r)
	}
	return rights, packages
}
