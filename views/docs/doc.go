// Package docs has the pages that tell developers what the API is: the
// description of handlers/openapi, for people.
//
// It owns how an operation is shown, and how the description is read for that
// (Parse). It refuses to know which operations there are: what comes in is the
// description itself. It is in English, like the API. Used by handlers/web.
package docs
