package auth

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/stafett/stafett/handlers/auth/token"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
)

// Caller is a program, or a person behind a program, whose token holds. Only
// Door makes one. It is bound to one issuer: whatever the caller says about
// issuers elsewhere is checked against Issuer, and every client id is keyed
// with it.
type Caller struct {
	Issuer     string // the exact iss
	Profile    Profile
	IssuerCall bool   // the issuer itself calls, with a JWT that it signed for us
	Enriches   bool   // the issuer may ask for enrichment
	ClientID   string // of the OAuth client; empty for an issuer's own call
	OrgNo      string // the organisation, nine digits; empty when it is for none
	Scopes     []string
	Actor      models.Actor
	User       User // the person of an altinn-platform token
	Portal     bool // its issuer's end users may approve and reject through the API
	ExpiresAt  time.Time
}

// User is the person of an altinn-platform token as that platform names him.
// Actor.ID stays empty: which person of ours he is, is the registry's to say.
type User struct {
	ID        int // urn:altinn:userid; 0 when there is none
	PartyUUID string
	PID       party.PersonID
}

// String names the person for keys of ours, never for logs.
func (u User) String() string { return strconv.Itoa(u.ID) + " " + u.PartyUUID }

// HasScope reports whether the token has exactly this scope.
func (c Caller) HasScope(scope string) bool { return slices.Contains(c.Scopes, scope) }

// RequireScope returns nil for a program whose token has one of the scopes. A person's
// and a system user's token never pass here, whatever they carry: these
// endpoints are for the program itself. The error is Forbidden,
// CodeCallerNotAllowed.
func (c Caller) RequireScope(scopes ...string) error {
	switch c.Actor.Kind {
	case models.Organisation, models.Service:
		if slices.ContainsFunc(scopes, c.HasScope) {
			return nil
		}
		return notAllowed("scope is missing")
	case models.Person, models.SystemUser, models.Issuer, models.Operator:
	}
	return notAllowed("kind of caller")
}

// RequirePerson returns nil for a person whose token has one of the scopes, or
// any where none is named. The error is as that of RequireScope.
func (c Caller) RequirePerson(scopes ...string) error {
	if c.Actor.Kind != models.Person {
		return notAllowed("kind of caller")
	}
	if len(scopes) > 0 && !slices.ContainsFunc(scopes, c.HasScope) {
		return notAllowed("scope is missing")
	}
	return nil
}

// RequireEnricher returns nil for an issuer that may ask for enrichment: by
// its own call, or by an access token of it with the scope. The error is
// Forbidden, CodeCallerNotAllowed.
func (c Caller) RequireEnricher(scope string) error {
	if !c.Enriches {
		return notAllowed("issuer does not enrich")
	}
	if c.IssuerCall {
		return nil
	}
	return c.RequireScope(scope)
}

func notAllowed(why string) error {
	return &models.Error{Kind: models.Forbidden, Code: models.CodeCallerNotAllowed, Err: errors.New(why)}
}

func invalidToken(err error) error {
	return &models.Error{Kind: models.Unauthenticated, Code: models.CodeInvalidToken, Err: err}
}

func unavailable(err error) error {
	return &models.Error{Kind: models.Unavailable, Code: models.CodeUnavailable, Err: err}
}

const maxClientID = 256

// readCaller takes the caller from the claims of a verified access token.
func readCaller(issuer Issuer, claims token.Claims, numbers party.Numbers) (Caller, error) {
	c := Caller{Issuer: issuer.ID, Profile: issuer.Profile, Enriches: issuer.Enriches, Portal: issuer.Portal}
	var err error
	if c.Scopes, err = readScopes(claims); err != nil {
		return Caller{}, err
	}
	if c.ClientID, err = claims.Text("client_id"); err != nil || !identifier(c.ClientID, maxClientID) {
		return Caller{}, errors.New("client_id is not an identifier")
	}
	switch issuer.Profile {
	case Maskinporten:
		err = c.readOrganisation(claims, numbers)
	case AltinnPlatform:
		err = c.readUser(claims)
	case Platform:
		err = c.readService(claims)
	default:
		err = errors.New("issuer has no profile")
	}
	if err != nil {
		return Caller{}, err
	}
	if claims.Has("authorization_details") {
		// The program acts as the system user that the details name; what it
		// may do as such is not for the endpoints of the program itself.
		c.Actor.Kind = models.SystemUser
	}
	return c, nil
}

