// Package openapitest holds exchanges over HTTP to the description in
// handlers/openapi.
//
// It owns the check that an answer is one that the description lists for the
// operation (status, headers, media type, body) and that a question which was
// answered with success is one that the description allows. It refuses routes
// that are not described. For tests only; used by the tests of handlers.
package openapitest
