package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

// OwnProgram is software that an organisation has made or runs itself, and what
// it is to be used for: the organisation is its supplier and its customer.
type OwnProgram struct {
	Name       models.Text // in bokmål; another language may be empty, and is then the same
	Client     system.Client
	Items      []catalog.Item
	ForItself  bool      // a standard system user
	ForClients bool      // an agent
	Until      time.Time // when they end by themselves; zero for never
}

// ClientsRef is the external reference of the system user for clients when the
// program has one for the organisation itself too, which has its number.
const ClientsRef = "klienter"

// aboutOwn describes what nobody else reads about.
var aboutOwn = models.Text{NB: "Vårt eget program.", NN: "Vårt eige program.", EN: "Our own software."}

// kinds are those of the system users that the program is to have.
func (p OwnProgram) kinds() []systemuser.Kind {
	var kinds []systemuser.Kind
	if p.ForItself {
		kinds = append(kinds, systemuser.Standard)
	}
	if p.ForClients {
		kinds = append(kinds, systemuser.Agent)
	}
	return kinds
}

// fitting are the program's items that a system user of the kind may have.
func (p OwnProgram) fitting(c *catalog.Catalog, kind systemuser.Kind) []catalog.Item {
	return slices.DeleteFunc(slices.Clone(p.Items), func(i catalog.Item) bool { return !request.Fits(i, kind, c) })
}

// OwnAsked is one thing that the program is to have.
type OwnAsked struct {
	Asked
	ForItself  bool // the system user for the organisation itself gets it
	ForClients bool // the one for its clients gets it
}

// OwnCheck is what a person is told while he fills in what his program is to have.
type OwnCheck struct {
	Asked     []OwnAsked
	Manager   bool // he administers access
	Again     models.Code
	StruckOff bool
	Managers  []party.Person // who administers access, when he does not
}

// CheckOwn tells what the actor may grant the program. Whoever may not act for
// the organisation as a supplier is refused as by RegisterSystem.
func (r *Registry) CheckOwn(ctx context.Context, a models.Actor, in OwnProgram) (OwnCheck, error) {
	var out OwnCheck
	err := r.read(ctx, a, policy.SystemRead, func(tx Reader, s policy.Standing, c *catalog.Catalog) error {
		out.Manager = s.AccessManager(c)
		switch code := models.CodeOf(policy.Check(a, policy.SystemUserCreate, s, c)); code {
		case models.CodeLevelTooLow, models.CodeLoginTooOld:
			out.Again = code
		}
		org, err := tx.Organisation(ctx, party.OrgNo(a.OrgNo))
		if err != nil {
			return err
		}
		out.StruckOff = !org.StruckOff.IsZero()
		s.Level = max(s.Level, s.MinLevel, 1) // what a new login would not change
		v := Review{RequestView: RequestView{Customer: org, Request: request.Request{Customer: org.OrgNo, Kind: systemuser.Standard}}}
		for _, item := range in.Items {
			one := OwnAsked{Asked: askedOf(c, system.System{}, item)}
			one.ForItself = in.ForItself && request.Fits(item, systemuser.Standard, c)
			one.ForClients = in.ForClients && request.Fits(item, systemuser.Agent, c)
			one.Verdict = s.Grants(c, item)
			if one.ForClients && !one.ForItself {
				one.Verdict = s.GrantsTo(systemuser.Agent, c, item)
			}
			out.Asked, v.Asked = append(out.Asked, one), append(v.Asked, one.Asked)
		}
		if err := r.findApprovers(ctx, tx, &v, c); err != nil {
			return err
		}
		for i := range out.Asked {
			out.Asked[i].Others = v.Asked[i].Others
		}
		if !out.Manager {
			v.Asked, v.Approvers = nil, nil
			err = r.findApprovers(ctx, tx, &v, c)
			out.Managers = v.Approvers
		}
		return err
	})
	return out, err
}

// SetUpOwn registers the program as a system of the actor's organisation, which
// no customer finds, and makes the system users that it is to have there, all
// of it or nothing, each recorded as by itself. Errors: Invalid with the fields of
// system.System.Faults, uses, asks, asks[0] and valid_to; Conflict
// system.client_taken, organisation.struck_off; Forbidden request.not_granted,
// which is a *NotGrantedError; those of the policy.
func (r *Registry) SetUpOwn(ctx context.Context, a models.Actor, in OwnProgram) (system.System, error) {
	var of system.System
	var s policy.Standing
	act, subject := policy.SystemUserCreate, "system:"+a.OrgNo
	err := r.Store.Write(ctx, func(tx Tx) error {
		if err := tx.Alone(ctx); err != nil { // as every change: the log first
			return err
		}
		p, c, err := r.check(ctx, tx, a, act)
		if s = p.Standing; err != nil {
			return err
		}
		if of, err = ownOf(ctx, tx, party.OrgNo(a.OrgNo), in); err != nil {
			return err
		}
		subject = "system:" + string(of.ID)
		if err := r.ownFaults(c, in, of); err != nil {
			return err
		}
		bound := *r
		bound.Store = within{tx}
		act = policy.SystemRegister
		if of, err = bound.RegisterSystem(ctx, a, of); err != nil {
			return err
		}
		act = policy.SystemUserCreate
		for _, kind := range in.kinds() {
			if err := bound.createOwn(ctx, a, in, of, kind); err != nil {
				return err
			}
		}
		return nil
	})
	// What was recorded of a denial inside has gone with the rest.
	if e, ok := errors.AsType[*models.Error](err); ok && (e.Kind == models.Forbidden || e.Kind == models.NotFound) {
		if denied := r.deny(ctx, a, s, act, subject, e.Code); denied != nil {
			return system.System{}, denied
		}
	}
	return of, err
}

