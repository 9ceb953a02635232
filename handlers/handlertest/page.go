package handlertest

import (
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Page is a document as a reader without script has it.
type Page struct {
	t   testing.TB
	doc *html.Node
}

func parse(t testing.TB, body string) *Page {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return &Page{t: t, doc: doc}
}

// Lang is the language of the page.
func (p *Page) Lang() string {
	return attr(p.first(func(n *html.Node) bool { return n.Data == "html" }), "lang")
}

// Scheme is the colour scheme of the page.
func (p *Page) Scheme() string {
	return attr(p.first(func(n *html.Node) bool { return n.Data == "html" }), "data-color-scheme")
}

// Title is the page's title.
func (p *Page) Title() string {
	return words(p.first(func(n *html.Node) bool { return n.Data == "title" }))
}

// H1 is the page's heading.
func (p *Page) H1() string { return words(p.first(func(n *html.Node) bool { return n.Data == "h1" })) }

// Text is what stands in the main part, with single spaces.
func (p *Page) Text() string {
	return words(p.first(func(n *html.Node) bool { return n.Data == "main" }))
}

// Has reports whether the main part says it.
func (p *Page) Has(said string) bool { return strings.Contains(p.Text(), said) }

// Value is what stands in the first field of the name.
func (p *Page) Value(name string) string { return fieldValue(p.field(name)) }

// Fault is what stands beside the first field of the name as its fault, or "".
func (p *Page) Fault(name string) string {
	p.t.Helper()
	n := p.field(name)
	if n == nil {
		return ""
	}
	for id := range strings.FieldsSeq(attr(n, "aria-describedby")) {
		if strings.HasSuffix(id, "-fault") {
			return words(p.byID(id))
		}
	}
	return words(p.byID(attr(n, "id") + "-fault"))
}

// ByID is the text of the element, or "".
func (p *Page) ByID(id string) string { return words(p.byID(id)) }

// Links are the addresses of all links of the page.
func (p *Page) Links() []string {
	var out []string
	for n := range p.doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == "a" && attr(n, "href") != "" {
			out = append(out, attr(n, "href"))
		}
	}
	return out
}

// Form returns what a browser would send if the button of the first form that
// posts to action were pressed that has no name; ok is false when there is no
// such form.
func (p *Page) Form(action string) (values url.Values, ok bool) {
	all := p.Forms(action)
	if len(all) == 0 {
		return nil, false
	}
	return all[0], true
}

// Forms is Form for all forms that post to action.
func (p *Page) Forms(action string) []url.Values {
	var all []url.Values
	for n := range p.doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == "form" && attr(n, "action") == action {
			all = append(all, fields(n))
		}
	}
	return all
}

// fields are the values that stand in a form.
func fields(form *html.Node) url.Values {
	values := url.Values{}
	for n := range form.Descendants() {
		if n.Type != html.ElementNode || attr(n, "name") == "" {
			continue
		}
		switch {
		case n.Data == "input" && (attr(n, "type") == "checkbox" || attr(n, "type") == "radio"):
			if has(n, "checked") {
				values.Add(attr(n, "name"), attr(n, "value"))
			}
		case n.Data == "input", n.Data == "textarea", n.Data == "select":
			values.Add(attr(n, "name"), fieldValue(n))
		}
	}
	return values
}

// MustForm is Form for a form that has to be there.
func (p *Page) MustForm(action string) url.Values {
	p.t.Helper()
	values, ok := p.Form(action)
	if !ok {
		p.t.Fatalf("the page %q has no form that posts to %s", p.Title(), action)
	}
	return values
}

// Buttons are the values of the buttons of that name.
func (p *Page) Buttons(name string) []string {
	var out []string
	for n := range p.doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == "button" && attr(n, "name") == name {
			out = append(out, attr(n, "value"))
		}
	}
	return out
}

func (p *Page) field(name string) *html.Node {
	return p.first(func(n *html.Node) bool {
		return (n.Data == "input" || n.Data == "textarea" || n.Data == "select") && attr(n, "name") == name
	})
}

func (p *Page) byID(id string) *html.Node {
	return p.first(func(n *html.Node) bool { return attr(n, "id") == id })
}

func (p *Page) first(is func(*html.Node) bool) *html.Node {
	for n := range p.doc.Descendants() {
		if n.Type == html.ElementNode && is(n) {
			return n
		}
	}
	return nil
}

func fieldValue(n *html.Node) string {
	switch {
	case n == nil:
		return ""
	case n.Data == "textarea":
		if n.FirstChild == nil {
			return ""
		}
		return n.FirstChild.Data
	case n.Data == "select":
		value, first := "", true
		for o := range n.Descendants() {
			if o.Type == html.ElementNode && o.Data == "option" && (first || has(o, "selected")) {
				value, first = attr(o, "value"), false
			}
		}
		return value
	}
	return attr(n, "value")
}

func attr(n *html.Node, key string) string {
	if n == nil {
		return ""
	}
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, key string) bool {
	for _, a := range n.Attr {
		if a.Key == key {
			return true
		}
	}
	return false
}

// words is the text below n with single spaces; what is hidden from sight for
// screen readers counts.
func words(n *html.Node) string {
	if n == nil {
		return ""
	}
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
