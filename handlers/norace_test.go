//go:build !race

package handlers_test

const (
	oneIn    = 1
	oneInAPI = 1
)
