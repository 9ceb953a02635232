// Package auth finds out who calls: a program by its token, a person by login.
//
// It owns the trust in token issuers (Issuers, from STAFETT_ISSUERS), the door
// that turns a bearer token into a Caller (Door), the trust in OpenID providers
// (Providers, from STAFETT_LOGIN), login by OpenID Connect (Login), and the
// session of a signed-in person (Session). Start with Door for machines and
// with Login for browsers.
//
// It refuses whatever is not listed: no issuer, key, algorithm or audience is
// learnt from a token, and no address from a request. It decides who somebody
// is and never what he may do; that is models/policy.
//
// A login goes through four places, and only the browser moves between them:
//
//	GET /login/:provider ── Login.Start ──► the provider ──► GET /login/callback ── Login.Callback ──► the page that was asked for
//
// Used by handlers/hooks, handlers/web and cmd/stafett. The form of tokens is
// read in auth/token, keys are kept and used in auth/keyset.
package auth
