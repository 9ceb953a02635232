package party

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
)

// PersonID is a national identity number: eleven digits with two check digits,
// a D-number or a synthetic number (month + 80 or + 40) alike. It prints as
// asterisks in every format, in logs and in JSON, so that it cannot leak by
// accident; Reveal is the one way to read it. Two are equal when the numbers
// are; the zero PersonID is none.
type PersonID struct {
	// masked is the number plus one under mask. fmt does not ask unexported
	// fields how they print, nor anything about a verb that it does not know,
	// so what lies here must not be the digits.
	masked uint64
}

// mask is another in each process. Its top bit keeps every number from zero.
var mask = func() uint64 {
	b := make([]byte, 8)
	_, _ = rand.Read(b) // never fails
	return binary.BigEndian.Uint64(b) | 1<<63
}()

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
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return PersonID{}, fault("pid.form")
	}
	return PersonID{masked: (n + 1) ^ mask}, nil
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
func (p PersonID) IsZero() bool { return p.masked == 0 }

// Reveal returns the digits, for hashing and encryption alone; none for zero.
func (p PersonID) Reveal() string {
	if p.IsZero() {
		return ""
	}
	return fmt.Sprintf("%011d", (p.masked^mask)-1)
}

// In reports whether the text holds the number, whatever stands between its
// digits. No number is in no text.
func (p PersonID) In(text string) bool {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
	return !p.IsZero() && strings.Contains(digits, p.Reveal())
}

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
