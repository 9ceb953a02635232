// Package keyset holds the public keys of one issuer and verifies signatures
// with them.
//
// It owns what a usable key is (RFC 7517, RFC 7518, RFC 8037), the fetching of
// a key set with its limits, and its freshness: read again each hour and on an
// unknown kid, at most once in thirty seconds; the last good set serves for 24
// hours when it cannot be read. Start with New.
//
// It refuses private and symmetric keys, weak ones, and keys that say they are
// for something else; and it follows no redirect and no address but the
// configured one. Whether a token holds for a caller is decided in
// handlers/auth.
//
// Used by handlers/auth, for callers' tokens and for login.
package keyset
