// Package audit holds the audit entry and the hash chain that makes removal
// and change of entries visible.
//
// Each entry's hash covers the hash before it and every member of the entry in
// a canonical form (see Entry.Sum), so that a changed, removed, inserted or
// moved entry breaks the chain at that place. Entries name persons by id only:
// what is personal lies beside the chain and can be erased without breaking
// it. The package refuses to store and to decide what is recorded; that is
// models/registry. Start with Entry and Verify.
package audit
