package api

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/systemuser"
)

// notAskedCodes are why a request is not sent, beside what is wrong with it.
var notAskedCodes = map[models.Code]int{
	models.CodeNotFound: 11, models.CodeSystemDeleted: 11, models.CodeUserExists: 4,
	models.CodeRequestExists: 7, models.CodeRequestDecided: 9, // of the other kind; else what is stored is the answer
}

// notAsked translates why a request was not sent. understood is the request
// whose items the fields of an Invalid error count.
func notAsked(err error, body asking, understood request.Request) error {
	e, ok := errors.AsType[*models.Error](err)
	if !ok {
		return err
	}
	if e.Kind != models.Invalid {
		translated := as(err, notAskedCodes)
		if f, ok := errors.AsType[*Failure](translated); ok && e.Code == models.CodeSystemDeleted {
			return f.saying("The system has been deleted.")
		}
		return translated
	}
	f := firstFault(e, body, understood)
	f.domain, f.cause = e.Code, err
	return f
}

// firstFault is the first thing that is wrong, in the order of the contract
// (altinn-api.md section 1.3, "Checks for #33 in order"); what has no number
// comes last.
func firstFault(e *models.Error, body asking, understood request.Request) *Failure {
	faults := map[string]string{}
	for _, f := range e.Fields {
		if faults[f.Field] == "" {
			faults[f.Field] = f.Fault
		}
	}
	switch agent := understood.Kind == systemuser.Agent; {
	case faults["customer"] != "":
		return noCustomer(e, faults["customer"])
	case faults["redirect_url"] == "url.none_registered":
		return problem(26)
	case faults["redirect_url"] != "":
		return problem(21).saying("It must be one of the system's allowedRedirectUrls in scheme, host, port and path, without user and fragment. Only the query is free.")
	case faults["items"] != "" && agent:
		return problem(58)
	case faults["items"] != "" && body.Rights == nil && body.AccessPackages == nil:
		return problem(1).saying("Both rights and accessPackages are left out.")
	case faults["items"] != "":
		return problem(59)
	}
	if f := faultOfItems(faults, understood); f != nil {
		return f
	}
	return unnumbered(faults, understood)
}

// noCustomer says why the organisation cannot be asked.
func noCustomer(e *models.Error, fault string) *Failure {
	no, _ := errors.AsType[*registry.CustomerError](e)
	switch {
	case no != nil && no.Unit != "":
		return problem(0).saying("The number is that of a sub-unit. Ask the unit that it belongs to, "+string(no.Unit)+".").with("unit", string(no.Unit))
	case fault == "organisation.struck_off":
		return problem(5).saying("The organisation has been struck off its register, so nobody can grant anything for it.")
	}
	return problem(0).saying("It is neither here nor known to the business register, which may be out of reach just now. Check partyOrgNo, or try again later.")
}

// faultOfItems is what is wrong with rights, else with packages, or nil.
func faultOfItems(faults map[string]string, understood request.Request) *Failure {
	var rights, unknown, barred []string
	for i, item := range understood.Items {
		switch fault := faults["items["+strconv.Itoa(i)+"]"]; {
		case fault == "":
		case item.Kind == catalog.RightItem:
			rights = append(rights, item.String())
		case fault == "items.not_on_system" || fault == "catalogue.unknown":
			unknown = append(unknown, item.Ref)
		default:
			barred = append(barred, item.Ref)
		}
	}
	barredAs := 64
	if understood.Kind == systemuser.Agent {
		barredAs = 65
	}
	switch {
	case len(rights) > 0:
		return problem(1).saying("These are not on the system, or cannot be delegated: " + listed(rights) + ".")
	case len(unknown) > 0:
		return problem(63).saying("Add NotFoundPackages to the system first, or leave them out.").with("NotFoundPackages", listed(unknown))
	case len(barred) > 0:
		return problem(barredAs).with("NotDelegablePackages", listed(barred))
	}
	return nil
}

// listed writes what the caller sent back to him, within bounds.
func listed(words []string) string {
	for i, w := range words {
		if w == "" {
			w = "a right without a resource of type " + catalog.ResourceAttribute
		}
		words[i] = strings.ToValidUTF8(w[:min(len(w), 200)], "")
	}
	return strings.Join(words[:min(len(words), 20)], ", ")
}

// members are our names of fields as the body has them.
var members = map[string]string{
	"external_ref": "externalRef", "title": "integrationTitle", "purpose": "purpose", "valid_to": "validTo", "contact_email": "contactEmail", "notify_email": "notifyEmail",
}

// sentences say a fault of a member.
var sentences = map[string]string{
	"required":     "may not be blank.",
	"too_long":     "is too long.",
	"text.control": "has characters that cannot be shown.",
	"text.spaces":  "may not have line breaks, or spaces at its ends.",
	"date.past":    "must be in the future.",
	"email.form":   "must be one bare e-mail address.",
}

// unnumbered are the faults of members that have no code.
func unnumbered(faults map[string]string, understood request.Request) *Failure {
	f := invalid()
	for field, member := range members {
		if fault := faults[field]; fault != "" {
			_ = f.also(member, sentence(fault))
		}
	}
	for i, item := range understood.Items {
		if fault := faults["purposes["+strconv.Itoa(i)+"]"]; fault != "" {
			list := "rights"
			if item.Kind == catalog.PackageItem {
				list = "accessPackages"
			}
			if member := list + ".purpose"; !slices.Contains(f.fields[member], member+" "+sentence(fault)) {
				_ = f.also(member, sentence(fault))
			}
		}
	}
	return f
}

func sentence(fault string) string {
	if s := sentences[fault]; s != "" {
		return s
	}
	return "is not valid."
}
