package registry

import (
	"context"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/systemuser"
)

// ClientOverview is a page of an organisation's clients by name, with the agent
// system users that serve each.
type ClientOverview struct {
	Agents  []SystemUserView // that live, at most agentsShown
	Clients []Client
	Served  map[party.OrgNo][]systemuser.SystemUser
	Names   map[string]models.Text // of the relations
	Found   int                    // that match
	All     int
	Page    int // that it is
}

// agentsShown is how many agent system users the overview tells of.
const agentsShown = 100

// ClientOverview lists the clients of the organisation that the actor acts for,
// those whose name or number matches the text.
func (r *Registry) ClientOverview(ctx context.Context, a models.Actor, text string, page, size int) (ClientOverview, error) {
	var v ClientOverview
	err := r.read(ctx, a, policy.ClientRead, func(tx Reader, _ policy.Standing, c *catalog.Catalog) error {
		v = ClientOverview{Served: map[party.OrgNo][]systemuser.SystemUser{}, Names: map[string]models.Text{}}
		owner := party.OrgNo(a.OrgNo)
		users, err := tx.AgentsAfter(ctx, owner, "", agentsShown)
		if err != nil {
			return err
		}
		if v.Agents, err = r.namedUsers(ctx, tx, users); err != nil {
			return err
		}
		var found []Client
		for one, err := range tx.ClientsAfter(ctx, Agent{Facilitator: owner}, "", r.Now()) {
			if err != nil {
				return err
			}
			if v.All++; (ClientFilter{Text: text}).finds(one) {
				found = append(found, one)
			}
		}
		ByName.sort(found)
		v.Found = len(found)
		v.Clients, v.Page = paged(found, page, size)
		byID, nos := map[models.ID]systemuser.SystemUser{}, make([]party.OrgNo, len(v.Clients))
		for _, u := range users {
			byID[u.ID] = u
		}
		for i, one := range v.Clients {
			nos[i] = one.Organisation.OrgNo
			for _, urn := range one.Relations {
				v.Names[urn] = HoldingName(c, urn)
			}
		}
		served, err := tx.ServedBy(ctx, owner, nos)
		for no, ids := range served {
			for _, id := range ids {
				if u, ok := byID[id]; ok {
					v.Served[no] = append(v.Served[no], u)
				}
			}
		}
		return err
	})
	return v, err
}
