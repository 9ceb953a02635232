// Package handlertest runs the whole registry in a test: the production
// handlers over a SQLite database of its own, people who are signed in,
// and programs with tokens of issuers whose keys the kit holds.
//
// It owns the cast (who holds what in which organisation) and the checks that
// every answer must pass: the security headers, pages that are sound and hold
// no code, answers to programs that are as the OpenAPI description says.
// It refuses to stand in for anything of ours; what is outside (the OpenID
// provider, the issuers' key sets) is played by the kit. Used by the tests of
// handlers. Start with New.
package handlertest
