// Package issuer is the demo's token issuer, in the manner of Maskinporten:
// machines get short tokens for a signed assertion, and a token may say which
// system user it stands for.
//
// It owns the jwt-bearer grant (RFC 7523) with the strict rules of
// Maskinporten, the authorization_details inside the assertion (RFC 9396), the
// call to the registry that enriches them, and the token. The registry is
// asked over HTTP like by any other issuer. It refuses everything else: no
// users, no refresh, no other grant; and it never makes a token when the
// registry did not clearly say yes. Built on zitadel/oidc, whose server parses
// the request, whose key set machinery verifies the assertion and whose errors
// go out; the library's own grant knows neither authorization_details nor
// RS384 and RS512, so the grant itself is here. Used by cmd/demo; start with New.
package issuer
