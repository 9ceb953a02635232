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
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

// Creation is what a person makes a system user of without being asked for it.
type Creation struct {
	System system.ID // a visible one, unless Again says which
	// Again is the ended system user that the new one shall be like: of its
	// system, kind, title and external reference, with what it held.
	Again       models.ID
	Title       string         // the system's name when empty
	ExternalRef string         // the organisation's number when empty
	Without     []catalog.Item // what the system can do without, and shall
	Until       time.Time      // when it shall end by itself; zero for never
	Seen        string         // digest of the Prospect that the person answered
}

// Prospect is everything that a person is shown before he makes a system user: as
// if the system had asked for it, with what he may grant of it.
type Prospect struct {
	Review
	Exists models.ID // the live system user that has the place of the new one; empty when there is none
	Waits  models.ID // the request that has it and waits for an answer; empty when there is none
	Lost   []Asked   // what the ended one held, and its system asks for no more
	Block  Block     // of the supplier by the organisation; zero when there is none
}

// Prospect shows what the visible system would get in the organisation that the
// actor acts for, or what the ended system user would if it were made anew, and
// what has the place that in names. Any member may look. Errors: NotFound, for a
// system that is not visible too; Conflict systemuser.exists while the one to be
// made anew lives.
func (r *Registry) Prospect(ctx context.Context, a models.Actor, in Creation) (Prospect, error) {
	var out Prospect
	err := r.read(ctx, a, policy.SystemUserRead, func(tx Reader, s policy.Standing, c *catalog.Catalog) (err error) {
		out, err = r.prospect(ctx, tx, a, s, c, in)
		return err
	})
	return out, err
}

func (r *Registry) prospect(ctx context.Context, tx Reader, a models.Actor, s policy.Standing, c *catalog.Catalog, in Creation) (Prospect, error) {
	one := request.Request{
		Kind: systemuser.Standard, System: in.System, Customer: party.OrgNo(a.OrgNo), ExternalRef: a.OrgNo, Status: request.Pending, ExpiresAt: r.Now().Add(time.Hour),
	}
	var before systemuser.SystemUser
	if in.Again != "" {
		u, err := tx.SystemUserOf(ctx, one.Customer, in.Again)
		if err != nil {
			return Prospect{}, err
		}
		if before = u.Current(r.Now()); before.Status != systemuser.Revoked {
			return Prospect{}, models.NewError(models.Conflict, models.CodeUserExists)
		}
		one.Kind, one.System, one.ExternalRef, one.Title = u.Kind, u.System, u.ExternalRef, u.Title
	}
	of, err := tx.System(ctx, one.System)
	switch {
	case err != nil:
		return Prospect{}, err
	case in.Again == "" && (of.Deleted || !of.Visible):
		return Prospect{}, models.NewError(models.NotFound, models.CodeNotFound)
	}
	var v Prospect
	if one.Items = of.Asked(); in.Again != "" {
		one.Items = before.Asked(of)
		for _, item := range before.Delegated {
			if !slices.Contains(one.Items, item) {
				v.Lost = append(v.Lost, askedOf(c, of, item))
			}
		}
	}
	if one.Title == "" {
		one.Title, _ = of.Name.In(models.NB)
	}
	if err := r.fillProspect(ctx, tx, &v, a, s, c, one); err != nil {
		return Prospect{}, err
	}
	v.Seen = v.digest()
	if ref := strings.TrimSpace(in.ExternalRef); in.Again == "" && ref != "" {
		one.ExternalRef = ref
	}
	return v, r.findPlace(ctx, tx, &v, one)
}

// findPlace adds what has the place of one: a live system user, or a request that
// could not be approved any more if there were one.
func (r *Registry) findPlace(ctx context.Context, tx Reader, v *Prospect, one request.Request) error {
	if request.RefFault(one.ExternalRef) != "" {
		return nil // it names none
	}
	u, err := tx.SystemUserAt(ctx, one.System, one.Customer, one.ExternalRef)
	switch {
	case err == nil && !u.Over(r.Now()):
		v.Exists = u.ID
	case err != nil && models.CodeOf(err) != models.CodeNotFound:
		return err
	}
	asked, ok, err := tx.StandingRequest(ctx, one)
	if ok && asked.Current(r.Now()) == request.Pending {
		v.Waits = asked.ID
	}
	return err
}