// identifier reports whether s is at most limit characters of visible ASCII
// without spaces, or empty: the journal writes issuer and client with a space
// between them, and a database cannot store every character.
func identifier(s string, limit int) bool {
	return len(s) <= limit && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

// readScopes splits scope into its exact values (RFC 6749 section 3.3). A list
// or anything but single spaces between the values is an error, so that no two
// readers see different scopes.
func readScopes(claims token.Claims) ([]string, error) {
	text, err := claims.Text("scope")
	if err != nil || text == "" {
		return nil, err
	}
	scopes := strings.Split(text, " ")
	for _, s := range scopes {
		if s == "" || strings.ContainsFunc(s, func(r rune) bool { return r <= 0x20 || r > 0x7e || r == '"' || r == '\\' }) {
			return nil, errors.New("scope is not a list of values between single spaces")
		}
	}
	return scopes, nil
}

// readOrganisation takes the organisation from consumer, as Maskinporten
// writes it: {"authority": "iso6523-actorid-upis", "ID": "0192:…"}.
func (c *Caller) readOrganisation(claims token.Claims, numbers party.Numbers) error {
	if c.ClientID == "" {
		return errors.New("no client_id")
	}
	var consumer struct {
		Authority string `json:"authority"`
		ID        string `json:"ID"`
	}
	raw, ok := claims["consumer"]
	if !ok || raw.Kind() != '{' || json.Unmarshal(raw, &consumer, json.RejectUnknownMembers(true)) != nil {
		return errors.New("consumer is not an organisation")
	}
	if consumer.Authority != party.ISO6523 {
		return errors.New("consumer has another authority")
	}
	org, err := numbers.ParseISO6523(consumer.ID)
	if err != nil {
		return fmt.Errorf("consumer: %w", err)
	}
	c.OrgNo = string(org)
	c.Actor = models.Actor{Kind: models.Organisation, ID: c.ClientID, OrgNo: c.OrgNo}
	return nil
}

// readUser takes the person of an altinn-platform token.
func (c *Caller) readUser(claims token.Claims) error {
	id, ok := claims.Whole("urn:altinn:userid")
	if !ok || id <= 0 {
		return errors.New("no urn:altinn:userid")
	}
	c.User.ID = id
	if claims.Has("urn:altinn:party:uuid") {
		text, err := claims.Text("urn:altinn:party:uuid")
		if err != nil {
			return err
		}
		uuid, err := models.ParseID(text)
		if err != nil {
			return errors.New("urn:altinn:party:uuid is not a uuid")
		}
		c.User.PartyUUID = string(uuid)
	}
	if claims.Has("pid") {
		text, err := claims.Text("pid")
		if err != nil {
			return err
		}
		if c.User.PID, err = party.ParsePersonID(text); err != nil {
			return fmt.Errorf("pid: %w", err)
		}
	}
	level, _ := claims.Whole("urn:altinn:authlevel")
	if level < 0 || level > 4 {
		level = 0
	}
	c.Actor = models.Actor{Kind: models.Person, Level: level}
	var err error
	c.Actor.AuthTime, err = readAuthTime(claims)
	return err
}

// readAuthTime returns when the person proved who he is: as the token says, or
// else when it was made. What the token says of it must be a whole number (RFC
// 7519 section 2, OpenID Connect Core section 2), so that a time that cannot be
// read is never taken for a late one.
func readAuthTime(claims token.Claims) (time.Time, error) {
	if !claims.Has("auth_time") {
		return claims.Time("iat")
	}
	at, ok := claims.Whole("auth_time")
	if !ok || at <= 0 || int64(at) > token.Latest {
		return time.Time{}, errors.New("auth_time is not a time")
	}
	return time.Unix(int64(at), 0).UTC(), nil
}

// readService takes the service from client_id, or from sub where there is no
// client_id.
func (c *Caller) readService(claims token.Claims) error {
	if c.ClientID == "" {
		sub, err := claims.Text("sub")
		if err != nil || sub == "" || !identifier(sub, maxClientID) {
			return errors.New("neither client_id nor sub")
		}
		c.ClientID = sub
	}
	c.Actor = models.Actor{Kind: models.Service, ID: c.ClientID}
	return nil
}
