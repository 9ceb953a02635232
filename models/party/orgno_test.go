package party_test

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
)

func Example() {
	o, err := party.Numbers{}.ParseParty("urn:altinn:organization:identifier-no:991825827")
	fmt.Println(o, o.ISO6523(), err)
	_, err = party.Numbers{}.Parse("991825828")
	fmt.Println(err)
	// Output:
	// 991825827 0192:991825827 <nil>
	// invalid :orgno.check_digit
}

func TestOrgNoIsNineDigitsWithACheckDigit(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"991825827", "974760673", "313775429", "210223282", "999999999", "000000000"} {
		if got, err := (party.Numbers{}).Parse(s); err != nil || string(got) != s {
			t.Errorf("Parse(%q) = %q, %v", s, got, err)
		}
	}
}

// Every wrong last digit of a right number is refused, and so is a number of
// which the remainder would be 10, whatever its last digit.
func TestOrgNoRefusesWrongCheckDigits(t *testing.T) {
	t.Parallel()
	for _, first := range []string{"99182582", "31377542", "21022328"} {
		right := 0
		for d := range 10 {
			_, err := party.Numbers{}.Parse(first + strconv.Itoa(d))
			if err == nil {
				right++
			} else if got := faultOf(t, err); got != "orgno.check_digit" {
				t.Errorf("%s%d: fault %q", first, d, got)
			}
		}
		if right != 1 {
			t.Errorf("%s_ has %d check digits, want 1", first, right)
		}
	}
	// 3·0 2·0 7·0 6·0 5·0 4·0 3·4 2·0: the remainder is 1, which asks for 10.
	for d := range 10 {
		if _, err := (party.Numbers{}).Parse("00000040" + strconv.Itoa(d)); err == nil {
			t.Errorf("00000040%d passed; no digit can stand for 10", d)
		}
	}
}

// Spellings of 991825827 and of numbers near it that are no organisation
// number, so that one organisation has one spelling (security A2).
func TestOrgNoRefusesOtherSpellings(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"", " ", "0", "9", "99182582", "9918258277", "09918258272",
		"0192:991825827", "192:991825827", "0192-991825827", "iso6523-actorid-upis::0192:991825827",
		"NO991825827", "NO991825827MVA", "991825827MVA", "urn:altinn:organization:identifier-no:991825827",
		" 991825827", "991825827 ", "991 825 827", "991.825.827", "991-825-827", "991,825,827", "991_825_827",
		"991825827\n", "991825827\r\n", "\t991825827", "991825827\x00", "\ufeff991825827",
		"991\u00a0825\u00a0827", "991\u202f825\u202f827", "991\u200b825827", "\u202e728528199", "991825827\u200e",
		"９９１８２５８２７", "٩٩١٨٢٥٨٢٧", "۹۹۱۸۲۵۸۲۷", "९९१८२५८२७", "⁹⁹¹⁸²⁵⁸²⁷", "₉₉₁₈₂₅₈₂₇", "⑨⑨①⑧②⑤⑧②⑦", "𝟗𝟗𝟏𝟖𝟐𝟓𝟖𝟐𝟕", "99182582７", "٩9182582",
		"+99182582", "-91825827", "+991825827", "-991825827", "99182582.", "9.9182582e8", "0x3B1E7A3", "9e8", "991825827.0",
		"99182582l", "9918z5827", "99I825827", "O00000000", "991825827;", "991825827'", "991825827--", "null", "undefined", "NaN", "[object]",
		"991825827,313775429", "991825827|313775429", "99182582%37", "&#57;91825827", "991825827#", "991825827/", "\xff91825827",
	} {
		if got, err := (party.Numbers{AdmitDocumentation: true}).Parse(s); err == nil {
			t.Errorf("Parse(%q) = %q, want a fault", s, got)
		} else if fault := faultOf(t, err); fault != "orgno.form" {
			t.Errorf("Parse(%q): fault %q, want orgno.form", s, fault)
		}
	}
}

