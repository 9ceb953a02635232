package token

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// MaxLength is the longest token that is looked at, in bytes.
const MaxLength = 32 << 10

const maxKeyID = 256

// algorithms lists the signature algorithms that exist here: asymmetric ones
// only (RFC 7518 section 3.1, RFC 8037 section 3.1).
var algorithms = []string{
	"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
}

// Algorithms returns the names of the signature algorithms that may be trusted
// at all, in a fixed order. The slice is the caller's.
func Algorithms() []string { return append([]string(nil), algorithms...) }

// KnownAlgorithm reports whether alg is one of Algorithms, by its exact name.
func KnownAlgorithm(alg string) bool {
	for _, known := range algorithms {
		if alg == known {
			return true
		}
	}
	return false
}

// Token is a well-formed token whose signature nobody has verified yet. None
// of it may be believed before that.
type Token struct {
	Algorithm string // one of Algorithms
	KeyID     string // empty when the header names no key
	Type      string // typ as it was written; empty when absent
	Claims    Claims
	Payload   []byte // the claims as they were signed
}

// Parse reads raw as a compact JWS with a JSON object as payload. Errors say
// which rule was broken and quote nothing of the token.
func Parse(raw string) (Token, error) {
	if len(raw) > MaxLength {
		return Token{}, errors.New("token is too long")
	}
	if strings.Count(raw, ".") != 2 {
		return Token{}, errors.New("token does not have three parts")
	}
	head, rest, _ := strings.Cut(raw, ".")
	body, signature, _ := strings.Cut(rest, ".")
	header, err := decode(head)
	if err != nil {
		return Token{}, fmt.Errorf("header: %w", err)
	}
	payload, err := decode(body)
	if err != nil {
		return Token{}, fmt.Errorf("payload: %w", err)
	}
	if _, err := decode(signature); err != nil {
		return Token{}, fmt.Errorf("signature: %w", err)
	}
	t := Token{Payload: payload}
	if err := t.readHeader(header); err != nil {
		return Token{}, fmt.Errorf("header: %w", err)
	}
	if t.Claims, err = parseClaims(payload); err != nil {
		return Token{}, fmt.Errorf("claims: %w", err)
	}
	return t, nil
}

// decode reads base64url as RFC 7515 section 2 writes it: no padding, no line
// breaks, no bits left over. Go's decoder skips line breaks by itself, hence
// the look at each character.
func decode(s string) ([]byte, error) {
	if s == "" {
		return nil, errors.New("empty")
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-', c == '_':
		default:
			return nil, errors.New("not base64url")
		}
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil {
		return nil, errors.New("not base64url")
	}
	return b, nil
}

// readHeader takes alg, kid and typ. Thumbprints of certificates (x5t) are let
// through unread, since widespread issuers add them and they choose nothing
// here; any other member means more than we are ready to honour.
func (t *Token) readHeader(data []byte) error {
	var members map[string]jsontext.Value
	if err := json.Unmarshal(data, &members); err != nil {
		return errors.New("not a JSON object with unique names")
	}
	for name, value := range members {
		var text string
		if err := json.Unmarshal(value, &text); err != nil || value.Kind() != '"' {
			return errors.New("a member is not text, or not one that is honoured")
		}
		switch name {
		case "alg":
			t.Algorithm = text
		case "kid":
			if text == "" || len(text) > maxKeyID || !printable(text) {
				return errors.New("kid is empty, too long or not printable")
			}
			t.KeyID = text
		case "typ":
			if text == "" || !printable(text) {
				return errors.New("typ is empty or not printable")
			}
			t.Type = text
		case "x5t", "x5t#S256":
		default:
			return errors.New("a member that is not honoured")
		}
	}
	if !KnownAlgorithm(t.Algorithm) {
		return errors.New("alg is absent or not an asymmetric signature")
	}
	return nil
}

// IsType reports whether the token's typ is one of the media types, compared
// without regard to case and with or without "application/" (RFC 7515 section
// 4.1.9). An absent typ is written "".
func (t Token) IsType(types ...string) bool {
	typ := t.Type
	if len(typ) > len("application/") && strings.EqualFold(typ[:len("application/")], "application/") {
		typ = typ[len("application/"):]
	}
	for _, want := range types {
		if strings.EqualFold(typ, want) {
			return true
		}
	}
	return false
}

// printable reports whether s is visible ASCII or space throughout.
func printable(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}

// Lifetime is the rule for a token's times. Leeway stands for the difference
// between two good clocks; exp gets none, so that a token never outlives what
// its issuer said.
type Lifetime struct {
	Now      time.Time
	Leeway   time.Duration // how far ahead of Now iat and nbf may be
	Longest  time.Duration // from iat (or Now, when there is no iat) to exp
	IssuedAt bool          // whether iat must be there
}
