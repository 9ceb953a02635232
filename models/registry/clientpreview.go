package registry

import (
	"context"
	"iter"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
)

// ClientsNamed tells of each of the numbers what it is to the agent system user
// now; one that is no client of the facilitator's is left out. Nothing is told of
// an organisation that is none. Errors as of AvailableClients.
func (r *Registry) ClientsNamed(ctx context.Context, a models.Actor, id models.ID, numbers []party.OrgNo) (map[party.OrgNo]Client, map[string]models.Text, error) {
	out, names := map[party.OrgNo]Client{}, map[string]models.Text{}
	err := r.read(ctx, a, policy.ClientRead, func(tx Reader, _ policy.Standing, c *catalog.Catalog) error {
		g, err := r.agent(ctx, tx, a, id)
		if err != nil {
			return err
		}
		if out, err = r.clientsAmong(ctx, tx, g.Agent, numbers); err != nil {
			return err
		}
		for no, one := range out {
			one.Lacks = one.serving().Lacks(c, g.needs)
			for _, item := range one.Lacks {
				names[item.Ref] = HoldingName(c, item.Ref)
			}
			out[no] = one
		}
		return nil
	})
	return out, names, err
}

// clientsAmong are those of the organisations that are clients of the agent's
// facilitator, or that the agent serves.
func (r *Registry) clientsAmong(ctx context.Context, tx Reader, g Agent, numbers []party.OrgNo) (map[party.OrgNo]Client, error) {
	asked, out, now := map[party.OrgNo]bool{}, map[party.OrgNo]Client{}, r.Now()
	for _, no := range numbers {
		asked[no] = true
	}
	for _, walk := range []iter.Seq2[Client, error]{
		tx.ClientsAfter(ctx, g, "", now),
		tx.AttachedAfter(ctx, g, "", now), // also where no relation lasts any more
	} {
		for one, err := range walk {
			if err != nil {
				return nil, err
			}
			if asked[one.Organisation.OrgNo] {
				out[one.Organisation.OrgNo] = one
			}
		}
	}
	return out, nil
}
