package auth

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/oauth2"

	"github.com/stafett/stafett/models"
)

// Ask is what we ask of a provider in the authorization request, beside what
// the protocol demands.
type Ask struct {
	Scopes     []string          // always with openid
	ACRValues  []string          // levels, best first
	MaxAge     time.Duration     // how long ago he may have proved who he is; 0 does not ask
	PromptFull bool              // a fresh login each time (prompt=login)
	UILocales  bool              // tell the provider the language of the page
	Extra      map[string]string // parameters as they stand
	Details    string            // authorization_details (RFC 9396 section 2), a JSON array; may be empty

	details []detail // the entries of Details
}

// detail names one entry of authorization_details.
type detail struct{ Type, Resource string }

// reservedParameters are ours alone: an operator who could set them could take
// the login's protection away without knowing.
var reservedParameters = []string{
	"acr_values", "authorization_details", "client_assertion", "client_assertion_type", "client_id", "client_secret", "code", "code_challenge",
	"code_challenge_method", "code_verifier", "dpop_jkt", "grant_type", "id_token_hint", "iss", "max_age", "nonce", "redirect_uri", "request",
	"request_uri", "response_mode", "response_type", "scope", "state", "ui_locales",
}

const maxAgeSeconds = 7 * 24 * 3600

func parseAsk(o *object) Ask {
	a := Ask{
		Scopes:     o.texts("scopes", false),
		ACRValues:  o.texts("acr_values", false),
		MaxAge:     time.Duration(o.whole("max_age", maxAgeSeconds, "a whole number of seconds up to a week")) * time.Second,
		PromptFull: o.flag("prompt_login"),
		UILocales:  o.flag("ui_locales"),
	}
	if a.Scopes == nil {
		a.Scopes = []string{"openid", "profile"}
	}
	if !slices.Contains(a.Scopes, "openid") {
		o.faults.add(o.place("scopes"), "lacks openid")
	}
	for _, s := range slices.Concat(a.Scopes, a.ACRValues) {
		if strings.ContainsAny(s, " \t\r\n") {
			o.faults.add(o.place("scopes, acr_values"), "%q holds a space", s)
		}
	}
	if raw, ok := o.value("authorize", '{', "an object"); ok {
		a.parseExtra(newObject(o.place("authorize"), raw, o.faults))
	}
	if raw, ok := o.value("authorization_details", '[', "a list"); ok {
		a.parseDetails(o, raw)
	}
	return a
}

func (a *Ask) parseExtra(o *object) {
	a.Extra = map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(o.members)) {
		switch value := o.text(name, true); {
		case slices.Contains(reservedParameters, strings.ToLower(name)):
			o.faults.add(o.place(name), "is ours to set")
		case name == "prompt" && a.PromptFull:
			o.faults.add(o.place(name), "stands beside prompt_login")
		default:
			a.Extra[name] = value
		}
	}
}

// parseDetails keeps the list as it is written, since each type has members of
// its own, and notes what it asks for.
func (a *Ask) parseDetails(o *object, raw jsontext.Value) {
	for _, d := range o.objects("authorization_details") {
		asked := detail{Type: d.text("type", true)}
		if d.members["resource"].Kind() == '"' {
			asked.Resource = d.text("resource", false)
		}
		a.details = append(a.details, asked)
	}
	compact := raw.Clone()
	if err := compact.Compact(); err == nil {
		a.Details = string(compact)
	}
}

// options are the parameters of an authorization request (OpenID Connect Core
// section 3.1.2.1). What the operator wrote comes first, so that nothing of it
// replaces what the login stands on. A person who proves anew who he is, or adds
// an identity, is asked for a fresh login: whoever else has a session at the
// provider in this browser must not be taken for him.
func (r *relying) options(p pending, lang models.Language) []oauth2.AuthCodeOption {
	ask, parameters := r.Ask, maps.Clone(r.Ask.Extra)
	if parameters == nil {
		parameters = map[string]string{}
	}
	levels := ask.ACRValues
	if p.Purpose == again && p.Level > 0 {
		levels = r.Claims.levels(p.Level)
	}
	parameters["authorization_details"] = ask.Details
	parameters["acr_values"] = strings.Join(levels, " ")
	if ask.MaxAge > 0 {
		parameters["max_age"] = strconv.Itoa(int(ask.MaxAge / time.Second))
	}
	if p.Purpose == again {
		parameters["max_age"] = "0"
	}
	if ask.UILocales {
		parameters["ui_locales"] = string(lang)
	}
	if ask.PromptFull || p.Purpose != signIn {
		parameters["prompt"] = "login"
	}
	list := []oauth2.AuthCodeOption{oidc.Nonce(p.Nonce), oauth2.S256ChallengeOption(p.Verifier)}
	for name, value := range parameters {
		if value != "" {
			list = append(list, oauth2.SetAuthURLParam(name, value))
		}
	}
	return list
}

// levels returns the acr values that are worth the level or more, best first.
func (c ClaimTable) levels(least int) []string {
	var list []string
	for acr, level := range c.Levels {
		if level >= least && level > 0 {
			list = append(list, acr)
		}
	}
	slices.SortFunc(list, func(a, b string) int {
		if c.Levels[a] != c.Levels[b] {
			return c.Levels[b] - c.Levels[a]
		}
		return strings.Compare(a, b)
	})
	return list
}
