// Package handlers is the HTTP face of the registry: the route table, the
// middleware that every request passes, and the server that ties them.
//
// It owns the table of routes (routes.go), which the OpenAPI description and
// the authorisation matrix are held to, and the order of the middleware
// (server.go). It refuses to do the work: web, hooks and auth do, each calling
// one use case. Used by cmd. Start with New.
package handlers
