package registry

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/bulk"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/systemuser"
)

// ClientState is how a client stands to an agent system user.
type ClientState string

// The states of a client.
const (
	ClientReady    ClientState = "ready"    // it lacks nothing, and can be attached
	ClientLacks    ClientState = "lacks"    // it has not given what the agent needs
	ClientAttached ClientState = "attached" // the agent serves it
	ClientLame     ClientState = "lame"     // it is attached, and the agent can do nothing for it, for it lacks something by now
)

// Ready reports whether the client can be attached, once it is known what it
// lacks.
func (c Client) Ready() bool { return c.State() == ClientReady }

// State tells how the client stands, once it is known what it lacks.
func (c Client) State() ClientState {
	switch lacks := len(c.Lacks) > 0; {
	case c.Delegation != "" && lacks:
		return ClientLame
	case c.Delegation != "":
		return ClientAttached
	case lacks:
		return ClientLacks
	}
	return ClientReady
}

// ClientFilter says which clients are in a list; the zero filter has them all.
type ClientFilter struct {
	Text     string      // name or number, as in ClientQuery; spaces in a number don't matter
	State    ClientState // attached holds lame ones too
	Relation string      // URN, as in Client.Relations
}

func (f ClientFilter) holds(c Client) bool { return f.finds(c) && f.stands(c) && f.relates(c) }

func (f ClientFilter) finds(c Client) bool {
	text := strings.TrimSpace(f.Text)
	if no := party.Clean(text); no != "" && strings.Trim(no, "0123456789") == "" {
		text = no
	}
	return ClientQuery{Text: text}.finds(c.Organisation)
}

func (f ClientFilter) stands(c Client) bool {
	s := c.State()
	return f.State == "" || s == f.State || f.State == ClientAttached && s == ClientLame
}

func (f ClientFilter) relates(c Client) bool {
	return f.Relation == "" || slices.Contains(c.Relations, f.Relation)
}

// ClientOrder is what a list of clients is sorted by.
type ClientOrder string

// The orders. The empty order is that of names.
const (
	ByName   ClientOrder = "name"
	ByNumber ClientOrder = "number"
	BySince  ClientOrder = "since" // the latest first
)

// ClientListQuery says which page of a list is wanted.
type ClientListQuery struct {
	ClientFilter
	Attached bool // those that the agent serves; otherwise all of the facilitator's
	Order    ClientOrder
	Page     int // from 1
	Size     int // how many are on a page; all when 0
}

// RelationCount is a kind of relation that clients of the list have.
type RelationCount struct {
	URN   string
	Count int
}

// ClientWay is how a client can let the facilitator have a package for it, so that
// an agent can.
type ClientWay struct {
	Given bool          // the client can give it
	Roles []models.Text // it follows from these relations, which the register tells of
}

// facilitators are the relations of the business register by which organisations
// serve others: accountant, auditor, business manager.
var facilitators = []string{
	"urn:altinn:external-role:ccr:regnskapsforer", "urn:altinn:external-role:ccr:revisor", "urn:altinn:external-role:ccr:forretningsforer",
}

func wayOf(c *catalog.Catalog, urn string) ClientWay {
	var way ClientWay
	p, ok := c.Package(urn)
	if !ok || !p.Delegable || p.ForPersons {
		return way
	}
	way.Given = p.Assignable
	for _, role := range facilitators {
		if slices.ContainsFunc(c.Matrix(urn), func(row catalog.RolePackage) bool { return row.RoleURN == role && row.HasAccess }) {
			way.Roles = append(way.Roles, HoldingName(c, role))
		}
	}
	return way
}

// offered are the relations that let a facilitator have something of what is
// needed: those of the register, then packages that only clients give.
func offered(c *catalog.Catalog, needs []catalog.Item) []string {
	var roles, given []string
	for _, role := range facilitators {
		if len((policy.Serving{Relations: []string{role}}).Lacks(c, needs)) < len(needs) {
			roles = append(roles, role)
		}
	}
	for _, item := range needs {
		if way := wayOf(c, item.Ref); way.Given && len(way.Roles) == 0 {
			given = append(given, item.Ref)
		}
	}
	return append(roles, given...)
}

// ClientRuleView is a rule with what there is to say of it.
type ClientRuleView struct {
	ClientRule
	Person party.Person
	Rests  bool // its person may not attach clients now
}

