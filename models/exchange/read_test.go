package exchange_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/party"
)

// read returns the rows of a file, and what is said of those refused.
func read(t *testing.T, kind exchange.Kind, content string) (values []any, refused []string) {
	t.Helper()
	rows, err := exchange.Read(kind, strings.NewReader(content), party.Numbers{})
	if err != nil {
		t.Fatal(err)
	}
	for row := range rows {
		if row.Err != nil {
			refused = append(refused, row.Place+": "+row.Err.Error())
			if row.Value != nil {
				t.Errorf("%s is refused and has a value", row.Place)
			}
			continue
		}
		values = append(values, row.Value)
	}
	return values, refused
}

func pid(t *testing.T, s string) party.PersonID {
	t.Helper()
	p, err := party.ParsePersonID(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestEachKindOfFile(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		kind exchange.Kind
		file string
		want []any
	}{
		{exchange.AccessPackages, `{"_source": "x", "areas": [{"id": "pay", "name": {"nb": "Lønn"}, "icon": 1}],
			"packages": [{"urn": "urn:altinn:accesspackage:lonn", "name": {"nb": " Lønn ", "nn": null, "en": "Pay"}, "description": {"nb": "D"},
			 "areaId": "pay", "isDelegable": true, "isAssignable": false, "entityType": "Person"}]}`, []any{
			catalog.Area{ID: "pay", Name: models.Text{NB: "Lønn"}},
			catalog.Package{URN: catalog.PackagePrefix + "lonn", Name: models.Text{NB: "Lønn", EN: "Pay"}, Description: models.Text{NB: "D"}, Area: "pay", Delegable: true, ForPersons: true},
		}},
		{exchange.Roles, `{"roles": [{"urn": "urn:altinn:role:a", "name": {"nn": "A"}}, {"urn": "urn:altinn:role:b"}]}`, []any{
			catalog.Role{URN: "urn:altinn:role:a", Name: models.Text{NN: "A"}}, catalog.Role{URN: "urn:altinn:role:b"},
		}},
		{exchange.Resources, `{"resources": [
			{"identifier": "a", "title": {"nb": "A"}, "resourceType": null, "org": null, "delegable": null},
			{"identifier": "b", "title": {"nb": "B"}, "resourceType": "Consent", "org": "skd", "delegable": false, "actions": ["read"], "packages": ["p"], "roles": ["r"]}]}`, []any{
			catalog.Resource{ID: "a", Title: models.Text{NB: "A"}},
			catalog.Resource{ID: "b", Title: models.Text{NB: "B"}, Type: "Consent", Owner: "skd", Refused: true, Actions: []string{"read"}, Packages: []string{"p"}, Roles: []string{"r"}},
		}},
		{exchange.RolePackages, "roleUrn,packageUrn,onlyEntityVariant,canDelegate,canAssign,hasAccess\nurn:a,urn:altinn:accesspackage:lonn,ENK,true,false,true\n", []any{
			catalog.RolePackage{RoleURN: "urn:a", PackageURN: catalog.PackagePrefix + "lonn", Variant: "ENK", CanDelegate: true, HasAccess: true},
		}},
		{exchange.Organisations, "\ufefforgNo,name,kind,orgForm,partyId,partyUuid\n991825827,\"Fjord, lønn\",x,AS,7,704013EE-e82a-433e-83c5-a40e6e00d746\n313775429,,,,,\n", []any{
			exchange.Organisation{Organisation: party.Organisation{OrgNo: "991825827", Name: "Fjord, lønn", Form: "AS", PartyID: 7, UUID: "704013ee-e82a-433e-83c5-a40e6e00d746"}},
			exchange.Organisation{Organisation: party.Organisation{OrgNo: "313775429"}},
		}},
		{exchange.People, "orgNo,role,userId,userPartyUuid,pid\n991825827,dagligleder,5,,03874998779\n991825827, innehaver ,6,,\n991825827,urn:stafett:role:systemadministrator,,,03874998779\n", []any{
			exchange.Person{OrgNo: "991825827", URN: "urn:altinn:external-role:ccr:daglig-leder", UserID: 5, PID: pid(t, "03874998779")},
			exchange.Person{OrgNo: "991825827", URN: "urn:altinn:external-role:ccr:innehaver", UserID: 6},
			exchange.Person{OrgNo: "991825827", URN: "urn:stafett:role:systemadministrator", PID: pid(t, "03874998779")},
		}},
		{exchange.Organisations, "orgNo,name,email\n991825827,,post@fjord.example\n", []any{
			exchange.Organisation{Organisation: party.Organisation{OrgNo: "991825827", Email: "post@fjord.example"}},
		}},
		{exchange.Organisations, "orgNo,name,parentOrgNo,struckOff\n991825827,,313775429,2026-07-01\n313775429,,,\n", []any{
			exchange.Organisation{Organisation: party.Organisation{OrgNo: "991825827", Parent: "313775429", StruckOff: time.Date(2026, 6, 30, 22, 0, 0, 0, time.UTC)}},
			exchange.Organisation{Organisation: party.Organisation{OrgNo: "313775429"}, Stands: true},
		}},
		// From midnight in Norway on the first day to the one after the last.
		{exchange.People, "orgNo,role,userId,validFrom,validUntil\n991825827,innehaver,5,2026-01-01,2026-03-29\n991825827,innehaver,6,,2026-06-30\n", []any{
			exchange.Person{
				OrgNo: "991825827", URN: "urn:altinn:external-role:ccr:innehaver", UserID: 5,
				From: time.Date(2025, 12, 31, 23, 0, 0, 0, time.UTC), Until: time.Date(2026, 3, 29, 22, 0, 0, 0, time.UTC),
			},
			exchange.Person{
				OrgNo: "991825827", URN: "urn:altinn:external-role:ccr:innehaver", UserID: 6, Until: time.Date(2026, 6, 30, 22, 0, 0, 0, time.UTC),
			},
		}},
		{exchange.Relations, "facilitatorOrgNo,clientOrgNo,roleUrn\r\n991825827,313775429,urn:r\r\n", []any{
			party.Relation{Facilitator: "991825827", Client: "313775429", RoleURN: "urn:r"},
		}},
	} {
		t.Run(string(tc.kind), func(t *testing.T) {
			t.Parallel()
			got, refused := read(t, tc.kind, tc.file)
			if diff := cmp.Diff(tc.want, got, cmpopts.EquateComparable(party.PersonID{})); diff != "" || len(refused) > 0 {
				t.Errorf("refused %q; rows (-want +got):\n%s", refused, diff)
			}
		})
	}
}

// A row that does not hold is named with its place and the reason, and the rows
// around it are read.
func TestBadRowsAreNamed(t *testing.T) {
	t.Parallel()
	const (
		orgs      = "orgNo,name,partyId,partyUuid\n991825827,Fjord,,\n"
		people    = "orgNo,role,userId,userPartyUuid,pid,name\n991825827,dagligleder,5,,,\n"
		relations = "facilitatorOrgNo,clientOrgNo,roleUrn\n991825827,313775429,urn:r\n"
		matrix    = "roleUrn,packageUrn,canDelegate,canAssign,hasAccess\nurn:a,urn:altinn:accesspackage:lonn,true,true,true\n"
	)
	for _, tc := range []struct {
		name string
		kind exchange.Kind
		file string
		want string
	}{
		{"a wrong check digit", exchange.Organisations, orgs + "991825828,X,,\n", "line 3: the organisation number does not hold"},
		{"a number with spaces", exchange.Organisations, orgs + "991 825 827,X,,\n", "line 3: the organisation number does not hold"},
		{"no number", exchange.Organisations, orgs + ",X,,\n", "line 3: the organisation number does not hold"},
		{"a party id that is none", exchange.Organisations, orgs + "313775429,X,abc,\n", "line 3: partyId or userId is not a whole number"},
		{"a party id below one", exchange.Organisations, orgs + "313775429,X,0,\n", "line 3: partyId or userId is not a whole number"},
		{"a uuid that is none", exchange.Organisations, orgs + "313775429,X,,xyz\n", "line 3: the uuid has another form"},
		{"a name with a control", exchange.Organisations, orgs + "313775429,X\u202eY,,\n", "line 3: the name holds control characters"},
		{"a name of two lines", exchange.Organisations, orgs + "313775429,\"X\nY\",,\n", "line 3: the name holds control characters"},
		{"a field too few", exchange.Organisations, orgs + "313775429,X,\n", "line 3: has 3 fields where the header has 4"},
		{"a field too many", exchange.Organisations, orgs + "313775429,X,,,\n", "line 3: has 5 fields where the header has 4"},
		{"a bare quote in the first field", exchange.Organisations, orgs + "31\"3775429,X,,\n313775429,Y,,\n", "line 3: parse error on line 3"},
		{"a bare quote in a later field", exchange.Organisations, orgs + "313775429,\"X\"Y,,\n", "line 3: parse error on line 3"},
		{"a quote that never ends", exchange.Organisations, orgs + "313775429,\"X,,\n", "line 3: "},
		{"an empty line counts", exchange.Organisations, orgs + "\n31377542,X,,\n", "line 4: the organisation number does not hold"},

		{"a date that is none", exchange.Organisations, "orgNo,name,struckOff\n991825827,X,\n313775429,X,31.12.2026\n", "line 3: a date is not of the form"},
		{"a day that does not exist", exchange.Organisations, "orgNo,name,struckOff\n991825827,X,\n313775429,X,2026-02-30\n", "line 3: a date is not of the form"},
		{"a parent that is none", exchange.Organisations, "orgNo,name,parentOrgNo\n991825827,X,\n313775429,X,991825828\n", "line 3: the parentOrgNo does not hold"},
		{"an email that is none", exchange.Organisations, "orgNo,name,email\n991825827,X,\n313775429,X,post hos oss\n", "line 3: the email has another form"},
		{"its own parent", exchange.Organisations, "orgNo,name,parentOrgNo\n991825827,X,\n313775429,X,313775429\n", "line 3: the parentOrgNo does not hold"},
		{"a role that ends before it begins", exchange.People, "orgNo,role,userId,validFrom,validUntil\n991825827,innehaver,5,2026-03-01,2026-03-01\n991825827,innehaver,5,2026-03-02,2026-03-01\n", "line 3: validUntil is before validFrom"},
		{"a role from a day that is none", exchange.People, "orgNo,role,userId,validFrom\n991825827,innehaver,5,\n991825827,innehaver,5,now\n", "line 3: a date is not of the form"},
		{"a person of nowhere", exchange.People, people + "1,dagligleder,5,,,\n", "line 3: the organisation number does not hold"},
		{"a role that nobody knows", exchange.People, people + "991825827,sjef,5,,,\n", "line 3: the role is neither a URN nor"},
		{"a national id with a wrong digit", exchange.People, people + "991825827,dagligleder,5,,03874998778,\n", "line 3: the national id does not hold"},
		{"nobody", exchange.People, people + "991825827,dagligleder,,,,Kari\n", "line 3: neither pid nor userId says who it is"},
		{"a user id that is none", exchange.People, people + "991825827,dagligleder,-1,,,\n", "line 3: partyId or userId is not a whole number"},
		{"a uuid of a person that is none", exchange.People, people + "991825827,dagligleder,5,x,,\n", "line 3: the uuid has another form"},
		{"a person's name with a control", exchange.People, people + "991825827,dagligleder,5,,,K\x07ri\n", "line 3: the name holds control characters"},

		{"an organisation that serves itself", exchange.Relations, relations + "991825827,991825827,urn:r\n", "line 3: an organisation cannot serve itself"},
		{"a client that is none", exchange.Relations, relations + "991825827,1,urn:r\n", "line 3: the organisation number does not hold"},
		{"a relation without a role", exchange.Relations, relations + "991825827,313775429,\n", "line 3: the role is neither"},

		{"neither true nor false", exchange.RolePackages, matrix + "urn:a,urn:altinn:accesspackage:lonn,yes,true,true\n", "line 3: canDelegate is neither true nor false"},
		{"no URN of a package", exchange.RolePackages, matrix + "urn:a,lonn,true,true,true\n", "line 3: roleUrn or packageUrn is no URN"},

		{"an area without a name", exchange.AccessPackages, `{"areas": [{"id": "a"}], "packages": []}`, "areas[0]: lacks id or name"},
		{"a package of another scheme", exchange.AccessPackages, `{"areas": [], "packages": [{"urn": "urn:x:lonn", "name": {"nb": "x"}}]}`, "packages[0]: the urn does not begin urn:altinn:accesspackage:"},
		{"a package without a name", exchange.AccessPackages, `{"areas": [], "packages": [{"urn": "urn:altinn:accesspackage:a"}]}`, "packages[0]: lacks a name"},
		{"a package of the wrong type", exchange.AccessPackages, `{"areas": [], "packages": [{"urn": 5}]}`, "packages[0]: json: cannot unmarshal number"},
		{"a row that is null", exchange.Roles, `{"roles": [{"urn": "urn:a"}, null]}`, "roles[1]: lacks a urn"},
		{"a row that is a number", exchange.Roles, `{"roles": [7]}`, "roles[0]: json: cannot unmarshal number"},
		{"an identifier with the sign of an action", exchange.Resources, `{"resources": [{"identifier": "a#b"}]}`, "resources[0]: the identifier is empty or holds a space or #"},
		{"no identifier", exchange.Resources, `{"resources": [{}]}`, "resources[0]: the identifier is empty"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, refused := read(t, tc.kind, tc.file)
			if len(refused) != 1 || !strings.HasPrefix(refused[0], tc.want) {
				t.Errorf("refused %q, want one that begins %q", refused, tc.want)
			}
			for _, r := range refused {
				if strings.Contains(r, "03874998778") {
					t.Errorf("the reason repeats the national id: %s", r)
				}
			}
		})
	}
}

