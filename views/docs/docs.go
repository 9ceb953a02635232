package docs

import "strings"

// Reference is the description, for people.
type Reference struct {
	Title   string
	Version string
	About   string // paragraphs with an empty line between; `code` and *emphasis*
	Ways    []Way
	Groups  []Group
}

// Way is how a caller shows who he is.
type Way struct{ Name, About string }

// Group is the operations with one tag.
type Group struct {
	Slug       string // of the page's address
	Name       string
	About      string
	Operations []Operation
}

// Group returns the group with the slug, and whether there is one.
func (r Reference) Group(slug string) (Group, bool) {
	for _, g := range r.Groups {
		if g.Slug == slug {
			return g, true
		}
	}
	return Group{}, false
}

// Operation is one method at one path.
type Operation struct {
	ID      string
	Method  string
	Path    string
	Summary string
	About   string
	Callers []Caller // any of them is enough; none means anybody
	Values  []Value  // in path, query and headers
	Body    *Body    // nil for none
	Answers []Answer // by status
}

// Caller is a way to be allowed.
type Caller struct {
	Way    string
	Scopes []string // all of them
}

// Value is a value of a path, a query or a header, or a member of a body.
type Value struct {
	Name     string // of a member the whole way to it, as in "client.id" and "rights[].action"
	In       string // "path", "query" or "header"; empty for a member
	Type     string // in words
	About    string
	Example  string
	Required bool
}

// Body is what is sent, or comes back.
type Body struct {
	Media    string
	Members  []Value
	Examples []Example
}

// Example is a whole body.
type Example struct {
	Name string // may be empty
	Text string
}

// Answer is one status that can come back.
type Answer struct {
	Status  string
	About   string
	Headers []Value
	Body    Body
}

// Good reports whether the answer is one of success.
func (a Answer) Good() bool { return a.Status < "300" }

// Problem is one code that a problem document can have.
type Problem struct {
	Code   string
	Status int
	Says   string
}

// View is the page that leads to all groups.
type View struct {
	Reference
	Problems []Problem
}

// GroupView is the page of one group.
type GroupView struct {
	Group
	Base string // the address of this registry, without a slash at the end
}

// curl is a command that asks, for a shell.
func curl(base string, o Operation) string {
	target := o.Path
	var query []string
	var parts []string
	for _, v := range o.Values {
		switch {
		case v.In == "path" && v.Example != "":
			target = strings.ReplaceAll(target, "{"+v.Name+"}", v.Example)
		case v.In == "query" && v.Required:
			query = append(query, v.Name+"="+v.Example)
		}
	}
	if len(query) > 0 {
		target += "?" + strings.Join(query, "&")
	}
	line := "curl "
	if o.Method != "GET" {
		line += "-X " + o.Method + " "
	}
	parts = append(parts, line+quoted(base+target))
	if len(o.Callers) > 0 {
		parts = append(parts, `-H "Authorization: Bearer $TOKEN"`)
	}
	if o.Body != nil {
		parts = append(parts, "-H "+quoted("Content-Type: "+o.Body.Media))
		if len(o.Body.Examples) > 0 {
			parts = append(parts, "-d "+quoted(o.Body.Examples[0].Text))
		}
	}
	return strings.Join(parts, " \\\n  ")
}

// quoted is the text as one word of a POSIX shell.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// run is a stretch of text.
type run struct {
	text string
	mark rune // '`' for code, '*' for emphasis, 0 for none
}

// paragraphs cuts a text at its empty lines, and each paragraph at its marks.
func paragraphs(text string) [][]run {
	var out [][]run
	for _, p := range strings.Split(strings.TrimSpace(text), "\n\n") {
		if p = strings.Join(strings.Fields(p), " "); p != "" {
			out = append(out, runs(p))
		}
	}
	return out
}

func runs(text string) []run {
	var out []run
	for text != "" {
		at := strings.IndexAny(text, "`*")
		if at < 0 {
			break
		}
		before, rest := text[:at], text[at+1:]
		inside, after, closed := strings.Cut(rest, text[at:at+1])
		if !closed || inside == "" {
			break
		}
		if before != "" {
			out = append(out, run{text: before})
		}
		out = append(out, run{text: inside, mark: rune(text[at])})
		text = after
	}
	if text != "" {
		out = append(out, run{text: text})
	}
	return out
}
