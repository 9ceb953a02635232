package api

import (
	"errors"
	"strconv"
	"strings"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

// changeBody is what a supplier sends. A list that is left out is empty. The
// system user stands in the query, or else by its triple here.
type changeBody struct {
	RequiredRights         []right         `json:"requiredRights"`
	UnwantedRights         []right         `json:"unwantedRights"`
	RequiredAccessPackages []accessPackage `json:"requiredAccessPackages"`
	UnwantedAccessPackages []accessPackage `json:"unwantedAccessPackages"`
	RedirectURL            string          `json:"redirectUrl"`
	SystemID               string          `json:"systemId"`
	PartyOrgNo             string          `json:"partyOrgNo"`
	ExternalRef            string          `json:"externalRef"`
	Purpose                *models.Text    `json:"purpose"`
	ContactEmail           string          `json:"contactEmail"`
	NotifyEmail            string          `json:"notifyEmail"`
}

// changeAsked reads the query and the body. Strings are trimmed, as in Altinn.
func (a *API) changeAsked(q Question) (request.Change, error) {
	var c request.Change
	body, err := decode[changeBody](q)
	if err != nil {
		return c, err
	}
	if err := a.changeSubject(q, body, &c); err != nil {
		return c, err
	}
	if len(body.RequiredRights)+len(body.RequiredAccessPackages) > maxItems || len(body.UnwantedRights)+len(body.UnwantedAccessPackages) > maxItems {
		return c, binding("requiredRights", "and requiredAccessPackages have at most 200 entries together, and so have the unwanted ones.")
	}
	c.RedirectURL, c.ContactEmail = strings.TrimSpace(body.RedirectURL), strings.TrimSpace(body.ContactEmail)
	c.NotifyEmail = strings.TrimSpace(body.NotifyEmail)
	if body.Purpose != nil {
		c.Purpose = trimmed(*body.Purpose)
	}
	c.Purposes = map[catalog.Item]models.Text{}
	add := func(item catalog.Item, why *models.Text) {
		c.Items = append(c.Items, item)
		if why != nil {
			c.Purposes[item] = trimmed(*why)
		}
	}
	for _, r := range body.RequiredRights {
		add(r.asked(), r.Purpose)
	}
	for _, p := range body.RequiredAccessPackages {
		add(catalog.PackageOf(strings.TrimSpace(p.URN)), p.Purpose)
	}
	for _, r := range body.UnwantedRights {
		c.Unwanted = append(c.Unwanted, r.asked())
	}
	for _, p := range body.UnwantedAccessPackages {
		c.Unwanted = append(c.Unwanted, catalog.PackageOf(strings.TrimSpace(p.URN)))
	}
	return c, nil
}

// changeSubject reads the supplier's id for the change request and which system
// user it is about.
func (a *API) changeSubject(q Question, body changeBody, c *request.Change) error {
	correlation, err := q.one("correlation-id")
	if err != nil {
		return err
	}
	user, err := q.one("system-user-id")
	if err != nil {
		return err
	}
	f := invalid()
	if c.Correlation, err = models.ParseID(correlation); err != nil {
		_ = f.also("correlation-id", "must be a UUID of your own choice.")
	}
	if user != "" {
		if c.SystemUser, err = models.ParseID(user); err != nil {
			_ = f.also("system-user-id", "must be the UUID of a system user.")
		} else if c.SystemUser == c.Correlation {
			_ = f.also("correlation-id", "must not be the system user's id.")
		}
	} else {
		c.ExternalRef = strings.TrimSpace(body.ExternalRef)
		if c.System, err = system.ParseID(strings.TrimSpace(body.SystemID)); err != nil {
			_ = f.also("system-user-id", "is missing. It may be left out when systemId and partyOrgNo name the system user.")
		} else if c.Customer, err = a.Numbers.Parse(strings.TrimSpace(body.PartyOrgNo)); err != nil {
			_ = f.also("partyOrgNo", "must be an organisation number of nine digits.")
		}
		if models.LineFault(c.ExternalRef, maxQuery, false) != "" {
			_ = f.also("externalRef", "cannot be an external reference.")
		}
	}
	if len(f.fields) > 0 {
		return f
	}
	return nil
}

// changeFailure says in Altinn's numbers why the change request cannot be: the
// first thing that is wrong, in the order of row 33. c is what it was understood
// as.
func changeFailure(c request.Change, err error) error {
	e, ok := errors.AsType[*models.Error](err)
	if !ok || e.Kind != models.Invalid {
		return as(err, map[models.Code]int{models.CodeNotFound: 15, models.CodeChangeExists: 61})
	}
	f := changeFault(c, e.Fields)
	f.domain, f.cause = e.Code, err
	return f
}

func changeFault(c request.Change, fields []models.FieldError) *Failure {
	var rights, absent, barred []string
	rest, redirect := invalid(), ""
	for _, fault := range fields {
		item, found := itemOf(c, fault.Field)
		switch {
		case fault.Field == "redirect_url":
			redirect = fault.Fault
		case fault.Fault == "items.both":
			_ = rest.also("unwantedRights", "and what is required may not both name "+listed([]string{item.String()})+".")
		case found && item.Kind == catalog.RightItem:
			rights = append(rights, item.String())
		case found && (fault.Fault == "items.not_on_system" || fault.Fault == "catalogue.unknown"):
			absent = append(absent, item.Ref)
		case found:
			barred = append(barred, item.Ref)
		default:
			_ = rest.also(changeMembers[strings.TrimRight(fault.Field, "[]0123456789")], sentence(fault.Fault))
		}
	}
	barredAs := 64
	if c.Kind == systemuser.Agent {
		barredAs = 65
	}
	switch {
	case redirect == noRedirects:
		return problem(26)
	case redirect != "":
		return problem(21)
	case len(rights) > 0 && c.Kind == systemuser.Agent:
		return problem(1).saying("An agent system user has access packages only.")
	case len(rights) > 0:
		return problem(1).saying("These are not on the system, or cannot be delegated: " + listed(rights) + ".")
	case len(absent) > 0:
		return problem(63).with("NotFoundPackages", listed(absent))
	case len(barred) > 0:
		return problem(barredAs).with("NotDelegablePackages", listed(barred))
	}
	return rest
}

// noRedirects is the fault of a redirect URL of a system that has none.
const noRedirects = "url.none_registered"

// changeMembers are the members whose faults have no code.
var changeMembers = map[string]string{
	"purpose": "purpose", "purposes": "purpose", "contact_email": "contactEmail", "notify_email": "notifyEmail",
}

// itemOf finds the item that a field such as items[0] names.
func itemOf(c request.Change, field string) (catalog.Item, bool) {
	name, at, ok := strings.Cut(strings.TrimSuffix(field, "]"), "[")
	items := map[string][]catalog.Item{"items": c.Items, "unwanted": c.Unwanted}[name]
	i, err := strconv.Atoi(at)
	if !ok || err != nil || i >= len(items) {
		return catalog.Item{}, false
	}
	return items[i], true
}
