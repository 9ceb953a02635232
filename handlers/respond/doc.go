// Package respond writes answers: pages, problem documents, and the one
// translation of errors into either.
//
// It owns the table from error codes to HTTP status (problems.go) and the rule
// that a page is rendered whole before its status is sent. It refuses to
// decide anything about the request. Used by every package of handlers; start
// with Responder.
package respond
