// Package supplier is the pages of a supplier: its systems, the form that
// registers one, and the requests that it sends to customers.
//
// It owns what those pages say and how their forms come back with faults. It
// refuses to fetch and to decide: every page is a function of a view struct
// that comes filled. Used by handlers/web and views/gallery.
package supplier
