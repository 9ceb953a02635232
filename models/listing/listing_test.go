package listing_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models/listing"
)

type line = listing.Line[string]

// lines are of three kinds, two suppliers and a status that overlaps.
var lines = []line{
	{Row: "a", Text: []string{"Lønn Pluss", "Fjord Data AS", "310000003"}, Status: []string{"active"}, Kind: "own", Supplier: "1"},
	{Row: "b", Text: []string{"Årsoppgjør", "Fjord Data AS", "310000003"}, Status: []string{"active", "unused"}, Kind: "own", Supplier: "1"},
	{Row: "c", Text: []string{"Revisjon 24", "Dal Revisjon", "310000011"}, Status: []string{"paused", "unused"}, Kind: "clients", Supplier: "2"},
	{Row: "d", Text: []string{"ÉCLAIR", "Dal Revisjon", "310000011", "ref/7"}, Status: []string{"ended"}, Kind: "own", Supplier: "2"},
}

func find(q listing.Query) listing.Found[string] {
	if q.Size == 0 {
		q.Size = 10
	}
	return listing.Find(lines, q, cmp.Compare[string])
}

func TestALineIsFoundByWhatItSays(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"":                       {"a", "b", "c", "d"},
		"   ":                    {"a", "b", "c", "d"},
		"lønn":                   {"a"},
		"LØNN":                   {"a"},
		"årsOPPGJØR":             {"b"},
		"éclair":                 {"d"},
		"fjord":                  {"a", "b"},
		"fjord oppgjør":          {"b"},
		"oppgjør fjord":          {"b"},
		"310 000 011":            {"c", "d"},
		"310\u202f000\u202f011":  {"c", "d"},
		"ref/7":                  {"d"},
		"%":                      nil,
		"_":                      nil,
		"pluss fjord 24":         nil,
		"AS\n310000003 no match": nil,
	} {
		if got := find(listing.Query{Text: text}).Rows; !slices.Equal(got, want) {
			t.Errorf("%q finds %v, want %v", text, got, want)
		}
	}
}

func TestChoicesNarrowAndCount(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		q        listing.Query
		rows     []string
		status   map[string]int
		kind     map[string]int
		supplier map[string]int
	}{
		{
			"nothing",
			listing.Query{},
			[]string{"a", "b", "c", "d"},
			map[string]int{"": 4, "active": 2, "paused": 1, "ended": 1, "unused": 2},
			map[string]int{"": 4, "own": 3, "clients": 1},
			map[string]int{"": 4, "1": 2, "2": 2},
		},
		{
			"a status",
			listing.Query{Status: "unused"},
			[]string{"b", "c"},
			map[string]int{"": 4, "active": 2, "paused": 1, "ended": 1, "unused": 2},
			map[string]int{"": 2, "own": 1, "clients": 1},
			map[string]int{"": 2, "1": 1, "2": 1},
		},
		{
			"all three",
			listing.Query{Status: "active", Kind: "own", Supplier: "1"},
			[]string{"a", "b"},
			map[string]int{"": 2, "active": 2, "unused": 1},
			map[string]int{"": 2, "own": 2},
			map[string]int{"": 2, "1": 2},
		},
		{
			"text and a kind",
			listing.Query{Text: "dal", Kind: "clients"},
			[]string{"c"},
			map[string]int{"": 1, "paused": 1, "unused": 1},
			map[string]int{"": 2, "own": 1, "clients": 1},
			map[string]int{"": 1, "2": 1},
		},
		{"what nobody has", listing.Query{Status: "gone"}, nil, map[string]int{"": 4, "active": 2, "paused": 1, "ended": 1, "unused": 2}, map[string]int{}, map[string]int{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := find(c.q)
			if f.All != 4 || f.Total != len(c.rows) || !slices.Equal(f.Rows, c.rows) {
				t.Errorf("%d of %d: %v, want %v", f.Total, f.All, f.Rows, c.rows)
			}
			for _, counts := range [][2]map[string]int{{c.status, f.Status}, {c.kind, f.Kind}, {c.supplier, f.Supplier}} {
				if diff := gocmp.Diff(counts[0], counts[1]); diff != "" {
					t.Errorf("counts (-want +got)\n%s", diff)
				}
			}
			// Each count is what choosing it gives.
			for status, n := range f.Status {
				q := c.q
				if q.Status = status; find(q).Total != n {
					t.Errorf("%q counts %d and leaves %d", status, n, find(q).Total)
				}
			}
		})
	}
}

func TestPagesLoseAndRepeatNothing(t *testing.T) {
	t.Parallel()
	const n = 23
	var many []line
	var want []string
	for i := range n {
		many = append(many, line{Row: fmt.Sprint(i)})
		want = append(want, fmt.Sprint(i))
	}
	equal := func(string, string) int { return 0 } // the order of lines decides
	for size := 1; size <= n+1; size++ {
		var got []string
		pages := 1
		for page := 1; page <= pages; page++ {
			f := listing.Find(many, listing.Query{Page: page, Size: size}, equal)
			if got = append(got, f.Rows...); f.Page != page || len(f.Rows) > size || len(f.Rows) == 0 {
				t.Errorf("size %d: page %d holds %d rows as page %d", size, page, len(f.Rows), f.Page)
			}
			pages = f.Pages
		}
		if !slices.Equal(got, want) {
			t.Errorf("size %d: %v", size, got)
		}
	}
}

func TestAPageThatIsNotThere(t *testing.T) {
	t.Parallel()
	for page, want := range map[int]int{-1: 1, 0: 1, 1: 1, 2: 2, 3: 2, 1 << 40: 2} {
		if f := find(listing.Query{Page: page, Size: 3}); f.Page != want || f.Pages != 2 {
			t.Errorf("page %d is %d of %d, want %d", page, f.Page, f.Pages, want)
		}
	}
	if f := listing.Find([]line{}, listing.Query{Page: 7, Size: 25}, cmp.Compare[string]); f.Page != 1 || f.Pages != 1 || len(f.Rows) != 0 {
		t.Errorf("of an empty list: %+v", f)
	}
	if f := listing.Find(lines, listing.Query{Page: 2}, cmp.Compare[string]); len(f.Rows) != 4 || f.Page != 1 || f.Pages != 1 {
		t.Errorf("all of them: %+v", f)
	}
}

func TestNamesAreInTheOrderOfTheAlphabet(t *testing.T) {
	t.Parallel()
	names := []string{"Åsane", "zulu", "Ærlig", "Øst", "Aker", "åpen", "Østre", "éclair", "Zebra", "bil"}
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(listing.Collated(a), listing.Collated(b)) })
	if want := []string{"Aker", "bil", "éclair", "Zebra", "zulu", "Ærlig", "Øst", "Østre", "åpen", "Åsane"}; !slices.Equal(names, want) {
		t.Errorf("%v, want %v", names, want)
	}
}
