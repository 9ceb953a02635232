package auth

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/stafett/stafett/handlers/auth/token"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
)

const (
	maxName    = 200
	maxEmail   = 254 // RFC 5321 section 4.5.3.1.3, without the brackets
	maxRoles   = 500 // that one login may bring
	maxEntries = 5000
)

// errTellsNumber is the cause when a provider names people, or their sessions,
// by their national ids: those names are stored and shown.
var errTellsNumber = errors.New("sub or sid is a national id or holds it; make the provider give another subject, such as a pairwise one")

// ClaimTable says which claims of a provider say what.
type ClaimTable struct {
	PID          string // the national id; empty when there is none
	Name         string
	Email        string         // empty when there is none
	Verified     string         // says that the address in Email is his
	EmailTrusted bool           // believe Email without Verified
	Levels       map[string]int // acr → authentication level; anything else is level 0
	Roles        []RoleRule
}

// parse reads the table. asked are the authorization details that the provider
// is asked for: no rule is about any other.
func (c *ClaimTable) parse(o *object, asked []detail) {
	c.PID = o.text("pid", false)
	for member, into := range map[string]*string{"name": &c.Name, "email": &c.Email, "email_verified": &c.Verified} {
		if name := o.text(member, false); name != "" {
			*into = name
		}
	}
	c.EmailTrusted = o.flag("email_trusted")
	if _, verified := o.members["email_verified"]; c.Email == "" && (verified || c.EmailTrusted) {
		o.faults.add(o.place("email"), "is missing beside what is said about it")
	}
	if raw, ok := o.value("level", '{', "an object"); ok {
		levels := newObject(o.place("level"), raw, o.faults)
		c.Levels = map[string]int{}
		for acr := range levels.members {
			c.Levels[acr] = levels.whole(acr, 4, "a level from 0 to 4")
		}
	}
	if _, there := o.members["roles"]; there {
		for _, rule := range o.objects("roles") {
			c.Roles = append(c.Roles, parseRoleRule(rule, asked)...)
		}
	}
	o.finish()
}

// documents are the claims of an ID token and of userinfo, in this order: what
// the first one says counts.
type documents []token.Claims

// read takes national id, name, address and roles from the claims. A claim
// that is there but is not what the table says it is ends the login: half an
// answer could make a second person out of one, or end what he holds.
func (c ClaimTable) read(docs documents, numbers party.Numbers, who *party.Arrival) error {
	if doc := docs.first(c.PID); doc != nil {
		text, err := doc.Text(c.PID)
		if err != nil {
			return err
		}
		if who.PID, err = party.ParsePersonID(text); err != nil {
			return fmt.Errorf("claim %s: %w", c.PID, err)
		}
		if who.PID.In(who.Subject) || who.PID.In(who.SID) {
			return errTellsNumber
		}
	}
	if doc := docs.first(c.Name); doc != nil && !blank(doc[c.Name]) {
		name, err := doc.Text(c.Name)
		if err != nil || utf8.RuneCountInString(name) > maxName {
			return fmt.Errorf("claim %s is not a name", c.Name)
		}
		// One that shows as another, or tells his national id, is none; what we
		// called him before stays.
		if models.LineFault(name, maxName, true) == "" && !who.PID.In(name) {
			who.Name = name
		}
	}
	var err error
	if who.Email, err = c.email(docs); err != nil {
		return err
	}
	if who.PID.In(who.Email) {
		who.Email = ""
	}
	who.Claims, err = c.roles(docs, numbers)
	return err
}

// email returns the address in lower case, when the document that has it says
// there too that it is verified. An address that nobody has verified is none:
// at some providers everybody may write what he likes into it. So is one with
// letters beyond ASCII, some of which look like, or in lower case are, those of
// another address.
func (c ClaimTable) email(docs documents) (string, error) {
	doc := docs.first(c.Email)
	if doc == nil || blank(doc[c.Email]) {
		return "", nil
	}
	address, err := doc.Text(c.Email)
	if err != nil {
		return "", err
	}
	if !c.EmailTrusted && !isTrue(doc[c.Verified]) {
		return "", nil
	}
	local, domain, ok := strings.Cut(address, "@")
	if !ok || local == "" || domain == "" || len(address) > maxEmail || models.LineFault(address, maxEmail, true) != "" ||
		!plain(address) || strings.ContainsAny(address, " <>,;:\"()[]\\") || strings.Contains(domain, "@") {
		return "", nil
	}
	return strings.ToLower(address), nil
}

// blank reports whether a claim is there and says nothing, as some providers
// write what they do not know.
func blank(v jsontext.Value) bool { return string(v) == `""` || v.Kind() == 'n' }

// isTrue reports whether a claim is true, or the text "true" as some providers
// write it in userinfo.
func isTrue(v jsontext.Value) bool { return v.Kind() == 't' || string(v) == `"true"` }

// first returns the first document that has the claim; nil when none has, or
// no claim is named.
func (d documents) first(name string) token.Claims {
	for _, doc := range d {
		if name != "" && doc.Has(name) {
			return doc
		}
	}
	return nil
}

// find returns a claim by its name or, where no document has that name, by a
// path of names with dots between them.
func (d documents) find(name string) (jsontext.Value, bool) {
	if doc := d.first(name); doc != nil {
		return doc[name], true
	}
	for _, doc := range d {
		if v, ok := walk(doc, name); ok {
			return v, true
		}
	}
	return nil, false
}

func walk(members map[string]jsontext.Value, path string) (jsontext.Value, bool) {
	name, rest, deeper := strings.Cut(path, ".")
	v, ok := members[name]
	if !ok || !deeper {
		return v, ok
	}
	var below map[string]jsontext.Value
	if v.Kind() != '{' || json.Unmarshal(v, &below) != nil {
		return nil, false
	}
	return walk(below, rest)
}

// texts returns the values of a claim that is a text or a list of texts; an
// empty list is none.
func (d documents) texts(name string) ([]string, error) {
	v, ok := d.find(name)
	if !ok {
		return nil, nil
	}
	if string(v) == "[]" {
		return nil, nil
	}
	list, err := token.Claims{name: v}.Texts(name)
	if err == nil && len(list) > maxEntries {
		err = fmt.Errorf("%s has too many values", name)
	}
	return list, err
}

// roles returns what the rules find that he is, in which organisations, each
// once.
func (c ClaimTable) roles(docs documents, numbers party.Numbers) ([]party.Claim, error) {
	var all []party.Claim
	for _, rule := range c.Roles {
		found, err := rule.read(docs, numbers)
		if err != nil {
			return nil, err
		}
		for _, claim := range found {
			if !slices.ContainsFunc(all, func(o party.Claim) bool { return o.OrgNo == claim.OrgNo && o.URN == claim.URN }) {
				all = append(all, claim)
			}
		}
		if len(all) > maxRoles {
			return nil, errors.New("the claims name too many organisations")
		}
	}
	return all, nil
}
