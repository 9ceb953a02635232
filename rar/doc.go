// Package rar is the hot path: it answers a token issuer that asks, while it
// makes a token, which system user the token is for (RFC 9396, rich
// authorization requests), and an API that asks whether that system user holds
// a right now.
//
// The contract: the answer is built here from current data and never copied
// from the question; every doubt is a refusal; an outage is an error and never
// a yes. What we put into authorization_details is in details.go, when we
// refuse in enrich.go, what is written down about it in journal.go. There is
// no cache of grants: what is revoked is gone from the next answer on.
//
// It reads through its own small interface Lookup, which the store satisfies,
// and imports neither the store nor the use cases. Start with Enricher.
package rar
