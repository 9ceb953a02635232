package i18n

import (
	"context"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // dates are Norwegian wherever the server stands
	"unicode/utf8"

	"github.com/stafett/stafett/models"
)

// Oslo is the zone in which pages show times.
var Oslo = mustZone("Europe/Oslo")

// narrow is the narrow no-break space that keeps a number on one line.
const narrow = "\u202f"

var months = map[models.Language][12]string{
	models.NB: {"januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "desember"},
	models.NN: {"januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "desember"},
	models.EN: {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
}

// Date writes the day of t in Norway: "18. november 2026", "18 November 2026".
func Date(ctx context.Context, t time.Time) string {
	t = t.In(Oslo)
	l := Lang(ctx)
	day := strconv.Itoa(t.Day())
	if l != models.EN {
		day += "."
	}
	return day + " " + months[l][t.Month()-1] + " " + strconv.Itoa(t.Year())
}

// DateTime writes the day and the minute of t in Norway: "18. november 2026
// kl. 14.05", "18 November 2026 at 14:05".
func DateTime(ctx context.Context, t time.Time) string {
	t = t.In(Oslo)
	if Lang(ctx) == models.EN {
		return Date(ctx, t) + " at " + t.Format("15:04")
	}
	return Date(ctx, t) + " kl. " + t.Format("15.04")
}

// Machine writes t for programs, to the second and in UTC (RFC 3339).
func Machine(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// Number writes n with thousands apart: "1 204" in Norwegian, "1,204" in English.
func Number(ctx context.Context, n int) string {
	mark := narrow
	if Lang(ctx) == models.EN {
		mark = ","
	}
	digits, sign := strconv.Itoa(n), ""
	if n < 0 {
		digits, sign = digits[1:], "−"
	}
	return sign + group(digits, mark)
}

// OrgNo writes an organisation number as people read it, 310 678 961. What
// does not have nine characters comes back as it is.
func OrgNo(no string) string {
	if len(no) != 9 {
		return no
	}
	return group(no, narrow)
}

// Names joins names as a sentence does: "Kari, Ola og Siri".
func Names(ctx context.Context, names []string) string {
	switch len(names) {
	case 0:
		return ""
	case 1:
		return names[0]
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " " + T(ctx, "common.and") + " " + names[last]
}

// NamesOf is Names of texts of a supplier or of the catalogue.
func NamesOf(ctx context.Context, texts []models.Text) string {
	names := make([]string, len(texts))
	for i, t := range texts {
		names[i] = In(ctx, t)
	}
	return Names(ctx, names)
}

// Within writes the name of a role as it stands within a sentence: "Du er
// daglig leder", "You are managing director". What has capitals inside is an
// abbreviation and stays.
func Within(ctx context.Context, name string) string {
	words := strings.Split(name, " ")
	for i, word := range words {
		if i > 0 && Lang(ctx) != models.EN {
			break // Norwegian begins only proper names so
		}
		if word == "" || word == "Norwegian" {
			continue
		}
		_, size := utf8.DecodeRuneInString(word)
		if rest := word[size:]; rest == strings.ToLower(rest) {
			words[i] = strings.ToLower(word)
		}
	}
	return strings.Join(words, " ")
}

// Agency is the name of a public body that the catalogue knows by the short
// name it has in Altinn, as in "skd"; those that we do not know stay as given.
func Agency(ctx context.Context, short string) string {
	if key := "common.agency." + short; Has(key) {
		return T(ctx, key)
	}
	return short
}

func group(digits, mark string) string {
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(mark)
		}
		b.WriteRune(d)
	}
	return b.String()
}

func mustZone(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(err) // the database of zones is in the binary
	}
	return zone
}