func TestDocumentationNumbersNeedTheSwitch(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"123456789", "987654321"} {
		if _, err := (party.Numbers{}).Parse(s); faultOf(t, err) != "orgno.check_digit" {
			t.Errorf("%s without the switch: %v", s, err)
		}
		if _, err := (party.Numbers{AdmitDocumentation: true}).Parse(s); err != nil {
			t.Errorf("%s with the switch: %v", s, err)
		}
	}
	if _, err := (party.Numbers{AdmitDocumentation: true}).Parse("123456780"); err == nil {
		t.Error("the switch lets in a number that no guide uses")
	}
}

func TestOrgNoUnderAnAuthority(t *testing.T) {
	t.Parallel()
	const urn = "urn:altinn:organization:identifier-no:"
	var n party.Numbers
	for _, tc := range []struct {
		in               string
		iso, anySpelling bool
	}{
		{"0192:991825827", true, true},
		{"991825827", false, true},
		{urn + "991825827", false, true},
		{"0192:0192:991825827", false, false},
		{urn + "0192:991825827", false, false},
		{"0192:" + urn + "991825827", false, false},
		{"0192: 991825827", false, false},
		{"0088:991825827", false, false},
		{":991825827", false, false},
		{"0192:", false, false},
		{"０１９２:991825827", false, false},
		{strings.ToUpper(urn) + "991825827", false, false},
		{"0192:991825828", false, false},
		{"", false, false},
	} {
		if got, err := n.ParseISO6523(tc.in); (err == nil) != tc.iso || err == nil && got != "991825827" {
			t.Errorf("ParseISO6523(%q) = %q, %v", tc.in, got, err)
		}
		if got, err := n.ParseParty(tc.in); (err == nil) != tc.anySpelling || err == nil && got != "991825827" {
			t.Errorf("ParseParty(%q) = %q, %v", tc.in, got, err)
		}
	}
}

func TestCleanTakesOutTheSpacesThatPeopleType(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"991 825 827": "991825827", " 991\u00a0825\u202f827\u2009": "991825827", "991825827": "991825827",
		"991\n825": "991\n825", "991\u200b825": "991\u200b825", "": "",
	} {
		if got := party.Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestPublicTestOrganisationsParse(t *testing.T) {
	t.Parallel()
	rows := sharedTable(t, "synthetic-organisations.csv")
	for _, row := range rows {
		if _, err := (party.Numbers{}).Parse(row["orgNo"]); err != nil {
			t.Errorf("%s: %v", row["orgNo"], err)
		}
	}
	if len(rows) != 449 {
		t.Errorf("read %d organisations, want 449", len(rows))
	}
}

func FuzzParseParty(f *testing.F) {
	for _, s := range []string{"991825827", "0192:991825827", "urn:altinn:organization:identifier-no:991825827", "００１", "0192:", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		o, err := party.Numbers{}.ParseParty(s)
		if err != nil {
			return
		}
		if !strings.HasSuffix(s, string(o)) || len(o) != 9 {
			t.Errorf("ParseParty(%q) = %q", s, o)
		}
		if again, err := (party.Numbers{}).ParseISO6523(o.ISO6523()); err != nil || again != o {
			t.Errorf("%q does not come back from %q: %q, %v", o, o.ISO6523(), again, err)
		}
	})
}

func TestOrganisationIsShownByNameOrNumber(t *testing.T) {
	t.Parallel()
	if got := (party.Organisation{OrgNo: "991825827", Name: "Fjordlønn AS"}).Display(); got != "Fjordlønn AS" {
		t.Errorf("with a name: %q", got)
	}
	if got := (party.Organisation{OrgNo: "991825827"}).Display(); got != "991825827" {
		t.Errorf("without a name: %q", got)
	}
}

// faultOf returns the one fault of an Invalid error.
func faultOf(t *testing.T, err error) string {
	t.Helper()
	e, ok := errors.AsType[*models.Error](err)
	if !ok || e.Kind != models.Invalid || len(e.Fields) != 1 {
		t.Fatalf("%v is no Invalid error with one fault", err)
	}
	return e.Fields[0].Fault
}

// sharedTable reads a CSV file of the public test data, by column.
func sharedTable(t *testing.T, name string) []map[string]string {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "..", "..", "shared", "data", name))
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("the public test data %s is not beside the checkout (../shared/data)", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	records, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, column := range records[0] {
			row[column] = record[i]
		}
		rows = append(rows, row)
	}
	return rows
}
