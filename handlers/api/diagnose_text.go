package api

import (
	"strings"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/rar"
)

// finding is one cause in words, with what is known of it.
type finding struct {
	Code          string        `json:"code"`
	Message       string        `json:"message"`
	Fix           string        `json:"fix"`
	Since         *time.Time    `json:"since,omitempty"`
	Until         *time.Time    `json:"until,omitempty"`
	By            string        `json:"by,omitempty"`
	Reason        string        `json:"reason,omitempty"`
	Issuer        string        `json:"issuer,omitempty"`
	SystemID      system.ID     `json:"systemId,omitempty"`
	Organisations []party.OrgNo `json:"organisations,omitempty"`
	ExternalRefs  []string      `json:"externalRefs,omitempty"`
	Items         []string      `json:"items,omitempty"`
	Field         string        `json:"field,omitempty"`
}

// words are a message and what to do. What stands in braces is filled in.
type words struct{ message, fix string }

// causes says each cause in words.
var causes = map[registry.Cause]words{
	registry.CauseIssuer: {
		"The issuer {issuer} is none that this registry trusts with clients.",
		"Leave issuer out for the usual one, or write its identifier exactly as in iss of its tokens.",
	},
	registry.CauseClient: {
		"The client is on none of your systems under the issuer {issuer}.",
		"Add the client id to the system that it runs as (PUT the system), or have the client ask that is there already.",
	},
	registry.CauseClientIssuer: {
		"The client is on your system {system}, but under the issuer {issuer}.",
		"Fetch the token from that issuer, or register the client under the issuer that you use.",
	},
	registry.CauseClientSystem: {
		"The client is on your system {system}, not on the one that you name.",
		"Use a client of the system that the customer has granted, or move the client id to it. A client id is on one system only.",
	},
	registry.CauseSystem: {
		"You have no system with this id.",
		"Write the id as your list of systems has it, upper and lower case too.",
	},
	registry.CauseSystemDeleted: {
		"The system {system} is deleted, and with it everything that customers have granted it.",
		"Register a new system, put the client on it, and ask the customers anew.",
	},
	registry.CauseCustomer: {
		"No organisation {customer} is known here.",
		"Check the number: it must be the customer's own, from the business register.",
	},
	registry.CauseSubUnit: {
		"{customer} is a sub-unit of {orgs}. System users belong to the unit.",
		"Ask with the number {orgs} instead, both in the request and in the token.",
	},
	registry.CauseCustomerStruck: {
		"The customer was struck off its register {since}.",
		"Nobody can grant anything for it. Find out whether another organisation carries on its business.",
	},
	registry.CauseClientOfAgent: {
		"{customer} is a client of {orgs}, which has an agent system user with your system. A token for an agent names the organisation that has the agent, never its client.",
		"Ask for a token with {orgs} as systemuser_org, and name the client when you call the API.",
	},
	registry.CausePending: {
		"The customer was asked {since} and has not answered. The request expires {until}.",
		"Send the customer the request's confirmUrl again, or wait for the answer.",
	},
	registry.CauseRejected: {
		"The customer rejected the request {since}. Its reason: {reason}",
		"Talk with the customer, and send a new request when it agrees.",
	},
	registry.CauseExpired: {
		"The request expired {since} without an answer.",
		"Renew the request, and send the customer its confirmUrl.",
	},
	registry.CauseWithdrawn: {
		"You withdrew the request {since}.",
		"Send a new request.",
	},
	registry.CauseRevoked: {
		"The system user was ended {since} by {by}.",
		"Send a new request. An ended system user never comes back.",
	},
	registry.CauseNever: {
		"The customer has no system user with this external reference on {system}, and was never asked for one.",
		"Send a request. Without externalRef the reference is the customer's organisation number, in the request and in the token alike.",
	},
	registry.CauseOtherRef: {
		"The customer has system users on {system} with other external references: {refs}.",
		"Write one of these as externalRef of authorization_details, letter for letter.",
	},
	registry.CauseOtherSystem: {
		"The customer has a system user on your system {system}, which this client is not on.",
		"Fetch the token with a client of that system, or send a request for this one.",
	},
	registry.CausePaused: {
		"The system user is paused, by {by}.",
		"{resume}",
	},
	registry.CauseOver: {
		"The system user was granted until {since}, and that time is over.",
		"Send a new request with a later validTo, or with none.",
	},
	registry.CauseResource: {
		"The resource is not in the catalogue.",
		"Check the id against the catalogue. It is the id alone, without urn:altinn:resource.",
	},
	registry.CauseAction: {
		"The resource does not have this action. It has: {items}.",
		"Ask about an action that the resource has.",
	},
	registry.CauseRightOffSystem: {
		"The system {system} does not ask for the right, nor for a package that holds it. Packages that do: {items}.",
		"Add the right or a package to the system, and then ask each customer by a change request.",
	},
	registry.CauseRightLeftSystem: {
		"The customer granted the right, but the system {system} asks for it no more, so it does not count.",
		"Put it back on the system. What the customer granted counts again at once.",
	},
	registry.CauseRightUndelegated: {
		"The system asks for the right, but this customer has not granted it.",
		"Ask the customer by a change request.",
	},
	registry.CauseOtherParty: {
		"The system user is {orgs}'s own and holds rights for nobody else.",
		"Call the API for {orgs}, or use an agent system user for clients.",
	},
	registry.CauseNoParty: {
		"The system user is an agent: what it holds depends on the client that it acts for.",
		"Name the client as party.",
	},
	registry.CausePartyNoClient: {
		"{orgs} is not among the clients of the agent system user.",
		"Have {customer} attach the client to the system user.",
	},
	registry.CauseAgentLacks: {
		"{orgs} does not have the package for the client now. Packages that hold the right: {items}.",
		"The client gives it to {orgs}, or the business register says that {orgs} serves it.",
	},
}

