// Package exchange reads the files by which catalogues and parties come from
// other registers, into rows of the domain.
//
// It owns the formats: access-packages, roles and resources in JSON,
// role-packages, organisations, people and relations in CSV with a header line.
// Columns and members that it does not know are left alone. It refuses to store
// anything; models/registry does, row by row. Start with Read.
package exchange