// createOwn makes the program's system user of the kind.
func (r *Registry) createOwn(ctx context.Context, a models.Actor, in OwnProgram, of system.System, kind systemuser.Kind) error {
	return r.guard(ctx, a, policy.SystemUserCreate, "system:"+string(of.ID), func(tx Tx, s policy.Standing, c *catalog.Catalog) (change, error) {
		if _, err := standingOrganisation(ctx, tx, of.Supplier); err != nil {
			return change{}, err
		}
		whole := request.Request{Kind: kind, Customer: of.Supplier, Title: of.Name.NB, Items: in.fitting(c, kind), ValidTo: in.Until}
		if kind == systemuser.Agent && in.ForItself {
			whole.ExternalRef = ClientsRef
		}
		user, err := r.addUser(ctx, tx, a, s, c, whole, of)
		return created(user, of), err
	})
}

// ownOf is the program as a system, under an id that is free.
func ownOf(ctx context.Context, tx Reader, owner party.OrgNo, in OwnProgram) (system.System, error) {
	of := system.System{Supplier: owner, Name: in.Name, Description: aboutOwn, Clients: []system.Client{in.Client}}
	if of.Name.NN == "" {
		of.Name.NN = of.Name.NB
	}
	if of.Name.EN == "" {
		of.Name.EN = of.Name.NB
	}
	for _, item := range in.Items {
		of.Asks = append(of.Asks, system.Ask{Item: item})
	}
	base := string(owner) + "_" + idName(in.Name.NB)
	for n := 1; ; n++ {
		if of.ID = system.ID(base); n > 1 {
			of.ID = system.ID(base + "-" + strconv.Itoa(n))
		}
		if known, err := idTaken(ctx, tx, of.ID); err != nil || !known {
			return of, err
		}
	}
}

// maxIDName leaves room in an id for the number of the supplier and one that
// tells programs of one name apart.
const maxIDName = 60

// idName makes the second part of an id of a name: "Lønn & bøker" is
// "lonn-boker".
func idName(name string) string {
	plain := strings.NewReplacer("æ", "ae", "ø", "o", "å", "a").Replace(strings.ToLower(name))
	words := strings.FieldsFunc(plain, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	id := strings.Join(words, "-")
	if id = strings.Trim(id[:min(len(id), maxIDName)], "-"); id == "" {
		return "program"
	}
	return id
}

// ownFaults lists all that is wrong with the program, or nil.
func (r *Registry) ownFaults(c *catalog.Catalog, in OwnProgram, of system.System) error {
	f := of.Faults(c, r.Issuers)
	kinds := in.kinds()
	if len(kinds) == 0 {
		f.Add("uses", "required")
	}
	if len(in.Items) == 0 {
		f.Add("asks", "items.none")
	}
	for i, item := range in.Items {
		if len(kinds) > 0 && !slices.ContainsFunc(kinds, func(k systemuser.Kind) bool { return request.Fits(item, k, c) }) {
			f.Add(fmt.Sprintf("asks[%d]", i), "own.unfit")
		}
	}
	if in.ForItself && len(in.Items) > 0 && len(in.fitting(c, systemuser.Standard)) == 0 {
		f.Add("asks", "own.none_for_standard")
	}
	if in.ForClients && len(in.Items) > 0 && len(in.fitting(c, systemuser.Agent)) == 0 {
		f.Add("asks", "own.none_for_agent")
	}
	if !in.Until.IsZero() && !in.Until.After(r.Now()) {
		f.Add("valid_to", "date.past")
	}
	return f.Err()
}

// OwnReady is a program of the organisation's own that has been set up.
type OwnReady struct {
	System system.System
	Users  []systemuser.SystemUser // that live, the one for the organisation itself first
}

// OwnReady shows what was set up. NotFound for a system that is not the actor's
// organisation's own, as for one that is not there.
func (r *Registry) OwnReady(ctx context.Context, a models.Actor, id system.ID) (OwnReady, error) {
	var out OwnReady
	err := r.read(ctx, a, policy.SystemRead, func(tx Reader, _ policy.Standing, _ *catalog.Catalog) error {
		of, err := ownSystem(ctx, tx, a, id)
		if err != nil {
			return err
		}
		users, err := tx.SystemUsersOf(ctx, of.Supplier, maxList)
		for _, u := range users {
			if u.System == id && u.Current(r.Now()).Status == systemuser.Active {
				out.Users = append(out.Users, u)
			}
		}
		slices.SortStableFunc(out.Users, func(x, y systemuser.SystemUser) int { return -strings.Compare(string(x.Kind), string(y.Kind)) })
		out.System = of
		return err
	})
	return out, err
}
