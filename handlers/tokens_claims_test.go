package handlers_test

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
)

// everyScope is every scope that some route asks for.
const everyScope = "stafett:enrich stafett:decide altinn:maskinporten/systemuser.read altinn:authentication/systemregister.write " +
	"altinn:authentication/systemregister.admin altinn:authentication/systemuser.request.read altinn:authentication/systemuser.request.write " +
	"altinn:authentication/systemuser.admin altinn:portal/enduser altinn:clientdelegations.read altinn:clientdelegations.write"

// partyForgeries are of another issuer, or for somebody else.
func partyForgeries(f forgery) map[string]carried {
	a := map[string]carried{}
	iss := f.claims(nil)["iss"].(string)
	u, err := url.Parse(iss)
	if err != nil {
		panic(err)
	}
	for name, v := range map[string]any{
		"absent": nil, "empty": "", "another's": "https://evil.example/", "without its slash": strings.TrimSuffix(iss, "/"), "with one more slash": iss + "/", "longer": iss + "x", "in upper case": strings.ToUpper(iss),
		"with a port": "https://" + u.Host + ":443" + u.Path, "by http": strings.Replace(iss, "https", "http", 1), "with a space": iss + " ", "with a line break": iss + "\n", "with a null octet": iss + "\x00", "with a user": "https://a@" + u.Host + u.Path,
		"with a query": iss + "?a", "with a fragment": iss + "#", "below another": "https://evil.example/" + iss, "with dots": iss + "./", "escaped": strings.Replace(iss, "example", "ex%61mple", 1), "with a Cyrillic letter": strings.Replace(iss, "example", "ex\u0430mple", 1),
		"a list": []string{iss}, "a number": 1, "an object": map[string]string{"iss": iss}, "true": true, "our own": kit.PublicURL, "the login's provider": "https://op.example", "the star": "*",
	} {
		a["iss "+name] = f.with(kit.Claims{"iss": v})
	}
	for name, v := range map[string]any{
		"a number": 7, "an empty list": []string{}, "an object": map[string]bool{"stafett": true}, "a list of numbers": []int{7}, "a list with an empty text": []string{"stafett", ""}, "empty": "", "true": true, "a list in a list": [][]string{{"stafett"}},
	} {
		a["aud "+name] = f.with(kit.Claims{"aud": v})
	}
	a["aud null"] = f.token(f.header, strings.Replace(text(f.claims(kit.Claims{"aud": nil})), "{", `{"aud":null,`, 1))
	if f.door.kind == maskinporten { // whose issuers are trusted whatever the audience
		return a
	}
	ours := f.claims(nil)["aud"].(string)
	for name, v := range map[string]any{
		"absent": nil, "another's": "other", "the star": "*", "a list with the star": []string{"*"}, "ours and another's": []string{ours, "other"}, "another's and ours": []string{"other", ours}, "ours and the star": []string{ours, "*"},
		"a part of ours": ours[:len(ours)-1], "longer than ours": ours + "x", "in upper case": strings.ToUpper(ours), "with a space": ours + " ", "with a slash": ours + "/", "two in one text": ours + " other", "unspecified": "unspecified",
	} {
		a["aud "+name] = f.with(kit.Claims{"aud": v})
	}
	return a
}

