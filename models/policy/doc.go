// Package policy says who may do what.
//
// It owns three questions: may this actor do this at all (Check), may this
// person grant this right or package to a system user (Standing.Grants), and
// may he give it, or a power, to a colleague (Standing.Gives and Ends). All are
// values in, values out: what the person holds in the organisation is an
// argument, read by the caller in the same transaction as the change. It
// refuses to look anything up, and knows no clock. Used by models/registry
// alone; start with Check.
package policy
