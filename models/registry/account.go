package registry

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/system"
)

// PersonRecord is what a store keeps of a person beside his identities and what
// he holds.
type PersonRecord struct {
	party.Person
	HasPID           bool        // his national id is known
	UserID           int64       // Altinn's number of him; zero when not known
	PartyUUID        string      // Altinn's uuid of him; may be empty
	LastOrganisation party.OrgNo // he acted for last; empty at first
	Created          time.Time
}

// AccountReader reads what is kept about one person.
type AccountReader interface {
	PersonRecord(ctx context.Context, person models.ID) (PersonRecord, error)
	// HoldingsIn lists what every person holds in the organisations at now.
	HoldingsIn(ctx context.Context, os []party.OrgNo, now time.Time) ([]party.Holding, error)
	// HoldingsByID finds holdings, ended or not.
	HoldingsByID(ctx context.Context, ids []models.ID) (map[models.ID]party.Holding, error)
	// AuditBy lists what the person did of the actions, the latest first, at
	// most limit; of entries before the sequence number when it is not zero.
	AuditBy(ctx context.Context, person models.ID, actions []string, before int64, limit int) ([]audit.Entry, error)
}

// Account is what a person is here: how he logs in, for whom he may act and
// why, and where he is logged in.
type Account struct {
	Person      party.Person
	NationalID  bool // his national id is known; the number itself is shown to nobody
	Identities  []party.Identity
	Memberships []Belonging   // by name of the organisation
	Logins      []party.Login // that last, newest first
}

// Belonging is what a person holds in an organisation.
type Belonging struct {
	Membership
	Holds []Held // the strongest first
	// Alone: nobody else administers access there. He is not erased by his own
	// wish then.
	Alone bool
}

// Account shows the actor himself.
func (r *Registry) Account(ctx context.Context, a models.Actor) (Account, error) {
	a.OrgNo = ""
	var out Account
	err := r.read(ctx, a, policy.PersonRead, func(tx Reader, _ policy.Standing, c *catalog.Catalog) error {
		person := models.ID(a.ID)
		record, err := tx.PersonRecord(ctx, person)
		if err != nil {
			return err
		}
		out = Account{Person: record.Person, NationalID: record.HasPID}
		if out.Identities, err = tx.Identities(ctx, person); err != nil {
			return err
		}
		if out.Logins, err = r.liveLogins(ctx, tx, person); err != nil {
			return err
		}
		out.Memberships, err = r.belongings(ctx, tx, c, record.Person)
		return err
	})
	return out, err
}

// belongings lists what the person holds, by organisation.
func (r *Registry) belongings(ctx context.Context, tx Reader, c *catalog.Catalog, p party.Person) ([]Belonging, error) {
	holdings, err := tx.HoldingsOf(ctx, p.ID, r.Now())
	if err != nil {
		return nil, err
	}
	byOrg, givers := map[party.OrgNo][]party.Holding{}, []models.ID{}
	for _, h := range holdings {
		byOrg[h.OrgNo] = append(byOrg[h.OrgNo], h)
		if h.GivenBy != "" && !slices.Contains(givers, h.GivenBy) {
			givers = append(givers, h.GivenBy)
		}
	}
	orgs, err := tx.Organisations(ctx, slices.Collect(maps.Keys(byOrg)))
	if err != nil {
		return nil, err
	}
	persons, err := tx.Persons(ctx, givers)
	if err != nil {
		return nil, err
	}
	alone, err := r.soleManager(ctx, tx, c, p.ID, orgs, holdings)
	if err != nil {
		return nil, err
	}
	var out []Belonging
	for o, hs := range byOrg {
		org := orgs[o]
		b := Belonging{Alone: slices.Contains(alone, o)}
		var urns []string
		for _, h := range hs {
			if !slices.Contains(urns, h.URN) {
				urns = append(urns, h.URN)
			}
			b.Holds = append(b.Holds, Held{
				Holding: h, Name: HoldingName(c, h.URN), Description: holdingDescription(c, h.URN), Person: p, By: persons[h.GivenBy],
			})
		}
		b.Membership = membership(c, org, p, urns)
		strongest := policy.Standing{Holdings: urns, Form: org.Form}.Strongest(c)
		slices.SortStableFunc(b.Holds, func(x, y Held) int {
			return slices.Index(strongest, x.Holding.URN) - slices.Index(strongest, y.Holding.URN)
		})
		out = append(out, b)
	}
	slices.SortFunc(out, func(x, y Belonging) int {
		return cmp.Or(cmp.Compare(x.Organisation.Display(), y.Organisation.Display()), cmp.Compare(x.Organisation.OrgNo, y.Organisation.OrgNo))
	})
	return out, nil
}