// kindForgeries are sound tokens of another kind than is read here.
func kindForgeries(f forgery) map[string]carried {
	a := map[string]carried{}
	for _, typ := range []string{
		"logout+jwt", "dpop+jwt", "secevent+jwt", "token-introspection+jwt", "entity-statement+jwt", "oauth-authz-req+jwt", "client-authentication+jwt", "id_token", "ID", "Bearer", "JWE", "JOSE", "JOSE+JSON", "jwt+at", "at+jwt ", "at jwt",
		"application/", "text/at+jwt", "issuer-call", "x",
	} {
		a["typ "+typ] = f.headed(kit.Claims{"typ": typ})
	}
	a["typ empty"] = f.headed(kit.Claims{"typ": ""})
	a["typ a list"] = f.headed(kit.Claims{"typ": []string{"JWT"}})
	a["typ null"] = f.token(strings.Replace(text(f.head(kit.Claims{"typ": nil})), "{", `{"typ":null,`, 1), f.claims(nil))
	if f.door.kind == ownCall {
		a["typ of an access token"], a["typ of nothing"] = f.headed(kit.Claims{"typ": "at+jwt"}), f.headed(kit.Claims{"typ": nil})
	} else {
		a["typ of an issuer's call"] = f.headed(kit.Claims{"typ": "issuer-call+jwt"})
		a["typ of an issuer's call, in full"] = f.headed(kit.Claims{"typ": "application/Issuer-Call+JWT"})
	}
	for name, v := range map[string]any{
		"nonce": "n", "at_hash": "h", "c_hash": "h", "events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}},
		"cnf of a DPoP key": map[string]string{"jkt": "x"}, "cnf of a certificate": map[string]string{"x5t#S256": "x"}, "cnf of a key": map[string]any{"jwk": map[string]string{"kty": "EC"}}, "cnf empty": map[string]string{}, "cnf text": "x",
	} {
		member, _, _ := strings.Cut(name, " ")
		a["token with "+name] = f.with(kit.Claims{member: v})
	}
	a["token with nonce null"] = f.token(f.header, strings.Replace(text(f.claims(nil)), "{", `{"nonce":null,`, 1))
	a["logout token"] = bearer(f.site.LogoutToken(kit.ApproverP, "j"))
	return a
}

// transports carry a good token in a way that is not the one.
func transports(f forgery) map[string]carried {
	good := func() string { return f.with(nil).raw() }
	a := map[string]carried{
		"no token": {}, "no token in the header": authorized(""), "scheme alone": authorized("Bearer"), "scheme and space alone": authorized("Bearer "), "no scheme": authorized(good()),
		"two headers": authorized("Bearer "+good(), "Bearer "+good()), "a good header and a basic one": authorized("Bearer "+good(), "Basic eDp5"), "a basic header and a good one": authorized("Basic eDp5", "Bearer "+good()),
		"basic": authorized("Basic " + good()), "token as a password": authorized("Basic " + b64(":"+good())), "DPoP": authorized("DPoP " + good()), "JWT for a scheme": authorized("JWT " + good()), "Token for a scheme": authorized("Token " + good()),
		"a tab after the scheme": authorized("Bearer\t" + good()), "two spaces after the scheme": authorized("Bearer  " + good()), "a space before the scheme": authorized(" Bearer " + good()), "a colon after the scheme": authorized("Bearer: " + good()),
		"two in one header": authorized("Bearer " + good() + ", Bearer " + good()), "as a parameter": authorized(`Bearer token="` + good() + `"`), "scheme twice": authorized("Bearer Bearer " + good()), "in quotes within the header": authorized(`Bearer "` + good() + `"`),
		"in the query": {query: "access_token=" + good()}, "in the body": {form: "access_token=" + good()}, "in the body, asked anew": {form: "access_token=" + good() + "&grant_type=authorization_code"},
		"in the query and the header":        {query: "access_token=" + good(), header: http.Header{"Authorization": {"Bearer " + good()}}},
		"in the header, a name in the query": {query: "access%5Ftoken", header: http.Header{"Authorization": {"Bearer " + good()}}},
		"a session for a token":              bearer(f.site.As(f.t, kit.ApproverP).Cookie("__Host-stafett")),
		"a session in the cookie":            {header: http.Header{"Cookie": {"__Host-stafett=" + f.site.As(f.t, kit.ApproverP).Cookie("__Host-stafett")}}},
	}
	for _, name := range []string{"X-Access-Token", "X-Authorization", "X-Forwarded-Authorization", "Proxy-Authorization", "X-Original-Authorization", "Access-Token"} {
		a["in "+name] = carried{header: http.Header{name: {"Bearer " + good()}}}
	}
	for _, name := range []string{"access_token", "Authorization", "AltinnStudioRuntime", "__Host-stafett"} {
		a["in the cookie "+name] = carried{header: http.Header{"Cookie": {name + "=" + good()}}}
	}
	return a
}

