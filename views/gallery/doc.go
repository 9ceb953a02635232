// Package gallery lists every page in every state that it can be in.
//
// It owns the view structs that stand for those states, literal and without a
// database. It refuses to test: the golden test beside it and people with a
// browser look at what it lists. Used by tests and by tools that show pages.
package gallery