// enders are those who end and pause system users, in words.
var enders = map[string]string{
	"customer": "the customer", "supplier": "you", "system": "the deletion of its system",
	pausedByRegister: "the register, since the customer has been struck off",
}

// told says a finding in words.
func told(f registry.Finding, d registry.Doubt, user models.ID) finding {
	w := causes[f.Cause]
	resume := "Nobody can resume it until the customer stands in its register again."
	switch f.By {
	case pausedBySupplier:
		resume = "Resume it: POST /api/v1/systemusers/" + string(user) + "/resume."
	case pausedByCustomer:
		resume = "Ask " + string(d.Customer) + " to let it go on. Whoever administers access there does so on the page of the system user, under settings."
	}
	orgs := make([]string, len(f.Orgs))
	for i, o := range f.Orgs {
		orgs[i] = string(o)
	}
	fill := strings.NewReplacer(
		"{issuer}", f.Issuer, "{system}", string(f.System), "{customer}", string(d.Customer), "{since}", spoken(f.Since), "{until}", spoken(f.Until),
		"{by}", enders[f.By], "{reason}", f.Reason, "{orgs}", strings.Join(orgs, ", "), "{refs}", strings.Join(f.Refs, ", "),
		"{items}", orNone(packageNames(f.Items)), "{resume}", resume,
	)
	return finding{
		Code: string(f.Cause), Message: fill.Replace(w.message), Fix: fill.Replace(w.fix), Since: instant(f.Since), Until: instant(f.Until), By: f.By, Reason: f.Reason,
		Issuer: f.Issuer, SystemID: f.System, Organisations: f.Orgs, ExternalRefs: f.Refs, Items: f.Items,
	}
}

// badDetails says what the issuer's question would be refused for.
func badDetails(r *rar.Refusal) *finding {
	f := finding{
		Code: "details_invalid", Field: strings.Replace(r.Field, "/authorization_details", "/authorizationDetails", 1),
		Message: "authorization_details does not hold: ", Fix: "Send one object with type, systemuser_org (authority and ID) and, where you use one, externalRef, spelt exactly so and with nothing else.",
	}
	switch r.Detail {
	case rar.UnknownType:
		f.Message += "its type is not " + rar.Type + "."
	case rar.UnknownField:
		f.Message += "it has a member that is not known, which the issuer refuses."
	case rar.MissingField:
		f.Message += "a member is missing."
	case rar.TooMany:
		f.Message += "it has more than one object. Ask for one customer at a time."
	case rar.InvalidValue, rar.NoSystemUser:
		f.Message += "a value is not what it must be."
	default:
		f.Message += "it is not JSON that every parser reads alike."
	}
	return &f
}

// spoken is a time in a sentence.
func spoken(t time.Time) string {
	if t.IsZero() {
		return "earlier"
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}

func orNone(items []string) string {
	if len(items) == 0 {
		return "none"
	}
	return strings.Join(items, ", ")
}

func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
