// Package viewstest holds what tests of pages need: rendering, golden files
// and the checks that every page must pass.
//
// It owns the form of golden files (one node a line) and the rules of a sound
// page that a program can check. It refuses to know any page. Used by tests of
// views only.
package viewstest
