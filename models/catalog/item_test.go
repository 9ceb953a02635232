package catalog_test

import (
	"slices"
	"testing"

	"github.com/stafett/stafett/models/catalog"
)

func TestCovers(t *testing.T) {
	t.Parallel()
	whole, read, write := catalog.Right("skd-amelding", ""), catalog.Right("skd-amelding", "read"), catalog.Right("skd-amelding", "write")
	for _, tc := range []struct {
		name       string
		hold, want catalog.Item
		covers     bool
	}{
		{"every action covers one", whole, read, true},
		{"every action covers every action", whole, whole, true},
		{"one action covers itself", read, read, true},
		{"one action does not cover another", read, write, false},
		{"one action does not cover all", read, whole, false},
		{"another resource", catalog.Right("skd-skattekort", ""), read, false},
		{"a resource whose name begins the same", catalog.Right("skd", ""), read, false},
		{"the same package", catalog.PackageOf(salary), catalog.PackageOf(salary), true},
		{"another package", catalog.PackageOf(tax), catalog.PackageOf(salary), false},
		{"a package is no right", catalog.PackageOf(salary), catalog.Right(salary, ""), false},
		{"a right is no package", catalog.Right(salary, ""), catalog.PackageOf(salary), false},
		{"two resources cover one action of both", catalog.RightTo([]string{"b", "a"}, ""), catalog.RightTo([]string{"a", "b"}, "read"), true},
		{"two resources do not cover one of them", catalog.RightTo([]string{"a", "b"}, ""), catalog.Right("a", "read"), false},
		{"one resource does not cover two", catalog.Right("a", ""), catalog.RightTo([]string{"a", "b"}, "read"), false},
		{"nothing covers nothing that exists", catalog.Item{}, read, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := tc.hold.Covers(tc.want); got != tc.covers {
				t.Errorf("%v covers %v: %t, want %t", tc.hold, tc.want, got, tc.covers)
			}
		})
	}
}

func TestItemsAsOneWord(t *testing.T) {
	t.Parallel()
	for word, item := range map[string]catalog.Item{
		salary:              catalog.PackageOf(salary),
		"skd-amelding":      catalog.Right("skd-amelding", ""),
		"skd-amelding#read": catalog.Right("skd-amelding", "read"),
		"app_skd_mva#a#b":   catalog.Right("app_skd_mva", "a#b"),
		"a b#read":          catalog.RightTo([]string{"b", "a"}, "read"),
	} {
		if got := item.String(); got != word {
			t.Errorf("%+v as a word is %q, want %q", item, got, word)
		}
		if got, ok := catalog.ParseItem(word); !ok || got != item {
			t.Errorf("%q is read as %+v, %t", word, got, ok)
		}
	}
	for _, word := range []string{"", "#", "#read", catalog.PackagePrefix, "skd-amelding#"} {
		if got, ok := catalog.ParseItem(word); ok {
			t.Errorf("%q is read as %+v", word, got)
		}
	}
}

// Equal rights are equal however they were written.
func TestRightsToSeveralResources(t *testing.T) {
	t.Parallel()
	want := catalog.Right("a b c", "read")
	for _, resources := range [][]string{{"a", "b", "c"}, {"c", "a", "b"}, {"b", "c", "a", "b"}} {
		given := slices.Clone(resources)
		if got := catalog.RightTo(resources, "read"); got != want {
			t.Errorf("%v: %+v, want %+v", resources, got, want)
		}
		if !slices.Equal(given, resources) {
			t.Errorf("RightTo changed what it was given: %v, before %v", resources, given)
		}
	}
	if one := catalog.RightTo([]string{"a"}, ""); one != catalog.Right("a", "") {
		t.Errorf("one resource: %+v", one)
	}
	for ref, want := range map[string][]string{"a b c": {"a", "b", "c"}, "a": {"a"}, "": nil} {
		if got := catalog.Right(ref, "read").Resources(); !slices.Equal(got, want) {
			t.Errorf("a right to %q is to %q, want %q", ref, got, want)
		}
	}
}

func FuzzParseItem(f *testing.F) {
	for _, s := range []string{salary, "skd-amelding", "skd-amelding#read", "#", "a#", "a##b", catalog.PackagePrefix, catalog.PackagePrefix + "x#read"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		item, ok := catalog.ParseItem(s)
		if !ok {
			return
		}
		if item.Ref == "" {
			t.Errorf("%q is an item of nothing", s)
		}
		if item.String() != s {
			t.Errorf("%q comes back as %q", s, item)
		}
	})
}
