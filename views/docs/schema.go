package docs

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// depth is how far into a body its members are listed.
const depth = 6

// schema follows a reference, and takes the parts of an allOf together.
func (d *description) schema(s *schema) schema {
	if s == nil {
		return schema{}
	}
	if s.Ref != "" {
		return d.schema(d.Components.Schemas[last(s.Ref)])
	}
	out := *s
	for _, part := range s.AllOf {
		p := d.schema(part)
		if out.Type == "" {
			out.Type, out.Format, out.Enum, out.Items = p.Type, p.Format, p.Enum, p.Items
		}
		if out.Description == "" {
			out.Description = p.Description
		}
		if out.Example == nil {
			out.Example = p.Example
		}
		if len(p.Properties) > 0 {
			all := maps.Clone(p.Properties)
			maps.Copy(all, out.Properties)
			out.Properties = all
		}
		out.Required = slices.Concat(out.Required, p.Required)
	}
	return out
}

// members lists what an object holds, the demanded members first.
func (d *description) members(to *[]Value, at string, ref *schema, level int) {
	s := d.schema(ref)
	if s.Type == "array" {
		d.members(to, at+"[]", s.Items, level)
		return
	}
	if level >= depth {
		return
	}
	names := slices.SortedFunc(maps.Keys(s.Properties), func(a, b string) int {
		if inA, inB := slices.Contains(s.Required, a), slices.Contains(s.Required, b); inA != inB {
			if inA {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
	for _, name := range names {
		member := s.Properties[name]
		path := strings.TrimPrefix(at+"."+name, ".")
		m := d.schema(member)
		*to = append(*to, Value{
			Name: path, Type: d.words(member), About: m.Description, Example: plain(m.Example), Required: slices.Contains(s.Required, name),
		})
		d.members(to, path, member, level+1)
	}
}

// words say what a value is.
func (d *description) words(ref *schema) string {
	s := d.schema(ref)
	what := map[string]string{"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false", "object": "object"}[s.Type]
	switch {
	case s.Type == "array":
		what = "list of " + d.words(s.Items)
	case s.Format == "date-time":
		what = "time (RFC 3339)"
	case s.Format == "uuid":
		what = "UUID"
	case s.Format == "uri":
		what = "address"
	case len(s.Enum) > 0:
		var values []string
		for _, v := range s.Enum {
			values = append(values, fmt.Sprintf("`%v`", v))
		}
		what = strings.Join(values, " or ")
	case what == "":
		what = "any value"
	}
	return strings.Join(append([]string{what}, limits(s)...), ", ")
}

// limits say what a value must keep to.
func limits(s schema) []string {
	var out []string
	span := func(low, high any, unit string) {
		switch {
		case low != nil && high != nil:
			out = append(out, fmt.Sprintf("%v to %v%s", low, high, unit))
		case low != nil:
			out = append(out, fmt.Sprintf("at least %v%s", low, unit))
		case high != nil:
			out = append(out, fmt.Sprintf("at most %v%s", high, unit))
		}
	}
	span(given(s.Minimum), given(s.Maximum), "")
	span(given(s.MinLength), given(s.MaxLength), " characters")
	span(given(s.MinItems), given(s.MaxItems), " entries")
	if s.Nullable {
		out = append(out, "or null")
	}
	if s.Default != nil {
		out = append(out, fmt.Sprintf("`%v` when left out", s.Default))
	}
	return out
}

func given[T any](v *T) any {
	if v == nil {
		return nil
	}
	return *v
}
