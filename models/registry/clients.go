package registry

import (
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

// ClientReader reads whom facilitators and their agent system users serve.
type ClientReader interface {
	// ClientsAfter walks the clients of the agent's facilitator at now by
	// number, from after the number on. Nothing else may be read meanwhile.
	ClientsAfter(ctx context.Context, g Agent, after party.OrgNo, now time.Time) iter.Seq2[Client, error]
	// AttachedAfter walks those that are attached to the agent in the same way,
	// also where no relation lasts, without the facilitator itself.
	AttachedAfter(ctx context.Context, g Agent, after party.OrgNo, now time.Time) iter.Seq2[Client, error]
	// ClientOf tells what there is at now between the agent and an organisation.
	ClientOf(ctx context.Context, g Agent, client party.OrgNo, now time.Time) (Client, error)
	// OwnerOf tells whose system user it is.
	OwnerOf(ctx context.Context, id models.ID) (party.OrgNo, error)
	// AgentsAfter lists the live agent system users of the organisation by id,
	// after the id, at most limit.
	AgentsAfter(ctx context.Context, owner party.OrgNo, after models.ID, limit int) ([]systemuser.SystemUser, error)
}

// ClientTx attaches clients. Each of its writes gives the system user the next
// number in the order of changes, and is Conflict systemuser.revoked when it
// has ended.
type ClientTx interface {
	// AttachClient stores a new delegation: Conflict when there is one already.
	AttachClient(ctx context.Context, d ClientDelegation) error
	// DetachClients ends the delegation of the client, or of every client when
	// it is empty, and returns how many there were.
	DetachClients(ctx context.Context, agent models.ID, client party.OrgNo, at time.Time) (int, error)
}

// Agent names an agent system user, and the facilitator that it is of. Its ID
// is empty where no agent is asked about.
type Agent struct {
	ID          models.ID
	Facilitator party.OrgNo
}

// ClientDelegation attaches a client to an agent system user.
type ClientDelegation struct {
	ID     models.ID
	Agent  models.ID
	Client party.OrgNo
	By     models.ID // person
	From   time.Time
}

// Client is an organisation that a facilitator, or an agent system user of it,
// serves or could serve.
type Client struct {
	Organisation party.Organisation
	Relations    []string  // that last, as in policy.Serving
	Delegation   models.ID // by which it is attached to the agent; empty when it is not
	Since        time.Time // of the delegation

	Access []policy.Access // what the relations give; where no agent is asked about
	// Lacks is what the agent needs and the relations do not give; with any, the
	// client cannot be attached, and what is attached is lame.
	Lacks []catalog.Item
}

// ClientQuery says which clients a list holds.
type ClientQuery struct {
	After    party.OrgNo // the last number of the page before
	Limit    int         // at most this many
	Text     string      // only those whose name holds it, without regard to case, or whose number begins with it
	Packages []string    // only those for which the facilitator has all these packages
	Ready    bool        // only those that lack nothing
	Total    bool        // count them all
}

// ClientPage is one page of a list of clients.
type ClientPage struct {
	Agent   systemuser.SystemUser // zero where no agent is asked about
	Clients []Client
	More    bool
	Total   int // when it was asked for
}

// FacilitatorClients lists the clients of the organisation that the actor acts
// for, with what it has for each.
func (r *Registry) FacilitatorClients(ctx context.Context, a models.Actor, q ClientQuery) (ClientPage, error) {
	var page ClientPage
	err := r.read(ctx, a, policy.ClientRead, func(tx Reader, _ policy.Standing, c *catalog.Catalog) error {
		needed := make([]catalog.Item, len(q.Packages))
		for i, urn := range q.Packages {
			needed[i] = catalog.PackageOf(urn)
		}
		all := tx.ClientsAfter(ctx, Agent{Facilitator: party.OrgNo(a.OrgNo)}, q.from(), r.Now())
		return page.fill(all, q, func(one *Client) bool {
			s := one.serving()
			one.Access = s.Access(c)
			return len(s.Lacks(c, needed)) == 0
		})
	})
	return page, err
}

// AvailableClients lists the clients of the facilitator, with what each lacks
// to be attached to its agent system user. Errors: NotFound for no system user
// of the organisation, or one that has ended; Conflict systemuser.kind when it
// is none for clients.
func (r *Registry) AvailableClients(ctx context.Context, a models.Actor, id models.ID, q ClientQuery) (ClientPage, error) {
	return r.clients(ctx, a, id, q, Reader.ClientsAfter)
}

// AttachedClients lists the clients that the agent system user serves, with
// what each lacks by now. Errors as of AvailableClients.
func (r *Registry) AttachedClients(ctx context.Context, a models.Actor, id models.ID, q ClientQuery) (ClientPage, error) {
	return r.clients(ctx, a, id, q, Reader.AttachedAfter)
}

func (r *Registry) clients(ctx context.Context, a models.Actor, id models.ID, q ClientQuery, walk func(Reader, context.Context, Agent, party.OrgNo, time.Time) iter.Seq2[Client, error]) (ClientPage, error) {
	var page ClientPage
	err := r.read(ctx, a, policy.ClientRead, func(tx Reader, _ policy.Standing, c *catalog.Catalog) error {
		g, err := r.agent(ctx, tx, a, id)
		if err != nil {
			return err
		}
		page.Agent = g.user
		return page.fill(walk(tx, ctx, g.Agent, q.from(), r.Now()), q, func(one *Client) bool {
			one.Lacks = one.serving().Lacks(c, g.needs)
			return !q.Ready || len(one.Lacks) == 0 && len(g.needs) > 0
		})
	})
	return page, err
}

func (c Client) serving() policy.Serving {
	return policy.Serving{Relations: c.Relations, Form: c.Organisation.Form}
}

// from is where the walk begins: what is counted is counted from the start.
func (q ClientQuery) from() party.OrgNo {
	if q.Total {
		return ""
	}
	return q.After
}

func (q ClientQuery) finds(o party.Organisation) bool {
	return q.Text == "" || strings.HasPrefix(string(o.OrgNo), q.Text) || strings.Contains(strings.ToLower(o.Name), strings.ToLower(q.Text))
}

// fill takes the clients of the walk that q asks for and keep keeps.
func (p *ClientPage) fill(walk iter.Seq2[Client, error], q ClientQuery, keep func(*Client) bool) error {
	for one, err := range walk {
		switch {
		case err != nil:
			return err
		case !q.finds(one.Organisation) || !keep(&one):
			continue
		}
		p.Total++
		switch {
		case one.Organisation.OrgNo <= q.After:
		case len(p.Clients) < q.Limit:
			p.Clients = append(p.Clients, one)
		default:
			p.More = true
		}
		if p.More && !q.Total {
			break
		}
	}
	return nil
}

// agent is an agent system user, with what it needs of each client.
type agent struct {
	Agent
	user   systemuser.SystemUser
	system system.System
	needs  []catalog.Item
}

// agent reads a live agent system user of the organisation that the actor acts
// for.
func (r *Registry) agent(ctx context.Context, tx Reader, a models.Actor, id models.ID) (agent, error) {
	u, err := tx.SystemUserOf(ctx, party.OrgNo(a.OrgNo), id)
	switch {
	case err != nil:
		return agent{}, err
	case u.Status == systemuser.Revoked || u.Over(r.Now()):
		return agent{}, models.NewError(models.NotFound, models.CodeNotFound)
	case u.Kind != systemuser.Agent:
		return agent{}, models.NewError(models.Conflict, models.CodeUserKind)
	}
	s, err := tx.System(ctx, u.System)
	return agent{Agent{u.ID, u.Customer}, u, s, u.Asked(s)}, err
}

// grows says whether the agent may be given more than it has.
func (g agent) grows() error {
	switch {
	case g.system.Deleted:
		return models.NewError(models.Gone, models.CodeSystemDeleted)
	case g.user.Paused == systemuser.StruckOff:
		return models.NewError(models.Conflict, models.CodeStruckOff)
	}
	return nil
}

// AttachClient lets the agent system user serve the client; once more changes
// nothing. Errors: those of AvailableClients; Conflict client.unknown when the
// organisation is no client of the facilitator, client.lacks when it has not
// given the facilitator all that the agent needs: then the client that comes
// back says what; those of the policy.
func (r *Registry) AttachClient(ctx context.Context, a models.Actor, id models.ID, client party.OrgNo) (Client, error) {
	return r.attach(ctx, a, policy.ClientAttach, id, client, func(one *Client, g agent, _ policy.Standing, c *catalog.Catalog) error {
		if len(one.Relations) == 0 || client == g.Facilitator {
			return models.NewError(models.Conflict, models.CodeClientUnknown)
		}
		one.Lacks = one.serving().Lacks(c, g.needs)
		return nil
	})
}

// AttachSelf lets the agent system user serve its own organisation too. Errors:
// as of AttachClient, and Forbidden request.not_granted when the person may
// not grant all that the agent needs.
func (r *Registry) AttachSelf(ctx context.Context, a models.Actor, id models.ID) (Client, error) {
	return r.attach(ctx, a, policy.ClientAttachSelf, id, party.OrgNo(a.OrgNo), func(one *Client, g agent, s policy.Standing, c *catalog.Catalog) error {
		if one.Lacks = policy.OwnLacks(c, g.needs); len(one.Lacks) > 0 {
			return nil
		}
		for _, item := range g.needs {
			if !s.Grants(c, item).OK() {
				return models.NewError(models.Forbidden, models.CodeRequestNotGranted)
			}
		}
		return nil
	})
}

func (r *Registry) attach(
	ctx context.Context, a models.Actor, act policy.Action, id models.ID, client party.OrgNo,
	may func(*Client, agent, policy.Standing, *catalog.Catalog) error,
) (Client, error) {
	var one Client
	err := r.guard(ctx, a, act, userSubject(id), func(tx Tx, s policy.Standing, c *catalog.Catalog) (change, error) {
		g, err := r.agent(ctx, tx, a, id)
		if err == nil {
			err = g.grows()
		}
		if err != nil {
			return change{}, err
		}
		one, err = tx.ClientOf(ctx, g.Agent, client, r.Now())
		if models.CodeOf(err) == models.CodeNotFound && err != nil {
			err = models.NewError(models.Conflict, models.CodeClientUnknown)
		}
		if err == nil {
			err = may(&one, g, s, c)
		}
		switch {
		case err != nil:
			return change{}, err
		case len(one.Lacks) > 0 || len(g.needs) == 0:
			return change{}, models.NewError(models.Conflict, models.CodeClientLacks)
		case one.Delegation != "":
			return change{}, nil
		}
		one.Delegation, one.Since = models.NewID(), r.Now()
		return g.changed(client, "client.attached"), tx.AttachClient(ctx, ClientDelegation{ID: one.Delegation, Agent: id, Client: client, By: models.ID(a.ID), From: one.Since})
	})
	return one, err
}

// changed is what is recorded when the agent begins or ends to serve a client.
// The supplier is told, the facilitator, and the client.
func (g agent) changed(client party.OrgNo, event string) change {
	told := []party.OrgNo{g.system.Supplier, g.Facilitator}
	if client != g.Facilitator {
		told = append(told, client)
	}
	return change{
		subject: userSubject(g.ID), event: event, orgs: told,
		detail: audit.Detail{"system": string(g.system.ID), "customer": string(g.Facilitator), "client": string(client)},
	}
}

// DetachClient ends that the agent system user serves the client: from the
// moment this returns nil, no decision says yes. No fresh login is asked for.
// Errors: those of AvailableClients; Conflict when the client is not attached;
// those of the policy.
func (r *Registry) DetachClient(ctx context.Context, a models.Actor, id models.ID, client party.OrgNo) error {
	if client == party.OrgNo(a.OrgNo) {
		client = "" // its own organisation is another use case's
	}
	return r.detach(ctx, a, policy.ClientDetach, id, client)
}

// DetachSelf ends that the agent system user serves its own organisation; it
// did not, nothing changes.
func (r *Registry) DetachSelf(ctx context.Context, a models.Actor, id models.ID) error {
	err := r.detach(ctx, a, policy.ClientDetachSelf, id, party.OrgNo(a.OrgNo))
	if models.CodeOf(err) == models.CodeConflict && err != nil {
		return nil
	}
	return err
}

func (r *Registry) detach(ctx context.Context, a models.Actor, act policy.Action, id models.ID, client party.OrgNo) error {
	return r.guard(ctx, a, act, userSubject(id), func(tx Tx, _ policy.Standing, _ *catalog.Catalog) (change, error) {
		g, err := r.agent(ctx, tx, a, id)
		if err != nil {
			return change{}, err
		}
		n := 0
		if client != "" {
			n, err = tx.DetachClients(ctx, id, client, r.Now())
		}
		switch {
		case err != nil:
			return change{}, err
		case n == 0:
			return change{}, models.NewError(models.Conflict, models.CodeConflict)
		}
		return g.changed(client, "client.detached"), nil
	})
}

// ServesSelf reports whether the agent system user serves its own organisation.
// Errors as of AvailableClients.
func (r *Registry) ServesSelf(ctx context.Context, a models.Actor, id models.ID) (bool, error) {
	serves := false
	err := r.read(ctx, a, policy.ClientRead, func(tx Reader, _ policy.Standing, _ *catalog.Catalog) error {
		g, err := r.agent(ctx, tx, a, id)
		if err != nil {
			return err
		}
		one, err := tx.ClientOf(ctx, g.Agent, g.Facilitator, r.Now())
		serves = one.Delegation != ""
		return err
	})
	return serves, err
}

// DeleteAgent ends an agent system user for good, with all its clients; the
// request that it came from is shown no more. Nothing is touched before it is
// known to be the organisation's own. Errors: NotFound for no system user of
// the organisation, or one that has ended; Conflict systemuser.kind when it is
// none for clients; those of the policy. No fresh login is asked for.
func (r *Registry) DeleteAgent(ctx context.Context, a models.Actor, id models.ID) error {
	return r.guard(ctx, a, policy.SystemUserRevoke, userSubject(id), func(tx Tx, _ policy.Standing, _ *catalog.Catalog) (change, error) {
		u, err := tx.SystemUserOf(ctx, party.OrgNo(a.OrgNo), id)
		switch {
		case err != nil:
			return change{}, err
		case u.Status == systemuser.Revoked:
			return change{}, models.NewError(models.NotFound, models.CodeNotFound)
		case u.Kind != systemuser.Agent:
			return change{}, models.NewError(models.Conflict, models.CodeUserKind)
		}
		return r.end(ctx, tx, a, u, systemuser.EndedByCustomer, "systemuser.revoked")
	})
}

// AgentPage is one page of an organisation's agent system users.
type AgentPage struct {
	Owner  party.Organisation
	Agents []SystemUserView
	More   bool
}

// Agents lists the live agent system users of the organisation that the actor
// acts for, by id, after the id, at most limit.
func (r *Registry) Agents(ctx context.Context, a models.Actor, after models.ID, limit int) (AgentPage, error) {
	var page AgentPage
	err := r.read(ctx, a, policy.ClientRead, func(tx Reader, _ policy.Standing, _ *catalog.Catalog) error {
		owner, err := tx.Organisation(ctx, party.OrgNo(a.OrgNo))
		if err != nil {
			return err
		}
		users, err := tx.AgentsAfter(ctx, owner.OrgNo, after, limit+1)
		if err != nil {
			return err
		}
		page.Owner, page.More = owner, len(users) > limit
		page.Agents, err = r.namedUsers(ctx, tx, users[:min(limit, len(users))])
		return err
	})
	return page, err
}

// OwnerFor tells whose the system user is, for a person who holds something in
// that organisation; to others it is NotFound, as one that is not there.
func (r *Registry) OwnerFor(ctx context.Context, person, id models.ID) (party.OrgNo, error) {
	var owner party.OrgNo
	err := r.Store.Read(ctx, func(tx Reader) error {
		of, err := tx.OwnerOf(ctx, id)
		if err != nil {
			return err
		}
		holdings, err := tx.HoldingsOf(ctx, person, r.Now())
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(holdings, func(h party.Holding) bool { return h.OrgNo == of }) {
			return models.NewError(models.NotFound, models.CodeNotFound)
		}
		owner = of
		return nil
	})
	return owner, err
}

// OrganisationByUUID finds an organisation by its party uuid. What may be known
// of it is for the use case that follows.
func (r *Registry) OrganisationByUUID(ctx context.Context, uuid string) (party.Organisation, error) {
	var o party.Organisation
	err := r.Store.Read(ctx, func(tx Reader) (err error) {
		o, err = tx.OrganisationByUUID(ctx, uuid)
		return err
	})
	return o, err
}