// bodyForgeries are well-signed tokens that name nobody, or not clearly.
func bodyForgeries(f forgery) map[string]carried {
	if f.door.kind == ownCall {
		return callForgeries(f)
	}
	a := map[string]carried{}
	for name, v := range map[string]any{
		"a list": strings.Fields(everyScope), "with two spaces": "a  b", "with a tab": "a\tb", "with a line break": "a\nb", "after a space": " a", "before a space": "a ", "a number": 1, "empty": "", "with a quote": `a"b`, "with a backslash": `a\b`,
		"not ASCII": "å", "with a null octet": "a\x00", "an object": map[string]string{"scope": "a"}, "true": true, "a space alone": " ", "with a hard space": "a\u00a0b",
	} {
		a["scope "+name] = f.with(kit.Claims{"scope": v})
	}
	for name, v := range map[string]any{
		"a number": 1, "of two words": "c1 c2", "with a null octet": "c\x00", "too long": strings.Repeat("c", 300), "empty": "", "a list": []string{"c"}, "not ASCII": "å", "with a line break": "c\n", "an object": map[string]string{}, "true": true,
	} {
		a["client_id "+name] = f.with(kit.Claims{"client_id": v})
	}
	switch f.door.kind {
	case maskinporten:
		consumerForgeries(f, a)
	case endUserKind:
		userForgeries(f, a)
	case platformKind:
		for name, v := range map[string]any{"absent": nil, "a number": 1, "of two words": "a b", "empty": "", "too long": strings.Repeat("s", 300), "with a null octet": "s\x00", "a list": []string{"s"}, "not ASCII": "å"} {
			a["sub "+name] = f.with(kit.Claims{"sub": v})
		}
	}
	return a
}

func consumerForgeries(f forgery, a map[string]carried) {
	a["client_id absent"] = f.with(kit.Claims{"client_id": nil})
	id := kit.SupplierA.ISO6523()
	is := func(authority, id any) map[string]any { return map[string]any{"authority": authority, "ID": id} }
	for name, v := range map[string]any{
		"absent": nil, "text": id, "a list": []any{is(party.ISO6523, id)}, "an empty object": map[string]string{}, "a number": 1, "of another authority": is("other", id), "of an authority in upper case": is(strings.ToUpper(party.ISO6523), id),
		"of an authority with a space": is(party.ISO6523+" ", id), "without authority": map[string]string{"ID": id}, "of an authority that is a list": is([]string{party.ISO6523}, id), "without id": map[string]string{"authority": party.ISO6523},
		"with id in lower case": map[string]string{"authority": party.ISO6523, "id": id}, "with both ids": map[string]string{"authority": party.ISO6523, "ID": id, "id": kit.SupplierB.ISO6523()}, "with more": map[string]string{"authority": party.ISO6523, "ID": id, "x": "y"},
		"without prefix": is(party.ISO6523, kit.SupplierA), "of 9908": is(party.ISO6523, "9908:"+string(kit.SupplierA)), "of 0193": is(party.ISO6523, "0193:"+string(kit.SupplierA)), "with two prefixes": is(party.ISO6523, "0192:"+id), "without digits": is(party.ISO6523, "0192:"),
		"with a bad check digit": is(party.ISO6523, "0192:343940093"), "with a space": is(party.ISO6523, id+" "), "with a space before": is(party.ISO6523, " "+id), "with spaces between": is(party.ISO6523, "0192:343 940 092"), "in Arabic digits": is(party.ISO6523, "0192:٣٤٣٩٤٠٠٩٢"),
		"in full-width digits": is(party.ISO6523, "0192:３４３９４００９２"), "a digit short": is(party.ISO6523, id[:len(id)-1]), "a digit more": is(party.ISO6523, id+"0"), "with a null octet": is(party.ISO6523, id+"\x00"), "with a line break": is(party.ISO6523, id+"\n"),
		"with a list of ids": is(party.ISO6523, []string{id}), "with a number for id": is(party.ISO6523, 343940092), "as a urn": is(party.ISO6523, "urn:altinn:organization:identifier-no:343940092"), "with SQL": is(party.ISO6523, id+"' OR '1'='1"),
	} {
		a["consumer "+name] = f.with(kit.Claims{"consumer": v})
	}
	a["consumer null"] = f.token(f.header, strings.Replace(text(f.claims(kit.Claims{"consumer": nil})), "{", `{"consumer":null,`, 1))
	a["consumer with its id twice"] = f.token(f.header, strings.Replace(text(f.claims(nil)), `"ID":`, `"ID":"`+kit.SupplierB.ISO6523()+`","ID":`, 1))
}

