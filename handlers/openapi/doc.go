// Package openapi holds the description of the endpoints for programs.
//
// The description comes first: spec/*.yaml is written by hand, a file for each
// part of the API, and openapi.json (what is served) and openapi.gen.go (the
// types of requests and answers) are made of it by go generate. A test holds
// both to it, and every test of a handler checks its request and answer against
// it through openapitest. It refuses to know anything about handlers; used by
// handlers/hooks.
package openapi

import _ "embed"

//go:generate go run convert.go
//go:generate go tool oapi-codegen --config=oapi-codegen.yaml -o openapi.gen.go openapi.json

//go:embed openapi.json
var merged []byte

// JSON returns the description. It must not be changed.
func JSON() []byte { return merged }
