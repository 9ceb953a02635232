package registry

import (
	"context"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
)

// EndUser finds the person whom a platform's token names. NotFound when nobody
// is, or two are.
func (r *Registry) EndUser(ctx context.Context, u party.EndUser) (models.ID, error) {
	var id models.ID
	err := r.Store.Read(ctx, func(tx Reader) (err error) {
		id, err = tx.PersonByEndUser(ctx, u)
		return err
	})
	return id, err
}

// OrganisationByParty finds an organisation by its party id. What may be known
// of it is for the use case that follows.
func (r *Registry) OrganisationByParty(ctx context.Context, partyID int64) (party.Organisation, error) {
	var o party.Organisation
	err := r.Store.Read(ctx, func(tx Reader) (err error) {
		o, err = tx.OrganisationByParty(ctx, partyID)
		return err
	})
	return o, err
}
