package system_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/system"
)

const (
	issuer = "https://issuer.example/"
	salary = catalog.PackagePrefix + "lonn"
)

func catalogue() *catalog.Catalog {
	return catalog.New(catalog.Data{
		Packages:  []catalog.Package{{URN: salary, Delegable: true, Assignable: true}, {URN: catalog.PackagePrefix + "laast"}},
		Resources: []catalog.Resource{{ID: "skd-amelding", Actions: []string{"read", "write"}}, {ID: "skd-skattekort"}, {ID: "kept", Refused: true}},
	})
}

// fjordlonn is a system with nothing wrong.
func fjordlonn() system.System {
	why := models.Text{NB: "Sende a-melding"}
	return system.System{
		ID: "991825827_fjordlonn", Supplier: "991825827",
		Name:        models.Text{NB: "Fjordlønn", NN: "Fjordløn", EN: "Fjord Payroll"},
		Description: models.Text{NB: "Lønn for små bedrifter.\n\nFra Fjord.", NN: "Løn for små verksemder.", EN: "Payroll for small firms."},
		Clients:     []system.Client{{Issuer: issuer, ID: "fc9a3c36"}},
		Asks: []system.Ask{
			{Item: catalog.PackageOf(salary), Purpose: why},
			{Item: catalog.Right("skd-amelding", "read"), Purpose: why},
		},
		RedirectURLs: []string{"https://fjordlonn.example/svar?kunde=1"},
	}
}

func many[T any](n int, f func(int) T) []T {
	out := make([]T, n)
	for i := range out {
		out[i] = f(i)
	}
	return out
}