func userForgeries(f forgery, a map[string]carried) {
	now := f.site.Clock.Now().Unix()
	for name, v := range map[string]any{
		"absent": nil, "zero": 0, "zero in text": "0", "negative": -1, "negative in text": "-4012", "a fraction": 4012.5, "empty": "", "words": "me", "with a space": "4012 ", "with a space before": " 4012", "with a plus": "+4012", "with a zero before": "04012",
		"in base 16": "0xfac", "with an exponent": "4012e0", "in Arabic digits": "٤٠١٢", "a list": []int{4012}, "an object": map[string]int{"id": 4012}, "true": true, "with a null octet": "4012\x00", "two": "4012,4013", "past every number": "99999999999999999999",
	} {
		a["user id "+name] = f.with(kit.Claims{"urn:altinn:userid": v})
	}
	for name, v := range map[string]any{
		"malformed": "x", "empty": "", "a number": 1, "in braces": "{704013ee-e82a-433e-83c5-a40e6e00d746}", "without dashes": "704013eee82a433e83c5a40e6e00d746", "as a urn": "urn:uuid:704013ee-e82a-433e-83c5-a40e6e00d746", "a list": []string{"704013ee-e82a-433e-83c5-a40e6e00d746"},
		"with a space": "704013ee-e82a-433e-83c5-a40e6e00d746 ",
	} {
		a["party uuid "+name] = f.with(kit.Claims{"urn:altinn:party:uuid": v})
	}
	pid := kit.ApproverP.PID
	for name, v := range map[string]any{
		"with a bad check digit": pid[:10] + "0", "empty": "", "a number": 12837433191, "with a space": pid[:6] + " " + pid[6:], "a digit short": pid[:10], "a list": []string{pid}, "with a line break": pid + "\n", "in full-width digits": "１２８３７４３３１９１",
	} {
		a["pid "+name] = f.with(kit.Claims{"pid": v})
	}
	for name, v := range map[string]any{
		"11 s ahead": now + 11, "in an hour": now + 3600, "in milliseconds": now * 1000, "a fraction": float64(now) - 0.5, "words": "now", "a date": "2026-01-15T12:00:00Z", "zero": 0, "negative": -1, "a list": []int64{now}, "empty": "", "true": true,
	} {
		a["auth_time "+name] = f.with(kit.Claims{"auth_time": v})
	}
}

