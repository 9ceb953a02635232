package customer_test

import (
	"testing"

	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/views/customer"
	"github.com/stafett/stafett/views/i18n"
)

func TestEveryPartThatChangesHasAName(t *testing.T) {
	for _, p := range []customer.Part{
		customer.PartSupplier, customer.PartSystem, customer.PartCustomer, customer.PartPurpose, customer.PartTitle, customer.PartReference,
		customer.PartUntil, customer.PartReturn, customer.PartContact, customer.PartWish, customer.PartUser, customer.PartOther,
	} {
		if !i18n.Has("customer.part." + string(p)) {
			t.Errorf("customer.part.%s has no text", p)
		}
	}
}

// TestEveryCauseHasAWayOut holds table 1.10 of customer-ux.md: no cause is a dead end.
func TestEveryCauseHasAWayOut(t *testing.T) {
	for _, c := range causes {
		if customer.OfferFor(c) == customer.OfferNone {
			t.Errorf("%s offers nothing", c)
		}
	}
	for cause, want := range map[policy.Cause]customer.Offer{
		"": customer.OfferNone, policy.Level: customer.OfferLogin, policy.MissingRole: customer.OfferForward, policy.NotDelegable: customer.OfferSupplier,
	} {
		if got := customer.OfferFor(cause); got != want {
			t.Errorf("%q offers %q, want %q", cause, got, want)
		}
	}
}
