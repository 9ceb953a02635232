// Command stafett is the registry of system users: it serves the pages and
// APIs, migrates its database, imports catalogues and parties, and verifies its
// audit log. `stafett --help` lists the commands; docs/operations.md explains
// the settings.
package main
