package party

import (
	"strings"

	"github.com/stafett/stafett/models"
)

// ISO6523 is the authority that issuers name beside an organisation number in
// tokens, and ICD the prefix of Norwegian numbers under it (ISO/IEC 6523-1).
const (
	ISO6523 = "iso6523-actorid-upis"
	ICD     = "0192"
)

// urnPrefix stands before the number in decisions and consents.
const urnPrefix = "urn:altinn:organization:identifier-no:"

// OrgNo is a Norwegian organisation number: nine digits, the last of which is
// a modulo 11 check digit. An OrgNo from a Parse function is always valid.
type OrgNo string

// documentation are the numbers that published guides use in examples although
// their check digit is wrong.
var documentation = map[OrgNo]bool{"123456789": true, "987654321": true}

// Numbers says which organisation numbers are admitted.
type Numbers struct {
	// AdmitDocumentation lets in the numbers of published guides
	// (123456789 and 987654321), which fail the check digit. For trials only.
	AdmitDocumentation bool
}

// Parse reads nine ASCII digits with a right check digit. Spaces are not
// trimmed: what a person types is cleaned by Clean first. The fault of the
// returned Invalid error is "orgno.form" or "orgno.check_digit", without field.
func (n Numbers) Parse(s string) (OrgNo, error) {
	if len(s) != 9 || strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) >= 0 {
		return "", fault("orgno.form")
	}
	if n.AdmitDocumentation && documentation[OrgNo(s)] {
		return OrgNo(s), nil
	}
	if !checkDigit(s) {
		return "", fault("orgno.check_digit")
	}
	return OrgNo(s), nil
}

// ParseISO6523 reads "0192:" followed by an organisation number.
func (n Numbers) ParseISO6523(s string) (OrgNo, error) {
	digits, ok := strings.CutPrefix(s, ICD+":")
	if !ok {
		return "", fault("orgno.form")
	}
	return n.Parse(digits)
}

// ParseParty reads a party as decisions name it: an organisation number bare,
// with the prefix "0192:", or as the URN urn:altinn:organization:identifier-no.
func (n Numbers) ParseParty(s string) (OrgNo, error) {
	if digits, ok := strings.CutPrefix(s, urnPrefix); ok {
		return n.Parse(digits)
	}
	if strings.HasPrefix(s, ICD+":") {
		return n.ParseISO6523(s)
	}
	return n.Parse(s)
}

// Clean takes out the spaces and no-break spaces that people type between the
// digits of a number.
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\u00a0', '\u202f', '\u2009':
			return -1
		}
		return r
	}, s)
}

// ISO6523 returns the number with the prefix of its authority, "0192:…".
func (o OrgNo) ISO6523() string { return ICD + ":" + string(o) }

// checkDigit verifies the last digit by weights 3 2 7 6 5 4 3 2 modulo 11, the
// rule of Brønnøysundregistrene; a remainder that would give 10 is invalid.
func checkDigit(s string) bool {
	sum := 0
	for i, w := range []int{3, 2, 7, 6, 5, 4, 3, 2} {
		sum += w * int(s[i]-'0')
	}
	check := (11 - sum%11) % 11
	return check < 10 && check == int(s[8]-'0')
}

func fault(text string) error {
	return &models.Error{Kind: models.Invalid, Code: models.CodeInvalid, Fields: []models.FieldError{{Fault: text}}}
}
