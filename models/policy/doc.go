// Package policy says who may do what.
//
// It owns two questions: may this actor do this at all (Check), and may this
// person grant this right or package (Standing.Grants). Both are values in,
// values out: what the person holds in the organisation is an argument, read
// by the caller in the same transaction as the change. It refuses to look
// anything up. Used by models/registry alone; start with Check.
package policy
