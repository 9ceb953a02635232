// Package customer has the pages of those who are asked: the inbox, the review
// of a request, the receipt, and the system users that the organisation has.
//
// It owns how a grant is explained to a person who has a minute. It refuses to
// decide: who may give what comes with the view structs, which hold values and
// no way to fetch more. Used by handlers/web.
package customer
