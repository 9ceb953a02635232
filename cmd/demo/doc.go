// Demo is the whole story in one process on one port: the registry on SQLite,
// three OpenID providers with test persons at /demo/bankid, /demo/ansattporten
// and /demo/jobbkonto, and a token issuer in the manner of Maskinporten at
// /demo/issuer.
//
// It owns the demo's cast of OAuth clients and their keys, its folder, and
// three ways to use it: "demo" serves until it is interrupted, "demo --once"
// plays the loop by itself through the same interfaces that people and
// programs use, and "demo token" fetches a token from a running demo. It
// refuses to be a production program: the keys lie in a folder and anybody may
// sign in as anybody. The providers and the issuer reach the registry over HTTP
// alone.
package main
