package api

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/system"
)

// The parts of a registration that faults with a code are about.
const (
	vendorPath   = "/registersystemrequest/vendor/id"
	systemPath   = "/registersystemrequest/systemid"
	rightPath    = "/registersystemrequest/rights/resource"
	packagePath  = "/registersystemrequest/accesspackages"
	clientPath   = "/registersystemrequest/clientid"
	redirectPath = "/registersystemrequest/allowedredirecturls"
)

// judgements are the codes of section 2.2 about the register: where, and our
// words for what is wrong.
var judgements = map[int]struct{ path, title string }{
	0:  {vendorPath, `The vendor's ID must be "0192:" and a valid organisation number.`},
	1:  {systemPath, "The system id must begin with the vendor's organisation number and an underscore."},
	2:  {systemPath, "A system with this id already exists, or once did. An id is never free again."},
	3:  {rightPath, "A resource, or the action on it, is not in the resource register."},
	4:  {clientPath, "A client id belongs to another system."},
	5:  {redirectPath, "A redirect URL must be absolute and https, with a host name in lower case, and without user and fragment."},
	6:  {rightPath, "A right stands more than once."},
	7:  {packagePath, "An access package stands more than once."},
	8:  {packagePath, "An access package is not known, or nobody can delegate it."},
	9:  {rightPath, `The id of a right's resource must be "urn:altinn:resource".`},
	11: {clientPath, "A client id stands more than once."},
	12: {systemPath, "The system id in the body is not the one in the address."},
	13: {systemPath, "The system id holds a space."},
	17: {rightPath, "A resource cannot be delegated."},
	18: {packagePath, "A system that customers can find may not ask for an access package that is for clients alone. Leave it out, or set isVisible to false."},
}

// faultWords say what is wrong with a member that has no code.
var faultWords = map[string]string{
	"required":         "must not be empty.",
	"too_long":         "is too long.",
	"too_many":         "has too many entries.",
	"text.control":     "holds a character that cannot be shown.",
	"client.form":      "must be 1 to 255 visible ASCII characters.",
	"client.issuer":    "is a client of an issuer that is not trusted here.",
	"client.duplicate": "stands more than once.",
	"system_id.form":   `may hold letters from a to z, digits, "_", "-" and "." alone after the organisation number.`,
}

// judged is the body that is judged, as far as its faults need it.
type judged struct {
	id       string
	rights   []right // come first among what the system asks for
	packages int     // then these
	clients  int     // of the default issuer, before the others
}

func (b registration) judged() judged {
	return judged{id: b.ID, rights: b.Rights, packages: len(b.AccessPackages), clients: len(b.ClientID)}
}

// registerFault is a failure with the one code.
func registerFault(nn int) *Failure {
	v := registerVerdict{}
	v.note(nn, "")
	return v.failure()
}

// registerVerdict gathers what is wrong with a registration.
type registerVerdict struct {
	places map[int][]string // by code: the members that it is about
	plain  [][2]string      // members without a code, and what is wrong
}

func (v *registerVerdict) note(nn int, member string) {
	if v.places == nil {
		v.places = map[int][]string{}
	}
	if member != "" && !slices.Contains(v.places[nn], member) {
		v.places[nn] = append(v.places[nn], member)
	} else if member == "" {
		v.places[nn] = slices.Clone(v.places[nn])
	}
}

func (v *registerVerdict) failure() *Failure {
	f := invalid()
	for _, nn := range slices.Sorted(maps.Keys(v.places)) {
		title := judgements[nn].title
		if members := v.places[nn]; len(members) > 0 {
			title += " See " + strings.Join(members[:min(len(members), 10)], ", ") + "."
		}
		f.faults = append(f.faults, validation{
			Code: fmt.Sprintf("AUTH.VLD-%05d", nn), Title: title, Detail: title, Paths: []string{judgements[nn].path},
		})
	}
	for _, p := range v.plain {
		f = f.also(p[0], p[1])
	}
	return f
}

