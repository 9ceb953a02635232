// Package listing searches, narrows, orders and pages the lists of a customer's
// pages.
//
// It owns the rules: what a search looks for, how many rows each choice of a
// filter would leave, which rows stand on which page. Values in, values out: it
// refuses to know what the rows are, where they come from and what they look
// like. Used by models/registry.
package listing
