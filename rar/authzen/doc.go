// Package authzen answers APIs that ask whether a system user holds a right
// for a party now, in the words of the AuthZEN Authorization API 1.0.
//
// It owns the decoding of that question and the order in which an answer is
// found. It has no rules of its own: what a system user holds, rar.Lookup says.
// A no is an answer like a yes, without its reason, which goes to the journal;
// a question that is not whole is an error, and an outage is one too and never
// a yes.
//
// Members that it does not know are ignored, as AuthZEN demands and RFC 9396
// forbids: hence a decoder apart from that of package rar. Used by
// handlers/hooks; start with Evaluator.
package authzen