func TestFaultsOfASystem(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ø", 1001)
	type faults = []string
	for _, tc := range []struct {
		name   string
		change func(*system.System)
		want   faults
	}{
		{"nothing wrong", func(*system.System) {}, nil},
		{"no redirect URL and no client yet", func(s *system.System) { s.RedirectURLs, s.Clients = nil, nil }, nil},
		{"an id of another supplier", func(s *system.System) { s.ID = "313775429_fjordlonn" }, faults{"id system_id.supplier"}},
		{"an id that only begins with the number", func(s *system.System) { s.ID = "991825827fjordlonn" }, faults{"id system_id.supplier"}},
		{"an id with the number alone", func(s *system.System) { s.ID = "991825827_" }, faults{"id required"}},
		{"no id", func(s *system.System) { s.ID = "" }, faults{"id system_id.supplier"}},
		{"an id with a letter outside ASCII", func(s *system.System) { s.ID = "991825827_fjordlønn" }, faults{"id system_id.form"}},
		{"an id with a slash", func(s *system.System) { s.ID = "991825827_a/b" }, faults{"id system_id.form"}},
		{"an id with a space", func(s *system.System) { s.ID = "991825827_a b" }, faults{"id system_id.form"}},
		{"an id of 100 characters", func(s *system.System) { s.ID = system.ID("991825827_" + strings.Repeat("a", 90)) }, nil},
		{"an id of 101 characters", func(s *system.System) { s.ID = system.ID("991825827_" + strings.Repeat("a", 91)) }, faults{"id too_long"}},
		{"a name in two languages", func(s *system.System) { s.Name.NN = "" }, faults{"name.nn required"}},
		{"a name of 101 characters", func(s *system.System) { s.Name.EN = long[:202] }, faults{"name.en too_long"}},
		{"a name that turns around", func(s *system.System) { s.Name.NB = "Skatt\u202eetaten" }, faults{"name.nb text.control"}},
		{"a name of two lines", func(s *system.System) { s.Name.NB = "Fjord\nSkatteetaten" }, faults{"name.nb text.control"}},
		{"a description in one language", func(s *system.System) { s.Description = models.Text{EN: "Payroll"} }, faults{"description.nb required", "description.nn required"}},
		{"a description of 1001 characters", func(s *system.System) { s.Description.NB = long }, faults{"description.nb too_long"}},
		{"a client of no issuer", func(s *system.System) { s.Clients[0].Issuer = "" }, faults{"clients[0] client.issuer"}},
		{"a client of an issuer that nobody trusts", func(s *system.System) { s.Clients[0].Issuer = "https://evil.example/" }, faults{"clients[0] client.issuer"}},
		{"an issuer that is nearly trusted", func(s *system.System) { s.Clients[0].Issuer = strings.TrimSuffix(issuer, "/") }, faults{"clients[0] client.issuer"}},
		{"a client without id", func(s *system.System) { s.Clients[0].ID = "" }, faults{"clients[0] required"}},
		{"a client id with a space", func(s *system.System) { s.Clients[0].ID = "a b" }, faults{"clients[0] client.form"}},
		{"a client id outside ASCII", func(s *system.System) { s.Clients[0].ID = "klïent" }, faults{"clients[0] client.form"}},
		{"a client id of 256 characters", func(s *system.System) { s.Clients[0].ID = strings.Repeat("a", 256) }, faults{"clients[0] client.form"}},
		{"the same client twice", func(s *system.System) { s.Clients = append(s.Clients, s.Clients[0]) }, faults{"clients[1] duplicate"}},
		{"21 clients", func(s *system.System) {
			s.Clients = many(21, func(i int) system.Client { return system.Client{Issuer: issuer, ID: fmt.Sprint("c", i)} })
		}, faults{"clients too_many"}},
		{"nothing asked for", func(s *system.System) { s.Asks = nil }, nil},
		{"101 things asked for", func(s *system.System) { s.Asks = many(101, func(int) system.Ask { return s.Asks[0] })[:101] }, append(faults{"asks too_many"}, many(100, func(i int) string { return fmt.Sprintf("asks[%d] duplicate", i+1) })...)},
		{"an unknown resource", func(s *system.System) { s.Asks[1].Item = catalog.Right("skd", "") }, faults{"asks[1] catalogue.unknown"}},
		{"an unknown action", func(s *system.System) { s.Asks[1].Item.Action = "sign" }, faults{"asks[1] catalogue.unknown"}},
		{"an unknown package", func(s *system.System) { s.Asks[0].Item.Ref += "x" }, faults{"asks[0] catalogue.unknown"}},
		{"a package that nobody may pass on", func(s *system.System) { s.Asks[0].Item = catalog.PackageOf(catalog.PackagePrefix + "laast") }, faults{"asks[0] catalogue.not_delegable"}},
		{"a resource that is kept", func(s *system.System) { s.Asks[0].Item = catalog.Right("kept", "") }, faults{"asks[0] catalogue.not_delegable"}},
		{"the same ask twice", func(s *system.System) { s.Asks[1] = s.Asks[0] }, faults{"asks[1] duplicate"}},
		{"two actions of one resource", func(s *system.System) { s.Asks[0].Item = catalog.Right("skd-amelding", "write") }, nil},
		{"no purpose", func(s *system.System) { s.Asks[1].Purpose = models.Text{} }, nil},
		{"two resources together", func(s *system.System) {
			s.Asks[1].Item = catalog.RightTo([]string{"skd-skattekort", "skd-amelding"}, "read")
		}, nil},
		{"two resources of which one is kept", func(s *system.System) { s.Asks[1].Item = catalog.RightTo([]string{"skd-amelding", "kept"}, "") }, faults{"asks[1] catalogue.not_delegable"}},
		{"a purpose of 301 characters", func(s *system.System) { s.Asks[0].Purpose.EN = long[:602] }, faults{"purpose[0] too_long"}},
		{"a purpose with a zero-width letter", func(s *system.System) { s.Asks[0].Purpose.NN = "a\u200bb" }, faults{"purpose[0] text.control"}},
		{"a redirect URL without TLS", func(s *system.System) { s.RedirectURLs[0] = "http://fjordlonn.example/" }, faults{"redirect_urls[0] url.https"}},
		{"21 redirect URLs", func(s *system.System) {
			s.RedirectURLs = many(21, func(i int) string { return fmt.Sprintf("https://a%d.example/", i) })
		}, faults{"redirect_urls too_many"}},
		{"everything at once", func(s *system.System) {
			s.ID, s.Name.NB, s.Clients[0].ID, s.Asks[0].Purpose.NB, s.RedirectURLs[0] = "x", "", "", "a\u200bb", "x"
		}, faults{"id system_id.supplier", "name.nb required", "clients[0] required", "purpose[0] text.control", "redirect_urls[0] url.form"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := fjordlonn()
			tc.change(&s)
			var got []string
			for _, f := range s.Faults(catalogue(), []string{issuer}) {
				got = append(got, f.Field+" "+f.Fault)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

// A request may ask for part of what the system asks for, never for more; the
// ask that says the same comes before one that only covers it.
func TestAskFindsWhatCovers(t *testing.T) {
	t.Parallel()
	read, write, whole := catalog.Right("skd-amelding", "read"), catalog.Right("skd-amelding", "write"), catalog.Right("skd-amelding", "")
	both := catalog.RightTo([]string{"skd-amelding", "skd-skattekort"}, "")
	s := func(items ...catalog.Item) (s system.System) {
		for _, item := range items {
			s.Asks = append(s.Asks, system.Ask{Item: item})
		}
		return s
	}
	for _, tc := range []struct {
		name  string
		asks  system.System
		want  catalog.Item
		found catalog.Item
	}{
		{"the same", s(write, read), read, read},
		{"one action of the whole", s(whole), read, whole},
		{"the same before the whole", s(whole, read), read, read},
		{"the whole of one action", s(read, write), whole, catalog.Item{}},
		{"another action", s(write), read, catalog.Item{}},
		{"one action of two resources", s(both), catalog.Right(both.Ref, "read"), both},
		{"one of two resources", s(both), whole, catalog.Item{}},
		{"a package of that name", s(catalog.Right(salary, "")), catalog.PackageOf(salary), catalog.Item{}},
		{"of a system that asks for nothing", s(), read, catalog.Item{}},
	} {
		if got, ok := tc.asks.Ask(tc.want); got.Item != tc.found || ok != (tc.found != catalog.Item{}) {
			t.Errorf("%s: found %v, %t; want %v", tc.name, got.Item, ok, tc.found)
		}
	}
}

// Whatever is accepted as a name can be shown to an approver as it is: no
// controls, nothing that turns or hides text, and something to see
// (security B10).
func TestNaughtyStringsAsNames(t *testing.T) {
	t.Parallel()
	accepted, refused := 0, 0
	for _, s := range naughty(t) {
		sys := fjordlonn()
		sys.Name.NB = s
		if len(sys.Faults(catalogue(), []string{issuer})) > 0 {
			refused++
			continue
		}
		accepted++
		if strings.IndexFunc(s, func(r rune) bool {
			return unicode.In(r, unicode.C, unicode.Zl, unicode.Zp) || r == unicode.ReplacementChar
		}) >= 0 {
			t.Errorf("%q is accepted as a name", s)
		}
		if strings.IndexFunc(s, unicode.IsGraphic) < 0 || strings.TrimSpace(s) == "" {
			t.Errorf("%q shows nothing and is accepted as a name", s)
		}
	}
	if accepted < 100 || refused < 20 {
		t.Errorf("%d accepted, %d refused: the list does not try both", accepted, refused)
	}
}

func TestParseIDFindsNothingOutOfForm(t *testing.T) {
	t.Parallel()
	for _, ok := range []string{"991825827_fjordlonn", "a", "A.b-c_1"} {
		if id, err := system.ParseID(ok); err != nil || string(id) != ok {
			t.Errorf("ParseID(%q) = %q, %v", ok, id, err)
		}
	}
	for _, bad := range append(naughtyOrNone(), "", "a b", "a/b", "a%2fb", "ø", "a\x00", strings.Repeat("a", 101)) {
		if _, err := system.ParseID(bad); err != nil && models.CodeOf(err) != models.CodeNotFound {
			t.Errorf("ParseID(%q): %v", bad, err)
		} else if err == nil && strings.IndexFunc(bad, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`/\?#%&"'<>`, r) }) >= 0 {
			t.Errorf("ParseID(%q) passed", bad)
		}
	}
}

func TestAskFindsExactlyWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	s := fjordlonn()
	if diff := cmp.Diff([]catalog.Item{catalog.PackageOf(salary), catalog.Right("skd-amelding", "read")}, s.Asked()); diff != "" {
		t.Errorf("Asked (-want +got):\n%s", diff)
	}
	if a, ok := s.Ask(catalog.Right("skd-amelding", "read")); !ok || a.Purpose.NB != "Sende a-melding" {
		t.Errorf("Ask = %+v, %t", a, ok)
	}
	for _, item := range []catalog.Item{catalog.Right("skd-amelding", ""), catalog.Right("skd-amelding", "write"), catalog.Right(salary, ""), {}} {
		if _, ok := s.Ask(item); ok {
			t.Errorf("it asks for %+v", item)
		}
	}
}

func naughtyOrNone() []string {
	var list []string
	if b, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", "attack", "blns", "blns.json")); err == nil {
		_ = json.Unmarshal(b, &list)
	}
	return list
}

// naughty is the big list of naughty strings, with some of our own.
func naughty(t *testing.T) []string {
	t.Helper()
	list := naughtyOrNone()
	if len(list) < 500 {
		t.Skip("the list of naughty strings is not beside the checkout (../shared/data/attack/blns)")
	}
	return list
}

// payloads reads the lists of strings against redirects.
func payloads(t *testing.T) []string {
	t.Helper()
	dir := filepath.Join("..", "..", "..", "shared", "data", "attack", "payloads", "Open Redirect", "Intruder")
	files, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("the payloads are not beside the checkout (../shared/data/attack/payloads)")
	}
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, f := range files {
		b, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(b)) {
			all = append(all, strings.TrimRight(line, "\r\n"))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
