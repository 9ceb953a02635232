package handlers_test

import (
	"maps"
	"net/url"
	"strings"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/bulk"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
)

// Kinds of things about clients: agents of the organisation, and jobs of theirs.
const (
	anAgent     kind = 100 + iota // that could serve a client
	anAgentUsed                   // that serves one
	anAgentSelf                   // that could serve its own organisation
	aJob                          // that runs; when it is over, all went well
	aJobFailed                    // in which one failed
)

// cases are all questions of pages.
var cases = withClients(pageCases)

// withClients are the questions with those about clients.
func withClients(pages map[string]question) map[string]question {
	cases := maps.Clone(pages)
	all := url.Values{"op": {"all"}, "confirm": {"yes"}}
	job := func(path string, form url.Values) func(*world, thing) ask {
		return func(_ *world, on thing) ask {
			id := on.ref
			if id == "" {
				id = string(models.NewID())
			}
			return ask{target: "/systemusers/" + url.PathEscape(on.id) + "/clients/jobs/" + id + path, form: form}
		}
	}
	for name, q := range map[string]question{
		"clients.overview":       {none, get("/clients")},
		"clients.list":           {anAgentUsed, get("/systemusers/ID/clients?q=a&sort=since&size=50")},
		"clients.remove":         {anAgentUsed, post("/systemusers/ID/clients", all)},
		"clients.csv":            {anAgentUsed, get("/systemusers/ID/clients/clients.csv")},
		"clients.candidates":     {anAgent, get("/systemusers/ID/clients/add")},
		"clients.add":            {anAgent, post("/systemusers/ID/clients/add", all)},
		"clients.candidates_csv": {anAgent, get("/systemusers/ID/clients/candidates.csv")},
		"clients.own":            {anAgentSelf, post("/systemusers/ID/clients/own", url.Values{"op": {"add"}})},
		"clients.rule":           {anAgent, post("/systemusers/ID/clients/rule", url.Values{"op": {"on"}, "kind": {kit.Accountant}})},
		"clients.file_form":      {anAgent, get("/systemusers/ID/clients/file")},
		"clients.file":           {anAgent, post("/systemusers/ID/clients/file", url.Values{"op": {"preview"}, "text": {"312345678"}})},
		"clients.job":            {aJob, job("", nil)},
		"clients.job_csv":        {aJob, job("/outcome.csv", nil)},
		"clients.job.cancel":     {aJob, job("/cancel", url.Values{})},
		"clients.job.retry":      {aJobFailed, job("/retry", url.Values{})},
	} {
		cases[name] = q
	}
	return cases
}

// agentThings are things about clients, as things has others.
func (w *world) agentThings(k kind, object string) map[string]thing {
	w.t.Helper()
	w.related()
	w.s.Exec("UPDATE bulk_job SET status = 'cancelled', ended_at = created_at WHERE status = 'running'") // few may run at once
	if object == "own" || object == "over" {
		return map[string]thing{"": w.agentThing(k, w.org, object == "over")}
	}
	things := map[string]thing{
		"foreign": w.agentThing(k, other(w.org), false), "another kind": {id: w.request(other(w.org), w.org, false)},
		"absent": {id: string(models.NewID())}, "no id": {id: strings.Repeat("x", 9)},
	}
	if k == aJob || k == aJobFailed { // another's job under one's own agent, and one's own under another
		mine, theirs := w.agentThing(k, w.org, false), w.agentThing(k, other(w.org), false)
		things["job of another"] = thing{id: mine.id, ref: theirs.ref}
		things["agent of another"] = thing{id: w.agentThing(anAgent, w.org, false).id, ref: mine.ref}
	}
	return things
}

func (w *world) agentThing(k kind, of party.OrgNo, over bool) thing {
	w.t.Helper()
	made := map[kind]apiKind{anAgent: ownAgent, anAgentUsed: servingAgent, anAgentSelf: selfAgent, aJob: ownAgent, aJobFailed: ownAgent}
	ofJob := k == aJob || k == aJobFailed
	on := makers()[made[k]].make(w, of, over && !ofJob)
	if !ofJob {
		return on
	}
	administrator := w.s.Actor(clientAdmin)
	administrator.OrgNo = string(of)
	choice := registry.ClientChoice{Kind: bulk.Attach, Clients: []party.OrgNo{clientOf(of)}}
	if k == aJobFailed && !over {
		choice.Clients = []party.OrgNo{of}
	}
	j, err := w.s.Registry.StartClientJob(w.t.Context(), administrator, models.ID(on.id), choice)
	w.fatal(err)
	if over || k == aJobFailed {
		w.fatal(w.s.Registry.WorkClientJob(w.t.Context(), j))
	}
	on.ref = string(j.ID)
	return on
}

// facilitating is an agent of the organisation's that could serve a client.
func (w *world) facilitating(of party.OrgNo) string {
	w.t.Helper()
	w.related()
	return w.agentThing(anAgent, of, false).id
}
