package viewstest

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// Check returns what is wrong with a whole page, as sentences; none when it is
// sound. It sees what a program can see: one h1 and headings without a gap, a
// title, a language, labels, names of buttons and links, forms with a method,
// unique ids and references that lead somewhere, no code or style within the
// page, no message without a text.
func Check(page string) []string {
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return []string{err.Error()}
	}
	c := &checker{ids: map[string]int{}, labelled: map[string]bool{}}
	for n := range doc.Descendants() {
		c.collect(n)
	}
	for n := range doc.Descendants() {
		switch n.Type {
		case html.ElementNode:
			c.element(n)
		case html.TextNode:
			c.text(n)
		}
	}
	c.whole()
	return c.faults
}

type checker struct {
	faults   []string
	ids      map[string]int  // how often each id stands
	labelled map[string]bool // ids that a label is for
	h1, last int             // number of h1; level of the last heading
	title    string
	lang     string
}

func (c *checker) say(format string, args ...any) {
	c.faults = append(c.faults, fmt.Sprintf(format, args...))
}

func (c *checker) collect(n *html.Node) {
	if n.Type != html.ElementNode {
		return
	}
	if id := attr(n, "id"); id != "" {
		c.ids[id]++
	}
	if n.Data == "label" {
		c.labelled[attr(n, "for")] = true
	}
}

func (c *checker) element(n *html.Node) {
	c.attributes(n)
	switch n.Data {
	case "html":
		c.lang = attr(n, "lang")
	case "title":
		if n.Parent.Data == "head" {
			c.title = words(n)
		}
	case "h1", "h2", "h3", "h4", "h5", "h6":
		c.heading(n)
	case "script":
		if attr(n, "src") == "" || n.FirstChild != nil {
			c.say("a script stands in the page")
		}
	case "style":
		c.say("a style element stands in the page")
	case "form":
		if m := attr(n, "method"); m != "get" && m != "post" {
			c.say("a form has method %q", m)
		}
	case "input", "textarea", "select":
		c.control(n)
	case "button", "a", "summary":
		if name(n) == "" {
			c.say("a %s has no name", n.Data)
		}
	case "img":
		if !has(n, "alt") {
			c.say("an image has no alt")
		}
	case "th":
		if attr(n, "scope") == "" {
			c.say("the table heading %q has no scope", words(n))
		}
	}
	if n.Data == "button" && attr(n, "type") == "" {
		c.say("the button %q has no type", words(n))
	}
}

func (c *checker) attributes(n *html.Node) {
	for _, a := range n.Attr {
		switch {
		case strings.HasPrefix(a.Key, "on"), strings.HasPrefix(a.Key, "hx-on"):
			c.say("%s has code in %s", n.Data, a.Key)
		case a.Key == "style":
			c.say("%s has a style of its own", n.Data)
		case (a.Key == "href" || a.Key == "src" || a.Key == "action") && strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:"):
			c.say("%s has code in %s", n.Data, a.Key)
		case a.Key == "aria-describedby" || a.Key == "aria-labelledby" || a.Key == "for" || a.Key == "aria-controls":
			for id := range strings.FieldsSeq(a.Val) {
				c.refers(n, a.Key, id)
			}
		case a.Key == "href" && strings.HasPrefix(a.Val, "#"):
			c.refers(n, a.Key, a.Val[1:])
		case a.Key != "class" && (strings.Contains(a.Val, "⟦") || strings.Contains(a.Val, "<no value>")):
			c.say("%s of %s has no text: %s", a.Key, n.Data, a.Val)
		}
	}
}

func (c *checker) refers(n *html.Node, key, id string) {
	if c.ids[id] == 0 {
		c.say("%s of %s names %q, which is not there", key, n.Data, id)
	}
}

func (c *checker) heading(n *html.Node) {
	level := int(n.Data[1] - '0')
	if level == 1 {
		c.h1++
	}
	if c.last > 0 && level > c.last+1 {
		c.say("heading %q jumps from level %d to %d", words(n), c.last, level)
	}
	c.last = level
	if words(n) == "" {
		c.say("a heading is empty")
	}
}

func (c *checker) control(n *html.Node) {
	if slices.Contains([]string{"hidden", "submit", "button"}, attr(n, "type")) {
		return
	}
	within := false
	for p := range n.Ancestors() {
		within = within || p.Data == "label"
	}
	if !within && !c.labelled[attr(n, "id")] && attr(n, "aria-label") == "" && attr(n, "aria-labelledby") == "" {
		c.say("%s %q has no label", n.Data, attr(n, "name"))
	}
	if attr(n, "name") == "" {
		c.say("%s %q has no name to be sent under", n.Data, attr(n, "id"))
	}
}

func (c *checker) text(n *html.Node) {
	if strings.Contains(n.Data, "⟦") || strings.Contains(n.Data, "<no value>") {
		c.say("a message has no text: %s", strings.TrimSpace(n.Data))
	}
	if strings.Contains(n.Data, "**") && n.Parent.Data != "textarea" {
		c.say("a mark for emphasis is shown: %s", strings.TrimSpace(n.Data))
	}
}

func (c *checker) whole() {
	for id, count := range c.ids {
		if count > 1 {
			c.say("id %q stands %d times", id, count)
		}
	}
	if c.h1 != 1 {
		c.say("the page has %d h1", c.h1)
	}
	if c.lang == "" {
		c.say("the page has no language")
	}
	if strings.HasPrefix(c.title, "–") || c.title == "" {
		c.say("the page has no title")
	}
	slices.Sort(c.faults)
}

// name is what a screen reader would call the element, roughly.
func name(n *html.Node) string {
	if s := attr(n, "aria-label"); s != "" {
		return s
	}
	return words(n)
}

func words(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.TrimSpace(b.String())
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, key string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
}
