package openapitest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
)

// operation is one method of one path of the description.
type operation struct {
	route    *routers.Route
	segments []string
}

// operations lists what the description holds, words before values, as the
// registry's router matches.
func operations(doc *openapi3.T) []operation {
	var all []operation
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			all = append(all, operation{
				route:    &routers.Route{Spec: doc, Path: path, PathItem: item, Method: method, Operation: op},
				segments: strings.Split(path, "/"),
			})
		}
	}
	slices.SortFunc(all, func(a, b operation) int { return slices.CompareFunc(a.segments, b.segments, wordsFirst) })
	return all
}

func wordsFirst(a, b string) int {
	switch valueA, valueB := value(a) != "", value(b) != ""; {
	case valueA == valueB:
		return strings.Compare(a, b)
	case valueA:
		return 1
	}
	return -1
}

// value is the name of the parameter that a segment stands for, or "".
func value(segment string) string {
	name, begins := strings.CutPrefix(segment, "{")
	name, ends := strings.CutSuffix(name, "}")
	if !begins || !ends {
		return ""
	}
	return name
}

// find returns the operation that answers the request, with the values in its
// path. Words match without regard to case, and with or without a slash at the
// end.
func (v *Validator) find(req *http.Request) (*routers.Route, map[string]string, bool) {
	asked := strings.Split(strings.TrimSuffix(req.URL.EscapedPath(), "/"), "/")
	for _, op := range v.operations {
		if op.route.Method != req.Method {
			continue
		}
		if params, ok := op.match(asked); ok {
			return op.route, params, true
		}
	}
	return nil, nil, false
}

func (o operation) match(asked []string) (map[string]string, bool) {
	if len(asked) != len(o.segments) {
		return nil, false
	}
	params := map[string]string{}
	for i, segment := range o.segments {
		name := value(segment)
		got, err := url.PathUnescape(asked[i])
		if err != nil || got == "" && name != "" || name == "" && !strings.EqualFold(got, segment) {
			return nil, false
		}
		if name != "" {
			params[name] = got
		}
	}
	return params, true
}

// respelt returns the query with the names that the operation knows spelt as it
// spells them; the registry matches them without regard to case. An empty value
// is as good as none.
func respelt(query url.Values, route *routers.Route) url.Values {
	out := url.Values{}
	for name, values := range query {
		for _, p := range slices.Concat(route.PathItem.Parameters, route.Operation.Parameters) {
			if p.Value.In == openapi3.ParameterInQuery && strings.EqualFold(p.Value.Name, name) {
				name = p.Value.Name
				values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return v == "" })
			}
		}
		if len(values) == 0 {
			continue
		}
		out[name] = append(out[name], values...)
	}
	return out
}

// members returns the JSON value with the names of its members spelt as the
// schema spells them, and without those that are null and may be left out: the
// registry reads them as absent. An object that takes no other members takes no
// other spelling, and no null, either.
func members(v any, ref *openapi3.SchemaRef) any {
	if ref == nil || ref.Value == nil {
		return v
	}
	s := ref.Value
	if s.Type == nil && len(s.Properties)+len(s.AllOf)+len(s.AnyOf)+len(s.OneOf) == 0 {
		return true // anything, also what the library cannot read
	}
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = members(v[i], s.Items)
		}
	case map[string]any:
		if s.AdditionalProperties.Has != nil && !*s.AdditionalProperties.Has {
			return v
		}
		for name, member := range v {
			for spelt, of := range s.Properties {
				if strings.EqualFold(name, spelt) {
					delete(v, name)
					if member != nil || slices.Contains(s.Required, spelt) {
						v[spelt] = members(member, of)
					}
				}
			}
		}
		for _, part := range s.AllOf {
			members(v, part)
		}
	}
	return v
}
