//go:build race

package handlers_test

// Under the race detector, which takes ten times as long, one string in four of
// the long lists is put to each door.
const oneIn = 4
