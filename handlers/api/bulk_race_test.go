//go:build race

package api_test

// Under the race detector, which takes ten times as long, fewer do.
const manyRows = 1000
