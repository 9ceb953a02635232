//go:build race

package handlers_test

// Under the race detector, which takes ten times as long, one string in sixteen
// of the long lists is put to each form.
const oneIn = 16

// So it is with the API, and one actor walks through each matrix. make test runs
// all of it whole without the race detector.
const oneInAPI = 16
