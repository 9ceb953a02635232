package api

import (
	"errors"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/rar"
)

// doubt is the body of a diagnosis: what the client asks its issuer for, and
// bodies to look for misspelt members in.
type doubt struct {
	ClientID      string         `json:"clientId"`
	Issuer        string         `json:"issuer"`
	Customer      string         `json:"customer"`
	SystemUserOrg string         `json:"systemuser_org"`
	ExternalRef   string         `json:"externalRef"`
	SystemID      string         `json:"systemId"`
	Right         *right         `json:"right"`
	Party         string         `json:"party"`
	Details       jsontext.Value `json:"authorizationDetails"`
	Request       jsontext.Value `json:"request"`
	ChangeRequest jsontext.Value `json:"changeRequest"`
	System        jsontext.Value `json:"system"`
}

// asks reports whether the body asks for more than warnings.
func (d doubt) asks() bool {
	return d.ClientID+d.Issuer+d.Customer+d.SystemUserOrg+d.ExternalRef+d.SystemID+d.Party != "" || d.Right != nil || d.Details != nil ||
		d.Request == nil && d.ChangeRequest == nil && d.System == nil
}

// diagnosis is the answer. With no finding, the enrichment would succeed.
type diagnosis struct {
	OK         bool      `json:"ok"`
	Findings   []finding `json:"findings"`
	Warnings   []warning `json:"warnings"`
	Hints      []string  `json:"hints,omitempty"`
	SystemID   system.ID `json:"systemId,omitempty"`
	SystemUser models.ID `json:"systemUserId,omitempty"`
	Refusals   []refusal `json:"refusals,omitempty"`
}

// refusal is what the issuer has been refused about the client in the last hour.
type refusal struct {
	Reason string    `json:"reason"`
	Count  int64     `json:"count"`
	Last   time.Time `json:"last"`
}

const (
	hintScopes = "Nothing here stops the token. If your issuer still refuses, look at what it alone decides: whether the client has every scope that it asks for, and whether the grant itself holds (aud, iss, exp, key)."
	hintRights = "A token holds no rights. Name the right and the party here to learn what the API's decision would be."
)

// Diagnose answers POST diagnose: why an enrichment would fail for the
// supplier's own client, all causes at once.
func (a *API) Diagnose(q Question) (Answer, error) {
	actor, err := q.supplier(scopeRequestRead, scopeRequestWrite, scopeRegisterRead, scopeRegisterWrite)
	if err != nil {
		return Answer{}, err
	}
	in, err := decode[doubt](q)
	if err != nil {
		return Answer{}, err
	}
	out := diagnosis{Findings: []finding{}, Warnings: warnings(q.Body)}
	if !in.asks() {
		out.OK = true
		return ok(out)
	}
	d, bad, err := a.doubt(in, party.OrgNo(actor.OrgNo))
	if err != nil {
		return Answer{}, err
	}
	if bad != nil {
		out.Findings = append(out.Findings, *bad)
	}
	if d.Customer != "" {
		said, err := q.Registry.Diagnose(q.Ctx(), actor, d)
		if err != nil {
			return Answer{}, err
		}
		for _, f := range said.Findings {
			out.Findings = append(out.Findings, told(f, d, said.User))
		}
		for _, r := range said.Refused {
			out.Refusals = append(out.Refusals, refusal{Reason: r.Reason, Count: r.Count, Last: r.Last.UTC()})
		}
		out.SystemID, out.SystemUser = said.System, said.User
	}
	if out.OK = len(out.Findings) == 0; out.OK {
		out.Hints = append(out.Hints, hintScopes)
		if in.Right == nil {
			out.Hints = append(out.Hints, hintRights)
		}
	}
	return ok(out)
}