// ClientList is a page of an agent's clients, or of those that it could have,
// with what the reader may do.
type ClientList struct {
	Agent    systemuser.SystemUser
	Supplier party.Organisation
	Owner    party.Organisation
	Needs    []catalog.Item         // of each client
	Ways     map[string]ClientWay   // how a client lets it have each, by URN
	Names    map[string]models.Text // of the packages and relations, by URN
	Clients  []Client
	Persons  map[models.ID]party.Person // who attached those of the page
	Found    int                        // that are in the list
	Doable   int                        // of these, how many can be attached; or are attached
	All      int                        // without a filter
	States   map[ClientState]int        // how many there are of each, in the list but for the state
	Kinds    []RelationCount            // in the list but for the relation
	Page     int                        // that it is: the last, when one after it was asked for
	Rules    []ClientRuleView
	Offered  []string   // the relations by which clients come that the agent could serve
	Jobs     []bulk.Job // of the agent's, that run or ended lately, newest first
	Self     Client     // the facilitator itself
	SelfOf   bool       // it may be attached: every package is one that can be
	Manager  bool       // the reader administers access
	Refused  models.Code
	Admins   []party.Person // who may attach clients, where the reader never may
}

// ClientList lists the clients of the agent system user, or of its facilitator
// with what each lacks. Errors as of AvailableClients.
func (r *Registry) ClientList(ctx context.Context, a models.Actor, id models.ID, q ClientListQuery) (ClientList, error) {
	var v ClientList
	err := r.read(ctx, a, policy.ClientRead, func(tx Reader, s policy.Standing, c *catalog.Catalog) error {
		v = ClientList{}
		g, err := r.agent(ctx, tx, a, id)
		if err != nil {
			return err
		}
		v.Agent, v.Needs, v.Names = g.user, g.needs, map[string]models.Text{}
		orgs, err := tx.Organisations(ctx, []party.OrgNo{g.Facilitator, g.system.Supplier})
		if err != nil {
			return err
		}
		v.Owner, v.Supplier, v.Manager = orgs[g.Facilitator], orgs[g.system.Supplier], s.AccessManager(c)
		if err := v.fill(ctx, tx, g, c, q, r.Now()); err != nil {
			return err
		}
		if err := r.aside(ctx, tx, g, c, &v); err != nil {
			return err
		}
		if v.Refused = models.CodeOf(refusal(policy.Check(a, policy.ClientsAttach, s, c))); v.Refused == models.CodeForbidden {
			v.Admins, err = r.clientAdmins(ctx, tx, v.Owner, c)
		}
		v.name(c)
		return err
	})
	return v, err
}

// refusal is err, or an error without a code for none.
func refusal(err error) error {
	if err == nil {
		return &models.Error{}
	}
	return err
}

// fill walks the clients once, however many there are: what is counted is
// counted in the list but for the one filter.
func (v *ClientList) fill(ctx context.Context, tx Reader, g agent, c *catalog.Catalog, q ClientListQuery, now time.Time) error {
	walk := tx.ClientsAfter
	if q.Attached {
		walk = tx.AttachedAfter
	}
	kinds, found := map[string]int{}, []Client{}
	v.States = map[ClientState]int{}
	for one, err := range walk(ctx, g.Agent, "", now) {
		if err != nil {
			return err
		}
		v.All++
		if one.Lacks = one.serving().Lacks(c, g.needs); !q.finds(one) {
			continue
		}
		if q.relates(one) {
			v.States[one.State()]++
		}
		if q.stands(one) {
			for _, urn := range one.Relations {
				kinds[urn]++
			}
		}
		if q.stands(one) && q.relates(one) {
			if found = append(found, one); q.Attached || one.Ready() {
				v.Doable++
			}
		}
	}
	for urn, n := range kinds {
		v.Kinds = append(v.Kinds, RelationCount{urn, n})
	}
	slices.SortFunc(v.Kinds, func(a, b RelationCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.URN, b.URN))
	})
	q.Order.sort(found)
	v.Found = len(found)
	v.Clients, v.Page = paged(found, q.Page, q.Size)
	ids := make([]models.ID, len(v.Clients))
	for i, one := range v.Clients {
		ids[i] = one.By
	}
	var err error
	v.Persons, err = tx.Persons(ctx, slices.DeleteFunc(ids, func(id models.ID) bool { return id == "" }))
	return err
}

// paged is the page of all, or the last one, and which it is.
func paged[E any](all []E, page, size int) ([]E, int) {
	if size <= 0 {
		return all, 1
	}
	page = max(1, min(page, (len(all)+size-1)/size))
	return all[min((page-1)*size, len(all)):min(page*size, len(all))], page
}

