package paths

import "net/url"

// Switched is a page that a person is led to when he has just begun to act for
// another organisation, so that the page says so.
func Switched(path string) string { return with(path, "switched", "1") }

// HasSwitched reports whether the query is one of Switched.
func HasSwitched(q url.Values) bool { return q.Has("switched") }
