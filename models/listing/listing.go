package listing

import (
	"slices"
	"strings"
)

// Line is a row with what it is found and narrowed by.
type Line[T any] struct {
	Row      T
	Text     []string // what a search looks in
	Status   []string // all that it counts as
	Kind     string
	Supplier string
}

// Query is what is asked of a list. An empty value narrows nothing.
type Query struct {
	Text     string // words, each of which must stand somewhere in the line's texts
	Status   string
	Kind     string
	Supplier string
	Page     int // from 1; the last one when it is over
	Size     int // rows on a page; all of them when it is zero
}

// Found is one page of the rows that a query leaves.
type Found[T any] struct {
	Rows  []T
	All   int // rows of the whole list
	Total int // rows that the query leaves
	Page  int
	Pages int // at least one
	// Status, Kind and Supplier say how many rows each choice would leave, with
	// the rest of the query as it is; under "" how many without one.
	Status   map[string]int
	Kind     map[string]int
	Supplier map[string]int
}

// Find answers q. Rows that order takes for equal stay in the order of lines.
func Find[T any](lines []Line[T], q Query, order func(a, b T) int) Found[T] {
	f := Found[T]{All: len(lines), Status: map[string]int{}, Kind: map[string]int{}, Supplier: map[string]int{}}
	words := strings.Fields(strings.ToLower(q.Text))
	for _, l := range lines {
		if !l.holds(words) {
			continue
		}
		status := q.Status == "" || slices.Contains(l.Status, q.Status)
		kind := q.Kind == "" || l.Kind == q.Kind
		supplier := q.Supplier == "" || l.Supplier == q.Supplier
		if kind && supplier {
			f.Status[""]++
			for _, s := range l.Status {
				f.Status[s]++
			}
		}
		if status && supplier {
			f.Kind[""]++
			f.Kind[l.Kind]++
		}
		if status && kind {
			f.Supplier[""]++
			f.Supplier[l.Supplier]++
		}
		if status && kind && supplier {
			f.Rows = append(f.Rows, l.Row)
		}
	}
	slices.SortStableFunc(f.Rows, order)
	f.Total = len(f.Rows)
	size := q.Size
	if size < 1 {
		size = max(f.Total, 1)
	}
	f.Pages = max((f.Total+size-1)/size, 1)
	f.Page = min(max(q.Page, 1), f.Pages)
	first := (f.Page - 1) * size
	f.Rows = f.Rows[first:min(first+size, f.Total)]
	return f
}

// holds reports whether each word, in lower case, stands in one of the texts.
func (l Line[T]) holds(words []string) bool {
	if len(words) == 0 {
		return true
	}
	text := strings.ToLower(strings.Join(l.Text, "\n"))
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
}

// Collated is a name as lists sort it: upper and lower case alike, and the last
// three letters of the alphabet last.
func Collated(name string) string { return alphabet.Replace(strings.ToLower(name)) }

// What follows z in ASCII stands for what follows it in Norwegian.
var alphabet = strings.NewReplacer("æ", "{", "ä", "{", "ø", "|", "ö", "|", "å", "}", "é", "e", "ü", "u")
