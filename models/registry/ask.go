package registry

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

// Ask asks a customer for a system user of one of the actor's systems, as a
// program does, which may ask the same again: in holds Kind, System, Customer,
// ExternalRef, Title, Items, Purposes, Purpose, ValidTo, ContactEmail and
// RedirectURL. A right without an action may stand for what the system asks for
// (request.Meant).
//
// When the triple (system, customer, external reference) has a pending request,
// or a rejected one that the supplier has not removed, that one comes back with
// the repeat, and nothing is done. A customer that only the business register
// knows is taken in first.
//
// Errors: NotFound for a system of another supplier, before anything is said
// about the triple; Gone system.deleted; Conflict systemuser.exists when the
// triple has a live system user, request.exists or request.decided when it has a
// request of the other kind, pending or rejected; Invalid with the fields of
// request.New and customer (cause CustomerError), beside which the request comes
// back as it was understood; TooMany; Forbidden supplier.blocked; those of the
// policy.
func (r *Registry) Ask(ctx context.Context, a models.Actor, in request.Request) (request.Request, Repeat, error) {
	sent, repeat, err := r.ask(ctx, a, in, true)
	if r.meets(ctx, err) {
		return r.ask(ctx, a, in, true)
	}
	return sent, repeat, err
}

// SendRequest asks a customer for a standard system user of one of the actor's
// systems, as a person does: in is as in Ask, and each right names what the
// system asks for. A rejected request does not stand in its way. Errors are those of Ask;
// Conflict request.exists when the triple has a pending request.
func (r *Registry) SendRequest(ctx context.Context, a models.Actor, in request.Request) (request.Request, error) {
	in.Kind = systemuser.Standard
	sent, _, err := r.ask(ctx, a, in, false)
	if r.meets(ctx, err) {
		sent, _, err = r.ask(ctx, a, in, false)
	}
	return sent, err
}

// ask is both of them, on the organisations that are here. With repeats, what
// stands in the way is an answer, not a Conflict.
func (r *Registry) ask(ctx context.Context, a models.Actor, in request.Request, repeats bool) (sent request.Request, repeat Repeat, err error) {
	err = r.guard(ctx, a, policy.RequestSend, "system:"+string(in.System), func(tx Tx, _ policy.Standing, c *catalog.Catalog) (change, error) {
		sent, repeat = request.Request{}, ""
		s, err := ownSystem(ctx, tx, a, in.System)
		if err != nil {
			return change{}, err
		}
		if s.Deleted {
			return change{}, models.NewError(models.Gone, models.CodeSystemDeleted)
		}
		if err := r.unblocked(ctx, tx, s.Supplier, in.Customer); err != nil {
			return change{}, err
		}
		asked := in
		if repeats {
			asked = spelt(in, s)
		}
		asked.ID = models.NewID()
		made, faults := request.New(asked, s, c, r.Now().UTC().Truncate(time.Millisecond), r.requestLife())
		made.Version = 1
		sent = made
		if !faulty(faults, "external_ref") { // else there is no triple
			if err := r.freeTriple(ctx, tx, s.Supplier, made); err != nil {
				return change{}, err
			}
			if repeats {
				if sent, repeat, err = standing(ctx, tx, made); err != nil || repeat != "" {
					return change{}, err
				}
			}
		}
		if err := r.customerFault(ctx, tx, made.Customer); err != nil {
			return change{}, err
		}
		if faults != nil {
			return change{}, faults
		}
		return r.store(ctx, tx, s, made)
	})
	return sent, repeat, err
}

// store stores a new request.
func (r *Registry) store(ctx context.Context, tx Tx, s system.System, made request.Request) (change, error) {
	if err := r.charge(ctx, tx, s.Supplier, made.Customer); err != nil {
		return change{}, err
	}
	if err := tx.AddRequest(ctx, made); err != nil {
		return change{}, err
	}
	return change{
		subject: requestSubject(made.ID), event: "request.sent", orgs: []party.OrgNo{s.Supplier, made.Customer},
		detail: audit.Detail{"system": string(s.ID), "customer": string(made.Customer), "items": strconv.Itoa(len(made.Items))},
	}, nil
}

