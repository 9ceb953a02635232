package request_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/systemuser"
)

// living is the system user that came of asked.
func living() systemuser.SystemUser {
	return systemuser.SystemUser{
		ID: "704013ee-e82a-433e-83c5-a40e6e00d746", Kind: systemuser.Standard, System: "991825827_fjordlonn", Customer: "313775429",
		ExternalRef: "kunde-42", Title: "Fjordlønn for Nes Bakeri", Delegated: []catalog.Item{catalog.PackageOf(salary)},
		Status: systemuser.Active, ValidTo: noon.Add(time.Hour),
	}
}

// other is what a supplier gives for a change when nothing is wrong.
func other() request.Change {
	return request.Change{
		Request: request.Request{
			ID: "0f0c7f0e-8f0b-4a8e-9a39-0d3f6d2b1c11", Items: []catalog.Item{catalog.Right("skd-amelding", "read")},
			RedirectURL: "https://fjordlonn.example/svar?kunde=42", Purpose: models.Text{NB: "Nytt skjema"}, ContactEmail: "hjelp@fjord.example",
		},
		Correlation: "0f0c7f0e-8f0b-4a8e-9a39-0d3f6d2b1c11", Unwanted: []catalog.Item{catalog.PackageOf(salary)},
	}
}

func TestNewChangeIsAboutItsSystemUser(t *testing.T) {
	t.Parallel()
	want := other()
	want.Kind, want.System, want.Customer, want.ExternalRef = systemuser.Standard, "991825827_fjordlonn", "313775429", "kunde-42"
	want.Title, want.SystemUser, want.Status = "Fjordlønn for Nes Bakeri", living().ID, request.Pending
	want.CreatedAt, want.ExpiresAt = noon, noon.Add(request.Life)

	stated := other() // what is another's to say is not taken from the supplier (security A4)
	stated.Kind, stated.System, stated.Customer, stated.ExternalRef, stated.Title = systemuser.Agent, "x", "310000011", "x", "x"
	stated.SystemUser, stated.Status, stated.Version, stated.Reason, stated.DecidedBy = "x", request.Accepted, 7, "ja", kari
	stated.DecidedAt, stated.Removed, stated.Escalated, stated.ValidTo = noon, noon, true, noon.Add(time.Hour)
	stated.CreatedAt, stated.ExpiresAt = noon.Add(-time.Hour), noon.Add(1000*time.Hour)
	for name, given := range map[string]request.Change{"bare": other(), "with an answer": stated} {
		got, err := request.NewChange(given, living(), fjordlonn(), catalogue(), noon, request.Life)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestFaultsOfAChange(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		change func(*request.Change, *systemuser.SystemUser)
		want   []string
	}{
		{"more rights alone", func(c *request.Change, _ *systemuser.SystemUser) { c.Unwanted = nil }, nil},
		{"fewer rights alone", func(c *request.Change, _ *systemuser.SystemUser) { c.Items = nil }, nil},
		{"nothing", func(c *request.Change, _ *systemuser.SystemUser) { c.Items, c.Unwanted = nil, nil }, nil},
		{"no redirect URL", func(c *request.Change, _ *systemuser.SystemUser) { c.RedirectURL = "" }, nil},
		{"a redirect to elsewhere", func(c *request.Change, _ *systemuser.SystemUser) { c.RedirectURL = "https://evil.example/svar" }, []string{"redirect_url url.not_registered"}},
		{"what the system does not ask for", func(c *request.Change, _ *systemuser.SystemUser) {
			c.Items[0] = catalog.Right("skd-skattekort", "write")
		}, []string{"items[0] items.not_on_system"}},
		{"what the catalogue no longer has", func(c *request.Change, _ *systemuser.SystemUser) {
			c.Items[0] = catalog.PackageOf(catalog.PackagePrefix + "borte")
		}, []string{"items[0] catalogue.unknown"}},
		{"a package for agents, to a standard system user", func(c *request.Change, _ *systemuser.SystemUser) { c.Items[0] = catalog.PackageOf(clients) }, []string{"items[0] items.kind"}},
		{"a package for agents, to an agent", func(c *request.Change, u *systemuser.SystemUser) {
			u.Kind, c.Items[0] = systemuser.Agent, catalog.PackageOf(clients)
		}, nil},
		{"a right, to an agent", func(_ *request.Change, u *systemuser.SystemUser) { u.Kind = systemuser.Agent }, []string{"items[0] items.agent_right"}},
		{"the same twice", func(c *request.Change, _ *systemuser.SystemUser) { c.Items = append(c.Items, c.Items[0]) }, []string{"items[1] duplicate"}},
		{"the same unwanted twice", func(c *request.Change, _ *systemuser.SystemUser) { c.Unwanted = append(c.Unwanted, c.Unwanted[0]) }, []string{"unwanted[1] duplicate"}},
		{"wanted and unwanted", func(c *request.Change, _ *systemuser.SystemUser) { c.Unwanted = append(c.Unwanted, c.Items[0]) }, []string{"unwanted[1] items.both"}},
		{"unwanted, which the system asks for no more", func(c *request.Change, u *systemuser.SystemUser) {
			c.Unwanted[0], u.Delegated = catalog.Right("gone", ""), append(u.Delegated, catalog.Right("gone", "read"))
		}, nil},
		{"unwanted, which nobody has asked for", func(c *request.Change, _ *systemuser.SystemUser) { c.Unwanted[0] = catalog.Right("gone", "") }, []string{"unwanted[0] items.not_on_system"}},
		{"a purpose that is too long", func(c *request.Change, _ *systemuser.SystemUser) { c.Purpose.NB = strings.Repeat("ø", 301) }, []string{"purpose too_long"}},
		{"a purpose of an item that is too long", func(c *request.Change, _ *systemuser.SystemUser) {
			c.Purposes = why(c.Items[0], strings.Repeat("ø", 301))
		}, []string{"purposes[0] too_long"}},
		{"a contact with a name", func(c *request.Change, _ *systemuser.SystemUser) { c.ContactEmail = "Kari <kari@fjord.example>" }, []string{"contact_email email.form"}},
		{"everything at once", func(c *request.Change, _ *systemuser.SystemUser) {
			c.RedirectURL, c.Items[0], c.Purpose.NB, c.ContactEmail = "x", catalog.Right("kept", ""), "\x00", "x"
			c.Unwanted = append(c.Unwanted, c.Items[0])
		}, []string{
			"redirect_url url.not_registered", "items[0] catalogue.not_delegable", "unwanted[1] items.both", "purpose text.control", "contact_email email.form",
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c, u := other(), living()
			tc.change(&c, &u)
			_, err := request.NewChange(c, u, fjordlonn(), catalogue(), noon, request.Life)
			mustFault(t, err, tc.want...)
		})
	}
}

func TestWhatAChangeWouldDo(t *testing.T) {
	t.Parallel()
	a, b, c, d, e := catalog.Right("a", ""), catalog.Right("b", ""), catalog.PackageOf(salary), catalog.Right("a", "read"), catalog.Right("a", "write")
	items := func(of ...catalog.Item) []catalog.Item { return of }
	for _, tc := range []struct {
		name                  string
		held, wanted, no      []catalog.Item
		added, removed, after []catalog.Item
	}{
		{"more", items(a), items(b, c), nil, items(b, c), nil, items(a, b, c)},
		{"fewer", items(a, b, c), nil, items(c, a), nil, items(a, c), items(b)},
		{"one for another", items(a, b), items(c), items(a), items(c), items(a), items(b, c)},
		{"what it has", items(a, b), items(b, a), nil, nil, nil, items(a, b)},
		{"to lose what it lacks", items(a), nil, items(b), nil, nil, items(a)},
		{"to lose everything", items(a), nil, items(a), nil, items(a), nil},
		{"one action of what it has whole", items(a), items(d), nil, nil, nil, items(a)},
		{"the whole of what it has an action of", items(d), items(a), nil, items(a), nil, items(d, a)},
		{"to lose the whole of what it has an action of", items(d, b), nil, items(a), nil, items(d), items(b)},
		{"to lose an action of what it has whole", items(a, b), nil, items(d), nil, items(a), items(b)},
		{"to keep one action and lose another of what it has whole", items(a), items(d), items(e), items(d), items(a), items(d)},
		{"to keep one action and lose the whole", items(d, e), items(d), items(a), nil, items(e), items(d)},
		{"one action instead of the whole", items(a), items(d), items(a), items(d), items(a), items(d)},
		{"nothing", items(a), nil, nil, nil, nil, items(a)},
		{"of one that holds nothing", nil, items(a), items(b), items(a), nil, items(a)},
	} {
		change := request.Change{Request: request.Request{Items: tc.wanted}, Unwanted: tc.no}
		before := append([]catalog.Item{}, tc.held...)
		held := append(make([]catalog.Item, 0, 10), tc.held...) // with room, which must not be written in
		added, removed, after := change.Needed(held)
		if diff := cmp.Diff([][]catalog.Item{tc.added, tc.removed, tc.after}, [][]catalog.Item{added, removed, after}); diff != "" {
			t.Errorf("%s: added, removed, after (-want +got):\n%s", tc.name, diff)
		}
		if diff := cmp.Diff(before, held); diff != "" {
			t.Errorf("%s: what is held was changed (-want +got):\n%s", tc.name, diff)
		}
		if want := len(tc.wanted)+len(tc.no) == 0; change.Empty() != want {
			t.Errorf("%s: empty is %t", tc.name, change.Empty())
		}
	}
}
