package rar

import (
	"errors"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
)

// Type is the authorization details type that we enrich (RFC 9396 section 2).
const Type = "urn:altinn:systemuser"

// Limits of single members, in bytes or, for the external reference, in
// characters as requests count them.
const (
	maxIssuer      = 255
	maxClientID    = 255
	maxRequestID   = 128
	maxExternalRef = 255
	maxEntries     = 100 // of scope and resource
)

// Request is a question of an issuer, decoded. Issuer is what the body claims;
// it is compared with the caller's and never used, hence Query.Issuer is empty.
type Request struct {
	ID     string // the issuer's own name for the question; may be empty
	Issuer string
	Query  Query
}

// wireRequest lists the members that a question may have. Whatever is not
// here is refused, output members such as systemuser_id among it.
type wireRequest struct {
	RequestID     Text           `json:"request_id"`
	Issuer        Text           `json:"issuer"`
	GrantType     Text           `json:"grant_type"`
	Client        *wireClient    `json:"client"`
	OnBehalfOf    *wireOrg       `json:"on_behalf_of"`
	Scope         []Text         `json:"scope"`
	Resource      []Text         `json:"resource"`
	Confirmation  *wireCnf       `json:"cnf"`
	TokenLifetime *int64         `json:"token_lifetime"`
	Details       jsontext.Value `json:"authorization_details"`
}

type wireClient struct {
	ID         Text     `json:"id"`
	Org        *wireOrg `json:"org"`
	AuthMethod Text     `json:"auth_method"`
}

// wireOrg is an organisation. Tokens spell the number ID; documentation at
// times prints id. Either is read, both at once are two answers to one question.
type wireOrg struct {
	Authority Text `json:"authority"`
	Upper     Text `json:"ID"`
	Lower     Text `json:"id"`
}

// wireCnf is how the token will be bound to a key (RFC 7800). It is read so
// that it may be there; binding is the issuer's business.
type wireCnf struct {
	JKT Text `json:"jkt"`
	X5T Text `json:"x5t#S256"`
	KID Text `json:"kid"`
}

type wireDetail struct {
	Type Text     `json:"type"`
	Org  *wireOrg `json:"systemuser_org"`
	Ref  Text     `json:"externalRef"`
}

// checked spares a second look for members that stand twice: CheckJSON has
// been through the whole body.
var checked = jsontext.AllowDuplicateNames(true)

// Decode reads the body of a question strictly: what CheckJSON demands, known
// members only and in their exact spelling, exactly one authorization detail
// of our type. The error is always a *Refusal.
func Decode(body []byte, numbers party.Numbers) (Request, error) {
	if err := CheckJSON(body); err != nil {
		return Request{}, grammarFault(err)
	}
	var w wireRequest
	if err := json.Unmarshal(body, &w, json.RejectUnknownMembers(true), checked); err != nil {
		return Request{}, malformed(place("", err))
	}
	q, err := w.head(numbers)
	if err != nil {
		return Request{}, err
	}
	d, err := decodeDetails(w.Details)
	if err != nil {
		return Request{}, err
	}
	if q.Customer, err = d.Org.number(numbers); err != nil {
		return Request{}, err
	}
	q.ExternalRef = string(q.Customer)
	if d.Ref.Given {
		q.ExternalRef = d.Ref.Value
	}
	return Request{ID: w.RequestID.Value, Issuer: w.Issuer.Value, Query: q}, nil
}

// grammarFault sorts a fault of the JSON itself. A member that stands twice
// inside the details is the client's doing, since issuers hand them on; the
// rest is the issuer's.
func grammarFault(err error) *Refusal {
	const at = "/authorization_details"
	syntax, ok := errors.AsType[*jsontext.SyntacticError](err)
	if ok && errors.Is(err, jsontext.ErrDuplicateName) && strings.HasPrefix(string(syntax.JSONPointer), at+"/") {
		return badDetails(InvalidValue, at)
	}
	return malformed("")
}

// head reads all but the details.
func (w wireRequest) head(numbers party.Numbers) (Query, error) {
	switch {
	case w.RequestID.Given && !graphic(w.RequestID.Value, maxRequestID):
		return Query{}, malformed("/request_id")
	case !graphic(w.Issuer.Value, maxIssuer):
		return Query{}, malformed("/issuer")
	case w.Client == nil:
		return Query{}, malformed("/client")
	case !graphic(w.Client.ID.Value, maxClientID):
		return Query{}, malformed("/client/id")
	case len(w.Scope) > maxEntries:
		return Query{}, malformed("/scope")
	case len(w.Resource) > maxEntries:
		return Query{}, malformed("/resource")
	case w.TokenLifetime != nil && *w.TokenLifetime <= 0:
		return Query{}, malformed("/token_lifetime")
	case len(w.Details) == 0:
		return Query{}, malformed("/authorization_details")
	}
	q := Query{ClientID: w.Client.ID.Value}
	if w.Client.Org != nil {
		org, fault := w.Client.Org.parse(numbers)
		if fault != "" {
			return Query{}, malformed("/client/org")
		}
		q.Supplier = org
	}
	// Who a scope was delegated by does not move the chain: the supplier is
	// the organisation that holds the client.
	if w.OnBehalfOf != nil {
		if _, fault := w.OnBehalfOf.parse(numbers); fault != "" {
			return Query{}, malformed("/on_behalf_of")
		}
	}
	return q, nil
}

