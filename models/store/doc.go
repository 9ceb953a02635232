// Package store keeps the registry in a database: SQLite in a file, or
// PostgreSQL.
//
// It owns the mapping between rows and the domain's values, the guarded writes
// (compare-and-set in the WHERE clause, unique indexes as the last word), the
// encryption of national ids, and the two hot reads of package rar. It
// satisfies registry.Store, rar.Lookup and rar.Ledger, keeps login sessions and
// remembers tokens that may be used once. Its contract is models/storetest,
// which both databases pass.
//
// It refuses to decide anything: rules are in the domain, policy in
// models/policy, use cases in models/registry. gorm stays inside; row types
// never leave. A list costs one statement, and one more for each table of
// parts, whatever its length.
//
// On SQLite one process writes: one connection takes the write lock at BEGIN
// and every commit is synced to disk. A second process may use the same file
// (for an import, say); it waits up to five seconds for the lock. Several
// nodes need PostgreSQL. Start with Open.
package store