// fillProspect adds who is concerned, and what the person who stands as s may grant.
func (r *Registry) fillProspect(ctx context.Context, tx Reader, v *Prospect, a models.Actor, s policy.Standing, c *catalog.Catalog, one request.Request) error {
	views, err := r.named(ctx, tx, []request.Request{one})
	if err != nil {
		return err
	}
	customers, err := tx.Customers(ctx, []system.ID{one.System})
	if err != nil {
		return err
	}
	v.RequestView, v.Customers = views[0], customers[one.System]
	v.Manager, v.Roles = s.AccessManager(c), titles(c, s)
	switch code := models.CodeOf(policy.Check(a, policy.SystemUserCreate, s, c)); code {
	case models.CodeLevelTooLow, models.CodeLoginTooOld:
		v.Again = code
	}
	s.Level = max(s.Level, s.MinLevel, 1) // what a new login would not change
	v.Asked = askedFor(c, s, v.System, one)
	v.StruckOff = !v.Customer.StruckOff.IsZero()
	v.Block, err = tx.BlockOf(ctx, one.Customer, v.System.Supplier)
	if err != nil && models.CodeOf(err) != models.CodeNotFound {
		return err
	}
	v.CanApprove = v.Manager && !v.System.Deleted && !v.StruckOff && v.enough()
	lacks := slices.ContainsFunc(v.Asked, func(asked Asked) bool { return !asked.Verdict.OK() })
	if lacks && !v.System.Deleted && !v.StruckOff {
		return r.findApprovers(ctx, tx, &v.Review, c)
	}
	return nil
}

// enough reports whether the reader may grant all that the system cannot do
// without, and anything at all.
func (p Prospect) enough() bool {
	some := false
	for _, asked := range p.Asked {
		if ask, _ := p.System.Ask(asked.Item); !asked.Verdict.OK() && !ask.Optional {
			return false
		}
		some = some || asked.Verdict.OK()
	}
	return some
}

// Create makes a system user for the actor's organisation without being asked.
// The check of what he may grant is made again here, on the data of the same
// transaction. Errors: those of Prospect; Gone system.deleted; Conflict
// request.changed (what was shown is no longer so), systemuser.exists,
// request.exists (a request with that reference waits), organisation.struck_off; Forbidden supplier.blocked, request.not_granted, which
// is a *NotGrantedError; Invalid with the fields title, external_ref, valid_to,
// without, and items when nothing is left to give; those of the policy.
func (r *Registry) Create(ctx context.Context, a models.Actor, in Creation) (SystemUserView, error) {
	return r.create(ctx, a, in, nil)
}

// CreateSystemUser is Create through a portal, where a person has found a
// visible system: it gets all that it asks for (altinn-api.md section 4), and
// what stands now is made. An empty title becomes the system's name.
func (r *Registry) CreateSystemUser(ctx context.Context, a models.Actor, of system.ID, title string, portal Portal) (SystemUserView, error) {
	return r.create(ctx, a, Creation{System: of, Title: title}, &portal)
}

func (r *Registry) create(ctx context.Context, a models.Actor, in Creation, portal *Portal) (SystemUserView, error) {
	var out SystemUserView
	subject := "system:" + string(in.System)
	if in.Again != "" {
		subject = userSubject(in.Again)
	}
	err := r.guard(ctx, a, policy.SystemUserCreate, subject, func(tx Tx, s policy.Standing, c *catalog.Catalog) (change, error) {
		v, err := r.prospect(ctx, tx, a, s, c, in)
		switch {
		case err != nil:
			return change{}, err
		case v.System.Deleted:
			return change{}, models.NewError(models.Gone, models.CodeSystemDeleted)
		case v.StruckOff:
			return change{}, models.NewError(models.Conflict, models.CodeStruckOff)
		case portal == nil && v.Seen != in.Seen:
			return change{}, models.NewError(models.Conflict, models.CodeRequestChanged)
		case v.Block.ID != "":
			return change{}, models.NewError(models.Forbidden, models.CodeBlocked)
		case v.Waits != "":
			return change{}, models.NewError(models.Conflict, models.CodeRequestExists)
		}
		whole, err := wanted(v.Request, in, v.System)
		if err != nil {
			return change{}, err
		}
		user, err := r.addUser(ctx, tx, a, s, c, whole, v.System)
		if err != nil {
			return change{}, err
		}
		done := created(user, v.System)
		done.detail["seen"] = v.Seen
		if in.Again != "" {
			done.detail["again"] = string(in.Again)
		}
		through(done, portal)
		out = SystemUserView{SystemUser: user, System: v.System, Supplier: v.Supplier, Customer: v.Customer, Held: len(user.Effective(v.System, r.Now()))}
		return done, nil
	})
	return out, err
}

