// Package provider is one of the demo's OpenID providers: a login page on which
// anybody may sign in as one of the test persons.
//
// It owns the authorization code flow with PKCE, discovery, keys, userinfo and
// both ways of logging out on top of zitadel/oidc, with everything in memory: a
// restart forgets all. What it says about its persons, at which levels, and
// whether they choose whom they come for, is configuration. It refuses
// passwords, refresh tokens, implicit flows and any client but the registry, and
// it must never guard anything real: there is nothing to know to sign in. Used
// by cmd/demo; start with New.
//
// The flow, all below the issuer's path:
//
//	/authorize → /login (pick a person) → [/represent (pick an organisation)] → /authorize/callback → redirect_uri?code&state&iss
//	/oauth/token, /userinfo, /keys, /end_session → post_logout_redirect_uri
//	/account (who is signed in here) → /log-out → the registry's back channel
//
// A session at the provider lasts until the person logs out there. It spares
// him the list, unless the request demands a fresh login (prompt=login), a
// younger one (max_age) or another level (acr_values).
package provider
