package web

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/models/bulk"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/views/clients"
	"github.com/stafett/stafett/views/paths"
)

// AddClients handles POST /systemusers/:id/clients/add.
func (w *Web) AddClients(c echo.Context) error { return w.changeClients(c, bulk.Attach) }

// RemoveClients handles POST /systemusers/:id/clients.
func (w *Web) RemoveClients(c echo.Context) error { return w.changeClients(c, bulk.Detach) }

// changeClients starts a job over the clients that are chosen: those that are
// marked, those of the page, or, once that is confirmed, all that match.
func (w *Web) changeClients(c echo.Context, kind bulk.Kind) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	q := clientQuery(func(name string) string { return one(f, name) }, kind == bulk.Detach)
	choice := registry.ClientChoice{Kind: kind}
	switch one(f, "op") {
	case "all":
		if one(f, "confirm") != "yes" {
			return w.confirmClients(c, kind, q)
		}
		choice.Match = &q.ClientFilter
	case "page":
		choice.Clients = w.numbers(f["onpage"])
	default:
		choice.Clients = w.numbers(f["client"])
	}
	err = w.startClients(c, choice)
	faults := faultsOf(err)
	if faults == nil {
		return err
	}
	v, err := w.clientList(c, q)
	if err != nil {
		return err
	}
	v.Faults = faults
	if kind == bulk.Attach {
		return respond.Again(c, clients.Add(w.Shell(c), v))
	}
	return respond.Again(c, clients.List(w.Shell(c), v))
}

// numbers are those of the values that can be organisation numbers, each once.
func (w *Web) numbers(values []string) []party.OrgNo {
	var out []party.OrgNo
	seen := map[party.OrgNo]bool{}
	for _, v := range values {
		if no, err := w.Registry.Numbers.Parse(v); err == nil && !seen[no] {
			seen[no] = true
			out = append(out, no)
		}
	}
	return out
}

// confirmClients asks before all that match are added or removed.
func (w *Web) confirmClients(c echo.Context, kind bulk.Kind, q registry.ClientListQuery) error {
	v, err := w.clientList(c, q)
	if err != nil {
		return err
	}
	q.Page = 1
	ask := clients.ConfirmView{Agent: v.Agent, Kind: kind, Count: v.Doable, Left: v.Found - v.Doable, Query: clientValues(q)}
	if q.Text != "" {
		ask.Words = append(ask.Words, q.Text)
	}
	for _, chip := range slices.Concat(v.States, v.Kinds) {
		if chip.At && (q.State != "" || chip.Text != v.States[0].Text) {
			ask.Words = append(ask.Words, chip.Text)
		}
	}
	if ask.Count == 0 {
		return see(c, paths.Asked(c.Request().URL.Path, ask.Query))
	}
	s := w.Shell(c)
	s.Path = paths.Asked(s.Path, ask.Query)
	return respond.Page(c, http.StatusOK, clients.Confirm(s, ask))
}

// OwnClient handles POST /systemusers/:id/clients/own.
func (w *Web) OwnClient(c echo.Context) error {
	id, f, err := posted(c)
	if err != nil {
		return err
	}
	if one(f, "op") == "remove" {
		err = w.Registry.DetachSelf(c.Request().Context(), actor(c), id)
	} else {
		_, err = w.Registry.AttachSelf(c.Request().Context(), actor(c), id)
	}
	if err != nil {
		return err
	}
	return see(c, paths.SystemUserClients(id))
}

// ClientRule handles POST /systemusers/:id/clients/rule.
func (w *Web) ClientRule(c echo.Context) error {
	id, f, err := posted(c)
	if err != nil {
		return err
	}
	if one(f, "op") == "off" {
		err = w.Registry.EndClientRule(c.Request().Context(), actor(c), id, one(f, "kind"))
	} else {
		err = w.Registry.AddClientRule(c.Request().Context(), actor(c), id, one(f, "kind"))
	}
	if err != nil {
		return err
	}
	return see(c, paths.SystemUserClients(id)+"#rules")
}