// sort puts the clients, which come by number, in the order.
func (o ClientOrder) sort(clients []Client) {
	switch o {
	case ByNumber:
	case BySince:
		slices.SortStableFunc(clients, func(a, b Client) int { return b.Since.Compare(a.Since) })
	default:
		slices.SortStableFunc(clients, func(a, b Client) int {
			return cmp.Compare(strings.ToLower(a.Organisation.Name), strings.ToLower(b.Organisation.Name))
		})
	}
}

// jobsShown is how many jobs stand beside the clients.
const jobsShown = 5

// aside reads what stands beside the list: the facilitator itself, rules, jobs.
func (r *Registry) aside(ctx context.Context, tx Reader, g agent, c *catalog.Catalog, v *ClientList) error {
	var err error
	if v.Self, err = tx.ClientOf(ctx, g.Agent, g.Facilitator, r.Now()); err != nil {
		return err
	}
	v.SelfOf = len(g.needs) > 0 && len(policy.OwnLacks(c, g.needs)) == 0
	jobs, err := tx.ClientJobs(ctx, g.ID, jobsShown)
	if err != nil {
		return err
	}
	v.Jobs = slices.DeleteFunc(jobs, func(j bulk.Job) bool {
		return j.Status != bulk.Running && r.Now().Sub(j.EndedAt) > jobLife
	})
	rules, err := tx.ClientRules(ctx, g.ID)
	if err != nil || len(rules) == 0 {
		return err
	}
	ids := make([]models.ID, len(rules))
	for i, rule := range rules {
		ids[i] = rule.By
	}
	persons, err := tx.Persons(ctx, ids)
	if err != nil {
		return err
	}
	for _, rule := range rules {
		_, _, refused := r.check(ctx, tx, r.ruler(rule), policy.ClientsAttach)
		if code := models.CodeOf(refusal(refused)); code == models.CodeInternal || code == models.CodeUnavailable {
			return refused
		}
		v.Rules = append(v.Rules, ClientRuleView{ClientRule: rule, Person: persons[rule.By], Rests: refused != nil || g.grows() != nil})
	}
	return nil
}

// ClientDeciders are the people in the organisation that the actor is a member of
// who may attach clients, or else those who administer access there. Errors:
// those of the policy.
func (r *Registry) ClientDeciders(ctx context.Context, a models.Actor) ([]party.Person, error) {
	var out []party.Person
	err := r.read(ctx, a, policy.SystemUserRead, func(tx Reader, _ policy.Standing, c *catalog.Catalog) error {
		org, err := tx.Organisation(ctx, party.OrgNo(a.OrgNo))
		if err != nil {
			return err
		}
		if out, err = r.clientAdmins(ctx, tx, org, c); err != nil || len(out) > 0 {
			return err
		}
		standings, err := r.standings(ctx, tx, org)
		if err != nil {
			return err
		}
		out, err = administrators(ctx, tx, c, standings)
		return err
	})
	return out, err
}

// clientAdmins are the people of the organisation who may attach clients.
func (r *Registry) clientAdmins(ctx context.Context, tx Reader, o party.Organisation, c *catalog.Catalog) ([]party.Person, error) {
	standings, err := r.standings(ctx, tx, o)
	if err != nil {
		return nil, err
	}
	return those(ctx, tx, standings, func(s policy.Standing) bool { return s.ClientAdministrator(c) || s.MainAdministrator(c) })
}

// name names the packages and relations of the page.
func (v *ClientList) name(c *catalog.Catalog) {
	add := func(urn string) {
		if _, ok := v.Names[urn]; !ok {
			v.Names[urn] = HoldingName(c, urn)
		}
	}
	v.Ways = map[string]ClientWay{}
	for _, item := range v.Needs {
		add(item.Ref)
		v.Ways[item.Ref] = wayOf(c, item.Ref)
	}
	for _, urn := range offered(c, v.Needs) {
		v.Offered = append(v.Offered, urn)
		add(urn)
	}
	for _, k := range v.Kinds {
		add(k.URN)
	}
	for _, one := range v.Clients {
		for _, urn := range one.Relations {
			add(urn)
		}
		for _, item := range one.Lacks {
			add(item.Ref)
		}
	}
	for _, rule := range v.Rules {
		add(rule.Relation)
	}
}
