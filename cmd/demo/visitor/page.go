package visitor

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// Heading is the text of the page's first heading.
func (p *Page) Heading() string {
	if n := p.first(func(n *html.Node) bool { return n.Data == "h1" }); n != nil {
		return text(n)
	}
	return ""
}

// Text is what stands on the page, with its spaces folded.
func (p *Page) Text() string {
	if n := p.first(func(n *html.Node) bool { return n.Data == "body" }); n != nil {
		return text(n)
	}
	return ""
}

// Link returns the address of the first link that begins with the prefix.
func (p *Page) Link(prefix string) (string, bool) {
	n := p.first(func(n *html.Node) bool { return n.Data == "a" && strings.HasPrefix(attr(n, "href"), prefix) })
	if n == nil {
		return "", false
	}
	return attr(n, "href"), true
}

// Named is where the first link with this text leads.
func (p *Page) Named(words string) (string, bool) {
	n := p.first(func(n *html.Node) bool { return n.Data == "a" && text(n) == words })
	if n == nil {
		return "", false
	}
	return attr(n, "href"), true
}

// faults is what the page says is wrong, after a colon: the text of its alerts.
func (p *Page) faults() string {
	var out []string
	p.each(func(n *html.Node) {
		if attr(n, "role") == "alert" || strings.Contains(attr(n, "class"), "ds-alert") || strings.Contains(attr(n, "class"), "ds-error-summary") {
			out = append(out, text(n))
		}
	})
	if len(out) == 0 {
		return ""
	}
	return ": " + strings.Join(out, "; ")
}

// Form is a form as it was filled in so far.
type Form struct {
	action string
	method string
	values url.Values
	fields map[string][]field
	press  [][2]string // name and value of its buttons
}

// field is a control that can be filled in, or a box with its value.
type field struct {
	kind  string // "text", "box", "radio" or "select"
	value string // of a box or an option
}

// Form finds the form that posts to the address, as the page writes it.
func (p *Page) Form(action string) (*Form, error) {
	root := p.first(func(n *html.Node) bool { return n.Data == "form" && attr(n, "action") == action })
	if root == nil {
		return nil, fmt.Errorf("%s: no form to %s", p, action)
	}
	f := &Form{action: action, method: attr(root, "method"), values: url.Values{}, fields: map[string][]field{}}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && !has(n, "disabled") {
			f.control(n)
		}
	}
	return f, nil
}

// control takes in one element of the form.
func (f *Form) control(n *html.Node) {
	name, value := attr(n, "name"), attr(n, "value")
	switch n.Data {
	case "button":
		if kind := attr(n, "type"); kind == "" || kind == "submit" {
			f.press = append(f.press, [2]string{name, value})
		}
	case "textarea":
		f.add(name, field{"text", ""}, strings.TrimPrefix(raw(n), "\n"), true)
	case "select":
		f.choices(n, name)
	case "input":
		switch attr(n, "type") {
		case "checkbox", "radio":
			kind := map[string]string{"checkbox": "box", "radio": "radio"}[attr(n, "type")]
			f.add(name, field{kind, value}, value, has(n, "checked"))
		case "submit":
			f.press = append(f.press, [2]string{name, value})
		case "button", "reset", "image", "file":
		default:
			f.add(name, field{"text", ""}, value, true)
		}
	}
}

// choices takes in a list to choose from; without a choice the first is taken.
func (f *Form) choices(n *html.Node, name string) {
	first := true
	var chosen string
	for o := range n.Descendants() {
		if o.Type != html.ElementNode || o.Data != "option" {
			continue
		}
		f.fields[name] = append(f.fields[name], field{"select", attr(o, "value")})
		if first || has(o, "selected") {
			chosen, first = attr(o, "value"), false
		}
	}
	if !first {
		f.values.Add(name, chosen)
	}
}

func (f *Form) add(name string, c field, value string, sent bool) {
	if name == "" {
		return
	}
	f.fields[name] = append(f.fields[name], c)
	if sent {
		f.values.Add(name, value)
	}
}

func (f *Form) has(name, value string) bool { return slices.Contains(f.press, [2]string{name, value}) }

// Fill writes the value into the field, or picks it where the field is a list.
// When several fields have the name, all of them are set.
func (f *Form) Fill(name, value string) error {
	list := f.fields[name]
	if len(list) == 0 {
		return fmt.Errorf("the form to %s has no field %q", f.action, name)
	}
	switch list[0].kind {
	case "text":
		for i := range f.values[name] {
			f.values[name][i] = value
		}
	default:
		if !slices.ContainsFunc(list, func(c field) bool { return c.value == value }) {
			return fmt.Errorf("the form to %s has no %s=%s", f.action, name, value)
		}
		f.values.Set(name, value)
	}
	return nil
}

// Values are those that the boxes or choices of the name could send.
func (f *Form) Values(name string) []string {
	var out []string
	for _, c := range f.fields[name] {
		out = append(out, c.value)
	}
	return out
}

// Tick ticks these boxes of the name and no other.
func (f *Form) Tick(name string, values ...string) error {
	f.values.Del(name)
	for _, value := range values {
		if !slices.Contains(f.fields[name], field{"box", value}) {
			return fmt.Errorf("the form to %s has no box %s=%s", f.action, name, value)
		}
		f.values.Add(name, value)
	}
	return nil
}

func (p *Page) each(visit func(*html.Node)) {
	if p.root == nil {
		return
	}
	for n := range p.root.Descendants() {
		if n.Type == html.ElementNode {
			visit(n)
		}
	}
}

func (p *Page) first(want func(*html.Node) bool) *html.Node {
	var found *html.Node
	p.each(func(n *html.Node) {
		if found == nil && want(n) {
			found = n
		}
	})
	return found
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

// raw is the text below n as it is written; text has its spaces folded.
func raw(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

func text(n *html.Node) string { return strings.Join(strings.Fields(raw(n)), " ") }
