package issuer

import (
	"errors"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/stafett/stafett/models/party"
)

const maxExternalRef = 255 // characters

// wanted is the one authorization detail of a grant: which customer's system
// user the client wants to be.
type wanted struct {
	Type        string  `json:"type"`
	Org         *org    `json:"systemuser_org"`
	ExternalRef *string `json:"externalRef,omitempty"`
}

// org is an organisation as tokens spell it.
type org struct {
	Authority string `json:"authority"`
	ID        string `json:"ID"`
}

func orgOf(no party.OrgNo) org { return org{party.ISO6523, no.ISO6523()} }

// parseDetails reads authorization_details of an assertion by the rules of RFC
// 9396 section 5, with Maskinporten's codes: unknown type MP-301, unknown
// member MP-302, wrong value MP-303. Exactly one customer may be named.
func parseDetails(raw jsontext.Value) (wanted, error) {
	var entries []jsontext.Value
	if raw.Kind() != '[' || json.Unmarshal(raw, &entries) != nil {
		return wanted{}, refuse(invalidDetails, "MP-303: authorization_details must be an array of objects")
	}
	if len(entries) != 1 {
		return wanted{}, refuse(invalidDetails, "MP-303: authorization_details must hold exactly one object")
	}
	var of struct {
		Type string `json:"type"`
	}
	if entries[0].Kind() != '{' || json.Unmarshal(entries[0], &of) != nil {
		return wanted{}, refuse(invalidDetails, "MP-303: authorization_details must hold an object with a type")
	}
	if of.Type != Type {
		return wanted{}, refuse(invalidDetails, "MP-301: the type of authorization_details must be "+Type)
	}
	var w wanted
	if err := json.Unmarshal(entries[0], &w, json.RejectUnknownMembers(true)); err != nil {
		if errors.Is(err, json.ErrUnknownName) {
			return wanted{}, refuse(invalidDetails, "MP-302: authorization_details have a member that a request may not have")
		}
		return wanted{}, refuse(invalidDetails, "MP-303: a member of authorization_details has the wrong type")
	}
	if w.Org == nil || w.Org.Authority != party.ISO6523 {
		return wanted{}, refuse(invalidDetails, "MP-303: systemuser_org must name an organisation of iso6523-actorid-upis")
	}
	if _, err := (party.Numbers{}).ParseISO6523(w.Org.ID); err != nil {
		return wanted{}, refuse(invalidDetails, "MP-303: systemuser_org.ID must be 0192: and a valid organisation number")
	}
	if r := w.ExternalRef; r != nil && (*r == "" || utf8.RuneCountInString(*r) > maxExternalRef) {
		return wanted{}, refuse(invalidDetails, "MP-303: externalRef must have 1 to 255 characters, or be left out")
	}
	return w, nil
}
