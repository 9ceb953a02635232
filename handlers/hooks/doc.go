// Package hooks answers programs: issuers that make tokens, and APIs that
// receive them.
//
// It owns the way from a request over HTTP to a question for package rar and
// back: who calls and in which issuer's name, what media type and size is
// read, and which status and body an answer has. Its endpoints are described
// in handlers/openapi. It refuses to decide: yes and no come from rar and
// rar/authzen, trust in callers from handlers/auth.
//
// Every cause of a refusal looks the same outside, so that nobody can learn
// here who is whose customer. Used by package handlers; start with New.
package hooks
