package exchange

import (
	"errors"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // dates are Norwegian wherever the program runs

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
)

// Person is a row of the people file: somebody, known by his national id or by
// Altinn's user id, and what he holds in one organisation.
type Person struct {
	PID       party.PersonID
	UserID    int64
	PartyUUID string
	Name      string
	OrgNo     party.OrgNo
	URN       string // of the role or the access package
	// From and Until are midnights in Norway: he holds it from the one and no
	// longer at the other. Zero: the row does not say.
	From, Until time.Time
}

// Organisation is a row of the organisations file.
type Organisation struct {
	party.Organisation
	// Stands: the file says that it has not been struck off. Without it a zero
	// StruckOff says nothing.
	Stands bool
}

// shorthand are the words that the people file may use for a role.
var shorthand = map[string]string{
	"dagligleder":      "urn:altinn:external-role:ccr:daglig-leder",
	"innehaver":        "urn:altinn:external-role:ccr:innehaver",
	"facilitator-user": "urn:altinn:external-role:ccr:daglig-leder",
}

var (
	errOrgNo     = errors.New("the organisation number does not hold (nine digits with a check digit)")
	errNumber    = errors.New("partyId or userId is not a whole number")
	errPID       = errors.New("the national id does not hold (eleven digits with check digits)")
	errName      = errors.New("the name holds control characters or is too long")
	errRole      = errors.New("the role is neither a URN nor dagligleder, innehaver or facilitator-user")
	errNobody    = errors.New("neither pid nor userId says who it is")
	errItself    = errors.New("an organisation cannot serve itself")
	errPartyUUID = errors.New("the uuid has another form")
	errParent    = errors.New("the parentOrgNo does not hold, or is the organisation itself")
	errEmail     = errors.New("the email has another form")
	errDate      = errors.New("a date is not of the form 2026-12-31")
	errValidity  = errors.New("validUntil is before validFrom")
)

// norway is where the dates of the files are from.
var norway = func() *time.Location {
	l, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		panic(err) // the time zones are built in
	}
	return l
}()

// midnight reads a date as the midnight in Norway that it begins with, some
// days later; no text is the zero time.
func midnight(s string, later int) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	day, err := time.ParseInLocation(time.DateOnly, s, norway)
	if err != nil {
		return time.Time{}, errDate
	}
	return day.AddDate(0, 0, later).UTC(), nil
}

func organisation(n party.Numbers) func(cells) (any, error) {
	return func(row cells) (any, error) {
		field := row.field
		o, err := n.Parse(field("orgNo"))
		if err != nil {
			return nil, errOrgNo
		}
		id, err := number(field("partyId"))
		if err != nil {
			return nil, err
		}
		uuid, err := uuidOf(field("partyUuid"))
		if err != nil {
			return nil, err
		}
		if models.LineFault(field("name"), 200, false) != "" {
			return nil, errName
		}
		found := party.Organisation{OrgNo: o, Name: field("name"), Form: field("orgForm"), PartyID: id, UUID: uuid}
		if parent := field("parentOrgNo"); parent != "" {
			if found.Parent, err = n.Parse(parent); err != nil || found.Parent == o {
				return nil, errParent
			}
		}
		if found.Email = field("email"); found.Email != "" && !party.IsEmail(found.Email) {
			return nil, errEmail
		}
		if found.StruckOff, err = midnight(field("struckOff"), 0); err != nil {
			return nil, err
		}
		return Organisation{Organisation: found, Stands: row.has("struckOff") && found.StruckOff.IsZero()}, nil
	}
}

func person(n party.Numbers) func(cells) (any, error) {
	return func(row cells) (any, error) {
		field := row.field
		o, err := n.Parse(field("orgNo"))
		if err != nil {
			return nil, errOrgNo
		}
		p := Person{OrgNo: o, Name: field("name"), URN: field("role")}
		if urn, ok := shorthand[p.URN]; ok {
			p.URN = urn
		}
		if !strings.HasPrefix(p.URN, "urn:") {
			return nil, errRole
		}
		if p.UserID, err = number(field("userId")); err != nil {
			return nil, err
		}
		if p.PartyUUID, err = uuidOf(field("userPartyUuid")); err != nil {
			return nil, err
		}
		if pid := field("pid"); pid != "" {
			if p.PID, err = party.ParsePersonID(pid); err != nil {
				return nil, errPID
			}
		}
		if p.PID.IsZero() && p.UserID == 0 {
			return nil, errNobody
		}
		if models.LineFault(p.Name, 200, false) != "" {
			return nil, errName
		}
		if p.From, err = midnight(field("validFrom"), 0); err != nil {
			return nil, err
		}
		if p.Until, err = midnight(field("validUntil"), 1); err != nil {
			return nil, err
		}
		if !p.Until.IsZero() && !p.From.Before(p.Until) {
			return nil, errValidity
		}
		return p, nil
	}
}

func relation(n party.Numbers) func(cells) (any, error) {
	return func(row cells) (any, error) {
		field := row.field
		f, err := n.Parse(field("facilitatorOrgNo"))
		if err != nil {
			return nil, errOrgNo
		}
		c, err := n.Parse(field("clientOrgNo"))
		if err != nil {
			return nil, errOrgNo
		}
		if f == c {
			return nil, errItself
		}
		if !strings.HasPrefix(field("roleUrn"), "urn:") {
			return nil, errRole
		}
		return party.Relation{Facilitator: f, Client: c, RoleURN: field("roleUrn")}, nil
	}
}

func number(s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 {
		return 0, errNumber
	}
	return n, nil
}

func uuidOf(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	id, err := models.ParseID(s)
	if err != nil {
		return "", errPartyUUID
	}
	return string(id), nil
}
