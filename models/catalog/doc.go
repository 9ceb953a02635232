// Package catalog is the catalogue: the resources that rights are asked for,
// the access packages that bundle them, and which role carries which package.
//
// It owns look-up by identifier and the kinds of resource that cannot be
// delegated. It refuses to decide who may grant what; that is models/policy.
// A Catalog is a value that never changes once built; the store builds a new
// one when the data has changed. Start with Catalog.
package catalog
