package registry

import (
	"context"
	"slices"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

// doctor gathers findings in one snapshot.
type doctor struct {
	Doubt
	r        *Registry
	tx       Reader
	catalog  *catalog.Catalog
	supplier party.OrgNo
	of       system.System // to look at; zero when there is none
	user     systemuser.SystemUser
	out      Diagnosis
}

func (d *doctor) find(f Finding) { d.out.Findings = append(d.out.Findings, f) }

// own returns the system if it is the supplier's.
func (d *doctor) own(ctx context.Context, id system.ID) (system.System, bool, error) {
	s, err := d.tx.System(ctx, id)
	if err != nil && models.CodeOf(err) == models.CodeNotFound || err == nil && s.Supplier != d.supplier {
		return system.System{}, false, nil
	}
	return s, err == nil, err
}

// client follows the chain from the client to its system.
func (d *doctor) client(ctx context.Context) error {
	if !slices.Contains(d.r.Issuers, d.Client.Issuer) {
		d.find(Finding{Cause: CauseIssuer, Issuer: d.Client.Issuer})
	}
	runs, err := d.tx.SystemsRunAs(ctx, d.r.Issuers, d.Client.ID)
	if err != nil {
		return err
	}
	var found bool
	if d.of, found, err = d.own(ctx, runs[d.Client.Issuer]); err != nil {
		return err
	}
	if !found {
		if err := d.stray(ctx, runs); err != nil {
			return err
		}
	}
	d.out.System = d.of.ID
	if d.System != "" && d.System != d.of.ID {
		if err := d.named(ctx); err != nil {
			return err
		}
	}
	if d.of.Deleted {
		d.find(Finding{Cause: CauseSystemDeleted, System: d.of.ID, Since: d.of.ChangedAt})
	}
	return nil
}

// stray explains a client that is on none of the supplier's systems under the
// issuer.
func (d *doctor) stray(ctx context.Context, runs map[string]system.ID) error {
	for _, issuer := range d.r.Issuers {
		s, found, err := d.own(ctx, runs[issuer])
		if err != nil {
			return err
		}
		if found && issuer != d.Client.Issuer {
			d.find(Finding{Cause: CauseClientIssuer, Issuer: issuer, System: s.ID})
			return nil
		}
	}
	d.find(Finding{Cause: CauseClient, Issuer: d.Client.Issuer})
	return nil
}

// named goes on with the system that the supplier means, which is not the
// client's.
func (d *doctor) named(ctx context.Context) error {
	meant, found, err := d.own(ctx, d.System)
	switch {
	case err != nil:
		return err
	case !found:
		d.find(Finding{Cause: CauseSystem, System: d.System})
		return nil
	case d.of.ID != "":
		d.find(Finding{Cause: CauseClientSystem, System: d.of.ID})
	}
	d.of = meant
	return nil
}

// customer follows the chain from the system to the system user.
func (d *doctor) customer(ctx context.Context) error {
	if d.of.ID != "" {
		u, err := d.tx.SystemUserAt(ctx, d.of.ID, d.Customer, d.ExternalRef)
		if err == nil {
			d.user, d.out.User = u, u.ID
			d.stopped(u)
			return nil
		}
		if models.CodeOf(err) != models.CodeNotFound {
			return err
		}
	}
	for _, look := range []func(context.Context) error{d.organisation, d.agents, d.past, d.others} {
		if err := look(ctx); err != nil {
			return err
		}
	}
	return nil
}

// stopped tells why a live system user is given no tokens, as rar sees it: one
// that ends within a second is over.
func (d *doctor) stopped(u systemuser.SystemUser) {
	if u.Paused != "" {
		d.find(Finding{Cause: CausePaused, By: string(u.Paused)})
	}
	if !u.SupplierPaused.IsZero() {
		d.find(Finding{Cause: CausePaused, By: "supplier", Since: u.SupplierPaused})
	}
	if !u.CustomerPaused.IsZero() {
		d.find(Finding{Cause: CausePaused, By: "customer", Since: u.CustomerPaused, Reason: u.PauseReason})
	}
	if u.Over(d.r.Now().Add(time.Second)) {
		d.find(Finding{Cause: CauseOver, Since: u.ValidTo})
	}
}

// organisation tells what may be wrong with the customer's number.
func (d *doctor) organisation(ctx context.Context) error {
	o, err := d.tx.Organisation(ctx, d.Customer)
	if err != nil && models.CodeOf(err) == models.CodeNotFound {
		d.find(Finding{Cause: CauseCustomer})
		return nil
	}
	if o.Parent != "" {
		d.find(Finding{Cause: CauseSubUnit, Orgs: []party.OrgNo{o.Parent}})
	}
	if !o.StruckOff.IsZero() {
		d.find(Finding{Cause: CauseCustomerStruck, Since: o.StruckOff})
	}
	return err
}

// agents tells when the customer is a client: the token must name whoever
// serves it.
func (d *doctor) agents(ctx context.Context) error {
	found, err := d.tx.AgentsServing(ctx, d.supplier, d.Customer, maxTold)
	f := Finding{Cause: CauseClientOfAgent}
	for _, u := range found {
		if u.Customer == d.Customer {
			continue // it serves itself
		}
		if !slices.Contains(f.Orgs, u.Customer) {
			f.Orgs = append(f.Orgs, u.Customer)
		}
		f.Refs = append(f.Refs, u.ExternalRef)
	}
	if len(f.Orgs) > 0 {
		d.find(f)
	}
	return err
}

// past tells what has become of the very triple, latest first.
func (d *doctor) past(ctx context.Context) error {
	if d.of.ID == "" {
		return nil
	}
	asked, err := d.tx.RequestsAt(ctx, d.of.ID, d.Customer, d.ExternalRef, 1)
	if err != nil {
		return err
	}
	ended, err := d.tx.RevokedAt(ctx, d.of.ID, d.Customer, d.ExternalRef, 1)
	if err != nil {
		return err
	}
	var found []Finding
	for _, u := range ended {
		if u.RevokedBy == systemuser.EndedByTime {
			found = append(found, Finding{Cause: CauseOver, Since: u.ValidTo})
			continue
		}
		found = append(found, Finding{Cause: CauseRevoked, Since: u.RevokedAt, By: string(u.RevokedBy)})
	}
	for _, q := range asked {
		f := Finding{Since: q.CreatedAt, Until: q.ExpiresAt, Reason: q.Reason}
		switch q.Current(d.r.Now()) {
		case request.Pending:
			f.Cause = CausePending
		case request.Rejected:
			f.Cause, f.Since, f.Until = CauseRejected, q.DecidedAt, time.Time{}
		case request.Expired:
			f.Cause, f.Since, f.Until = CauseExpired, q.ExpiresAt, time.Time{}
		case request.Withdrawn:
			f.Cause, f.Since, f.Until = CauseWithdrawn, q.DecidedAt, time.Time{}
		case request.Accepted: // what came of it is among those that ended
			continue
		}
		found = append(found, f)
	}
	slices.SortStableFunc(found, func(x, y Finding) int { return y.Since.Compare(x.Since) })
	if len(found) == 0 {
		found = append(found, Finding{Cause: CauseNever, System: d.of.ID})
	}
	d.out.Findings = append(d.out.Findings, found...)
	return nil
}

// others tells which system users of the supplier's the customer has instead.
func (d *doctor) others(ctx context.Context) error {
	live, err := d.tx.LiveUsersOf(ctx, d.supplier, d.Customer, maxTold)
	same, elsewhere := Finding{Cause: CauseOtherRef, System: d.of.ID}, map[system.ID]Finding{}
	for _, u := range live {
		if u.System == d.of.ID {
			same.Refs = append(same.Refs, u.ExternalRef)
			continue
		}
		f := elsewhere[u.System]
		f.Cause, f.System, f.Refs = CauseOtherSystem, u.System, append(f.Refs, u.ExternalRef)
		elsewhere[u.System] = f
	}
	if len(same.Refs) > 0 {
		d.find(same)
	}
	for _, u := range live {
		if f, ok := elsewhere[u.System]; ok {
			d.find(f)
			delete(elsewhere, u.System)
		}
	}
	return err
}

// right tells why a decision would be no, whatever stops the system user.
func (d *doctor) right(ctx context.Context) error {
	if d.Resource == "" || d.user.ID == "" {
		return nil
	}
	p, agent := d.Party, d.user.Kind == systemuser.Agent
	switch {
	case p == "" && agent:
		d.find(Finding{Cause: CauseNoParty})
		return nil
	case p == "":
		p = d.Customer
	case p != d.Customer && !agent:
		d.find(Finding{Cause: CauseOtherParty, Orgs: []party.OrgNo{d.Customer}})
	}
	held, err := d.tx.HoldsRight(ctx, d.user.ID, d.Resource, d.Action, p, d.r.Now())
	if err != nil {
		return err
	}
	if agent && !held.Attached {
		d.find(Finding{Cause: CausePartyNoClient, Orgs: []party.OrgNo{p}})
	}
	if !held.Known {
		d.find(Finding{Cause: CauseResource})
		return nil
	}
	// An agent's party that is no client holds nothing, and that is told already.
	if !held.Given && (!agent || held.Attached) {
		d.lacking(agent)
	}
	return nil
}

// lacking tells where a right stops on its way from the system to the system
// user.
func (d *doctor) lacking(agent bool) {
	resource, _ := d.catalog.Resource(d.Resource)
	carries := func(i catalog.Item) bool {
		if i.Kind == catalog.PackageItem {
			return slices.Contains(resource.Packages, i.Ref)
		}
		return !agent && i.Ref == d.Resource && (i.Action == "" || i.Action == d.Action)
	}
	f := Finding{Cause: CauseRightOffSystem, System: d.of.ID, Items: resource.Packages}
	switch delegated := slices.ContainsFunc(d.user.Delegated, carries); {
	case len(resource.Actions) > 0 && !slices.Contains(resource.Actions, d.Action):
		f = Finding{Cause: CauseAction, Items: resource.Actions}
	case slices.ContainsFunc(d.user.Asked(d.of), carries): // asked for and delegated: the facilitator lacks it
		f = Finding{Cause: CauseAgentLacks, Orgs: []party.OrgNo{d.Customer}, Items: resource.Packages}
	case delegated:
		f.Cause = CauseRightLeftSystem
	case slices.ContainsFunc(d.of.Asked(), carries):
		f.Cause = CauseRightUndelegated
	}
	d.find(f)
}

// journal tells what the issuer itself has been refused about the client.
func (d *doctor) journal(ctx context.Context) (err error) {
	if d.out.System != "" {
		d.out.Refused, err = d.tx.RefusalsOf(ctx, d.Client.Issuer, d.Client.ID, d.r.Now().Add(-refusalsKept))
	}
	return err
}
