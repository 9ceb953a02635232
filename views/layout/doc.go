// Package layout is the frame around every page: header, navigation, who is
// signed in and for whom, footer, and the page shown when something fails.
//
// It owns the head of the document, with everything that the browser loads,
// and that no page is a dead end. It refuses to fetch: a Shell comes filled.
// Used by the pages of views and by handlers/respond for failures.
package layout