// failure translates all that is wrong with a system into one answer. An error
// about anything else stays as it is.
func (b judged) failure(err error) error {
	all := models.Errors(err)
	var v registerVerdict
	for _, e := range all {
		switch e.Code {
		case models.CodeSystemExists:
			v.note(2, "")
		case models.CodeClientTaken:
			v.note(4, "")
		case models.CodeInvalid:
			for _, f := range e.Fields {
				b.judge(&v, f)
			}
		default:
			return err
		}
	}
	if len(all) == 0 {
		return err
	}
	f := v.failure()
	f.domain = all[0].Code
	return f
}

// judge notes one fault of the system.
func (b judged) judge(v *registerVerdict, f models.FieldError) {
	field, i := f.Field, -1
	if name, rest, ok := strings.Cut(f.Field, "["); ok {
		field = name
		i, _ = strconv.Atoi(strings.TrimSuffix(rest, "]"))
	}
	switch field {
	case "id":
		b.judgeID(v, f.Fault)
	case "asks":
		b.judgeAsk(v, i, f.Fault)
	case "purpose":
		v.plain = append(v.plain, [2]string{b.askAt(i) + ".purpose", faultSentence(f.Fault)})
	case "clients":
		b.judgeClient(v, i, f.Fault)
	case "redirect_urls":
		if i < 0 {
			v.plain = append(v.plain, [2]string{"allowedRedirectUrls", faultSentence(f.Fault)})
			return
		}
		v.note(5, fmt.Sprintf("allowedRedirectUrls[%d]", i))
	default: // name.nb …, which are called the same
		v.plain = append(v.plain, [2]string{f.Field, faultSentence(f.Fault)})
	}
}

func faultSentence(fault string) string {
	if w, ok := faultWords[fault]; ok {
		return w
	}
	return "does not hold."
}

func (b judged) judgeID(v *registerVerdict, fault string) {
	space := strings.ContainsAny(b.id, " \t\r\n")
	switch {
	case fault == otherID:
		v.note(12, "")
		return
	case fault == "system_id.supplier":
		v.note(1, "")
	case !space:
		v.plain = append(v.plain, [2]string{"id", faultSentence(fault)})
	}
	if space {
		v.note(13, "")
	}
}

// askAt names the member that the i-th ask came from.
func (b judged) askAt(i int) string {
	if i < len(b.rights) {
		return fmt.Sprintf("rights[%d]", i)
	}
	return fmt.Sprintf("accessPackages[%d]", i-len(b.rights))
}

func (b judged) judgeAsk(v *registerVerdict, i int, fault string) {
	if i < 0 {
		name := "rights"
		if len(b.rights) == 0 {
			name = "accessPackages"
		}
		v.plain = append(v.plain, [2]string{name, "and what else the system asks for are more than " + strconv.Itoa(system.MaxAsks) + "."})
		return
	}
	nn := map[string]int{"catalogue.unknown": 3, "catalogue.not_delegable": 17, "duplicate": 6}[fault]
	if i >= len(b.rights) {
		nn = map[string]int{"duplicate": 7, "catalogue.agents_alone": 18}[fault]
		if nn == 0 {
			nn = 8
		}
	} else if b.rights[i].elsewhere() {
		nn = 9
	} else if fault == "duplicate" && (b.rights[i].cut() || len(b.rights[i].Resource) == 0) {
		return // it is unknown; that is enough
	}
	v.note(nn, b.askAt(i))
}

func (b judged) judgeClient(v *registerVerdict, i int, fault string) {
	member := "clientId"
	switch {
	case i >= b.clients:
		member = fmt.Sprintf("clients[%d]", i-b.clients)
	case i >= 0:
		member = fmt.Sprintf("clientId[%d]", i)
	}
	if fault == "duplicate" {
		v.note(11, member)
		return
	}
	v.plain = append(v.plain, [2]string{member, faultSentence(fault)})
}
