// Package seed holds the demo's catalogue, organisations and people.
//
// It owns the files under data, in the form that the importer reads, and the
// names of those who play a part in the demo. The URNs and the names of access
// packages are public facts; every description is the project's own, and every
// organisation and person is invented: the numbers lie in the synthetic ranges
// (organisation numbers that begin with 2 or 3, birth months plus 80). It
// refuses to write anything: cmd/demo hands the files to the same use case as
// "stafett import". Used by cmd/demo and its tests; start with Files.
package seed
