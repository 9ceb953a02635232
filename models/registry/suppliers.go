package registry

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/systemuser"
)

// Dealings is what a supplier has with a customer.
type Dealings struct {
	Supplier party.OrgNo
	Live     int       // system users that have not ended
	Paused   int       // those of them that the customer has paused
	Ended    int       // system users that have
	Waiting  int       // requests and change requests that can be answered
	Blocked  time.Time // since when it may not ask; zero when it may
}

// Block is that a supplier may not ask a customer for anything.
type Block struct {
	ID       models.ID
	Customer party.OrgNo
	Supplier party.OrgNo
	Reason   string // the customer's own, which the supplier is not told
	By       models.ID
	At       time.Time
}

// SupplierReader reads what suppliers have with one customer.
type SupplierReader interface {
	// DealingsOf lists the suppliers that have asked the customer for anything,
	// that have had a system user with it, or that may not ask it, ordered by
	// number.
	DealingsOf(ctx context.Context, customer party.OrgNo, now time.Time) ([]Dealings, error)
	// BlockOf finds what stops the supplier from asking the customer.
	BlockOf(ctx context.Context, customer, supplier party.OrgNo) (Block, error)
	// SystemUsersFrom lists the customer's system users of the supplier's systems
	// in the order of SystemUsersOf, at most limit.
	SystemUsersFrom(ctx context.Context, customer, supplier party.OrgNo, limit int) ([]systemuser.SystemUser, error)
	// WaitingFrom lists what the supplier has asked the customer that can be
	// answered at now, oldest first.
	WaitingFrom(ctx context.Context, customer, supplier party.OrgNo, now time.Time) ([]request.Request, []request.Change, error)
}

// SupplierTx writes which suppliers may not ask.
type SupplierTx interface {
	// AddBlock stores a block: Conflict when the supplier is blocked already.
	AddBlock(ctx context.Context, b Block) error
	// EndBlock ends a block: Conflict when it has ended.
	EndBlock(ctx context.Context, id models.ID, at time.Time) error
}

// SupplierView is a supplier as one customer sees it.
type SupplierView struct {
	Dealings
	Organisation party.Organisation
}

// Suppliers lists the suppliers that have, or have had, anything with the
// actor's organisation.
func (r *Registry) Suppliers(ctx context.Context, a models.Actor) ([]SupplierView, error) {
	var out []SupplierView
	err := r.read(ctx, a, policy.SystemUserRead, func(tx Reader, _ policy.Standing, _ *catalog.Catalog) error {
		dealings, err := tx.DealingsOf(ctx, party.OrgNo(a.OrgNo), r.Now())
		if err != nil {
			return err
		}
		nos := make([]party.OrgNo, len(dealings))
		for i, d := range dealings {
			nos[i] = d.Supplier
		}
		orgs, err := tx.Organisations(ctx, nos)
		for _, d := range dealings {
			out = append(out, SupplierView{Dealings: d, Organisation: orgs[d.Supplier]})
		}
		return err
	})
	return out, err
}

// SupplierPage is a supplier with all that it has with one customer.
type SupplierPage struct {
	SupplierView
	Users     []SystemUserView // as in SystemUsers
	Block     Block            // zero when it may ask
	BlockedBy string           // name of who said so
	Stopped   int              // how many StartSupplier would start again
	CanStop   bool
	CanBlock  bool
	StartFor  error // why the actor may not start what was stopped; nil when he may
}

// Supplier shows one supplier to the actor's organisation. NotFound for one that
// has never had anything with it.
func (r *Registry) Supplier(ctx context.Context, a models.Actor, supplier party.OrgNo) (SupplierPage, error) {
	var out SupplierPage
	customer := party.OrgNo(a.OrgNo)
	err := r.read(ctx, a, policy.SystemUserRead, func(tx Reader, s policy.Standing, c *catalog.Catalog) error {
		d, err := r.dealings(ctx, tx, customer, supplier)
		if err != nil {
			return err
		}
		out.Dealings = d
		if out.Organisation, err = tx.Organisation(ctx, supplier); err != nil {
			return err
		}
		users, err := tx.SystemUsersFrom(ctx, customer, supplier, maxList)
		if err != nil {
			return err
		}
		if out.Users, err = r.namedUsers(ctx, tx, users); err != nil {
			return err
		}
		stopped, err := r.stopped(ctx, tx, customer, users)
		if err != nil {
			return err
		}
		out.Stopped = len(stopped)
		may := policy.Check(a, policy.SystemUserSuspend, s, c) == nil
		out.CanStop = may && d.Live > d.Paused
		out.CanBlock = may && customer != supplier
		out.StartFor = policy.Check(a, policy.SystemUserUnsuspend, s, c)
		return r.blockOn(ctx, tx, customer, &out)
	})
	return out, err
}

// blockOn adds the block to the page, with who said so.
func (r *Registry) blockOn(ctx context.Context, tx Reader, customer party.OrgNo, p *SupplierPage) error {
	if p.Blocked.IsZero() {
		return nil
	}
	var err error
	if p.Block, err = tx.BlockOf(ctx, customer, p.Supplier); err != nil {
		return err
	}
	persons, err := tx.Persons(ctx, []models.ID{p.Block.By})
	p.BlockedBy = persons[p.Block.By].Name
	return err
}

