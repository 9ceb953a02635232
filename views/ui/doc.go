// Package ui holds the parts that pages are built from: buttons, fields,
// lists, tags and the like, on Designsystemet's classes.
//
// It owns that each part is accessible however it is used: labels are tied to
// their fields, faults to theirs, colour never speaks alone. It refuses to know
// any page; what only one page needs stays beside that page. Used by
// views/layout and the pages.
package ui
