package rar

import (
	"bytes"
	"errors"

	"github.com/go-json-experiment/json/jsontext"
)

// Limits on a body that asks us something.
const (
	MaxBody  = 64 << 10 // bytes
	maxDepth = 16       // arrays and objects inside each other
)

var (
	errTooLarge  = errors.New("more than 64 KiB")
	errTooDeep   = errors.New("more than 16 levels")
	errNotObject = errors.New("not an object")
	errNotText   = errors.New("not a string")
	errTooLong   = errors.New("text too long")
)

// CheckJSON reports why body is not one JSON object that every parser reads
// alike (RFC 7493): valid UTF-8, no member twice, nothing after it, within
// MaxBody and 16 levels. A fault of the grammar is a *jsontext.SyntacticError,
// which knows its place. Both doors of the hot path pass through here before
// anything is believed, since a parser at the issuer that takes the first of
// two equal members and one of ours that takes the last would read two
// questions in one body.
func CheckJSON(body []byte) error {
	if len(body) > MaxBody {
		return errTooLarge
	}
	object := jsontext.Value(body)
	if !object.IsValid() {
		return grammar(body)
	}
	if object.Kind() != '{' {
		return errNotObject
	}
	if depth(object) > maxDepth {
		return errTooDeep
	}
	return nil
}

// grammar finds the fault in a body that is not one valid JSON value.
func grammar(body []byte) error {
	dec := jsontext.NewDecoder(bytes.NewBuffer(body))
	if _, err := dec.ReadValue(); err != nil {
		return err
	}
	_, err := dec.ReadToken()
	return errors.Join(errors.New("something after the object"), err)
}

// depth is how many objects and arrays stand in each other in a valid value.
func depth(value jsontext.Value) int {
	deepest, now, text := 0, 0, false
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case text && c == '\\':
			i++ // what follows is part of the string
		case c == '"':
			text = !text
		case text:
		case c == '{' || c == '[':
			now++
			deepest = max(deepest, now)
		case c == '}' || c == ']':
			now--
		}
	}
	return deepest
}

// Text is a JSON string that knows whether it was given. Anything else is an
// error, null included: a member that says nothing must not pass for one that
// was left out.
type Text struct {
	Value string
	Given bool
}

// maxText bounds every string, in bytes; what is compared is bounded closer.
const maxText = 2048

// UnmarshalJSONFrom reads a string and nothing else.
func (t *Text) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	tok, err := dec.ReadToken()
	if err != nil {
		return err
	}
	if tok.Kind() != '"' {
		return errNotText
	}
	t.Value, t.Given = tok.String(), true
	if len(t.Value) > maxText {
		return errTooLong
	}
	return nil
}

// graphic reports whether s is 1 to limit characters of printable ASCII
// without spaces, as identifiers are.
func graphic(s string, limit int) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return s != "" && len(s) <= limit
}
