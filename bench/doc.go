// Command bench measures what an enrichment costs: the registry as it is
// shipped, on SQLite with 100 000 system users, against a bare net/http handler
// that returns the same bytes. Both are measured in turn within one run, since
// the figures of a busy machine mean nothing alone, and every answer is
// checked. Then it measures how long the import of the public test data takes,
// where that lies beside the checkout. It writes docs/performance.md and bench/results.json.
//
// Run it with `make bench`. It uses loopback only and ends by itself.
package main
