// Package wycheproof holds the token door to Project Wycheproof's vectors for
// JSON Web Signatures and JSON Web Keys.
//
// It owns the list of vectors on which we differ from Wycheproof's verdict, each
// with its reason; any other difference is a fault. Only tests stand here, in a
// module of their own: the vectors are linked into no program, and nobody who
// uses this one has to fetch them.
package wycheproof
