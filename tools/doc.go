// Package tools is a module of its own that pins the programs which check and
// test the project: golangci-lint, gotestsum and govulncheck. Their graphs of
// modules stay out of the product's go.mod.
//
// The scripts beside it are what the Makefile and .ci/run call. No Go code of
// the project belongs here.
package tools
