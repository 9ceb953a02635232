package keyset

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	maxBytes = 256 << 10
	maxKeys  = 50
	maxKeyID = 256
)

// Set is what is usable of an issuer's key set.
type Set struct {
	keys    []Key
	digest  [sha256.Size]byte
	dropped []string
}

// secretMembers are what only private and symmetric keys have (RFC 7518
// sections 6.2.2, 6.3.2 and 6.4, RFC 8037 section 2, RFC 9964).
var secretMembers = []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"}

// Parse reads a JWK Set (RFC 7517 section 5). Keys that are for something
// else, weak, of an unknown type or named twice are left out; the rest serves.
// A set that is malformed, too large, or holds a private or symmetric key is an
// error as a whole: its owner has lost control of it.
func Parse(data []byte) (Set, error) {
	if len(data) > maxBytes {
		return Set{}, errors.New("key set is too large")
	}
	var doc struct {
		Keys []jsontext.Value `json:"keys"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return Set{}, errors.New("key set is not a JSON object with a list of keys and unique names")
	}
	if doc.Keys == nil {
		return Set{}, errors.New("key set has no keys member")
	}
	if len(doc.Keys) > maxKeys {
		return Set{}, errors.New("key set holds too many keys")
	}
	var set Set
	for i, raw := range doc.Keys {
		k, err := parseKey(raw)
		switch {
		case errors.Is(err, errUnsafe):
			return Set{}, fmt.Errorf("keys[%d]: %w", i, err)
		case err != nil:
			set.dropped = append(set.dropped, fmt.Sprintf("keys[%d]: %v", i, err))
		default:
			set.keys = append(set.keys, k)
		}
	}
	set.dropAmbiguous()
	return set, set.digestKeys()
}

// Len returns how many keys are usable.
func (s Set) Len() int { return len(s.keys) }

// Find returns the key with the id. Without an id it returns the key of a set
// of one, since with several it would have to guess.
func (s Set) Find(kid string) (Key, bool) {
	if kid == "" {
		if len(s.keys) == 1 {
			return s.keys[0], true
		}
		return Key{}, false
	}
	for _, k := range s.keys {
		if k.ID == kid {
			return k, true
		}
	}
	return Key{}, false
}

// dropAmbiguous leaves out every key whose id stands more than once.
func (s *Set) dropAmbiguous() {
	times := map[string]int{}
	for _, k := range s.keys {
		times[k.ID]++
	}
	s.keys = slices.DeleteFunc(s.keys, func(k Key) bool {
		twice := k.ID != "" && times[k.ID] > 1
		if twice {
			s.dropped = append(s.dropped, "a kid that stands more than once")
		}
		return twice
	})
}

// digestKeys makes the value by which two sets are told apart.
func (s *Set) digestKeys() error {
	h := sha256.New()
	for _, k := range s.keys {
		text, err := jose.JSONWebKey{Key: k.public, KeyID: k.ID, Algorithm: k.Algorithm}.MarshalJSON()
		if err != nil {
			return fmt.Errorf("digest key set: %w", err)
		}
		h.Write(text)
		h.Write([]byte{'\n'})
	}
	h.Sum(s.digest[:0])
	return nil
}

var (
	errUnsafe  = errors.New("a private or symmetric key in a public key set")
	errNotText = errors.New("a member is not text")
)

// parseKey reads one JWK. Certificates in it are not looked at.
func parseKey(raw jsontext.Value) (Key, error) {
	var members map[string]jsontext.Value
	if err := json.Unmarshal(raw, &members); err != nil || members == nil {
		return Key{}, errors.New("not a JSON object")
	}
	for _, name := range secretMembers {
		if _, ok := members[name]; ok {
			return Key{}, errUnsafe
		}
	}
	text := func(name string) (string, error) { return member(members, name) }
	kty, err := text("kty")
	if err != nil || kty == "" {
		return Key{}, errNotText
	}
	if kty == "oct" {
		return Key{}, errUnsafe
	}
	var k Key
	if k.ID, err = text("kid"); err != nil || len(k.ID) > maxKeyID {
		return Key{}, errNotText
	}
	if k.Algorithm, err = text("alg"); err != nil {
		return Key{}, err
	}
	if err := checkPurpose(members); err != nil {
		return Key{}, err
	}
	if k.public, err = readPublic(kty, members); err != nil {
		return Key{}, err
	}
	if k.Algorithm != "" && !k.Fits(k.Algorithm) {
		return Key{}, errors.New("alg does not fit the key")
	}
	return k, nil
}

// checkPurpose leaves out keys that say they are not for verifying signatures
// (RFC 7517 sections 4.2 and 4.3).
func checkPurpose(members map[string]jsontext.Value) error {
	use, err := member(members, "use")
	if err != nil || use != "" && use != "sig" {
		return errors.New("use is not sig")
	}
	raw, ok := members["key_ops"]
	if !ok {
		return nil
	}
	var ops []string
	if raw.Kind() != '[' || json.Unmarshal(raw, &ops) != nil || !slices.Contains(ops, "verify") {
		return errors.New("key_ops lacks verify")
	}
	return nil
}

// publicMembers says which members make up a public key of each type that is
// understood.
var publicMembers = map[string][]string{
	"RSA": {"kty", "n", "e"},
	"EC":  {"kty", "crv", "x", "y"},
	"OKP": {"kty", "crv", "x"},
}

// readPublic hands go-jose the members of the key alone, so that nothing else
// in the JWK can change what it makes of it.
func readPublic(kty string, members map[string]jsontext.Value) (any, error) {
	names, ok := publicMembers[kty]
	if !ok {
		return nil, errors.New("unknown type of key")
	}
	only := map[string]jsontext.Value{}
	for _, name := range names {
		v, err := member(members, name)
		if err != nil || v == "" {
			return nil, errNotText
		}
		only[name] = members[name]
	}
	text, err := json.Marshal(only, json.Deterministic(true))
	if err != nil {
		return nil, fmt.Errorf("write key: %w", err)
	}
	var jwk jose.JSONWebKey
	if err := jwk.UnmarshalJSON(bytes.TrimSpace(text)); err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	switch public := jwk.Key.(type) {
	case *rsa.PublicKey:
		return public, checkRSA(public)
	case *ecdsa.PublicKey:
		return public, nil
	case ed25519.PublicKey:
		return public, nil
	}
	return nil, errors.New("unknown type of key")
}

// member returns a member that is text, empty when absent.
func member(members map[string]jsontext.Value, name string) (string, error) {
	v, ok := members[name]
	if !ok {
		return "", nil
	}
	var s string
	if v.Kind() != '"' || json.Unmarshal(v, &s) != nil {
		return "", errNotText
	}
	return s, nil
}
