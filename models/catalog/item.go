package catalog

import (
	"slices"
	"strings"
)

// PackagePrefix begins the URN of every access package.
const PackagePrefix = "urn:altinn:accesspackage:"

// ResourceAttribute is the attribute id of a resource in Altinn's rights.
const ResourceAttribute = "urn:altinn:resource"

// ItemKind says whether an Item is a right or an access package.
type ItemKind string

// The two currencies in which a system asks.
const (
	RightItem   ItemKind = "right"
	PackageItem ItemKind = "package"
)

// Item is one thing that can be asked for and delegated: a right (a resource,
// and an action or none for every action) or an access package.
type Item struct {
	Kind   ItemKind
	Ref    string // resource identifiers with spaces between them, or URN of the package
	Action string // of a right; empty means every action of the resource
}

// Right makes the item of a right.
func Right(resource, action string) Item {
	return Item{Kind: RightItem, Ref: resource, Action: action}
}

// PackageOf makes the item of an access package.
func PackageOf(urn string) Item { return Item{Kind: PackageItem, Ref: urn} }

// Resources are the resources that a right is about: one, or several where the
// right is to a part of a resource that is a resource itself. Their order in
// Ref says nothing and is always the same, so that equal rights are equal.
func (i Item) Resources() []string { return strings.Fields(i.Ref) }

// RightTo makes the item of a right to several resources together. One that is
// named twice counts once.
func RightTo(resources []string, action string) Item {
	return Right(strings.Join(slices.Compact(slices.Sorted(slices.Values(resources))), " "), action)
}

// ParseItem reads what String wrote. ok is false for anything else.
func ParseItem(s string) (Item, bool) {
	if strings.HasPrefix(s, PackagePrefix) {
		return PackageOf(s), len(s) > len(PackagePrefix)
	}
	resource, action, one := strings.Cut(s, "#")
	return Right(resource, action), resource != "" && (action != "" || !one)
}

// String is the item in one word, for forms and audit entries: the URN of the
// package, or "resource" or "resource#action".
func (i Item) String() string {
	if i.Action == "" {
		return i.Ref
	}
	return i.Ref + "#" + i.Action
}

// Covers reports whether holding i is enough for want: the same package, or
// the same resource with the same action or with every action.
func (i Item) Covers(want Item) bool {
	return i.Kind == want.Kind && i.Ref == want.Ref && (i.Action == "" || i.Action == want.Action)
}