func (r *Registry) requestLife() time.Duration {
	if r.RequestLife == 0 {
		return request.Life
	}
	return r.RequestLife
}

// spelt is what a program asks for in the words of its system. What it names
// twice counts once.
func spelt(in request.Request, s system.System) request.Request {
	items, purposes := []catalog.Item(nil), map[catalog.Item]models.Text{}
	for _, item := range in.Items {
		for _, meant := range request.Meant(s, item) {
			if slices.Contains(items, meant) {
				continue
			}
			items = append(items, meant)
			if why := in.Purposes[item]; !why.Empty() {
				purposes[meant] = why
			}
		}
	}
	in.Items, in.Purposes = items, purposes
	return in
}

// standing tells what stands where the request would, and how it compares.
func standing(ctx context.Context, tx Tx, made request.Request) (request.Request, Repeat, error) {
	old, ok, err := tx.StandingRequest(ctx, made)
	if err != nil || !ok {
		return made, "", err
	}
	rejected := old.Status == request.Rejected
	switch {
	case old.Kind != made.Kind && rejected:
		return made, "", models.NewError(models.Conflict, models.CodeRequestDecided)
	case old.Kind != made.Kind:
		return made, "", models.NewError(models.Conflict, models.CodeRequestExists)
	case rejected:
		return old, RepeatRejected, nil
	case old.SameAs(made):
		return old, RepeatSame, nil
	}
	return old, RepeatDifferent, nil
}

// CustomerError is the cause when an organisation cannot be asked.
type CustomerError struct {
	OrgNo party.OrgNo
	// Unit is the one to ask instead, when the organisation is a sub-unit of it.
	Unit    party.OrgNo
	unknown bool // it is not here
}

// Error is for logs.
func (n *CustomerError) Error() string {
	if n.Unit != "" {
		return "a sub-unit of " + string(n.Unit)
	}
	return "no customer"
}

// customerFault refuses a customer that is not in the registry, that is a
// sub-unit, or that has been struck off, beside its field.
func (r *Registry) customerFault(ctx context.Context, tx Tx, customer party.OrgNo) error {
	no, fault := &CustomerError{OrgNo: customer}, ""
	switch o, err := tx.Organisation(ctx, customer); {
	case err != nil && models.CodeOf(err) != models.CodeNotFound:
		return err
	case err != nil:
		no.unknown, fault = true, "organisation.unknown"
	case o.Parent != "":
		no.Unit, fault = o.Parent, "organisation.sub_unit"
	case !o.StruckOff.IsZero():
		fault = "organisation.struck_off"
	default:
		return nil
	}
	return &models.Error{Kind: models.Invalid, Code: models.CodeInvalid, Fields: models.Faults{{Field: "customer", Fault: fault}}, Err: no}
}

// intake is who takes in organisations that suppliers ask for.
var intake = models.Actor{Kind: models.Operator, ID: "intake"}

// meets takes in the organisation for whose absence err is, from the business
// register, and reports whether it did, so that it makes sense to try again. It
// does nothing inside a transaction, which would be held up. A register that does
// not answer is as good as none.
func (r *Registry) meets(ctx context.Context, err error) bool {
	if _, inside := r.Store.(within); inside || !r.meetable(err) {
		return false
	}
	no, _ := errors.AsType[*CustomerError](err)
	n, err := r.askAll(ctx, no.OrgNo, r.Now().Add(-oldest))
	switch {
	case n.unknown || n.is == nil:
		return false
	case err != nil: // who it is, it said, and not who is what there
		n.served, n.roles = nil, nil
	}
	_, err = r.take(ctx, intake, "organisation:"+string(no.OrgNo), []news{n}, nil)
	return err == nil
}

// meetable reports whether err is for an organisation that the business register
// could be asked about.
func (r *Registry) meetable(err error) bool {
	no, ok := errors.AsType[*CustomerError](err)
	if !ok || !no.unknown || r.Register == nil {
		return false
	}
	_, err = r.Numbers.Parse(string(no.OrgNo))
	return err == nil
}

// faulty reports whether err names the field.
func faulty(err error, field string) bool {
	e, ok := errors.AsType[*models.Error](err)
	return ok && slices.ContainsFunc(e.Fields, func(f models.FieldError) bool { return f.Field == field })
}
