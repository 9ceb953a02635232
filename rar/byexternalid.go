package rar

import (
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
)

// Names of what the look-up by external reference is asked with, as Altinn
// spells them.
const (
	ParamClientID    = "clientId"
	ParamSupplier    = "systemProviderOrgNo"
	ParamCustomer    = "systemUserOwnerOrgNo"
	ParamExternalRef = "externalRef"
)

// ParseByExternalID reads the question of Altinn's look-up: the same as the
// native one, in four values. The first three are demanded; without a
// reference it is the customer's number. Errors are Invalid and name the
// values at fault.
func ParseByExternalID(value func(name string) string, numbers party.Numbers) (Query, error) {
	var faults models.Faults
	q := Query{ClientID: value(ParamClientID), ExternalRef: value(ParamExternalRef)}
	switch {
	case q.ClientID == "":
		faults.Add(ParamClientID, "required")
	case !graphic(q.ClientID, maxClientID):
		faults.Add(ParamClientID, "client.form")
	}
	number := func(name string) party.OrgNo {
		given := value(name)
		if given == "" {
			faults.Add(name, "required")
			return ""
		}
		org, err := numbers.Parse(given)
		if err != nil {
			faults.Add(name, "orgno.form")
		}
		return org
	}
	q.Supplier, q.Customer = number(ParamSupplier), number(ParamCustomer)
	switch {
	case q.ExternalRef == "":
		q.ExternalRef = string(q.Customer)
	case !usableRef(q.ExternalRef):
		faults.Add(ParamExternalRef, models.LineFault(q.ExternalRef, maxExternalRef, true))
	}
	if err := faults.Err(); err != nil {
		return Query{}, err
	}
	return q, nil
}
