// Package openapi holds the description of the endpoints for programs.
//
// The description comes first: openapi.yaml is written by hand, and
// openapi.json (what is served) and openapi.gen.go (the types of requests and
// answers) are made of it by go generate. A test holds both to it, and every
// test of a handler checks its request and answer against it through
// openapitest. It refuses to know anything about handlers; used by
// handlers/hooks.
package openapi

import _ "embed"

//go:generate go tool oapi-codegen --config=oapi-codegen.yaml -o openapi.gen.go openapi.yaml
//go:generate go run convert.go

//go:embed openapi.yaml
var written []byte

//go:embed openapi.json
var converted []byte

// YAML returns the description as it was written. It must not be changed.
func YAML() []byte { return written }

// JSON returns the description as JSON. It must not be changed.
func JSON() []byte { return converted }
