package registry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

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
	Verdict  policy.Verdict     // whether the reader may grant it, and why not
	Others   []party.Person     // who else can, when the reader can not
	Package  catalog.Package    // when the item is a package
	Resource catalog.Resource   // when the item is a right
	Within   []catalog.Resource // what the package carries
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
	CanApprove bool           // every item may be granted by the reader, if need be after that login, and the request can be answered
	CanReject  bool           // the reader may reject
	StruckOff  bool           // the organisation is struck off its register, so nobody can approve
	Approvers  []party.Person // who can approve the whole, when the reader can not
	DecidedBy  party.Person   // who answered, when it has been answered
	Portal     string         // issuer of the portal through which he did; empty when on our page
	Seen       string         // digest of what is shown, to be given back with the answer
}

// Review shows a request to the organisation that the actor acts for, with the
// check of what he may grant, made now. Any member of the organisation may
// look; what he may do is in the answer.
func (r *Registry) Review(ctx context.Context, a models.Actor, id models.ID) (Review, error) {
	var out Review
	err := r.read(ctx, a, policy.RequestRead, func(tx Reader, s policy.Standing, c *catalog.Catalog) error {
		var err error
		out, err = r.review(ctx, tx, a, s, c, id)
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
	all := !slices.ContainsFunc(v.Asked, func(asked Asked) bool { return !asked.Verdict.OK() })
	open := v.Status == request.Pending && !v.System.Deleted
	v.StruckOff = !v.Customer.StruckOff.IsZero()
	v.CanApprove, v.CanReject = open && all && !v.StruckOff, open && v.Manager
	if open && !all && !v.StruckOff {
		if err := r.findApprovers(ctx, tx, &v, c); err != nil {
			return Review{}, err
		}
	}
	if one.DecidedBy != "" {
		persons, err := tx.Persons(ctx, []models.ID{one.DecidedBy})
		if err != nil {
			return Review{}, err
		}
		v.DecidedBy = persons[one.DecidedBy]
		if v.Portal, err = answeredThrough(ctx, tx, one); err != nil {
			return Review{}, err
		}
	}
	v.Seen = v.digest()
	return v, nil
}

// answeredThrough is the portal through which the request was answered, as the
// audit log has it.
func answeredThrough(ctx context.Context, tx Reader, one request.Request) (string, error) {
	entries, err := tx.AuditOf(ctx, []string{requestSubject(one.ID)}, one.Customer, 0)
	for _, e := range entries {
		if portal := e.Detail["portal"]; portal != "" && e.Outcome == audit.Done {
			return portal, err
		}
	}
	return "", err
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
	asked := Asked{Item: item, Purpose: ask.Purpose, Sensitive: c.Sensitivity(item)}
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

// findApprovers names, for the whole and for each item that the reader may not
// grant, the people in the organisation who can. They are assumed to sign in at
// the level it takes.
func (r *Registry) findApprovers(ctx context.Context, tx Reader, v *Review, c *catalog.Catalog) error {
	holdings, err := tx.Holdings(ctx, v.Request.Customer, r.Now())
	if err != nil {
		return err
	}
	standings := map[models.ID]policy.Standing{}
	var ids []models.ID
	for _, h := range holdings {
		s, ok := standings[h.Person]
		if !ok {
			ids = append(ids, h.Person)
			s = policy.Standing{Form: v.Customer.Form, Level: max(r.MinLevel, 1), MinLevel: r.MinLevel}
		}
		s.Holdings = append(s.Holdings, h.URN)
		standings[h.Person] = s
	}
	persons, err := tx.Persons(ctx, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		whole := standings[id].AccessManager(c)
		for i := range v.Asked {
			asked := &v.Asked[i]
			ok := asked.Verdict.Cause != policy.NotAsked && standings[id].GrantsTo(v.Request.Kind, c, asked.Item).OK()
			whole = whole && ok
			if ok && !asked.Verdict.OK() {
				asked.Others = append(asked.Others, persons[id])
			}
		}
		if whole {
			v.Approvers = append(v.Approvers, persons[id])
		}
	}
	return nil
}

// digest covers what the approver is shown and what he may rely on: who asks,
// for what and why, what the packages hold, where the browser goes afterwards,
// and by what he may answer. A change of any of it between page and answer
// makes the answer a Conflict.
func (v Review) digest() string {
	h := sha256.New()
	say := func(ss ...string) {
		for _, s := range ss {
			_, _ = fmt.Fprintf(h, "%d:%s", len(s), s)
		}
	}
	text := func(t models.Text) { say(t.NB, t.NN, t.EN) }
	say(string(v.Request.ID), fmt.Sprint(v.Request.Version), string(v.System.ID), fmt.Sprint(v.System.Version),
		string(v.Supplier.OrgNo), v.Supplier.Name, string(v.Customer.OrgNo), v.Customer.Name,
		v.Request.ExternalRef, v.Request.Title, v.Request.RedirectURL, string(v.Request.Kind), v.Request.ContactEmail)
	if !v.Request.ValidTo.IsZero() {
		say("until", v.Request.ValidTo.UTC().Format(time.RFC3339Nano))
	}
	text(v.Request.Purpose)
	text(v.System.Name)
	text(v.System.Description)
	for _, a := range v.Asked {
		say("item", a.Item.String(), string(a.Verdict.Cause))
		text(a.Purpose)
		text(a.Package.Name)
		text(a.Package.Description)
		text(a.Resource.Title)
		text(a.Resource.Description)
		say(a.Resource.Owner, strings.Join(a.Resource.Actions, " "))
		for _, within := range a.Within {
			say(within.ID)
			text(within.Title)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// itemList writes items in one line, for audit details.
func itemList(items []catalog.Item) string {
	words := make([]string, len(items))
	for i, item := range items {
		words[i] = item.String()
	}
	return strings.Join(words, " ")
}
