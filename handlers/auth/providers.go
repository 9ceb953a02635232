package auth

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/stafett/stafett/models"
)

// Provider is an OpenID provider at which persons may sign in.
type Provider struct {
	ID         string // in the path of its login: lower-case letters, digits, hyphens
	Name       models.Text
	Issuer     string // exact iss of its ID tokens; its metadata is found below it
	ClientID   string
	Secret     Secret   // empty for a public client
	Scopes     []string // always with openid
	ACRValues  []string // levels to ask for, best first
	UserInfo   bool     // ask userinfo for the claims that the ID token lacks
	PIDClaim   string   // claim with the national id; empty when there is none
	NameClaim  string
	Levels     map[string]int // acr → authentication level; anything else is level 0
	UILocales  bool           // tell the provider the language of the page
	PromptFull bool           // ask for a fresh login each time (prompt=login)
}

// Providers are the OpenID providers in the order in which they are offered.
// None means that login is not set up.
type Providers []Provider

// Secret is a client secret. It prints as asterisks; Reveal is the one way to
// read it.
type Secret struct{ value string }

// NewSecret makes a secret of s.
func NewSecret(s string) Secret { return Secret{value: s} }

// Reveal returns the secret, for the request to the provider alone.
func (s Secret) Reveal() string { return s.value }

// IsZero reports whether there is no secret.
func (s Secret) IsZero() bool { return s.value == "" }

// String, Format, MarshalText and LogValue all mask.
func (s Secret) String() string { return "***" }

// Format masks every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "***") }

// MarshalText masks JSON.
func (s Secret) MarshalText() ([]byte, error) { return []byte("***"), nil }

// LogValue masks structured logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue("***") }

const maxSecret = 4 << 10

// providerID keeps ids to what stands in a path as it is.
var providerID = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$`)

// reservedIDs are paths below /login that are not providers.
var reservedIDs = []string{"callback"}

// ParseProviders reads the STAFETT_LOGIN file, whose paths (client_secret_file)
// are relative to dir; those files are read, nothing else is. The error names
// every fault and its place, and quotes no secret.
func ParseProviders(data []byte, dir string) (Providers, error) {
	var f faults
	file := newObject("", data, &f)
	var list Providers
	for _, o := range file.objects("providers") {
		p := parseProvider(o, dir)
		if p.ID != "" && slices.ContainsFunc(list, func(other Provider) bool { return other.ID == p.ID }) {
			f.add(o.place("id"), "is used twice")
		}
		list = append(list, p)
	}
	file.finish()
	if err := f.err(); err != nil {
		return nil, err
	}
	return list, nil
}

func parseProvider(o *object, dir string) Provider {
	p := Provider{
		ID:         o.text("id", true),
		Name:       o.translated("name"),
		Issuer:     o.text("issuer", true),
		ClientID:   o.text("client_id", true),
		Scopes:     o.texts("scopes", false),
		ACRValues:  o.texts("acr_values", false),
		UserInfo:   o.flag("userinfo"),
		UILocales:  o.flag("ui_locales"),
		PromptFull: o.flag("prompt_login"),
		NameClaim:  "name",
	}
	p.Secret = readSecret(o, dir)
	if p.ID != "" && (!providerID.MatchString(p.ID) || slices.Contains(reservedIDs, p.ID)) {
		o.faults.add(o.place("id"), "is not 1 to 32 of a-z, 0-9 and hyphens, or is reserved")
	}
	if p.Issuer != "" {
		if err := checkIdentifier(p.Issuer); err != nil {
			o.faults.add(o.place("issuer"), "%v", err)
		}
	}
	if p.Scopes == nil {
		p.Scopes = []string{"openid", "profile"}
	}
	if !slices.Contains(p.Scopes, "openid") {
		o.faults.add(o.place("scopes"), "lacks openid")
	}
	for _, s := range slices.Concat(p.Scopes, p.ACRValues) {
		if strings.ContainsAny(s, " \t\r\n") {
			o.faults.add(o.place("scopes, acr_values"), "%q holds a space", s)
		}
	}
	if raw, ok := o.value("claims", '{', "an object"); ok {
		p.parseClaims(newObject(o.place("claims"), raw, o.faults))
	}
	o.finish()
	return p
}

// parseClaims reads which claims say what.
func (p *Provider) parseClaims(o *object) {
	p.PIDClaim = o.text("pid", false)
	if name := o.text("name", false); name != "" {
		p.NameClaim = name
	}
	if raw, ok := o.value("level", '{', "an object"); ok {
		levels := newObject(o.place("level"), raw, o.faults)
		p.Levels = map[string]int{}
		for acr := range levels.members {
			p.Levels[acr] = levels.level(acr)
		}
	}
	o.finish()
}

// level returns a member that is an authentication level.
func (o *object) level(name string) int {
	v, ok := o.value(name, '0', "a number")
	var n int
	if ok && (json.Unmarshal(v, &n) != nil || n < 0 || n > 4) {
		o.faults.add(o.place(name), "is not a level from 0 to 4")
	}
	return n
}

// translated returns a member that is one text for all languages, or an object
// of texts by language of which nb is wanted.
func (o *object) translated(name string) models.Text {
	if o.members[name].Kind() != '{' {
		s := o.text(name, true)
		return models.Text{NB: s, NN: s, EN: s}
	}
	raw, _ := o.value(name, '{', "an object")
	texts := newObject(o.place(name), raw, o.faults)
	t := models.Text{NB: texts.text("nb", true), NN: texts.text("nn", false), EN: texts.text("en", false)}
	texts.finish()
	return t
}

// readSecret takes client_secret, or the first line of client_secret_file.
func readSecret(o *object, dir string) Secret {
	inline, path := o.text("client_secret", false), o.text("client_secret_file", false)
	switch {
	case inline != "" && path != "":
		o.faults.add(o.place("client_secret_file"), "stands beside client_secret")
		return Secret{}
	case path == "":
		return NewSecret(inline)
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	data, err := os.ReadFile(path)
	secret := strings.TrimRight(string(data), "\r\n")
	if err != nil || secret == "" || len(secret) > maxSecret || strings.ContainsAny(secret, "\r\n") {
		o.faults.add(o.place("client_secret_file"), "cannot be read as one line of text")
		return Secret{}
	}
	return NewSecret(secret)
}
