// Package paths builds the addresses of the browser pages.
//
// It owns every path that a page may link or post to, so that a link to
// nowhere does not compile. It refuses absolute addresses: what leaves this
// site is data of a view. Used by views and handlers/web; a test of the
// handlers compares them with the route table.
package paths
