// Package api answers suppliers' and end users' programs: Altinn's system
// register and system user APIs, path for path, and what we add to them.
//
// It owns the shape of that contract over HTTP: names, codes, problem
// documents, paging, and answers given once. It refuses to decide: each call
// reads its input, asks one use case of models/registry, and writes what came
// back. Trust in callers is handlers/auth's, the description handlers/openapi's.
//
// A call is a method that takes a Question and returns an Answer; Serve makes a
// handler of it. Start with api.go, and register.go for how a call looks.
package api