// decodeDetails reads the one authorization detail (RFC 9396 section 5: an
// unknown type, an unknown field, a wrong type or value, a missing field).
func decodeDetails(raw jsontext.Value) (wireDetail, error) {
	const all, first = "/authorization_details", "/authorization_details/0"
	var entries []jsontext.Value
	if raw.Kind() != '[' || json.Unmarshal(raw, &entries, checked) != nil {
		return wireDetail{}, badDetails(InvalidValue, all)
	}
	switch {
	case len(entries) == 0:
		return wireDetail{}, badDetails(MissingField, first)
	case len(entries) > 1:
		return wireDetail{}, badDetails(TooMany, all)
	case entries[0].Kind() != '{':
		return wireDetail{}, badDetails(InvalidValue, first)
	}
	// The type decides what the other members mean, so it is looked at alone.
	var of struct {
		Type jsontext.Value `json:"type"`
	}
	var name string
	switch err := json.Unmarshal(entries[0], &of, checked); {
	case err != nil || of.Type == nil:
		return wireDetail{}, badDetails(MissingField, first+"/type")
	case of.Type.Kind() != '"' || json.Unmarshal(of.Type, &name) != nil:
		return wireDetail{}, badDetails(InvalidValue, first+"/type")
	case name != Type:
		return wireDetail{}, badDetails(UnknownType, first+"/type")
	}
	var d wireDetail
	if err := json.Unmarshal(entries[0], &d, json.RejectUnknownMembers(true), checked); err != nil {
		if errors.Is(err, json.ErrUnknownName) {
			return wireDetail{}, badDetails(UnknownField, place(first, err))
		}
		return wireDetail{}, badDetails(InvalidValue, place(first, err))
	}
	if d.Ref.Given && !usableRef(d.Ref.Value) {
		return wireDetail{}, badDetails(InvalidValue, first+"/externalRef")
	}
	return d, nil
}

// usableRef reports whether a reference can be that of a system user, by the
// rule under which requests are made; databases stumble over some of the rest.
// The empty one is none: whoever means the customer's number leaves it out.
func usableRef(s string) bool {
	return models.LineFault(s, maxExternalRef, true) == ""
}

// number reads the customer of a detail.
func (o *wireOrg) number(numbers party.Numbers) (party.OrgNo, error) {
	const at = "/authorization_details/0/systemuser_org"
	if o == nil {
		return "", badDetails(MissingField, at)
	}
	org, fault := o.parse(numbers)
	if fault != "" {
		return "", badDetails(fault, at)
	}
	return org, nil
}

// parse returns the number, or what is wrong with the organisation.
func (o *wireOrg) parse(numbers party.Numbers) (party.OrgNo, Detail) {
	id := o.Upper
	if o.Lower.Given {
		id = o.Lower
	}
	switch {
	case !o.Authority.Given || !id.Given:
		return "", MissingField
	case o.Authority.Value != party.ISO6523 || o.Upper.Given && o.Lower.Given:
		return "", InvalidValue
	}
	org, err := numbers.ParseISO6523(id.Value)
	if err != nil {
		return "", InvalidValue
	}
	return org, ""
}

// place tells where err lies, below the member at base. A pointer that holds
// anything but plain names is cut off: it would be the caller's own words.
func place(base string, err error) string {
	fault, ok := errors.AsType[*json.SemanticError](err)
	if !ok {
		return base
	}
	p := string(fault.JSONPointer)
	odd := func(r rune) bool {
		return r != '/' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}
	if len(p) > 100 || strings.IndexFunc(p, odd) >= 0 {
		return base
	}
	return base + p
}

// Answer is a yes as it goes to the issuer.
type Answer struct {
	DecisionID       models.ID  `json:"decision_id"`
	RequestID        string     `json:"request_id,omitempty"`
	Details          []Detailed `json:"authorization_details"`
	MaxTokenLifetime int        `json:"max_token_lifetime"` // seconds
	ValidUntil       time.Time  `json:"valid_until"`
}

// Detailed is the enriched authorization detail: what goes into the token.
type Detailed struct {
	Type     string      `json:"type"`
	Org      Org         `json:"systemuser_org"`
	Users    []models.ID `json:"systemuser_id"` // always one
	SystemID string      `json:"system_id"`
}

// Org is an organisation as Maskinporten's tokens spell it.
type Org struct {
	Authority string `json:"authority"`
	ID        string `json:"ID"`
}

// Answer builds the answer from g alone; nothing of the question is in it but
// the request's own id.
func (g Grant) Answer(requestID string) Answer {
	return Answer{
		DecisionID: g.DecisionID,
		RequestID:  requestID,
		Details: []Detailed{{
			Type:     Type,
			Org:      Org{Authority: party.ISO6523, ID: g.Customer.ISO6523()},
			Users:    []models.ID{g.SystemUser},
			SystemID: g.SystemID,
		}},
		MaxTokenLifetime: int(g.Longest / time.Second),
		ValidUntil:       g.ValidUntil,
	}
}