// callForgeries are issuers' own calls that do not hold.
func callForgeries(f forgery) map[string]carried {
	a := map[string]carried{}
	now := f.site.Clock.Now().Unix()
	for name, changes := range map[string]kit.Claims{
		"without iat": {"iat": nil}, "without jti": {"jti": nil}, "jti a number": {"jti": 1}, "jti empty": {"jti": ""}, "jti with a space": {"jti": "a b"}, "jti with a null octet": {"jti": "j\x00"}, "jti too long": {"jti": strings.Repeat("j", 300)}, "jti a list": {"jti": []string{"j"}},
		"jti not ASCII": {"jti": "å"}, "for 61 s": {"exp": now + 61}, "for 61 s from when it was issued": {"iat": now - 5, "exp": now + 56}, "to our path": {"aud": kit.PublicURL + "/v1/enrich"}, "to our host": {"aud": "stafett.example"}, "to us by http": {"aud": "http://stafett.example"},
		"to us in upper case": {"aud": "https://STAFETT.example"}, "to us with a port": {"aud": kit.PublicURL + ":443"}, "to us twice": {"aud": []string{kit.PublicURL, kit.PublicURL}}, "to the name of an access token's audience": {"aud": "stafett"},
	} {
		a["call "+name] = f.with(changes)
	}
	return a
}

// foreignTokens hold, but not here: they are of another kind of caller, or lack
// the scope, or are of somebody else.
func foreignTokens(f forgery) map[string]carried {
	s, a := f.site, map[string]carried{}
	enriching := slices.Contains([]string{"enrichment by an issuer's own call", "enrichment by an access token", "byExternalId"}, f.door.name)
	details := map[string]any{
		"of Altinn": []any{map[string]any{"type": "urn:altinn:systemuser", "systemuser_id": []string{"x"}}}, "empty": []any{}, "an object": map[string]string{}, "text": "x", "a number": 1, "of another type": []any{map[string]string{"type": "other"}},
	}
	for name, v := range details {
		a["a system user's token, its details "+name] = bearer(s.AccessToken(kit.SupplierA, everyScope, kit.Claims{"authorization_details": v}))
		if f.door.kind != ownCall {
			a["this very token with details "+name] = f.with(kit.Claims{"authorization_details": v})
		}
	}
	if f.door.kind != endUserKind {
		for _, iss := range []string{kit.Portal, kit.Front} {
			a["a person's token with every scope, of "+iss] = bearer(s.EndUserToken(iss, kit.DirectorA, everyScope, nil))
			a["a person's token that names an organisation, of "+iss] = bearer(s.EndUserToken(iss, kit.DirectorA, everyScope, kit.Claims{
				"client_id": "c", "consumer": map[string]string{"authority": party.ISO6523, "ID": kit.SupplierA.ISO6523()},
			}))
		}
	}
	if !enriching {
		a["an issuer's own call"] = bearer(s.IssuerCall(kit.Issuer1, nil))
		a["an issuer's own call that names everybody"] = bearer(s.IssuerCall(kit.Issuer1, kit.Claims{
			"scope": everyScope, "client_id": "c", "consumer": map[string]string{"authority": party.ISO6523, "ID": kit.SupplierA.ISO6523()}, "urn:altinn:userid": 4012, "pid": kit.ApproverP.PID,
		}))
	}
	for _, iss := range []string{kit.Portal, kit.Front, kit.Service} {
		a["own call of an issuer that does not enrich: "+iss] = bearer(s.IssuerCall(iss, nil))
	}
	if f.door.kind != platformKind && f.door.name != "decisions" {
		a["a service's token with every scope"] = bearer(s.ServiceToken("follower", kit.Claims{"scope": everyScope}))
		a["a service's token that names an organisation and a person"] = bearer(s.ServiceToken("follower", kit.Claims{
			"scope": everyScope, "client_id": "c", "consumer": map[string]string{"authority": party.ISO6523, "ID": kit.SupplierA.ISO6523()}, "urn:altinn:userid": 4012, "pid": kit.ApproverP.PID,
		}))
	}
	a["a program's token without scope"] = bearer(s.AccessToken(kit.SupplierA, "", kit.Claims{"scope": nil}))
	if f.door.kind == endUserKind || f.door.kind == platformKind {
		most := strings.Join(slices.DeleteFunc(strings.Fields(everyScope), func(one string) bool { return one == "altinn:authentication/systemuser.admin" }), " ")
		a["a program's token with most scopes"] = bearer(s.AccessToken(kit.SupplierA, most, nil))
		a["a program's token that names a person"] = bearer(s.AccessToken(kit.CustomerP, most, kit.Claims{"urn:altinn:userid": 4012, "pid": kit.ApproverP.PID, "urn:altinn:authlevel": 4}))
	}
	if f.door.kind == ownCall {
		a["an access token whose scope is another"] = bearer(s.AccessToken(kit.SupplierA, "stafett:decide", nil))
	}
	scopeForgeries(f, a)
	personForgeries(f, a)
	return a
}

