package brreg

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/party"
)

const maxName = 200

// unit is what we read of a unit or a sub-unit. Addresses, trade and
// bankruptcy are left alone.
type unit struct {
	Number string `json:"organisasjonsnummer"`
	Name   string `json:"navn"`
	Form   struct {
		Code string `json:"kode"`
	} `json:"organisasjonsform"`
	Email     string `json:"epostadresse"`
	Parent    string `json:"overordnetEnhet"`
	StruckOff string `json:"slettedato"`
	Closed    string `json:"nedleggelsesdato"` // of sub-units
}

// page is one page of a list of sub-units.
type page struct {
	units []party.Organisation
	pages int
}

// served is who serves an organisation.
type served struct {
	absent bool
	by     []party.Relation
}

// readUnit reads an answer about the organisation o. The zero organisation
// says that the register knows none.
func (c *Client) readUnit(a answer, o party.OrgNo) (party.Organisation, error) {
	switch a.status {
	case http.StatusNotFound:
		return party.Organisation{}, nil
	case http.StatusGone: // removed for legal reasons; the body tells the day, if anything
		var u unit
		gone := answer{status: http.StatusOK, body: a.body}
		day, err := time.Time{}, gone.read(&u)
		if err == nil && u.Number == string(o) {
			day, err = date(u.StruckOff)
		}
		if err != nil || day.IsZero() {
			day = c.cfg.Now()
		}
		return party.Organisation{OrgNo: o, StruckOff: day}, nil
	}
	var u unit
	if err := a.read(&u); err != nil {
		return party.Organisation{}, err
	}
	found, err := c.organisation(u)
	if err == nil && found.OrgNo != o {
		err = errors.New("its answer is about another organisation")
	}
	return found, err
}

// readPage reads one page of the sub-units of o.
func (c *Client) readPage(a answer, o party.OrgNo) (page, error) {
	var list struct {
		Embedded struct {
			Units []unit `json:"underenheter"`
		} `json:"_embedded"`
		Page *struct {
			Pages int `json:"totalPages"`
		} `json:"page"`
	}
	if err := a.read(&list); err != nil {
		return page{}, err
	}
	if list.Page == nil { // _embedded is absent from an empty list, but this is not
		return page{}, errShape
	}
	p := page{pages: list.Page.Pages}
	for _, u := range list.Embedded.Units {
		found, err := c.organisation(u)
		if err != nil {
			return page{}, err
		}
		if found.Parent != o {
			return page{}, errors.New("its answer lists sub-units of another organisation")
		}
		p.units = append(p.units, found)
	}
	return p, nil
}

// organisation takes over what holds. A name that cannot stand on a line is
// left out; a number or a date that does not hold spoils the answer.
func (c *Client) organisation(u unit) (party.Organisation, error) {
	o, err := c.cfg.Numbers.Parse(u.Number)
	if err != nil {
		return party.Organisation{}, errShape
	}
	found := party.Organisation{OrgNo: o, Name: line(u.Name), Form: form(u.Form.Code), Email: line(u.Email)}
	if u.Parent != "" {
		if found.Parent, err = c.cfg.Numbers.Parse(u.Parent); err != nil || found.Parent == o {
			return party.Organisation{}, errShape
		}
	}
	struckOff, err := date(u.StruckOff)
	if err != nil {
		return party.Organisation{}, err
	}
	closed, err := date(u.Closed)
	if err != nil {
		return party.Organisation{}, err
	}
	// A sub-unit that has closed down is at its end, though not deleted yet; one
	// that will close on a later day still stands.
	if struckOff.IsZero() && !closed.After(c.cfg.Now()) {
		struckOff = closed
	}
	found.StruckOff = struckOff
	return found, nil
}

// groups is an answer about roles. R is what is read of each.
type groups[R any] struct {
	Number string `json:"organisasjonsnummer"`
	Groups []struct {
		Roles []R `json:"roller"`
	} `json:"rollegrupper"`
}

// office is what every role has.
type office struct {
	Type struct {
		Code string `json:"kode"`
	} `json:"type"`
	Resigned     bool `json:"fratraadt"`
	Deregistered bool `json:"avregistrert"`
}

