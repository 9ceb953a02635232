// Package visitor is somebody with a browser without script: it opens pages,
// follows links and redirects, fills in forms and presses their buttons, and
// keeps cookies.
//
// It owns how a form becomes a request (HTML living standard, form
// submission), for the controls that our pages have. It refuses to do what a
// person could not: a field that is not on the page cannot be filled in, and a
// button that is not there cannot be pressed. Used by "demo --once", which
// plays the loop through the pages that people use; start with New.
package visitor
