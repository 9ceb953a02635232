package paths

import "net/url"

// LoginTo is the choice of login provider; the login ends at the path back.
func LoginTo(back string) string { return Login() + "?" + url.Values{"next": {back}}.Encode() }

// LoginWithTo is LoginWith for a login that ends at the path back.
func LoginWithTo(provider, back string) string {
	if back == "" {
		return LoginWith(provider)
	}
	return LoginWith(provider) + "?" + url.Values{"next": {back}}.Encode()
}

// LoginAgain asks a person who is logged in to show anew, or in a surer way,
// who he is; the login ends at the path back.
func LoginAgain(back string) string { return "/login/again?" + url.Values{"next": {back}}.Encode() }

// LoginAgainWith starts at the named provider the login that LoginAgain asks for.
func LoginAgainWith(provider, back string) string {
	return LoginWith(provider) + "?" + url.Values{"purpose": {"again"}, "next": {back}}.Encode()
}

// LoginLinkWith starts a login at the named provider that adds it to the
// person's ways to log in, once he has asked for that by IdentityAdd.
func LoginLinkWith(provider string) string { return LoginWith(provider) + "?purpose=link" }

// OrganisationsTo is the chooser; the choice leads to the path back.
func OrganisationsTo(back string) string {
	if back == "" {
		return Organisations()
	}
	return Organisations() + "?" + url.Values{"return": {back}}.Encode()
}

// OrganisationsFor is the chooser for something that concerns one organisation
// of the person's; it explains that, and the choice leads to the path back.
func OrganisationsFor(orgNo, back string) string {
	return Organisations() + "?" + url.Values{"for": {orgNo}, "return": {back}}.Encode()
}

// LoggedOutOf is LoggedOut for a session that a provider had begun.
func LoggedOutOf(provider string) string {
	return LoggedOut() + "?" + url.Values{"provider": {provider}}.Encode()
}
