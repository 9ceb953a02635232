package docs

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// description is what we read of OpenAPI 3.0.
type description struct {
	Info struct{ Title, Version, Description string }
	Tags []struct{ Name, Description string }
	// Paths hold methods, and parameters beside them.
	Paths      map[string]map[string]json.RawMessage
	Components struct {
		Parameters      map[string]parameter
		Headers         map[string]parameter
		Responses       map[string]response
		RequestBodies   map[string]body
		Schemas         map[string]*schema
		Examples        map[string]example
		SecuritySchemes map[string]struct{ Description string }
	}
}

type operation struct {
	OperationID, Summary, Description string
	Tags                              []string
	Security                          []map[string][]string
	Parameters                        []parameter
	RequestBody                       *body
	Responses                         map[string]response
}

type parameter struct {
	Ref                   string `json:"$ref"`
	Name, In, Description string
	Required              bool
	Schema                *schema
	Example               json.RawMessage
}

type body struct {
	Ref     string `json:"$ref"`
	Content map[string]content
}

type content struct {
	Schema   *schema
	Example  json.RawMessage
	Examples map[string]example
}

type example struct {
	Ref     string `json:"$ref"`
	Summary string
	Value   json.RawMessage
}

type response struct {
	Ref         string `json:"$ref"`
	Description string
	Headers     map[string]parameter
	Content     map[string]content
}

type schema struct {
	Ref                                      string `json:"$ref"`
	Type, Format, Description, Pattern       string
	Required                                 []string
	Properties                               map[string]*schema
	AdditionalProperties                     json.RawMessage
	Items                                    *schema
	AllOf, OneOf, AnyOf                      []*schema
	Enum                                     []any
	Nullable                                 bool
	Default                                  any
	Minimum, Maximum                         *json.Number
	MinLength, MaxLength, MinItems, MaxItems *int
	Example                                  json.RawMessage
}

// Parse reads the description. An error is a fault of the description.
func Parse(data []byte) (Reference, error) {
	var d description
	if err := json.Unmarshal(data, &d); err != nil {
		return Reference{}, err
	}
	r := Reference{Title: d.Info.Title, Version: d.Info.Version, About: d.Info.Description}
	for name, s := range d.Components.SecuritySchemes {
		r.Ways = append(r.Ways, Way{name, s.Description})
	}
	slices.SortFunc(r.Ways, func(a, b Way) int { return strings.Compare(a.Name, b.Name) })
	groups := map[string]*Group{}
	for _, t := range d.Tags {
		groups[t.Name] = &Group{Slug: strings.ReplaceAll(t.Name, " ", "-"), Name: t.Name, About: t.Description}
	}
	for path, item := range d.Paths {
		var common []parameter
		if raw, ok := item["parameters"]; ok {
			if err := json.Unmarshal(raw, &common); err != nil {
				return Reference{}, err
			}
		}
		for method, raw := range item {
			if method == "parameters" {
				continue
			}
			var op operation
			if err := json.Unmarshal(raw, &op); err != nil {
				return Reference{}, fmt.Errorf("%s %s: %w", method, path, err)
			}
			if len(op.Tags) == 0 || groups[op.Tags[0]] == nil {
				return Reference{}, fmt.Errorf("%s %s has no tag that is listed", method, path)
			}
			g := groups[op.Tags[0]]
			g.Operations = append(g.Operations, d.operation(strings.ToUpper(method), path, op, common))
		}
	}
	for _, t := range d.Tags {
		g := *groups[t.Name]
		slices.SortFunc(g.Operations, func(a, b Operation) int {
			return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Method, b.Method))
		})
		if len(g.Operations) > 0 {
			r.Groups = append(r.Groups, g)
		}
	}
	return r, nil
}

func (d *description) operation(method, path string, op operation, common []parameter) Operation {
	out := Operation{ID: op.OperationID, Method: method, Path: path, Summary: op.Summary, About: op.Description}
	for _, way := range op.Security {
		for name, scopes := range way {
			out.Callers = append(out.Callers, Caller{name, scopes})
		}
	}
	for _, p := range slices.Concat(common, op.Parameters) {
		out.Values = append(out.Values, d.value(p))
	}
	if op.RequestBody != nil {
		b := *op.RequestBody
		if b.Ref != "" {
			b = d.Components.RequestBodies[last(b.Ref)]
		}
		sent := d.body(b.Content)
		out.Body = &sent
	}
	for status, res := range op.Responses {
		if res.Ref != "" {
			res = d.Components.Responses[last(res.Ref)]
		}
		a := Answer{Status: status, About: res.Description, Body: d.body(res.Content)}
		for name, h := range res.Headers {
			v := d.value(h)
			v.Name, v.In = name, "header"
			a.Headers = append(a.Headers, v)
		}
		slices.SortFunc(a.Headers, func(a, b Value) int { return strings.Compare(a.Name, b.Name) })
		out.Answers = append(out.Answers, a)
	}
	slices.SortFunc(out.Answers, func(a, b Answer) int { return strings.Compare(a.Status, b.Status) })
	return out
}

func (d *description) value(p parameter) Value {
	switch {
	case strings.HasPrefix(p.Ref, "#/components/parameters/"):
		p = d.Components.Parameters[last(p.Ref)]
	case p.Ref != "":
		p = d.Components.Headers[last(p.Ref)]
	}
	s := d.schema(p.Schema)
	return Value{
		Name: p.Name, In: p.In, About: cmp.Or(p.Description, s.Description), Required: p.Required,
		Type: d.words(p.Schema), Example: plain(first(p.Example, s.Example)),
	}
}

// body reads the first media type; each of ours has one.
func (d *description) body(contents map[string]content) Body {
	for media, c := range contents {
		b := Body{Media: media}
		d.members(&b.Members, "", c.Schema, 0)
		if c.Example != nil {
			b.Examples = append(b.Examples, Example{Text: written(media, c.Example)})
		}
		for name, e := range c.Examples {
			if e.Ref != "" {
				e = d.Components.Examples[last(e.Ref)]
			}
			b.Examples = append(b.Examples, Example{Name: cmp.Or(e.Summary, name), Text: written(media, e.Value)})
		}
		slices.SortFunc(b.Examples, func(a, b Example) int { return cmp.Compare(len(a.Text), len(b.Text)) })
		return b
	}
	return Body{}
}

func last(ref string) string { return ref[strings.LastIndexByte(ref, '/')+1:] }

func first(all ...json.RawMessage) json.RawMessage {
	for _, raw := range all {
		if raw != nil {
			return raw
		}
	}
	return nil
}

// plain is a value as it stands in an address or a header.
func plain(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

// written is an example as it is sent.
func written(media string, raw json.RawMessage) string {
	if media == "application/x-www-form-urlencoded" {
		var form map[string]any
		_ = json.Unmarshal(raw, &form)
		var parts []string
		for name, v := range form {
			parts = append(parts, name+"="+fmt.Sprint(v))
		}
		slices.Sort(parts)
		return strings.Join(parts, "&")
	}
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", "  "); err != nil {
		return string(raw)
	}
	return b.String()
}
