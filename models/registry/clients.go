package registry

import (
	"context"
	"iter"
	"strings"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/systemuser"
)

// ClientReader reads whom facilitators and their agent system users serve.
type ClientReader interface {
	ClientJobReader
	ClientRuleReader
	// ClientsAfter walks the clients of the agent's facilitator at now by
	// number, from after the number on. Nothing else may be read meanwhile.
	ClientsAfter(ctx context.Context, g Agent, after party.OrgNo, now time.Time) iter.Seq2[Client, error]
	// AttachedAfter walks those that are attached to the agent in the same way,
	// also where no relation lasts, without the facilitator itself.
	AttachedAfter(ctx context.Context, g Agent, after party.OrgNo, now time.Time) iter.Seq2[Client, error]
	// ClientOf tells what there is at now between the agent and an organisation.
	ClientOf(ctx context.Context, g Agent, client party.OrgNo, now time.Time) (Client, error)
	// ServedBy tells which of the facilitator's agent system users serve each of
	// the clients, by id; those that none serves are left out.
	ServedBy(ctx context.Context, facilitator party.OrgNo, clients []party.OrgNo) (map[party.OrgNo][]models.ID, error)
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
	ClientRuleTx
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
	By           models.ID // who gave it; empty when not known

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
