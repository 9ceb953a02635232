// Package web serves the pages for people: log-in, the customer's requests and
// system users, the supplier's systems and requests.
//
// A handler parses, calls one use case of models/registry, and shows a view.
// It refuses to decide who may do what: the use case does, and its errors go
// to the one translator in handlers/respond. Every form works without script:
// a POST that was done answers 303, one with faults answers 422 with the form
// as it was typed. Start with Web.
package web
