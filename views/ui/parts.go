package ui

import (
	"strings"
	"unicode"

	"github.com/stafett/stafett/models"
)

// Link is an address with its text.
type Link struct {
	Text string // translated
	Href string // a path of ours, or an address that the server has checked
}

// ActsForField is the field of ActsFor.
const ActsForField = "acts_for"

// Pages is where a list of several pages stands. An empty address means that
// there is no such page.
type Pages struct {
	Previous string
	Next     string
}

// Initials makes the letters of a logo from a name: the first of its first two
// words, or the first two of its only word.
func Initials(name string) string {
	var out []rune
	words := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for _, w := range words {
		if len(out) < 2 {
			out = append(out, unicode.ToUpper([]rune(w)[0]))
		}
	}
	if len(words) == 1 {
		if only := []rune(words[0]); len(only) > 1 {
			out = append(out, unicode.ToUpper(only[1]))
		}
	}
	return string(out)
}

// inLanguage is the text in l and the language that it is really in.
func inLanguage(t models.Text, l models.Language) (text, lang string) {
	text, real := t.In(l)
	return text, string(real)
}

func languageOf(t models.Text, l models.Language) string {
	_, lang := inLanguage(t, l)
	if lang == "" {
		return string(l)
	}
	return lang
}
