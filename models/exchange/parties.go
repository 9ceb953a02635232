package exchange

import (
	"errors"
	"strconv"
	"strings"

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
)

func organisation(n party.Numbers) func(func(string) string) (any, error) {
	return func(field func(string) string) (any, error) {
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
		return party.Organisation{OrgNo: o, Name: field("name"), Form: field("orgForm"), PartyID: id, UUID: uuid}, nil
	}
}

func person(n party.Numbers) func(func(string) string) (any, error) {
	return func(field func(string) string) (any, error) {
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
		return p, nil
	}
}

func relation(n party.Numbers) func(func(string) string) (any, error) {
	return func(field func(string) string) (any, error) {
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
