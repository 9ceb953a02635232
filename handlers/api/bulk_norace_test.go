//go:build !race

package api_test

// The most that a job can have.
const manyRows = 10_000