// dealings are those of one supplier; NotFound when there are none.
func (r *Registry) dealings(ctx context.Context, tx Reader, customer, supplier party.OrgNo) (Dealings, error) {
	all, err := tx.DealingsOf(ctx, customer, r.Now())
	if err != nil {
		return Dealings{}, err
	}
	for _, d := range all {
		if d.Supplier == supplier {
			return d, nil
		}
	}
	return Dealings{}, models.NewError(models.NotFound, models.CodeNotFound)
}

// stops is the member of an audit entry's detail that names the supplier all of
// whose system users were paused at once.
const stops = "stop"

// StopSupplier pauses every live system user of the supplier's that the actor's
// organisation has, as SuspendSystemUser does, in one transaction: from the moment
// this returns nil, none of them is given a token. Those that the customer has
// paused stay as they are. It returns how many there were, and is never barred
// by the level or an old login. Errors: Invalid with the field reason, which the
// supplier is told; NotFound as of Supplier; those of the policy.
func (r *Registry) StopSupplier(ctx context.Context, a models.Actor, supplier party.OrgNo, reason string) (int, error) {
	n := 0
	err := r.guard(ctx, a, policy.SystemUserSuspend, supplierSubject(supplier), func(tx Tx, s policy.Standing, _ *catalog.Catalog) (change, error) {
		n = 0
		var f models.Faults
		f.Add("reason", models.TextFault(reason, systemuser.MaxPauseReason, true))
		if err := f.Err(); err != nil {
			return change{}, err
		}
		users, err := r.usersFrom(ctx, tx, a, supplier)
		if err != nil {
			return change{}, err
		}
		for _, u := range users {
			if u.Current(r.Now()).Status == systemuser.Revoked {
				continue
			}
			done, err := r.suspend(ctx, tx, u, reason)
			if err != nil {
				return change{}, err
			}
			if done.subject == "" {
				continue
			}
			n++
			done.detail[stops] = string(supplier)
			if err := r.record(ctx, tx, a, strongest(s), policy.SystemUserSuspend, done); err != nil {
				return change{}, err
			}
		}
		return change{}, nil // each has an entry of its own
	})
	return n, err
}

// StartSupplier lets go on what StopSupplier paused and nobody has let go on
// since, in one transaction, and returns how many there were. What was paused
// one by one stays so. Errors: NotFound as of Supplier; those of the policy.
func (r *Registry) StartSupplier(ctx context.Context, a models.Actor, supplier party.OrgNo) (int, error) {
	n := 0
	err := r.guard(ctx, a, policy.SystemUserUnsuspend, supplierSubject(supplier), func(tx Tx, s policy.Standing, _ *catalog.Catalog) (change, error) {
		users, err := r.usersFrom(ctx, tx, a, supplier)
		if err != nil {
			return change{}, err
		}
		stopped, err := r.stopped(ctx, tx, party.OrgNo(a.OrgNo), users)
		if err != nil {
			return change{}, err
		}
		n = len(stopped)
		for _, u := range stopped {
			done, err := r.unsuspend(ctx, tx, u)
			if err != nil {
				return change{}, err
			}
			if err := r.record(ctx, tx, a, strongest(s), policy.SystemUserUnsuspend, done); err != nil {
				return change{}, err
			}
		}
		return change{}, nil
	})
	return n, err
}

// usersFrom are all system users of the supplier's that the actor's organisation
// has had; NotFound for a supplier that has had nothing with it.
func (r *Registry) usersFrom(ctx context.Context, tx Reader, a models.Actor, supplier party.OrgNo) ([]systemuser.SystemUser, error) {
	if _, err := r.dealings(ctx, tx, party.OrgNo(a.OrgNo), supplier); err != nil {
		return nil, err
	}
	return tx.SystemUsersFrom(ctx, party.OrgNo(a.OrgNo), supplier, everyOne)
}

// everyOne bounds a list that must be whole.
const everyOne = 1_000_000

// stopped are those of the system users whose pause came of stopping all of
// their supplier's, as the log says.
func (r *Registry) stopped(ctx context.Context, tx Reader, customer party.OrgNo, users []systemuser.SystemUser) ([]systemuser.SystemUser, error) {
	var paused []systemuser.SystemUser
	var subjects []string
	for _, u := range users {
		if u.Current(r.Now()).Status == systemuser.Active && !u.CustomerPaused.IsZero() {
			paused, subjects = append(paused, u), append(subjects, userSubject(u.ID))
		}
	}
	if len(paused) == 0 {
		return nil, nil
	}
	entries, err := tx.AuditOf(ctx, subjects, customer, 0)
	if err != nil {
		return nil, err
	}
	by := map[string]bool{} // whether the last pause of the subject came of a stop
	for _, e := range entries {
		if e.Action == string(policy.SystemUserSuspend) && e.Outcome == audit.Done {
			by[e.Subject] = e.Detail[stops] != ""
		}
	}
	var out []systemuser.SystemUser
	for _, u := range paused {
		if by[userSubject(u.ID)] {
			out = append(out, u)
		}
	}
	return out, nil
}

