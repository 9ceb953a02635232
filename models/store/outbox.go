package store

import (
	"context"
	"encoding/json"

	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
)

// AddEvent implements registry.Tx.
func (t *transaction) AddEvent(ctx context.Context, e registry.Event) error {
	if e.OrgNos == nil {
		e.OrgNos = []party.OrgNo{}
	}
	if e.Data == nil {
		e.Data = map[string]string{}
	}
	orgNos, err := json.Marshal(e.OrgNos)
	if err != nil {
		return err
	}
	data, err := json.Marshal(e.Data)
	if err != nil {
		return err
	}
	row := eventRow{ID: string(e.ID), At: millis(e.At), Type: e.Type, Subject: e.Subject, OrgNos: string(orgNos), Data: string(data)}
	return t.q(ctx).Create(&row).Error
}
