package registry

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
)

// Asked is one item of a request as the approver sees it.
type Asked struct {
	Item     catalog.Item
	Purpose  models.Text        // the supplier's words for why: those of the request, or else of the system
	Optional bool               // the system can do without it
	Verdict  policy.Verdict     // whether the reader may grant it, and why not
	Others   []party.Person     // who else can, when the reader can not
	Package  catalog.Package    // when the item is a package
	Resource catalog.Resource   // when the item is a right
	Within   []catalog.Resource // what the package carries
	Had      []catalog.Resource // in a change: of the services, those that the system user has whole already, by something else
	Area     models.Text        // what the package is about
	// Sensitive says why the item deserves a second look.
	Sensitive catalog.Sensitivity
}

// Review is everything that an approver is shown before he answers.
type Review struct {
	RequestView
	Asked     []Asked
	Customers int           // of the system, with a live system user
	Roles     []models.Text // what the reader holds in the organisation
	Manager   bool          // the reader administers access
	// Again says why the reader must log in again before he approves:
	// authentication.level or authentication.age. Empty when he need not.
	Again      models.Code
	CanApprove bool           // the reader may grant every item but those that the system can do without, and one at least, if need be after that login, and the request can be answered
	CanReject  bool           // the reader may reject
	StruckOff  bool           // the organisation is struck off its register, so nobody can approve
	CanWish    bool           // the reader may ask the supplier for something else
	Approvers  []party.Person // who can approve, when the reader can not
	DecidedBy  party.Person   // who answered, when it has been answered
	Portal     string         // issuer of the portal through which he did; empty when on our page
	Role       models.Text    // by which he could, at the time; empty when not known
	WishedBy   party.Person   // who asked the supplier for something else, when somebody has
	SentOn     []Forwarded    // who has sent it on to whom, the oldest first, but for what was taken back
	Seen       string         // what stands for all that is shown, to be given back with the answer
}

// Open reports whether somebody can still answer.
func (v Review) Open() bool { return v.Status == request.Pending && !v.System.Deleted }

// Review shows a request to the organisation that the actor acts for, with the
// check of what he may grant, made now. Any member of the organisation may
// look; what he may do is in the answer.
func (r *Registry) Review(ctx context.Context, a models.Actor, id models.ID) (Review, error) {
	var out Review
	err := r.read(ctx, a, policy.RequestRead, func(tx Reader, s policy.Standing, c *catalog.Catalog) error {
		var err error
		if out, err = r.review(ctx, tx, a, s, c, id); err != nil {
			return err
		}
		out.SentOn, err = sentOn(ctx, tx, a, Ref{ID: id})
		return err
	})
	return out, err
}

// RequestCustomer tells whom a request concerns if the person of the actor
// holds anything in that organisation, so that a link can take him there.
// Otherwise NotFound, as for a request that does not exist.
func (r *Registry) RequestCustomer(ctx context.Context, person models.ID, id models.ID) (party.OrgNo, error) {
	var customer party.OrgNo
	err := r.Store.Read(ctx, func(tx Reader) error {
		o, err := tx.RequestCustomer(ctx, id)
		if err != nil {
			return err
		}
		holdings, err := tx.HoldingsOf(ctx, person, r.Now())
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(holdings, func(h party.Holding) bool { return h.OrgNo == o }) {
			return models.NewError(models.NotFound, models.CodeNotFound)
		}
		customer = o
		return nil
	})
	return customer, err
}

func (r *Registry) review(ctx context.Context, tx Reader, a models.Actor, s policy.Standing, c *catalog.Catalog, id models.ID) (Review, error) {
	one, err := tx.RequestFor(ctx, party.OrgNo(a.OrgNo), id)
	if err != nil {
		return Review{}, err
	}
	views, err := r.named(ctx, tx, []request.Request{one})
	if err != nil {
		return Review{}, err
	}
	customers, err := tx.Customers(ctx, []system.ID{one.System})
	if err != nil {
		return Review{}, err
	}
	v := Review{RequestView: views[0], Customers: customers[one.System], Manager: s.AccessManager(c)}
	v.Roles = titles(c, s)
	switch code := models.CodeOf(policy.Check(a, policy.RequestApprove, s, c)); code {
	case models.CodeLevelTooLow, models.CodeLoginTooOld:
		v.Again = code
	}
	s.Level = max(s.Level, s.MinLevel, 1) // what a new login would not change
	v.Asked = askedFor(c, s, v.System, one)
	if err := r.settle(ctx, tx, c, &v, v.Open()); err != nil {
		return Review{}, err
	}
	if one.DecidedBy != "" {
		entry, err := answer(ctx, tx, requestSubject(one.ID), one.Customer, policy.RequestApprove, policy.RequestReject)
		if err != nil {
			return Review{}, err
		}
		v.answered(c, entry)
	}
	v.Seen = sealed(v.pieces())
	return v, nil
}

