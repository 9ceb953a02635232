package auth

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/stafett/stafett/handlers/auth/token"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
)

// RoleRule turns a claim of a provider into a role in an organisation. It is
// about a group (Claim, Value) or about an entry of authorization_details
// (Type, Resource). The organisation is in the entry; that of a group is fixed,
// stands in another claim, or stands in the group's name.
type RoleRule struct {
	Claim             string // name of the claim, or a path of names with dots between
	Value             string // exact; may hold {org} once
	Organisation      party.OrgNo
	OrganisationClaim string
	Type, Resource    string
	URN               string // of the role or the access package
}

// orgMark stands in a rule's value where the group has the organisation number.
const orgMark = "{org}"

// usualGroups are the groups that a rule means when it names no value.
var usualGroups = []struct{ value, urn string }{
	{"Viewer", policy.Viewer}, {"Admin", catalog.PackagePrefix + "tilgangsstyrer"},
}

const maxRoleURN = 200

// parseRoleRule reads one entry of claims.roles.
func parseRoleRule(o *object, asked []detail) []RoleRule {
	r := RoleRule{
		Claim: o.text("claim", false), Value: o.text("value", false), OrganisationClaim: o.text("organisation_claim", false),
		Type: o.text("type", false), Resource: o.text("resource", false), URN: o.text("role", false),
	}
	if number := o.text("organisation", false); number != "" {
		var err error
		if r.Organisation, err = (party.Numbers{}).Parse(number); err != nil {
			o.faults.add(o.place("organisation"), "is not an organisation number")
		}
	}
	if r.URN != "" && (!strings.HasPrefix(r.URN, "urn:") || !identifier(r.URN, maxRoleURN)) {
		o.faults.add(o.place("role"), "is not the URN of a role or an access package")
	}
	defer o.finish()
	switch {
	case o.broken:
		return nil
	case (r.Claim == "") == (r.Type == ""):
		o.faults.add(o.place("claim"), "or type is wanted, and not both")
		return nil
	case r.Type != "":
		r.checkDetail(o, asked)
		return []RoleRule{r}
	}
	r.checkGroup(o)
	if r.Value != "" {
		return []RoleRule{r}
	}
	var both []RoleRule
	for _, usual := range usualGroups {
		r.Value, r.URN = usual.value, usual.urn
		both = append(both, r)
	}
	return both
}

func (r RoleRule) checkGroup(o *object) {
	if r.Resource != "" {
		o.faults.add(o.place("resource"), "is for rules with type")
	}
	if (r.Value == "") != (r.URN == "") {
		o.faults.add(o.place("role"), "and value go together")
	}
	ways := 0
	for _, is := range []bool{r.Organisation != "", r.OrganisationClaim != "", strings.Contains(r.Value, orgMark)} {
		if is {
			ways++
		}
	}
	if _, there := o.members["organisation"]; ways != 1 && (ways > 1 || !there) || strings.Count(r.Value, orgMark) > 1 {
		o.faults.add(o.place("organisation"), "is wanted once: organisation, organisation_claim or %s in value", orgMark)
	}
}

func (r RoleRule) checkDetail(o *object, asked []detail) {
	if r.Value != "" || r.Organisation != "" || r.OrganisationClaim != "" {
		o.faults.add(o.place("type"), "takes resource and role only")
	}
	if r.URN == "" {
		o.faults.add(o.place("role"), "is missing")
	}
	if _, known := readers[r.Type]; !known {
		o.faults.add(o.place("type"), "is not a type that we can read")
	} else if !slices.Contains(asked, detail{r.Type, r.Resource}) {
		o.faults.add(o.place("type"), "is not asked for, with this resource, in authorization_details")
	}
}

// read returns the roles that the rule finds.
func (r RoleRule) read(docs documents, numbers party.Numbers) ([]party.Claim, error) {
	if r.Type != "" {
		return r.readDetails(docs, numbers)
	}
	values, err := docs.texts(r.Claim)
	if err != nil {
		return nil, err
	}
	var found []party.Claim
	for _, value := range values {
		organisations, err := r.organisations(docs, value, numbers)
		if err != nil {
			return nil, err
		}
		for _, o := range organisations {
			found = append(found, party.Claim{OrgNo: o, URN: r.URN})
		}
	}
	return found, nil
}

