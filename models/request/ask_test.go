package request_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

func TestWhatAnItemMeans(t *testing.T) {
	t.Parallel()
	read, write, all := catalog.Right("a", "read"), catalog.Right("a", "write"), catalog.Right("a", "")
	other, pack := catalog.Right("b", ""), catalog.PackageOf(salary)
	asking := func(items ...catalog.Item) system.System {
		var s system.System
		for _, item := range items {
			s.Asks = append(s.Asks, system.Ask{Item: item})
		}
		return s
	}
	for _, tc := range []struct {
		name string
		s    system.System
		item catalog.Item
		want []catalog.Item
	}{
		{"what it asks for", asking(all, read), all, []catalog.Item{all}},
		{"one action of a whole", asking(all), read, []catalog.Item{read}},
		{"every action where it asks for some", asking(other, read, pack, write), all, []catalog.Item{read, write}},
		{"another action", asking(read), write, []catalog.Item{write}},
		{"a resource that it does not ask for", asking(other), all, []catalog.Item{all}},
		{"a package", asking(read), pack, []catalog.Item{pack}},
		{"nothing", asking(other, read), catalog.Right("", ""), []catalog.Item{catalog.Right("", "")}},
	} {
		if diff := cmp.Diff(tc.want, request.Meant(tc.s, tc.item)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		}
	}
}

func TestWhetherTwoRequestsAskForTheSame(t *testing.T) {
	t.Parallel()
	a, b := catalog.Right("a", ""), catalog.PackageOf(salary)
	one := func() request.Request {
		return request.Request{
			Kind: systemuser.Standard, Title: "Lønn", Items: []catalog.Item{a, b}, Purposes: map[catalog.Item]models.Text{a: {NB: "Sende"}},
			ValidTo: noon, ContactEmail: "hjelp@fjord.example", Purpose: models.Text{NB: "Lønn"}, RedirectURL: "https://fjordlonn.example/svar",
		}
	}
	for name, tc := range map[string]struct {
		change func(*request.Request)
		same   bool
	}{
		"itself":                  {func(*request.Request) {}, true},
		"in another order":        {func(r *request.Request) { r.Items = []catalog.Item{b, a} }, true},
		"what became of it":       {func(r *request.Request) { r.ID, r.Status, r.CreatedAt = "x", request.Rejected, noon }, true},
		"the time in other words": {func(r *request.Request) { r.ValidTo = noon.In(time.FixedZone("", 3600)) }, true},
		"another item":            {func(r *request.Request) { r.Items[0] = catalog.Right("a", "read") }, false},
		"one more":                {func(r *request.Request) { r.Items = append(r.Items, catalog.Right("c", "")) }, false},
		"one less":                {func(r *request.Request) { r.Items = r.Items[:1] }, false},
		"another title":           {func(r *request.Request) { r.Title = "Lønn 2" }, false},
		"another way back":        {func(r *request.Request) { r.RedirectURL += "?t=1" }, false},
		"another kind":            {func(r *request.Request) { r.Kind = systemuser.Agent }, false},
		"another purpose":         {func(r *request.Request) { r.Purpose.EN = "Pay" }, false},
		"a purpose of an item":    {func(r *request.Request) { r.Purposes[b] = models.Text{NB: "x"} }, false},
		"no purpose of an item":   {func(r *request.Request) { r.Purposes = nil }, false},
		"another end":             {func(r *request.Request) { r.ValidTo = noon.Add(time.Hour) }, false},
		"another contact":         {func(r *request.Request) { r.ContactEmail = "" }, false},
	} {
		other := one()
		tc.change(&other)
		if got := one().SameAs(other); got != tc.same {
			t.Errorf("%s: %t", name, got)
		}
		if got := other.SameAs(one()); got != tc.same {
			t.Errorf("%s, the other way round: %t", name, got)
		}
	}
}
