package party

import (
	"fmt"
	"log/slog"
	"strings"
)

// PersonID is a national identity number: eleven digits with two check digits,
// a D-number or a synthetic number (month + 80 or + 40) alike. It prints as
// asterisks in every format, in logs and in JSON, so that it cannot leak by
// accident; Reveal is the one way to read it.
type PersonID struct{ digits string }

// ParsePersonID reads eleven ASCII digits with right check digits. The fault
// of the Invalid error is "pid.form" or "pid.check_digit"; the input is never
// part of an error.
func ParsePersonID(s string) (PersonID, error) {
	if len(s) != 11 || strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) >= 0 {
		return PersonID{}, fault("pid.form")
	}
	if !weighted(s, 9, []int{3, 7, 6, 1, 8, 9, 4, 5, 2}) || !weighted(s, 10, []int{5, 4, 3, 2, 7, 6, 5, 4, 3, 2}) {
		return PersonID{}, fault("pid.check_digit")
	}
	return PersonID{digits: s}, nil
}

// weighted verifies the digit at place by the weights modulo 11.
func weighted(s string, place int, weights []int) bool {
	sum := 0
	for i, w := range weights {
		sum += w * int(s[i]-'0')
	}
	return (11-sum%11)%11 == int(s[place]-'0')
}

// IsZero reports whether there is no number.
func (p PersonID) IsZero() bool { return p.digits == "" }

// Reveal returns the digits, for hashing and encryption alone.
func (p PersonID) Reveal() string { return p.digits }

const redacted = "***********"

// String, GoString, Format, MarshalText and LogValue all redact.
func (p PersonID) String() string { return redacted }

// GoString redacts %#v.
func (p PersonID) GoString() string { return redacted }

// Format redacts every other verb.
func (p PersonID) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// MarshalText redacts JSON, map keys and XML.
func (p PersonID) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue redacts structured logs.
func (p PersonID) LogValue() slog.Value { return slog.StringValue(redacted) }
