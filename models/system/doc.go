// Package system holds a supplier's registered system: its id and names, the
// OAuth clients it runs as, what it asks for and why, and where the browser
// may go after an answer.
//
// It owns the rules of a well-formed system. It refuses to know who may
// register one (models/policy) and whether ids are taken (the store's unique
// constraints). Used by requests and system users; start with System.
package system
