// Package compat holds the description to what has been released.
//
// It owns the rule that a change which breaks a correct client needs a new major
// version in info.version. released.json beside openapi.json is the description
// as it was released last; make release-api writes it. Only tests stand here, in
// a module of their own: the library that knows what breaks is linked into no
// program.
package compat
