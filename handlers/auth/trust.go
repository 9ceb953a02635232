package auth

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/stafett/stafett/handlers/auth/token"
)

// Profile says how an issuer's tokens name the caller.
type Profile string

// The profiles of design.md section 5.
const (
	Maskinporten   Profile = "maskinporten"    // an organisation, in consumer.ID
	AltinnPlatform Profile = "altinn-platform" // a person, in urn:altinn:userid and its kin
	Platform       Profile = "platform"        // a service, in client_id or sub
)

// anyAudience as the only audience says that aud is not looked at.
const anyAudience = "*"

// Issuer is one issuer whose tokens are trusted, and for what.
type Issuer struct {
	ID         string // the exact iss of its tokens
	Profile    Profile
	KeysURL    string   // where its key set is, or …
	KeysFile   string   // … the file that holds it; one of the two
	Audiences  []string // never empty; the single "*" admits any
	Algorithms []string // never empty; asymmetric ones only
	Enriches   bool     // may ask for enrichment, of its own clients
	Portal     bool     // its end users may approve and reject through the API
}

// anyAudience reports whether the operator wrote "*".
func (i Issuer) anyAudience() bool { return len(i.Audiences) == 1 && i.Audiences[0] == anyAudience }

// Issuers is the trust in token issuers. The zero value trusts nobody.
type Issuers struct {
	list      []Issuer
	byID      map[string]int
	defaultID string
}

// All returns the issuers in the order of the file. The slice is the caller's.
func (s Issuers) All() []Issuer { return slices.Clone(s.list) }

// Get returns the issuer whose identifier is exactly id.
func (s Issuers) Get(id string) (Issuer, bool) {
	i, ok := s.byID[id]
	if !ok {
		return Issuer{}, false
	}
	return s.list[i], true
}

// Default returns the identifier of the issuer that client ids belong to when
// nobody names one, as in the Altinn-shaped API.
func (s Issuers) Default() string { return s.defaultID }

// ParseIssuers reads the STAFETT_ISSUERS file, whose paths are relative to dir.
// It reads nothing else: key sets are fetched when they are needed. The error
// names every fault and its place.
func ParseIssuers(data []byte, dir string) (Issuers, error) {
	var f faults
	file := newObject("", data, &f)
	s := Issuers{byID: map[string]int{}, defaultID: file.text("default", false)}
	for _, o := range file.objects("issuers") {
		issuer := parseIssuer(o, dir)
		if _, twice := s.byID[issuer.ID]; twice {
			f.add(o.place("iss"), "is listed twice")
		}
		s.byID[issuer.ID] = len(s.list)
		s.list = append(s.list, issuer)
	}
	file.finish()
	if s.defaultID == "" && len(s.list) == 1 {
		s.defaultID = s.list[0].ID
	}
	if _, ok := s.byID[s.defaultID]; !ok && len(s.list) > 0 {
		f.add("default", "does not name a listed issuer")
	}
	if err := f.err(); err != nil {
		return Issuers{}, err
	}
	return s, nil
}

func parseIssuer(o *object, dir string) Issuer {
	i := Issuer{
		ID:         o.text("iss", true),
		Profile:    Profile(o.text("profile", true)),
		Audiences:  o.texts("audiences", true),
		Algorithms: o.texts("algorithms", true),
		Enriches:   o.flag("enriches"),
		Portal:     o.flag("portal"),
	}
	if i.ID != "" {
		if err := checkIdentifier(i.ID); err != nil {
			o.faults.add(o.place("iss"), "%v", err)
		}
	}
	i.KeysURL, i.KeysFile = parseKeysPlace(o, dir)
	if i.Profile != "" && !slices.Contains([]Profile{Maskinporten, AltinnPlatform, Platform}, i.Profile) {
		o.faults.add(o.place("profile"), "%q is not one of %s, %s, %s", i.Profile, Maskinporten, AltinnPlatform, Platform)
	}
	if len(i.Audiences) > 1 && slices.Contains(i.Audiences, anyAudience) {
		o.faults.add(o.place("audiences"), `"*" stands alone or not at all`)
	}
	for _, alg := range i.Algorithms {
		if !token.KnownAlgorithm(alg) {
			o.faults.add(o.place("algorithms"), "%q is not one of %s", alg, strings.Join(token.Algorithms(), " "))
		}
	}
	if i.Portal && i.Profile != AltinnPlatform {
		o.faults.add(o.place("portal"), "is for profile %s only", AltinnPlatform)
	}
	if i.Enriches && i.Profile == AltinnPlatform {
		o.faults.add(o.place("enriches"), "is not for profile %s", AltinnPlatform)
	}
	o.finish()
	return i
}

// parseKeysPlace reads jwks: an https URL, or "file:" and a path.
func parseKeysPlace(o *object, dir string) (address, file string) {
	place := o.text("jwks", true)
	path, isFile := strings.CutPrefix(place, "file:")
	switch {
	case place == "":
		return "", ""
	case isFile && (path == "" || strings.HasPrefix(path, "//")):
		o.faults.add(o.place("jwks"), `"file:" is followed by a path`)
		return "", ""
	case isFile && filepath.IsAbs(path):
		return "", filepath.Clean(path)
	case isFile:
		return "", filepath.Join(dir, path)
	}
	if err := checkURL(place); err != nil {
		o.faults.add(o.place("jwks"), "%v", err)
	}
	return place, ""
}
