//go:build race

package handlers_test

// Under the race detector, which takes ten times as long, one string in four of
// the long lists is put to each door.
const oneIn = 4

// Of the API, with its many routes, one in sixteen, and one actor walks through
// its matrix. make test runs both whole without the race detector.
const oneInAPI = 16