// soleManager lists the organisations, of those that stand in their register,
// for which the person alone administers access.
func (r *Registry) soleManager(
	ctx context.Context, tx Reader, c *catalog.Catalog, person models.ID, orgs map[party.OrgNo]party.Organisation, holdings []party.Holding,
) ([]party.OrgNo, error) {
	var alone []party.OrgNo
	for _, h := range holdings {
		org := orgs[h.OrgNo]
		if org.StruckOff.IsZero() && administers(c, org.Form, h) && !slices.Contains(alone, h.OrgNo) {
			alone = append(alone, h.OrgNo)
		}
	}
	held, err := tx.HoldingsIn(ctx, alone, r.Now())
	return slices.DeleteFunc(alone, func(o party.OrgNo) bool {
		return slices.ContainsFunc(held, func(h party.Holding) bool {
			return h.OrgNo == o && h.Person != person && administers(c, orgs[o].Form, h)
		})
	}), err
}

// Decided is one thing that a person decided or gave, with what its ids stand
// for.
type Decided struct {
	Seq          int64
	At           time.Time
	Action       policy.Action
	Subject      string // as in "request:704013ee-…"
	Organisation party.Organisation
	System       system.System // zero where it is about none
	Person       party.Person  // who got or lost what Name says; zero where it is about nobody
	Name         models.Text   // of the power or package; empty where it is about none
}

// decisions are the actions of the personal log.
var decisions = []string{
	string(policy.RequestApprove), string(policy.RequestReject), string(policy.SystemUserRevoke), string(policy.MemberGive),
	string(policy.MemberEnd), string(policy.InvitationSend), string(policy.InvitationRevoke),
}

// maxDecisions bounds one page of the personal log.
const maxDecisions = 200

// Decisions is the actor's personal log: what he approved, rejected, revoked,
// gave and ended, for whichever organisation, newest first, at most limit;
// before the entry with that sequence number when it is not zero.
func (r *Registry) Decisions(ctx context.Context, a models.Actor, before int64, limit int) ([]Decided, error) {
	a.OrgNo = ""
	var out []Decided
	err := r.read(ctx, a, policy.PersonRead, func(tx Reader, _ policy.Standing, c *catalog.Catalog) error {
		entries, err := tx.AuditBy(ctx, models.ID(a.ID), decisions, before, min(max(limit, 1), maxDecisions))
		if err != nil {
			return err
		}
		var nos []party.OrgNo
		var systems []system.ID
		var ids []models.ID
		for _, e := range entries {
			nos, systems = append(nos, party.OrgNo(e.OrgNo)), append(systems, system.ID(e.Detail["system"]))
			if id, ok := strings.CutPrefix(e.Subject, "holding:"); ok {
				ids = append(ids, models.ID(id))
			}
		}
		orgs, err := tx.Organisations(ctx, nos)
		if err != nil {
			return err
		}
		named, err := tx.Systems(ctx, systems)
		if err != nil {
			return err
		}
		holdings, err := tx.HoldingsByID(ctx, ids)
		if err != nil {
			return err
		}
		var holders []models.ID
		for _, h := range holdings {
			holders = append(holders, h.Person)
		}
		persons, err := tx.Persons(ctx, holders)
		if err != nil {
			return err
		}
		out = make([]Decided, len(entries))
		for i, e := range entries {
			out[i] = Decided{
				Seq: e.Seq, At: e.At, Action: policy.Action(e.Action), Subject: e.Subject,
				Organisation: orgs[party.OrgNo(e.OrgNo)], System: named[system.ID(e.Detail["system"])],
			}
			if id, ok := strings.CutPrefix(e.Subject, "holding:"); ok {
				out[i].Person = persons[holdings[models.ID(id)].Person]
			}
			if urn := e.Detail["urn"]; urn != "" {
				out[i].Name = HoldingName(c, urn)
			}
		}
		return nil
	})
	return out, err
}
