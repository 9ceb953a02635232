// Package clients renders the pages on which a facilitator decides which of its
// clients an agent system user serves: the lists of those it serves and of those
// it could, jobs over many, rules for new ones, and files in and out.
//
// It knows nothing of the registry. Start with View.
package clients