// scopeForgeries are nearly the one that the door demands.
func scopeForgeries(f forgery, a map[string]carried) {
	want := f.door.scope
	if want == "" {
		return
	}
	others := slices.DeleteFunc(strings.Fields(everyScope), func(one string) bool { return one == want })
	for name, scope := range map[string]any{
		"absent": nil, "all others": strings.Join(others, " "), "in upper case": strings.ToUpper(want), "a part": want[:len(want)-1], "longer": want + "x", "after a letter": "x" + want, "with a dot": want + ".", "with a star": want[:len(want)-5] + "*", "the star": "*",
		"with commas": want + ",other", "in a query": "scope=" + want, "with a plus": want + "+other", "the first part": strings.Split(want, ":")[0], "escaped": strings.ReplaceAll(want, ":", "%3A"), "with another separator": strings.ReplaceAll(want, ":", "/"),
	} {
		a["scope is "+name] = f.with(kit.Claims{"scope": scope})
	}
	a["scope in scp"] = f.with(kit.Claims{"scope": nil, "scp": want})
	a["scope in scopes"] = f.with(kit.Claims{"scope": nil, "scopes": []string{want}})
}

// personForgeries are tokens of somebody who may not, or of two at once. P's
// director has the user id 4012 and Q's 4013.
func personForgeries(f forgery, a map[string]carried) {
	if f.door.kind != endUserKind {
		return
	}
	s, scope := f.site, f.door.scope
	for name, p := range map[string]kit.Person{"of another customer": kit.ApproverQ, "who may not": kit.ClerkP, "of the supplier": kit.DirectorA, "of nobody": kit.Nobody} {
		a["a person "+name] = bearer(s.EndUserToken(kit.Portal, p, scope, nil))
	}
	a["a front that is no portal"] = bearer(s.EndUserToken(kit.Front, kit.ApproverP, scope, nil))
	a["a front that says it is a portal"] = bearer(s.EndUserToken(kit.Front, kit.ApproverP, scope, kit.Claims{"portal": true}))
	for name, changes := range map[string]kit.Claims{
		"pid of another": {"pid": kit.ApproverQ.PID}, "user id of another": {"urn:altinn:userid": 4013}, "party uuid of another": {"urn:altinn:party:uuid": userUUID(kit.ApproverQ)}, "party uuid of nobody": {"urn:altinn:party:uuid": string(models.NewID())},
		"user id of nobody": {"urn:altinn:userid": 999}, "pid of nobody": {"pid": "28868097123"}, "user id of another alone": {"urn:altinn:userid": 4013, "pid": nil}, "user id of nobody alone": {"urn:altinn:userid": 999, "pid": nil},
		"party uuid and pid of two": {"urn:altinn:party:uuid": userUUID(kit.ApproverP), "pid": kit.ApproverQ.PID}, "party uuid of the organisation": {"urn:altinn:party:uuid": s.PartyUUID(f.t, kit.CustomerP)},
		"level 2": {"urn:altinn:authlevel": 2}, "level zero": {"urn:altinn:authlevel": 0}, "no level": {"urn:altinn:authlevel": nil}, "level 5": {"urn:altinn:authlevel": 5}, "level 99": {"urn:altinn:authlevel": "99"}, "level negative": {"urn:altinn:authlevel": -4},
		"level in words": {"urn:altinn:authlevel": "high"}, "level a list": {"urn:altinn:authlevel": []int{4}}, "level a fraction": {"urn:altinn:authlevel": 3.5}, "level with a space": {"urn:altinn:authlevel": "4 "}, "acr alone": {"urn:altinn:authlevel": nil, "acr": "Level4"},
		"level in upper case beside": {"urn:altinn:authlevel": 1, "urn:altinn:authLevel2": 4},
	} {
		a["person with "+name] = f.with(changes)
	}
}