// settle works out who may answer what is open, who has, and who wished for
// something else.
func (r *Registry) settle(ctx context.Context, tx Reader, c *catalog.Catalog, v *Review, open bool) error {
	v.StruckOff = !v.Customer.StruckOff.IsZero()
	v.CanApprove = open && v.Manager && enough(v.Asked) && !v.StruckOff
	v.CanReject, v.CanWish = open && v.Manager, open && v.Manager
	if open && !v.StruckOff && (!v.CanApprove || granted(v.Asked) != nil) {
		if err := r.findApprovers(ctx, tx, v, c); err != nil {
			return err
		}
		if v.CanApprove {
			v.Approvers = nil // of the rest alone
		}
	}
	ids := slices.DeleteFunc([]models.ID{v.Request.DecidedBy, v.Request.Wish.By}, func(id models.ID) bool { return id == "" })
	if len(ids) == 0 {
		return nil
	}
	persons, err := tx.Persons(ctx, ids)
	v.DecidedBy, v.WishedBy = persons[v.Request.DecidedBy], persons[v.Request.Wish.By]
	return err
}

// enough reports whether what may be granted of it is all that the system needs,
// and something, if anything is asked for.
func enough(asked []Asked) bool {
	some := len(asked) == 0
	for _, one := range asked {
		if !one.Verdict.OK() && !one.Optional {
			return false
		}
		some = some || one.Verdict.OK()
	}
	return some
}

// answer is the entry of the audit log by which the subject was answered, or
// the zero one.
func answer(ctx context.Context, tx Reader, subject string, customer party.OrgNo, acts ...policy.Action) (audit.Entry, error) {
	entries, err := tx.AuditOf(ctx, []string{subject}, customer, 0)
	for _, e := range entries {
		if e.Outcome == audit.Done && slices.Contains(acts, policy.Action(e.Action)) {
			return e, err
		}
	}
	return audit.Entry{}, err
}

// answered adds what the audit log has of the answer.
func (v *Review) answered(c *catalog.Catalog, e audit.Entry) {
	v.Portal = e.Detail["portal"]
	if e.Role != "" {
		v.Role = HoldingName(c, e.Role)
	}
}

// askedFor describes what the request asks for, with the check of what the
// person who stands as s may grant of it. What its system has stopped asking
// for nobody grants.
func askedFor(c *catalog.Catalog, s policy.Standing, of system.System, one request.Request) []Asked {
	out := make([]Asked, len(one.Items))
	for i, item := range one.Items {
		out[i] = askedOf(c, of, item)
		if why, ok := one.Purposes[item]; ok {
			out[i].Purpose = why
		}
		if out[i].Verdict = s.GrantsTo(one.Kind, c, item); !asksFor(of, item) {
			out[i].Verdict = policy.Verdict{Item: item, Cause: policy.NotAsked}
		}
	}
	return out
}

func asksFor(s system.System, item catalog.Item) bool { _, ok := s.Ask(item); return ok }

// askedOf describes an item by the catalogue and the system.
func askedOf(c *catalog.Catalog, s system.System, item catalog.Item) Asked {
	ask, _ := s.Ask(item)
	asked := Asked{Item: item, Purpose: ask.Purpose, Optional: ask.Optional, Sensitive: c.Sensitivity(item)}
	if item.Kind == catalog.PackageItem {
		asked.Package, _ = c.Package(item.Ref)
		area, _ := c.Area(asked.Package.Area)
		asked.Area = area.Name
		asked.Within = c.Within(item.Ref)
	} else {
		asked.Resource, _ = c.Resource(item.Ref)
	}
	return asked
}

// findApprovers names the people in the organisation who can approve, the reader
// too, and for each item that he may not grant those who may. They are assumed
// to sign in at the level it takes.
func (r *Registry) findApprovers(ctx context.Context, tx Reader, v *Review, c *catalog.Catalog) error {
	standings, err := r.standings(ctx, tx, v.Customer)
	if err != nil {
		return err
	}
	ids := slices.Sorted(maps.Keys(standings))
	persons, err := tx.Persons(ctx, ids)
	if err != nil {
		return err
	}
	v.Approvers = nil
	for i := range v.Asked {
		v.Asked[i].Others = nil
	}
	for _, id := range ids {
		theirs := slices.Clone(v.Asked)
		for i := range v.Asked {
			asked := &v.Asked[i]
			if asked.Verdict.Cause == policy.NotAsked {
				continue
			}
			theirs[i].Verdict = standings[id].GrantsTo(v.Request.Kind, c, asked.Item)
			if theirs[i].Verdict.OK() && !asked.Verdict.OK() {
				asked.Others = append(asked.Others, persons[id])
			}
		}
		if standings[id].AccessManager(c) && enough(theirs) {
			v.Approvers = append(v.Approvers, persons[id])
		}
	}
	return nil
}

// itemList writes items in one line, for audit details. The resources of one
// right hold together by a plus.
func itemList(items []catalog.Item) string {
	words := make([]string, len(items))
	for i, item := range items {
		words[i] = strings.ReplaceAll(item.String(), " ", "+")
	}
	return strings.Join(words, " ")
}