// wanted is what was shown, in the person's words and without what he leaves
// out. One that is made again keeps its name and its reference.
func wanted(one request.Request, in Creation, of system.System) (request.Request, error) {
	if in.Again == "" {
		one.Title, one.ExternalRef = strings.TrimSpace(in.Title), strings.TrimSpace(in.ExternalRef)
	}
	one.ValidTo = in.Until
	kept, err := one.Without(in.Without, of)
	one.Items = kept
	return one, err
}

// addUser stores the system user that whole is about, if the person who stands
// as s may grant it all.
func (r *Registry) addUser(
	ctx context.Context, tx Tx, a models.Actor, s policy.Standing, c *catalog.Catalog, whole request.Request, of system.System,
) (systemuser.SystemUser, error) {
	if err := granted(askedFor(c, s, of, whole)); err != nil {
		return systemuser.SystemUser{}, err
	}
	whole, err := request.New(whole, of, c, r.Now(), request.Life)
	if err != nil {
		return systemuser.SystemUser{}, err
	}
	if err := r.freeUser(ctx, tx, whole); err != nil {
		return systemuser.SystemUser{}, err
	}
	user := systemuser.SystemUser{
		ID: models.NewID(), Kind: whole.Kind, System: of.ID, Customer: whole.Customer, ExternalRef: whole.ExternalRef,
		Title: whole.Title, Status: systemuser.Active, Delegated: whole.Items, ApprovedBy: models.ID(a.ID),
		CreatedAt: r.Now(), ChangedAt: r.Now(), ValidTo: whole.ValidTo, Version: 1,
	}
	return user, tx.AddSystemUser(ctx, user)
}

// created is what is recorded of a system user that was made without a request.
func created(u systemuser.SystemUser, of system.System) change {
	return change{
		subject: userSubject(u.ID), event: "systemuser.created", orgs: []party.OrgNo{of.Supplier, u.Customer},
		detail: audit.Detail{"system": string(of.ID), "customer": string(u.Customer), "items": itemList(u.Delegated)},
	}
}

// Made is a system user that was made without a request, as a receipt tells it.
type Made struct {
	SystemUserView
	Asked  []Asked      // what it was given then
	By     party.Person // who made it
	At     time.Time    // zero for one that came of a request
	Again  models.ID    // the ended one that it is like; empty when it is none
	Portal string       // issuer of the portal where it was made; empty for a page of ours
}

// Made shows how a system user of the actor's organisation was made, as the audit
// log has it. Of one that came of a request there is no time and nobody.
func (r *Registry) Made(ctx context.Context, a models.Actor, id models.ID) (Made, error) {
	var out Made
	err := r.read(ctx, a, policy.SystemUserRead, func(tx Reader, _ policy.Standing, c *catalog.Catalog) error {
		u, err := tx.SystemUserOf(ctx, party.OrgNo(a.OrgNo), id)
		if err != nil {
			return err
		}
		entries, err := tx.AuditOf(ctx, []string{userSubject(id)}, u.Customer, 0)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(entries, func(e audit.Entry) bool {
			return e.Action == string(policy.SystemUserCreate) && e.Outcome == audit.Done
		})
		if out.SystemUserView, err = r.namedUser(ctx, tx, u); err != nil || i < 0 {
			return err
		}
		made := entries[i]
		out = Made{SystemUserView: out.SystemUserView, At: made.At, Again: models.ID(made.Detail["again"]), Portal: made.Detail["portal"]}
		out.Asked = described(c, out.System, parseItems(made.Detail["items"]))
		persons, err := tx.Persons(ctx, []models.ID{models.ID(made.Actor.ID)})
		out.By = persons[models.ID(made.Actor.ID)]
		return err
	})
	return out, err
}
