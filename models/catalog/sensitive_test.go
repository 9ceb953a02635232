package catalog_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"testing"

	"github.com/stafett/stafett/models/catalog"
)

const pack = catalog.PackagePrefix

func TestSensitivityOfRights(t *testing.T) {
	t.Parallel()
	c := catalog.New(catalog.Data{
		Packages: []catalog.Package{{URN: pack + "lonn"}, {URN: pack + "toll"}, {URN: pack + "egen", ForPersons: true}},
		Resources: []catalog.Resource{
			{ID: "wages", Actions: []string{"read", "sign"}, Packages: []string{pack + "toll", pack + "lonn"}},
			{ID: "return", Actions: []string{"read", "write", "sign"}, Packages: []string{pack + "toll", pack + "regnskapsforer-med-signeringsrettighet"}},
			{ID: "duty", Actions: []string{"read", "write"}, Packages: []string{pack + "toll"}},
			{ID: "bare"},
		},
	})
	for _, tc := range []struct {
		name string
		item catalog.Item
		want catalog.Sensitivity
	}{
		{"a signature", catalog.Right("return", "sign"), catalog.Signing},
		{"everything, and one signs there", catalog.Right("return", ""), catalog.Signing},
		{"reading where one signs", catalog.Right("return", "read"), ""},
		{"a package with signatures does not make reading one", catalog.Right("return", "write"), ""},
		{"everything where nobody signs", catalog.Right("duty", ""), ""},
		{"everything of what lists nothing", catalog.Right("bare", ""), ""},
		{"a signature in what lists nothing", catalog.Right("bare", "sign"), catalog.Signing},
		{"reading what employees earn", catalog.Right("wages", "read"), catalog.Salary},
		{"signing what employees earn is salary first", catalog.Right("wages", "sign"), catalog.Salary},
		{"several together, one of them sensitive", catalog.RightTo([]string{"duty", "wages"}, "read"), catalog.Salary},
		{"a package by its code", catalog.PackageOf(pack + "lonn"), catalog.Salary},
		{"a package about persons", catalog.PackageOf(pack + "egen"), catalog.Personal},
		{"a package like most", catalog.PackageOf(pack + "toll"), ""},
		{"nothing that anybody knows", catalog.Right("gone", "read"), ""},
	} {
		if got := c.Sensitivity(tc.item); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
}

// TestSensitivityOfTheNationalCatalogue has what anybody would say of its
// packages, and that the mark stays rare enough to be read.
func TestSensitivityOfTheNationalCatalogue(t *testing.T) {
	t.Parallel()
	c, d := national(t)
	for code, want := range map[string]catalog.Sensitivity{
		"hovedadministrator": catalog.Powers, "konkursbo-tilgangsstyrer": catalog.Powers,
		"politi-og-domstol": catalog.Justice, "sykefravaer-personopplysninger-saerlig-kategori": catalog.Health,
		"barnevern": catalog.Personal, "innbygger-barn-foreldre": catalog.Personal, "vergemal-nav-familie": catalog.Personal,
		"post-til-virksomheten-med-taushetsbelagt-innhold": catalog.Confidential, "ordinaer-post-til-virksomheten": "",
		"lonn": catalog.Salary, "regnskapsforer-lonn": catalog.Salary, "ansettelsesforhold": "",
		"krav-og-utlegg": catalog.Money, "finansiering-og-forsikring": "",
		"regnskapsforer-med-signeringsrettighet": catalog.Signing, "regnskapsforer-uten-signeringsrettighet": "",
		"starte-drive-endre-avvikle-virksomhet": catalog.Identity,
		"merverdiavgift":                        "", "skatt-naering": "", "toll": "", "jordbruk": "", "attester": "",
	} {
		if _, ok := c.Package(pack + code); !ok {
			t.Errorf("%s is not in the catalogue", code)
		}
		if got := c.Sensitivity(catalog.PackageOf(pack + code)); got != want {
			t.Errorf("%s: %q, want %q", code, got, want)
		}
	}
	seen := map[catalog.Sensitivity]bool{}
	var marked, all int
	for _, p := range d.Packages {
		s := c.Sensitivity(catalog.PackageOf(p.URN))
		seen[s] = true
		if p.ForPersons {
			continue
		}
		all++
		if s != "" {
			marked++
		}
	}
	for _, s := range catalog.Sensitivities() {
		if !seen[s] {
			t.Errorf("no package is %q", s)
		}
	}
	if marked*4 > all {
		t.Errorf("%d of %d packages for organisations are marked: a mark on so many says nothing", marked, all)
	}
	for _, code := range catalog.SensitiveCodes() {
		if _, ok := c.Package(pack + code); !ok {
			t.Errorf("%s is marked, but in no catalogue", code)
		}
	}
}

func national(t *testing.T) (*catalog.Catalog, catalog.Data) {
	t.Helper()
	const file = "../../../shared/data/access-packages.json"
	content, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the public test data access-packages.json is not beside the checkout (../shared/data)")
	}
	if err != nil {
		t.Fatal(err)
	}
	var in struct {
		Packages []struct {
			URN, AreaID, EntityType string
		}
	}
	if err := json.Unmarshal(content, &in); err != nil {
		t.Fatal(err)
	}
	var d catalog.Data
	for _, p := range in.Packages {
		d.Packages = append(d.Packages, catalog.Package{URN: p.URN, Area: p.AreaID, ForPersons: p.EntityType == "Person"})
	}
	return catalog.New(d), d
}