// BlockSupplier says that the supplier may not ask the actor's organisation for
// anything any more, through any of its systems, nor may people of the
// organisation make a system user from one. What waits of it is rejected in the
// same transaction, with told as the reason that the supplier reads; reason is
// for the organisation itself. System users go on. Blocking one that is blocked
// changes nothing. Errors: Invalid with the field reason; Forbidden for the
// organisation itself; NotFound as of Supplier; those of the policy.
func (r *Registry) BlockSupplier(ctx context.Context, a models.Actor, supplier party.OrgNo, reason, told string) error {
	customer := party.OrgNo(a.OrgNo)
	return r.guard(ctx, a, policy.SupplierBlock, supplierSubject(supplier), func(tx Tx, s policy.Standing, _ *catalog.Catalog) (change, error) {
		var f models.Faults
		f.Add("reason", request.ReasonFault(reason))
		if err := f.Err(); err != nil {
			return change{}, err
		}
		d, err := r.dealings(ctx, tx, customer, supplier)
		switch {
		case err != nil || !d.Blocked.IsZero():
			return change{}, err
		case customer == supplier:
			return change{}, models.NewError(models.Forbidden, models.CodeForbidden)
		}
		b := Block{ID: models.NewID(), Customer: customer, Supplier: supplier, Reason: strings.TrimSpace(reason), By: models.ID(a.ID), At: stored(r.Now())}
		if err := tx.AddBlock(ctx, b); err != nil {
			return change{}, err
		}
		rejected, err := r.rejectAll(ctx, tx, a, strongest(s), b, told)
		if err != nil {
			return change{}, err
		}
		done := blocked(b, "supplier.blocked")
		done.detail["rejected"] = strconv.Itoa(rejected)
		return done, nil
	})
}

// rejectAll rejects what waits of a supplier that has been blocked, each with its
// own record, and returns how many there were.
func (r *Registry) rejectAll(ctx context.Context, tx Tx, a models.Actor, role string, b Block, told string) (int, error) {
	requests, changes, err := tx.WaitingFrom(ctx, b.Customer, b.Supplier, r.Now())
	if err != nil {
		return 0, err
	}
	n := 0
	// What ran out of time this very moment needs no answer.
	reject := func(act policy.Action, done change, err error) error {
		if models.CodeOf(err) == models.CodeRequestExpired && err != nil {
			return nil
		}
		if err != nil {
			return err
		}
		n++
		return r.record(ctx, tx, a, role, act, done)
	}
	for _, one := range requests {
		done, err := r.decide(ctx, tx, a, one, request.Reject, told, "request.rejected")
		if err := reject(policy.RequestReject, done, err); err != nil {
			return n, err
		}
	}
	for _, one := range changes {
		done, err := r.decideChange(ctx, tx, a, one, request.Reject, told, "change.rejected")
		if err := reject(policy.ChangeReject, done, err); err != nil {
			return n, err
		}
	}
	return n, nil
}

// UnblockSupplier lets the supplier ask again. What was rejected stays so. One
// that is not blocked stays as it is. Errors: NotFound as of Supplier; those of
// the policy.
func (r *Registry) UnblockSupplier(ctx context.Context, a models.Actor, supplier party.OrgNo) error {
	customer := party.OrgNo(a.OrgNo)
	return r.guard(ctx, a, policy.SupplierUnblock, supplierSubject(supplier), func(tx Tx, _ policy.Standing, _ *catalog.Catalog) (change, error) {
		d, err := r.dealings(ctx, tx, customer, supplier)
		if err != nil || d.Blocked.IsZero() {
			return change{}, err
		}
		b, err := tx.BlockOf(ctx, customer, supplier)
		if err != nil {
			return change{}, err
		}
		return blocked(b, "supplier.unblocked"), tx.EndBlock(ctx, b.ID, stored(r.Now()))
	})
}

// unblocked is Forbidden supplier.blocked when the customer does not want to be
// asked by the supplier. Whatever asks for something calls it.
func (r *Registry) unblocked(ctx context.Context, tx Reader, supplier, customer party.OrgNo) error {
	switch _, err := tx.BlockOf(ctx, customer, supplier); {
	case err == nil:
		return models.NewError(models.Forbidden, models.CodeBlocked)
	case models.CodeOf(err) != models.CodeNotFound:
		return err
	}
	return nil
}

// blocked is what is recorded of a block. Its subject is the block, since the
// supplier has to do with others too.
func blocked(b Block, event string) change {
	return change{
		subject: "block:" + string(b.ID), event: event, orgs: []party.OrgNo{b.Supplier, b.Customer},
		detail: audit.Detail{"supplier": string(b.Supplier), "customer": string(b.Customer)},
	}
}

func supplierSubject(o party.OrgNo) string { return "supplier:" + string(o) }
