// Package modelstest is a small registry for tests: named organisations and
// people with real authority, over a database of the test's own and a clock
// that the test holds.
//
// It owns the fixtures and how they are made, which is by the use cases. It
// refuses to assert anything. Used by tests alone; start with Open, or with
// Each where the engine may matter: races, what the database refuses, and what
// it undoes.
package modelstest
