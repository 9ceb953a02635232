// Package node builds one running registry from its settings: store, use
// cases, hot path, handlers and jobs.
//
// It owns the settings (settings.go), how the parts are put together (node.go)
// and what runs beside the requests (jobs.go). It refuses to parse arguments.
// Used by cmd/stafett, which is the registry, and cmd/demo, which runs one
// beside a login provider and an issuer.
package node
