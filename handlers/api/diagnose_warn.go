package api

import (
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// warning is a member that does nothing, though somebody wrote it.
type warning struct {
	Path       string `json:"path"`
	Message    string `json:"message"`
	Suggestion string `json:"suggestion,omitempty"`
}

// maxWarnings bounds what one answer warns of, and maxEcho what it repeats of a
// name, in bytes.
const (
	maxWarnings = 50
	maxEcho     = 60
)

// shape is the members of an object that are read, each with those of its value,
// which may stand in a list.
type shape struct {
	members map[string]*shape
	exact   bool // upper and lower case count
}

func object(members map[string]*shape) *shape { return &shape{members: members} }

func names(of ...string) map[string]*shape {
	m := map[string]*shape{}
	for _, n := range of {
		m[n] = nil
	}
	return m
}

// with is m and the shapes of some of its members.
func with(m map[string]*shape, more map[string]*shape) *shape {
	for n, s := range more {
		m[n] = s
	}
	return object(m)
}

// The bodies that programs of suppliers send.
var (
	purposeShape = object(names("nb", "nn", "en"))
	rightShape   = with(names("action"), map[string]*shape{"resource": object(names("id", "value")), "purpose": purposeShape})
	packageShape = with(names("urn"), map[string]*shape{"purpose": purposeShape})
	requestShape = with(names("integrationTitle", "externalRef", "systemId", "partyOrgNo", "redirectUrl", "validTo", "contactEmail", "notifyEmail"),
		map[string]*shape{"rights": rightShape, "accessPackages": packageShape, "purpose": purposeShape})
	changeShape = with(names("redirectUrl", "contactEmail", "notifyEmail", "systemId", "partyOrgNo", "externalRef"), map[string]*shape{
		"requiredRights": rightShape, "unwantedRights": rightShape, "requiredAccessPackages": packageShape, "unwantedAccessPackages": packageShape, "purpose": purposeShape,
	})
	systemShape = with(names("id", "clientId", "isVisible", "allowedRedirectUrls", "exactRedirects"), map[string]*shape{
		"vendor": object(names("ID", "authority")), "name": purposeShape, "description": purposeShape,
		"rights":         with(names("action", "optional"), map[string]*shape{"resource": object(names("id", "value")), "purpose": purposeShape}),
		"accessPackages": with(names("urn", "optional"), map[string]*shape{"purpose": purposeShape}),
	})
	detailShape = &shape{exact: true, members: map[string]*shape{
		"type": nil, "externalRef": nil, "systemuser_org": {exact: true, members: names("authority", "ID", "id")},
	}}
	doubtShape = with(names("clientId", "issuer", "customer", "systemuser_org", "externalRef", "systemId", "party"), map[string]*shape{
		"right": rightShape, "authorizationDetails": detailShape, "request": requestShape, "changeRequest": changeShape, "system": systemShape,
	})
)

// confusions are names that people write for another one, in lower case and
// without the marks between words.
var confusions = map[string][]string{
	"externalreference": {"externalRef"}, "extref": {"externalRef"}, "reference": {"externalRef"}, "externalid": {"externalRef"},
	"orgno": {"partyOrgNo", "customer"}, "orgnumber": {"partyOrgNo", "customer"}, "organisationnumber": {"partyOrgNo", "customer"},
	"organizationnumber": {"partyOrgNo", "customer"}, "customerorgno": {"partyOrgNo", "customer"}, "reporteeorgno": {"partyOrgNo", "customer"}, "partyorg": {"partyOrgNo"},
	"systemuserorgno": {"systemuser_org", "customer"}, "organisation": {"systemuser_org", "customer"},
	"system": {"systemId"}, "systemname": {"systemId"}, "title": {"integrationTitle"}, "name": {"integrationTitle"},
	"clientids": {"clientId"}, "clients": {"clientId"}, "redirecturls": {"allowedRedirectUrls", "redirectUrl"}, "redirecturi": {"redirectUrl"}, "redirect": {"redirectUrl"},
	"packages": {"accessPackages", "requiredAccessPackages"}, "visible": {"isVisible"}, "expires": {"validTo"}, "validuntil": {"validTo"}, "email": {"contactEmail"},
	"rights": {"requiredRights"}, "accesspackages": {"requiredAccessPackages"}, "authorizationdetail": {"authorizationDetails"},
	"vendororgno": {"vendor"}, "resourceid": {"resource"}, "actions": {"action"},
}

// warnings looks through a body for members that are not read. It is JSON that
// has been decoded.
func warnings(body []byte) []warning {
	w := warner{found: []warning{}}
	w.look(body, doubtShape, "$")
	return w.found
}

type warner struct{ found []warning }

// look goes through value, which should have the shape.
func (w *warner) look(value jsontext.Value, s *shape, at string) {
	if s == nil || len(w.found) >= maxWarnings {
		return
	}
	if value.Kind() != '{' && value.Kind() != '[' {
		return
	}
	for i, e := range elements(value) {
		if value.Kind() == '{' {
			w.member(e, s, at)
		} else {
			w.look(e.value, s, at+"["+strconv.Itoa(i)+"]")
		}
	}
}

// member judges one member of an object of the shape. Names match as decode
// matches them.
func (w *warner) member(m element, s *shape, at string) {
	if _, known := s.members[m.name]; known {
		w.look(m.value, s.members[m.name], at+"."+m.name)
		return
	}
	out := warning{Path: at + "." + clip(m.name), Suggestion: suggestion(m.name, s)}
	switch read := !s.exact && plain(m.name) == plain(out.Suggestion); {
	case read && strings.EqualFold(m.name, out.Suggestion):
		w.look(m.value, s.members[out.Suggestion], at+"."+out.Suggestion)
		return
	case read:
		out.Message = "This member is read here as " + out.Suggestion + ", but Altinn ignores it."
	case s.exact:
		out.Message = "This member is not known, and the issuer's question is refused for it."
	default:
		out.Message = "This member is not known, and is ignored."
	}
	if out.Suggestion != "" {
		out.Message += " Write " + out.Suggestion + " if you mean that."
	}
	if len(w.found) < maxWarnings {
		w.found = append(w.found, out)
	}
}

func clip(name string) string {
	if len(name) > maxEcho {
		return strings.ToValidUTF8(name[:maxEcho], "") + "…"
	}
	return name
}

// plain is a name without case and the marks between words.
func plain(name string) string {
	return strings.NewReplacer("_", "", "-", "").Replace(strings.ToLower(name))
}

// suggestion is the known member that was meant, or "".
func suggestion(name string, s *shape) string {
	if len(name) > maxEcho {
		return ""
	}
	best, nearest := "", 3
	for _, known := range sortedNames(s) {
		if plain(name) == plain(known) {
			return known
		}
		if d := distance(strings.ToLower(name), strings.ToLower(known)); d < nearest && d < len(known) {
			best, nearest = known, d
		}
	}
	for _, meant := range confusions[plain(name)] {
		if _, ok := s.members[meant]; ok {
			return meant
		}
	}
	return best
}

func sortedNames(s *shape) []string {
	all := make([]string, 0, len(s.members))
	for n := range s.members {
		all = append(all, n)
	}
	slices.Sort(all)
	return all
}

// distance is how many letters must be put in, taken out or changed to make b of
// a (Levenshtein).
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		last := row[0]
		row[0] = i + 1
		for j := range y {
			cost := last
			if x[i] != y[j] {
				cost++
			}
			last, row[j+1] = row[j+1], min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(y)]
}

// element is a member of an object, or of a list, where it has no name.
type element struct {
	name  string
	value jsontext.Value
}

// elements are those of an object or a list, as they stand in it.
func elements(value jsontext.Value) []element {
	d := jsontext.NewDecoder(strings.NewReader(string(value)))
	if _, err := d.ReadToken(); err != nil {
		return nil
	}
	var all []element
	for d.PeekKind() != '}' && d.PeekKind() != ']' {
		var e element
		if value.Kind() == '{' {
			name, err := d.ReadToken()
			if err != nil {
				return all
			}
			e.name = name.String()
		}
		v, err := d.ReadValue()
		if err != nil {
			return all
		}
		e.value = v.Clone()
		all = append(all, e)
	}
	return all
}