func TestFilesOfAnotherKindAreRefusedWhole(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		kind       exchange.Kind
		file, want string
	}{
		{exchange.Organisations, "", "the file has no header line"},
		{exchange.Organisations, "number,name\n1,2\n", `the header line lacks the column "orgNo"; is the first line the names of the columns?`},
		{exchange.Organisations, `{"roles": []}`, "the file has no header line"},
		{exchange.People, "orgNo,name\n", `lacks the column "role"`},
		{exchange.Roles, "orgNo,name\n", "is not a JSON object"},
		{exchange.Roles, "[]", "is not a JSON object"},
		{exchange.Roles, "", "is not a JSON object"},
		{exchange.Roles, `{"packages": []}`, `has no array "roles"`},
		{exchange.Roles, `{"roles": {}}`, `has no array "roles"`},
		{exchange.Roles, `{"roles": []`, "is not a JSON object"},
		{exchange.AccessPackages, `{"packages": []}`, `has no array "areas"`},
		{exchange.AccessPackages, `{"areas": []}`, `has no array "packages"`},
		{"systems", "a,b\n", `no such kind of file: "systems"`},
	} {
		_, err := exchange.Read(tc.kind, strings.NewReader(tc.file), party.Numbers{})
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s from %q: %v, want %q", tc.kind, tc.file, err, tc.want)
		}
	}
	cause := errors.New("connection reset")
	if _, err := exchange.Read(exchange.Roles, broken{cause}, party.Numbers{}); !errors.Is(err, cause) {
		t.Errorf("a fault of reading: %v", err)
	}
}

