package handlers

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// paths knows the segments of the routes: those for programs, to match them
// without regard to case (design.md 5), and all, to tell which methods an
// address has.
type paths struct {
	patterns map[int][][]string // by how many segments, words before values, as the router matches
	spelt    map[string]bool    // the same without values in them, as the table spells them
	routes   []Route
}

func newPaths(routes []Route) *paths {
	p := &paths{routes: routes, patterns: map[int][][]string{}, spelt: map[string]bool{}}
	for _, r := range routes {
		if r.Audience == Programs || strings.HasPrefix(r.Path, "/accessmanagement/") {
			segments := strings.Split(r.Path, "/")
			p.patterns[len(segments)] = append(p.patterns[len(segments)], segments)
			p.spelt[r.Path] = !strings.Contains(r.Path, ":")
		}
	}
	for _, patterns := range p.patterns {
		slices.SortStableFunc(patterns, func(a, b []string) int { return slices.CompareFunc(a, b, wordsFirst) })
	}
	return p
}

// wordsFirst puts a segment that is a word before one that is a value.
func wordsFirst(a, b string) int {
	switch valueA, valueB := strings.HasPrefix(a, ":"), strings.HasPrefix(b, ":"); {
	case valueA == valueB:
		return 0
	case valueA:
		return 1
	}
	return -1
}

// canonical returns r with the path as the route table spells it and the query
// names in lower case, when it matches such a route; otherwise r as it is.
// Values in the path keep their case. An escaped slash is left for the guard to
// refuse: matched here it would reach a route by an address that a proxy in
// front does not know for it.
func (p *paths) canonical(r *http.Request) *http.Request {
	if escapedSlash(r.URL) || r.URL.RawQuery == "" && p.spelt[r.URL.Path] {
		return r
	}
	path := r.URL.Path
	if len(path) > 1 {
		path = strings.TrimSuffix(path, "/")
	}
	segments := strings.Split(path, "/")
	for _, pattern := range p.patterns[len(segments)] {
		if !matches(pattern, segments) {
			continue
		}
		out := make([]string, len(segments))
		for i, s := range segments {
			out[i] = pattern[i]
			if strings.HasPrefix(pattern[i], ":") {
				out[i] = s
			}
		}
		r = r.WithContext(r.Context()) // a copy; the headers are shared, and only read
		r.URL = &url.URL{Path: strings.Join(out, "/"), RawQuery: lowerNames(r.URL.RawQuery)}
		return r
	}
	return r
}

func escapedSlash(u *url.URL) bool { return strings.Contains(strings.ToLower(u.RawPath), "%2f") }

func matches(pattern, segments []string) bool {
	for i, p := range pattern {
		if !strings.HasPrefix(p, ":") && !strings.EqualFold(p, segments[i]) {
			return false
		}
	}
	return true
}

// allowed returns the methods that the address has and whom it answers; no
// methods when it is no route.
func (p *paths) allowed(path string) (methods []string, a Audience) {
	segments := strings.Split(path, "/")
	for _, r := range p.routes {
		pattern, asked := strings.Split(r.Path, "/"), segments
		if last := len(pattern) - 1; pattern[last] == "*" && len(asked) > last {
			pattern, asked = pattern[:last], asked[:last]
		}
		if !slices.EqualFunc(pattern, asked, func(p, s string) bool { return p == s || strings.HasPrefix(p, ":") && s != "" }) {
			continue
		}
		a = r.Audience
		methods = append(methods, r.Method)
		if r.Method == http.MethodGet {
			methods = append(methods, http.MethodHead)
		}
	}
	slices.Sort(methods)
	return slices.Compact(methods), a
}

// lowerNames lowers the names of a query and keeps the values as they came.
func lowerNames(query string) string {
	if query == "" {
		return ""
	}
	parts := strings.Split(query, "&")
	for i, part := range parts {
		name, value, ok := strings.Cut(part, "=")
		parts[i] = strings.ToLower(name)
		if ok {
			parts[i] += "=" + value
		}
	}
	return strings.Join(parts, "&")
}
