package handlers_test

import (
	"net/url"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	domain "github.com/stafett/stafett/models/system"
)

// findable is a system of the supplier that customers find, or that it has
// retired.
func (w *world) findable(supplier party.OrgNo, over bool) string {
	w.t.Helper()
	id := w.system(supplier, false)
	w.s.Exec("UPDATE system SET visible = TRUE WHERE id = '" + id + "'")
	if over {
		w.s.Exec("UPDATE system SET deleted = TRUE WHERE id = '" + id + "'")
	}
	return id
}

// prospected is the digest that the director of the actor's organisation would
// be shown of a system, or of a system user that has ended.
func (w *world) prospected(of, again string) string {
	v, err := w.s.Registry.Prospect(w.t.Context(), w.s.Actor(directors[w.org]), registry.Creation{System: domain.ID(of), Again: models.ID(again)})
	if err != nil {
		return "nothing"
	}
	return v.Seen
}

// ownProgram is the form of a program of one's own without a fault.
func ownProgram(client string) url.Values {
	return url.Values{
		"op": {"save"}, "name_nb": {"Eget program"}, "uses": {"itself"}, "asks": {kit.TaxPackage}, "client_issuer": {kit.Issuer1}, "client_id": {client},
	}
}