// doubt reads what is asked. The details, as the client would send them, come
// before what is said beside them; bad is what the issuer's question would be
// refused for. The error is of a body that asks nothing.
func (a *API) doubt(in doubt, supplier party.OrgNo) (d registry.Doubt, bad *finding, err error) {
	f := invalid()
	d.Client = system.Client{Issuer: in.Issuer, ID: in.ClientID}
	if !visible(in.ClientID, maxKey) {
		_ = f.also("clientId", "must be the id of an OAuth client: 1 to 255 visible ASCII characters.")
	}
	if in.Issuer != "" && !visible(in.Issuer, maxKey) {
		_ = f.also("issuer", "must be the issuer's identifier: at most 255 visible ASCII characters.")
	}
	number := func(name, s string) (o party.OrgNo) {
		if s != "" {
			var err error
			if o, err = a.Numbers.ParseParty(s); err != nil {
				_ = f.also(name, "must be an organisation number of nine digits, alone or with 0192: before it.")
			}
		}
		return o
	}
	d.Customer, d.Party = number("customer", in.Customer), number("party", in.Party)
	if org := number("systemuser_org", in.SystemUserOrg); d.Customer == "" {
		d.Customer = org
	} else if org != "" && org != d.Customer {
		_ = f.also("systemuser_org", "is not the same as customer.")
	}
	if d.ExternalRef = in.ExternalRef; models.LineFault(in.ExternalRef, maxQuery, false) != "" {
		_ = f.also("externalRef", "cannot be an external reference.")
	}
	if in.SystemID != "" {
		if d.System, err = system.ParseID(in.SystemID); err != nil {
			_ = f.also("systemId", "cannot be a system's id.")
		}
	}
	a.rightOf(in, &d, f)
	if d.Customer == "" && in.Details == nil && f.fields["customer"] == nil && f.fields["systemuser_org"] == nil {
		_ = f.also("customer", "is missing: whom shall the token be for?")
	}
	if len(f.fields) > 0 {
		return d, nil, f
	}
	if in.Details != nil {
		bad = a.details(in, supplier, &d)
	}
	return d, bad, nil
}

// rightOf reads the right. One to several resources is for decisions about a
// part of a resource, which are asked of one at a time.
func (a *API) rightOf(in doubt, d *registry.Doubt, f *Failure) {
	if in.Right == nil {
		return
	}
	ids := in.Right.item().Resources()
	if len(ids) != 1 || models.LineFault(ids[0], maxQuery, true) != "" {
		_ = f.also("right", "must name one resource.")
		return
	}
	if in.Right.Action == "" || models.LineFault(in.Right.Action, maxQuery, true) != "" {
		_ = f.also("right", "must name the action that the API asks about.")
		return
	}
	d.Resource, d.Action = ids[0], in.Right.Action
}

// details reads the detail that the client would send by the issuer's door: what
// is refused there is refused here.
func (a *API) details(in doubt, supplier party.OrgNo, d *registry.Doubt) *finding {
	details := in.Details
	if details.Kind() == '{' { // the one, without the list around it
		details = slices.Concat(jsontext.Value("["), details, jsontext.Value("]"))
	}
	question, err := json.Marshal(struct {
		Issuer  string         `json:"issuer"`
		Client  map[string]any `json:"client"`
		Details jsontext.Value `json:"authorization_details"`
	}{"https://issuer.invalid/", map[string]any{"id": in.ClientID, "org": rar.Org{Authority: party.ISO6523, ID: supplier.ISO6523()}}, details})
	if err != nil {
		return badDetails(&rar.Refusal{})
	}
	r, err := rar.Decode(question, a.Numbers)
	if refused, ok := errors.AsType[*rar.Refusal](err); ok {
		return badDetails(refused)
	}
	d.Customer, d.ExternalRef = r.Query.Customer, r.Query.ExternalRef
	return nil
}

// packageNames are the access packages among the words of a finding, short.
func packageNames(items []string) []string {
	out := make([]string, len(items))
	for i, s := range items {
		out[i] = s
		if len(s) > len(catalog.PackagePrefix) && s[:len(catalog.PackagePrefix)] == catalog.PackagePrefix {
			out[i] = s[len(catalog.PackagePrefix):]
		}
	}
	return out
}
