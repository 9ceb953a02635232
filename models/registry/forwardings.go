package registry

import (
	"context"
	"slices"
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

// ForwardingReader reads who asked whom to answer. The customer is part of each
// question, but for what a person is to have of himself.
type ForwardingReader interface {
	// ForwardingOf finds a forwarding at the customer, one taken back too.
	ForwardingOf(ctx context.Context, customer party.OrgNo, id models.ID) (request.Forwarding, error)
	// ForwardingsOf lists those of a subject that have not been taken back, the
	// oldest first.
	ForwardingsOf(ctx context.Context, customer party.OrgNo, subject string) ([]request.Forwarding, error)
	// ForwardingsWith lists those from or to the person at the customer that have
	// not been taken back, newest first.
	ForwardingsWith(ctx context.Context, customer party.OrgNo, person models.ID) ([]request.Forwarding, error)
	// ForwardingsAbout lists all from or to the person anywhere, the oldest first.
	ForwardingsAbout(ctx context.Context, person models.ID) ([]request.Forwarding, error)
}

// ForwardingTx stores them.
type ForwardingTx interface {
	// AddForwarding stores a new one: Conflict when one from the same person to
	// the same about the same stands.
	AddForwarding(ctx context.Context, f request.Forwarding) error
	// RecallForwarding stores that f was taken back at the time: Conflict when it
	// was before.
	RecallForwarding(ctx context.Context, f request.Forwarding, at time.Time) error
}

// Ref names what a customer is asked to answer.
type Ref struct {
	ID     models.ID
	Change bool // a change request; otherwise a request
}

// Subject is how the audit log names it.
func (q Ref) Subject() string {
	if q.Change {
		return changeSubject(q.ID)
	}
	return requestSubject(q.ID)
}

// refOf reads what Subject wrote.
func refOf(subject string) Ref {
	if id, ok := strings.CutPrefix(subject, changeSubject("")); ok {
		return Ref{ID: models.ID(id), Change: true}
	}
	return Ref{ID: models.ID(strings.TrimPrefix(subject, requestSubject("")))}
}

// either is the first action for a request, the second for a change request.
func (q Ref) either(plain, change policy.Action) policy.Action {
	if q.Change {
		return change
	}
	return plain
}

// Forwarded is a forwarding with the names of both.
type Forwarded struct {
	request.Forwarding
	FromPerson party.Person
	ToPerson   party.Person
}

// sentOn lists who in the actor's organisation has sent the question on to whom.
func sentOn(ctx context.Context, tx Reader, a models.Actor, q Ref) ([]Forwarded, error) {
	fs, err := tx.ForwardingsOf(ctx, party.OrgNo(a.OrgNo), q.Subject())
	if err != nil {
		return nil, err
	}
	return withNames(ctx, tx, fs)
}

func withNames(ctx context.Context, tx Reader, fs []request.Forwarding) ([]Forwarded, error) {
	var ids []models.ID
	for _, f := range fs {
		ids = append(ids, f.From, f.To)
	}
	slices.Sort(ids)
	persons, err := tx.Persons(ctx, slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	out := make([]Forwarded, len(fs))
	for i, f := range fs {
		out[i] = Forwarded{Forwarding: f, FromPerson: persons[f.From], ToPerson: persons[f.To]}
	}
	return out, nil
}

// Answerer is somebody who can answer a question.
type Answerer struct {
	Person party.Person
	Roles  []models.Text // what he holds in the organisation, the strongest first
	Sent   bool          // the reader has sent it to him already
}

// ForwardView is what somebody sees before he sends a question on.
type ForwardView struct {
	Ref
	RequestView
	To      []Answerer     // who can approve the whole, but for the reader
	Reader  bool           // the reader can himself
	Missing []Asked        // what nobody in the organisation can give, when nobody can approve the whole
	Givers  []party.Person // who may give others power there, then
}

// ForwardForm shows whom in the organisation that the actor acts for a question
// can be sent to. Errors: Conflict request.decided, request.expired,
// systemuser.revoked or organisation.struck_off when there is nothing to answer
// any more; Gone system.deleted; NotFound.
func (r *Registry) ForwardForm(ctx context.Context, a models.Actor, q Ref) (ForwardView, error) {
	var out ForwardView
	err := r.read(ctx, a, q.either(policy.RequestForward, policy.ChangeForward), func(tx Reader, s policy.Standing, c *catalog.Catalog) error {
		v, q, err := r.open(ctx, tx, a, s, c, q)
		if err != nil {
			return err
		}
		out = ForwardView{Ref: q, RequestView: v.RequestView}
		standings, err := r.standings(ctx, tx, v.Customer)
		if err != nil {
			return err
		}
		sent, err := tx.ForwardingsOf(ctx, v.Customer.OrgNo, q.Subject())
		if err != nil {
			return err
		}
		for _, p := range v.Approvers {
			if string(p.ID) == a.ID {
				out.Reader = true
				continue
			}
			already := slices.ContainsFunc(sent, func(f request.Forwarding) bool { return string(f.From) == a.ID && f.To == p.ID })
			out.To = append(out.To, Answerer{Person: p, Roles: titles(c, standings[p.ID]), Sent: already})
		}
		if len(v.Approvers) == 0 {
			return r.whoHelps(ctx, tx, c, v, standings, &out)
		}
		return nil
	})
	return out, err
}

// whoHelps names what nobody can give, and who may give others power.
func (r *Registry) whoHelps(ctx context.Context, tx Reader, c *catalog.Catalog, v Review, standings map[models.ID]policy.Standing, out *ForwardView) error {
	for _, asked := range v.Asked {
		if !asked.Verdict.OK() && len(asked.Others) == 0 {
			out.Missing = append(out.Missing, asked)
		}
	}
	var err error
	out.Givers, err = administrators(ctx, tx, c, standings)
	return err
}

// open is the question as it stands for the reader, with all who can approve the
// whole, if it can be answered.
func (r *Registry) open(ctx context.Context, tx Reader, a models.Actor, s policy.Standing, c *catalog.Catalog, q Ref) (Review, Ref, error) {
	var v Review
	var err error
	if q.Change {
		var changed ChangeReview
		changed, err = r.reviewChange(ctx, tx, a, s, c, q.ID)
		v, q.ID = changed.Review, changed.Change.ID // it may have been asked for by its supplier's
		if err == nil && v.Status == request.Pending && changed.Over {
			err = models.NewError(models.Conflict, models.CodeUserRevoked)
		}
	} else {
		v, err = r.review(ctx, tx, a, s, c, q.ID)
	}
	if err == nil {
		_, err = v.Status.Next(request.Reject)
	}
	switch {
	case err != nil:
		return v, q, err
	case v.System.Deleted:
		return v, q, models.NewError(models.Gone, models.CodeSystemDeleted)
	case v.StruckOff:
		return v, q, models.NewError(models.Conflict, models.CodeStruckOff)
	case !v.CanApprove: // then they have been found
		return v, q, nil
	}
	return v, q, r.findApprovers(ctx, tx, &v, c)
}

// ForwardTo asks somebody in the organisation that the actor acts for to answer
// the question. in holds To, and Note and Due as the actor wants them. Sent to
// the same person before, that one comes back as it is. It can be answered by
// anybody else as before. Errors: Invalid with the fields to, note and due;
// Conflict forward.person for who cannot approve the whole, and for the actor
// himself; TooMany in an hour; those of ForwardForm and of the policy.
func (r *Registry) ForwardTo(ctx context.Context, a models.Actor, q Ref, in request.Forwarding) (request.Forwarding, error) {
	var out request.Forwarding
	act := q.either(policy.RequestForward, policy.ChangeForward)
	err := r.guard(ctx, a, act, q.Subject(), func(tx Tx, s policy.Standing, c *catalog.Catalog) (change, error) {
		v, q, err := r.open(ctx, tx, a, s, c, q)
		if err != nil {
			return change{}, err
		}
		in.Subject, in.Customer, in.From = q.Subject(), v.Customer.OrgNo, models.ID(a.ID)
		if out, err = request.NewForwarding(in, v.Request.ExpiresAt, stored(r.Now())); err != nil {
			return change{}, err
		}
		if out.To == out.From || !slices.ContainsFunc(v.Approvers, func(p party.Person) bool { return p.ID == out.To }) {
			return change{}, models.NewError(models.Conflict, models.CodeForwardPerson)
		}
		standing, err := tx.ForwardingsOf(ctx, out.Customer, out.Subject)
		if err != nil {
			return change{}, err
		}
		if i := slices.IndexFunc(standing, func(f request.Forwarding) bool { return f.From == out.From && f.To == out.To }); i >= 0 {
			out = standing[i]
			return change{}, nil
		}
		// Each is told to somebody: sent on and taken back again and again, it fills his mailbox.
		if err := r.count(ctx, tx, "forward:"+a.ID, maxForwards, false); err != nil {
			return change{}, err
		}
		if err := tx.AddForwarding(ctx, out); err != nil {
			return change{}, err
		}
		if !q.Change && !v.Request.Escalated {
			if err := tx.EscalateRequest(ctx, v.Request, true); err != nil {
				return change{}, err
			}
		}
		done := forwarded(q, v.Request, v.System.Supplier)
		done.detail["forwarding"] = string(out.ID)
		return done, nil
	})
	return out, err
}

// maxForwards is how often one person sends something on in an hour.
const maxForwards = 60

// forwarded is what is recorded of sending a question on.
func forwarded(q Ref, one request.Request, supplier party.OrgNo) change {
	event := "request.forwarded"
	if q.Change {
		event = "change.forwarded"
	}
	return change{
		subject: q.Subject(), event: event, orgs: []party.OrgNo{supplier, one.Customer},
		detail: audit.Detail{"system": string(one.System), "customer": string(one.Customer)},
	}
}

// Recall takes back what the actor has sent on, while nobody has answered it,
// and returns what it was about; taken back from everybody, a request is not
// sent on any more. Taken back before, nothing happens. Errors:
// Conflict request.decided or request.expired; Forbidden for what somebody else
// sent on; NotFound; those of the policy.
func (r *Registry) Recall(ctx context.Context, a models.Actor, id models.ID) (Ref, error) {
	var q Ref
	err := r.guard(ctx, a, policy.ForwardRecall, "forwarding:"+string(id), func(tx Tx, _ policy.Standing, _ *catalog.Catalog) (change, error) {
		f, err := tx.ForwardingOf(ctx, party.OrgNo(a.OrgNo), id)
		if err != nil {
			return change{}, err
		}
		q = refOf(f.Subject)
		if string(f.From) != a.ID {
			return change{}, models.NewError(models.Forbidden, models.CodeForbidden)
		}
		one, err := asked(ctx, tx, f.Customer, q)
		if err != nil || !f.Recalled.IsZero() {
			return change{}, err
		}
		if _, err := one.Current(r.Now()).Next(request.Reject); err != nil {
			return change{}, err
		}
		done := forwarded(q, one, "")
		done.event, done.orgs = "forward.recalled", []party.OrgNo{f.Customer} // it is no news to the supplier
		done.detail["forwarding"] = string(f.ID)
		if err := tx.RecallForwarding(ctx, f, stored(r.Now())); err != nil || q.Change {
			return done, err
		}
		return done, deescalate(ctx, tx, one)
	})
	return q, err
}

// deescalate has the request be as if it had not been sent on, when that has
// been taken back from everybody.
func deescalate(ctx context.Context, tx Tx, one request.Request) error {
	left, err := tx.ForwardingsOf(ctx, one.Customer, requestSubject(one.ID))
	if err != nil || len(left) > 0 {
		return err
	}
	if all, err := sentToAll(ctx, tx, one); err != nil || all {
		return err
	}
	return tx.EscalateRequest(ctx, one, false)
}

// sentToAll reports whether the request has been sent on to whoever administers
// access, which nobody takes back. The flag alone does not tell.
func sentToAll(ctx context.Context, tx Reader, one request.Request) (bool, error) {
	if !one.Escalated {
		return false, nil
	}
	entries, err := tx.AuditOf(ctx, []string{requestSubject(one.ID)}, one.Customer, 0)
	return slices.ContainsFunc(entries, func(e audit.Entry) bool {
		return e.Action == string(policy.RequestForward) && e.Outcome == audit.Done && e.Detail["forwarding"] == ""
	}), err
}

// asked reads what the customer is asked, of either kind.
func asked(ctx context.Context, tx Reader, customer party.OrgNo, q Ref) (request.Request, error) {
	if !q.Change {
		return tx.RequestFor(ctx, customer, q.ID)
	}
	c, err := tx.ChangeTo(ctx, []party.OrgNo{customer}, q.ID)
	return c.Request, err
}

// Forward sends a request of the kind to those in the actor's organisation who
// administer access, on behalf of a member who cannot answer it himself. It can
// be answered as before; sent on so already, nothing happens. Errors: Conflict
// request.decided or request.expired; NotFound; those of the policy.
func (r *Registry) Forward(ctx context.Context, a models.Actor, id models.ID, kind systemuser.Kind) error {
	return r.guard(ctx, a, policy.RequestForward, requestSubject(id), func(tx Tx, _ policy.Standing, _ *catalog.Catalog) (change, error) {
		one, err := shown(tx.RequestFor(ctx, party.OrgNo(a.OrgNo), id))
		if err != nil {
			return change{}, err
		}
		if one.Kind != kind {
			return change{}, models.NewError(models.NotFound, models.CodeNotFound)
		}
		if _, err := one.Current(r.Now()).Next(request.Reject); err != nil {
			return change{}, err
		}
		if already, err := sentToAll(ctx, tx, one); err != nil || already {
			return change{}, err
		}
		if err := tx.EscalateRequest(ctx, one, true); err != nil {
			return change{}, err
		}
		s, err := tx.System(ctx, one.System)
		return forwarded(Ref{ID: id}, one, s.Supplier), err
	})
}
