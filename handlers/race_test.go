//go:build race

package handlers_test

// Under the race detector, which takes ten times as long, one string in four of
// the long lists is put to each door, and one actor in four walks through the
// matrix of the API. make test runs both whole without it.
const oneIn = 4
