// Package migrations holds the schema of the database: one folder of SQL files
// for each of the two databases, with the same numbers and names, embedded in
// the program and run by goose.
//
// A file that has been released never changes; a new one follows it. The
// package refuses to know anything else of this module, so that old migrations
// compile for ever. Used by models/store and by the command "stafett migrate".
// Start with Up.
package migrations