type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }

func TestRowsCanBeLeftInTheMiddle(t *testing.T) {
	t.Parallel()
	for kind, file := range map[exchange.Kind]string{
		exchange.AccessPackages: `{"areas": [{}, {}], "packages": [{}, {}]}`,
		exchange.Roles:          `{"roles": [{}, {}]}`,
		exchange.Organisations:  "orgNo,name\n1,2\n3,4\n",
	} {
		rows, err := exchange.Read(kind, strings.NewReader(file), party.Numbers{})
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for range rows {
			n++
			break
		}
		if n != 1 {
			t.Errorf("%s: read %d rows", kind, n)
		}
	}
}

// A transaction that met another one runs again, and must not then find the
// file at its end.
func TestRowsCanBeWalkedAgain(t *testing.T) {
	t.Parallel()
	for kind, file := range map[exchange.Kind]string{
		exchange.AccessPackages: `{"areas": [{}, {}], "packages": [{}, {}]}`,
		exchange.Roles:          `{"roles": [{}, {}, {}, {}]}`,
		exchange.Organisations:  "orgNo,name\n1,2\n3,4\n5,6\n7,8\n",
	} {
		rows, err := exchange.Read(kind, strings.NewReader(file), party.Numbers{})
		if err != nil {
			t.Fatal(err)
		}
		for range rows {
			break
		}
		n := 0
		for range rows {
			n++
		}
		if n != 4 {
			t.Errorf("%s: the second time %d rows, want 4", kind, n)
		}
	}
}

