package request

import (
	"slices"

	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/system"
)

// Meant spells out an item of a supplier's program by what its system asks for.
// A right without an action stands for every action; where the system asks for
// single actions of the resource only, for these. Anything else is itself.
func Meant(s system.System, item catalog.Item) []catalog.Item {
	if _, ok := s.Ask(item); ok || item.Kind != catalog.RightItem || item.Action != "" {
		return []catalog.Item{item}
	}
	meant := slices.DeleteFunc(s.Asked(), func(of catalog.Item) bool { return of.Kind != item.Kind || of.Ref != item.Ref })
	if len(meant) == 0 {
		return []catalog.Item{item}
	}
	return meant
}

// SameAs reports whether r asks for the same as another of its triple: the same
// kind, items in any order, and the same words and terms.
func (r Request) SameAs(o Request) bool {
	if r.Kind != o.Kind || r.Title != o.Title || r.RedirectURL != o.RedirectURL || r.Purpose != o.Purpose ||
		r.ContactEmail != o.ContactEmail || !r.ValidTo.Equal(o.ValidTo) || len(r.Items) != len(o.Items) {
		return false
	}
	return !slices.ContainsFunc(r.Items, func(i catalog.Item) bool {
		return !slices.Contains(o.Items, i) || r.Purposes[i] != o.Purposes[i]
	})
}

// redirectFault says why the browser may not be sent to u after the answer, or "".
func redirectFault(u string, s system.System) string {
	switch {
	case u == "" || s.Redirects(u):
		return ""
	case len(s.RedirectURLs) == 0:
		return "url.none_registered"
	}
	return "url.not_registered"
}
