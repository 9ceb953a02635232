package customer

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/views/i18n"
)

// The sentences about rights are put together by rule from reviewed texts. They
// may say more than the items give, never less.

// mostPhrases is how many things to do a sentence tells before it leaves them
// to the list.
const mostPhrases = 5

// nameMark begins the private characters that stand for names in a sentence
// until it is drawn, so that each is marked with the language it is in.
const nameMark = '\ue100'

// doing says what a system can do by the items, after "can": "do everything in
// the access package A and read information in B". The names come beside it.
func doing(ctx context.Context, items []Item) (string, []models.Text) {
	var names []models.Text
	what := func(of []Item) string {
		var parts []string
		for i, it := range of {
			if i == mostNamed && len(of) > mostNamed+1 {
				parts = append(parts, i18n.N(ctx, "customer.more", len(of)-mostNamed))
				break
			}
			parts = append(parts, i18n.T(ctx, "customer.quoted", "Name", string(nameMark+rune(len(names)))))
			names = append(names, it.Name)
		}
		return i18n.Names(ctx, parts)
	}
	var phrases []string
	alike := byReach(items)
	for _, of := range alike {
		phrases = append(phrases, phrase(ctx, of, what(of)))
	}
	if len(phrases) > mostPhrases {
		return i18n.T(ctx, "rights.many", "What", counted(ctx, items)), nil
	}
	return i18n.Names(ctx, phrases), names
}

// byReach parts the items by what may be done with them: packages first, then
// services in which everything may be, then each action.
func byReach(items []Item) [][]Item {
	var out [][]Item
	add := func(in func(Item) bool) {
		if of := slices.DeleteFunc(slices.Clone(items), func(it Item) bool { return !in(it) }); len(of) > 0 {
			out = append(out, of)
		}
	}
	add(func(it Item) bool { return it.Package })
	var actions []string
	for _, it := range items {
		if !it.Package && !slices.Contains(actions, it.Action) {
			actions = append(actions, it.Action)
		}
	}
	slices.SortStableFunc(actions, func(a, b string) int { return min(len(a), 1) - min(len(b), 1) })
	for _, action := range actions {
		add(func(it Item) bool { return !it.Package && it.Action == action })
	}
	return out
}

func phrase(ctx context.Context, of []Item, what string) string {
	switch first := of[0]; {
	case first.Package:
		return i18n.N(ctx, "rights.packages", len(of), "What", what)
	case first.Action == "":
		return i18n.N(ctx, "rights.services", len(of), "What", what)
	default:
		return act(ctx, first.Action, what)
	}
}

// act is the verb of an action on something. One that we have no word for is
// named as it is, for it is given all the same.
func act(ctx context.Context, action, on string) string {
	if key := "rights.do." + action; i18n.Has(key) {
		return i18n.T(ctx, key, "What", on)
	}
	return i18n.T(ctx, "rights.do_other", "What", on, "Action", action)
}

// verbs lists actions in words, those without one in quotation marks. Some
// words have an "and" of their own, so commas alone keep them apart.
func verbs(ctx context.Context, actions []string) string {
	words := make([]string, len(actions))
	for i, a := range actions {
		if key := "customer.action." + a; i18n.Has(key) {
			words[i] = i18n.T(ctx, key)
		} else {
			words[i] = i18n.T(ctx, "customer.quoted", "Name", a)
		}
	}
	return strings.Join(words, ", ")
}

// reach says how far one item goes, as a sentence below its name.
func reach(ctx context.Context, it Item) (key string, args []any) {
	switch {
	case it.Package && len(it.Within) == 0:
		return "rights.package_unknown", nil
	case it.Package:
		return "rights.package", []any{"Services", i18n.N(ctx, "rights.within", len(it.Within))}
	case it.Action == "" && len(it.Actions) == 0:
		return "rights.everything", nil
	case it.Action == "":
		return "rights.everything_listed", []any{"Actions", verbs(ctx, it.Actions)}
	}
	return "rights.only", []any{"Do", capital(act(ctx, it.Action, i18n.T(ctx, "rights.the_service")))}
}

// giveable are the items that a yes of the reader's can give: all but those that
// are optional and not his to give.
func giveable(items []Item) []Item {
	return slices.DeleteFunc(slices.Clone(items), func(it Item) bool { return it.Optional && it.Cause != "" })
}

// told are the items that the page begins with: what a yes of the reader's would
// give, or all of it where it is for another to say yes.
func (v ReviewView) told() []Item {
	if v.CanApprove {
		return giveable(v.Items)
	}
	return v.Items
}

// optional reports whether there is something to choose among the items.
func optional(items []Item) bool {
	return slices.ContainsFunc(items, func(it Item) bool { return it.Optional })
}

// group is items of one area, or services of one owner.
type group struct {
	Package bool
	Area    models.Text
	Owner   string
	Items   []Item
}

// grouped parts the items by area and owner, in the order in which they come.
func grouped(items []Item) []group {
	var out []group
	for _, it := range items {
		g := group{Package: it.Package, Area: it.Area, Owner: it.Owner}
		if it.Package {
			g.Owner = ""
		} else {
			g.Area = models.Text{}
		}
		i := slices.IndexFunc(out, func(o group) bool { return o.Package == g.Package && o.Area == g.Area && o.Owner == g.Owner })
		if i < 0 {
			i = len(out)
			out = append(out, g)
		}
		out[i].Items = append(out[i].Items, it)
	}
	return out
}

// mostOpen is how many services of a package are shown without being asked for.
const mostOpen = 5

// stretch is a part of a sentence: words of ours, or a name.
type stretch struct {
	Text string
	Name models.Text
}

// stretches puts the names back into a sentence.
func stretches(s string, names []models.Text) []stretch {
	var out []stretch
	var words strings.Builder
	flush := func() {
		if words.Len() > 0 {
			out = append(out, stretch{Text: words.String()})
			words.Reset()
		}
	}
	for _, r := range s {
		if i := int(r - nameMark); i >= 0 && i < len(names) {
			flush()
			out = append(out, stretch{Name: names[i]})
			continue
		}
		words.WriteRune(r)
	}
	flush()
	return out
}

// capital begins a sentence.
func capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[size:]
}