func (o office) ended() bool { return o.Resigned || o.Deregistered }

// openRole is what we read of a role in the open API: organisations only. The
// names and birth dates of persons, which stand beside, are not even decoded.
type openRole struct {
	office
	Holder *struct {
		Number  string `json:"organisasjonsnummer"`
		Deleted bool   `json:"erSlettet"`
	} `json:"enhet"`
}

// readServed reads who serves the organisation o. Organisations that hold
// other roles, as a general partner does, are passed over.
func (c *Client) readServed(a answer, o party.OrgNo) (served, error) {
	switch a.status {
	case http.StatusNotFound:
		return served{absent: true}, nil
	case http.StatusGone:
		return served{}, nil
	}
	list, err := readGroups[openRole](a, o)
	if err != nil {
		return served{}, err
	}
	var s served
	for _, r := range list {
		if r.Holder == nil || r.Holder.Deleted || r.ended() || !services[r.Type.Code] {
			continue
		}
		by, err := c.cfg.Numbers.Parse(r.Holder.Number)
		if err != nil {
			return served{}, errShape
		}
		urn, _ := RoleURN(r.Type.Code)
		relation := party.Relation{Facilitator: by, Client: o, RoleURN: urn}
		if by != o && !slices.Contains(s.by, relation) { // who keeps his own books serves nobody
			s.by = append(s.by, relation)
		}
	}
	return s, nil
}

// authorisedRole is what we read of a role in the authorised API.
type authorisedRole struct {
	office
	Person *struct {
		PID  string `json:"fodselsnummer"`
		Dead bool   `json:"erDoed"`
		Name struct {
			First  string `json:"fornavn"`
			Middle string `json:"mellomnavn"`
			Last   string `json:"etternavn"`
		} `json:"navn"`
	} `json:"person"`
}

// readRoles reads which persons hold roles in o: those who are alive and
// neither resigned nor deregistered.
func (c *Client) readRoles(a answer, o party.OrgNo) ([]exchange.Row, error) {
	list, err := readGroups[authorisedRole](a, o)
	if err != nil {
		return nil, err
	}
	var rows []exchange.Row
	for i, r := range list {
		if r.Person == nil || r.Person.Dead || r.ended() {
			continue
		}
		row := exchange.Row{Place: fmt.Sprintf("role %d of %s", i+1, o)}
		urn, known := RoleURN(r.Type.Code)
		pid, err := party.ParsePersonID(r.Person.PID)
		switch {
		case !known:
			row.Err = fmt.Errorf("the role code %q is none that we know", form(r.Type.Code))
		case r.Person.PID == "":
			row.Err = errors.New("the register gives no national id")
		case err != nil:
			row.Err = errors.New("the national id does not hold (eleven digits with check digits)")
		default:
			name := strings.Join(strings.Fields(r.Person.Name.First+" "+r.Person.Name.Middle+" "+r.Person.Name.Last), " ")
			row.Value = exchange.Person{PID: pid, Name: line(name), OrgNo: o, URN: urn}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// readGroups reads the roles of o, whatever their group.
func readGroups[R any](a answer, o party.OrgNo) ([]R, error) {
	var g groups[R]
	if err := a.read(&g); err != nil {
		return nil, err
	}
	if g.Number != "" && g.Number != string(o) {
		return nil, errors.New("its answer is about another organisation")
	}
	if g.Groups == nil {
		return nil, errShape
	}
	var all []R
	for _, group := range g.Groups {
		all = append(all, group.Roles...)
	}
	return all, nil
}

// line returns a name that may stand on one line, or nothing.
func line(name string) string {
	if models.LineFault(name, maxName, false) != "" {
		return ""
	}
	return name
}

// form returns a code such as "AS" or "SÆR", or nothing when it is no code: no
// code of the register has digits, and a national id is not to pass for one.
func form(code string) string {
	if len(code) > 16 || strings.ContainsFunc(code, func(r rune) bool { return !unicode.IsUpper(r) }) {
		return ""
	}
	return code
}

// date reads a day; no text is the zero time.
func date(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	day, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return time.Time{}, errShape
	}
	return day, nil
}