func TestDocumentationNumbersInFiles(t *testing.T) {
	t.Parallel()
	const file = "orgNo,name\n123456789,Guide AS\n"
	for admit, want := range map[bool]int{true: 0, false: 1} {
		rows, err := exchange.Read(exchange.Organisations, strings.NewReader(file), party.Numbers{AdmitDocumentation: admit})
		if err != nil {
			t.Fatal(err)
		}
		refused := 0
		for row := range rows {
			if row.Err != nil {
				refused++
			}
		}
		if refused != want {
			t.Errorf("with the switch %t, %d rows are refused", admit, refused)
		}
	}
}

// The files of the public test data are read whole.
func TestPublicTestDataIsRead(t *testing.T) {
	t.Parallel()
	for kind, f := range map[exchange.Kind]struct {
		name string
		rows int
	}{
		exchange.AccessPackages: {"access-packages.json", 49 + 223},
		exchange.Roles:          {"roles.json", 148},
		exchange.RolePackages:   {"role-packages.csv", 1285},
		exchange.Resources:      {"resources.json", 428},
		exchange.Organisations:  {"synthetic-organisations.csv", 449},
		exchange.People:         {"synthetic-end-users.csv", 349},
		exchange.Relations:      {"made-up-relations.csv", 1402},
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			content, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", f.name))
			if errors.Is(err, os.ErrNotExist) {
				t.Skipf("the public test data %s is not beside the checkout (../shared/data)", f.name)
			}
			if err != nil {
				t.Fatal(err)
			}
			values, refused := read(t, kind, string(content))
			if len(values) != f.rows || len(refused) > 0 {
				t.Errorf("%d rows read, %d refused (%.3q); want %d", len(values), len(refused), refused, f.rows)
			}
		})
	}
	if len(exchange.Kinds()) != 7 {
		t.Errorf("%d kinds of file", len(exchange.Kinds()))
	}
}

func FuzzRead(f *testing.F) {
	f.Add(0, `{"areas": [], "packages": []}`)
	f.Add(4, "orgNo,name\n991825827,\"a\"b\n")
	f.Add(5, "orgNo,role\n\"\n")
	f.Fuzz(func(t *testing.T, kind int, content string) {
		kinds := exchange.Kinds()
		rows, err := exchange.Read(kinds[uint(kind)%uint(len(kinds))], strings.NewReader(content), party.Numbers{})
		if err != nil {
			return
		}
		for row := range rows {
			if row.Place == "" || (row.Err == nil) == (row.Value == nil) {
				t.Errorf("a row without place, or with neither value nor reason: %s", fmt.Sprint(row))
			}
		}
	})
}