// unusual are tokens that hold, each in a way that a strict door might mistake.
func unusual(f forgery) map[string]carried {
	now := f.site.Clock.Now().Unix()
	a := map[string]carried{
		"clock ahead": f.with(kit.Claims{"iat": now + 10, "nbf": now + 10}), "a second left": f.with(kit.Claims{"iat": now - 40, "exp": now + 1}), "fraction of a second": f.with(kit.Claims{"exp": float64(now) + 50.5, "iat": float64(now) - 0.5}),
		"claims of their own": f.with(kit.Claims{"client_amr": "x", "delegation_source": map[string]string{"x": "y"}, "urn:altinn:partyid": 1, "aux": nil}), "claims in another order": f.token(f.header, reversed(f.claims(nil))),
		"header in another order": f.token(reversed(f.header), f.claims(nil)), "white space": f.token(" {\n"+text(f.header)[1:]+"\t", "\r\n"+strings.ReplaceAll(text(f.claims(nil)), `,"`, ` , "`)), "scheme in lower case": authorized("bearer " + f.with(nil).raw()),
		"scheme in upper case": authorized("BEARER " + f.with(nil).raw()), "thumbprint": f.headed(kit.Claims{"x5t": "abc", "x5t#S256": "def"}), "no kid, with one key": f.headed(kit.Claims{"kid": nil}), "aud a list of one": f.with(kit.Claims{"aud": []any{f.claims(nil)["aud"]}}),
	}
	if f.door.kind == ownCall {
		a["typ in full"] = f.headed(kit.Claims{"typ": "application/Issuer-Call+JWT"})
		return a
	}
	for _, typ := range []string{"at+jwt", "jwt", "application/AT+JWT"} {
		a["typ "+typ] = f.headed(kit.Claims{"typ": typ})
	}
	a["no typ"] = f.headed(kit.Claims{"typ": nil})
	if f.door.scope != "" {
		a["one scope of many"] = f.with(kit.Claims{"scope": "openid " + f.door.scope + " profile"})
	}
	switch f.door.kind {
	case maskinporten:
		for name, aud := range map[string]any{"the star": "*", "absent": nil, "another's": "other", "two": []string{"a", "b"}} {
			a["aud "+name] = f.with(kit.Claims{"aud": aud})
		}
	case endUserKind:
		a["numbers in text"] = f.with(kit.Claims{"urn:altinn:userid": "4012", "urn:altinn:authlevel": "4", "auth_time": text(now - 60)})
		a["user id alone"], a["party uuid as well"] = f.with(kit.Claims{"pid": nil}), f.with(kit.Claims{"urn:altinn:party:uuid": userUUID(kit.ApproverP)})
		a["auth_time a moment ahead"] = f.with(kit.Claims{"auth_time": now + 10})
	case platformKind:
		a["client_id over sub"] = f.with(kit.Claims{"client_id": "follower", "sub": "x"})
	}
	return a
}

// reversed writes an object with its names in the reverse of the usual order.
func reversed(o kit.Claims) string {
	var members []string
	for _, name := range slices.Backward(slices.Sorted(maps.Keys(o))) {
		members = append(members, text(name)+":"+text(o[name]))
	}
	return "{" + strings.Join(members, ",") + "}"
}
