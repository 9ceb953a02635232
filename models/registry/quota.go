package registry

import (
	"context"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
)

// Quotas bound what is asked in an hour, by the clock; zero is no bound.
type Quotas struct {
	Supplier int // requests and change requests that one supplier sends or renews
	Customer int // those that one customer is sent, by all suppliers
}

// quotaWindow is the stretch of time in which a quota counts.
const quotaWindow = time.Hour

// QuotaTx counts against quotas.
type QuotaTx interface {
	// Count adds one to what the name has used in the window that begins then,
	// and returns how much that is.
	Count(ctx context.Context, name string, window time.Time) (int, error)
	// PurgeQuotas deletes the counts of windows that began before the time.
	PurgeQuotas(ctx context.Context, before time.Time) error
}

// charge counts one question of the supplier to the customer against the quotas
// of both. TooMany too_many, with how long to wait, when one is used up.
func (r *Registry) charge(ctx context.Context, tx Tx, supplier, customer party.OrgNo) error {
	if err := r.count(ctx, tx, "supplier:"+string(supplier), r.Quotas.Supplier, false); err != nil {
		return err
	}
	return r.count(ctx, tx, "customer:"+string(customer), r.Quotas.Customer, true)
}

// count adds one to what the name has used in this hour; most is its quota, 0 for
// none, and customer says that it is a customer's.
func (r *Registry) count(ctx context.Context, tx Tx, name string, most int, customer bool) error {
	if most == 0 {
		return nil
	}
	window := r.Now().Truncate(quotaWindow)
	n, err := tx.Count(ctx, name, window)
	if err != nil || n <= most {
		return err
	}
	wait := window.Add(quotaWindow).Sub(r.Now())
	return &models.Error{Kind: models.TooMany, Code: models.CodeTooMany, Wait: wait, Err: &quotaError{customer: customer, wait: wait}}
}

// quotaError is the cause when a quota is used up: the customer's, or else the
// supplier's.
type quotaError struct {
	customer bool
	wait     time.Duration
}

// Error is for logs.
func (u *quotaError) Error() string {
	if u.customer {
		return "quota of the customer"
	}
	return "quota of the supplier"
}

// PurgeQuotas forgets the counts of hours gone by. A job calls it.
func (r *Registry) PurgeQuotas(ctx context.Context) error {
	return r.Store.Write(ctx, func(tx Tx) error { return tx.PurgeQuotas(ctx, r.Now().Truncate(quotaWindow)) })
}
