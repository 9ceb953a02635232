// Package e2e tests the programs as they are shipped.
//
// It owns the scripts of the binaries (testdata, run by script_test.go:
// commands, HTTP, both databases, interrupts, kills and harm done to the audit
// log), the certified OpenID provider that they log in at (oidc-provider, which
// others wrote) and, in the folder browser, the walks through the pages in
// Chromium. It refuses to test what a package can hold by itself, and to know
// how the programs are built inside: it starts them and looks from outside. Run
// with "make e2e".
package e2e
