// Package provider is the demo's OpenID provider: a login page on which
// anybody may sign in as one of the test persons.
//
// It owns the authorization code flow with PKCE, discovery, keys, userinfo and
// end-session on top of zitadel/oidc, with everything in memory: a restart
// forgets all. It refuses passwords, refresh tokens, implicit flows and any
// client but the registry, and it must never guard anything real: there is
// nothing to know to sign in. Used by cmd/demo; start with New.
//
// The flow, all below the issuer's path:
//
//	/authorize → /login (pick a person) → /authorize/callback → redirect_uri?code&state&iss
//	/oauth/token, /userinfo, /keys, /end_session → post_logout_redirect_uri
package provider
