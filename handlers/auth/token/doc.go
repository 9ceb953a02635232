// Package token reads compact JSON Web Signatures strictly.
//
// It owns the form: size, the three parts, base64url, the members of the
// header, the JSON of the claims and the claims that say when a token holds
// (RFC 7515, RFC 7519, RFC 8725). Start with Parse.
//
// It refuses everything that is not a compact JWS with an asymmetric
// signature: encryption, the JSON form, keys or addresses of keys in the
// header, critical extensions, duplicate names, names that differ from a known
// one by case only. It verifies no signature and knows no key; that is
// handlers/auth/keyset.
//
// Used by handlers/auth, and by nothing else.
package token
