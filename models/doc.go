// Package models holds what every part of the domain shares: the error that a
// caller can act on, the actor that does something, identifiers, and texts in
// the three languages.
//
// It owns no rule and knows no storage and no transport. The domain's nouns
// are its subpackages (party, catalog, system, systemuser, request, policy),
// lowest first; the use cases are in models/registry.
package models
