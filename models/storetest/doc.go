// Package storetest is the contract of a store: what registry.Store,
// rar.Lookup and rar.Ledger promise, as tests that every database must pass.
//
// It owns the promises about conflicts, races, snapshots, durability, the
// separation of organisations and the secrecy of national ids. It refuses to
// know how a store is made: the caller gives it empty databases. Used by the
// tests of models/store. Start with Run.
package storetest
