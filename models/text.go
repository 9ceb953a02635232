package models

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Language is a language that Stafett speaks: "nb", "nn" or "en".
type Language string

// The languages, the first being the default.
const (
	NB Language = "nb"
	NN Language = "nn"
	EN Language = "en"
)

// Languages lists the languages in the order in which texts fall back.
func Languages() []Language { return []Language{NB, NN, EN} }

// Text is one text in the languages; a missing one is empty.
type Text struct {
	NB string `json:"nb"`
	NN string `json:"nn"`
	EN string `json:"en"`
}

// In returns the text in l and the language that it is really in: the first of
// l, nb, nn, en that is not empty. Both are empty when there is no text at all.
func (t Text) In(l Language) (string, Language) {
	for _, try := range append([]Language{l}, Languages()...) {
		if s := t.raw(try); s != "" {
			return s, try
		}
	}
	return "", ""
}

// Empty reports whether there is no text in any language.
func (t Text) Empty() bool { return t == Text{} }

func (t Text) raw(l Language) string {
	switch l {
	case NB:
		return t.NB
	case NN:
		return t.NN
	case EN:
		return t.EN
	}
	return ""
}

// TextFault says why s may not be shown to people as one line or paragraph:
// "required" (blank although required), "too_long" (over limit characters),
// "text.control" (control or formatting characters, such as bidirectional
// overrides, zero-width letters and letters that look like nothing, which make
// one name look like another), or "" when nothing is wrong. Line breaks are let
// through; LineFault refuses them too.
func TextFault(s string, limit int, required bool) string {
	switch {
	case s == "" && !required:
		return ""
	case strings.TrimSpace(s) == "":
		return "required"
	case utf8.RuneCountInString(s) > limit:
		return "too_long"
	case !utf8.ValidString(s) || strings.IndexFunc(s, unprintable) >= 0:
		return "text.control"
	}
	return ""
}

// LineFault is TextFault for what stands on one line, such as a name.
func LineFault(s string, limit int, required bool) string {
	if fault := TextFault(s, limit, required); fault != "" || !strings.ContainsAny(s, "\r\n") {
		return fault
	}
	return "text.control"
}

// blankBraille has no dots and is no space to Unicode.
const blankBraille = '\u2800'

func unprintable(r rune) bool {
	return r != '\n' && r != '\r' && (r == blankBraille ||
		unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp,
			unicode.Other_Default_Ignorable_Code_Point, unicode.Noncharacter_Code_Point))
}
