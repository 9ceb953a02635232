package token

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Claims are the members of a token's payload by their exact names.
type Claims map[string]jsontext.Value

// Latest is the last second of the year 9999, after which a time is nonsense.
const Latest = 253402300799

// known lists every claim that is read somewhere, by its lower-case form: a
// member that differs from one of these by case only is an attempt to make two
// readers disagree.
var known = byLowerCase(
	"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "azp", "nonce", "acr", "auth_time", "at_hash", "cnf", "events",
	"scope", "client_id", "consumer", "authorization_details", "pid", "name",
	"urn:altinn:userid", "urn:altinn:party:uuid", "urn:altinn:authlevel",
)

func byLowerCase(names ...string) map[string]string {
	m := make(map[string]string, len(names))
	for _, n := range names {
		m[strings.ToLower(n)] = n
	}
	return m
}

func parseClaims(payload []byte) (Claims, error) {
	var c Claims
	if err := json.Unmarshal(payload, &c); err != nil || c == nil {
		return nil, errors.New("not a JSON object with unique names")
	}
	for name := range c {
		if exact, ok := known[strings.ToLower(name)]; ok && name != exact {
			return nil, errors.New("a name differs from a known one by case")
		}
	}
	return c, nil
}

// Has reports whether the claim is there, even as null.
func (c Claims) Has(name string) bool {
	_, ok := c[name]
	return ok
}

// Text returns the claim as text; it is empty when absent. A claim of another
// JSON type, or one that is there and empty, is an error.
func (c Claims) Text(name string) (string, error) {
	v, ok := c[name]
	if !ok {
		return "", nil
	}
	var s string
	if v.Kind() != '"' || json.Unmarshal(v, &s) != nil || s == "" {
		return "", fmt.Errorf("%s is not text", name)
	}
	return s, nil
}

// Texts returns the claim as a list of texts: one text stands for a list of
// one, as aud may be written (RFC 7519 section 4.1.3). It is nil when absent;
// an empty list or an empty entry is an error.
func (c Claims) Texts(name string) ([]string, error) {
	v, ok := c[name]
	if !ok {
		return nil, nil
	}
	if v.Kind() == '"' {
		s, err := c.Text(name)
		return []string{s}, err
	}
	var entries []jsontext.Value
	if v.Kind() != '[' || json.Unmarshal(v, &entries) != nil || len(entries) == 0 {
		return nil, fmt.Errorf("%s is neither text nor a list", name)
	}
	list := make([]string, len(entries))
	for i, e := range entries {
		if e.Kind() != '"' || json.Unmarshal(e, &list[i]) != nil || list[i] == "" {
			return nil, fmt.Errorf("%s holds something else than text", name)
		}
	}
	return list, nil
}

// Time returns the claim as a NumericDate (RFC 7519 section 2), cut to the
// second; it is zero when absent. Anything but a JSON number of seconds
// between 1970 and 9999 is an error.
func (c Claims) Time(name string) (time.Time, error) {
	v, ok := c[name]
	if !ok {
		return time.Time{}, nil
	}
	var f float64
	if v.Kind() != '0' || json.Unmarshal(v, &f) != nil || math.IsNaN(f) || f < 1 || f > Latest {
		return time.Time{}, fmt.Errorf("%s is not a time", name)
	}
	return time.Unix(int64(f), 0).UTC(), nil
}

// Whole returns the claim as a whole number, written as a number or as text;
// ok is false when it is absent or anything else. Text holds the digits alone,
// as a number would be written, since another reader might take anything more
// for another number.
func (c Claims) Whole(name string) (n int, ok bool) {
	v, there := c[name]
	if !there || v.Kind() != '0' && v.Kind() != '"' {
		return 0, false
	}
	digits := string(v)
	if v.Kind() == '"' && json.Unmarshal(v, &digits) != nil {
		return 0, false
	}
	n, err := strconv.Atoi(digits)
	return n, err == nil && strconv.Itoa(n) == digits
}

// Within checks exp, iat and nbf against the rule and returns exp. A token
// without exp never holds (RFC 8725 section 3.8 asks for less; a token for
// ever cannot be withdrawn).
func (c Claims) Within(rule Lifetime) (time.Time, error) {
	exp, err := c.Time("exp")
	if err != nil {
		return time.Time{}, err
	}
	iat, err := c.Time("iat")
	if err != nil {
		return time.Time{}, err
	}
	nbf, err := c.Time("nbf")
	if err != nil {
		return time.Time{}, err
	}
	start := rule.Now
	if !iat.IsZero() {
		start = iat
	}
	soon := rule.Now.Add(rule.Leeway)
	switch {
	case exp.IsZero():
		return time.Time{}, errors.New("no exp")
	case !rule.Now.Before(exp):
		return time.Time{}, errors.New("expired")
	case iat.IsZero() && rule.IssuedAt:
		return time.Time{}, errors.New("no iat")
	case iat.After(soon):
		return time.Time{}, errors.New("issued in the future")
	case nbf.After(soon):
		return time.Time{}, errors.New("not valid yet")
	case exp.Sub(start) > rule.Longest || exp.Sub(rule.Now) > rule.Longest+rule.Leeway:
		return time.Time{}, errors.New("lives too long")
	case !exp.After(iat):
		return time.Time{}, errors.New("expires before it was issued")
	}
	return exp, nil
}