// organisations returns for which organisations a group counts; none when the
// rule is about another group. A number that is none fails where it stands in
// a claim of its own; a group whose name only looks like one of ours is
// another group.
func (r RoleRule) organisations(docs documents, value string, numbers party.Numbers) ([]party.OrgNo, error) {
	before, after, inName := strings.Cut(r.Value, orgMark)
	if inName {
		rest, ok := strings.CutPrefix(value, before)
		rest, ok2 := strings.CutSuffix(rest, after)
		number, err := numbers.Parse(rest)
		if !ok || !ok2 || err != nil {
			return nil, nil
		}
		return []party.OrgNo{number}, nil
	}
	if value != r.Value {
		return nil, nil
	}
	if r.Organisation != "" {
		return []party.OrgNo{r.Organisation}, nil
	}
	written, err := docs.texts(r.OrganisationClaim)
	if err != nil {
		return nil, err
	}
	list := make([]party.OrgNo, len(written))
	for i, w := range written {
		if list[i], err = numbers.Parse(w); err != nil {
			return nil, fmt.Errorf("claim %s: %w", r.OrganisationClaim, err)
		}
	}
	return list, nil
}

// named is an organisation as an entry of authorization_details names it.
type named struct{ authority, id, name string }

// readers find the organisations in an entry of authorization_details by its
// type, as Ansattporten writes them.
var readers = map[string]func(token.Claims) ([]named, error){
	"ansattporten:altinn:resource": authorizedParties,
	"ansattporten:altinn:service":  reportees,
	"ansattporten:orgno": func(entry token.Claims) ([]named, error) {
		if !entry.Has("orgno") {
			return authorizedParties(entry)
		}
		one, err := numbered(entry["orgno"])
		return []named{one}, err
	},
}

func authorizedParties(entry token.Claims) ([]named, error) {
	return each(entry, "authorized_parties", func(member token.Claims) (named, error) {
		n, err := numbered(member["orgno"])
		if err == nil {
			n.name, err = member.Text("name")
		}
		return n, err
	})
}

func reportees(entry token.Claims) ([]named, error) {
	return each(entry, "reportees", func(member token.Claims) (n named, err error) {
		if n.name, err = member.Text("Name"); err != nil {
			return n, err
		}
		if n.authority, err = member.Text("Authority"); err != nil {
			return n, err
		}
		n.id, err = member.Text("ID")
		return n, err
	})
}

// numbered reads an object with authority and ID. The authority's name is
// written in both cases there.
func numbered(v jsontext.Value) (n named, err error) {
	var o token.Claims
	if v.Kind() != '{' || json.Unmarshal(v, &o) != nil {
		return n, errors.New("authorization_details: orgno is not an object")
	}
	authority := "authority"
	if o.Has("Authority") {
		authority = "Authority"
	}
	if n.authority, err = o.Text(authority); err != nil {
		return n, err
	}
	n.id, err = o.Text("ID")
	return n, err
}

// each reads the entries of a list of objects; an absent one is empty.
func each(entry token.Claims, member string, read func(token.Claims) (named, error)) ([]named, error) {
	list, err := objectsOf(entry[member])
	if err != nil {
		return nil, fmt.Errorf("authorization_details: %s is not a list of objects", member)
	}
	all := make([]named, len(list))
	for i, o := range list {
		if all[i], err = read(o); err != nil {
			return nil, fmt.Errorf("authorization_details: %w", err)
		}
	}
	return all, nil
}

func objectsOf(v jsontext.Value) ([]token.Claims, error) {
	if v == nil {
		return nil, nil
	}
	var list []token.Claims
	if v.Kind() != '[' || json.Unmarshal(v, &list) != nil || slices.ContainsFunc(list, func(c token.Claims) bool { return c == nil }) {
		return nil, errors.New("not a list of objects")
	}
	if len(list) > maxEntries {
		return nil, errors.New("too many entries")
	}
	return list, nil
}

// readDetails returns the role in each organisation of the entries that the
// rule is about. Entries that nobody asked for are left out; one that was
// asked for and cannot be read ends the login.
func (r RoleRule) readDetails(docs documents, numbers party.Numbers) ([]party.Claim, error) {
	doc := docs.first("authorization_details")
	if doc == nil {
		return nil, nil
	}
	entries, err := objectsOf(doc["authorization_details"])
	if err != nil {
		return nil, fmt.Errorf("authorization_details: %w", err)
	}
	var found []party.Claim
	for _, entry := range entries {
		kind, err := entry.Text("type")
		if err != nil || kind == "" {
			return nil, errors.New("authorization_details: an entry without type")
		}
		if kind != r.Type {
			continue
		}
		resource, err := entry.Text("resource")
		if err != nil {
			return nil, fmt.Errorf("authorization_details: %w", err)
		}
		if resource != r.Resource {
			continue
		}
		organisations, err := readers[r.Type](entry)
		if err != nil {
			return nil, err
		}
		for _, o := range organisations {
			number, err := numbers.ParseISO6523(o.id)
			if err != nil || o.authority != party.ISO6523 {
				return nil, errors.New("authorization_details: an organisation that is none")
			}
			if models.LineFault(o.name, maxName, true) != "" {
				o.name = ""
			}
			found = append(found, party.Claim{OrgNo: number, OrgName: o.name, URN: r.URN})
		}
	}
	return found, nil
}
