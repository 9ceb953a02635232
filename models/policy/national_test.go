package policy_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/policy"
)

// national reads the national catalogue: every package, every role, and the matrix
// of both.
func national(t *testing.T) catalog.Data {
	t.Helper()
	var packages struct {
		Packages []struct {
			URN                       string
			IsDelegable, IsAssignable bool
			EntityType                string
		}
	}
	var roles struct{ Roles []struct{ URN string } }
	for name, into := range map[string]any{"access-packages.json": &packages, "roles.json": &roles} {
		if err := json.Unmarshal(shared(t, name), into); err != nil {
			t.Fatal(err)
		}
	}
	var d catalog.Data
	for _, p := range packages.Packages {
		d.Packages = append(d.Packages, catalog.Package{URN: p.URN, Delegable: p.IsDelegable, Assignable: p.IsAssignable, ForPersons: p.EntityType == "Person"})
	}
	for _, r := range roles.Roles {
		d.Roles = append(d.Roles, catalog.Role{URN: r.URN})
	}
	rows, err := csv.NewReader(bytes.NewReader(shared(t, "role-packages.csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range rows[1:] {
		d.Matrix = append(d.Matrix, catalog.RolePackage{
			RoleURN: m[0], PackageURN: m[1], Variant: m[2], CanDelegate: m[3] == "true", CanAssign: m[4] == "true", HasAccess: m[5] == "true",
		})
	}
	if len(d.Packages) != 223 || len(d.Roles) != 148 || len(d.Matrix) != 1285 {
		t.Fatalf("%d packages, %d roles and %d rows are not the catalogue", len(d.Packages), len(d.Roles), len(d.Matrix))
	}
	return d
}

func shared(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("../../../shared/data", name))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("the public test data %s is not beside the checkout (../shared/data)", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// formsOfRows has each form that a row of the matrix is for, and one that none is.
var formsOfRows = []string{"AS", "NUF", "BRL", "ESEK"}

// TestNationalCatalogueAgreesWithTheSlowReading asks of every role, alone and with
// access management given in person, for every package and form.
func TestNationalCatalogueAgreesWithTheSlowReading(t *testing.T) {
	t.Parallel()
	d := national(t)
	c := catalog.New(d)
	var granted tally
	for _, role := range d.Roles {
		for _, form := range formsOfRows {
			for _, held := range [][]string{{role.URN}, {role.URN, manager}} {
				s := policy.Standing{Holdings: held, Form: form, Level: 3, MinLevel: 3}
				r := reading{d, s}
				// What is true of the person is read once, or this would take minutes.
				if s.AccessManager(c) != r.administers() || s.MainAdministrator(c) != r.main() || s.ClientAdministrator(c) != r.clients() {
					t.Errorf("%v in a %s: the powers differ", held, form)
				}
				if !r.administers() {
					continue
				}
				for _, p := range d.Packages {
					want := r.passesOn(p.URN)
					granted.add(want)
					if s.Grants(c, catalog.PackageOf(p.URN)).OK() != want || s.Gives(c, p.URN).OK() != want {
						t.Errorf("%v in a %s: %s, want %t", held, form, p.URN, want)
					}
				}
			}
		}
	}
	granted.want(t, "granted", 100_000)
}

// TestNationalCatalogue has what everybody knows of the register's roles.
func TestNationalCatalogue(t *testing.T) {
	t.Parallel()
	d := national(t)
	c := catalog.New(d)
	const trade = catalog.PackagePrefix + "skatt-naering"
	secret := catalog.PackagePrefix + "post-til-virksomheten-med-taushetsbelagt-innhold"
	for _, tc := range []struct {
		name, form string
		held       []string
		item       string
		want       policy.Cause
	}{
		{"a managing director grants tax", "AS", []string{director}, trade, ""},
		{"a chair", "AS", []string{ccr + "styreleder"}, trade, ""},
		{"an owner", "ENK", []string{owner}, trade, ""},
		{"a main administrator, without access to it", "AS", []string{mainAdmin}, trade, ""},
		{"a board member", "AS", []string{ccr + "styremedlem"}, trade, policy.NotManager},
		{"an accountant", "AS", []string{accountant}, trade, policy.NotManager},
		{"an auditor", "AS", []string{ccr + "revisor"}, trade, policy.NotManager},
		{"an access manager", "AS", []string{manager}, trade, policy.MissingPack},
		{"a business manager of a foreign company's branch", "NUF", []string{branchHead}, trade, ""},
		{"a business manager of a housing association", "BRL", []string{branchHead}, trade, policy.NotManager},
		{"a contact of a branch", "NUF", []string{ccr + "kontaktperson-nuf"}, catalog.PackagePrefix + "maskinporten-scopes-nuf", ""},
		{"a contact of a branch that is none", "AS", []string{ccr + "kontaktperson-nuf"}, catalog.PackagePrefix + "maskinporten-scopes-nuf", policy.MissingPack},
		{"a director makes a main administrator", "AS", []string{director}, hadm, ""},
		{"a main administrator makes none", "AS", []string{mainAdmin}, hadm, policy.NotPassedOn},
		{"a managing shipowner is none and makes none", "AS", []string{ccr + "bestyrende-reder"}, hadm, policy.MissingPack},
		{"confidential mail is the main administrators' to grant", "AS", []string{mainAdmin}, secret, ""},
		{"hence the director's", "AS", []string{director}, secret, ""},
		{"and not a general partner's", "AS", []string{ccr + "komplementar"}, secret, policy.MissingPack},
		{"a bundle for accountants", "AS", []string{director}, catalog.PackagePrefix + "regnskapsforer-lonn", policy.NotDelegable},
		{"a package for persons", "AS", []string{"urn:altinn:role:privatperson", director}, catalog.PackagePrefix + "innbygger-tilgangsstyring-privatperson", policy.NotDelegable},
	} {
		s := policy.Standing{Holdings: tc.held, Form: tc.form, Level: 3, MinLevel: 3}
		if got := s.Grants(c, catalog.PackageOf(tc.item)).Cause; got != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
}

// In the national catalogue too nobody makes another what he is not: whoever
// is given a power can grant nothing that its giver could not.
func TestNationalPowersGiveNoMore(t *testing.T) {
	t.Parallel()
	d := national(t)
	c := catalog.New(d)
	gifts := 0
	for _, role := range d.Roles {
		for _, form := range formsOfRows {
			giver := policy.Standing{Holdings: []string{role.URN}, Form: form, Level: 1}
			for _, urn := range []string{manager, hadm, estate, branch, clientAdm, sysAdmin, viewer} {
				if !giver.Gives(c, urn).OK() {
					continue
				}
				gifts++
				alone := policy.Standing{Holdings: []string{urn}, Form: form, Level: 1}
				had := giver.Givable(c)
				for _, got := range alone.Givable(c) {
					if !slices.Contains(had, got) {
						t.Errorf("%s gives %s in a %s, and the other grants %s", role.URN, urn, form, got)
					}
				}
			}
		}
	}
	if gifts < 100 {
		t.Errorf("only %d gifts", gifts)
	}
}
