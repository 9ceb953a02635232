package auth

import (
	"cmp"
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
	ID          string // in the path of its login: lower-case letters, digits, hyphens
	Name        models.Text
	Message     models.Text // under its button; may be empty
	Position    int         // on the login page; equals stand in the order of the file
	Issuer      string      // exact iss of its ID tokens; its metadata is found below it
	ClientID    string
	Secret      Secret // empty for a public client
	Ask         Ask
	RequiredACR []string // a login with another acr is refused; none admits any
	UserInfo    bool     // ask userinfo for the claims that the ID token lacks
	Claims      ClaimTable
	AccountURL  string // where a person looks after his account there; may be empty
	LogoutURL   string // used as it stands in place of end_session_endpoint; may be empty
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

const (
	maxSecret   = 4 << 10
	maxPosition = 1000
)

// providerID keeps ids to what stands in a path as it is.
var providerID = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$`)

// reservedIDs are paths below /login that are not providers.
var reservedIDs = []string{"again", "backchannel", "callback", "known"}

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
	slices.SortStableFunc(list, func(a, b Provider) int { return cmp.Compare(a.Position, b.Position) })
	return list, nil
}

func parseProvider(o *object, dir string) Provider {
	p := Provider{
		ID:          o.text("id", true),
		Name:        o.translated("name", true),
		Message:     o.translated("message", false),
		Position:    o.whole("position", maxPosition, "a whole number from 0 to 1000"),
		Issuer:      o.text("issuer", true),
		ClientID:    o.text("client_id", true),
		Secret:      readSecret(o, dir),
		RequiredACR: o.texts("required_acr", false),
		Ask:         parseAsk(o),
		UserInfo:    o.flag("userinfo"),
		Claims:      ClaimTable{Name: "name", Verified: "email_verified"},
		AccountURL:  o.address("account_url"),
		LogoutURL:   o.address("logout_url"),
	}
	if p.ID != "" && (!providerID.MatchString(p.ID) || slices.Contains(reservedIDs, p.ID)) {
		o.faults.add(o.place("id"), "is not 1 to 32 of a-z, 0-9 and hyphens, or is reserved")
	}
	if p.Issuer != "" {
		if err := checkIdentifier(p.Issuer); err != nil {
			o.faults.add(o.place("issuer"), "%v", err)
		}
	}
	if p.Ask.ACRValues == nil {
		p.Ask.ACRValues = p.RequiredACR
	}
	if raw, ok := o.value("claims", '{', "an object"); ok {
		p.Claims.parse(newObject(o.place("claims"), raw, o.faults), p.Ask.details)
	}
	o.finish()
	return p
}

// translated returns a member that is one text for all languages, or an object
// of texts by language of which nb is wanted.
func (o *object) translated(name string, want bool) models.Text {
	if o.members[name].Kind() != '{' {
		s := o.text(name, want)
		return models.Text{NB: s, NN: s, EN: s}
	}
	raw, _ := o.value(name, '{', "an object")
	texts := newObject(o.place(name), raw, o.faults)
	t := models.Text{NB: texts.text("nb", true), NN: texts.text("nn", false), EN: texts.text("en", false)}
	texts.finish()
	return t
}

// whole returns a member that is a whole number from 0 to most; absent is 0.
func (o *object) whole(name string, most int, what string) int {
	v, ok := o.value(name, '0', what)
	var n int
	if ok && (json.Unmarshal(v, &n) != nil || n < 0 || n > most) {
		o.faults.add(o.place(name), "is not %s", what)
		return 0
	}
	return n
}

// address returns a member that is the address of a page; absent is empty.
func (o *object) address(name string) string {
	s := o.text(name, false)
	if s == "" {
		return ""
	}
	if err := checkURL(s); err != nil {
		o.faults.add(o.place(name), "%v", err)
	}
	return s
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
