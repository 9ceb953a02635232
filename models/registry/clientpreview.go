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
	asked, out, names := map[party.OrgNo]bool{}, map[party.OrgNo]Client{}, map[string]models.Text{}
	for _, no := range numbers {
		asked[no] = true
	}
	err := r.read(ctx, a, policy.ClientRead, func(tx Reader, _ policy.Standing, c *catalog.Catalog) error {
		g, err := r.agent(ctx, tx, a, id)
		if err != nil {
			return err
		}
		now := r.Now()
		for _, walk := range []iter.Seq2[Client, error]{
			tx.ClientsAfter(ctx, g.Agent, "", now),
			tx.AttachedAfter(ctx, g.Agent, "", now), // also where no relation lasts any more
		} {
			for one, err := range walk {
				if err != nil {
					return err
				}
				if asked[one.Organisation.OrgNo] {
					out[one.Organisation.OrgNo] = one
				}
			}
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
