// Package request holds the request for a system user and its states.
//
// A request is sent by a supplier and answered once by the customer:
//
//	pending --approve--> accepted     pending --withdraw--> withdrawn
//	        --reject---> rejected             --lapse-----> expired
//
// The supplier may renew one that is pending or has expired: it is pending for
// as long again.
//
// It owns the transition table, the length of a request's life and what is
// well-formed. It refuses to know who may send or answer one (models/policy).
// Start with Request;
// Change is the one for a live system user's other rights.
package request
